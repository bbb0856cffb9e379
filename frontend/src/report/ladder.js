// What the next step costs: every rung of the ladder, in one chart and one table.
import { h, note, panel } from '../shared/dom.js';
import { moneyLines } from '../shared/labels.js';
import { hasMessage, language, t, takes } from '../shared/messages.js';
import { count, decimal, known, money, people, rateOfMoney, roundedSum, share } from '../shared/numbers.js';
import { DATA } from '../shared/payload.js';
import { reasonText } from '../shared/reasons.js';

const LADDER = DATA.ladder;

/** Name of a rung in the reader's language; one that the messages do not know goes by its own name. */
function rungName(rung) {
  const { title_key: key, dl_mbps: speed } = rung;
  if (!hasMessage(key)) return rung.rung.replaceAll('_', ' ');
  return t(`rung_${key.replace(/^rung_/, '')}`, takes(key, { dl_mbps: decimal(speed) }));
}

const isRoad = (rung) => rung.unit === 'road_km';
const isPlanned = (rung) => !rung.is_met && known(rung.pv_usd);
const isHeadline = (rung) => rung.rung === LADDER.headline;
const amountOf = (rung, value) => (isRoad(rung) ? `${count(roundedSum(value))} ${t('km')}` : people(value));

/** What stands instead of a cost. */
function whyNoCost(rung) {
  if (rung.is_met) return t('ladder_met');
  return reasonText(rung.why_none, rung.why_none_key) || t('ladder_not_planned');
}

function sentence() {
  const first = LADDER.rungs.find((rung) => rung.rung === LADDER.first_unmet);
  if (!first) return t('ladder_all_met');
  const told = { step: rungName(first), share: share(first.reached_today_share) };
  if (!isPlanned(first)) return t('ladder_first', told);
  const reached = known(first.newly_reached) ? amountOf(first, first.newly_reached) : '–';
  return t(isRoad(first) ? 'ladder_first_cost_roads' : 'ladder_first_cost', {
    ...told,
    pv: money(first.pv_usd),
    reached,
  });
}

const track = (css, value, most, goal) =>
  h(
    'div',
    { class: 'track' },
    value > 0 && h('div', { class: `fill ${css}`, style: { width: `${(100 * value) / most}%` } }),
    goal > 0 && h('div', { class: 'goal', style: { left: `${(100 * goal) / most}%` } }),
  );

/** One row of the chart: cost with the mark of the bound, and whom it reaches. */
function chartRow(rung, mostUsd, mostPeople) {
  const name = h('div', { class: 'step' }, rungName(rung), isHeadline(rung) && ' ★');
  if (!isPlanned(rung)) return [name, h('div', { class: 'none' }, whyNoCost(rung))];
  const newly = rung.newly_reached;
  return [
    name,
    h(
      'div',
      { class: 'pair' },
      track('cost', rung.pv_usd, mostUsd, rung.lower_bound_usd),
      h('span', { class: 'num' }, money(rung.pv_usd)),
      isRoad(rung) ? h('div', {}) : track('people', newly, mostPeople, 0),
      h('span', { class: 'num' }, known(newly) ? `+ ${amountOf(rung, newly)}` : '–'),
    ),
  ];
}

/** The table beside it tells the same, so that readers of the screen take the chart as one picture. */
function chart() {
  const planned = LADDER.rungs.filter(isPlanned);
  if (!planned.length) return null;
  const mostUsd = Math.max(...planned.map((rung) => rung.pv_usd), 1e-9);
  const mostPeople = Math.max(...planned.filter((rung) => !isRoad(rung)).map((rung) => rung.newly_reached ?? 0), 1e-9);
  const key = (css, text) => h('span', { class: 'key' }, h('span', { class: `patch ${css}` }), text);
  return h(
    'figure',
    { class: 'ladder-chart', role: 'img', 'aria-label': t('ladder_chart') },
    h(
      'figcaption',
      {},
      key('cost', t('pv')),
      key('mark', t('ladder_col_bound')),
      key('people', t('ladder_newly')),
      LADDER.headline && h('span', { class: 'key' }, `★ ${t('ladder_headline')}`),
    ),
    h(
      'div',
      { class: 'rows' },
      LADDER.rungs.map((rung) => chartRow(rung, mostUsd, mostPeople)),
    ),
  );
}

const small = (text) => text && h('small', { class: 'local' }, text);

function stepCell(rung) {
  return h(
    'th',
    { scope: 'row' },
    rungName(rung),
    isHeadline(rung) && [' ', h('span', { class: 'badge full' }, '★ ', t('ladder_headline'))],
    rung.is_met && [' ', h('span', { class: 'met' }, t('ladder_met'))],
  );
}

function newlyCell(rung) {
  if (rung.is_met || !known(rung.newly_reached)) return h('td', { class: 'r' }, '–');
  const measured = known(rung.reached_share) && t('ladder_measured', { share: share(rung.reached_share) });
  return h('td', { class: 'r' }, amountOf(rung, rung.newly_reached), small(measured));
}

/** A bound of nothing proves nothing of a plan that costs something. */
const isBounded = (rung) => known(rung.lower_bound_usd) && (rung.lower_bound_usd > 0 || rung.pv_usd === 0);

function boundCell(rung) {
  const quick = rung.effort === 'quick' && t('ladder_quick_unproven');
  if (!isBounded(rung)) return h('td', { class: 'r amount' }, t('ladder_no_bound'), small(quick));
  const within = known(rung.gap) ? t('ladder_quick', { gap: share(Math.max(rung.gap, 0)) }) : quick;
  return h('td', { class: 'r amount' }, moneyLines(rung.lower_bound_usd), small(quick && within));
}

/** Present value with what has to be said of the plan. */
function costCells(rung) {
  if (!isPlanned(rung)) return h('td', { class: 'why-none', colspan: 3 }, whyNoCost(rung));
  const other = LADDER.rungs.find((one) => one.rung === rung.plan_of && one !== rung);
  const planOf = other && t('ladder_plan_of', { step: rungName(other) });
  const alone = rung.upgrades_alone;
  const cheaper = alone && t('ladder_upgrades_alone', { share: share(alone.reached_share), pv: money(alone.pv_usd) });
  return [
    h('td', { class: 'r amount' }, moneyLines(rung.pv_usd), small(planOf), small(cheaper)),
    boundCell(rung),
    h('td', { class: 'works' }, rung.works ? worksWords(rung.works) : '–'),
  ];
}

const worksWords = ({ new_sites: sites, upgrades, fibre_km: km, hops }) =>
  t('ladder_works', { sites: count(sites), upgrades: count(upgrades), km: count(roundedSum(km)), hops: count(hops) });

const targetName = ({ name }) =>
  typeof name === 'string' ? name : name[language()] || name.en || Object.values(name)[0];

/** A day at the end of a year is told by the year. */
const dateOf = (date) => date.replace(/-12-31$/, '');

function targetsCell(rung) {
  const line = (target) => {
    const by = [target.source, dateOf(target.date)].filter(Boolean).join(', ');
    return h('div', {}, targetName(target), small(by));
  };
  return h('td', { class: 'targets' }, rung.named.map(line));
}

function table() {
  const hasTargets = LADDER.rungs.some((rung) => rung.named.length);
  const columns = [
    [t('ladder_col_step')],
    [t('ladder_col_today'), 'r'],
    [t('ladder_newly'), 'r'],
    [t('pv'), 'r'],
    [t('ladder_col_bound'), 'r'],
    [t('ladder_col_works')],
    hasTargets && [t('ladder_col_targets')],
  ].filter(Boolean);
  const row = (rung) =>
    h(
      'tr',
      { class: isHeadline(rung) ? 'headline-rung' : null },
      stepCell(rung),
      h('td', { class: 'r' }, share(rung.reached_today_share), small(isRoad(rung) && t('ladder_of_roads'))),
      newlyCell(rung),
      costCells(rung),
      hasTargets && targetsCell(rung),
    );
  return h(
    'div',
    { class: 'wide-table', role: 'region', tabindex: 0, 'aria-label': t('ladder_title') },
    h(
      'table',
      { class: 'plain ladder' },
      h('caption', {}, [t('ladder_caption'), rateOfMoney()].filter(Boolean).join(' ')),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          columns.map(([text, css]) => h('th', { scope: 'col', class: css || null }, text)),
        ),
      ),
      h('tbody', {}, LADDER.rungs.map(row)),
    ),
  );
}

/** The panel; nothing where the ladder has not been planned. */
export function ladderPanel() {
  if (!LADDER) return null;
  const isQuick = LADDER.rungs.some((rung) => isPlanned(rung) && rung.effort === 'quick');
  const content = panel(
    t('ladder_title'),
    h('p', {}, sentence()),
    chart(),
    table(),
    isQuick && note(t('ladder_quick_note')),
    note(t('ladder_note')),
    LADDER.rungs.some((rung) => rung.kind !== 'home') && note(t('ladder_signal_note')),
  );
  content.classList.add('across', 'ladder-panel');
  content.id = 'ladder';
  return content;
}

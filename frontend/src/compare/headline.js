// The headline, the key figures and the legend beside the maps.
import { byId, figure, fill, h, refill } from '../shared/dom.js';
import { moneyFigure, swatch, techName } from '../shared/labels.js';
import { t } from '../shared/messages.js';
import { count, localMoney, money, people, points, share, signedMoney } from '../shared/numbers.js';
import { COLOURS, TECHNOLOGIES } from '../shared/payload.js';
import { paint } from './maps.js';
import { A, B, CHANGES, DIFF, KEY, changeName } from './sides.js';
import { state } from './state.js';

const SAME_USD = 0.005;

function costSentence() {
  const cost = KEY.pv_difference_usd;
  const names = { a: A.name, b: B.name, reach: points(KEY.reached_share_difference) };
  if (Math.abs(cost) < SAME_USD) return t('cmp_head_same', names);
  const difference = { money: money(Math.abs(cost)), share: share(Math.abs(cost) / Math.max(A.plan.pv_usd, 1)) };
  return t(cost > 0 ? 'cmp_head_dearer' : 'cmp_head_cheaper', { ...names, ...difference });
}

function peopleSentence() {
  return t('cmp_head_people', {
    gain: people(KEY.gaining_people),
    lose: people(KEY.losing_people),
    n: count(KEY.places_other_technology),
    people: people(KEY.people_other_technology),
  });
}

/** Which of the two is cheaper, as far as the bounds of both plans prove it. */
function proofSentence() {
  const [low, high] = [KEY.best_difference_low_usd, KEY.best_difference_high_usd];
  const between = { low: signedMoney(low), high: signedMoney(high) };
  if (low > 0) return t('cmp_surely_dearer', { ...between, b: B.name });
  if (high < 0) return t('cmp_surely_cheaper', { ...between, b: B.name });
  return t('cmp_not_sure', between);
}

export function drawHeadline() {
  const [gapA, gapB] = [A, B].map((side) => share(Math.max(side.plan.gap, 0)));
  const gaps = t('cmp_gaps', { a: A.name, b: B.name, gap_a: gapA, gap_b: gapB });
  fill(
    byId('headline'),
    h('p', {}, costSentence()),
    h('p', { class: 'more' }, peopleSentence()),
    h('p', { class: 'more' }, gaps, ' ', proofSentence()),
  );
  const figureOf = ({ name, plan }) => {
    const reached = `${t('people_reached')}: ${share(plan.reached_share)}`;
    return figure(
      `${t('fig_pv')}: ${name}`,
      moneyFigure(plan.pv_usd),
      [localMoney(plan.pv_usd), reached].filter(Boolean).join(' · '),
    );
  };
  fill(byId('figures'), [A, B].map(figureOf));
}

function colourChoice(isByChange, text) {
  const id = `colour-${isByChange ? 'change' : 'technology'}`;
  const onclick = () => {
    state.isByChange = isByChange;
    drawLegend();
    paint();
  };
  const pressed = String(state.isByChange === isByChange);
  return h('button', { type: 'button', id, 'data-key': id, 'aria-pressed': pressed, onclick }, text);
}

export function drawLegend() {
  const isUsed = (name) => DIFF.technology_a.includes(name) || DIFF.technology_b.includes(name);
  const row = (sign, text) => h('div', { class: 'row' }, sign, text);
  const rows = state.isByChange
    ? CHANGES.filter((name) => DIFF.change.includes(name)).map((name) =>
        row(swatch(COLOURS.change[name]), changeName(name)),
      )
    : TECHNOLOGIES.filter(isUsed).map((name) => row(swatch(COLOURS.technology[name]), techName(name)));
  const choices = [colourChoice(false, t('technology')), colourChoice(true, t('cmp_change'))];
  refill(
    byId('legend'),
    h('h2', {}, t('layer_plan')),
    h('div', { class: 'segment', role: 'group', 'aria-label': t('cmp_colour') }, choices),
    h(
      'div',
      { class: 'legend' },
      rows,
      row(swatch(COLOURS.link.fibre, 'line'), t('layer_fibre')),
      row(swatch(COLOURS.link.hop, 'dash'), t('layer_hops')),
      h('div', {}, t('area_people')),
    ),
  );
}

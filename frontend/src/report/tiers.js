// Speeds asked for beyond the standard: planned, and measured on the planned network; and a plan within a budget.
import { bars, h, note, panel, wideTable } from '../shared/dom.js';
import { moneyLines } from '../shared/labels.js';
import { t } from '../shared/messages.js';
import { count, decimal, known, money, share, speed } from '../shared/numbers.js';
import { FIGURES, META, PLAN } from '../shared/payload.js';
import { reachBar } from './reach_bars.js';

const VERIFIED = FIGURES.verify || {};
const ROUNDING = 5e-5; // shares are kept with four decimals

/** Whether a share that was got falls short of what was asked for. */
export const isShort = (asked, got) => got < asked - ROUNDING;

const meeting = (isMet) => h('span', { class: isMet ? 'met' : 'missed' }, t(isMet ? 'target_met' : 'target_missed'));

/** One row a speed: the standard itself, then each tier; planned and measured beside what was asked for. */
export function tierRows() {
  const asked = META.standard.tiers || [];
  if (!asked.length || !META.has_plan) return [];
  const [planned, seen] = [PLAN.tiers || [], VERIFIED.tiers || []];
  const standard = {
    dl: META.standard.dl_mbps,
    asked: 1,
    planned: PLAN.planned_share,
    got: VERIFIED.reached_share,
    price: null,
  };
  const tiers = asked.map((tier, k) => ({
    dl: tier.dl_mbps,
    asked: tier.people_share,
    planned: planned[k] && planned[k].people_share,
    got: seen[k] && seen[k].reached_share,
    price: planned[k] && planned[k].usd_per_further_person,
  }));
  return [standard, ...tiers];
}

/** A tier that more people get than were asked for, at a price of no more than a dollar, binds nothing. */
function priceOfOneMore(row) {
  if (!known(row.price)) return '–';
  return row.price <= 1 && row.planned > row.asked ? t('tier_free') : moneyLines(row.price);
}

function tierBar(row) {
  const value = known(row.got) ? row.got : row.planned;
  const asked = t('tier_asked', { share: share(row.asked) });
  const goal = h('div', { class: 'goal', title: asked, style: { left: `${100 * row.asked}%` } });
  return [
    h('div', { class: 'what' }, t('tier_figure', { speed: decimal(row.dl) })),
    h('div', { class: 'reach' }, reachBar(t('after_plan'), value, 'after', goal)),
    h('div', { class: 'note' }, asked, ' · ', t(known(row.got) ? 'verified' : 'not_verified')),
  ];
}

export function tierBars() {
  const rows = tierRows()
    .slice(1)
    .filter((row) => known(row.got) || known(row.planned));
  return rows.length ? h('div', { class: 'figure wide' }, rows.map(tierBar)) : null;
}

function tierSentence(row, isMeasured) {
  const told = { speed: decimal(row.dl), share: share(isMeasured ? row.got : row.planned), asked: share(row.asked) };
  return h('p', {}, t(isMeasured ? 'tier_plain' : 'tier_plain_planned', told));
}

function tierCells(row, isMeasured) {
  const measured = [share(row.got), ' ', known(row.got) && row.asked < 1 && meeting(!isShort(row.asked, row.got))];
  const cells = [
    speed(row.dl),
    share(row.asked),
    share(row.planned),
    ...(isMeasured ? [measured] : []),
    priceOfOneMore(row),
  ];
  return cells.map((cell, k) => h('td', { class: k ? 'r' : null }, cell));
}

export function tiersPanel() {
  const rows = tierRows();
  if (!rows.length) return null;
  const isMeasured = rows.some((row) => known(row.got));
  const columns = [
    [t('speed')],
    [t('tier_col_asked'), 'r'],
    [t('tier_col_planned'), 'r'],
    isMeasured && [t('tier_col_measured'), 'r'],
    [t('tier_col_price'), 'r'],
  ];
  return panel(
    t('tier_title'),
    rows.slice(1).map((row) => tierSentence(row, isMeasured)),
    h(
      'div',
      { class: 'apart' },
      wideTable(
        'plain narrow',
        columns,
        rows.map((row) => h('tr', {}, tierCells(row, isMeasured))),
      ),
    ),
    note(t('tier_note')),
  );
}

export function budgetPanel() {
  const told = PLAN.budget;
  if (!told) return null;
  const all = FIGURES.today.population;
  const plannedShare = known(PLAN.planned_share) ? PLAN.planned_share : PLAN.reached_share;
  const reached = Math.round(plannedShare * all);
  const most = told.people_upper_bound;
  const budget = money(told.budget_usd);
  const row = (name, value, colour) => ({
    name,
    value,
    text: `${count(value)} (${share(value / all)})`,
    colour,
  });
  const price = told.usd_per_further_person;
  return panel(
    t('budget_title', { budget }),
    h(
      'p',
      {},
      t('budget_plain', { budget, spent: money(PLAN.pv_usd), people: count(reached), most: count(most) }),
      known(price) ? ` ${t('budget_price', { money: money(price) })}` : '',
    ),
    h(
      'div',
      { class: 'apart' },
      bars([row(t('budget_reached'), reached, '#3fa66b'), row(t('budget_most'), most, '#9aa7b0')]),
    ),
    note(t('budget_note')),
  );
}

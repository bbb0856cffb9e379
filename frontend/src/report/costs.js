// The section on costs: how sure they are, by component and technology, and what other panels say of them.
import { bars, byId, fill, h, note, panel, wideTable } from '../shared/dom.js';
import { moneyLines, techName } from '../shared/labels.js';
import { t } from '../shared/messages.js';
import { decimal, known, money, people, roundedSum, share } from '../shared/numbers.js';
import { COLOURS, DATA, FIGURES, PLAN, TECHNOLOGIES } from '../shared/payload.js';
import { indices, unpackTable } from '../shared/unpack.js';
import { curvePanel, percentPanel } from './curve.js';
import { institutionsPanel } from './institutions.js';
import { ladderPanel } from './ladder.js';
import { robustPanel } from './robustness.js';
import { budgetPanel, tiersPanel } from './tiers.js';
import { tornadoPanel } from './tornado.js';

const BILL = unpackTable(DATA.bill);

function gapPanel() {
  const { pv_usd: pv, lower_bound_usd: bound, gap } = PLAN;
  if (!known(bound) || !known(pv)) return null;
  const told = {
    pv: money(pv),
    bound: money(bound),
    gap: share(Math.max(gap, 0)),
    money: money(Math.max(pv - bound, 0)),
  };
  return panel(
    t('gap_title'),
    h('p', {}, t('gap_plain', told)),
    note(t('gap_not')),
    PLAN.deterministic === false && note(t('gap_hasty')),
  );
}

function billByKind() {
  const sums = new Map();
  BILL.kind.forEach((kind, i) => {
    const sum = sums.get(kind) || { pv: 0, capex: 0, opex: 0 };
    sum.pv += BILL.pv_usd[i];
    sum.capex += BILL.capex_usd[i];
    sum.opex += BILL.opex_usd_per_year[i];
    sums.set(kind, sum);
  });
  return [...sums].sort((a, b) => b[1].pv - a[1].pv);
}

function billTable() {
  const order = indices(BILL.item).sort((a, b) => BILL.pv_usd[b] - BILL.pv_usd[a] || a - b);
  const row = (i) =>
    h(
      'tr',
      {},
      h('td', {}, t(`item_${BILL.item[i]}`), ' ', h('small', { class: 'sub' }, t(`kind_${BILL.kind[i]}`))),
      [
        `${decimal(roundedSum(BILL.quantity[i]), 1)} ${BILL.unit[i]}`,
        moneyLines(BILL.capex_usd[i]),
        moneyLines(BILL.pv_usd[i]),
      ].map((text) => h('td', { class: 'r' }, text)),
    );
  const columns = [[t('item')], [t('quantity'), 'r'], [t('capex'), 'r'], [t('pv'), 'r']];
  return wideTable('plain', columns, order.map(row));
}

function componentPanel() {
  if (!BILL) return null;
  const rows = billByKind().map(([kind, sum]) => ({
    name: t(`kind_${kind}`),
    value: sum.pv,
    text: money(sum.pv),
    colour: COLOURS.bill_kind[kind],
    note: [sum.capex > 0 && `${t('capex')} ${money(sum.capex)}`, sum.opex > 0 && `${money(sum.opex)} ${t('per_year')}`]
      .filter(Boolean)
      .join(', '),
  }));
  return panel(
    `${t('by_component')} (${t('pv')})`,
    bars(rows),
    h('details', { class: 'more' }, h('summary', {}, t('all_items')), billTable()),
  );
}

function technologyPanel() {
  const served = FIGURES.by_technology;
  if (!served) return null;
  const names = TECHNOLOGIES.filter((name) => served[name] && served[name].households > 0);
  const total = names.reduce((sum, name) => sum + served[name].population, 0);
  const rows = names.map((name) => ({
    name: techName(name),
    value: served[name].population,
    text: `${people(served[name].population)} (${share(served[name].population / total)})`,
    colour: COLOURS.technology[name],
    note: served[name].pv_usd > 0 ? `${t('pv')} ${money(served[name].pv_usd)}` : '',
  }));
  return panel(`${t('by_technology')} (${t('people')})`, bars(rows));
}

function notesPanel() {
  const notes = (Array.isArray(PLAN.notes) ? PLAN.notes : []).filter(Boolean);
  if (!notes.length) return null;
  const list = h(
    'ul',
    { class: 'notes' },
    notes.map((text) => h('li', {}, String(text))),
  );
  return h('div', { class: 'panel across' }, h('h3', {}, t('planner_notes')), list);
}

export function drawCosts() {
  fill(
    byId('cost-panels'),
    ladderPanel(),
    tiersPanel(),
    budgetPanel(),
    institutionsPanel(),
    gapPanel(),
    curvePanel(),
    percentPanel(),
    componentPanel(),
    technologyPanel(),
    tornadoPanel(),
    robustPanel(),
    notesPanel(),
  );
}

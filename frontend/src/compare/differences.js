// What differs: figures of both plans, people by technology, and what was put in differently.
import { byId, fill, h, note, panel, wideTable } from '../shared/dom.js';
import { moneyLines, signedMoneyLines, techName } from '../shared/labels.js';
import { t } from '../shared/messages.js';
import { count, formatter, people, points, share, signed } from '../shared/numbers.js';
import { indices } from '../shared/unpack.js';
import { A, B, FIGURE_ROWS, INPUTS } from './sides.js';

const PEOPLE = 'people_';
const SHARES = ['gap', 'reached_share'];

const isTechnology = (name) => name.startsWith(PEOPLE);
const figureName = (name) => (isTechnology(name) ? techName(name.slice(PEOPLE.length)) : t(`cmp_fig_${name}`));
const km = (value) => `${count(value)} ${t('km')}`;

function figureCells(i) {
  const [a, b, difference] = ['a', 'b', 'difference'].map((column) => FIGURE_ROWS[column][i]);
  const unit = FIGURE_ROWS.unit[i];
  if (SHARES.includes(FIGURE_ROWS.figure[i])) return [share(a), share(b), points(difference)];
  if (unit.startsWith('USD')) return [moneyLines(a), moneyLines(b), signedMoneyLines(difference)];
  const show = { km, people }[unit] || count;
  return [show(a), show(b), signed(difference, show)];
}

function figureTable(rows) {
  const columns = [[''], [A.name, 'r'], [B.name, 'r'], [t('cmp_difference'), 'r']];
  const row = (i) => {
    const name = FIGURE_ROWS.figure[i];
    const cells = figureCells(i).map((text) => h('td', { class: 'r' }, text));
    return h('tr', { class: name === 'pv_usd' ? 'strong' : null }, h('td', {}, figureName(name)), cells);
  };
  return wideTable('plain pairs', columns, rows.map(row));
}

function inputValue(value) {
  if (value === null || value === undefined) return '–';
  return typeof value === 'number' ? formatter({ maximumSignificantDigits: 6 }).format(value) : String(value);
}

function inputsPanel() {
  if (INPUTS.key.length === 0) return panel(t('cmp_inputs'), note(t('cmp_inputs_none')));
  const row = (key, i) => {
    const unit = INPUTS.unit[i] && INPUTS.unit[i] !== '1' ? ` ${INPUTS.unit[i]}` : '';
    const values = [INPUTS.a[i], INPUTS.b[i]].map((value) => h('td', { class: 'r' }, inputValue(value)));
    return h('tr', {}, h('td', {}, h('code', {}, key), unit), values);
  };
  const columns = [[t('parameter')], [A.name, 'r'], [B.name, 'r']];
  return panel(t('cmp_inputs'), wideTable('plain pairs', columns, INPUTS.key.map(row)));
}

export function drawDifferences() {
  const all = indices(FIGURE_ROWS.figure);
  const [ways, others] = [true, false].map((is) => all.filter((i) => isTechnology(FIGURE_ROWS.figure[i]) === is));
  fill(
    byId('difference-panels'),
    panel(t('cmp_figures'), figureTable(others)),
    panel(`${t('by_technology')} (${t('people')})`, figureTable(ways), note(t('cmp_gap_note'))),
    inputsPanel(),
  );
}

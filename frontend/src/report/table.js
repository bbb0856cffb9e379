// The table of places: sorted, filtered, downloaded; only the rows in sight are in the page.
import { csv, download } from '../shared/csv.js';
import { byId, fill, h, rem } from '../shared/dom.js';
import { prefersStillness } from '../shared/frame.js';
import { adminName, badge, techName, techSwatch } from '../shared/labels.js';
import { language, t } from '../shared/messages.js';
import { isKept } from '../shared/names.js';
import { count, decimal, inLocal, known, localCode, roundedSum, share } from '../shared/numbers.js';
import { ASSIGNMENTS, META, N_PLACES, PLACES, PLANNED, TECHNOLOGIES } from '../shared/payload.js';
import { ariaSort, compareRows } from '../shared/sorting.js';
import { indices, pointOf } from '../shared/unpack.js';
import { onSelection, openPlace, openedPlace } from './selection.js';
import { ASSIGNED, SUMMARY } from './summary.js';

const ROW_REM = 2.3;
const ROWS_BEYOND = 12; // drawn above and below those in sight

const rounded = (value) => count(known(value) ? roundedSum(value) : value);

function perHousehold(i) {
  const { pv_usd: pv } = SUMMARY[i];
  return known(pv) && PLACES.households[i] ? pv / PLACES.households[i] : null;
}

const isPlanned = { isShown: META.has_plan };
const text = { isNumber: false };
const sum = { isNumber: true, show: rounded };

/** Columns of an amount: in US dollars, and in money of the country where that is another. */
function moneyColumns(key, message, width, of) {
  const column = { ...sum, ...isPlanned, message, width };
  const local = { key: `${key}_local`, values: { code: localCode() }, of: (i) => inLocal(of(i)) };
  return [{ ...column, key, values: { code: 'USD' }, of }, localCode() !== '' && { ...column, ...local }].filter(
    Boolean,
  );
}

const COLUMNS = [
  { key: 'name', ...text, message: 'col_name', width: '13rem', of: (i) => PLACES.name[i] },
  { key: 'admin1_code', ...text, message: 'col_admin1', width: '9rem', of: (i) => adminName(PLACES.admin1_code[i]) },
  { key: 'population', ...sum, message: 'col_population', width: '6rem', of: (i) => PLACES.population[i], show: count },
  {
    key: 'predicted_share',
    ...sum,
    message: 'col_reached',
    width: '7rem',
    of: (i) => PLACES.predicted_share[i],
    show: share,
  },
  {
    key: 'planned_share',
    ...sum,
    message: 'col_reached_after',
    width: '7rem',
    of: (i) => SUMMARY[i].reachedAfter,
    show: share,
    isShown: Boolean(PLANNED),
  },
  { key: 'missing', ...sum, message: 'col_missing', width: '6.5rem', of: (i) => SUMMARY[i].missing, show: count },
  {
    key: 'technology',
    ...text,
    message: 'col_technology',
    width: '12rem',
    of: (i) => SUMMARY[i].technology && techName(SUMMARY[i].technology),
    ...isPlanned,
  },
  {
    key: 'dl_mbps',
    ...sum,
    message: 'col_speed',
    width: '6rem',
    of: (i) => SUMMARY[i].dl_mbps,
    show: (v) => decimal(v),
  },
  ...moneyColumns('capex_usd', 'col_capex', '8.5rem', (i) => SUMMARY[i].capex_usd),
  ...moneyColumns('pv_usd', 'col_pv', '9rem', (i) => SUMMARY[i].pv_usd),
  ...moneyColumns('pv_household', 'col_pv_household', '8rem', perHousehold),
  { key: 'evidence', ...text, message: 'col_evidence', width: '7rem', of: (i) => SUMMARY[i].evidence },
  {
    key: 'national_code',
    ...text,
    message: 'col_code',
    width: '7rem',
    of: (i) => PLACES.national_code[i] || '',
    isShown: PLACES.national_code.some(Boolean),
  },
].filter((column) => column.isShown !== false);

const sorting = { key: META.has_plan ? 'pv_usd' : 'missing', isDown: true };
const filter = { text: '', technology: '', isUnreached: false };
let order = [];

function arrange() {
  const kept = isKept(filter.text);
  const isServedSo = (i) =>
    (ASSIGNED.get(PLACES.place_id[i]) || []).some((r) => ASSIGNMENTS.technology[r] === filter.technology);
  const column = COLUMNS.find(({ key }) => key === sorting.key);
  const values = indices(PLACES.place_id).map(column.of);
  const collator = new Intl.Collator(language(), { numeric: true });
  order = indices(PLACES.place_id)
    .filter((i) => kept[i])
    .filter((i) => !filter.technology || isServedSo(i))
    .filter((i) => !filter.isUnreached || SUMMARY[i].missing >= 0.5)
    .sort(compareRows(values, { ...sorting, isNumber: column.isNumber, collator }));
}

const rowPx = () => ROW_REM * 16 * rem();

function cell(column, i) {
  const value = column.of(i);
  if (column.key === 'evidence') return h('td', {}, badge(value));
  if (column.key === 'technology') return h('td', { title: value }, value && techSwatch(SUMMARY[i].technology), value);
  if (column.isNumber) return h('td', { class: 'r' }, column.show(value));
  return h('td', { title: value }, value);
}

function rowOf(i, at) {
  const css = i === openedPlace() ? 'row chosen' : 'row';
  const attributes = { class: css, tabindex: 0, 'data-at': at, 'data-place': i, 'aria-rowindex': at + 2 };
  return h(
    'tr',
    attributes,
    COLUMNS.map((column) => cell(column, i)),
  );
}

function gapOf(nRows) {
  if (nRows <= 0) return null;
  const style = { height: `${nRows * rowPx()}px` };
  return h('tr', { 'aria-hidden': 'true' }, h('td', { class: 'gap', colspan: COLUMNS.length, style }));
}

/** Draw the rows in sight; the keyboard stays on its row, or goes to the one asked. */
export function drawRows(focusOn) {
  const [body, box] = [byId('rows'), byId('table-scroll')];
  if (!body) return;
  const first = Math.max(0, Math.floor(box.scrollTop / rowPx()) - ROWS_BEYOND);
  const last = Math.min(order.length, first + Math.ceil(box.clientHeight / rowPx()) + 2 * ROWS_BEYOND + 2);
  const hasFocus = body.contains(document.activeElement);
  const focused = focusOn ?? (hasFocus ? Number(document.activeElement.dataset.at) : -1);
  const rows = order.slice(first, last).map((i, k) => rowOf(i, first + k));
  fill(body, gapOf(first), rows, gapOf(order.length - last));
  if (focused >= 0) body.querySelector(`[data-at="${focused}"]`)?.focus({ preventScroll: true });
}

function refreshTable() {
  arrange();
  byId('table-scroll').scrollTop = 0;
  byId('shown').textContent = t('shown_of', { n: count(order.length), total: count(N_PLACES) });
  byId('place-table').setAttribute('aria-rowcount', order.length + 1);
  drawRows();
}

function sortBy(column) {
  if (sorting.key === column.key) sorting.isDown = !sorting.isDown;
  else Object.assign(sorting, { key: column.key, isDown: column.isNumber });
  document.querySelectorAll('#place-table th').forEach((head, i) => {
    head.setAttribute('aria-sort', ariaSort(COLUMNS[i].key === sorting.key, sorting.isDown));
  });
  refreshTable();
}

function headOf(column) {
  const name = t(column.message, column.values);
  const style = { textAlign: column.isNumber ? 'right' : 'left' };
  const button = { type: 'button', 'data-key': column.key, style, title: name, onclick: () => sortBy(column) };
  const sorted = ariaSort(sorting.key === column.key, sorting.isDown);
  return h('th', { scope: 'col', class: column.isNumber ? 'r' : null, 'aria-sort': sorted }, h('button', button, name));
}

const change = (name, of) => (event) => {
  filter[name] = of(event.target);
  refreshTable();
};

function technologyFilter() {
  const used = TECHNOLOGIES.filter((name) => ASSIGNMENTS.technology.includes(name));
  const option = (name) => h('option', { value: name, selected: filter.technology === name }, techName(name));
  return h(
    'select',
    { id: 'technology', 'aria-label': t('technology'), onchange: change('technology', (box) => box.value) },
    h('option', { value: '' }, t('all_technologies')),
    used.map(option),
  );
}

function downloadButton(what, message, rows) {
  const onclick = () => download(`${META.iso3}-${META.scenario}-${what}.csv`, csv(rows()));
  return h('button', { type: 'button', class: 'button', id: `download-${what}`, onclick }, t(message));
}

function drawTools() {
  const search = { type: 'search', id: 'filter', placeholder: t('filter'), 'aria-label': t('filter') };
  const unreached = { type: 'checkbox', checked: filter.isUnreached };
  fill(
    byId('table-tools'),
    h('input', { ...search, value: filter.text, oninput: change('text', (box) => box.value) }),
    META.has_plan && technologyFilter(),
    h(
      'label',
      {},
      h('input', { ...unreached, onchange: change('isUnreached', (box) => box.checked) }),
      t('only_unreached'),
    ),
    h('output', { id: 'shown' }),
    h('span', { class: 'spacer' }),
    downloadButton('places', 'download_places', placeRows),
    META.has_plan && downloadButton('plan', 'download_plan', planRows),
  );
}

export function drawTable() {
  drawTools();
  fill(
    byId('place-table'),
    h(
      'colgroup',
      {},
      COLUMNS.map(({ width }) => h('col', { style: { width } })),
    ),
    h('thead', {}, h('tr', {}, COLUMNS.map(headOf))),
    h('tbody', { id: 'rows' }),
  );
  refreshTable();
}

/** The rows that the filter shows: every column of both measures and the sums of the plan, unrounded. */
function placeRows() {
  const own = Object.keys(PLACES).filter((name) => !['lonlat', 'other_names'].includes(name));
  const measured = PLANNED ? Object.keys(PLANNED) : [];
  const plan = META.has_plan ? ['technology', 'dl_mbps', 'capex_usd', 'opex_usd_per_year', 'pv_usd'] : [];
  const cents = (name, value) => (name.includes('usd') && known(value) ? Math.round(value * 100) / 100 : value);
  const head = [...measured.map((name) => `planned_${name}`), ...plan.map((name) => `plan_${name}`)];
  const row = (i) => [
    ...own.map((name) => PLACES[name][i]),
    ...pointOf(PLACES, i),
    ...measured.map((name) => PLANNED[name][i]),
    ...plan.map((name) => cents(name, SUMMARY[i][name])),
  ];
  return [[...own, 'lon_deg', 'lat_deg', ...head], ...order.map(row)];
}

function planRows() {
  const names = Object.keys(ASSIGNMENTS);
  return [names, ...indices(ASSIGNMENTS.place_id).map((r) => names.map((name) => ASSIGNMENTS[name][r]))];
}

function showOnMap(i) {
  openPlace(i, { fly: true });
  const behavior = prefersStillness() ? 'auto' : 'smooth';
  document.querySelector('.map-box').scrollIntoView({ behavior, block: 'center' });
}

function onKey(event) {
  const row = event.target.closest('tr.row');
  if (!row) return;
  if (event.key === 'Enter') {
    event.preventDefault();
    showOnMap(Number(row.dataset.place));
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const box = byId('table-scroll');
  const at = Math.min(order.length - 1, Math.max(0, Number(row.dataset.at) + step));
  if (at * rowPx() < box.scrollTop) box.scrollTop = at * rowPx();
  const below = (at + 2.2) * rowPx();
  if (below > box.scrollTop + box.clientHeight) box.scrollTop = below - box.clientHeight;
  drawRows(at);
}

export function startTable() {
  const box = byId('table-scroll');
  box.addEventListener('scroll', () => requestAnimationFrame(() => drawRows()));
  box.addEventListener('click', (event) => {
    const row = event.target.closest('tr.row');
    if (row) showOnMap(Number(row.dataset.place));
  });
  box.addEventListener('keydown', onKey);
  onSelection(() => drawRows());
}

// The table of places that change.
import { csv, download } from '../shared/csv.js';
import { byId, fill, h, refill } from '../shared/dom.js';
import { signedMoneyLines, techName, techSwatch } from '../shared/labels.js';
import { language, t } from '../shared/messages.js';
import { isKept } from '../shared/names.js';
import { count, decimal, signed } from '../shared/numbers.js';
import { ariaSort, compareRows } from '../shared/sorting.js';
import { indices } from '../shared/unpack.js';
import { openPlace } from './card.js';
import { A, B, DIFF, changeMark } from './sides.js';
import { state } from './state.js';

const MOST_ROWS = 500;
const FIRST_WEIGHTS = { reached_more: 1e12, reached_less: 1e12, faster: 1e11, slower: 1e11, same: -1 };

/** Sort key of a change: people reached first, then speed, then the rest, each by people. */
function weightOf(i) {
  const change = DIFF.change[i];
  const people = change.startsWith('reached') ? Math.abs(DIFF.reached_more_people[i]) : DIFF.population[i];
  return change === 'same' ? 0 : (FIRST_WEIGHTS[change] || 0) + people;
}

const columns = () => [
  { key: 'name', name: t('col_name') },
  { key: 'population', name: t('col_population'), isRight: true },
  { key: 'weight', name: t('cmp_change') },
  { key: 'technology_a', name: A.name },
  { key: 'technology_b', name: B.name },
  { key: 'reached_more_people', name: t('cmp_reached_more'), isRight: true },
  { key: 'speed', name: t('cmp_speed'), isRight: true },
  { key: 'pv_difference_usd', name: t('cmp_cost'), isRight: true },
];

function valuesOf(key) {
  if (key === 'weight') return indices(DIFF.place_id).map(weightOf);
  if (key === 'speed') return DIFF.dl_mbps_b.map((speed, i) => speed - DIFF.dl_mbps_a[i]);
  return DIFF[key];
}

function shownPlaces() {
  const kept = isKept(state.filter);
  const values = valuesOf(state.sorting.key);
  const isNumber = values.some((value) => typeof value === 'number');
  const collator = new Intl.Collator(language(), { numeric: true });
  return indices(DIFF.place_id)
    .filter((i) => kept[i] && (!state.isOnlyChanged || DIFF.change[i] !== 'same'))
    .sort(compareRows(values, { isNumber, isDown: state.sorting.isDown, collator }));
}

function rowOf(i) {
  const open = () => openPlace(i, { fly: true });
  const way = (name) => h('td', {}, techSwatch(name), techName(name));
  const speeds = [DIFF.dl_mbps_a[i], DIFF.dl_mbps_b[i]].map((speed) => decimal(speed, 0));
  const attributes = {
    class: i === state.opened ? 'row chosen' : 'row',
    tabindex: 0,
    'data-key': `place-${i}`,
    onclick: open,
    onkeydown: (event) => {
      if (event.key === 'Enter') open();
    },
  };
  return h(
    'tr',
    attributes,
    h('td', {}, DIFF.name[i]),
    h('td', { class: 'r' }, count(DIFF.population[i])),
    h('td', {}, changeMark(DIFF.change[i])),
    way(DIFF.technology_a[i]),
    way(DIFF.technology_b[i]),
    h('td', { class: 'r' }, signed(Math.round(DIFF.reached_more_people[i]), count)),
    h('td', { class: 'r' }, speeds.join(' → ')),
    h('td', { class: 'r' }, signedMoneyLines(DIFF.pv_difference_usd[i])),
  );
}

export function drawRows() {
  const rows = shownPlaces();
  refill(byId('rows'), rows.slice(0, MOST_ROWS).map(rowOf));
  const told = { n: count(Math.min(rows.length, MOST_ROWS)), total: count(DIFF.place_id.length) };
  byId('shown').textContent = t('shown_of', told);
}

function downloadAll() {
  const names = Object.keys(DIFF).filter((name) => name !== 'lonlat');
  const rows = indices(DIFF.place_id).map((i) => names.map((name) => DIFF[name][i]));
  download(`compare_${A.name}_${B.name}.csv`, csv([names, ...rows]));
}

function drawTools() {
  const search = { type: 'search', value: state.filter, placeholder: t('filter'), 'aria-label': t('filter') };
  const change = (name, of) => (event) => {
    state[name] = of(event.target);
    drawRows();
  };
  const onlyChanged = { type: 'checkbox', checked: state.isOnlyChanged };
  fill(
    byId('table-tools'),
    h('input', { ...search, oninput: change('filter', (box) => box.value) }),
    h(
      'label',
      {},
      h('input', { ...onlyChanged, onchange: change('isOnlyChanged', (box) => box.checked) }),
      t('cmp_only_changed'),
    ),
    h('span', { class: 'spacer' }),
    h('output', { id: 'shown' }),
    h('button', { class: 'button', type: 'button', id: 'download', onclick: downloadAll }, t('cmp_download')),
  );
}

function headOf({ key, name, isRight }) {
  const { sorting } = state;
  const onclick = () => {
    Object.assign(sorting, { key, isDown: sorting.key === key ? !sorting.isDown : true });
    drawHead();
  };
  return h(
    'th',
    { scope: 'col', class: isRight ? 'r' : null, 'aria-sort': ariaSort(sorting.key === key, sorting.isDown) },
    h('button', { type: 'button', 'data-key': `sort-${key}`, onclick }, name),
  );
}

function drawHead() {
  refill(byId('place-table'), h('thead', {}, h('tr', {}, columns().map(headOf))), h('tbody', { id: 'rows' }));
  drawRows();
}

export function drawTable() {
  byId('place-table').className = 'compare';
  drawTools();
  drawHead();
}

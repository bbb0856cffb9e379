// What the results rest on: the parameters with their sources, and the layers with theirs.
import { byId, fill, h, wideTable } from '../shared/dom.js';
import { badge, word } from '../shared/labels.js';
import { t } from '../shared/messages.js';
import { count, formatter } from '../shared/numbers.js';
import { DATA, META } from '../shared/payload.js';
import { indices } from '../shared/unpack.js';

const FEW = 12; // so many assumptions stand open

const number = (v) => formatter({ maximumSignificantDigits: 6, useGrouping: Math.abs(v) >= 10000 }).format(v);

function sourceOf(i, isWithYear) {
  const { source, year, value, source_value: there } = DATA.parameters;
  const told = there[i] === value[i] ? year[i] : `${year[i]}: ${number(there[i])}`; // a price as its source has it
  if (isWithYear && year[i]) return `${source[i]} (${told})`;
  return isWithYear ? source[i] : source[i].replace(/^assumption:?\s*/i, '');
}

function parameterRow(i, isWithYear) {
  const all = DATA.parameters;
  const range = all.low[i] === all.high[i] ? '' : `${number(all.low[i])} – ${number(all.high[i])}`;
  return h(
    'tr',
    {},
    h('td', {}, h('code', {}, all.key[i])),
    h('td', {}, all.meaning[i]),
    h('td', { class: 'r' }, `${number(all.value[i])}${all.unit[i] === '1' ? '' : ` ${all.unit[i]}`}`),
    h('td', { class: 'r' }, range),
    h('td', {}, sourceOf(i, isWithYear)),
  );
}

function parameterTable(rows, isWithYear) {
  const columns = [[t('parameter')], [t('meaning')], [t('value'), 'r'], [t('range'), 'r'], [t('source')]];
  return wideTable(
    'plain',
    columns,
    rows.map((i) => parameterRow(i, isWithYear)),
  );
}

const folded = (title, n, isOpen, table) =>
  h('details', { class: 'more', open: isOpen }, h('summary', {}, `${title} (${count(n)})`), table);

export function drawAssumptions() {
  const rows = indices(DATA.parameters.key);
  const assumed = rows.filter((i) => DATA.parameters.assumed[i]);
  fill(
    byId('assumptions-body'),
    h('p', { class: 'foot first' }, t('assumptions_note', { n: count(assumed.length), total: count(rows.length) })),
    h('p', { class: 'foot' }, t('predicted_note')),
    folded(t('assumptions'), assumed.length, assumed.length <= FEW, parameterTable(assumed, false)),
    folded(t('all_parameters'), rows.length, false, parameterTable(rows, true)),
  );
}

export function drawSources() {
  const row = (layer) =>
    h(
      'tr',
      {},
      h('td', {}, word(layer.layer)),
      h('td', {}, badge(layer.evidence)),
      h('td', {}, layer.source, layer.retrieved && ` (${t('retrieved')} ${layer.retrieved})`),
      h('td', {}, layer.licence),
      h('td', {}, layer.note),
    );
  const columns = [[t('layer')], [t('evidence')], [t('source')], [t('licence')], [t('note')]];
  const sketch = META.sketch ? ` ${t('natural_earth')}` : '';
  fill(
    byId('sources-body'),
    wideTable('plain', columns, DATA.sources.map(row)),
    h('p', { class: 'foot' }, t('software_text', { version: META.version }), sketch),
  );
}

/** The line of credit on the map. */
export function drawCredit() {
  const isOsm = DATA.sources.some((layer) => /OpenStreetMap/.test(layer.source + layer.licence));
  fill(byId('credit'), isOsm ? '© OpenStreetMap contributors · ' : '', h('a', { href: '#sources' }, t('credit')));
}

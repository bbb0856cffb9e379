// Which price must be verified first: the cost of the plan at both ends of each price's range.
import { h, note, panel } from '../shared/dom.js';
import { swatch, word } from '../shared/labels.js';
import { t } from '../shared/messages.js';
import { count, decimal, money, plainNumber, scaleOf } from '../shared/numbers.js';
import { DATA, PLAN } from '../shared/payload.js';
import { niceTicks } from '../shared/scale.js';
import { indices, unpackTable } from '../shared/unpack.js';

const TORNADO = unpackTable(DATA.tornado);
const MOST_ROWS = 12;
const INK = '#17252f';
const GRID = '#e6ebee';
const LOW = '#56b4e9';
const HIGH = '#d98b2b';
const BOX = { width: 620, left: 205, right: 20, top: 24, bottom: 26, step: 30 };

/** Name of a price as people say it: the key without room and unit. */
export const priceName = (key) =>
  word(key.replace(/^costs\./, '').replace(/_usd(_|$).*|_share_per_year$/, '')).replace(/\bom\b/, 'O&M');

const unitOf = (i) => (TORNADO.unit[i] === '1' ? '' : ` ${TORNADO.unit[i]}`);
const priceWords = (i) =>
  `${priceName(TORNADO.parameter[i])}, ${plainNumber(TORNADO.low[i])} – ${plainNumber(TORNADO.high[i])}${unitOf(i)}`;
const priceMeaning = (key) => DATA.parameters.meaning[DATA.parameters.key.indexOf(key)] || '';

function rowTitle(i) {
  const end = (price, cost) => `${plainNumber(price)} → ${money(cost)}`;
  const ends = [end(TORNADO.low[i], TORNADO.pv_low_usd[i]), end(TORNADO.high[i], TORNADO.pv_high_usd[i])];
  return `${priceMeaning(TORNADO.parameter[i])} ${TORNADO.parameter[i]}: ${ends.join('; ')}`;
}

function rowOf(i, y, X, base) {
  const ends = [
    [TORNADO.pv_low_usd[i], LOW],
    [TORNADO.pv_high_usd[i], HIGH],
  ];
  const range = [TORNADO.low[i], TORNADO.value[i], TORNADO.high[i]].map(plainNumber).join(' – ');
  const x = BOX.left - 8;
  return h(
    'g',
    {},
    h('title', {}, rowTitle(i)),
    h(
      'text',
      { x, y: y + 4, 'text-anchor': 'end', fill: INK },
      priceName(TORNADO.parameter[i]),
      TORNADO.is_assumption[i] ? ' *' : '',
    ),
    h('text', { x, y: y + 15, 'text-anchor': 'end', class: 'small' }, `${range}${unitOf(i)}`),
    ends.map(([cost, fill]) =>
      h('rect', {
        x: Math.min(X(cost), X(base)),
        y: y - 8,
        width: Math.max(Math.abs(X(cost) - X(base)), 1),
        height: 16,
        fill,
      }),
    ),
  );
}

function drawing(rows, base) {
  const costs = [base, ...rows.flatMap((i) => [TORNADO.pv_low_usd[i], TORNADO.pv_high_usd[i]])];
  const [lowest, highest] = [Math.min(...costs), Math.max(...costs)];
  const [unit, unitWord] = scaleOf(highest);
  const height = BOX.top + BOX.step * rows.length + BOX.bottom;
  const inner = BOX.width - BOX.left - BOX.right;
  const X = (v) => BOX.left + (inner * (v - lowest)) / Math.max(highest - lowest, 1e-9);
  const foot = height - 24;
  return h(
    'svg',
    { viewBox: `0 0 ${BOX.width} ${height}`, role: 'img', 'aria-label': t('tornado_title') },
    niceTicks(lowest, highest, 4).map((v) => [
      h('line', { x1: X(v), x2: X(v), y1: BOX.top - 8, y2: foot, stroke: GRID }),
      h('text', { x: X(v), y: height - 10, 'text-anchor': 'middle' }, decimal(v / unit, 2)),
    ]),
    rows.map((i, k) => rowOf(i, BOX.top + BOX.step * (k + 0.5) - 4, X, base)),
    h('line', { x1: X(base), x2: X(base), y1: BOX.top - 10, y2: foot, stroke: INK, 'stroke-width': 1.5 }),
    h('text', { x: BOX.left, y: 10 }, [`${t('pv')}, USD`, unitWord].filter(Boolean).join(' ')),
  );
}

function sentences() {
  const ends = [TORNADO.pv_low_usd[0], TORNADO.pv_high_usd[0]];
  const first = { price: priceWords(0), low: money(Math.min(...ends)), high: money(Math.max(...ends)) };
  const worst = TORNADO.regret_usd.reduce((best, v, i) => (v > TORNADO.regret_usd[best] ? i : best), 0);
  if (!(TORNADO.regret_usd[worst] > 0)) return t('tornado_first', first);
  const changed = Math.max(TORNADO.places_changed_low[worst], TORNADO.places_changed_high[worst]);
  const regret = { price: priceWords(worst), money: money(TORNADO.regret_usd[worst]), n: count(changed) };
  return [t('tornado_first', first), ' ', t('tornado_regret', regret)];
}

const legendRow = (colour, text) => h('div', { class: 'row' }, swatch(colour, 'square'), text);

export function tornadoPanel() {
  if (!TORNADO || !TORNADO.parameter.length) {
    if (!(PLAN.pv_usd > 0)) return null;
    return panel(t('tornado_title'), note(t(PLAN.tiers || PLAN.budget ? 'answers_not_here' : 'answers_none')));
  }
  return panel(
    t('tornado_title'),
    h('p', {}, sentences()),
    drawing(indices(TORNADO.parameter).slice(0, MOST_ROWS), TORNADO.pv_usd[0]),
    h('div', { class: 'legend flush' }, legendRow(LOW, t('tornado_low')), legendRow(HIGH, t('tornado_high'))),
    note(t('tornado_note')),
  );
}

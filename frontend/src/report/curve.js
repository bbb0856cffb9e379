// What reaching more people costs: the curve, and each further percent.
import { bar, fill, h, note, panel } from '../shared/dom.js';
import { t } from '../shared/messages.js';
import { decimal, formatter, known, money, people, scaleOf, share } from '../shared/numbers.js';
import { DATA } from '../shared/payload.js';
import { nearest, niceTicks } from '../shared/scale.js';
import { indices, unpackTable } from '../shared/unpack.js';

const CURVE = unpackTable(DATA.curve);
const PERCENTS = unpackTable(DATA.percents);
const LAST_PERCENTS = 12;
const WORTH_SAYING = 1.5; // times the middle percent
const MANY_POINTS = 20;
const BOX = { width: 560, height: 300, left: 62, right: 18, top: 14, bottom: 42 };
const LINE = '#0b6b73';
const AREA = '#e3f0f0';
const GRID = '#e6ebee';
const AXIS = '#9aa7b0';

/** Points of the curve in rising order of people: share, cost, cost of the last people. */
function curvePoints() {
  if (!CURVE || !CURVE.reached_share) return [];
  return indices(CURVE.reached_share)
    .map((i) => ({
      share: CURVE.reached_share[i],
      cost: CURVE.pv_usd[i],
      last: CURVE.usd_per_person ? CURVE.usd_per_person[i] : null,
    }))
    .filter((point) => known(point.share) && known(point.cost))
    .sort((a, b) => a.share - b.share || a.cost - b.cost);
}

function scalesOf(points) {
  const x0 = points[0].share;
  const x1 = Math.max(points.at(-1).share, x0 + 1e-6);
  const y1 = Math.max(...points.map((point) => point.cost)) * 1.06 || 1;
  const inner = { width: BOX.width - BOX.left - BOX.right, height: BOX.height - BOX.top - BOX.bottom };
  return {
    x0,
    x1,
    y1,
    X: (v) => BOX.left + ((v - x0) / (x1 - x0)) * inner.width,
    Y: (v) => BOX.height - BOX.bottom - (v / y1) * inner.height,
  };
}

function axes({ x0, x1, y1, X, Y }) {
  const [unit, unitWord] = scaleOf(y1);
  const foot = BOX.height - BOX.bottom;
  const right = BOX.width - BOX.right;
  const percent = formatter({ style: 'percent', maximumFractionDigits: x1 - x0 < 0.05 ? 1 : 0 });
  return [
    niceTicks(0, y1, 4).map((v) => [
      h('line', { x1: BOX.left, x2: right, y1: Y(v), y2: Y(v), stroke: GRID }),
      h('text', { x: BOX.left - 8, y: Y(v) + 4, 'text-anchor': 'end' }, decimal(v / unit, 2)),
    ]),
    niceTicks(x0, x1, 5).map((v) => [
      h('line', { x1: X(v), x2: X(v), y1: foot, y2: foot + 5, stroke: AXIS }),
      h('text', { x: X(v), y: foot + 18, 'text-anchor': 'middle' }, percent.format(v)),
    ]),
    h('line', { x1: BOX.left, x2: right, y1: foot, y2: foot, stroke: AXIS }),
    h('text', { x: BOX.left, y: BOX.top - 2 }, [`${t('curve_y')}, USD`, unitWord].filter(Boolean).join(' ')),
    h('text', { x: (BOX.left + right) / 2, y: BOX.height - 6, 'text-anchor': 'middle' }, t('curve_x')),
  ];
}

function pathOf(points, { x0, x1, X, Y }) {
  const path = points
    .map((point, i) => `${i ? 'L' : 'M'}${X(point.share).toFixed(1)},${Y(point.cost).toFixed(1)}`)
    .join('');
  return [
    h('path', { d: `${path}L${X(x1).toFixed(1)},${Y(0)}L${X(x0).toFixed(1)},${Y(0)}Z`, fill: AREA }),
    h('path', { d: path, fill: 'none', stroke: LINE, 'stroke-width': 2.5, 'stroke-linejoin': 'round' }),
  ];
}

function circleOf(point, { X, Y }, isLast, isMany) {
  const look = isMany
    ? { r: 2, fill: LINE, 'stroke-width': 0 }
    : { r: 3.2, fill: '#fff', stroke: LINE, 'stroke-width': 2 };
  const last = isLast ? { r: 5, fill: LINE } : {};
  return h('circle', { cx: X(point.share), cy: Y(point.cost), ...look, ...last });
}

const told = (point) => `${share(point.share)}: ${money(point.cost)}`;

/** The curve; pointer and arrow keys choose a point, which a line marks and a sentence below tells. */
function drawing(points, readout) {
  const scales = scalesOf(points);
  const { X, Y } = scales;
  const marker = h('g', { class: 'marker', visibility: 'hidden' });
  let at = points.length - 1;
  const choose = (i) => {
    at = Math.min(points.length - 1, Math.max(0, i));
    const point = points[at];
    const [x, y] = [X(point.share), Y(point.cost)];
    fill(
      marker,
      h('line', { x1: x, x2: x, y1: BOX.top, y2: BOX.height - BOX.bottom, stroke: AXIS, 'stroke-dasharray': '3 3' }),
      h('circle', { cx: x, cy: y, r: 6, fill: LINE, stroke: '#fff', 'stroke-width': 2 }),
    );
    marker.setAttribute('visibility', 'visible');
    const last = known(point.last) && point.last > 0 ? `; ${t('curve_last', { price: money(point.last) })}` : '';
    fill(readout, h('strong', {}, told(point)), last);
  };
  const positions = points.map((point) => X(point.share));
  const svg = h(
    'svg',
    {
      viewBox: `0 0 ${BOX.width} ${BOX.height}`,
      role: 'img',
      tabindex: 0,
      class: 'curve',
      'aria-label': `${t('curve_title')}: ${told(points[0])} – ${told(points.at(-1))}`,
      onpointermove: (event) => {
        const box = svg.getBoundingClientRect();
        choose(nearest(positions, ((event.clientX - box.left) / box.width) * BOX.width));
      },
      onfocus: () => choose(at),
      onkeydown: (event) => {
        const step = { ArrowLeft: -1, ArrowRight: 1, Home: -points.length, End: points.length }[event.key];
        if (!step) return;
        event.preventDefault();
        choose(at + step);
      },
    },
    axes(scales),
    pathOf(points, scales),
    points.map((point, i) => circleOf(point, scales, i === points.length - 1, points.length > MANY_POINTS)),
    marker,
  );
  return svg;
}

export function curvePanel() {
  const points = curvePoints();
  if (points.length < 2) return panel(t('curve_title'), note(t('curve_none')));
  const readout = h('p', { class: 'note', 'aria-live': 'polite' }, t('curve_note'));
  return panel(t('curve_title'), drawing(points, readout), readout);
}

function percentSentence(last) {
  const each = PERCENTS.usd_per_person;
  const middle = [...each].sort((a, b) => a - b)[Math.floor(each.length / 2)];
  const ratio = each[last] / Math.max(middle, 1e-9);
  const ratioText =
    ratio >= WORTH_SAYING ? ` ${t('percent_ratio', { times: decimal(ratio, ratio < 10 ? 1 : 0) })}` : '';
  const text = { money: money(PERCENTS.usd[last]), people: people(PERCENTS.people[last]), each: money(each[last]) };
  return h('p', {}, t('percent_last', text), ratioText);
}

export function percentPanel() {
  if (!PERCENTS || PERCENTS.usd.length < 2) return null;
  const rows = indices(PERCENTS.usd).slice(-LAST_PERCENTS).reverse();
  const most = Math.max(...rows.map((i) => PERCENTS.usd_per_person[i]), 1e-9);
  return panel(
    t('percent_title'),
    percentSentence(rows[0]),
    h(
      'div',
      { class: 'bars apart' },
      rows.map((i) =>
        bar({
          name: t('percent_step', { from: share(PERCENTS.from_share[i]), to: share(PERCENTS.to_share[i]) }),
          text: `${money(PERCENTS.usd[i])} · ${t('percent_each', { money: money(PERCENTS.usd_per_person[i]) })}`,
          length: PERCENTS.usd_per_person[i] / most,
          colour: LINE,
        }),
      ),
    ),
  );
}

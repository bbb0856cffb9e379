// Answers beyond the plan: how sure it is, what each further percent costs, which price matters, which decisions hold.
const HELD_STEPS = [[0, '#b8470b'], [0.5, '#e08214'], [0.75, '#f0c07a'], [0.9, '#3fa66b']];
const heldColour = (value) => HELD_STEPS.filter(([from]) => value >= from).pop()[1];

function gapPanel() {
  if (!known(PLAN.lower_bound_usd) || !known(PLAN.pv_usd)) return null;
  return h('div', { class: 'panel' }, h('h3', {}, t('gap_title')), h('p', {}, t('gap_plain', { pv: money(PLAN.pv_usd), bound: money(PLAN.lower_bound_usd), gap: share(Math.max(PLAN.gap, 0)), money: money(Math.max(PLAN.pv_usd - PLAN.lower_bound_usd, 0)) })),
    h('p', { class: 'note' }, t('gap_not')), PLAN.deterministic === false && h('p', { class: 'note' }, t('gap_hasty')));
}

function percentPanel() {
  if (!PERCENTS || PERCENTS.usd.length < 2) return null;
  const n = PERCENTS.usd.length, last = Math.max(0, n - 12), rows = PERCENTS.usd.map((_, i) => i).slice(last).reverse();
  const most = Math.max(...rows.map((i) => PERCENTS.usd_per_person[i]), 1e-9), end = n - 1;
  const ratio = PERCENTS.usd_per_person[end] / Math.max(PERCENTS.usd_per_person.slice().sort((a, b) => a - b)[Math.floor(n / 2)], 1e-9);
  return h('div', { class: 'panel' }, h('h3', {}, t('percent_title')),
    h('p', {}, t('percent_last', { money: money(PERCENTS.usd[end]), people: people(PERCENTS.people[end]), each: money(PERCENTS.usd_per_person[end]) }), ratio >= 1.5 ? ` ${t('percent_ratio', { times: decimal(ratio, ratio < 10 ? 1 : 0) })}` : ''),
    h('div', { class: 'bars', style: { marginTop: '0.7rem' } }, rows.map((i) => h('div', { class: 'bar' }, h('div', { class: 'line' }, h('span', {}, t('percent_step', { from: share(PERCENTS.from_share[i]), to: share(PERCENTS.to_share[i]) })), h('span', {}, `${money(PERCENTS.usd[i])} · ${t('percent_each', { money: money(PERCENTS.usd_per_person[i]) })}`)),
      h('div', { class: 'track' }, h('div', { class: 'fill', style: { width: `${100 * PERCENTS.usd_per_person[i] / most}%`, background: '#0b6b73' } }))))));
}

const priceName = (key) => word(key.replace(/^costs\./, '').replace(/_usd(_|$).*|_share_per_year$/, '')).replace(/\bom\b/, 'O&M');
const priceWords = (i) => `${priceName(TORNADO.parameter[i])}, ${plainNumber(TORNADO.low[i])} – ${plainNumber(TORNADO.high[i])}${TORNADO.unit[i] === '1' ? '' : ` ${TORNADO.unit[i]}`}`;
const priceMeaning = (key) => DATA.parameters.meaning[DATA.parameters.key.indexOf(key)] || '';
const plainNumber = (v) => formatter({ maximumSignificantDigits: 4 }).format(v);
function tornadoPanel() {
  if (!TORNADO || !TORNADO.parameter.length) return PLAN.pv_usd > 0 ? h('div', { class: 'panel' }, h('h3', {}, t('tornado_title')), h('p', { class: 'note' }, t(PLAN.tiers || PLAN.budget ? 'answers_not_here' : 'answers_none'))) : null;
  const rows = TORNADO.parameter.map((_, i) => i).slice(0, 12), base = TORNADO.pv_usd[0];
  const lowest = Math.min(base, ...rows.flatMap((i) => [TORNADO.pv_low_usd[i], TORNADO.pv_high_usd[i]])), highest = Math.max(base, ...rows.flatMap((i) => [TORNADO.pv_low_usd[i], TORNADO.pv_high_usd[i]]));
  const W = 620, left = 205, right = 20, step = 30, top = 24, H = top + step * rows.length + 26, unit = highest >= 1e9 ? 1e9 : highest >= 1e6 ? 1e6 : 1;
  const X = (v) => left + (W - left - right) * (v - lowest) / Math.max(highest - lowest, 1e-9);
  const line = (i, y) => {
    const ends = [['low', TORNADO.pv_low_usd[i], '#56b4e9'], ['high', TORNADO.pv_high_usd[i], '#d98b2b']];
    const title = `${priceMeaning(TORNADO.parameter[i])} ${TORNADO.parameter[i]}: ${plainNumber(TORNADO.low[i])} → ${money(TORNADO.pv_low_usd[i])}; ${plainNumber(TORNADO.high[i])} → ${money(TORNADO.pv_high_usd[i])}`;
    return h('g', {}, h('title', {}, title), h('text', { x: left - 8, y: y + 4, 'text-anchor': 'end', fill: '#17252f' }, priceName(TORNADO.parameter[i]), TORNADO.is_assumption[i] ? ' *' : ''),
      h('text', { x: left - 8, y: y + 15, 'text-anchor': 'end', style: { fontSize: '9.5px' } }, `${plainNumber(TORNADO.low[i])} – ${plainNumber(TORNADO.value[i])} – ${plainNumber(TORNADO.high[i])} ${TORNADO.unit[i] === '1' ? '' : TORNADO.unit[i]}`),
      ends.map(([, v, colour]) => h('rect', { x: Math.min(X(v), X(base)), y: y - 8, width: Math.max(Math.abs(X(v) - X(base)), 1), height: 16, fill: colour })));
  };
  const regretRow = TORNADO.regret_usd.reduce((best, v, i) => (v > TORNADO.regret_usd[best] ? i : best), 0);
  return h('div', { class: 'panel' }, h('h3', {}, t('tornado_title')),
    h('p', {}, t('tornado_first', { price: priceWords(0), low: money(Math.min(TORNADO.pv_low_usd[0], TORNADO.pv_high_usd[0])), high: money(Math.max(TORNADO.pv_low_usd[0], TORNADO.pv_high_usd[0])) }), ' ',
      TORNADO.regret_usd[regretRow] > 0 ? t('tornado_regret', { price: priceWords(regretRow), money: money(TORNADO.regret_usd[regretRow]), n: count(Math.max(TORNADO.places_changed_low[regretRow], TORNADO.places_changed_high[regretRow])) }) : ''),
    h('svg', { viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': t('tornado_title') },
      niceTicks(lowest, highest, 4).map((v) => [h('line', { x1: X(v), x2: X(v), y1: top - 8, y2: H - 24, stroke: '#e6ebee' }), h('text', { x: X(v), y: H - 10, 'text-anchor': 'middle' }, decimal(v / unit, 2))]),
      rows.map((i, k) => line(i, top + step * (k + 0.5) - 4)), h('line', { x1: X(base), x2: X(base), y1: top - 10, y2: H - 24, stroke: '#17252f', 'stroke-width': 1.5 }),
      h('text', { x: left, y: 10 }, `${t('pv')}, USD${unit > 1 ? ` ${t(unit === 1e9 ? 'billion' : 'million')}` : ''}`)),
    h('div', { class: 'legend', style: { marginLeft: 0 } }, h('div', { class: 'row' }, swatch('#56b4e9', 'square'), t('tornado_low')), h('div', { class: 'row' }, swatch('#d98b2b', 'square'), t('tornado_high'))),
    h('p', { class: 'note' }, t('tornado_note')));
}

function robustPanel() {
  if (!ROBUST || !known(ANSWERS.n_draws)) return null;
  const of = (name) => [ANSWERS[`${name}_held`], ANSWERS[`${name}_decided`]];
  const rows = [['places', t('places')], ['sites', t('layer_sites')], ['links', t('robust_links')]].map(([name, text]) => [text, ...of(name)]).filter(([, , all]) => all > 0);
  return h('div', { class: 'panel' }, h('h3', {}, t('robust_title')),
    h('p', {}, t('robust_plain', { n: count(ANSWERS.n_draws), held: count(ANSWERS.places_held), all: count(ANSWERS.places_decided), people: share(ANSWERS.people_held_share) })),
    h('p', { class: 'note' }, t('robust_cost', { low: money(ANSWERS.pv_p5_usd), middle: money(ANSWERS.pv_p50_usd), high: money(ANSWERS.pv_p95_usd) })),
    h('p', { class: 'note' }, t('robust_regret', { mean: money(ANSWERS.regret_mean_usd), most: money(ANSWERS.regret_p95_usd) })),
    h('div', { class: 'bars', style: { marginTop: '0.7rem' } }, rows.map(([text, held, all]) => h('div', { class: 'bar' }, h('div', { class: 'line' }, h('span', {}, text), h('span', {}, `${count(held)} / ${count(all)} (${share(held / all)})`)),
      h('div', { class: 'track' }, h('div', { class: 'fill', style: { width: `${100 * held / all}%`, background: '#3fa66b' } }))))),
    h('p', { class: 'note' }, t('robust_note')));
}

function heldPart(i) {
  const row = HELD.get(PLACES.place_id[i]);
  if (row === undefined) return null;
  const other = ROBUST.other[row];
  return h('p', { class: 'switch' }, t('robust_card', { share: share(ROBUST.share[row]), way: techName(ROBUST.decision[row]) }), other ? ` ${t('robust_card_other', { way: techName(other), share: share(ROBUST.other_share[row]) })}` : '');
}

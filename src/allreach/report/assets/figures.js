// The headline, the key figures, the cost curve, the costs by component and technology, the assumptions, the sources.
const FIGURES = DATA.figures;
const PLAN = FIGURES.plan || {};

function reachedShares() {
  const today = FIGURES.today.population ? FIGURES.today.reached / FIGURES.today.population : 0;
  let after = null;
  if (META.has_plan) after = known(PLAN.reached_share) ? PLAN.reached_share : FIGURES.after ? FIGURES.after.reached / FIGURES.after.population : null;
  return { today, after };
}

function drawHeadline() {
  const { today, after } = reachedShares(), standard = META.standard;
  const missing = FIGURES.today.population - FIGURES.today.reached;
  const [before, behind] = t('headline_today', { share: share(today), speed: decimal(standard.dl_mbps) }).split('{missing}');
  const lines = [h('p', {}, before, behind !== undefined && h('span', { class: 'missing' }, `${people(missing)}`), behind)];
  if (after !== null && known(PLAN.pv_usd)) {
    const [a, rest] = t('headline_plan').split('{share}'), [b, c] = rest.split('{pv}');
    lines.push(h('p', {}, a, h('span', { class: 'good' }, share(after)), b, money(PLAN.pv_usd), c));
  } else if (!META.has_plan) lines.push(h('p', { class: 'more' }, t('headline_waiting')));
  for (const row of tierRows().slice(1)) if (known(row.got)) lines.push(h('p', {}, t('headline_tier', { share: share(row.got), speed: decimal(row.dl), asked: share(row.asked) })));
  lines.push(h('p', { class: 'more' }, t('standard', { dl: decimal(standard.dl_mbps), busy: decimal(standard.busy_hour_mbps), hours: share(standard.hours_share), where: t(standard.indoors ? 'indoors' : 'outdoors') }), '. ', t('predicted_short'), ' ', badge(META.evidence)));
  fill(document.getElementById('headline'), lines);
}

function drawFigures() {
  const { today, after } = reachedShares();
  const range = (FIGURES.measure || {}).predicted_share, interval = range && known(range.p5) && known(range.p95) ? range : null;
  const figure = (what, value, note, wide) => h('div', { class: wide ? 'figure wide' : 'figure' }, h('div', { class: 'what' }, what), h('div', { class: 'value' }, value), note && h('div', { class: 'note' }, note));
  const parts = [h('div', { class: 'figure wide' }, h('div', { class: 'what' }, t('people_reached')), reachBars(today, after),
    interval && h('div', { class: 'note', style: { marginTop: '0.25rem' } }, t('interval', { low: share(interval.p5), high: share(interval.p95) })),
    after !== null && h('div', { class: 'note', style: { marginTop: '0.25rem' } }, t(META.has_verify ? 'verified' : 'not_verified')))];
  parts.push(tierBars());
  const states = Object.entries(FIGURES.today.states).filter(([, [, of]]) => of > 0);
  if (states.length) parts.push(h('div', { class: 'figure wide' }, h('div', { class: 'reach' }, states.map(([name, [value, of]]) => [h('span', {}, t(`card_${name.replace('_share', '')}`)),
    h('div', { class: 'track' }, h('div', { class: 'fill', style: { width: `${100 * value / of}%` } })), h('span', { class: 'num' }, share(value / of))])),
  h('div', { class: 'note' }, t('state_known', { share: share(Math.min(...states.map(([, [, of]]) => of / FIGURES.today.population))) }))));
  if (!META.has_plan) parts.push(figure(t('population'), people(FIGURES.today.population)), figure(t('layer_unreached'), people(FIGURES.today.population - FIGURES.today.reached)));
  if (known(PLAN.pv_usd)) parts.push(figure(t('fig_pv'), moneyFigure(PLAN.pv_usd), known(PLAN.horizon_years) && known(PLAN.discount_rate) ? t('fig_pv_terms', { years: count(PLAN.horizon_years), rate: share(PLAN.discount_rate) }) : t('fig_pv_note'), true));
  if (known(PLAN.capex_usd)) parts.push(figure(t('fig_capex'), moneyFigure(PLAN.capex_usd)));
  if (known(PLAN.opex_usd_per_year)) parts.push(figure(t('fig_opex'), moneyFigure(PLAN.opex_usd_per_year)));
  if (known(PLAN.lower_bound_usd)) parts.push(figure(t('fig_bound'), moneyFigure(PLAN.lower_bound_usd), known(PLAN.gap) ? t(PLAN.gap < 0.05 ? 'fig_bound_tight' : 'fig_bound_note', { gap: share(Math.max(PLAN.gap, 0)) }) : '', true));
  if (known(PLAN.n_new_sites)) parts.push(figure(t('fig_sites'), count(PLAN.n_new_sites), known(PLAN.n_upgraded_sites) ? t('fig_sites_note', { n: count(PLAN.n_upgraded_sites) }) : ''));
  if (known(PLAN.fibre_km)) parts.push(figure(t('fig_fibre'), `${count(roundedSum(PLAN.fibre_km))} ${t('km')}`));
  if (known(PLAN.n_hops)) parts.push(figure(t('fig_hops'), count(PLAN.n_hops)));
  if (known(PLAN.satellite_households)) parts.push(figure(t('fig_satellite'), count(PLAN.satellite_households)));
  fill(document.getElementById('figures'), parts);
}

function niceTicks(low, high, n) {
  const raw = (high - low) / n || 1, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999);
  const ticks = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 1e-6; v += step) ticks.push(v || 0);
  return ticks;
}

function curvePanel() {
  const curve = unpackTable(DATA.curve), panel = h('div', { class: 'panel' }, h('h3', {}, t('curve_title')));
  if (!curve || !curve.reached_share || curve.reached_share.length < 2) { panel.append(h('p', { class: 'note' }, t('curve_none'))); return panel; }
  const points = curve.reached_share.map((x, i) => [x, curve.pv_usd[i], curve.usd_per_person ? curve.usd_per_person[i] : null]).filter(([x, y]) => known(x) && known(y)).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const W = 560, H = 300, left = 62, right = 18, top = 14, bottom = 42;
  const x0 = points[0][0], x1 = Math.max(points.at(-1)[0], x0 + 1e-6), y1 = Math.max(...points.map((p) => p[1])) * 1.06 || 1;
  const X = (v) => left + (v - x0) / (x1 - x0) * (W - left - right), Y = (v) => H - bottom - v / y1 * (H - top - bottom);
  const unit = y1 >= 1e9 ? 1e9 : y1 >= 1e6 ? 1e6 : 1;
  const path = points.map(([x, y], i) => `${i ? 'L' : 'M'}${X(x).toFixed(1)},${Y(y).toFixed(1)}`).join('');
  const digits = x1 - x0 < 0.05 ? 1 : 0;
  const readout = h('p', { class: 'note', 'aria-live': 'polite' }, t('curve_note'));
  const show = ([x, y, last]) => fill(readout, h('strong', {}, `${share(x)}: ${money(y)}`), known(last) && last > 0 ? `; ${t('curve_last', { price: money(last) })}` : '');
  const svg = h('svg', { viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': `${t('curve_title')}: ${points.map(([x, y]) => `${share(x)} ${money(y)}`).filter((_, i) => i === 0 || i === points.length - 1).join(' – ')}` },
    niceTicks(0, y1, 4).map((v) => [h('line', { x1: left, x2: W - right, y1: Y(v), y2: Y(v), stroke: '#e6ebee' }), h('text', { x: left - 8, y: Y(v) + 4, 'text-anchor': 'end' }, decimal(v / unit, 2))]),
    niceTicks(x0, x1, 5).map((v) => [h('line', { x1: X(v), x2: X(v), y1: H - bottom, y2: H - bottom + 5, stroke: '#9aa7b0' }), h('text', { x: X(v), y: H - bottom + 18, 'text-anchor': 'middle' }, formatter({ style: 'percent', maximumFractionDigits: digits }).format(v))]),
    h('line', { x1: left, x2: W - right, y1: H - bottom, y2: H - bottom, stroke: '#9aa7b0' }),
    h('path', { d: `${path}L${X(x1).toFixed(1)},${Y(0)}L${X(x0).toFixed(1)},${Y(0)}Z`, fill: '#e3f0f0' }),
    h('path', { d: path, fill: 'none', stroke: '#0b6b73', 'stroke-width': 2.5, 'stroke-linejoin': 'round' }),
    points.map((p, i) => h('circle', { cx: X(p[0]), cy: Y(p[1]), r: i === points.length - 1 ? 5 : points.length > 20 ? 2 : 3.2, fill: i === points.length - 1 || points.length > 20 ? '#0b6b73' : '#fff', stroke: '#0b6b73', 'stroke-width': points.length > 20 ? 0 : 2, tabindex: 0, onfocus: () => show(p), onmouseenter: () => show(p) }, h('title', {}, `${share(p[0])}: ${money(p[1])}`))),
    h('text', { x: left, y: top - 2 }, `${t('curve_y')}, USD${unit > 1 ? ' ' + t(unit === 1e9 ? 'billion' : 'million') : ''}`),
    h('text', { x: (left + W - right) / 2, y: H - 6, 'text-anchor': 'middle' }, t('curve_x')));
  panel.append(svg, readout);
  return panel;
}

function bars(rows) {
  const most = Math.max(...rows.map((r) => r.value), 1e-9);
  return h('div', { class: 'bars' }, rows.map((row) => h('div', { class: 'bar' }, h('div', { class: 'line' }, h('span', {}, row.name, row.note && h('small', {}, ` · ${row.note}`)), h('span', {}, row.text)),
    h('div', { class: 'track' }, h('div', { class: 'fill', style: { width: `${Math.max(0, 100 * row.value / most)}%`, background: row.colour } })))));
}

const KIND_COLOUR = { access: '#0072b2', backhaul: '#e69f00', power: '#009e73', satellite: '#cc79a7', operations: '#8b9aa5' };

function componentPanel() {
  const bill = unpackTable(DATA.bill);
  if (!bill) return null;
  const sums = new Map();
  bill.kind.forEach((kind, i) => {
    const sum = sums.get(kind) || { pv: 0, capex: 0, opex: 0 };
    sum.pv += bill.pv_usd[i]; sum.capex += bill.capex_usd[i]; sum.opex += bill.opex_usd_per_year[i];
    sums.set(kind, sum);
  });
  const rows = [...sums].sort((a, b) => b[1].pv - a[1].pv).map(([kind, s]) => ({ name: t(`kind_${kind}`), value: s.pv, text: money(s.pv), colour: KIND_COLOUR[kind] || '#8b9aa5', note: [s.capex > 0 && `${t('capex')} ${money(s.capex)}`, s.opex > 0 && `${money(s.opex)} ${t('per_year')}`].filter(Boolean).join(', ') }));
  const order = bill.item.map((_, i) => i).sort((a, b) => bill.pv_usd[b] - bill.pv_usd[a] || a - b);
  return h('div', { class: 'panel' }, h('h3', {}, `${t('by_component')} (${t('pv')})`), bars(rows),
    h('details', { class: 'more' }, h('summary', {}, t('all_items')), h('div', { class: 'wide-table' }, h('table', { class: 'plain' },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('item')), h('th', { scope: 'col', class: 'r' }, t('quantity')), h('th', { scope: 'col', class: 'r' }, t('capex')), h('th', { scope: 'col', class: 'r' }, t('pv')))),
      h('tbody', {}, order.map((i) => h('tr', {}, h('td', {}, word(bill.item[i]), ' ', h('small', { class: 'sub' }, t(`kind_${bill.kind[i]}`))), h('td', { class: 'r' }, `${decimal(roundedSum(bill.quantity[i]), 1)} ${bill.unit[i]}`), h('td', { class: 'r' }, money(bill.capex_usd[i])), h('td', { class: 'r' }, money(bill.pv_usd[i])))))))));
}

function technologyPanel() {
  const served = FIGURES.by_technology;
  if (!served) return null;
  const names = TECHNOLOGIES.filter((n) => served[n] && served[n].households > 0);
  const total = names.reduce((sum, n) => sum + served[n].population, 0);
  return h('div', { class: 'panel' }, h('h3', {}, `${t('by_technology')} (${t('people')})`),
    bars(names.map((n) => ({ name: techName(n), value: served[n].population, text: `${people(served[n].population)} (${share(served[n].population / total)})`, colour: TECH_COLOUR[n], note: served[n].pv_usd > 0 ? `${t('pv')} ${money(served[n].pv_usd)}` : '' }))));
}

function notesPanel() {
  const notes = [...(Array.isArray(PLAN.notes) ? PLAN.notes : [])].filter(Boolean);
  return notes.length > 0 && h('div', { class: 'panel across' }, h('h3', {}, t('planner_notes')), h('ul', { class: 'notes' }, notes.map((note) => h('li', {}, String(note)))));
}

function drawCosts() {
  fill(document.getElementById('cost-panels'), tiersPanel(), budgetPanel(), institutionsPanel(), gapPanel(), curvePanel(), percentPanel(), componentPanel(), technologyPanel(), tornadoPanel(), robustPanel(), notesPanel());
}

function drawAssumptions() {
  const all = DATA.parameters, rows = all.key.map((_, i) => i), assumed = rows.filter((i) => all.assumed[i]);
  const number = (v) => formatter({ maximumSignificantDigits: 6, useGrouping: Math.abs(v) >= 10000 }).format(v);
  const table = (list, withSource) => h('div', { class: 'wide-table' }, h('table', { class: 'plain' },
    h('thead', {}, h('tr', {}, [['parameter'], ['meaning'], ['value', 'r'], ['range', 'r'], ['source']].map(([k, c]) => h('th', { scope: 'col', class: c }, t(k))))),
    h('tbody', {}, list.map((i) => h('tr', {}, h('td', {}, h('code', {}, all.key[i])), h('td', {}, all.meaning[i]), h('td', { class: 'r' }, `${number(all.value[i])}${all.unit[i] === '1' ? '' : ' ' + all.unit[i]}`),
      h('td', { class: 'r' }, all.low[i] === all.high[i] ? '' : `${number(all.low[i])} – ${number(all.high[i])}`), h('td', {}, withSource && all.year[i] ? `${all.source[i]} (${all.year[i]})` : all.source[i].replace(/^assumption:?\s*/i, '')))))));
  fill(document.getElementById('assumptions-body'),
    h('p', { class: 'foot', style: { marginTop: 0 } }, t('assumptions_note', { n: count(assumed.length), total: count(rows.length) })), h('p', { class: 'foot' }, t('predicted_note')),
    h('details', { class: 'more', open: assumed.length <= 12 }, h('summary', {}, `${t('assumptions')} (${count(assumed.length)})`), table(assumed, false)),
    h('details', { class: 'more' }, h('summary', {}, `${t('all_parameters')} (${count(rows.length)})`), table(rows, true)));
}

function drawSources() {
  fill(document.getElementById('sources-body'), h('div', { class: 'wide-table' }, h('table', { class: 'plain' },
    h('thead', {}, h('tr', {}, ['layer', 'evidence', 'source', 'licence', 'note'].map((k) => h('th', { scope: 'col' }, t(k))))),
    h('tbody', {}, DATA.sources.map((s) => h('tr', {}, h('td', {}, word(s.layer)), h('td', {}, badge(s.evidence)), h('td', {}, s.source, s.retrieved && ` (${t('retrieved')} ${s.retrieved})`), h('td', {}, s.licence), h('td', {}, s.note)))))),
  h('p', { class: 'foot' }, t('software_text', { version: META.version }), META.sketch ? ` ${t('natural_earth')}` : ''));
}

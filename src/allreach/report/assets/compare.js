// Two scenarios side by side: a map with a divider, the differences, who gains and who loses.
const A = { name: META.scenario, assigned: ASSIGNMENTS, sites: SITES, links: LINKS, plan: DATA.figures.plan || {} };
const B = { name: DATA.b.scenario, assigned: unpackTable(DATA.b.assignments), sites: unpackTable(DATA.b.sites), links: unpackTable(DATA.b.links), plan: DATA.b.plan || {} };
const DIFF = unpackTable(DATA.comparison.places), FIGURE_ROWS = DATA.comparison.figures, KEY = DATA.comparison.summary, INPUTS = DATA.comparison.inputs;
const CHANGES = ['reached_more', 'faster', 'cheaper', 'other_way', 'same', 'dearer', 'slower', 'reached_less'];
const CHANGE_COLOUR = { reached_more: '#0b6b45', faster: '#3fa66b', cheaper: '#a8d5a2', other_way: '#7b6fb0', same: '#aab4bb', dearer: '#f0c07a', slower: '#e08214', reached_less: '#b8470b' };
const maps = [];
let byChange = false;
let opened = -1;

const signedMoney = (v) => (Math.abs(v) < 0.005 ? '0' : `${v > 0 ? '+' : '−'}${money(Math.abs(v))}`);
const signed = (v, text) => (Math.abs(v) < 1e-9 ? '0' : `${v > 0 ? '+' : '−'}${text(Math.abs(v))}`);
const points = (v) => (Math.abs(v) < 5e-5 ? '0' : `${v > 0 ? '+' : '−'}${t('cmp_points', { n: decimal(100 * Math.abs(v), Math.abs(v) < 0.01 ? 2 : 1) })}`);
const changeName = (name) => t(`cmp_change_${name}`);
const changeMark = (name) => h('span', { class: 'change' }, swatch(CHANGE_COLOUR[name]), changeName(name));

function drawWords() {
  document.documentElement.lang = language;
  document.title = t('cmp_title', { country: META.name, a: A.name, b: B.name });
  document.getElementById('title').textContent = document.title;
  document.getElementById('subtitle').textContent = t('cmp_subtitle', { a: A.name, b: B.name });
  document.querySelectorAll('[data-text]').forEach((element) => { element.textContent = t(element.dataset.text); });
  const banner = document.getElementById('sketch-banner');
  banner.hidden = !META.sketch;
  if (META.sketch) fill(banner, h('strong', {}, t('sketch_banner')), ` ${t('sketch_banner_more')}`);
  document.getElementById('name-a').textContent = A.name;
  document.getElementById('name-b').textContent = B.name;
  document.getElementById('slider').setAttribute('aria-label', t('cmp_slider', { a: A.name, b: B.name }));
}

function drawHeadline() {
  const cost = KEY.pv_difference_usd, lines = [];
  lines.push(h('p', {}, t(Math.abs(cost) < 0.005 ? 'cmp_head_same' : cost > 0 ? 'cmp_head_dearer' : 'cmp_head_cheaper', { b: B.name, a: A.name, money: money(Math.abs(cost)), share: share(Math.abs(cost) / Math.max(A.plan.pv_usd, 1)), reach: points(KEY.reached_share_difference) })));
  lines.push(h('p', { class: 'more' }, t('cmp_head_people', { gain: people(KEY.gaining_people), lose: people(KEY.losing_people), n: count(KEY.places_other_technology), people: people(KEY.people_other_technology) })));
  const low = KEY.best_difference_low_usd, high = KEY.best_difference_high_usd;
  lines.push(h('p', { class: 'more' }, t('cmp_gaps', { a: A.name, b: B.name, gap_a: share(Math.max(A.plan.gap, 0)), gap_b: share(Math.max(B.plan.gap, 0)) }), ' ',
    t(low > 0 ? 'cmp_surely_dearer' : high < 0 ? 'cmp_surely_cheaper' : 'cmp_not_sure', { b: B.name, low: signedMoney(low), high: signedMoney(high) })));
  fill(document.getElementById('headline'), lines);
  const figure = (what, value, note) => h('div', { class: 'figure' }, h('div', { class: 'what' }, what), h('div', { class: 'value' }, value), note && h('div', { class: 'note' }, note));
  fill(document.getElementById('figures'), [A, B].map((side) => figure(`${t('fig_pv')}: ${side.name}`, moneyFigure(side.plan.pv_usd), `${t('people_reached')}: ${share(side.plan.reached_share)}`)));
}

function drawLegend() {
  const used = TECHNOLOGIES.filter((name) => DIFF.technology_a.includes(name) || DIFF.technology_b.includes(name));
  const kinds = CHANGES.filter((name) => DIFF.change.includes(name));
  fill(document.getElementById('legend'), h('h2', {}, t('layer_plan')),
    h('div', { class: 'segment', role: 'group', 'aria-label': t('cmp_colour') }, [[false, t('technology')], [true, t('cmp_change')]].map(([value, text]) =>
      h('button', { type: 'button', id: `colour-${value ? 'change' : 'technology'}`, 'aria-pressed': String(byChange === value), onclick: () => { byChange = value; drawLegend(); paint(); } }, text))),
    h('div', { class: 'legend' }, (byChange ? kinds : used).map((name) => h('div', { class: 'row' }, swatch(byChange ? CHANGE_COLOUR[name] : TECH_COLOUR[name]), byChange ? changeName(name) : techName(name))),
      h('div', { class: 'row' }, swatch(LINK_COLOUR.fibre, 'line'), t('layer_fibre')), h('div', { class: 'row' }, swatch(LINK_COLOUR.hop, 'dash'), t('layer_hops')), h('div', {}, t('area_people'))));
}

const figureName = (name) => (name.startsWith('people_') ? techName(name.slice(7)) : t(`cmp_fig_${name}`));
function figureCells(row, i) {
  const unit = FIGURE_ROWS.unit[i], name = FIGURE_ROWS.figure[i], [a, b, d] = ['a', 'b', 'difference'].map((k) => FIGURE_ROWS[k][i]);
  if (name === 'gap' || name === 'reached_share') return [share(a), share(b), points(d)];
  if (unit.startsWith('USD')) return [money(a), money(b), signedMoney(d)];
  if (unit === 'km') return [`${count(a)} ${t('km')}`, `${count(b)} ${t('km')}`, signed(d, (v) => `${count(v)} ${t('km')}`)];
  if (unit === 'people') return [people(a), people(b), signed(d, people)];
  return [count(a), count(b), signed(d, count)];
}
function pairTable(rows) {
  return h('div', { class: 'wide-table' }, h('table', { class: 'plain pairs' },
    h('thead', {}, h('tr', {}, [['', ''], [A.name, 'r'], [B.name, 'r'], [t('cmp_difference'), 'r']].map(([text, c]) => h('th', { scope: 'col', class: c }, text)))),
    h('tbody', {}, rows.map((i) => h('tr', { class: FIGURE_ROWS.figure[i] === 'pv_usd' ? 'strong' : '' }, h('td', {}, figureName(FIGURE_ROWS.figure[i])), figureCells(FIGURE_ROWS, i).map((text) => h('td', { class: 'r' }, text)))))));
}

function drawDifferences() {
  const all = FIGURE_ROWS.figure.map((_, i) => i), ways = all.filter((i) => FIGURE_ROWS.figure[i].startsWith('people_'));
  const value = (v) => (v === null || v === undefined ? '–' : typeof v === 'number' ? formatter({ maximumSignificantDigits: 6 }).format(v) : String(v));
  const inputs = h('div', { class: 'panel' }, h('h3', {}, t('cmp_inputs')), INPUTS.key.length === 0 ? h('p', { class: 'note' }, t('cmp_inputs_none')) :
    h('div', { class: 'wide-table' }, h('table', { class: 'plain pairs' }, h('thead', {}, h('tr', {}, [[t('parameter'), ''], [A.name, 'r'], [B.name, 'r']].map(([text, c]) => h('th', { scope: 'col', class: c }, text)))),
      h('tbody', {}, INPUTS.key.map((key, i) => h('tr', {}, h('td', {}, h('code', {}, key), INPUTS.unit[i] && INPUTS.unit[i] !== '1' ? ` ${INPUTS.unit[i]}` : ''), h('td', { class: 'r' }, value(INPUTS.a[i])), h('td', { class: 'r' }, value(INPUTS.b[i]))))))));
  fill(document.getElementById('difference-panels'), h('div', { class: 'panel' }, h('h3', {}, t('cmp_figures')), pairTable(all.filter((i) => !ways.includes(i)))),
    h('div', { class: 'panel' }, h('h3', {}, `${t('by_technology')} (${t('people')})`), pairTable(ways), h('p', { class: 'note' }, t('cmp_gap_note'))), inputs);
}

function drawWho() {
  const rows = CHANGES.filter((name) => KEY.changes[name]);
  const most = Math.max(...rows.map((name) => KEY.changes[name].people), 1);
  const bars = h('div', { class: 'panel' }, h('h3', {}, t('cmp_by_change')), h('div', { class: 'bars' }, rows.map((name) => h('div', { class: 'bar' },
    h('div', { class: 'line' }, h('span', {}, changeName(name), h('small', {}, ` · ${t('cmp_places', { n: count(KEY.changes[name].places) })}`)), h('span', {}, people(KEY.changes[name].people))),
    h('div', { class: 'track' }, h('div', { class: 'fill', style: { width: `${100 * KEY.changes[name].people / most}%`, background: CHANGE_COLOUR[name] } }))))),
  h('p', { class: 'note' }, t(KEY.reach_is_measured ? 'cmp_measured' : 'cmp_not_measured'), ' ', t('cmp_change_note')));
  const regions = new Map();
  DIFF.place_id.forEach((_, i) => {
    const code = DIFF.admin1_code[i], sum = regions.get(code) || { population: 0, more: 0, less: 0, pv: 0, other: 0 };
    sum.population += DIFF.population[i]; sum.pv += DIFF.pv_difference_usd[i];
    if (DIFF.change[i] === 'reached_more' || DIFF.change[i] === 'faster') sum.more += DIFF.change[i] === 'faster' ? DIFF.population[i] : DIFF.reached_more_people[i];
    if (DIFF.change[i] === 'reached_less' || DIFF.change[i] === 'slower') sum.less += DIFF.change[i] === 'slower' ? DIFF.population[i] : -DIFF.reached_more_people[i];
    if (DIFF.technology_a[i] !== DIFF.technology_b[i]) sum.other += DIFF.population[i];
    regions.set(code, sum);
  });
  const order = [...regions].sort((x, y) => y[1].more + y[1].less - x[1].more - x[1].less || y[1].population - x[1].population);
  const table = h('div', { class: 'panel' }, h('h3', {}, t('cmp_by_region')), h('div', { class: 'wide-table' }, h('table', { class: 'plain' },
    h('thead', {}, h('tr', {}, ['col_admin1', 'cmp_gain', 'cmp_lose', 'cmp_other', 'cmp_cost'].map((k, i) => h('th', { scope: 'col', class: i ? 'r' : '' }, t(k))))),
    h('tbody', {}, order.map(([code, s]) => h('tr', {}, h('td', {}, adminName(code) || '–'), h('td', { class: 'r up' }, s.more ? people(s.more) : '–'), h('td', { class: 'r down' }, s.less ? people(s.less) : '–'), h('td', { class: 'r' }, s.other ? people(s.other) : '–'), h('td', { class: 'r' }, signedMoney(s.pv))))))));
  fill(document.getElementById('who-panels'), bars, table);
}

// -- table of places
const sorting = { key: 'weight', down: true };
const weight = DIFF.place_id.map((_, i) => (DIFF.change[i] === 'same' ? 0 : DIFF.change[i].startsWith('reached') ? Math.abs(DIFF.reached_more_people[i]) + 1e6 : DIFF.population[i] + (['faster', 'slower'].includes(DIFF.change[i]) ? 1e5 : 0)));
const COLUMNS = [['col_name', 'name', false], ['col_population', 'population', true], ['cmp_change', 'weight', false], ['A', 'technology_a', false], ['B', 'technology_b', false], ['cmp_reached_more', 'reached_more_people', true], ['cmp_speed', 'dl', true], ['cmp_cost', 'pv_difference_usd', true]];
let filterText = '', onlyChanged = true;
const valueOf = (key, i) => (key === 'weight' ? weight[i] : key === 'dl' ? DIFF.dl_mbps_b[i] - DIFF.dl_mbps_a[i] : DIFF[key][i]);
function shownPlaces() {
  const fold = (text) => text.toLocaleLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
  const wanted = fold(filterText.trim());
  return DIFF.place_id.map((_, i) => i).filter((i) => (!onlyChanged || DIFF.change[i] !== 'same') && (!wanted || fold(`${DIFF.name[i]} ${DIFF.place_id[i]}`).includes(wanted)))
    .sort((i, k) => { const [x, y] = [valueOf(sorting.key, i), valueOf(sorting.key, k)]; const less = typeof x === 'string' ? x.localeCompare(y) : x - y; return (sorting.down ? -less : less) || i - k; });
}
function drawTable() {
  const rows = shownPlaces(), most = 500;
  const input = h('input', { type: 'search', value: filterText, placeholder: t('filter'), 'aria-label': t('filter'), oninput: (e) => { filterText = e.target.value; drawRows(); } });
  const box = h('input', { type: 'checkbox', checked: onlyChanged, onchange: (e) => { onlyChanged = e.target.checked; drawRows(); } });
  fill(document.getElementById('table-tools'), input, h('label', {}, box, t('cmp_only_changed')), h('span', { class: 'spacer' }), h('output', { id: 'shown' }), h('button', { class: 'button', type: 'button', id: 'download', onclick: download }, t('cmp_download')));
  const head = COLUMNS.map(([text, key, right]) => h('th', { scope: 'col', class: right ? 'r' : '', 'aria-sort': sorting.key === key ? (sorting.down ? 'descending' : 'ascending') : 'none' },
    h('button', { type: 'button', onclick: () => { sorting.down = sorting.key === key ? !sorting.down : true; sorting.key = key; drawTable(); } }, text === 'A' ? A.name : text === 'B' ? B.name : t(text))));
  const table = document.getElementById('place-table');
  table.className = 'compare';
  fill(table, h('thead', {}, h('tr', {}, head)), h('tbody', { id: 'rows' }));
  drawRows(rows, most);
}
function drawRows(rows = shownPlaces(), most = 500) {
  fill(document.getElementById('rows'), rows.slice(0, most).map((i) => h('tr', { class: i === opened ? 'row chosen' : 'row', tabindex: 0, onclick: () => openPlace(i, true), onkeydown: (e) => { if (e.key === 'Enter') openPlace(i, true); } },
    h('td', {}, DIFF.name[i]), h('td', { class: 'r' }, count(DIFF.population[i])), h('td', {}, changeMark(DIFF.change[i])),
    [DIFF.technology_a[i], DIFF.technology_b[i]].map((name) => h('td', {}, swatch(TECH_COLOUR[name]), techName(name))),
    h('td', { class: 'r' }, signed(Math.round(DIFF.reached_more_people[i]), count)), h('td', { class: 'r' }, `${decimal(DIFF.dl_mbps_a[i], 0)} → ${decimal(DIFF.dl_mbps_b[i], 0)}`), h('td', { class: 'r' }, signedMoney(DIFF.pv_difference_usd[i])))));
  document.getElementById('shown').textContent = t('shown_of', { n: count(Math.min(rows.length, most)), total: count(DIFF.place_id.length) });
}
function download() {
  const names = Object.keys(DIFF).filter((name) => name !== 'lonlat');
  const cell = (v) => { const text = v === null || v === undefined ? '' : String(v); const safe = /^[=+\-@\t]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text; return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe; };
  const text = [names, ...DIFF.place_id.map((_, i) => names.map((name) => DIFF[name][i]))].map((row) => row.map(cell).join(',')).join('\n');
  const link = h('a', { href: URL.createObjectURL(new Blob([`\ufeff${text}\n`], { type: 'text/csv' })), download: `compare_${A.name}_${B.name}.csv` });
  link.click();
}

// -- card
function openPlace(i, fly = false) {
  opened = i;
  const card = document.getElementById('card'), side = (table, name) => (rowsBy(table, 'place_id').get(DIFF.place_id[i]) || []).map((r) => h('div', {}, h('div', { class: 'served' }, swatch(TECH_COLOUR[table.technology[r]]), techName(table.technology[r]), h('span', { class: 'sub' }, `${count(table.households[r])} ${t('households')}`)), table.why && h('p', { class: 'why' }, table.why[r]))).concat(h('dl', {}, h('dt', {}, t('people_reached')), h('dd', {}, count(DIFF[`reached_people_${name}`][i])), h('dt', {}, t('pv')), h('dd', {}, money(DIFF[`pv_usd_${name}`][i])), h('dt', {}, t('speed')), h('dd', {}, speed(DIFF[`dl_mbps_${name}`][i]))));
  fill(card, h('header', {}, h('div', { style: { flex: 1, minWidth: 0 } }, h('h2', {}, DIFF.name[i]), h('p', { class: 'sub' }, `${count(DIFF.population[i])} ${t('people')}`)), h('button', { class: 'icon', type: 'button', 'aria-label': t('close'), onclick: closePlace }, '×')),
    h('p', {}, changeMark(DIFF.change[i])), h('h3', {}, A.name), side(A.assigned, 'a'), h('h3', {}, B.name), side(B.assigned, 'b'));
  card.hidden = false;
  card.scrollTop = 0;
  card.focus({ preventScroll: true });
  if (fly && maps.length) { maps[0].flyTo({ center: pointOf(PLACES, i), zoom: Math.max(maps[0].getZoom(), 10) }); document.getElementById('map-section').scrollIntoView({ block: 'nearest' }); }
  drawRows();
}
function closePlace() { opened = -1; document.getElementById('card').hidden = true; drawRows(); }

// -- the two maps
const MOST = Math.max(1, ...DIFF.population);
const lines = (table) => (table ? collection(table.lines.map((parts, i) => feature({ type: 'MultiLineString', coordinates: parts.map(unpackLine) }, { kind: table.kind[i] }))) : collection([]));
const placePoints = (letter) => collection(DIFF.place_id.map((id, i) => feature({ type: 'Point', coordinates: pointOf(PLACES, i) }, { i, name: DIFF.name[i], population: DIFF.population[i], technology: DIFF[`technology_${letter}`][i], change: DIFF.change[i] })));
const sitePoints = (sites) => collection(sites.site_id.map((_, i) => feature({ type: 'Point', coordinates: pointOf(sites, i) }, { status: sites.status[i] })).filter((f) => f.properties.status !== 'existing'));
const chosenColour = () => (byChange ? ['match', ['get', 'change'], ...Object.entries(CHANGE_COLOUR).flat(), '#aab4bb'] : ['match', ['get', 'technology'], ...Object.entries(TECH_COLOUR).flat(), '#8b9aa5']);
const sized = (largest, least) => ['max', ['*', ['sqrt', ['max', ['get', 'population'], 0]], largest / Math.sqrt(MOST)], least];
function styleOf(side, letter) {
  const zoomed = (one, two) => ['interpolate', ['linear'], ['zoom'], fitZoom(), one, fitZoom() + 5, two];
  return { version: 8,
    sources: { relief: { type: 'image', url: imageUrl(DATA.relief), coordinates: DATA.relief.corners },
      outline: { type: 'geojson', data: feature({ type: 'MultiLineString', coordinates: DATA.outline.map(unpackLine) }, {}) },
      admin1: { type: 'geojson', data: feature({ type: 'MultiLineString', coordinates: DATA.admin1.lines.map(unpackLine) }, {}) },
      links: { type: 'geojson', data: lines(side.links) }, sites: { type: 'geojson', data: sitePoints(side.sites) }, places: { type: 'geojson', data: placePoints(letter) } },
    layers: [
      { id: 'background', type: 'background', paint: { 'background-color': '#eeeff0' } },
      { id: 'relief', type: 'raster', source: 'relief', paint: { 'raster-fade-duration': 0 } },
      { id: 'admin1', type: 'line', source: 'admin1', paint: { 'line-color': '#6b7a85', 'line-opacity': 0.5, 'line-width': 0.8, 'line-dasharray': [3, 2] } },
      { id: 'outline', type: 'line', source: 'outline', paint: { 'line-color': '#41535f', 'line-width': 1.4 } },
      { id: 'fibre', type: 'line', source: 'links', filter: ['==', ['get', 'kind'], 'fibre'], layout: { 'line-cap': 'round' }, paint: { 'line-color': LINK_COLOUR.fibre, 'line-width': zoomed(1.3, 4) } },
      { id: 'hops', type: 'line', source: 'links', filter: ['==', ['get', 'kind'], 'hop'], paint: { 'line-color': LINK_COLOUR.hop, 'line-width': zoomed(1, 2.4), 'line-dasharray': [3, 1.6] } },
      { id: 'places', type: 'circle', source: 'places', layout: { 'circle-sort-key': ['-', 0, ['get', 'population']] }, paint: { 'circle-color': chosenColour(), 'circle-radius': zoomed(sized(15, 2.4), sized(60, 7)), 'circle-opacity': 0.92, 'circle-stroke-color': '#fff', 'circle-stroke-width': 1 } },
      { id: 'sites', type: 'circle', source: 'sites', paint: { 'circle-radius': zoomed(1.6, 5), 'circle-color': ['match', ['get', 'status'], ...Object.entries(STATUS_COLOUR).flat(), '#555'], 'circle-stroke-color': '#fff', 'circle-stroke-width': 0.8 } },
      { id: 'labels', type: 'symbol', source: 'places', layout: { 'text-field': ['step', ['zoom'], ['case', ['>', ['get', 'population'], MOST / 12], ['get', 'name'], ''], fitZoom() + 2, ['get', 'name']], 'text-font': ['system-ui', 'Noto Sans', 'Liberation Sans', 'Arial'], 'text-size': 12, 'text-variable-anchor': ['top', 'bottom', 'right', 'left'], 'text-radial-offset': 0.7, 'symbol-sort-key': ['-', 0, ['get', 'population']] }, paint: { 'text-color': '#17252f', 'text-halo-color': 'rgba(255,255,255,0.92)', 'text-halo-width': 1.5 } },
    ] };
}
function fitZoom() {
  const [west, south, east, north] = META.bounds, box = document.getElementById('swipe');
  const mercator = (lat) => Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360)) / (2 * Math.PI);
  const wide = Math.max((east - west) / 360, 1e-6), high = Math.max(mercator(north) - mercator(south), 1e-6);
  return Math.log2(Math.min(Math.max(box.clientWidth - 60, 100) / wide, Math.max(box.clientHeight - 60, 100) / high) / 512);
}
function paint() { for (const map of maps) map.setPaintProperty('places', 'circle-color', chosenColour()); }

function startMaps() {
  const [west, south, east, north] = META.bounds;
  try {
    [[A, 'a'], [B, 'b']].forEach(([side, letter]) => maps.push(new maplibregl.Map({ container: `map-${letter}`, style: styleOf(side, letter), attributionControl: false, bounds: [[west, south], [east, north]], fitBoundsOptions: { padding: 30 },
      maxZoom: 15, minZoom: 2, dragRotate: false, pitchWithRotate: false, touchPitch: false, preserveDrawingBuffer: true, fadeDuration: 0 })));
  } catch (error) {
    maps.length = 0;
    document.getElementById('map-message').textContent = t('no_webgl');
    document.getElementById('map-message').dataset.text = 'no_webgl';
    document.body.dataset.ready = 'no-map';
    return;
  }
  let following = false;
  maps.forEach((map, k) => {
    map.touchZoomRotate.disableRotation();
    map.on('move', () => {
      if (following) return;
      following = true;
      maps[1 - k].jumpTo({ center: map.getCenter(), zoom: map.getZoom() });
      following = false;
    });
    map.on('click', (event) => {
      const box = [[event.point.x - 8, event.point.y - 8], [event.point.x + 8, event.point.y + 8]];
      const found = map.queryRenderedFeatures(box, { layers: ['places'] });
      if (found.length) openPlace(found[0].properties.i);
    });
    map.on('error', (event) => console.error(event.error && event.error.message));
  });
  maps[1].addControl(new maplibregl.NavigationControl({ showCompass: false }), 'top-right');
  maps[0].addControl(new maplibregl.ScaleControl({ maxWidth: 120 }), 'bottom-left');
  Promise.all(maps.map((map) => new Promise((done) => { map.once('idle', done); }))).then(() => { document.getElementById('map-message').hidden = true; document.body.dataset.ready = 'map'; });
}

function startSlider() {
  const slider = document.getElementById('slider'), box = document.getElementById('swipe');
  const move = () => box.style.setProperty('--at', `${slider.value}%`);
  slider.addEventListener('input', move);
  move();
}

function drawAll() { drawWords(); drawHeadline(); drawLegend(); drawDifferences(); drawWho(); drawTable(); if (opened >= 0) openPlace(opened); }
function startLanguages() {
  const select = document.getElementById('language');
  fill(select, Object.keys(TEXTS).map((code) => h('option', { value: code, selected: code === language, lang: code }, TEXTS[code].language)));
  select.hidden = Object.keys(TEXTS).length < 2;
  select.addEventListener('change', () => { language = select.value; drawAll(); });
}
function measureTop() {
  const used = document.querySelector('.top').offsetHeight + (META.sketch ? document.getElementById('sketch-banner').offsetHeight : 0);
  document.documentElement.style.setProperty('--top-height', `${used}px`);
}
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') closePlace(); });
window.addEventListener('resize', measureTop);
startLanguages();
drawAll();
measureTop();
startSlider();
startMaps();
window.allreach = { maps, openPlace, closePlace, data: DATA };

// What the map shows: sources, style layers, and which style layers belong to a switch of the panel.
const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

function placeFeatures() {
  return collection(PLACES.place_id.map((id, i) => feature({ type: 'Point', coordinates: pointOf(PLACES, i) }, {
    held: HELD.has(id) ? heldShare(id) : -1,
    i, name: PLACES.name[i], rank: RANK[i], population: PLACES.population[i], technology: SUMMARY[i].technology,
    missing_today: SUMMARY[i].missing, missing_planned: SUMMARY[i].missingAfter === null ? SUMMARY[i].missing : SUMMARY[i].missingAfter,
  })));
}

function lineFeatures(table, properties) {
  if (!table) return collection([]);
  return collection(table.lines.map((parts, i) => feature({ type: 'MultiLineString', coordinates: parts.map(unpackLine) }, { i, ...properties(i) })));
}

function exclusionFeatures() {
  const table = unpackTable(DATA.exclusions);
  return collection(table.lines.map((parts, i) => feature({ type: 'Polygon', coordinates: parts.map(unpackLine) }, { kind: table.kind[i], reason: table.reason[i] })));
}

function pointFeatures(table, properties) {
  if (!table.lonlat.length) return collection([]);
  return collection(Object.values(table)[0].map((_, i) => feature({ type: 'Point', coordinates: pointOf(table, i) }, { i, ...properties(i) })));
}

// Radius by the square root of people: area is people. Stops at the zooms of the country, a province and a village.
const MOST_PEOPLE = Math.max(1, ...PLACES.population);
const mapArea = document.getElementById('map').clientWidth * document.getElementById('map').clientHeight;
const BOLD = Math.min(1.4, Math.max(0.65, Math.sqrt(mapArea / Math.max(1, N_PLACES)) / 14 / rem()));  // room for a sign
const DENSE = SITES.site_id.length > 1500 ? 0.6 : 1;  // a national plan seen as a whole: signs must not hide the map
const RANK = [];  // of a place by people: names appear in this order while zooming in
PLACES.population.map((_, i) => i).sort((a, b) => PLACES.population[b] - PLACES.population[a] || a - b).forEach((i, rank) => { RANK[i] = rank; });
const stops = (least, middle, most) => ['interpolate', ['linear'], ['zoom'], fitZoom(), least, fitZoom() + 2.5, middle, fitZoom() + 6, most];
function radius(value) {
  const at = (largest, least) => ['max', ['*', ['sqrt', ['max', ['get', value], 0]], largest * rem() / Math.sqrt(MOST_PEOPLE)], least * rem()];
  return stops(at(17 * BOLD, 1.7 * BOLD), at(34 * BOLD, 4 * BOLD), at(70, 8));
}

const named = (most) => ['case', ['<', ['get', 'rank'], most], ['get', 'name'], ''];
const matching = (property, colours, other) => ['match', ['get', property], ...Object.entries(colours).flat(), other];
const wider = (least, middle, most) => stops(least * rem() * BOLD, middle * rem() * BOLD, most * rem());

function mapStyle() {
  const empty = { type: 'geojson', data: collection([]) };
  const roads = unpackTable(DATA.roads), fibre = unpackTable(DATA.fibre);
  return {
    version: 8,
    sources: {
      relief: { type: 'image', url: imageUrl(DATA.relief), coordinates: DATA.relief.corners },
      outline: { type: 'geojson', data: feature({ type: 'MultiLineString', coordinates: DATA.outline.map(unpackLine) }, {}) },
      admin1: { type: 'geojson', data: feature({ type: 'MultiLineString', coordinates: DATA.admin1.lines.map(unpackLine) }, {}) },
      roads: { type: 'geojson', data: lineFeatures(roads, (i) => ({ road_class: roads.road_class[i] })), tolerance: 0.5 },
      exclusions: { type: 'geojson', data: exclusionFeatures() },
      fibre_today: { type: 'geojson', data: lineFeatures(fibre, (i) => ({ kind: fibre.kind[i] })) },
      links: { type: 'geojson', data: lineFeatures(LINKS, (i) => ({ kind: LINKS.kind[i] })) },
      institutions: { type: 'geojson', data: pointFeatures(DATA_INSTITUTIONS, (i) => ({ kind: DATA_INSTITUTIONS.kind[i], icon: institutionSign(i) })) },
      sites: { type: 'geojson', data: pointFeatures(SITES, (i) => ({ status: SITES.status[i] })) },
      places: { type: 'geojson', data: placeFeatures() },
      chosen: empty,
    },
    layers: [
      { id: 'background', type: 'background', paint: { 'background-color': '#eeeff0' } },
      { id: 'relief', type: 'raster', source: 'relief', paint: { 'raster-fade-duration': 0, 'raster-resampling': 'linear' } },
      { id: 'admin1', type: 'line', source: 'admin1', paint: { 'line-color': '#6b7a85', 'line-opacity': 0.5, 'line-width': wider(0.4, 0.8, 1.2), 'line-dasharray': [3, 2] } },
      { id: 'exclusions', type: 'fill', source: 'exclusions', paint: { 'fill-color': '#8c2d2d', 'fill-opacity': 0.22 } },
      { id: 'exclusions_edge', type: 'line', source: 'exclusions', paint: { 'line-color': '#8c2d2d', 'line-width': 1, 'line-dasharray': [2, 2] } },
      { id: 'roads', type: 'line', source: 'roads', layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: { 'line-color': ['match', ['get', 'road_class'], 'ferry', '#6e9ab8', '#8f8779'], 'line-opacity': 0.75,
          'line-width': stops(...[[1.1, 0.8, 0.3], [1.8, 1.5, 0.8], [3, 2.4, 1.5]].map(([trunk, primary, other]) => ['match', ['get', 'road_class'], 'trunk', trunk * rem(), 'primary', primary * rem(), other * rem()])) } },
      { id: 'outline', type: 'line', source: 'outline', layout: { 'line-join': 'round' }, paint: { 'line-color': '#41535f', 'line-width': wider(1.1, 1.8, 2.6) } },
      { id: 'fibre_today', type: 'line', source: 'fibre_today', layout: { 'line-cap': 'round' }, paint: { 'line-color': '#5b4b8a', 'line-width': wider(1, 1.8, 3), 'line-opacity': 0.8 } },
      { id: 'access_fibre', type: 'line', source: 'links', filter: ['==', ['get', 'kind'], 'access_fibre'], layout: { 'line-cap': 'round' }, paint: { 'line-color': LINK_COLOUR.access_fibre, 'line-width': wider(0.6, 1.2, 2.4) } },
      { id: 'fibre_case', type: 'line', source: 'links', filter: ['==', ['get', 'kind'], 'fibre'], layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': '#fff', 'line-opacity': 0.8, 'line-width': wider(2.2, 4, 6.4) } },
      { id: 'fibre', type: 'line', source: 'links', filter: ['==', ['get', 'kind'], 'fibre'], layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': LINK_COLOUR.fibre, 'line-width': wider(1.1, 2.4, 4) } },
      { id: 'hops', type: 'line', source: 'links', filter: ['==', ['get', 'kind'], 'hop'], paint: { 'line-color': LINK_COLOUR.hop, 'line-width': wider(0.9, 1.6, 2.4), 'line-dasharray': [3, 1.6] } },
      { id: 'plan', type: 'circle', source: 'places', layout: { 'circle-sort-key': ['-', 0, ['get', 'population']] },
        paint: { 'circle-color': matching('technology', TECH_COLOUR, '#8b9aa5'), 'circle-radius': radius('population'), 'circle-opacity': 0.92,
          'circle-stroke-color': '#fff', 'circle-stroke-width': wider(0.5, 1.1, 1.4), 'circle-stroke-opacity': 0.92 } },
      { id: 'held', type: 'circle', source: 'places', filter: ['>=', ['get', 'held'], 0], layout: { 'circle-sort-key': ['-', 0, ['get', 'held']] },
        paint: { 'circle-color': ['step', ['get', 'held'], HELD_STEPS[0][1], ...HELD_STEPS.slice(1).flat()], 'circle-radius': radius('population'), 'circle-opacity': 0.95, 'circle-stroke-color': '#fff', 'circle-stroke-width': wider(0.5, 1.1, 1.4), 'circle-stroke-opacity': 0.92 } },
      { id: 'unreached', type: 'circle', source: 'places', layout: { 'circle-sort-key': ['-', 0, ['get', 'missing_today']] },
        paint: { 'circle-color': MISSING_COLOUR, 'circle-radius': radius('missing_today'), 'circle-opacity': 0.55, 'circle-stroke-color': '#7a2e00', 'circle-stroke-width': 0.6, 'circle-stroke-opacity': 0.55 } },
      { id: 'place_hit', type: 'circle', source: 'places', paint: { 'circle-opacity': 0, 'circle-radius': wider(4, 8, 12) } },
      { id: 'institutions', type: 'symbol', source: 'institutions', layout: { 'icon-image': ['get', 'icon'], 'icon-allow-overlap': true, 'icon-size': wider(0.35, 0.6, 1) } },
      { id: 'sites', type: 'symbol', source: 'sites', layout: { 'icon-image': ['concat', 'site_', ['get', 'status']], 'icon-allow-overlap': true, 'icon-ignore-placement': true,
        'icon-size': stops(...[0.26, 0.5, 0.9].map((size, k) => ['match', ['get', 'status'], 'exchange', [0.26 * BOLD * DENSE, 0.45 * BOLD, 0.8][k] * rem(), 'existing', (SITES.site_id.length > 400 ? 0.7 * size : SITES.site_id.length > 60 ? 1.2 * size : 1.5 * size * BOLD) * rem(), [0.46 * BOLD * DENSE, 0.75 * BOLD, 1.1][k] * rem()])),
        'symbol-sort-key': ['match', ['get', 'status'], 'existing', 0, 'upgraded', 1, 2] } },
      { id: 'chosen', type: 'circle', source: 'chosen', paint: { 'circle-opacity': 0, 'circle-radius': 13 * rem(), 'circle-stroke-color': '#17252f', 'circle-stroke-width': 2.5 * rem() } },
      { id: 'labels', type: 'symbol', source: 'places',
        layout: { 'text-field': ['step', ['zoom'], named(45), fitZoom() + 1, named(250), fitZoom() + 2.2, named(1200), fitZoom() + 3.5, ['get', 'name']], 'text-font': ['system-ui', 'Segoe UI', 'Noto Sans', 'Liberation Sans', 'Arial'],
          'text-size': stops(...[[10.5, 12, 14.5], [11, 13, 16], [12, 14.5, 18]].map(([small, town, city]) => ['step', ['get', 'population'], small * rem(), MOST_PEOPLE / 60, town * rem(), MOST_PEOPLE / 8, city * rem()])),
          'text-variable-anchor': ['top', 'bottom', 'right', 'left'], 'text-radial-offset': 0.55, 'text-padding': stops(16, 8, 3), 'symbol-sort-key': ['-', 0, ['get', 'population']], 'text-max-width': 9 },
        paint: { 'text-color': '#17252f', 'text-halo-color': 'rgba(255,255,255,0.92)', 'text-halo-width': 1.5 } },
    ],
  };
}

const DATA_INSTITUTIONS = unpackTable(DATA.institutions);

// The sign of an institution: how it is connected in the plan; missed where measuring does not confirm it.
function institutionSign(i) {
  if (!DATA_INSTITUTIONS.technology || !DATA_INSTITUTIONS.technology[i]) return 'institution';
  return `institution:${DATA_INSTITUTIONS.is_verified && DATA_INSTITUTIONS.is_verified[i] === 0 ? 'missed' : DATA_INSTITUTIONS.technology[i]}`;
}

// Switches of the panel: which style layers, which opacity properties, shown at first or not.
const SWITCHES = [
  { id: 'unreached', text: 'layer_unreached', layers: ['unreached'], on: !META.has_plan, opacity: 0.55, present: true },
  { id: 'plan', text: 'layer_plan', layers: ['plan'], on: true, opacity: 0.92, present: META.has_plan },
  { id: 'held', text: 'layer_held', layers: ['held'], on: false, opacity: 0.95, present: HELD.size > 0 },
  { id: 'sites', text: 'layer_sites', layers: ['sites'], on: true, opacity: 1, present: SITES.site_id.length > 0 },
  { id: 'fibre', text: 'layer_fibre', layers: ['fibre_case', 'fibre', 'access_fibre'], on: true, opacity: 1, present: !!LINKS && LINKS.kind.some((k) => k.endsWith('fibre')) },
  { id: 'hops', text: 'layer_hops', layers: ['hops'], on: true, opacity: 1, present: !!LINKS && LINKS.kind.includes('hop') },
  { id: 'fibre_today', text: 'layer_existing_fibre', layers: ['fibre_today'], on: !META.has_plan, opacity: 0.8, present: DATA.fibre.lines.length > 0 },
  { id: 'institutions', text: 'layer_institutions', layers: ['institutions'], on: false, opacity: 1, present: DATA_INSTITUTIONS.lonlat.length > 0 },
  { id: 'exclusions', text: 'layer_exclusions', layers: ['exclusions', 'exclusions_edge'], on: true, opacity: 0.22, present: DATA.exclusions.lines.length > 0 },
  { id: 'roads', text: 'layer_roads', layers: ['roads'], on: true, opacity: 0.75, present: DATA.roads.lines.length > 0 },
  { id: 'labels', text: 'layer_labels', layers: ['labels'], on: true, opacity: 1, present: true },
  { id: 'relief', text: 'layer_relief', layers: ['relief'], on: true, opacity: 1, present: true },
].filter((item) => item.present);

const OPACITY_OF = { circle: ['circle-opacity', 'circle-stroke-opacity'], line: ['line-opacity'], fill: ['fill-opacity'], symbol: ['icon-opacity', 'text-opacity'], raster: ['raster-opacity'] };

function siteIcon(status) {
  const edge = 40, canvas = h('canvas', { width: edge, height: edge }), pen = canvas.getContext('2d');
  pen.lineWidth = 4; pen.strokeStyle = '#fff'; pen.fillStyle = STATUS_COLOUR[status]; pen.lineJoin = 'round';
  pen.beginPath();
  if (status === 'exchange') pen.rect(9, 9, 22, 22);
  else if (status === 'relay') { pen.moveTo(20, 5); pen.lineTo(35, 20); pen.lineTo(20, 35); pen.lineTo(5, 20); pen.closePath(); }
  else { pen.moveTo(20, 4); pen.lineTo(35, 33); pen.lineTo(5, 33); pen.closePath(); }
  pen.stroke(); pen.fill();
  return { image: pen.getImageData(0, 0, edge, edge), url: canvas };
}

function institutionIcon(technology) {
  const edge = 32, canvas = h('canvas', { width: edge, height: edge }), pen = canvas.getContext('2d');
  pen.fillStyle = '#fff'; pen.strokeStyle = technology === 'missed' ? MISSING_COLOUR : TECH_COLOUR[technology] || '#6b2f6b'; pen.lineWidth = 6;
  pen.beginPath(); pen.rect(7, 7, 18, 18); pen.fill(); pen.stroke();
  return { image: pen.getImageData(0, 0, edge, edge), url: canvas };
}

// The map: drawing, switches, legends, clicks.
let map = null;
let when = META.has_plan && (PLANNED || DATA.coverages.some((c) => c.when === 'planned')) ? 'planned' : 'today';
const bothCoverages = ['today', 'planned'].every((w) => DATA.coverages.some((c) => c.when === w));
let coverage = META.has_plan ? '' : (['state', 'speed', 'power'].find((kind) => DATA.coverages.some((c) => c.kind === kind)) || '');
let coverageOpacity = 0.7;
const hiddenTechnologies = new Set();

const coverageKey = (item) => (item.band_mhz ? `${item.kind}_${item.band_mhz}` : item.kind);
const coverageName = (item) => (['state', 'speed'].includes(item.kind) ? t(`cover_${item.kind}`) : item.band_mhz ? t(`cover_${item.kind}`, { band: item.band_mhz }) : t(`cover_${item.kind}_all`));
function coverageChoices() {
  const choices = new Map();
  const order = ['state', 'speed', 'power', 'sinr'];
  for (const item of [...DATA.coverages].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.band_mhz - b.band_mhz)) if (!choices.has(coverageKey(item))) choices.set(coverageKey(item), item);
  return choices;
}
const coveragePicture = () => DATA.coverages.find((c) => coverageKey(c) === coverage && c.when === when) || DATA.coverages.find((c) => coverageKey(c) === coverage);

function startMap() {
  const [west, south, east, north] = META.bounds;
  try {
    map = new maplibregl.Map({ container: 'map', style: mapStyle(), attributionControl: false, bounds: [[west, south], [east, north]], fitBoundsOptions: { padding: fitPadding() },
      maxZoom: 15, minZoom: 2, dragRotate: false, pitchWithRotate: false, touchPitch: false, preserveDrawingBuffer: true, fadeDuration: 120,
      locale: { 'NavigationControl.ZoomIn': '+', 'NavigationControl.ZoomOut': '−' } });
  } catch (error) {
    document.getElementById('map-message').textContent = t('no_webgl');
    document.getElementById('map-message').dataset.text = 'no_webgl';
    document.body.dataset.ready = 'no-map';
    return;
  }
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), 'top-right');
  map.addControl(new maplibregl.ScaleControl({ maxWidth: 120 }), 'bottom-left');
  map.on('styleimagemissing', (event) => {
    const icon = event.id.startsWith('institution') ? institutionIcon(event.id.split(':')[1]) : siteIcon(event.id.replace('site_', ''));
    if (!map.hasImage(event.id)) map.addImage(event.id, icon.image, { pixelRatio: 2 });
  });
  map.on('load', () => {
    SWITCHES.forEach(applySwitch);
    if (!META.has_plan) map.setLayoutProperty('plan', 'visibility', 'none');
    applyCoverage();
    applyWhen();
    document.getElementById('map-message').hidden = true;
    map.once('idle', () => { document.body.dataset.ready = 'map'; });
  });
  map.on('click', onClick);
  map.on('mousemove', onHover);
  map.on('error', (event) => console.error(event.error && event.error.message));
}

// Zoom at which the whole country fits: sizes on the map follow from it, so that small and large countries read alike.
function fitZoom() {
  const [west, south, east, north] = META.bounds, box = document.getElementById('map');
  const mercator = (lat) => Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360)) / (2 * Math.PI);
  const wide = Math.max((east - west) / 360, 1e-6), high = Math.max(mercator(north) - mercator(south), 1e-6), pad = 2 * fitPadding();
  return Math.log2(Math.min(Math.max(box.clientWidth - pad, 100) / wide, Math.max(box.clientHeight - pad, 100) / high) / 512);
}

const fitPadding = () => (window.innerWidth < 960 ? 16 : 48);
function drawCredit() {
  const osm = DATA.sources.some((s) => /OpenStreetMap/.test(s.source + s.licence));
  fill(document.getElementById('credit'), osm ? '© OpenStreetMap contributors · ' : '', h('a', { href: '#sources' }, t('credit')));
}

function applySwitch(item) {
  for (const id of item.layers) {
    const layer = map.getLayer(id);
    map.setLayoutProperty(id, 'visibility', item.on ? 'visible' : 'none');
    for (const property of OPACITY_OF[layer.type]) if (!id.endsWith('_case') || item.opacity < 1) map.setPaintProperty(id, property, item.opacity * (id === 'fibre_case' ? 0.8 : 1));
  }
  if (item.id === 'exclusions') map.setPaintProperty('exclusions_edge', 'line-opacity', Math.min(1, item.opacity * 3));
}

function applyCoverage() {
  const picture = coverage && coveragePicture();
  if (!picture) { if (map.getLayer('coverage')) map.setLayoutProperty('coverage', 'visibility', 'none'); return; }
  if (map.getSource('coverage')) {
    map.getSource('coverage').updateImage({ url: imageUrl(picture), coordinates: picture.corners });
    map.setLayoutProperty('coverage', 'visibility', 'visible');
    map.setPaintProperty('coverage', 'raster-opacity', coverageOpacity);
    return;
  }
  map.addSource('coverage', { type: 'image', url: imageUrl(picture), coordinates: picture.corners });
  map.addLayer({ id: 'coverage', type: 'raster', source: 'coverage', paint: { 'raster-opacity': coverageOpacity, 'raster-fade-duration': 0, 'raster-resampling': 'nearest' } }, 'admin1');
}

function applyWhen() {
  map.setPaintProperty('unreached', 'circle-radius', radius(`missing_${when}`));
  map.setLayoutProperty('unreached', 'circle-sort-key', ['-', 0, ['get', `missing_${when}`]]);
  map.setFilter('unreached', ['>=', ['get', `missing_${when}`], 1]);
}

function applyTechnologies() {
  map.setFilter('plan', ['!', ['in', ['get', 'technology'], ['literal', [...hiddenTechnologies]]]]);
}

function nearestPlace(point) {
  const reach = 8;
  const found = map.queryRenderedFeatures([[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]], { layers: ['plan', 'unreached', 'place_hit'].filter((id) => map.getLayoutProperty(id, 'visibility') !== 'none') });
  let best = null, least = Infinity;
  for (const item of found) {
    const at = map.project(item.geometry.coordinates);
    const distance = Math.hypot(at.x - point.x, at.y - point.y) / (1 + Math.log10(1 + item.properties.population) / 4);
    if (distance < least) { least = distance; best = item.properties.i; }
  }
  return best;
}

let popup = null;
function onClick(event) {
  if (popup) popup.remove();
  const box = [[event.point.x - 5, event.point.y - 5], [event.point.x + 5, event.point.y + 5]];
  const visible = (id) => map.getLayer(id) && map.getLayoutProperty(id, 'visibility') !== 'none';
  const site = visible('sites') ? map.queryRenderedFeatures(box, { layers: ['sites'] })[0] : null;
  const institution = visible('institutions') ? map.queryRenderedFeatures(box, { layers: ['institutions'] })[0] : null;
  if (institution) return showPopup(event.lngLat, institutionDetails(institution.properties.i));
  const place = nearestPlace(event.point);
  if (site && (place === null || map.getZoom() > 9)) return showPopup(event.lngLat, siteDetails(site.properties.i));
  if (place !== null) return openPlace(place);
  const lines = ['fibre', 'hops', 'access_fibre'].filter(visible);
  const link = lines.length ? map.queryRenderedFeatures(box, { layers: lines })[0] : null;
  if (link) return showPopup(event.lngLat, linkDetails(link.properties.i));
  const area = visible('exclusions') ? map.queryRenderedFeatures(event.point, { layers: ['exclusions'] })[0] : null;
  if (area) showPopup(event.lngLat, h('div', { class: 'popup' }, h('h3', {}, t('layer_exclusions')), h('p', {}, [t(`excl_${area.properties.kind}`), area.properties.reason].filter(Boolean).join(': '))));
}

function showPopup(at, content) {
  popup = new maplibregl.Popup({ maxWidth: '22rem', closeButton: true }).setLngLat(at).setDOMContent(content).addTo(map);
}

const tip = { popup: null, i: -1 };
function onHover(event) {
  if (matchMedia('(hover: none)').matches) return;
  const i = nearestPlace(event.point);
  map.getCanvas().style.cursor = i === null ? '' : 'pointer';
  if (i === tip.i) return;
  tip.i = i;
  if (tip.popup) tip.popup.remove();
  if (i === null) return;
  const technology = SUMMARY[i].technology;
  tip.popup = new maplibregl.Popup({ closeButton: false, closeOnClick: false, className: 'tip', offset: 10 }).setLngLat(pointOf(PLACES, i))
    .setDOMContent(h('div', {}, h('strong', {}, PLACES.name[i]), ` · ${count(PLACES.population[i])} ${t('people')}`, technology ? ` · ${techName(technology)}` : '')).addTo(map);
}

const details = (title, evidence, rows) => h('div', { class: 'popup' }, h('h3', {}, title), badge(evidence), h('dl', {}, rows.filter(([, v]) => v && v !== '–').map(([k, v]) => [h('dt', {}, k), h('dd', {}, v)])));

function siteDetails(i) {
  return details(`${t('site')}: ${t(`status_${SITES.status[i]}`)}`, SITES.evidence[i], [
    [t('operator'), SITES.operator[i]], [t('site_height'), known(SITES.height_agl_m[i]) ? `${decimal(SITES.height_agl_m[i], 0)} m` : ''],
    [t('site_backhaul'), word(SITES.backhaul_kind[i])], [t('site_power'), word(SITES.power_kind[i])],
    [t('site_demand'), known(SITES.demand_mbps[i]) ? speed(SITES.demand_mbps[i]) : ''], [t('site_load'), share(SITES.load_share[i])],
    [t('site_households'), known(SITES.households[i]) ? count(SITES.households[i]) : ''],
    [t('capex'), SITES.capex_usd[i] ? money(SITES.capex_usd[i]) : ''], [t('opex'), SITES.opex_usd_per_year[i] ? money(SITES.opex_usd_per_year[i]) : '']]);
}
const word = (value) => String(value || '').replaceAll('_', ' ');

function linkDetails(i) {
  return details(t(`link_${LINKS.kind[i]}`), LINKS.evidence[i], [
    [t('link_length'), `${decimal(LINKS.length_km[i], 1)} ${t('km')}`], [t('link_flow'), speed(LINKS.flow_mbps[i])], [t('link_capacity'), known(LINKS.capacity_mbps[i]) ? speed(LINKS.capacity_mbps[i]) : ''],
    [t('capex'), money(LINKS.capex_usd[i])], [t('opex'), money(LINKS.opex_usd_per_year[i])]]);
}

function drawLayerPanel() {
  const box = document.getElementById('layers'), parts = [];
  if (DATA.coverages.length) parts.push(coverageGroup());
  for (const item of SWITCHES) parts.push(switchRow(item));
  fill(box, parts);
}

function coverageGroup() {
  const group = h('div', { class: 'layer-group', role: 'radiogroup', 'aria-label': t('coverage') },
    h('div', { class: 'layer-title' }, h('span', {}, bothCoverages || !META.has_plan ? t('coverage') : `${t('coverage')} · ${t('today')}`),
      h('input', { type: 'range', min: 0, max: 1, step: 0.05, value: coverageOpacity, 'aria-label': t('opacity', { layer: t('coverage') }),
        oninput: (e) => { coverageOpacity = Number(e.target.value); if (map && map.getLayer('coverage')) map.setPaintProperty('coverage', 'raster-opacity', coverageOpacity); } })));
  if (bothCoverages) group.append(whenSwitch());
  const choice = (key, name) => h('label', { class: 'choice' }, h('input', { type: 'radio', name: 'coverage', value: key, checked: coverage === key,
    onchange: () => { coverage = key; if (map) applyCoverage(); drawLayerPanel(); } }), name);
  group.append(choice('', t('cover_none')));
  for (const [key, item] of coverageChoices()) {
    group.append(choice(key, coverageName(item)));
    if (key === coverage) group.append(coverageLegend(coveragePicture()));
  }
  return group;
}

function whenSwitch() {
  return h('div', { class: 'segment', role: 'group', 'aria-label': t('when') }, ['today', 'planned'].map((w) =>
    h('button', { type: 'button', 'aria-pressed': String(when === w), onclick: () => { when = w; if (map) { applyCoverage(); applyWhen(); } drawLayerPanel(); } }, t(w === 'today' ? 'today' : 'after_plan'))));
}

function coverageLegend(picture) {
  if (picture.kind === 'state') return h('div', { class: 'legend' }, picture.classes.map(([name, colour]) => h('div', { class: 'row' }, swatch(colour, 'square'), t(name))));
  return h('div', { class: 'legend' }, h('div', { class: 'scale' }, picture.classes.map(([name, colour]) => h('div', {}, h('div', { class: 'patch', style: { background: colour } }), name.split(' ')[0]))), h('div', {}, picture.unit));
}

function switchRow(item) {
  const name = t(item.text), id = `switch-${item.id}`;
  const row = h('div', { class: 'layer' }, h('div', { class: 'layer-head' },
    h('input', { type: 'checkbox', id, checked: item.on, onchange: (e) => { item.on = e.target.checked; if (map) applySwitch(item); drawLayerPanel(); document.getElementById(id).focus(); } }),
    h('label', { for: id }, name, SIGNS[item.id] && item.on && [' ', SIGNS[item.id]()]),
    h('input', { type: 'range', min: 0, max: 1, step: 0.05, value: item.opacity, disabled: !item.on, 'aria-label': t('opacity', { layer: name }),
      oninput: (e) => { item.opacity = Number(e.target.value); if (map) applySwitch(item); } })));
  if (item.on && LEGENDS[item.id]) row.append(h('div', { class: 'legend' }, LEGENDS[item.id]()));
  return row;
}

const LEGENDS = {
  unreached: () => [PLANNED && !bothCoverages && whenSwitch(), h('div', {}, t('area_people'))],
  plan: () => {
    const served = DATA.figures.by_technology || {};
    return TECHNOLOGIES.filter((name) => served[name] && served[name].households > 0).map((name) => h('button', { type: 'button', class: 'row', title: t('plan_filter_hint'), 'aria-pressed': String(!hiddenTechnologies.has(name)),
      onclick: () => { if (!hiddenTechnologies.delete(name)) hiddenTechnologies.add(name); if (map) applyTechnologies(); drawLayerPanel(); } },
    swatch(TECH_COLOUR[name]), techName(name), h('span', { class: 'count' }, people(served[name].population))));
  },
  held: () => [h('div', {}, t('held_legend', { n: count(ANSWERS.n_draws) })), HELD_STEPS.map(([from, colour], k) => h('div', { class: 'row' }, swatch(colour), k === HELD_STEPS.length - 1 ? t('held_from', { share: share(from) }) : t('held_under', { share: share(HELD_STEPS[k + 1][0]) }))).reverse()],
  sites: () => STATUSES.filter((s) => SITES.status.includes(s)).map((s) => {
    const icon = siteIcon(s).url;
    Object.assign(icon.style, { width: '1rem', height: '1rem' });
    return h('div', { class: 'row' }, icon, t(`status_${s}`), h('span', { class: 'count' }, count(SITES.status.filter((v) => v === s).length)));
  }),
  institutions: () => {
    const signs = DATA_INSTITUTIONS.institution_id.map((_, i) => institutionSign(i).split(':')[1]);
    return [...TECHNOLOGIES, 'missed'].filter((name) => signs.includes(name)).map((name) => h('div', { class: 'row' }, h('span', { class: 'swatch square', style: { background: '#fff', border: `3px solid ${TECH_COLOUR[name] || MISSING_COLOUR}` } }), instWay(name), h('span', { class: 'count' }, count(signs.filter((v) => v === name).length))));
  },
  fibre: () => ['fibre', 'access_fibre'].filter((k) => LINKS.kind.includes(k)).map((k) => h('div', { class: 'row' }, swatch(LINK_COLOUR[k], 'line'), t(`link_${k}`))),
};

// One sign beside the name, where a layer has only one.
const SIGNS = {
  unreached: () => swatch(MISSING_COLOUR),
  hops: () => swatch(LINK_COLOUR.hop, 'dash'),
  fibre_today: () => swatch('#5b4b8a', 'line'),
  exclusions: () => swatch('#d9c2c2', 'square'),
  roads: () => swatch('#8f8779', 'line'),
};

// The map: made, kept in step with what is chosen, clicked and hovered over.
import { byId, h } from '../shared/dom.js';
import { sayNoMap } from '../shared/frame.js';
import { techName } from '../shared/labels.js';
import { featuresNear, newMap, scaleControl, zoomControl } from '../shared/map_base.js';
import { t } from '../shared/messages.js';
import { count } from '../shared/numbers.js';
import { META, PLACES } from '../shared/payload.js';
import { collection, feature, imageUrl, pointOf } from '../shared/unpack.js';
import { pixelsOf } from './icons.js';
import { fitPadding, mapStyle, radius } from './map_style.js';
import { areaDetails, linkDetails, siteDetails } from './popups.js';
import { institutionDetails } from './institutions.js';
import { onSelection, openPlace } from './selection.js';
import { SUMMARY } from './summary.js';
import { SWITCHES, coveragePicture, onView, view } from './view.js';

const NEAR_PX = 5;
const PLACE_NEAR_PX = 8;
const SITE_ZOOM = 9; // from here on a site is meant rather than the place beside it
const PLACE_ZOOM = 10;
const CASE_OPACITY = 0.8;
const OPACITY_OF = {
  circle: ['circle-opacity', 'circle-stroke-opacity'],
  line: ['line-opacity'],
  fill: ['fill-opacity'],
  symbol: ['icon-opacity', 'text-opacity'],
  raster: ['raster-opacity'],
};

let map = null;
let isLoaded = false;

/** The map, or null where the browser cannot draw one. */
export const theMap = () => map;

function applySwitch(item) {
  for (const id of item.layers) {
    map.setLayoutProperty(id, 'visibility', item.on ? 'visible' : 'none');
    const isCase = id.endsWith('_case');
    if (isCase && item.opacity === 1) continue;
    for (const property of OPACITY_OF[map.getLayer(id).type]) {
      map.setPaintProperty(id, property, item.opacity * (isCase ? CASE_OPACITY : 1));
    }
  }
  if (item.id === 'exclusions') {
    map.setPaintProperty('exclusions_edge', 'line-opacity', Math.min(1, item.opacity * 3));
  }
}

function applyCoverage() {
  const picture = view.coverage && coveragePicture();
  if (!picture) {
    if (map.getLayer('coverage')) map.setLayoutProperty('coverage', 'visibility', 'none');
    return;
  }
  const image = { url: imageUrl(picture), coordinates: picture.corners };
  if (map.getSource('coverage')) {
    if (map.getSource('coverage').url !== image.url) map.getSource('coverage').updateImage(image);
    map.setLayoutProperty('coverage', 'visibility', 'visible');
    map.setPaintProperty('coverage', 'raster-opacity', view.coverageOpacity);
    return;
  }
  map.addSource('coverage', { type: 'image', ...image });
  const paint = {
    'raster-opacity': view.coverageOpacity,
    'raster-fade-duration': 0,
    'raster-resampling': 'nearest',
  };
  map.addLayer({ id: 'coverage', type: 'raster', source: 'coverage', paint }, 'admin1');
}

function applyWhen() {
  const missing = `missing_${view.when}`;
  map.setPaintProperty('unreached', 'circle-radius', radius(missing));
  map.setLayoutProperty('unreached', 'circle-sort-key', ['-', 0, ['get', missing]]);
  map.setFilter('unreached', ['>=', ['get', missing], 1]);
}

function applyView() {
  if (!isLoaded) return;
  SWITCHES.forEach(applySwitch);
  if (!META.has_plan) map.setLayoutProperty('plan', 'visibility', 'none');
  applyCoverage();
  applyWhen();
  map.setFilter('plan', ['!', ['in', ['get', 'technology'], ['literal', [...view.hiddenTechnologies]]]]);
}

function nearestPlace(point) {
  let best = null;
  let least = Infinity;
  for (const item of featuresNear(map, point, PLACE_NEAR_PX, ['plan', 'unreached', 'place_hit'])) {
    const at = map.project(item.geometry.coordinates);
    const large = 1 + Math.log10(1 + item.properties.population) / 4;
    const distance = Math.hypot(at.x - point.x, at.y - point.y) / large;
    if (distance < least) [least, best] = [distance, item.properties.i];
  }
  return best;
}

let popup = null;

/** Close what a click on a site, a link or an area has opened; whether there was anything. */
export function closePopup() {
  const wasOpen = popup !== null && popup.isOpen();
  if (wasOpen) popup.remove();
  popup = null;
  return wasOpen;
}

function showPopup(at, content) {
  popup = new maplibregl.Popup({ maxWidth: '22rem', closeButton: true }).setLngLat(at).setDOMContent(content);
  popup.addTo(map);
}

/** What a click shows: an institution, a site, a place, a link or an area, in this order. */
function onClick(event) {
  closePopup();
  const first = (...layers) => featuresNear(map, event.point, NEAR_PX, layers)[0];
  const institution = first('institutions');
  if (institution) return showPopup(event.lngLat, institutionDetails(institution.properties.i));
  const [site, place] = [first('sites'), nearestPlace(event.point)];
  if (site && (place === null || map.getZoom() > SITE_ZOOM)) {
    return showPopup(event.lngLat, siteDetails(site.properties.i));
  }
  if (place !== null) return openPlace(place);
  const link = first('fibre', 'hops', 'access_fibre');
  if (link) return showPopup(event.lngLat, linkDetails(link.properties.i));
  const area = featuresNear(map, event.point, 0, ['exclusions'])[0];
  if (area) showPopup(event.lngLat, areaDetails(area.properties));
  return undefined;
}

const tip = { popup: null, place: null };

function onHover(event) {
  if (matchMedia('(hover: none)').matches) return;
  const i = nearestPlace(event.point);
  map.getCanvas().style.cursor = i === null ? '' : 'pointer';
  if (i === tip.place) return;
  tip.place = i;
  if (tip.popup) tip.popup.remove();
  if (i === null) return;
  const { technology } = SUMMARY[i];
  const people = ` · ${count(PLACES.population[i])} ${t('people')}`;
  const content = h('div', {}, h('strong', {}, PLACES.name[i]), people, technology && ` · ${techName(technology)}`);
  tip.popup = new maplibregl.Popup({ closeButton: false, closeOnClick: false, className: 'tip', offset: 10 })
    .setLngLat(pointOf(PLACES, i))
    .setDOMContent(content)
    .addTo(map);
}

function followSelection(i, { fly }) {
  if (!map || !map.getSource('chosen')) return;
  const shown = i < 0 ? [] : [feature({ type: 'Point', coordinates: pointOf(PLACES, i) }, {})];
  map.getSource('chosen').setData(collection(shown));
  if (fly && i >= 0) {
    map.flyTo({ center: pointOf(PLACES, i), zoom: Math.max(map.getZoom(), PLACE_ZOOM), essential: false });
  }
}

/** Make the map; `onLoad` runs once it is there and in step with the view. */
export function startMap(onLoad) {
  try {
    const locale = { 'NavigationControl.ZoomIn': '+', 'NavigationControl.ZoomOut': '−' };
    map = newMap('map', mapStyle(), fitPadding(), { fadeDuration: 120, locale });
  } catch {
    sayNoMap();
    return;
  }
  map.addControl(zoomControl(), 'top-right');
  map.addControl(scaleControl(), 'bottom-left');
  map.on('styleimagemissing', ({ id }) => {
    if (!map.hasImage(id)) map.addImage(id, pixelsOf(id), { pixelRatio: 2 });
  });
  map.on('load', () => {
    isLoaded = true;
    applyView();
    onLoad();
    byId('map-message').hidden = true;
    map.once('idle', () => {
      document.body.dataset.ready = 'map';
    });
  });
  map.on('click', onClick);
  map.on('mousemove', onHover);
  onView(applyView);
  onSelection(followSelection);
}

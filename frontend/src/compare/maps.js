// Two maps that lie on each other and move as one; a divider shows the one or the other.
import { byId } from '../shared/dom.js';
import { sayNoMap } from '../shared/frame.js';
import {
  LABEL_FONTS,
  LABEL_PAINT,
  background,
  byPeople,
  featuresNear,
  geojson,
  groundSources,
  matching,
  newMap,
  scaleControl,
  zoomControl,
} from '../shared/map_base.js';
import { COLOURS, META, PLACES } from '../shared/payload.js';
import { fitZoom } from '../shared/scale.js';
import { lineFeatures, pointFeatures, pointOf } from '../shared/unpack.js';
import { A, B, DIFF } from './sides.js';
import { state } from './state.js';

const PADDING_PX = 30;
const NEAR_PX = 8;
const PLACE_ZOOM = 10;
const MOST_PEOPLE = Math.max(1, ...DIFF.population);
const NAMED_FROM = MOST_PEOPLE / 12; // people, at the zoom of the country

export const maps = [];

const placeFeatures = ({ letter }) =>
  pointFeatures(PLACES, (i) => ({
    name: DIFF.name[i],
    population: DIFF.population[i],
    technology: DIFF[`technology_${letter}`][i],
    change: DIFF.change[i],
  }));

const colour = () =>
  state.isByChange
    ? matching('change', COLOURS.change, COLOURS.change.same)
    : matching('technology', COLOURS.technology, COLOURS.technology.existing);

function layersOf() {
  const box = byId('swipe');
  const zoom = fitZoom(META.bounds, box.clientWidth, box.clientHeight, PADDING_PX);
  const zoomed = (one, two) => ['interpolate', ['linear'], ['zoom'], zoom, one, zoom + 5, two];
  const root = ['sqrt', ['max', ['get', 'population'], 0]];
  const sized = (largest, least) => ['max', ['*', root, largest / Math.sqrt(MOST_PEOPLE)], least];
  const line = (id, source, look, more = {}) => ({ id, type: 'line', source, paint: look, ...more });
  const ofKind = (kind) => ({ filter: ['==', ['get', 'kind'], kind] });
  return [
    background,
    { id: 'relief', type: 'raster', source: 'relief', paint: { 'raster-fade-duration': 0 } },
    line('admin1', 'admin1', {
      'line-color': '#6b7a85',
      'line-opacity': 0.5,
      'line-width': 0.8,
      'line-dasharray': [3, 2],
    }),
    line('outline', 'outline', { 'line-color': '#41535f', 'line-width': 1.4 }),
    line(
      'fibre',
      'links',
      { 'line-color': COLOURS.link.fibre, 'line-width': zoomed(1.3, 4) },
      { ...ofKind('fibre'), layout: { 'line-cap': 'round' } },
    ),
    line(
      'hops',
      'links',
      { 'line-color': COLOURS.link.hop, 'line-width': zoomed(1, 2.4), 'line-dasharray': [3, 1.6] },
      ofKind('hop'),
    ),
    {
      id: 'places',
      type: 'circle',
      source: 'places',
      layout: { 'circle-sort-key': byPeople },
      paint: {
        'circle-color': colour(),
        'circle-radius': zoomed(sized(15, 2.4), sized(60, 7)),
        'circle-opacity': 0.92,
        'circle-stroke-color': '#fff',
        'circle-stroke-width': 1,
      },
    },
    {
      id: 'sites',
      type: 'circle',
      source: 'sites',
      filter: ['!=', ['get', 'status'], 'existing'],
      paint: {
        'circle-radius': zoomed(1.6, 5),
        'circle-color': matching('status', COLOURS.site_status, COLOURS.site_status.existing),
        'circle-stroke-color': '#fff',
        'circle-stroke-width': 0.8,
      },
    },
    labelLayer(zoom),
  ];
}

const labelLayer = (zoom) => ({
  id: 'labels',
  type: 'symbol',
  source: 'places',
  layout: {
    'text-field': [
      'step',
      ['zoom'],
      ['case', ['>', ['get', 'population'], NAMED_FROM], ['get', 'name'], ''],
      zoom + 2,
      ['get', 'name'],
    ],
    'text-font': LABEL_FONTS,
    'text-size': 12,
    'text-variable-anchor': ['top', 'bottom', 'right', 'left'],
    'text-radial-offset': 0.7,
    'symbol-sort-key': byPeople,
  },
  paint: LABEL_PAINT,
});

const styleOf = (side) => ({
  version: 8,
  sources: {
    ...groundSources(),
    links: geojson(lineFeatures(side.links, (i) => ({ kind: side.links.kind[i] }))),
    sites: geojson(pointFeatures(side.sites, (i) => ({ status: side.sites.status[i] }))),
    places: geojson(placeFeatures(side)),
  },
  layers: layersOf(),
});

/** Colour the places anew. */
export function paint() {
  for (const map of maps) map.setPaintProperty('places', 'circle-color', colour());
}

/** Go to a place on both maps; whether there are maps. */
export function flyTo(i) {
  if (!maps.length) return false;
  maps[0].flyTo({ center: pointOf(PLACES, i), zoom: Math.max(maps[0].getZoom(), PLACE_ZOOM) });
  return true;
}

function moveAsOne() {
  let isFollowing = false;
  maps.forEach((map, k) => {
    map.on('move', () => {
      if (isFollowing) return;
      isFollowing = true;
      maps[1 - k].jumpTo({ center: map.getCenter(), zoom: map.getZoom() });
      isFollowing = false;
    });
  });
}

/** Make both maps; `onClick` gets the row of a place. */
export function startMaps(onClick) {
  try {
    for (const side of [A, B]) maps.push(newMap(`map-${side.letter}`, styleOf(side), PADDING_PX, { fadeDuration: 0 }));
  } catch {
    maps.length = 0;
    sayNoMap();
    return;
  }
  moveAsOne();
  for (const map of maps) {
    map.on('click', ({ point }) => {
      const [found] = featuresNear(map, point, NEAR_PX, ['places']);
      if (found) onClick(found.properties.i);
    });
  }
  maps[1].addControl(zoomControl(), 'top-right');
  maps[0].addControl(scaleControl(), 'bottom-left');
  const drawn = maps.map((map) => new Promise((done) => map.once('idle', done)));
  Promise.all(drawn).then(() => {
    byId('map-message').hidden = true;
    document.body.dataset.ready = 'map';
  });
}

export function startSlider() {
  const move = () => byId('swipe').style.setProperty('--at', `${byId('slider').value}%`);
  byId('slider').addEventListener('input', move);
  move();
}

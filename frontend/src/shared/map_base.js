// What both pages' maps have in common: how a map is made, and its ground layers.
import { DATA, META } from './payload.js';
import { collection, imageUrl, outlineOf } from './unpack.js';

const [west, south, east, north] = META.bounds;

/** A map in some element that shows the whole country; it fails where the browser has no WebGL. */
export function newMap(container, style, padding, more = {}) {
  const map = new maplibregl.Map({
    container,
    style,
    attributionControl: false,
    bounds: [
      [west, south],
      [east, north],
    ],
    fitBoundsOptions: { padding },
    maxZoom: 15,
    minZoom: 2,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    preserveDrawingBuffer: true,
    ...more,
  });
  map.touchZoomRotate.disableRotation();
  map.on('error', (event) => console.error(event.error && event.error.message));
  return map;
}

export const zoomControl = () => new maplibregl.NavigationControl({ showCompass: false });
export const scaleControl = () => new maplibregl.ScaleControl({ maxWidth: 120 });

export const noFeatures = () => ({ type: 'geojson', data: collection([]) });
export const geojson = (data) => ({ type: 'geojson', data });

export const groundSources = () => ({
  relief: { type: 'image', url: imageUrl(DATA.relief), coordinates: DATA.relief.corners },
  outline: geojson(outlineOf(DATA.outline)),
  admin1: geojson(outlineOf(DATA.admin1.lines)),
});

export const background = { id: 'background', type: 'background', paint: { 'background-color': '#eeeff0' } };

/** A match expression of the map style: a colour for each word of a property. */
export const matching = (property, colours, other) => [
  'match',
  ['get', property],
  ...Object.entries(colours).flat(),
  other,
];

export const byPeople = ['-', 0, ['get', 'population']]; // sort key: many people first

export const LABEL_FONTS = ['system-ui', 'Segoe UI', 'Noto Sans', 'Liberation Sans', 'Arial'];
export const LABEL_PAINT = {
  'text-color': '#17252f',
  'text-halo-color': 'rgba(255,255,255,0.92)',
  'text-halo-width': 1.5,
};

const around = (point, reach) => [
  [point.x - reach, point.y - reach],
  [point.x + reach, point.y + reach],
];

/** Features of the layers that are shown within some pixels of a point. */
export function featuresNear(map, point, reach, layers) {
  const shown = layers.filter((id) => map.getLayer(id) && map.getLayoutProperty(id, 'visibility') !== 'none');
  return shown.length ? map.queryRenderedFeatures(around(point, reach), { layers: shown }) : [];
}

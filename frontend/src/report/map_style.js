// What the map shows: its sources and style layers, the lowest first.
import { byId, rem } from '../shared/dom.js';
import {
  LABEL_FONTS,
  LABEL_PAINT,
  background,
  byPeople,
  geojson,
  groundSources,
  matching,
  noFeatures,
} from '../shared/map_base.js';
import { COLOURS, DATA, LINKS, META, N_PLACES, PLACES, SITES } from '../shared/payload.js';
import { fitZoom } from '../shared/scale.js';
import {
  collection,
  feature,
  indices,
  lineFeatures,
  pointFeatures,
  unpackLine,
  unpackTable,
} from '../shared/unpack.js';
import { institutionSign, siteSign } from './icons.js';
import { INSTITUTIONS, wayOf } from './institutions.js';
import { HELD_STEPS, heldShare } from './robustness.js';
import { SUMMARY } from './summary.js';

const ROADS = unpackTable(DATA.roads);
const FIBRE = unpackTable(DATA.fibre);
const EXCLUSIONS = unpackTable(DATA.exclusions);
const MANY_SITES = 1500; // a national plan seen as a whole: signs must not hide the map
const FEW_SITES = 60;
const NARROW_PX = 960;
const ROUND = { 'line-cap': 'round', 'line-join': 'round' };
const NAMED_PLACES = [45, 250, 1200]; // at the zooms of the country, a province, a district

export const fitPadding = () => (window.innerWidth < NARROW_PX ? 16 : 48);

/** Sizes in this window: `bold` says how much room there is for a sign. */
function sizes() {
  const { clientWidth: width, clientHeight: height } = byId('map');
  const roomPx = Math.sqrt((width * height) / Math.max(1, N_PLACES));
  const zoom = fitZoom(META.bounds, width, height, fitPadding());
  const stops = (least, middle, most) => [
    'interpolate',
    ['linear'],
    ['zoom'],
    zoom,
    least,
    zoom + 2.5,
    middle,
    zoom + 6,
    most,
  ];
  const bold = Math.min(1.4, Math.max(0.65, roomPx / 14 / rem()));
  const wider = (least, middle, most) => stops(least * rem() * bold, middle * rem() * bold, most * rem());
  return { zoom, stops, bold, wider };
}

const MOST_PEOPLE = Math.max(1, ...PLACES.population);

/** Radius by the square root of people: area is people. Stops at the zooms of the country, a province and a village. */
export function radius(value) {
  const { stops, bold } = sizes();
  const root = ['sqrt', ['max', ['get', value], 0]];
  const at = (largest, least) => ['max', ['*', root, (largest * rem()) / Math.sqrt(MOST_PEOPLE)], least * rem()];
  return stops(at(17 * bold, 1.7 * bold), at(34 * bold, 4 * bold), at(70, 8));
}

// Of a place by people: names appear in this order while zooming in.
function peopleRanks() {
  const rank = [];
  indices(PLACES.population)
    .sort((a, b) => PLACES.population[b] - PLACES.population[a] || a - b)
    .forEach((i, at) => {
      rank[i] = at;
    });
  return rank;
}

function placeFeatures() {
  const rank = peopleRanks();
  return pointFeatures(PLACES, (i) => ({
    held: heldShare(PLACES.place_id[i]),
    name: PLACES.name[i],
    rank: rank[i],
    population: PLACES.population[i],
    technology: SUMMARY[i].technology,
    missing_today: SUMMARY[i].missing,
    missing_planned: SUMMARY[i].missingAfter ?? SUMMARY[i].missing,
  }));
}

const exclusionFeatures = () =>
  collection(
    EXCLUSIONS.lines.map((rings, i) =>
      feature(
        { type: 'Polygon', coordinates: rings.map(unpackLine) },
        { kind: EXCLUSIONS.kind[i], reason: EXCLUSIONS.reason[i] },
      ),
    ),
  );

const sources = () => ({
  ...groundSources(),
  roads: { ...geojson(lineFeatures(ROADS, (i) => ({ road_class: ROADS.road_class[i] }))), tolerance: 0.5 },
  exclusions: geojson(exclusionFeatures()),
  fibre_today: geojson(lineFeatures(FIBRE, (i) => ({ kind: FIBRE.kind[i] }))),
  links: geojson(lineFeatures(LINKS, (i) => ({ kind: LINKS.kind[i] }))),
  institutions: geojson(
    pointFeatures(INSTITUTIONS, (i) => ({ kind: INSTITUTIONS.kind[i], icon: institutionSign(wayOf(i)) })),
  ),
  sites: geojson(pointFeatures(SITES, (i) => ({ status: SITES.status[i], icon: siteSign(SITES.status[i]) }))),
  places: geojson(placeFeatures()),
  chosen: noFeatures(),
});

function line(id, source, paint, more = {}) {
  return { id, type: 'line', source, paint, ...more };
}

function groundLayers({ wider, stops }) {
  const roadWidth = ([trunk, primary, other]) => [
    'match',
    ['get', 'road_class'],
    'trunk',
    trunk * rem(),
    'primary',
    primary * rem(),
    other * rem(),
  ];
  const roadWidths = [
    [1.1, 0.8, 0.3],
    [1.8, 1.5, 0.8],
    [3, 2.4, 1.5],
  ].map(roadWidth);
  return [
    background,
    {
      id: 'relief',
      type: 'raster',
      source: 'relief',
      paint: { 'raster-fade-duration': 0, 'raster-resampling': 'linear' },
    },
    line('admin1', 'admin1', {
      'line-color': '#6b7a85',
      'line-opacity': 0.5,
      'line-width': wider(0.4, 0.8, 1.2),
      'line-dasharray': [3, 2],
    }),
    {
      id: 'exclusions',
      type: 'fill',
      source: 'exclusions',
      paint: { 'fill-color': COLOURS.layer.exclusions, 'fill-opacity': 0.22 },
    },
    line('exclusions_edge', 'exclusions', {
      'line-color': COLOURS.layer.exclusions,
      'line-width': 1,
      'line-dasharray': [2, 2],
    }),
    line(
      'roads',
      'roads',
      {
        'line-color': matching('road_class', { ferry: COLOURS.layer.ferries }, COLOURS.layer.roads),
        'line-opacity': 0.75,
        'line-width': stops(...roadWidths),
      },
      { layout: ROUND },
    ),
    line(
      'outline',
      'outline',
      { 'line-color': '#41535f', 'line-width': wider(1.1, 1.8, 2.6) },
      { layout: { 'line-join': 'round' } },
    ),
  ];
}

function linkLayers({ wider }) {
  const ofKind = (kind) => ({ filter: ['==', ['get', 'kind'], kind] });
  return [
    line(
      'fibre_today',
      'fibre_today',
      { 'line-color': COLOURS.layer.fibre_today, 'line-width': wider(1, 1.8, 3), 'line-opacity': 0.8 },
      { layout: { 'line-cap': 'round' } },
    ),
    line(
      'access_fibre',
      'links',
      { 'line-color': COLOURS.link.access_fibre, 'line-width': wider(0.6, 1.2, 2.4) },
      { ...ofKind('access_fibre'), layout: { 'line-cap': 'round' } },
    ),
    line(
      'fibre_case',
      'links',
      { 'line-color': '#fff', 'line-opacity': 0.8, 'line-width': wider(2.2, 4, 6.4) },
      { ...ofKind('fibre'), layout: ROUND },
    ),
    line(
      'fibre',
      'links',
      { 'line-color': COLOURS.link.fibre, 'line-width': wider(1.1, 2.4, 4) },
      { ...ofKind('fibre'), layout: ROUND },
    ),
    line(
      'hops',
      'links',
      { 'line-color': COLOURS.link.hop, 'line-width': wider(0.9, 1.6, 2.4), 'line-dasharray': [3, 1.6] },
      ofKind('hop'),
    ),
  ];
}

function circle(id, colour, value, paint, more = {}) {
  return {
    id,
    type: 'circle',
    source: 'places',
    paint: { 'circle-color': colour, 'circle-radius': radius(value), ...paint },
    ...more,
  };
}

function placeLayers({ wider }) {
  const edge = {
    'circle-stroke-color': '#fff',
    'circle-stroke-width': wider(0.5, 1.1, 1.4),
    'circle-stroke-opacity': 0.92,
  };
  const heldColour = ['step', ['get', 'held'], HELD_STEPS[0][1], ...HELD_STEPS.slice(1).flat()];
  const unreachedEdge = {
    'circle-stroke-color': COLOURS.missing_edge,
    'circle-stroke-width': 0.6,
    'circle-stroke-opacity': 0.55,
  };
  return [
    circle(
      'plan',
      matching('technology', COLOURS.technology, COLOURS.technology.existing),
      'population',
      { 'circle-opacity': 0.92, ...edge },
      { layout: { 'circle-sort-key': byPeople } },
    ),
    circle(
      'held',
      heldColour,
      'population',
      { 'circle-opacity': 0.95, ...edge },
      { filter: ['>=', ['get', 'held'], 0], layout: { 'circle-sort-key': ['-', 0, ['get', 'held']] } },
    ),
    circle(
      'unreached',
      COLOURS.technology.none,
      'missing_today',
      { 'circle-opacity': 0.55, ...unreachedEdge },
      { layout: { 'circle-sort-key': ['-', 0, ['get', 'missing_today']] } },
    ),
    {
      id: 'place_hit',
      type: 'circle',
      source: 'places',
      paint: { 'circle-opacity': 0, 'circle-radius': wider(4, 8, 12) },
    },
  ];
}

function siteSize(bold, isDense) {
  const dense = isDense ? 0.6 : 1;
  const n = SITES.site_id.length;
  const existing = (size) => {
    if (n > 400) return 0.7 * size;
    return n > FEW_SITES ? 1.2 * size : 1.5 * size * bold;
  };
  const exchange = [0.26 * bold * dense, 0.45 * bold, 0.8];
  const other = [0.46 * bold * dense, 0.75 * bold, 1.1];
  return [0.26, 0.5, 0.9].map((size, k) => [
    'match',
    ['get', 'status'],
    'exchange',
    exchange[k] * rem(),
    'existing',
    existing(size) * rem(),
    other[k] * rem(),
  ]);
}

function signLayers({ wider, stops, bold }) {
  return [
    {
      id: 'institutions',
      type: 'symbol',
      source: 'institutions',
      layout: { 'icon-image': ['get', 'icon'], 'icon-allow-overlap': true, 'icon-size': wider(0.35, 0.6, 1) },
    },
    {
      id: 'sites',
      type: 'symbol',
      source: 'sites',
      layout: {
        'icon-image': ['get', 'icon'],
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        'icon-size': stops(...siteSize(bold, SITES.site_id.length > MANY_SITES)),
        'symbol-sort-key': matching('status', { existing: 0, upgraded: 1 }, 2),
      },
    },
    {
      id: 'chosen',
      type: 'circle',
      source: 'chosen',
      paint: {
        'circle-opacity': 0,
        'circle-radius': 13 * rem(),
        'circle-stroke-color': '#17252f',
        'circle-stroke-width': 2.5 * rem(),
      },
    },
  ];
}

function labelLayer({ stops, zoom }) {
  const named = (most) => ['case', ['<', ['get', 'rank'], most], ['get', 'name'], ''];
  const [few, more, many] = NAMED_PLACES.map(named);
  const letters = [
    [10.5, 12, 14.5],
    [11, 13, 16],
    [12, 14.5, 18],
  ].map(([small, town, city]) => [
    'step',
    ['get', 'population'],
    small * rem(),
    MOST_PEOPLE / 60,
    town * rem(),
    MOST_PEOPLE / 8,
    city * rem(),
  ]);
  return {
    id: 'labels',
    type: 'symbol',
    source: 'places',
    layout: {
      'text-field': ['step', ['zoom'], few, zoom + 1, more, zoom + 2.2, many, zoom + 3.5, ['get', 'name']],
      'text-font': LABEL_FONTS,
      'text-size': stops(...letters),
      'text-variable-anchor': ['top', 'bottom', 'right', 'left'],
      'text-radial-offset': 0.55,
      'text-padding': stops(16, 8, 3),
      'symbol-sort-key': byPeople,
      'text-max-width': 9,
    },
    paint: LABEL_PAINT,
  };
}

export function mapStyle() {
  const size = sizes();
  return {
    version: 8,
    sources: sources(),
    layers: [...groundLayers(size), ...linkLayers(size), ...placeLayers(size), ...signLayers(size), labelLayer(size)],
  };
}

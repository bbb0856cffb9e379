// What the reader has chosen to see on the map; the map, the panel and the address follow.
import { DATA, LINKS, META, PLANNED, SITES } from '../shared/payload.js';
import { INSTITUTIONS } from './institutions.js';
import { hasHeld } from './robustness.js';

const COVERAGE_ORDER = ['state', 'speed', 'power', 'sinr'];
const FIRST_CHOICES = COVERAGE_ORDER.slice(0, 3);
const hasCoverage = (when) => DATA.coverages.some((item) => item.when === when);
const hasLink = (test) => Boolean(LINKS) && LINKS.kind.some(test);
const hasSomethingPlanned = Boolean(PLANNED) || hasCoverage('planned');

/** Whether the pictures of coverage show both networks. */
export const bothCoverages = hasCoverage('today') && hasCoverage('planned');

export const view = {
  when: META.has_plan && hasSomethingPlanned ? 'planned' : 'today',
  coverage: META.has_plan ? '' : FIRST_CHOICES.find((kind) => DATA.coverages.some((item) => item.kind === kind)) || '',
  coverageOpacity: 0.7,
  hiddenTechnologies: new Set(),
};

/** Switches of the panel: which style layers, shown at first or not, how opaque. */
export const SWITCHES = [
  { id: 'unreached', text: 'layer_unreached', on: !META.has_plan, opacity: 0.55, present: true },
  { id: 'plan', text: 'layer_plan', on: true, opacity: 0.92, present: META.has_plan },
  { id: 'held', text: 'layer_held', on: false, opacity: 0.95, present: hasHeld },
  { id: 'sites', text: 'layer_sites', on: true, opacity: 1, present: SITES.site_id.length > 0 },
  {
    id: 'fibre',
    text: 'layer_fibre',
    layers: ['fibre_case', 'fibre', 'access_fibre'],
    on: true,
    opacity: 1,
    present: hasLink((kind) => kind.endsWith('fibre')),
  },
  { id: 'hops', text: 'layer_hops', on: true, opacity: 1, present: hasLink((kind) => kind === 'hop') },
  {
    id: 'fibre_today',
    text: 'layer_existing_fibre',
    on: !META.has_plan,
    opacity: 0.8,
    present: DATA.fibre.lines.length > 0,
  },
  { id: 'institutions', text: 'layer_institutions', on: false, opacity: 1, present: INSTITUTIONS.lonlat.length > 0 },
  {
    id: 'exclusions',
    text: 'layer_exclusions',
    layers: ['exclusions', 'exclusions_edge'],
    on: true,
    opacity: 0.22,
    present: DATA.exclusions.lines.length > 0,
  },
  { id: 'roads', text: 'layer_roads', on: true, opacity: 0.75, present: DATA.roads.lines.length > 0 },
  { id: 'labels', text: 'layer_labels', on: true, opacity: 1, present: true },
  { id: 'relief', text: 'layer_relief', on: true, opacity: 1, present: true },
]
  .filter((item) => item.present)
  .map((item) => ({ layers: [item.id], ...item }));

export const FIRST_ON = new Map(SWITCHES.map((item) => [item.id, item.on]));
export const FIRST_VIEW = { when: view.when, coverage: view.coverage };

export const coverageKey = (item) => (item.band_mhz ? `${item.kind}_${item.band_mhz}` : item.kind);

/** One coverage picture a key, in the order of the panel. */
export function coverageChoices() {
  const choices = new Map();
  const order = (item) => COVERAGE_ORDER.indexOf(item.kind);
  const sorted = [...DATA.coverages].sort((a, b) => order(a) - order(b) || a.band_mhz - b.band_mhz);
  for (const item of sorted) if (!choices.has(coverageKey(item))) choices.set(coverageKey(item), item);
  return choices;
}

/** The picture chosen, of the network chosen or else of the one there is. */
export function coveragePicture() {
  const chosen = DATA.coverages.filter((item) => coverageKey(item) === view.coverage);
  return chosen.find((item) => item.when === view.when) || chosen[0];
}

const listeners = [];

export function onView(listener) {
  listeners.push(listener);
}

/** Change something of the view and tell everyone; a slider in use must not be drawn anew. */
export function changeView(change, { isSliding = false } = {}) {
  change();
  for (const listener of listeners) listener({ isSliding });
}

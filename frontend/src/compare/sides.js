// The two scenarios beside each other, and what differs between them place by place.
import { h } from '../shared/dom.js';
import { swatch } from '../shared/labels.js';
import { t } from '../shared/messages.js';
import { ASSIGNMENTS, COLOURS, DATA, LINKS, META, PLAN, SITES } from '../shared/payload.js';
import { rowsBy, unpackTable } from '../shared/unpack.js';

export const A = {
  letter: 'a',
  name: META.scenario,
  assigned: ASSIGNMENTS,
  rows: rowsBy(ASSIGNMENTS, 'place_id'),
  sites: SITES,
  links: LINKS,
  plan: PLAN,
};

const ASSIGNMENTS_B = unpackTable(DATA.b.assignments);

export const B = {
  letter: 'b',
  name: DATA.b.scenario,
  assigned: ASSIGNMENTS_B,
  rows: rowsBy(ASSIGNMENTS_B, 'place_id'),
  sites: unpackTable(DATA.b.sites),
  links: unpackTable(DATA.b.links),
  plan: DATA.b.plan || {},
};

export const DIFF = unpackTable(DATA.comparison.places);
export const FIGURE_ROWS = DATA.comparison.figures;
export const KEY = DATA.comparison.summary;
export const INPUTS = DATA.comparison.inputs;

/** What may change for a place, from gain to loss. */
export const CHANGES = Object.keys(COLOURS.change);

export const changeName = (name) => t(`cmp_change_${name}`);
export const changeMark = (name) => h('span', { class: 'change' }, swatch(COLOURS.change[name]), changeName(name));

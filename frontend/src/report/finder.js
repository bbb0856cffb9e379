// The box that finds a place by its name.
import { byId, fill, h } from '../shared/dom.js';
import { search } from '../shared/fold.js';
import { adminName } from '../shared/labels.js';
import { t } from '../shared/messages.js';
import { PLACE_NAMES } from '../shared/names.js';
import { count } from '../shared/numbers.js';
import { PLACES } from '../shared/payload.js';
import { openPlace } from './selection.js';

const MOST_FOUND = 8;
let found = [];
let at = 0;

function close() {
  byId('finder-list').hidden = true;
  byId('finder').setAttribute('aria-expanded', 'false');
  byId('finder').removeAttribute('aria-activedescendant');
}

function choose(i) {
  close();
  byId('finder').value = PLACES.name[i];
  openPlace(i, { fly: true });
}

function option(i, k) {
  const where = [adminName(PLACES.admin1_code[i]), count(PLACES.population[i])].filter(Boolean).join(' · ');
  const onmousedown = (event) => {
    event.preventDefault();
    choose(i);
  };
  const attributes = { id: `found-${k}`, role: 'option', 'aria-selected': String(k === at), onmousedown };
  return h('li', attributes, PLACES.name[i], h('span', {}, where));
}

function draw() {
  byId('finder-list').hidden = found.length === 0;
  byId('finder').setAttribute('aria-expanded', String(found.length > 0));
  fill(byId('finder-list'), found.map(option));
  if (found.length) byId('finder').setAttribute('aria-activedescendant', `found-${at}`);
}

function onKey(event) {
  const isOpen = !byId('finder-list').hidden;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    at = (at + step + found.length) % Math.max(1, found.length);
    draw();
  }
  if (event.key === 'Enter' && found.length) choose(found[at]);
  if (event.key === 'Escape' && isOpen) {
    event.stopPropagation(); // only the list closes, the card stays
    close();
  }
}

export function drawFinder() {
  byId('finder').placeholder = t('find_place');
  byId('finder').setAttribute('aria-label', t('find_place'));
}

export function startFinder() {
  const input = byId('finder');
  input.addEventListener('input', () => {
    found = search(PLACE_NAMES, input.value, PLACES.population, MOST_FOUND);
    at = 0;
    draw();
  });
  input.addEventListener('keydown', onKey);
  input.addEventListener('blur', close);
}

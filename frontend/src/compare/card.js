// The card of a place: how each of the two plans serves it.
import { byId, definitions, fill, h } from '../shared/dom.js';
import { moneyLines } from '../shared/labels.js';
import { t } from '../shared/messages.js';
import { count, speed } from '../shared/numbers.js';
import { groupByTechnology } from '../shared/place_rows.js';
import { planGroup } from '../shared/plan_groups.js';
import { flyTo } from './maps.js';
import { A, B, DIFF, changeMark } from './sides.js';
import { state } from './state.js';

let opener = null;
const listeners = [];

/** Be told when a place is opened or closed. */
export function onPlace(listener) {
  listeners.push(listener);
}

function sideOf(side, i) {
  const rows = side.rows.get(DIFF.place_id[i]) || [];
  return [
    h('h3', {}, side.name),
    definitions([
      [t('people_reached'), count(DIFF[`reached_people_${side.letter}`][i])],
      [t('pv'), moneyLines(DIFF[`pv_usd_${side.letter}`][i])],
      [t('speed'), speed(DIFF[`dl_mbps_${side.letter}`][i])],
    ]),
    groupByTechnology(side.assigned, rows).map(planGroup),
  ];
}

export function drawCard() {
  const i = state.opened;
  if (i < 0) return;
  const close = { class: 'icon', type: 'button', 'aria-label': t('close'), onclick: closePlace };
  fill(
    byId('card'),
    h(
      'header',
      {},
      h(
        'div',
        { class: 'names' },
        h('h2', {}, DIFF.name[i]),
        h('p', { class: 'sub' }, `${count(DIFF.population[i])} ${t('people')}`),
      ),
      h('button', close, '×'),
    ),
    h('p', {}, changeMark(DIFF.change[i])),
    [A, B].map((side) => sideOf(side, i)),
  );
}

export function openPlace(i, { fly = false } = {}) {
  const card = byId('card');
  if (state.opened < 0) opener = document.activeElement;
  state.opened = i;
  drawCard();
  card.hidden = false;
  card.scrollTop = 0;
  card.focus({ preventScroll: true });
  if (fly && flyTo(i)) byId('map-section').scrollIntoView({ block: 'nearest' });
  for (const listener of listeners) listener();
}

export function closePlace() {
  if (state.opened < 0) return;
  const key = opener && opener.dataset ? opener.dataset.key : undefined;
  state.opened = -1;
  byId('card').hidden = true;
  for (const listener of listeners) listener();
  const again = key && document.querySelector(`[data-key="${key}"]`);
  const back = again || opener;
  if (back && back.isConnected) back.focus({ preventScroll: true });
}

// The card of a place: how it is reached, at what cost, what else could serve it and what would change that.
import { byId, definitions, fill, h } from '../shared/dom.js';
import { adminName, badge, moneyLines, techName } from '../shared/labels.js';
import { t } from '../shared/messages.js';
import { count, decimal, known, money, share, speed } from '../shared/numbers.js';
import { ALTERNATIVES, ASSIGNMENTS, PLACES, PLANNED } from '../shared/payload.js';
import { groupByTechnology } from '../shared/place_rows.js';
import { planGroup } from '../shared/plan_groups.js';
import { pointOf } from '../shared/unpack.js';
import { theMap } from './map.js';
import { reachBars } from './reach_bars.js';
import { heldPart } from './robustness.js';
import { closePlace, onSelection, openedPlace } from './selection.js';
import { ASSIGNED, OTHER_WAYS, SUMMARY } from './summary.js';

const CLOSE_ZOOM = 12;

function head(i) {
  const people = `${count(PLACES.population[i])} ${t('people')}`;
  const households = `${count(PLACES.households[i])} ${t('households')}`;
  const lines = [
    [adminName(PLACES.admin1_code[i]), people, households],
    [PLACES.place_id[i], PLACES.national_code[i]],
  ];
  return h(
    'header',
    {},
    h(
      'div',
      { class: 'names' },
      h('h2', {}, PLACES.name[i]),
      lines.map((line) => h('p', { class: 'sub' }, line.filter(Boolean).join(' · '))),
    ),
    h('button', { class: 'icon', type: 'button', 'aria-label': t('close'), onclick: closePlace }, '×'),
  );
}

function actions(i) {
  const map = theMap();
  const zoom = () => map.flyTo({ center: pointOf(PLACES, i), zoom: CLOSE_ZOOM });
  return h(
    'div',
    { class: 'actions' },
    badge(SUMMARY[i].evidence),
    map && h('button', { class: 'button', type: 'button', onclick: zoom }, t('zoom_to')),
  );
}

const planPart = (i) => [
  h('h3', {}, t('card_plan')),
  groupByTechnology(ASSIGNMENTS, ASSIGNED.get(PLACES.place_id[i])).map(planGroup),
];

function alternativeRow(r, chosen) {
  const { technology, dl_mbps: dl, is_feasible: feasible, pv_usd: pv, reason } = ALTERNATIVES;
  const css = [!feasible[r] && 'impossible', technology[r] === chosen && 'chosen'].filter(Boolean).join(' ');
  return h(
    'tr',
    { class: css || null },
    h(
      'td',
      {},
      techName(technology[r]),
      known(dl[r]) && feasible[r] ? `, ${speed(dl[r])}` : '',
      h('small', { lang: 'en' }, reason[r]),
    ),
    h('td', { class: 'r' }, feasible[r] ? moneyLines(pv[r]) : t('alt_not')),
  );
}

function alternativesPart(i) {
  const { is_feasible: feasible, pv_usd: pv } = ALTERNATIVES;
  const rows = [...OTHER_WAYS.get(PLACES.place_id[i])].sort(
    (a, b) => feasible[b] - feasible[a] || (pv[a] ?? Infinity) - (pv[b] ?? Infinity) || a - b,
  );
  const heads = [
    [t('alt_tech'), null],
    [t('pv'), 'r'],
  ];
  return [
    h('h3', {}, t('card_alternatives')),
    h(
      'table',
      { class: 'alternatives' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          heads.map(([text, css]) => h('th', { scope: 'col', class: css }, text)),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map((r) => alternativeRow(r, SUMMARY[i].technology)),
      ),
    ),
  ];
}

function switchPart(i) {
  const rows = ASSIGNED.get(PLACES.place_id[i]);
  if (rows.every((r) => ASSIGNMENTS.technology[r] === 'existing')) return null;
  const first = (name) => rows.map((r) => ASSIGNMENTS[name][r]).find(known);
  const [fibre, terminal] = [first('switch_fibre_usd_per_km'), first('switch_terminal_usd')];
  const lines = [
    known(fibre) && t('switch_fibre', { price: money(fibre) }),
    known(terminal) && t('switch_terminal', { price: money(terminal) }),
  ].filter(Boolean);
  return [
    h('h3', {}, t('card_switch')),
    (lines.length ? lines : [t('switch_none')]).map((line) => h('p', { class: 'switch' }, line)),
    heldPart(i),
  ];
}

function todayPart(i) {
  const states = [
    ['card_passed', 'passed_share'],
    ['card_orderable', 'orderable_share'],
    ['card_used', 'used_share'],
  ];
  const full = PLACES.full_share[i];
  return [
    h('h3', {}, t('card_today')),
    reachBars(PLACES.predicted_share[i], PLANNED ? PLANNED.predicted_share[i] : null),
    h(
      'p',
      { class: 'sub under-bars' },
      t('card_signal', { share: share(PLACES.outdoor_share[i]) }),
      full > 0.005 ? `; ${t('card_full', { share: share(full) })}` : '',
      '.',
    ),
    definitions([
      [t('card_speed'), PLACES.dl_mbps[i] > 0 ? speed(PLACES.dl_mbps[i]) : '–'],
      [t('card_power'), known(PLACES.rx_power_dbm[i]) ? `${decimal(PLACES.rx_power_dbm[i], 0)} dBm` : '–'],
      [t('card_site'), PLACES.best_site_id[i] || '–'],
      ...states.map(([text, name]) => [t(text), known(PLACES[name][i]) ? share(PLACES[name][i]) : t('not_known')]),
    ]),
  ];
}

function placeCard(i) {
  const id = PLACES.place_id[i];
  return [
    head(i),
    actions(i),
    ASSIGNED.has(id) && planPart(i),
    OTHER_WAYS.has(id) && alternativesPart(i),
    ASSIGNED.has(id) && switchPart(i),
    todayPart(i),
  ];
}

/** The card in the present language, if it is open. */
export function drawCard() {
  if (openedPlace() >= 0) fill(byId('card'), placeCard(openedPlace()));
}

let opener = null; // the element, or the row of the table, that the keyboard goes back to
let openerIsRow = false;
let shown = -1;

function followSelection(i) {
  const card = byId('card');
  const wasShown = shown;
  if (i >= 0) {
    if (wasShown < 0) opener = document.activeElement;
    openerIsRow = Boolean(opener && opener.closest('tr.row'));
    drawCard();
    card.hidden = false;
    card.scrollTop = 0;
    card.focus({ preventScroll: true });
    byId('map-help').hidden = true;
  } else {
    card.hidden = true;
    const back = openerIsRow ? document.querySelector(`tr[data-place="${wasShown}"]`) : opener;
    if (back && back.isConnected) back.focus({ preventScroll: true });
  }
  shown = i;
}

export const startCard = () => onSelection(followSelection);

// The address follows what the reader has chosen, and a link shows it again.
import { decodeState, replaceAddress, viewOf, viewText } from '../shared/address.js';
import { language, languages, setLanguage } from '../shared/messages.js';
import { PLACES, TECHNOLOGIES } from '../shared/payload.js';
import { theMap } from './map.js';
import { closePlace, onSelection, openPlace, openedPlace } from './selection.js';
import { FIRST_ON, FIRST_VIEW, SWITCHES, changeView, coverageChoices, onView, view } from './view.js';

let hasMoved = false;

const namesOf = (text) => String(text || '').split(',');
const switched = (isOn) => SWITCHES.filter((item) => item.on === isOn && FIRST_ON.get(item.id) !== isOn);

function stateOf() {
  const map = theMap();
  const ids = (isOn) => switched(isOn).map(({ id }) => id);
  return {
    lang: language() === languages()[0] ? '' : language(),
    place: openedPlace() < 0 ? '' : PLACES.place_id[openedPlace()],
    view: map && hasMoved ? viewText(map.getCenter(), map.getZoom()) : '',
    cover: view.coverage === FIRST_VIEW.coverage ? '' : view.coverage || 'none',
    when: view.when === FIRST_VIEW.when ? '' : view.when,
    on: ids(true).join(','),
    off: ids(false).join(','),
    hide: [...view.hiddenTechnologies].join(','),
  };
}

export const writeLink = () => replaceAddress(stateOf());

function applySwitches({ on, off }) {
  const [shown, hidden] = [namesOf(on), namesOf(off)];
  for (const item of SWITCHES) {
    item.on = FIRST_ON.get(item.id);
    if (shown.includes(item.id)) item.on = true;
    if (hidden.includes(item.id)) item.on = false;
  }
}

function applyChoices(state) {
  applySwitches(state);
  const covers = ['', ...coverageChoices().keys()];
  const cover = state.cover === 'none' ? '' : state.cover;
  view.coverage = covers.includes(cover) ? cover : FIRST_VIEW.coverage;
  view.when = ['today', 'planned'].includes(state.when) ? state.when : FIRST_VIEW.when;
  view.hiddenTechnologies.clear();
  for (const name of namesOf(state.hide)) if (TECHNOLOGIES.includes(name)) view.hiddenTechnologies.add(name);
}

/** The language of a link, before anything is drawn. */
export function readLanguage() {
  const { lang } = decodeState(window.location.hash);
  if (lang) setLanguage(lang);
}

/** Show what a link says of the map; a link to a section changes nothing. */
function readLink() {
  const state = decodeState(window.location.hash);
  if (!Object.keys(state).length) return;
  changeView(() => applyChoices(state));
  const place = PLACES.place_id.indexOf(state.place);
  const at = viewOf(state.view);
  if (at && theMap()) theMap().jumpTo(at);
  if (place >= 0) openPlace(place, { fly: !at });
  else closePlace();
}

/** Begin to follow: once the map is there, or at once where there is none. */
export function startLink(redraw) {
  readLink();
  const map = theMap();
  if (map) {
    map.on('moveend', (event) => {
      hasMoved = hasMoved || Boolean(event.originalEvent) || openedPlace() >= 0;
      writeLink();
    });
  }
  onView(writeLink);
  onSelection(writeLink);
  window.addEventListener('hashchange', () => {
    if (!Object.keys(decodeState(window.location.hash)).length) return;
    readLanguage();
    readLink();
    redraw();
  });
}

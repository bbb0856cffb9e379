// What the reader sees as a part of the address, so that a link shows the same:
// `#lang=az&place=gn123&view=40.1,47.5,7`.

/** State as the part after `#`; what is empty is left out. */
export function encodeState(state) {
  return Object.entries(state)
    .filter(([, value]) => value !== '' && value !== null && value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%2C', ',')}`)
    .join('&');
}

/** State of an address; empty if the part after `#` names a section. */
export function decodeState(hash) {
  const state = {};
  for (const pair of hash.replace(/^#/, '').split('&')) {
    const [name, ...value] = pair.split('=');
    if (!value.length) continue;
    try {
      state[name] = decodeURIComponent(value.join('='));
    } catch {
      continue; // a broken link shows what it can
    }
  }
  return state;
}

const COORDINATE_DIGITS = 4; // ten metres

/** Middle and zoom of a map as text. */
export const viewText = ({ lng, lat }, zoom) =>
  [lat.toFixed(COORDINATE_DIGITS), lng.toFixed(COORDINATE_DIGITS), zoom.toFixed(2)].join(',');

/** Middle and zoom from text, null if it is not one. */
export function viewOf(text) {
  const [lat, lng, zoom] = String(text || '')
    .split(',')
    .map(Number);
  const isWhole = Number.isFinite(lat) && Math.abs(lat) <= 90 && Number.isFinite(lng) && Number.isFinite(zoom);
  return isWhole ? { center: [lng, lat], zoom } : null;
}

export function replaceAddress(state) {
  const hash = encodeState(state);
  const bare = window.location.href.split('#')[0];
  window.history.replaceState(null, '', hash ? `${bare}#${hash}` : bare);
}

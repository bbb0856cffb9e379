// Signs of sites and institutions, drawn once and used on the map and in its legend.
import { h } from '../shared/dom.js';
import { COLOURS } from '../shared/payload.js';
import { wayColour } from './institutions.js';

const SITE_EDGE = 40;
const INSTITUTION_EDGE = 32;
const TRIANGLE = [20, 4, 35, 33, 5, 33];
const DIAMOND = [20, 5, 35, 20, 20, 35, 5, 20];
const SQUARE = [9, 9, 31, 9, 31, 31, 9, 31];
const SHAPES = { exchange: SQUARE, relay: DIAMOND };

function canvasOf(edge) {
  const canvas = h('canvas', { width: edge, height: edge });
  return [canvas, canvas.getContext('2d')];
}

function trace(pen, corners) {
  pen.beginPath();
  for (let i = 0; i < corners.length; i += 2) pen.lineTo(corners[i], corners[i + 1]);
  pen.closePath();
}

export function siteIcon(status) {
  const [canvas, pen] = canvasOf(SITE_EDGE);
  Object.assign(pen, { lineWidth: 4, strokeStyle: '#fff', fillStyle: COLOURS.site_status[status], lineJoin: 'round' });
  trace(pen, SHAPES[status] || TRIANGLE);
  pen.stroke();
  pen.fill();
  return canvas;
}

export function institutionIcon(way) {
  const [canvas, pen] = canvasOf(INSTITUTION_EDGE);
  Object.assign(pen, { lineWidth: 6, strokeStyle: wayColour(way), fillStyle: '#fff' });
  trace(pen, [7, 7, 25, 7, 25, 25, 7, 25]);
  pen.fill();
  pen.stroke();
  return canvas;
}

const INSTITUTION = 'institution';
const SITE = 'site';

/** Names of signs on the map: `site:STATUS`, `institution:WAY`, `institution` where there is no plan. */
export const siteSign = (status) => `${SITE}:${status}`;
export const institutionSign = (way) => (way ? `${INSTITUTION}:${way}` : INSTITUTION);

/** Pixels of a sign by its name. */
export function pixelsOf(sign) {
  const [kind, of] = sign.split(':');
  const canvas = kind === INSTITUTION ? institutionIcon(of) : siteIcon(of);
  return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
}

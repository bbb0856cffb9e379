// Two bars: people reached today and after the plan.
import { h } from '../shared/dom.js';
import { t } from '../shared/messages.js';
import { known, share } from '../shared/numbers.js';

/** A bar of a share in a grid of three columns: name, track, number; `goal` marks what was asked for. */
export const reachBar = (text, value, style = '', goal = null) => [
  h('span', {}, text),
  h('div', { class: 'track' }, h('div', { class: `fill ${style}`, style: { width: `${100 * value}%` } }), goal),
  h('span', { class: 'num' }, share(value)),
];

export const reachBars = (today, after) =>
  h('div', { class: 'reach' }, reachBar(t('today'), today), known(after) && reachBar(t('after_plan'), after, 'after'));

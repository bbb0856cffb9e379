// Names and signs that stand in several parts of a page.
import { h } from './dom.js';
import { t } from './messages.js';
import { money, signedMoney, usd } from './numbers.js';
import { COLOURS, nameOfAdmin1 } from './payload.js';

export const techName = (name) => t(`tech_${name}`);
export const adminName = (code) => nameOfAdmin1(code) || (code ? t('region', { code }) : '');
export const word = (value) => String(value || '').replaceAll('_', ' ');
export const badge = (evidence) =>
  h('span', { class: `badge ${evidence}`, title: t(`evidence_help_${evidence}`) }, t(`evidence_${evidence}`));

/** A spot of colour: round, or `square`, `line`, `dash`. */
export const swatch = (colour, shape = '') =>
  h('span', { class: `swatch ${shape}`, style: shape === 'dash' ? { color: colour } : { background: colour } });
export const techSwatch = (name) => swatch(COLOURS.technology[name]);

/** Money with the currency small, for large figures. */
export function moneyFigure(value) {
  const [currency, ...rest] = usd(value).split('\u00a0');
  return rest.length ? [h('small', {}, currency), ` ${rest.join('\u00a0')}`] : currency;
}

/** An amount in a cell: US dollars, and below them money of the country. */
export function twoLines(text) {
  const [first, ...local] = text.split(' = ');
  return local.length ? [first, h('small', { class: 'local' }, `= ${local.join(' = ')}`)] : first;
}
export const moneyLines = (value) => twoLines(money(value));
export const signedMoneyLines = (value) => twoLines(signedMoney(value));

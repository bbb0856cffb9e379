// Numbers in the reader's language; sums with as many digits as the data bear.
import { language, t } from './messages.js';

const NBSP = '\u00a0';
const OWN_DIGITS = 3; // of people, who are counted better than money

let digits = 3;
let local = null; // money of the country: code, per_usd, date; none where that is the US dollar

/** Significant digits of sums. */
export function setDigits(n) {
  digits = n;
}

/** Money of the country, told beside US dollars. */
export function setCurrency(currency) {
  local = currency && currency.code !== 'USD' ? currency : null;
}

// Chromium says that it knows Azerbaijani and writes 1,234.5 and 91.2%, as in English; Dutch has the marks that the CLDR
// gives to Azerbaijani: 1.234,5 and 91,2%.
const WRITES_ALIKE = { az: 'nl' };
const numberLanguage = () =>
  [WRITES_ALIKE[language()] || language(), 'en'].find((code) => Intl.NumberFormat.supportedLocalesOf([code]).length);

export const formatter = (options) => new Intl.NumberFormat(numberLanguage(), options);
export const known = (value) => value !== null && value !== undefined && Number.isFinite(value);
export const count = (value) => (known(value) ? formatter({ maximumFractionDigits: 0 }).format(value) : '–');
export const decimal = (value, most = 1) =>
  known(value) ? formatter({ maximumFractionDigits: most }).format(value) : '–';
export const plainNumber = (value) => formatter({ maximumSignificantDigits: 4 }).format(value);
export const roundedSum = (value) => (value ? Number(value.toPrecision(digits)) : 0);

const LEAST_SHARE = 1e-4; // told with two decimals of a percent

/**
 * A part of a whole or a ratio, in percent.
 *
 * Nothing is rounded away: 99.996 % is not 100 %, 0.004 % is not nothing, and a ratio may exceed one.
 */
export function share(value) {
  if (!known(value)) return '–';
  const percent = (v, most) => formatter({ style: 'percent', maximumFractionDigits: most }).format(v);
  if (value > 0 && value < LEAST_SHARE / 2) return `< ${percent(LEAST_SHARE, 2)}`;
  if (value > 0.995 && value < 1) return percent(Math.min(value, 1 - LEAST_SHARE), 2);
  return percent(value, value > 0 && value < 0.01 ? 2 : 1);
}

/** Divisor and word of a size in money. */
export function scaleOf(size) {
  if (size >= 1e9) return [1e9, t('billion')];
  if (size >= 1e6) return [1e6, t('million')];
  return [1, ''];
}

/** An amount in US dollars alone: of axes, and where money of the country has a line of its own. */
export const usd = (value) => amount(value, 'USD');

/** An amount of US dollars, and beside it in money of the country. */
export const money = (value) => [usd(value), localMoney(value)].filter(Boolean).join(' ');

function amount(value, code) {
  if (!known(value)) return '–';
  const rounded = roundedSum(value);
  const [divisor, word] = scaleOf(Math.abs(rounded));
  const number = formatter({ maximumSignificantDigits: digits, useGrouping: true }).format(rounded / divisor);
  return [code, number, word].filter(Boolean).join(NBSP);
}

/** Code of the money of the country; nothing where that is the US dollar, or its rate is not known. */
export const localCode = () => (local ? local.code : '');

/** US dollars as a number in money of the country. */
export const inLocal = (value) => (local && known(value) ? value * local.per_usd : null);

/** An amount of US dollars in money of the country; nothing where that is the US dollar. */
export const localMoney = (value) => (local && known(value) ? `= ${amount(inLocal(value), local.code)}` : '');

/** The rate of the money of the country, with its date; nothing where that is the US dollar. */
export function rateOfMoney() {
  if (!local) return '';
  const { code, date, per_usd: perUsd } = local;
  return t('money_rate', { rate: formatter({ maximumSignificantDigits: 6 }).format(perUsd), code, date });
}

/** An amount of US dollars with money of the country beside it, and the rate. */
export const moneyAtRate = (value) => (local && known(value) ? `${money(value)} (${rateOfMoney()})` : usd(value));

export function people(value) {
  if (!known(value)) return '–';
  const most = Math.max(digits, OWN_DIGITS);
  const rounded = Number(Math.round(value).toPrecision(most));
  if (rounded < 1e6) return count(rounded);
  return `${formatter({ maximumSignificantDigits: most }).format(rounded / 1e6)}${NBSP}${t('million')}`;
}

export const speed = (value) =>
  known(value) ? `${formatter({ maximumSignificantDigits: 3 }).format(value)}${NBSP}Mbit/s` : '–';

/** Speeds of several rows: one, or from the least to the most. */
export function speedRange(least, most) {
  const [low, high] = [speed(least), speed(most)];
  return low === high ? high : `${low.replace(`${NBSP}Mbit/s`, '')} – ${high}`;
}

// Differences: with their sign, and nothing where there is none.
export const signed = (value, show, least = 1e-9) =>
  Math.abs(value) < least ? '0' : `${value > 0 ? '+' : '−'}${show(Math.abs(value))}`;

const LEAST_USD = 0.005;

/** A difference of money in both currencies, each with its sign. */
export function signedMoney(value) {
  if (Math.abs(value) < LEAST_USD) return '0';
  const parts = [[value, 'USD'], local && [inLocal(value), local.code]].filter(Boolean);
  return parts.map(([size, code]) => signed(size, (v) => amount(v, code), 0)).join(' = ');
}

export const points = (value) => signed(value, (v) => t('cmp_points', { n: decimal(100 * v, v < 0.01 ? 2 : 1) }), 5e-5);

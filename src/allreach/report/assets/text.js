// Words and numbers in the reader's language. Elements are made by h(): text never becomes markup.
let language = document.documentElement.lang;

function t(key, values) {
  let text = (TEXTS[language] && TEXTS[language][key]) || key;
  for (const [name, value] of Object.entries(values || {})) text = text.replaceAll(`{${name}}`, value);
  return text;
}

function h(tag, attributes, ...children) {
  const svg = ['svg', 'path', 'line', 'circle', 'text', 'g', 'rect', 'polyline', 'title'].includes(tag);
  const element = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'style') Object.assign(element.style, value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat(9)) if (child !== null && child !== undefined && child !== false) element.append(child);
  return element;
}
const fill = (element, ...children) => { element.replaceChildren(...children.flat(9).filter((c) => c !== null && c !== undefined && c !== false)); return element; };

// Browsers without Azerbaijani number formats take a language that writes numbers alike.
const numberLanguage = () => [language, { az: 'de' }[language] || 'en'].find((code) => Intl.NumberFormat.supportedLocalesOf([code]).length);
const formatter = (options) => new Intl.NumberFormat(numberLanguage(), options);
const known = (value) => value !== null && value !== undefined && Number.isFinite(value);
const count = (value) => (known(value) ? formatter({ maximumFractionDigits: 0 }).format(value) : '–');
const decimal = (value, digits = 1) => (known(value) ? formatter({ maximumFractionDigits: digits }).format(value) : '–');
const roundedSum = (value) => (value ? Number(value.toPrecision(META.digits)) : 0);

function share(value) {
  if (!known(value)) return '–';
  // never round a gap away: 99.96 % is not 100 %
  const digits = value > 0.995 && value < 1 ? 2 : value < 0.01 && value > 0 ? 2 : 1;
  const shown = value < 1 ? Math.min(value, 0.9999) : 1;
  return formatter({ style: 'percent', maximumFractionDigits: digits }).format(shown);
}

function money(value) {
  if (!known(value)) return '–';
  const rounded = roundedSum(value), size = Math.abs(rounded);
  const [divisor, word] = size >= 1e9 ? [1e9, t('billion')] : size >= 1e6 ? [1e6, t('million')] : [1, ''];
  const number = formatter({ maximumSignificantDigits: META.digits, useGrouping: true }).format(rounded / divisor);
  return `USD\u00a0${number}${word ? '\u00a0' + word : ''}`;
}

// The same with the currency small, for large figures.
function moneyFigure(value) {
  const [currency, ...rest] = money(value).split('\u00a0');
  return rest.length ? [h('small', {}, currency), ` ${rest.join('\u00a0')}`] : currency;
}

function people(value) {
  if (!known(value)) return '–';
  const rounded = Number(Math.round(value).toPrecision(Math.max(META.digits, 3)));
  if (rounded >= 1e6) return `${formatter({ maximumSignificantDigits: Math.max(META.digits, 3) }).format(rounded / 1e6)}\u00a0${t('million')}`;
  return count(rounded);
}

const speed = (value) => (known(value) ? `${formatter({ maximumSignificantDigits: 3 }).format(value)}\u00a0Mbit/s` : '–');
const techName = (name) => t(`tech_${name}`);
const adminName = (code) => ADMIN1.get(code) || (code ? t('region', { code }) : '');
const badge = (evidence) => h('span', { class: `badge ${evidence}`, title: t(`evidence_help_${evidence}`) }, t(`evidence_${evidence}`));
const swatch = (colour, shape = '') => h('span', { class: `swatch ${shape}`, style: shape === 'dash' ? { color: colour } : { background: colour } });

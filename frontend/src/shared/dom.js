// Elements are made by h(): text never becomes markup.
const SVG = new Set(['svg', 'path', 'line', 'circle', 'text', 'g', 'rect', 'polyline', 'title']);

const isShown = (child) => child !== null && child !== undefined && child !== false;

export function h(tag, attributes, ...children) {
  const element = SVG.has(tag)
    ? document.createElementNS('http://www.w3.org/2000/svg', tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (!isShown(value)) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'style') Object.assign(element.style, value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter(isShown));
  return element;
}

export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter(isShown));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Draw an element's content anew; the keyboard stays on the control that has the same `data-key`. */
export function refill(element, ...children) {
  const focused = element.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  fill(element, ...children);
  if (focused === undefined) return;
  const again = [...element.querySelectorAll('[data-key]')].find((item) => item.dataset.key === focused);
  if (again) again.focus({ preventScroll: true });
}

export const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

/** Head and body of a table: columns as [text, class], rows of cells as elements. */
export const tableOf = (className, columns, rows) =>
  h(
    'table',
    { class: className },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        columns.filter(Boolean).map(([text, css]) => h('th', { scope: 'col', class: css || null }, text)),
      ),
    ),
    h('tbody', {}, rows),
  );

export const wideTable = (...of) => h('div', { class: 'wide-table' }, tableOf(...of));

/** Rows of a list of definitions whose value is known. */
export const knownRows = (rows) => rows.filter((row) => row && row[1] !== '–');

/** A list of terms and what stands beside them; rows without a value are left out. */
export const definitions = (rows) =>
  h(
    'dl',
    {},
    rows
      .filter((row) => row && isShown(row[1]) && row[1] !== '')
      .map(([term, value]) => [h('dt', {}, term), h('dd', {}, value)]),
  );

export const figure = (what, value, note, isWide) =>
  h(
    'div',
    { class: isWide ? 'figure wide' : 'figure' },
    h('div', { class: 'what' }, what),
    h('div', { class: 'value' }, value),
    note && h('div', { class: 'note' }, note),
  );

export const panel = (title, ...content) => h('div', { class: 'panel' }, h('h3', {}, title), content);
export const note = (...content) => h('p', { class: 'note' }, content);

/** A bar of a list: its name and text above, its length as a share of the longest. */
export const bar = ({ name, text, length, colour }) =>
  h(
    'div',
    { class: 'bar' },
    h('div', { class: 'line' }, h('span', {}, name), h('span', {}, text)),
    h(
      'div',
      { class: 'track' },
      h('div', {
        class: 'fill',
        style: { width: `${100 * Math.min(Math.max(length, 0), 1)}%`, background: colour || '' },
      }),
    ),
  );

/** Bars of rows with a value each; the longest fills the track. */
export function bars(rows) {
  const most = Math.max(...rows.map((row) => row.value), 1e-9);
  return h(
    'div',
    { class: 'bars' },
    rows.map((row) =>
      bar({
        name: [row.name, row.note && h('small', {}, ` · ${row.note}`)],
        text: row.text,
        length: row.value / most,
        colour: row.colour,
      }),
    ),
  );
}

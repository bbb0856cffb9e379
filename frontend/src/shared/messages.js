// Messages in the reader's language, with named values that may stand in any order.

/** Names of the slots of a message, in the order in which they stand. */
export const slotsOf = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]);

/**
 * Pieces of a message with its values put in: strings, and values as they are (elements, too).
 *
 * Every slot needs a value and every value a slot; whatever is wrong is told in `faults` and the slot is shown as a
 * dash, so that a reader never sees a brace.
 */
export function renderMessage(text, values = {}) {
  const pieces = [];
  const faults = [];
  const wanted = new Set(slotsOf(text));
  text.split(/\{(\w+)\}/).forEach((piece, i) => {
    if (i % 2 === 0) {
      if (piece) pieces.push(piece);
      return;
    }
    const value = values[piece];
    if (value === undefined || value === null) faults.push(`no value for {${piece}}`);
    pieces.push(value ?? '–');
  });
  for (const name of Object.keys(values)) if (!wanted.has(name)) faults.push(`no slot for ${name}`);
  if (/[{}]/.test(text.replace(/\{\w+\}/g, ''))) faults.push('a brace stands alone');
  return { pieces, faults };
}

let texts = {};
let current = 'en';

/** Give the module its texts, a map of languages to messages by key, and the language shown first. */
export function setTexts(all, first) {
  texts = all;
  setLanguage(first);
}

export function setLanguage(code) {
  current = code in texts ? code : Object.keys(texts)[0];
}

export const language = () => current;
export const languages = () => Object.keys(texts);
export const nameOfLanguage = (code) => texts[code].language;
export const hasMessage = (key) => Boolean(texts[current] && texts[current][key]);

/** Of some values those that a message has slots for. */
export function takes(key, values) {
  const slots = slotsOf((texts[current] && texts[current][key]) || '');
  return Object.fromEntries(slots.filter((name) => name in values).map((name) => [name, values[name]]));
}

/** Pieces of a message by its key; the values may be elements. */
export function parts(key, values) {
  const text = texts[current] && texts[current][key];
  if (text === undefined) {
    console.error(`no message ${key} in ${current}`);
    return [key];
  }
  const { pieces, faults } = renderMessage(text, values);
  if (faults.length) console.error(`message ${key} in ${current}: ${faults.join('; ')}`);
  return pieces;
}

/** A message by its key as plain text. */
export const t = (key, values) => parts(key, values).join('');

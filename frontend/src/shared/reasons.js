// Reasons that results tell: in the reader's language by their key, else in English as the results have them.
import { hasMessage, language, t, takes } from './messages.js';
import { plainNumber } from './numbers.js';

const spoken = (value) => (typeof value === 'number' ? plainNumber(value) : value);

/** A reason, given by its English text, and by its key and the values of its blanks where it has them. */
export function reasonText(text, key, values) {
  if (language() === 'en' || !key || !hasMessage(key)) return text;
  const told = Object.fromEntries(Object.entries(values || {}).map(([name, value]) => [name, spoken(value)]));
  return t(`reason_${key.replace(/^reason_/, '')}`, takes(key, told));
}

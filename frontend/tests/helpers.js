// Messages for the tests: those of the product.
import { readFileSync } from 'node:fs';
import { setTexts } from '../src/shared/messages.js';
import { setDigits } from '../src/shared/numbers.js';

export const LANGUAGES = ['en', 'az', 'ru', 'fr'];

const folder = new URL('../../src/allreach/report/locales/', import.meta.url);
export const LOCALES = Object.fromEntries(
  LANGUAGES.map((code) => [code, JSON.parse(readFileSync(new URL(`${code}.json`, folder), 'utf8'))]),
);

export function speak(code, digits = 3) {
  setTexts(LOCALES, code);
  setDigits(digits);
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonText } from '../src/shared/reasons.js';
import { LANGUAGES, LOCALES, speak } from './helpers.js';

const ENGLISH = 'site S7 gives it 1.5 Mbit/s where it stands, 12300 are needed';
const VALUES = { site: 'S7', peak_mbps: 1.5, least_mbps: 12300 };
const plain = (text) => text.replaceAll('\u00a0', ' ').replaceAll('\u202f', ' ');

test('in English a reason is what the results say', () => {
  speak('en');
  assert.equal(reasonText(ENGLISH, 'reason_site_slow', VALUES), ENGLISH);
});

test('other languages have their own text and their own numbers', () => {
  const numbers = { az: ['1,5', '12.300'], ru: ['1,5', '12 300'], fr: ['1,5', '12 300'] };
  for (const language of LANGUAGES.filter((code) => code !== 'en')) {
    speak(language);
    const told = plain(reasonText(ENGLISH, 'reason_site_slow', VALUES));
    const [peak, least] = numbers[language];
    const wanted = LOCALES[language].reason_site_slow
      .replace('{site}', 'S7')
      .replace('{peak_mbps}', peak)
      .replace('{least_mbps}', least);
    assert.equal(told, plain(wanted), language);
    assert.notEqual(told, ENGLISH);
  }
});

test('a reason without a key, or with one of another release, stays as it is', () => {
  speak('az');
  assert.equal(reasonText(ENGLISH, ''), ENGLISH);
  assert.equal(reasonText(ENGLISH, undefined), ENGLISH);
  assert.equal(reasonText(ENGLISH, 'reason_of_tomorrow', VALUES), ENGLISH);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parts, renderMessage, slotsOf, t } from '../src/shared/messages.js';
import { LANGUAGES, LOCALES, speak } from './helpers.js';

const valuesFor = (text) => Object.fromEntries(slotsOf(text).map((name) => [name, `<${name}>`]));

test('values stand wherever the language has their slots', () => {
  const { pieces, faults } = renderMessage('{pv} qiymətə {share}', { share: '90%', pv: 'USD 1' });
  assert.equal(pieces.join(''), 'USD 1 qiymətə 90%');
  assert.deepEqual(faults, []);
});

test('a value may be an element and may stand twice', () => {
  const element = { tag: 'span' };
  assert.deepEqual(renderMessage('{a} and {a}', { a: element }).pieces, [element, ' and ', element]);
});

test('a missing value, an unknown value and a stray brace are faults, and no brace is shown', () => {
  const { pieces, faults } = renderMessage('{a} of {b}', { a: 1, c: 2 });
  assert.equal(pieces.join(''), '1 of –');
  assert.deepEqual(faults, ['no value for {b}', 'no slot for c']);
  assert.equal(renderMessage('{a', {}).faults.length, 1);
});

for (const language of LANGUAGES) {
  test(`every message of ${language} renders whole with the values of the English one`, () => {
    const english = LOCALES.en;
    assert.deepEqual(Object.keys(LOCALES[language]).sort(), Object.keys(english).sort());
    for (const [key, text] of Object.entries(LOCALES[language])) {
      const { pieces, faults } = renderMessage(text, valuesFor(english[key]));
      assert.deepEqual(faults, [], `${language}.${key}`);
      const whole = pieces.join('');
      assert.ok(!/[{}]/.test(whole), `${language}.${key}: ${whole}`);
      for (const name of slotsOf(english[key])) assert.ok(whole.includes(`<${name}>`), `${language}.${key}: ${name}`);
      assert.notEqual(whole.trim(), '', `${language}.${key}`);
    }
  });

  test(`the headline of ${language} tells share and cost`, () => {
    speak(language);
    const text = parts('headline_plan', { share: '98.6%', pv: 'USD 210' }).join('');
    assert.ok(text.includes('98.6%') && text.includes('USD 210') && !text.includes('{'), text);
  });
}

test('faults are told on the console, where the browser tests look', (context) => {
  speak('en');
  const said = context.mock.method(console, 'error', () => {});
  assert.equal(t('no_such_message'), 'no_such_message');
  assert.equal(t('region', { code: '09', more: 1 }), 'Region 09');
  assert.equal(said.mock.callCount(), 2);
});

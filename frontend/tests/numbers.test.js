import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import {
  count,
  inLocal,
  localCode,
  localMoney,
  money,
  moneyAtRate,
  people,
  points,
  rateOfMoney,
  setCurrency,
  share,
  signedMoney,
  speed,
  speedRange,
  usd,
} from '../src/shared/numbers.js';
import { speak } from './helpers.js';

beforeEach(() => speak('en'));
const plain = (text) => text.replaceAll('\u00a0', ' ');

test('a share is told in percent', () => {
  assert.equal(share(0.5), '50%');
  assert.equal(share(0.9123), '91.2%');
  assert.equal(share(0), '0%');
  assert.equal(share(1), '100%');
});

test('a gap is never rounded away', () => {
  assert.equal(share(0.99996), '99.99%');
  assert.equal(share(0.0063), '0.63%');
  assert.equal(share(0.00003), '< 0.01%');
  for (let value = 0.99; value < 1; value += 0.00037) assert.notEqual(share(value), '100%');
});

test('a ratio may exceed one', () => {
  assert.equal(share(1.81), '181%');
  assert.equal(share(9.1 / 5.03), '180.9%');
});

test('what is not known is a dash', () => {
  for (const show of [count, money, people, share, speed]) {
    for (const value of [null, undefined, NaN, Infinity]) assert.equal(show(value), '–');
  }
});

test('sums have as many digits as the data bear', () => {
  assert.equal(plain(money(210_456_789)), 'USD 210 million');
  assert.equal(plain(money(1_234_567_890)), 'USD 1.23 billion');
  speak('en', 2);
  assert.equal(plain(money(210_456_789)), 'USD 210 million');
  assert.equal(plain(money(8_765)), 'USD 8,800');
  assert.equal(plain(people(1_234_567)), '1.23 million');
  assert.equal(people(12_345), '12,300');
});

test('a range of speeds has its unit once', () => {
  assert.equal(plain(speedRange(30, 30)), '30 Mbit/s');
  assert.equal(plain(speedRange(12.5, 75)), '12.5 – 75 Mbit/s');
});

test('a difference has its sign, none has none', () => {
  assert.equal(plain(signedMoney(-2_000_000)), '−USD 2 million');
  assert.equal(signedMoney(0.001), '0');
  assert.equal(points(0.031), '+3.1 points');
});

test('numbers are those of the language', () => {
  speak('fr');
  assert.equal(count(12345).replace(/\s/g, ' '), '12 345');
  speak('az');
  assert.match(count(12345), /^12.345$/);
});

test('money of the country stands beside US dollars, with its rate and date', () => {
  setCurrency({ code: 'AZN', per_usd: 1.7, date: '2025', source: 'World Bank' });
  assert.equal(plain(localMoney(1e6)), '= AZN 1.7 million');
  assert.equal(plain(moneyAtRate(1e6)), 'USD 1 million = AZN 1.7 million (1.7 AZN per US dollar, 2025)');
  assert.equal(localMoney(null), '');
  assert.equal(plain(money(1e6)), 'USD 1 million = AZN 1.7 million');
  assert.equal(plain(usd(1e6)), 'USD 1 million');
  assert.equal(plain(signedMoney(-2e6)), '−USD 2 million = −AZN 3.4 million');
  assert.equal(plain(signedMoney(2e6)), '+USD 2 million = +AZN 3.4 million');
  assert.equal(signedMoney(0.001), '0');
  assert.equal(money(null), '–');
  assert.equal(inLocal(10), 17);
  assert.equal(localCode(), 'AZN');
  setCurrency({ code: 'USD', per_usd: 1, date: '', source: '' });
  assert.equal(localMoney(1e6), '');
  assert.equal(plain(moneyAtRate(1e6)), 'USD 1 million');
  assert.equal(plain(money(1e6)), 'USD 1 million');
  assert.equal(plain(signedMoney(-2e6)), '−USD 2 million');
  assert.equal(inLocal(10), null);
  assert.equal(localCode(), '');
  assert.equal(rateOfMoney(), '');
  setCurrency(undefined);
});

test('however small the rate, money of the country keeps its digits', () => {
  speak('fr');
  setCurrency({ code: 'XAA', per_usd: 1.234567e-7, date: '2025' });
  assert.match(plain(localMoney(2_000)), /0,000247/);
  assert.match(plain(rateOfMoney()), /0,000000123457/);
  setCurrency(null);
});

test('numbers have the marks that the CLDR gives to the language', () => {
  const marks = { en: '1,234,567 91.2%', az: '1.234.567 91,2%', ru: '1 234 567 91,2 %', fr: '1 234 567 91,2 %' };
  for (const [code, wanted] of Object.entries(marks)) {
    speak(code);
    assert.equal(`${count(1_234_567)} ${share(0.9123)}`.replaceAll(/[\u00a0\u202f]/g, ' '), wanted, code);
  }
});

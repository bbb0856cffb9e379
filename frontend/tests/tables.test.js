import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeState, encodeState, viewOf, viewText } from '../src/shared/address.js';
import { csv } from '../src/shared/csv.js';
import { fitZoom, nearest, niceTicks } from '../src/shared/scale.js';
import { ariaSort, compareRows } from '../src/shared/sorting.js';
import { lineFeatures, pointFeatures, rowsBy, unpackLine, unpackTable } from '../src/shared/unpack.js';

const sorted = (values, options) => values.map((_, i) => i).sort(compareRows(values, options));
const collator = new Intl.Collator('az', { numeric: true });

test('numbers sort both ways, missing ones last', () => {
  const values = [3, null, 1, NaN, 2];
  assert.deepEqual(sorted(values, { isNumber: true, isDown: false }), [2, 4, 0, 1, 3]);
  assert.deepEqual(sorted(values, { isNumber: true, isDown: true }), [0, 4, 2, 1, 3]);
});

test('words sort as the language has them, equal ones in their own order', () => {
  assert.deepEqual(
    sorted(['Place 10', 'Place 9', '', 'Place 9'], { isNumber: false, isDown: false, collator }),
    [1, 3, 0, 2],
  );
  assert.equal(ariaSort(true, true), 'descending');
  assert.equal(ariaSort(false, true), 'none');
});

test('CSV quotes what it must and gives no formula', () => {
  assert.equal(csv([['a,b', 'say "x"', null, 1.5]]), '"a,b","say ""x""",,1.5\r\n');
  assert.equal(csv([['=HYPERLINK(1)', '@x', '-5', '+3e2']]), "'=HYPERLINK(1),'@x,-5,+3e2\r\n");
});

test('state survives the address', () => {
  const state = { lang: 'az', place: 'gn1&2=3', view: '40.1000,47.5000,7.00', hide: '' };
  const hash = `#${encodeState(state)}`;
  assert.deepEqual(decodeState(hash), { lang: 'az', place: 'gn1&2=3', view: '40.1000,47.5000,7.00' });
  assert.deepEqual(decodeState('#costs'), {});
  assert.deepEqual(decodeState('#place=%E0%A4%A'), {});
});

test('a view survives as text, anything else is none', () => {
  assert.deepEqual(viewOf(viewText({ lng: 47.5, lat: 40.1 }, 7)), { center: [47.5, 40.1], zoom: 7 });
  for (const text of ['', undefined, '1,2', '91,0,3', 'a,b,c']) assert.equal(viewOf(text), null);
});

test('ticks are round and within the axis', () => {
  assert.deepEqual(niceTicks(0, 210, 4), [0, 100, 200]);
  assert.deepEqual(niceTicks(0.8, 1, 5).map((v) => v.toFixed(2)), ['0.80', '0.85', '0.90', '0.95', '1.00']); // prettier-ignore
  for (const [low, high] of [
    [0, 1],
    [3, 3],
    [-5, 17.3],
    [0, 9.99e9],
  ]) {
    for (const v of niceTicks(low, high, 5)) assert.ok(v >= low - 1e-9 && v <= high * (1 + 1e-5) + 1e-9);
  }
});

test('the nearest point of a chart', () => {
  assert.equal(nearest([0, 10, 30], 22), 2);
  assert.equal(nearest([0, 10, 30], -5), 0);
});

test('a country fills its box whatever its size', () => {
  const world = fitZoom([-180, -85.0511, 180, 85.0511], 512, 512, 0);
  assert.ok(Math.abs(world) < 1e-4);
  assert.ok(Math.abs(fitZoom([10, 10, 20, 11], 1024, 9999, 0) - fitZoom([10, 10, 20, 11], 512, 9999, 0) - 1) < 1e-9);
});

test('packed tables, lines and points come back', () => {
  const table = unpackTable({ name: { words: ['a', 'b'], at: [1, 0, 1] }, n: [1, 2, 3], lonlat: [100000, 200000] });
  assert.deepEqual(table.name, ['b', 'a', 'b']);
  assert.equal(unpackTable(null), null);
  assert.deepEqual(unpackLine([4700000, 4000000, 100, -50]), [
    [47, 40],
    [47.001, 39.9995],
  ]);
  assert.deepEqual(pointFeatures(table, () => ({})).features[0].geometry.coordinates, [1, 2]);
  assert.deepEqual(lineFeatures(null, () => ({})).features, []);
  assert.deepEqual(
    [...rowsBy(table, 'name')],
    [
      ['b', [0, 2]],
      ['a', [1]],
    ],
  );
});

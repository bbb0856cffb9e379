import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupByTechnology, summarise } from '../src/shared/place_rows.js';

const N = 952; // as many rows as a capital has
const technologies = ['fibre', 'mobile_new', 'fwa'];
const TABLE = {
  technology: Array.from({ length: N }, (_, r) => technologies[r % 3]),
  site_id: Array.from({ length: N }, (_, r) => (r % 3 ? `S${r % 7}` : '')),
  households: Array.from({ length: N }, (_, r) => (r % 3 === 1 ? 3 : 1)),
  population: Array.from({ length: N }, () => 4),
  dl_mbps: Array.from({ length: N }, (_, r) => 10 + (r % 50)),
  capex_usd: Array.from({ length: N }, () => 100),
  opex_usd_per_year: Array.from({ length: N }, () => 10),
  pv_usd: Array.from({ length: N }, () => 200),
  why: Array.from({ length: N }, (_, r) => `Cheapest of ${r % 4} ways`),
  evidence: Array.from({ length: N }, (_, r) => (r === 5 ? 'synthetic' : 'modelled')),
};
const ROWS = TABLE.technology.map((_, r) => r);
const sum = (name) => TABLE[name].reduce((total, value) => total + value, 0);
const EVIDENCE = ['measured', 'official', 'open', 'modelled', 'synthetic'];

test('rows are put together by technology, none is lost', () => {
  const groups = groupByTechnology(TABLE, ROWS);
  assert.equal(groups.length, 3);
  for (const name of ['households', 'population', 'capex_usd', 'opex_usd_per_year', 'pv_usd']) {
    assert.equal(
      groups.reduce((total, group) => total + group[name], 0),
      sum(name),
    );
  }
  assert.equal(groups[0].technology, 'mobile_new');
});

test('speeds are a range, sites and reasons stand once', () => {
  const [group] = groupByTechnology(TABLE, ROWS);
  const speeds = ROWS.filter((r) => TABLE.technology[r] === 'mobile_new').map((r) => TABLE.dl_mbps[r]);
  assert.deepEqual([group.least, group.most], [Math.min(...speeds), Math.max(...speeds)]);
  assert.equal(group.sites.length, 7);
  assert.equal(group.why.length, 4);
});

test('a place is reached by what serves most of its households, not by its largest row', () => {
  const table = {
    ...TABLE,
    technology: ['fibre', 'fwa', 'fwa'],
    households: [5, 4, 3],
    dl_mbps: [75, 20, 30],
  };
  const summary = summarise(table, [0, 1, 2], 'open', EVIDENCE);
  assert.equal(summary.technology, 'fwa');
  assert.equal(summary.dl_mbps, 20);
  assert.equal(summary.pv_usd, 600);
});

test('the weakest evidence is told', () => {
  assert.equal(summarise(TABLE, ROWS, 'open', EVIDENCE).evidence, 'synthetic');
  assert.equal(summarise(TABLE, [0, 1], 'open', EVIDENCE).evidence, 'modelled');
});

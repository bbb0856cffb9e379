// Rows of a plan put together: by technology for the card, by place for the map and the table.
import { known } from './numbers.js';

const SUMS = ['households', 'population', 'capex_usd', 'opex_usd_per_year', 'pv_usd'];

/**
 * Rows of a place put together by technology, those with most households first.
 *
 * A city has hundreds of rows, one a sector or a demand cluster; a reader asks which technologies serve it.
 */
export function groupByTechnology(table, rows) {
  const groups = new Map();
  for (const r of rows) {
    const technology = table.technology[r];
    if (!groups.has(technology)) {
      const zero = Object.fromEntries(SUMS.map((name) => [name, 0]));
      groups.set(technology, {
        technology,
        ...zero,
        least: Infinity,
        most: -Infinity,
        sites: new Set(),
        why: new Set(),
      });
    }
    const group = groups.get(technology);
    for (const name of SUMS) group[name] += table[name][r] || 0;
    if (known(table.dl_mbps[r])) {
      group.least = Math.min(group.least, table.dl_mbps[r]);
      group.most = Math.max(group.most, table.dl_mbps[r]);
    }
    if (table.site_id[r]) group.sites.add(table.site_id[r]);
    if (table.why[r]) group.why.add(table.why[r]);
  }
  return [...groups.values()]
    .map((group) => ({ ...group, sites: [...group.sites], why: [...group.why] }))
    .sort((a, b) => b.households - a.households);
}

/**
 * Sums of a place's rows, the technology of most of its households and the weakest evidence.
 *
 * The speed is that of the row with most households of that technology.
 */
export function summarise(table, rows, evidence, evidenceOrder) {
  const sums = { capex_usd: 0, opex_usd_per_year: 0, pv_usd: 0, evidence };
  for (const r of rows) {
    for (const name of ['capex_usd', 'opex_usd_per_year', 'pv_usd']) sums[name] += table[name][r];
    if (evidenceOrder.indexOf(table.evidence[r]) > evidenceOrder.indexOf(sums.evidence)) {
      sums.evidence = table.evidence[r];
    }
  }
  const [{ technology }] = groupByTechnology(table, rows);
  const largest = rows
    .filter((r) => table.technology[r] === technology)
    .reduce((best, r) => (table.households[r] > table.households[best] ? r : best));
  return { ...sums, technology, dl_mbps: table.dl_mbps[largest] };
}

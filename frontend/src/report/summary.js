// One summary a place, for the map and the table.
import { ASSIGNMENTS, ALTERNATIVES, META, PLACES, PLANNED } from '../shared/payload.js';
import { summarise } from '../shared/place_rows.js';
import { rowsBy } from '../shared/unpack.js';

export const ASSIGNED = rowsBy(ASSIGNMENTS, 'place_id');
export const OTHER_WAYS = rowsBy(ALTERNATIVES, 'place_id');

const missingOf = (population, reached) => (reached === null ? null : population * (1 - reached));

export const SUMMARY = PLACES.place_id.map((id, i) => {
  const today = {
    missing: missingOf(PLACES.population[i], PLACES.predicted_share[i]),
    reachedAfter: PLANNED ? PLANNED.predicted_share[i] : null,
    missingAfter: PLANNED ? missingOf(PLACES.population[i], PLANNED.predicted_share[i]) : null,
  };
  const rows = ASSIGNED.get(id);
  if (rows) return { ...today, ...summarise(ASSIGNMENTS, rows, PLACES.evidence[i], META.evidence_order) };
  const unplanned = { technology: '', capex_usd: null, opex_usd_per_year: null, pv_usd: null };
  return { ...today, ...unplanned, dl_mbps: PLACES.dl_mbps[i], evidence: PLACES.evidence[i] };
});

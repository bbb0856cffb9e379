// The data of the page, unpacked: columns as plain arrays, coordinates in degrees.
const DATA = JSON.parse(document.getElementById('data').textContent);
const TEXTS = JSON.parse(document.getElementById('texts').textContent);
const SCALE = 100000;
const TECHNOLOGIES = ['existing', 'mobile_upgrade', 'mobile_new', 'fwa', 'fibre', 'satellite_leo', 'satellite_geo', 'none'];
const TECH_COLOUR = { existing: '#8b9aa5', mobile_upgrade: '#56b4e9', mobile_new: '#0072b2', fwa: '#009e73', fibre: '#e69f00',
  satellite_leo: '#cc79a7', satellite_geo: '#7b4f9e', none: '#d55e00' };
const MISSING_COLOUR = '#d55e00';
const STATUSES = ['existing', 'upgraded', 'new', 'relay', 'exchange'];
const STATUS_COLOUR = { existing: '#7b8791', upgraded: '#56b4e9', new: '#0072b2', relay: '#8a6d3b', exchange: '#8a5a00' };
const LINK_COLOUR = { fibre: '#b87700', access_fibre: '#e0b04a', hop: '#0f766e', satellite: '#cc79a7' };

const column = (values) => (values && values.words ? values.at.map((i) => values.words[i]) : values);

function unpackTable(packed) {
  if (!packed) return null;
  const table = {};
  for (const [name, values] of Object.entries(packed)) table[name] = ['lines', 'lonlat'].includes(name) ? values : column(values);
  return table;
}

function unpackLine(steps) {
  const points = [];
  let lon = 0, lat = 0;
  for (let i = 0; i < steps.length; i += 2) {
    lon += steps[i]; lat += steps[i + 1];
    points.push([lon / SCALE, lat / SCALE]);
  }
  return points;
}

const pointOf = (table, i) => [table.lonlat[2 * i] / SCALE, table.lonlat[2 * i + 1] / SCALE];
const collection = (features) => ({ type: 'FeatureCollection', features });
const feature = (geometry, properties) => ({ type: 'Feature', geometry, properties });

function bytesOf(base64) {
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
function imageUrl(picture) {
  picture.url = picture.url || URL.createObjectURL(new Blob([bytesOf(picture.image)], { type: picture.type }));
  return picture.url;
}

const META = DATA.meta;
const PLACES = unpackTable(DATA.places);
const PLANNED = DATA.planned && unpackTable(DATA.planned);
const ASSIGNMENTS = unpackTable(DATA.assignments);
const ALTERNATIVES = unpackTable(DATA.alternatives);
const SITES = unpackTable(DATA.sites);
const LINKS = unpackTable(DATA.links);
const ADMIN1 = new Map(DATA.admin1.code.map((code, i) => [code, DATA.admin1.name[i] || code]));
const N_PLACES = PLACES.place_id.length;

function rowsBy(table, key) {
  const rows = new Map();
  if (table) table[key].forEach((id, i) => { if (rows.has(id)) rows.get(id).push(i); else rows.set(id, [i]); });
  return rows;
}
const ASSIGNED = rowsBy(ASSIGNMENTS, 'place_id');
const OTHER_WAYS = rowsBy(ALTERNATIVES, 'place_id');

// One summary a place, for the map and the table: the way that serves most of its households, sums of its rows.
const SUMMARY = PLACES.place_id.map((id, i) => {
  const missing = PLACES.population[i] * (1 - PLACES.predicted_share[i]);
  const summary = { missing, technology: '', dl_mbps: PLACES.dl_mbps[i], capex_usd: null, opex_usd_per_year: null, pv_usd: null,
    evidence: PLACES.evidence[i], missingAfter: PLANNED && PLANNED.predicted_share[i] !== null ? PLACES.population[i] * (1 - PLANNED.predicted_share[i]) : null };
  const rows = ASSIGNED.get(id);
  if (!rows) return summary;
  let most = -1;
  Object.assign(summary, { capex_usd: 0, opex_usd_per_year: 0, pv_usd: 0 });
  for (const r of rows) {
    summary.capex_usd += ASSIGNMENTS.capex_usd[r];
    summary.opex_usd_per_year += ASSIGNMENTS.opex_usd_per_year[r];
    summary.pv_usd += ASSIGNMENTS.pv_usd[r];
    if (META.evidence_order.indexOf(ASSIGNMENTS.evidence[r]) > META.evidence_order.indexOf(summary.evidence)) summary.evidence = ASSIGNMENTS.evidence[r];
    if (ASSIGNMENTS.households[r] > most) {
      most = ASSIGNMENTS.households[r];
      summary.technology = ASSIGNMENTS.technology[r];
      summary.dl_mbps = ASSIGNMENTS.dl_mbps[r];
    }
  }
  return summary;
});

// Answers made on request: prices one by one, and draws of all of them.
const TORNADO = unpackTable(DATA.tornado), ROBUST = unpackTable(DATA.robustness), PERCENTS = unpackTable(DATA.percents), ANSWERS = DATA.answers || {};
const HELD = new Map();  // place -> row of the robustness table
if (ROBUST) ROBUST.item_id.forEach((id, i) => { if (ROBUST.kind[i] === 'place') HELD.set(id, i); });
const heldShare = (id) => (HELD.has(id) ? ROBUST.share[HELD.get(id)] : null);

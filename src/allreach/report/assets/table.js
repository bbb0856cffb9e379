// The table of places: sorted, filtered, downloaded; only the rows in sight are in the page.
const COLUMNS = [
  { key: 'name', text: 'col_name', width: '13rem', of: (i) => PLACES.name[i] },
  { key: 'admin1_code', text: 'col_admin1', width: '9rem', of: (i) => adminName(PLACES.admin1_code[i]) },
  { key: 'population', text: 'col_population', number: true, width: '6rem', of: (i) => PLACES.population[i], show: count },
  { key: 'predicted_share', text: 'col_reached', number: true, width: '7rem', of: (i) => PLACES.predicted_share[i], show: share },
  { key: 'missing', text: 'col_missing', number: true, width: '6.5rem', of: (i) => SUMMARY[i].missing, show: count },
  { key: 'technology', text: 'col_technology', plan: true, width: '12rem', of: (i) => (SUMMARY[i].technology ? techName(SUMMARY[i].technology) : '') },
  { key: 'dl_mbps', text: 'col_speed', number: true, width: '6rem', of: (i) => SUMMARY[i].dl_mbps, show: (v) => decimal(v, 1) },
  { key: 'capex_usd', text: 'col_capex', number: true, plan: true, width: '8.5rem', of: (i) => SUMMARY[i].capex_usd, show: (v) => count(known(v) ? roundedSum(v) : v) },
  { key: 'pv_usd', text: 'col_pv', number: true, plan: true, width: '9rem', of: (i) => SUMMARY[i].pv_usd, show: (v) => count(known(v) ? roundedSum(v) : v) },
  { key: 'pv_household', text: 'col_pv_household', number: true, plan: true, width: '8rem', of: (i) => (known(SUMMARY[i].pv_usd) && PLACES.households[i] ? SUMMARY[i].pv_usd / PLACES.households[i] : null), show: (v) => count(known(v) ? roundedSum(v) : v) },
  { key: 'evidence', text: 'col_evidence', width: '7rem', of: (i) => SUMMARY[i].evidence },
  { key: 'national_code', text: 'col_code', width: '7rem', of: (i) => PLACES.national_code[i] || '', optional: () => PLACES.national_code.some((c) => c) },
].filter((c) => (!c.plan || META.has_plan) && (!c.optional || c.optional()));

const sorting = { key: META.has_plan ? 'pv_usd' : 'missing', down: true };
const filter = { text: '', technology: '', unreached: false };
let order = [];

function arrange() {
  const fold = (text) => String(text).toLocaleLowerCase(language).normalize('NFD').replace(/\p{M}/gu, '');
  const wanted = fold(filter.text.trim());
  const chosen = COLUMNS.find((c) => c.key === sorting.key), sign = sorting.down ? -1 : 1;
  const collator = new Intl.Collator(language, { numeric: true });
  const values = PLACES.place_id.map((_, i) => chosen.of(i));
  order = [];
  for (let i = 0; i < N_PLACES; i++) {
    if (wanted && ![PLACES.name[i], PLACES.place_id[i], PLACES.national_code[i], adminName(PLACES.admin1_code[i])].some((v) => v && fold(v).includes(wanted))) continue;
    if (filter.technology && !(ASSIGNED.get(PLACES.place_id[i]) || []).some((r) => ASSIGNMENTS.technology[r] === filter.technology)) continue;
    if (filter.unreached && SUMMARY[i].missing < 0.5) continue;
    order.push(i);
  }
  order.sort((a, b) => {
    const va = values[a], vb = values[b];
    const missing = (chosen.number ? !known(va) - !known(vb) : !va - !vb);  // missing values last, either way
    return missing || sign * (chosen.number ? (va ?? 0) - (vb ?? 0) : collator.compare(va, vb)) || a - b;
  });
}

function drawTable() {
  drawTools();
  const table = document.getElementById('place-table');
  const head = h('tr', {}, COLUMNS.map((c) => h('th', { scope: 'col', class: c.number ? 'r' : null, 'aria-sort': sorting.key === c.key ? (sorting.down ? 'descending' : 'ascending') : 'none' },
    h('button', { type: 'button', 'data-key': c.key, style: { textAlign: c.number ? 'right' : 'left' }, title: t(c.text), onclick: () => sortBy(c) }, t(c.text)))));
  fill(table, h('colgroup', {}, COLUMNS.map((c) => h('col', { style: { width: c.width } }))), h('thead', {}, head), h('tbody', { id: 'rows' }));
  refreshTable();
}

function sortBy(chosen) {
  if (sorting.key === chosen.key) sorting.down = !sorting.down;
  else Object.assign(sorting, { key: chosen.key, down: !!chosen.number });
  document.querySelectorAll('#place-table th').forEach((cell, i) => cell.setAttribute('aria-sort', COLUMNS[i].key === sorting.key ? (sorting.down ? 'descending' : 'ascending') : 'none'));
  refreshTable();
}

function refreshTable() {
  arrange();
  document.getElementById('table-scroll').scrollTop = 0;
  document.getElementById('shown').textContent = t('shown_of', { n: count(order.length), total: count(N_PLACES) });
  document.getElementById('place-table').setAttribute('aria-rowcount', order.length + 1);
  drawRows();
}

function drawRows(focusOn) {
  const body = document.getElementById('rows'), box = document.getElementById('table-scroll');
  if (!body) return;
  const height = 2.3 * 16 * rem(), first = Math.max(0, Math.floor(box.scrollTop / height) - 12), last = Math.min(order.length, first + Math.ceil(box.clientHeight / height) + 26);
  const gap = (n) => n > 0 && h('tr', { 'aria-hidden': 'true' }, h('td', { class: 'gap', colspan: COLUMNS.length, style: { height: `${n * height}px` } }));
  const focused = focusOn ?? (body.contains(document.activeElement) ? Number(document.activeElement.dataset.at) : -1);
  fill(body, gap(first), order.slice(first, last).map((i, k) => h('tr', { class: i === openedPlace ? 'row chosen' : 'row', tabindex: 0, 'data-at': first + k, 'data-place': i, 'aria-rowindex': first + k + 2 },
    COLUMNS.map((c) => cell(c, i)))), gap(order.length - last));
  if (focused >= 0) body.querySelector(`[data-at="${focused}"]`)?.focus({ preventScroll: true });
}

function cell(c, i) {
  const value = c.of(i), text = c.show ? c.show(value) : value;
  if (c.key === 'evidence') return h('td', {}, badge(value));
  if (c.key === 'technology') return h('td', { title: text }, value && swatch(TECH_COLOUR[SUMMARY[i].technology]), text);
  return h('td', { class: c.number ? 'r' : null, title: c.number ? null : text }, text);
}

function drawTools() {
  const used = META.has_plan ? TECHNOLOGIES.filter((n) => ASSIGNMENTS.technology.includes(n)) : [];
  fill(document.getElementById('table-tools'),
    h('input', { type: 'search', id: 'filter', placeholder: t('filter'), 'aria-label': t('filter'), value: filter.text, oninput: (e) => { filter.text = e.target.value; refreshTable(); } }),
    META.has_plan && h('select', { id: 'technology', 'aria-label': t('technology'), onchange: (e) => { filter.technology = e.target.value; refreshTable(); } },
      h('option', { value: '' }, t('all_technologies')), used.map((n) => h('option', { value: n, selected: filter.technology === n }, techName(n)))),
    h('label', {}, h('input', { type: 'checkbox', checked: filter.unreached, onchange: (e) => { filter.unreached = e.target.checked; refreshTable(); } }), t('only_unreached')),
    h('output', { id: 'shown' }), h('span', { class: 'spacer' }),
    h('button', { type: 'button', class: 'button', id: 'download-places', onclick: () => download(`${META.iso3}-${META.scenario}-places.csv`, placesCsv()) }, t('download_places')),
    META.has_plan && h('button', { type: 'button', class: 'button', id: 'download-plan', onclick: () => download(`${META.iso3}-${META.scenario}-plan.csv`, planCsv()) }, t('download_plan')));
}

const csvCell = (value) => { const text = value === null || value === undefined ? '' : String(value); return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text; };
const csv = (rows) => rows.map((row) => row.map(csvCell).join(',')).join('\r\n') + '\r\n';

// The rows that the filter shows, in their order, with every column of the measure and the sums of the plan, unrounded.
function placesCsv() {
  const own = Object.keys(PLACES).filter((name) => name !== 'lonlat');
  const plan = META.has_plan ? ['technology', 'dl_mbps', 'capex_usd', 'opex_usd_per_year', 'pv_usd'] : [];
  const money = (name, value) => (name.includes('usd') && known(value) ? Math.round(value * 100) / 100 : value);
  return csv([[...own, 'lon_deg', 'lat_deg', ...plan.map((n) => `plan_${n}`)], ...order.map((i) => [...own.map((n) => PLACES[n][i]), ...pointOf(PLACES, i), ...plan.map((n) => money(n, SUMMARY[i][n]))])]);
}

function planCsv() {
  const names = Object.keys(ASSIGNMENTS);
  return csv([names, ...ASSIGNMENTS.place_id.map((_, r) => names.map((n) => ASSIGNMENTS[n][r]))]);
}

function download(name, text) {
  const url = URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/csv;charset=utf-8' }));
  const link = h('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

function startTable() {
  const box = document.getElementById('table-scroll'), body = (event) => event.target.closest('tr.row');
  box.addEventListener('scroll', () => requestAnimationFrame(() => drawRows()));
  box.addEventListener('click', (event) => { const row = body(event); if (row) showOnMap(Number(row.dataset.place)); });
  box.addEventListener('keydown', (event) => {
    const row = body(event);
    if (!row) return;
    if (event.key === 'Enter') { event.preventDefault(); showOnMap(Number(row.dataset.place)); }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = Math.min(order.length - 1, Math.max(0, Number(row.dataset.at) + step)), height = 2.3 * 16 * rem();
    if (at * height < box.scrollTop) box.scrollTop = at * height;
    if ((at + 2.2) * height > box.scrollTop + box.clientHeight) box.scrollTop = (at + 2.2) * height - box.clientHeight;
    drawRows(at);
  });
}

function showOnMap(i) {
  openPlace(i, { fly: true });
  document.querySelector('.map-box').scrollIntoView({ behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth', block: 'center' });
}

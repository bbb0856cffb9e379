// The card of a place: how it is reached, at what cost, what else could serve it and what would change that.
let openedPlace = -1;
let openerElement = null;
let openerRow = false;

function openPlace(i, { fly = false } = {}) {
  if (openedPlace < 0) openerElement = document.activeElement;
  openerRow = !!openerElement && !!openerElement.closest('tr.row');
  openedPlace = i;
  const card = document.getElementById('card');
  fill(card, placeCard(i));
  card.hidden = false;
  card.scrollTop = 0;
  card.focus({ preventScroll: true });
  document.getElementById('map-help').hidden = true;
  if (map && map.getSource('chosen')) {
    map.getSource('chosen').setData(feature({ type: 'Point', coordinates: pointOf(PLACES, i) }, {}));
    if (fly) map.flyTo({ center: pointOf(PLACES, i), zoom: Math.max(map.getZoom(), 10), essential: false });
  }
  drawRows();
}

function closePlace() {
  if (openedPlace < 0) return;
  const closed = openedPlace;
  openedPlace = -1;
  document.getElementById('card').hidden = true;
  if (map && map.getSource('chosen')) map.getSource('chosen').setData(collection([]));
  drawRows();
  const back = openerRow ? document.querySelector(`tr[data-place="${closed}"]`) : openerElement;
  if (back && back.isConnected) back.focus({ preventScroll: true });
}

function placeCard(i) {
  const id = PLACES.place_id[i], code = PLACES.national_code[i];
  return [
    h('header', {}, h('div', { style: { flex: 1, minWidth: 0 } }, h('h2', {}, PLACES.name[i]),
      h('p', { class: 'sub' }, [adminName(PLACES.admin1_code[i]), `${count(PLACES.population[i])} ${t('people')}`, `${count(PLACES.households[i])} ${t('households')}`].filter(Boolean).join(' · ')),
      h('p', { class: 'sub' }, [id, code].filter(Boolean).join(' · '))),
    h('button', { class: 'icon', type: 'button', 'aria-label': t('close'), onclick: closePlace }, '×')),
    h('div', { class: 'actions' }, badge(SUMMARY[i].evidence), map && h('button', { class: 'button', type: 'button', onclick: () => map.flyTo({ center: pointOf(PLACES, i), zoom: 12 }) }, t('zoom_to'))),
    ASSIGNED.has(id) && planPart(i),
    ALTERNATIVES && OTHER_WAYS.has(id) && alternativesPart(i),
    ASSIGNED.has(id) && switchPart(i),
    todayPart(i),
  ];
}

function todayPart(i) {
  const four = [['card_passed', 'passed_share'], ['card_orderable', 'orderable_share'], ['card_used', 'used_share']];
  const rows = [
    [t('card_speed'), PLACES.dl_mbps[i] > 0 ? speed(PLACES.dl_mbps[i]) : '–'],
    [t('card_power'), known(PLACES.rx_power_dbm[i]) ? `${decimal(PLACES.rx_power_dbm[i], 0)} dBm` : '–'],
    [t('card_site'), PLACES.best_site_id[i] || '–'],
    ...four.map(([text, name]) => [t(text), known(PLACES[name][i]) ? share(PLACES[name][i]) : t('not_known')]),
  ];
  return [h('h3', {}, t('card_today')), reachBars(PLACES.predicted_share[i], PLANNED ? PLANNED.predicted_share[i] : null),
    h('p', { class: 'sub', style: { marginTop: '0.4rem' } }, t('card_signal', { share: share(PLACES.outdoor_share[i]) }), PLACES.full_share[i] > 0.005 ? `; ${t('card_full', { share: share(PLACES.full_share[i]) })}` : '', '.'),
    h('dl', {}, rows.map(([k, v]) => [h('dt', {}, k), h('dd', {}, v)]))];
}

function reachBars(today, after) {
  const bar = (text, value, style) => [h('span', {}, text), h('div', { class: 'track' }, h('div', { class: `fill ${style}`, style: { width: `${100 * value}%` } })), h('span', { class: 'num' }, share(value))];
  return h('div', { class: 'reach' }, bar(t('today'), today, ''), known(after) && bar(t('after_plan'), after, 'after'));
}

function planPart(i) {
  const rows = [...ASSIGNED.get(PLACES.place_id[i])].sort((a, b) => ASSIGNMENTS.households[b] - ASSIGNMENTS.households[a]);
  return [h('h3', {}, t('card_plan')), rows.map((r) => {
    const households = ASSIGNMENTS.households[r], technology = ASSIGNMENTS.technology[r];
    return [
      h('p', { class: 'served' }, swatch(TECH_COLOUR[technology]), technology === 'none' ? techName('none') : `${techName(technology)}`),
      h('dl', {}, [
        [t('households'), count(households)], technology !== 'none' && [t('speed'), speed(ASSIGNMENTS.dl_mbps[r])],
        ASSIGNMENTS.site_id[r] && [t('site'), ASSIGNMENTS.site_id[r]],
        technology !== 'none' && [t('capex'), money(ASSIGNMENTS.capex_usd[r])],
        technology !== 'none' && [t('opex'), `${money(ASSIGNMENTS.opex_usd_per_year[r])} ${t('per_year')}`],
        technology !== 'none' && [t('pv'), money(ASSIGNMENTS.pv_usd[r])],
        technology !== 'none' && households > 0 && ASSIGNMENTS.pv_usd[r] > 0 && [`– ${t('col_pv_household')}`, money(ASSIGNMENTS.pv_usd[r] / households)],
      ].filter(Boolean).map(([k, v]) => [h('dt', {}, k), h('dd', {}, v)])),
      ASSIGNMENTS.why[r] && h('p', { class: 'why' }, ASSIGNMENTS.why[r]),
    ];
  })];
}

function alternativesPart(i) {
  const rows = [...OTHER_WAYS.get(PLACES.place_id[i])].sort((a, b) => (ALTERNATIVES.is_feasible[b] - ALTERNATIVES.is_feasible[a]) || ((ALTERNATIVES.pv_usd[a] ?? Infinity) - (ALTERNATIVES.pv_usd[b] ?? Infinity)) || a - b);
  const chosen = SUMMARY[i].technology;
  return [h('h3', {}, t('card_alternatives')), h('table', { class: 'alternatives' },
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('alt_tech')), h('th', { scope: 'col', class: 'r' }, t('pv')))),
    h('tbody', {}, rows.map((r) => h('tr', { class: [ALTERNATIVES.is_feasible[r] ? '' : 'impossible', ALTERNATIVES.technology[r] === chosen ? 'chosen' : ''].join(' ').trim() },
      h('td', {}, techName(ALTERNATIVES.technology[r]), known(ALTERNATIVES.dl_mbps[r]) && ALTERNATIVES.is_feasible[r] ? `, ${speed(ALTERNATIVES.dl_mbps[r])}` : '', h('small', {}, ALTERNATIVES.reason[r])),
      h('td', { class: 'r' }, ALTERNATIVES.is_feasible[r] ? money(ALTERNATIVES.pv_usd[r]) : t('alt_not'))))))];
}

function switchPart(i) {
  const rows = ASSIGNED.get(PLACES.place_id[i]), lines = [];
  const first = (name) => rows.map((r) => ASSIGNMENTS[name][r]).find(known);
  if (rows.every((r) => ['existing'].includes(ASSIGNMENTS.technology[r]))) return null;
  if (known(first('switch_fibre_usd_per_km'))) lines.push(t('switch_fibre', { price: money(first('switch_fibre_usd_per_km')) }));
  if (known(first('switch_terminal_usd'))) lines.push(t('switch_terminal', { price: money(first('switch_terminal_usd')) }));
  if (!lines.length) lines.push(t('switch_none'));
  return [h('h3', {}, t('card_switch')), lines.map((line) => h('p', { class: 'switch' }, line)), heldPart(i)];
}

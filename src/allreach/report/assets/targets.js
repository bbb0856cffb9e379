// What was asked for beyond the standard, and what measuring the planned network says: tiers, institutions, a budget.
const VERIFIED = FIGURES.verify || {};
const INSTITUTIONS = unpackTable(DATA.institutions);
const isShort = (asked, got) => got < asked - 5e-5;
const meeting = (ok) => h('span', { class: ok ? 'met' : 'missed' }, t(ok ? 'target_met' : 'target_missed'));

// One row a speed: the standard itself, then each tier; planned and measured beside what was asked for.
function tierRows() {
  const asked = META.standard.tiers || [], planned = PLAN.tiers || [], seen = VERIFIED.tiers || [];
  if (!asked.length || !META.has_plan) return [];
  const first = { dl: META.standard.dl_mbps, asked: 1, planned: PLAN.planned_share, got: VERIFIED.reached_share, price: null };
  return [first, ...asked.map((tier, k) => ({ dl: tier.dl_mbps, asked: tier.people_share, planned: planned[k] && planned[k].people_share, got: seen[k] && seen[k].reached_share, price: planned[k] && planned[k].usd_per_further_person }))];
}

// A tier that more people get than were asked for, at a price of no more than a dollar, binds nothing.
const priceOfOneMore = (row) => (!known(row.price) ? '–' : row.price <= 1 && row.planned > row.asked ? t('tier_free') : money(row.price));

function tierBars() {
  const rows = tierRows().slice(1).filter((row) => known(row.got) || known(row.planned));
  if (!rows.length) return null;
  return h('div', { class: 'figure wide' }, rows.map((row) => {
    const value = known(row.got) ? row.got : row.planned;
    return [h('div', { class: 'what' }, t('tier_figure', { speed: decimal(row.dl) })),
      h('div', { class: 'reach' }, h('span', {}, t('after_plan')), h('div', { class: 'track' }, h('div', { class: 'fill after', style: { width: `${100 * value}%` } }), h('div', { class: 'goal', title: t('tier_asked', { share: share(row.asked) }), style: { left: `${100 * row.asked}%` } })), h('span', { class: 'num' }, share(value))),
      h('div', { class: 'note' }, t('tier_asked', { share: share(row.asked) }), ' · ', t(known(row.got) ? 'verified' : 'not_verified'))];
  }));
}

function tiersPanel() {
  const rows = tierRows();
  if (!rows.length) return null;
  const measured = rows.some((row) => known(row.got));
  const cells = (row) => [speed(row.dl), share(row.asked), share(row.planned), measured && [share(row.got), ' ', known(row.got) && row.asked < 1 && meeting(!isShort(row.asked, row.got))], priceOfOneMore(row)].filter((cell) => cell !== false);
  return h('div', { class: 'panel' }, h('h3', {}, t('tier_title')),
    rows.slice(1).map((row) => h('p', {}, t(measured ? 'tier_plain' : 'tier_plain_planned', { speed: decimal(row.dl), share: share(measured ? row.got : row.planned), asked: share(row.asked) }))),
    h('div', { class: 'wide-table', style: { marginTop: '0.7rem' } }, h('table', { class: 'plain narrow' },
      h('thead', {}, h('tr', {}, [['speed'], ['tier_col_asked', 'r'], ['tier_col_planned', 'r'], measured && ['tier_col_measured', 'r'], ['tier_col_price', 'r']].filter(Boolean).map(([k, c]) => h('th', { scope: 'col', class: c }, t(k))))),
      h('tbody', {}, rows.map((row) => h('tr', {}, cells(row).map((cell, k) => h('td', { class: k ? 'r' : '' }, cell))))))),
    h('p', { class: 'note' }, t('tier_note')));
}

function institutionsPanel() {
  const planned = PLAN.institutions || {}, seen = VERIFIED.institutions;
  if (!planned.n_institutions) return null;
  const kinds = Object.entries(planned.by_kind || {}).sort((a, b) => b[1].institutions - a[1].institutions || a[0].localeCompare(b[0]));
  const verified = (kind) => seen && seen.by_kind[kind] && seen.by_kind[kind].verified;
  const ways = TECHNOLOGIES.filter((name) => (planned.by_technology || {})[name]);
  const missed = INSTITUTIONS && INSTITUTIONS.is_verified ? INSTITUTIONS.institution_id.map((_, i) => i).filter((i) => INSTITUTIONS.is_verified[i] === 0) : [];
  const sum = { n: planned.n_institutions, connected: planned.n_connected };
  return h('div', { class: 'panel' }, h('h3', {}, t('inst_title')),
    h('p', {}, t(seen ? 'inst_plain' : 'inst_plain_planned', { n: count(sum.n), connected: count(sum.connected), verified: count(seen ? seen.verified : 0) }), known(planned.pv_usd) ? ` ${t('inst_cost', { pv: money(planned.pv_usd) })}` : ''),
    h('div', { style: { marginTop: '0.7rem' } }, bars(ways.map((name) => ({ name: instWay(name), value: planned.by_technology[name], text: count(planned.by_technology[name]), colour: TECH_COLOUR[name] })))),
    h('div', { class: 'wide-table', style: { marginTop: '0.9rem' } }, h('table', { class: 'plain narrow' },
      h('thead', {}, h('tr', {}, [['kind'], ['inst_col_all', 'r'], ['inst_col_connected', 'r'], seen && ['inst_col_verified', 'r']].filter(Boolean).map(([k, c]) => h('th', { scope: 'col', class: c }, t(k))))),
      h('tbody', {}, kinds.map(([kind, n]) => h('tr', {}, h('td', {}, instKind(kind)), h('td', { class: 'r' }, count(n.institutions)), h('td', { class: 'r' }, count(n.connected)), seen && h('td', { class: 'r' }, `${count(verified(kind))} (${share(n.institutions ? verified(kind) / n.institutions : 0)})`)))))),
    missed.length > 0 && h('details', { class: 'more' }, h('summary', {}, t('inst_missed', { n: count(missed.length) })), h('ul', { class: 'notes' }, missed.slice(0, 200).map((i) => h('li', {}, `${INSTITUTIONS.name[i] || INSTITUTIONS.institution_id[i]} (${instKind(INSTITUTIONS.kind[i])}): ${INSTITUTIONS.not_verified_why[i]}`)))),
    seen && h('p', { class: 'note' }, t('inst_note')));
}

const instKind = (kind) => (TEXTS[language][`inst_kind_${kind}`] ? t(`inst_kind_${kind}`) : word(kind));
const instWay = (name) => t({ fwa: 'inst_fwa', fibre: 'inst_fibre', existing: 'inst_existing', none: 'inst_none', missed: 'inst_missed_sign' }[name] || `tech_${name}`);

function institutionDetails(i) {
  const of = (name) => (INSTITUTIONS[name] ? INSTITUTIONS[name][i] : null), planned = of('technology');
  return h('div', { class: 'popup' }, h('h3', {}, of('name') || instKind(of('kind'))), badge(of('evidence')),
    h('dl', {}, [[t('kind'), instKind(of('kind'))], planned && [t('card_plan'), instWay(planned)], planned && of('site_id') && [t('site'), of('site_id')],
      known(of('need_mbps')) && [t('site_demand'), speed(of('need_mbps'))], known(of('pv_usd')) && [t('pv'), money(of('pv_usd'))],
      known(of('is_verified')) && [t('inst_measured'), of('is_verified') ? t('inst_yes') : of('not_verified_why')]].filter((row) => row && row[1] && row[1] !== '–').map(([k, v]) => [h('dt', {}, k), h('dd', {}, v)])),
    planned && of('plan_why') && h('p', { class: 'why' }, of('plan_why')));
}

function budgetPanel() {
  const told = PLAN.budget;
  if (!told) return null;
  const all = FIGURES.today.population, reached = Math.round((known(PLAN.planned_share) ? PLAN.planned_share : PLAN.reached_share) * all);
  const rows = [{ name: t('budget_reached'), value: reached, text: `${count(reached)} (${share(reached / all)})`, colour: '#3fa66b' }, { name: t('budget_most'), value: told.people_upper_bound, text: `${count(told.people_upper_bound)} (${share(told.people_upper_bound / all)})`, colour: '#9aa7b0' }];
  return h('div', { class: 'panel' }, h('h3', {}, t('budget_title', { budget: money(told.budget_usd) })),
    h('p', {}, t('budget_plain', { budget: money(told.budget_usd), spent: money(PLAN.pv_usd), people: count(reached), most: count(told.people_upper_bound) }), known(told.usd_per_further_person) ? ` ${t('budget_price', { money: money(told.usd_per_further_person) })}` : ''),
    h('div', { style: { marginTop: '0.7rem' } }, bars(rows)), h('p', { class: 'note' }, t('budget_note')));
}

// The headline and the key figures beside the map.
import { byId, figure, fill, h } from '../shared/dom.js';
import { badge, moneyFigure } from '../shared/labels.js';
import { parts, t } from '../shared/messages.js';
import { count, decimal, known, localMoney, moneyAtRate, people, roundedSum, share } from '../shared/numbers.js';
import { DATA, FIGURES, META, PLAN } from '../shared/payload.js';
import { reachBar, reachBars } from './reach_bars.js';
import { tierBars, tierRows } from './tiers.js';

const TIGHT_GAP = 0.05; // from here on the plan is called the cheapest within its gap

const UNKNOWN_LEAST = 0.0005; // shares below show as 0

const today = () => FIGURES.today;
const shareToday = () => (today().population ? today().reached / today().population : 0);
const missingToday = () => today().population - today().reached;

function shareAfter() {
  if (!META.has_plan) return null;
  if (known(PLAN.reached_share)) return PLAN.reached_share;
  return FIGURES.after ? FIGURES.after.reached / FIGURES.after.population : null;
}

function standardLine() {
  const { dl_mbps: dl, busy_hour_mbps: busy, hours_share: hours, indoors, service, generation } = META.standard;
  const where = t(indoors ? 'indoors' : 'outdoors');
  const standard = t('standard', { dl: decimal(dl), busy: decimal(busy, 2), hours: share(hours), where });
  const kind =
    (service === 'mobile' && t('standard_mobile', { generation })) ||
    (service === 'line' && t('standard_line')) ||
    (generation === '5G' && t('standard_5g'));
  return h(
    'p',
    { class: 'more' },
    standard,
    kind ? `, ${kind}` : '',
    '. ',
    t('predicted_short'),
    ' ',
    badge(META.evidence),
  );
}

// What is not known of the sites decides who is reached, so it stands beside that figure.
function assumedLine() {
  const { assumed_sites: assumed, n_sites: sites } = FIGURES.measure || {};
  if (!assumed || assumed.spectrum + assumed.technologies === 0) return null;
  const { spectrum, technologies } = assumed;
  const told = { spectrum: count(spectrum), technologies: count(technologies), sites: count(sites) };
  return h('p', { class: 'more' }, t('headline_assumed', told));
}

// What is published, never merged with what is predicted: each figure with who says it, and when.
function publishedLines() {
  return DATA.published.map((told) => {
    const { quantity, value_pct: value, evidence, date, source, predicted_pct: predicted, contradiction } = told;
    const shown = quantity === 'lines_per_100_households' ? decimal(value) : share(value / 100);
    const by = t('published_by', { evidence: t(`published_${evidence}`), date, source });
    const why = contradiction && t(`apart_${contradiction}`);
    const apart = { predicted: share((predicted ?? 0) / 100), why };
    return h(
      'li',
      {},
      t(`published_${quantity}`, { value: shown }),
      h('span', { class: 'by' }, ` (${by})`),
      contradiction && h('span', { class: 'apart' }, ` ${t('published_apart', apart)}`),
    );
  });
}

// What operators claim beside what is predicted of their own sites: by people, never merged.
function claimLines() {
  return ((FIGURES.measure || {}).coverage_claims || []).map((one) => {
    const told = {
      operator: one.operator,
      technology: one.technology,
      level: t(one.level === 'indoor' ? 'indoors' : 'outdoors'),
      claimed: share(one.claimed_people_share),
      source: [one.source, one.date].filter(Boolean).join(', ') || '-',
    };
    const { people: matrix } = one;
    if (!matrix) return h('li', {}, t('claims_alone', told));
    told.predicted = share(matrix.both_share + matrix.predicted_only_share);
    told.agree = share(matrix.both_share + matrix.neither_share);
    told.only = share(matrix.claimed_only_share);
    told.places = count(one.places_contested);
    return h('li', {}, t('claims_line', told));
  });
}

// Who can get which speed today, by what gives it; a line whose speed is not known gives none.
function speedsToday() {
  const { speeds, lines, orderable, broadband_share: broadband } = FIGURES.measure || {};
  if (!speeds) return [];
  const head = ['speeds_speed', 'speeds_line', 'speeds_mobile', 'speeds_any'].map((name) => h('th', {}, t(name)));
  const rows = speeds.map((tier) =>
    h(
      'tr',
      {},
      h('th', {}, `${decimal(tier.dl_mbps)} Mbit/s`),
      [tier.by_line_share, tier.by_mobile_share, tier.any_share].map((value) => h('td', {}, share(value))),
    ),
  );
  const unknown = lines.unknown_speed_share;
  const { cut } = lines;
  const most = cut && { lines: decimal(cut.subscriptions), homes: decimal(cut.homes), share: share(cut.most_share) };
  return [
    h('p', { class: 'published' }, t('speeds_head')),
    h('table', { class: 'speeds' }, h('tr', {}, head), rows),
    h(
      'p',
      { class: 'more' },
      t('speeds_4g', { share: share(broadband) }),
      unknown >= UNKNOWN_LEAST && ` ${t('speeds_unknown', { share: share(unknown) })}`,
      most && ` ${t(`lines_cut_${cut.most}`, most)}`,
    ),
    orderable && h('p', { class: 'more' }, orderableLine(orderable)),
  ];
}

// Who gets today what the standard asks for: a speed, a speed by a line, or a mobile signal.
function reachedToday() {
  const { dl_mbps: dl, service, generation, indoors } = META.standard;
  const missing = h('span', { class: 'missing' }, people(missingToday()));
  const reached = share(shareToday());
  const speed = decimal(dl);
  if (service === 'mobile') {
    const where = t(indoors ? 'indoors' : 'outdoors');
    const key = META.sketch ? 'headline_today_mobile_sketch' : 'headline_today_mobile';
    return parts(key, { share: reached, speed, missing, generation, where });
  }
  const told = { share: reached, speed, missing };
  if (service === 'line') return parts(META.sketch ? 'headline_today_line_sketch' : 'headline_today_line', told);
  return parts(META.sketch ? 'headline_today_sketch' : 'headline_today', told);
}

// The third of the four states: only what the folder states; not known says what would tell it.
function orderableLine({ share: value, known_people_share: of }) {
  if (!known(value)) return t('orderable_unknown');
  return t('orderable_known', { share: share(value), known: share(of) });
}

export function drawHeadline() {
  const after = shareAfter();
  const published = publishedLines();
  const claims = claimLines();
  const lines = [
    published.length > 0 && h('p', { class: 'published' }, t('published_head')),
    published.length > 0 && h('ul', { class: 'published' }, published),
    claims.length > 0 && h('p', { class: 'published' }, t('claims_head')),
    claims.length > 0 && h('ul', { class: 'published' }, claims),
    h('p', {}, reachedToday()),
  ].filter(Boolean);
  if (after !== null && known(PLAN.pv_usd)) {
    const reached = h('span', { class: 'good' }, share(after));
    lines.push(h('p', {}, parts('headline_plan', { share: reached, pv: moneyAtRate(PLAN.pv_usd) })));
  } else if (!META.has_plan) {
    lines.push(h('p', { class: 'more' }, t('headline_waiting')));
  }
  for (const row of tierRows().slice(1)) {
    if (!known(row.got)) continue;
    const told = { share: share(row.got), speed: decimal(row.dl), asked: share(row.asked) };
    lines.push(h('p', {}, t('headline_tier', told)));
  }
  fill(byId('headline'), lines, speedsToday(), assumedLine(), standardLine());
}

function reachFigure() {
  const range = (FIGURES.measure || {}).predicted_share;
  const after = shareAfter();
  const notes = [
    range && known(range.p5) && known(range.p95) && t('interval', { low: share(range.p5), high: share(range.p95) }),
    after !== null && t(META.has_verify ? 'verified' : 'not_verified'),
  ].filter(Boolean);
  return h(
    'div',
    { class: 'figure wide' },
    h('div', { class: 'what' }, t('people_reached')),
    reachBars(shareToday(), after),
    notes.map((text) => h('div', { class: 'note apart' }, text)),
  );
}

/** People passed, who can order, who use it: each known for a part of the country only. */
function statesFigure() {
  const states = Object.entries(today().states).filter(([, [, of]]) => of > 0);
  if (!states.length) return null;
  const knownShare = Math.min(...states.map(([, [, of]]) => of / today().population));
  return h(
    'div',
    { class: 'figure wide' },
    h(
      'div',
      { class: 'reach' },
      states.map(([name, [value, of]]) => reachBar(t(`card_${name.replace('_share', '')}`), value / of)),
    ),
    h('div', { class: 'note' }, t('state_known', { share: share(knownShare) })),
  );
}

function presentValueNote() {
  const { horizon_years: years, discount_rate: rate } = PLAN;
  if (!known(years) || !known(rate)) return t('fig_pv_note');
  const terms = t('fig_pv_terms', { years: count(years), rate: share(rate) });
  return known(PLAN.price_base_year) ? `${terms}; ${t('prices_of', { year: PLAN.price_base_year })}` : terms;
}

function boundNote() {
  if (!known(PLAN.gap)) return '';
  return t(PLAN.gap < TIGHT_GAP ? 'fig_bound_tight' : 'fig_bound_note', { gap: share(Math.max(PLAN.gap, 0)) });
}

/** A note with the amount in money of the country before it. */
const withLocal = (usd, note = '') => [localMoney(usd), note].filter(Boolean).join(' · ');

function planFigures() {
  const { n_upgraded_sites: nUpgraded } = PLAN;
  const upgraded = known(nUpgraded) ? t('fig_sites_note', { n: count(nUpgraded) }) : '';
  return [
    ['pv_usd', () => figure(t('fig_pv'), moneyFigure(PLAN.pv_usd), withLocal(PLAN.pv_usd, presentValueNote()), true)],
    ['capex_usd', () => figure(t('fig_capex'), moneyFigure(PLAN.capex_usd), withLocal(PLAN.capex_usd))],
    [
      'opex_usd_per_year',
      () => figure(t('fig_opex'), moneyFigure(PLAN.opex_usd_per_year), withLocal(PLAN.opex_usd_per_year)),
    ],
    [
      'lower_bound_usd',
      () =>
        figure(t('fig_bound'), moneyFigure(PLAN.lower_bound_usd), withLocal(PLAN.lower_bound_usd, boundNote()), true),
    ],
    ['n_new_sites', () => figure(t('fig_sites'), count(PLAN.n_new_sites), upgraded)],
    ['fibre_km', () => figure(t('fig_fibre'), `${count(roundedSum(PLAN.fibre_km))} ${t('km')}`)],
    ['n_hops', () => figure(t('fig_hops'), count(PLAN.n_hops))],
    ['satellite_households', () => figure(t('fig_satellite'), count(PLAN.satellite_households))],
  ]
    .filter(([name]) => known(PLAN[name]))
    .map(([, draw]) => draw());
}

export function drawFigures() {
  const unplanned = [
    figure(t('population'), people(today().population)),
    figure(t('layer_unreached'), people(missingToday())),
  ];
  fill(byId('figures'), reachFigure(), tierBars(), statesFigure(), !META.has_plan && unplanned, planFigures());
}

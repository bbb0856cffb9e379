// Schools, clinics and the like: how the plan connects them, and what measuring the planned network says.
import { bars, definitions, h, knownRows, note, panel, wideTable } from '../shared/dom.js';
import { badge, moneyLines, techName, word } from '../shared/labels.js';
import { hasMessage, t } from '../shared/messages.js';
import { count, known, money, share, speed } from '../shared/numbers.js';
import { COLOURS, DATA, FIGURES, PLAN, TECHNOLOGIES } from '../shared/payload.js';
import { reasonText } from '../shared/reasons.js';
import { indices, unpackTable } from '../shared/unpack.js';

const MOST_NAMED = 200;
const OWN_WORDS = { fwa: 'inst_fwa', fibre: 'inst_fibre', existing: 'inst_existing', none: 'inst_none' };
export const MISSED = 'missed';

export const INSTITUTIONS = unpackTable(DATA.institutions);

const verifiedOf = (i) => (INSTITUTIONS.is_verified ? INSTITUTIONS.is_verified[i] : null);
const isMissed = (i) => verifiedOf(i) === 0;
const kindName = (kind) => (hasMessage(`inst_kind_${kind}`) ? t(`inst_kind_${kind}`) : word(kind));

/** How an institution is connected, in words: by a technology, or missed. */
export function wayName(name) {
  if (name === MISSED) return t('inst_missed_sign');
  return OWN_WORDS[name] ? t(OWN_WORDS[name]) : techName(name);
}

export const wayColour = (name) => COLOURS.technology[name === MISSED ? 'none' : name] || COLOURS.institution;

/** How the plan connects an institution; missed where measuring does not confirm it; empty without a plan. */
export function wayOf(i) {
  if (!INSTITUTIONS.technology || !INSTITUTIONS.technology[i]) return '';
  return isMissed(i) ? MISSED : INSTITUTIONS.technology[i];
}

/** Ways that occur, in the order of the legends, with how many institutions each has. */
export function waysUsed() {
  const ways = indices(INSTITUTIONS.institution_id).map(wayOf);
  return [...TECHNOLOGIES, MISSED]
    .map((name) => [name, ways.filter((way) => way === name).length])
    .filter(([, n]) => n > 0);
}

function sentence(planned, seen) {
  const told = { n: count(planned.n_institutions), connected: count(planned.n_connected) };
  const text = seen
    ? t('inst_plain', { ...told, verified: count(seen.verified) })
    : t('inst_plain_planned', { ...told, verified: count(0) });
  return h('p', {}, text, known(planned.pv_usd) ? ` ${t('inst_cost', { pv: money(planned.pv_usd) })}` : '');
}

function kindsTable(planned, seen) {
  const kinds = Object.entries(planned.by_kind || {}).sort(
    (a, b) => b[1].institutions - a[1].institutions || a[0].localeCompare(b[0]),
  );
  const verified = (kind, n) => {
    const ok = (seen.by_kind[kind] || {}).verified || 0;
    return h('td', { class: 'r' }, `${count(ok)} (${share(n.institutions ? ok / n.institutions : 0)})`);
  };
  const columns = [
    [t('kind')],
    [t('inst_col_all'), 'r'],
    [t('inst_col_connected'), 'r'],
    seen && [t('inst_col_verified'), 'r'],
  ];
  const rows = kinds.map(([kind, n]) =>
    h(
      'tr',
      {},
      h('td', {}, kindName(kind)),
      [n.institutions, n.connected].map((number) => h('td', { class: 'r' }, count(number))),
      seen && verified(kind, n),
    ),
  );
  return wideTable('plain narrow', columns, rows);
}

function whyNotVerified(i) {
  const { not_verified_why: why, not_verified_why_key: key, not_verified_why_values: values } = INSTITUTIONS;
  return reasonText(why[i], key[i], JSON.parse(values[i] || '{}'));
}

function missedList() {
  const missed = indices(INSTITUTIONS.institution_id).filter(isMissed);
  if (!missed.length) return null;
  const line = (i) => {
    const name = INSTITUTIONS.name[i] || INSTITUTIONS.institution_id[i];
    return h('li', {}, `${name} (${kindName(INSTITUTIONS.kind[i])}): ${whyNotVerified(i)}`);
  };
  return h(
    'details',
    { class: 'more' },
    h('summary', {}, t('inst_missed', { n: count(missed.length) })),
    h('ul', { class: 'notes' }, missed.slice(0, MOST_NAMED).map(line)),
  );
}

export function institutionsPanel() {
  const planned = PLAN.institutions || {};
  const seen = (FIGURES.verify || {}).institutions;
  if (!planned.n_institutions) return null;
  const byTechnology = planned.by_technology || {};
  const rows = TECHNOLOGIES.filter((name) => byTechnology[name]).map((name) => ({
    name: wayName(name),
    value: byTechnology[name],
    text: count(byTechnology[name]),
    colour: wayColour(name),
  }));
  return panel(
    t('inst_title'),
    sentence(planned, seen),
    h('div', { class: 'apart' }, bars(rows)),
    h('div', { class: 'apart' }, kindsTable(planned, seen)),
    missedList(),
    seen && note(t('inst_note')),
  );
}

/** What a click on an institution shows. */
export function institutionDetails(i) {
  const of = (name) => (INSTITUTIONS[name] ? INSTITUTIONS[name][i] : null);
  const planned = of('technology');
  return h(
    'div',
    { class: 'popup' },
    h('h3', {}, of('name') || kindName(of('kind'))),
    badge(of('evidence')),
    definitions(
      knownRows([
        [t('kind'), kindName(of('kind'))],
        planned && [t('card_plan'), wayName(planned)],
        planned && [t('site'), of('site_id')],
        [t('site_demand'), speed(of('need_mbps'))],
        [t('pv'), moneyLines(of('pv_usd'))],
        known(of('is_verified')) && [t('inst_measured'), of('is_verified') ? t('inst_yes') : whyNotVerified(i)],
      ]),
    ),
    planned && of('plan_why') && h('p', { class: 'why', lang: 'en' }, of('plan_why')),
  );
}

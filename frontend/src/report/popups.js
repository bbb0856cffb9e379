// What a click on a site, a link or an area shows.
import { definitions, h, knownRows } from '../shared/dom.js';
import { badge, moneyLines } from '../shared/labels.js';
import { t } from '../shared/messages.js';
import { count, decimal, known, share, speed } from '../shared/numbers.js';
import { LINKS, SITES } from '../shared/payload.js';

const details = (title, evidence, rows) =>
  h('div', { class: 'popup' }, h('h3', {}, title), badge(evidence), definitions(knownRows(rows)));

const backhaulName = (kind) => (kind ? t(`backhaul_${kind}`) : '');
const powerName = (kind) => (kind ? t(`power_${kind}`) : '');
const costOf = (value) => (value ? moneyLines(value) : '');

export const siteDetails = (i) =>
  details(`${t('site')}: ${t(`status_${SITES.status[i]}`)}`, SITES.evidence[i], [
    [t('operator'), SITES.operator[i]],
    [t('site_height'), known(SITES.height_agl_m[i]) ? `${decimal(SITES.height_agl_m[i], 0)} m` : ''],
    [t('site_backhaul'), backhaulName(SITES.backhaul_kind[i])],
    [t('site_power'), powerName(SITES.power_kind[i])],
    [t('site_demand'), speed(SITES.demand_mbps[i])],
    [t('site_load'), share(SITES.load_share[i])],
    [t('site_households'), count(SITES.households[i])],
    [t('capex'), costOf(SITES.capex_usd[i])],
    [t('opex'), costOf(SITES.opex_usd_per_year[i])],
  ]);

export const linkDetails = (i) =>
  details(t(`link_${LINKS.kind[i]}`), LINKS.evidence[i], [
    [t('link_length'), `${decimal(LINKS.length_km[i], 1)} ${t('km')}`],
    [t('link_flow'), speed(LINKS.flow_mbps[i])],
    [t('link_capacity'), speed(LINKS.capacity_mbps[i])],
    [t('capex'), moneyLines(LINKS.capex_usd[i])],
    [t('opex'), moneyLines(LINKS.opex_usd_per_year[i])],
  ]);

export function areaDetails({ kind, reason }) {
  const text = [t(`excl_${kind}`), reason].filter(Boolean).join(': ');
  return h('div', { class: 'popup' }, h('h3', {}, t('layer_exclusions')), h('p', {}, text));
}

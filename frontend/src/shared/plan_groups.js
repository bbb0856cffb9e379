// How a plan serves a place, in a card: one entry a technology, and why.
import { definitions, h } from './dom.js';
import { moneyLines, techName, techSwatch, twoLines } from './labels.js';
import { t } from './messages.js';
import { count, money, speedRange } from './numbers.js';

const N_SITES_NAMED = 3;

function figuresOf(group) {
  const isServed = group.technology !== 'none';
  const sites = group.sites.length <= N_SITES_NAMED ? group.sites.join(', ') : count(group.sites.length);
  return [
    [t('people'), count(group.population)],
    [t('households'), count(group.households)],
    isServed && Number.isFinite(group.least) && [t('speed'), speedRange(group.least, group.most)],
    [t(group.sites.length > 1 ? 'layer_sites' : 'site'), sites],
    isServed && [t('capex'), moneyLines(group.capex_usd)],
    isServed && [t('opex'), twoLines(`${money(group.opex_usd_per_year)} ${t('per_year')}`)],
    isServed && [t('pv'), moneyLines(group.pv_usd)],
    isServed &&
      group.households > 0 &&
      group.pv_usd > 0 && [`– ${t('pv_household')}`, moneyLines(group.pv_usd / group.households)],
  ];
}

/** Reasons of the plan, which are English: the first stands open, further ones in a box of limited height. */
function reasons([first, ...others]) {
  if (!first) return null;
  return [
    h('p', { class: 'why', lang: 'en' }, first),
    others.length > 0 &&
      h(
        'details',
        { class: 'more whys' },
        h('summary', {}, t('card_more_reasons', { n: count(others.length) })),
        h(
          'ul',
          { class: 'notes' },
          others.map((why) => h('li', { lang: 'en' }, why)),
        ),
      ),
  ];
}

export const planGroup = (group) => [
  h('p', { class: 'served' }, techSwatch(group.technology), techName(group.technology)),
  definitions(figuresOf(group)),
  reasons(group.why),
];

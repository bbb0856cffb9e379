// The panel of layers: switches, opacities, legends.
import { byId, h, refill } from '../shared/dom.js';
import { swatch, techName, techSwatch } from '../shared/labels.js';
import { t } from '../shared/messages.js';
import { count, people, share } from '../shared/numbers.js';
import { COLOURS, DATA, FIGURES, LINKS, META, PLANNED, SITES, STATUSES, TECHNOLOGIES } from '../shared/payload.js';
import { siteIcon } from './icons.js';
import { wayColour, wayName, waysUsed } from './institutions.js';
import { ANSWERS, HELD_STEPS } from './robustness.js';
import { SWITCHES, bothCoverages, changeView, coverageChoices, coveragePicture, onView, view } from './view.js';

const row = (...content) => h('div', { class: 'row' }, content);
const number = (n) => h('span', { class: 'count' }, n);

function slider(key, value, layer, change, isDisabled = false) {
  const attributes = { type: 'range', min: 0, max: 1, step: 0.05, value, disabled: isDisabled, 'data-key': key };
  const oninput = (event) => changeView(() => change(Number(event.target.value)), { isSliding: true });
  return h('input', { ...attributes, 'aria-label': t('opacity', { layer }), oninput });
}

function whenSwitch() {
  const names = { today: t('today'), planned: t('after_plan') };
  return h(
    'div',
    { class: 'segment', role: 'group', 'aria-label': t('when') },
    Object.entries(names).map(([when, name]) => {
      const onclick = () => changeView(() => Object.assign(view, { when }));
      const pressed = String(view.when === when);
      return h('button', { type: 'button', 'data-key': `when-${when}`, 'aria-pressed': pressed, onclick }, name);
    }),
  );
}

function coverageName(item) {
  if (['state', 'speed'].includes(item.kind)) return t(`cover_${item.kind}`);
  return item.band_mhz ? t(`cover_${item.kind}`, { band: item.band_mhz }) : t(`cover_${item.kind}_all`);
}

function coverageLegend(picture) {
  if (picture.kind === 'state') {
    const rows = picture.classes.map(([name, colour]) => row(swatch(colour, 'square'), t(name)));
    return h('div', { class: 'legend' }, rows);
  }
  const patch = ([name, colour]) =>
    h('div', {}, h('div', { class: 'patch', style: { background: colour } }), name.split(' ')[0]);
  return h(
    'div',
    { class: 'legend' },
    h('div', { class: 'scale' }, picture.classes.map(patch)),
    h('div', {}, picture.unit),
  );
}

function coverageChoice(key, name) {
  const onchange = () => changeView(() => Object.assign(view, { coverage: key }));
  const attributes = { type: 'radio', name: 'coverage', value: key, 'data-key': `coverage-${key}` };
  return h('label', { class: 'choice' }, h('input', { ...attributes, checked: view.coverage === key, onchange }), name);
}

function coverageGroup() {
  const isBoth = bothCoverages || !META.has_plan;
  const title = isBoth ? t('coverage') : `${t('coverage')} · ${t('today')}`;
  const setOpacity = (value) => Object.assign(view, { coverageOpacity: value });
  return h(
    'div',
    { class: 'layer-group', role: 'radiogroup', 'aria-label': t('coverage') },
    h(
      'div',
      { class: 'layer-title' },
      h('span', {}, title),
      slider('opacity-coverage', view.coverageOpacity, t('coverage'), setOpacity),
    ),
    bothCoverages && whenSwitch(),
    coverageChoice('', t('cover_none')),
    [...coverageChoices()].map(([key, item]) => [
      coverageChoice(key, coverageName(item)),
      key === view.coverage && coverageLegend(coveragePicture()),
    ]),
  );
}

function technologyRow(name, served) {
  const hidden = view.hiddenTechnologies;
  const toggle = () => {
    if (!hidden.delete(name)) hidden.add(name);
  };
  const attributes = {
    type: 'button',
    class: 'row',
    'data-key': `technology-${name}`,
    title: t('plan_filter_hint'),
    'aria-pressed': String(!hidden.has(name)),
    onclick: () => changeView(toggle),
  };
  return h('button', attributes, techSwatch(name), techName(name), number(people(served.population)));
}

function heldRow([from, colour], k) {
  const next = HELD_STEPS[k + 1];
  const text = next ? t('held_under', { share: share(next[0]) }) : t('held_from', { share: share(from) });
  return row(swatch(colour), text);
}

function siteRow(status) {
  const icon = siteIcon(status);
  icon.className = 'site-icon';
  return row(icon, t(`status_${status}`), number(count(SITES.status.filter((v) => v === status).length)));
}

function institutionRow([name, n]) {
  const style = { background: '#fff', border: `3px solid ${wayColour(name)}` };
  return row(h('span', { class: 'swatch square', style }), wayName(name), number(count(n)));
}

const LEGENDS = {
  unreached: () => [PLANNED && !bothCoverages && whenSwitch(), h('div', {}, t('area_people'))],
  plan: () => {
    const served = FIGURES.by_technology || {};
    const used = TECHNOLOGIES.filter((name) => served[name] && served[name].households > 0);
    return used.map((name) => technologyRow(name, served[name]));
  },
  held: () => [h('div', {}, t('held_legend', { n: count(ANSWERS.n_draws) })), HELD_STEPS.map(heldRow).reverse()],
  sites: () => STATUSES.filter((status) => SITES.status.includes(status)).map(siteRow),
  institutions: () => waysUsed().map(institutionRow),
  fibre: () =>
    ['fibre', 'access_fibre']
      .filter((kind) => LINKS.kind.includes(kind))
      .map((kind) => row(swatch(COLOURS.link[kind], 'line'), t(`link_${kind}`))),
};

// One sign beside the name, where a layer has only one.
const SIGNS = {
  unreached: () => techSwatch('none'),
  hops: () => swatch(COLOURS.link.hop, 'dash'),
  fibre_today: () => swatch(COLOURS.layer.fibre_today, 'line'),
  exclusions: () => swatch(COLOURS.layer.exclusions_pale, 'square'),
  roads: () => swatch(COLOURS.layer.roads, 'line'),
};

function switchRow(item) {
  const name = t(item.text);
  const id = `switch-${item.id}`;
  const onchange = (event) => changeView(() => Object.assign(item, { on: event.target.checked }));
  const setOpacity = (opacity) => Object.assign(item, { opacity });
  const legend = item.on && LEGENDS[item.id] && h('div', { class: 'legend' }, LEGENDS[item.id]());
  return h(
    'div',
    { class: 'layer' },
    h(
      'div',
      { class: 'layer-head' },
      h('input', { type: 'checkbox', id, 'data-key': id, checked: item.on, onchange }),
      h('label', { for: id }, name, item.on && SIGNS[item.id] && [' ', SIGNS[item.id]()]),
      slider(`opacity-${item.id}`, item.opacity, name, setOpacity, !item.on),
    ),
    legend,
  );
}

export function drawPanel() {
  refill(byId('layers'), DATA.coverages.length > 0 && coverageGroup(), SWITCHES.map(switchRow));
}

export const startPanel = () =>
  onView(({ isSliding }) => {
    if (!isSliding) drawPanel();
  });

// Who gains and who loses: people by what changes for them, and by region.
import { bars, byId, fill, h, note, panel, wideTable } from '../shared/dom.js';
import { adminName, signedMoneyLines } from '../shared/labels.js';
import { t } from '../shared/messages.js';
import { count, people } from '../shared/numbers.js';
import { COLOURS } from '../shared/payload.js';
import { CHANGES, DIFF, KEY, changeName } from './sides.js';

function changesPanel() {
  const rows = CHANGES.filter((name) => KEY.changes[name]).map((name) => ({
    name: changeName(name),
    note: t('cmp_places', { n: count(KEY.changes[name].places) }),
    value: KEY.changes[name].people,
    text: people(KEY.changes[name].people),
    colour: COLOURS.change[name],
  }));
  const measured = t(KEY.reach_is_measured ? 'cmp_measured' : 'cmp_not_measured');
  return panel(t('cmp_by_change'), bars(rows), note(measured, ' ', t('cmp_change_note')));
}

/** People who gain and lose at a place: those reached more or less, else all of them where the speed changes. */
function gainAndLoss(i) {
  const [all, reached] = [DIFF.population[i], DIFF.reached_more_people[i]];
  const told = { reached_more: [reached, 0], faster: [all, 0], reached_less: [0, -reached], slower: [0, all] };
  return told[DIFF.change[i]] || [0, 0];
}

function regions() {
  const sums = new Map();
  DIFF.admin1_code.forEach((code, i) => {
    const sum = sums.get(code) || { population: 0, gain: 0, lose: 0, other: 0, pv: 0 };
    const [gain, lose] = gainAndLoss(i);
    sum.population += DIFF.population[i];
    sum.pv += DIFF.pv_difference_usd[i];
    sum.gain += gain;
    sum.lose += lose;
    if (DIFF.technology_a[i] !== DIFF.technology_b[i]) sum.other += DIFF.population[i];
    sums.set(code, sum);
  });
  const touched = ([, sum]) => sum.gain + sum.lose;
  return [...sums].sort((x, y) => touched(y) - touched(x) || y[1].population - x[1].population);
}

function regionsPanel() {
  const some = (value, css) => h('td', { class: css }, value ? people(value) : '–');
  const row = ([code, sum]) =>
    h(
      'tr',
      {},
      h('td', {}, adminName(code) || '–'),
      some(sum.gain, 'r up'),
      some(sum.lose, 'r down'),
      some(sum.other, 'r'),
      h('td', { class: 'r' }, signedMoneyLines(sum.pv)),
    );
  const columns = [
    [t('col_admin1')],
    [t('cmp_gain'), 'r'],
    [t('cmp_lose'), 'r'],
    [t('cmp_other'), 'r'],
    [t('cmp_cost'), 'r'],
  ];
  return panel(t('cmp_by_region'), wideTable('plain', columns, regions().map(row)));
}

export function drawWho() {
  fill(byId('who-panels'), changesPanel(), regionsPanel());
}

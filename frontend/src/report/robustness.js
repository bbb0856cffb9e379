// Which decisions hold when all prices are drawn at random.
import { bar, h, note, panel } from '../shared/dom.js';
import { techName } from '../shared/labels.js';
import { t } from '../shared/messages.js';
import { count, known, money, share } from '../shared/numbers.js';
import { COLOURS, DATA, PLACES } from '../shared/payload.js';
import { unpackTable } from '../shared/unpack.js';

const ROBUST = unpackTable(DATA.robustness);
export const ANSWERS = DATA.answers || {};

/** Steps of the share of draws with the same technology: from which share on, and its colour. */
export const HELD_STEPS = COLOURS.held;

const rowOfPlace = new Map();
if (ROBUST) {
  ROBUST.item_id.forEach((id, i) => {
    if (ROBUST.kind[i] === 'place') rowOfPlace.set(id, i);
  });
}

export const hasHeld = rowOfPlace.size > 0;

/** Share of the draws in which a place is reached the same way; -1 where that is not known. */
export const heldShare = (id) => (rowOfPlace.has(id) ? ROBUST.share[rowOfPlace.get(id)] : -1);

function heldBar(text, held, all) {
  return bar({
    name: text,
    text: `${count(held)} / ${count(all)} (${share(held / all)})`,
    length: held / all,
    colour: HELD_STEPS.at(-1)[1],
  });
}

export function robustPanel() {
  if (!ROBUST || !known(ANSWERS.n_draws)) return null;
  const kinds = [
    ['places', t('places')],
    ['sites', t('layer_sites')],
    ['links', t('robust_links')],
  ];
  const rows = kinds
    .map(([name, text]) => [text, ANSWERS[`${name}_held`], ANSWERS[`${name}_decided`]])
    .filter(([, , all]) => all > 0);
  const cost = { low: money(ANSWERS.pv_p5_usd), middle: money(ANSWERS.pv_p50_usd), high: money(ANSWERS.pv_p95_usd) };
  const regret = { mean: money(ANSWERS.regret_mean_usd), most: money(ANSWERS.regret_p95_usd) };
  const plain = {
    n: count(ANSWERS.n_draws),
    held: count(ANSWERS.places_held),
    all: count(ANSWERS.places_decided),
    people: share(ANSWERS.people_held_share),
  };
  return panel(
    t('robust_title'),
    h('p', {}, t('robust_plain', plain)),
    note(t('robust_cost', cost)),
    note(t('robust_regret', regret)),
    h(
      'div',
      { class: 'bars apart' },
      rows.map((row) => heldBar(...row)),
    ),
    note(t('robust_note')),
  );
}

/** A sentence for the card of a place. */
export function heldPart(i) {
  const row = rowOfPlace.get(PLACES.place_id[i]);
  if (row === undefined) return null;
  const other = ROBUST.other[row];
  return h(
    'p',
    { class: 'switch' },
    t('robust_card', { share: share(ROBUST.share[row]), way: techName(ROBUST.decision[row]) }),
    other ? ` ${t('robust_card_other', { way: techName(other), share: share(ROBUST.other_share[row]) })}` : '',
  );
}

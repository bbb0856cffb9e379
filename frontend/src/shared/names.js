// Names of the places, ready to be searched.
import { fold, ranks, searchIndex } from './fold.js';
import { adminName } from './labels.js';
import { PLACES } from './payload.js';

const otherNames = (i) => (PLACES.other_names && PLACES.other_names[i] ? PLACES.other_names[i].split(';') : []);

export const PLACE_NAMES = searchIndex(PLACES.name.map((name, i) => [name, ...otherNames(i)]));

/** Which places a filter keeps: by any of their names and spellings, by code, by region. */
export function isKept(query) {
  const wanted = fold(query.trim());
  if (!wanted) return PLACES.place_id.map(() => true);
  const byName = ranks(PLACE_NAMES, query);
  return PLACES.place_id.map((id, i) => {
    const codes = [id, PLACES.national_code && PLACES.national_code[i], adminName(PLACES.admin1_code[i])];
    return byName[i] < Infinity || codes.some((text) => text && fold(text).includes(wanted));
  });
}

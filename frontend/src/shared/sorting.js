// Sorting the rows of a table.
import { known } from './numbers.js';

/** Order of two rows by a column's values: missing values last, either way; equal rows in their own order. */
export function compareRows(values, { isNumber, isDown, collator }) {
  const isMissing = (value) => (isNumber ? !known(value) : !value);
  const sign = isDown ? -1 : 1;
  return (a, b) => {
    const [x, y] = [values[a], values[b]];
    const missing = isMissing(x) - isMissing(y);
    if (missing) return missing;
    if (isMissing(x)) return a - b;
    return sign * (isNumber ? x - y : collator.compare(x, y)) || a - b;
  };
}

/** What a column's head tells assistive technology. */
export function ariaSort(isSorted, isDown) {
  if (!isSorted) return 'none';
  return isDown ? 'descending' : 'ascending';
}

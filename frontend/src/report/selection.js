// Which place is opened; the card, the map, the table and the address follow.
const listeners = [];
let opened = -1;

/** Row of the opened place, -1 if none is. */
export const openedPlace = () => opened;

/** Be told of each change: the row, and whether the map is to go there. */
export function onSelection(listener) {
  listeners.push(listener);
}

function tell(options) {
  for (const listener of listeners) listener(opened, options);
}

export function openPlace(i, { fly = false } = {}) {
  opened = i;
  tell({ fly });
}

export function closePlace() {
  if (opened < 0) return;
  opened = -1;
  tell({ fly: false });
}

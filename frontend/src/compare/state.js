// What the reader has chosen on the page of comparison.
export const state = {
  isByChange: false, // colour of the places: by what changes, or by technology
  opened: -1, // row of the opened place
  filter: '',
  isOnlyChanged: true,
  sorting: { key: 'weight', isDown: true },
};

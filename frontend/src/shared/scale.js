// Axes and map scales.

/** Round values of an axis, about `n` of them. */
export function niceTicks(low, high, n) {
  const raw = (high - low) / n || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor((high + step * 1e-6) / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => (first + k) * step || 0);
}

/** The point of a list whose position is nearest. */
export const nearest = (positions, at) =>
  positions.reduce((best, x, i) => (Math.abs(x - at) < Math.abs(positions[best] - at) ? i : best), 0);

const mercator = (lat) => Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);

/** Zoom at which some bounds fill a box: sizes follow from it, so that small and large countries read alike. */
export function fitZoom([west, south, east, north], widthPx, heightPx, paddingPx) {
  const wide = Math.max((east - west) / 360, 1e-6);
  const high = Math.max(mercator(north) - mercator(south), 1e-6);
  const [x, y] = [widthPx, heightPx].map((px) => Math.max(px - 2 * paddingPx, 100));
  return Math.log2(Math.min(x / wide, y / high) / 512);
}

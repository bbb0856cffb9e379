// How the page's data are packed: columns as arrays, repeated words once, coordinates as differences in 1e-5 degrees.
const SCALE = 100000;
const PACKED_APART = ['lines', 'lonlat'];

const column = (values) => (values && values.words ? values.at.map((i) => values.words[i]) : values);

export function unpackTable(packed) {
  if (!packed) return null;
  return Object.fromEntries(
    Object.entries(packed).map(([name, values]) => [name, PACKED_APART.includes(name) ? values : column(values)]),
  );
}

export function unpackLine(steps) {
  const points = [];
  let [lon, lat] = [0, 0];
  for (let i = 0; i < steps.length; i += 2) {
    lon += steps[i];
    lat += steps[i + 1];
    points.push([lon / SCALE, lat / SCALE]);
  }
  return points;
}

/** Rows of a table by the value of one of its columns. */
export function rowsBy(table, key) {
  const rows = new Map();
  if (table) {
    table[key].forEach((id, i) => {
      if (rows.has(id)) rows.get(id).push(i);
      else rows.set(id, [i]);
    });
  }
  return rows;
}

export const indices = (columnOfTable) => columnOfTable.map((_, i) => i);
export const pointOf = (table, i) => [table.lonlat[2 * i] / SCALE, table.lonlat[2 * i + 1] / SCALE];

// GeoJSON for the map
export const collection = (features) => ({ type: 'FeatureCollection', features });
export const feature = (geometry, properties) => ({ type: 'Feature', geometry, properties });
export const outlineOf = (lines) => feature({ type: 'MultiLineString', coordinates: lines.map(unpackLine) }, {});

export const lineFeatures = (table, properties) =>
  collection(
    (table ? table.lines : []).map((shape, i) =>
      feature({ type: 'MultiLineString', coordinates: shape.map(unpackLine) }, { i, ...properties(i) }),
    ),
  );

export const pointFeatures = (table, properties) =>
  collection(
    Array.from({ length: table.lonlat.length / 2 }, (_, i) =>
      feature({ type: 'Point', coordinates: pointOf(table, i) }, { i, ...properties(i) }),
    ),
  );

function bytesOf(base64) {
  const text = atob(base64);
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

const urls = new WeakMap();

/** Address of a picture of the data, made once. */
export function imageUrl(picture) {
  if (!urls.has(picture)) {
    urls.set(picture, URL.createObjectURL(new Blob([bytesOf(picture.image)], { type: picture.type })));
  }
  return urls.get(picture);
}

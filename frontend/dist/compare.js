(() => {
  // src/shared/address.js
  function encodeState(state2) {
    return Object.entries(state2).filter(([, value]) => value !== "" && value !== null && value !== void 0).map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",")}`).join("&");
  }
  function decodeState(hash) {
    const state2 = {};
    for (const pair of hash.replace(/^#/, "").split("&")) {
      const [name, ...value] = pair.split("=");
      if (!value.length) continue;
      try {
        state2[name] = decodeURIComponent(value.join("="));
      } catch {
        continue;
      }
    }
    return state2;
  }
  function replaceAddress(state2) {
    const hash = encodeState(state2);
    const bare = window.location.href.split("#")[0];
    window.history.replaceState(null, "", hash ? `${bare}#${hash}` : bare);
  }

  // src/shared/dom.js
  var SVG = /* @__PURE__ */ new Set(["svg", "path", "line", "circle", "text", "g", "rect", "polyline", "title"]);
  var isShown = (child) => child !== null && child !== void 0 && child !== false;
  function h(tag, attributes, ...children) {
    const element = SVG.has(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (!isShown(value)) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (name === "style") Object.assign(element.style, value);
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat(Infinity).filter(isShown));
    return element;
  }
  function fill(element, ...children) {
    element.replaceChildren(...children.flat(Infinity).filter(isShown));
    return element;
  }
  var byId = (id) => document.getElementById(id);
  function refill(element, ...children) {
    const focused = element.contains(document.activeElement) ? document.activeElement.dataset.key : void 0;
    fill(element, ...children);
    if (focused === void 0) return;
    const again = [...element.querySelectorAll("[data-key]")].find((item) => item.dataset.key === focused);
    if (again) again.focus({ preventScroll: true });
  }
  var tableOf = (className, columns2, rows) => h(
    "table",
    { class: className },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        columns2.filter(Boolean).map(([text, css]) => h("th", { scope: "col", class: css || null }, text))
      )
    ),
    h("tbody", {}, rows)
  );
  var wideTable = (...of) => h("div", { class: "wide-table" }, tableOf(...of));
  var definitions = (rows) => h(
    "dl",
    {},
    rows.filter((row) => row && isShown(row[1]) && row[1] !== "").map(([term, value]) => [h("dt", {}, term), h("dd", {}, value)])
  );
  var figure = (what, value, note2, isWide) => h(
    "div",
    { class: isWide ? "figure wide" : "figure" },
    h("div", { class: "what" }, what),
    h("div", { class: "value" }, value),
    note2 && h("div", { class: "note" }, note2)
  );
  var panel = (title, ...content) => h("div", { class: "panel" }, h("h3", {}, title), content);
  var note = (...content) => h("p", { class: "note" }, content);
  var bar = ({ name, text, length, colour: colour2 }) => h(
    "div",
    { class: "bar" },
    h("div", { class: "line" }, h("span", {}, name), h("span", {}, text)),
    h(
      "div",
      { class: "track" },
      h("div", {
        class: "fill",
        style: { width: `${100 * Math.min(Math.max(length, 0), 1)}%`, background: colour2 || "" }
      })
    )
  );
  function bars(rows) {
    const most = Math.max(...rows.map((row) => row.value), 1e-9);
    return h(
      "div",
      { class: "bars" },
      rows.map(
        (row) => bar({
          name: [row.name, row.note && h("small", {}, ` · ${row.note}`)],
          text: row.text,
          length: row.value / most,
          colour: row.colour
        })
      )
    );
  }

  // src/shared/messages.js
  var slotsOf = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]);
  function renderMessage(text, values = {}) {
    const pieces = [];
    const faults = [];
    const wanted = new Set(slotsOf(text));
    text.split(/\{(\w+)\}/).forEach((piece, i) => {
      if (i % 2 === 0) {
        if (piece) pieces.push(piece);
        return;
      }
      const value = values[piece];
      if (value === void 0 || value === null) faults.push(`no value for {${piece}}`);
      pieces.push(value ?? "–");
    });
    for (const name of Object.keys(values)) if (!wanted.has(name)) faults.push(`no slot for ${name}`);
    if (/[{}]/.test(text.replace(/\{\w+\}/g, ""))) faults.push("a brace stands alone");
    return { pieces, faults };
  }
  var texts = {};
  var current = "en";
  function setTexts(all, first) {
    texts = all;
    setLanguage(first);
  }
  function setLanguage(code) {
    current = code in texts ? code : Object.keys(texts)[0];
  }
  var language = () => current;
  var languages = () => Object.keys(texts);
  var nameOfLanguage = (code) => texts[code].language;
  function parts(key, values) {
    const text = texts[current] && texts[current][key];
    if (text === void 0) {
      console.error(`no message ${key} in ${current}`);
      return [key];
    }
    const { pieces, faults } = renderMessage(text, values);
    if (faults.length) console.error(`message ${key} in ${current}: ${faults.join("; ")}`);
    return pieces;
  }
  var t = (key, values) => parts(key, values).join("");

  // src/shared/numbers.js
  var NBSP = " ";
  var OWN_DIGITS = 3;
  var digits = 3;
  function setDigits(n) {
    digits = n;
  }
  var numberLanguage = () => [language(), { az: "de" }[language()] || "en"].find((code) => Intl.NumberFormat.supportedLocalesOf([code]).length);
  var formatter = (options) => new Intl.NumberFormat(numberLanguage(), options);
  var known = (value) => value !== null && value !== void 0 && Number.isFinite(value);
  var count = (value) => known(value) ? formatter({ maximumFractionDigits: 0 }).format(value) : "–";
  var decimal = (value, most = 1) => known(value) ? formatter({ maximumFractionDigits: most }).format(value) : "–";
  var roundedSum = (value) => value ? Number(value.toPrecision(digits)) : 0;
  var LEAST_SHARE = 1e-4;
  function share(value) {
    if (!known(value)) return "–";
    const percent = (v, most) => formatter({ style: "percent", maximumFractionDigits: most }).format(v);
    if (value > 0 && value < LEAST_SHARE / 2) return `< ${percent(LEAST_SHARE, 2)}`;
    if (value > 0.995 && value < 1) return percent(Math.min(value, 1 - LEAST_SHARE), 2);
    return percent(value, value > 0 && value < 0.01 ? 2 : 1);
  }
  function scaleOf(size) {
    if (size >= 1e9) return [1e9, t("billion")];
    if (size >= 1e6) return [1e6, t("million")];
    return [1, ""];
  }
  function money(value) {
    if (!known(value)) return "–";
    const rounded = roundedSum(value);
    const [divisor, word] = scaleOf(Math.abs(rounded));
    const number = formatter({ maximumSignificantDigits: digits, useGrouping: true }).format(rounded / divisor);
    return ["USD", number, word].filter(Boolean).join(NBSP);
  }
  function people(value) {
    if (!known(value)) return "–";
    const most = Math.max(digits, OWN_DIGITS);
    const rounded = Number(Math.round(value).toPrecision(most));
    if (rounded < 1e6) return count(rounded);
    return `${formatter({ maximumSignificantDigits: most }).format(rounded / 1e6)}${NBSP}${t("million")}`;
  }
  var speed = (value) => known(value) ? `${formatter({ maximumSignificantDigits: 3 }).format(value)}${NBSP}Mbit/s` : "–";
  function speedRange(least, most) {
    const [low, high] = [speed(least), speed(most)];
    return low === high ? high : `${low.replace(`${NBSP}Mbit/s`, "")} – ${high}`;
  }
  var signed = (value, show, least = 1e-9) => Math.abs(value) < least ? "0" : `${value > 0 ? "+" : "−"}${show(Math.abs(value))}`;
  var signedMoney = (value) => signed(value, money, 5e-3);
  var points = (value) => signed(value, (v) => t("cmp_points", { n: decimal(100 * v, v < 0.01 ? 2 : 1) }), 5e-5);

  // src/shared/unpack.js
  var SCALE = 1e5;
  var PACKED_APART = ["lines", "lonlat"];
  var column = (values) => values && values.words ? values.at.map((i) => values.words[i]) : values;
  function unpackTable(packed) {
    if (!packed) return null;
    return Object.fromEntries(
      Object.entries(packed).map(([name, values]) => [name, PACKED_APART.includes(name) ? values : column(values)])
    );
  }
  function unpackLine(steps) {
    const points2 = [];
    let [lon, lat] = [0, 0];
    for (let i = 0; i < steps.length; i += 2) {
      lon += steps[i];
      lat += steps[i + 1];
      points2.push([lon / SCALE, lat / SCALE]);
    }
    return points2;
  }
  function rowsBy(table, key) {
    const rows = /* @__PURE__ */ new Map();
    if (table) {
      table[key].forEach((id, i) => {
        if (rows.has(id)) rows.get(id).push(i);
        else rows.set(id, [i]);
      });
    }
    return rows;
  }
  var indices = (columnOfTable) => columnOfTable.map((_, i) => i);
  var pointOf = (table, i) => [table.lonlat[2 * i] / SCALE, table.lonlat[2 * i + 1] / SCALE];
  var collection = (features) => ({ type: "FeatureCollection", features });
  var feature = (geometry, properties) => ({ type: "Feature", geometry, properties });
  var outlineOf = (lines) => feature({ type: "MultiLineString", coordinates: lines.map(unpackLine) }, {});
  var lineFeatures = (table, properties) => collection(
    (table ? table.lines : []).map(
      (shape, i) => feature({ type: "MultiLineString", coordinates: shape.map(unpackLine) }, { i, ...properties(i) })
    )
  );
  var pointFeatures = (table, properties) => collection(
    Array.from(
      { length: table.lonlat.length / 2 },
      (_, i) => feature({ type: "Point", coordinates: pointOf(table, i) }, { i, ...properties(i) })
    )
  );
  function bytesOf(base64) {
    const text = atob(base64);
    return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  }
  var urls = /* @__PURE__ */ new WeakMap();
  function imageUrl(picture) {
    if (!urls.has(picture)) {
      urls.set(picture, URL.createObjectURL(new Blob([bytesOf(picture.image)], { type: picture.type })));
    }
    return urls.get(picture);
  }

  // src/shared/payload.js
  var DATA = JSON.parse(document.getElementById("data").textContent);
  setTexts(JSON.parse(document.getElementById("texts").textContent), document.documentElement.lang);
  setDigits(DATA.meta.digits);
  var META = DATA.meta;
  var FIGURES = DATA.figures;
  var PLAN = FIGURES.plan || {};
  var PLACES = unpackTable(DATA.places);
  var PLANNED = unpackTable(DATA.planned);
  var ASSIGNMENTS = unpackTable(DATA.assignments);
  var ALTERNATIVES = unpackTable(DATA.alternatives);
  var SITES = unpackTable(DATA.sites);
  var LINKS = unpackTable(DATA.links);
  var N_PLACES = PLACES.place_id.length;
  var ADMIN1 = new Map(DATA.admin1.code.map((code, i) => [code, DATA.admin1.name[i] || code]));
  var nameOfAdmin1 = (code) => ADMIN1.get(code) || "";
  var VOCABULARY = DATA.vocabulary;
  var TECHNOLOGIES = VOCABULARY.technologies;
  var STATUSES = VOCABULARY.statuses;
  var COLOURS = DATA.colours;

  // src/shared/frame.js
  function drawFrame(title, subtitle) {
    document.documentElement.lang = language();
    document.title = title;
    byId("title").textContent = title;
    byId("subtitle").textContent = subtitle;
    for (const element of document.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);
    const banner = byId("sketch-banner");
    banner.hidden = !META.sketch;
    if (META.sketch) fill(banner, h("strong", {}, t("sketch_banner")), ` ${t("sketch_banner_more")}`);
    byId("language").value = language();
  }
  function startLanguages(redraw) {
    const select = byId("language");
    fill(
      select,
      languages().map((code) => h("option", { value: code, lang: code }, nameOfLanguage(code)))
    );
    select.hidden = languages().length < 2;
    select.addEventListener("change", () => {
      setLanguage(select.value);
      redraw();
    });
  }
  function measureTop() {
    const banner = META.sketch ? byId("sketch-banner").offsetHeight : 0;
    const used = document.querySelector(".top").offsetHeight + banner;
    document.documentElement.style.setProperty("--top-height", `${used}px`);
  }
  function sayNoMap() {
    byId("map-message").textContent = t("no_webgl");
    byId("map-message").dataset.text = "no_webgl";
    document.body.dataset.ready = "no-map";
  }

  // src/shared/place_rows.js
  var SUMS = ["households", "population", "capex_usd", "opex_usd_per_year", "pv_usd"];
  function groupByTechnology(table, rows) {
    const groups = /* @__PURE__ */ new Map();
    for (const r of rows) {
      const technology = table.technology[r];
      if (!groups.has(technology)) {
        const zero = Object.fromEntries(SUMS.map((name) => [name, 0]));
        groups.set(technology, {
          technology,
          ...zero,
          least: Infinity,
          most: -Infinity,
          sites: /* @__PURE__ */ new Set(),
          why: /* @__PURE__ */ new Set()
        });
      }
      const group = groups.get(technology);
      for (const name of SUMS) group[name] += table[name][r] || 0;
      if (known(table.dl_mbps[r])) {
        group.least = Math.min(group.least, table.dl_mbps[r]);
        group.most = Math.max(group.most, table.dl_mbps[r]);
      }
      if (table.site_id[r]) group.sites.add(table.site_id[r]);
      if (table.why[r]) group.why.add(table.why[r]);
    }
    return [...groups.values()].map((group) => ({ ...group, sites: [...group.sites], why: [...group.why] })).sort((a, b) => b.households - a.households);
  }

  // src/shared/labels.js
  var techName = (name) => t(`tech_${name}`);
  var adminName = (code) => nameOfAdmin1(code) || (code ? t("region", { code }) : "");
  var swatch = (colour2, shape = "") => h("span", { class: `swatch ${shape}`, style: shape === "dash" ? { color: colour2 } : { background: colour2 } });
  var techSwatch = (name) => swatch(COLOURS.technology[name]);
  function moneyFigure(value) {
    const [currency, ...rest] = money(value).split(" ");
    return rest.length ? [h("small", {}, currency), ` ${rest.join(" ")}`] : currency;
  }

  // src/shared/plan_groups.js
  var N_SITES_NAMED = 3;
  function figuresOf(group) {
    const isServed = group.technology !== "none";
    const sites = group.sites.length <= N_SITES_NAMED ? group.sites.join(", ") : count(group.sites.length);
    return [
      [t("people"), count(group.population)],
      [t("households"), count(group.households)],
      isServed && Number.isFinite(group.least) && [t("speed"), speedRange(group.least, group.most)],
      [t(group.sites.length > 1 ? "layer_sites" : "site"), sites],
      isServed && [t("capex"), money(group.capex_usd)],
      isServed && [t("opex"), `${money(group.opex_usd_per_year)} ${t("per_year")}`],
      isServed && [t("pv"), money(group.pv_usd)],
      isServed && group.households > 0 && group.pv_usd > 0 && [`– ${t("col_pv_household")}`, money(group.pv_usd / group.households)]
    ];
  }
  function reasons([first, ...others]) {
    if (!first) return null;
    return [
      h("p", { class: "why" }, first),
      others.length > 0 && h(
        "details",
        { class: "more whys" },
        h("summary", {}, t("card_more_reasons", { n: count(others.length) })),
        h(
          "ul",
          { class: "notes" },
          others.map((why) => h("li", {}, why))
        )
      )
    ];
  }
  var planGroup = (group) => [
    h("p", { class: "served" }, techSwatch(group.technology), techName(group.technology)),
    definitions(figuresOf(group)),
    reasons(group.why)
  ];

  // src/shared/map_base.js
  var [west, south, east, north] = META.bounds;
  function newMap(container, style, padding, more = {}) {
    const map = new maplibregl.Map({
      container,
      style,
      attributionControl: false,
      bounds: [
        [west, south],
        [east, north]
      ],
      fitBoundsOptions: { padding },
      maxZoom: 15,
      minZoom: 2,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      preserveDrawingBuffer: true,
      ...more
    });
    map.touchZoomRotate.disableRotation();
    map.on("error", (event) => console.error(event.error && event.error.message));
    return map;
  }
  var zoomControl = () => new maplibregl.NavigationControl({ showCompass: false });
  var scaleControl = () => new maplibregl.ScaleControl({ maxWidth: 120 });
  var geojson = (data) => ({ type: "geojson", data });
  var groundSources = () => ({
    relief: { type: "image", url: imageUrl(DATA.relief), coordinates: DATA.relief.corners },
    outline: geojson(outlineOf(DATA.outline)),
    admin1: geojson(outlineOf(DATA.admin1.lines))
  });
  var background = { id: "background", type: "background", paint: { "background-color": "#eeeff0" } };
  var matching = (property, colours, other) => [
    "match",
    ["get", property],
    ...Object.entries(colours).flat(),
    other
  ];
  var byPeople = ["-", 0, ["get", "population"]];
  var LABEL_FONTS = ["system-ui", "Segoe UI", "Noto Sans", "Liberation Sans", "Arial"];
  var LABEL_PAINT = {
    "text-color": "#17252f",
    "text-halo-color": "rgba(255,255,255,0.92)",
    "text-halo-width": 1.5
  };
  var around = (point, reach) => [
    [point.x - reach, point.y - reach],
    [point.x + reach, point.y + reach]
  ];
  function featuresNear(map, point, reach, layers) {
    const shown = layers.filter((id) => map.getLayer(id) && map.getLayoutProperty(id, "visibility") !== "none");
    return shown.length ? map.queryRenderedFeatures(around(point, reach), { layers: shown }) : [];
  }

  // src/shared/scale.js
  var mercator = (lat) => Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360)) / (2 * Math.PI);
  function fitZoom([west2, south2, east2, north2], widthPx, heightPx, paddingPx) {
    const wide = Math.max((east2 - west2) / 360, 1e-6);
    const high = Math.max(mercator(north2) - mercator(south2), 1e-6);
    const [x, y] = [widthPx, heightPx].map((px) => Math.max(px - 2 * paddingPx, 100));
    return Math.log2(Math.min(x / wide, y / high) / 512);
  }

  // src/compare/sides.js
  var A = {
    letter: "a",
    name: META.scenario,
    assigned: ASSIGNMENTS,
    rows: rowsBy(ASSIGNMENTS, "place_id"),
    sites: SITES,
    links: LINKS,
    plan: PLAN
  };
  var ASSIGNMENTS_B = unpackTable(DATA.b.assignments);
  var B = {
    letter: "b",
    name: DATA.b.scenario,
    assigned: ASSIGNMENTS_B,
    rows: rowsBy(ASSIGNMENTS_B, "place_id"),
    sites: unpackTable(DATA.b.sites),
    links: unpackTable(DATA.b.links),
    plan: DATA.b.plan || {}
  };
  var DIFF = unpackTable(DATA.comparison.places);
  var FIGURE_ROWS = DATA.comparison.figures;
  var KEY = DATA.comparison.summary;
  var INPUTS = DATA.comparison.inputs;
  var CHANGES = Object.keys(COLOURS.change);
  var changeName = (name) => t(`cmp_change_${name}`);
  var changeMark = (name) => h("span", { class: "change" }, swatch(COLOURS.change[name]), changeName(name));

  // src/compare/state.js
  var state = {
    isByChange: false,
    // colour of the places: by what changes, or by technology
    opened: -1,
    // row of the opened place
    filter: "",
    isOnlyChanged: true,
    sorting: { key: "weight", isDown: true }
  };

  // src/compare/maps.js
  var PADDING_PX = 30;
  var NEAR_PX = 8;
  var PLACE_ZOOM = 10;
  var MOST_PEOPLE = Math.max(1, ...DIFF.population);
  var NAMED_FROM = MOST_PEOPLE / 12;
  var maps = [];
  var placeFeatures = ({ letter }) => pointFeatures(PLACES, (i) => ({
    name: DIFF.name[i],
    population: DIFF.population[i],
    technology: DIFF[`technology_${letter}`][i],
    change: DIFF.change[i]
  }));
  var colour = () => state.isByChange ? matching("change", COLOURS.change, COLOURS.change.same) : matching("technology", COLOURS.technology, COLOURS.technology.existing);
  function layersOf() {
    const box = byId("swipe");
    const zoom = fitZoom(META.bounds, box.clientWidth, box.clientHeight, PADDING_PX);
    const zoomed = (one, two) => ["interpolate", ["linear"], ["zoom"], zoom, one, zoom + 5, two];
    const root = ["sqrt", ["max", ["get", "population"], 0]];
    const sized = (largest, least) => ["max", ["*", root, largest / Math.sqrt(MOST_PEOPLE)], least];
    const line = (id, source, look, more = {}) => ({ id, type: "line", source, paint: look, ...more });
    const ofKind = (kind) => ({ filter: ["==", ["get", "kind"], kind] });
    return [
      background,
      { id: "relief", type: "raster", source: "relief", paint: { "raster-fade-duration": 0 } },
      line("admin1", "admin1", {
        "line-color": "#6b7a85",
        "line-opacity": 0.5,
        "line-width": 0.8,
        "line-dasharray": [3, 2]
      }),
      line("outline", "outline", { "line-color": "#41535f", "line-width": 1.4 }),
      line(
        "fibre",
        "links",
        { "line-color": COLOURS.link.fibre, "line-width": zoomed(1.3, 4) },
        { ...ofKind("fibre"), layout: { "line-cap": "round" } }
      ),
      line(
        "hops",
        "links",
        { "line-color": COLOURS.link.hop, "line-width": zoomed(1, 2.4), "line-dasharray": [3, 1.6] },
        ofKind("hop")
      ),
      {
        id: "places",
        type: "circle",
        source: "places",
        layout: { "circle-sort-key": byPeople },
        paint: {
          "circle-color": colour(),
          "circle-radius": zoomed(sized(15, 2.4), sized(60, 7)),
          "circle-opacity": 0.92,
          "circle-stroke-color": "#fff",
          "circle-stroke-width": 1
        }
      },
      {
        id: "sites",
        type: "circle",
        source: "sites",
        filter: ["!=", ["get", "status"], "existing"],
        paint: {
          "circle-radius": zoomed(1.6, 5),
          "circle-color": matching("status", COLOURS.site_status, COLOURS.site_status.existing),
          "circle-stroke-color": "#fff",
          "circle-stroke-width": 0.8
        }
      },
      labelLayer(zoom)
    ];
  }
  var labelLayer = (zoom) => ({
    id: "labels",
    type: "symbol",
    source: "places",
    layout: {
      "text-field": [
        "step",
        ["zoom"],
        ["case", [">", ["get", "population"], NAMED_FROM], ["get", "name"], ""],
        zoom + 2,
        ["get", "name"]
      ],
      "text-font": LABEL_FONTS,
      "text-size": 12,
      "text-variable-anchor": ["top", "bottom", "right", "left"],
      "text-radial-offset": 0.7,
      "symbol-sort-key": byPeople
    },
    paint: LABEL_PAINT
  });
  var styleOf = (side) => ({
    version: 8,
    sources: {
      ...groundSources(),
      links: geojson(lineFeatures(side.links, (i) => ({ kind: side.links.kind[i] }))),
      sites: geojson(pointFeatures(side.sites, (i) => ({ status: side.sites.status[i] }))),
      places: geojson(placeFeatures(side))
    },
    layers: layersOf()
  });
  function paint() {
    for (const map of maps) map.setPaintProperty("places", "circle-color", colour());
  }
  function flyTo(i) {
    if (!maps.length) return false;
    maps[0].flyTo({ center: pointOf(PLACES, i), zoom: Math.max(maps[0].getZoom(), PLACE_ZOOM) });
    return true;
  }
  function moveAsOne() {
    let isFollowing = false;
    maps.forEach((map, k) => {
      map.on("move", () => {
        if (isFollowing) return;
        isFollowing = true;
        maps[1 - k].jumpTo({ center: map.getCenter(), zoom: map.getZoom() });
        isFollowing = false;
      });
    });
  }
  function startMaps(onClick) {
    try {
      for (const side of [A, B]) maps.push(newMap(`map-${side.letter}`, styleOf(side), PADDING_PX, { fadeDuration: 0 }));
    } catch {
      maps.length = 0;
      sayNoMap();
      return;
    }
    moveAsOne();
    for (const map of maps) {
      map.on("click", ({ point }) => {
        const [found] = featuresNear(map, point, NEAR_PX, ["places"]);
        if (found) onClick(found.properties.i);
      });
    }
    maps[1].addControl(zoomControl(), "top-right");
    maps[0].addControl(scaleControl(), "bottom-left");
    const drawn = maps.map((map) => new Promise((done) => map.once("idle", done)));
    Promise.all(drawn).then(() => {
      byId("map-message").hidden = true;
      document.body.dataset.ready = "map";
    });
  }
  function startSlider() {
    const move = () => byId("swipe").style.setProperty("--at", `${byId("slider").value}%`);
    byId("slider").addEventListener("input", move);
    move();
  }

  // src/compare/card.js
  var opener = null;
  var listeners = [];
  function onPlace(listener) {
    listeners.push(listener);
  }
  function sideOf(side, i) {
    const rows = side.rows.get(DIFF.place_id[i]) || [];
    return [
      h("h3", {}, side.name),
      definitions([
        [t("people_reached"), count(DIFF[`reached_people_${side.letter}`][i])],
        [t("pv"), money(DIFF[`pv_usd_${side.letter}`][i])],
        [t("speed"), speed(DIFF[`dl_mbps_${side.letter}`][i])]
      ]),
      groupByTechnology(side.assigned, rows).map(planGroup)
    ];
  }
  function drawCard() {
    const i = state.opened;
    if (i < 0) return;
    const close = { class: "icon", type: "button", "aria-label": t("close"), onclick: closePlace };
    fill(
      byId("card"),
      h(
        "header",
        {},
        h(
          "div",
          { class: "names" },
          h("h2", {}, DIFF.name[i]),
          h("p", { class: "sub" }, `${count(DIFF.population[i])} ${t("people")}`)
        ),
        h("button", close, "×")
      ),
      h("p", {}, changeMark(DIFF.change[i])),
      [A, B].map((side) => sideOf(side, i))
    );
  }
  function openPlace(i, { fly = false } = {}) {
    const card = byId("card");
    if (state.opened < 0) opener = document.activeElement;
    state.opened = i;
    drawCard();
    card.hidden = false;
    card.scrollTop = 0;
    card.focus({ preventScroll: true });
    if (fly && flyTo(i)) byId("map-section").scrollIntoView({ block: "nearest" });
    for (const listener of listeners) listener();
  }
  function closePlace() {
    if (state.opened < 0) return;
    const key = opener && opener.dataset ? opener.dataset.key : void 0;
    state.opened = -1;
    byId("card").hidden = true;
    for (const listener of listeners) listener();
    const again = key && document.querySelector(`[data-key="${key}"]`);
    const back = again || opener;
    if (back && back.isConnected) back.focus({ preventScroll: true });
  }

  // src/compare/differences.js
  var PEOPLE = "people_";
  var SHARES = ["gap", "reached_share"];
  var isTechnology = (name) => name.startsWith(PEOPLE);
  var figureName = (name) => isTechnology(name) ? techName(name.slice(PEOPLE.length)) : t(`cmp_fig_${name}`);
  var km = (value) => `${count(value)} ${t("km")}`;
  function figureCells(i) {
    const [a, b, difference] = ["a", "b", "difference"].map((column2) => FIGURE_ROWS[column2][i]);
    const unit = FIGURE_ROWS.unit[i];
    if (SHARES.includes(FIGURE_ROWS.figure[i])) return [share(a), share(b), points(difference)];
    if (unit.startsWith("USD")) return [money(a), money(b), signedMoney(difference)];
    const show = { km, people }[unit] || count;
    return [show(a), show(b), signed(difference, show)];
  }
  function figureTable(rows) {
    const columns2 = [[""], [A.name, "r"], [B.name, "r"], [t("cmp_difference"), "r"]];
    const row = (i) => {
      const name = FIGURE_ROWS.figure[i];
      const cells = figureCells(i).map((text) => h("td", { class: "r" }, text));
      return h("tr", { class: name === "pv_usd" ? "strong" : null }, h("td", {}, figureName(name)), cells);
    };
    return wideTable("plain pairs", columns2, rows.map(row));
  }
  function inputValue(value) {
    if (value === null || value === void 0) return "–";
    return typeof value === "number" ? formatter({ maximumSignificantDigits: 6 }).format(value) : String(value);
  }
  function inputsPanel() {
    if (INPUTS.key.length === 0) return panel(t("cmp_inputs"), note(t("cmp_inputs_none")));
    const row = (key, i) => {
      const unit = INPUTS.unit[i] && INPUTS.unit[i] !== "1" ? ` ${INPUTS.unit[i]}` : "";
      const values = [INPUTS.a[i], INPUTS.b[i]].map((value) => h("td", { class: "r" }, inputValue(value)));
      return h("tr", {}, h("td", {}, h("code", {}, key), unit), values);
    };
    const columns2 = [[t("parameter")], [A.name, "r"], [B.name, "r"]];
    return panel(t("cmp_inputs"), wideTable("plain pairs", columns2, INPUTS.key.map(row)));
  }
  function drawDifferences() {
    const all = indices(FIGURE_ROWS.figure);
    const [ways, others] = [true, false].map((is) => all.filter((i) => isTechnology(FIGURE_ROWS.figure[i]) === is));
    fill(
      byId("difference-panels"),
      panel(t("cmp_figures"), figureTable(others)),
      panel(`${t("by_technology")} (${t("people")})`, figureTable(ways), note(t("cmp_gap_note"))),
      inputsPanel()
    );
  }

  // src/compare/headline.js
  var SAME_USD = 5e-3;
  function costSentence() {
    const cost = KEY.pv_difference_usd;
    const names = { a: A.name, b: B.name, reach: points(KEY.reached_share_difference) };
    if (Math.abs(cost) < SAME_USD) return t("cmp_head_same", names);
    const difference = { money: money(Math.abs(cost)), share: share(Math.abs(cost) / Math.max(A.plan.pv_usd, 1)) };
    return t(cost > 0 ? "cmp_head_dearer" : "cmp_head_cheaper", { ...names, ...difference });
  }
  function peopleSentence() {
    return t("cmp_head_people", {
      gain: people(KEY.gaining_people),
      lose: people(KEY.losing_people),
      n: count(KEY.places_other_technology),
      people: people(KEY.people_other_technology)
    });
  }
  function proofSentence() {
    const [low, high] = [KEY.best_difference_low_usd, KEY.best_difference_high_usd];
    const between = { low: signedMoney(low), high: signedMoney(high) };
    if (low > 0) return t("cmp_surely_dearer", { ...between, b: B.name });
    if (high < 0) return t("cmp_surely_cheaper", { ...between, b: B.name });
    return t("cmp_not_sure", between);
  }
  function drawHeadline() {
    const [gapA, gapB] = [A, B].map((side) => share(Math.max(side.plan.gap, 0)));
    const gaps = t("cmp_gaps", { a: A.name, b: B.name, gap_a: gapA, gap_b: gapB });
    fill(
      byId("headline"),
      h("p", {}, costSentence()),
      h("p", { class: "more" }, peopleSentence()),
      h("p", { class: "more" }, gaps, " ", proofSentence())
    );
    const figureOf = ({ name, plan }) => {
      const reached = `${t("people_reached")}: ${share(plan.reached_share)}`;
      return figure(`${t("fig_pv")}: ${name}`, moneyFigure(plan.pv_usd), reached);
    };
    fill(byId("figures"), [A, B].map(figureOf));
  }
  function colourChoice(isByChange, text) {
    const id = `colour-${isByChange ? "change" : "technology"}`;
    const onclick = () => {
      state.isByChange = isByChange;
      drawLegend();
      paint();
    };
    const pressed = String(state.isByChange === isByChange);
    return h("button", { type: "button", id, "data-key": id, "aria-pressed": pressed, onclick }, text);
  }
  function drawLegend() {
    const isUsed = (name) => DIFF.technology_a.includes(name) || DIFF.technology_b.includes(name);
    const row = (sign, text) => h("div", { class: "row" }, sign, text);
    const rows = state.isByChange ? CHANGES.filter((name) => DIFF.change.includes(name)).map(
      (name) => row(swatch(COLOURS.change[name]), changeName(name))
    ) : TECHNOLOGIES.filter(isUsed).map((name) => row(swatch(COLOURS.technology[name]), techName(name)));
    const choices = [colourChoice(false, t("technology")), colourChoice(true, t("cmp_change"))];
    refill(
      byId("legend"),
      h("h2", {}, t("layer_plan")),
      h("div", { class: "segment", role: "group", "aria-label": t("cmp_colour") }, choices),
      h(
        "div",
        { class: "legend" },
        rows,
        row(swatch(COLOURS.link.fibre, "line"), t("layer_fibre")),
        row(swatch(COLOURS.link.hop, "dash"), t("layer_hops")),
        h("div", {}, t("area_people"))
      )
    );
  }

  // src/shared/csv.js
  function cell(value) {
    const text = value === null || value === void 0 ? "" : String(value);
    const safe = /^[=+\-@\t]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }
  var csv = (rows) => rows.map((row) => `${row.map(cell).join(",")}\r
`).join("");
  function download(name, text) {
    const url = URL.createObjectURL(new Blob(["\uFEFF", text], { type: "text/csv;charset=utf-8" }));
    const link2 = h("a", { href: url, download: name });
    document.body.append(link2);
    link2.click();
    link2.remove();
    setTimeout(() => URL.revokeObjectURL(url), 1e4);
  }

  // src/shared/fold.js
  var LETTERS = {
    ı: "i",
    ə: "e",
    ø: "o",
    ł: "l",
    đ: "d",
    ð: "d",
    þ: "th",
    ß: "ss",
    æ: "ae",
    œ: "oe",
    ŋ: "n",
    ʻ: "",
    ʼ: "",
    "’": "",
    "‘": "",
    "'": ""
  };
  var CYRILLIC = {
    а: "a",
    б: "b",
    в: "v",
    г: "g",
    ґ: "g",
    ғ: "gh",
    д: "d",
    е: "e",
    ё: "e",
    є: "e",
    ж: "zh",
    з: "z",
    и: "i",
    і: "i",
    ї: "i",
    й: "y",
    к: "k",
    қ: "q",
    л: "l",
    м: "m",
    н: "n",
    ң: "n",
    о: "o",
    ө: "o",
    п: "p",
    р: "r",
    с: "s",
    т: "t",
    у: "u",
    ү: "u",
    ұ: "u",
    ф: "f",
    х: "kh",
    ҳ: "h",
    һ: "h",
    ц: "ts",
    ч: "ch",
    ҹ: "j",
    ш: "sh",
    щ: "sh",
    ъ: "",
    ы: "y",
    ь: "",
    э: "e",
    ә: "e",
    ю: "yu",
    я: "ya"
  };
  var SOUNDS = [
    ["dzh", "j"],
    ["tch", "c"],
    ["sch", "s"],
    ["kh", "x"],
    ["gh", "g"],
    ["zh", "j"],
    ["ch", "c"],
    ["sh", "s"],
    ["ts", "c"],
    ["ph", "f"],
    ["q", "g"],
    ["j", "c"],
    ["w", "v"],
    ["y", "i"],
    ["e", "a"]
  ];
  function fold(text) {
    const letters = String(text).toLowerCase().normalize("NFC");
    let latin = "";
    for (const letter of letters) latin += CYRILLIC[letter] ?? LETTERS[letter] ?? letter;
    return latin.normalize("NFD").replace(/\p{M}/gu, "");
  }
  function soundOf(folded) {
    let text = folded;
    for (const [written, sound] of SOUNDS) text = text.replaceAll(written, sound);
    return text.replace(/(\p{L})\1+/gu, "$1");
  }
  var searchIndex = (namesOfItems) => namesOfItems.map(
    (names) => names.filter(Boolean).map(fold).map((name) => ({ name, sound: soundOf(name) }))
  );
  function rankOf(names, wanted, sound) {
    let best = Infinity;
    for (const item of names) {
      if (item.name.startsWith(wanted)) return 0;
      if (item.name.includes(wanted)) best = Math.min(best, 1);
      else if (sound && item.sound.startsWith(sound)) best = Math.min(best, 2);
      else if (sound && item.sound.includes(sound)) best = Math.min(best, 3);
    }
    return best;
  }
  function ranks(index, query) {
    const wanted = fold(query.trim());
    const sound = soundOf(wanted);
    return index.map((names) => wanted ? rankOf(names, wanted, sound) : 0);
  }

  // src/shared/names.js
  var otherNames = (i) => PLACES.other_names && PLACES.other_names[i] ? PLACES.other_names[i].split(";") : [];
  var PLACE_NAMES = searchIndex(PLACES.name.map((name, i) => [name, ...otherNames(i)]));
  function isKept(query) {
    const wanted = fold(query.trim());
    if (!wanted) return PLACES.place_id.map(() => true);
    const byName = ranks(PLACE_NAMES, query);
    return PLACES.place_id.map((id, i) => {
      const codes = [id, PLACES.national_code && PLACES.national_code[i], adminName(PLACES.admin1_code[i])];
      return byName[i] < Infinity || codes.some((text) => text && fold(text).includes(wanted));
    });
  }

  // src/shared/sorting.js
  function compareRows(values, { isNumber, isDown, collator }) {
    const isMissing = (value) => isNumber ? !known(value) : !value;
    const sign = isDown ? -1 : 1;
    return (a, b) => {
      const [x, y] = [values[a], values[b]];
      const missing = isMissing(x) - isMissing(y);
      if (missing) return missing;
      if (isMissing(x)) return a - b;
      return sign * (isNumber ? x - y : collator.compare(x, y)) || a - b;
    };
  }
  function ariaSort(isSorted, isDown) {
    if (!isSorted) return "none";
    return isDown ? "descending" : "ascending";
  }

  // src/compare/table.js
  var MOST_ROWS = 500;
  var FIRST_WEIGHTS = { reached_more: 1e12, reached_less: 1e12, faster: 1e11, slower: 1e11, same: -1 };
  function weightOf(i) {
    const change = DIFF.change[i];
    const people2 = change.startsWith("reached") ? Math.abs(DIFF.reached_more_people[i]) : DIFF.population[i];
    return change === "same" ? 0 : (FIRST_WEIGHTS[change] || 0) + people2;
  }
  var columns = () => [
    { key: "name", name: t("col_name") },
    { key: "population", name: t("col_population"), isRight: true },
    { key: "weight", name: t("cmp_change") },
    { key: "technology_a", name: A.name },
    { key: "technology_b", name: B.name },
    { key: "reached_more_people", name: t("cmp_reached_more"), isRight: true },
    { key: "speed", name: t("cmp_speed"), isRight: true },
    { key: "pv_difference_usd", name: t("cmp_cost"), isRight: true }
  ];
  function valuesOf(key) {
    if (key === "weight") return indices(DIFF.place_id).map(weightOf);
    if (key === "speed") return DIFF.dl_mbps_b.map((speed2, i) => speed2 - DIFF.dl_mbps_a[i]);
    return DIFF[key];
  }
  function shownPlaces() {
    const kept = isKept(state.filter);
    const values = valuesOf(state.sorting.key);
    const isNumber = values.some((value) => typeof value === "number");
    const collator = new Intl.Collator(language(), { numeric: true });
    return indices(DIFF.place_id).filter((i) => kept[i] && (!state.isOnlyChanged || DIFF.change[i] !== "same")).sort(compareRows(values, { isNumber, isDown: state.sorting.isDown, collator }));
  }
  function rowOf(i) {
    const open = () => openPlace(i, { fly: true });
    const way = (name) => h("td", {}, techSwatch(name), techName(name));
    const speeds = [DIFF.dl_mbps_a[i], DIFF.dl_mbps_b[i]].map((speed2) => decimal(speed2, 0));
    const attributes = {
      class: i === state.opened ? "row chosen" : "row",
      tabindex: 0,
      "data-key": `place-${i}`,
      onclick: open,
      onkeydown: (event) => {
        if (event.key === "Enter") open();
      }
    };
    return h(
      "tr",
      attributes,
      h("td", {}, DIFF.name[i]),
      h("td", { class: "r" }, count(DIFF.population[i])),
      h("td", {}, changeMark(DIFF.change[i])),
      way(DIFF.technology_a[i]),
      way(DIFF.technology_b[i]),
      h("td", { class: "r" }, signed(Math.round(DIFF.reached_more_people[i]), count)),
      h("td", { class: "r" }, speeds.join(" → ")),
      h("td", { class: "r" }, signedMoney(DIFF.pv_difference_usd[i]))
    );
  }
  function drawRows() {
    const rows = shownPlaces();
    refill(byId("rows"), rows.slice(0, MOST_ROWS).map(rowOf));
    const told = { n: count(Math.min(rows.length, MOST_ROWS)), total: count(DIFF.place_id.length) };
    byId("shown").textContent = t("shown_of", told);
  }
  function downloadAll() {
    const names = Object.keys(DIFF).filter((name) => name !== "lonlat");
    const rows = indices(DIFF.place_id).map((i) => names.map((name) => DIFF[name][i]));
    download(`compare_${A.name}_${B.name}.csv`, csv([names, ...rows]));
  }
  function drawTools() {
    const search = { type: "search", value: state.filter, placeholder: t("filter"), "aria-label": t("filter") };
    const change = (name, of) => (event) => {
      state[name] = of(event.target);
      drawRows();
    };
    const onlyChanged = { type: "checkbox", checked: state.isOnlyChanged };
    fill(
      byId("table-tools"),
      h("input", { ...search, oninput: change("filter", (box) => box.value) }),
      h(
        "label",
        {},
        h("input", { ...onlyChanged, onchange: change("isOnlyChanged", (box) => box.checked) }),
        t("cmp_only_changed")
      ),
      h("span", { class: "spacer" }),
      h("output", { id: "shown" }),
      h("button", { class: "button", type: "button", id: "download", onclick: downloadAll }, t("cmp_download"))
    );
  }
  function headOf({ key, name, isRight }) {
    const { sorting } = state;
    const onclick = () => {
      Object.assign(sorting, { key, isDown: sorting.key === key ? !sorting.isDown : true });
      drawHead();
    };
    return h(
      "th",
      { scope: "col", class: isRight ? "r" : null, "aria-sort": ariaSort(sorting.key === key, sorting.isDown) },
      h("button", { type: "button", "data-key": `sort-${key}`, onclick }, name)
    );
  }
  function drawHead() {
    refill(byId("place-table"), h("thead", {}, h("tr", {}, columns().map(headOf))), h("tbody", { id: "rows" }));
    drawRows();
  }
  function drawTable() {
    byId("place-table").className = "compare";
    drawTools();
    drawHead();
  }

  // src/compare/who.js
  function changesPanel() {
    const rows = CHANGES.filter((name) => KEY.changes[name]).map((name) => ({
      name: changeName(name),
      note: t("cmp_places", { n: count(KEY.changes[name].places) }),
      value: KEY.changes[name].people,
      text: people(KEY.changes[name].people),
      colour: COLOURS.change[name]
    }));
    const measured = t(KEY.reach_is_measured ? "cmp_measured" : "cmp_not_measured");
    return panel(t("cmp_by_change"), bars(rows), note(measured, " ", t("cmp_change_note")));
  }
  function gainAndLoss(i) {
    const [all, reached] = [DIFF.population[i], DIFF.reached_more_people[i]];
    const told = { reached_more: [reached, 0], faster: [all, 0], reached_less: [0, -reached], slower: [0, all] };
    return told[DIFF.change[i]] || [0, 0];
  }
  function regions() {
    const sums = /* @__PURE__ */ new Map();
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
    const some = (value, css) => h("td", { class: css }, value ? people(value) : "–");
    const row = ([code, sum]) => h(
      "tr",
      {},
      h("td", {}, adminName(code) || "–"),
      some(sum.gain, "r up"),
      some(sum.lose, "r down"),
      some(sum.other, "r"),
      h("td", { class: "r" }, signedMoney(sum.pv))
    );
    const columns2 = [
      [t("col_admin1")],
      [t("cmp_gain"), "r"],
      [t("cmp_lose"), "r"],
      [t("cmp_other"), "r"],
      [t("cmp_cost"), "r"]
    ];
    return panel(t("cmp_by_region"), wideTable("plain", columns2, regions().map(row)));
  }
  function drawWho() {
    fill(byId("who-panels"), changesPanel(), regionsPanel());
  }

  // src/compare/main.js
  function drawAll() {
    const names = { a: A.name, b: B.name };
    drawFrame(t("cmp_title", { ...names, country: META.name }), t("cmp_subtitle", names));
    byId("name-a").textContent = A.name;
    byId("name-b").textContent = B.name;
    byId("slider").setAttribute("aria-label", t("cmp_slider", names));
    drawHeadline();
    drawLegend();
    drawDifferences();
    drawWho();
    drawTable();
    drawCard();
  }
  function writeLink() {
    const lang = language() === languages()[0] ? "" : language();
    replaceAddress({ lang, place: state.opened < 0 ? "" : DIFF.place_id[state.opened] });
  }
  var link = decodeState(window.location.hash);
  if (link.lang) setLanguage(link.lang);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closePlace();
  });
  window.addEventListener("resize", measureTop);
  startLanguages(() => {
    drawAll();
    writeLink();
  });
  drawAll();
  measureTop();
  onPlace(drawRows);
  onPlace(writeLink);
  startSlider();
  startMaps((i) => openPlace(i));
  var linked = DIFF.place_id.indexOf(link.place);
  if (linked >= 0) openPlace(linked, { fly: true });
  window.allreach = { maps, openPlace, closePlace, data: DATA };
})();

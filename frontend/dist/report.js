(() => {
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
  var rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  var tableOf = (className, columns, rows) => h(
    "table",
    { class: className },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        columns.filter(Boolean).map(([text2, css]) => h("th", { scope: "col", class: css || null }, text2))
      )
    ),
    h("tbody", {}, rows)
  );
  var wideTable = (...of) => h("div", { class: "wide-table" }, tableOf(...of));
  var knownRows = (rows) => rows.filter((row2) => row2 && row2[1] !== "–");
  var definitions = (rows) => h(
    "dl",
    {},
    rows.filter((row2) => row2 && isShown(row2[1]) && row2[1] !== "").map(([term, value]) => [h("dt", {}, term), h("dd", {}, value)])
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
  var bar = ({ name, text: text2, length, colour }) => h(
    "div",
    { class: "bar" },
    h("div", { class: "line" }, h("span", {}, name), h("span", {}, text2)),
    h(
      "div",
      { class: "track" },
      h("div", {
        class: "fill",
        style: { width: `${100 * Math.min(Math.max(length, 0), 1)}%`, background: colour || "" }
      })
    )
  );
  function bars(rows) {
    const most = Math.max(...rows.map((row2) => row2.value), 1e-9);
    return h(
      "div",
      { class: "bars" },
      rows.map(
        (row2) => bar({
          name: [row2.name, row2.note && h("small", {}, ` · ${row2.note}`)],
          text: row2.text,
          length: row2.value / most,
          colour: row2.colour
        })
      )
    );
  }

  // src/shared/messages.js
  var slotsOf = (text2) => [...text2.matchAll(/\{(\w+)\}/g)].map((found2) => found2[1]);
  function renderMessage(text2, values = {}) {
    const pieces = [];
    const faults = [];
    const wanted = new Set(slotsOf(text2));
    text2.split(/\{(\w+)\}/).forEach((piece, i) => {
      if (i % 2 === 0) {
        if (piece) pieces.push(piece);
        return;
      }
      const value = values[piece];
      if (value === void 0 || value === null) faults.push(`no value for {${piece}}`);
      pieces.push(value ?? "–");
    });
    for (const name of Object.keys(values)) if (!wanted.has(name)) faults.push(`no slot for ${name}`);
    if (/[{}]/.test(text2.replace(/\{\w+\}/g, ""))) faults.push("a brace stands alone");
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
  var hasMessage = (key) => Boolean(texts[current] && texts[current][key]);
  function parts(key, values) {
    const text2 = texts[current] && texts[current][key];
    if (text2 === void 0) {
      console.error(`no message ${key} in ${current}`);
      return [key];
    }
    const { pieces, faults } = renderMessage(text2, values);
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
  var plainNumber = (value) => formatter({ maximumSignificantDigits: 4 }).format(value);
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
    const rounded2 = roundedSum(value);
    const [divisor, word2] = scaleOf(Math.abs(rounded2));
    const number3 = formatter({ maximumSignificantDigits: digits, useGrouping: true }).format(rounded2 / divisor);
    return ["USD", number3, word2].filter(Boolean).join(NBSP);
  }
  function people(value) {
    if (!known(value)) return "–";
    const most = Math.max(digits, OWN_DIGITS);
    const rounded2 = Number(Math.round(value).toPrecision(most));
    if (rounded2 < 1e6) return count(rounded2);
    return `${formatter({ maximumSignificantDigits: most }).format(rounded2 / 1e6)}${NBSP}${t("million")}`;
  }
  var speed = (value) => known(value) ? `${formatter({ maximumSignificantDigits: 3 }).format(value)}${NBSP}Mbit/s` : "–";
  function speedRange(least, most) {
    const [low, high] = [speed(least), speed(most)];
    return low === high ? high : `${low.replace(`${NBSP}Mbit/s`, "")} – ${high}`;
  }

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
    const points = [];
    let [lon, lat] = [0, 0];
    for (let i = 0; i < steps.length; i += 2) {
      lon += steps[i];
      lat += steps[i + 1];
      points.push([lon / SCALE, lat / SCALE]);
    }
    return points;
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
    const text2 = atob(base64);
    return Uint8Array.from(text2, (letter) => letter.charCodeAt(0));
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
  var prefersStillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  // src/shared/labels.js
  var techName = (name) => t(`tech_${name}`);
  var adminName = (code) => nameOfAdmin1(code) || (code ? t("region", { code }) : "");
  var word = (value) => String(value || "").replaceAll("_", " ");
  var badge = (evidence) => h("span", { class: `badge ${evidence}`, title: t(`evidence_help_${evidence}`) }, t(`evidence_${evidence}`));
  var swatch = (colour, shape = "") => h("span", { class: `swatch ${shape}`, style: shape === "dash" ? { color: colour } : { background: colour } });
  var techSwatch = (name) => swatch(COLOURS.technology[name]);
  function moneyFigure(value) {
    const [currency, ...rest] = money(value).split(" ");
    return rest.length ? [h("small", {}, currency), ` ${rest.join(" ")}`] : currency;
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
  function summarise(table, rows, evidence, evidenceOrder) {
    const sums = { capex_usd: 0, opex_usd_per_year: 0, pv_usd: 0, evidence };
    for (const r of rows) {
      for (const name of ["capex_usd", "opex_usd_per_year", "pv_usd"]) sums[name] += table[name][r];
      if (evidenceOrder.indexOf(table.evidence[r]) > evidenceOrder.indexOf(sums.evidence)) {
        sums.evidence = table.evidence[r];
      }
    }
    const [{ technology }] = groupByTechnology(table, rows);
    const largest = rows.filter((r) => table.technology[r] === technology).reduce((best, r) => table.households[r] > table.households[best] ? r : best);
    return { ...sums, technology, dl_mbps: table.dl_mbps[largest] };
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
    const map2 = new maplibregl.Map({
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
    map2.touchZoomRotate.disableRotation();
    map2.on("error", (event) => console.error(event.error && event.error.message));
    return map2;
  }
  var zoomControl = () => new maplibregl.NavigationControl({ showCompass: false });
  var scaleControl = () => new maplibregl.ScaleControl({ maxWidth: 120 });
  var noFeatures = () => ({ type: "geojson", data: collection([]) });
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
  function featuresNear(map2, point, reach, layers) {
    const shown2 = layers.filter((id) => map2.getLayer(id) && map2.getLayoutProperty(id, "visibility") !== "none");
    return shown2.length ? map2.queryRenderedFeatures(around(point, reach), { layers: shown2 }) : [];
  }

  // src/report/institutions.js
  var MOST_NAMED = 200;
  var OWN_WORDS = { fwa: "inst_fwa", fibre: "inst_fibre", existing: "inst_existing", none: "inst_none" };
  var MISSED = "missed";
  var INSTITUTIONS = unpackTable(DATA.institutions);
  var verifiedOf = (i) => INSTITUTIONS.is_verified ? INSTITUTIONS.is_verified[i] : null;
  var isMissed = (i) => verifiedOf(i) === 0;
  var kindName = (kind) => hasMessage(`inst_kind_${kind}`) ? t(`inst_kind_${kind}`) : word(kind);
  function wayName(name) {
    if (name === MISSED) return t("inst_missed_sign");
    return OWN_WORDS[name] ? t(OWN_WORDS[name]) : techName(name);
  }
  var wayColour = (name) => COLOURS.technology[name === MISSED ? "none" : name] || COLOURS.institution;
  function wayOf(i) {
    if (!INSTITUTIONS.technology || !INSTITUTIONS.technology[i]) return "";
    return isMissed(i) ? MISSED : INSTITUTIONS.technology[i];
  }
  function waysUsed() {
    const ways = indices(INSTITUTIONS.institution_id).map(wayOf);
    return [...TECHNOLOGIES, MISSED].map((name) => [name, ways.filter((way) => way === name).length]).filter(([, n]) => n > 0);
  }
  function sentence(planned, seen) {
    const told2 = { n: count(planned.n_institutions), connected: count(planned.n_connected) };
    const text2 = seen ? t("inst_plain", { ...told2, verified: count(seen.verified) }) : t("inst_plain_planned", { ...told2, verified: count(0) });
    return h("p", {}, text2, known(planned.pv_usd) ? ` ${t("inst_cost", { pv: money(planned.pv_usd) })}` : "");
  }
  function kindsTable(planned, seen) {
    const kinds = Object.entries(planned.by_kind || {}).sort(
      (a, b) => b[1].institutions - a[1].institutions || a[0].localeCompare(b[0])
    );
    const verified = (kind, n) => {
      const ok = (seen.by_kind[kind] || {}).verified || 0;
      return h("td", { class: "r" }, `${count(ok)} (${share(n.institutions ? ok / n.institutions : 0)})`);
    };
    const columns = [
      [t("kind")],
      [t("inst_col_all"), "r"],
      [t("inst_col_connected"), "r"],
      seen && [t("inst_col_verified"), "r"]
    ];
    const rows = kinds.map(
      ([kind, n]) => h(
        "tr",
        {},
        h("td", {}, kindName(kind)),
        [n.institutions, n.connected].map((number3) => h("td", { class: "r" }, count(number3))),
        seen && verified(kind, n)
      )
    );
    return wideTable("plain narrow", columns, rows);
  }
  function missedList() {
    const missed = indices(INSTITUTIONS.institution_id).filter(isMissed);
    if (!missed.length) return null;
    const line2 = (i) => {
      const name = INSTITUTIONS.name[i] || INSTITUTIONS.institution_id[i];
      return h("li", {}, `${name} (${kindName(INSTITUTIONS.kind[i])}): ${INSTITUTIONS.not_verified_why[i]}`);
    };
    return h(
      "details",
      { class: "more" },
      h("summary", {}, t("inst_missed", { n: count(missed.length) })),
      h("ul", { class: "notes" }, missed.slice(0, MOST_NAMED).map(line2))
    );
  }
  function institutionsPanel() {
    const planned = PLAN.institutions || {};
    const seen = (FIGURES.verify || {}).institutions;
    if (!planned.n_institutions) return null;
    const byTechnology = planned.by_technology || {};
    const rows = TECHNOLOGIES.filter((name) => byTechnology[name]).map((name) => ({
      name: wayName(name),
      value: byTechnology[name],
      text: count(byTechnology[name]),
      colour: wayColour(name)
    }));
    return panel(
      t("inst_title"),
      sentence(planned, seen),
      h("div", { class: "apart" }, bars(rows)),
      h("div", { class: "apart" }, kindsTable(planned, seen)),
      missedList(),
      seen && note(t("inst_note"))
    );
  }
  function institutionDetails(i) {
    const of = (name) => INSTITUTIONS[name] ? INSTITUTIONS[name][i] : null;
    const planned = of("technology");
    return h(
      "div",
      { class: "popup" },
      h("h3", {}, of("name") || kindName(of("kind"))),
      badge(of("evidence")),
      definitions(
        knownRows([
          [t("kind"), kindName(of("kind"))],
          planned && [t("card_plan"), wayName(planned)],
          planned && [t("site"), of("site_id")],
          [t("site_demand"), speed(of("need_mbps"))],
          [t("pv"), money(of("pv_usd"))],
          known(of("is_verified")) && [t("inst_measured"), of("is_verified") ? t("inst_yes") : of("not_verified_why")]
        ])
      ),
      planned && of("plan_why") && h("p", { class: "why" }, of("plan_why"))
    );
  }

  // src/report/icons.js
  var SITE_EDGE = 40;
  var INSTITUTION_EDGE = 32;
  var TRIANGLE = [20, 4, 35, 33, 5, 33];
  var DIAMOND = [20, 5, 35, 20, 20, 35, 5, 20];
  var SQUARE = [9, 9, 31, 9, 31, 31, 9, 31];
  var SHAPES = { exchange: SQUARE, relay: DIAMOND };
  function canvasOf(edge) {
    const canvas = h("canvas", { width: edge, height: edge });
    return [canvas, canvas.getContext("2d")];
  }
  function trace(pen, corners) {
    pen.beginPath();
    for (let i = 0; i < corners.length; i += 2) pen.lineTo(corners[i], corners[i + 1]);
    pen.closePath();
  }
  function siteIcon(status) {
    const [canvas, pen] = canvasOf(SITE_EDGE);
    Object.assign(pen, { lineWidth: 4, strokeStyle: "#fff", fillStyle: COLOURS.site_status[status], lineJoin: "round" });
    trace(pen, SHAPES[status] || TRIANGLE);
    pen.stroke();
    pen.fill();
    return canvas;
  }
  function institutionIcon(way) {
    const [canvas, pen] = canvasOf(INSTITUTION_EDGE);
    Object.assign(pen, { lineWidth: 6, strokeStyle: wayColour(way), fillStyle: "#fff" });
    trace(pen, [7, 7, 25, 7, 25, 25, 7, 25]);
    pen.fill();
    pen.stroke();
    return canvas;
  }
  var INSTITUTION = "institution";
  var SITE = "site";
  var siteSign = (status) => `${SITE}:${status}`;
  var institutionSign = (way) => way ? `${INSTITUTION}:${way}` : INSTITUTION;
  function pixelsOf(sign) {
    const [kind, of] = sign.split(":");
    const canvas = kind === INSTITUTION ? institutionIcon(of) : siteIcon(of);
    return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  }

  // src/shared/scale.js
  function niceTicks(low, high, n) {
    const raw = (high - low) / n || 1;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999);
    const first = Math.ceil(low / step - 1e-9);
    const last = Math.floor((high + step * 1e-6) / step);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => (first + k) * step || 0);
  }
  var nearest = (positions, at2) => positions.reduce((best, x, i) => Math.abs(x - at2) < Math.abs(positions[best] - at2) ? i : best, 0);
  var mercator = (lat) => Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360)) / (2 * Math.PI);
  function fitZoom([west2, south2, east2, north2], widthPx, heightPx, paddingPx) {
    const wide = Math.max((east2 - west2) / 360, 1e-6);
    const high = Math.max(mercator(north2) - mercator(south2), 1e-6);
    const [x, y] = [widthPx, heightPx].map((px) => Math.max(px - 2 * paddingPx, 100));
    return Math.log2(Math.min(x / wide, y / high) / 512);
  }

  // src/report/robustness.js
  var ROBUST = unpackTable(DATA.robustness);
  var ANSWERS = DATA.answers || {};
  var HELD_STEPS = COLOURS.held;
  var rowOfPlace = /* @__PURE__ */ new Map();
  if (ROBUST) {
    ROBUST.item_id.forEach((id, i) => {
      if (ROBUST.kind[i] === "place") rowOfPlace.set(id, i);
    });
  }
  var hasHeld = rowOfPlace.size > 0;
  var heldShare = (id) => rowOfPlace.has(id) ? ROBUST.share[rowOfPlace.get(id)] : -1;
  function heldBar(text2, held, all) {
    return bar({
      name: text2,
      text: `${count(held)} / ${count(all)} (${share(held / all)})`,
      length: held / all,
      colour: HELD_STEPS.at(-1)[1]
    });
  }
  function robustPanel() {
    if (!ROBUST || !known(ANSWERS.n_draws)) return null;
    const kinds = [
      ["places", t("places")],
      ["sites", t("layer_sites")],
      ["links", t("robust_links")]
    ];
    const rows = kinds.map(([name, text2]) => [text2, ANSWERS[`${name}_held`], ANSWERS[`${name}_decided`]]).filter(([, , all]) => all > 0);
    const cost = { low: money(ANSWERS.pv_p5_usd), middle: money(ANSWERS.pv_p50_usd), high: money(ANSWERS.pv_p95_usd) };
    const regret = { mean: money(ANSWERS.regret_mean_usd), most: money(ANSWERS.regret_p95_usd) };
    const plain = {
      n: count(ANSWERS.n_draws),
      held: count(ANSWERS.places_held),
      all: count(ANSWERS.places_decided),
      people: share(ANSWERS.people_held_share)
    };
    return panel(
      t("robust_title"),
      h("p", {}, t("robust_plain", plain)),
      note(t("robust_cost", cost)),
      note(t("robust_regret", regret)),
      h(
        "div",
        { class: "bars apart" },
        rows.map((row2) => heldBar(...row2))
      ),
      note(t("robust_note"))
    );
  }
  function heldPart(i) {
    const row2 = rowOfPlace.get(PLACES.place_id[i]);
    if (row2 === void 0) return null;
    const other = ROBUST.other[row2];
    return h(
      "p",
      { class: "switch" },
      t("robust_card", { share: share(ROBUST.share[row2]), way: techName(ROBUST.decision[row2]) }),
      other ? ` ${t("robust_card_other", { way: techName(other), share: share(ROBUST.other_share[row2]) })}` : ""
    );
  }

  // src/report/summary.js
  var ASSIGNED = rowsBy(ASSIGNMENTS, "place_id");
  var OTHER_WAYS = rowsBy(ALTERNATIVES, "place_id");
  var missingOf = (population, reached) => reached === null ? null : population * (1 - reached);
  var SUMMARY = PLACES.place_id.map((id, i) => {
    const today2 = {
      missing: missingOf(PLACES.population[i], PLACES.predicted_share[i]),
      reachedAfter: PLANNED ? PLANNED.predicted_share[i] : null,
      missingAfter: PLANNED ? missingOf(PLACES.population[i], PLANNED.predicted_share[i]) : null
    };
    const rows = ASSIGNED.get(id);
    if (rows) return { ...today2, ...summarise(ASSIGNMENTS, rows, PLACES.evidence[i], META.evidence_order) };
    const unplanned = { technology: "", capex_usd: null, opex_usd_per_year: null, pv_usd: null };
    return { ...today2, ...unplanned, dl_mbps: PLACES.dl_mbps[i], evidence: PLACES.evidence[i] };
  });

  // src/report/map_style.js
  var ROADS = unpackTable(DATA.roads);
  var FIBRE = unpackTable(DATA.fibre);
  var EXCLUSIONS = unpackTable(DATA.exclusions);
  var MANY_SITES = 1500;
  var FEW_SITES = 60;
  var NARROW_PX = 960;
  var ROUND = { "line-cap": "round", "line-join": "round" };
  var NAMED_PLACES = [45, 250, 1200];
  var fitPadding = () => window.innerWidth < NARROW_PX ? 16 : 48;
  function sizes() {
    const { clientWidth: width, clientHeight: height } = byId("map");
    const roomPx = Math.sqrt(width * height / Math.max(1, N_PLACES));
    const zoom = fitZoom(META.bounds, width, height, fitPadding());
    const stops = (least, middle, most) => [
      "interpolate",
      ["linear"],
      ["zoom"],
      zoom,
      least,
      zoom + 2.5,
      middle,
      zoom + 6,
      most
    ];
    const bold = Math.min(1.4, Math.max(0.65, roomPx / 14 / rem()));
    const wider = (least, middle, most) => stops(least * rem() * bold, middle * rem() * bold, most * rem());
    return { zoom, stops, bold, wider };
  }
  var MOST_PEOPLE = Math.max(1, ...PLACES.population);
  function radius(value) {
    const { stops, bold } = sizes();
    const root = ["sqrt", ["max", ["get", value], 0]];
    const at2 = (largest, least) => ["max", ["*", root, largest * rem() / Math.sqrt(MOST_PEOPLE)], least * rem()];
    return stops(at2(17 * bold, 1.7 * bold), at2(34 * bold, 4 * bold), at2(70, 8));
  }
  function peopleRanks() {
    const rank = [];
    indices(PLACES.population).sort((a, b) => PLACES.population[b] - PLACES.population[a] || a - b).forEach((i, at2) => {
      rank[i] = at2;
    });
    return rank;
  }
  function placeFeatures() {
    const rank = peopleRanks();
    return pointFeatures(PLACES, (i) => ({
      held: heldShare(PLACES.place_id[i]),
      name: PLACES.name[i],
      rank: rank[i],
      population: PLACES.population[i],
      technology: SUMMARY[i].technology,
      missing_today: SUMMARY[i].missing,
      missing_planned: SUMMARY[i].missingAfter ?? SUMMARY[i].missing
    }));
  }
  var exclusionFeatures = () => collection(
    EXCLUSIONS.lines.map(
      (rings, i) => feature(
        { type: "Polygon", coordinates: rings.map(unpackLine) },
        { kind: EXCLUSIONS.kind[i], reason: EXCLUSIONS.reason[i] }
      )
    )
  );
  var sources = () => ({
    ...groundSources(),
    roads: { ...geojson(lineFeatures(ROADS, (i) => ({ road_class: ROADS.road_class[i] }))), tolerance: 0.5 },
    exclusions: geojson(exclusionFeatures()),
    fibre_today: geojson(lineFeatures(FIBRE, (i) => ({ kind: FIBRE.kind[i] }))),
    links: geojson(lineFeatures(LINKS, (i) => ({ kind: LINKS.kind[i] }))),
    institutions: geojson(
      pointFeatures(INSTITUTIONS, (i) => ({ kind: INSTITUTIONS.kind[i], icon: institutionSign(wayOf(i)) }))
    ),
    sites: geojson(pointFeatures(SITES, (i) => ({ status: SITES.status[i], icon: siteSign(SITES.status[i]) }))),
    places: geojson(placeFeatures()),
    chosen: noFeatures()
  });
  function line(id, source, paint, more = {}) {
    return { id, type: "line", source, paint, ...more };
  }
  function groundLayers({ wider, stops }) {
    const roadWidth = ([trunk, primary, other]) => [
      "match",
      ["get", "road_class"],
      "trunk",
      trunk * rem(),
      "primary",
      primary * rem(),
      other * rem()
    ];
    const roadWidths = [
      [1.1, 0.8, 0.3],
      [1.8, 1.5, 0.8],
      [3, 2.4, 1.5]
    ].map(roadWidth);
    return [
      background,
      {
        id: "relief",
        type: "raster",
        source: "relief",
        paint: { "raster-fade-duration": 0, "raster-resampling": "linear" }
      },
      line("admin1", "admin1", {
        "line-color": "#6b7a85",
        "line-opacity": 0.5,
        "line-width": wider(0.4, 0.8, 1.2),
        "line-dasharray": [3, 2]
      }),
      {
        id: "exclusions",
        type: "fill",
        source: "exclusions",
        paint: { "fill-color": COLOURS.layer.exclusions, "fill-opacity": 0.22 }
      },
      line("exclusions_edge", "exclusions", {
        "line-color": COLOURS.layer.exclusions,
        "line-width": 1,
        "line-dasharray": [2, 2]
      }),
      line(
        "roads",
        "roads",
        {
          "line-color": matching("road_class", { ferry: COLOURS.layer.ferries }, COLOURS.layer.roads),
          "line-opacity": 0.75,
          "line-width": stops(...roadWidths)
        },
        { layout: ROUND }
      ),
      line(
        "outline",
        "outline",
        { "line-color": "#41535f", "line-width": wider(1.1, 1.8, 2.6) },
        { layout: { "line-join": "round" } }
      )
    ];
  }
  function linkLayers({ wider }) {
    const ofKind = (kind) => ({ filter: ["==", ["get", "kind"], kind] });
    return [
      line(
        "fibre_today",
        "fibre_today",
        { "line-color": COLOURS.layer.fibre_today, "line-width": wider(1, 1.8, 3), "line-opacity": 0.8 },
        { layout: { "line-cap": "round" } }
      ),
      line(
        "access_fibre",
        "links",
        { "line-color": COLOURS.link.access_fibre, "line-width": wider(0.6, 1.2, 2.4) },
        { ...ofKind("access_fibre"), layout: { "line-cap": "round" } }
      ),
      line(
        "fibre_case",
        "links",
        { "line-color": "#fff", "line-opacity": 0.8, "line-width": wider(2.2, 4, 6.4) },
        { ...ofKind("fibre"), layout: ROUND }
      ),
      line(
        "fibre",
        "links",
        { "line-color": COLOURS.link.fibre, "line-width": wider(1.1, 2.4, 4) },
        { ...ofKind("fibre"), layout: ROUND }
      ),
      line(
        "hops",
        "links",
        { "line-color": COLOURS.link.hop, "line-width": wider(0.9, 1.6, 2.4), "line-dasharray": [3, 1.6] },
        ofKind("hop")
      )
    ];
  }
  function circle(id, colour, value, paint, more = {}) {
    return {
      id,
      type: "circle",
      source: "places",
      paint: { "circle-color": colour, "circle-radius": radius(value), ...paint },
      ...more
    };
  }
  function placeLayers({ wider }) {
    const edge = {
      "circle-stroke-color": "#fff",
      "circle-stroke-width": wider(0.5, 1.1, 1.4),
      "circle-stroke-opacity": 0.92
    };
    const heldColour = ["step", ["get", "held"], HELD_STEPS[0][1], ...HELD_STEPS.slice(1).flat()];
    const unreachedEdge = {
      "circle-stroke-color": COLOURS.missing_edge,
      "circle-stroke-width": 0.6,
      "circle-stroke-opacity": 0.55
    };
    return [
      circle(
        "plan",
        matching("technology", COLOURS.technology, COLOURS.technology.existing),
        "population",
        { "circle-opacity": 0.92, ...edge },
        { layout: { "circle-sort-key": byPeople } }
      ),
      circle(
        "held",
        heldColour,
        "population",
        { "circle-opacity": 0.95, ...edge },
        { filter: [">=", ["get", "held"], 0], layout: { "circle-sort-key": ["-", 0, ["get", "held"]] } }
      ),
      circle(
        "unreached",
        COLOURS.technology.none,
        "missing_today",
        { "circle-opacity": 0.55, ...unreachedEdge },
        { layout: { "circle-sort-key": ["-", 0, ["get", "missing_today"]] } }
      ),
      {
        id: "place_hit",
        type: "circle",
        source: "places",
        paint: { "circle-opacity": 0, "circle-radius": wider(4, 8, 12) }
      }
    ];
  }
  function siteSize(bold, isDense) {
    const dense = isDense ? 0.6 : 1;
    const n = SITES.site_id.length;
    const existing = (size) => {
      if (n > 400) return 0.7 * size;
      return n > FEW_SITES ? 1.2 * size : 1.5 * size * bold;
    };
    const exchange = [0.26 * bold * dense, 0.45 * bold, 0.8];
    const other = [0.46 * bold * dense, 0.75 * bold, 1.1];
    return [0.26, 0.5, 0.9].map((size, k) => [
      "match",
      ["get", "status"],
      "exchange",
      exchange[k] * rem(),
      "existing",
      existing(size) * rem(),
      other[k] * rem()
    ]);
  }
  function signLayers({ wider, stops, bold }) {
    return [
      {
        id: "institutions",
        type: "symbol",
        source: "institutions",
        layout: { "icon-image": ["get", "icon"], "icon-allow-overlap": true, "icon-size": wider(0.35, 0.6, 1) }
      },
      {
        id: "sites",
        type: "symbol",
        source: "sites",
        layout: {
          "icon-image": ["get", "icon"],
          "icon-allow-overlap": true,
          "icon-ignore-placement": true,
          "icon-size": stops(...siteSize(bold, SITES.site_id.length > MANY_SITES)),
          "symbol-sort-key": matching("status", { existing: 0, upgraded: 1 }, 2)
        }
      },
      {
        id: "chosen",
        type: "circle",
        source: "chosen",
        paint: {
          "circle-opacity": 0,
          "circle-radius": 13 * rem(),
          "circle-stroke-color": "#17252f",
          "circle-stroke-width": 2.5 * rem()
        }
      }
    ];
  }
  function labelLayer({ stops, zoom }) {
    const named = (most) => ["case", ["<", ["get", "rank"], most], ["get", "name"], ""];
    const [few, more, many] = NAMED_PLACES.map(named);
    const letters = [
      [10.5, 12, 14.5],
      [11, 13, 16],
      [12, 14.5, 18]
    ].map(([small, town, city]) => [
      "step",
      ["get", "population"],
      small * rem(),
      MOST_PEOPLE / 60,
      town * rem(),
      MOST_PEOPLE / 8,
      city * rem()
    ]);
    return {
      id: "labels",
      type: "symbol",
      source: "places",
      layout: {
        "text-field": ["step", ["zoom"], few, zoom + 1, more, zoom + 2.2, many, zoom + 3.5, ["get", "name"]],
        "text-font": LABEL_FONTS,
        "text-size": stops(...letters),
        "text-variable-anchor": ["top", "bottom", "right", "left"],
        "text-radial-offset": 0.55,
        "text-padding": stops(16, 8, 3),
        "symbol-sort-key": byPeople,
        "text-max-width": 9
      },
      paint: LABEL_PAINT
    };
  }
  function mapStyle() {
    const size = sizes();
    return {
      version: 8,
      sources: sources(),
      layers: [...groundLayers(size), ...linkLayers(size), ...placeLayers(size), ...signLayers(size), labelLayer(size)]
    };
  }

  // src/report/popups.js
  var details = (title, evidence, rows) => h("div", { class: "popup" }, h("h3", {}, title), badge(evidence), definitions(knownRows(rows)));
  var costOf = (value) => value ? money(value) : "";
  var siteDetails = (i) => details(`${t("site")}: ${t(`status_${SITES.status[i]}`)}`, SITES.evidence[i], [
    [t("operator"), SITES.operator[i]],
    [t("site_height"), known(SITES.height_agl_m[i]) ? `${decimal(SITES.height_agl_m[i], 0)} m` : ""],
    [t("site_backhaul"), word(SITES.backhaul_kind[i])],
    [t("site_power"), word(SITES.power_kind[i])],
    [t("site_demand"), speed(SITES.demand_mbps[i])],
    [t("site_load"), share(SITES.load_share[i])],
    [t("site_households"), count(SITES.households[i])],
    [t("capex"), costOf(SITES.capex_usd[i])],
    [t("opex"), costOf(SITES.opex_usd_per_year[i])]
  ]);
  var linkDetails = (i) => details(t(`link_${LINKS.kind[i]}`), LINKS.evidence[i], [
    [t("link_length"), `${decimal(LINKS.length_km[i], 1)} ${t("km")}`],
    [t("link_flow"), speed(LINKS.flow_mbps[i])],
    [t("link_capacity"), speed(LINKS.capacity_mbps[i])],
    [t("capex"), money(LINKS.capex_usd[i])],
    [t("opex"), money(LINKS.opex_usd_per_year[i])]
  ]);
  function areaDetails({ kind, reason }) {
    const text2 = [t(`excl_${kind}`), reason].filter(Boolean).join(": ");
    return h("div", { class: "popup" }, h("h3", {}, t("layer_exclusions")), h("p", {}, text2));
  }

  // src/report/selection.js
  var listeners = [];
  var opened = -1;
  var openedPlace = () => opened;
  function onSelection(listener) {
    listeners.push(listener);
  }
  function tell(options) {
    for (const listener of listeners) listener(opened, options);
  }
  function openPlace(i, { fly = false } = {}) {
    opened = i;
    tell({ fly });
  }
  function closePlace() {
    if (opened < 0) return;
    opened = -1;
    tell({ fly: false });
  }

  // src/report/view.js
  var COVERAGE_ORDER = ["state", "speed", "power", "sinr"];
  var FIRST_CHOICES = COVERAGE_ORDER.slice(0, 3);
  var hasCoverage = (when) => DATA.coverages.some((item) => item.when === when);
  var hasLink = (test) => Boolean(LINKS) && LINKS.kind.some(test);
  var hasSomethingPlanned = Boolean(PLANNED) || hasCoverage("planned");
  var bothCoverages = hasCoverage("today") && hasCoverage("planned");
  var view = {
    when: META.has_plan && hasSomethingPlanned ? "planned" : "today",
    coverage: META.has_plan ? "" : FIRST_CHOICES.find((kind) => DATA.coverages.some((item) => item.kind === kind)) || "",
    coverageOpacity: 0.7,
    hiddenTechnologies: /* @__PURE__ */ new Set()
  };
  var SWITCHES = [
    { id: "unreached", text: "layer_unreached", on: !META.has_plan, opacity: 0.55, present: true },
    { id: "plan", text: "layer_plan", on: true, opacity: 0.92, present: META.has_plan },
    { id: "held", text: "layer_held", on: false, opacity: 0.95, present: hasHeld },
    { id: "sites", text: "layer_sites", on: true, opacity: 1, present: SITES.site_id.length > 0 },
    {
      id: "fibre",
      text: "layer_fibre",
      layers: ["fibre_case", "fibre", "access_fibre"],
      on: true,
      opacity: 1,
      present: hasLink((kind) => kind.endsWith("fibre"))
    },
    { id: "hops", text: "layer_hops", on: true, opacity: 1, present: hasLink((kind) => kind === "hop") },
    {
      id: "fibre_today",
      text: "layer_existing_fibre",
      on: !META.has_plan,
      opacity: 0.8,
      present: DATA.fibre.lines.length > 0
    },
    { id: "institutions", text: "layer_institutions", on: false, opacity: 1, present: INSTITUTIONS.lonlat.length > 0 },
    {
      id: "exclusions",
      text: "layer_exclusions",
      layers: ["exclusions", "exclusions_edge"],
      on: true,
      opacity: 0.22,
      present: DATA.exclusions.lines.length > 0
    },
    { id: "roads", text: "layer_roads", on: true, opacity: 0.75, present: DATA.roads.lines.length > 0 },
    { id: "labels", text: "layer_labels", on: true, opacity: 1, present: true },
    { id: "relief", text: "layer_relief", on: true, opacity: 1, present: true }
  ].filter((item) => item.present).map((item) => ({ layers: [item.id], ...item }));
  var FIRST_ON = new Map(SWITCHES.map((item) => [item.id, item.on]));
  var FIRST_VIEW = { when: view.when, coverage: view.coverage };
  var coverageKey = (item) => item.band_mhz ? `${item.kind}_${item.band_mhz}` : item.kind;
  function coverageChoices() {
    const choices = /* @__PURE__ */ new Map();
    const order2 = (item) => COVERAGE_ORDER.indexOf(item.kind);
    const sorted = [...DATA.coverages].sort((a, b) => order2(a) - order2(b) || a.band_mhz - b.band_mhz);
    for (const item of sorted) if (!choices.has(coverageKey(item))) choices.set(coverageKey(item), item);
    return choices;
  }
  function coveragePicture() {
    const chosen = DATA.coverages.filter((item) => coverageKey(item) === view.coverage);
    return chosen.find((item) => item.when === view.when) || chosen[0];
  }
  var listeners2 = [];
  function onView(listener) {
    listeners2.push(listener);
  }
  function changeView(change2, { isSliding = false } = {}) {
    change2();
    for (const listener of listeners2) listener({ isSliding });
  }

  // src/report/map.js
  var NEAR_PX = 5;
  var PLACE_NEAR_PX = 8;
  var SITE_ZOOM = 9;
  var PLACE_ZOOM = 10;
  var CASE_OPACITY = 0.8;
  var OPACITY_OF = {
    circle: ["circle-opacity", "circle-stroke-opacity"],
    line: ["line-opacity"],
    fill: ["fill-opacity"],
    symbol: ["icon-opacity", "text-opacity"],
    raster: ["raster-opacity"]
  };
  var map = null;
  var isLoaded = false;
  var theMap = () => map;
  function applySwitch(item) {
    for (const id of item.layers) {
      map.setLayoutProperty(id, "visibility", item.on ? "visible" : "none");
      const isCase = id.endsWith("_case");
      if (isCase && item.opacity === 1) continue;
      for (const property of OPACITY_OF[map.getLayer(id).type]) {
        map.setPaintProperty(id, property, item.opacity * (isCase ? CASE_OPACITY : 1));
      }
    }
    if (item.id === "exclusions") {
      map.setPaintProperty("exclusions_edge", "line-opacity", Math.min(1, item.opacity * 3));
    }
  }
  function applyCoverage() {
    const picture = view.coverage && coveragePicture();
    if (!picture) {
      if (map.getLayer("coverage")) map.setLayoutProperty("coverage", "visibility", "none");
      return;
    }
    const image = { url: imageUrl(picture), coordinates: picture.corners };
    if (map.getSource("coverage")) {
      if (map.getSource("coverage").url !== image.url) map.getSource("coverage").updateImage(image);
      map.setLayoutProperty("coverage", "visibility", "visible");
      map.setPaintProperty("coverage", "raster-opacity", view.coverageOpacity);
      return;
    }
    map.addSource("coverage", { type: "image", ...image });
    const paint = {
      "raster-opacity": view.coverageOpacity,
      "raster-fade-duration": 0,
      "raster-resampling": "nearest"
    };
    map.addLayer({ id: "coverage", type: "raster", source: "coverage", paint }, "admin1");
  }
  function applyWhen() {
    const missing = `missing_${view.when}`;
    map.setPaintProperty("unreached", "circle-radius", radius(missing));
    map.setLayoutProperty("unreached", "circle-sort-key", ["-", 0, ["get", missing]]);
    map.setFilter("unreached", [">=", ["get", missing], 1]);
  }
  function applyView() {
    if (!isLoaded) return;
    SWITCHES.forEach(applySwitch);
    if (!META.has_plan) map.setLayoutProperty("plan", "visibility", "none");
    applyCoverage();
    applyWhen();
    map.setFilter("plan", ["!", ["in", ["get", "technology"], ["literal", [...view.hiddenTechnologies]]]]);
  }
  function nearestPlace(point) {
    let best = null;
    let least = Infinity;
    for (const item of featuresNear(map, point, PLACE_NEAR_PX, ["plan", "unreached", "place_hit"])) {
      const at2 = map.project(item.geometry.coordinates);
      const large = 1 + Math.log10(1 + item.properties.population) / 4;
      const distance = Math.hypot(at2.x - point.x, at2.y - point.y) / large;
      if (distance < least) [least, best] = [distance, item.properties.i];
    }
    return best;
  }
  var popup = null;
  function closePopup() {
    const wasOpen = popup !== null && popup.isOpen();
    if (wasOpen) popup.remove();
    popup = null;
    return wasOpen;
  }
  function showPopup(at2, content) {
    popup = new maplibregl.Popup({ maxWidth: "22rem", closeButton: true }).setLngLat(at2).setDOMContent(content);
    popup.addTo(map);
  }
  function onClick(event) {
    closePopup();
    const first = (...layers) => featuresNear(map, event.point, NEAR_PX, layers)[0];
    const institution = first("institutions");
    if (institution) return showPopup(event.lngLat, institutionDetails(institution.properties.i));
    const [site, place] = [first("sites"), nearestPlace(event.point)];
    if (site && (place === null || map.getZoom() > SITE_ZOOM)) {
      return showPopup(event.lngLat, siteDetails(site.properties.i));
    }
    if (place !== null) return openPlace(place);
    const link = first("fibre", "hops", "access_fibre");
    if (link) return showPopup(event.lngLat, linkDetails(link.properties.i));
    const area = featuresNear(map, event.point, 0, ["exclusions"])[0];
    if (area) showPopup(event.lngLat, areaDetails(area.properties));
    return void 0;
  }
  var tip = { popup: null, place: null };
  function onHover(event) {
    if (matchMedia("(hover: none)").matches) return;
    const i = nearestPlace(event.point);
    map.getCanvas().style.cursor = i === null ? "" : "pointer";
    if (i === tip.place) return;
    tip.place = i;
    if (tip.popup) tip.popup.remove();
    if (i === null) return;
    const { technology } = SUMMARY[i];
    const people2 = ` · ${count(PLACES.population[i])} ${t("people")}`;
    const content = h("div", {}, h("strong", {}, PLACES.name[i]), people2, technology && ` · ${techName(technology)}`);
    tip.popup = new maplibregl.Popup({ closeButton: false, closeOnClick: false, className: "tip", offset: 10 }).setLngLat(pointOf(PLACES, i)).setDOMContent(content).addTo(map);
  }
  function followSelection(i, { fly }) {
    if (!map || !map.getSource("chosen")) return;
    const shown2 = i < 0 ? [] : [feature({ type: "Point", coordinates: pointOf(PLACES, i) }, {})];
    map.getSource("chosen").setData(collection(shown2));
    if (fly && i >= 0) {
      map.flyTo({ center: pointOf(PLACES, i), zoom: Math.max(map.getZoom(), PLACE_ZOOM), essential: false });
    }
  }
  function startMap(onLoad) {
    try {
      const locale = { "NavigationControl.ZoomIn": "+", "NavigationControl.ZoomOut": "−" };
      map = newMap("map", mapStyle(), fitPadding(), { fadeDuration: 120, locale });
    } catch {
      sayNoMap();
      return;
    }
    map.addControl(zoomControl(), "top-right");
    map.addControl(scaleControl(), "bottom-left");
    map.on("styleimagemissing", ({ id }) => {
      if (!map.hasImage(id)) map.addImage(id, pixelsOf(id), { pixelRatio: 2 });
    });
    map.on("load", () => {
      isLoaded = true;
      applyView();
      onLoad();
      byId("map-message").hidden = true;
      map.once("idle", () => {
        document.body.dataset.ready = "map";
      });
    });
    map.on("click", onClick);
    map.on("mousemove", onHover);
    onView(applyView);
    onSelection(followSelection);
  }

  // src/report/reach_bars.js
  var reachBar = (text2, value, style = "", goal = null) => [
    h("span", {}, text2),
    h("div", { class: "track" }, h("div", { class: `fill ${style}`, style: { width: `${100 * value}%` } }), goal),
    h("span", { class: "num" }, share(value))
  ];
  var reachBars = (today2, after) => h("div", { class: "reach" }, reachBar(t("today"), today2), known(after) && reachBar(t("after_plan"), after, "after"));

  // src/report/card.js
  var CLOSE_ZOOM = 12;
  function head(i) {
    const people2 = `${count(PLACES.population[i])} ${t("people")}`;
    const households = `${count(PLACES.households[i])} ${t("households")}`;
    const lines = [
      [adminName(PLACES.admin1_code[i]), people2, households],
      [PLACES.place_id[i], PLACES.national_code[i]]
    ];
    return h(
      "header",
      {},
      h(
        "div",
        { class: "names" },
        h("h2", {}, PLACES.name[i]),
        lines.map((line2) => h("p", { class: "sub" }, line2.filter(Boolean).join(" · ")))
      ),
      h("button", { class: "icon", type: "button", "aria-label": t("close"), onclick: closePlace }, "×")
    );
  }
  function actions(i) {
    const map2 = theMap();
    const zoom = () => map2.flyTo({ center: pointOf(PLACES, i), zoom: CLOSE_ZOOM });
    return h(
      "div",
      { class: "actions" },
      badge(SUMMARY[i].evidence),
      map2 && h("button", { class: "button", type: "button", onclick: zoom }, t("zoom_to"))
    );
  }
  var planPart = (i) => [
    h("h3", {}, t("card_plan")),
    groupByTechnology(ASSIGNMENTS, ASSIGNED.get(PLACES.place_id[i])).map(planGroup)
  ];
  function alternativeRow(r, chosen) {
    const { technology, dl_mbps: dl, is_feasible: feasible, pv_usd: pv, reason } = ALTERNATIVES;
    const css = [!feasible[r] && "impossible", technology[r] === chosen && "chosen"].filter(Boolean).join(" ");
    return h(
      "tr",
      { class: css || null },
      h(
        "td",
        {},
        techName(technology[r]),
        known(dl[r]) && feasible[r] ? `, ${speed(dl[r])}` : "",
        h("small", {}, reason[r])
      ),
      h("td", { class: "r" }, feasible[r] ? money(pv[r]) : t("alt_not"))
    );
  }
  function alternativesPart(i) {
    const { is_feasible: feasible, pv_usd: pv } = ALTERNATIVES;
    const rows = [...OTHER_WAYS.get(PLACES.place_id[i])].sort(
      (a, b) => feasible[b] - feasible[a] || (pv[a] ?? Infinity) - (pv[b] ?? Infinity) || a - b
    );
    const heads = [
      [t("alt_tech"), null],
      [t("pv"), "r"]
    ];
    return [
      h("h3", {}, t("card_alternatives")),
      h(
        "table",
        { class: "alternatives" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            heads.map(([text2, css]) => h("th", { scope: "col", class: css }, text2))
          )
        ),
        h(
          "tbody",
          {},
          rows.map((r) => alternativeRow(r, SUMMARY[i].technology))
        )
      )
    ];
  }
  function switchPart(i) {
    const rows = ASSIGNED.get(PLACES.place_id[i]);
    if (rows.every((r) => ASSIGNMENTS.technology[r] === "existing")) return null;
    const first = (name) => rows.map((r) => ASSIGNMENTS[name][r]).find(known);
    const [fibre, terminal] = [first("switch_fibre_usd_per_km"), first("switch_terminal_usd")];
    const lines = [
      known(fibre) && t("switch_fibre", { price: money(fibre) }),
      known(terminal) && t("switch_terminal", { price: money(terminal) })
    ].filter(Boolean);
    return [
      h("h3", {}, t("card_switch")),
      (lines.length ? lines : [t("switch_none")]).map((line2) => h("p", { class: "switch" }, line2)),
      heldPart(i)
    ];
  }
  function todayPart(i) {
    const states = [
      ["card_passed", "passed_share"],
      ["card_orderable", "orderable_share"],
      ["card_used", "used_share"]
    ];
    const full = PLACES.full_share[i];
    return [
      h("h3", {}, t("card_today")),
      reachBars(PLACES.predicted_share[i], PLANNED ? PLANNED.predicted_share[i] : null),
      h(
        "p",
        { class: "sub under-bars" },
        t("card_signal", { share: share(PLACES.outdoor_share[i]) }),
        full > 5e-3 ? `; ${t("card_full", { share: share(full) })}` : "",
        "."
      ),
      definitions([
        [t("card_speed"), PLACES.dl_mbps[i] > 0 ? speed(PLACES.dl_mbps[i]) : "–"],
        [t("card_power"), known(PLACES.rx_power_dbm[i]) ? `${decimal(PLACES.rx_power_dbm[i], 0)} dBm` : "–"],
        [t("card_site"), PLACES.best_site_id[i] || "–"],
        ...states.map(([text2, name]) => [t(text2), known(PLACES[name][i]) ? share(PLACES[name][i]) : t("not_known")])
      ])
    ];
  }
  function placeCard(i) {
    const id = PLACES.place_id[i];
    return [
      head(i),
      actions(i),
      ASSIGNED.has(id) && planPart(i),
      OTHER_WAYS.has(id) && alternativesPart(i),
      ASSIGNED.has(id) && switchPart(i),
      todayPart(i)
    ];
  }
  function drawCard() {
    if (openedPlace() >= 0) fill(byId("card"), placeCard(openedPlace()));
  }
  var opener = null;
  var openerIsRow = false;
  var shown = -1;
  function followSelection2(i) {
    const card = byId("card");
    const wasShown = shown;
    if (i >= 0) {
      if (wasShown < 0) opener = document.activeElement;
      openerIsRow = Boolean(opener && opener.closest("tr.row"));
      drawCard();
      card.hidden = false;
      card.scrollTop = 0;
      card.focus({ preventScroll: true });
      byId("map-help").hidden = true;
    } else {
      card.hidden = true;
      const back = openerIsRow ? document.querySelector(`tr[data-place="${wasShown}"]`) : opener;
      if (back && back.isConnected) back.focus({ preventScroll: true });
    }
    shown = i;
  }
  var startCard = () => onSelection(followSelection2);

  // src/report/curve.js
  var CURVE = unpackTable(DATA.curve);
  var PERCENTS = unpackTable(DATA.percents);
  var LAST_PERCENTS = 12;
  var WORTH_SAYING = 1.5;
  var MANY_POINTS = 20;
  var BOX = { width: 560, height: 300, left: 62, right: 18, top: 14, bottom: 42 };
  var LINE = "#0b6b73";
  var AREA = "#e3f0f0";
  var GRID = "#e6ebee";
  var AXIS = "#9aa7b0";
  function curvePoints() {
    if (!CURVE || !CURVE.reached_share) return [];
    return indices(CURVE.reached_share).map((i) => ({
      share: CURVE.reached_share[i],
      cost: CURVE.pv_usd[i],
      last: CURVE.usd_per_person ? CURVE.usd_per_person[i] : null
    })).filter((point) => known(point.share) && known(point.cost)).sort((a, b) => a.share - b.share || a.cost - b.cost);
  }
  function scalesOf(points) {
    const x0 = points[0].share;
    const x1 = Math.max(points.at(-1).share, x0 + 1e-6);
    const y1 = Math.max(...points.map((point) => point.cost)) * 1.06 || 1;
    const inner = { width: BOX.width - BOX.left - BOX.right, height: BOX.height - BOX.top - BOX.bottom };
    return {
      x0,
      x1,
      y1,
      X: (v) => BOX.left + (v - x0) / (x1 - x0) * inner.width,
      Y: (v) => BOX.height - BOX.bottom - v / y1 * inner.height
    };
  }
  function axes({ x0, x1, y1, X, Y }) {
    const [unit, unitWord] = scaleOf(y1);
    const foot = BOX.height - BOX.bottom;
    const right = BOX.width - BOX.right;
    const percent = formatter({ style: "percent", maximumFractionDigits: x1 - x0 < 0.05 ? 1 : 0 });
    return [
      niceTicks(0, y1, 4).map((v) => [
        h("line", { x1: BOX.left, x2: right, y1: Y(v), y2: Y(v), stroke: GRID }),
        h("text", { x: BOX.left - 8, y: Y(v) + 4, "text-anchor": "end" }, decimal(v / unit, 2))
      ]),
      niceTicks(x0, x1, 5).map((v) => [
        h("line", { x1: X(v), x2: X(v), y1: foot, y2: foot + 5, stroke: AXIS }),
        h("text", { x: X(v), y: foot + 18, "text-anchor": "middle" }, percent.format(v))
      ]),
      h("line", { x1: BOX.left, x2: right, y1: foot, y2: foot, stroke: AXIS }),
      h("text", { x: BOX.left, y: BOX.top - 2 }, [`${t("curve_y")}, USD`, unitWord].filter(Boolean).join(" ")),
      h("text", { x: (BOX.left + right) / 2, y: BOX.height - 6, "text-anchor": "middle" }, t("curve_x"))
    ];
  }
  function pathOf(points, { x0, x1, X, Y }) {
    const path = points.map((point, i) => `${i ? "L" : "M"}${X(point.share).toFixed(1)},${Y(point.cost).toFixed(1)}`).join("");
    return [
      h("path", { d: `${path}L${X(x1).toFixed(1)},${Y(0)}L${X(x0).toFixed(1)},${Y(0)}Z`, fill: AREA }),
      h("path", { d: path, fill: "none", stroke: LINE, "stroke-width": 2.5, "stroke-linejoin": "round" })
    ];
  }
  function circleOf(point, { X, Y }, isLast, isMany) {
    const look = isMany ? { r: 2, fill: LINE, "stroke-width": 0 } : { r: 3.2, fill: "#fff", stroke: LINE, "stroke-width": 2 };
    const last = isLast ? { r: 5, fill: LINE } : {};
    return h("circle", { cx: X(point.share), cy: Y(point.cost), ...look, ...last });
  }
  var told = (point) => `${share(point.share)}: ${money(point.cost)}`;
  function drawing(points, readout) {
    const scales = scalesOf(points);
    const { X, Y } = scales;
    const marker = h("g", { class: "marker", visibility: "hidden" });
    let at2 = points.length - 1;
    const choose2 = (i) => {
      at2 = Math.min(points.length - 1, Math.max(0, i));
      const point = points[at2];
      const [x, y] = [X(point.share), Y(point.cost)];
      fill(
        marker,
        h("line", { x1: x, x2: x, y1: BOX.top, y2: BOX.height - BOX.bottom, stroke: AXIS, "stroke-dasharray": "3 3" }),
        h("circle", { cx: x, cy: y, r: 6, fill: LINE, stroke: "#fff", "stroke-width": 2 })
      );
      marker.setAttribute("visibility", "visible");
      const last = known(point.last) && point.last > 0 ? `; ${t("curve_last", { price: money(point.last) })}` : "";
      fill(readout, h("strong", {}, told(point)), last);
    };
    const positions = points.map((point) => X(point.share));
    const svg = h(
      "svg",
      {
        viewBox: `0 0 ${BOX.width} ${BOX.height}`,
        role: "img",
        tabindex: 0,
        class: "curve",
        "aria-label": `${t("curve_title")}: ${told(points[0])} – ${told(points.at(-1))}`,
        onpointermove: (event) => {
          const box = svg.getBoundingClientRect();
          choose2(nearest(positions, (event.clientX - box.left) / box.width * BOX.width));
        },
        onfocus: () => choose2(at2),
        onkeydown: (event) => {
          const step = { ArrowLeft: -1, ArrowRight: 1, Home: -points.length, End: points.length }[event.key];
          if (!step) return;
          event.preventDefault();
          choose2(at2 + step);
        }
      },
      axes(scales),
      pathOf(points, scales),
      points.map((point, i) => circleOf(point, scales, i === points.length - 1, points.length > MANY_POINTS)),
      marker
    );
    return svg;
  }
  function curvePanel() {
    const points = curvePoints();
    if (points.length < 2) return panel(t("curve_title"), note(t("curve_none")));
    const readout = h("p", { class: "note", "aria-live": "polite" }, t("curve_note"));
    return panel(t("curve_title"), drawing(points, readout), readout);
  }
  function percentSentence(last) {
    const each = PERCENTS.usd_per_person;
    const middle = [...each].sort((a, b) => a - b)[Math.floor(each.length / 2)];
    const ratio = each[last] / Math.max(middle, 1e-9);
    const ratioText = ratio >= WORTH_SAYING ? ` ${t("percent_ratio", { times: decimal(ratio, ratio < 10 ? 1 : 0) })}` : "";
    const text2 = { money: money(PERCENTS.usd[last]), people: people(PERCENTS.people[last]), each: money(each[last]) };
    return h("p", {}, t("percent_last", text2), ratioText);
  }
  function percentPanel() {
    if (!PERCENTS || PERCENTS.usd.length < 2) return null;
    const rows = indices(PERCENTS.usd).slice(-LAST_PERCENTS).reverse();
    const most = Math.max(...rows.map((i) => PERCENTS.usd_per_person[i]), 1e-9);
    return panel(
      t("percent_title"),
      percentSentence(rows[0]),
      h(
        "div",
        { class: "bars apart" },
        rows.map(
          (i) => bar({
            name: t("percent_step", { from: share(PERCENTS.from_share[i]), to: share(PERCENTS.to_share[i]) }),
            text: `${money(PERCENTS.usd[i])} · ${t("percent_each", { money: money(PERCENTS.usd_per_person[i]) })}`,
            length: PERCENTS.usd_per_person[i] / most,
            colour: LINE
          })
        )
      )
    );
  }

  // src/report/tiers.js
  var VERIFIED = FIGURES.verify || {};
  var ROUNDING = 5e-5;
  var isShort = (asked, got) => got < asked - ROUNDING;
  var meeting = (isMet) => h("span", { class: isMet ? "met" : "missed" }, t(isMet ? "target_met" : "target_missed"));
  function tierRows() {
    const asked = META.standard.tiers || [];
    if (!asked.length || !META.has_plan) return [];
    const [planned, seen] = [PLAN.tiers || [], VERIFIED.tiers || []];
    const standard = {
      dl: META.standard.dl_mbps,
      asked: 1,
      planned: PLAN.planned_share,
      got: VERIFIED.reached_share,
      price: null
    };
    const tiers = asked.map((tier, k) => ({
      dl: tier.dl_mbps,
      asked: tier.people_share,
      planned: planned[k] && planned[k].people_share,
      got: seen[k] && seen[k].reached_share,
      price: planned[k] && planned[k].usd_per_further_person
    }));
    return [standard, ...tiers];
  }
  function priceOfOneMore(row2) {
    if (!known(row2.price)) return "–";
    return row2.price <= 1 && row2.planned > row2.asked ? t("tier_free") : money(row2.price);
  }
  function tierBar(row2) {
    const value = known(row2.got) ? row2.got : row2.planned;
    const asked = t("tier_asked", { share: share(row2.asked) });
    const goal = h("div", { class: "goal", title: asked, style: { left: `${100 * row2.asked}%` } });
    return [
      h("div", { class: "what" }, t("tier_figure", { speed: decimal(row2.dl) })),
      h("div", { class: "reach" }, reachBar(t("after_plan"), value, "after", goal)),
      h("div", { class: "note" }, asked, " · ", t(known(row2.got) ? "verified" : "not_verified"))
    ];
  }
  function tierBars() {
    const rows = tierRows().slice(1).filter((row2) => known(row2.got) || known(row2.planned));
    return rows.length ? h("div", { class: "figure wide" }, rows.map(tierBar)) : null;
  }
  function tierSentence(row2, isMeasured) {
    const told2 = { speed: decimal(row2.dl), share: share(isMeasured ? row2.got : row2.planned), asked: share(row2.asked) };
    return h("p", {}, t(isMeasured ? "tier_plain" : "tier_plain_planned", told2));
  }
  function tierCells(row2, isMeasured) {
    const measured = [share(row2.got), " ", known(row2.got) && row2.asked < 1 && meeting(!isShort(row2.asked, row2.got))];
    const cells = [
      speed(row2.dl),
      share(row2.asked),
      share(row2.planned),
      ...isMeasured ? [measured] : [],
      priceOfOneMore(row2)
    ];
    return cells.map((cell3, k) => h("td", { class: k ? "r" : null }, cell3));
  }
  function tiersPanel() {
    const rows = tierRows();
    if (!rows.length) return null;
    const isMeasured = rows.some((row2) => known(row2.got));
    const columns = [
      [t("speed")],
      [t("tier_col_asked"), "r"],
      [t("tier_col_planned"), "r"],
      isMeasured && [t("tier_col_measured"), "r"],
      [t("tier_col_price"), "r"]
    ];
    return panel(
      t("tier_title"),
      rows.slice(1).map((row2) => tierSentence(row2, isMeasured)),
      h(
        "div",
        { class: "apart" },
        wideTable(
          "plain narrow",
          columns,
          rows.map((row2) => h("tr", {}, tierCells(row2, isMeasured)))
        )
      ),
      note(t("tier_note"))
    );
  }
  function budgetPanel() {
    const told2 = PLAN.budget;
    if (!told2) return null;
    const all = FIGURES.today.population;
    const plannedShare = known(PLAN.planned_share) ? PLAN.planned_share : PLAN.reached_share;
    const reached = Math.round(plannedShare * all);
    const most = told2.people_upper_bound;
    const budget = money(told2.budget_usd);
    const row2 = (name, value, colour) => ({
      name,
      value,
      text: `${count(value)} (${share(value / all)})`,
      colour
    });
    const price = told2.usd_per_further_person;
    return panel(
      t("budget_title", { budget }),
      h(
        "p",
        {},
        t("budget_plain", { budget, spent: money(PLAN.pv_usd), people: count(reached), most: count(most) }),
        known(price) ? ` ${t("budget_price", { money: money(price) })}` : ""
      ),
      h(
        "div",
        { class: "apart" },
        bars([row2(t("budget_reached"), reached, "#3fa66b"), row2(t("budget_most"), most, "#9aa7b0")])
      ),
      note(t("budget_note"))
    );
  }

  // src/report/tornado.js
  var TORNADO = unpackTable(DATA.tornado);
  var MOST_ROWS = 12;
  var INK = "#17252f";
  var GRID2 = "#e6ebee";
  var LOW = "#56b4e9";
  var HIGH = "#d98b2b";
  var BOX2 = { width: 620, left: 205, right: 20, top: 24, bottom: 26, step: 30 };
  var priceName = (key) => word(key.replace(/^costs\./, "").replace(/_usd(_|$).*|_share_per_year$/, "")).replace(/\bom\b/, "O&M");
  var unitOf = (i) => TORNADO.unit[i] === "1" ? "" : ` ${TORNADO.unit[i]}`;
  var priceWords = (i) => `${priceName(TORNADO.parameter[i])}, ${plainNumber(TORNADO.low[i])} – ${plainNumber(TORNADO.high[i])}${unitOf(i)}`;
  var priceMeaning = (key) => DATA.parameters.meaning[DATA.parameters.key.indexOf(key)] || "";
  function rowTitle(i) {
    const end = (price, cost) => `${plainNumber(price)} → ${money(cost)}`;
    const ends = [end(TORNADO.low[i], TORNADO.pv_low_usd[i]), end(TORNADO.high[i], TORNADO.pv_high_usd[i])];
    return `${priceMeaning(TORNADO.parameter[i])} ${TORNADO.parameter[i]}: ${ends.join("; ")}`;
  }
  function rowOf(i, y, X, base) {
    const ends = [
      [TORNADO.pv_low_usd[i], LOW],
      [TORNADO.pv_high_usd[i], HIGH]
    ];
    const range = [TORNADO.low[i], TORNADO.value[i], TORNADO.high[i]].map(plainNumber).join(" – ");
    const x = BOX2.left - 8;
    return h(
      "g",
      {},
      h("title", {}, rowTitle(i)),
      h(
        "text",
        { x, y: y + 4, "text-anchor": "end", fill: INK },
        priceName(TORNADO.parameter[i]),
        TORNADO.is_assumption[i] ? " *" : ""
      ),
      h("text", { x, y: y + 15, "text-anchor": "end", class: "small" }, `${range}${unitOf(i)}`),
      ends.map(
        ([cost, fill2]) => h("rect", {
          x: Math.min(X(cost), X(base)),
          y: y - 8,
          width: Math.max(Math.abs(X(cost) - X(base)), 1),
          height: 16,
          fill: fill2
        })
      )
    );
  }
  function drawing2(rows, base) {
    const costs = [base, ...rows.flatMap((i) => [TORNADO.pv_low_usd[i], TORNADO.pv_high_usd[i]])];
    const [lowest, highest] = [Math.min(...costs), Math.max(...costs)];
    const [unit, unitWord] = scaleOf(highest);
    const height = BOX2.top + BOX2.step * rows.length + BOX2.bottom;
    const inner = BOX2.width - BOX2.left - BOX2.right;
    const X = (v) => BOX2.left + inner * (v - lowest) / Math.max(highest - lowest, 1e-9);
    const foot = height - 24;
    return h(
      "svg",
      { viewBox: `0 0 ${BOX2.width} ${height}`, role: "img", "aria-label": t("tornado_title") },
      niceTicks(lowest, highest, 4).map((v) => [
        h("line", { x1: X(v), x2: X(v), y1: BOX2.top - 8, y2: foot, stroke: GRID2 }),
        h("text", { x: X(v), y: height - 10, "text-anchor": "middle" }, decimal(v / unit, 2))
      ]),
      rows.map((i, k) => rowOf(i, BOX2.top + BOX2.step * (k + 0.5) - 4, X, base)),
      h("line", { x1: X(base), x2: X(base), y1: BOX2.top - 10, y2: foot, stroke: INK, "stroke-width": 1.5 }),
      h("text", { x: BOX2.left, y: 10 }, [`${t("pv")}, USD`, unitWord].filter(Boolean).join(" "))
    );
  }
  function sentences() {
    const ends = [TORNADO.pv_low_usd[0], TORNADO.pv_high_usd[0]];
    const first = { price: priceWords(0), low: money(Math.min(...ends)), high: money(Math.max(...ends)) };
    const worst = TORNADO.regret_usd.reduce((best, v, i) => v > TORNADO.regret_usd[best] ? i : best, 0);
    if (!(TORNADO.regret_usd[worst] > 0)) return t("tornado_first", first);
    const changed = Math.max(TORNADO.places_changed_low[worst], TORNADO.places_changed_high[worst]);
    const regret = { price: priceWords(worst), money: money(TORNADO.regret_usd[worst]), n: count(changed) };
    return [t("tornado_first", first), " ", t("tornado_regret", regret)];
  }
  var legendRow = (colour, text2) => h("div", { class: "row" }, swatch(colour, "square"), text2);
  function tornadoPanel() {
    if (!TORNADO || !TORNADO.parameter.length) {
      if (!(PLAN.pv_usd > 0)) return null;
      return panel(t("tornado_title"), note(t(PLAN.tiers || PLAN.budget ? "answers_not_here" : "answers_none")));
    }
    return panel(
      t("tornado_title"),
      h("p", {}, sentences()),
      drawing2(indices(TORNADO.parameter).slice(0, MOST_ROWS), TORNADO.pv_usd[0]),
      h("div", { class: "legend flush" }, legendRow(LOW, t("tornado_low")), legendRow(HIGH, t("tornado_high"))),
      note(t("tornado_note"))
    );
  }

  // src/report/costs.js
  var BILL = unpackTable(DATA.bill);
  function gapPanel() {
    const { pv_usd: pv, lower_bound_usd: bound, gap } = PLAN;
    if (!known(bound) || !known(pv)) return null;
    const told2 = {
      pv: money(pv),
      bound: money(bound),
      gap: share(Math.max(gap, 0)),
      money: money(Math.max(pv - bound, 0))
    };
    return panel(
      t("gap_title"),
      h("p", {}, t("gap_plain", told2)),
      note(t("gap_not")),
      PLAN.deterministic === false && note(t("gap_hasty"))
    );
  }
  function billByKind() {
    const sums = /* @__PURE__ */ new Map();
    BILL.kind.forEach((kind, i) => {
      const sum2 = sums.get(kind) || { pv: 0, capex: 0, opex: 0 };
      sum2.pv += BILL.pv_usd[i];
      sum2.capex += BILL.capex_usd[i];
      sum2.opex += BILL.opex_usd_per_year[i];
      sums.set(kind, sum2);
    });
    return [...sums].sort((a, b) => b[1].pv - a[1].pv);
  }
  function billTable() {
    const order2 = indices(BILL.item).sort((a, b) => BILL.pv_usd[b] - BILL.pv_usd[a] || a - b);
    const row2 = (i) => h(
      "tr",
      {},
      h("td", {}, word(BILL.item[i]), " ", h("small", { class: "sub" }, t(`kind_${BILL.kind[i]}`))),
      [
        `${decimal(roundedSum(BILL.quantity[i]), 1)} ${BILL.unit[i]}`,
        money(BILL.capex_usd[i]),
        money(BILL.pv_usd[i])
      ].map((text2) => h("td", { class: "r" }, text2))
    );
    const columns = [[t("item")], [t("quantity"), "r"], [t("capex"), "r"], [t("pv"), "r"]];
    return wideTable("plain", columns, order2.map(row2));
  }
  function componentPanel() {
    if (!BILL) return null;
    const rows = billByKind().map(([kind, sum2]) => ({
      name: t(`kind_${kind}`),
      value: sum2.pv,
      text: money(sum2.pv),
      colour: COLOURS.bill_kind[kind],
      note: [sum2.capex > 0 && `${t("capex")} ${money(sum2.capex)}`, sum2.opex > 0 && `${money(sum2.opex)} ${t("per_year")}`].filter(Boolean).join(", ")
    }));
    return panel(
      `${t("by_component")} (${t("pv")})`,
      bars(rows),
      h("details", { class: "more" }, h("summary", {}, t("all_items")), billTable())
    );
  }
  function technologyPanel() {
    const served = FIGURES.by_technology;
    if (!served) return null;
    const names = TECHNOLOGIES.filter((name) => served[name] && served[name].households > 0);
    const total = names.reduce((sum2, name) => sum2 + served[name].population, 0);
    const rows = names.map((name) => ({
      name: techName(name),
      value: served[name].population,
      text: `${people(served[name].population)} (${share(served[name].population / total)})`,
      colour: COLOURS.technology[name],
      note: served[name].pv_usd > 0 ? `${t("pv")} ${money(served[name].pv_usd)}` : ""
    }));
    return panel(`${t("by_technology")} (${t("people")})`, bars(rows));
  }
  function notesPanel() {
    const notes = (Array.isArray(PLAN.notes) ? PLAN.notes : []).filter(Boolean);
    if (!notes.length) return null;
    const list = h(
      "ul",
      { class: "notes" },
      notes.map((text2) => h("li", {}, String(text2)))
    );
    return h("div", { class: "panel across" }, h("h3", {}, t("planner_notes")), list);
  }
  function drawCosts() {
    fill(
      byId("cost-panels"),
      tiersPanel(),
      budgetPanel(),
      institutionsPanel(),
      gapPanel(),
      curvePanel(),
      percentPanel(),
      componentPanel(),
      technologyPanel(),
      tornadoPanel(),
      robustPanel(),
      notesPanel()
    );
  }

  // src/report/figures.js
  var TIGHT_GAP = 0.05;
  var today = () => FIGURES.today;
  var shareToday = () => today().population ? today().reached / today().population : 0;
  var missingToday = () => today().population - today().reached;
  function shareAfter() {
    if (!META.has_plan) return null;
    if (known(PLAN.reached_share)) return PLAN.reached_share;
    return FIGURES.after ? FIGURES.after.reached / FIGURES.after.population : null;
  }
  function standardLine() {
    const { dl_mbps: dl, busy_hour_mbps: busy, hours_share: hours, indoors } = META.standard;
    const where = t(indoors ? "indoors" : "outdoors");
    const standard = t("standard", { dl: decimal(dl), busy: decimal(busy), hours: share(hours), where });
    return h("p", { class: "more" }, standard, ". ", t("predicted_short"), " ", badge(META.evidence));
  }
  function assumedLine() {
    const { assumed_sites: assumed, n_sites: sites } = FIGURES.measure || {};
    if (!assumed || assumed.spectrum + assumed.technologies === 0) return null;
    const { spectrum, technologies } = assumed;
    const told2 = { spectrum: count(spectrum), technologies: count(technologies), sites: count(sites) };
    return h("p", { class: "more" }, t("headline_assumed", told2));
  }
  function drawHeadline() {
    const after = shareAfter();
    const speed2 = decimal(META.standard.dl_mbps);
    const missing = h("span", { class: "missing" }, people(missingToday()));
    const lines = [h("p", {}, parts("headline_today", { share: share(shareToday()), speed: speed2, missing }))];
    if (after !== null && known(PLAN.pv_usd)) {
      const reached = h("span", { class: "good" }, share(after));
      lines.push(h("p", {}, parts("headline_plan", { share: reached, pv: money(PLAN.pv_usd) })));
    } else if (!META.has_plan) {
      lines.push(h("p", { class: "more" }, t("headline_waiting")));
    }
    for (const row2 of tierRows().slice(1)) {
      if (!known(row2.got)) continue;
      const told2 = { share: share(row2.got), speed: decimal(row2.dl), asked: share(row2.asked) };
      lines.push(h("p", {}, t("headline_tier", told2)));
    }
    fill(byId("headline"), lines, assumedLine(), standardLine());
  }
  function reachFigure() {
    const range = (FIGURES.measure || {}).predicted_share;
    const after = shareAfter();
    const notes = [
      range && known(range.p5) && known(range.p95) && t("interval", { low: share(range.p5), high: share(range.p95) }),
      after !== null && t(META.has_verify ? "verified" : "not_verified")
    ].filter(Boolean);
    return h(
      "div",
      { class: "figure wide" },
      h("div", { class: "what" }, t("people_reached")),
      reachBars(shareToday(), after),
      notes.map((text2) => h("div", { class: "note apart" }, text2))
    );
  }
  function statesFigure() {
    const states = Object.entries(today().states).filter(([, [, of]]) => of > 0);
    if (!states.length) return null;
    const knownShare = Math.min(...states.map(([, [, of]]) => of / today().population));
    return h(
      "div",
      { class: "figure wide" },
      h(
        "div",
        { class: "reach" },
        states.map(([name, [value, of]]) => reachBar(t(`card_${name.replace("_share", "")}`), value / of))
      ),
      h("div", { class: "note" }, t("state_known", { share: share(knownShare) }))
    );
  }
  function presentValueNote() {
    const { horizon_years: years, discount_rate: rate } = PLAN;
    if (!known(years) || !known(rate)) return t("fig_pv_note");
    return t("fig_pv_terms", { years: count(years), rate: share(rate) });
  }
  function boundNote() {
    if (!known(PLAN.gap)) return "";
    return t(PLAN.gap < TIGHT_GAP ? "fig_bound_tight" : "fig_bound_note", { gap: share(Math.max(PLAN.gap, 0)) });
  }
  function planFigures() {
    const { n_upgraded_sites: nUpgraded } = PLAN;
    const upgraded = known(nUpgraded) ? t("fig_sites_note", { n: count(nUpgraded) }) : "";
    return [
      ["pv_usd", () => figure(t("fig_pv"), moneyFigure(PLAN.pv_usd), presentValueNote(), true)],
      ["capex_usd", () => figure(t("fig_capex"), moneyFigure(PLAN.capex_usd))],
      ["opex_usd_per_year", () => figure(t("fig_opex"), moneyFigure(PLAN.opex_usd_per_year))],
      ["lower_bound_usd", () => figure(t("fig_bound"), moneyFigure(PLAN.lower_bound_usd), boundNote(), true)],
      ["n_new_sites", () => figure(t("fig_sites"), count(PLAN.n_new_sites), upgraded)],
      ["fibre_km", () => figure(t("fig_fibre"), `${count(roundedSum(PLAN.fibre_km))} ${t("km")}`)],
      ["n_hops", () => figure(t("fig_hops"), count(PLAN.n_hops))],
      ["satellite_households", () => figure(t("fig_satellite"), count(PLAN.satellite_households))]
    ].filter(([name]) => known(PLAN[name])).map(([, draw2]) => draw2());
  }
  function drawFigures() {
    const unplanned = [
      figure(t("population"), people(today().population)),
      figure(t("layer_unreached"), people(missingToday()))
    ];
    fill(byId("figures"), reachFigure(), tierBars(), statesFigure(), !META.has_plan && unplanned, planFigures());
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
  function fold(text2) {
    const letters = String(text2).toLowerCase().normalize("NFC");
    let latin = "";
    for (const letter of letters) latin += CYRILLIC[letter] ?? LETTERS[letter] ?? letter;
    return latin.normalize("NFD").replace(/\p{M}/gu, "");
  }
  function soundOf(folded2) {
    let text2 = folded2;
    for (const [written, sound] of SOUNDS) text2 = text2.replaceAll(written, sound);
    return text2.replace(/(\p{L})\1+/gu, "$1");
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
  function search(index, query, weight, most = Infinity) {
    if (!query.trim()) return [];
    const rank = ranks(index, query);
    return index.map((_, i) => i).filter((i) => rank[i] < Infinity).sort((a, b) => rank[a] - rank[b] || weight[b] - weight[a] || a - b).slice(0, most);
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
      return byName[i] < Infinity || codes.some((text2) => text2 && fold(text2).includes(wanted));
    });
  }

  // src/report/finder.js
  var MOST_FOUND = 8;
  var found = [];
  var at = 0;
  function close() {
    byId("finder-list").hidden = true;
    byId("finder").setAttribute("aria-expanded", "false");
    byId("finder").removeAttribute("aria-activedescendant");
  }
  function choose(i) {
    close();
    byId("finder").value = PLACES.name[i];
    openPlace(i, { fly: true });
  }
  function option(i, k) {
    const where = [adminName(PLACES.admin1_code[i]), count(PLACES.population[i])].filter(Boolean).join(" · ");
    const onmousedown = (event) => {
      event.preventDefault();
      choose(i);
    };
    const attributes = { id: `found-${k}`, role: "option", "aria-selected": String(k === at), onmousedown };
    return h("li", attributes, PLACES.name[i], h("span", {}, where));
  }
  function draw() {
    byId("finder-list").hidden = found.length === 0;
    byId("finder").setAttribute("aria-expanded", String(found.length > 0));
    fill(byId("finder-list"), found.map(option));
    if (found.length) byId("finder").setAttribute("aria-activedescendant", `found-${at}`);
  }
  function onKey(event) {
    const isOpen = !byId("finder-list").hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      at = (at + step + found.length) % Math.max(1, found.length);
      draw();
    }
    if (event.key === "Enter" && found.length) choose(found[at]);
    if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      close();
    }
  }
  function drawFinder() {
    byId("finder").placeholder = t("find_place");
    byId("finder").setAttribute("aria-label", t("find_place"));
  }
  function startFinder() {
    const input = byId("finder");
    input.addEventListener("input", () => {
      found = search(PLACE_NAMES, input.value, PLACES.population, MOST_FOUND);
      at = 0;
      draw();
    });
    input.addEventListener("keydown", onKey);
    input.addEventListener("blur", close);
  }

  // src/shared/address.js
  function encodeState(state) {
    return Object.entries(state).filter(([, value]) => value !== "" && value !== null && value !== void 0).map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",")}`).join("&");
  }
  function decodeState(hash) {
    const state = {};
    for (const pair of hash.replace(/^#/, "").split("&")) {
      const [name, ...value] = pair.split("=");
      if (!value.length) continue;
      try {
        state[name] = decodeURIComponent(value.join("="));
      } catch {
        continue;
      }
    }
    return state;
  }
  var COORDINATE_DIGITS = 4;
  var viewText = ({ lng, lat }, zoom) => [lat.toFixed(COORDINATE_DIGITS), lng.toFixed(COORDINATE_DIGITS), zoom.toFixed(2)].join(",");
  function viewOf(text2) {
    const [lat, lng, zoom] = String(text2 || "").split(",").map(Number);
    const isWhole = Number.isFinite(lat) && Math.abs(lat) <= 90 && Number.isFinite(lng) && Number.isFinite(zoom);
    return isWhole ? { center: [lng, lat], zoom } : null;
  }
  function replaceAddress(state) {
    const hash = encodeState(state);
    const bare = window.location.href.split("#")[0];
    window.history.replaceState(null, "", hash ? `${bare}#${hash}` : bare);
  }

  // src/report/link.js
  var hasMoved = false;
  var namesOf = (text2) => String(text2 || "").split(",");
  var switched = (isOn) => SWITCHES.filter((item) => item.on === isOn && FIRST_ON.get(item.id) !== isOn);
  function stateOf() {
    const map2 = theMap();
    const ids = (isOn) => switched(isOn).map(({ id }) => id);
    return {
      lang: language() === languages()[0] ? "" : language(),
      place: openedPlace() < 0 ? "" : PLACES.place_id[openedPlace()],
      view: map2 && hasMoved ? viewText(map2.getCenter(), map2.getZoom()) : "",
      cover: view.coverage === FIRST_VIEW.coverage ? "" : view.coverage || "none",
      when: view.when === FIRST_VIEW.when ? "" : view.when,
      on: ids(true).join(","),
      off: ids(false).join(","),
      hide: [...view.hiddenTechnologies].join(",")
    };
  }
  var writeLink = () => replaceAddress(stateOf());
  function applySwitches({ on, off }) {
    const [shown2, hidden] = [namesOf(on), namesOf(off)];
    for (const item of SWITCHES) {
      item.on = FIRST_ON.get(item.id);
      if (shown2.includes(item.id)) item.on = true;
      if (hidden.includes(item.id)) item.on = false;
    }
  }
  function applyChoices(state) {
    applySwitches(state);
    const covers = ["", ...coverageChoices().keys()];
    const cover = state.cover === "none" ? "" : state.cover;
    view.coverage = covers.includes(cover) ? cover : FIRST_VIEW.coverage;
    view.when = ["today", "planned"].includes(state.when) ? state.when : FIRST_VIEW.when;
    view.hiddenTechnologies.clear();
    for (const name of namesOf(state.hide)) if (TECHNOLOGIES.includes(name)) view.hiddenTechnologies.add(name);
  }
  function readLanguage() {
    const { lang } = decodeState(window.location.hash);
    if (lang) setLanguage(lang);
  }
  function readLink() {
    const state = decodeState(window.location.hash);
    if (!Object.keys(state).length) return;
    changeView(() => applyChoices(state));
    const place = PLACES.place_id.indexOf(state.place);
    const at2 = viewOf(state.view);
    if (at2 && theMap()) theMap().jumpTo(at2);
    if (place >= 0) openPlace(place, { fly: !at2 });
    else closePlace();
  }
  function startLink(redraw) {
    readLink();
    const map2 = theMap();
    if (map2) {
      map2.on("moveend", (event) => {
        hasMoved = hasMoved || Boolean(event.originalEvent) || openedPlace() >= 0;
        writeLink();
      });
    }
    onView(writeLink);
    onSelection(writeLink);
    window.addEventListener("hashchange", () => {
      if (!Object.keys(decodeState(window.location.hash)).length) return;
      readLanguage();
      readLink();
      redraw();
    });
  }

  // src/report/panel.js
  var row = (...content) => h("div", { class: "row" }, content);
  var number = (n) => h("span", { class: "count" }, n);
  function slider(key, value, layer, change2, isDisabled = false) {
    const attributes = { type: "range", min: 0, max: 1, step: 0.05, value, disabled: isDisabled, "data-key": key };
    const oninput = (event) => changeView(() => change2(Number(event.target.value)), { isSliding: true });
    return h("input", { ...attributes, "aria-label": t("opacity", { layer }), oninput });
  }
  function whenSwitch() {
    const names = { today: t("today"), planned: t("after_plan") };
    return h(
      "div",
      { class: "segment", role: "group", "aria-label": t("when") },
      Object.entries(names).map(([when, name]) => {
        const onclick = () => changeView(() => Object.assign(view, { when }));
        const pressed = String(view.when === when);
        return h("button", { type: "button", "data-key": `when-${when}`, "aria-pressed": pressed, onclick }, name);
      })
    );
  }
  function coverageName(item) {
    if (["state", "speed"].includes(item.kind)) return t(`cover_${item.kind}`);
    return item.band_mhz ? t(`cover_${item.kind}`, { band: item.band_mhz }) : t(`cover_${item.kind}_all`);
  }
  function coverageLegend(picture) {
    if (picture.kind === "state") {
      const rows = picture.classes.map(([name, colour]) => row(swatch(colour, "square"), t(name)));
      return h("div", { class: "legend" }, rows);
    }
    const patch = ([name, colour]) => h("div", {}, h("div", { class: "patch", style: { background: colour } }), name.split(" ")[0]);
    return h(
      "div",
      { class: "legend" },
      h("div", { class: "scale" }, picture.classes.map(patch)),
      h("div", {}, picture.unit)
    );
  }
  function coverageChoice(key, name) {
    const onchange = () => changeView(() => Object.assign(view, { coverage: key }));
    const attributes = { type: "radio", name: "coverage", value: key, "data-key": `coverage-${key}` };
    return h("label", { class: "choice" }, h("input", { ...attributes, checked: view.coverage === key, onchange }), name);
  }
  function coverageGroup() {
    const isBoth = bothCoverages || !META.has_plan;
    const title = isBoth ? t("coverage") : `${t("coverage")} · ${t("today")}`;
    const setOpacity = (value) => Object.assign(view, { coverageOpacity: value });
    return h(
      "div",
      { class: "layer-group", role: "radiogroup", "aria-label": t("coverage") },
      h(
        "div",
        { class: "layer-title" },
        h("span", {}, title),
        slider("opacity-coverage", view.coverageOpacity, t("coverage"), setOpacity)
      ),
      bothCoverages && whenSwitch(),
      coverageChoice("", t("cover_none")),
      [...coverageChoices()].map(([key, item]) => [
        coverageChoice(key, coverageName(item)),
        key === view.coverage && coverageLegend(coveragePicture())
      ])
    );
  }
  function technologyRow(name, served) {
    const hidden = view.hiddenTechnologies;
    const toggle = () => {
      if (!hidden.delete(name)) hidden.add(name);
    };
    const attributes = {
      type: "button",
      class: "row",
      "data-key": `technology-${name}`,
      title: t("plan_filter_hint"),
      "aria-pressed": String(!hidden.has(name)),
      onclick: () => changeView(toggle)
    };
    return h("button", attributes, techSwatch(name), techName(name), number(people(served.population)));
  }
  function heldRow([from, colour], k) {
    const next = HELD_STEPS[k + 1];
    const text2 = next ? t("held_under", { share: share(next[0]) }) : t("held_from", { share: share(from) });
    return row(swatch(colour), text2);
  }
  function siteRow(status) {
    const icon = siteIcon(status);
    icon.className = "site-icon";
    return row(icon, t(`status_${status}`), number(count(SITES.status.filter((v) => v === status).length)));
  }
  function institutionRow([name, n]) {
    const style = { background: "#fff", border: `3px solid ${wayColour(name)}` };
    return row(h("span", { class: "swatch square", style }), wayName(name), number(count(n)));
  }
  var LEGENDS = {
    unreached: () => [PLANNED && !bothCoverages && whenSwitch(), h("div", {}, t("area_people"))],
    plan: () => {
      const served = FIGURES.by_technology || {};
      const used = TECHNOLOGIES.filter((name) => served[name] && served[name].households > 0);
      return used.map((name) => technologyRow(name, served[name]));
    },
    held: () => [h("div", {}, t("held_legend", { n: count(ANSWERS.n_draws) })), HELD_STEPS.map(heldRow).reverse()],
    sites: () => STATUSES.filter((status) => SITES.status.includes(status)).map(siteRow),
    institutions: () => waysUsed().map(institutionRow),
    fibre: () => ["fibre", "access_fibre"].filter((kind) => LINKS.kind.includes(kind)).map((kind) => row(swatch(COLOURS.link[kind], "line"), t(`link_${kind}`)))
  };
  var SIGNS = {
    unreached: () => techSwatch("none"),
    hops: () => swatch(COLOURS.link.hop, "dash"),
    fibre_today: () => swatch(COLOURS.layer.fibre_today, "line"),
    exclusions: () => swatch(COLOURS.layer.exclusions_pale, "square"),
    roads: () => swatch(COLOURS.layer.roads, "line")
  };
  function switchRow(item) {
    const name = t(item.text);
    const id = `switch-${item.id}`;
    const onchange = (event) => changeView(() => Object.assign(item, { on: event.target.checked }));
    const setOpacity = (opacity) => Object.assign(item, { opacity });
    const legend = item.on && LEGENDS[item.id] && h("div", { class: "legend" }, LEGENDS[item.id]());
    return h(
      "div",
      { class: "layer" },
      h(
        "div",
        { class: "layer-head" },
        h("input", { type: "checkbox", id, "data-key": id, checked: item.on, onchange }),
        h("label", { for: id }, name, item.on && SIGNS[item.id] && [" ", SIGNS[item.id]()]),
        slider(`opacity-${item.id}`, item.opacity, name, setOpacity, !item.on)
      ),
      legend
    );
  }
  function drawPanel() {
    refill(byId("layers"), DATA.coverages.length > 0 && coverageGroup(), SWITCHES.map(switchRow));
  }
  var startPanel = () => onView(({ isSliding }) => {
    if (!isSliding) drawPanel();
  });

  // src/report/references.js
  var FEW = 12;
  var number2 = (v) => formatter({ maximumSignificantDigits: 6, useGrouping: Math.abs(v) >= 1e4 }).format(v);
  function sourceOf(i, isWithYear) {
    const { source, year } = DATA.parameters;
    if (isWithYear && year[i]) return `${source[i]} (${year[i]})`;
    return isWithYear ? source[i] : source[i].replace(/^assumption:?\s*/i, "");
  }
  function parameterRow(i, isWithYear) {
    const all = DATA.parameters;
    const range = all.low[i] === all.high[i] ? "" : `${number2(all.low[i])} – ${number2(all.high[i])}`;
    return h(
      "tr",
      {},
      h("td", {}, h("code", {}, all.key[i])),
      h("td", {}, all.meaning[i]),
      h("td", { class: "r" }, `${number2(all.value[i])}${all.unit[i] === "1" ? "" : ` ${all.unit[i]}`}`),
      h("td", { class: "r" }, range),
      h("td", {}, sourceOf(i, isWithYear))
    );
  }
  function parameterTable(rows, isWithYear) {
    const columns = [[t("parameter")], [t("meaning")], [t("value"), "r"], [t("range"), "r"], [t("source")]];
    return wideTable(
      "plain",
      columns,
      rows.map((i) => parameterRow(i, isWithYear))
    );
  }
  var folded = (title, n, isOpen, table) => h("details", { class: "more", open: isOpen }, h("summary", {}, `${title} (${count(n)})`), table);
  function drawAssumptions() {
    const rows = indices(DATA.parameters.key);
    const assumed = rows.filter((i) => DATA.parameters.assumed[i]);
    fill(
      byId("assumptions-body"),
      h("p", { class: "foot first" }, t("assumptions_note", { n: count(assumed.length), total: count(rows.length) })),
      h("p", { class: "foot" }, t("predicted_note")),
      folded(t("assumptions"), assumed.length, assumed.length <= FEW, parameterTable(assumed, false)),
      folded(t("all_parameters"), rows.length, false, parameterTable(rows, true))
    );
  }
  function drawSources() {
    const row2 = (layer) => h(
      "tr",
      {},
      h("td", {}, word(layer.layer)),
      h("td", {}, badge(layer.evidence)),
      h("td", {}, layer.source, layer.retrieved && ` (${t("retrieved")} ${layer.retrieved})`),
      h("td", {}, layer.licence),
      h("td", {}, layer.note)
    );
    const columns = [[t("layer")], [t("evidence")], [t("source")], [t("licence")], [t("note")]];
    const sketch = META.sketch ? ` ${t("natural_earth")}` : "";
    fill(
      byId("sources-body"),
      wideTable("plain", columns, DATA.sources.map(row2)),
      h("p", { class: "foot" }, t("software_text", { version: META.version }), sketch)
    );
  }
  function drawCredit() {
    const isOsm = DATA.sources.some((layer) => /OpenStreetMap/.test(layer.source + layer.licence));
    fill(byId("credit"), isOsm ? "© OpenStreetMap contributors · " : "", h("a", { href: "#sources" }, t("credit")));
  }

  // src/shared/csv.js
  function cell(value) {
    const text2 = value === null || value === void 0 ? "" : String(value);
    const safe = /^[=+\-@\t]/.test(text2) && Number.isNaN(Number(text2)) ? `'${text2}` : text2;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }
  var csv = (rows) => rows.map((row2) => `${row2.map(cell).join(",")}\r
`).join("");
  function download(name, text2) {
    const url = URL.createObjectURL(new Blob(["\uFEFF", text2], { type: "text/csv;charset=utf-8" }));
    const link = h("a", { href: url, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 1e4);
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

  // src/report/table.js
  var ROW_REM = 2.3;
  var ROWS_BEYOND = 12;
  var rounded = (value) => count(known(value) ? roundedSum(value) : value);
  function perHousehold(i) {
    const { pv_usd: pv } = SUMMARY[i];
    return known(pv) && PLACES.households[i] ? pv / PLACES.households[i] : null;
  }
  var isPlanned = { isShown: META.has_plan };
  var text = { isNumber: false };
  var sum = { isNumber: true, show: rounded };
  var COLUMNS = [
    { key: "name", ...text, message: "col_name", width: "13rem", of: (i) => PLACES.name[i] },
    { key: "admin1_code", ...text, message: "col_admin1", width: "9rem", of: (i) => adminName(PLACES.admin1_code[i]) },
    { key: "population", ...sum, message: "col_population", width: "6rem", of: (i) => PLACES.population[i], show: count },
    {
      key: "predicted_share",
      ...sum,
      message: "col_reached",
      width: "7rem",
      of: (i) => PLACES.predicted_share[i],
      show: share
    },
    {
      key: "planned_share",
      ...sum,
      message: "col_reached_after",
      width: "7rem",
      of: (i) => SUMMARY[i].reachedAfter,
      show: share,
      isShown: Boolean(PLANNED)
    },
    { key: "missing", ...sum, message: "col_missing", width: "6.5rem", of: (i) => SUMMARY[i].missing, show: count },
    {
      key: "technology",
      ...text,
      message: "col_technology",
      width: "12rem",
      of: (i) => SUMMARY[i].technology && techName(SUMMARY[i].technology),
      ...isPlanned
    },
    {
      key: "dl_mbps",
      ...sum,
      message: "col_speed",
      width: "6rem",
      of: (i) => SUMMARY[i].dl_mbps,
      show: (v) => decimal(v)
    },
    { key: "capex_usd", ...sum, message: "col_capex", width: "8.5rem", of: (i) => SUMMARY[i].capex_usd, ...isPlanned },
    { key: "pv_usd", ...sum, message: "col_pv", width: "9rem", of: (i) => SUMMARY[i].pv_usd, ...isPlanned },
    { key: "pv_household", ...sum, message: "col_pv_household", width: "8rem", of: perHousehold, ...isPlanned },
    { key: "evidence", ...text, message: "col_evidence", width: "7rem", of: (i) => SUMMARY[i].evidence },
    {
      key: "national_code",
      ...text,
      message: "col_code",
      width: "7rem",
      of: (i) => PLACES.national_code[i] || "",
      isShown: PLACES.national_code.some(Boolean)
    }
  ].filter((column2) => column2.isShown !== false);
  var sorting = { key: META.has_plan ? "pv_usd" : "missing", isDown: true };
  var filter = { text: "", technology: "", isUnreached: false };
  var order = [];
  function arrange() {
    const kept = isKept(filter.text);
    const isServedSo = (i) => (ASSIGNED.get(PLACES.place_id[i]) || []).some((r) => ASSIGNMENTS.technology[r] === filter.technology);
    const column2 = COLUMNS.find(({ key }) => key === sorting.key);
    const values = indices(PLACES.place_id).map(column2.of);
    const collator = new Intl.Collator(language(), { numeric: true });
    order = indices(PLACES.place_id).filter((i) => kept[i]).filter((i) => !filter.technology || isServedSo(i)).filter((i) => !filter.isUnreached || SUMMARY[i].missing >= 0.5).sort(compareRows(values, { ...sorting, isNumber: column2.isNumber, collator }));
  }
  var rowPx = () => ROW_REM * 16 * rem();
  function cell2(column2, i) {
    const value = column2.of(i);
    if (column2.key === "evidence") return h("td", {}, badge(value));
    if (column2.key === "technology") return h("td", { title: value }, value && techSwatch(SUMMARY[i].technology), value);
    if (column2.isNumber) return h("td", { class: "r" }, column2.show(value));
    return h("td", { title: value }, value);
  }
  function rowOf2(i, at2) {
    const css = i === openedPlace() ? "row chosen" : "row";
    const attributes = { class: css, tabindex: 0, "data-at": at2, "data-place": i, "aria-rowindex": at2 + 2 };
    return h(
      "tr",
      attributes,
      COLUMNS.map((column2) => cell2(column2, i))
    );
  }
  function gapOf(nRows) {
    if (nRows <= 0) return null;
    const style = { height: `${nRows * rowPx()}px` };
    return h("tr", { "aria-hidden": "true" }, h("td", { class: "gap", colspan: COLUMNS.length, style }));
  }
  function drawRows(focusOn) {
    const [body, box] = [byId("rows"), byId("table-scroll")];
    if (!body) return;
    const first = Math.max(0, Math.floor(box.scrollTop / rowPx()) - ROWS_BEYOND);
    const last = Math.min(order.length, first + Math.ceil(box.clientHeight / rowPx()) + 2 * ROWS_BEYOND + 2);
    const hasFocus = body.contains(document.activeElement);
    const focused = focusOn ?? (hasFocus ? Number(document.activeElement.dataset.at) : -1);
    const rows = order.slice(first, last).map((i, k) => rowOf2(i, first + k));
    fill(body, gapOf(first), rows, gapOf(order.length - last));
    if (focused >= 0) body.querySelector(`[data-at="${focused}"]`)?.focus({ preventScroll: true });
  }
  function refreshTable() {
    arrange();
    byId("table-scroll").scrollTop = 0;
    byId("shown").textContent = t("shown_of", { n: count(order.length), total: count(N_PLACES) });
    byId("place-table").setAttribute("aria-rowcount", order.length + 1);
    drawRows();
  }
  function sortBy(column2) {
    if (sorting.key === column2.key) sorting.isDown = !sorting.isDown;
    else Object.assign(sorting, { key: column2.key, isDown: column2.isNumber });
    document.querySelectorAll("#place-table th").forEach((head2, i) => {
      head2.setAttribute("aria-sort", ariaSort(COLUMNS[i].key === sorting.key, sorting.isDown));
    });
    refreshTable();
  }
  function headOf(column2) {
    const name = t(column2.message);
    const style = { textAlign: column2.isNumber ? "right" : "left" };
    const button = { type: "button", "data-key": column2.key, style, title: name, onclick: () => sortBy(column2) };
    const sorted = ariaSort(sorting.key === column2.key, sorting.isDown);
    return h("th", { scope: "col", class: column2.isNumber ? "r" : null, "aria-sort": sorted }, h("button", button, name));
  }
  var change = (name, of) => (event) => {
    filter[name] = of(event.target);
    refreshTable();
  };
  function technologyFilter() {
    const used = TECHNOLOGIES.filter((name) => ASSIGNMENTS.technology.includes(name));
    const option2 = (name) => h("option", { value: name, selected: filter.technology === name }, techName(name));
    return h(
      "select",
      { id: "technology", "aria-label": t("technology"), onchange: change("technology", (box) => box.value) },
      h("option", { value: "" }, t("all_technologies")),
      used.map(option2)
    );
  }
  function downloadButton(what, message, rows) {
    const onclick = () => download(`${META.iso3}-${META.scenario}-${what}.csv`, csv(rows()));
    return h("button", { type: "button", class: "button", id: `download-${what}`, onclick }, t(message));
  }
  function drawTools() {
    const search2 = { type: "search", id: "filter", placeholder: t("filter"), "aria-label": t("filter") };
    const unreached = { type: "checkbox", checked: filter.isUnreached };
    fill(
      byId("table-tools"),
      h("input", { ...search2, value: filter.text, oninput: change("text", (box) => box.value) }),
      META.has_plan && technologyFilter(),
      h(
        "label",
        {},
        h("input", { ...unreached, onchange: change("isUnreached", (box) => box.checked) }),
        t("only_unreached")
      ),
      h("output", { id: "shown" }),
      h("span", { class: "spacer" }),
      downloadButton("places", "download_places", placeRows),
      META.has_plan && downloadButton("plan", "download_plan", planRows)
    );
  }
  function drawTable() {
    drawTools();
    fill(
      byId("place-table"),
      h(
        "colgroup",
        {},
        COLUMNS.map(({ width }) => h("col", { style: { width } }))
      ),
      h("thead", {}, h("tr", {}, COLUMNS.map(headOf))),
      h("tbody", { id: "rows" })
    );
    refreshTable();
  }
  function placeRows() {
    const own = Object.keys(PLACES).filter((name) => !["lonlat", "other_names"].includes(name));
    const measured = PLANNED ? Object.keys(PLANNED) : [];
    const plan = META.has_plan ? ["technology", "dl_mbps", "capex_usd", "opex_usd_per_year", "pv_usd"] : [];
    const cents = (name, value) => name.includes("usd") && known(value) ? Math.round(value * 100) / 100 : value;
    const head2 = [...measured.map((name) => `planned_${name}`), ...plan.map((name) => `plan_${name}`)];
    const row2 = (i) => [
      ...own.map((name) => PLACES[name][i]),
      ...pointOf(PLACES, i),
      ...measured.map((name) => PLANNED[name][i]),
      ...plan.map((name) => cents(name, SUMMARY[i][name]))
    ];
    return [[...own, "lon_deg", "lat_deg", ...head2], ...order.map(row2)];
  }
  function planRows() {
    const names = Object.keys(ASSIGNMENTS);
    return [names, ...indices(ASSIGNMENTS.place_id).map((r) => names.map((name) => ASSIGNMENTS[name][r]))];
  }
  function showOnMap(i) {
    openPlace(i, { fly: true });
    const behavior = prefersStillness() ? "auto" : "smooth";
    document.querySelector(".map-box").scrollIntoView({ behavior, block: "center" });
  }
  function onKey2(event) {
    const row2 = event.target.closest("tr.row");
    if (!row2) return;
    if (event.key === "Enter") {
      event.preventDefault();
      showOnMap(Number(row2.dataset.place));
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const box = byId("table-scroll");
    const at2 = Math.min(order.length - 1, Math.max(0, Number(row2.dataset.at) + step));
    if (at2 * rowPx() < box.scrollTop) box.scrollTop = at2 * rowPx();
    const below = (at2 + 2.2) * rowPx();
    if (below > box.scrollTop + box.clientHeight) box.scrollTop = below - box.clientHeight;
    drawRows(at2);
  }
  function startTable() {
    const box = byId("table-scroll");
    box.addEventListener("scroll", () => requestAnimationFrame(() => drawRows()));
    box.addEventListener("click", (event) => {
      const row2 = event.target.closest("tr.row");
      if (row2) showOnMap(Number(row2.dataset.place));
    });
    box.addEventListener("keydown", onKey2);
    onSelection(() => drawRows());
  }

  // src/report/main.js
  var NARROW_PX2 = 960;
  function drawPages() {
    const link = ({ href, key, name }) => h("a", { href }, name ? `${t(key)}: ${name}` : t(key));
    byId("pages").hidden = DATA.pages.length === 0;
    fill(
      byId("pages"),
      DATA.pages.map((page, i) => [i ? " · " : "", link(page)])
    );
  }
  function drawAll() {
    const subtitle = `${t("scenario", { name: META.scenario })} · ${META.base_year}`;
    drawFrame(t("title", { country: META.name }), subtitle);
    drawPages();
    drawFinder();
    drawHeadline();
    drawFigures();
    drawPanel();
    drawCredit();
    drawCosts();
    drawTable();
    drawAssumptions();
    drawSources();
    drawCard();
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !closePopup()) closePlace();
  });
  window.addEventListener("resize", () => {
    measureTop();
    drawRows();
  });
  if (window.innerWidth < NARROW_PX2) byId("layers-box").open = false;
  readLanguage();
  startLanguages(() => {
    drawAll();
    writeLink();
  });
  drawAll();
  measureTop();
  startCard();
  startPanel();
  startTable();
  startFinder();
  startMap(() => startLink(drawAll));
  if (!theMap()) startLink(drawAll);
  window.allreach = {
    get map() {
      return theMap();
    },
    openPlace,
    closePlace,
    data: DATA
  };
})();

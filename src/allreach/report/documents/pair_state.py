"""First page of a bilateral brief: who leads where, the state of ICT side by side, indices with their parts, trends."""

from __future__ import annotations

import pandas as pd

from allreach.report.documents import charts
from allreach.report.documents.blocks import Block, Cell, Sources, bullets, cell, chart, columns, heading, note, table
from allreach.report.documents.country_map import map_chart
from allreach.report.documents.localise import NO_VALUE
from allreach.report.documents.pair_inputs import Pair

STATE = {
    "people": ("population", "urban_people_pct", "gni_per_head_usd", "electricity_access_pct"),
    "use": (
        "internet_users_pct",
        "households_internet_pct",
        "mobile_phone_owners_pct",
        "mbb_subs_per100",
        "fixed_subs_per100",
        "mbb_traffic_gb_per_sub",
        "fbb_traffic_gb_per_sub",
    ),
    "coverage": ("pop_cov_2g_pct", "pop_cov_3g_pct", "pop_cov_4g_pct", "pop_cov_5g_pct", "lines_passed_pct"),
    "speeds": ("fixed_dl_mbps", "mobile_dl_mbps"),
    "prices": ("fixed_basket_pct_gni", "data_only_mobile_basket_pct_gni", "mobile_basket_high_pct_gni"),
}
"""Indicators by group, in the order in which they are shown."""
INDICES = (
    "idi",
    "idi_universal",
    "idi_meaningful",
    "egdi",
    "osi",
    "tii",
    "hci",
    "gci",
    "gci_legal",
    "gci_technical",
    "gci_organizational",
    "gci_capacity",
    "gci_cooperation",
    "ai_readiness",
)
NEUTRAL = frozenset({"population", "urban_people_pct", "gni_per_head_usd"})
"""Of these more is not better: they have no place on a scale."""
VOLUMES = frozenset({"mbb_traffic_gb_per_sub", "fbb_traffic_gb_per_sub"})
"""Of these more says little of who is better served: nobody leads in them."""
TRENDS = (
    "egdi",
    "mbb_subs_per100",
    "fixed_subs_per100",
    "households_internet_pct",
    "internet_users_pct",
    "fixed_basket_pct_gni",
    "pop_cov_4g_pct",
    "idi",
    "fixed_dl_mbps",
    "mobile_dl_mbps",
)
"""Indicators whose course is shown, the first that both have in years enough."""
REGION = ("electricity_access_pct", "pop_cov_4g_pct", "internet_users_pct", "fixed_subs_per100")
"""Indicators that every country has a published total of."""
N_NEIGHBOURS = 7
N_TRENDS, N_LEADS = 3, 3
LEAST_LEAD = 0.02
"""Least distance on the scale from which one leads."""


def has_indices(pair: Pair) -> bool:
    """Whether an index of either is known."""
    return any(row is not None for name in INDICES for row in pair.latest(name))


def state_blocks(pair: Pair, beside_map: list[Block], sources: Sources) -> list[Block]:
    """Write the first page; `beside_map` stands where there are no indices."""
    speech = sources.speech
    names = tuple(speech.country(code) for code in pair.codes)
    blocks: list[Block] = [*_leads(pair, sources), heading(speech("side"))]
    rows, is_short = [], False
    for group, indicators in STATE.items():
        found = [row for name in indicators if (row := _row(pair, name, sources)) is not None]
        if found:
            rows += [[cell(speech(f"group_{group}"), kind="group"), *[cell("")] * 6], *found]
            is_short |= any(c["t"] == NO_VALUE for row in found for c in (row[1], row[3]))
    head = [speech("indicator"), names[0], speech("when"), names[1], speech("when"), speech("difference"), ""]
    if rows:
        blocks.append(_aligned(table(head, rows, [5.5, 2.1, 1.4, 2.1, 1.4, 1.5, 1.9])))
        blocks.append(note(speech("scale_note") + (f" {speech('missing_note')}" if is_short else "")))
    blocks += _indices_and_map(pair, names, beside_map, sources)
    return [*blocks, *(_trends(pair, names, sources) or _neighbours(pair, sources))]


def position(pair: Pair, name: str) -> tuple[float, float] | None:
    """Place of both from 0 to 1, on the indicator's scale where it has two ends, else for the best value known."""
    one, two = pair.latest(name)
    if one is None or two is None or name in NEUTRAL:
        return None
    indicator = pair.inputs.book.get(name)
    values = float(one["value"]), float(two["value"])
    rows = pair.inputs.series[pair.inputs.series["indicator"] == name].sort_values("date", kind="stable")
    every = rows.drop_duplicates("iso3", keep="last")["value"]
    if indicator.better == "down":
        best = float(every[every > 0.0].min())
        return best / max(values[0], best), best / max(values[1], best)
    low, high = indicator.low, float(every.max()) if indicator.high is None else indicator.high
    span = high - low or 1.0
    return (values[0] - low) / span, (values[1] - low) / span


def _leads(pair: Pair, sources: Sources) -> list[Block]:
    """Say in which indicators either leads most, each value with its date."""
    speech = sources.speech
    distance = {}
    for name in [name for group in STATE.values() for name in group if name not in VOLUMES] + [*INDICES]:
        place = position(pair, name)
        if place is not None and abs(place[0] - place[1]) >= LEAST_LEAD:
            distance[name] = place[0] - place[1]
    items = []
    for number, code in enumerate(pair.codes):
        sign = 1.0 if number == 0 else -1.0
        ahead = sorted((name for name in distance if sign * distance[name] > 0.0), key=lambda n: -abs(distance[n]))
        if not ahead:
            continue
        run = [cell(speech("ahead_in", country=speech.country(code)) + " ", kind="strong")]
        for at, name in enumerate(ahead[:N_LEADS]):
            rows = pair.latest(name)
            run.append(cell(("; " if at else "") + speech.indicator(name) + " "))
            run += dated_values(sources, name, rows if number == 0 else rows[::-1])
        items.append([*run, cell(".")])
    return [bullets(items)] if items else []


def dated_values(sources: Sources, name: str, rows: tuple[pd.Series | None, pd.Series | None]) -> list[Cell]:
    """Both values of an indicator with their dates, to run on in a sentence."""
    speech, unit = sources.speech, sources.speech.book.get(name).unit
    out = []
    for number, row in enumerate(rows):
        assert row is not None
        out.append(cell(f" {speech('against')} " if number else "("))
        value = sources.value(row, unit, with_unit=True)
        value["t"] += f", {speech.when(str(row['date']))}"
        out.append(value)
    return [*out, cell(")")]


def _row(pair: Pair, name: str, sources: Sources) -> list[Cell] | None:
    """Row of the table, or none where neither has a value."""
    speech = sources.speech
    one, two = pair.latest(name)
    if one is None and two is None:
        return None
    indicator = pair.inputs.book.get(name)
    words = speech.indicator(name)
    unit = speech.unit(name)
    first = cell(f"{words}, {unit}" if unit and unit.lower() not in words.lower() else words)
    out = [first]
    for row in (one, two):
        out += [sources.value(row, indicator.unit), cell("" if row is None else speech.when(str(row["date"])))]
    gap = cell("")
    if one is not None and two is not None:
        text = speech.measure(float(one["value"] - two["value"]), indicator.unit, sign=True)
        gap = cell(text)
        sources.computed(text, one, two)
    place = position(pair, name)
    mark = cell("")
    if place is not None and one is not None and two is not None:
        mark["svg"] = charts.pair_mark(*place)
        mark["t"] = " – ".join(speech.measure(float(row["value"]), indicator.unit) for row in (one, two))
    return [*out, gap, mark]


def _aligned(block: Block) -> Block:
    assert block["kind"] == "table"
    block["align"] = ["left", "right", "left", "right", "left", "right", "right"]
    return block


def _indices_and_map(pair: Pair, names: tuple[str, ...], beside_map: list[Block], sources: Sources) -> list[Block]:
    speech = sources.speech
    rows = []
    for name in INDICES:
        found = _row(pair, name, sources)
        if found is None:
            continue
        found[0] = cell(speech.indicator(name), kind="part" if pair.inputs.book.get(name).unit == "score_20" else "")
        rows.append([found[0], *found[1:5], found[6]])
    left: list[Block] = []
    if rows:
        head = [speech("indices"), names[0], speech("when"), names[1], speech("when"), ""]
        block = table(head, rows, [4.3, 1.9, 1.3, 1.9, 1.3, 1.7])
        block["align"] = ["left", "right", "left", "right", "left", "right"]
        left.append(block)
    else:
        left = beside_map
    right = map_block(pair, sources)
    if left and right:
        return [columns([1.35, 1.0], left, right)]
    return left or right


def map_block(pair: Pair, sources: Sources) -> list[Block]:
    """Draw the map of both, with what its caption must say."""
    border = pair.border
    if border is None:
        return []
    speech = sources.speech
    number = sources.number(border.source)
    words = [speech("map_caption", date=border.source_date)]
    if border.facing:
        words.append(speech("map_facing"))
    if len(pair.drawn.sites) or len(pair.drawn.gateways):
        words.append(speech("map_drawn"))
    caption = f"{' '.join(words)} [{number}]"
    return [map_chart(speech, border.sides, border, pair.drawn, border.others, caption=caption)]


def _trends(pair: Pair, names: tuple[str, ...], sources: Sources) -> list[Block]:
    """Small charts of what both have in years enough, else of what one has."""
    speech = sources.speech
    ranked = []
    for place, name in enumerate(TRENDS):
        rows = [pair.inputs.rows(code, name) for code in pair.codes]
        counts = [len(found) for found in rows]
        if min(counts) >= 2 or max(counts) >= 3:
            ranked.append((-min(min(counts), 3), place, name, rows))
    parts: list[list[Block]] = []
    for _, _, name, rows in sorted(ranked, key=lambda entry: entry[:2])[:N_TRENDS]:
        series = list(zip(names, rows, strict=True))
        unit = pair.inputs.book.get(name).unit
        words = speech.indicator(name) + (f", {speech.unit(name)}" if speech.unit(name) else "")
        used = sorted({sources.of_row(row) for found in rows for _, row in found.iterrows()})
        svg = charts.trend_chart(speech, words, series, unit=unit)
        parts.append([chart(svg, f"{words} [{', '.join(map(str, used))}]")])
    if not parts:
        return []
    if len(parts) == 1:
        parts.append([])
    return [heading(speech("trends")), columns([1.0] * len(parts), *parts)]


def _neighbours(pair: Pair, sources: Sources) -> list[Block]:
    """Both beside the countries that they border on; for pairs of which no course over the years is known."""
    speech, border = sources.speech, pair.border
    if border is None:
        return []
    around = sorted({code for side in border.sides for code in side.neighbours} - set(pair.codes))
    if not around:
        return []
    rows = []
    for code in [*pair.codes, *around[:N_NEIGHBOURS]]:
        cells = [cell(speech.country(code), kind="strong" if code in pair.codes else "")]
        for name in REGION:
            row = pair.inputs.latest(code, name)
            value = sources.value(row, pair.inputs.book.get(name).unit)
            value["t"] += "" if row is None else f", {speech.when(str(row['date']))}"
            cells.append(value)
        rows.append(cells)
    head = ["", *(f"{speech.indicator(name)}, {speech.unit(name)}" for name in REGION)]
    return [columns([1.0], [heading(speech("neighbours")), table(head, rows, [3.0, *[2.5] * len(REGION)])])]

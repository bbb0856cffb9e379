"""Second page of a bilateral brief: what each plans, what lies between them, what they could do together."""

from __future__ import annotations

import pandas as pd

from allreach.indicators.border import HIGH_M, NEAR_KM, Border
from allreach.indicators.cooperation import (
    Cable,
    Opportunity,
    ground_opportunities,
    ground_rules,
    opportunities,
    widest,
)
from allreach.report.documents.blocks import Block, Cell, Sources, bullets, cell, columns, heading, note, table
from allreach.report.documents.pair_inputs import Pair
from allreach.report.documents.pair_state import INDICES, STATE, dated_values
from allreach.report.documents.target_words import status_word

MAX_TARGETS, MAX_EVENTS, MAX_OPPORTUNITIES, MAX_MET = 8, 6, 9, 4
ASKED = ("idi", "egdi", "gci", "ai_readiness")
"""Indices that are asked for; their parts come with them."""
MET = "achieved"
OPEN = ("on_track", "at_risk", "off_track", "missed", "no_trend", "blocked")
KNOWN = (MET, "claimed", *OPEN)
"""States of targets whose value is known."""


def outlook_blocks(pair: Pair, border: list[Block], sources: Sources) -> list[Block]:
    """Write the second page; `border` is what `ground_blocks` says, unless it stands on the first."""
    return [
        *_plans(pair, sources),
        *border,
        *_opportunities(pair, sources),
        *_memberships(pair, sources),
        *_events(pair, sources),
        *_unknown(pair, sources),
    ]


def _plans(pair: Pair, sources: Sources) -> list[Block]:
    speech = sources.speech
    named = []
    for code in pair.codes:
        own = [strategy for strategy in pair.strategies[code] if strategy.country != "*"]
        if own:
            words = "; ".join(
                speech.text(s.name) + (f" ({speech.date(s.adopted)})" if s.adopted else f" ({_years(s.period)})")
                for s in own
            )
            open_ones = sum(1 for s in own for _, target in s.targets if target.value is None)
            more = " " + speech("plans_open", n=open_ones) if open_ones else ""
            named.append([cell(f"{speech.country(code)}: ", kind="strong"), cell(words + "." + more)])
        else:
            named.append([cell(f"{speech.country(code)}: ", kind="strong"), cell(speech("plans_none"))])
    rows = _target_rows(pair, sources)
    names = [speech.country(code) for code in pair.codes]
    out: list[Block] = [heading(speech("plans")), bullets(named)]
    if rows:
        head = [speech("target"), speech("promised"), speech("due"), names[0], "", names[1], ""]
        block = table(head, rows, [4.8, 1.3, 1.1, 2.5, 2.3, 2.5, 2.3])
        block["align"] = ["left", "right", "left", "right", "left", "right", "left"]
        out.append(block)
    return [columns([1.0], out)]


def _years(period: tuple[int, int] | None) -> str:
    return "–" if period is None else f"{period[0]}–{period[1]}"


def _target_rows(pair: Pair, sources: Sources) -> list[list[Cell]]:
    """Targets of which a value is known in one country at least, those of both first."""
    speech = sources.speech
    found: dict[tuple[str, str], dict[str, pd.Series]] = {}
    for code in pair.codes:
        for _, row in pair.targets[code].iterrows():
            if pd.notna(row["target_value"]):
                found.setdefault((row["strategy"], row["target_id"]), {})[code] = row
    known = {key: rows for key, rows in found.items() if any(row["status"] in KNOWN for row in rows.values())}
    ranked = sorted(known.items(), key=lambda item: (-sum(r["status"] in KNOWN for r in item[1].values()),))
    out = []
    for (strategy_id, target_id), rows in ranked[:MAX_TARGETS]:
        strategy, target = pair.target(strategy_id, target_id)
        origin = strategy.sources[target.source]
        first = next(iter(rows.values()))
        unit = pair.inputs.book.get(first["indicator"]).unit
        short = "%" if unit == "pct_gni" else speech.book.unit(unit, speech.language)
        promise = f"{speech.number(first['target_value'], 0 if first['target_value'] % 1 == 0 else 1)}\u00a0{short}"
        due = speech.month(first["target_date"]) if str(first["target_date"])[5:] != "12-31" else ""
        words = [
            cell(speech.text(target.name)),
            cell(promise, sources.number(origin.title, origin.url)),
            cell(due or str(first["target_date"])[:4]),
        ]
        for code in pair.codes:
            words += _standing(pair, code, rows.get(code), sources)
        out.append(words)
    return out


def _standing(pair: Pair, code: str, row: pd.Series | None, sources: Sources) -> list[Cell]:
    """Value with its date, and state with slip, of one country."""
    speech = sources.speech
    if row is None:
        return [cell(""), cell(speech("not_its_target"), kind="quiet")]
    last = pair.inputs.latest(code, row["indicator"])
    if last is None:
        return [cell(""), cell(speech("no_data"), kind="quiet")]
    value = sources.value(last, pair.inputs.book.get(row["indicator"]).unit)
    value["t"] += f", {speech.when(str(last['date']))}"
    words = status_word(speech, row["status"])
    if row["status"] != MET and pd.notna(row["slip_months"]) and row["slip_months"] > 0:
        months = speech.number(row["slip_months"], 0)
        words += f", {speech('slip_by', months=months)}"
        sources.computed(months, last)
    return [value, cell(words, kind=f"status-{row['status']}")]


def ground_blocks(pair: Pair, sources: Sources) -> list[Block]:
    """Say what lies between the two: border, towns beside it, cables, sites to co-ordinate."""
    speech, border = sources.speech, pair.border
    if border is None:
        return []
    outlines = sources.number(border.source)
    places = sources.number(border.places_source)
    names = {side.iso3: speech.country(side.iso3) for side in border.sides}
    items: list[list[Cell]] = [[cell(_length(border, sources), outlines), *_capitals(border, sources, places)]]
    sides = [side for side in border.sides if side.n_towns]
    if sides:
        words = "; ".join(
            speech(
                "beside_border",
                country=names[side.iso3],
                n=speech.number(side.n_towns),
                people=speech.number(round(side.town_people, -2)),
                largest=speech.town(side.largest.name),
            )
            for side in sides
            if side.largest is not None
        )
        items.append(
            [cell(speech("beside_head", km=speech.number(NEAR_KM), date=border.places_date) + f" {words}.", places)]
        )
    if border.facing:
        pairs = "; ".join(
            f"{speech.town(one.name)} – {speech.town(two.name)} ({speech.number(km)} km)"
            for one, two, km in border.facing
        )
        items.append([cell(speech("facing", date=border.places_date) + f" {pairs}.", places)])
    items += _cables(pair, sources)
    if pair.beside is not None:
        items.append([cell(_beside(pair, sources))])
    return [heading(speech("ground")), bullets(items)]


def _length(border: Border, sources: Sources) -> str:
    speech = sources.speech
    if border.length_km > 0.0:
        km = round(border.length_km, -1) if border.length_km >= 30.0 else border.length_km
        return speech("border_length", km=speech.number(km), date=border.source_date)
    km = round(border.gap_km, -1) if border.gap_km >= 30.0 else border.gap_km
    return speech("border_gap", km=speech.number(km), date=border.source_date)


def _capitals(border: Border, sources: Sources, places: int) -> list[Cell]:
    speech, km = sources.speech, border.capitals_km
    one, two = (side.capital for side in border.sides)
    if km is None or one is None or two is None:
        return []
    names = {"a": speech.town(one.name), "b": speech.town(two.name)}
    return [cell(" " + speech("capitals", km=speech.number(round(km, -1)), date=border.places_date, **names), places)]


def _cables(pair: Pair, sources: Sources) -> list[list[Cell]]:
    speech, items = sources.speech, []
    for cable in pair.inputs.facts.cables_of(*pair.codes, pair.inputs.as_of):
        lands = ", ".join(speech.country(code) for code in cable.countries)
        length = f", {speech.number(cable.length_km)} km" if cable.length_km else ""
        state = speech(f"cable_{cable.state}", date=speech.date(cable.date))
        text = f"{speech.text(cable.names)}: {lands}{length}; {state}"
        items.append([cell(text.rstrip(".") + ".", sources.number(cable.source, cable.url))])
    return items


def _beside(pair: Pair, sources: Sources) -> str:
    speech, beside = sources.speech, pair.beside
    assert beside is not None
    words = speech(
        "sites_beside",
        country=speech.country(pair.inputs.iso3),
        n=speech.number(beside.n_sites),
        new=speech.number(beside.n_new_sites),
        km=speech.number(NEAR_KM),
        date=speech.date(beside.date),
    )
    if beside.n_over_limit is not None:
        words += " " + speech("sites_over_limit", over=speech.number(beside.n_over_limit))
    if beside.gateway_km is not None:
        words += " " + speech("gateway_beside", name=beside.gateway, km=speech.number(beside.gateway_km))
    return words + (f" {speech('drawn_by_rule')}" if beside.is_synthetic else "")


def _opportunities(pair: Pair, sources: Sources) -> list[Block]:
    """Ground rules, targets that one has met, then leader and follower; each with its evidence."""
    speech = sources.speech
    met = _met_by_one(pair)
    rules = sources.number(speech("rules_source"))
    items = [_ground_words(name, pair, sources, rules) for name in _ground_names(pair)]
    items += [_target_words(pair, sources, *one) for one in list(met.values())[:MAX_MET]]
    values, rows = {}, {}
    for name in [name for group in STATE.values() for name in group] + [*INDICES]:
        for code, row in zip(pair.codes, pair.latest(name), strict=True):
            if row is not None:
                values[code, name], rows[code, name] = float(row["value"]), row
    found = opportunities(*pair.codes, values, pair.inputs.book)
    found = widest([o for o in found if o.rule.indicator not in met])
    items += [_rule_words(one, rows, sources, rules) for one in found[: MAX_OPPORTUNITIES - len(items)]]
    if not items:
        return []
    return [
        heading(speech("opportunities")),
        note(speech("opportunities_note")),
        bullets(items),
    ]


def _ground_names(pair: Pair) -> list[str]:
    return [] if pair.border is None else ground_opportunities(pair.border)


def _ground_words(name: str, pair: Pair, sources: Sources, rules_source: int) -> list[Cell]:
    speech, border, rules = sources.speech, pair.border, ground_rules()
    assert border is not None
    with_sea = [side.iso3 for side in border.sides if side.coast_km > 0.0]
    a, b = pair.codes
    if name == "second_way_sea":
        b = with_sea[0]
        a = next(code for code in pair.codes if code != b)
    words = speech(
        f"opp_{name}",
        a=speech.country(a),
        b=speech.country(b),
        km=_length_number(border, sources),
        date=border.source_date,
        share=speech.percent(border.high_share),
        high=speech.number(HIGH_M),
        mean=speech.number(round(border.height_mean_m, -1)) if border.length_km else "",
        heights_date=border.heights_date,
        near=speech.number(NEAR_KM),
    )
    run = [cell(words, sources.number(border.source))]
    if name.startswith("second_way"):
        for cable in _landing(name, a, b, pair)[:1]:
            state = speech(f"cable_{cable.state}", date=speech.date(cable.date))
            run.append(cell(f" {speech.text(cable.names)} ({state}).", sources.number(cable.source, cable.url)))
    else:
        run.append(cell("", sources.number(border.heights_source)))
    key = "rule_second_way" if name.startswith("second_way") else f"rule_{name}"
    max_gap = speech.number(rules.second_way.max_gap_km)
    least = speech.percent(rules.mountain.min_share)
    words = speech(key, gap=max_gap, share=least, high=speech.number(HIGH_M), near=speech.number(NEAR_KM))
    return [*run, cell(f" {words}", rules_source, kind="rule")]


def _landing(name: str, a: str, b: str, pair: Pair) -> list[Cable]:
    """Cables that a link between the two leads to: of the one with the sea, of both over water, else of one alone."""
    found = pair.inputs.facts.cables_of(a, b, pair.inputs.as_of)
    if name == "second_way_sea":
        return [cable for cable in found if b in cable.countries and a not in cable.countries]
    if name == "second_way_water":
        return [cable for cable in found if {a, b} <= set(cable.countries)]
    return [cable for cable in found if not {a, b} <= set(cable.countries)]


def _length_number(border: Border, sources: Sources) -> str:
    km = border.length_km or border.gap_km
    return sources.speech.number(round(km, -1) if km >= 30.0 else km)


def _met_by_one(pair: Pair) -> dict[str, tuple[str, str, pd.Series]]:
    """By indicator: who has met a target, who has set it and not met it, and the target's row of the latter."""
    out: dict[str, tuple[str, str, pd.Series]] = {}
    for follower, leader in (pair.codes, pair.codes[::-1]):
        for _, row in pair.targets[follower].iterrows():
            name = row["indicator"]
            if row["status"] not in OPEN or pd.isna(row["target_value"]):
                continue
            _, target = pair.target(row["strategy"], row["target_id"])
            last = pair.inputs.latest(leader, name)
            own = pair.inputs.latest(follower, name)
            if last is None or own is None or last["status"] == "claim" or target.counts_from is None:
                continue
            sign = 1.0 if pair.inputs.book.get(name).better == "up" else -1.0
            short = sign * float(own["value"]) < sign * target.counts_from
            if short and sign * float(last["value"]) >= sign * target.counts_from and name not in out:
                out[name] = (leader, follower, row)
    return out


def _target_words(pair: Pair, sources: Sources, leader: str, follower: str, row: pd.Series) -> list[Cell]:
    speech = sources.speech
    strategy, target = pair.target(row["strategy"], row["target_id"])
    name = row["indicator"]
    unit = pair.inputs.book.get(name).unit
    words = speech(
        "opp_target",
        leader=speech.country(leader),
        follower=speech.country(follower),
        target=speech.text(target.name),
        value=speech.with_unit(target.counts_from, unit),
        due=str(row["target_date"])[:4],
    )
    rows = tuple(pair.inputs.latest(code, name) for code in (leader, follower))
    origin = strategy.sources[target.source]
    rule = cell(f" {speech('rule_target')}", sources.number(origin.title, origin.url), kind="rule")
    return [cell(words + " "), *dated_values(sources, name, (rows[0], rows[1])), cell("."), rule]


def _rule_words(
    found: Opportunity, rows: dict[tuple[str, str], pd.Series], sources: Sources, rules_source: int
) -> list[Cell]:
    speech, rule = sources.speech, found.rule
    unit = speech.book.get(rule.indicator).unit
    names = {"strong": speech.country(found.strong), "weak": speech.country(found.weak)}
    text = speech(f"opp_{rule.kind}", indicator=speech.indicator(rule.indicator), **names)
    values = dated_values(
        sources, rule.indicator, (rows[found.strong, rule.indicator], rows[found.weak, rule.indicator])
    )
    if rule.kind == "joint":
        why = speech("rule_joint", limit=speech.with_unit(rule.limit, unit))
    else:
        limits = {"from": speech.with_unit(rule.strong_from, unit), "gap": speech.with_unit(rule.gap, unit)}
        why = speech("rule_exchange", **limits)
    return [cell(text + " "), *values, cell("."), cell(f" {why}", rules_source, kind="rule")]


def _memberships(pair: Pair, sources: Sources) -> list[Block]:
    speech, items = sources.speech, []
    for one in pair.inputs.facts.shared(*pair.codes):
        if one.members_on > pair.inputs.as_of:
            continue
        key = "member_since" if one.since else "member_of"
        since = speech.date(one.since) if one.since else ""
        text = speech(key, name=speech.text(one.names), date=since, on=speech.date(one.members_on))
        items.append([cell(text, sources.number(one.source, one.url))])
    return [heading(speech("memberships")), bullets(items)] if items else []


def _events(pair: Pair, sources: Sources) -> list[Block]:
    speech, items = sources.speech, []
    for event in pair.inputs.facts.of_both(*pair.codes, pair.inputs.as_of)[:MAX_EVENTS]:
        who = ", ".join(speech.country(code) for code in event.countries if code in pair.codes)
        text = f"{speech.date(event.date)}: {who}. {speech.text(event.texts)}."
        items.append([cell(text, sources.number(event.source, event.url))])
    return [heading(speech("events")), bullets(items)] if items else []


def _unknown(pair: Pair, sources: Sources) -> list[Block]:
    """Say what to ask each other for: indicators of the first page of which a country has no value here."""
    speech, items = sources.speech, []
    asked = [name for group in STATE.values() for name in group] + [name for name in INDICES if name in ASKED]
    for number, code in enumerate(pair.codes):
        names = [speech.indicator(name) for name in asked if pair.latest(name)[number] is None]
        if names:
            items.append([cell(f"{speech.country(code)}: ", kind="strong"), cell("; ".join(names) + ".")])
    return [heading(speech("to_ask")), bullets(items)] if items else []

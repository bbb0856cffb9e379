"""What a brief says: a country's, or two side by side; nothing that the data do not hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from allreach.indicators.cooperation import Opportunity, opportunities
from allreach.indicators.forecast import MIN_POINTS
from allreach.indicators.outlook import decimal_year
from allreach.indicators.scores import tier
from allreach.io.track_inputs import TrackInputs
from allreach.report.documents import charts
from allreach.report.documents.blocks import (
    Block,
    Cell,
    Document,
    Sources,
    bullets,
    cell,
    chart,
    document,
    heading,
    note,
    table,
)
from allreach.report.documents.localise import NO_VALUE, Speech
from allreach.report.documents.target_words import (
    by_urgency,
    counts_line,
    question_words,
    status_word,
    step_words,
    target_of,
)

SKETCH_DIGITS = 2
"""Significant digits that sums of a sketch bear."""
HEADLINE = (
    "idi",
    "egdi",
    "gci",
    "ai_readiness",
    "internet_users_pct",
    "households_internet_pct",
    "pop_cov_4g_pct",
    "mbb_subs_per100",
    "fixed_subs_per100",
    "fixed_dl_mbps",
    "mobile_dl_mbps",
    "fixed_basket_pct_gni",
    "data_only_mobile_basket_pct_gni",
)
PAIR = (
    "idi",
    "egdi",
    "osi",
    "tii",
    "hci",
    "gci",
    "ai_readiness",
    "internet_users_pct",
    "households_internet_pct",
    "mobile_phone_owners_pct",
    "mbb_subs_per100",
    "fixed_subs_per100",
    "pop_cov_3g_pct",
    "pop_cov_4g_pct",
    "pop_cov_5g_pct",
    "mbb_traffic_gb_per_sub",
    "fbb_traffic_gb_per_sub",
    "mobile_basket_high_pct_gni",
    "fixed_basket_pct_gni",
    "data_only_mobile_basket_pct_gni",
    "fixed_dl_mbps",
    "mobile_dl_mbps",
)
MAX_YEARS_BACK = 3
"""A common year is taken up to this many years before the newest value that either has."""
MAX_TARGETS, MAX_STEPS, MAX_QUESTIONS, MAX_EVENTS = 9, 6, 6, 6


def country_brief(
    inputs: TrackInputs, targets: pd.DataFrame, paths: dict[str, pd.DataFrame], speech: Speech
) -> Document:
    """Content of a country's brief."""
    sources = Sources(speech)
    blocks: list[Block] = [heading(speech("scores")), _headline(inputs, sources)]
    peers = _peers_chart(inputs, speech, sources)
    if peers:
        blocks.append(peers)
    blocks += plan_blocks(inputs, sources)
    blocks += [heading(speech("targets")), note(counts_line(speech, targets)), *_targets(inputs, targets, sources)]
    fan = _lead_chart(inputs, targets, paths, speech, sources)
    if fan:
        blocks.append(fan)
    blocks += _steps(inputs, targets, sources)
    blocks += _events(inputs, (inputs.iso3,), sources)
    return _whole(inputs, speech("brief_title", country=speech.country(inputs.iso3)), blocks, sources)


def pair_brief(inputs: TrackInputs, other: str, speech: Speech) -> Document:
    """Content of a bilateral brief."""
    sources = Sources(speech)
    a, b = inputs.iso3, other
    names = (speech.country(a), speech.country(b))
    rows = [(name, *_of_one_year(inputs, a, b, name)) for name in PAIR]
    both = [(name, one, two) for name, one, two in rows if one is not None and two is not None]
    blocks: list[Block] = [heading(speech("side")), _side_by_side(both, names, sources)]
    if both:
        blocks.append(chart(charts.pair_chart(_scaled(both, inputs, speech), names), speech("pair_caption")))
    for country, sign in ((a, 1.0), (b, -1.0)):
        blocks += _stronger(both, country, sign, speech)
    values = {(iso3, name): float(row["value"]) for name, *pair in both for iso3, row in zip((a, b), pair, strict=True)}
    used = {(iso3, name): row for name, *pair in both for iso3, row in zip((a, b), pair, strict=True)}
    found = opportunities(a, b, values, inputs.book)
    blocks.append(heading(speech("opportunities")))
    shared = inputs.facts.shared(a, b)
    if found:
        blocks += [note(speech("opportunities_note")), bullets([_opportunity(o, used, sources) for o in found])]
    else:
        blocks.append(note(speech("no_opportunity")))
    if shared:
        blocks.append(heading(speech("memberships")))
        items = []
        for organisation in shared:
            text = speech("member_since", name=speech.text(organisation.names), date=speech.date(organisation.since))
            items.append([cell(text, sources.number(organisation.source, organisation.url))])
        blocks.append(bullets(items))
    blocks += _events(inputs, (a, b), sources)
    return _whole(inputs, speech("pair_title", a=names[0], b=names[1]), blocks, sources)


def plan_blocks(inputs: TrackInputs, sources: Sources) -> list[Block]:
    """Say what the plan does, where there is one."""
    speech, results = sources.speech, inputs.results
    if results is None or not results.plan_summary:
        return []
    source = sources.number(speech("plan_source", scenario=inputs.scenario))
    summary = results.plan_summary
    is_sketch = inputs.config is not None and inputs.config.sketch
    after = results.verify_summary.get("reached_share", summary.get("reached_share"))
    rows = []
    if inputs.reach is not None and len(inputs.reach):
        today = float(inputs.reach["reached_pct"].iloc[0]) / 100
        rows.append(
            [
                cell(speech("plan_reached")),
                cell(speech.percent(today, 1), source),
                cell(speech.percent(after, 1), source),
            ]
        )
    for key, label in (("pv_usd", "plan_cost"), ("capex_usd", "plan_capex")):
        if key in summary:
            digits = SKETCH_DIGITS if is_sketch else None
            cost = speech.money_beside(float(summary[key]), summary.get("currency"), significant=digits)
            rows.append([cell(speech(label)), cell(""), cell(cost, source)])
    if not rows:
        return []
    head = [speech("indicator"), speech("plan_today"), speech("plan_after")]
    warning = [note(speech("sketch"))] if is_sketch else []
    return [heading(speech("plan")), *warning, table(head, rows, [5, 2, 2])]


def _whole(inputs: TrackInputs, title: str, blocks: list[Block], sources: Sources) -> Document:
    speech = sources.speech
    lead = speech("as_of", date=speech.date(inputs.as_of))
    return document(title, lead, blocks, day=inputs.as_of, language=speech.language, sources=sources)


def _headline(inputs: TrackInputs, sources: Sources) -> Block:
    speech = sources.speech
    rows = []
    for name in HEADLINE:
        mine = inputs.rows(inputs.iso3, name)
        if not len(mine):
            continue
        unit, last = inputs.book.get(name).unit, mine.iloc[-1]
        before = mine.iloc[-2] if len(mine) > 1 else None
        value = sources.value(last, unit)
        if label := tier_words(speech, name, float(last["value"])):
            value["t"] += f" ({label})"
        change = NO_VALUE if before is None else speech.measure(float(last["value"] - before["value"]), unit, sign=True)
        peers = [float(r["value"]) for r in (inputs.latest(p, name) for p in inputs.peers) if r is not None]
        middle = cell(speech.measure(float(np.median(peers)), unit) + f" ({len(peers)})") if peers else cell(NO_VALUE)
        if peers:
            middle["s"] = next(
                sources.of_row(r) for r in (inputs.latest(p, name) for p in inputs.peers) if r is not None
            )
        earlier = sources.value(before, unit) if before is not None else cell(NO_VALUE)
        words = [cell(speech.indicator(name)), cell(speech.unit(name)), value, cell(str(last["date"])[:4])]
        rows.append([*words, earlier, sources.computed(change, last, before), middle])
    head = [speech(key) for key in ("indicator", "unit", "value", "of_year", "earlier", "change", "peers_median")]
    return table(head, rows, [4.6, 3.0, 2.6, 1.1, 2.0, 1.4, 2.0], text_columns=2)


def tier_words(speech: Speech, score: str, value: float) -> str:
    """Tier of a cybersecurity score in words."""
    return speech("tier", tier=tier(score, value)[1:]) if score == "gci" else ""


def _peers_chart(inputs: TrackInputs, speech: Speech, sources: Sources) -> Block | None:
    for name in ("idi", "egdi"):
        series = [(speech.country(c), inputs.rows(c, name)) for c in (inputs.iso3, *inputs.peers)]
        series = [(country, rows) for country, rows in series if len(rows) > 1][:8]
        if len(series) > 1 and series[0][0] == speech.country(inputs.iso3):
            used = sorted({sources.of_row(rows.iloc[-1]) for _, rows in series})
            caption = f"{speech.indicator(name)} [{', '.join(map(str, used))}]"
            return chart(charts.lines_chart(speech, series, unit=inputs.book.get(name).unit, height=150), caption)
    return None


def _targets(inputs: TrackInputs, targets: pd.DataFrame, sources: Sources) -> list[Block]:
    speech, book = sources.speech, target_of(inputs)
    counted = by_urgency(targets[targets["target_value"].notna()])
    rows = []
    for _, row in counted.head(MAX_TARGETS).iterrows():
        strategy, target = book[row["strategy"], row["target_id"]]
        unit = inputs.book.get(row["indicator"]).unit
        origin = strategy.sources[target.source]
        promised = cell(speech.with_unit(row["target_value"], unit), sources.number(origin.title, origin.url))
        last = inputs.latest(inputs.iso3, row["indicator"])
        text = speech.measure(row["forecast_at_date"], unit)
        if pd.notna(row["forecast_low80"]):
            ends = [speech.measure(row[name], unit) for name in ("forecast_low80", "forecast_high80")]
            text += f" ({ends[0]}–{ends[1]})"
        forecast = sources.computed(text, last)
        slip = sources.computed(speech.number(row["slip_months"], 0, sign=True), last)
        words = [
            cell(speech.text(target.name)),
            promised,
            cell(speech.month(row["target_date"])),
            sources.value(last, unit),
        ]
        state = cell(status_word(speech, row["status"]), kind=f"status-{row['status']}")
        rows.append([*words, forecast, slip, state])
    head = [speech(key) for key in ("target", "promised", "due", "value", "forecast", "slip_months", "status")]
    n_open = int(targets["target_value"].isna().sum())
    out: list[Block] = [table(head, rows, [4.0, 2.0, 1.5, 2.7, 2.6, 1.4, 2.4])] if rows else []
    return [*out, note(speech("targets_open", n=n_open, m=len(targets)))] if n_open else out


def _lead_chart(
    inputs: TrackInputs, targets: pd.DataFrame, paths: dict[str, pd.DataFrame], speech: Speech, sources: Sources
) -> Block | None:
    able = by_urgency(targets[targets["target_value"].notna() & (targets["n_points"] > 1)])
    if not len(able):
        return None
    row = able.iloc[0]
    return target_chart(inputs, row, paths.get(row["indicator"]), speech, sources, height=140)


def target_chart(
    inputs: TrackInputs,
    row: pd.Series,
    path: pd.DataFrame | None,
    speech: Speech,
    sources: Sources,
    *,
    height: int = 230,
) -> Block:
    """Timeline of one target with its fan."""
    _, target = target_of(inputs)[row["strategy"], row["target_id"]]
    points = inputs.rows(inputs.iso3, row["indicator"])
    indicator = inputs.book.get(row["indicator"])
    goal = None
    if target.value is not None and target.date is not None:
        goal = (decimal_year(target.date), target.value)
    used = sorted({sources.of_row(point) for _, point in points.iterrows()})
    if row["status"] in ("achieved", "claimed") or (row["n_points"] < MIN_POINTS and row["model"] != "plan"):
        path = None  # nothing to forecast, or nothing to forecast it from
    svg = charts.fan_chart(
        speech,
        points,
        path,
        unit=indicator.unit,
        target=goal,
        milestones=[(decimal_year(m.date), m.value) for m in target.milestones],
        bounds=(indicator.low, indicator.high),
        height=height,
    )
    refs = f" [{', '.join(map(str, used))}]" if used else ""
    fan = f" — {speech('interval80')}, {speech('interval95')}" if path is not None and row["model"] != "plan" else ""
    return chart(svg, f"{speech.text(target.name)}: {speech.indicator(row['indicator'])}{refs}{fan}")


def _steps(inputs: TrackInputs, targets: pd.DataFrame, sources: Sources) -> list[Block]:
    speech = sources.speech
    out: list[Block] = []
    book = target_of(inputs)
    names = {t.id: speech.text(t.name) for _, t in book.values()}
    pressing = by_urgency(targets[targets["next_step"] != ""])
    pressing = pressing[pressing["target_value"].notna()]
    items = [
        [cell(f"{names[row['target_id']]}: {step_words(speech, row, names)}")]
        for _, row in pressing.head(MAX_STEPS).iterrows()
    ]
    if items:
        out += [heading(speech("next")), bullets(items)]
    asked = [line for strategy in inputs.strategies for line in question_words(speech, strategy)]
    open_only = [
        line for strategy in inputs.strategies if strategy.country != "*" for line in question_words(speech, strategy)
    ]
    if asked:
        out += [heading(speech("questions")), bullets([[cell(line)] for line in (open_only or asked)[:MAX_QUESTIONS]])]
    return out


def _events(inputs: TrackInputs, countries: tuple[str, ...], sources: Sources) -> list[Block]:
    speech = sources.speech
    items = []
    for event in inputs.facts.of(countries, inputs.as_of)[:MAX_EVENTS]:
        who = f"{', '.join(speech.country(c) for c in event.countries)}, " if len(countries) > 1 else ""
        items.append(
            [
                cell(
                    f"{speech.date(event.date)}: {who}{speech.text(event.texts)}",
                    sources.number(event.source, event.url),
                )
            ]
        )
    return [heading(speech("events")), bullets(items)] if items else []


def _of_one_year(inputs: TrackInputs, a: str, b: str, name: str) -> tuple[pd.Series | None, pd.Series | None]:
    """Values of both: of their newest common year where that is not long ago, else the newest of each."""
    rows = [inputs.rows(country, name) for country in (a, b)]
    if not all(map(len, rows)):
        return None, None
    years = [set(one["date"].str[:4]) for one in rows]
    newest = min(int(max(found)) for found in years)
    common = max((int(year) for year in years[0] & years[1]), default=0)
    if common >= newest - MAX_YEARS_BACK:
        rows = [one[one["date"].str.startswith(str(common))] for one in rows]
    return rows[0].iloc[-1], rows[1].iloc[-1]


def _side_by_side(both: list[tuple[str, Any, Any]], names: tuple[str, str], sources: Sources) -> Block:
    speech = sources.speech
    rows: list[list[Cell]] = []
    for name, one, two in both:
        unit = speech.book.get(name).unit
        years = (str(one["date"])[:4], str(two["date"])[:4])
        year = years[0] if years[0] == years[1] else f"{years[0]} / {years[1]}"
        gap = speech.measure(float(one["value"] - two["value"]), unit, sign=True)
        a, b = sources.value(one, unit), sources.value(two, unit)
        difference = sources.computed(gap, one, two)
        rows.append([cell(speech.indicator(name)), cell(speech.unit(name)), a, b, difference, cell(year)])
    head = [speech("indicator"), speech("unit"), *names, speech("difference"), speech("of_year")]
    return table(head, rows, [4.4, 3.0, 2.5, 2.5, 1.4, 1.6], text_columns=2)


def _scaled(
    both: list[tuple[str, Any, Any]], inputs: TrackInputs, speech: Speech
) -> list[tuple[str, float, float, str, str]]:
    """Place of both from 0 to 1, on the indicator's scale where it has two ends, else among all countries known."""
    out = []
    for name, one, two in both:
        indicator = inputs.book.get(name)
        rows = inputs.series[inputs.series["indicator"] == name].sort_values("date", kind="stable")
        every = rows.drop_duplicates("iso3", keep="last")["value"]
        low, high = float(every.min()), float(every.max())
        if indicator.high is not None:
            low, high = indicator.low, indicator.high
        span = high - low or 1.0
        place = [(float(row["value"]) - low) / span for row in (one, two)]
        if indicator.better == "down":
            place = [1 - p for p in place]
        words = [speech.with_unit(float(row["value"]), indicator.unit) for row in (one, two)]
        out.append((speech.indicator(name), place[0], place[1], words[0], words[1]))
    return out


def _stronger(both: list[tuple[str, Any, Any]], country: str, sign: float, speech: Speech) -> list[Block]:
    found = []
    for name, one, two in both:
        indicator = speech.book.get(name)
        gap = sign * float(one["value"] - two["value"]) * (1 if indicator.better == "up" else -1)
        if gap > 0:
            found.append(speech.indicator(name))
    words = "; ".join(found) if found else speech("none")
    return [note(f"{speech('strong_in', country=speech.country(country))}: {words}.")]


def _opportunity(found: Opportunity, used: dict[tuple[str, str], pd.Series], sources: Sources) -> list[Cell]:
    speech, rule = sources.speech, found.rule
    unit = speech.book.get(rule.indicator).unit
    names = {"strong": speech.country(found.strong), "weak": speech.country(found.weak)}
    high, low = speech.with_unit(found.strong_value, unit), speech.with_unit(found.weak_value, unit)
    rows = [used[country, rule.indicator] for country in (found.strong, found.weak)]
    numbers = [sources.of_row(row) for row in rows]
    if rule.kind == "joint":
        text = speech(
            "opp_joint",
            indicator=speech.indicator(rule.indicator),
            a=names["strong"],
            b=names["weak"],
            a_value=high,
            b_value=low,
        )
        why = speech("rule_joint", limit=speech.with_unit(rule.limit, unit))
    else:
        text = speech(
            "opp_exchange", indicator=speech.indicator(rule.indicator), **names, strong_value=high, weak_value=low
        )
        why = speech(
            "rule_exchange", **{"from": speech.with_unit(rule.strong_from, unit)}, gap=speech.with_unit(rule.gap, unit)
        )
    row_ids = " ".join(str(row["row_id"]) for row in rows)
    more = [cell("", number) for number in sorted(set(numbers) - {numbers[0]})]
    return [cell(text, numbers[0], row_ids), *more, cell(f" {why}", kind="rule")]

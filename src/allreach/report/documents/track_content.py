"""What the track page says: next steps, scorecard, timelines, slip list, who answers, peers, what the plan does."""

from __future__ import annotations

import pandas as pd

from allreach.indicators.gtmi import gtmi_parts
from allreach.indicators.idi import gains
from allreach.indicators.released import newer_edition
from allreach.indicators.umc import band, umc_targets
from allreach.io.track_inputs import TrackInputs
from allreach.report.documents import charts
from allreach.report.documents.blocks import (
    Block,
    Cell,
    Document,
    Sources,
    Table,
    bullets,
    cell,
    chart,
    document,
    heading,
    note,
    table,
)
from allreach.report.documents.brief_content import HEADLINE, plan_blocks, target_chart, tier_words
from allreach.report.documents.dated_values import dated_value, edition_words, newer_blocks, note_blocks, value_used
from allreach.report.documents.localise import NO_VALUE, Speech
from allreach.report.documents.next_steps import owner_blocks, summary_blocks
from allreach.report.documents.strategy_words import strategy_blocks
from allreach.report.documents.target_words import (
    by_urgency,
    counts_line,
    is_arrival_seen,
    question_words,
    status_word,
    target_of,
)
from allreach.report.documents.track_effects import PlanEffect, effect_blocks

IDI_ROUNDING = 0.1
"""Difference between the index computed from complete published values and the published one that rounding explains."""
INDICES = ("idi", "egdi", "gci", "gtmi", "ai_readiness")
"""Published indices."""
SCORECARD = (*HEADLINE, "gtmi")
"""Indicators of the scorecard, in its order."""


def track_page(
    inputs: TrackInputs,
    targets: pd.DataFrame,
    paths: dict[str, pd.DataFrame],
    scores: pd.DataFrame,
    effect: PlanEffect,
    idi_values: pd.Series | None,
    speech: Speech,
) -> Document:
    """Content of the track page: what to do next first, then scores, targets, who answers, the plan, sources."""
    sources = Sources(speech)
    blocks: list[Block] = summary_blocks(inputs, targets, sources)
    card = _scorecard(inputs, scores, sources)
    blocks += [heading(speech("scores"), new_page=bool(blocks)), card if card["rows"] else note(speech("no_data"))]
    blocks += _revised(inputs, scores, sources)
    blocks += newer_blocks(inputs, SCORECARD, sources)
    blocks += note_blocks(inputs, SCORECARD, sources)
    blocks += [heading(speech("targets")), note(counts_line(speech, targets)), _targets(inputs, targets, sources)]
    blocks += strategy_blocks(inputs.strategies, inputs.as_of, sources)
    timelines = [
        target_chart(inputs, row, paths.get(row["indicator"]), speech, sources)
        for _, row in by_urgency(targets[targets["n_points"] > 0]).iterrows()
        if pd.notna(row["target_value"])
    ]
    if timelines:
        blocks += [heading(speech("timelines")), *timelines]
    blocks += _slips(inputs, targets, sources)
    blocks += _spending(targets, inputs, sources)
    blocks += owner_blocks(inputs, targets, sources)
    blocks += _peers(inputs, speech, sources)
    blocks += plan_blocks(inputs, sources)
    blocks += effect_blocks(inputs, effect, sources)
    if idi_values is not None and idi_values.notna().any():
        blocks += _levers(idi_values, inputs, sources)
    blocks += _questions(inputs, speech)
    title = speech("track_title", country=speech.country(inputs.iso3))
    lead = speech("as_of", date=speech.date(inputs.as_of))
    return document(title, lead, blocks, day=inputs.as_of, language=speech.language, sources=sources)


def _scorecard(inputs: TrackInputs, scores: pd.DataFrame, sources: Sources) -> Table:
    speech = sources.speech
    rows = []
    for name in SCORECARD:
        mine = inputs.rows(inputs.iso3, name)
        if len(mine):
            unit, last = inputs.book.get(name).unit, mine.iloc[-1]
            value = sources.value(last, unit)
            day = speech.month(str(last["date"]))
            if edition := newer_edition(name, str(last["date"]), inputs.as_of):
                day += f"; {edition_words(speech, edition)}"
            if label := tier_words(speech, name, float(last["value"])) or _band_words(
                speech, name, float(last["value"])
            ):
                value["t"] += f" ({label})"
            change = NO_VALUE
            if len(mine) > 1:
                change = speech.measure(float(last["value"] - mine["value"].iloc[-2]), unit, sign=True)
                change += f" ({str(mine['date'].iloc[-2])[:4]})"
            moved = sources.computed(change, last, mine.iloc[-2] if len(mine) > 1 else None)
            words = [cell(speech.indicator(name)), cell(speech.unit(name)), value]
            rows.append([*words, cell(day), moved])
    own = scores[(scores["iso3"] == inputs.iso3) & (scores["score"] == "idi") & (scores["stage"] != "published")]
    for _, row in own.iterrows():
        label = speech("computed") if row["stage"] == "computed" else speech("plan_after")
        text = speech.number(row["value"], 1)
        if pd.isna(row["value"]):
            n = len(str(row["missing"]).split())
            ends = {"low": speech.number(row["low"], 1), "high": speech.number(row["high"], 1)}
            text = f"{speech('open_index', n=n)}; {speech('between', **ends)}"
        name = f"{speech.indicator('idi')} ({label})"
        used = _inputs_of_idi(inputs)
        score = sources.computed(text, *used)
        years = sorted({str(found["date"])[:4] for found in used})
        data = speech("edition_on_data", edition=row["edition"], years="–".join(dict.fromkeys((years[0], years[-1]))))
        rows.append([cell(name), cell(speech.unit("idi")), score, cell(data), cell(NO_VALUE)])
    rows += _computed_gtmi(inputs, scores, sources)
    head = [speech(key) for key in ("indicator", "unit", "value", "of_day", "change_since")]
    return table(head, rows, [4, 2, 2.4, 3, 1.6], text_columns=2)


def _revised(inputs: TrackInputs, scores: pd.DataFrame, sources: Sources) -> list[Block]:
    """Say why the index computed here is not the published one of its edition: values were revised or added since."""
    speech, edition = sources.speech, str(inputs.idi_rules.edition)
    own = scores[(scores["iso3"] == inputs.iso3) & (scores["score"] == "idi") & (scores["edition"] == edition)]
    published, computed = (own.loc[own["stage"] == stage, "value"].dropna() for stage in ("published", "computed"))
    if published.empty or computed.empty or abs(computed.iloc[-1] - published.iloc[-1]) <= IDI_ROUNDING:
        return []
    ends = {"computed": computed.iloc[-1], "published": published.iloc[-1]}
    words = {key: speech.number(float(value), 1) for key, value in ends.items()}
    return [note(speech("index_revised", edition=edition, **words))]


def _computed_gtmi(inputs: TrackInputs, scores: pd.DataFrame, sources: Sources) -> list[list[Cell]]:
    """GTMI of the newest edition of which all four sub-indices are known."""
    speech = sources.speech
    own = scores[(scores["iso3"] == inputs.iso3) & (scores["score"] == "gtmi") & (scores["stage"] == "computed")]
    if not len(own):
        return []
    row = own.iloc[-1]
    parts = [found for name in gtmi_parts() if (found := inputs.latest(inputs.iso3, name)) is not None]
    value = sources.computed(speech.measure(row["value"], "score_1"), *parts)
    name = f"{speech.indicator('gtmi')} ({speech('computed')})"
    return [[cell(name), cell(speech.unit("gtmi")), value, cell(str(row["edition"])), cell(NO_VALUE)]]


def _band_words(speech: Speech, indicator: str, value: float) -> str:
    """Band of a universality share on ITU's dashboard of the targets for 2030."""
    is_share = any(t.indicator == indicator and t.target == 100 for t in umc_targets())
    return speech(f"band_{band(value)}") if is_share else ""


def _inputs_of_idi(inputs: TrackInputs) -> list[pd.Series]:
    """Rows of the indicators that the index stands on: the newest up to its reference year."""
    edition = inputs.idi_rules
    last_day = f"{edition.edition - edition.reference_lag_years}-12-31"
    found = []
    for name in edition.indicators:
        rows = inputs.rows(inputs.iso3, name)
        rows = rows[rows["date"] <= last_day]
        if len(rows):
            found.append(rows.iloc[-1])
    return found


def _targets(inputs: TrackInputs, targets: pd.DataFrame, sources: Sources) -> Block:
    speech, book = sources.speech, target_of(inputs)
    rows = []
    for _, row in by_urgency(targets).iterrows():
        strategy, target = book[row["strategy"], row["target_id"]]
        origin = strategy.sources[target.source]
        number = sources.number(origin.title, origin.url)
        name = cell(speech.text(target.name), number)
        state = cell(status_word(speech, row["status"]), kind=f"status-{row['status']}")
        pillar = cell(speech(f"pillar_{row['pillar']}"))
        if pd.isna(row["target_value"]):
            rows.append([name, pillar, *[cell(NO_VALUE)] * 7, state])
            continue
        unit = inputs.book.get(row["indicator"]).unit
        last = inputs.latest(inputs.iso3, row["indicator"])
        forecast = speech.measure(row["forecast_at_date"], unit)
        if pd.notna(row["forecast_low80"]):
            forecast += (
                f" ({speech.measure(row['forecast_low80'], unit)}–{speech.measure(row['forecast_high80'], unit)})"
            )
        arrival, slip = speech.month(row["arrival_date"]), speech.number(row["slip_months"], 0, sign=True)
        if not is_arrival_seen(inputs, row):
            arrival, slip = speech("by_then", date=arrival), NO_VALUE
        if not row["arrival_date"] and pd.notna(row["forecast_at_date"]):
            arrival = speech("never")
        rows.append(
            [
                name,
                pillar,
                cell(speech.with_unit(row["target_value"], unit), number),
                cell(speech.month(row["target_date"])),
                dated_value(inputs, last, sources),
                sources.computed(forecast, last),
                sources.computed(speech.percent(row["reach_probability"]), last),
                cell(arrival),
                sources.computed(slip, last),
                state,
            ]
        )
    keys = (
        "target",
        "indicator",
        "promised",
        "due",
        "value",
        "forecast",
        "probability",
        "arrival",
        "slip_months",
        "status",
    )
    head = [speech(key) for key in keys]
    head[1] = ""
    return table(head, rows, [3, 2, 2, 1.5, 2, 2.4, 1.2, 1.6, 1.2, 1.6], text_columns=2)


def _slips(inputs: TrackInputs, targets: pd.DataFrame, sources: Sources) -> list[Block]:
    speech, book = sources.speech, target_of(inputs)
    late = targets[targets["slip_months"].notna() & (targets["slip_months"] > 0)]
    late = late.sort_values(["slip_months", "target_id"], ascending=[False, True], kind="stable")
    if not len(late):
        return []
    rows = []
    for _, row in late.iterrows():
        _, target = book[row["strategy"], row["target_id"]]
        unit = inputs.book.get(row["indicator"]).unit
        latest = speech.month(row["arrival_late"]) if row["arrival_late"] else speech("never")
        span = f"{speech.month(row['arrival_early'])} – {latest}"
        needed = speech.measure(row["pace_needed_per_year"], unit, sign=True)
        words = [cell(speech.text(target.name)), cell(row["owner"] or NO_VALUE), cell(speech.month(row["target_date"]))]
        words += [
            cell(speech.month(row["arrival_date"])),
            cell(NO_VALUE if row["status"] in ("achieved", "claimed") else span),
        ]
        words += [
            cell(speech.number(row["slip_months"], 0, sign=True)),
            cell(speech.measure(row["pace_per_year"], unit, sign=True)),
        ]
        rows.append([*words, cell(needed)])
    keys = ("target", "owner", "due", "arrival", "interval80", "slip_months", "pace", "pace_needed")
    return [
        heading(speech("slip")),
        table([speech(k) for k in keys], rows, [3, 2, 1.5, 1.5, 2.4, 1.2, 1.2, 1.2], text_columns=2),
    ]


def _spending(targets: pd.DataFrame, inputs: TrackInputs, sources: Sources) -> list[Block]:
    speech, book = sources.speech, target_of(inputs)
    rows = []
    for _, row in targets[targets["spent_share"].notna()].iterrows():
        strategy, target = book[row["strategy"], row["target_id"]]
        assert target.budget is not None
        origin = strategy.sources[target.budget.source]
        spent = cell(speech.percent(row["spent_share"]), sources.number(origin.title, origin.url))
        rows.append([cell(speech.text(target.name)), spent, cell(speech.percent(row["progress_share"]))])
    head = [speech(key) for key in ("target", "spent", "progress")]
    return [heading(f"{speech('spent')} / {speech('progress')}"), table(head, rows, [4, 2, 2])] if rows else []


def _peers(inputs: TrackInputs, speech: Speech, sources: Sources) -> list[Block]:
    out: list[Block] = []
    for name in ("idi", "egdi", "internet_users_pct", "households_internet_pct"):
        series = [(speech.country(c), inputs.rows(c, name)) for c in (inputs.iso3, *inputs.peers)]
        series = [(country, rows) for country, rows in series if len(rows) > 1][:10]
        if len(series) > 1 and series[0][0] == speech.country(inputs.iso3):
            used = sorted({sources.of_row(rows.iloc[-1]) for _, rows in series})
            svg = charts.lines_chart(speech, series, unit=inputs.book.get(name).unit)
            out.append(chart(svg, f"{speech.indicator(name)} [{', '.join(map(str, used))}]"))
    return [heading(speech("peers")), *out] if out else []


def _levers(values: pd.Series, inputs: TrackInputs, sources: Sources) -> list[Block]:
    speech, rules = sources.speech, inputs.idi_rules
    last_day = f"{rules.edition - rules.reference_lag_years}-12-31"
    rows = []
    for _, row in gains(values, inputs.idi_rules).iterrows():
        if row["idi_points"] < 0.005:
            continue
        unit = inputs.book.get(row["indicator"]).unit
        value = value_used(inputs, row["indicator"], row["value"], last_day, sources)
        words = [cell(speech.indicator(row["indicator"])), cell(speech.unit(row["indicator"])), value]
        words.append(cell(speech.measure(row["goalpost"], unit)))
        rows.append(
            [*words, cell(speech.number(row["idi_points"], 2)), cell(speech.number(row["idi_points_per_unit"], 3))]
        )
    keys = ("indicator", "unit", "value", "goalpost", "points", "per_unit")
    return [
        heading(speech("levers")),
        table([speech(key) for key in keys], rows, [4, 3, 2, 1.6, 1.6, 1.6], text_columns=2),
    ]


def _questions(inputs: TrackInputs, speech: Speech) -> list[Block]:
    asked = [[cell(line)] for strategy in inputs.strategies for line in question_words(speech, strategy)]
    return [heading(speech("questions")), bullets(asked)] if asked else []

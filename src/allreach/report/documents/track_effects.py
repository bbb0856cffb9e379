"""What a plan does to the indices, as the track page says it: take-up, points, reach, or why nothing is said."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from allreach.indicators.assumed_take_up import AssumedTakeUp
from allreach.indicators.egdi_effect import EgdiEffect
from allreach.indicators.official_totals import QUANTITY_OF
from allreach.indicators.plan_effect import reach_path
from allreach.io.track_inputs import TrackInputs
from allreach.measure.published import PublishedShare
from allreach.params.official import Total
from allreach.report.documents import charts
from allreach.report.documents.blocks import (
    Block,
    Cell,
    Sources,
    bullets,
    cell,
    chart,
    heading,
    note,
    table,
)
from allreach.report.documents.dated_values import value_used
from allreach.report.documents.localise import Speech
from allreach.report.documents.target_words import egdi_words


@dataclass(frozen=True)
class PlanEffect:
    """What the plan does to the indices, or the published figure that its results cannot be true beside.

    Parameters
    ----------
    take_up
        What is assumed of those newly reached.
    contradicted_by
        Published share that the drawn network cannot be true beside, so that no effect of the plan on an index is said;
        none where there is none.
    indicators
        Indicators of the index after the plan, or none.
    idi
        Effect of each moved indicator on the index (`plan_effect.before_and_after`), or none.
    egdi
        EGDI before and after the plan, or what is missing to say it; none without a plan or a published EGDI.
    """

    take_up: AssumedTakeUp
    contradicted_by: PublishedShare | None = None
    indicators: dict[str, float] | None = None
    idi: pd.DataFrame | None = None
    egdi: EgdiEffect | None = None


def effect_blocks(inputs: TrackInputs, effect: PlanEffect, sources: Sources) -> list[Block]:
    """Reach as the plan is built, points of the index, EGDI, and what of take-up is known and assumed."""
    speech = sources.speech
    out: list[Block] = []
    if inputs.reach is not None and len(inputs.reach) > 1:
        out += _reach(inputs, sources)
    if effect.idi is not None and len(effect.idi):
        out += _effects(effect, inputs, sources)
    if effect.egdi is not None:
        out.append(note(egdi_words(speech, effect.egdi)))
    if effect.contradicted_by is not None:
        out.append(_contradicted(effect.contradicted_by, sources))
    return [*out, *_take_up(inputs, effect.take_up, sources)]


def _reach(inputs: TrackInputs, sources: Sources) -> list[Block]:
    """Planned, built and measured: the line of the build order, diamonds of finished works, points of measurements."""
    speech, built = sources.speech, inputs.built
    assert inputs.reach is not None
    plan = inputs.reach.rename(columns={"reached_pct": "value"})
    points = inputs.rows(inputs.iso3, "reached_pct")[["year", "value", "row_id"]]
    finished = [] if built is None else list(zip(built["year"], built["value"], strict=True))
    svg = charts.fan_chart(speech, points, None, unit="pct", bounds=(0.0, 100.0), plan=plan, milestones=finished)
    out: list[Block] = [chart(svg, speech.indicator("reached_pct"))]
    if built is not None and len(built):
        planned = reach_path(inputs.reach, inputs.as_of)["mid"].iloc[0]
        words = {"built": speech.percent(built["value"].iloc[-1] / 100, 1), "planned": speech.percent(planned / 100, 1)}
        day = dt.date.fromisoformat(str(built["date"].iloc[-1]))
        out.append(note(speech("built", date=speech.date(day), **words)))
    return out


def _effects(effect: PlanEffect, inputs: TrackInputs, sources: Sources) -> list[Block]:
    speech = sources.speech
    source = sources.number(speech("plan_source", scenario=inputs.scenario))
    assert effect.idi is not None
    rules = inputs.idi_rules
    last_day = f"{rules.edition - rules.reference_lag_years}-12-31"
    rows = []
    for _, row in effect.idi.iterrows():
        unit = inputs.book.get(row["indicator"]).unit
        rows.append(
            [
                cell(speech.indicator(row["indicator"])),
                value_used(inputs, row["indicator"], row["before"], last_day, sources),
                cell(speech.measure(row["after"], unit), source),
                cell(speech.number(row["idi_points"], 2, sign=True)),
                cell(speech.number(row["idi_points_per_musd"], 4)),
            ]
        )
    keys = ("indicator", "before", "after", "points", "per_musd")
    share = effect.take_up.share
    words = {"share": share.value, "low": share.low, "high": share.high}
    return [
        table([speech(key) for key in keys], rows, [4, 2.6, 2, 2, 2]),
        note(
            speech(
                "plan_note",
                **{key: speech.percent(value) for key, value in words.items()},
                years=speech.number(effect.take_up.curve.anchor.years),
            )
        ),
    ]


def _contradicted(share: PublishedShare, sources: Sources) -> Block:
    """Say why no effect of the plan on an index is shown."""
    speech = sources.speech
    indicator = next(name for name, quantity in QUANTITY_OF.items() if quantity == share.quantity)
    assert share.predicted_pct is not None
    words = speech(
        "effect_contradicted",
        predicted=speech.percent(share.predicted_pct / 100, 1),
        value=speech.percent(share.value_pct / 100, 1),
        indicator=speech.indicator(indicator),
        date=speech.date(dt.date.fromisoformat(share.date)),
    )
    return note(words)


def total_words(speech: Speech, name: str, total: Total) -> str:
    """Write a published total with its name, its evidence where it is not official, and its day."""
    value = speech.percent(total.value / 100, 1) if total.unit == "%" else speech.number(total.value)
    evidence = "" if total.evidence in ("official", "measured") else f" ({speech(str(total.evidence))})"
    return f"{speech('total_' + name)}: {value}{evidence} ({total.date})"


def _take_up(inputs: TrackInputs, found: AssumedTakeUp, sources: Sources) -> list[Block]:
    """Take-up: the published ratio of used to passed with its totals, or the assumption, and how it moves."""
    speech, anchor, share = sources.speech, found.curve.anchor, found.share
    items: list[list[Cell]] = []
    key = "take_up_published" if anchor.is_published else "take_up_assumed"
    ratio = {
        "share": speech.percent(anchor.share),
        "low": speech.percent(share.low),
        "high": speech.percent(share.high),
    }
    items.append([cell(speech(key, years=speech.number(anchor.years), **ratio))])
    for name, total in anchor.sources.items():
        items.append([cell(total_words(speech, name, total), sources.number(total.source))])
    if (row := found.price_row) is not None:
        unit = inputs.book.get(str(row["indicator"])).unit
        words = f"{speech.indicator(str(row['indicator']))}: {speech.with_unit(float(row['value']), unit)}"
        items.append([cell(f"{words} ({speech.month(str(row['date']))})", sources.of_row(row), str(row["row_id"]))])
    ends = {"value": found.elasticity.value, "low": found.elasticity.low, "high": found.elasticity.high}
    words = speech("take_up_elasticity", **{name: speech.number(end, 2) for name, end in ends.items()})
    items.append([cell(words, sources.number(found.elasticity.source))])
    return [heading(speech("take_up")), bullets(items)]

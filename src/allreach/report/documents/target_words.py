"""Words of targets that pages and briefs share: status, next step, questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from allreach.indicators.egdi_effect import LARGEST_RMS, LEAST_STATES, EgdiEffect
from allreach.indicators.strategy import Strategy, Target, questions
from allreach.io.track_inputs import TrackInputs
from allreach.report.documents.localise import Speech

ORDER = (
    "missed",
    "off_track",
    "blocked",
    "at_risk",
    "no_trend",
    "no_data",
    "not_quantified",
    "claimed",
    "on_track",
    "achieved",
)
"""What needs attention first."""


def target_of(inputs: TrackInputs) -> dict[tuple[str, str], tuple[Strategy, Target]]:
    """Targets by strategy and id."""
    return {(s.id, t.id): (s, t) for s in inputs.strategies for _, t in s.targets}


def status_word(speech: Speech, status: str) -> str:
    """Status in words."""
    return speech(f"status_{status}")


def step_words(speech: Speech, row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Next step in words; empty where there is none."""
    step = str(row["next_step"])
    if not step:
        return ""
    if step.startswith("unblock:"):
        return speech("next_unblock", names=", ".join(names.get(name, name) for name in step[8:].split(",")))
    unit = speech.book.get(row["indicator"]).unit if row["indicator"] else ""
    needed = speech.with_unit(row["pace_needed_per_year"], unit)
    if step == "raise_pace":
        if pd.isna(row["pace_needed_per_year"]):
            return speech("next_new_date")
        if pd.isna(row["pace_per_year"]):
            return speech("next_raise_pace_unknown", needed=needed)
        return speech("next_raise_pace", pace=speech.with_unit(row["pace_per_year"], unit), needed=needed)
    if step == "name_owner":
        return speech("next_name_owner", needed=needed)
    return speech(f"next_{step}")


def question_words(speech: Speech, strategy: Strategy) -> list[str]:
    """Say what a strategy leaves open, one line a target."""
    asked: dict[str, list[str]] = {}
    for target, what in questions(strategy):
        asked.setdefault(target, []).append(speech(f"ask_{what}"))
    names = {target.id: speech.text(target.name) for _, target in strategy.targets}
    return [speech("question", target=names[target], asks=", ".join(asks)) for target, asks in asked.items()]


def is_arrival_seen(inputs: TrackInputs, row: Mapping[str, Any]) -> bool:
    """Whether an earlier value misses the target, so that its arrival is seen; else it was there by then or before."""
    if row["status"] not in ("achieved", "claimed") or not row["arrival_date"]:
        return True
    rows = inputs.rows(inputs.iso3, str(row["indicator"]))
    return bool(len(rows)) and str(rows["date"].iloc[0]) < str(row["arrival_date"])


def by_urgency(targets: pd.DataFrame) -> pd.DataFrame:
    """Targets, most pressing first."""
    rank = targets["status"].map({name: number for number, name in enumerate(ORDER)})
    return (
        targets.assign(_rank=rank)
        .sort_values(["_rank", "target_date", "strategy", "target_id"], kind="stable")
        .drop(columns="_rank")
    )


def counts_line(speech: Speech, targets: pd.DataFrame) -> str:
    """How many targets are in which state."""
    n = targets["status"].value_counts()

    def of(*names: str) -> int:
        return int(sum(n.get(name, 0) for name in names))

    return speech(
        "contents_counts",
        achieved=of("achieved"),
        claimed=of("claimed"),
        on_track=of("on_track"),
        at_risk=of("at_risk"),
        late=of("off_track", "missed", "blocked"),
        open=of("no_trend", "no_data", "not_quantified"),
    )


def egdi_words(speech: Speech, effect: EgdiEffect) -> str:
    """Say what a plan does to the EGDI, or why that cannot be said."""
    common = {"survey": effect.survey_year, "n": effect.n_states, "rms": speech.number(effect.rms, 3)}
    if effect.lacking:
        names = ", ".join(speech.indicator(name) for name in effect.lacking)
        return speech("egdi_lacking", least=LEAST_STATES, indicators=names, **common)
    if pd.isna(effect.after):
        return speech("egdi_unfit", limit=speech.number(LARGEST_RMS, 3), **common)
    values = {key: speech.number(getattr(effect, key), 4) for key in ("before", "after", "tii_before", "tii_after")}
    return speech("egdi_after", **values, **common)

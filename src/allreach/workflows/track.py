"""Track a country's promises: read, compute, write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict

import pandas as pd

from allreach.indicators.egdi_effect import EgdiEffect, egdi_effect
from allreach.indicators.idi import idi_edition
from allreach.indicators.official_totals import totals_of
from allreach.indicators.plan_effect import after_plan, before_and_after, closings, reach_path
from allreach.indicators.scores import idi_values, scores
from allreach.indicators.status import evaluate
from allreach.io.atomic import whole_file, write_text
from allreach.io.track_inputs import TrackInputs, read_track_inputs
from allreach.json_object import JsonObject
from allreach.measure.published import PublishedShare, published_of
from allreach.report.documents import blocks_html
from allreach.report.documents.localise import speech
from allreach.report.documents.track_content import track_page
from allreach.report.languages import spoken
from allreach.vocabulary import Evidence
from allreach.workflows.show import lead_to_pages
from allreach.workflows.study_inputs import SeriesFolder, StudyInputs


@dataclass(frozen=True)
class Tracked:
    """Outcome of tracking.

    Parameters
    ----------
    inputs
        What was read.
    targets, scores
        Tables ``track_targets`` and ``track_scores``.
    paths
        Forecast by indicator.
    effects
        What the plan does to the index, or none.
    egdi
        EGDI before and after the plan, or what is missing to say it; none without a plan or a published EGDI.
    contradicted_by
        Published share that the drawn network cannot be true beside, so that no effect of the plan on an index is said;
        none where there is none.
    files
        Files written.
    """

    inputs: TrackInputs
    targets: pd.DataFrame
    scores: pd.DataFrame
    paths: dict[str, pd.DataFrame]
    effects: pd.DataFrame | None
    egdi: EgdiEffect | None
    contradicted_by: PublishedShare | None
    files: list[Path]


def track(
    study: StudyInputs | SeriesFolder,
    *,
    strategies: tuple[str, ...] = (),
    as_of: dt.date | None = None,
    languages: Sequence[str] = (),
    write: bool = True,
) -> Tracked:
    """Say where every target stands and where it will land; write tables and pages.

    Parameters
    ----------
    study
        Country folder with its scenario, or a folder that holds only series of indicators.
    strategies
        Strategy files or names; by default those of the folder, else those that ship for the country.
    as_of
        Day on which the status is taken; by default the newest day of retrieval in the store.
    languages
        Languages of the pages; by default those of the country.
    write
        Whether to write tables and pages.

    Returns
    -------
    tracked
        ``results/SCENARIO/track/`` holds targets.parquet, scores.parquet, forecasts.parquet and track.html.
    """
    inputs = read_track_inputs(
        study.folder, config=study.config, scenario=study.scenario, strategies=strategies, as_of=as_of
    )
    planned = {} if inputs.reach is None else {"reached_pct": reach_path(inputs.reach, inputs.as_of)}
    targets, paths = evaluate(
        inputs.strategies, inputs.series, inputs.iso3, inputs.book, as_of=inputs.as_of, planned=planned
    )
    values, _ = idi_values(inputs.series)
    own = values.loc[inputs.iso3] if inputs.iso3 in values.index else None
    effect = _plan_effect(inputs, own)
    table = scores(inputs.series, [inputs.iso3, *inputs.peers], planned=effect.indicators, egdi=effect.egdi)
    tracked = Tracked(inputs, targets, table, paths, effect.idi, effect.egdi, effect.contradicted_by, [])
    if not write:
        return tracked
    out = study.results / "track"
    files = _tables(out, tracked)
    chosen = spoken(languages, inputs.config.languages if inputs.config else ("en",))
    names = {language: "track.html" if n == 0 else f"track.{language}.html" for n, language in enumerate(chosen)}
    for language, name in names.items():
        words = speech(language, inputs.book)
        content = track_page(
            inputs, targets, paths, table, effect.idi, effect.egdi, own, words, contradicted_by=effect.contradicted_by
        )
        others = {speech(other)("language"): file for other, file in names.items() if other != language}
        write_text(out / name, blocks_html.page(content, others=others))
        files.append(out / name)
    lead_to_pages_of(study)
    return replace(tracked, files=files)


def lead_to_pages_of(study: StudyInputs | SeriesFolder) -> None:
    """Let the report lead to pages written since, where the folder is a whole country."""
    if isinstance(study, StudyInputs):
        lead_to_pages(study)


@dataclass(frozen=True)
class _PlanEffect:
    """What the plan does to the indices, or the published figure that its results cannot be true beside."""

    contradicted_by: PublishedShare | None = None
    indicators: dict[str, float] | None = None
    idi: pd.DataFrame | None = None
    egdi: EgdiEffect | None = None


def _plan_effect(inputs: TrackInputs, own: pd.Series | None) -> _PlanEffect:
    results = inputs.results
    if results is None or results.places is None or "assignments" not in results.plan:
        return _PlanEffect()
    if results.measure_summary.get("evidence") == Evidence.SYNTHETIC:
        shares = published_of(totals_of(inputs.series, inputs.iso3), results.measure_summary)
        apart = next((share for share in shares if share.contradiction), None)
        if apart is not None:
            return _PlanEffect(contradicted_by=apart)
    assignments = results.plan["assignments"]
    closed = closings(results.places, assignments)
    egdi = egdi_effect(inputs.series, inputs.iso3, closed)
    if own is None:
        return _PlanEffect(egdi=egdi)
    before = {name: float(own[name]) for name in idi_edition().indicators}
    after = after_plan(before, assignments, closed)
    capex_usd = float(results.plan_summary.get("capex_usd", 0.0))
    return _PlanEffect(indicators=after, idi=before_and_after(before, after, capex_usd), egdi=egdi)


def _tables(out: Path, tracked: Tracked) -> list[Path]:
    frames = [rows.assign(indicator=name) for name, rows in sorted(tracked.paths.items())]
    forecasts = (
        pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"indicator": pd.Series([], dtype="str")})
    )
    files = []
    for name, frame in (("targets", tracked.targets), ("scores", tracked.scores), ("forecasts", forecasts)):
        path = out / f"{name}.parquet"
        with whole_file(path) as part:
            frame.to_parquet(part, index=False)
        files.append(path)
    return files


class TrackedJson(TypedDict):
    """Outcome of tracking, as JSON."""

    country: str
    as_of: str
    targets: list[JsonObject]
    """Rows of ``track_targets``."""
    scores: list[JsonObject]
    """Rows of ``track_scores``."""
    files: list[str]


def as_json(tracked: Tracked) -> TrackedJson:
    """Outcome for ``--json``."""
    import json

    return {
        "country": tracked.inputs.iso3,
        "as_of": tracked.inputs.as_of.isoformat(),
        "targets": json.loads(tracked.targets.to_json(orient="records")),
        "scores": json.loads(tracked.scores.to_json(orient="records")),
        "files": [str(path) for path in tracked.files],
    }

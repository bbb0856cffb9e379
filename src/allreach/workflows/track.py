"""Track a country's promises: read, compute, write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypedDict

import pandas as pd

from allreach.country.official.shipped import shipped_totals, world_tables_read
from allreach.indicators.assumed_take_up import PRICE, AssumedTakeUp, TakeUpJson, assumed_take_up, take_up_json
from allreach.indicators.egdi_effect import egdi_effect
from allreach.indicators.plan_effect import after_plan, before_and_after, closings, reach_path
from allreach.indicators.released import indices, newer_edition
from allreach.indicators.scores import idi_values, scores
from allreach.indicators.status import evaluate
from allreach.io.atomic import whole_file, write_json, write_text
from allreach.io.track_inputs import TrackInputs, read_track_inputs
from allreach.json_object import JsonObject
from allreach.measure.published import published_of
from allreach.params.country_config import CountryConfig
from allreach.params.load import load_params
from allreach.params.official import OfficialTotals
from allreach.report.documents import blocks_html
from allreach.report.documents.blocks import Document
from allreach.report.documents.localise import speech
from allreach.report.documents.next_steps import NextStep, next_steps
from allreach.report.documents.strategy_words import StrategyJson, strategies_json
from allreach.report.documents.track_content import track_page
from allreach.report.documents.track_effects import PlanEffect
from allreach.report.languages import spoken
from allreach.vocabulary import Evidence
from allreach.workflows.results_check import require_current
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
    effect
        What the plan does to the indices, and the take-up that is assumed.
    files
        Files written.
    """

    inputs: TrackInputs
    targets: pd.DataFrame
    scores: pd.DataFrame
    paths: dict[str, pd.DataFrame]
    effect: PlanEffect
    files: list[Path]


def track(
    study: StudyInputs | SeriesFolder,
    *,
    strategies: tuple[str, ...] = (),
    as_of: dt.date | None = None,
    languages: Sequence[str] = (),
    write: bool = True,
    with_pdf: bool = False,
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
    with_pdf
        Whether to write each page as a PDF, too: the summary and those who answer each on a sheet of their own.

    Returns
    -------
    tracked
        ``results/SCENARIO/track/`` holds targets.parquet, scores.parquet, forecasts.parquet, next_steps.csv,
        next_steps.json and track.html.
    """
    inputs = read_track_inputs(
        study.folder,
        config=study.config,
        scenario=study.scenario,
        strategies=strategies,
        as_of=as_of,
        totals=partial(known_totals, config=study.config, as_of=as_of),
    )
    if inputs.results is not None:
        require_current(inputs.results, study.folder)
    planned = {} if inputs.reach is None else {"reached_pct": reach_path(inputs.reach, inputs.as_of)}
    targets, paths = evaluate(
        inputs.strategies, inputs.series, inputs.iso3, inputs.book, as_of=inputs.as_of, planned=planned
    )
    values, _ = idi_values(inputs.series, inputs.idi_rules)
    own = values.loc[inputs.iso3] if inputs.iso3 in values.index else None
    effect = _plan_effect(inputs, own, _take_up(study, inputs))
    table = scores(
        inputs.series,
        [inputs.iso3, *inputs.peers],
        planned=effect.indicators,
        egdi=effect.egdi,
        edition=inputs.idi_rules,
    )
    tracked = Tracked(inputs, targets, table, paths, effect, [])
    if not write:
        return tracked
    out = study.results / "track"
    files = _tables(out, tracked)
    chosen = spoken(languages, inputs.config.languages if inputs.config else ("en",))
    names = {language: "track.html" if n == 0 else f"track.{language}.html" for n, language in enumerate(chosen)}
    for language, name in names.items():
        words = speech(language, inputs.book)
        content = track_page(inputs, targets, paths, table, effect, own, words)
        others = {speech(other)("language"): file for other, file in names.items() if other != language}
        write_text(out / name, blocks_html.page(content, others=others))
        files.append(out / name)
        if with_pdf:
            files.append(_pdf(out / name, content))
    lead_to_pages_of(study)
    return replace(tracked, files=files)


def _pdf(page: Path, content: Document) -> Path:
    """Write a document as a PDF beside its page."""
    from allreach.report.documents.brief_pdf import brief_pdf

    path = page.with_suffix(".pdf")
    with whole_file(path) as part:
        part.write_bytes(brief_pdf(content))
    return path


def lead_to_pages_of(study: StudyInputs | SeriesFolder) -> None:
    """Let the report lead to pages written since, where the folder is a whole country."""
    if isinstance(study, StudyInputs):
        lead_to_pages(study)


def known_totals(iso3: str, *, config: CountryConfig | None = None, as_of: dt.date | None = None) -> OfficialTotals:
    """Totals of a country that were known on a day: those that ship, and those of its own folder ahead of them."""
    is_before = as_of is not None and as_of < world_tables_read()
    shipped = OfficialTotals() if is_before else shipped_totals(iso3)
    if config is None or config.iso3 != iso3:
        return shipped
    return OfficialTotals.model_construct(shipped.totals | config.official.totals)


def _plan_effect(inputs: TrackInputs, own: pd.Series | None, take_up: AssumedTakeUp) -> PlanEffect:
    results = inputs.results
    if results is None or results.places is None or "assignments" not in results.plan:
        return PlanEffect(take_up)
    if results.measure_summary.get("evidence") == Evidence.SYNTHETIC:
        shares = published_of(inputs.totals, results.measure_summary)
        apart = next((share for share in shares if share.contradiction), None)
        if apart is not None:
            return PlanEffect(take_up, contradicted_by=apart)
    assignments = results.plan["assignments"]
    closed = closings(results.places, assignments, take_up.share.value)
    egdi = egdi_effect(inputs.series, inputs.iso3, closed)
    if own is None:
        return PlanEffect(take_up, egdi=egdi)
    before = {name: float(own[name]) for name in inputs.idi_rules.indicators}
    after = after_plan(before, assignments, closed)
    capex_usd = float(results.plan_summary.get("capex_usd", 0.0))
    moved = before_and_after(before, after, capex_usd, inputs.idi_rules)
    return PlanEffect(take_up, indicators=after, idi=moved, egdi=egdi)


def _take_up(study: StudyInputs | SeriesFolder, inputs: TrackInputs) -> AssumedTakeUp:
    """Take-up by the country's published totals and the newest price of a fixed line."""
    demand = (study.params if isinstance(study, StudyInputs) else load_params()).demand
    return assumed_take_up(inputs.totals, demand, inputs.latest(inputs.iso3, PRICE))


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
    steps = next_steps(tracked.inputs, tracked.targets, speech("en", tracked.inputs.book))
    write_json(out / "next_steps.json", {"as_of": tracked.inputs.as_of.isoformat(), "next_steps": steps})
    columns = list(NextStep.__annotations__)
    write_text(out / "next_steps.csv", pd.DataFrame(steps, columns=columns).to_csv(index=False, lineterminator="\n"))
    return [*files, out / "next_steps.csv", out / "next_steps.json"]


class NewerJson(TypedDict):
    """Value that a newer edition replaces."""

    indicator: str
    date: str
    """Day of the value that is shown."""
    edition: int
    """Newest edition known."""
    corrected: str
    """Month of a correction of the same edition, or empty."""
    not_shipped: str
    """``licence`` or ``not_opened``: why it is not here; empty where it can be."""
    source: str


def newer_editions(inputs: TrackInputs) -> list[NewerJson]:
    """List the country's values that a newer edition replaces."""
    out: list[NewerJson] = []
    for index in indices().values():
        for name in index.indicators:
            last = inputs.latest(inputs.iso3, name)
            found = None if last is None else newer_edition(name, str(last["date"]), inputs.as_of)
            if last is None or found is None:
                continue
            out.append(
                {
                    "indicator": name,
                    "date": str(last["date"]),
                    "edition": found.edition,
                    "corrected": found.corrected,
                    "not_shipped": found.not_shipped,
                    "source": found.source,
                }
            )
    return out


class TrackedJson(TypedDict):
    """Outcome of tracking, as JSON."""

    country: str
    as_of: str
    targets: list[JsonObject]
    """Rows of ``track_targets``."""
    scores: list[JsonObject]
    """Rows of ``track_scores``."""
    newer_editions: list[NewerJson]
    """Values that a newer edition replaces."""
    strategies: list[StrategyJson]
    """Strategies whose targets are tracked, and what has been adopted since."""
    take_up: TakeUpJson
    """Take-up that is assumed of those newly reached."""
    next_steps: list[NextStep]
    """What to do next, most pressing first."""
    files: list[str]


def as_json(tracked: Tracked) -> TrackedJson:
    """Outcome for ``--json``."""
    import json

    return {
        "country": tracked.inputs.iso3,
        "as_of": tracked.inputs.as_of.isoformat(),
        "targets": json.loads(tracked.targets.to_json(orient="records")),
        "scores": json.loads(tracked.scores.to_json(orient="records")),
        "newer_editions": newer_editions(tracked.inputs),
        "strategies": strategies_json(
            tracked.inputs.strategies, tracked.inputs.as_of, speech("en", tracked.inputs.book)
        ),
        "take_up": take_up_json(tracked.effect.take_up),
        "next_steps": next_steps(tracked.inputs, tracked.targets, speech("en", tracked.inputs.book)),
        "files": [str(path) for path in tracked.files],
    }

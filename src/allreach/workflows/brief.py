"""Brief on a country, or on two: gather what is known, set it in every language, as PDF and HTML."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from allreach import tables
from allreach.country.border import SOURCE_DATE, find_border, find_side
from allreach.country.sketch.outline import SOURCE
from allreach.errors import DataMissingError, InputError
from allreach.indicators.border import EARTH_KM, NEAR_KM, Border
from allreach.indicators.status import evaluate
from allreach.indicators.totals_as_series import newest_totals, with_totals
from allreach.io.atomic import whole_file, write_json, write_text
from allreach.io.series_store import calendar_year
from allreach.io.strategy_file import find_strategies
from allreach.io.track_inputs import TrackInputs
from allreach.io.vector import read_table
from allreach.measure.published import PublishedShare, published_beside, published_of
from allreach.report.documents import blocks_html
from allreach.report.documents.blocks import Document
from allreach.report.documents.brief_content import FirstScreen, country_brief, pair_brief
from allreach.report.documents.country_map import Drawn
from allreach.report.documents.localise import Speech, speech
from allreach.report.documents.pair_inputs import BesideBorder, Pair
from allreach.report.languages import spoken
from allreach.vocabulary import Evidence
from allreach.workflows.regulator import sites_over_limit
from allreach.workflows.study_inputs import SeriesFolder, StudyInputs
from allreach.workflows.track import Tracked, known_totals, lead_to_pages_of, track

PLANNED = ("new", "upgraded")
GATEWAY = "gateway"


def brief(
    study: StudyInputs | SeriesFolder,
    *,
    other: str = "",
    strategies: tuple[str, ...] = (),
    as_of: dt.date | None = None,
    languages: Sequence[str] = (),
) -> list[Path]:
    """Write a country brief, or with `other` a bilateral one, as PDF and HTML in each language.

    Parameters
    ----------
    study, strategies, as_of, languages
        As in `track`.
    other
        Code of the other country, or empty.

    Returns
    -------
    files
        In ``results/SCENARIO/brief/``; a JSON file beside each PDF says which row each number is from.

    Raises
    ------
    InputError
        If the other country is the same.
    DataMissingError
        If nothing is known of the other country.
    """
    from allreach.report.documents.brief_pdf import brief_pdf

    tracked = track(study, strategies=strategies, as_of=as_of, write=False)
    inputs = tracked.inputs
    if other == inputs.iso3:
        raise InputError(f"--with {other}: a country cannot be briefed on with itself; name another one")
    pair = find_pair(study, tracked, other, as_of) if other else None
    first = None if other else _first_screen(study, tracked)
    chosen = spoken(languages, inputs.config.languages if inputs.config else ("en",))
    out, files = study.results / "brief", []
    stem = f"{inputs.iso3}_{other}" if other else inputs.iso3
    for language in chosen:
        words = speech(language, inputs.book)
        content = _content(tracked, pair, first, words)
        base = out / f"brief_{stem}_{language}"
        with whole_file(base.with_suffix(".pdf")) as part:
            part.write_bytes(brief_pdf(content))
        others = {speech(lang)("language"): f"brief_{stem}_{lang}.html" for lang in chosen if lang != language}
        write_text(base.with_suffix(".html"), blocks_html.page(content, others=others))
        write_json(base.with_suffix(".sources.json"), {"sources": content["sources"], "numbers": content["numbers"]})
        files += [base.with_suffix(suffix) for suffix in (".pdf", ".html", ".sources.json")]
    lead_to_pages_of(study)
    return files


def _content(tracked: Tracked, pair: Pair | None, first: FirstScreen | None, words: Speech) -> Document:
    if pair is not None:
        return pair_brief(pair, words)
    return country_brief(tracked.inputs, tracked.targets, tracked.paths, words, first)


def find_pair(study: StudyInputs | SeriesFolder, tracked: Tracked, other: str, as_of: dt.date | None = None) -> Pair:
    """Gather what is known of both countries.

    Raises
    ------
    DataMissingError
        If nothing is known of the other country.
    """
    inputs, a = tracked.inputs, tracked.inputs.iso3
    totals = {other: known_totals(other, as_of=as_of)}
    known = inputs.series
    if not totals[other].totals and not (known["iso3"] == other).any():
        near = difflib.get_close_matches(other, sorted(known["iso3"].unique()), n=3, cutoff=0.6)
        among = f"{known['iso3'].nunique()} others" + (f", among them {', '.join(near)}" if near else "")
        raise DataMissingError(
            f"{other}: neither the series store nor the totals that ship have a value of it (the store has {among}). "
            "Import some with allreach track --import FILE"
        )
    border = _border(a, other)
    around = set() if border is None else {code for side in border.sides for code in side.neighbours}
    totals |= {code: known_totals(code, as_of=as_of) for code in sorted(around - {a, other})}
    series = with_totals(known, {c: newest_totals(t, known, c) for c, t in totals.items()}, as_of=inputs.as_of)
    series["year"] = calendar_year(series["date"])
    strategies = {a: inputs.strategies, other: find_strategies(Path(), (), other)}
    targets = {a: tracked.targets}
    targets[other], _ = evaluate(strategies[other], series, other, inputs.book, as_of=inputs.as_of)
    drawn, beside = _beside(study, tracked, border)
    return Pair(replace(inputs, series=series), other, targets, strategies, border, drawn, beside)


def _border(a: str, b: str) -> Border | None:
    try:
        return find_border(a, b)
    except (DataMissingError, InputError):  # a code of the user's own, or a territory without an outline
        return None


def _beside(
    study: StudyInputs | SeriesFolder, tracked: Tracked, border: Border | None
) -> tuple[Drawn, BesideBorder | None]:
    """Find what the folder holds for the map, and along the border."""
    if not isinstance(study, StudyInputs) or tracked.inputs.results is None:
        return Drawn(), None
    drawn = _drawn(study, tracked)
    if border is None or not border.lines:
        return drawn, None
    at_border = shapely.multilinestrings([shapely.linestrings(line) for line in border.lines])
    names = _gateways(study)[1]
    gateways_km = _distance_km(drawn.gateways, at_border)
    nearest = int(np.argmin(gateways_km)) if len(gateways_km) else None
    near = _distance_km(drawn.sites, at_border) <= NEAR_KM
    near_new = _distance_km(drawn.new_sites, at_border) <= NEAR_KM
    n_sites, n_new = int(near.sum()), int(near_new.sum())
    drawn = replace(drawn, sites=drawn.sites[near], new_sites=drawn.new_sites[near_new])
    if not n_sites and not n_new and nearest is None:
        return drawn, None
    summary = tracked.inputs.results.measure_summary
    beside = BesideBorder(
        n_sites=n_sites,
        n_new_sites=n_new,
        gateway_km=None if nearest is None else float(gateways_km[nearest]),
        gateway="" if nearest is None else names[nearest],
        date=tracked.inputs.as_of.isoformat(),
        is_synthetic=summary.get("evidence") == Evidence.SYNTHETIC,
        n_over_limit=sites_over_limit(study, border.sides[1].iso3),
    )
    return drawn, beside


def _drawn(study: StudyInputs, tracked: Tracked) -> Drawn:
    """Sites and fibre of the folder, and the sites of the plan."""
    sites, fibre = _layer(study.folder, "sites"), _layer(study.folder, "fibre")
    results = tracked.inputs.results
    planned = None if results is None else results.plan.get("sites")
    new = np.zeros((0, 2))
    if isinstance(planned, gpd.GeoDataFrame):
        new = shapely.get_coordinates(planned.geometry[planned["status"].isin(PLANNED)])
    spans = fibre.geometry[fibre["feature"] == "span"]
    lines = tuple(shapely.get_coordinates(part) for span in spans for part in shapely.get_parts(span))
    return Drawn(shapely.get_coordinates(sites.geometry), new, _gateways(study)[0], lines)


def _gateways(study: StudyInputs) -> tuple[NDArray[np.float64], list[str]]:
    """Gateways of the folder, and their names."""
    fibre = _layer(study.folder, "fibre")
    found = fibre[(fibre["feature"] == "node") & (fibre["kind"] == GATEWAY)]
    names = [str(name or code) for name, code in zip(found["name"], found["fibre_id"], strict=True)]
    return shapely.get_coordinates(found.geometry), names


def _layer(folder: Path, name: str) -> gpd.GeoDataFrame:
    """Table of a layer; empty where the folder has none."""
    path = folder / f"{name}.parquet"
    return read_table(path, name) if path.is_file() else tables.empty(name)


def _distance_km(points: NDArray[np.float64], line: shapely.MultiLineString) -> NDArray[np.float64]:
    """Distance of points to a line on a plane that is true at its middle. [km]."""
    if not len(points):
        return np.zeros(0)
    scale = float(np.cos(np.radians(np.mean(line.bounds[1::2]))))
    flat = shapely.transform(line, lambda at: at * [scale, 1.0])
    distance_deg = shapely.distance(shapely.points(points * [scale, 1.0]), flat)
    return np.asarray(distance_deg * np.radians(1.0) * EARTH_KM)


def _first_screen(study: StudyInputs | SeriesFolder, tracked: Tracked) -> FirstScreen:
    inputs = tracked.inputs
    drawn = Drawn()
    if isinstance(study, StudyInputs) and inputs.results is not None:
        drawn = _drawn(study, tracked)
    published = _published(inputs)
    try:
        side, others = find_side(inputs.iso3)
    except (DataMissingError, InputError):
        return FirstScreen(published)
    return FirstScreen(published, side, others, SOURCE, SOURCE_DATE, drawn)


def _published(inputs: TrackInputs) -> tuple[PublishedShare, ...]:
    """Find published shares of the country up to the day of the brief, beside what its results predict."""
    if inputs.results is not None:
        return published_of(inputs.totals, inputs.results.measure_summary)
    nobody = {"passed_pct": 0.0, "outdoor_pct": 0.0, "broadband_pct": 0.0}
    shares = published_beside(inputs.totals, **nobody, evidence=Evidence.SYNTHETIC)
    nothing = {"predicted_pct": None, "contradiction": ""}
    return tuple(share.model_copy(update=nothing) for share in shares)

"""Everything that tracking and briefs read from a country folder, in one go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from allreach import tables
from allreach.errors import DataMissingError, Fault, InputError
from allreach.indicators.affordability import derived_shares
from allreach.indicators.cooperation import Facts, merge_facts
from allreach.indicators.definitions import Catalogue, catalogue
from allreach.indicators.idi import IdiEdition, idi_edition
from allreach.indicators.official_totals import totals_of
from allreach.indicators.plan_effect import built_by_day, reach_by_year
from allreach.indicators.strategy import Strategy
from allreach.indicators.totals_as_series import newest_totals, with_totals
from allreach.io.delimited_text import read_delimited
from allreach.io.results_folder import Results, read_results
from allreach.io.series_store import TABLE, add_series, calendar_year, read_current, shipped_series, store_path
from allreach.io.strategy_file import find_strategies
from allreach.io.yaml_text import read_yaml_mapping
from allreach.params.country_config import CountryConfig
from allreach.params.official import OfficialTotals
from allreach.schema_faults import schema_faults

IDI_RULES = "idi_edition.yaml"
"""Goalposts of another edition of ITU's index, in the country folder: those of 2025 and later do not ship."""
WORKS = "works.csv"
"""Works reported as finished, in the country folder (table ``works``)."""


@dataclass(frozen=True)
class TrackInputs:
    """What is known about a country's promises.

    Parameters
    ----------
    iso3
        The country.
    config
        Its ``country.yaml``, or none where the folder has only series.
    scenario
        Name of the scenario.
    as_of
        Day on which everything is taken.
    series
        Current values of all countries, with ``year`` as a number; those of the country and of its peers hold the
        newest of series and totals.
    strategies, book, facts
        Strategies, indicators (the strategies' own included), dated facts.
    results
        Results of the scenario, or none.
    reach
        People reached year by year as the plan is built, or none.
    built
        People reached as works are reported finished (``works.csv``) up to `as_of`, or none.
    idi_rules
        Rules of the ICT Development Index: those of the folder's ``idi_edition.yaml``, else the edition that ships.
    totals
        Published totals of the country up to `as_of`, each the newest.
    """

    iso3: str
    config: CountryConfig | None
    scenario: str
    as_of: dt.date
    series: pd.DataFrame
    strategies: list[Strategy]
    book: Catalogue
    facts: Facts
    results: Results | None
    reach: pd.DataFrame | None
    built: pd.DataFrame | None = None
    idi_rules: IdiEdition = field(default_factory=idi_edition)
    totals: OfficialTotals = field(default_factory=OfficialTotals)

    @property
    def peers(self) -> list[str]:
        """Countries to compare with: those that the strategies name, else all with an index."""
        return _peers(self.strategies, self.series, self.iso3)

    def latest(self, iso3: str, indicator: str) -> pd.Series | None:
        """Newest row of a country's indicator."""
        rows = self.rows(iso3, indicator)
        return rows.iloc[-1] if len(rows) else None

    def rows(self, iso3: str, indicator: str) -> pd.DataFrame:
        """All current rows of a country's indicator, oldest first."""
        found = self.series[(self.series["iso3"] == iso3) & (self.series["indicator"] == indicator)]
        return found.sort_values("date", kind="stable")


def _peers(strategies: Sequence[Strategy], series: pd.DataFrame, iso3: str) -> list[str]:
    named = [peer for strategy in strategies for peer in strategy.peers]
    found = list(dict.fromkeys(named)) or sorted(series.loc[series["indicator"] == "idi", "iso3"].unique())
    return [peer for peer in found if peer != iso3]


def read_track_inputs(
    folder: Path,
    *,
    config: CountryConfig | None,
    scenario: str = "base",
    strategies: tuple[str, ...] = (),
    as_of: dt.date | None = None,
    totals: Callable[[str], OfficialTotals] | None = None,
) -> TrackInputs:
    """Read a country folder for tracking.

    The series store is made with the published figures that ship with the program where there is none. Without `as_of`
    the newest day of retrieval in the store counts as today, so that the same data give the same answer on any day.
    Published totals of a country, by its code, stand wherever the series has nothing newer.

    Raises
    ------
    DataMissingError
        If the folder has neither ``country.yaml`` nor a name that is a country code.
    """
    iso3 = config.iso3 if config else folder.resolve().name.upper()[:3]
    if config is None and len(folder.resolve().name) != 3:
        raise DataMissingError(f"{folder}: no country.yaml, and its name is no country code of three letters")
    path = store_path(folder)
    if not path.is_file():
        add_series(path, shipped_series(), where="published.csv")
    found = find_strategies(folder, strategies, iso3)
    own = {key: value for strategy in found for key, value in strategy.indicators.items()}
    book = catalogue().with_own(own)
    series = read_current(path, as_of=as_of, book=book)
    if series.empty and as_of is None:
        mend = "Move the store away: the published figures come back by themselves"
        raise InputError(Fault(str(path), "holds no usable value", "some", mend))
    day = as_of or dt.date.fromisoformat(str(series["retrieved"].max()))
    series = series[series["date"] <= day.isoformat()].reset_index(drop=True)
    known = _newest(series, [iso3, *_peers(found, series, iso3)], totals, day)
    series = with_totals(series, known, as_of=day)
    more = derived_shares(series)
    if len(more):
        series = pd.concat([series, more], ignore_index=True)
    series["year"] = calendar_year(series["date"])
    results = _results(folder / "results" / scenario)
    reach = _reach(results, config)
    if reach is not None:
        series = pd.concat([series, _measured(reach, iso3, scenario, day)], ignore_index=True)
    built = _built(folder, results, day)
    return TrackInputs(
        iso3,
        config,
        scenario,
        day,
        series,
        found,
        book,
        _facts(folder),
        results,
        reach,
        built,
        _idi_rules(folder),
        known[iso3],
    )


def _newest(
    series: pd.DataFrame, codes: Sequence[str], totals: Callable[[str], OfficialTotals] | None, day: dt.date
) -> dict[str, OfficialTotals]:
    """Totals of some countries up to a day, each the newest of what is given and of the series."""
    shipped, out = shipped_series(), {}
    for iso3 in codes:
        given = {} if totals is None else totals(iso3).totals
        given = {name: total for name, total in given.items() if total.date <= day.isoformat()[: len(total.date)]}
        both = OfficialTotals.model_construct(totals_of(series, iso3).totals | given)
        out[iso3] = newest_totals(both, series, iso3, shipped=shipped)
    return out


def _results(folder: Path) -> Results | None:
    try:
        return read_results(folder)
    except DataMissingError:
        return None


def _reach(results: Results | None, config: CountryConfig | None) -> pd.DataFrame | None:
    if results is None or config is None or results.places is None or results.bill is None:
        return None
    if "assignments" not in results.plan:
        return None
    return reach_by_year(pd.DataFrame(results.places), results.plan["assignments"], results.bill, config.base_year)


def _built(folder: Path, results: Results | None, day: dt.date) -> pd.DataFrame | None:
    """People reached as works are finished; none without ``works.csv`` or without a plan."""
    path = folder / WORKS
    if not path.is_file():
        return None
    frame = read_delimited(path)
    works = pd.DataFrame(tables.conform(frame, "works", where=WORKS))
    if results is None or results.places is None or "assignments" not in results.plan:
        return None
    known = set(results.places["place_id"])
    twice = works["work_id"].duplicated()
    faults = []
    for line, row, again in zip(frame.index + 1, works.to_dict("records"), twice, strict=True):
        where = f"{WORKS}, line {line}"
        try:
            dt.date.fromisoformat(row["finished_date"])
        except ValueError:
            faults.append(Fault(where, f"finished_date {row['finished_date']!r} is no day", "YYYY-MM-DD"))
        if again:
            faults.append(Fault(where, f"work_id {row['work_id']!r} stands twice", "an identifier of its own"))
        if row["place_id"] not in known:
            faults.append(
                Fault(where, f"place_id {row['place_id']!r} is no place of the plan", "a place of places.parquet")
            )
    if faults:
        raise InputError(faults)
    done = works[works["finished_date"] <= day.isoformat()]
    return built_by_day(pd.DataFrame(results.places), results.plan["assignments"], done)


def _measured(reach: pd.DataFrame, iso3: str, scenario: str, day: dt.date) -> pd.DataFrame:
    """Row of what the measurement of today's network says."""
    row: dict[str, str | float] = {
        "row_id": f"results/{scenario}/measure/places.parquet",
        "iso3": iso3,
        "indicator": "reached_pct",
        "date": day.isoformat(),
        "value": float(reach["reached_pct"].iloc[0]),
        "status": "estimate",
        "source": f"allreach measure ({scenario})",
        "retrieved": day.isoformat(),
    }
    frame = pd.DataFrame(tables.conform(pd.DataFrame([row]), TABLE))
    frame["year"] = calendar_year(frame["date"])
    return frame


def _idi_rules(folder: Path) -> IdiEdition:
    path = folder / IDI_RULES
    if not path.is_file():
        return idi_edition()
    raw = read_yaml_mapping(path, "the rules of an edition, as indicators/editions/idi_2024.yaml")
    try:
        return IdiEdition.model_validate(raw)
    except ValidationError as error:
        raise InputError(schema_faults(error, path.name, model=IdiEdition, raw=raw)) from error


def _facts(folder: Path) -> Facts:
    path = folder / "facts.yaml"
    own = read_yaml_mapping(path, "organisations and events") if path.is_file() else None
    try:
        return merge_facts(own)
    except ValidationError as error:
        raise InputError(schema_faults(error, path.name, model=Facts, raw=own)) from error

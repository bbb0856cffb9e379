"""Totals that ship with the program: world tables that may be copied, published series, a country's own figures."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict

from allreach.indicators.official_totals import totals_of
from allreach.io.series_store import shipped_series
from allreach.io.yaml_text import read_yaml_mapping
from allreach.params.official import QUANTITIES, OfficialTotals, Total, TotalEvidence


class Source(BaseModel):
    """Where a column of the world table is from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    licence: str


class SourcesFile(BaseModel):
    """The file ``sources.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    retrieved: dt.date
    sources: dict[str, Source]


def shipped_totals(iso3: str) -> OfficialTotals:
    """Totals of a country as far as they ship.

    Of the world table and the published series the newer year counts, of equal years the series; figures of the
    country's own file go ahead of both.

    Parameters
    ----------
    iso3
        ISO 3166-1 alpha-3 code.
    """
    table = _world_table()
    sources = world_sources()
    totals = {
        str(row.quantity): Total(
            value=float(row.value),
            unit=QUANTITIES[str(row.quantity)].unit,
            date=str(row.year),
            source=sources[str(row.source)].source,
            evidence=TotalEvidence.OFFICIAL,
        )
        for row in table[table["iso3"] == iso3].itertuples()
    }
    for name, total in totals_of(shipped_series(), iso3).totals.items():
        if name not in totals or total.year >= totals[name].year:
            totals[name] = total
    own = _folder() / f"{iso3}.yaml"
    if own.is_file():
        totals |= OfficialTotals.model_validate(read_yaml_mapping(own, "totals by name")).totals
    return OfficialTotals({name: totals[name] for name in QUANTITIES if name in totals})


def world_sources() -> dict[str, Source]:
    """Read the sources of the world table, by their short names."""
    return _sources_file().sources


def world_tables_read() -> dt.date:
    """Day on which the publishers' tables were read."""
    return _sources_file().retrieved


@cache
def _sources_file() -> SourcesFile:
    return SourcesFile.model_validate(read_yaml_mapping(_folder() / "sources.yaml", "sources by name"))


@cache
def _world_table() -> pd.DataFrame:
    with (_folder() / "totals.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, comment="#", keep_default_na=False)


def _folder() -> Path:
    return Path(__file__).parent

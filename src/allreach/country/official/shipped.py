"""Totals that ship with the program: world tables that may be copied, and single published figures."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict

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
    """Totals of a country as far as they ship; its own figures go ahead of the world tables'.

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
    own = _folder() / f"{iso3}.yaml"
    if own.is_file():
        totals |= OfficialTotals.model_validate(read_yaml_mapping(own, "totals by name")).totals
    return OfficialTotals({name: totals[name] for name in QUANTITIES if name in totals})


@cache
def world_sources() -> dict[str, Source]:
    """Read the sources of the world table, by their short names."""
    return SourcesFile.model_validate(read_yaml_mapping(_folder() / "sources.yaml", "sources by name")).sources


@cache
def _world_table() -> pd.DataFrame:
    with (_folder() / "totals.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, comment="#", keep_default_na=False)


def _folder() -> Path:
    return Path(__file__).parent

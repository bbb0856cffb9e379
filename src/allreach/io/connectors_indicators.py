"""Connectors for indicator series: World Bank API v2, World Bank Data360, ITU DataHub answers."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import pandas as pd

from allreach.errors import Fault, InputError
from allreach.indicators.definitions import Catalogue, catalogue
from allreach.io.connectors_http import Cache, FetchError
from allreach.io.known_workbooks import GOVTECH_URL, KNOWN, known_workbook
from allreach.io.series_import import read_series_file
from allreach.json_object import JsonObject

WORLD_BANK = "https://api.worldbank.org/v2"
DATA360 = "https://data360api.worldbank.org/data360"
PAGE_ROWS = 20_000
DATA360_ROWS = 2_000
ITU_DATAHUB = "https://api.datahub.itu.int/v2"
_COLUMNS = ["iso3", "indicator", "date", "value", "status", "source", "url", "licence", "retrieved", "note"]


def fetch(
    spec: str, countries: Sequence[str], years: tuple[int, int], cache: Cache, *, book: Catalogue | None = None
) -> pd.DataFrame:
    """Fetch one series by ``worldbank:CODE``, ``data360:DATABASE/CODE``, ``itu:NUMBER`` or ``govtech:2025``.

    Raises
    ------
    InputError
        If the source is not known, or no indicator goes by that code.
    """
    source, _, code = spec.partition(":")
    if source == "worldbank" and code:
        return world_bank(code, countries, years, cache, book=book)
    if source == "data360" and "/" in code:
        database, _, series = code.partition("/")
        return data360(database, series, countries, cache, book=book)
    if source == "itu" and code.isdigit():
        return itu_datahub(code, countries, cache, book=book)
    if spec == "govtech:2025":
        return govtech(countries, cache, book=book)
    expected = "worldbank:CODE, data360:DATABASE/CODE, itu:NUMBER (its codeID, e.g. itu:11624) or govtech:2025"
    raise InputError(Fault(f"--fetch {spec}", "is no series", expected))


def world_bank(
    code: str,
    countries: Sequence[str],
    years: tuple[int, int],
    cache: Cache,
    *,
    base_url: str = WORLD_BANK,
    book: Catalogue | None = None,
) -> pd.DataFrame:
    """Read a series of the World Bank API, every page.

    Returns
    -------
    rows
        For the series store; countries without a three-letter code (aggregates) are kept under what the API gives.
    """
    indicator = _indicator("worldbank", code, book)
    frames, page, pages = [], 1, 1
    while page <= pages:
        query = {"format": "json", "per_page": PAGE_ROWS, "page": page, "date": f"{years[0]}:{years[1]}", "source": 2}
        url = f"{base_url}/country/{';'.join(countries) or 'all'}/indicator/{code}?{urlencode(query, safe=':;')}"
        answer = cache.get(url)
        meta, rows = _world_bank_page(answer.body, url)
        frames.append(parse_world_bank(rows, indicator, url, answer.retrieved, meta.get("lastupdated", "")))
        pages, page = int(meta.get("pages", 1)), page + 1
    return pd.concat(frames, ignore_index=True)


def parse_world_bank(rows: Sequence[dict], indicator: str, url: str, retrieved: str, updated: str = "") -> pd.DataFrame:
    """Turn rows of the World Bank API into rows of the store."""
    out = [
        (
            row.get("countryiso3code") or row["country"]["id"],
            indicator,
            str(row["date"]),
            row["value"],
            "official" if row.get("obs_status", "") in ("", "A") else "estimate",
            f"World Bank, World Development Indicators, {row['indicator']['id']}",
            url,
            "CC BY 4.0",
            retrieved,
            f"last updated {updated}" if updated else "",
        )
        for row in rows
        if row.get("value") is not None
    ]
    return pd.DataFrame(out, columns=_COLUMNS)


def data360(
    database: str,
    code: str,
    countries: Sequence[str],
    cache: Cache,
    *,
    base_url: str = DATA360,
    book: Catalogue | None = None,
) -> pd.DataFrame:
    """Read a series of World Bank Data360, page by page (SDMX columns as CSV)."""
    indicator = _indicator("data360", code, book)
    frames, skip = [], 0
    while True:
        query = {"DATABASE_ID": database, "INDICATOR": code, "format": "csv", "top": DATA360_ROWS, "skip": skip}
        url = f"{base_url}/data?{urlencode(query)}"
        answer = cache.get(url)
        rows = parse_data360(answer.body, indicator, url, answer.retrieved)
        frames.append(rows)
        if len(rows) < DATA360_ROWS:
            break
        skip += DATA360_ROWS
    found = pd.concat(frames, ignore_index=True)
    return found[found["iso3"].isin(list(countries))].reset_index(drop=True) if countries else found


def parse_data360(body: bytes, indicator: str, url: str, retrieved: str) -> pd.DataFrame:
    """Turn a CSV answer of Data360 into rows of the store."""
    try:
        frame = pd.read_csv(io.BytesIO(body), dtype="str", keep_default_na=False)
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(Fault(url, f"answered what is no CSV ({error})", "CSV with SDMX columns")) from error
    missing = [name for name in ("REF_AREA", "TIME_PERIOD", "OBS_VALUE") if name not in frame]
    if missing:
        raise InputError(Fault(url, f"answered without {', '.join(missing)}", "CSV with SDMX columns"))
    status = frame["OBS_STATUS"] if "OBS_STATUS" in frame else pd.Series("A", index=frame.index)
    database = frame["DATABASE_ID"] if "DATABASE_ID" in frame else pd.Series("", index=frame.index)
    out = pd.DataFrame(
        {
            "iso3": frame["REF_AREA"],
            "indicator": indicator,
            "date": frame["TIME_PERIOD"].str.slice(0, 10),
            "value": pd.to_numeric(frame["OBS_VALUE"], errors="coerce"),
            # SDMX code list of observation status: E estimated, I imputed, M missing.
            "status": status.map({"E": "estimate", "I": "imputed"}).fillna("official"),
            "source": "World Bank Data360 " + database,
            "url": url,
            "licence": "see the data set's page on Data360",
            "retrieved": retrieved,
            "note": "",
        },
        columns=_COLUMNS,
    )
    return out.dropna(subset=["value"]).reset_index(drop=True)


def itu_datahub(
    number: str,
    countries: Sequence[str],
    cache: Cache,
    *,
    base_url: str = ITU_DATAHUB,
    book: Catalogue | None = None,
) -> pd.DataFrame:
    """Read a series of ITU DataHub by its number, of all countries or of those named.

    Raises
    ------
    FetchError
        If the server refuses; since August 2026 it has been reported to refuse programs.
    InputError
        If the answer is no series, or none of its series is an indicator here.
    """
    routes = [f"/byiso/{iso3}" for iso3 in countries] or [""]
    frames = []
    for route in routes:
        url = f"{base_url}/data/bycode/{number}{route}"
        try:
            answer = cache.get(url)
        except FetchError as error:
            raise FetchError(
                f"{error}. ITU may refuse programs: take the series from data360:ITU_DH/..., or save the page's answer "
                "as a table and --import it"
            ) from error
        frames.append(parse_itu_datahub(answer.body, url, answer.retrieved, book=book))
    found = pd.concat(frames, ignore_index=True)
    if found.empty:
        known = sorted(i.codes["itu"] for i in (book or catalogue()).indicators.values() if "itu" in i.codes)
        raise InputError(Fault(f"itu:{number}", "holds no series that is an indicator here", ", ".join(known)))
    return found


def parse_itu_datahub(body: bytes, url: str, retrieved: str, *, book: Catalogue | None = None) -> pd.DataFrame:
    """Turn an answer of ITU DataHub (``/data/bycode/...``) into rows of the store; unknown series are left out."""
    book = book or catalogue()
    out = []
    try:
        answered = json.loads(body)
        assert isinstance(answered, list)
    except (ValueError, AssertionError) as error:
        raise InputError(Fault(url, "answered what is no series of ITU DataHub", "a JSON list of values")) from error
    for row in answered:
        found = book.by_code("itu", str(row.get("code", "")))
        answers = [answer for answer in row.get("answer", []) if answer.get("value") not in (None, "")]
        if found is None or not answers:
            continue
        words = str(row.get("dataSource", ""))
        status = "estimate" if "estimate" in words.lower() else "official"
        licence = "CC BY-NC-SA 3.0 IGO"
        values = (float(answers[0]["value"]), status, f"ITU DataHub {row['code']}", url, licence, retrieved, words)
        out.append((row["isoCode"], found.id, str(row["dataYear"]), *values))
    return pd.DataFrame(out, columns=_COLUMNS)


def govtech(
    countries: Sequence[str], cache: Cache, *, url: str = GOVTECH_URL, book: Catalogue | None = None
) -> pd.DataFrame:
    """Read the World Bank's GovTech Dataset: the GTMI and its sub-indices, every edition that the workbook holds."""
    answer = cache.get(url)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "govtech.xlsx"
        path.write_bytes(answer.body)
        if known_workbook(path) is None:
            raise InputError(Fault(url, "is no GovTech Dataset", " or ".join(known.sheet for known in KNOWN)))
        rows = read_series_file(path, fixed={"retrieved": answer.retrieved}, book=book)
    rows = rows.assign(status="official", note="")
    found = rows[[name for name in _COLUMNS if name in rows.columns]]
    return found[found["iso3"].isin(list(countries))].reset_index(drop=True) if countries else found


def _indicator(source: str, code: str, book: Catalogue | None) -> str:
    found = (book or catalogue()).by_code(source, code)
    if found is None:
        raise InputError(
            Fault(
                f"{source}:{code}",
                "no indicator goes by that code",
                ", ".join(
                    sorted(i.codes[source] for i in (book or catalogue()).indicators.values() if source in i.codes)
                ),
                f"Define one in the strategy file with codes: {{{source}: {code}}}",
            )
        )
    return found.id


def _world_bank_page(body: bytes, url: str) -> tuple[JsonObject, list[JsonObject]]:
    try:
        answer = json.loads(body)
        meta, rows = answer[0], answer[1] if len(answer) > 1 else []
        messages = meta.get("message", [])
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise InputError(Fault(url, "answered what is no page of the World Bank API", "JSON [meta, rows]")) from error
    if messages:
        words = "; ".join(str(message.get("value", message)) for message in messages)
        raise InputError(
            Fault(url, f"the World Bank answered: {words}", "a series", "Check the code and the countries")
        )
    return meta, rows or []

"""One fuzzed case of each kind: the files written, and the commands that read them."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import yaml

import allreach.satellite
from allreach import indicators, tables
from fuzzing.imports import (
    cells,
    csv_text,
    delimited,
    import_csv,
    import_geojson,
    import_raster,
    import_xlsx,
    import_zip,
    workbook,
)
from fuzzing.mutations import (
    NUMBERS,
    WORDS,
    Rng,
    mutate_bytes,
    mutate_frame,
    mutate_raster,
    mutate_text,
    mutate_tree,
    mutate_yaml,
    odd,
    pick,
    write_frame,
)
from fuzzing.start import RASTERS, TABLES, Case, base_table, country, fewer, rng_of, use

ROOT = Path(__file__).parents[2]
PATH_CASES = ROOT / "tests" / "data" / "crosscheck"


def country_yaml(rng: Rng, case: Case, base: Path) -> None:
    folder = country(case, base, without=fewer(rng))
    (folder / "country.yaml").write_bytes(mutate_yaml(rng, (base / "country.yaml").read_text(encoding="utf-8")))
    use(rng, case)


SCENARIO = (
    "parameters:\n  costs: {leo_kit_usd: 500, discount_rate: 0.08}\n  radio: {model_sigma_db: 8}\n"
    "service_standard:\n  dl_mbps: 20\n  indoors: true\n  tiers:\n  - {dl_mbps: 100, people_share: 0.5}\n"
)


@cache
def keys() -> tuple[str, ...]:
    """Every parameter's key."""
    from allreach.params.load import all_keys

    return tuple(all_keys())


def scenario(rng: Rng, case: Case, base: Path) -> None:
    folder = country(case, base, without=fewer(rng, "sites"))
    (folder / "scenarios").mkdir()
    tree = yaml.safe_load(SCENARIO)
    for _ in range(int(rng.integers(0, 3))):
        room, key = pick(rng, keys()).split(".", 1)
        tree["parameters"].setdefault(room, {})[key] = odd(rng)
    (folder / "scenarios" / "s.yaml").write_bytes(mutate_yaml(rng, yaml.safe_dump(tree, allow_unicode=True)))
    turn = rng.random()
    where = str(folder)
    if turn < 0.45:
        case.steps.append(("why", where, "--at", pick(rng, ("P4", "S1", "P1")), "--scenario", "s", "--json"))
    elif turn < 0.9:
        case.steps.append(("hop", "S1", "P2", "--country", where, "--scenario", "s", "--json"))
    else:
        case.steps.append(("measure", where, "--scenario", "s", "--workers", "1"))


def table(rng: Rng, case: Case, base: Path) -> None:
    name = pick(rng, TABLES)
    folder = country(case, base, without=fewer(rng, name))
    path = folder / f"{name}.parquet"
    turn = rng.random()
    if turn < 0.12:
        path.write_bytes(mutate_bytes(rng, path.read_bytes()))
    elif turn < 0.15:
        other = base / f"{pick(rng, TABLES)}.parquet"
        shutil.copy(other, path)
    elif turn < 0.3:
        further_table(rng, folder)
    else:
        write_frame(rng, mutate_frame(rng, base_table(base, name)), path)
    use(rng, case)


def further_table(rng: Rng, folder: Path) -> None:
    """A layer that the base has not: exclusions, power, hazards or measurements."""
    name = pick(rng, ("exclusions", "power", "hazards", "measurements"))
    places = base_table(folder, "places") if (folder / "places.parquet").exists() else None
    assert places is not None
    columns: dict[str, Any] = {}
    for column in tables.schema(name):
        if column.name == "geometry":
            continue
        kind = column.dtype
        columns[column.name] = (
            [f"{column.name[0]}{n}" for n in range(len(places))]
            if kind in ("str", "bool")
            else list(rng.integers(1, 60, len(places)))
        )
    shapes = places.geometry if rng.random() < 0.5 else places.to_crs(32638).buffer(500).to_crs(4326)
    made: pd.DataFrame = gpd.GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:4326")
    if rng.random() < 0.7:
        made = mutate_frame(rng, made)
    write_frame(rng, made, folder / f"{name}.parquet")


def raster(rng: Rng, case: Case, base: Path) -> None:
    folder = country(case, base, without=fewer(rng))
    name = pick(rng, RASTERS)
    mutate_raster(rng, base / f"{name}.tif", folder / f"{name}.tif")
    use(rng, case)


RECIPE = """
country: {iso3: TST, name: Testland, crs: "EPSG:32638", pixel_m: 400, population: 2500, household_size: 4.0}
frame: {file: outline.geojson, margin_m: 500}
steps:
- {layer: boundaries, file: outline.geojson, map: {boundary_id: boundary_id}, set: {level: 0, code: "01"}, source: s}
- {layer: terrain, file: dem.tif, source: s, licence: l}
- {layer: population, file: people.tif, source: s, licence: l}
- layer: places
  file: places.csv
  map: {place_id: place_id, population: population, lon: lon, lat: lat}
  values: {admin1_code: {"01": "07"}}
  keep_if: [{name: [Alma, Bela, Cela]}]
  source: s
  licence: l
  retrieved: "2026-01-01"
- {layer: sites, file: sites.csv, map: {site_id: site_id, lon: lon, lat: lat}, set: {operator: A}, fix: [outside]}
"""


def recipe(rng: Rng, case: Case, base: Path) -> None:
    source = case.folder / "in"
    source.mkdir()
    base_table(base, "boundaries").to_file(source / "outline.geojson", engine="pyogrio")
    for name in ("places", "sites"):
        (source / f"{name}.csv").write_text(csv_text(base, name), encoding="utf-8")
    for name, to in (("terrain", "dem"), ("population", "people")):
        shutil.copy(base / f"{name}.tif", source / f"{to}.tif")
    (case.folder / "recipe.yaml").write_bytes(mutate_yaml(rng, RECIPE) if rng.random() < 0.97 else RECIPE.encode())
    case.steps.append(
        (
            "country",
            "import",
            "--recipe",
            str(case.folder / "recipe.yaml"),
            "--from",
            str(source),
            "-o",
            str(case.folder / "TST"),
        )
    )
    case.steps.append(("country", "check", str(case.folder / "TST")))


SERIES = "iso3,indicator,date,value,source,retrieved\n" + "".join(
    f"TST,{name},{year},{value},Census,2026-01-01\n"
    for name in ("internet_users_pct", "households_internet_pct")
    for year, value in ((2018, 40), (2020, 55.5), (2022, 61), (2024, 70))
)


WIDE = (
    "iso3,date,internet_users_pct,households_internet_pct,source,retrieved\n"
    "TST,2020,50,60,C,2026-01-01\nTST,2022,55,61.5,C,2026-01-01\n"
)


def series(rng: Rng, case: Case, base: Path) -> None:
    folder = country(case, base, without=TABLES)
    turn = rng.random()
    path = case.folder / ("a.csv" if turn < 0.6 else "a.xlsx" if turn < 0.8 else "a.parquet")
    text = SERIES
    if rng.random() < 0.2:
        text = WIDE
    if path.suffix == ".csv":
        path.write_bytes(delimited(rng, text))
    elif path.suffix == ".xlsx":
        path.write_bytes(workbook(rng, cells(rng, text)))
    else:
        write_frame(rng, mutate_frame(rng, pd.read_csv(io.StringIO(text))), path)
    given: list[str] = []
    for _ in range(int(rng.integers(0, 3)) if rng.random() < 0.4 else 0):
        name = pick(rng, ("source", "retrieved", "licence", "date", "status", "url", "iso3", "indicator", "x"))
        given += ["--give", f"{name}={pick(rng, (*WORDS, '2026-01-01', '2023', 'TST', 'internet_users_pct'))}"]
    if rng.random() < 0.08:
        given += [
            "--map",
            f"{pick(rng, ('date', 'value', 'iso3', 'x'))}={pick(rng, ('value', 'date', 'source', 'y', ''))}",
        ]
    case.steps.append(("track", str(folder), "--offline", "--import", str(path), *given))
    case.steps.append(("track", str(folder), "--offline", "--json"))
    if rng.random() < 0.1:
        case.steps.append(("brief", str(folder)))


@cache
def strategies() -> tuple[str, ...]:
    folder = Path(str(indicators.__path__[0])) / "strategies"
    return tuple(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml")))


def strategy(rng: Rng, case: Case, base: Path) -> None:
    folder = country(case, base, without=TABLES)
    path = folder / "strategy.yaml" if rng.random() < 0.5 else case.folder / "s.yaml"
    path.write_bytes(mutate_yaml(rng, pick(rng, strategies())))
    where = () if path.parent == folder else ("--strategy", str(path))
    case.steps.append(("track", str(folder), *where, "--check"))
    if rng.random() < 0.12:
        case.steps.append(("track", str(folder), *where, "--offline", "--json"))


@cache
def satellite_files() -> dict[str, str]:
    folder = Path(str(allreach.satellite.__path__[0]))
    names = {"satellites": "textbook", "terminals": "textbook_terminals", "constellation": "starlink_gen1"}
    return {key: (folder / f"{name}.yaml").read_text(encoding="utf-8") for key, name in names.items()}


def satellite(rng: Rng, case: Case, base: Path) -> None:
    folder = country(case, base, without=fewer(rng, "places"))
    key = pick(rng, ("satellites", "terminals", "constellation"))
    option = {"satellites": "--satellite", "terminals": "--terminals", "constellation": "--constellation"}[key]
    inside = rng.random() < 0.5
    path = folder / f"{key}.yaml" if inside else case.folder / "x.yaml"
    path.write_bytes(mutate_yaml(rng, satellite_files()[key]))
    case.steps.append(
        ("country", "check", str(folder))
        if inside and rng.random() < 0.7
        else ("satellite", str(folder), "--json") + (() if inside else (option, str(path)))
    )


LINE1 = "1 25544U 98067A   26060.00000000  .00001764  00000-0  38792-4 0  9995"
LINE2 = "2 25544  51.6439 211.2001 0007417  17.6667  85.6398 15.50103472202482"
OMM = {
    "OBJECT_NAME": "TESTSAT",
    "OBJECT_ID": "2026-001A",
    "EPOCH": "2026-03-01T00:00:00.000000",
    "MEAN_MOTION": 15.06,
    "ECCENTRICITY": 0.0002,
    "INCLINATION": 53.05,
    "RA_OF_ASC_NODE": 100.0,
    "ARG_OF_PERICENTER": 90.0,
    "MEAN_ANOMALY": 10.0,
    "EPHEMERIS_TYPE": 0,
    "CLASSIFICATION_TYPE": "U",
    "NORAD_CAT_ID": 99999,
    "ELEMENT_SET_NO": 999,
    "REV_AT_EPOCH": 10,
    "BSTAR": 0.0001,
    "MEAN_MOTION_DOT": 0.00001,
    "MEAN_MOTION_DDOT": 0,
}


def elements(rng: Rng, case: Case, base: Path) -> None:
    folder = country(case, base, without=("sites", "roads", "fibre", "institutions", "spectrum", "commitments"))
    turn = rng.random()
    if turn < 0.5:
        data = json.dumps(mutate_tree(rng, [OMM, {**OMM, "NORAD_CAT_ID": 2}]), default=str).encode("utf-8", "replace")
        data = mutate_text(rng, data.decode()).encode("utf-8", "replace") if rng.random() < 0.25 else data
        name = "a.json"
    elif turn < 0.7:
        data, name = delimited(rng, pd.DataFrame([OMM, OMM]).to_csv(index=False)), "a.csv"
    else:
        data, name = mutate_text(rng, f"ISS\n{LINE1}\n{LINE2}\n").encode("utf-8", "replace"), "a.tle"
    path = case.folder / name
    path.write_bytes(mutate_bytes(rng, data) if rng.random() < 0.15 else data)
    at = pick(rng, ("2026-03-02",) * 8 + ("1900-01-01", "9999-12-31", "x"))
    case.steps.append(("satellite", str(folder), "--elements", str(path), "--at", at, "--json"))


def path_loss(rng: Rng, case: Case, base: Path) -> None:
    model = pick(rng, ("itu-p1812", "itm", "itm-area"))
    text = _first_rows(PATH_CASES / model / "cases.csv", 4 if model == "itm-area" else 2)
    lines = text.split("\n")
    folder = case.folder
    if model != "itm-area":
        (folder / "profiles").mkdir()
        named = lines[0].split(",").index("profile")
        for line in lines[1:]:
            if line:
                name = line.split(",")[named]
                profile = (PATH_CASES / model / "profiles" / name).read_bytes()
                turn = rng.random()
                (folder / "profiles" / name).write_bytes(delimited(rng, profile.decode()) if turn < 0.4 else profile)
    (folder / "cases.csv").write_bytes(delimited(rng, text) if rng.random() < 0.85 else text.encode())
    more = pick(rng, ((),) * 6 + (("--detail",), ("--decimal", ","), ("--encoding", "utf-16")))
    case.steps.append(("path-loss", model, str(folder / "cases.csv"), *(more if model != "x" else ())))


@cache
def _first_rows(path: Path, n: int) -> str:
    frame = pd.read_csv(path, dtype=str).fillna("").head(n)
    return frame[[c for c in frame if not c.startswith(("out_", "mid_", "aux_"))]].to_csv(index=False)


def options(rng: Rng, case: Case, base: Path) -> None:
    """Plausible and absurd options of the commands that read a country."""
    folder = str(country(case, base, without=fewer(rng, "sites", "roads")))
    value = lambda: str(pick(rng, (*WORDS[:30], *NUMBERS[:20], "10", "0.3", "1e6", "500")))  # noqa: E731
    point = lambda: pick(  # noqa: E731
        rng,
        (
            "P1",
            "P4",
            "S1",
            "S2",
            "Alma",
            "47.4,40.6",
            "47.42,40.5",
            "0,0",
            "nan,nan",
            "inf,1",
            "1e300,0",
            "181,40",
            "40.6,47.4",
            "47,4,40,6",
            "47.4;40.6",
            "",
            " ",
            "é",
            "C1",
            "47.4",
            "new:P1",
            "‮",
            "47.4,40.6,5",
        ),
    )
    sets = [
        w
        for _ in range(int(rng.integers(0, 3)))
        for w in ("--set", f"{pick(rng, (*keys(), 'x.y', '', 'costs', 'é'))}={value()}")
    ]
    turn = rng.random()
    if turn < 0.35:
        case.steps.append(
            (
                "params",
                *((pick(rng, (*keys(), "costs", "radio", "x", "é", "")),) if rng.random() < 0.7 else ()),
                *sets,
                "--json",
            )
        )
    elif turn < 0.55:
        more = pick(
            rng,
            (
                (),
                ("--planned",),
                ("--scenario", value()),
                ("--html", str(case.folder / pick(rng, ("a.html", "d/a.html", ".")))),
            ),
        )
        case.steps.append(("why", folder, f"--at={point()}", *sets, *more, "--json"))
    elif turn < 0.8:
        more = pick(
            rng,
            (
                (),
                ("--mast", value(), value()),
                ("--mast", "30", "500"),
                ("--band", value()),
                ("--band", "18"),
                ("--dish", value()),
                ("--diversity", value()),
                ("-o", str(case.folder / pick(rng, ("h", "é", "TST/country.yaml")))),
                ("--scenario", value()),
            ),
        )
        case.steps.append(("hop", "--country", folder, *sets, *more, "--json", "--", point(), point()))
    elif turn < 0.85:
        case.steps.append(
            (
                "satellite",
                folder,
                *sets,
                *pick(rng, (("--time", value()), ("--modcod", value()), ("--place", value()), ("--at", value()))),
                "--json",
            )
        )
    elif turn < 0.93:
        more = pick(
            rng, (("--seed", value()), ("--scenario", value()), ("--workers", value()), ("--device", value()), ())
        )
        case.steps.append(("measure", folder, *sets, *more))
    elif turn < 0.97:
        more = pick(
            rng,
            (("--budget", value()), ("--time-limit", value()), ("--start-from", value()), ("--budget", "50000"), ()),
        )
        case.steps.append(("plan", folder, *sets, *more, "--workers", "1"))
    else:
        more = pick(rng, (("--lang", value()), ("--as-of", value()), ("--strategy", value()), ("--forget", value())))
        case.steps.append(("track", folder, "--offline", *more))


KINDS: dict[str, tuple[Callable[[Rng, Case, Path], None], int]] = {
    "country.yaml": (country_yaml, 9),
    "scenario": (scenario, 7),
    "strategy": (strategy, 9),
    "recipe": (recipe, 7),
    "satellite files": (satellite, 7),
    "orbital elements": (elements, 6),
    "tables": (table, 14),
    "rasters": (raster, 8),
    "import csv": (import_csv, 8),
    "import xlsx": (import_xlsx, 4),
    "import geojson": (import_geojson, 6),
    "import zip": (import_zip, 4),
    "import raster": (import_raster, 5),
    "series": (series, 7),
    "path-loss": (path_loss, 14),
    "options": (options, 9),
}
"""Kind, how a case of it is made, and its weight."""


def make_case(kind: str, seed: int, folder: Path, base: Path) -> Case:
    """Write the files of one case."""
    case = Case(folder)
    KINDS[kind][0](rng_of(kind, seed), case, base)
    return case

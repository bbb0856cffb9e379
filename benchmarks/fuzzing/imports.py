"""Fuzzed files for ``country import``: CSV, Excel, GeoJSON, zipped shapefiles, GeoTIFF, with fuzzed options."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from fuzzing.mutations import NUMBERS, WORDS, Rng, mutate_bytes, mutate_raster, mutate_text, mutate_tree, odd, pick
from fuzzing.start import RASTERS, TABLES, Case, base_table, country, fewer


def csv_text(base: Path, layer: str) -> str:
    frame = base_table(base, layer)
    if isinstance(frame, gpd.GeoDataFrame):
        frame = pd.DataFrame(frame.drop(columns="geometry")).assign(lon=frame.geometry.x, lat=frame.geometry.y)
    frame = frame.drop(columns=[c for c in frame if frame[c].isna().all() or (frame[c].astype(str) == "").all()])
    return frame.to_csv(index=False)


def cells(rng: Rng, text: str) -> str:
    """Put odd words and numbers into the fields of a delimited text, or change its dress."""
    rows = [line.split(",") for line in text.strip().split("\n")]
    for _ in range(int(rng.integers(1, 3))):
        row = rows[int(rng.integers(1, len(rows))) if rng.random() < 0.8 else 0]
        at = int(rng.integers(len(row)))
        match int(rng.integers(16)):
            case 0:
                row.insert(at, "x")
            case 1 if len(row) > 1:
                del row[at]
            case 2 | 3:
                rows.append(list(row))
            case 4 | 5:
                for other in rows[1:]:
                    other[min(at, len(other) - 1)] = str(pick(rng, (*WORDS, *map(str, NUMBERS))))
            case _:
                row[at] = str(pick(rng, (*WORDS, *map(str, NUMBERS))))
    return "\n".join(",".join(row) for row in rows) + "\n"


def delimited(rng: Rng, text: str) -> bytes:
    """A delimited text mutated as cells, text, dress or bytes."""
    turn = rng.random()
    if turn < 0.7:
        text = cells(rng, text)
    elif turn < 0.8:
        text = mutate_text(rng, text)
    elif turn < 0.87:
        text = (
            text.replace(".", ",").replace(",", ";", 3)
            if rng.random() < 0.3
            else text.replace(",", pick(rng, (";", "\t", "|", ":", " ")))
        )
    elif turn < 0.94:
        return mutate_bytes(rng, text.encode())
    if rng.random() < 0.1:
        text = pick(rng, ("\ufeff", "\n\n", "sep=;\n", "# a note\n", " ")) + text
    return text.encode(pick(rng, ("utf-8",) * 9 + ("utf-16", "cp1251", "latin-1")), "replace")


def import_options(rng: Rng, case: Case, layer: str) -> tuple[str, ...]:
    def pair(names: tuple[str, ...], mark: str, words: tuple[str, ...]) -> str:
        return f"{pick(rng, names)}{mark}{pick(rng, words)}"

    more: list[str] = []
    for _ in range(int(rng.integers(0, 3)) if rng.random() < 0.5 else 0):
        more += pick(
            rng,
            (
                (
                    "--fix",
                    pick(
                        rng,
                        (
                            "no-position",
                            "swapped-axes",
                            "outside",
                            "duplicate-points",
                            "duplicate-ids",
                            "negative-population",
                            "absurd-height",
                            "absurd-people",
                            "self-crossing",
                            "x",
                        ),
                    ),
                ),
                (
                    "--map",
                    pair(("population", "lon", "name", "x", ""), "=", ("name", "lat", "a.b", "name+lat", "", "é")),
                ),
                (
                    "--set",
                    f"{pick(rng, ('population', 'evidence', 'operator', 'admin1_code', 'x'))}={pick(rng, WORDS)}",
                ),
                (
                    "--value",
                    pair(("kind:*", "name:school", "population:1", "technologies:", "name:"), "=", WORDS),
                ),
                (
                    "--where",
                    pair(("name", "population", "x", "height_agl_m"), "=", ("Alma", "1200", "30", "", "a,b")),
                ),
                ("--keep", pick(rng, ("name", "x", "lat", "geometry"))),
                ("--group-cells", pick(rng, ("50", "-1", "nan", "1e9"))),
                ("--clip",),
                ("--sublayer", pick(rng, ("a", "Sheet1", ""))),
                ("--height-unit", pick(rng, ("ft", "km", "cm"))),
                ("--file-crs", pick(rng, ("EPSG:32638", "EPSG:4326", "x", "", "EPSG:0", "+proj=longlat"))),
                ("--encoding", pick(rng, ("cp1251", "utf-16", "x", "", "utf-7"))),
                ("--decimal", pick(rng, (",", ".", ";"))),
                ("--retrieved", pick(rng, ("2026-11-01", "01.11.2026", "2026-02-30", "9999-12-31"))),
                ("--evidence", pick(rng, ("measured", "synthetic"))),
                ("--pixel", pick(rng, ("100", "0", "nan", "1e-9", "1e9"))),
                ("--crs", pick(rng, ("EPSG:32638", "EPSG:3857", "x"))),
                ("--iso3", pick(rng, ("TST", "AZE", "xx", "é"))),
            ),
        )
    more += pick(rng, (("--replace",),) * 6 + (("--append",), (), ("--replace", "--append")))
    return ("-o", str(case.folder / "TST"), "--source", "s", "--licence", "l", *more)


def _imported(rng: Rng, case: Case, layer: str, path: Path, *, is_text: bool = False) -> None:
    position = (
        ("--map", "lon=lon", "--map", "lat=lat") if is_text and layer in ("places", "sites", "institutions") else ()
    )
    case.steps.append(("country", "import", layer, str(path), *position, *import_options(rng, case, layer)))
    if rng.random() < 0.25:
        case.steps.append(("country", "check", str(case.folder / "TST")))


def import_csv(rng: Rng, case: Case, base: Path) -> None:
    country(case, base, without=fewer(rng, "sites"))
    layer = pick(rng, ("places", "sites", "institutions", "spectrum", "commitments"))
    data = delimited(rng, csv_text(base, layer))
    path = case.folder / pick(rng, ("a.csv",) * 5 + ("a.txt", "a.tsv", "A.CSV", "a.csv.gz", "a!b;c.csv"))
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" and rng.random() < 0.7 else data)
    _imported(rng, case, pick(rng, (layer,) * 60 + TABLES + RASTERS), path, is_text=True)


def workbook(rng: Rng, text: str) -> bytes:
    """An Excel workbook of a mutated table, at times damaged."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in text.strip().split("\n"):
        sheet.append([_number(word) for word in line.split(",")])
    for _ in range(int(rng.integers(0, 4))):
        place = sheet.cell(int(rng.integers(1, sheet.max_row + 1)), int(rng.integers(1, sheet.max_column + 1)))
        value = odd(rng)
        try:
            place.value = str(value) if isinstance(value, int) and abs(value) > 1e300 else value
        except Exception:
            place.value = pick(rng, ("=1/0", "#N/A", "=A1+", "1,5", " "))
    if rng.random() < 0.05:
        sheet["XFD1048576"] = 1
    if rng.random() < 0.05:
        book.create_sheet("é")
    stream = io.BytesIO()
    book.save(stream)
    data = stream.getvalue()
    return mutate_bytes(rng, data) if rng.random() < 0.25 else data


def _number(word: str) -> Any:
    word = "".join(sign for sign in word if sign >= " ")  # a workbook holds no control characters
    try:
        return float(word)
    except ValueError:
        return word


def import_xlsx(rng: Rng, case: Case, base: Path) -> None:
    country(case, base, without=fewer(rng, "sites"))
    layer = pick(rng, ("places", "sites", "institutions", "spectrum", "commitments"))
    path = case.folder / pick(rng, ("a.xlsx",) * 8 + ("a.xls", "a.xlsm", "a.ods"))
    path.write_bytes(workbook(rng, csv_text(base, layer)))
    _imported(rng, case, layer, path, is_text=True)


def import_geojson(rng: Rng, case: Case, base: Path) -> None:
    country(case, base, without=fewer(rng, "sites"))
    layer = pick(rng, ("places", "sites", "institutions", "roads", "fibre", "boundaries"))
    text = base_table(base, layer).to_json(na="drop")
    if rng.random() < 0.6:
        try:
            data = json.dumps(mutate_tree(rng, json.loads(text)), default=str).encode("utf-8", "replace")
        except ValueError:
            data = mutate_bytes(rng, text.encode())
    else:
        data = mutate_text(rng, text).encode("utf-8", "replace")
    path = case.folder / pick(rng, ("a.geojson", "a.json", "a.kml", "a.gpkg", "a.geojson"))
    path.write_bytes(data)
    _imported(rng, case, layer, path)


@cache
def _shapefile(base: Path, layer: str) -> dict[str, bytes]:
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        frame = base_table(base, layer)
        frame = frame.drop(columns=[c for c in frame if c != "geometry" and frame[c].isna().all()])
        frame.rename(columns=lambda c: c[:10]).to_file(Path(scratch) / "a.shp")
        return {p.name: p.read_bytes() for p in sorted(Path(scratch).iterdir())}


def import_zip(rng: Rng, case: Case, base: Path) -> None:
    country(case, base, without=fewer(rng, "sites"))
    layer = pick(rng, ("places", "sites", "roads", "boundaries"))
    members = dict(_shapefile(base, layer))
    name = pick(rng, list(members))
    match int(rng.integers(6)):
        case 0:
            del members[name]
        case 1 | 2:
            members[name] = mutate_bytes(rng, members[name])
        case 3:
            members = {pick(rng, ("d/", "../", "é/", "/")) + key: data for key, data in members.items()}
        case 4:
            members |= {f"b{key[1:]}": data for key, data in members.items()}
        case _:
            pass
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, data in members.items():
            archive.writestr(key, data)
    data = stream.getvalue()
    path = case.folder / pick(rng, ("a.zip",) * 5 + ("a.kmz", "a.gpkg", "a.shp.zip"))
    path.write_bytes(mutate_bytes(rng, data) if rng.random() < 0.35 else data)
    _imported(rng, case, layer, path)


def import_raster(rng: Rng, case: Case, base: Path) -> None:
    country(case, base, without=fewer(rng))
    name = pick(rng, RASTERS)
    path = case.folder / "a.tif"
    mutate_raster(rng, base / f"{name}.tif", path)
    _imported(rng, case, name, path)

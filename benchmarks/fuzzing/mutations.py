"""Seeded mutations of values, text, bytes, nested data, tables, GeoTIFFs: what people and programs do to files."""

from __future__ import annotations

import copy
import datetime as dt
import decimal
import struct
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
import yaml
from rasterio.transform import Affine

Rng = np.random.Generator
NUMBERS = (
    *(0, -0.0, -1, 1, 2, 0.5, 1e-300, 1e-9, 1e9, 1e30, 1e300, -1e300, 2**31, 2**63, 2**64, -(2**63), 10**400),
    *(float("nan"), float("inf"), float("-inf"), 360, 181, -181, 91, 8849, 99999, -9999, -32768, 3.4e38, 2_000, 1.5),
)
WORDS = (
    *("", " ", "nan", "NaN", "inf", "-inf", "NULL", "None", "no", "true", "01", "0x10", "1e400", "1e5", "1,5", "1.000"),
    *("1 000", "1.234,56", "٣", "½", "é", "\U0001f600", "‮abc", "a" * 5_000, "../../x", "<script>", "%s", "{0}"),
    *(
        "2024-02-30",
        "2026-11-01",
        "01.11.2026",
        "-",
        "\n",
        "a\tb",
        "\x00",
        "\x07",
        "=1+1",
        "P1",
        "S1",
        "'",
        '"',
        "#",
        ":",
    ),
    *("[]", "{}", "EPSG:3857", "EPSG:4326", "EPSG:99999", "9" * 40, "-5", "5 %", "4G;;5G", "é", "\ufeff"),
)
ODD: tuple[Any, ...] = (
    *NUMBERS,
    *WORDS,
    None,
    True,
    False,
    [],
    {},
    [[]],
    [None],
    {"": 1},
    {1: 2},
    [1, "a"],
    b"\xff\xfe",
    dt.date(2026, 2, 28),
    dt.datetime(1, 1, 1),
    {"a": {"b": {"c": [1]}}},
)
SNIPPETS = (
    "!!bool maybe",
    "!!timestamp x",
    "&a [*a]",
    "*b",
    "!!python/object:os.system x",
    "!!binary ====",
    "\t",
    "%YAML 3",
    "---\n",
    "{" * 50,
    "[" * 500,
    ": :",
    "? a",
    "<<: 1",
    "'",
    '"',
    "|",
    ">",
    "\x00",
    "\ufeff",
    "a: 1\na: 2\n",
    "!!set {a}",
    "!!int x",
    "!!float y",
    "12:30",
    "0755",
    "1_000",
    ".inf",
    ".nan",
    "~",
    "@",
    "`",
    "!!str",
    "\u2028",
    "#",
    "- ",
    "!!omap [a]",
    "0o7",
)


def pick(rng: Rng, values: Any) -> Any:
    return values[int(rng.integers(len(values)))]


def odd(rng: Rng) -> Any:
    return copy.deepcopy(pick(rng, ODD))


def mutate_bytes(rng: Rng, data: bytes) -> bytes:
    """Flip, cut, double, blank or insert bytes."""
    raw = bytearray(data)
    for _ in range(int(rng.integers(1, 4))):
        if not raw:
            return b"\x00"
        at = int(rng.integers(len(raw)))
        if rng.random() < 0.5:  # headers and footers matter most
            at = min(at % 400, len(raw) - 1) if rng.random() < 0.5 else max(len(raw) - 1 - at % 400, 0)
        match int(rng.integers(7)):
            case 0 | 1:
                raw[at] ^= 1 << int(rng.integers(8))
            case 2:
                raw[at] = int(rng.integers(256))
            case 3:
                del raw[at:]
            case 4:
                del raw[at : at + int(rng.integers(1, 50))]
            case 5:
                raw[at:at] = bytes(rng.integers(0, 256, int(rng.integers(1, 9)), dtype=np.uint8))
            case 6:
                raw[at : at + 8] = bytes(min(8, len(raw) - at))
    return bytes(raw)


def mutate_text(rng: Rng, text: str) -> str:
    """Cut, double, blank or exchange parts of a text, or put something odd into it."""
    for _ in range(int(rng.integers(1, 3))):
        at = int(rng.integers(len(text) + 1))
        lines = text.split("\n")
        line = int(rng.integers(len(lines)))
        match int(rng.integers(9)):
            case 0:
                text = text[:at] + pick(rng, SNIPPETS) + text[at:]
            case 1:
                text = text[:at] + str(pick(rng, WORDS)) + text[at:]
            case 2:
                text = text[:at]
            case 3:
                text = text[:at] + text[at + int(rng.integers(1, 12)) :]
            case 4:
                text = "\n".join([*lines[: line + 1], *lines[line:]])
            case 5:
                text = "\n".join([*lines[:line], *lines[line + 1 :]])
            case 6:
                text = "\n".join([*lines[:line], pick(rng, ("  ", "\t", " ", "- ")) + lines[line], *lines[line + 1 :]])
            case 7:
                head, mark, _ = lines[line].partition(":")
                lines[line] = f"{head}{mark} {pick(rng, (*SNIPPETS, *WORDS, *map(str, NUMBERS)))}"
                text = "\n".join(lines)
            case 8:
                old, new = pick(
                    rng, ((":", "="), (",", ";"), (".", ","), ("\n", "\r"), (" ", "\u00a0"), ("-", "–"), ("1", "l"))
                )
                text = text.replace(old, new, int(rng.integers(1, 5)))
    return text


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(p for key, part in items for p in _paths(part, (*path, key)))]


def mutate_tree(rng: Rng, tree: Any) -> Any:
    """Exchange, take out, wrap, double or misname parts of nested data."""
    tree = copy.deepcopy(tree)
    for _ in range(int(rng.integers(1, 3))):
        paths = [path for path in _paths(tree) if path]
        if not paths:
            return odd(rng)
        *head, key = pick(rng, paths)
        parent = tree
        for step in head:
            parent = parent[step]
        value = parent[key]
        match int(rng.integers(9)):
            case 0 | 1 | 2:
                parent[key] = odd(rng)
            case 3:
                del parent[key]
            case 4:
                parent[key] = [value]
            case 5:
                parent[key] = {"x": value}
            case 6 if isinstance(parent, dict):
                parent[str(pick(rng, WORDS))] = parent.pop(key)
            case 7 if isinstance(value, int | float) and not isinstance(value, bool):
                parent[key] = pick(rng, (-value, value * 1000, value / 1000, str(value), f"{value} m", value + 0.5))
            case 8 if isinstance(parent, list):
                parent.append(copy.deepcopy(value))
            case _:
                parent[key] = str(pick(rng, WORDS))
    return tree


def tweak_numbers(rng: Rng, tree: Any) -> Any:
    """Change numbers and switches as a user might: twice, half, ten times, none, the other sign."""
    tree = copy.deepcopy(tree)
    for _ in range(int(rng.integers(1, 4))):
        found = []
        for path in _paths(tree):
            parent = tree
            for step in path[:-1]:
                parent = parent[step]
            if path and isinstance(parent[path[-1]], int | float):
                found.append((parent, path[-1]))
        if not found:
            break
        parent, key = pick(rng, found)
        value = parent[key]
        if isinstance(value, bool):
            parent[key] = not value
        elif not abs(value) < 1e300:
            parent[key] = 1
        else:
            parent[key] = pick(
                rng, (value * 2, value / 2, value * 10, value / 10, 0, -value, value + 1, round(value), 1)
            )
    return tree


def mutate_yaml(rng: Rng, text: str) -> bytes:
    """Mutate a YAML file as data, as text or as bytes."""
    which = rng.random()
    if which < 0.7:
        change = tweak_numbers if which < 0.25 else mutate_tree
        tree = change(rng, yaml.safe_load(text))
        return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False).encode("utf-8", "replace")
    if which < 0.93:
        return mutate_text(rng, text).encode(pick(rng, ("utf-8",) * 8 + ("utf-16", "cp1252")), "replace")
    return mutate_bytes(rng, text.encode())


def _geometries(rng: Rng, shapes: list[Any]) -> list[Any]:
    """Other, empty, exchanged, shifted, degenerate geometries."""
    at = int(rng.integers(len(shapes)))
    one = shapes[at]
    lon, lat = (one.centroid.x, one.centroid.y) if one is not None and not one.is_empty else (47.4, 40.6)
    made = pick(
        rng,
        (
            None,
            shapely.Point(),
            shapely.Point(lon, lat),
            shapely.Point(lat, lon),
            shapely.Point(0, 0),
            shapely.Point(np.nan, np.nan),
            shapely.Point(np.inf, 0),
            shapely.Point(lon, lat, 1e300),
            shapely.Point(lon + 360, lat),
            shapely.Point(1e308, -1e308),
            shapely.Point(702000, 4490000),
            shapely.LineString([(lon, lat), (lon, lat)]),
            shapely.LineString([(lon, lat), (lon + 0.01, lat)]),
            shapely.LineString([(lon, lat), (lon + 1e-13, lat)]),
            shapely.LineString(),
            shapely.LineString([(-179.9, lat), (179.9, lat)]),
            shapely.MultiPoint([(lon, lat)]),
            shapely.MultiPoint([(lon, lat), (lon + 0.01, lat)]),
            shapely.box(lon, lat, lon + 0.01, lat + 0.01),
            shapely.Polygon([(lon, lat), (lon + 0.1, lat + 0.1), (lon + 0.1, lat), (lon, lat + 0.1)]),
            shapely.Polygon([(lon, lat), (lon, lat), (lon, lat)]),
            shapely.GeometryCollection([shapely.Point(lon, lat)]),
            shapely.MultiLineString([[(lon, lat), (lon + 0.01, lat)], [(lon, lat), (lon, lat)]]),
            shapely.LinearRing([(lon, lat), (lon + 0.1, lat), (lon, lat + 0.1)]),
        ),
    )
    match int(rng.integers(6)):
        case 0 | 1 | 2:
            return [*shapes[:at], made, *shapes[at + 1 :]]
        case 3:
            return [made] * len(shapes)
        case 4:
            return [*shapes[1:], shapes[0]]
        case _:
            return [shapely.transform(g, lambda xy: xy[:, ::-1]) if g is not None else None for g in shapes]


def _column(rng: Rng, values: pd.Series) -> Any:
    """A column of another type, or of odd cells."""
    n, at = len(values), int(rng.integers(len(values)))
    match int(rng.integers(10)):
        case 0 | 1 | 2 | 3:
            cells = list(values)
            cells[at] = odd(rng)
            return pd.Series(cells, index=values.index, dtype=object)
        case 4:
            return pd.Series([odd(rng)] * n, index=values.index, dtype=object)
        case 5:
            return values.astype(str)
        case 6:
            return pd.Series([str(v).encode() + b"\xff\xfe" for v in values], index=values.index, dtype=object)
        case 7:
            return pd.Series(pd.to_datetime(["2026-01-01"] * n), index=values.index)
        case 8:
            return pd.Categorical(values.astype(str))
        case _:
            made = pick(rng, (True, np.float32(np.nan), decimal.Decimal("1.5"), [1, 2], {"a": 1}, np.int8(-5), pd.NA))
            return pd.Series([made] * n, index=values.index)


def mutate_frame(rng: Rng, frame: pd.DataFrame) -> pd.DataFrame:
    """Mutate a table: cells, columns, rows, geometries."""
    frame = frame.copy()
    for _ in range(int(rng.integers(1, 3))):
        if not len(frame) or not len(frame.columns):
            break
        name = pick(rng, list(frame.columns))
        match int(rng.integers(12)):
            case 0 | 1 | 2 | 3 | 4:
                if name == "geometry" and isinstance(frame, gpd.GeoDataFrame):
                    frame["geometry"] = gpd.GeoSeries(
                        _geometries(rng, list(frame.geometry)), index=frame.index, crs=frame.crs
                    )
                elif isinstance(frame, gpd.GeoDataFrame) and rng.random() < 0.3:
                    frame["geometry"] = gpd.GeoSeries(
                        _geometries(rng, list(frame.geometry)), index=frame.index, crs=frame.crs
                    )
                elif name != "geometry":
                    frame[name] = _column(rng, frame[name])
            case 5 if name != "geometry":
                frame = frame.drop(columns=name)
            case 6 if name != "geometry":
                frame = frame.rename(
                    columns={name: pick(rng, (name.upper(), f" {name}", "x", "évidence", "geometry2", "", "fid"))}
                )
            case 7:
                frame = frame.iloc[:0] if rng.random() < 0.5 else frame.iloc[:1]
            case 8:
                frame = pd.concat([frame, frame.iloc[[0]]], ignore_index=True)
            case 9:
                extra = pick(rng, ("evidence", "note", "fid", "population", "ogc_fid", "Evidence", "geom", "index"))
                frame[extra] = pd.Series([odd(rng)] * len(frame), index=frame.index, dtype=object)
            case 10:
                frame = frame.iloc[::-1]
            case _:
                frame = frame.set_index(frame.index + 5)
    return frame


def write_frame(rng: Rng, frame: pd.DataFrame, path: Path) -> None:
    """Write a mutated table as Parquet, with what no column can hold as text; at times without a CRS."""
    if isinstance(frame, gpd.GeoDataFrame) and "geometry" in frame and rng.random() < 0.06:
        match int(rng.integers(3)):
            case 0:
                frame = frame.to_crs("EPSG:3857") if frame.crs else frame
            case 1:
                frame = frame.set_crs(None, allow_override=True)
            case _:
                frame = pd.DataFrame(
                    {**{c: frame[c] for c in frame if c != "geometry"}, "geometry": frame.geometry.to_wkb()}
                )
    for turn in (0, 1):
        try:
            frame.to_parquet(path)
            return
        except Exception:
            if turn:
                pd.DataFrame({"a": [1]}).to_parquet(path)
            for name in frame.columns:
                if name != "geometry" and frame[name].dtype == object:
                    frame[name] = frame[name].map(lambda v: v if isinstance(v, str | None) else str(v))


def _tiff_tag(data: bytes, tag: int, value: int) -> bytes:
    """Claim another value for a tag of a little-endian TIFF."""
    raw = bytearray(data)
    at = struct.unpack_from("<I", raw, 4)[0]
    for n in range(struct.unpack_from("<H", raw, at)[0]):
        place = at + 2 + 12 * n
        if struct.unpack_from("<H", raw, place)[0] == tag:
            struct.pack_into("<HII", raw, place + 2, 4, 1, value)
    return bytes(raw)


def mutate_raster(rng: Rng, path: Path, out: Path) -> None:
    """Write a raster again with other values, type, nodata, scale, bands, CRS, position, or damaged bytes."""
    if rng.random() < 0.3:
        data = path.read_bytes()
        if rng.random() < 0.3:
            data = _tiff_tag(
                data,
                pick(rng, (256, 257, 258, 259, 277, 278, 322, 339, 317)),
                pick(rng, (0, 1, 2, 61, 5_000, 10**6, 2**31, 2**32 - 1)),
            )
        else:
            data = mutate_bytes(rng, data)
        out.write_bytes(data)
        return
    with rasterio.open(path) as source:
        values, profile, (unit, scale, offset) = source.read(1), dict(source.profile), ("", 1.0, 0.0)
    bands = 1
    for _ in range(int(rng.integers(1, 3))):
        match int(rng.integers(14)):
            case 0 | 1 | 2:
                number = pick(rng, [n for n in NUMBERS if abs(n) < 1e39 or n != n])
                profile["dtype"], values = "float32", values.astype(np.float32)
                r, c = rng.integers(0, 50, 2)
                values[r : r + int(rng.integers(1, 60)), c : c + int(rng.integers(1, 60))] = number
            case 3:
                profile["dtype"] = pick(
                    rng, ("uint8", "int8", "int16", "uint16", "int32", "uint32", "float64", "int64", "complex64")
                )
            case 4:
                profile["nodata"] = pick(rng, (0, 255, -1, 4, 2, 100, None))
            case 5:
                scale, offset = pick(
                    rng, ((0.1, 0.0), (1.0, 100.0), (0.0, 0.0), (-1.0, 0.0), (float("nan"), 0.0), (1e30, 0.0))
                )
            case 6:
                bands = int(rng.integers(2, 5))
            case 7:
                profile["crs"] = pick(
                    rng, ("EPSG:4326", "EPSG:3857", "EPSG:32639", None, "EPSG:2263", 'LOCAL_CS["x",UNIT["metre",1]]')
                )
            case 8 | 9:
                t = profile["transform"]
                profile["transform"] = pick(
                    rng,
                    (
                        t @ Affine.translation(1, 0),
                        t @ Affine.scale(2),
                        t @ Affine.scale(1, -1),
                        t @ Affine.rotation(10),
                        Affine.identity(),
                        t @ Affine.translation(0.3, 0.3),
                        t @ Affine.scale(1e-9),
                        t @ Affine.scale(1e9),
                        Affine(0, 0, 0, 0, 0, 0),
                    ),
                )
            case 10:
                values = pick(rng, (values[:-1], values[:, 1:], values[:1, :1], np.pad(values, 3)))
            case 11:
                unit = pick(rng, ("ft", "us-ft", "cm", "K", "é", "feet", "m"))
            case 12:
                values = np.full_like(values, pick(rng, (0, 1, 3, 7, 200)))
            case _:
                profile["compress"] = pick(rng, ("deflate", "lzw", "zstd", "lerc"))
    profile.update(height=values.shape[0], width=values.shape[1], count=bands, driver="GTiff")
    profile = {k: v for k, v in profile.items() if k not in ("blockxsize", "blockysize", "tiled", "predictor")}
    try:
        with np.errstate(all="ignore"), rasterio.open(out, "w", **profile) as made:
            for band in range(1, bands + 1):
                made.write(values.astype(profile["dtype"]), band)
            made.units, made.scales, made.offsets = (unit,) * bands, (scale,) * bands, (offset,) * bands
    except Exception:  # what cannot be written is damaged instead
        out.write_bytes(mutate_bytes(rng, path.read_bytes()))

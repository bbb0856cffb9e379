"""Bring a user's table into the form of a layer, and find what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from allreach import tables
from allreach.country.allowed_values import vocabulary_faults
from allreach.country.importing.spec import FIXES, Condition, LayerSpec
from allreach.errors import Fault, InputError

SAME_POINT_DEG = 1e-6  # about 0.1 m: the same point written twice
NEAR_BORDER_DEG = 1e-4  # about 10 m: a point on the border is not outside
TWINS = {"places": (), "sites": ("operator", "technologies", "band_mhz"), "institutions": ("kind", "name")}


@dataclass
class Report:
    """What an import did to the rows: kept, left out, mended."""

    lines: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        """Note one thing."""
        self.lines.append(text)

    def __str__(self) -> str:
        """All lines, one after the other."""
        return "; ".join(self.lines)


def import_table(frame: pd.DataFrame, spec: LayerSpec, outline: BaseGeometry | None) -> tuple[pd.DataFrame, Report]:
    """Make a declared table of a foreign one.

    Parameters
    ----------
    frame
        As `io.foreign.read_foreign_table` gives it.
    spec
        Meaning of the columns and what to mend.
    outline
        The country in longitude and latitude, or none where it is not known yet.

    Returns
    -------
    table, report
        Sorted by the key, whatever the order of the rows in the file.

    Raises
    ------
    InputError
        With every fault that `spec.fix` does not name.
    """
    report = Report()
    n_read = len(frame)
    frame = chosen_rows(frame, spec.keep_if, spec.drop_if, spec.file)
    if len(frame) != n_read:
        report.add(f"{len(frame)} of {n_read} rows chosen")
    table = _columns(frame, spec)
    faults: list[Fault] = []
    if tables.has_geometry(spec.layer):
        table = _positions(table, spec, outline, report, faults)
    table = _keys(table, spec, report)
    table = _numbers(table, spec, report, faults)
    try:
        table = tables.conform(table, spec.layer, where=spec.file)
    except InputError as error:
        raise InputError(faults + error.faults) from error
    key = tables.key(spec.layer)
    if key:
        if table[key].duplicated().any():  # which of them comes first must not depend on the file
            table = _canonical(table)
        table = table.sort_values(key, kind="stable", ignore_index=True)
        table = _duplicates(table, spec, key, report, faults)
    faults += vocabulary_faults(table, spec.layer, spec.file)
    errors = [fault for fault in faults if fault.severity == "error"]
    if errors:
        raise InputError(errors)
    report.add(f"{len(table)} rows in the layer")
    return table, report


def chosen_rows(
    frame: pd.DataFrame, keep_if: Sequence[Condition], drop_if: Sequence[Condition], where: str
) -> pd.DataFrame:
    """Rows that meet one of `keep_if` (all where there is none) and none of `drop_if`."""
    for conditions, wanted in ((keep_if, True), (drop_if, False)):
        if conditions:
            hit = np.zeros(len(frame), dtype=bool)
            for condition in conditions:
                hit |= _meets(frame, condition, where)
            frame = frame[hit if wanted else ~hit]
    return frame


def _meets(frame: pd.DataFrame, condition: Condition, where: str) -> np.ndarray:
    hit = np.ones(len(frame), dtype=bool)
    for name, allowed in condition.items():
        _require(frame, [name], where)
        values = frame[name]
        text = values.astype("object").where(values.notna(), None)
        hit &= text.map(lambda v, allowed=allowed: (None if v is None else str(v)) in allowed).to_numpy(dtype=bool)
    return hit


def _require(frame: pd.DataFrame, names: Sequence[str], where: str) -> None:
    missing = [name for name in names if name not in frame.columns]
    if missing:
        there = ", ".join(str(name) for name in frame.columns)
        raise InputError(
            Fault(where, f"has no column {' and '.join(missing)}", f"one of: {there}", "Correct the mapping")
        )


def _columns(frame: pd.DataFrame, spec: LayerSpec) -> pd.DataFrame:
    declared = [column.name for column in tables.schema(spec.layer)]
    mapping = {target: source for target, source in spec.map.items() if target not in ("lon", "lat")}
    unknown = [name for name in (*mapping, *spec.set) if name not in declared]
    if unknown:
        raise InputError(Fault(f"layer {spec.layer}", f"has no column {' or '.join(unknown)}", " ".join(declared)))
    _require(frame, [*mapping.values(), *spec.keep], spec.file)
    out: dict[str, pd.Series] = {}
    is_text = {column.name for column in tables.schema(spec.layer) if column.dtype == "str"}
    for name in declared:
        if name in spec.set:
            out[name] = pd.Series([spec.set[name]] * len(frame), index=frame.index)
        elif name in mapping:
            out[name] = frame[mapping[name]]
        elif name in frame.columns and name != "geometry":
            out[name] = frame[name]
        if name in is_text and name in out and pd.api.types.is_float_dtype(out[name]):
            out[name] = _codes(out[name])
    for name in spec.keep:
        out.setdefault(name, frame[name])
    for name, words_of in spec.values.items():
        if name not in out:
            raise InputError(
                Fault(f"values of {name}", "the column is neither mapped nor in the file", "a mapped column")
            )
        out[name] = _translate(out[name], words_of)
    for name, factor in spec.scale.items():
        out[name] = _largest_number(out[name]) * factor
    for name, text in spec.prefix.items():
        out[name] = text + out[name].astype("str")
    table = pd.DataFrame(out, index=frame.index)
    if isinstance(frame, gpd.GeoDataFrame):
        return gpd.GeoDataFrame(table, geometry=frame.geometry, crs=frame.crs)
    return table


def _codes(numbers: pd.Series) -> pd.Series:
    """Text of codes that a file keeps as numbers with gaps: 258342081, not 258342081.0."""
    whole = (numbers.dropna() % 1 == 0).all()
    return numbers.astype("Int64").astype("object").where(numbers.notna(), None) if whole else numbers


def _translate(values: pd.Series, words_of: dict[str, object]) -> pd.Series:
    def one(value: object) -> object:
        text = "" if value is None or pd.isna(value) else str(value)
        return words_of[text] if text in words_of else words_of["*"] if "*" in words_of else value

    return values.astype("object").map(one)


def _largest_number(values: pd.Series) -> pd.Series:
    found = values.astype("object").where(values.notna(), "").astype("str").str.findall(r"-?\d+(?:\.\d+)?")
    return found.map(lambda texts: max((float(text) for text in texts), default=np.nan)).astype("float64")


def _positions(
    table: pd.DataFrame, spec: LayerSpec, outline: BaseGeometry | None, report: Report, faults: list[Fault]
) -> pd.DataFrame:
    if not isinstance(table, gpd.GeoDataFrame):
        raise InputError(
            Fault(
                spec.file,
                "has no positions",
                "geometries, or columns for longitude and latitude",
                "Name them with --map lon=COLUMN --map lat=COLUMN",
            )
        )
    allowed = tables.GEOMETRY_TYPES[next(c.dtype for c in tables.schema(spec.layer) if c.is_geometry)]
    table = table.copy()
    table["geometry"] = shapely.force_2d(table.geometry.array)
    if allowed == {"Point"}:
        is_area = table.geom_type.isin(["Polygon", "MultiPolygon"])
        if is_area.any():
            report.add(f"{int(is_area.sum())} areas stand as a point inside them")
            table.loc[is_area, "geometry"] = table.geometry[is_area].representative_point()
    lost = table.geometry.isna() | table.geometry.is_empty
    table = _drop(table, lost, "no-position", "has no position", spec, report, faults)
    wrong = ~table.geom_type.isin(allowed)
    if wrong.any():
        found = ", ".join(sorted(table.geom_type[wrong].unique()))
        faults.append(
            Fault(spec.file, f"{int(wrong.sum())} rows are {found}", " or ".join(sorted(allowed)), kind="geometry")
        )
        table = table[~wrong]
    if outline is None:
        return table
    near = shapely.buffer(outline, NEAR_BORDER_DEG)
    shapely.prepare(near)
    table = _swapped(table, near, spec, report, faults)
    hits = shapely.intersects(near, table.geometry.array)
    table = _drop(
        table, pd.Series(~hits, index=table.index), "outside", "lies outside the country", spec, report, faults
    )
    return _clip(table, outline, spec, report) if spec.clip else table


def _swapped(
    table: gpd.GeoDataFrame, near: BaseGeometry, spec: LayerSpec, report: Report, faults: list[Fault]
) -> gpd.GeoDataFrame:
    geometry = table.geometry.array
    turned = shapely.transform(np.asarray(geometry), lambda xy: xy[:, ::-1])
    swapped = ~shapely.intersects(near, geometry) & shapely.intersects(near, turned)
    if not swapped.any():
        return table
    n = int(swapped.sum())
    if "swapped-axes" not in spec.fix:
        first = shapely.get_coordinates(geometry[swapped][0])[0]
        text = f"{n} rows have latitude and longitude exchanged, first ({first[0]:.5f}, {first[1]:.5f})"
        faults.append(_fixable(spec, text, "longitude first", "swapped-axes"))
    else:
        report.add(f"{n} rows had latitude and longitude exchanged: put right")
    # the rest of the checks goes on with the right position, so that a row has one fault, not two
    table = table.copy()
    table.loc[swapped, "geometry"] = gpd.GeoSeries(turned[swapped], index=table.index[swapped], crs=table.crs)
    return table


def _clip(table: gpd.GeoDataFrame, outline: BaseGeometry, spec: LayerSpec, report: Report) -> gpd.GeoDataFrame:
    shapely.prepare(outline)
    geometry = np.asarray(table.geometry.array)
    crossing = ~shapely.covers(outline, geometry) & (shapely.get_dimensions(geometry) > 0)
    if not crossing.any():
        return table
    cut = shapely.intersection(geometry[crossing], outline)
    dimension = shapely.get_dimensions(geometry[crossing])
    kept = [_of_dimension(part, d) for part, d in zip(cut, dimension, strict=True)]
    table = table.copy()
    table.loc[crossing, "geometry"] = gpd.GeoSeries(kept, index=table.index[crossing], crs=table.crs)
    lost = table.geometry.is_empty
    report.add(
        f"{int(crossing.sum()) - int(lost.sum())} rows cut at the border, "
        f"{int(lost.sum())} only touched it and left out"
    )
    return table[~lost]


def _of_dimension(geometry: BaseGeometry, dimension: int) -> BaseGeometry:
    parts = [part for part in shapely.get_parts(geometry) if shapely.get_dimensions(part) == dimension]
    if len(parts) == 1:
        return parts[0]
    return shapely.MultiLineString(parts) if dimension == 1 else shapely.MultiPolygon(parts)


def _drop(
    table: pd.DataFrame, bad: pd.Series, kind: str, what: str, spec: LayerSpec, report: Report, faults: list[Fault]
) -> pd.DataFrame:
    if not bad.any():
        return table
    n = int(bad.sum())
    key = tables.key(spec.layer)
    ids = sorted(str(v) for v in table.loc[bad, key]) if key in table.columns else []
    named = f" ({', '.join(ids[:5])}{', ...' if n > 5 else ''})" if ids else ""
    if kind in spec.fix:
        report.add(f"{n} rows left out, each {what}{named}")
    else:
        faults.append(_fixable(spec, f"{n} rows: each {what}{named}", "", kind))
    return table[~bad]


def _fixable(spec: LayerSpec, what: str, expected: str, kind: str) -> Fault:
    return Fault(spec.file, what, expected, f"Correct the file, or give --fix {kind}: {FIXES[kind]}", kind=kind)


def _keys(table: pd.DataFrame, spec: LayerSpec, report: Report) -> pd.DataFrame:
    key = tables.key(spec.layer)
    if key is None or key in table.columns:
        return table
    # a number by position, so that it does not depend on the order of the rows
    rank = _canonical(table).index
    width = len(str(max(len(table), 1)))
    numbers = pd.Series([f"{spec.layer}-{i + 1:0{width}d}" for i in range(len(table))], index=rank)
    report.add("rows numbered by position, since no identifier is mapped")
    return table.assign(**{key: numbers.reindex(table.index)})


def _canonical(table: pd.DataFrame) -> pd.DataFrame:
    """Rows in an order that depends on nothing but what they hold."""
    text = pd.DataFrame({name: table[name].astype("str") for name in table.columns if name != "geometry"})
    if "geometry" in table.columns:
        text["geometry"] = shapely.to_wkb(np.asarray(table["geometry"].array), hex=True)
    return table.loc[text.sort_values(sorted(text.columns), kind="stable").index]


def _numbers(table: pd.DataFrame, spec: LayerSpec, report: Report, faults: list[Fault]) -> pd.DataFrame:
    if "population" not in table.columns or spec.layer not in ("places", "boundaries"):
        return table
    people = pd.to_numeric(table["population"], errors="coerce")
    bad = people < 0
    if not bad.any():
        return table
    n = int(bad.sum())
    table = table.copy()
    if "negative-population" in spec.fix:
        report.add(f"{n} negative populations set to 0")
    else:
        faults.append(
            _fixable(
                spec,
                f"{n} rows have a negative population, lowest {people.min():g}",
                "0 or more",
                "negative-population",
            )
        )
    table["population"] = people.where(~bad, 0)
    return table


def _duplicates(table: pd.DataFrame, spec: LayerSpec, key: str, report: Report, faults: list[Fault]) -> pd.DataFrame:
    table = _drop(table, table[key].duplicated(), "duplicate-ids", "repeats an identifier", spec, report, faults)
    twins = twin_rows(table, spec.layer)
    return _drop(
        table, twins, "duplicate-points", "repeats the point of another row", spec, report, faults
    ).reset_index(drop=True)


def twin_rows(table: pd.DataFrame, layer: str) -> pd.Series:
    """Rows at the same point as an earlier one (for sites, of the same operator too)."""
    if layer not in TWINS or not len(table):
        return pd.Series(False, index=table.index)
    points = shapely.get_coordinates(np.asarray(table.geometry.array))
    if len(points) != len(table):
        return pd.Series(False, index=table.index)
    marks = pd.DataFrame(np.round(points / SAME_POINT_DEG), index=table.index).assign(
        **{n: table[n] for n in TWINS[layer]}
    )
    return marks.duplicated()

"""Bring a user's table into the form of a layer, and find what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from allreach import tables
from allreach.country.allowed_values import RANGES, vocabulary_faults
from allreach.country.geometry import Flaw, flaws, points_inside, simple_areas, unpacked
from allreach.country.importing.cells import masts_of_cells
from allreach.country.importing.columns import has_column, source_column
from allreach.country.importing.fibre import SPAN_PREFIX, spans_apart, with_courses
from allreach.country.importing.spec import FIXES, Condition, LayerSpec
from allreach.country.measurement_faults import in_two_places
from allreach.country.plausibility import plausibility_faults
from allreach.errors import Fault, InputError
from allreach.io.foreign import SHOWN_MARK
from allreach.number_text import code_text, code_texts, read_numbers, same_word, shown_mark

_UNIT_BEHIND = r"^([+-]?[\d.,'\u00a0\u202f ]*\d)\s*[^\d.,;\s].*$"
SAME_POINT_DEG = 1e-6  # about 0.1 m: the same point written twice
SAME_THING_DEG = 5e-4  # about 50 m: rows of one identifier farther apart are two things
NEAR_BORDER_DEG = 1e-4  # about 10 m: a point on the border is not outside
MOST_ROWS = {  # where a fault hits more than half of the rows, its cause lies elsewhere
    "no-position": "So many rows are no slip: is it the right file, and the right columns for lon and lat?",
    "outside": "So many rows are no slip: is it the right file, and the right CRS (--file-crs)?",
    "duplicate-times": "So many rows are no slip: give each device a name of its own",
    "duplicate-ids": "So many rows are no slip: map the column that identifies a row",
    "duplicate-points": "So many rows are no slip: is each row a place of its own?",
}
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


def import_table(
    frame: pd.DataFrame,
    spec: LayerSpec,
    outline: BaseGeometry | None,
    beside: pd.DataFrame | None = None,
    *,
    said: Sequence[str] = (),
) -> tuple[pd.DataFrame, Report]:
    """Make a declared table of a foreign one.

    Parameters
    ----------
    frame
        As `io.foreign.read_foreign_table` gives it.
    spec
        Meaning of the columns and what to mend.
    outline
        The country in longitude and latitude, or none where it is not known yet.
    beside
        Rows that the layer has already and that these will be added to, or none.
    said
        What was done to the rows before: it begins the report.

    Returns
    -------
    table, report
        Sorted by the key, whatever the order of the rows in the file.

    Raises
    ------
    InputError
        With every fault that `spec.fix` does not name.
    """
    report = Report(list(said))
    n_read = len(frame)
    mark = str(frame.attrs.get(SHOWN_MARK, ""))
    frame = chosen_rows(frame, spec.keep_if, spec.drop_if, spec.file)
    if len(frame) != n_read:
        report.add(f"{len(frame)} of {n_read} rows chosen")
        _require_rows(frame, spec, f"none of {n_read} rows is chosen")
    faults: list[Fault] = []
    table = _as_numbers(_columns(frame, spec, faults), spec, mark, report, faults)
    if faults:  # numbers that cannot be read are no missing ones: nothing is left out for them
        raise InputError(faults)
    if spec.layer == "fibre":
        table, n_drawn = with_courses(table, beside)
        if n_drawn:
            report.add(f"{n_drawn} spans without a course drawn straight between their nodes")
    if tables.has_geometry(spec.layer):
        table = _positions(table, spec, outline, report, faults)
    if spec.group_cells_m is not None and len(table):
        table = _grouped(table, spec, report)
    table = _keys(table, spec, report)
    if spec.layer == "fibre" and "feature" in table.columns:
        table, n_apart = spans_apart(table)
        if n_apart:
            report.add(f"{n_apart} spans with the number of a node now begin with {SPAN_PREFIX}")
    table = _people(table, spec, report, faults)
    file_rows = table.index
    try:
        table = tables.conform(table, spec.layer, where=spec.file)
    except InputError as error:
        raise InputError(faults + error.faults) from error
    table.index = file_rows
    key = tables.key(spec.layer)
    if key:
        if table[key].duplicated().any():  # which of them comes first must not depend on the file
            table = _canonical(table)
        table = table.sort_values(key, kind="stable")
        table = _duplicates(table, spec, key, report, faults)
    if spec.layer == "measurements" and "duplicate-times" in spec.fix:
        twice = pd.Series(in_two_places(table), index=table.index)
        table = _drop(table, twice, "duplicate-times", "has a device elsewhere at the same time", spec, report, faults)
    faults += vocabulary_faults(table, spec.layer, spec.file)
    faults += plausibility_faults(table, spec.layer, spec.file)
    errors = [fault for fault in faults if fault.severity == "error"]
    if errors:
        raise InputError(errors + [fault for fault in faults if fault.severity == "warning"])
    for fault in faults:
        report.add(f"warning: {fault}")
    _require_rows(table, spec, "no row is left: " + (str(report) or "the file has none"))
    report.add(f"{len(table)} rows in the layer")
    return table.reset_index(drop=True), report


def _require_rows(table: pd.DataFrame, spec: LayerSpec, what: str) -> None:
    if not len(table):
        raise InputError(
            Fault(
                spec.file,
                what,
                f"rows for the layer {spec.layer}",
                "Correct the choice of rows or the file; a layer that is not known is left out",
                kind="empty",
            )
        )


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
        values = source_column(frame, name, where)
        words = {same_word(word) for word in allowed}
        hit &= values.astype("object").map(lambda v, words=words: same_word(v) in words).to_numpy(dtype=bool)
    return hit


def _require(frame: pd.DataFrame, names: Sequence[str], where: str) -> None:
    missing = [name for name in names if not has_column(frame, name)]
    if missing:
        there = ", ".join(str(name) for name in frame.columns)
        raise InputError(
            Fault(where, f"has no column {' and '.join(missing)}", f"one of: {there}", "Correct the mapping")
        )


def _columns(frame: pd.DataFrame, spec: LayerSpec, faults: list[Fault]) -> pd.DataFrame:
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
            out[name] = source_column(frame, mapping[name], spec.file)
        elif name in frame.columns and name != "geometry":
            out[name] = source_column(frame, name, spec.file)
        if name in is_text and name in out and not isinstance(out[name].dtype, pd.StringDtype):
            out[name] = code_texts(out[name])
    for name in spec.keep:
        out.setdefault(name, source_column(frame, name, spec.file))
    for name, words_of in spec.values.items():
        if name not in out:
            raise InputError(
                Fault(f"values of {name}", "the column is neither mapped nor in the file", "a mapped column")
            )
        out[name] = _translate(out[name], words_of)
    for name, factor in spec.scale.items():
        out[name] = _largest_number(out[name], name, spec, faults) * factor
    for name, text in spec.prefix.items():
        out[name] = text + out[name].astype("str")
    table = pd.DataFrame(out, index=frame.index)
    if isinstance(frame, gpd.GeoDataFrame):
        return gpd.GeoDataFrame(table, geometry=frame.geometry, crs=frame.crs)
    return table


def _translate(values: pd.Series, words_of: dict[str, object]) -> pd.Series:
    same = {same_word(word): meaning for word, meaning in words_of.items() if word != "*"}

    def one(value: object) -> object:
        if isinstance(value, str) and value in words_of:
            return words_of[value]
        word = same_word(value)
        return same[word] if word in same else words_of["*"] if "*" in words_of else value

    return values.astype("object").map(one)


def _largest_number(values: pd.Series, name: str, spec: LayerSpec, faults: list[Fault]) -> pd.Series:
    """Largest number of lists such as ``150000;110000``, units behind a number cut off."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values.astype("Float64").astype("float64")
    texts = values.astype("object").map(code_text).astype("object").where(values.notna(), "")
    pieces = texts.str.split(";").explode()
    bare = pieces.str.strip().str.replace(_UNIT_BEHIND, r"\1", regex=True)
    read = read_numbers(bare, decimal=spec.decimal, elsewhere=shown_mark([bare]))
    faults += tables.unreadable_faults(read, pieces, f"{spec.file}, column {spec.map.get(name, name)}", "numbers")
    return read.values.groupby(level=0, sort=False).max().reindex(values.index)


def _as_numbers(table: pd.DataFrame, spec: LayerSpec, mark: str, report: Report, faults: list[Fault]) -> pd.DataFrame:
    """Columns of numbers as numbers, read by one convention for the whole file."""
    columns = [c for c in tables.schema(spec.layer) if c.dtype in ("int", "float") and c.name in table.columns]
    shown = {mark, shown_mark(table[column.name] for column in columns)} - {""}
    elsewhere = shown.pop() if len(shown) == 1 else ""
    table = table.copy()
    for column in columns:
        series = table[column.name]
        read = read_numbers(
            series,
            whole=column.dtype == "int",
            decimal=spec.decimal,
            elsewhere=elsewhere,
            largest=RANGES.get((spec.layer, column.name), (0.0, np.inf, ""))[1],
        )
        own = spec.map.get(column.name, column.name) if column.name not in spec.set else column.name
        where = f"{spec.file}, column {own}" + (f" for {column.name}" if own != column.name else "")
        unit = f" in {column.unit}" if column.unit else ""
        faults += tables.unreadable_faults(
            read, series, where, f"a {'whole ' if column.dtype == 'int' else ''}number{unit}"
        )
        words = sorted({str(v) for v in series[read.is_missing & series.notna()] if str(v).strip()})
        if words:
            n = int((read.is_missing & series.notna()).sum())
            report.add(f"{n} values of {own} are not known ({', '.join(words)})")
        table[column.name] = read.values
    return table


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
    table = _as_rows(table, spec, report)
    near = None if outline is None else shapely.buffer(outline, NEAR_BORDER_DEG)
    if near is not None:
        shapely.prepare(near)
        table = _swapped(table, near, spec, report, faults)  # first: an exchanged latitude may be none at all
    table = _sound_geometry(table, spec, report, faults)
    if near is None or outline is None:
        return table
    hits = shapely.intersects(near, table.geometry.array)
    table = _drop(
        table, pd.Series(~hits, index=table.index), "outside", "lies outside the country", spec, report, faults
    )
    return _clip(table, outline, spec, report) if spec.clip else table


def _as_rows(table: gpd.GeoDataFrame, spec: LayerSpec, report: Report) -> gpd.GeoDataFrame:
    """Containers of one geometry unpacked, areas as points where points are wanted."""
    flat, n_unpacked = unpacked(np.asarray(shapely.force_2d(table.geometry.array)))
    table = table.set_geometry(gpd.GeoSeries(flat, index=table.index, crs=table.crs))
    if n_unpacked:
        report.add(f"{n_unpacked} containers of one geometry unpacked")
    table, n_areas = points_inside(table, spec.layer)
    if n_areas:
        report.add(f"{n_areas} areas stand as a point inside them")
    return table


def _sound_geometry(table: gpd.GeoDataFrame, spec: LayerSpec, report: Report, faults: list[Fault]) -> gpd.GeoDataFrame:
    """Rows with sound geometry; of the others a fault, or a count where leaving them out loses nothing."""
    keep = np.ones(len(table), dtype=bool)
    for flaw in flaws(table, spec.layer):
        if flaw.kind == "self-crossing":
            table = _simple(table, flaw, spec, report, faults)
            continue
        keep &= ~flaw.rows
        bad = pd.Series(flaw.rows, index=table.index)
        if flaw.kind == "no-position":
            _drop(table, bad, flaw.kind, flaw.what, spec, report, faults)
        elif flaw.kind == "no-extent" and spec.layer != "boundaries" and not flaw.rows.all():
            report.add(f"{flaw.n_rows} rows left out, each {flaw.what}{_ids(table, bad, spec)}")
        else:
            faults.append(_geometry_fault(table, flaw, spec))
    return table[keep]


def _geometry_fault(table: pd.DataFrame, flaw: Flaw, spec: LayerSpec) -> Fault:
    mend = "Correct the file"
    if flaw.kind == "no-degrees":
        mend = "Say which CRS the file is in with --file-crs EPSG:..." if flaw.n_rows * 2 > len(table) else mend
    rows = pd.Series(flaw.rows, index=table.index)
    what = f"{flaw.n_rows} rows: each {flaw.what}{_ids(table, rows, spec)}"
    return Fault(spec.file, what, flaw.expected, mend, kind=flaw.kind)


def _simple(
    table: gpd.GeoDataFrame, flaw: Flaw, spec: LayerSpec, report: Report, faults: list[Fault]
) -> gpd.GeoDataFrame:
    """Areas that cross themselves: made simple on demand; of outline and claims a fault, of other layers a warning."""
    rows = pd.Series(flaw.rows, index=table.index)
    geometry, made = simple_areas(np.asarray(table.geometry.array))
    made &= flaw.rows
    if "self-crossing" in spec.fix:
        geometry[~made] = np.asarray(table.geometry.array)[~made]
        table = table.set_geometry(gpd.GeoSeries(geometry, index=table.index, crs=table.crs))
        if made.any():
            report.add(f"{int(made.sum())} areas that crossed themselves made simple")
        rows &= ~made
    if not rows.any():
        return table
    can = bool(made.any()) and "self-crossing" not in spec.fix
    mend = f"Correct the file, or give --fix self-crossing: {FIXES['self-crossing']}" if can else "Mend them in a GIS"
    what = f"{int(rows.sum())} rows: each {flaw.what}{_ids(table, rows, spec)}"
    if not can:
        what += ", and it is another area once it is made simple"
    is_error = spec.layer in ("boundaries", "coverage_claims")
    faults.append(
        Fault(spec.file, what, flaw.expected, mend, severity="error" if is_error else "warning", kind=flaw.kind)
    )
    return table


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
    """Rows without the bad ones: counted where the spec asks for the mend, a fault else and where it would take all."""
    if not bad.any():
        return table
    n, named = int(bad.sum()), _ids(table, bad, spec)
    if kind in spec.fix:
        report.add(f"{n} rows left out, each {what}{named}")
    else:
        where = f"{spec.file}, {tables.rows_named(table.index, bad)}"
        faults.append(_fixable(spec, f"{n} rows: each {what}{named}", "", kind, where, n, len(table)))
    return table[~bad]


def _ids(table: pd.DataFrame, rows: pd.Series, spec: LayerSpec) -> str:
    """Give identifiers of the first rows in brackets; empty where none is mapped."""
    key = tables.key(spec.layer)
    ids = sorted({str(v) for v in table.loc[rows, key]} - {""}) if key in table.columns else []
    return f" ({', '.join(ids[:5])}{', ...' if len(ids) > 5 else ''})" if ids else ""


def _fixable(
    spec: LayerSpec, what: str, expected: str, kind: str, where: str = "", n_bad: int = 0, n_rows: int = 0
) -> Fault:
    """Fault with its mend; a mend that would leave out most of the rows is none, since then the file is misread."""
    if 2 * n_bad > n_rows:
        return Fault(where or spec.file, what, expected, MOST_ROWS.get(kind, "Correct the file"), kind=kind)
    return Fault(
        where or spec.file, what, expected, f"Correct the file, or give --fix {kind}: {FIXES[kind]}", kind=kind
    )


def _keys(table: pd.DataFrame, spec: LayerSpec, report: Report) -> pd.DataFrame:
    key = tables.key(spec.layer)
    if key is None or key in table.columns:
        return table
    # a number by position, so that it does not depend on the order of the rows
    rank = _canonical(table).index
    width = len(str(max(len(table), 1)))
    # measurements come in many files: the file's name keeps their numbers apart
    stem = PurePath(spec.file).stem if spec.layer == "measurements" else spec.layer
    numbers = pd.Series([f"{stem}-{i + 1:0{width}d}" for i in range(len(table))], index=rank)
    report.add("rows numbered by position, since no identifier is mapped")
    return table.assign(**{key: numbers.reindex(table.index)})


def _canonical(table: pd.DataFrame) -> pd.DataFrame:
    """Rows in an order that depends on nothing but what they hold."""
    columns = {name: table[name].astype("str") for name in table.columns if name != "geometry"}
    text = pd.DataFrame(columns, index=table.index)  # with its rows even where none of the columns is known
    if "geometry" in table.columns:
        text["geometry"] = shapely.to_wkb(np.asarray(table["geometry"].array), hex=True)
    return table.loc[text.sort_values(sorted(text.columns), kind="stable").index] if len(text.columns) else table


def _people(table: pd.DataFrame, spec: LayerSpec, report: Report, faults: list[Fault]) -> pd.DataFrame:
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


def _grouped(table: pd.DataFrame, spec: LayerSpec, report: Report) -> pd.DataFrame:
    """Rows of cells as masts."""
    assert spec.group_cells_m is not None
    n_cells = len(table)
    table = masts_of_cells(gpd.GeoDataFrame(table), spec.group_cells_m)
    report.add(
        f"{n_cells} cells grouped into {len(table)} masts (same operator, at most {spec.group_cells_m:g} m apart)"
    )
    return table


def _duplicates(table: pd.DataFrame, spec: LayerSpec, key: str, report: Report, faults: list[Fault]) -> pd.DataFrame:
    source = spec.map.get(key, key)
    column = f"{spec.file}, column {source}" + (f" for {key}" if source != key else "")
    blank = table[key].str.strip() == spec.prefix.get(key, "").strip()
    if blank.any():
        faults.append(
            Fault(
                f"{column}, {tables.rows_named(table.index, blank)}",
                f"{int(blank.sum())} of {len(table)} rows have no identifier",
                "an identifier in every row",
                "Fill the column, or map another; without --map and without a column of that name rows are numbered",
                kind="blank-ids",
            )
        )
    table = table[~blank]
    repeated = table[key].duplicated()
    elsewhere = repeated & _is_elsewhere(table, key)
    if elsewhere.any():
        what = (
            f"{int(elsewhere.sum())} rows: each repeats an identifier at another position{_ids(table, elsewhere, spec)}"
        )
        mend = (
            f"Column {source} does not tell them apart: join several, --map {key}=A+B, as for cells of several networks"
        )
        at = f"{column}, {tables.rows_named(table.index, elsewhere)}"
        faults.append(Fault(at, what, f"a {key} of its own", mend, kind="duplicate-ids"))
    table = table[~elsewhere]
    what = f"repeats an identifier of {source}"
    table = _drop(table, repeated[~elsewhere], "duplicate-ids", what, spec, report, faults)
    twins = twin_rows(table, spec.layer)
    return _drop(table, twins, "duplicate-points", "repeats the point of another row", spec, report, faults)


def _is_elsewhere(table: pd.DataFrame, key: str) -> pd.Series:
    """Rows that lie elsewhere than the first row of their identifier: two things with one name, not one thing twice."""
    if not isinstance(table, gpd.GeoDataFrame) or not len(table):
        return pd.Series(False, index=table.index)
    geometry = np.asarray(table.geometry.array)
    _, first, number = np.unique(table[key].astype(str), return_index=True, return_inverse=True)
    apart_deg = shapely.distance(geometry, geometry[first[number]])
    return pd.Series(apart_deg > SAME_THING_DEG, index=table.index)


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

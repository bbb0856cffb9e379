"""The part of a user's raster that lies under a country, whatever its CRS, and wherever it counts longitude from."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from rasterio.windows import Window

from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.io.foreign import require_file
from allreach.io.foreign_vector import parse_crs
from allreach.terrain.raster_meaning import (
    UNIT_M,
    Kind,
    RasterHeader,
    corners,
    header_faults,
    horizontal_crs,
    is_local,
    unit_key,
)
from allreach.terrain.raster_window import opened, read_band, require_room

Coordinates = tuple[NDArray[np.float64], NDArray[np.float64]]

EDGE = 41  # points along each side of a frame, and across it, that are looked up in another CRS
SEAM_PX = 1e-3  # columns that fall together at 180 degrees to within this share of a pixel make one raster
TOTAL_PIXELS = 100_000_000  # larger files are not read whole for the sum of their people: a minute


@dataclass(frozen=True)
class ForeignRaster:
    """One band of a user's raster, cut to a frame.

    Parameters
    ----------
    values
        Band, float32 (float64 for counts), scaled as the file says, heights in metres; NaN where nothing is known.
    transform
        Affine transform of `values`; longitudes run on across 180 degrees.
    crs
        CRS of the file, without its vertical part.
    notes
        What was made of the file's header, for the report.
    largest_stored
        Value of the largest number that the file's type of whole numbers holds; none for other types.
    """

    values: NDArray[np.floating]
    transform: Affine
    crs: CRS
    notes: tuple[str, ...] = ()
    largest_stored: float | None = None


def file_frame(
    path: Path, crs: str, kind: Kind, *, file_crs: str | None = None, height_unit: str | None = None
) -> tuple[float, float, float, float]:
    """Extent of a raster in another CRS: (x_min, y_min, x_max, y_max).

    Raises
    ------
    InputError
        If the file has faults, or reaches farther than the other CRS.
    """
    header = _header(path, kind, file_crs, height_unit)
    col, row = _edge(header.n_cols, header.n_rows)
    x, y = _onto(header, crs)(*xy(Affine(*header.transform), col, row))
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        what = f"reaches farther than {crs} can show"
        mend = "Bring the outline in first (country import boundaries), or cut the file to the country"
        raise InputError(Fault(str(path), what, "a raster of the country", mend, kind="size"))
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def inner_frame(
    path: Path, crs: str, kind: Kind, *, file_crs: str | None = None, height_unit: str | None = None
) -> tuple[float, float, float, float]:
    """Largest upright frame of another CRS that a raster fills: (x_min, y_min, x_max, y_max)."""
    header = _header(path, kind, file_crs, height_unit)
    outer = file_frame(path, crs, kind, file_crs=file_crs, height_unit=height_unit)
    if header.transform[1] or header.transform[3]:
        mend = "Bring the outline in first (country import boundaries)"
        raise InputError(Fault(str(path), "is rotated, so that no frame follows from it", "a north-up raster", mend))
    x, y = corners(header)
    west, east, south, north = x.min(), x.max(), y.min(), y.max()
    to_crs = _onto(header, crs)
    along = np.linspace(0.0, 1.0, 101)
    left, right = (to_crs(np.full(101, x), south + along * (north - south))[0] for x in (west, east))
    lower, upper = (to_crs(west + along * (east - west), np.full(101, y))[1] for y in (south, north))
    if left.max() >= right.min() or lower.max() >= upper.min():
        what = f"covers no upright frame of {crs} (outer frame {', '.join(f'{v:,.0f}' for v in outer)})"
        raise InputError(Fault(str(path), what, "a raster of the country", "Bring the outline in first", kind="size"))
    return float(left.max()), float(lower.max()), float(right.min()), float(upper.min())


def read_frame(
    path: Path,
    grid: Grid,
    kind: Kind,
    *,
    file_crs: str | None = None,
    height_unit: str | None = None,
    margin_px: int = 20,
) -> ForeignRaster:
    """Read the part of a raster that lies under a grid, and some pixels around it; float64 for counts.

    Longitudes are angles: a grid across 180 degrees is put together of both ends of the file.

    Raises
    ------
    InputError
        If the file is missing, empty, truncated, without CRS or position, somewhere else altogether, too large for the
        memory, or if its header says that its numbers are not of this kind (`terrain.raster_meaning`).
    """
    header = _header(path, kind, file_crs, height_unit)
    dtype: type[np.floating] = np.float64 if kind == "count" else np.float32
    unit = (height_unit or unit_key(header.height_unit) or "m") if kind == "height" else "m"
    transform = Affine(*header.transform)
    with opened(path) as (source, _):
        windows = _windows(path, header, grid, margin_px)
        require_room(path, source, max(_height(windows) * _width(windows), 1))
        top, left = min(r.row for r in windows), min(r.col for r in windows)
        values = np.full((_height(windows), _width(windows)), np.nan, dtype=dtype)
        taken = np.zeros(values.shape[1], dtype=bool)
        for part in windows:
            block = read_band(source, header, part.window, factor=UNIT_M[unit], dtype=dtype)
            cols = np.arange(part.col - left, part.col - left + block.shape[1])
            new = ~taken[cols]  # a file that goes round the Earth and a pixel farther has that pixel twice
            rows = slice(part.row - top, part.row - top + block.shape[0])
            values[rows, cols[new]] = block[:, new]
            taken[cols] = True
    x_0, y_0 = xy(transform, np.array(float(left)), np.array(float(top)))
    shift = windows[0].turn_deg if len(windows) == 1 else 0.0
    shifted = Affine(transform.a, transform.b, float(x_0) + shift, transform.d, transform.e, float(y_0))
    return ForeignRaster(values, shifted, header.horizontal, _notes(header, unit), header.largest_stored)


def file_total(path: Path, largest: float, *, file_crs: str | None = None) -> float | None:
    """Sum of a raster's counts from 0 to `largest`, over the whole file; none where that takes too long."""
    header = _header(path, "count", file_crs, None)
    if header.n_rows * header.n_cols > TOTAL_PIXELS:
        return None
    total = 0.0
    with opened(path) as (source, _):
        height = max(1, 4_000_000 // header.n_cols)
        for row in range(0, header.n_rows, height):
            window = Window(0, row, header.n_cols, min(height, header.n_rows - row))
            require_room(path, source, int(window.width * window.height))
            values = read_band(source, header, window, dtype=np.float64)
            with np.errstate(invalid="ignore"):
                total += float(values[(values > 0.0) & (values <= largest)].sum())
    return total


def xy(transform: Affine, col: NDArray[np.float64], row: NDArray[np.float64]) -> Coordinates:
    """Coordinates of positions counted in pixels."""
    return (
        transform.a * col + transform.b * row + transform.c,
        transform.d * col + transform.e * row + transform.f,
    )


def colrow(transform: Affine, x: NDArray[np.float64], y: NDArray[np.float64]) -> Coordinates:
    """Positions counted in pixels of coordinates."""
    dx, dy = np.asarray(x) - transform.c, np.asarray(y) - transform.f
    determinant = transform.a * transform.e - transform.b * transform.d
    return (
        (transform.e * dx - transform.b * dy) / determinant,
        (transform.a * dy - transform.d * dx) / determinant,
    )


def unwrapped(lon_deg: NDArray[np.float64], middle_deg: float) -> NDArray[np.float64]:
    """Longitudes within half a turn of a middle."""
    out: NDArray[np.float64] = middle_deg + (np.asarray(lon_deg) - middle_deg + 180.0) % 360.0 - 180.0
    return out


def to_raster(crs: CRS | str, raster: ForeignRaster, x: NDArray[np.float64], y: NDArray[np.float64]) -> Coordinates:
    """Coordinates of points of another CRS in a raster's, longitudes on the raster's side of 180 degrees."""
    u, v = Transformer.from_crs(CRS.from_user_input(crs), raster.crs, always_xy=True).transform(x, y)
    if raster.crs.is_geographic:
        rows, cols = raster.values.shape
        u = unwrapped(u, float(xy(raster.transform, np.array(cols / 2), np.array(rows / 2))[0]))
    return np.asarray(u), np.asarray(v)


@dataclass(frozen=True)
class _Part:
    """Part of a file under a grid.

    Parameters
    ----------
    window
        In the file.
    row, col
        Its first pixel, counted in the file, or on the other side of 180 degrees.
    turn_deg
        Whole turns that the part is moved by. [degrees]
    """

    window: Window
    row: int
    col: int
    turn_deg: float


def _windows(path: Path, header: RasterHeader, grid: Grid, margin_px: int) -> list[_Part]:
    transform = Affine(*header.transform)
    edge, inner = _edge(grid.n_cols, grid.n_rows), _lattice(grid.n_cols, grid.n_rows)
    x_m, y_m = xy(grid.transform, *(np.concatenate(pair) for pair in zip(edge, inner, strict=True)))
    to_file = Transformer.from_crs(CRS.from_user_input(grid.crs), header.horizontal, always_xy=True)
    x, y = (np.asarray(v) for v in to_file.transform(x_m, y_m))
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    turns = [0.0]
    if header.horizontal.is_geographic and x.size:
        x, turns = unwrapped(x, float(x[-1])), [0.0, 360.0, -360.0]
    parts = []
    for turn in turns:
        if not x.size:
            break
        cols, rows = colrow(transform, x - turn, y)
        col_0 = max(math.floor(cols.min()) - margin_px, 0)
        row_0 = max(math.floor(rows.min()) - margin_px, 0)
        col_1 = min(math.ceil(cols.max()) + margin_px, header.n_cols)
        row_1 = min(math.ceil(rows.max()) + margin_px, header.n_rows)
        if col_1 > col_0 and row_1 > row_0:
            parts.append(_Part(Window(col_0, row_0, col_1 - col_0, row_1 - row_0), row_0, col_0, turn))
    if not parts:
        raise InputError(
            Fault(str(path), "lies wholly outside the country's frame", "data over the country", "Check file and CRS")
        )
    return parts if len(parts) == 1 else _joined(path, header, parts)


def _joined(path: Path, header: RasterHeader, parts: list[_Part]) -> list[_Part]:
    """Parts of both sides of 180 degrees on the columns of the first."""
    a, b, _, d, _, _ = header.transform
    per_turn = 360.0 / a
    if b or d or abs(per_turn - round(per_turn)) > SEAM_PX:
        what = "lies on both sides of 180 degrees, and its pixels do not meet there"
        mend = "Warp it to the country's CRS first: gdalwarp -t_srs CRS FILE NEW.tif"
        raise InputError(Fault(str(path), what, "pixels that go into 360 degrees", mend, kind="seam"))
    return [replace(part, col=part.col + round(per_turn) * round(part.turn_deg / 360.0)) for part in parts]


def _height(parts: list[_Part]) -> int:
    return max(int(p.row + p.window.height) for p in parts) - min(p.row for p in parts)


def _width(parts: list[_Part]) -> int:
    return max(int(p.col + p.window.width) for p in parts) - min(p.col for p in parts)


def _edge(n_cols: int, n_rows: int) -> Coordinates:
    """Points along the four sides of a raster, counted in pixels."""
    along = np.linspace(0.0, 1.0, EDGE)
    zero, one = np.zeros(EDGE), np.ones(EDGE)
    return np.concatenate([along, along, zero, one]) * n_cols, np.concatenate([zero, one, along, along]) * n_rows


def _lattice(n_cols: int, n_rows: int) -> Coordinates:
    """Points inside a raster, counted in pixels; the last one in its middle."""
    along = np.linspace(0.0, 1.0, EDGE)
    col, row = np.meshgrid(along * n_cols, along * n_rows)
    return np.append(col, 0.5 * n_cols), np.append(row, 0.5 * n_rows)


def _onto(header: RasterHeader, crs: str) -> Callable[[NDArray[np.float64], NDArray[np.float64]], Coordinates]:
    """Coordinates of a file's points in another CRS."""
    try:
        to_crs = Transformer.from_crs(header.horizontal, CRS.from_user_input(crs), always_xy=True)
    except ProjError as error:
        what = f"is in {header.horizontal.name}, which cannot be brought to {crs} ({error})"
        raise InputError(Fault(header.name, what, "a CRS of the Earth", kind="crs")) from error

    def move(x: NDArray[np.float64], y: NDArray[np.float64]) -> Coordinates:
        u, v = to_crs.transform(x, y)
        return np.asarray(u), np.asarray(v)

    return move


def _notes(header: RasterHeader, unit: str) -> tuple[str, ...]:
    notes = []
    if header.is_scaled:
        notes.append(f"values are the stored numbers * {header.scale:g} + {header.offset:g}, as the file says")
    if unit != "m":
        notes.append(f"heights in {unit} converted to metres")
    return tuple(notes)


def _header(path: Path, kind: Kind, file_crs: str | None, height_unit: str | None) -> RasterHeader:
    """Header of a file, its CRS that of `file_crs` where the file knows none that counts.

    Raises
    ------
    InputError
        With every fault of the header.
    """
    require_file(path)
    with opened(path) as (_, header):
        pass
    if file_crs:
        named = parse_crs(file_crs)
        if header.crs is None or is_local(header.crs):
            header = replace(header, crs=named)
        elif not horizontal_crs(header.crs).equals(horizontal_crs(named), ignore_axis_order=True):
            what = f"states its CRS itself: {horizontal_crs(header.crs).name}, not {file_crs}"
            mend = "Leave --file-crs out; if the file is wrong, correct it with your GIS (gdal_edit -a_srs)"
            raise InputError(Fault(str(path), what, "--file-crs for a file without CRS only", mend, kind="file-crs"))
    if faults := header_faults(header, kind, height_unit=height_unit):
        raise InputError(faults)
    return header

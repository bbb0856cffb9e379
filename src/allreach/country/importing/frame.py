"""The frame of a country's rasters: where it lies, and whether it can be used."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
from pydantic import Field
from shapely.geometry.base import BaseGeometry

from allreach.country.importing.spec import Condition
from allreach.country.importing.table import chosen_rows
from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.io.foreign import RASTER, is_table, read_foreign_table
from allreach.io.raster_frame import file_frame
from allreach.params.country_config import CountryConfig
from allreach.params.quantity import Frozen
from allreach.terrain.map_scale import projection_faults
from allreach.terrain.raster_window import room_fault

PIXELS_MAX = 1_000_000_000  # Russia at 150 m; a sketch stops at 600 million


class Frame(Frozen):
    """Where the grid lies: round a file's extent."""

    file: str
    """Outline or raster."""
    keep_if: tuple[Condition, ...] = ()
    """Rows of an outline that count: those that meet one of these conditions."""
    drop_if: tuple[Condition, ...] = ()
    """Rows of an outline that do not."""
    margin_m: float = Field(default=2000.0, ge=0)
    """Strip added on each side, so that hills behind the border count. [m]"""


def frame_grid(frame: Frame, data: Path, config: CountryConfig) -> Grid:
    """Grid round a file's extent and a margin, its corners on whole pixels."""
    path = data / frame.file
    if path.suffix.lower() in RASTER:
        bounds = file_frame(path, config.crs, "any")
    elif is_table(path):
        table = chosen_rows(read_foreign_table(path), frame.keep_if, frame.drop_if, frame.file)
        if not isinstance(table, gpd.GeoDataFrame):
            raise InputError(Fault(str(path), "has no positions", "an outline or a raster"))
        if table.empty:
            raise InputError(Fault(str(path), "has no row that the frame's conditions choose", "an outline"))
        bounds = tuple(table.to_crs(config.crs).total_bounds)
    else:
        raise InputError(Fault(str(path), "is no known kind of file", "an outline or a raster"))
    return grid_round(bounds, frame.margin_m, config)


def grid_round(bounds_m: tuple[float, float, float, float], margin_m: float, config: CountryConfig) -> Grid:
    """Grid over an extent and a margin, its corners on whole multiples of the pixel.

    Raises
    ------
    InputError
        If it would have more pixels than a run can hold, before any is made.
    """
    pixel_m = config.pixel_m
    if not all(map(math.isfinite, bounds_m)):
        mend = "Take a CRS of the country, such as its UTM zone"
        raise InputError(Fault("frame", f"{config.crs} does not reach the whole extent", "a CRS that does", mend))
    x_min, y_min = (int((v - margin_m) // pixel_m) for v in bounds_m[:2])
    x_max, y_max = (int(-((-v - margin_m) // pixel_m)) for v in bounds_m[2:])
    grid = Grid(y_max - y_min, x_max - x_min, x_min * pixel_m, y_max * pixel_m, pixel_m, config.crs)
    if fault := size_fault(grid):
        raise InputError(fault)
    return grid


def size_fault(grid: Grid) -> Fault | None:
    """Fault of a frame with more pixels than a run can hold."""
    n_pixels = grid.n_rows * grid.n_cols
    mend = "Bring the outline in first (country import boundaries), or take a larger --pixel"
    if n_pixels > PIXELS_MAX:
        what = f"would have {n_pixels / 1e6:,.0f} million pixels ({grid.n_rows:,} x {grid.n_cols:,})"
        return Fault("frame", what, f"at most {PIXELS_MAX / 1e6:,.0f} million", mend, kind="size")
    fault = room_fault("frame", n_pixels)
    return None if fault is None else Fault("frame", fault.what, fault.expected, mend, kind="size")


def require_sound_grid(grid: Grid, outline: BaseGeometry | None) -> None:
    """Refuse a grid whose metres are none (`terrain.map_scale`).

    Raises
    ------
    InputError
        If its CRS has a scale far from 1 over the country, or is mirrored.
    """
    if faults := [fault for fault in projection_faults(grid, outline) if fault.severity == "error"]:
        raise InputError(faults)

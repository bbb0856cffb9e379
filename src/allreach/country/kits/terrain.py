"""Terrain of a kit: heights at the nodes of its own raster, where the file has them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from allreach.country.importing.raster import absurd_height_faults, outline_mask
from allreach.country.importing.table import Report
from allreach.country.kits.kit_file import KitLayer
from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.io.foreign_raster import pixel_km2, resample
from allreach.io.raster_frame import ForeignRaster, colrow, read_frame, to_raster, xy
from allreach.terrain.raster_meaning import HIGHEST_M, LOWEST_M

NODES_MAX = 40_000_000  # 320 MB of heights; a finer file is averaged
FINEST_SHARE = 0.25  # of the lattice's step: a finer file is averaged, so that no pixel size changes the country
COVERED_SHARE = 0.5  # of the country's area; a file that knows less is not its terrain


@dataclass(frozen=True)
class KitTerrain:
    """Heights of a kit.

    Parameters
    ----------
    height_m
        Heights at nodes, NaN where the file has none. [m]
    row, col
        Position of each cell of the sketch's lattice in units of nodes; shape of the lattice.
    lattice_row, lattice_col
        Position of each node in units of lattice cells; shape of the nodes.
    step_m
        Distance between nodes. [m]
    void_most_m
        Greatest height that the node can have where it is void; infinite where nothing is known of it. [m]
    known_share
        Share of the country's lattice cells over which the file has a height.
    note
        What was read, for the provenance.
    """

    height_m: NDArray[np.float64]
    row: NDArray[np.float64]
    col: NDArray[np.float64]
    lattice_row: NDArray[np.float64]
    lattice_col: NDArray[np.float64]
    step_m: float
    void_most_m: NDArray[np.float64]
    known_share: float
    note: str


def read_kit_terrain(path: Path, layer: KitLayer, lattice: Grid, outline: shapely.Geometry) -> KitTerrain:
    """Read the heights of a kit under a sketch's lattice, at the file's own nodes or averaged where it is finer.

    Raises
    ------
    InputError
        If the file is damaged, lies elsewhere, holds impossible heights, or knows less than half of the country.
    """
    raster = read_frame(path, lattice, "height", file_crs=layer.file_crs, height_unit=layer.height_unit)
    report = Report(list(raster.notes))
    if layer.heights_at == "corner":
        t = raster.transform
        x, y = (float(part) for part in xy(t, np.array(-0.5), np.array(-0.5)))
        raster = replace(raster, transform=Affine(t.a, t.b, x, t.d, t.e, y))
        report.add("heights hold at the north-western corners of the file's pixels")
    faults = absurd_height_faults(raster, layer, report)
    with np.errstate(invalid="ignore"):
        known = (raster.values >= LOWEST_M) & (raster.values <= HIGHEST_M)
    raster = replace(raster, values=np.where(known, raster.values, np.nan).astype(np.float32))
    step_m = float(np.sqrt(pixel_km2(raster, lattice)) * 1000.0)
    raster, step_m = _averaged(raster, step_m, lattice, report)
    height_m, in_file, row, col, origin = _around(raster, lattice)
    nearest = np.clip(np.rint(row), 0, height_m.shape[0] - 1), np.clip(np.rint(col), 0, height_m.shape[1] - 1)
    inside = outline_mask(outline, lattice)
    over = np.isfinite(height_m[nearest[0].astype(int), nearest[1].astype(int)])[inside]
    share = float(over.mean()) if over.size else 0.0
    if share < COVERED_SHARE:
        what = f"has heights over {100.0 * share:.0f} % of the country"
        right = f"heights over at least {100.0 * COVERED_SHARE:.0f} % of it"
        faults.append(Fault(layer.file, what, right, "Check file and CRS", kind="terrain-coverage"))
    if faults:
        raise InputError(faults)
    report.add(f"heights every {step_m:,.0f} m over {100.0 * share:.1f} % of the country")
    most_m = np.where(in_file, np.inf if layer.void_most_m is None else layer.void_most_m, np.inf)
    lattice_row, lattice_col = _on_lattice(raster, height_m.shape, origin, lattice)
    return KitTerrain(height_m, row, col, lattice_row, lattice_col, step_m, most_m, share, str(report))


def _averaged(raster: ForeignRaster, step_m: float, lattice: Grid, report: Report) -> tuple[ForeignRaster, float]:
    """Average a file that is finer than a share of the lattice's step, or has too many nodes."""
    target_m = FINEST_SHARE * lattice.pixel_m
    factor = lattice.pixel_m**2 * lattice.n_rows * lattice.n_cols / NODES_MAX
    target_m = max(target_m, float(np.sqrt(factor)))
    if step_m > 0.75 * target_m:
        return raster, step_m
    n = int(np.ceil(lattice.pixel_m / target_m))
    target_m = lattice.pixel_m / n if n > 1 else lattice.pixel_m
    n_rows, n_cols = lattice.n_rows * n, lattice.n_cols * n
    grid = Grid(n_rows, n_cols, lattice.x_min_m, lattice.y_max_m, target_m, lattice.crs)
    report.add(f"heights every {step_m:,.0f} m averaged over {target_m:,.0f} m")
    values = resample(raster, grid, "height")
    return ForeignRaster(values, grid.transform, CRS.from_user_input(lattice.crs), raster.notes), target_m


def _around(
    raster: ForeignRaster, lattice: Grid
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64], tuple[int, int]]:
    """Nodes around the whole lattice and which lie in the file; the lattice's cells among them; the first node."""
    r, c = np.meshgrid(np.arange(lattice.n_rows), np.arange(lattice.n_cols), indexing="ij")
    x, y = to_raster(lattice.crs, raster, *lattice.xy_m(r.ravel(), c.ravel()))
    col, row = (part.reshape(lattice.shape) - 0.5 for part in colrow(raster.transform, x, y))
    top, left = int(np.floor(row.min())) - 3, int(np.floor(col.min())) - 3
    bottom, right = int(np.ceil(row.max())) + 4, int(np.ceil(col.max())) + 4
    out = np.full((bottom - top, right - left), np.nan)
    n_rows, n_cols = raster.values.shape
    r0, r1, c0, c1 = max(top, 0), min(bottom, n_rows), max(left, 0), min(right, n_cols)
    here = slice(r0 - top, r1 - top), slice(c0 - left, c1 - left)
    out[here] = raster.values[r0:r1, c0:c1]
    in_file = np.zeros(out.shape, dtype=bool)
    in_file[here] = True
    return out, in_file, row - top, col - left, (top, left)


def _on_lattice(
    raster: ForeignRaster, shape: tuple[int, ...], origin: tuple[int, int], lattice: Grid
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Position of each node in units of lattice cells."""
    row, col = np.meshgrid(np.arange(shape[0]) + origin[0], np.arange(shape[1]) + origin[1], indexing="ij")
    x, y = xy(raster.transform, *((part.ravel() + 0.5).astype(np.float64) for part in (col, row)))
    to_lattice = Transformer.from_crs(raster.crs, CRS.from_user_input(lattice.crs), always_xy=True)
    x_m, y_m = (np.asarray(part) for part in to_lattice.transform(x, y))
    lattice_row = (lattice.y_max_m - y_m) / lattice.pixel_m - 0.5
    lattice_col = (x_m - lattice.x_min_m) / lattice.pixel_m - 0.5
    return lattice_row.reshape(shape), lattice_col.reshape(shape)

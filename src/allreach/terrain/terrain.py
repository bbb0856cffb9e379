"""Ground, clutter and zones of a country on one grid, and profiles between two points of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.terrain._profile import MIN_SAMPLES, n_samples, profile_into
from allreach.vocabulary import Zone


@dataclass(frozen=True)
class Terrain:
    """Heights on the grid; see `terrain` for how it is made.

    Parameters
    ----------
    grid
        Grid of the rasters.
    ground_m
        Ground above sea level, float32, NaN where unknown. [m]
    clutter_m
        Representative clutter height above ground, float32. [m]
    zones
        P.1812 zone, uint8: 1 sea, 3 coastal land, 4 inland.
    """

    grid: Grid
    ground_m: NDArray[np.float32]
    clutter_m: NDArray[np.float32]
    zones: NDArray[np.uint8]

    def ground_at_m(self, x_m: ArrayLike, y_m: ArrayLike) -> NDArray[np.float64]:
        """Ground height at points, bilinear as on profiles; NaN off the grid or where unknown. [m above sea level]."""
        x, y = np.atleast_1d(np.asarray(x_m, dtype=float)), np.atleast_1d(np.asarray(y_m, dtype=float))
        g = self.grid
        col = np.clip((x - g.x_min_m) / g.pixel_m - 0.5, 0.0, g.n_cols - 1.0)
        row = np.clip((g.y_max_m - y) / g.pixel_m - 0.5, 0.0, g.n_rows - 1.0)
        c, r = np.minimum(col.astype(int), max(g.n_cols - 2, 0)), np.minimum(row.astype(int), max(g.n_rows - 2, 0))
        c1, r1 = np.minimum(c + 1, g.n_cols - 1), np.minimum(r + 1, g.n_rows - 1)
        u, v = col - c, row - r
        z = self.ground_m.astype(np.float64, copy=False)
        top = z[r, c] * (1 - u) + z[r, c1] * u
        bottom = z[r1, c] * (1 - u) + z[r1, c1] * u
        inside = g.contains(*g.rowcol(x, y))
        return np.where(inside, top * (1 - v) + bottom * v, np.nan)

    def clutter_at_m(self, x_m: ArrayLike, y_m: ArrayLike) -> NDArray[np.float32]:
        """Clutter height of the pixels that hold points; that of the nearest one off the grid. [m]."""
        row, col = self.grid.rowcol(x_m, y_m)
        return self.clutter_m[np.clip(row, 0, self.grid.n_rows - 1), np.clip(col, 0, self.grid.n_cols - 1)]

    def profile(
        self, x0_m: float, y0_m: float, x1_m: float, y1_m: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
        """Distance [km], ground [m], clutter [m] and zone from one map point to another, about one pixel apart."""
        n = n_samples(float(np.hypot(x1_m - x0_m, y1_m - y0_m)), self.grid.pixel_m)
        d_km, h_m, r_m = np.empty(n), np.empty(n), np.empty(n)
        zone = np.empty(n, dtype=np.int64)
        g = self.grid
        profile_into(
            self.ground_m,
            self.clutter_m,
            self.zones,
            g.x_min_m,
            g.y_max_m,
            g.pixel_m,
            x0_m,
            y0_m,
            x1_m,
            y1_m,
            n,
            d_km,
            h_m,
            r_m,
            zone,
        )
        return d_km, h_m, r_m, zone


def terrain(
    grid: Grid,
    ground_m: NDArray[np.float32],
    clutter_class: NDArray[np.uint8] | None,
    zones: NDArray[np.uint8] | None,
    clutter_heights_m: Sequence[float],
) -> Terrain:
    """Terrain from a country's rasters.

    Parameters
    ----------
    grid
        Grid of all rasters.
    ground_m
        Ground heights. [m above sea level]
    clutter_class
        Clutter class per pixel, or none: then no clutter.
    zones
        P.1812 zones, or none: then everything is inland.
    clutter_heights_m
        Height by class, as ``params.radio.clutter_heights_m()`` gives.

    Raises
    ------
    InputError
        If shapes differ, a class has no height, or a zone is none of 1, 3, 4.
    """
    faults = []
    for name, values in (("terrain", ground_m), ("clutter", clutter_class), ("zones", zones)):
        if values is not None and values.shape != grid.shape:
            faults.append(Fault(name, f"has shape {values.shape}", f"{grid.shape} as the grid"))
    if clutter_class is not None and clutter_class.size and int(clutter_class.max()) >= len(clutter_heights_m):
        faults.append(Fault("clutter", f"has class {int(clutter_class.max())}", f"0 to {len(clutter_heights_m) - 1}"))
    if zones is not None and not np.isin(zones, (0, *Zone)).all():
        faults.append(Fault("zones", "holds an unknown zone", "1 sea, 3 coastal land, 4 inland"))
    if faults:
        raise InputError(faults)
    heights = np.asarray(clutter_heights_m, dtype=np.float32)
    clutter = np.zeros(grid.shape, dtype=np.float32) if clutter_class is None else heights[clutter_class]
    inland = np.full(grid.shape, Zone.INLAND, dtype=np.uint8)
    return Terrain(
        grid=grid,
        ground_m=np.ascontiguousarray(ground_m, dtype=np.float32),
        clutter_m=np.ascontiguousarray(clutter),
        zones=inland
        if zones is None
        else np.ascontiguousarray(np.where(zones == 0, Zone.INLAND, zones).astype(np.uint8)),
    )


__all__ = ["MIN_SAMPLES", "Terrain", "terrain"]

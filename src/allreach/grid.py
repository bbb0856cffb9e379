"""The raster grid of a country: shape, transform and CRS in one immutable object."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from affine import Affine
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer

SAME_PX = 1e-6  # departure, in pixels, of what still counts as the same grid


@dataclass(frozen=True)
class Grid:
    """A north-up grid of square pixels in a projected CRS in metres.

    Parameters
    ----------
    n_rows, n_cols
        Shape.
    x_min_m, y_max_m
        Outer corner of the north-west pixel. [m in ``crs``]
    pixel_m
        Edge of a pixel. [m]
    crs
        Anything pyproj understands (EPSG code, WKT, PROJ string).
    """

    n_rows: int
    n_cols: int
    x_min_m: float
    y_max_m: float
    pixel_m: float
    crs: str

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, cols)."""
        return self.n_rows, self.n_cols

    def is_same(self, other: Grid) -> bool:
        """Whether another grid has the same pixels, to a millionth of one; the CRS is compared elsewhere."""
        tolerance_m = SAME_PX * self.pixel_m
        return self.shape == other.shape and all(
            abs(a - b) <= tolerance_m
            for a, b in (
                (self.x_min_m, other.x_min_m),
                (self.y_max_m, other.y_max_m),
                (self.pixel_m, other.pixel_m),
            )
        )

    @property
    def transform(self) -> Affine:
        """Affine transform from (col, row) of a pixel corner to (x, y)."""
        return Affine(self.pixel_m, 0.0, self.x_min_m, 0.0, -self.pixel_m, self.y_max_m)

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """Outer edges (x_min, y_min, x_max, y_max), in metres."""
        return (
            self.x_min_m,
            self.y_max_m - self.n_rows * self.pixel_m,
            self.x_min_m + self.n_cols * self.pixel_m,
            self.y_max_m,
        )

    @cached_property
    def _to_lonlat(self) -> Transformer:
        return Transformer.from_crs(CRS.from_user_input(self.crs), CRS.from_epsg(4326), always_xy=True)

    @cached_property
    def _from_lonlat(self) -> Transformer:
        return Transformer.from_crs(CRS.from_epsg(4326), CRS.from_user_input(self.crs), always_xy=True)

    def xy_m(self, row: ArrayLike, col: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Centre of pixels, in metres."""
        x_m = self.x_min_m + (np.asarray(col, dtype=np.float64) + 0.5) * self.pixel_m
        y_m = self.y_max_m - (np.asarray(row, dtype=np.float64) + 0.5) * self.pixel_m
        return x_m, y_m

    def rowcol(self, x_m: ArrayLike, y_m: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pixel that holds each point; may lie outside the grid (see `contains`)."""
        col = np.floor((np.asarray(x_m, dtype=np.float64) - self.x_min_m) / self.pixel_m).astype(np.int64)
        row = np.floor((self.y_max_m - np.asarray(y_m, dtype=np.float64)) / self.pixel_m).astype(np.int64)
        return row, col

    def contains(self, row: ArrayLike, col: ArrayLike) -> NDArray[np.bool_]:
        """Whether pixels lie inside the grid."""
        r, c = np.asarray(row), np.asarray(col)
        return (r >= 0) & (r < self.n_rows) & (c >= 0) & (c < self.n_cols)

    def to_lonlat(self, x_m: ArrayLike, y_m: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Longitude and latitude (WGS 84) of points, in degrees."""
        lon_deg, lat_deg = self._to_lonlat.transform(np.asarray(x_m, dtype=float), np.asarray(y_m, dtype=float))
        return np.asarray(lon_deg), np.asarray(lat_deg)

    def from_lonlat(self, lon_deg: ArrayLike, lat_deg: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Map coordinates of points, in metres."""
        x_m, y_m = self._from_lonlat.transform(np.asarray(lon_deg, dtype=float), np.asarray(lat_deg, dtype=float))
        return np.asarray(x_m), np.asarray(y_m)

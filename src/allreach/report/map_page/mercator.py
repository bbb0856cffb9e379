"""Rasters of the country grid, resampled to the Web Mercator image that the map shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from allreach.grid import Grid
from allreach.units import EARTH_EQUATOR_KM

EARTH_RADIUS_M = EARTH_EQUATOR_KM * 1000.0  # on which Web Mercator (EPSG:3857) is built
MAX_LAT_DEG = 85.0
LATTICE_PX = 16  # the projection is computed on this lattice and interpolated between: error far below a pixel
OVERSAMPLING = 2.0  # picture's pixels per grid pixel, so that slopes and the outline look smooth
N_EDGE = 64  # points along each edge of the frame


@dataclass(frozen=True)
class MercatorFrame:
    """A Web Mercator image that covers some bounds.

    Parameters
    ----------
    west_deg, south_deg, east_deg, north_deg
        Bounds; east may exceed 180 where a country crosses the antimeridian.
    n_cols
        Width of the image; pixels are square.
    """

    west_deg: float
    south_deg: float
    east_deg: float
    north_deg: float
    n_cols: int

    @cached_property
    def pixel_m(self) -> float:
        """Edge of a pixel in Mercator metres."""
        return math.radians(self.east_deg - self.west_deg) * EARTH_RADIUS_M / self.n_cols

    @cached_property
    def n_rows(self) -> int:
        """Height of the image."""
        return max(1, math.ceil((_mercator_y_m(self.north_deg) - _mercator_y_m(self.south_deg)) / self.pixel_m))

    @property
    def corners(self) -> list[list[float]]:
        """Longitude and latitude of the corners: top left, top right, bottom right, bottom left."""
        south_deg = _latitude_deg(_mercator_y_m(self.north_deg) - self.n_rows * self.pixel_m)
        west, north, east, south = (
            round(v, 6) for v in (self.west_deg, self.north_deg, self.east_deg, float(south_deg))
        )
        return [[west, north], [east, north], [east, south], [west, south]]

    def wrap_deg(self, lon_deg: NDArray[np.float64]) -> NDArray[np.float64]:
        """Longitudes moved by whole turns so that they lie near the frame's middle."""
        middle = 0.5 * (self.west_deg + self.east_deg)
        return np.asarray(lon_deg - 360.0 * np.round((lon_deg - middle) / 360.0))

    def fractional_rowcol(self, grid: Grid) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Row and column of the grid (pixel centres at whole numbers) under each pixel of the image."""
        lattice_row = np.arange(0, self.n_rows + LATTICE_PX, LATTICE_PX) + 0.5
        lattice_col = np.arange(0, self.n_cols + LATTICE_PX, LATTICE_PX) + 0.5
        lat_deg = _latitude_deg(_mercator_y_m(self.north_deg) - lattice_row * self.pixel_m)
        lon_deg = self.west_deg + np.degrees(lattice_col * self.pixel_m / EARTH_RADIUS_M)
        lon, lat = np.meshgrid((lon_deg + 180.0) % 360.0 - 180.0, lat_deg)
        x_m, y_m = grid.from_lonlat(lon, lat)
        row = (grid.y_max_m - y_m) / grid.pixel_m - 0.5
        col = (x_m - grid.x_min_m) / grid.pixel_m - 0.5
        return self._densify(row), self._densify(col)

    def _densify(self, lattice: NDArray[np.float64]) -> NDArray[np.float32]:
        r = np.arange(self.n_rows) / LATTICE_PX
        c = np.arange(self.n_cols) / LATTICE_PX
        r0, c0 = np.floor(r).astype(int), np.floor(c).astype(int)
        fr, fc = (r - r0)[:, None], (c - c0)[None, :]
        down = lattice[r0] * (1 - fr) + lattice[r0 + 1] * fr
        return np.asarray(down[:, c0] * (1 - fc) + down[:, c0 + 1] * fc, dtype=np.float32)


def frame_of(grid: Grid, max_px: int) -> MercatorFrame:
    """Smallest Mercator frame around a grid, somewhat finer than the grid but no larger than `max_px`."""
    lon_deg, lat_deg = _edge_lonlat(grid)
    centre_lon, _ = grid.to_lonlat(*_centre_m(grid))
    lon_deg = lon_deg - 360.0 * np.round((lon_deg - float(centre_lon)) / 360.0)
    west, east = float(lon_deg.min()), float(lon_deg.max())
    south, north = max(float(lat_deg.min()), -MAX_LAT_DEG), min(float(lat_deg.max()), MAX_LAT_DEG)
    width_m = math.radians(east - west) * EARTH_RADIUS_M
    height_m = float(_mercator_y_m(north) - _mercator_y_m(south))
    native_m = grid.pixel_m / math.cos(math.radians(0.5 * (south + north)))
    pixel_m = max(native_m / OVERSAMPLING, max(width_m, height_m) / max_px)
    return MercatorFrame(west, south, east, north, max(1, math.ceil(width_m / pixel_m)))


def sample_nearest(
    values: NDArray[np.generic], row: NDArray[np.float32], col: NDArray[np.float32], outside: float
) -> NDArray[np.generic]:
    """Value of the pixel under each point of the image."""
    r, c = np.rint(row).astype(np.int32), np.rint(col).astype(np.int32)
    inside = (r >= 0) & (r < values.shape[0]) & (c >= 0) & (c < values.shape[1])
    out = values[np.clip(r, 0, values.shape[0] - 1), np.clip(c, 0, values.shape[1] - 1)]
    return np.where(inside, out, values.dtype.type(outside))


def sample_smooth(
    values: NDArray[np.floating], row: NDArray[np.float32], col: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Value between the pixels' centres by cubic splines; the nearest edge outside."""
    return np.asarray(ndimage.map_coordinates(values, [row, col], order=3, mode="nearest", output=np.float32))


def _centre_m(grid: Grid) -> tuple[float, float]:
    x_min, y_min, x_max, y_max = grid.bounds_m
    return 0.5 * (x_min + x_max), 0.5 * (y_min + y_max)


def _edge_lonlat(grid: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x_min, y_min, x_max, y_max = grid.bounds_m
    x, y = np.linspace(x_min, x_max, N_EDGE), np.linspace(y_min, y_max, N_EDGE)
    x_m = np.concatenate([x, x, np.full(N_EDGE, x_min), np.full(N_EDGE, x_max)])
    y_m = np.concatenate([np.full(N_EDGE, y_min), np.full(N_EDGE, y_max), y, y])
    return grid.to_lonlat(x_m, y_m)


def _mercator_y_m(lat_deg: float | NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(EARTH_RADIUS_M * np.log(np.tan(np.pi / 4 + np.radians(lat_deg) / 2)))


def _latitude_deg(y_m: float | NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.degrees(2 * np.arctan(np.exp(np.asarray(y_m) / EARTH_RADIUS_M)) - np.pi / 2))

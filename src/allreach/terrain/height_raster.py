"""Rasters of heights read by windows, whatever their CRS, size and place; several of them as one mosaic."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from allreach.errors import Fault, InputError

Reader = Callable[[int, int, int, int], NDArray[np.float32]]

ALIGNED_PX = 1e-3  # rasters whose pixels fall together to within this share of a pixel lie on one lattice


@dataclass(frozen=True)
class HeightRaster:
    """A north-up raster that is read by windows, so that its size does not matter.

    Parameters
    ----------
    name
        For messages.
    crs
        Well-known text of the CRS, projected or geographic.
    x_min, y_max
        Outer corner of the north-west pixel. [units of the CRS]
    dx, dy
        Size of a pixel, both positive. [units of the CRS]
    n_rows, n_cols
        Shape.
    read
        Returns rows ``r0`` to ``r1`` and columns ``c0`` to ``c1`` (ends not included), NaN where the raster has no
        value; heights in metres.
    """

    name: str
    crs: str
    x_min: float
    y_max: float
    dx: float
    dy: float
    n_rows: int
    n_cols: int
    read: Reader

    @property
    def is_geographic(self) -> bool:
        """Whether coordinates are degrees."""
        return CRS.from_user_input(self.crs).is_geographic


@dataclass(frozen=True)
class Lattice:
    """Rasters whose pixels fall together: one endless raster with data where a member lies.

    Parameters
    ----------
    crs, dx, dy
        As in `HeightRaster`.
    x_0, y_0
        Outer corner of pixel (0, 0). [units of the CRS]
    members
        Rasters with row and column of their first pixel, first come first served.
    """

    crs: str
    dx: float
    dy: float
    x_0: float
    y_0: float
    members: tuple[tuple[HeightRaster, int, int], ...]

    @property
    def is_geographic(self) -> bool:
        """Whether coordinates are degrees."""
        return CRS.from_user_input(self.crs).is_geographic

    def window(self, r0: int, r1: int, c0: int, c1: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Heights of pixels, NaN where unknown, and whether a raster has the pixel at all."""
        values = np.full((r1 - r0, c1 - c0), np.nan, dtype=np.float32)
        has_pixel = np.zeros(values.shape, dtype=bool)
        for raster, row, col in self.members:
            a, b = max(r0, row), min(r1, row + raster.n_rows)
            c, d = max(c0, col), min(c1, col + raster.n_cols)
            if a >= b or c >= d:
                continue
            here = np.s_[a - r0 : b - r0, c - c0 : d - c0]
            if has_pixel[here].all() and np.isfinite(values[here]).all():
                continue
            got = raster.read(a - row, b - row, c - col, d - col)
            values[here] = np.where(np.isnan(values[here]), got, values[here])
            has_pixel[here] = True
        return values, has_pixel

    def extent(self) -> tuple[int, int, int, int]:
        """First row, last row + 1, first column, last column + 1 of all members."""
        return (
            min(row for _, row, _ in self.members),
            max(row + raster.n_rows for raster, row, _ in self.members),
            min(col for _, _, col in self.members),
            max(col + raster.n_cols for raster, _, col in self.members),
        )

    def touches(self, r0: int, r1: int, c0: int, c1: int) -> bool:
        """Whether any raster lies in a window."""
        return any(
            r0 < row + raster.n_rows and row < r1 and c0 < col + raster.n_cols and col < c1
            for raster, row, col in self.members
        )


def lattices(rasters: Sequence[HeightRaster]) -> list[Lattice]:
    """Put rasters together whose pixels fall together; geographic ones go round the Earth.

    A geographic raster stands three times, a whole turn apart, so that windows across 180 degrees find both sides.
    """
    if not rasters:
        raise InputError(Fault("terrain", "no raster", "at least one"))
    found: list[Lattice] = []
    for raster in rasters:
        turns = (0, 1, -1) if raster.is_geographic else (0,)
        for turn in turns:
            placed = replace(raster, x_min=raster.x_min + 360.0 * turn)
            for i, lattice in enumerate(found):
                at = _place(lattice, placed)
                if at is not None:
                    found[i] = replace(lattice, members=(*lattice.members, (placed, *at)))
                    break
            else:
                found.append(Lattice(placed.crs, placed.dx, placed.dy, placed.x_min, placed.y_max, ((placed, 0, 0),)))
    return [_from_corner(lattice) for lattice in found]


def _from_corner(lattice: Lattice) -> Lattice:
    """Count pixels from the corner in the north-west, so that the order of files does not matter."""
    west = min((r for r, _, _ in lattice.members), key=lambda r: r.x_min)
    north = max((r for r, _, _ in lattice.members), key=lambda r: r.y_max)
    based = replace(lattice, x_0=west.x_min, y_0=north.y_max, dx=west.dx, dy=north.dy)
    members = []
    for raster, _, _ in lattice.members:
        at = _place(based, raster)
        if at is None:  # on the brink of falling apart: left as found
            return lattice
        members.append((raster, *at))
    return replace(based, members=tuple(members))


def _place(lattice: Lattice, raster: HeightRaster) -> tuple[int, int] | None:
    if raster.crs != lattice.crs:
        return None
    n = max(raster.n_cols, raster.n_rows, 1)
    if abs(raster.dx / lattice.dx - 1.0) * n > ALIGNED_PX or abs(raster.dy / lattice.dy - 1.0) * n > ALIGNED_PX:
        return None
    col, row = (raster.x_min - lattice.x_0) / lattice.dx, (lattice.y_0 - raster.y_max) / lattice.dy
    at = math.floor(row + 0.5), math.floor(col + 0.5)
    if abs(row - at[0]) > ALIGNED_PX or abs(col - at[1]) > ALIGNED_PX:
        return None
    return at

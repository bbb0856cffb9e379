"""Whether the metres of a country's map are metres on the ground."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from allreach.errors import Fault
from allreach.grid import Grid, map_scale

# A UTM zone is right to 0.1 %, one stretched over three zones to 2 %; the equal-area maps that sketches use to 2 % over
# half of any country. Web Mercator is wrong by 5 % at 18 degrees of latitude.
SCALE_ERROR_MAX = 0.05
POINTS = 40  # along each side of the frame


def projection_faults(grid: Grid, outline: BaseGeometry | None) -> list[Fault]:
    """Fault of a CRS whose scale is far from 1 over half the country, warning where it is over a twentieth.

    Every distance, loss and cost of a length is wrong by that much.

    Parameters
    ----------
    grid
        Frame and CRS.
    outline
        The country in longitude and latitude, or none where it is not known: then the whole frame counts.
    """
    lon, lat = _points(grid, outline)
    smallest, largest, north_up = map_scale(grid.crs, lon, lat)
    known = np.isfinite(smallest)
    mend = "Take the UTM zone of the country, or an equal-area CRS centred on it, and import its rasters again"
    if not known.any():
        return [Fault("crs", f"{_name(grid.crs)} does not reach the country", "a CRS of the country", mend, kind="crs")]
    if (north_up[known] < 0.0).mean() > 0.5:
        what = f"in {_name(grid.crs)} x does not grow to the east and y to the north over the country"
        return [Fault("crs", what, "a map with north up", mend, kind="crs")]
    error = np.maximum(np.abs(smallest[known] - 1.0), np.abs(largest[known] - 1.0))
    for share, severity in ((0.5, "error"), (0.95, "warning")):
        if np.quantile(error, share) > SCALE_ERROR_MAX:
            low, high = np.quantile(smallest[known], 1.0 - share), np.quantile(largest[known], share)
            where = "half the country" if share == 0.5 else "parts of the country"
            what = f"{_name(grid.crs)} has a scale of {low:.2f} to {high:.2f} over {where}: its metres are no metres"
            right = f"a scale within {100 * SCALE_ERROR_MAX:g} % of 1"
            return [Fault("crs", what, right, mend, severity="error" if severity == "error" else "warning", kind="crs")]
    return []


def _points(grid: Grid, outline: BaseGeometry | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rows, cols = (((np.arange(POINTS) + 0.5) / POINTS) * n - 0.5 for n in grid.shape)
    lon, lat = grid.to_lonlat(*grid.xy_m(*(a.ravel() for a in np.meshgrid(rows, cols, indexing="ij"))))
    if outline is None or outline.is_empty:
        return lon, lat
    inside = shapely.contains_xy(outline, lon, lat)
    if inside.any():
        return lon[inside], lat[inside]
    points = shapely.get_coordinates(outline)
    return points[:, 0], points[:, 1]


def _name(crs: str) -> str:
    return crs if len(crs) <= 40 else crs[:37] + "..."

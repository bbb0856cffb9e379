"""Whether the metres of a country's map are metres on the ground."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Geod, Transformer
from shapely.geometry.base import BaseGeometry

from allreach.errors import Fault
from allreach.grid import Grid

GEODESIC = Geod(ellps="WGS84")
SCALE_STEP_M = 1000.0  # of the differences that give a map's scale

# A UTM zone is right to 0.1 %, one stretched over three zones to 2 %; the equal-area maps that sketches use to 2 % over
# half of any country. Web Mercator is wrong by 5 % at 18 degrees of latitude.
SCALE_ERROR_MAX = 0.05
POINTS = 40  # along each side of the frame


def map_scale(
    crs: str, lon_deg: ArrayLike, lat_deg: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Scale of a map at points: how many of its metres stand for one metre on the ellipsoid.

    Found by going 1 km east and north on the ellipsoid, so that unit, datum and axes of the CRS count as they are used.

    Returns
    -------
    smallest, largest
        Scale in the direction where it is smallest, and largest (Tissot's indicatrix); NaN where the CRS does not
        reach.
    north_up
        1 where x grows to the right of y and y to the north (within a right angle); -1 where not; NaN as above.
    """
    lon, lat = np.atleast_1d(np.asarray(lon_deg, dtype=float)), np.atleast_1d(np.asarray(lat_deg, dtype=float))
    to_map = Transformer.from_crs(CRS.from_epsg(4326), CRS.from_user_input(crs), always_xy=True)
    x, y = (np.asarray(v) for v in to_map.transform(lon, lat))
    columns = []
    for azimuth_deg in (90.0, 0.0):
        far = GEODESIC.fwd(lon, lat, np.full(lon.shape, azimuth_deg), np.full(lon.shape, SCALE_STEP_M))
        u, v = (np.asarray(w) for w in to_map.transform(far[0], far[1]))
        with np.errstate(invalid="ignore"):
            columns.append(np.stack([u - x, v - y], axis=-1) / SCALE_STEP_M)
    jacobian = np.stack(columns, axis=-1)
    known = np.isfinite(jacobian).all(axis=(1, 2))
    smallest, largest, north_up = (np.full(lon.shape, np.nan) for _ in range(3))
    scales = np.linalg.svd(jacobian[known], compute_uv=False)
    largest[known], smallest[known] = scales[:, 0], scales[:, 1]
    upright = (np.linalg.det(jacobian[known]) > 0.0) & (jacobian[known][:, 1, 1] > 0.0)
    north_up[known] = np.where(upright, 1.0, -1.0)
    return smallest, largest, north_up


def projection_faults(grid: Grid, outline: BaseGeometry | None, *, certain: bool = False) -> list[Fault]:
    """Fault of a CRS whose scale is far from 1 over half the country, warning where it is over a twentieth.

    Every distance, loss and cost of a length is wrong by that much.

    Parameters
    ----------
    grid
        Frame and CRS.
    outline
        The country in longitude and latitude, or none where it is not known: then the whole frame counts.
    certain
        Name only what is wrong wherever in the frame the country lies.
    """
    lon, lat = _points(grid, outline)
    smallest, largest, north_up = map_scale(grid.crs, lon, lat)
    known = np.isfinite(smallest)
    mend = "Take the UTM zone of the country, or an equal-area CRS centred on it, and import its rasters again"
    if not known.any():
        return [Fault("crs", f"{_name(grid.crs)} does not reach the country", "a CRS of the country", mend, kind="crs")]
    if np.median(north_up[known]) < 0.0:
        what = f"in {_name(grid.crs)} x does not grow to the east and y to the north over the country"
        return [Fault("crs", what, "a map with north up", mend, kind="crs")]
    error = np.maximum(np.abs(smallest[known] - 1.0), np.abs(largest[known] - 1.0))
    for share, severity in ((0.0, "error"),) if certain else ((0.5, "error"), (0.95, "warning")):
        if np.quantile(error, share) > SCALE_ERROR_MAX:
            low, high = np.quantile(smallest[known], 0.05), np.quantile(largest[known], 0.95)
            what = f"{_name(grid.crs)} has a scale of {low:.2f} to {high:.2f} over the country, so its metres are none"
            right = f"a scale within {100 * SCALE_ERROR_MAX:g} % of 1"
            return [Fault("crs", what, right, mend, severity="error" if severity == "error" else "warning", kind="crs")]
    return []


def _points(grid: Grid, outline: BaseGeometry | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rows, cols = (((np.arange(POINTS) + 0.5) / POINTS) * n - 0.5 for n in grid.shape)
    lon, lat = grid.to_lonlat(*grid.xy_m(*(a.ravel() for a in np.meshgrid(rows, cols, indexing="ij"))))
    known = np.isfinite(lon) & np.isfinite(lat)
    lon, lat = lon[known], lat[known]
    if outline is None or outline.is_empty:
        return lon, lat
    inside = shapely.contains_xy(outline, lon, lat)
    if inside.any():
        return lon[inside], lat[inside]
    points = shapely.get_coordinates(outline)
    return points[:, 0], points[:, 1]


def _name(crs: str) -> str:
    return crs if len(crs) <= 40 else crs[:37] + "..."

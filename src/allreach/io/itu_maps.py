"""Digital maps of ITU-R Recommendations, read from the files of the package ``itur`` without importing it.

Each map is read once into a window round the points asked for, and stays in memory. The interpolation is that of each
Recommendation: bilinear (P.1144 Annex 1, section 1) or bicubic (section 2).
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allreach.errors import DataMissingError

Floats = NDArray[np.float64]
Window: TypeAlias = tuple[int, int, int, int]
ITUR_VERSION: Final = "0.4.0"
WINDOW_DEG: Final = 10
CHUNK_BYTES: Final = 1 << 20
CROPS_MAX: Final = 16  # of one map in memory
TIMES_PCT: Final = (0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 50.0, 60.0, 70.0, 80.0, 90.0, 95.0, 99.0)
"""Shares of an average year for which the maps of P.836, P.840 and P.453 are given. [%]"""


@dataclass(frozen=True)
class MapFile:
    """Where a map lies and how its grid runs.

    Parameters
    ----------
    name
        File below the data folder, without the ending.
    lat_0_deg, lon_0_deg
        First row and column. [deg]
    step_deg
        Distance of rows and columns. [deg]
    rows_go_north
        Whether latitude grows with the row.
    is_bicubic
        How the Recommendation interpolates.
    """

    name: str
    lat_0_deg: float
    lon_0_deg: float
    step_deg: float
    rows_go_north: bool
    is_bicubic: bool = False


class Crop(NamedTuple):
    """Part of a map, and the row and column (before wrapping) it starts at."""

    values: Floats
    row_0: int
    col_0: int


def _p836(name: str) -> MapFile:
    return MapFile(f"836/v6_{name}", 90.0, 0.0, 1.125, False)


def _number(time_pct: float) -> str:
    return f"{time_pct:g}".replace(".", "")


TOPOGRAPHY: Final = MapFile("1511/v2_topo", 90.125, -180.125, 1.0 / 12.0, False, True)
GEOID: Final = MapFile("1511/v2_egm2008", 90.0 + 1.0 / 6.0, -180.0 - 1.0 / 6.0, 1.0 / 12.0, False, True)
TEMPERATURE: Final = MapFile("1510/v1_t_annual", -90.0, -180.0, 0.75, True)
ZERO_HEIGHT: Final = MapFile("839/v4_esa0height", 90.0, 0.0, 1.5, False)
RAIN_RATE_001: Final = MapFile("837/v7_r001", -90.0, -180.0, 0.125, True)
WET_REFRACTIVITY: Final = MapFile("453/v13_nwet_annual_50", -90.0, -180.0, 0.75, True)
GRADIENT_65M_1PCT: Final = MapFile("453/v12_dn65m_01d00_v1", 90.0, 0.0, 0.75, False)
GRADIENT_1KM_50PCT: Final = MapFile("453/v12_dn_50d00_v1", 90.0, 0.0, 0.75, False)
ROUGHNESS: Final = MapFile("530/v16_gtopo_30", 90.0, 0.0, 0.5, False)
VAPOUR_TOPOGRAPHY: Final = MapFile("836/v6_topo_0dot5", 90.5, -0.5, 0.5, False, True)


def month_temperature(month: int) -> MapFile:
    """Mean temperature of a month (1 to 12), P.1510-1. [K]."""
    return MapFile(f"1510/v1_t_month{month:02d}", -90.0, -180.0, 0.75, True)


def month_rainfall(month: int) -> MapFile:
    """Mean rainfall of a month (1 to 12), P.837-7. [mm]."""
    return MapFile(f"837/v7_mt_month{month:02d}", -90.125, -180.125, 0.25, True)


def liquid_water(time_pct: float) -> MapFile:
    """Integrated cloud liquid water exceeded in one of `TIMES_PCT`, P.840-8 (see the guide on P.840-9). [kg/m2]."""
    return MapFile(f"840/v7_lred_{_number(time_pct)}", 90.0, 0.0, 1.125, False)


def _folder() -> Path:
    spec = importlib.util.find_spec("itur")
    if spec is None or not spec.submodule_search_locations:
        raise DataMissingError("the package itur with the maps of ITU-R is missing; install it with pip install itur")
    return Path(spec.submodule_search_locations[0]) / "data"


def _window(lon_deg: Floats, lat_deg: Floats) -> Window:
    """Multiples of ten degrees round the points, so that places near each other share it: west, south, east, north."""
    return (
        WINDOW_DEG * int(np.floor(lon_deg.min() / WINDOW_DEG)),
        WINDOW_DEG * int(np.floor(lat_deg.min() / WINDOW_DEG)),
        WINDOW_DEG * int(np.ceil(lon_deg.max() / WINDOW_DEG)),
        WINDOW_DEG * int(np.ceil(lat_deg.max() / WINDOW_DEG)),
    )


@cache
def _checksums() -> dict[str, str]:
    """SHA-256 of every map by its file: private files of another package, which nothing promises to leave alone."""
    text = Path(__file__).with_name("itu_maps.sha256").read_text(encoding="utf-8")
    return {name: digest for digest, name in (line.split() for line in text.splitlines())}


@cache
def _crops(file: MapFile) -> dict[Window, Crop]:
    """Parts of a map that are in memory, by their windows."""
    return {}


def _crop(file: MapFile, window: Window) -> Crop:
    """Part of a map round the window: one that is in memory, or read now."""
    crops = _crops(file)
    west, south, east, north = window
    for (w, s, e, n), crop in list(crops.items()):
        if w <= west and s <= south and e >= east and n >= north:
            return crop
    while len(crops) >= CROPS_MAX:
        crops.pop(next(iter(crops)), None)
    crops[window] = _read_crop(file, window)
    return crops[window]


def _read_crop(file: MapFile, window: Window) -> Crop:
    """Read part of a map two nodes beyond the window."""
    path = _folder() / f"{file.name}.npz"
    if not path.is_file():
        raise DataMissingError(f"{path}: the map is missing; install itur {ITUR_VERSION} anew")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != _checksums().get(f"{file.name}.npz"):
        raise DataMissingError(
            f"{path}: is not the map that this version was tested with; install itur {ITUR_VERSION} anew "
            f"(pip install --force-reinstall itur=={ITUR_VERSION})"
        )
    west, south, east, north = window
    sign = 1.0 if file.rows_go_north else -1.0
    edges = sorted((sign * (south - file.lat_0_deg) / file.step_deg, sign * (north - file.lat_0_deg) / file.step_deg))
    row_0, row_1 = int(np.floor(edges[0])) - 2, int(np.ceil(edges[1])) + 3
    col_0 = int(np.floor((west - file.lon_0_deg) / file.step_deg)) - 2
    col_1 = int(np.ceil((east - file.lon_0_deg) / file.step_deg)) + 3
    turn = round(360.0 / file.step_deg)  # columns repeat after a whole turn
    values, first, n_rows = _stored_rows(content, row_0, row_1)
    rows = np.clip(np.arange(row_0, row_1), 0, n_rows - 1) - first
    cols = np.mod(np.arange(col_0, col_1), turn)
    return Crop(np.ascontiguousarray(values[np.ix_(rows, cols)]), row_0, col_0)


def _stored_rows(content: bytes, row_0: int, row_1: int) -> tuple[NDArray, int, int]:
    """Rows from the first to the last asked for that the map has, which of its rows the first is, and how many it has.

    Nothing is unpacked beyond them: a map of the Earth is up to 75 MB.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(archive.namelist()[0]) as packed:
        version = np.lib.format.read_magic(packed)
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        (n_rows, n_cols), is_by_column, dtype = read_header(packed)
        if is_by_column:
            first, last, values = 0, n_rows - 1, np.frombuffer(packed.read(), dtype).reshape(n_cols, n_rows).T
        else:
            first, last = (min(max(row, 0), n_rows - 1) for row in (row_0, row_1 - 1))
            left = first * n_cols * dtype.itemsize
            while left > 0:
                left -= len(packed.read(min(left, CHUNK_BYTES)))
            part = packed.read((last - first + 1) * n_cols * dtype.itemsize)
            values = np.frombuffer(part, dtype).reshape(-1, n_cols)
    return values, first, n_rows


def _cubic(d: Floats) -> Floats:
    """Weight of a node at a distance `d` of up to 2 (P.1144, equation 5 with a = -0.5)."""
    d = np.abs(d)
    near = 1.5 * d**3 - 2.5 * d**2 + 1.0
    far = -0.5 * d**3 + 2.5 * d**2 - 4.0 * d + 2.0
    return np.where(d <= 1.0, near, np.where(d <= 2.0, far, 0.0))


def map_values(file: MapFile, lon_deg: ArrayLike, lat_deg: ArrayLike) -> Floats:
    """Values of a map at points, in the map's unit."""
    lon, lat = np.asarray(lon_deg, dtype=float), np.asarray(lat_deg, dtype=float)
    if lon.size == 0:
        return np.zeros(lon.shape)
    values, row_0, col_0 = _crop(file, _window(lon, lat))
    sign = 1.0 if file.rows_go_north else -1.0
    r = sign * (lat - file.lat_0_deg) / file.step_deg - row_0
    c = (lon - file.lon_0_deg) / file.step_deg - col_0
    i = np.clip(np.floor(r + 1e-9).astype(int), 1, values.shape[0] - 3)
    j = np.clip(np.floor(c + 1e-9).astype(int), 1, values.shape[1] - 3)
    if file.is_bicubic:
        total = np.zeros(lon.shape)
        for k in range(-1, 3):
            weight = _cubic(r - i - k)
            for m in range(-1, 3):
                total += weight * _cubic(c - j - m) * values[i + k, j + m]
        return total
    v, u = r - i, c - j
    top = values[i, j] * (1 - u) + values[i, j + 1] * u
    bottom = values[i + 1, j] * (1 - u) + values[i + 1, j + 1] * u
    return np.asarray(top * (1 - v) + bottom * v)


def water_vapour(kind: str, time_pct: float, lon_deg: ArrayLike, lat_deg: ArrayLike, altitude_km: ArrayLike) -> Floats:
    """Water vapour exceeded in `time_pct` of an average year at an altitude (P.836-6, Annexes 1 and 2).

    Parameters
    ----------
    kind
        ``rho``: density at the surface [g/m3], or ``v``: content of the column. [kg/m2]
    time_pct
        0.1 to 99 %, interpolated in its logarithm between `TIMES_PCT`. [%]
    lon_deg, lat_deg, altitude_km
        Points. [deg, deg, km]
    """
    lon, lat = np.asarray(lon_deg, dtype=float), np.asarray(lat_deg, dtype=float)
    altitude = np.asarray(altitude_km, dtype=float)
    if lon.size == 0:
        return np.zeros(lon.shape)
    below = max(p for p in TIMES_PCT if p <= max(time_pct, TIMES_PCT[0]))
    above = min(p for p in TIMES_PCT if p >= min(time_pct, TIMES_PCT[-1]))
    first = _vapour_at(kind, below, lon, lat, altitude)
    if above == below:
        return first
    share = np.log(time_pct / below) / np.log(above / below)
    return np.asarray(first + (_vapour_at(kind, above, lon, lat, altitude) - first) * share)


def _vapour_at(kind: str, time_pct: float, lon: Floats, lat: Floats, altitude_km: Floats) -> Floats:
    """Each of the four nodes is brought to the altitude by its scale height, then they are interpolated."""
    field, scale = _p836(f"{kind}_{_number(time_pct)}"), _p836(f"vsch_{_number(time_pct)}")
    step = field.step_deg
    r, c = (90.0 - lat) / step, lon / step
    i, j = np.floor(r + 1e-9).astype(int), np.floor(c + 1e-9).astype(int)
    i_0, j_0 = int(i.min()), int(j.min())
    rows, cols = np.arange(i_0, int(i.max()) + 2), np.arange(j_0, int(j.max()) + 2)
    node_lon, node_lat = np.meshgrid(cols * step, 90.0 - rows * step)
    node_km = map_values(VAPOUR_TOPOGRAPHY, node_lon, node_lat)
    values, scales = map_values(field, node_lon, node_lat), map_values(scale, node_lon, node_lat)
    total = np.zeros(lon.shape)
    for di in (0, 1):
        for dj in (0, 1):
            at = i - i_0 + di, j - j_0 + dj
            value = values[at] * np.exp(-(altitude_km - node_km[at]) / scales[at])
            total += value * np.abs(r - i - 1 + di) * np.abs(c - j - 1 + dj)
    return total


def rain_months(lon_deg: ArrayLike, lat_deg: ArrayLike) -> tuple[Floats, Floats]:
    """Rainfall [mm] and temperature [K] of the twelve months, shape (points, 12), as P.837 takes them."""
    lon, lat = np.atleast_1d(np.asarray(lon_deg, dtype=float)), np.atleast_1d(np.asarray(lat_deg, dtype=float))
    rainfall = np.stack([map_values(month_rainfall(m), lon, lat) for m in range(1, 13)], axis=-1)
    temperature = np.stack([map_values(month_temperature(m), lon, lat) for m in range(1, 13)], axis=-1)
    return rainfall, temperature

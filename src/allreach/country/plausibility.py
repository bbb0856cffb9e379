"""Numbers that a model would take and the world does not have: heights, frequencies and powers of real sites."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach import tables
from allreach.country.importing.cells import TWIN_M, near_twins, on_sphere_m
from allreach.country.measurement_faults import measurement_faults, time_faults
from allreach.errors import Fault, Severity
from allreach.radio.technologies import BROADBAND, generations_on_air, words_on_air

HIGHEST_STRUCTURE_M = 829.0  # Burj Khalifa with its spire 829.8 m; the highest mast, KVLY-TV, 628 m
TALL_MAST_M = 350.0  # masts above it are few, and carry broadcasting
LOWEST_CELLULAR_MHZ = 380.0  # T-GSM 380 (3GPP TS 45.005); the lowest LTE bands, 87 and 88, begin at 410 MHz
HIGHEST_BAND_NUMBER = 263  # NR bands n1 to n263 (3GPP TS 38.101); LTE bands are 1 to 88
MACRO_LEAST_DBM = 43.0  # 20 W without any antenna gain; a macro sector has 55 to 65 dBm
MACRO_MOST_DBM = 80.0  # 100 kW: no cellular sector, but dBm where milliwatts or a television mast are meant
MACRO_HEIGHT_M = 15.0
OMNI_CODE = -1.0
STEEPEST_TILT_DEG = 20.0  # antennas are tilted down by some degrees; more is for halls and street corners
LEAST_BROADBAND_MHZ = 1.4  # the narrowest LTE carrier (3GPP TS 36.101); 0.2 MHz is one of GSM
LEAST_BROADBAND_MBPS = 5.0  # less than one user's speed on 4G: Gbit/s in the place of Mbit/s
MOST_BACKHAUL_MBPS = 100_000.0  # 100 Gbit/s to a mast: kbit/s in the place of Mbit/s
# Side of a cube [m] and the most of a layer in it. Densest networks, indoor cells aside: a few hundred a km2.
CROWDS = ((50.0, 200), (1000.0, 5000))
CROWDED = {"sites": "masts", "institutions": "institutions"}


def plausibility_faults(table: pd.DataFrame, layer: str, where: str) -> list[Fault]:
    """Warnings, and errors where no thing of the world can be meant, of a table that fits its schema."""
    if layer == "spectrum":
        return _band(table, layer, where)
    if layer == "measurements":
        return measurement_faults(table, where)
    if layer == "coverage_claims":
        return time_faults(table, where)
    crowds = _crowds(table, layer, where)
    if layer != "sites" or not len(table) or crowds:
        return crowds
    return (
        _height(table, where)
        + _band(table, layer, where)
        + _azimuth(table, where)
        + _eirp(table, where)
        + _tilt(table, where)
        + _broadband(table, where)
        + _near_twins(table, where)
    )


def _height(sites: pd.DataFrame, where: str) -> list[Fault]:
    height_m = sites["height_agl_m"].to_numpy(dtype=np.float64)
    mend = "Take the ground's height off: the column is the height above ground, not above sea level"
    at, faults = f"{where}, column height_agl_m", []
    absurd = height_m > HIGHEST_STRUCTURE_M
    if absurd.any():
        what = f"{_listed(sites, absurd, height_m, 'm')}: no structure is higher than {HIGHEST_STRUCTURE_M:g} m"
        faults.append(_fault(at, what, "metres above ground", mend, "error"))
    tall = (height_m > TALL_MAST_M) & ~absurd
    if tall.any():
        what = f"{_listed(sites, tall, height_m, 'm')}: hardly a mast is higher than {TALL_MAST_M:g} m"
        faults.append(_fault(at, what, "metres above ground", mend))
    return faults


def _band(table: pd.DataFrame, layer: str, where: str) -> list[Fault]:
    mhz = table["band_mhz"].to_numpy(dtype=np.float64)
    low = mhz < LOWEST_CELLULAR_MHZ
    if not low.any():
        return []
    is_number = bool(((mhz[low] % 1 == 0) & (mhz[low] <= HIGHEST_BAND_NUMBER)).all())
    hint = " (band numbers?)" if is_number else ""
    mobile = "2G to 5G" if layer == "sites" else "mobile broadband"
    what = f"{_listed(table, low, mhz, 'MHz')}: no {mobile} is on air below {LOWEST_CELLULAR_MHZ:g} MHz{hint}"
    mend = "Give the carrier's frequency in MHz, not the number of its band: LTE band 20 is 800, band 38 is 2600"
    return [_fault(f"{where}, column band_mhz", what, "the carrier frequency in MHz", mend)]


def _tilt(sites: pd.DataFrame, where: str) -> list[Fault]:
    tilt_deg = sites["downtilt_deg"].to_numpy(dtype=np.float64)
    odd = (tilt_deg < 0.0) | (tilt_deg > STEEPEST_TILT_DEG)
    if not odd.any():
        return []
    what = f"{_listed(sites, odd, tilt_deg, 'deg')}: no mast looks up or down so"
    mend = "The column counts downwards: if the file counts upwards, change the sign"
    return [_fault(f"{where}, column downtilt_deg", what, f"0 to {STEEPEST_TILT_DEG:g} degrees down", mend)]


def _broadband(sites: pd.DataFrame, where: str) -> list[Fault]:
    """Carriers and backhaul of sites with 4G or 5G that are of another order of size."""
    on_air = generations_on_air(words_on_air(sites["technologies"]))
    is_said = sites["technologies"].fillna("").to_numpy(dtype=str) != ""
    has_broadband = is_said & np.array([bool(of_site & BROADBAND) for of_site in on_air], dtype=bool)
    mhz = sites["bandwidth_mhz"].to_numpy(dtype=np.float64)
    mbps = sites["backhaul_mbps"].to_numpy(dtype=np.float64)
    slips = (
        ("bandwidth_mhz", mhz, "MHz", has_broadband & (mhz < LEAST_BROADBAND_MHZ), "is no carrier of 4G or 5G"),
        ("backhaul_mbps", mbps, "Mbit/s", has_broadband & (mbps > 0) & (mbps < LEAST_BROADBAND_MBPS),
         "is less than one user of 4G takes: Gbit/s?"),
        ("backhaul_mbps", mbps, "Mbit/s", mbps > MOST_BACKHAUL_MBPS, "no mast has so much: kbit/s?"),
    )  # fmt: skip
    return [
        _fault(
            f"{where}, column {column}", f"{_listed(sites, wrong, values, unit)}: {says}", unit, f"Give it in {unit}"
        )
        for column, values, unit, wrong, says in slips
        if wrong.any()
    ]


def _azimuth(sites: pd.DataFrame, where: str) -> list[Fault]:
    omni = sites["azimuth_deg"].to_numpy(dtype=np.float64) == OMNI_CODE
    if not omni.any():
        return []
    what = f"{_listed(sites, omni)} have {OMNI_CODE:g}, which many files write for an antenna without direction"
    mend = "Set n_sectors to 1 and azimuth_deg to 0 there; 1 degree west of north is 359"
    return [_fault(f"{where}, column azimuth_deg", what, "degrees from north, 0 to 360", mend)]


def _eirp(sites: pd.DataFrame, where: str) -> list[Fault]:
    eirp_dbm = sites["eirp_dbm"].to_numpy(dtype=np.float64)
    at, faults = f"{where}, column eirp_dbm", []
    weak = (eirp_dbm < MACRO_LEAST_DBM) & (sites["height_agl_m"].to_numpy(dtype=np.float64) >= MACRO_HEIGHT_M)
    if weak.any():
        what = f"{_listed(sites, weak, eirp_dbm, 'dBm')}: less than a mast's transmitter without any antenna"
        mend = "If these are dBW, add 30: EIRP in dBm, the antenna's gain included"
        faults.append(_fault(at, what, "55 to 65 dBm for a sector on a mast", mend))
    strong = eirp_dbm > MACRO_MOST_DBM
    if strong.any():
        what = f"{_listed(sites, strong, eirp_dbm, 'dBm')}: over 100 kW"
        mend = "If these are watts, give 10 log10(W) + 30: EIRP in dBm"
        faults.append(_fault(at, what, "55 to 65 dBm for a sector on a mast", mend))
    return faults


def _placed(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    points = table[table.geometry.geom_type == "Point"]
    return points[np.isfinite(points.geometry.x) & np.isfinite(points.geometry.y)]


def _crowds(table: pd.DataFrame, layer: str, where: str) -> list[Fault]:
    """More than can stand in one spot: a geocoder's point for "somewhere in the country", or rows that are no masts."""
    if layer not in CROWDED or not isinstance(table, gpd.GeoDataFrame):
        return []
    placed = _placed(table)
    xyz = on_sphere_m(placed)
    for side_m, most in CROWDS:
        if len(placed) <= most:
            continue
        crowd = _fullest_cube(xyz / side_m)
        if crowd.sum() <= most:
            continue
        centre = placed.geometry[crowd].iloc[0]
        what = f"{_listed(placed, crowd)} stand within {side_m:g} m at {centre.y:.5f},{centre.x:.5f}"
        mend = "Correct the positions; rows at one point are made one by --fix duplicate-points"
        if layer == "sites":
            mend += f", cells of a mast by --group-cells {TWIN_M:g}"
        return [_fault(where, what, f"at most {most:,} {CROWDED[layer]} there", mend, "error")]
    return []


def _fullest_cube(xyz: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Rows in the unit cube with the most of them; cubes overlap by half, so that no crowd is cut by their edges."""
    fullest = np.zeros(len(xyz), dtype=bool)
    for shift in itertools.product((0.0, 0.5), repeat=3):
        cube = np.floor(xyz + shift).astype(np.int64)
        _, of_row, n = np.unique(cube, axis=0, return_inverse=True, return_counts=True)
        if n.max() > fullest.sum():
            fullest = of_row.reshape(-1) == np.argmax(n)
    return fullest


def _near_twins(sites: pd.DataFrame, where: str) -> list[Fault]:
    if not isinstance(sites, gpd.GeoDataFrame):
        return []
    sound = _placed(sites)
    twins = near_twins(sound)
    if not twins.any():
        return []
    what = f"{_listed(sound, twins)} stand within {TWIN_M:g} m of another site of the same operator"
    mend = f"Each row counts as a mast; if they are cells of one, import them with --group-cells {TWIN_M:g}"
    return [_fault(where, what, "a row for each mast of an operator", mend)]


def _fault(where: str, what: str, expected: str, mend: str, severity: Severity = "warning") -> Fault:
    return Fault(where, what, expected, mend, severity=severity, kind="plausibility")


def _listed(table: pd.DataFrame, rows: NDArray[np.bool_], values: NDArray | None = None, unit: str = "") -> str:
    """``3 rows (A 1250 m, B 1310 m, C 990 m)``."""
    layers = {"site_id": "sites", "institution_id": "institutions"}
    layer = next((name for column, name in layers.items() if column in table.columns), "spectrum")
    key = tables.key(layer) or table.columns[0]
    ids = [str(value) for value in table[key].to_numpy()[rows]]
    shown: Iterable[str] = ids[:5]
    if values is not None:
        shown = [f"{name} {value:g} {unit}" for name, value in zip(ids[:5], values[rows][:5], strict=True)]
    return f"{len(ids)} rows ({', '.join(shown)}{', ...' if len(ids) > 5 else ''})"

"""Why a point is or is not covered: the path with its Fresnel zone, the link budget, the obstacle that costs most."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

import allreach
from allreach.errors import Fault, InputError
from allreach.kernels import itu_p1812
from allreach.kernels.itu_p1812_profile import INLAND, effective_earth_radius_km, path_geometry
from allreach.params.country_config import ServiceStandard
from allreach.params.radio import Radio
from allreach.radio.calibration import NO_CORRECTION, Correction
from allreach.radio.coverage_maps.dataset import CoverageOptions, coverage_job
from allreach.radio.coverage_maps.ground import Rasters
from allreach.radio.engine._paths import (
    MEDIAN_PCT,
    Air,
    Buffers,
    Masts,
    near_share,
    path_losses,
    sample,
    short_range,
)
from allreach.radio.engine._sectors import sector_powers
from allreach.radio.engine.reception import Environment, masts
from allreach.radio.sites import SiteArrays
from allreach.terrain._profile import n_samples
from allreach.terrain.map_scale import GEODESIC
from allreach.terrain.site_ground import Ground, site_ground
from allreach.terrain.terrain import Terrain
from allreach.units import wavelength_m

CLEAR_SHARE = (
    0.6  # of the first Fresnel zone: what has this clearance costs next to nothing, ITU-R P.526-15 section 2.2
)
GAP_EPS_M = 1e-6
HERE_KM = 0.001
"""Nearer than this a point is the site: no direction."""
MAST_MAX_M = 150.0
MAST_STEP_M = 1.0
OBSTACLE_COLUMNS = [
    "from_km",
    "to_km",
    "peak_km",
    "lon_deg",
    "lat_deg",
    "height_masl",
    "above_line_m",
    "cost_db",
    "gain_if_gone_db",
]
COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


@dataclass(frozen=True)
class Link:
    """One path from a mast to a receiver on a map, and what it is judged by.

    Parameters
    ----------
    terrain
        Ground on a grid.
    site
        The mast, one entry.
    x_m, y_m
        Receiver. [m]
    rx_height_m, rx_gain_db
        Receiving antenna above ground and its gain less losses. [m, dB]
    threshold_dbm
        Least received power that counts. [dBm]
    radio, delta_n, n0
        Parameters and refractivity.
    step_m
        Step of samples where the grid is finer; none for its pixel. [m]
    correction
        What drive tests add to the power of this band.
    """

    terrain: Terrain
    site: SiteArrays
    x_m: float
    y_m: float
    rx_height_m: float
    rx_gain_db: float
    threshold_dbm: float
    radio: Radio
    delta_n: float = 45.0
    n0: float = 325.0
    step_m: float | None = None
    correction: Correction = NO_CORRECTION


@dataclass(frozen=True)
class Explanation:
    """Why a point is or is not covered.

    Parameters
    ----------
    sentence
        The answer.
    is_covered
        Whether the median received power reaches the threshold.
    budget
        From EIRP to margin: ``step``, ``value``, ``unit``, ``note``.
    obstacles
        What stands in the first Fresnel zone: ``from_km``, ``to_km``, ``peak_km``, ``lon_deg``, ``lat_deg``,
        ``height_masl``, ``above_line_m`` (negative: below the line), ``cost_db`` (loss if it stood alone over the loss
        of a clear path), ``gain_if_gone_db`` (loss less the loss without it, the others standing); the dearest first.
    remedies
        What would cover the point: ``remedy``, ``value``, ``unit``; NaN where it does not help.
    profile
        On ``distance_km``: ``ground_m``, ``clutter_m``, ``bulge_m``, ``line_m``, ``fresnel_m`` (radius), ``lon_deg``,
        ``lat_deg``; heights above sea level, ``bulge_m`` added to the ground makes the ray straight.
    """

    sentence: str
    is_covered: bool
    budget: pd.DataFrame
    obstacles: pd.DataFrame
    remedies: pd.DataFrame
    profile: xr.Dataset

    def __str__(self) -> str:
        """Return the sentence and the tables as text."""
        parts = [self.sentence, self.budget.to_string(index=False, float_format="{:.1f}".format)]
        if len(self.obstacles):
            parts.append(self.obstacles.to_string(index=False, float_format="{:.3f}".format))
        parts.append(self.remedies.to_string(index=False, float_format="{:.1f}".format))
        return "\n\n".join(parts)


def explain(
    terrain: Rasters | Ground,
    sites: pd.DataFrame | Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    lon_deg: float,
    lat_deg: float,
    threshold_dbm: float | None = None,
    **options: Any,
) -> Explanation:
    """Say why a point is or is not covered, by the path from the site that serves it best.

    Parameters
    ----------
    terrain, sites
        As for `coverage`.
    lon_deg, lat_deg
        The point. [degrees]
    threshold_dbm
        Least received power that counts; default the sensitivity of the parameters. [dBm]
    **options
        As for `coverage`; the model is P.1812.

    Raises
    ------
    InputError
        With every fault at once, or if no site has the point in range or a known path to it.

    Examples
    --------
    >>> import numpy as np, xarray as xr, rioxarray
    >>> from allreach.radio import explain
    >>> x, y = 500_000 + 100.0 * np.arange(100), 5_200_000 - 100.0 * np.arange(40)
    >>> ridge = 200 + 250 * np.exp(-(((x - 504_000) / 400) ** 2)) + 0 * y[:, None]
    >>> ground = xr.DataArray(ridge, {"y": y, "x": x}, ("y", "x")).rio.write_crs("EPSG:32632")
    >>> mast = {"site_id": "hill", "lon_deg": 9.0066, "lat_deg": 46.934, "n_sectors": 1}
    >>> why = explain(ground, mast, lon_deg=9.098, lat_deg=46.934, range_km=8, freq_mhz=800, threshold_dbm=-80)
    >>> why.is_covered, round(float(why.obstacles.peak_km[0]), 1), bool(why.obstacles.cost_db[0] > 20)
    (False, 3.5, True)
    """
    faults = []
    if not -360.0 <= lon_deg <= 360.0:
        faults.append(Fault("lon_deg", f"{lon_deg:g}", "degrees"))
    if not -90.0 <= lat_deg <= 90.0:
        faults.append(Fault("lat_deg", f"{lat_deg:g}", "-90 to 90 degrees"))
    if options.get("model", "itu-p1812") != "itu-p1812":
        faults.append(Fault("model", f"{options['model']!r}", "itu-p1812, whose terms are explained"))
    if faults:
        raise InputError(faults)
    job = coverage_job(terrain, sites, CoverageOptions(**options))
    best: tuple[float, Link] | None = None
    n_near, nearest_m = 0, math.inf
    for s in range(job.sites.n_sites):
        row = job.sites.table.iloc[s]
        azimuth, _, distance_m = GEODESIC.inv(row["lon_deg"], row["lat_deg"], lon_deg, lat_deg)
        nearest_m = min(nearest_m, distance_m)
        if distance_m > job.range_m:
            continue
        n_near += 1
        around = site_ground(
            job.ground, row["lon_deg"], row["lat_deg"], distance_m + 1.0, job.pixel_m, native=job.native
        )
        grid = around.terrain.grid
        if around.is_native:
            x_m, y_m = (float(v) for v in grid.from_lonlat(lon_deg, lat_deg))
        else:
            x_m, y_m = distance_m * math.sin(math.radians(azimuth)), distance_m * math.cos(math.radians(azimuth))
        link = Link(
            around.terrain,
            job.sites.one(s, around.x_m, around.y_m, around.north_deg),
            x_m,
            y_m,
            job.rx_height_m,
            job.rx_gain_db,
            job.radio.sensitivity_dbm.value if threshold_dbm is None else float(threshold_dbm),
            job.radio,
            job.delta_n,
            job.n0,
            None if around.is_native else around.step_m,
        )
        power_dbm = link_power_dbm(link)
        if math.isfinite(power_dbm) and (best is None or power_dbm > best[0]):
            best = power_dbm, link
    if best is None:
        what = (
            f"the nearest site is {nearest_m / 1000.0:.1f} km away"
            if n_near == 0
            else f"all paths from the {n_near} sites in range cross unknown terrain"
        )
        raise InputError(
            Fault(
                f"point {lon_deg:g}, {lat_deg:g}", what, "a site in range with known terrain", "Take a longer range_km"
            )
        )
    return explain_link(best[1])


def explain_link(link: Link) -> Explanation:
    """Say why a link does or does not reach its threshold; see `explain`.

    Raises
    ------
    InputError
        If the path crosses unknown terrain.
    """
    path, n = _path(link)
    if n == 0:
        raise InputError(Fault(f"path from site {link.site.site_id[0]}", "crosses unknown terrain", "known heights"))
    power_dbm, loss_db, down_db = _power_dbm(link, path, n)
    margin_db = power_dbm - link.threshold_dbm
    profile = _profile_dataset(link, path, n)
    obstacles = _obstacles(link, path, n, profile, loss_db)
    remedies = _remedies(link, path, n) if margin_db < 0.0 else _no_remedies(margin_db)
    budget = _budget(link, path, n, power_dbm, loss_db, down_db)
    sentence = _sentence(link, profile, power_dbm, margin_db, obstacles, remedies)
    return Explanation(sentence, margin_db >= 0.0, budget, obstacles, remedies, profile)


def link_power_dbm(link: Link) -> float:
    """Received power of a link, median; NaN where the path crosses unknown terrain. [dBm]."""
    return _power_dbm(link, *_path(link))[0]


def _air(link: Link) -> Air:
    return Environment(link.terrain, link.radio, ServiceStandard(), link.delta_n, link.n0, 1).air(1.0)


def _path(link: Link) -> tuple[Buffers, int]:
    """Profile as the coverage takes it; 0 samples where it crosses unknown terrain."""
    environment = Environment(link.terrain, link.radio, ServiceStandard(), link.delta_n, link.n0, 1)
    x0_m, y0_m = float(link.site.x_m[0]), float(link.site.y_m[0])
    length_m = math.hypot(link.x_m - x0_m, link.y_m - y0_m)
    most = n_samples(length_m, link.step_m or link.terrain.grid.pixel_m) + 3
    path = Buffers(np.empty(most), np.empty(most), np.empty(most), np.full(most, INLAND, dtype=np.int64))
    gap_m = link.radio.clutter_gap_m.value
    if link.step_m is None:
        return path, int(sample(environment.raster(), path, x0_m, y0_m, link.x_m, link.y_m, gap_m))
    share = np.linspace(0.0, 1.0, n_samples(length_m, link.step_m))
    if length_m > gap_m:  # the clutter around the receiver begins this far away
        share = np.union1d(share, 1.0 - gap_m / length_m)
    n = len(share)
    x_m, y_m = x0_m + (link.x_m - x0_m) * share, y0_m + (link.y_m - y0_m) * share
    grid, ground = link.terrain.grid, link.terrain
    row, col = grid.rowcol(x_m, y_m)
    path.d_km[:n], path.h_m[:n] = length_m / 1000.0 * share, ground.ground_at_m(x_m, y_m)
    from_end_m = length_m * np.minimum(share, 1.0 - share)
    is_edge = np.abs(length_m * (1.0 - share) - gap_m) < GAP_EPS_M
    is_bare = (from_end_m < gap_m) & (share > 0.0) & (share < 1.0) & ~is_edge
    path.r_m[:n] = np.where(is_bare, 0.0, ground.clutter_m[row, col])
    path.zone[:n] = ground.zones[row, col]
    return path, n if np.isfinite(path.h_m[:n]).all() else 0


def _loss_db(link: Link, path: Buffers, n: int, tx_height_m: float) -> tuple[float, float]:
    loss_db, _, depression_deg = path_losses(
        path,
        n,
        tx_height_m,
        link.rx_height_m,
        float(link.site.lat_deg[0]),
        float(link.site.band_mhz[0]) / 1000.0,
        0.0,
        _air(link),
    )
    return float(loss_db), float(depression_deg)


def _power_dbm(
    link: Link, path: Buffers, n: int, tx_height_m: float | None = None, *, is_aimed: bool = False
) -> tuple[float, float, float]:
    """Received power [dBm], loss [dB] and antenna attenuation [dB]; ``is_aimed``: a sector points at the receiver."""
    if n == 0:
        return math.nan, math.nan, math.nan
    height_m = float(link.site.height_m[0]) if tx_height_m is None else tx_height_m
    loss_db, depression_deg = _loss_db(link, path, n, height_m)
    tower: Masts = masts(link.site, 0.0)
    dx, dy = link.x_m - float(link.site.x_m[0]), link.y_m - float(link.site.y_m[0])
    if is_aimed:
        tower = tower._replace(azimuth_deg=np.array([math.degrees(math.atan2(dx, dy))]))
    _, down_db, _ = sector_powers(tower, 0, dx, dy, depression_deg, _air(link).pattern)
    d_m = 1000.0 * float(path.d_km[n - 1])
    power_dbm = float(link.site.eirp_dbm[0]) - down_db - loss_db + link.rx_gain_db + _measured_db(link, d_m, loss_db)
    return power_dbm, loss_db, float(down_db)


def _measured_db(link: Link, distance_m: float, loss_db: float) -> float:
    """Power that drive tests add on a path to the receiver of a link. [dB]."""
    x_m, y_m = np.array([link.x_m]), np.array([link.y_m])
    at_place_db = link.correction.at_place_db(x_m, y_m, link.terrain.clutter_at_m(x_m, y_m))
    band_mhz = float(link.site.band_mhz[0])
    on_path_db = link.correction.on_paths_db(band_mhz, np.array([distance_m]), np.array([loss_db]))
    return float(on_path_db[0] + at_place_db[0])


def _profile_dataset(link: Link, path: Buffers, n: int) -> xr.Dataset:
    d_km, ground, clutter = path.d_km[:n].copy(), path.h_m[:n].copy(), path.r_m[:n].copy()
    total = d_km[-1]
    bulge = 500.0 / effective_earth_radius_km(link.delta_n) * d_km * (total - d_km)
    hts, hrs = ground[0] + float(link.site.height_m[0]), ground[-1] + link.rx_height_m
    wave_m = wavelength_m(float(link.site.band_mhz[0]) / 1000.0)
    length = total if total > 0.0 else 1.0  # at the mast itself the path has none
    share = d_km / length
    fresnel = np.sqrt(wave_m * 1000.0 * d_km * (total - d_km) / length)
    x0_m, y0_m = float(link.site.x_m[0]), float(link.site.y_m[0])
    lon, lat = link.terrain.grid.to_lonlat(x0_m + (link.x_m - x0_m) * share, y0_m + (link.y_m - y0_m) * share)
    names = {
        "ground_m": (ground, "m", "ground above sea level"),
        "clutter_m": (clutter, "m", "clutter above ground"),
        "bulge_m": (bulge, "m", "bulge of the effective Earth"),
        "line_m": (hts + (hrs - hts) * share, "m", "straight line between the antennas"),
        "fresnel_m": (fresnel, "m", "radius of the first Fresnel zone"),
        "lon_deg": (lon, "degrees", "longitude"),
        "lat_deg": (lat, "degrees", "latitude"),
    }
    return xr.Dataset(
        {
            name: ("distance_km", values, {"units": unit, "long_name": text})
            for name, (values, unit, text) in names.items()
        },
        coords={"distance_km": ("distance_km", d_km, {"units": "km", "long_name": "distance from the site"})},
        attrs={
            "site_id": str(link.site.site_id[0]),
            "tx_height_m": float(link.site.height_m[0]),
            "rx_height_m": link.rx_height_m,
            "freq_mhz": float(link.site.band_mhz[0]),
            "lat_deg": float(lat[n // 2]),
            "source": f"allreach {allreach.__version__}",
        },
    )


def _obstacles(link: Link, path: Buffers, n: int, profile: xr.Dataset, loss_db: float) -> pd.DataFrame:
    """List the runs of samples inside 0.6 of the first Fresnel zone, each with what it costs."""
    d_km = path.d_km[:n]
    if d_km[-1] * 1000.0 < link.radio.near_m.value:
        return pd.DataFrame(columns=OBSTACLE_COLUMNS)
    top = profile["ground_m"].values + profile["clutter_m"].values
    above = top + profile["bulge_m"].values - profile["line_m"].values
    allowed = -CLEAR_SHARE * profile["fresnel_m"].values
    is_in = above > allowed
    is_in[[0, -1]] = False
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_in.astype(np.int8), [0]])))
    runs = [np.arange(first, after) for first, after in zip(edges[::2], edges[1::2], strict=True)]

    def without(gone: NDArray[np.int64]) -> float:
        lowered = Buffers(path.d_km.copy(), path.h_m.copy(), path.r_m.copy(), path.zone.copy())
        cut = above[gone] - allowed[gone]
        from_clutter = np.minimum(cut, lowered.r_m[gone])
        lowered.r_m[gone] -= from_clutter
        lowered.h_m[gone] -= cut - from_clutter
        return _loss_db(link, lowered, n, float(link.site.height_m[0]))[0]

    every = np.concatenate(runs) if runs else np.empty(0, dtype=np.int64)
    clear_db = without(every)
    rows = []
    for run in runs:
        # the sample that reaches farthest into the zone, in zone radii: the greatest diffraction parameter
        peak = int(run[np.argmax(above[run] / profile["fresnel_m"].values[run])])
        rows.append(
            [
                d_km[run[0]],
                d_km[run[-1]],
                d_km[peak],
                float(profile["lon_deg"][peak]),
                float(profile["lat_deg"][peak]),
                top[peak],
                above[peak],
                without(np.setdiff1d(every, run)) - clear_db,
                loss_db - without(run),
            ]
        )
    found = pd.DataFrame(rows, columns=OBSTACLE_COLUMNS, dtype=float)
    return found.sort_values(["cost_db", "from_km"], ascending=[False, True], kind="stable", ignore_index=True)


def _remedies(link: Link, path: Buffers, n: int) -> pd.DataFrame:
    """Height of the mast, and distance of a like site on the line with a sector towards the point, that would do."""

    def first(values: Sequence[float], power_dbm: Callable[[float], float]) -> float:
        return next((v for v in values if power_dbm(v) >= link.threshold_dbm), math.nan)

    low = float(link.site.height_m[0])
    heights = np.arange(math.floor(low / MAST_STEP_M + 1.0) * MAST_STEP_M, MAST_MAX_M + 0.5 * MAST_STEP_M, MAST_STEP_M)
    mast_m = first(list(heights), lambda h: _power_dbm(link, path, n, float(h))[0])

    def from_sample(i: float) -> float:
        k = int(i)
        part = Buffers(path.d_km[k:n] - path.d_km[k], path.h_m[k:n].copy(), path.r_m[k:n].copy(), path.zone[k:n].copy())
        return _power_dbm(link, part, n - k, is_aimed=True)[0]

    last = n - itu_p1812.N_POINTS_MIN
    at = first([float(i) for i in range(1, last + 1)], from_sample)
    nearer_km = math.nan if math.isnan(at) else float(path.d_km[n - 1] - path.d_km[int(at)])
    power_dbm = _power_dbm(link, path, n)[0]
    missing_db = link.threshold_dbm - power_dbm
    turned_db = _power_dbm(link, path, n, is_aimed=True)[0] - power_dbm
    return pd.DataFrame(
        [
            [
                "turned_sector",
                turned_db,
                "dB",
                f"gain of a sector turned towards the point; {missing_db:.1f} dB are missing",
            ],
            ["mast_height", mast_m, "m", f"instead of {low:g} m; up to {MAST_MAX_M:g} m tried"],
            ["nearer_site", nearer_km, "km", "farthest like mast on this line, a sector towards the point"],
            ["more_power", missing_db, "dB", "more EIRP or receiving gain"],
        ],
        columns=["remedy", "value", "unit", "note"],
    )


def _no_remedies(margin_db: float) -> pd.DataFrame:
    return pd.DataFrame(
        [["spare_margin", margin_db, "dB", "may be lost before the point is uncovered"]],
        columns=["remedy", "value", "unit", "note"],
    )


def _antenna_words(site: SiteArrays) -> str:
    """Say which pattern a site has and how it is tilted."""
    mount = f", mount {site.mechanical_deg[0]:g} deg" if site.mechanical_deg[0] else ""
    if site.antenna[0] < 0:
        return f"{int(site.n_sectors[0])} sectors, tilt {site.downtilt_deg[0]:g} deg{mount}"
    one = site.antennas.antennas[int(site.antenna[0])]
    return f"{int(site.n_sectors[0])} sectors of {one.name}, electrical tilt {one.electrical_tilt_deg:g} deg{mount}"


def _budget(link: Link, path: Buffers, n: int, power_dbm: float, loss_db: float, down_db: float) -> pd.DataFrame:
    site = link.site
    freq_ghz = float(site.band_mhz[0]) / 1000.0
    rows: list[tuple[str, float, str, str]] = [
        ("EIRP of the sector", float(site.eirp_dbm[0]), "dBm", f"site {site.site_id[0]}, {1000 * freq_ghz:g} MHz"),
        (
            "antenna, off its axis",
            -down_db,
            "dB",
            _antenna_words(site),
        ),
    ]
    if path.d_km[n - 1] * 1000.0 < link.radio.near_m.value:
        rows.append(("short-range loss", -loss_db, "dB", "too near for P.1812: the greater of free space and RMa"))
    else:
        far_db, near_db = loss_db, 0.0
        if path.d_km[n - 1] * 1000.0 < link.radio.far_m.value:
            far_db, near_db = _parts_db(link, path, n, loss_db)
        geometry = path_geometry(
            path.d_km,
            path.h_m,
            path.r_m,
            path.zone,
            n,
            float(site.height_m[0]),
            link.rx_height_m,
            float(site.lat_deg[0]),
            link.delta_n,
            500.0,
            500.0,
            True,
        )
        terms = itu_p1812.all_losses(geometry, freq_ghz, MEDIAN_PCT, MEDIAN_PCT, link.n0, True, 0.0)
        rows.append(("free space", -terms.lbfs_db, "dB", f"{geometry.d_km:.2f} km"))
        rows.append(("diffraction", -terms.ldp_db, "dB", "terrain, clutter and the Earth's bulge, delta-Bullington"))
        rest = terms.lbfs_db + terms.ldp_db - far_db
        note = f"troposcatter alone {terms.lbs_db:.0f} dB, ducting alone {terms.lba_db:.0f} dB"
        rows.append(("help of other paths", rest, "dB", note))
        if near_db:
            rows.append(("short range", -near_db, "dB", "what the short-range model, which has a share here, adds"))
    measured_db = _measured_db(link, 1000.0 * float(path.d_km[n - 1]), loss_db)
    rows += [
        ("receiving antenna", link.rx_gain_db, "dB", f"gain less losses, {link.rx_height_m:g} m above ground"),
        ("drive tests", measured_db, "dB", "measured less predicted in this band, on such a path and at this place"),
        ("received power", power_dbm, "dBm", "median of time and locations"),
        ("threshold", link.threshold_dbm, "dBm", "least power that counts"),
        ("margin", power_dbm - link.threshold_dbm, "dB", ""),
    ]
    table = pd.DataFrame(rows, columns=["step", "value", "unit", "note"])
    if not measured_db:
        table = table[table["step"] != "drive tests"].reset_index(drop=True)
    table["value"] += 0.0  # no minus zero
    return table


def _parts_db(link: Link, path: Buffers, n: int, loss_db: float) -> tuple[float, float]:
    """Loss of a short path by P.1812 alone, and what the short-range model's share adds to it."""
    d_m, tx_height_m = float(path.d_km[n - 1]) * 1000.0, float(link.site.height_m[0])
    air, freq_ghz = _air(link), float(link.site.band_mhz[0]) / 1000.0
    tx_m, rx_m = float(path.h_m[0]) + tx_height_m, float(path.h_m[n - 1]) + link.rx_height_m
    near_db, _, _ = short_range(
        d_m, tx_m, rx_m, tx_height_m, link.rx_height_m, float(path.r_m[n - 1]), freq_ghz, 0.0, air
    )
    share = near_share(d_m, air)
    far_db = (loss_db - share * near_db) / (1.0 - share)
    return far_db, loss_db - far_db


def _way_to_site(d_km: float, point: tuple[float, float], site: tuple[float, float]) -> str:
    """Distance and direction from the point; neither where the point is the site."""
    if d_km < HERE_KM:
        return "which stands at the point itself"
    bearing = GEODESIC.inv(*point, *site)[0] % 360.0
    distance = f"{d_km:.1f} km" if d_km >= 0.1 else f"{1000.0 * d_km:.0f} m"
    return f"{distance} to the {COMPASS[int((bearing + 22.5) // 45) % 8]}"


def _sentence(
    link: Link, profile: xr.Dataset, power_dbm: float, margin_db: float, obstacles: pd.DataFrame, remedies: pd.DataFrame
) -> str:
    d_km = float(profile["distance_km"][-1])
    lon, lat = profile["lon_deg"].values, profile["lat_deg"].values
    where = f"site {link.site.site_id[0]}, " + _way_to_site(d_km, (lon[-1], lat[-1]), (lon[0], lat[0]))
    side = "over" if margin_db >= 0 else "under"
    text = (
        f"{'Covered' if margin_db >= 0 else 'Not covered'}: {where}, delivers {power_dbm:.1f} dBm, "
        f"{abs(margin_db):.1f} dB {side} the threshold of {link.threshold_dbm:g} dBm."
    )
    if len(obstacles) and obstacles["cost_db"][0] >= 0.5:
        o = obstacles.iloc[0]
        stands = (
            f"stands {o['above_line_m']:.0f} m above the line of sight"
            if o["above_line_m"] > 0
            else f"reaches to {-o['above_line_m']:.0f} m below the line of sight, into the Fresnel zone"
        )
        text += (
            f" What costs most is the obstacle at {o['lat_deg']:.4f}, {o['lon_deg']:.4f} (lat, lon), "
            f"{o['peak_km']:.1f} km from the site: {o['height_masl']:.0f} m above sea level, it {stands} and costs "
            f"{o['cost_db']:.1f} dB"
        )
        others = len(obstacles) - 1
        text += f" by itself; without it, beside {others} more, {o['gain_if_gone_db']:.1f} dB less." if others else "."
    else:
        text += " Nothing on the way costs more than half a decibel: distance and antennas make the loss."
    if margin_db < 0:
        by = remedies.set_index("remedy")["value"]
        ways = []
        if by["turned_sector"] >= by["more_power"]:
            ways.append(f"a sector turned towards it (+{by['turned_sector']:.1f} dB)")
        if math.isfinite(by["mast_height"]):
            ways.append(f"a mast of {by['mast_height']:.0f} m instead of {link.site.height_m[0]:g} m")
        if math.isfinite(by["nearer_site"]):
            ways.append(f"a like site on this line, {by['nearer_site']:.1f} km from the point")
        text += (
            f" It would be covered by {' or '.join(ways)}."
            if ways
            else f" No mast up to {MAST_MAX_M:g} m and no like site on this line would cover it."
        )
    return text

"""Path loss of a profile as xarray: every combination of frequency, heights and percentages at once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

import allreach
from allreach.errors import Fault, InputError
from allreach.kernels import itu_p1812, longley_rice
from allreach.kernels.itu_p1812_profile import SEA, path_geometry
from allreach.kernels.longley_rice_profile import DELTA_H_POINTS_MAX
from allreach.radio.models import MODELS, ItmGround, model_faults
from allreach.radio.paths.p1812_paths import Profile, make_profile, profile_faults

if TYPE_CHECKING:
    ProfileLike: TypeAlias = xr.Dataset | xr.DataArray | Profile | Sequence[ArrayLike]

AXES = ("freq_mhz", "tx_height_m", "rx_height_m", "time_pct", "location_pct")
UNITS = {"freq_mhz": "MHz", "tx_height_m": "m", "rx_height_m": "m", "time_pct": "%", "location_pct": "%"}
NO_COAST_KM = 500.0
EVEN = 1e-6  # departure from even steps that Longley-Rice is still given
P1812_TERMS: dict[str, tuple[str, str, str]] = {
    "free_space_db": ("lbfs_db", "dB", "free space (8)"),
    "diffraction_db": ("ldp_db", "dB", "delta-Bullington diffraction for the percentage of time (41)"),
    "ducting_db": ("lba_db", "dB", "loss by ducting and layer reflection (46)"),
    "troposcatter_db": ("lbs_db", "dB", "loss by tropospheric scatter (44)"),
    "median_location_db": ("lbc_db", "dB", "loss at the median location (63)"),
    "location_sigma_db": ("sigma_l_db", "dB", "standard deviation over locations"),
}
GEOMETRY_TERMS: dict[str, tuple[str, str, str]] = {
    "theta_mrad": ("theta_mrad", "mrad", "path angular distance"),
    "tx_horizon_km": ("dlt_km", "km", "distance of the transmitter's horizon"),
    "rx_horizon_km": ("dlr_km", "km", "distance of the receiver's horizon"),
    "is_transhorizon": ("is_transhorizon", "1", "whether the horizon hides the other end"),
}
ITM_TERMS: dict[str, tuple[str, str]] = {
    "free_space_db": ("dB", "free space"),
    "reference_attenuation_db": ("dB", "attenuation above free space before variability"),
    "delta_h_m": ("m", "terrain irregularity"),
    "mode": ("1", "mode of propagation: 1 line of sight, 2 diffraction, 3 troposcatter"),
    "return_code": ("1", "return code of NTIA's reference"),
    "warnings": ("1", "warnings of NTIA's reference, bits"),
}


def path_loss(
    profile: ProfileLike | None = None,
    *,
    freq_mhz: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike = 1.5,
    model: str = "itu-p1812",
    time_pct: ArrayLike = 50.0,
    location_pct: ArrayLike = 50.0,
    lat_deg: float | None = None,
    polarization: str = "V",
    delta_n: float = 45.0,
    n0: float | None = None,
    resolution_m: float = 100.0,
    tx_coast_km: float | None = None,
    rx_coast_km: float | None = None,
    situation_pct: float = 50.0,
    itm: ItmGround | None = None,
    distance_km: float | None = None,
    delta_h_m: float | None = None,
    siting: tuple[int, int] = (0, 0),
) -> xr.Dataset:
    """Loss of a path and the terms it is made of.

    Parameters
    ----------
    profile
        Terrain from the transmitter: a Dataset with the coordinate ``distance_km`` and ``ground_m``, optional
        ``clutter_m`` and ``zone`` (1 sea, 3 coastal land, 4 inland); a DataArray of heights with that coordinate; or
        arrays (distance, height[, clutter[, zone]]). None with ``itm-area``. [km, m above sea level]
    freq_mhz, tx_height_m, rx_height_m, time_pct, location_pct
        Numbers or sequences; every combination is computed, and a sequence becomes a dimension of the result.
        [MHz, m above ground, %]
    model
        ``itu-p1812``, ``itm`` (Longley-Rice point to point, even steps) or ``itm-area``.
    lat_deg
        Latitude of the path's centre; P.1812 needs it, here or as ``lat_deg`` among the profile's attributes. [degrees]
    polarization
        V or H.
    delta_n, n0
        Refractivity; n0 by default 325 (P.1812) or 301 (ITM). [N-units/km, N-units]
    resolution_m
        Side of the area that locations vary over (P.1812). [m]
    tx_coast_km, rx_coast_km
        Land between each terminal and the coast; by default read from the zones, 500 without sea. [km]
    situation_pct, itm
        Situations, climate and ground of Longley-Rice.
    distance_km, delta_h_m, siting
        Of ``itm-area``: path length, terrain irregularity, siting of both terminals (0 random, 1 careful, 2 very
        careful). [km, m]

    Returns
    -------
    Dataset
        ``path_loss_db`` and the terms of the model, with units in the attributes; where Longley-Rice refuses a value,
        NaN and its return code.

    Raises
    ------
    InputError
        With every fault at once; for P.1812 with the limits of the Recommendation.

    Examples
    --------
    >>> from allreach.radio import path_loss
    >>> d_km = [0.1 * i for i in range(101)]
    >>> h_m = [200 + (150 if 40 <= i <= 45 else 0) for i in range(101)]
    >>> loss = path_loss((d_km, h_m), freq_mhz=[800, 3500], tx_height_m=30, lat_deg=45.0)
    >>> loss.path_loss_db.round(1).values.tolist(), loss.path_loss_db.dims
    ([149.8, 169.1], ('freq_mhz',))
    >>> bool((loss.path_loss_db > loss.free_space_db + 20).all())
    True
    """
    given = dict(zip(AXES, (freq_mhz, tx_height_m, rx_height_m, time_pct, location_pct), strict=True))
    faults: list[Fault] = []
    axes = {name: _axis(name, value, faults) for name, value in given.items()}
    itm = itm or ItmGround()
    faults += model_faults(model, tuple(MODELS), {}, itm)
    if str(polarization).upper() not in ("V", "H"):
        faults.append(Fault("polarization", f"{polarization!r}", "V or H"))
    if faults:
        raise InputError(faults)
    n0 = MODELS[model].n0 if n0 is None else float(n0)
    if model == "itm-area":
        path = None
        faults += _area_faults(profile, distance_km, delta_h_m, siting)
    else:
        path, attributes = _profile(profile, faults)
        if lat_deg is None and attributes.get("lat_deg") is not None:
            lat_deg = float(attributes["lat_deg"])
    if path is not None and model == "itu-p1812":
        faults += profile_faults(path, "profile")
        faults += _p1812_faults(axes, lat_deg, delta_n, n0)
    if path is not None and model == "itm":
        faults += _itm_profile_faults(path)
    if faults:
        raise InputError(faults)
    shape = tuple(len(values) for values in axes.values())
    out: dict[str, NDArray[np.float64]] = {"path_loss_db": np.empty(shape)}
    is_vertical = str(polarization).upper() == "V"
    combinations = itertools.product(*(range(n) for n in shape))
    attrs: dict[str, tuple[str, str]] = {"path_loss_db": ("dB", "basic transmission loss")}
    if model == "itu-p1812":
        assert path is not None
        assert lat_deg is not None
        coast_t = _coast_km(path, False) if tx_coast_km is None else tx_coast_km
        coast_r = _coast_km(path, True) if rx_coast_km is None else rx_coast_km
        attrs |= {name: (unit, text) for name, (_, unit, text) in (P1812_TERMS | GEOMETRY_TERMS).items()}
        for at in combinations:
            f, ht, hr, p, pl = (float(axes[name][i]) for name, i in zip(AXES, at, strict=True))
            g = path_geometry(
                *path, len(path.d_km), ht, hr, lat_deg, float(delta_n), float(coast_t), float(coast_r), True
            )
            spread = itu_p1812.location_variability_db(f / 1000.0, hr, g.rx_clutter_m, float(resolution_m))
            losses = itu_p1812.all_losses(g, f / 1000.0, p, pl, n0, is_vertical, spread)
            out["path_loss_db"][at] = losses.loss_db
            for source, terms in ((losses, P1812_TERMS), (g, GEOMETRY_TERMS)):
                for name, (field, _, _) in terms.items():
                    out.setdefault(name, np.empty(shape))[at] = float(getattr(source, field))
    else:
        attrs |= ITM_TERMS
        scratch = np.empty(DELTA_H_POINTS_MAX)
        for at in combinations:
            f, ht, hr, p, pl = (float(axes[name][i]) for name, i in zip(AXES, at, strict=True))
            link = (
                ht, hr, int(itm.climate), n0, f, int(is_vertical), float(itm.epsilon), float(itm.sigma_s_per_m),
                int(itm.mdvar), p, pl, float(situation_pct),
            )  # fmt: skip
            if path is None:
                assert distance_km is not None
                assert delta_h_m is not None
                found = longley_rice.area(float(distance_km), float(delta_h_m), int(siting[0]), int(siting[1]), *link)
            else:
                n = len(path.h_m)
                found = longley_rice.point_to_point(path.h_m, n, 1000.0 * path.d_km[-1] / (n - 1), *link, scratch)
            values: tuple[float, ...] = (
                found.a_fs_db, found.a_ref_db, found.geometry.delta_h_m, found.mode, found.return_code, found.warnings,
            )  # fmt: skip
            out["path_loss_db"][at] = found.loss_db
            for name, value in zip(ITM_TERMS, values, strict=True):
                out.setdefault(name, np.empty(shape))[at] = value
    result = xr.Dataset(
        {name: (AXES, values, {"units": attrs[name][0], "long_name": attrs[name][1]}) for name, values in out.items()},
        coords={name: (name, values, {"units": UNITS[name]}) for name, values in axes.items()},
        attrs={
            "model": MODELS[model].reference, "model_name": model, "polarization": "V" if is_vertical else "H",
            "delta_n": float(delta_n), "n0": n0, "source": f"allreach {allreach.__version__}",
            "distance_km": float(distance_km or 0.0) if path is None else float(path.d_km[-1]),
        },
    )  # fmt: skip
    return result.isel({name: 0 for name in AXES if np.ndim(given[name]) == 0})


def _axis(name: str, value: ArrayLike, faults: list[Fault]) -> NDArray[np.float64]:
    try:
        values = np.atleast_1d(np.asarray(value, dtype=np.float64))
    except (TypeError, ValueError):
        faults.append(Fault(name, f"{value!r}", "a number or a sequence of numbers"))
        return np.zeros(1)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        faults.append(Fault(name, f"{value!r}", "a number or a sequence of numbers"))
    return values


def _profile(given: ProfileLike | None, faults: list[Fault]) -> tuple[Profile | None, dict[str, Any]]:
    wanted = "a Dataset with distance_km and ground_m, a DataArray with distance_km, or (distance, height) arrays"
    if given is None:
        faults.append(Fault("profile", "none", wanted))
        return None, {}
    if isinstance(given, Profile):
        return given, {}
    if isinstance(given, xr.DataArray):
        given = given.to_dataset(name="ground_m")
    try:
        if isinstance(given, xr.Dataset):
            missing = [name for name in ("distance_km", "ground_m") if name not in given.variables]
            if missing:
                faults.append(Fault("profile", f"no {', '.join(missing)}", wanted))
                return None, {}
            clutter, zone = (given[name].values if name in given else None for name in ("clutter_m", "zone"))
            return make_profile(given["distance_km"].values, given["ground_m"].values, clutter, zone), given.attrs
        if not 2 <= len(given) <= 4:
            faults.append(Fault("profile", f"{len(given)} arrays", wanted))
            return None, {}
        return make_profile(*given), {}
    except (TypeError, ValueError) as error:
        faults.append(Fault("profile", str(error), wanted))
        return None, {}


def _p1812_faults(
    axes: dict[str, NDArray[np.float64]], lat_deg: float | None, delta_n: float, n0: float
) -> list[Fault]:
    limits = {
        "freq_mhz": (1000.0 * itu_p1812.FREQ_MIN_GHZ, 1000.0 * itu_p1812.FREQ_MAX_GHZ),
        "tx_height_m": (itu_p1812.ANTENNA_MIN_M, itu_p1812.ANTENNA_MAX_M),
        "rx_height_m": (itu_p1812.ANTENNA_MIN_M, itu_p1812.ANTENNA_MAX_M),
        "time_pct": (itu_p1812.TIME_MIN_PCT, itu_p1812.TIME_MAX_PCT),
        "location_pct": (itu_p1812.LOCATION_MIN_PCT, itu_p1812.LOCATION_MAX_PCT),
    }
    faults = [
        Fault(name, f"{value:g} {UNITS[name]}", f"{low:g} to {high:g} {UNITS[name]}", itu_p1812.LIMITS + ".")
        for name, (low, high) in limits.items()
        for value in axes[name]
        if not low <= value <= high
    ]
    if lat_deg is None:
        faults.append(Fault("lat_deg", "none", "the latitude of the path's centre"))
    elif not -90.0 <= lat_deg <= 90.0:
        faults.append(Fault("lat_deg", f"{lat_deg:g}", "-90 to 90 degrees"))
    if not 0.0 <= delta_n <= 156.0:
        faults.append(Fault("delta_n", f"{delta_n:g}", "0 to 156 N-units/km"))
    if not 0.0 <= n0 <= 1000.0:
        faults.append(Fault("n0", f"{n0:g}", "0 to 1000 N-units"))
    return faults


def _itm_profile_faults(path: Profile) -> list[Fault]:
    d = path.d_km
    if d.ndim != 1 or len(d) < 3 or path.h_m.shape != d.shape:
        return [Fault("profile", f"{d.size} distances, {path.h_m.size} heights", "as many of both, 3 at least")]
    faults = []
    if not (np.isfinite(d).all() and np.isfinite(path.h_m).all()):
        faults.append(Fault("profile", "a distance or height is not a number", "numbers at every point"))
    elif d[0] != 0.0 or not np.allclose(np.diff(d), d[-1] / (len(d) - 1), rtol=EVEN, atol=EVEN * d[-1] / len(d)):
        faults.append(
            Fault("profile", "steps are not even, or do not begin at 0", "even steps", "Resample the profile")
        )
    if path.clutter_m.any():
        faults.append(Fault("profile", "has clutter", "none: Longley-Rice knows no clutter on the path"))
    return faults


def _area_faults(
    profile: object, distance_km: float | None, delta_h_m: float | None, siting: tuple[int, int]
) -> list[Fault]:
    faults = []
    if profile is not None:
        faults.append(Fault("profile", "given", "none with itm-area: distance_km and delta_h_m say what it needs"))
    for name, value in (("distance_km", distance_km), ("delta_h_m", delta_h_m)):
        if value is None or not np.isfinite(value):
            faults.append(Fault(name, f"{value}", "a number with itm-area"))
    if any(s not in (0, 1, 2) for s in siting):
        faults.append(Fault("siting", f"{siting}", "0 random, 1 careful, 2 very careful, for both terminals"))
    return faults


def _coast_km(path: Profile, from_end: bool) -> float:
    sea = np.flatnonzero(path.zone == SEA)
    if not len(sea):
        return NO_COAST_KM
    return float(path.d_km[-1] - path.d_km[sea[-1]] if from_end else path.d_km[sea[0]])

"""Path loss of a profile as xarray: every combination of frequency, heights and percentages at once."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

import allreach
from allreach.errors import Fault, InputError
from allreach.radio.itm_ground import ItmGround
from allreach.radio.models import MODELS, Model, model_faults
from allreach.radio.paths.profile import Profile, make_profile
from allreach.radio.paths.question import AXES, UNITS, PathQuestion, Point

if TYPE_CHECKING:
    ProfileLike: TypeAlias = xr.Dataset | xr.DataArray | Profile | Sequence[ArrayLike]


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
    known = MODELS[model]
    path, attributes = _profile(profile, faults) if known.takes_profile else (None, {})
    if lat_deg is None and attributes.get("lat_deg") is not None:
        lat_deg = float(attributes["lat_deg"])
    asked = PathQuestion(
        path,
        profile is not None,
        axes,
        lat_deg,
        str(polarization).upper() == "V",
        float(delta_n),
        known.n0 if n0 is None else float(n0),
        float(resolution_m),
        _number(tx_coast_km),
        _number(rx_coast_km),
        float(situation_pct),
        itm,
        distance_km,
        delta_h_m,
        siting,
    )
    faults += known.faults(asked)
    if faults:
        raise InputError(faults)
    result = _every_combination(asked, known)
    result.attrs |= {"model_name": model, "distance_km": float(distance_km or 0.0 if path is None else path.d_km[-1])}
    return result.isel({name: 0 for name in AXES if np.ndim(given[name]) == 0})


def _every_combination(asked: PathQuestion, model: Model) -> xr.Dataset:
    shape = tuple(len(values) for values in asked.axes.values())
    attributes = {"path_loss_db": ("dB", "basic transmission loss"), **model.terms}
    out = {name: np.empty(shape) for name in attributes}
    answer = model.answers(asked)
    for at in itertools.product(*(range(n) for n in shape)):
        point = Point(*(float(asked.axes[name][i]) for name, i in zip(AXES, at, strict=True)))
        for name, value in answer(point).items():
            out[name][at] = value
    return xr.Dataset(
        {
            name: (AXES, values, dict(zip(("units", "long_name"), attributes[name], strict=True)))
            for name, values in out.items()
        },
        coords={name: (name, values, {"units": UNITS[name]}) for name, values in asked.axes.items()},
        attrs={
            "model": model.reference,
            "polarization": "V" if asked.is_vertical else "H",
            "delta_n": asked.delta_n,
            "n0": asked.n0,
            "source": f"allreach {allreach.__version__}",
        },
    )


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _axis(name: str, value: ArrayLike, faults: list[Fault]) -> NDArray[np.float64]:
    try:
        values = np.atleast_1d(np.asarray(value, dtype=np.float64))
    except (TypeError, ValueError):
        faults.append(Fault(name, f"{value!r}", "a number or a sequence of numbers"))
        return np.zeros(1)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        faults.append(Fault(name, f"{value!r}", "a number or a sequence of numbers"))
    return values


def _profile(given: ProfileLike | None, faults: list[Fault]) -> tuple[Profile | None, Mapping[Any, Any]]:
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

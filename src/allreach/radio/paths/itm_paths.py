"""Longley-Rice Irregular Terrain Model, point to point and area: tables of cases, and single questions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach import tables
from allreach.errors import Fault, InputError
from allreach.kernels import longley_rice
from allreach.kernels.longley_rice_profile import DELTA_H_POINTS_MAX
from allreach.radio.paths.profile import Profile
from allreach.radio.paths.profile_heights import DELTA_H_MAX_M, LENGTH_MAX_KM, height_faults, length_faults
from allreach.radio.paths.question import Answer, PathQuestion, Point, Terms

_COMMON = (
    "case_id",
    "variability",
    "h_tx_m",
    "h_rx_m",
    "climate",
    "N0_nunits",
    "freq_mhz",
    "polarization",
    "epsilon",
    "sigma_s_per_m",
    "mdvar",
)
REQUIRED = {
    "itm": (*_COMMON, "profile", "profile_step_m"),
    "itm-area": (*_COMMON, "d_km", "delta_h_m", "siting_tx", "siting_rx"),
}
# variability: columns of time, location and situation; reliability stands for time, confidence for situation
QUANTILES = {
    "TLS": ("time_percent", "location_percent", "situation_percent"),
    "CR": ("reliability_percent", None, "confidence_percent"),
}
NUMBERS = {name for names in (*REQUIRED.values(), *QUANTILES.values()) for name in names if name} - {
    "case_id",
    "variability",
    "profile",
    "polarization",
}
"""Columns of numbers of either model."""
CONFIDENCE_CODES = {1003: 1007, 1005: 1006}
TERMS: dict[str, tuple[str, str]] = {
    "free_space_db": ("dB", "free space"),
    "reference_attenuation_db": ("dB", "attenuation above free space before variability"),
    "delta_h_m": ("m", "terrain irregularity"),
    "mode": ("1", "mode of propagation: 1 line of sight, 2 diffraction, 3 troposcatter"),
    "return_code": ("1", "return code of NTIA's reference"),
    "warnings": ("1", "warnings of NTIA's reference, bits"),
}
EVEN = 1e-6  # departure from even steps that Longley-Rice is still given
WHOLE = ("climate", "mdvar", "siting_tx", "siting_rx")
CODE_MAX, NUMBER_MAX = 1000.0, 1e6
_LARGEST = {"d_km": LENGTH_MAX_KM, "delta_h_m": DELTA_H_MAX_M}
_TEXT = ("case_id", "variability", "profile", "polarization")


def case_faults(
    model: str, cases: pd.DataFrame, heights: Mapping[str, NDArray[np.float64]], *, unread: Set[str] = frozenset()
) -> list[Fault]:
    """Find what keeps a table from being run; values outside the model's range are no fault, they get a return code."""
    required = REQUIRED[model]
    faults = [
        Fault("cases", f"no column {name}", "columns " + ", ".join(required)) for name in required if name not in cases
    ]
    for i, case in enumerate(cases.to_dict("records")):
        where = f"cases, row {tables.row_number(cases.index, i)} ({case.get('case_id', 'no case_id')})"
        kind = case.get("variability")
        if "variability" in case and kind not in QUANTILES:
            faults.append(Fault(where, f"variability {kind}", "TLS or CR"))
        numbers = [name for name in required if name not in _TEXT]
        numbers += [name for name in QUANTILES.get(str(kind), ()) if name]
        for name in numbers:
            if name in case:
                faults += number_faults(name, case[name], where)
            elif name not in case and name not in required:
                faults.append(Fault(where, f"no column {name}", f"it for variability {kind}"))
    if "profile" in cases and model == "itm":
        for name in cases["profile"].dropna().unique():
            if name in heights:
                faults.extend(_height_faults(name, heights[name]))
                for step_m in _steps(cases, name):
                    faults += length_faults(f"profile {name}", step_m * (len(heights[name]) - 1) / 1000.0)
            elif name not in unread:
                faults.append(Fault(f"profile {name}", "not given", "a profile for every case"))
        faults += [Fault("cases", "profile is empty", "a profile for every case")] * bool(cases["profile"].isna().any())
    return faults


def _height_faults(name: str, h_m: NDArray[np.float64]) -> list[Fault]:
    if len(h_m) < 3:
        return [Fault(f"profile {name}", f"{len(h_m)} points", "at least 3")]
    return height_faults(f"profile {name}", h_m)


def _steps(cases: pd.DataFrame, profile: str) -> list[float]:
    """Different steps that the cases give for a profile, those that are numbers."""
    if "profile_step_m" not in cases:
        return []
    steps = pd.to_numeric(cases.loc[cases["profile"] == profile, "profile_step_m"], errors="coerce")
    return [float(step) for step in steps.unique() if math.isfinite(step)]


def number_faults(name: str, value: Any, where: str) -> list[Fault]:
    """Find what is no number, or so large that no formula of the model means anything.

    What is only outside the model's own range is no fault here: NTIA's return codes say so.
    """
    if isinstance(value, str) or not math.isfinite(float(value)):
        found = "empty" if pd.isna(value) else repr(value)
        return [Fault(where, f"{name} is {found}", "a number")]
    high = CODE_MAX if name in WHOLE else _LARGEST.get(name, NUMBER_MAX)
    if abs(value) > high:
        return [Fault(where, f"{name} = {value:g}", f"a number within {-high:g} to {high:g}")]
    if name in WHOLE and value != int(value):
        return [Fault(where, f"{name} = {value:g}", "a whole number")]
    return []


def itm_table(
    model: str, cases: pd.DataFrame, heights: Mapping[str, NDArray[np.float64]], *, detail: bool = False
) -> pd.DataFrame:
    """Loss by ITM 1.4 of a table of cases.

    Parameters
    ----------
    model
        ``itm`` (point to point) or ``itm-area``.
    cases
        One row a case, columns ``REQUIRED[model]`` and those of ``QUANTILES`` for its variability.
    heights
        Terrain heights at even steps by the name in column ``profile``. [m]
    detail
        Add the intermediate results as columns ``mid_...``.

    Returns
    -------
    DataFrame
        ``case_id``, ``A_db`` (basic transmission loss; empty where there is an error), NTIA's ``return_code`` and
        ``warnings``.

    Raises
    ------
    InputError
        With every fault of the cases at once.
    """
    if faults := case_faults(model, cases, heights):
        raise InputError(faults)
    scratch = np.empty(DELTA_H_POINTS_MAX)
    rows = [_row(model, case, heights, scratch, detail) for case in cases.to_dict("records")]
    return pd.DataFrame(rows, columns=None if rows else ["case_id", "A_db", "return_code", "warnings"])


def _row(
    model: str,
    case: dict[Any, Any],
    heights: Mapping[str, NDArray[np.float64]],
    scratch: NDArray[np.float64],
    detail: bool,
) -> dict[str, object]:
    time, location, situation = (50.0 if name is None else float(case[name]) for name in QUANTILES[case["variability"]])
    asked = longley_rice.ItmQuestion(
        float(case["h_tx_m"]),
        float(case["h_rx_m"]),
        int(case["climate"]),
        float(case["N0_nunits"]),
        float(case["freq_mhz"]),
        {"H": 0, "V": 1}.get(str(case["polarization"]).upper(), 2),
        float(case["epsilon"]),
        float(case["sigma_s_per_m"]),
        int(case["mdvar"]),
        time,
        location,
        situation,
    )
    if model == "itm":
        h_m = heights[case["profile"]]
        result = longley_rice.point_to_point(h_m, len(h_m), float(case["profile_step_m"]), asked, scratch)
    else:
        tx, rx = int(case["siting_tx"]), int(case["siting_rx"])
        result = longley_rice.area(float(case["d_km"]), float(case["delta_h_m"]), tx, rx, asked)
    code = result.return_code
    if case["variability"] == "CR":
        code = CONFIDENCE_CODES.get(code, code)
    row: dict[str, object] = {
        "case_id": case["case_id"],
        "A_db": result.loss_db,
        "return_code": code,
        "warnings": result.warnings,
    }
    if detail:
        g = result.geometry
        row |= {
            "mid_theta_hzn_tx_rad": g.theta_1_rad,
            "mid_theta_hzn_rx_rad": g.theta_2_rad,
            "mid_d_hzn_tx_m": g.dl_1_m,
            "mid_d_hzn_rx_m": g.dl_2_m,
            "mid_h_e_tx_m": g.he_1_m,
            "mid_h_e_rx_m": g.he_2_m,
            "mid_N_s_nunits": g.n_s,
            "mid_delta_h_m": g.delta_h_m,
            "mid_A_ref_db": result.a_ref_db,
            "mid_A_fs_db": result.a_fs_db,
            "mid_d_km": g.d_m / 1000.0,
            "mid_mode": result.mode if result.mode else None,
        }
    return row


def itm_question_faults(asked: PathQuestion) -> list[Fault]:
    """Everything that keeps Longley-Rice from taking a profile."""
    return [] if asked.profile is None else _even_profile_faults(asked.profile)


def itm_answers(asked: PathQuestion) -> Answer:
    """Return what finds the loss by Longley-Rice, point to point, and its terms; where it refuses, NaN and its code."""
    path = asked.profile
    assert path is not None
    n, scratch = len(path.h_m), np.empty(DELTA_H_POINTS_MAX)
    step_m = 1000.0 * float(path.d_km[-1]) / (n - 1)
    return lambda at: _terms(longley_rice.point_to_point(path.h_m, n, step_m, _question(asked, at), scratch))


def area_question_faults(asked: PathQuestion) -> list[Fault]:
    """Everything that keeps the area mode of Longley-Rice from answering."""
    faults = []
    if asked.is_profile_given:
        faults.append(Fault("profile", "given", "none with itm-area: distance_km and delta_h_m say what it needs"))
    given = (("distance_km", asked.distance_km, LENGTH_MAX_KM), ("delta_h_m", asked.delta_h_m, DELTA_H_MAX_M))
    for name, value, high in given:
        if value is None or not 0.0 <= value <= high:
            faults.append(Fault(name, f"{value}", f"0 to {high:g} with itm-area"))
    if any(s not in (0, 1, 2) for s in asked.siting):
        faults.append(Fault("siting", f"{asked.siting}", "0 random, 1 careful, 2 very careful, for both terminals"))
    return faults


def area_answers(asked: PathQuestion) -> Answer:
    """Return what finds the loss by the area mode of Longley-Rice, and its terms."""
    d_km, delta_h_m, (tx, rx) = asked.distance_km, asked.delta_h_m, asked.siting
    assert d_km is not None
    assert delta_h_m is not None
    return lambda at: _terms(longley_rice.area(float(d_km), float(delta_h_m), int(tx), int(rx), _question(asked, at)))


def _question(asked: PathQuestion, at: Point) -> longley_rice.ItmQuestion:
    itm = asked.itm
    return longley_rice.ItmQuestion(
        at.tx_height_m,
        at.rx_height_m,
        int(itm.climate),
        asked.n0,
        at.freq_mhz,
        int(asked.is_vertical),
        float(itm.epsilon),
        float(itm.sigma_s_per_m),
        int(itm.mdvar),
        at.time_pct,
        at.location_pct,
        asked.situation_pct,
    )


def _terms(found: longley_rice.ItmResult) -> Terms:
    return {
        "path_loss_db": found.loss_db,
        "free_space_db": found.a_fs_db,
        "reference_attenuation_db": found.a_ref_db,
        "delta_h_m": found.geometry.delta_h_m,
        "mode": found.mode,
        "return_code": found.return_code,
        "warnings": found.warnings,
    }


def _even_profile_faults(path: Profile) -> list[Fault]:
    d = path.d_km
    if d.ndim != 1 or len(d) < 3 or path.h_m.shape != d.shape:
        return [Fault("profile", f"{d.size} distances, {path.h_m.size} heights", "as many of both, 3 at least")]
    faults = []
    faults += height_faults("profile", path.h_m)
    if not np.isfinite(d).all():
        faults.append(Fault("profile", "a distance is not a number", "numbers at every point"))
    elif not 0.0 < d[-1] <= LENGTH_MAX_KM:
        faults += length_faults("profile", float(d[-1]))
    elif d[0] != 0.0 or not np.allclose(np.diff(d), d[-1] / (len(d) - 1), rtol=EVEN, atol=EVEN * d[-1] / len(d)):
        faults.append(
            Fault("profile", "steps are not even, or do not begin at 0", "even steps", "Resample the profile")
        )
    if path.clutter_m.any():
        faults.append(Fault("profile", "has clutter", "none: Longley-Rice knows no clutter on the path"))
    return faults

"""Loss of single paths, checked: the public door to the kernels of `allreach.kernels`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from allreach.errors import Fault, InputError
from allreach.kernels import geodesy, itu_p1812
from allreach.kernels.itu_p1812_profile import COASTAL_LAND, INLAND, SEA, PathGeometry, path_geometry

P1812_REQUIRED = (
    "case_id",
    "profile",
    "freq_ghz",
    "p_percent",
    "h_tx_m",
    "h_rx_m",
    "polarization",
    "lat_tx_deg",
    "lon_tx_deg",
    "lat_rx_deg",
    "lon_rx_deg",
    "delta_N_nunits_per_km",
    "N0_nunits",
)
P1812_DEFAULTS = {"pL_percent": 50.0, "dct_km": 500.0, "dcr_km": 500.0}
# column: lowest, highest, unit; the Recommendation's own limits, and what a place on Earth can have
P1812_LIMITS: dict[str, tuple[float, float, str]] = {
    "freq_ghz": (itu_p1812.FREQ_MIN_GHZ, itu_p1812.FREQ_MAX_GHZ, "GHz"),
    "p_percent": (itu_p1812.TIME_MIN_PCT, itu_p1812.TIME_MAX_PCT, "%"),
    "pL_percent": (itu_p1812.LOCATION_MIN_PCT, itu_p1812.LOCATION_MAX_PCT, "%"),
    "h_tx_m": (itu_p1812.ANTENNA_MIN_M, itu_p1812.ANTENNA_MAX_M, "m"),
    "h_rx_m": (itu_p1812.ANTENNA_MIN_M, itu_p1812.ANTENNA_MAX_M, "m"),
    "lat_tx_deg": (-90.0, 90.0, "deg"),
    "lat_rx_deg": (-90.0, 90.0, "deg"),
    "lon_tx_deg": (-360.0, 360.0, "deg"),
    "lon_rx_deg": (-360.0, 360.0, "deg"),
    "delta_N_nunits_per_km": (0.0, 156.0, "N-units/km"),  # a_e grows without limit towards 157
    "N0_nunits": (0.0, 1000.0, "N-units"),
    "dct_km": (0.0, np.inf, "km"),
    "dcr_km": (0.0, np.inf, "km"),
    "sigma_L_db": (0.0, np.inf, "dB"),
    "prediction_resolution_wa_m": (0.0, np.inf, "m"),
    "erp_tx_kw": (0.0, np.inf, "kW"),
}


class Profile(NamedTuple):
    """Terrain along a path from the transmitter: distances [km], heights and clutter heights [m], zones (1, 3, 4)."""

    d_km: NDArray[np.float64]
    h_m: NDArray[np.float64]
    clutter_m: NDArray[np.float64]
    zone: NDArray[np.int8]


def make_profile(
    d_km: ArrayLike, h_m: ArrayLike, clutter_m: ArrayLike | None = None, zone: ArrayLike | None = None
) -> Profile:
    """Profile from any arrays, copied (read-only ones would compile anew); no clutter and all inland unless given."""
    d = np.array(d_km, dtype=np.float64)
    return Profile(
        d,
        np.array(h_m, dtype=np.float64),
        np.zeros_like(d) if clutter_m is None else np.array(clutter_m, dtype=np.float64),
        np.full(d.shape, INLAND, dtype=np.int8) if zone is None else np.array(zone, dtype=np.int8),
    )


def profile_faults(profile: Profile, where: str) -> list[Fault]:
    """Everything that keeps a profile from being used with ITU-R P.1812."""
    d = profile.d_km
    if d.ndim != 1 or any(a.shape != d.shape for a in profile):
        return [Fault(where, "columns of unequal length", "one value of each a point")]
    faults = []
    if len(d) < itu_p1812.N_POINTS_MIN:
        faults.append(Fault(where, f"{len(d)} points", f"at least {itu_p1812.N_POINTS_MIN}", itu_p1812.LIMITS + "."))
    for name, values in (("distance", d), ("height", profile.h_m), ("clutter height", profile.clutter_m)):
        bad = np.flatnonzero(~np.isfinite(values))
        if bad.size:
            faults.append(Fault(f"{where}, point {bad[0] + 1}", f"{name} is not a number", "a number at every point"))
    if (profile.clutter_m < 0).any():
        at = int(np.argmax(profile.clutter_m < 0))
        faults.append(Fault(f"{where}, point {at + 1}", f"clutter height {profile.clutter_m[at]:g} m", "0 m or more"))
    odd = ~np.isin(profile.zone, (SEA, COASTAL_LAND, INLAND))
    if odd.any():
        at = int(np.argmax(odd))
        faults.append(
            Fault(f"{where}, point {at + 1}", f"zone {profile.zone[at]}", "1 (sea), 3 (coastal land) or 4 (inland)")
        )
    if len(d) and np.isfinite(d).all():
        if d[0] != 0.0:
            faults.append(Fault(where, f"first distance {d[0]:g} km", "0, the transmitter"))
        falls = np.flatnonzero(np.diff(d) <= 0)
        if falls.size:
            at = int(falls[0]) + 1
            faults.append(
                Fault(f"{where}, point {at + 1}", f"distance {d[at]:g} km after {d[at - 1]:g} km", "rising distances")
            )
        elif not itu_p1812.DISTANCE_MIN_KM <= d[-1] <= itu_p1812.DISTANCE_MAX_KM:
            limits = f"{itu_p1812.DISTANCE_MIN_KM:g} to {itu_p1812.DISTANCE_MAX_KM:g} km"
            faults.append(Fault(where, f"a path of {d[-1]:g} km", limits, itu_p1812.LIMITS + "."))
    return faults


def case_faults(cases: pd.DataFrame, profiles: Mapping[str, Profile], *, unread: Set[str] = frozenset()) -> list[Fault]:
    """Everything wrong with a table of cases and its profiles, in the order of the rows.

    Parameters
    ----------
    cases, profiles
        See `path_loss_table`.
    unread
        Names of profiles whose absence is known already.
    """
    missing = [name for name in P1812_REQUIRED if name not in cases]
    faults = [Fault("cases", f"no column {name}", "columns " + ", ".join(P1812_REQUIRED)) for name in missing]
    if "case_id" in cases:
        for case_id in cases["case_id"][cases["case_id"].duplicated()].unique():
            faults.append(Fault("cases", f"case_id {case_id} twice", "one row a case"))
    for i, case in enumerate(cases.to_dict("records")):
        where = f"cases, row {i + 1} ({case.get('case_id', 'no case_id')})"
        faults.extend(_row_faults(case, where))
    used = cases["profile"].dropna().unique() if "profile" in cases else []
    for name in used:
        if name in profiles:
            faults.extend(profile_faults(profiles[name], f"profile {name}"))
        elif name not in unread:
            faults.append(Fault(f"profile {name}", "not given", "a profile for every case"))
    return faults


def _row_faults(case: dict[Any, Any], where: str) -> Iterator[Fault]:
    for name, (low, high, unit) in P1812_LIMITS.items():
        if name not in case:
            continue
        value = case[name]
        if pd.isna(value) if not isinstance(value, str) else True:
            if name in P1812_REQUIRED or isinstance(value, str):
                yield Fault(where, f"{name} is {'empty' if not isinstance(value, str) else repr(value)}", "a number")
        elif not low <= float(value) <= high:
            limits = f"{low:g} {unit} or more" if high == np.inf else f"{low:g} to {high:g} {unit}"
            yield Fault(where, f"{name} = {value:g}", limits, itu_p1812.LIMITS + ".")
    if "polarization" in case and str(case["polarization"]).upper() not in ("H", "V"):
        yield Fault(where, f"polarization {case['polarization']}", "H or V")
    if "profile" in case and not isinstance(case["profile"], str):
        yield Fault(where, "profile is empty", "the name of a profile file")
    location = _number(case, "pL_percent", 50.0)
    has_spread = any(name in case and not pd.isna(case[name]) for name in ("sigma_L_db", "prediction_resolution_wa_m"))
    if location != 50.0 and not has_spread:
        yield Fault(
            where, f"pL_percent = {location:g} without a location spread", "prediction_resolution_wa_m or sigma_L_db"
        )


def _number(case: Mapping[Any, Any], name: str, default: float) -> float:
    value = case.get(name, default)
    return default if isinstance(value, str) or pd.isna(value) else float(value)


def path_loss_table(cases: pd.DataFrame, profiles: Mapping[str, Profile], *, detail: bool = False) -> pd.DataFrame:
    """Loss by ITU-R P.1812 of a table of cases.

    Parameters
    ----------
    cases
        One row a case, columns ``P1812_REQUIRED``; optional ``pL_percent`` (50), ``prediction_resolution_wa_m``,
        ``sigma_L_db`` (used as it is where given, else worked out from the resolution), ``dct_km``, ``dcr_km`` (500),
        ``erp_tx_kw`` (then the field strength is given too). Other columns are not read.
    profiles
        Profile by the name in column ``profile``.
    detail
        Add every intermediate result as a column ``mid_...``.

    Returns
    -------
    DataFrame
        ``case_id``, ``basic_transmission_loss_db``, and what was asked for, in the order of the cases.

    Raises
    ------
    InputError
        With every fault of the cases and profiles at once.
    """
    if faults := case_faults(cases, profiles):
        raise InputError(faults)
    with_field = "erp_tx_kw" in cases and bool(cases["erp_tx_kw"].notna().any())
    rows = [_case_result(case, profiles[case["profile"]], with_field, detail) for case in cases.to_dict("records")]
    columns = ["case_id", "basic_transmission_loss_db"] if not rows else None
    return pd.DataFrame(rows, columns=columns)


def _case_result(case: dict[Any, Any], profile: Profile, with_field: bool, detail: bool) -> dict[str, Any]:
    lat_deg = geodesy.path_centre_lat_deg(
        float(case["lat_tx_deg"]),
        float(case["lon_tx_deg"]),
        float(case["lat_rx_deg"]),
        float(case["lon_rx_deg"]),
        float(profile.d_km[-1]),
    )
    freq_ghz = float(case["freq_ghz"])
    geometry = path_geometry(
        *profile,
        len(profile.d_km),
        float(case["h_tx_m"]),
        float(case["h_rx_m"]),
        lat_deg,
        float(case["delta_N_nunits_per_km"]),
        _number(case, "dct_km", P1812_DEFAULTS["dct_km"]),
        _number(case, "dcr_km", P1812_DEFAULTS["dcr_km"]),
        True,
    )
    wa_m = _number(case, "prediction_resolution_wa_m", 0.0)
    spread_db = itu_p1812.location_variability_db(freq_ghz, float(case["h_rx_m"]), geometry.rx_clutter_m, wa_m)
    losses = itu_p1812.all_losses(
        geometry,
        freq_ghz,
        float(case["p_percent"]),
        _number(case, "pL_percent", P1812_DEFAULTS["pL_percent"]),
        float(case["N0_nunits"]),
        str(case["polarization"]).upper() == "V",
        _number(case, "sigma_L_db", spread_db),
    )
    result: dict[str, Any] = {"case_id": case["case_id"], "basic_transmission_loss_db": losses.loss_db}
    if with_field:
        result["field_strength_dbuv_per_m"] = itu_p1812.field_strength_dbuv_per_m(
            losses.loss_db, freq_ghz, _number(case, "erp_tx_kw", np.nan)
        )
    if detail:
        result |= {f"mid_{name}": value for name, value in _intermediates(geometry, losses, profile, lat_deg).items()}
    return result


def _intermediates(
    geometry: PathGeometry, losses: itu_p1812.Losses, profile: Profile, lat_deg: float
) -> dict[str, float]:
    """Intermediate results under the names of the published validation sets."""
    g = geometry
    return {
        "R2_m": float(profile.clutter_m[1]),
        "Rn1_m": float(profile.clutter_m[-2]),
        "dlt_km": g.dlt_km,
        "dlr_km": g.dlr_km,
        "theta_t_mrad": g.theta_t_mrad,
        "theta_r_mrad": g.theta_r_mrad,
        "theta_mrad": g.theta_mrad,
        "path_type": 2 if g.is_transhorizon else 1,
        "hts_masl": g.hts,
        "hrs_masl": g.hrs,
        "omega": g.omega,
        "dtm_km": g.dtm_km,
        "dlm_km": g.dlm_km,
        "path_centre_lat_deg": lat_deg,
        "beta0_percent": g.beta0_pct,
        "ae_km": g.ae_km,
        "hst_eq85_m": g.hst_85,
        "hsr_eq86_m": g.hsr_86,
        "hst_eq90a_m": g.hst_90a,
        "hsr_eq90b_m": g.hsr_90b,
        "hstd_m": g.hstd,
        "hsrd_m": g.hsrd,
        "htc_masl": g.hts,
        "hrc_masl": g.hrs,
        "hte_eq37a_m": g.hts - g.hstd,
        "hre_eq37b_m": g.hrs - g.hsrd,
        "hte_m": g.hte_m,
        "hre_m": g.hre_m,
        "hm_m": g.hm_m,
        "sigma_L_db": losses.sigma_l_db,
        "Lbfs_db": losses.lbfs_db,
        "Lb0p_db": losses.lb0p_db,
        "Lb0beta_db": losses.lb0beta_db,
        "Lbulla_ae_db": losses.lbulla_ae_db,
        "Lbulls_ae_db": losses.lbulls_ae_db,
        "Ldsph_ae_db": losses.ldsph_ae_db,
        "Ld50_db": losses.ld50_db,
        "Lbulla_abeta_db": losses.lbulla_abeta_db,
        "Lbulls_abeta_db": losses.lbulls_abeta_db,
        "Ldsph_abeta_db": losses.ldsph_abeta_db,
        "Lbulla_db": losses.lbulla_abeta_db,  # the published set logs these three for a_beta
        "Lbulls_db": losses.lbulls_abeta_db,
        "Ldsph_db": losses.ldsph_abeta_db,
        "Ldbeta_db": losses.ldbeta_db,
        "Ldp_db": losses.ldp_db,
        "Lbd50_db": losses.lbd50_db,
        "Lbd_db": losses.lbd_db,
        "Fi": losses.fi,
        "Fj": losses.fj,
        "Fk": losses.fk,
        "Lba_db": losses.lba_db,
        "Lbs_db": losses.lbs_db,
        "Lminb0p_db": losses.lminb0p_db,
        "Lminbap_db": losses.lminbap_db,
        "Lbda_db": losses.lbda_db,
        "Lbam_db": losses.lbam_db,
        "Lbc_db": losses.lbc_db,
    }


def path_loss(
    profile: Profile,
    *,
    freq_ghz: float,
    tx_height_m: float,
    rx_height_m: float,
    lat_deg: float,
    delta_n: float = 45.0,
    n0: float = 325.0,
    p_pct: float = 50.0,
    pL_pct: float = 50.0,
    wa_m: float = 100.0,
    dct_km: float = 500.0,
    dcr_km: float = 500.0,
    is_vertical: bool = True,
) -> float:
    """Loss of one path by ITU-R P.1812, checked.

    Parameters
    ----------
    profile
        See `make_profile`.
    freq_ghz, tx_height_m, rx_height_m
        Frequency and antenna heights above ground. [GHz, m]
    lat_deg
        Latitude of the path centre. [deg]
    delta_n, n0
        Refractivity at the path centre; the defaults are those of country.yaml. [N-units/km, N-units]
    p_pct, pL_pct, wa_m
        Percentage of time and of locations, and the size of the area these are in. [%, %, m]
    dct_km, dcr_km
        Land between each terminal and the coast. [km]
    is_vertical
        Polarisation.

    Returns
    -------
    float
        Basic transmission loss. [dB]

    Raises
    ------
    InputError
        Where the Recommendation gives no loss, with every reason.
    """
    given = {
        "freq_ghz": freq_ghz,
        "h_tx_m": tx_height_m,
        "h_rx_m": rx_height_m,
        "p_percent": p_pct,
        "pL_percent": pL_pct,
        "lat_rx_deg": lat_deg,
        "delta_N_nunits_per_km": delta_n,
        "N0_nunits": n0,
        "dct_km": dct_km,
        "dcr_km": dcr_km,
        "prediction_resolution_wa_m": wa_m,
    }
    faults = profile_faults(profile, "profile") + list(_row_faults(given, "path"))
    if faults:
        raise InputError(faults)
    return float(
        itu_p1812.basic_transmission_loss_db(
            *profile,
            len(profile.d_km),
            float(tx_height_m),
            float(rx_height_m),
            float(freq_ghz),
            float(p_pct),
            float(pL_pct),
            float(delta_n),
            float(n0),
            float(lat_deg),
            float(dct_km),
            float(dcr_km),
            is_vertical,
            float(wa_m),
        )
    )

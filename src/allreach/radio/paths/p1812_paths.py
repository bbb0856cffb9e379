"""ITU-R P.1812 on single paths: tables of cases, and every combination of a question; checked."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Set
from typing import Any

import numpy as np
import pandas as pd

from allreach import tables
from allreach.errors import Fault, InputError
from allreach.kernels import geodesy, itu_p1812
from allreach.kernels.itu_p1812_profile import COASTAL_LAND, INLAND, SEA, PathGeometry, path_geometry
from allreach.radio.paths.profile import Profile
from allreach.radio.paths.profile_heights import LENGTH_MAX_KM, height_faults
from allreach.radio.paths.question import UNITS, Answer, PathQuestion, Point, Terms

_LOG = logging.getLogger("allreach")
# The published validation profiles differ from their coordinates by up to 1.7 %, short ones by the coordinates' digits.
LENGTH_SLACK, LENGTH_SLACK_KM = 0.05, 0.2

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
    "dct_km": (0.0, LENGTH_MAX_KM, "km"),
    "dcr_km": (0.0, LENGTH_MAX_KM, "km"),
    "sigma_L_db": (0.0, 100.0, "dB"),
    "prediction_resolution_wa_m": (0.0, 1e5, "m"),
    "erp_tx_kw": (1e-9, 1e6, "kW"),
}

NO_COAST_KM = 500.0  # taken where there is no sea on the path
TERMS: dict[str, tuple[str, str]] = {
    "free_space_db": ("dB", "free space (8)"),
    "diffraction_db": ("dB", "delta-Bullington diffraction for the percentage of time (41)"),
    "ducting_db": ("dB", "loss by ducting and layer reflection (46)"),
    "troposcatter_db": ("dB", "loss by tropospheric scatter (44)"),
    "median_location_db": ("dB", "loss at the median location (63)"),
    "location_sigma_db": ("dB", "standard deviation over locations"),
    "theta_mrad": ("mrad", "path angular distance"),
    "tx_horizon_km": ("km", "distance of the transmitter's horizon"),
    "rx_horizon_km": ("km", "distance of the receiver's horizon"),
    "is_transhorizon": ("1", "whether the horizon hides the other end"),
}
LOSS_FIELDS = {
    "free_space_db": "lbfs_db",
    "diffraction_db": "ldp_db",
    "ducting_db": "lba_db",
    "troposcatter_db": "lbs_db",
    "median_location_db": "lbc_db",
    "location_sigma_db": "sigma_l_db",
}
GEOMETRY_FIELDS = {
    "theta_mrad": "theta_mrad",
    "tx_horizon_km": "dlt_km",
    "rx_horizon_km": "dlr_km",
    "is_transhorizon": "is_transhorizon",
}


def profile_faults(profile: Profile, where: str) -> list[Fault]:
    """Everything that keeps a profile from being used with ITU-R P.1812."""
    d = profile.d_km
    if d.ndim != 1 or any(a.shape != d.shape for a in profile):
        return [Fault(where, "columns of unequal length", "one value of each a point")]
    faults = []
    if len(d) < itu_p1812.N_POINTS_MIN:
        faults.append(Fault(where, f"{len(d)} points", f"at least {itu_p1812.N_POINTS_MIN}", itu_p1812.LIMITS + "."))
    bad = np.flatnonzero(~np.isfinite(d))
    if bad.size:
        faults.append(Fault(f"{where}, point {bad[0] + 1}", "distance is not a number", "a number at every point"))
    faults += height_faults(where, profile.h_m)
    faults += height_faults(where, profile.clutter_m, "clutter height")
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
        where = f"cases, row {tables.row_number(cases.index, i)} ({case.get('case_id', 'no case_id')})"
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
            yield Fault(where, f"{name} = {value:g}", f"{low:g} to {high:g} {unit}", itu_p1812.LIMITS + ".")
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
    _tell_other_lengths(cases, profiles)
    with_field = "erp_tx_kw" in cases and bool(cases["erp_tx_kw"].notna().any())
    rows = [_case_result(case, profiles[case["profile"]], with_field, detail) for case in cases.to_dict("records")]
    columns = ["case_id", "basic_transmission_loss_db"] if not rows else None
    return pd.DataFrame(rows, columns=columns)


def _tell_other_lengths(cases: pd.DataFrame, profiles: Mapping[str, Profile]) -> None:
    """Warn of coordinates that do not lie as far apart as the profile is long: one of them is of another path."""
    found = []
    for case in cases.to_dict("records"):
        ends = [float(case[name]) for name in ("lat_tx_deg", "lon_tx_deg", "lat_rx_deg", "lon_rx_deg")]
        apart_km, length_km = geodesy.distance_km(*ends), float(profiles[case["profile"]].d_km[-1])
        if abs(apart_km - length_km) > LENGTH_SLACK * length_km + LENGTH_SLACK_KM:
            found.append(f"{case['case_id']}: {apart_km:,.1f} km, its profile {length_km:,.1f} km")
    if found:
        _LOG.warning(
            "coordinates of %d case(s) do not lie as far apart as their profile is long (%s); the loss is that of the "
            "profile, the coordinates give its latitude alone. Is it the right profile?",
            len(found), "; ".join(found[:3]) + ("; ..." if len(found) > 3 else ""),
        )  # fmt: skip


def _case_result(case: dict[Any, Any], profile: Profile, with_field: bool, detail: bool) -> dict[str, str | float]:
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
    result: dict[str, str | float] = {"case_id": case["case_id"], "basic_transmission_loss_db": losses.loss_db}
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


def question_faults(asked: PathQuestion) -> list[Fault]:
    """Everything that keeps ITU-R P.1812 from answering, with its limits."""
    if asked.profile is None:
        return []
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
        for value in asked.axes[name]
        if not low <= value <= high
    ]
    if asked.lat_deg is None:
        faults.append(Fault("lat_deg", "none", "the latitude of the path's centre"))
    elif not -90.0 <= asked.lat_deg <= 90.0:
        faults.append(Fault("lat_deg", f"{asked.lat_deg:g}", "-90 to 90 degrees"))
    if not 0.0 <= asked.delta_n <= 156.0:
        faults.append(Fault("delta_n", f"{asked.delta_n:g}", "0 to 156 N-units/km"))
    if not 0.0 <= asked.n0 <= 1000.0:
        faults.append(Fault("n0", f"{asked.n0:g}", "0 to 1000 N-units"))
    return profile_faults(asked.profile, "profile") + faults


def answers(asked: PathQuestion) -> Answer:
    """Return what finds the loss by ITU-R P.1812 and its terms; `question_faults` has found nothing."""
    path, lat_deg = asked.profile, asked.lat_deg
    assert path is not None
    assert lat_deg is not None
    coast_t = _coast_km(path, False) if asked.tx_coast_km is None else asked.tx_coast_km
    coast_r = _coast_km(path, True) if asked.rx_coast_km is None else asked.rx_coast_km

    def answer(at: Point) -> Terms:
        freq_ghz = at.freq_mhz / 1000.0
        g = path_geometry(
            *path, len(path.d_km), at.tx_height_m, at.rx_height_m, lat_deg, asked.delta_n, coast_t, coast_r, True
        )
        spread = itu_p1812.location_variability_db(freq_ghz, at.rx_height_m, g.rx_clutter_m, asked.resolution_m)
        losses = itu_p1812.all_losses(g, freq_ghz, at.time_pct, at.location_pct, asked.n0, asked.is_vertical, spread)
        found = {"path_loss_db": losses.loss_db}
        for source, fields in ((losses, LOSS_FIELDS), (g, GEOMETRY_FIELDS)):
            found |= {name: float(getattr(source, field)) for name, field in fields.items()}
        return found

    return answer


def _coast_km(path: Profile, from_end: bool) -> float:
    sea = np.flatnonzero(path.zone == SEA)
    if not len(sea):
        return NO_COAST_KM
    return float(path.d_km[-1] - path.d_km[sea[-1]] if from_end else path.d_km[sea[0]])

"""How sure the shares of people reached are: seeded draws of what the model cannot know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allreach.demand.points import DemandPoints
from allreach.measure.correlated_field import CorrelatedField
from allreach.measure.sector_capacity import fill_sectors
from allreach.measure.shared_masts import shared_masts
from allreach.params.radio import Radio
from allreach.radio.calibration import weighted_rms
from allreach.radio.engine.link_budget import efficiency_bps_hz
from allreach.radio.engine.reception import Environment, Served
from allreach.radio.engine.uplink import Uplink
from allreach.radio.sites import SiteArrays
from allreach.units import db_to_linear, linear_to_db

PATH_LOSS_SLOPE_DB = 35.0  # loss per decade of distance that turns a mast's position error into one of power
METHOD = (
    "p5 and p95 of seeded draws: a bias shared by all paths, one that neighbouring places share (a random field), the "
    "masts' positions (as an error of power, alike for all who hear a mast), the people of each place. The model's "
    "spread from spot to spot and location variability are in the margin of the service standard. The interval always "
    "includes the value."
)


@dataclass(frozen=True)
class ModelError:
    """Error of the path loss model: shared by all, shared by neighbours over a distance, and from spot to spot.

    Parameters
    ----------
    sigma_db
        Standard deviation from spot to spot, which the margin of the standard holds. [dB]
    bias_db, bias_sigma_db
        Mean of measured less predicted power, and how sure that is. [dB]
    regional_db, regional_km
        Standard deviation of what neighbours share, and the distance over which the correlation falls to 1/e. [dB, km]
    source
        Where they are from.
    """

    sigma_db: float
    bias_db: float
    bias_sigma_db: float
    regional_db: float
    regional_km: float
    source: str


@dataclass(frozen=True)
class Budget:
    """What a draw needs of every point.

    Parameters
    ----------
    served
        Median powers and SINR where the standard wants its handsets.
    outdoor_dbm
        Strongest median power outdoors, where a signal is looked for whatever the standard wants; NaN for none. [dBm]
    margin_db
        Fade margin of the service standard.
    noise_share
        Noise over noise plus interference in the coverage band, 0 to 1.
    fixed_share
        Share of the point's households on fixed lines.
    demand_mbps
        Busy-hour demand of the point's households that have no fixed line.
    uplink, ul_mbps
        Uplink to the best server, and the upload speed that the standard asks for, or none. [Mbit/s]
    """

    served: Served
    outdoor_dbm: NDArray[np.float32]
    margin_db: NDArray[np.float64]
    noise_share: NDArray[np.float64]
    fixed_share: NDArray[np.float64]
    demand_mbps: NDArray[np.float64]
    uplink: Uplink
    ul_mbps: float | None = None


def model_error(environment: Environment) -> ModelError:
    """Error of the model after calibration: that of the drive tests where there are enough, else the parameters'.

    A correction that was found and is not applied may still be there: it widens the bias.
    """
    measured, radio = environment.calibration, environment.radio
    bands = measured.well_measured(radio)
    spread_db = measured.spread_db(radio)
    if not bands:
        has_clutter = bool((environment.terrain.clutter_m > 0.0).any())
        bias = radio.model_bias_sigma_db if has_clutter else radio.model_bias_bare_sigma_db
        source = f"parameters: {bias.source}"
        regional_db, regional_km = radio.model_regional_sigma_db.value, radio.model_regional_km.value
        return ModelError(spread_db, 0.0, bias.value, regional_db, regional_km, source)
    bias_db = [np.hypot(one.standard_error_db, 0.0 if one.is_applied else one.correction.offset_db) for one in bands]
    return ModelError(
        sigma_db=spread_db,
        bias_db=0.0,
        bias_sigma_db=weighted_rms(bias_db, bands),
        regional_db=weighted_rms([one.regional_db for one in bands], bands),
        regional_km=max(one.field_length_km for one in bands),
        source="drive tests",
    )


def draw_shares(
    points: DemandPoints,
    sites: SiteArrays,
    budget: Budget,
    radio: Radio,
    dl_mbps: float,
    error: ModelError,
    seed: int,
) -> dict[str, NDArray[np.float64]]:
    """Shares of people in each draw: ``predicted_share``, ``outdoor_share``, ``full_share``, shape (n_draws,).

    ``of_places``, shape (n_draws, n_places), has the first of them for each place; NaN for places without people.
    """
    rng = np.random.default_rng(seed)
    n_draws = int(radio.uncertainty_draws.value)
    out = {name: np.zeros(n_draws) for name in ("predicted_share", "outdoor_share", "full_share")}
    served = budget.served
    site = np.maximum(served.site, 0)
    none = sites.n_sites == 0
    shared = shared_masts(sites)
    width, second_width, all_width, all_second = (
        np.zeros(points.n_points) if none else width_mhz[site]
        for of in (sites, shared.sites)
        for width_mhz in (of.dl_width_mhz, of.second_dl_width_mhz)
    )
    mast = shared.of(served.site)
    moved_db = _position_sigma_db(points, sites, served, radio)
    field = CorrelatedField(points.x_m, points.y_m, 1000.0 * error.regional_km)
    out["of_places"] = np.full((n_draws, points.n_places), np.nan)
    position = np.exp(radio.population_sigma_share.value * rng.standard_normal((n_draws, points.n_places)))
    for k in range(n_draws):
        people = points.population * position[k][points.place_index]
        demand = budget.demand_mbps * position[k][points.place_index]
        bias_db = error.bias_db + error.bias_sigma_db * rng.standard_normal()
        # Neighbours err with half their variance in common, so the ratio of both errs as the wanted signal alone does.
        own_db = error.regional_db * field.draw(rng) + moved_db * rng.standard_normal(max(sites.n_sites, 1))[site]
        # A shared bias lifts signal and neighbours alike, so it only helps against noise.
        ground_db = linear_to_db((1.0 - budget.noise_share) * db_to_linear(bias_db) + budget.noise_share)
        shift_db = own_db + bias_db - ground_db
        sinr, second_sinr = served.sinr_db + shift_db, served.second_sinr_db + shift_db
        peak = efficiency_bps_hz(sinr - budget.margin_db, radio) * width
        peak += efficiency_bps_hz(second_sinr - budget.margin_db, radio) * second_width
        rate = efficiency_bps_hz(sinr, radio) * all_width + efficiency_bps_hz(second_sinr, radio) * all_second
        signal = np.nan_to_num(budget.outdoor_dbm + own_db + bias_db, nan=-np.inf) >= radio.sensitivity_dbm.value
        eligible = signal & (peak >= dl_mbps)
        if budget.ul_mbps is not None:
            eligible &= budget.uplink.mbps(radio, budget.margin_db - own_db - bias_db) >= budget.ul_mbps
        loads = fill_sectors(
            mast,
            served.sector,
            rate,
            demand,
            eligible,
            shared.sites.backhaul_mbps,
            int(sites.n_sectors.max(initial=1)),
            radio.load_cap.value,
        )
        total = people.sum()
        open_share = 1.0 - budget.fixed_share
        reached = budget.fixed_share + open_share * loads.served_share
        out["predicted_share"][k] = (people * reached).sum() / total
        out["outdoor_share"][k] = people[signal].sum() / total
        there = points.per_place(people)
        with np.errstate(invalid="ignore", divide="ignore"):
            out["of_places"][k] = points.per_place(people * reached) / there
        out["full_share"][k] = (people * open_share * np.where(eligible, 1.0 - loads.served_share, 0.0)).sum() / total
    return out


def interval(value: float, draws: NDArray[np.float64]) -> dict[str, float]:
    """Value with p5 and p95 of the draws, widened to hold the value."""
    low, high = (float(q) for q in np.quantile(draws, [0.05, 0.95]))
    return {"value": value, "p5": min(low, value), "p95": max(high, value)}


def place_intervals(
    values: NDArray[np.float64], draws: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """p5 and p95 of each place's draws, widened to hold its value; NaN where nobody lives."""
    peopled = np.isfinite(draws).all(axis=0)
    low, high = np.full(len(values), np.nan), np.full(len(values), np.nan)
    if peopled.any():
        p5, p95 = np.quantile(draws[:, peopled], [0.05, 0.95], axis=0)
        low[peopled], high[peopled] = np.minimum(p5, values[peopled]), np.maximum(p95, values[peopled])
    return low, high


def _position_sigma_db(points: DemandPoints, sites: SiteArrays, served: Served, radio: Radio) -> NDArray[np.float64]:
    if sites.n_sites == 0:
        return np.zeros(points.n_points)
    site = np.maximum(served.site, 0)
    distance_m = np.hypot(points.x_m - sites.x_m[site], points.y_m - sites.y_m[site])
    sigma_m = radio.mast_position_sigma_m.value
    return np.asarray(PATH_LOSS_SLOPE_DB / np.log(10.0) * sigma_m / np.maximum(distance_m, max(sigma_m, 1.0)))

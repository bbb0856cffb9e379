"""Who can make a call today: both directions of one hold, over LTE or NR, or on whatever network is there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from allreach.demand.points import DemandPoints
from allreach.measure.summary import CallsToday
from allreach.params.radio import Radio
from allreach.progress import Progress
from allreach.radio.engine.link_budget import Terminal, handset
from allreach.radio.engine.reception import Environment, Served, margin_db, serve, speed_mbps
from allreach.radio.engine.uplink import uplink_of, uplink_power_dbm
from allreach.radio.sites import SiteArrays, site_arrays
from allreach.radio.technologies import generations_on_air, words_on_air
from allreach.vocabulary import Generation, RadioGeneration

Bools = NDArray[np.bool_]
GSM1800_FROM_MHZ = 1000.0


@dataclass(frozen=True)
class Legacy:
    """A technology with a voice channel of its own: what its handset sends, and what both ends need. [dBm].

    ``noise_rise_db`` is added to what the base station needs where other cells share its frequency.
    """

    generation: RadioGeneration
    tx_low_dbm: float
    tx_high_dbm: float
    handset_dbm: float
    base_dbm: float
    noise_rise_db: float


def legacy(radio: Radio) -> tuple[Legacy, Legacy]:
    """GSM and UMTS as the parameters have them."""
    gsm = Legacy(
        RadioGeneration.G2,
        radio.gsm_handset_tx_power_dbm.value,
        radio.gsm1800_handset_tx_power_dbm.value,
        radio.gsm_handset_sensitivity_dbm.value,
        radio.gsm_base_sensitivity_dbm.value,
        0.0,
    )
    umts_dbm = radio.umts_handset_tx_power_dbm.value
    umts = Legacy(
        RadioGeneration.G3,
        umts_dbm,
        umts_dbm,
        radio.umts_handset_sensitivity_dbm.value,
        radio.umts_base_sensitivity_dbm.value,
        radio.uplink_noise_rise_db.value,
    )
    return gsm, umts


def calls_today(
    points: DemandPoints,
    sites: gpd.GeoDataFrame,
    environment: Environment,
    progress: Progress | None = None,
) -> CallsToday:
    """Share of the people who can make a call, outdoors and indoors, at the locations and hours of the standard.

    An emergency call goes over whichever network is there (3GPP TS 22.101 section 10), so operators are not told apart.
    A call over LTE or NR needs ``radio.voice_kbps`` in both directions from the best server; one over GSM or UMTS the
    reference sensitivities of both ends, from the strongest site of that technology.

    Parameters
    ----------
    points
        Points of demand.
    sites
        Table ``sites``.
    environment
        As in `measure`; paths that are known are not computed anew.
    progress
        Called with (stage, done, total).
    """
    radio, people = environment.radio, points.population
    grid, total = environment.terrain.grid, max(float(points.population.sum()), 1e-300)
    ordered = sites.sort_values("site_id", kind="stable").reset_index(drop=True)
    arrays = site_arrays(ordered, grid, radio, Generation.G4, antennas=environment.antennas)
    on_air = generations_on_air(words_on_air(ordered["technologies"]))
    clutter_m = environment.terrain.clutter_m[points.row, points.col]
    shares: dict[str, float] = {}
    down_only = 0.0
    outdoors: dict[str, Bools] = {}
    for where, indoors in (("outdoors", False), ("indoors", True)):
        terminal = handset(radio, indoors=indoors)
        margin = margin_db(terminal, environment, clutter_m)

        def best(of: SiteArrays, stage: str, where: str = where, phone: Terminal = terminal) -> Served:
            name = f"calls {where}, {stage}"
            return serve(points.x_m, points.y_m, of, environment, phone, keep=True, progress=progress, stage=name)

        heard, both = over_packets(best(arrays, RadioGeneration.G4), arrays, margin, radio)
        any_heard, any_both = heard, both
        for kind in legacy(radio):
            mine = np.array([kind.generation in of_site for of_site in on_air], dtype=bool)
            if mine.any():
                some = arrays.take(np.flatnonzero(mine))
                everyone = np.ones(some.n_sites, dtype=bool)
                some = replace(some, is_broadband=everyone, serves=everyone)
                heard, holds = over_circuits(best(some, kind.generation), some, margin, kind, radio)
                any_heard, any_both = any_heard | heard, any_both | holds
        if indoors:  # whoever is reached indoors is outdoors too
            both, any_both = both & outdoors["lte"], any_both & outdoors["any"]
        else:
            outdoors = {"lte": both, "any": any_both}
            down_only = float(people @ (any_heard & ~any_both)) / total
        shares |= {
            f"lte_{where}_share": float(people @ both) / total,
            f"{where}_share": float(people @ any_both) / total,
        }
    return CallsToday(**shares, no_uplink_share=down_only)


def over_packets(served: Served, sites: SiteArrays, margin: NDArray[np.float64], radio: Radio) -> tuple[Bools, Bools]:
    """Whether a call over LTE or NR is heard from the best server, and whether both directions hold."""
    voice_mbps = radio.voice_kbps.value / 1000.0
    heard = speed_mbps(served, sites, radio, margin) >= voice_mbps
    uplink = uplink_of(served.power_dbm, served.site, sites, radio.handset_tx_power_dbm.value, radio)
    return heard, heard & (uplink.mbps(radio, margin) >= voice_mbps)


def over_circuits(
    served: Served, sites: SiteArrays, margin: NDArray[np.float64], kind: Legacy, radio: Radio
) -> tuple[Bools, Bools]:
    """Whether a call over GSM or UMTS is heard from the strongest site, and whether both directions hold."""
    site = np.maximum(served.site, 0)
    power_dbm = np.where(served.site >= 0, served.power_dbm.astype(np.float64), -np.inf) - margin
    heard = power_dbm >= kind.handset_dbm
    tx_dbm = np.where(sites.band_mhz[site] < GSM1800_FROM_MHZ, kind.tx_low_dbm, kind.tx_high_dbm)
    at_base_dbm = tx_dbm + uplink_power_dbm(power_dbm, site, sites, 0.0, radio)
    return heard, heard & (at_base_dbm >= kind.base_dbm + kind.noise_rise_db)

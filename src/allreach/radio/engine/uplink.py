"""Uplink: what the base station receives of a handset, the speed that makes of it, and calls.

Paths are reciprocal: the handset's power meets the loss, the antennas and the margin of the downlink. The uplink of a
frequency division duplex lies 30 to 95 MHz beside it, which is under 1 dB of loss and not told apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allreach.params.radio import Radio
from allreach.radio.channels import BLOCK_MHZ, lte_blocks_near
from allreach.radio.engine.link_budget import noise_dbm
from allreach.radio.sites import SiteArrays
from allreach.units import db_to_linear, linear_to_db


@dataclass(frozen=True)
class Uplink:
    """Uplink of receivers to their best server at the median location, on the first carrier; shape (n_receivers,).

    Parameters
    ----------
    power_dbm
        Power of the handset at the base station, diversity counted in; NaN where there is no server. [dBm]
    n_blocks
        Resource blocks of the carrier, of 180 kHz whatever its technology.
    ul_share
        Share of the time that it is uplink: 1 where it is paired (FDD).
    """

    power_dbm: NDArray[np.float64]
    n_blocks: NDArray[np.float64]
    ul_share: NDArray[np.float64]

    def mbps(self, radio: Radio, loss_db: ArrayLike = 0.0) -> NDArray[np.float64]:
        """Speed of one user alone in the sector with so much more loss; as of `uplink_mbps`."""
        return uplink_mbps(self.power_dbm - np.asarray(loss_db, dtype=np.float64), self.n_blocks, radio) * self.ul_share


def uplink_power_dbm(
    rx_power_dbm: NDArray, site: NDArray[np.integer], sites: SiteArrays, tx_power_dbm: float, radio: Radio
) -> NDArray[np.float64]:
    """Power of a terminal at the base station, from what the terminal receives of it.

    The downlink's power less the base station's EIRP is what path, body and both patterns take; the terminal's
    transmitter and the base station's antenna, less its feeder, stand in their place.

    Parameters
    ----------
    rx_power_dbm
        First carrier of a sector, received by the terminal over all its gains and losses. [dBm]
    site
        Row of the site of each.
    tx_power_dbm
        Transmitter of the terminal. [dBm]
    """
    taken_db = sites.eirp_dbm[site] - np.asarray(rx_power_dbm, dtype=np.float64)
    return np.asarray(tx_power_dbm - taken_db + sites.gain_dbi[site] + radio.uplink_diversity_gain_db.value)


def uplink_of(
    rx_power_dbm: NDArray, site: NDArray[np.integer], sites: SiteArrays, tx_power_dbm: float, radio: Radio
) -> Uplink:
    """Uplink of receivers to a site each; arguments as of `uplink_power_dbm`, site -1 for none."""
    if sites.n_sites == 0:
        return Uplink(np.full(len(site), np.nan), np.zeros(len(site)), np.ones(len(site)))
    there = np.maximum(site, 0)
    power = np.where(site >= 0, uplink_power_dbm(rx_power_dbm, there, sites, tx_power_dbm, radio), np.nan)
    share = sites.dl_share[there]
    return Uplink(power, lte_blocks_near(sites.bandwidth_mhz)[there], np.where(share < 1.0, 1.0 - share, 1.0))


def uplink_mbps(power_dbm: ArrayLike, n_blocks: ArrayLike, radio: Radio) -> NDArray[np.float64]:
    """Speed of one user alone in the sector. [Mbit/s].

    The terminal spreads its power over as many blocks as still decode: over more of them it is faster, down to the
    least SINR. Curve of 3GPP TR 36.942 annex A.1, uplink, for a base station with two receiving antennas; other cells
    raise the noise by ``radio.uplink_noise_rise_db``.

    Parameters
    ----------
    power_dbm
        Power of the terminal at the base station; NaN for none. [dBm]
    n_blocks
        Resource blocks of the carrier.
    """
    power = np.asarray(power_dbm, dtype=np.float64)
    floor_dbm = noise_dbm(BLOCK_MHZ, radio.base_noise_figure_db.value) + radio.uplink_noise_rise_db.value
    over_one_db = np.where(np.isnan(power), -np.inf, power) - floor_dbm  # SINR if all were in one block
    most = np.floor(db_to_linear(over_one_db - radio.min_sinr_db.value) * (1.0 + 1e-12))
    used = np.minimum(most, np.asarray(n_blocks, dtype=np.float64))
    spread_db = linear_to_db(np.maximum(used, 1.0))
    shannon = radio.uplink_alpha.value * np.log2(1.0 + db_to_linear(over_one_db - spread_db))
    return np.asarray(used * BLOCK_MHZ * np.minimum(shannon, radio.uplink_max_efficiency_bps_hz.value))

"""Drive tests as received power over the carrier: what RSRP, RSSI and path loss say of the quantity that is predicted.

The prediction is the power of a whole carrier at full load in a handset outdoors. A row that cannot be turned into that
is not compared, and counted with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from allreach.params.radio import Radio
from allreach.radio.channels import NB_IOT_BLOCKS, SAME_BAND, SUBCARRIERS_PER_BLOCK, lte_blocks, nr_blocks, nr_scs_khz
from allreach.radio.engine.antenna import pattern, sectors_towards
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment
from allreach.radio.sites import SiteArrays, site_arrays
from allreach.units import linear_to_db
from allreach.vocabulary import LEVEL_COLUMN, Direction, Quantity, RadioAccess

HIGHER_THAN_HANDSET_M = 3.0  # an antenna on a car's roof counts as a handset's, one on a house does not
PILOTS_PER_BLOCK = 2.0  # elements of a block with reference signals in the symbols where RSSI is read, one port

Floats = NDArray[np.float64]
Texts = NDArray[np.str_]

NO_LEVEL = "no level is told"
UPLINK = "power received by the site: the device's own power is not known"
NO_BANDWIDTH = "RSRP of a carrier whose bandwidth is not known"
NO_LOAD = "RSSI of LTE, NR or an unknown technology without the load of the cell"
NO_SITE = "path loss to a site that is not among the sites"
HIGH_ANTENNA = "measured well above a handset's height"


@dataclass(frozen=True)
class MeasuredPower:
    """Received power behind drive tests.

    Parameters
    ----------
    rx_power_dbm
        Power over the carrier at full load, as a handset outdoors would receive it; NaN where it is not known. [dBm]
    why_not
        Why it is not known; empty where it is.
    """

    rx_power_dbm: Floats
    why_not: NDArray[np.object_]

    def not_compared(self) -> dict[str, int]:
        """Rows by reason, most first."""
        reasons, counts = np.unique(self.why_not[self.why_not != ""].astype(str), return_counts=True)
        return {str(reasons[i]): int(counts[i]) for i in np.argsort(-counts, kind="stable")}


def measured_power(drive: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, environment: Environment) -> MeasuredPower:
    """Received power over the carrier of each row.

    - ``rx_power``: as it is.
    - ``rsrp``: RSRP + 10 log10(12 N_RB) with the resource blocks of the carrier's bandwidth, which the row states, else
      the site or the nearest carrier of the operator in `sites`. RSRP is the power of one resource element (3GPP TS
      36.214, 5.1.1; SS-RSRP: TS 38.215, 5.1.1), N_RB that of TS 36.101 table 5.6-1 and TS 38.104 table 5.3.2-1.
      Reference signals are taken to be as strong as the data (with two ports: boosted by 3 dB, p-b = 1).
    - ``rssi``: of GSM (a carrier that is always on) as it is; of LTE and NR by the load that the row states: of twelve
      elements two are always on, so that the full carrier has 10 log10(12 / (2 + 10 load)) more (one port, no
      neighbours); of a LoRa packet below the noise the signal's part, RSSI + SNR - 10 log10(1 + 10^(SNR/10)).
    - ``path_loss``: EIRP of the site's sector towards the device less the loss, with the handset's gain and body loss.
      Loss is the same both ways, so rows of both directions count.

    Parameters
    ----------
    drive
        Rows of the table ``measurements``.
    sites
        Table ``sites``.
    environment
        Ground and radio parameters: what a site lacks, antenna pattern, handset.
    """
    n, radio = len(drive), environment.radio
    arrays = site_arrays(sites, environment.terrain.grid, radio, antennas=environment.antennas)
    quantity, access = quantities(drive), _texts(drive, "technology")
    power_dbm, why_not = np.full(n, np.nan), np.full(n, NO_LEVEL, dtype=object)

    def settle(which: Quantity, column: str, values_dbm: Floats, reason: str) -> None:
        rows = (quantity == which) & np.isfinite(_numbers(drive, column))
        known = rows & np.isfinite(values_dbm)
        power_dbm[known], why_not[known] = values_dbm[known], ""
        why_not[rows & ~known] = reason

    rx_dbm, rsrp_dbm, rssi_dbm = (_numbers(drive, name) for name in ("rx_power_dbm", "rsrp_dbm", "rssi_dbm"))
    over_element_db = _carrier_over_element_db(drive, access, _Carriers.of(arrays, sites))
    settle(Quantity.RX_POWER, "rx_power_dbm", rx_dbm, NO_LEVEL)
    settle(Quantity.RSRP, "rsrp_dbm", rsrp_dbm + over_element_db, NO_BANDWIDTH)
    settle(Quantity.RSSI, "rssi_dbm", rssi_dbm + _carrier_over_rssi_db(drive, access), NO_LOAD)
    settle(Quantity.PATH_LOSS, "path_loss_db", _from_path_loss(drive, arrays, environment), NO_SITE)
    for rows, reason in (
        ((_texts(drive, "direction") == Direction.UPLINK) & (quantity != Quantity.PATH_LOSS), UPLINK),
        (_numbers(drive, "device_height_agl_m") > radio.handset_height_m.value + HIGHER_THAN_HANDSET_M, HIGH_ANTENNA),
    ):
        hit = rows & (why_not == "")
        power_dbm[hit], why_not[hit] = np.nan, reason
    return MeasuredPower(power_dbm, why_not)


def weakest_dbm(drive: gpd.GeoDataFrame, power_dbm: Floats) -> Floats:
    """Power over the carrier below which no row would be there, by the weakest level that its device reports. [dBm].

    Minus infinity where the table does not say, and for path losses. ``power_dbm`` is that of `measured_power`.
    """
    above_db, quantity = np.full(len(drive), np.inf), quantities(drive)
    for which in (Quantity.RX_POWER, Quantity.RSRP, Quantity.RSSI):
        over_db = _numbers(drive, LEVEL_COLUMN[which]) - _numbers(drive, "sensitivity_dbm")
        above_db = np.where((quantity == which) & np.isfinite(over_db), over_db, above_db)
    return np.asarray(power_dbm - above_db)


def quantities(rows: gpd.GeoDataFrame) -> Texts:
    """Quantity of each row: as it says, else that of the first level it has (received power, RSRP, path loss, RSSI)."""
    said = _texts(rows, "quantity")
    told = np.full(len(rows), str(Quantity.THROUGHPUT), dtype=f"<U{max(map(len, Quantity))}")
    for quantity, column in reversed(LEVEL_COLUMN.items()):
        told[np.isfinite(_numbers(rows, column))] = quantity
    return np.where(said == Quantity.UNKNOWN, told, said)


@dataclass(frozen=True)
class _Carriers:
    """Carriers on air, one entry each, shape (n_carriers,)."""

    site_id: Texts
    operator: Texts
    mhz: Floats
    bandwidth_mhz: Floats

    @classmethod
    def of(cls, sites: SiteArrays, table: gpd.GeoDataFrame) -> _Carriers:
        """First carriers, and the second ones that are on air."""
        operator_of = dict(zip(table["site_id"].astype(str), table["operator"].astype(str), strict=True))
        names = np.array([operator_of[name] for name in sites.site_id], dtype=str)
        second = sites.has_capacity
        return cls(
            np.concatenate([sites.site_id, sites.site_id[second]]),
            np.concatenate([names, names[second]]),
            np.concatenate([sites.band_mhz, sites.second_mhz[second]]),
            np.concatenate([sites.bandwidth_mhz, sites.second_bandwidth_mhz[second]]),
        )

    def bandwidth_mhz_of(self, operator: str, site_id: str, freq_mhz: float) -> float:
        """Commonest bandwidth of the carriers near a frequency: of the site, else of the operator; NaN for none."""
        near = np.abs(freq_mhz / self.mhz - 1.0) <= SAME_BAND
        for mine in (near & (self.site_id == site_id), near & ((self.operator == operator) | (operator == ""))):
            if mine.any():
                widths, counts = np.unique(self.bandwidth_mhz[mine], return_counts=True)
                return float(widths[np.argmax(counts)])
        return float("nan")


def _carrier_over_element_db(drive: gpd.GeoDataFrame, access: Texts, near: _Carriers) -> Floats:
    """Power of a carrier over that of one of its resource elements; NaN where the bandwidth is not known. [dB]."""
    mhz, freq_mhz = _bandwidth_mhz(drive, near), _numbers(drive, "freq_mhz")
    spacing = _numbers(drive, "scs_khz")
    spacing = np.where(np.isnan(spacing), nr_scs_khz(freq_mhz), spacing)
    blocks = np.where(access == RadioAccess.NR, nr_blocks(mhz, spacing), lte_blocks(mhz))
    blocks = np.where(access == RadioAccess.NB_IOT, NB_IOT_BLOCKS, blocks)
    return np.asarray(linear_to_db(SUBCARRIERS_PER_BLOCK * blocks))


def _bandwidth_mhz(drive: gpd.GeoDataFrame, near: _Carriers) -> Floats:
    """Bandwidth of each row's carrier: its own, its site's, else the commonest of its operator's nearest carriers."""
    mhz, freq_mhz = _numbers(drive, "bandwidth_mhz").copy(), _numbers(drive, "freq_mhz")
    operator, site = _texts(drive, "operator"), _texts(drive, "site_id")
    known: dict[tuple[str, str, float], float] = {}
    for i in np.flatnonzero(np.isnan(mhz) & np.isfinite(freq_mhz)):
        key = (str(operator[i]), str(site[i]), float(freq_mhz[i]))
        if key not in known:
            known[key] = near.bandwidth_mhz_of(*key)
        mhz[i] = known[key]
    return mhz


def _carrier_over_rssi_db(drive: gpd.GeoDataFrame, access: Texts) -> Floats:
    """Power of the full carrier over the RSSI that was read; NaN where the load is not known. [dB]."""
    data = SUBCARRIERS_PER_BLOCK - PILOTS_PER_BLOCK
    of_load = -linear_to_db((PILOTS_PER_BLOCK + data * _numbers(drive, "load_share")) / SUBCARRIERS_PER_BLOCK)
    snr_db = _numbers(drive, "sinr_db")
    of_packet = np.where(np.isnan(snr_db), 0.0, snr_db - linear_to_db(1.0 + 10.0 ** (snr_db / 10.0)))
    of_packet = np.where(np.isnan(snr_db) | (snr_db >= 0.0), 0.0, of_packet)
    out = np.asarray(of_load, dtype=np.float64)
    out = np.where(access == RadioAccess.GSM, 0.0, out)
    return np.asarray(np.where(access == RadioAccess.LORA, of_packet, out))


def _from_path_loss(drive: gpd.GeoDataFrame, sites: SiteArrays, environment: Environment) -> Floats:
    """Power that a handset would receive from the row's site over the loss that was measured. [dBm]."""
    out, radio = np.full(len(drive), np.nan), environment.radio
    loss_db = _numbers(drive, "path_loss_db")
    number = {str(name): i for i, name in enumerate(sites.site_id)}
    at = np.array([number.get(name, -1) for name in _texts(drive, "site_id")], dtype=np.int64)
    rows = np.flatnonzero(np.isfinite(loss_db) & (at >= 0))
    if not len(rows):
        return out
    mine, here = sites.take(at[rows]), drive.geometry.iloc[rows]
    x_m, y_m = environment.terrain.grid.from_lonlat(here.x.to_numpy(), here.y.to_numpy())
    bearing_deg = np.degrees(np.arctan2(x_m - mine.x_m, y_m - mine.y_m))
    distance_m = np.maximum(np.hypot(x_m - mine.x_m, y_m - mine.y_m), 1.0)
    depression_deg = np.degrees(np.arctan2(mine.height_m - radio.handset_height_m.value, distance_m))
    lost_db = _pattern_db(mine, bearing_deg, depression_deg, radio)
    out[rows] = mine.eirp_dbm - lost_db - loss_db[rows] + handset(radio).gain_dbi
    return out


def _pattern_db(sites: SiteArrays, bearing_deg: Floats, depression_deg: Floats, radio: Radio) -> Floats:
    """Attenuation of each site's best sector towards its point, as the engine has it on level ground. [dB]."""
    shape, out = pattern(radio), np.zeros(sites.n_sites)
    for i in range(sites.n_sites):
        _, out[i], _ = sectors_towards(
            float(bearing_deg[i]),
            float(depression_deg[i]),
            float(sites.azimuth_deg[i]),
            int(sites.n_sectors[i]),
            float(sites.downtilt_deg[i]),
            float(sites.mechanical_deg[i]),
            int(sites.antenna[i]),
            sites.antennas.horizontal_db,
            sites.antennas.vertical_db,
            shape,
            -1,
        )
    return out


def _numbers(table: gpd.GeoDataFrame, column: str) -> Floats:
    return np.asarray(table[column].to_numpy(dtype=np.float64, na_value=np.nan))


def _texts(table: gpd.GeoDataFrame, column: str) -> Texts:
    return np.asarray(table[column].fillna("").to_numpy(dtype=str))

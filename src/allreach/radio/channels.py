"""Channel numbers of LTE and NR in megahertz, and the resource blocks of their carriers.

Tables of bands: ``lte_bands.csv`` is 3GPP TS 36.101 (18.7.0) table 5.7.3-1 whole (the same as TS 36.104's),
``nr_bands.csv`` is TS 38.104 (18.8.0) tables 5.2-1 and 5.2-2. `NR_RASTER` is table 5.4.2.1-1 there, `LTE_BLOCKS`
TS 36.101 table 5.6-1, `NR_BLOCKS` TS 38.104 tables 5.3.2-1 and 5.3.2-2.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

SAME_BAND = 0.12  # frequencies of one band, a test's and a carrier's or two carriers', differ by no greater share
SUBCARRIERS_PER_BLOCK = 12  # 3GPP TS 36.211, 6.2.3, and TS 38.211, 4.4.4.1
NR_RASTER = (  # step [kHz], frequency offset [MHz], number offset, last number
    (5.0, 0.0, 0, 599_999),
    (15.0, 3000.0, 600_000, 2_016_666),
    (60.0, 24_250.08, 2_016_667, 3_279_165),
)
LTE_BLOCKS = {1.4: 6, 3.0: 15, 5.0: 25, 10.0: 50, 15.0: 75, 20.0: 100}
BLOCK_MHZ = 0.18  # a resource block of 12 subcarriers of 15 kHz, TS 36.211, 6.2.3
BLOCKS_SHARE = 0.9  # of a channel that blocks fill, as 50 do of 10 MHz
NB_IOT_BLOCKS = 1  # one block of 180 kHz, TS 36.211, 10.2.2.1
_FR1_MHZ = (5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 90, 100)
NR_BLOCKS: dict[tuple[float, float], int] = {
    (scs_khz, float(mhz)): n
    for scs_khz, widths_mhz, counts in (
        (15.0, _FR1_MHZ[:10], (25, 52, 79, 106, 133, 160, 188, 216, 242, 270)),
        (30.0, _FR1_MHZ, (11, 24, 38, 51, 65, 78, 92, 106, 119, 133, 162, 189, 217, 245, 273)),
        (60.0, _FR1_MHZ[1:], (11, 18, 24, 31, 38, 44, 51, 58, 65, 79, 93, 107, 121, 135)),
        (60.0, (200,), (264,)),
        (120.0, (50, 100, 200, 400), (32, 66, 132, 264)),
    )
    for mhz, n in zip(widths_mhz, counts, strict=True)
}
FR2_FROM_MHZ = 24_250.0
UNPAIRED_FROM_MHZ = 3000.0  # no band of frequency division lies above, TS 38.104 table 5.2-1


@cache
def lte_bands() -> pd.DataFrame:
    """Bands of LTE with the first and last channel number and the lowest frequency of both directions."""
    return _table("lte_bands.csv")


@cache
def nr_bands() -> pd.DataFrame:
    """Bands of NR with their edges and way of duplex (FDD, TDD, SDL, SUL)."""
    return _table("nr_bands.csv")


def lte_mhz(earfcn: ArrayLike) -> Floats:
    """Carrier frequency of EARFCNs, downlink or uplink as the number says; NaN where no band has it. [MHz].

    F = F_low + 0.1 (N - N_offs), 3GPP TS 36.101, 5.7.3.
    """
    number = np.asarray(earfcn, dtype=np.float64)
    out = np.full(number.shape, np.nan)
    bands = lte_bands()
    for way in ("ul", "dl"):  # numbers of time division are the same in both
        for low_mhz, first, last in bands[[f"{way}_low_mhz", f"{way}_first", f"{way}_last"]].dropna().to_numpy():
            mine = (number >= first) & (number <= last)
            out[mine] = low_mhz + 0.1 * (number[mine] - first)
    return np.where(number == np.floor(number), out, np.nan)


def nr_mhz(arfcn: ArrayLike) -> Floats:
    """Frequency of NR-ARFCNs on the global raster; NaN where no band of NR lies there. [MHz].

    F = F_offs + step (N - N_offs), 3GPP TS 38.104, 5.4.2.1.
    """
    number = np.asarray(arfcn, dtype=np.float64)
    out = np.full(number.shape, np.nan)
    for step_khz, offset_mhz, first, last in NR_RASTER:
        mine = (number >= first) & (number <= last) & (number == np.floor(number))
        out[mine] = offset_mhz + step_khz / 1000.0 * (number[mine] - first)
    inside = np.zeros(number.shape, dtype=bool)
    for low_mhz, high_mhz in np.concatenate([_edges("dl"), _edges("ul")]):
        inside |= (out >= low_mhz) & (out <= high_mhz)
    return np.where(inside, out, np.nan)


def nr_scs_khz(freq_mhz: ArrayLike) -> Floats:
    """Usual subcarrier spacing: 15 kHz in bands of frequency division, 30 in those of time division, 120 in FR2. [kHz].

    An assumption: the standard allows other spacings, which a measurement may say. A frequency in no downlink band may
    be the name of one (900, 1800 MHz): below 3 GHz it counts as paired.
    """
    mhz = np.asarray(freq_mhz, dtype=np.float64)
    bands = nr_bands()
    is_unpaired = _is_inside(mhz, bands[bands["duplex"] == "TDD"]) | (mhz >= UNPAIRED_FROM_MHZ)
    is_unpaired &= ~_is_inside(mhz, bands[bands["duplex"] != "TDD"])
    khz = np.where(is_unpaired, np.where(mhz >= FR2_FROM_MHZ, 120.0, 30.0), 15.0)
    return np.where(np.isnan(mhz), np.nan, khz)


def _is_inside(mhz: Floats, bands: pd.DataFrame) -> NDArray[np.bool_]:
    inside = np.zeros(mhz.shape, dtype=bool)
    for low_mhz, high_mhz in bands[["dl_low_mhz", "dl_high_mhz"]].dropna().to_numpy():
        inside |= (mhz >= low_mhz) & (mhz <= high_mhz)
    return inside


def lte_blocks(bandwidth_mhz: ArrayLike) -> Floats:
    """Resource blocks of LTE carriers; NaN for a bandwidth that LTE does not have."""
    mhz = np.asarray(bandwidth_mhz, dtype=np.float64)
    return np.asarray(pd.Series(mhz.reshape(-1)).map(LTE_BLOCKS).to_numpy(dtype=np.float64).reshape(mhz.shape))


def nr_blocks(bandwidth_mhz: ArrayLike, scs_khz: ArrayLike) -> Floats:
    """Resource blocks of NR carriers; NaN for a bandwidth that NR does not have with that spacing."""
    khz, mhz = np.broadcast_arrays(np.asarray(scs_khz, dtype=np.float64), np.asarray(bandwidth_mhz, dtype=np.float64))
    pairs = zip(khz.reshape(-1).tolist(), mhz.reshape(-1).tolist(), strict=True)
    return np.array([NR_BLOCKS.get(pair, np.nan) for pair in pairs], dtype=np.float64).reshape(mhz.shape)


def lte_blocks_near(bandwidth_mhz: ArrayLike) -> Floats:
    """Resource blocks of LTE carriers; of a bandwidth that LTE does not have, those that fill as much of it."""
    return _or_filling(lte_blocks(bandwidth_mhz), bandwidth_mhz, BLOCK_MHZ)


def nr_blocks_near(bandwidth_mhz: ArrayLike, scs_khz: ArrayLike) -> Floats:
    """Resource blocks of NR carriers; of a bandwidth that NR does not have, those that fill as much of it."""
    block_mhz = SUBCARRIERS_PER_BLOCK * np.asarray(scs_khz, dtype=np.float64) / 1000.0
    return _or_filling(nr_blocks(bandwidth_mhz, scs_khz), bandwidth_mhz, block_mhz)


def _or_filling(known: Floats, bandwidth_mhz: ArrayLike, block_mhz: ArrayLike) -> Floats:
    filling = np.floor(np.asarray(bandwidth_mhz) * BLOCKS_SHARE / np.asarray(block_mhz) + 1e-9)
    return np.where(np.isnan(known), filling, known)


def _edges(way: str) -> Floats:
    return np.asarray(nr_bands()[[f"{way}_low_mhz", f"{way}_high_mhz"]].dropna().to_numpy(dtype=np.float64))


def _table(name: str) -> pd.DataFrame:
    with resources.files("allreach.radio").joinpath(name).open(encoding="utf-8") as stream:
        return pd.read_csv(stream)

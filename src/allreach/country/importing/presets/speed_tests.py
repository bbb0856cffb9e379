"""Speed tests: tiles of Ookla, and NDT of Measurement Lab.

Where the names of the columns come from:

- Ookla: github.com/teamookla/ookla-open-data (quadkey at zoom 16, tile, avg_d_kbps, avg_u_kbps, avg_lat_ms, tests,
  devices).
- M-Lab: measurementlab.net/tests/ndt/ndt7 and the unified views (a.TestTime, a.MeanThroughputMbps, a.MinRTT,
  client.Geo.Latitude, client.Geo.Longitude, client.Geo.AccuracyRadiusKm, client.Network.ASName). BigQuery writes the
  points of nested columns as they are or as underscores. The position is that of the address in a table of addresses.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from allreach import tables
from allreach.country.importing.presets.phone_logs import LEFT_OUT
from allreach.country.importing.presets.preset import Preset, Source, iso_times
from allreach.errors import Fault
from allreach.number_text import code_texts
from allreach.vocabulary import Direction, Quantity

ZOOM = 16
WORLDWIDE = "ookla"
"""Preset whose files hold the whole world: rows outside the country are no slip."""


def tile_centre(quadkey: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude of the middle of tiles of Web Mercator; NaN where a quadkey is none. [degrees].

    A quadkey has a digit a zoom level, 0 to 3: bit 0 goes east, bit 1 south.
    """
    is_key = quadkey.str.fullmatch(r"[0-3]{1,23}").to_numpy(dtype=bool)
    lengths = quadkey.str.len().to_numpy()
    lon_deg, lat_deg = np.full(len(quadkey), np.nan), np.full(len(quadkey), np.nan)
    for zoom in np.unique(lengths[is_key]):
        mine = is_key & (lengths == zoom)
        digits = np.array(quadkey[mine].tolist(), dtype=f"U{zoom}").view("U1").reshape(-1, zoom).astype(np.int64)
        weights = 1 << np.arange(zoom - 1, -1, -1, dtype=np.int64)
        east, south = (digits & 1) @ weights, (digits >> 1) @ weights
        side = 2.0**zoom
        lon_deg[mine] = (east + 0.5) / side * 360.0 - 180.0
        lat_deg[mine] = np.degrees(np.arctan(np.sinh(math.pi * (1.0 - 2.0 * (south + 0.5) / side))))
    return lon_deg, lat_deg


def quadkeys(values: pd.Series) -> pd.Series:
    """Quadkeys as texts of 16 digits; a file that takes them for numbers has lost their leading noughts."""
    return code_texts(values).fillna("").astype("str").str.strip().str.zfill(ZOOM)


def _ookla(source: Source) -> dict[str, pd.Series | str]:
    name = source.name_of("quadkey")
    assert name is not None
    key = quadkeys(source.frame[name])
    lon_deg, lat_deg = tile_centre(key)
    bad = np.isnan(lon_deg) | (key.str.len() != ZOOM).to_numpy()
    if bad.any():
        what = f"{int(bad.sum())} rows hold no quadkey, such as {tables.first_of(key, bad)!r}"
        source.faults.append(Fault(f"{source.file}, column quadkey", what, f"{ZOOM} digits from 0 to 3"))
    return {
        "measurement_id": "ookla-" + key,
        "kind": "speed_test",
        "quantity": str(Quantity.THROUGHPUT),
        "dl_mbps": source.numbers("avg_d_kbps") / 1000.0,
        "ul_mbps": source.numbers("avg_u_kbps") / 1000.0,
        "latency_ms": source.numbers("avg_lat_ms"),
        "n_samples": source.numbers("tests"),
        "lon": pd.Series(lon_deg, index=key.index),
        "lat": pd.Series(lat_deg, index=key.index),
    }


def _m_lab(source: Source) -> dict[str, pd.Series | str]:
    mbps = source.numbers("a.MeanThroughputMbps", "MeanThroughputMbps")
    words = source.texts("a.Direction", "Direction", "direction").str.lower()
    said = str(source.constants.get("direction", ""))
    if not said and source.name_of("a.Direction", "Direction") is None:
        what = "does not say whether its tests are downloads or uploads"
        mend = "Say it: --set direction=downlink, or --set direction=uplink"
        source.faults.append(Fault(source.file, what, "a direction", mend))
    up = words.str.startswith("up") if not said else pd.Series(said == Direction.UPLINK, index=mbps.index)
    source.notes.append("positions are those of a table of addresses, often the middle of a town")
    none = mbps.isna().to_numpy()
    return {
        "kind": "speed_test",
        "quantity": str(Quantity.THROUGHPUT),
        "direction": pd.Series(np.where(up, Direction.UPLINK, Direction.DOWNLINK), index=mbps.index, dtype="str"),
        "dl_mbps": mbps.where(~up),
        "ul_mbps": mbps.where(up),
        "latency_ms": source.numbers("a.MinRTT", "MinRTT"),
        "operator": source.texts("client.Network.ASName", "ASName"),
        "accuracy_m": 1000.0 * source.numbers("client.Geo.AccuracyRadiusKm", "AccuracyRadiusKm"),
        "time": iso_times(source, source.name_of("a.TestTime", "TestTime", "test_time"), file_zone="UTC"),
        LEFT_OUT: pd.Series(np.where(none, "no throughput", ""), index=mbps.index, dtype="str"),
    }


PRESETS = (
    Preset(
        WORLDWIDE,
        "tiles of Ookla's open data",
        (("quadkey",), ("avg_d_kbps",), ("avg_u_kbps",), ("tests",)),
        _ookla,
        lon=(),
        lat=(),
    ),
    Preset(
        "m-lab",
        "NDT tests of Measurement Lab",
        (("a.MeanThroughputMbps", "MeanThroughputMbps"),),
        _m_lab,
        lon=("client.Geo.Longitude", "Geo.Longitude", "longitude", "lon"),
        lat=("client.Geo.Latitude", "Geo.Latitude", "latitude", "lat"),
    ),
)

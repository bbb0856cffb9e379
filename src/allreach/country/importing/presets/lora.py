"""LoRaWAN: what gateways heard of devices with a position.

Names of the columns: the dump of TTN Mapper (public samples: id, time, nodeaddr, appeui, gwaddr, modulation,
datarate, snr, rssi, freq, lat, lon, ...; times in UTC, frequency in megahertz), and the plain form of campaigns (lat,
lon, rssi, snr, with sf or spreading_factor where it is there).
"""

from __future__ import annotations

import pandas as pd

from allreach.country.importing.presets.phone_logs import LEFT_OUT
from allreach.country.importing.presets.preset import Preset, Source, iso_times
from allreach.vocabulary import Direction, Quantity, RadioAccess

HERTZ = 1e6  # above it a frequency is in hertz: LoRaWAN's own logs have 868100000


def _ttn_mapper(source: Source) -> dict[str, pd.Series | str]:
    freq = source.numbers("freq", "frequency")
    return _packets(source) | {
        "freq_mhz": (freq / 1e6).where(freq > HERTZ, freq),
        "site_id": source.texts("gwaddr", "gateway", "gateway_id"),
        "device": source.texts("nodeaddr", "device", "dev_eui", "deveui"),
        "accuracy_m": source.numbers("accuracy"),
        "time": iso_times(source, source.name_of("time"), file_zone="UTC"),
    }


def _packets(source: Source) -> dict[str, pd.Series | str]:
    rssi = source.numbers("rssi")
    rate = source.texts("datarate", "data rate", "sf", "spreading_factor", "spreading factor")
    why = pd.Series("", index=rssi.index, dtype="str").where(rssi.notna(), "no level")
    return {
        "kind": "drive_test",
        "quantity": str(Quantity.RSSI),
        "technology": str(RadioAccess.LORA),
        "direction": str(Direction.UPLINK),
        "rssi_dbm": rssi,
        "sinr_db": source.numbers("snr"),
        "datarate": rate,
        LEFT_OUT: why,
    }


def _plain(source: Source) -> dict[str, pd.Series | str]:
    source.notes.append("taken for packets that a LoRaWAN gateway received, since they have a spreading factor")
    freq = source.numbers("freq", "frequency", "freq_mhz")
    return _packets(source) | {
        "freq_mhz": (freq / 1e6).where(freq > HERTZ, freq),
        "site_id": source.texts("gateway", "gateway_id", "gw", "gwid"),
        "device": source.texts("device", "dev_eui", "deveui", "node"),
        "time": iso_times(source, source.name_of("time", "timestamp", "received_at")),
    }


PRESETS = (
    Preset(
        "ttn-mapper",
        "dump of TTN Mapper",
        (("nodeaddr",), ("gwaddr",), ("datarate",), ("rssi",), ("snr",)),
        _ttn_mapper,
    ),
    Preset(
        "lorawan",
        "packets of a LoRaWAN gateway",
        (("rssi",), ("snr",), ("sf", "spreading_factor", "datarate", "data rate")),
        _plain,
        not_with=("rsrp",),
    ),
)

"""Plain exports of drive tests: a row a position and second, columns named after what they hold.

Names as exports of TEMS have them (Time, Latitude, Longitude, Serving Cell RSRP (dBm), Serving Cell RSRQ (dB),
Serving Cell RS SINR (dB), Serving Cell Channel RSSI (dBm), Serving Cell DL EARFCN, Serving Cell Identity), those of
XCAL (LTE PCC Serving RSRP(dBm), LTE PCC Serving SINR(dB)) and the short ones that most tools offer (RSRP, RSSI, RxLev,
SINR, EARFCN, NR-ARFCN, PCI, Path loss). Columns were taken from public analysers of such files. A unit in brackets
counts; without one frequencies are megahertz, and throughput is not taken.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from allreach.country.importing.presets.phone_logs import LEFT_OUT
from allreach.country.importing.presets.preset import Preset, Source, access_of, iso_times, mhz_of_channel
from allreach.vocabulary import Quantity, RadioAccess

RSRP = (
    "rsrp", "serving cell rsrp", "serving rsrp", "lte serving cell rsrp", "lte pcc serving rsrp", "pcell rsrp",
    "lte rsrp", "rsrp dbm", "serving cell rsrp dbm",
)  # fmt: skip
NR_RSRP = ("ss rsrp", "nr rsrp", "nr serving cell ss rsrp", "serving ss rsrp", "nr pcell ss rsrp", "ssrsrp")
RSSI = (
    "rssi",
    "serving cell channel rssi",
    "serving cell rssi",
    "lte serving cell channel rssi",
    "lte rssi",
    "rssi dbm",
)
RX_LEV = ("rxlev", "rx level", "rxlev full", "rxlev sub", "rxlev dl")
RX_POWER = ("rx power", "received power", "rx power dbm", "channel power")
PATH_LOSS = ("path loss", "pathloss", "path loss db", "pl", "basic path loss")
SINR = ("sinr", "rs sinr", "serving cell rs sinr", "lte serving cell rs sinr", "lte pcc serving sinr", "snr", "cinr",
        "ss sinr")  # fmt: skip
RSRQ = ("rsrq", "serving cell rsrq", "lte serving cell rsrq", "lte pcc serving rsrq", "ss rsrq")
EARFCN = ("earfcn", "dl earfcn", "serving cell dl earfcn", "lte serving cell dl earfcn", "earfcn dl", "dlearfcn")
NR_ARFCN = ("nr arfcn", "nrarfcn", "nr arfcn dl", "ssb nr arfcn")
DOWNLOAD = (
    "dl throughput", "download throughput", "lte dl app throughput", "dl app throughput", "dl speed", "download",
    "ftp download throughput mean", "application throughput dl",
)  # fmt: skip
UPLOAD = (
    "ul throughput", "upload throughput", "lte ul app throughput", "ul app throughput", "ul speed", "upload",
    "ftp upload throughput mean", "application throughput ul",
)  # fmt: skip
FREQ = ("freq", "frequency", "dl frequency", "carrier frequency", "freq mhz", "frequency mhz", "center frequency")
MEGAHERTZ = {"hz": 1e-6, "khz": 1e-3, "mhz": 1.0, "ghz": 1e3}
SPEEDS = {"bps": 1e-6, "bit/s": 1e-6, "kbps": 1e-3, "kbit/s": 1e-3, "mbps": 1.0, "mbit/s": 1.0}


def _in_unit(source: Source, names: tuple[str, ...], units: dict[str, float], default: str) -> pd.Series:
    """Column in the unit that the others are turned into; the unit is in brackets behind its name."""
    name = source.name_of(*names)
    values = source.numbers(*names)
    if name is None:
        return values
    found = re.search(r"[(\[]\s*([^)\]]+?)\s*[)\]]", name)
    factor = units.get((found.group(1) if found else default).lower())
    if factor is None:
        source.notes.append(f"column {name} is not taken, since its unit is not known")
        return values * np.nan
    return values * factor


def _drive_test(source: Source) -> dict[str, pd.Series | str]:
    rsrp, nr_rsrp, rssi = source.numbers(*RSRP), source.numbers(*NR_RSRP), source.numbers(*RSSI)
    rx_lev, power, loss = source.numbers(*RX_LEV), source.numbers(*RX_POWER), source.numbers(*PATH_LOSS)
    is_nr = (rsrp.isna() & nr_rsrp.notna()) | source.numbers(*NR_ARFCN).notna()
    said = access_of(source.texts("technology", "network technology", "rat", "system", "tech", "network"))
    guess = np.select(
        [is_nr, rsrp.notna(), rx_lev.notna()], [str(RadioAccess.NR), str(RadioAccess.LTE), str(RadioAccess.GSM)], ""
    )
    access = said.where(said != "", pd.Series(guess, index=said.index)).astype("str")
    if "technology" in source.constants:
        access = pd.Series(str(source.constants["technology"]), index=said.index)
    dl, ul = (_in_unit(source, names, SPEEDS, "") for names in (DOWNLOAD, UPLOAD))
    level = {
        Quantity.RX_POWER: power,
        Quantity.RSRP: rsrp.where(rsrp.notna(), nr_rsrp),
        Quantity.PATH_LOSS: loss,
        Quantity.RSSI: rssi.where(rssi.notna(), rx_lev),
        Quantity.THROUGHPUT: dl.where(dl.notna(), ul),
    }
    quantity = pd.Series("", index=said.index, dtype="str")
    for name, values in level.items():
        quantity = quantity.where((quantity != "") | values.isna(), str(name))
    freq = _in_unit(source, FREQ, MEGAHERTZ, "mhz")
    number = source.numbers(*NR_ARFCN)
    freq = freq.where(freq.notna(), mhz_of_channel(number.where(number.notna(), source.numbers(*EARFCN)), access))
    return {
        "kind": pd.Series(np.where(quantity == Quantity.THROUGHPUT, "speed_test", "drive_test"), index=said.index),
        "quantity": quantity,
        "technology": access,
        "dl_mbps": dl,
        "ul_mbps": ul,
        "rx_power_dbm": power,
        "rsrp_dbm": level[Quantity.RSRP],
        "rssi_dbm": level[Quantity.RSSI],
        "path_loss_db": loss,
        "rsrq_db": source.numbers(*RSRQ),
        "sinr_db": source.numbers(*SINR),
        "freq_mhz": freq,
        "bandwidth_mhz": _in_unit(source, ("bandwidth", "dl bandwidth", "channel bandwidth"), MEGAHERTZ, "mhz"),
        "operator": source.texts("operator", "operatorname", "operator name", "carrier", "plmn"),
        "site_id": source.texts("site_id", "site id", "site", "site name"),
        "cell_id": source.texts("cell_id", "cell id", "serving cell identity", "eci", "cgi", "ecgi", "pci"),
        "device": source.texts("device", "imei", "ue", "equipment", "device name"),
        "time": iso_times(source, source.name_of("time", "timestamp", "date time", "datetime", "gps time", "utc time")),
        LEFT_OUT: pd.Series(np.where(quantity == "", "no level", ""), index=said.index, dtype="str"),
    }


PRESETS = (
    Preset(
        "drive-test",
        "export of a drive test",
        ((*RSRP, *NR_RSRP, *RSSI, *RX_LEV, *RX_POWER, *PATH_LOSS, *DOWNLOAD),),
        _drive_test,
        lon=("lon", "longitude", "long", "lng", "gps longitude"),
        lat=("lat", "latitude", "gps latitude"),
        not_with=("averagesignal", "changeable"),
    ),
)

"""Logs of telephones: G-NetTrack, Network Survey, Tower Collector, OpenCelliD and CellMapper.

Where the names of the columns come from:

- G-NetTrack (Gyokov Solutions): the text log of the Pro version, separated by tabs, as read by analysers of it
  (Timestamp, Longitude, Latitude, Speed, Operatorname, ..., CGI, Cellname, Node, CellID, LAC, NetworkTech, NetworkMode,
  Level, Qual, SNR, CQI, LTERSSI, ARFCN, DL_bitrate, UL_bitrate, ..., BAND, BANDWIDTH), and the CSV of the data set
  github.com/uccmisl/5Gdataset, logged with it (Timestamp, Longitude, Latitude, Operatorname, CellID, NetworkMode, RSRP,
  RSRQ, SNR, RSSI, ...). Times are the telephone's own, as 2026.03.31_14.43.00.
- Network Survey: the LTE log of networksurvey.app/manual/data-logging/csv (deviceTime, latitude, longitude, accuracy,
  mcc, mnc, tac, eci, earfcn, pci, rsrp, rsrq, servingCell, lteBandwidth, provider, snr, deviceSerialNumber).
- Tower Collector: ``CsvExportFormatter.java`` of github.com/zamojski/TowerCollector.
- OpenCelliD: its upload form (mcc, mnc, lac, cellid, lon, lat, signal, measured_at, ..., act) and its export
  ``measurements_*`` (mcc, net, area, cell, lon, lat, signal, measured, ...), wiki.opencellid.org, Database format.
- CellMapper: docs.cellmapper.net, CellMapper CSV (signal: RSRP of LTE, RSSI else).

Of LTE and NR the level that Android reports is RSRP, of GSM the RxLev; of UMTS it is the power of the pilot code, which
is none of the quantities: such rows are left out and counted.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from allreach.country.importing.presets.preset import Preset, Source, access_of, iso_times, mhz_of_channel
from allreach.vocabulary import Quantity, RadioAccess

LEFT_OUT = "left out"
"""Column of a converted table that says why a row is left out; empty where it stays."""
NO_QUANTITY = "the level of UMTS and CDMA is none of the quantities (power of the pilot alone)"
NO_ACCESS = "the row does not say whether it is GSM, LTE or NR, so its level may be RSRP or RSSI"
NOT_NEGATIVE = "signal is 0 or above, so it is no level in dBm"
NEIGHBOUR = "a neighbour cell, not the serving one"


def levels(level_dbm: pd.Series, access: pd.Series) -> dict[str, pd.Series | str]:
    """Level of a telephone as RSRP of LTE and NR or as RSSI of GSM and LoRa; why a row is left out."""
    is_rsrp = access.isin([RadioAccess.LTE, RadioAccess.NB_IOT, RadioAccess.NR])
    is_rssi = access.isin([RadioAccess.GSM, RadioAccess.LORA])
    quantity = np.where(is_rsrp, Quantity.RSRP, np.where(is_rssi, Quantity.RSSI, ""))
    why = np.where(access == "", NO_ACCESS, np.where(is_rsrp | is_rssi, "", NO_QUANTITY))
    why = np.where(level_dbm.isna(), "no level", why)
    return {
        "kind": "drive_test",
        "quantity": pd.Series(quantity, index=access.index, dtype="str"),
        "technology": access,
        "rsrp_dbm": level_dbm.where(is_rsrp),
        "rssi_dbm": level_dbm.where(is_rssi),
        LEFT_OUT: pd.Series(why, index=access.index, dtype="str"),
    }


def _joined(*parts: pd.Series) -> pd.Series:
    """Parts of a code joined by hyphens; empty where one is."""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + "-" + part
    empty = np.logical_or.reduce([(part == "").to_numpy() for part in parts])
    return whole.where(~empty, "")


def _g_nettrack(source: Source) -> dict[str, pd.Series | str]:
    words = source.texts("NetworkTech")
    access = access_of(words.where(words != "", source.texts("NetworkMode")))
    out = levels(source.numbers("Level", "RSRP"), access)
    device = source.texts("device", "model")
    log = source.file.rpartition(".")[0]
    bandwidth = source.numbers("bandwidth", "bw")
    return out | {
        "rssi_dbm": source.numbers("LTERSSI", "RSSI").where(access == RadioAccess.LTE, out["rssi_dbm"]),
        "rsrq_db": source.numbers("Qual", "RSRQ").where(access != RadioAccess.GSM),
        "sinr_db": source.numbers("SNR").where(access != RadioAccess.GSM),
        "freq_mhz": mhz_of_channel(source.numbers("ARFCN"), access),
        "bandwidth_mhz": (bandwidth / 1000.0).where(bandwidth > 400.0, bandwidth),  # Android says kilohertz
        "operator": source.texts("Operatorname"),
        "cell_id": source.texts("CGI", "RAWCELLID", "CellID"),
        "accuracy_m": source.numbers("accuracy"),
        "device": device.where(device != "", log),  # a log is of one telephone
        "time": iso_times(source, source.name_of("Timestamp"), pattern="%Y.%m.%d_%H.%M.%S"),
    }


def _network_survey(source: Source) -> dict[str, pd.Series | str]:
    rsrp = source.numbers("rsrp")
    access = pd.Series(str(RadioAccess.LTE), index=rsrp.index)
    out = levels(rsrp, access)
    why = out[LEFT_OUT]
    assert isinstance(why, pd.Series)
    is_neighbour = source.texts("servingCell").str.lower() == "false"
    width = source.texts("lteBandwidth").str.extract(r"^MHZ_(\d+(?:[._]\d+)?)$", expand=False)
    return out | {
        LEFT_OUT: why.where(~is_neighbour | (why != ""), NEIGHBOUR),
        "rsrq_db": source.numbers("rsrq"),
        "sinr_db": source.numbers("snr"),
        "freq_mhz": mhz_of_channel(source.numbers("earfcn"), access),
        "bandwidth_mhz": pd.to_numeric(width.str.replace("_", ".")),
        "operator": source.texts("provider"),
        "cell_id": _joined(*(source.texts(name) for name in ("mcc", "mnc", "eci"))),
        "accuracy_m": source.numbers("accuracy"),
        "device": source.texts("deviceSerialNumber"),
        "time": iso_times(source, source.name_of("deviceTime")),
    }


def _tower_collector(source: Source) -> dict[str, pd.Series | str]:
    access = access_of(source.texts("net_type"))
    out = levels(source.numbers("dbm"), access)
    why = out[LEFT_OUT]
    assert isinstance(why, pd.Series)
    is_neighbour = source.texts("neighboring").str.lower() == "true"
    return out | {
        LEFT_OUT: why.where(~is_neighbour | (why != ""), NEIGHBOUR),
        "operator": _joined(source.texts("mcc"), source.texts("mnc")),
        "cell_id": _joined(*(source.texts(name) for name in ("mcc", "mnc", "lac", "cell_id"))),
        "accuracy_m": source.numbers("accuracy"),
        "device": source.texts("device"),
        "time": iso_times(source, source.name_of("measured_at"), file_zone="UTC"),
    }


def _open_cell_id(source: Source) -> dict[str, pd.Series | str]:
    access = access_of(source.texts("act", "radio"))
    signal = source.numbers("signal")
    out = levels(signal.where(signal < 0), access)
    why = out[LEFT_OUT]
    assert isinstance(why, pd.Series)
    parts = [source.texts(*names) for names in (("mcc",), ("mnc", "net"), ("lac", "area"), ("cellid", "cell"))]
    return out | {
        LEFT_OUT: why.where(~(signal >= 0), NOT_NEGATIVE),
        "operator": _joined(*parts[:2]),
        "cell_id": _joined(*parts),
        "time": iso_times(source, source.name_of("measured_at", "measured"), file_zone="UTC"),
    }


def _cell_mapper(source: Source) -> dict[str, pd.Series | str]:
    access = access_of(source.texts("type"))
    parts = [source.texts(name) for name in ("MCC", "MNC", "LAC", "CID")]
    return levels(source.numbers("signal"), access) | {
        "operator": _joined(*parts[:2]),
        "cell_id": _joined(*parts),
        "freq_mhz": mhz_of_channel(source.numbers("ARFCN"), access),
    }


PRESETS = (
    Preset(
        "g-nettrack",
        "log of G-NetTrack",
        (("Timestamp",), ("Operatorname",), ("NetworkTech", "NetworkMode"), ("Level", "RSRP")),
        _g_nettrack,
    ),
    Preset(
        "network-survey",
        "LTE log of Network Survey",
        (("deviceTime",), ("eci",), ("earfcn",), ("rsrp",), ("servingCell",)),
        _network_survey,
    ),
    Preset(
        "tower-collector",
        "export of Tower Collector",
        (("mcc",), ("mnc",), ("lac",), ("cell_id",), ("dbm",), ("measured_at",), ("net_type",)),
        _tower_collector,
    ),
    Preset(
        "opencellid",
        "measurements of OpenCelliD",
        (("mcc",), ("mnc", "net"), ("lac", "area"), ("cellid", "cell"), ("signal",), ("measured_at", "measured")),
        _open_cell_id,
    ),
    Preset(
        "cellmapper",
        "export of CellMapper",
        (("MCC",), ("MNC",), ("LAC",), ("CID",), ("signal",), ("type",), ("ARFCN",)),
        _cell_mapper,
    ),
)

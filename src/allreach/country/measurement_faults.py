"""What can be wrong with measurements that fit their columns: mixed quantities, times, one device in two places."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from allreach import tables
from allreach.errors import Fault, Severity
from allreach.vocabulary import LEVEL_COLUMN, RadioAccess

LTE_MOST_DBM = -44.0  # reported RSRP of LTE, -140 to -44 dBm: 3GPP TS 36.133, table 9.1.4-1
NR_MOST_DBM = -31.0  # SS-RSRP, -156 to -31 dBm: TS 38.133, table 10.1.6.1-1
HAVE_RSRP = (RadioAccess.LTE, RadioAccess.NB_IOT, RadioAccess.NR, RadioAccess.UNKNOWN)
FEW_SHARE = 0.05  # of the rows: scanners beside a mast measure more than telephones report, and some keep an old RSSI
TWO_PLACES_DEG = 0.01  # about a kilometre: nothing on the road is in two such places within one second
ZONES_APART = timedelta(hours=14)  # the farthest zone ahead of UTC: a time that states none may be that much ahead

Bools = NDArray[np.bool_]


def now_utc() -> datetime:
    """Return the time of the machine."""
    return datetime.now(UTC)


def measurement_faults(table: pd.DataFrame, where: str, clock: Callable[[], datetime] = now_utc) -> list[Fault]:
    """Faults of a table ``measurements`` that fits its schema.

    Parameters
    ----------
    table
        The rows.
    where
        How to call them.
    clock
        Gives the time beyond which nothing can have been measured yet.
    """
    if not len(table):
        return []
    return _levels(table, where) + _mixed(table, where) + time_faults(table, where, clock) + _two_places(table, where)


def in_two_places(table: pd.DataFrame) -> Bools:
    """Rows of a device that is elsewhere, by more than a kilometre, in an earlier row of the same time."""
    out = np.zeros(len(table), dtype=bool)
    if not isinstance(table, gpd.GeoDataFrame) or not len(table):
        return out
    device, time = (table[name].fillna("").to_numpy(dtype=str) for name in ("device", "time"))
    rows = np.flatnonzero((device != "") & (time != ""))
    if not len(rows):
        return out
    (of_device, _), (of_time, times) = pd.factorize(device[rows]), pd.factorize(time[rows])
    _, first, number = np.unique(of_device * len(times) + of_time, return_index=True, return_inverse=True)
    geometry = np.asarray(table.geometry.array)
    apart_deg = shapely.distance(geometry[rows], geometry[rows[first[number.reshape(-1)]]])
    out[rows] = apart_deg > TWO_PLACES_DEG
    return out


def _levels(table: pd.DataFrame, where: str) -> list[Fault]:
    """Rows that say a quantity and do not have it."""
    faults = []
    said = table["quantity"].to_numpy(dtype=str)
    for quantity, column in LEVEL_COLUMN.items():
        bad = (said == quantity) & table[column].isna().to_numpy()
        if bad.any():
            what = f"{int(bad.sum())} rows say {quantity} and have none"
            mend = f"Map the level to {column}, or set the quantity that the file has"
            at = f"{where}, column {column}, {tables.rows_named(table.index, bad)}"
            faults.append(Fault(at, what, "a level of the row's quantity", mend, kind="quantity"))
    return faults


def _mixed(table: pd.DataFrame, where: str) -> list[Fault]:
    """RSSI among RSRP: by what was measured, by what no RSRP can be, and by both of one row."""
    faults = []
    rsrp, rssi = (table[name].to_numpy(dtype=np.float64) for name in ("rsrp_dbm", "rssi_dbm"))
    access = table["technology"].to_numpy(dtype=str)
    at = f"{where}, column rsrp_dbm"
    mend = "Put RSSI and RxLev into rssi_dbm and RSRP into rsrp_dbm, with quantity and technology in each row"
    none = np.isfinite(rsrp) & ~np.isin(access, HAVE_RSRP)
    most = np.where(access == RadioAccess.NR, NR_MOST_DBM, LTE_MOST_DBM)
    above = (rsrp > most) & ~none
    told = max(int(np.isfinite(rsrp).sum()), 1)
    what_above = "are above what any device reports as RSRP"
    theirs = ", ".join(sorted(set(access[none])))
    for bad, what, right, most_share in (
        (none, f"hold the level of {theirs}, which has no RSRP", "RSRP of LTE and NR", 0.0),
        (above, f"{what_above}, up to {np.max(rsrp, where=above, initial=-200.0):g} dBm: RSSI among RSRP?",
         f"at most {LTE_MOST_DBM:g} dBm of LTE (3GPP TS 36.133) and {NR_MOST_DBM:g} of NR", FEW_SHARE),
    ):  # fmt: skip
        if bad.any():
            rows = f"{at}, {tables.rows_named(table.index, bad)}"
            severity: Severity = "error" if bad.sum() > most_share * told else "warning"
            faults.append(
                Fault(rows, f"{int(bad.sum())} rows {what}", right, mend, severity=severity, kind="mixed-levels")
            )
    both = np.isfinite(rsrp) & np.isfinite(rssi)
    turned = both & (rsrp >= rssi)
    if turned.sum() > FEW_SHARE * max(int(both.sum()), 1):
        what = f"{int(turned.sum())} of {int(both.sum())} rows have more RSRP than RSSI, of which it is a part"
        mend = "Are the two columns exchanged?"
        rows = f"{at}, {tables.rows_named(table.index, turned)}"
        faults.append(Fault(rows, what, "RSRP below RSSI", mend, kind="mixed-levels"))
    return faults


def time_faults(table: pd.DataFrame, where: str, clock: Callable[[], datetime] = now_utc) -> list[Fault]:
    """Faults of the columns ``time`` and ``date`` of a table, where it has them."""
    faults = []
    for column, expected in (("time", "ISO 8601 such as 2026-11-29T13:45:00+04:00"), ("date", "YYYY-MM-DD")):
        if column not in table.columns:
            continue
        texts = table[column].fillna("").astype("str")
        there = (texts != "").to_numpy()
        if not there.any():
            continue
        stamps = pd.to_datetime(texts.where(there), format="ISO8601", utc=True, errors="coerce")
        bad = there & stamps.isna().to_numpy()
        at = f"{where}, column {column}"
        if bad.any():
            what = f"{int(bad.sum())} rows hold no {column}, such as {tables.first_of(texts, bad)!r}"
            rows = f"{at}, {tables.rows_named(table.index, bad)}"
            faults.append(Fault(rows, what, expected, "Write it so, the year first", kind="time"))
        late = (stamps > pd.Timestamp(clock()) + ZONES_APART).to_numpy(dtype=bool)
        if late.any():
            what = f"{int(late.sum())} rows lie in the future, such as {tables.first_of(texts, late)!r}"
            mend = "Correct the clock's error, or this machine's"
            rows = f"{at}, {tables.rows_named(table.index, late)}"
            faults.append(Fault(rows, what, "the past", mend, kind="time"))
    return faults


def _two_places(table: pd.DataFrame, where: str) -> list[Fault]:
    bad = in_two_places(table)
    if not bad.any():
        return []
    first = table[bad].iloc[0]
    what = f"{int(bad.sum())} rows have a device elsewhere at the same time, first {first['device']} at {first['time']}"
    mend = "Name devices apart, or import it again with --fix duplicate-times"
    at = f"{where}, columns device and time, {tables.rows_named(table.index, bad)}"
    return [Fault(at, what, "a device in one place at a time", mend, kind="duplicate-times")]

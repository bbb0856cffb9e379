"""Transmitters for the interface in Python: from a table or a dictionary, checked, lacks filled from the parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach import tables
from allreach.errors import Fault, InputError
from allreach.params.radio import Radio
from allreach.radio.antennas import NO_ANTENNAS, AntennaLibrary
from allreach.radio.site_antennas import antenna_faults, carrier_power, site_antennas
from allreach.radio.sites import MODEL_HEIGHT_M, Assumed, SiteArrays
from allreach.vocabulary import Evidence

NUMBERS = ("lon_deg", "lat_deg", "height_agl_m", "n_sectors", "azimuth_deg", "downtilt_deg", "band_mhz", "eirp_dbm")
LIMITS: dict[str, tuple[float, float, str]] = {
    "lon_deg": (-360.0, 360.0, "degrees"),
    "lat_deg": (-90.0, 90.0, "degrees"),
    "height_agl_m": (*MODEL_HEIGHT_M, "m above ground"),
    "n_sectors": (1.0, 36.0, "sectors"),
    "azimuth_deg": (-360.0, 360.0, "degrees"),
    "downtilt_deg": (-90.0, 90.0, "degrees"),
    "eirp_dbm": (-100.0, 120.0, "dBm"),
}
SAID = {
    "lat": "lat_deg",
    "lon": "lon_deg",
    "height_m": "height_agl_m",
    "freq_mhz": "band_mhz",
    "azimuth": "azimuth_deg",
}


@dataclass(frozen=True)
class SiteList:
    """Transmitters sorted by ``site_id``; columns as in `LIMITS`, and what was filled in for columns not given."""

    site_id: NDArray[np.str_]
    table: pd.DataFrame
    filled: Mapping[str, float]
    antennas: AntennaLibrary = NO_ANTENNAS

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return len(self.site_id)

    def one(self, i: int, x_m: float, y_m: float, north_deg: float) -> SiteArrays:
        """Site i on a plane whose grid north lies ``-north_deg`` from the true one, as the drivers take it."""
        row = self.table.iloc[i]

        def single(value: Any, dtype: type = np.float64) -> NDArray[Any]:
            return np.array([value], dtype=dtype)

        mhz = single(row["band_mhz"])
        return SiteArrays(
            site_id=self.site_id[i : i + 1],
            x_m=single(x_m),
            y_m=single(y_m),
            lat_deg=single(row["lat_deg"]),
            height_m=single(row["height_agl_m"]),
            n_sectors=single(row["n_sectors"], np.int64),
            azimuth_deg=single(row["azimuth_deg"] + north_deg),
            downtilt_deg=single(row["downtilt_deg"]),
            band_mhz=mhz,
            bandwidth_mhz=single(10.0),
            eirp_dbm=single(row["eirp_dbm"]),
            second_mhz=mhz,
            second_bandwidth_mhz=single(10.0),
            second_eirp_dbm=single(row["eirp_dbm"]),
            is_broadband=single(True, np.bool_),
            serves=single(True, np.bool_),
            has_capacity=single(False, np.bool_),
            channel=single(0, np.int64),
            second_channel=single(0, np.int64),
            channel_mhz=mhz,
            backhaul_mbps=single(np.nan),
            assumed=Assumed.nothing(1),
            evidence=np.array([Evidence.MODELLED]),
            mechanical_deg=single(row["mechanical_tilt_deg"]),
            antenna=single(row["antenna_row"], np.int64),
            second_antenna=single(row["antenna_row"], np.int64),
            gain_dbi=single(np.nan),
            dl_share=single(1.0),
            second_dl_share=single(1.0),
            antennas=self.antennas,
        )


def site_list(
    sites: pd.DataFrame | Mapping[str, Any] | Sequence[Mapping[str, Any]],
    radio: Radio,
    *,
    freq_mhz: float | None,
    model_mhz: tuple[float, float],
    antennas: AntennaLibrary = NO_ANTENNAS,
) -> tuple[SiteList, list[Fault]]:
    """Read transmitters and gather everything wrong with them.

    Parameters
    ----------
    sites
        Columns ``lon_deg`` and ``lat_deg`` (or points in ``geometry``), optional ``site_id`` and those of the table
        ``sites``: height_agl_m, n_sectors (1 is omnidirectional), azimuth_deg, downtilt_deg, band_mhz, eirp_dbm. One
        site may be given as a dictionary of numbers. ``antenna`` and ``mechanical_tilt_deg`` are those of the table
        ``sites`` too. Other columns are not read.
    freq_mhz
        Frequency of all sites, before their own.
    model_mhz
        Frequencies that the model covers.
    antennas
        Measured antennas that sites may name.
    """
    frame = _frame(sites)
    faults: list[Fault] = []
    for said, name in SAID.items():
        if said in frame and name not in frame:
            faults.append(Fault("sites", f"column {said}", f"its name with the unit: {name}", "Rename it"))
    if "geometry" in frame and "lon_deg" not in frame:
        points = frame.geometry if frame.crs is None else frame.geometry.to_crs(tables.CRS)
        frame = pd.DataFrame(frame.drop(columns="geometry")).assign(lon_deg=points.x, lat_deg=points.y)
    faults += [
        Fault("sites", f"no column {name}", "lon_deg and lat_deg, or points in geometry")
        for name in ("lon_deg", "lat_deg")
        if name not in frame and name not in {SAID[s] for s in SAID if s in frame}
    ]
    if not len(frame):
        faults.append(Fault("sites", "none", "at least one"))
    defaults = {
        column.name: float(column.default)
        for column in tables.schema("sites")
        if column.name in ("height_agl_m", "n_sectors", "azimuth_deg", "downtilt_deg")
    }
    defaults["band_mhz"] = radio.coverage_band_mhz.value
    defaults["eirp_dbm"] = radio.coverage_tx_power_dbm.value + radio.coverage_antenna_gain_dbi.value
    filled = {name: value for name, value in defaults.items() if name not in frame}
    ids = frame["site_id"].astype(str) if "site_id" in frame else pd.Series([f"S{i + 1}" for i in range(len(frame))])
    table = pd.DataFrame(index=range(len(frame)))
    for name in NUMBERS:
        raw = frame[name] if name in frame else pd.Series(defaults.get(name, 0.0), index=frame.index)
        values = pd.to_numeric(raw, errors="coerce").astype(float)
        bad = np.flatnonzero(values.isna() & (raw.notna() if name in defaults else True))
        for i in bad[:20]:
            faults.append(Fault(f"sites, {ids.iloc[i]}, {name}", f"{raw.iloc[i]!r}", "a number"))
        table[name] = values.fillna(defaults.get(name, 0.0)).to_numpy()
    if freq_mhz is not None:
        table["band_mhz"] = float(freq_mhz)
        filled.pop("band_mhz", None)
    for name, (low, high, unit) in (*LIMITS.items(), ("band_mhz", (*model_mhz, "MHz (the model's limits)"))):
        for i in np.flatnonzero(~table[name].between(low, high))[:20]:
            faults.append(Fault(f"sites, {ids.iloc[i]}, {name}", f"{table[name][i]:g}", f"{low:g} to {high:g} {unit}"))
    faults += _antennas_into(table, frame, ids, antennas, radio)
    for name in ids[ids.duplicated()].unique()[:20]:
        faults.append(Fault(f"sites, {name}", "occurs more than once", "unique site_id"))
    order = np.argsort(ids.to_numpy(dtype=str), kind="stable")
    return SiteList(ids.to_numpy(dtype=str)[order], table.iloc[order].reset_index(drop=True), filled, antennas), faults


def _antennas_into(
    table: pd.DataFrame, frame: pd.DataFrame, ids: pd.Series, antennas: AntennaLibrary, radio: Radio
) -> list[Fault]:
    """Put what a table says of antennas into the columns ``antenna_row``, ``mechanical_tilt_deg`` and ``eirp_dbm``."""
    fitted = site_antennas(frame)
    table["antenna_row"], table["mechanical_tilt_deg"] = antennas.row_of(fitted.name), fitted.mechanical_deg
    nothing = np.full(len(table), np.nan)
    stated = nothing
    if "eirp_dbm" in frame:
        stated = pd.to_numeric(frame["eirp_dbm"], errors="coerce").to_numpy(dtype=np.float64)
    row = table["antenna_row"].to_numpy()
    model = np.full(len(table), radio.coverage_tx_power_dbm.value), table["eirp_dbm"].to_numpy()
    power = carrier_power(stated, fitted.tx_power_dbm, model, row, antennas, fitted.feeder_loss_db, radio)
    table.loc[row >= 0, "eirp_dbm"] = power.eirp_dbm[row >= 0]
    mhz = table["band_mhz"].to_numpy()
    return antenna_faults(ids.to_numpy(dtype=str), fitted, (mhz, mhz), stated, antennas, radio, "sites")


def require(faults: Sequence[Fault]) -> None:
    """Raise all faults at once, if there are any."""
    if faults:
        raise InputError(list(faults))


def _frame(sites: pd.DataFrame | Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    if isinstance(sites, pd.DataFrame):
        return sites.reset_index(drop=True)
    if isinstance(sites, Mapping):
        single = all(np.ndim(value) == 0 for value in sites.values())
        return pd.DataFrame([dict(sites)] if single else dict(sites))
    return pd.DataFrame(list(sites))

"""Permissible fields at the border: the country's own table, or the one that ships."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from allreach import tables
from allreach.params.regulator import Regulator

SHIPPED = Path(__file__).with_name("border_limits.csv")
SHIPPED_WORDS = (
    "ITU Radio Regulations No. 5.430A for 3400 to 3600 MHz, the only limit that ships; your agreements with the "
    "neighbours are the table border_limits of the folder (allreach country import border_limits FILE -o DIR)"
)
OWN_WORDS = "the table border_limits of the folder"


@dataclass(frozen=True)
class Limit:
    """One permissible field, or where none is known, how the field is computed.

    Parameters
    ----------
    limit_id
        Its identifier; empty where there is no limit.
    neighbour
        Country to which it applies; empty for all.
    band_mhz
        Lowest and highest carrier. [MHz]
    limit_dbuv_m
        The field, or none. [dB(uV/m)]
    bandwidth_mhz, height_m, distance_km, time_pct
        Bandwidth over which it counts, receiver above ground, distance beyond the border, share of the time.
    """

    limit_id: str
    neighbour: str
    band_mhz: tuple[float, float]
    limit_dbuv_m: float | None
    bandwidth_mhz: float
    height_m: float
    distance_km: float
    time_pct: float

    def is_for(self, neighbour: str, mhz: float) -> bool:
        """Whether it applies to a carrier at the border with a neighbour."""
        return self.neighbour in {"", neighbour} and self.band_mhz[0] <= mhz <= self.band_mhz[1]


def limits_of(table: pd.DataFrame) -> tuple[list[Limit], str]:
    """Return the limits of a country's table ``border_limits``, or those that ship where it is empty; and which."""
    if len(table):
        return [_limit(row) for row in table.sort_values("limit_id").to_dict("records")], OWN_WORDS
    with SHIPPED.open(encoding="utf-8", newline="") as stream:
        shipped = tables.conform(pd.DataFrame(list(csv.DictReader(stream))), "border_limits", where=SHIPPED.name)
    return [_limit(row) for row in shipped.to_dict("records")], SHIPPED_WORDS


def without_limit(params: Regulator) -> Limit:
    """How the field is computed where no limit is known."""
    return Limit(
        limit_id="",
        neighbour="",
        band_mhz=(0.0, np.inf),
        limit_dbuv_m=None,
        bandwidth_mhz=params.border_bandwidth_mhz.value,
        height_m=params.border_height_m.value,
        distance_km=0.0,
        time_pct=params.border_time_pct.value,
    )


def applied(limits: list[Limit], otherwise: Limit, neighbour: str, mhz: float) -> Iterator[Limit]:
    """Yield the limits for a carrier at the border with a neighbour; where there is none, `otherwise`."""
    mine = [one for one in limits if one.is_for(neighbour, mhz)]
    yield from mine or [otherwise]


def unused(limits: list[Limit], neighbours: tuple[str, ...], bands_mhz: np.ndarray) -> list[str]:
    """Say which limits apply to no carrier on air, or to no neighbour that the country has."""
    found = []
    for one in limits:
        low, high = one.band_mhz
        if not ((bands_mhz >= low) & (bands_mhz <= high)).any():
            found.append(f"border limit {one.limit_id}: no site sends between {low:g} and {high:g} MHz")
        elif one.neighbour and one.neighbour not in neighbours:
            found.append(f"border limit {one.limit_id}: {one.neighbour} is no neighbour by land")
    return found


def _limit(row: dict) -> Limit:
    return Limit(
        limit_id=str(row["limit_id"]),
        neighbour=str(row["neighbour"] or "").strip().upper(),
        band_mhz=(float(row["band_low_mhz"]), float(row["band_high_mhz"])),
        limit_dbuv_m=float(row["limit_dbuv_m"]),
        bandwidth_mhz=float(row["bandwidth_mhz"]),
        height_m=float(row["height_m"]),
        distance_km=float(row["distance_km"]),
        time_pct=float(row["time_pct"]),
    )

"""Shared capacities of satellites: which cell, block of cells and beam a spot draws on, and how much these hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from allreach.params.service_rules import why_no_satellite
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.instance.option_table import Offers, PlaceLimits
from allreach.planning.model.problem import Ints
from allreach.planning.model.tolerances import REACHED
from allreach.satellite.service import GEOSTATIONARY, LOW_ORBIT

CELL, BLOCK, BEAM, TRANSPONDERS = "leo_cell", "leo_block", "geo_beam", "geo_transponders"
POOLS = (CELL, BLOCK, BEAM, TRANSPONDERS)


class Sky:
    """What satellites offer the plan.

    A low-orbit user draws on the cell of the ground below and on the block of cells around it. A geostationary user
    draws on the transponders of the strongest beam of a satellite (``satellites.yaml``), by time; without such a file
    on a leased beam of the parameters, by traffic.
    """

    def __init__(self, inputs: PlanInputs) -> None:
        self.inputs = inputs
        planning = inputs.params.planning
        low = [offer for offer in inputs.satellites if offer.technology == LOW_ORBIT]
        self.low = low[0] if low else None
        self.geo = [offer for offer in inputs.satellites if offer.technology == GEOSTATIONARY]
        area_km2 = planning.leo_cell_km2.value
        if self.low is not None and self.low.cell_km2 is not None:
            area_km2 = self.low.cell_km2
        self.cell_m = 1000.0 * float(np.sqrt(area_km2))
        self.block = int(planning.leo_block_cells.value)
        self.beam_m = 1000.0 * planning.geo_beam_km.value
        self.users = float(np.floor(planning.leo_users_per_km2.value * planning.leo_cell_km2.value))
        self._cell_users: dict[tuple[int, int], float] = {}
        self._block_users: dict[tuple[int, int], float] = {}

    def limits(self, out: PlaceLimits) -> None:
        """Write down per place why satellites are not on offer, where they are not."""
        planning, standard = self.inputs.params.planning, self.inputs.standard
        for technology, dl_mbps, latency_ms in (
            (LOW_ORBIT, planning.leo_dl_mbps.value, planning.leo_latency_ms.value),
            (GEOSTATIONARY, planning.geo_dl_mbps.value, 0.0 if self.geo else planning.geo_latency_ms.value),
        ):
            out[technology][:] = why_no_satellite(standard, dl_mbps, latency_ms)
        for place in range(self.inputs.points.n_places):
            if self.low is not None and not out[LOW_ORBIT][place]:
                # The latency of a low orbit is that of the whole way, a parameter; the way through space is less.
                out[LOW_ORBIT][place] = self.low.why_not(place, standard.hours_share, np.inf)
            if self.geo and not out[GEOSTATIONARY][place]:
                why = [offer.why_not(place, standard.hours_share, standard.latency_ms) for offer in self.geo]
                out[GEOSTATIONARY][place] = "" if "" in why else "; ".join(why)

    def serving(self, place: int, latency_ms: float) -> list[int]:
        """Geostationary satellites that serve a place; a single -1 where the parameters' service stands for them."""
        if not self.geo:
            return [-1] if self.inputs.params.planning.geo_latency_ms.value <= latency_ms + REACHED else []
        hours = self.inputs.standard.hours_share
        return [n for n, offer in enumerate(self.geo) if not offer.why_not(place, hours, latency_ms)]

    def sees_low_orbit(self, place: int) -> bool:
        """Whether a place has a low-orbit satellite in sight often enough."""
        return self.low is None or not self.low.why_not(place, self.inputs.standard.hours_share, np.inf)

    def use_low_orbit(self, offers: Offers, option: int, place: int, x_m: float, y_m: float, users: float) -> None:
        """Let a household of an option, or an institution, take `users` terminals' share of its cell and block."""
        column, row = int(np.floor(x_m / self.cell_m)), int(np.floor(y_m / self.cell_m))
        block = column // self.block, row // self.block
        held = self.users
        if self.low is not None and self.low.users_per_cell is not None:
            held = float(self.low.users_per_cell[place])
        # Places of a cell see much the same sky; where they differ the least counts.
        self._cell_users[column, row] = min(held, self._cell_users.get((column, row), np.inf))
        self._block_users[block] = min(held, self._block_users.get(block, np.inf))
        offers.use(option, offers.pool(CELL, column, row), users)
        offers.use(option, offers.pool(BLOCK, *block), users)

    def use_geostationary(
        self, offers: Offers, option: int, satellite: int, place: int, x_m: float, y_m: float, mbps: float
    ) -> None:
        """Let a household of an option, or an institution, take `mbps` of a beam."""
        if satellite < 0:
            beam = offers.pool(BEAM, int(np.floor(x_m / self.beam_m)), int(np.floor(y_m / self.beam_m)))
            offers.use(option, beam, mbps)
            return
        offer = self.geo[satellite]
        pool = offers.pool(TRANSPONDERS, satellite, int(offer.beam[place]))
        offers.use(option, pool, mbps / float(offer.rate_mbps[place]))

    def geostationary_dl_mbps(self, satellite: int, place: int) -> float:
        """Speed sold over a satellite: that of the plan, and no more than a transponder carries there. [Mbit/s]."""
        sold = self.inputs.params.planning.geo_dl_mbps.value
        return float(sold if satellite < 0 else min(sold, self.geo[satellite].rate_mbps[place]))

    def capacity(self, kind: str, one: int, two: int) -> float:
        """Capacity of a pool: terminals of cells and blocks, Mbit/s of a leased beam, transponders of a beam."""
        planning = self.inputs.params.planning
        if kind == CELL:
            return self._cell_users[one, two]
        if kind == BLOCK:
            return float(np.floor(planning.leo_lit_share.value * self._block_users[one, two] * self.block**2))
        if kind == BEAM:
            return planning.geo_beam_mbps.value
        return float(self.geo[one].beam_transponders[two])


def household_options(
    sky: Sky, offers: Offers, part: int, place: int, x_m: float, y_m: float, limits: PlaceLimits
) -> None:
    """Add the satellite options of a part of a place."""
    inputs = sky.inputs
    if not limits[LOW_ORBIT][place]:
        option = offers.add(part, LOW_ORBIT, -1, 0.0, inputs.params.planning.leo_dl_mbps.value)
        sky.use_low_orbit(offers, option, place, x_m, y_m, inputs.household_growth)
    if not limits[GEOSTATIONARY][place]:
        for satellite in sky.serving(place, inputs.standard.latency_ms):
            speed = sky.geostationary_dl_mbps(satellite, place)
            option = offers.add(part, GEOSTATIONARY, -1, 0.0, speed)
            sky.use_geostationary(offers, option, satellite, place, x_m, y_m, inputs.busy_hour_mbps)


def satellite_options(
    sky: Sky,
    part_place: Ints,
    part_x_m: NDArray,
    part_y_m: NDArray,
    offers: Offers,
    limits: PlaceLimits,
) -> None:
    """Add the satellite options of all parts, numbered from 0 on."""
    for part, (place, x_m, y_m) in enumerate(
        zip(part_place.tolist(), part_x_m.tolist(), part_y_m.tolist(), strict=True)
    ):
        household_options(sky, offers, part, place, x_m, y_m, limits)

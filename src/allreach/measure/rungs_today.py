"""Who gets each standard of a ladder today, from one look at what stands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from allreach.demand.points import DemandPoints
from allreach.measure.point_service import Heard, heard_at_points, lines_at_points, point_service
from allreach.params.country_config import ServiceStandard
from allreach.params.demand import Demand
from allreach.params.planning import Planning
from allreach.params.service_rules import why_no_mast
from allreach.progress import Progress
from allreach.radio.engine.reception import Environment
from allreach.radio.sites import SiteArrays, site_arrays


@dataclass(frozen=True)
class StandingNetwork:
    """What stands, as it is heard and passes homes; standards that ask about the same masts share what is heard.

    Parameters
    ----------
    points
        Points of demand.
    sites, fibre
        Tables of the folder.
    environment
        Terrain and parameters; its paths are kept.
    demand, planning
        Parameters, as `today.measure` takes them.
    progress
        Called with (stage, done, total).
    """

    points: DemandPoints
    sites: gpd.GeoDataFrame
    fibre: gpd.GeoDataFrame
    environment: Environment
    demand: Demand
    planning: Planning
    progress: Progress | None = None
    _heard: dict[tuple[object, ...], tuple[SiteArrays, Heard]] = field(default_factory=dict, init=False, repr=False)

    def reached_share(self, standard: ServiceStandard) -> NDArray[np.float64]:
        """Share of each point's people who get a standard today, sectors filled, as `today.measure` says it."""
        around = self.environment.under(standard)
        arrays, heard = self._heard_under(standard)
        lines = lines_at_points(self.points, self.fibre, around, self.planning)
        uptake = self.demand.uptake_share.value
        need = self.points.households * (1.0 - lines.reached) * standard.busy_hour_mbps * uptake
        service, _ = point_service(self.points, arrays, heard, lines.reached, need, around.radio)
        return service.reached_share

    def people_share(self, standard: ServiceStandard) -> float:
        """Share of the people who get a standard today."""
        people = self.points.population
        total = float(people.sum())
        return float(people @ self.reached_share(standard)) / total if total else 0.0

    def _heard_under(self, standard: ServiceStandard) -> tuple[SiteArrays, Heard]:
        """Return what is heard under a standard; its speed alone does not change what there is to hear."""
        fields = standard.model_dump()
        key = tuple(str(fields[name]) for name in ("generation", "indoors", "locations_share", "hours_share"))
        around = self.environment.under(standard)
        if key not in self._heard:
            grid, antennas = around.terrain.grid, around.antennas
            arrays = site_arrays(self.sites, grid, around.radio, standard.generation, antennas=antennas)
            heard = heard_at_points(self.points, arrays, around, self.planning, self.progress)
            self._heard[key] = arrays, heard
        arrays, heard = self._heard[key]
        least_mbps = np.inf if why_no_mast(standard, self.planning) else standard.dl_mbps
        is_eligible = heard.meets(standard, least_mbps, around.radio)
        return arrays, replace(heard, is_eligible=is_eligible, least_mbps=least_mbps)

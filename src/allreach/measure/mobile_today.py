"""Who is under a mobile signal today, by generation and place of use; and how much of the roads."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from allreach.demand.points import DemandPoints
from allreach.demand.road_points import ROAD_CLASSES, road_pixels
from allreach.measure.coverage_rasters import NO_SIGNAL, CoverageRasters
from allreach.measure.point_service import Heard, covered
from allreach.measure.summary import MobileToday, RoadClassToday, RoadsToday
from allreach.outline import country_area
from allreach.params.demand import Demand
from allreach.progress import Progress
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment, Served, margin_db, serve, speed_mbps
from allreach.radio.sites import SiteArrays, site_arrays
from allreach.vocabulary import Generation

Bools = NDArray[np.bool_]


def mobile_today(
    points: DemandPoints,
    sites: gpd.GeoDataFrame,
    environment: Environment,
    heard: Heard,
    demand: Demand,
    progress: Progress | None = None,
) -> tuple[tuple[MobileToday, ...], float]:
    """Share of the people under each generation outdoors and indoors, and with 4G or later outdoors at the median.

    Under a signal is who gets ``demand.signal_dl_mbps`` alone in the sector at the locations and hours of the standard.
    Who is under 5G is under 4G or later, and who is under it indoors is under it outdoors.

    Parameters
    ----------
    points
        Points of demand.
    sites
        Table ``sites``.
    environment
        As in `measure`; paths that are known are not computed anew.
    heard
        What was heard under its standard.
    demand
        Parameters.
    progress
        Called with (stage, done, total).
    """
    radio = environment.radio
    people, total = points.population, max(float(points.population.sum()), 1e-300)
    clutter_m = environment.terrain.clutter_m[points.row, points.col]
    under: dict[tuple[Generation, bool], Bools] = {}
    has_broadband = np.zeros(points.n_points, dtype=bool)
    for generation in Generation:
        arrays = site_arrays(sites, environment.terrain.grid, radio, generation, antennas=environment.antennas)
        outdoors: Served | None = None
        for indoors in (False, True):
            found = np.zeros(points.n_points, dtype=bool)
            if arrays.serves.any():
                served = _served(points, arrays, environment, heard, generation, indoors, progress)
                outdoors = served if outdoors is None else outdoors
                margin = margin_db(handset(radio, indoors=indoors), environment, clutter_m)
                found = speed_mbps(served, arrays, radio, margin) >= demand.signal_dl_mbps.value
                found &= heard.has_signal
            under[generation, indoors] = found
        if generation is Generation.G4 and outdoors is not None:
            has_broadband = covered(outdoors, radio)[1]
    rows = []
    for generation in Generation:
        later = list(Generation)[list(Generation).index(generation) :]
        for indoors in (False, True):
            shown = np.any([under[one, where] for one in later for where in {indoors, True}], axis=0)
            rows.append(MobileToday(generation=generation.value, indoors=indoors, share=float(people @ shown) / total))
    return tuple(rows), float(people @ has_broadband) / total


def _served(
    points: DemandPoints,
    sites: SiteArrays,
    environment: Environment,
    heard: Heard,
    generation: Generation,
    indoors: bool,
    progress: Progress | None,
) -> Served:
    """Best servers of a generation at the points; those under the standard are known."""
    standard = environment.standard
    if generation is standard.generation and not indoors:
        return heard.outdoors
    if generation is standard.generation and standard.indoors:
        return heard.served
    stage = f"{generation} {'indoors' if indoors else 'outdoors'}"
    terminal = handset(environment.radio, indoors=indoors)
    return serve(points.x_m, points.y_m, sites, environment, terminal, keep=True, progress=progress, stage=stage)


def roads_today(
    roads: gpd.GeoDataFrame,
    boundaries: gpd.GeoDataFrame,
    rasters: CoverageRasters | None,
    environment: Environment,
    demand: Demand,
) -> RoadsToday | None:
    """Kilometres of road under 4G or later outdoors, from the coverage map.

    None where there are no roads or no map, or where the map is one of handsets indoors or of 5G alone.
    """
    standard = environment.standard
    if rasters is None or standard.indoors or standard.generation is not Generation.G4:
        return None
    pixels = road_pixels(roads, environment.terrain.grid, country_area(boundaries))
    if not len(pixels.road):
        return None
    at = pixels.row, pixels.col
    speed_mbps = np.nan_to_num(rasters.dl_mbps[at])
    is_under = (rasters.state[at] != NO_SIGNAL) & (speed_mbps >= demand.signal_dl_mbps.value)
    km, road_class = pixels.length_m / 1000.0, roads["road_class"].to_numpy(dtype=str)[pixels.road]

    def share(mine: Bools) -> float:
        return float(km[mine & is_under].sum() / km[mine].sum())

    every = np.ones(len(km), dtype=bool)
    by_class = {
        name: RoadClassToday(road_km=float(km[mine].sum()), outdoor_4g_share=share(mine))
        for name in ROAD_CLASSES
        if (mine := road_class == name).any()
    }
    return RoadsToday(road_km=pixels.km, outdoor_4g_share=share(every), by_class=by_class)

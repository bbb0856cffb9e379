"""A country as radio and demand take it: its ground with the air above it, and where its people are."""

from __future__ import annotations

from allreach.demand.points import DemandPoints, demand_points
from allreach.io.country_folder import Country
from allreach.params.country_config import CountryConfig
from allreach.params.load import Params
from allreach.radio.engine.reception import Environment
from allreach.terrain.terrain import terrain


def environment_of(
    country: Country, config: CountryConfig, params: Params, *, n_threads: int = 0, device: str = "cpu"
) -> Environment:
    """Ground, radio parameters and service standard.

    Parameters
    ----------
    country
        Rasters.
    config
        Refractivity and standard, as the scenario asks for them.
    params
        Parameters, as the scenario asks for them.
    n_threads, device
        Of the computation.
    """
    radio = params.radio
    ground = terrain(country.grid, country.terrain_m, country.clutter_class, country.zones, radio.clutter_heights_m())
    return Environment(
        ground, radio, config.service_standard, config.delta_n, config.n0, n_threads, device, antennas=country.antennas
    )


def points_of(country: Country, config: CountryConfig, params: Params) -> DemandPoints:
    """Where the people of a country are; arguments as for `environment_of`."""
    return demand_points(
        country.table("places"),
        country.population,
        country.grid,
        params.demand,
        household_size=config.household_size,
        boundaries=country.table("boundaries"),
        evidence=country.evidence("places", "population"),
    )

"""Lists of purchases and yearly payments of the things a plan may build.

Each function returns `Lines` for `finance.cost_items.PriceList.cost` and for the bill. Quantities may be arrays.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allreach.backhaul.trench import SEA, SLOPES, SURFACES
from allreach.finance.cost_items import Line, Lines
from allreach.kernels.solar_irradiation import worst_month_sun_hours
from allreach.params.costs import Costs

Area = Literal["rural", "suburban", "urban"]
LEAST_SUN_H = 0.01
"""Stands for a month without sun in a division. [h/day]"""
HOP_BANDS_KM = (10.0, 20.0, 30.0, np.inf)  # upper ends of hop_10km ... hop_45km, as in the cost book


def fibre_route(costs: Costs, trench_km: ArrayLike) -> Lines:
    """Fibre along a route: one purchase per trench class, and upkeep.

    Parameters
    ----------
    costs
        Cost book.
    trench_km
        Length by `backhaul.trench.TRENCH_CLASSES`, shape (..., classes). [km] Existing fibre costs nothing.
    """
    km = np.asarray(trench_km, dtype=np.float64)
    multiplier = trench_multiplier(costs)
    land = [
        Line("fibre_buried_usd_per_km", km[..., k], float(multiplier[k]))
        for k in range(len(SLOPES) * len(SURFACES))
        if np.any(km[..., k] > 0)
    ]
    sea = [Line("fibre_sea_usd_per_km", km[..., SEA])] if np.any(km[..., SEA] > 0) else []
    dry = range(len(SLOPES) * len(SURFACES))
    price = costs.fibre_buried_usd_per_km.value * sum(km[..., k] * multiplier[k] for k in dry)
    return (*land, *sea, Line("fibre_om_share_per_year", price + costs.fibre_sea_usd_per_km.value * km[..., SEA]))


def trench_multiplier(costs: Costs) -> NDArray[np.float64]:
    """Price of each dry trench class over that of flat soil, shape (slopes x surfaces,)."""
    slope = np.array([1.0, costs.fibre_rolling_multiplier.value, costs.fibre_mountain_multiplier.value])
    return np.concatenate([slope, slope * costs.fibre_paved_multiplier.value])


def exchange(costs: Costs, n_homes_connected: ArrayLike) -> Lines:
    """Exchange with the ports that its homes need.

    Parameters
    ----------
    costs
        Cost book.
    n_homes_connected
        Subscribers; ports are whole. Zero homes still cost the chassis.
    """
    ports = np.ceil(np.asarray(n_homes_connected, dtype=np.float64) / costs.olt_homes_per_port.value)
    capex = costs.exchange_usd.value + ports * costs.olt_port_usd.value
    return (
        Line("exchange_usd", 1.0),
        Line("olt_port_usd", ports),
        Line("exchange_om_share_per_year", capex),
        Line("exchange_power_usd_per_year", 1.0),
    )


def street_km_per_home(costs: Costs, homes_per_km2: ArrayLike) -> NDArray[np.float64]:
    """Distribution fibre per home passed, from the density of homes (km).

    A tree that joins random points costs about 0.63 / sqrt(density) each; streets make it longer by the route factor.
    """
    density = np.maximum(np.asarray(homes_per_km2, dtype=np.float64), 1e-6)
    return np.asarray(costs.distribution_spread.value * costs.route_factor.value / np.sqrt(density))


def homes_passed(costs: Costs, n_homes: ArrayLike, homes_per_km2: ArrayLike, multiplier: ArrayLike = 1.0) -> Lines:
    """Homes passed with fibre in the street.

    Parameters
    ----------
    costs
        Cost book.
    n_homes
        Homes passed.
    homes_per_km2
        Density of homes where people live, not of the whole district. [homes/km2]
    multiplier
        Slope multiplier on the street fibre.
    """
    km = np.asarray(n_homes, dtype=np.float64) * street_km_per_home(costs, homes_per_km2)
    return (
        Line("home_passed_usd", n_homes),
        Line("fibre_distribution_usd_per_km", km, multiplier),
        Line("fibre_om_share_per_year", costs.fibre_distribution_usd_per_km.value * km * np.asarray(multiplier)),
    )


def homes_connected(n_homes: ArrayLike) -> Lines:
    """Fibre subscribers: drop, terminal, operation."""
    return (Line("drop_usd", n_homes), Line("ont_usd", n_homes), Line("fibre_home_om_usd_per_year", n_homes))


def site(height_m: ArrayLike, *, track_km: ArrayLike = 0.0, area: Area = "rural") -> Lines:
    """Return what a new three-sector site costs without power and backhaul.

    Parameters
    ----------
    height_m
        Height of the tower. [m]
    track_km
        Track to be built from the nearest road. [km]
    area
        Chooses the rent.
    """
    return (
        Line("site_equipment_usd", 1.0),
        Line("site_installation_usd", 1.0),
        *tower(height_m),
        *_track(track_km),
        Line("site_om_usd_per_year", 1.0),
        Line(f"site_rent_{area}_usd_per_year", 1.0),
    )


def tower(height_m: ArrayLike) -> Lines:
    """Tower with foundation; also what a taller mast adds (m)."""
    return (Line("tower_usd_per_m", height_m),)


def site_upgrade(costs: Costs) -> Lines:
    """Add a band with three sectors to a site that stands, with its upkeep and grid electricity."""
    return (
        Line("site_upgrade_usd", 1.0),
        Line("site_upgrade_om_share_per_year", costs.site_upgrade_usd.value),
        Line("site_energy_usd_per_year", costs.site_upgrade_power_share.value),
    )


def relay(height_m: ArrayLike, *, track_km: ArrayLike = 0.0) -> Lines:
    """Relay tower without power and hops."""
    return (
        Line("relay_installation_usd", 1.0),
        *tower(height_m),
        *_track(track_km),
        Line("relay_om_usd_per_year", 1.0),
        Line("site_rent_rural_usd_per_year", 1.0),
    )


def grid_power(costs: Costs, grid_km: ArrayLike, *, load_share: float = 1.0) -> Lines:
    """Power from the grid.

    Parameters
    ----------
    costs
        Cost book.
    grid_km
        Line to be built to the nearest grid. [km]
    load_share
        Load over that of a site (`relay_power_share` for a relay).
    """
    km = np.asarray(grid_km, dtype=np.float64)
    capex = costs.grid_connection_usd.value + km * costs.grid_extension_usd_per_km.value
    return (
        Line("grid_connection_usd", 1.0),
        Line("grid_extension_usd_per_km", km),
        Line("grid_om_share_per_year", capex),
        Line("site_energy_usd_per_year", load_share),
    )


def solar_power(costs: Costs, sun_hours: ArrayLike, *, load_share: float = 1.0) -> Lines:
    """Power from panels and batteries, enough for the worst month.

    Parameters
    ----------
    costs
        Cost book.
    sun_hours
        Hours of full sun a day in the worst month (`site_sun_hours`); near 0 the panels cost more than any other power.
        [h/day]
    load_share
        Load over that of a site (`relay_power_share` for a relay).
    """
    load_w = costs.site_power_w.value * load_share
    sun = np.maximum(np.asarray(sun_hours, dtype=np.float64), LEAST_SUN_H)
    peak_w = load_w * 24.0 / (sun * costs.solar_efficiency.value)
    return (
        Line("solar_usd_per_w", peak_w),
        Line("battery_usd_per_kwh", load_w / 1000.0 * costs.battery_autonomy_h.value),
        Line("solar_om_share_per_year", peak_w * costs.solar_usd_per_w.value),
    )


def site_sun_hours(costs: Costs, latitude_deg: ArrayLike) -> NDArray[np.float64]:
    """Hours of full sun a day that a panel at the best tilt gets in the worst month at a latitude (degrees)."""
    return worst_month_sun_hours(latitude_deg, costs.solar_clearness.value)


def genset_power(costs: Costs, *, load_share: float = 1.0) -> Lines:
    """Power from a diesel generator: what is left where there is neither grid nor enough sun in every month."""
    load_kw = costs.site_power_w.value / 1000.0 * load_share
    return (
        Line("genset_usd", 1.0),
        Line("genset_om_share_per_year", costs.genset_usd.value),
        Line("genset_fuel_usd_per_kw_per_year", load_kw),
    )


def hop(costs: Costs, length_km: float, *, n_channels: ArrayLike = 1.0, over_sea: bool = False) -> Lines:
    """Microwave hop of a length, without towers.

    Parameters
    ----------
    costs
        Cost book.
    length_km
        Length. [km]
    n_channels
        Radio channels; each costs as much as the first.
    over_sea
        Whether it crosses the sea.
    """
    item = hop_item(length_km)
    multiplier = costs.sea_hop_multiplier.value if over_sea else 1.0
    price = np.asarray(n_channels, dtype=np.float64) * multiplier * float(getattr(costs, item).value)
    return (Line(item, n_channels, multiplier), Line("hop_om_share_per_year", price))


def hop_item(length_km: float) -> str:
    """Item of the cost book for a hop of a length (km)."""
    names = ("hop_10km_usd", "hop_20km_usd", "hop_30km_usd", "hop_45km_usd")
    return names[int(np.searchsorted(HOP_BANDS_KM, length_km))]


def fwa_home(costs: Costs, n_homes: ArrayLike) -> Lines:
    """Fixed-wireless subscribers: terminal with outdoor antenna, installation, upkeep."""
    n = np.asarray(n_homes, dtype=np.float64)
    return (
        Line("fwa_cpe_usd", n),
        Line("fwa_installation_usd", n),
        Line("fwa_om_share_per_year", n * costs.fwa_cpe_usd.value),
    )


def leo_home(n_homes: ArrayLike) -> Lines:
    """Low-orbit subscribers at the retail price, best effort."""
    return (
        Line("leo_kit_usd", n_homes),
        Line("leo_installation_usd", n_homes),
        Line("leo_plan_usd_per_year", n_homes),
    )


def geo_home(costs: Costs, n_homes: ArrayLike, committed_mbps: ArrayLike) -> Lines:
    """Geostationary subscribers: terminals and committed capacity at the wholesale price.

    Parameters
    ----------
    costs
        Cost book.
    n_homes
        Terminals.
    committed_mbps
        Busy-hour capacity of all of them together. [Mbit/s]
    """
    n = np.asarray(n_homes, dtype=np.float64)
    return (
        Line("geo_terminal_usd", n),
        Line("geo_om_share_per_year", n * costs.geo_terminal_usd.value),
        Line("satellite_committed_usd_per_mbps_per_year", committed_mbps),
    )


def satellite_backhaul(costs: Costs, committed_mbps: ArrayLike) -> Lines:
    """Satellite terminal at a site, with committed capacity (Mbit/s)."""
    return (
        Line("satellite_backhaul_terminal_usd", 1.0),
        Line("geo_om_share_per_year", costs.satellite_backhaul_terminal_usd.value),
        Line("satellite_committed_usd_per_mbps_per_year", committed_mbps),
    )


def gateway(costs: Costs, committed_mbps: ArrayLike, *, n_gateways: ArrayLike = 1.0) -> Lines:
    """Gateways of a part of the country that no fibre reaches, with committed satellite capacity (Mbit/s)."""
    price = np.asarray(n_gateways, dtype=np.float64) * float(costs.gateway_usd.value)
    return (
        Line("gateway_usd", n_gateways),
        Line("gateway_om_share_per_year", price),
        Line("satellite_committed_usd_per_mbps_per_year", committed_mbps),
    )


def transit(busy_hour_mbps: ArrayLike) -> Lines:
    """Internet transit and trunk capacity of terrestrial traffic (Mbit/s)."""
    return (Line("transit_usd_per_mbps_per_year", busy_hour_mbps),)


def institution(costs: Costs, technology: Literal["fibre", "cellular", "p2p", "satellite"]) -> Lines:
    """Equipment at an institution; its traffic is priced apart."""
    price = float(getattr(costs, f"institution_{technology}_usd").value)
    return (
        Line(f"institution_{technology}_usd", 1.0),
        Line(f"institution_{technology}_om_share_per_year", price),
    )


def _track(track_km: ArrayLike) -> Lines:
    return (Line("access_track_usd_per_km", track_km),) if np.any(np.asarray(track_km) > 0) else ()

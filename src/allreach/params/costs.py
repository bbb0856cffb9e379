"""The cost book; values and sources in ``costs.yaml``.

Names end in the unit. A plan counts every cost whoever pays it: the state, operators or households. Prices are in US
dollars of one year and without value-added tax and import duty; `finance.cost_items` adds both.
"""

from __future__ import annotations

from pydantic import Field, field_validator

from allreach.params.price_level import first_year, last_year
from allreach.params.quantity import Frozen, Quantity


class Costs(Frozen):
    """Prices, lives and the discount rate."""

    # Terms of all prices
    price_base_year: int = Field(default_factory=last_year, strict=False)
    """Year in whose money all prices are; sources of other years are brought to it by the US GDP deflator."""
    vat_pct: Quantity
    """Value-added tax on everything that is bought; 0 where it is refunded."""
    duty_pct: Quantity
    """Import duty on equipment: radios, terminals, electronics, panels, batteries; it is taxed in turn."""
    discount_rate: Quantity
    """Real discount rate; prices are constant prices, so no inflation enters."""
    # Fibre routes: base price x surface x slope
    fibre_buried_usd_per_km: Quantity
    """Buried fibre in flat soil beside an unpaved road: trench, duct, cable, splices, labour."""
    fibre_paved_multiplier: Quantity
    """Price in paved streets of built-up areas over that in soil."""
    fibre_rolling_multiplier: Quantity
    """Price in rolling ground (backhaul.rolling_from_deg) over that on flat ground."""
    fibre_mountain_multiplier: Quantity
    """Price in mountains (backhaul.mountain_from_deg) over that on flat ground."""
    fibre_sea_usd_per_km: Quantity
    """Fibre cable under water."""
    fibre_om_share_per_year: Quantity
    """Keeping fibre along a route or a street, patrols, repairs, wayleave, as a share of its price."""
    # Fibre to the home
    exchange_usd: Quantity
    """Exchange: OLT chassis, cabinet, rectifier and batteries, without ports."""
    exchange_om_share_per_year: Quantity
    """Yearly operation of an exchange, as a share of its price."""
    exchange_power_usd_per_year: Quantity
    """Electricity of an exchange."""
    olt_port_usd: Quantity
    """GPON port with optics."""
    olt_homes_per_port: Quantity
    """Homes that share a GPON port."""
    home_passed_usd: Quantity
    """Passing a home, without the fibre along the street."""
    fibre_distribution_usd_per_km: Quantity
    """Distribution fibre along village streets."""
    distribution_spread: Quantity
    """Street fibre per home times the square root of homes per unit of area."""
    route_factor: Quantity
    """Length along streets over the straight length."""
    drop_usd: Quantity
    """Drop cable and installation at a subscriber."""
    ont_usd: Quantity
    """Optical terminal at a subscriber."""
    fibre_home_om_usd_per_year: Quantity
    """Operating a fibre subscriber's line."""
    # Mobile and fixed-wireless sites
    site_equipment_usd: Quantity
    """Three sectors of radios and antennas, router, cabinet."""
    site_installation_usd: Quantity
    """Planning, transport, foundations' civil works, installation."""
    tower_usd_per_m: Quantity
    """Tower with foundation, per metre of height."""
    site_om_usd_per_year: Quantity
    """Maintenance, staff and security of a site."""
    site_rent_rural_usd_per_year: Quantity
    """Ground rent of a rural site."""
    site_rent_suburban_usd_per_year: Quantity
    """Rent of a suburban site."""
    site_rent_urban_usd_per_year: Quantity
    """Rent of an urban site."""
    site_upgrade_usd: Quantity
    """Adding a band with three sectors to a site that stands."""
    site_upgrade_om_share_per_year: Quantity
    """Yearly upkeep of an added band, as a share of its price."""
    site_upgrade_power_share: Quantity
    """Electricity of an added band over that of a whole site."""
    fwa_cpe_usd: Quantity
    """Fixed-wireless terminal with outdoor antenna."""
    fwa_installation_usd: Quantity
    """Installing a fixed-wireless terminal outdoors."""
    fwa_om_share_per_year: Quantity
    """Upkeep of a fixed-wireless terminal, as a share of its price."""
    access_track_usd_per_km: Quantity
    """Track from the nearest road to a new site."""
    relay_installation_usd: Quantity
    """Building a relay site, without tower and power."""
    relay_om_usd_per_year: Quantity
    """Maintenance of a relay site."""
    # Power of a site: grid, solar or diesel, whichever is cheapest there
    grid_connection_usd: Quantity
    """Transformer and meter where a line passes."""
    grid_extension_usd_per_km: Quantity
    """Medium-voltage line to a site."""
    grid_om_share_per_year: Quantity
    """Yearly upkeep of line and transformer, as a share of their price."""
    site_energy_usd_per_year: Quantity
    """Grid electricity of a site."""
    site_power_w: Quantity
    """Mean electric load of a site."""
    relay_power_share: Quantity
    """Electric load of a relay over that of a site."""
    solar_usd_per_w: Quantity
    """Solar panels with frame, charger and installation, per watt of peak power."""
    solar_clearness: Quantity
    """Sunshine that reaches the ground over that above the air, in the month that is worst for a panel."""
    solar_efficiency: Quantity
    """Energy that reaches the load over that of the panels in full sun: heat, dirt, charging, batteries."""
    battery_usd_per_kwh: Quantity
    """Lithium iron phosphate batteries, installed."""
    battery_autonomy_h: Quantity
    """Hours of load that the batteries of a solar site hold."""
    solar_om_share_per_year: Quantity
    """Yearly upkeep of panels, as a share of their price."""
    genset_usd: Quantity
    """Diesel generator with tank and starter batteries, installed."""
    genset_om_share_per_year: Quantity
    """Yearly upkeep of it, as a share of its price."""
    genset_fuel_usd_per_kw_per_year: Quantity
    """Diesel of a year, delivered, for a kilowatt of mean load."""
    # Microwave hops
    hop_10km_usd: Quantity
    """Hop up to 10 km: radios, antennas, survey, licence work; towers apart."""
    hop_20km_usd: Quantity
    """Hop from 10 to 20 km."""
    hop_30km_usd: Quantity
    """Hop from 20 to 30 km."""
    hop_45km_usd: Quantity
    """Hop over 30 km."""
    hop_om_share_per_year: Quantity
    """Yearly upkeep of a hop with its spectrum fee, as a share of its price."""
    sea_hop_multiplier: Quantity
    """Price of a hop over the sea over that of one over land."""
    # Satellite
    leo_kit_usd: Quantity
    """Low-orbit terminal of a household."""
    leo_installation_usd: Quantity
    """Installing a low-orbit terminal."""
    leo_plan_usd_per_year: Quantity
    """Low-orbit subscription at the retail price, best effort; the household or the programme pays it."""
    geo_terminal_usd: Quantity
    """Geostationary terminal with installation."""
    geo_om_share_per_year: Quantity
    """Yearly upkeep of a satellite terminal, as a share of its price."""
    satellite_committed_usd_per_mbps_per_year: Quantity
    """Committed satellite capacity at the wholesale price; never mixed with retail plans."""
    satellite_backhaul_terminal_usd: Quantity
    """Satellite terminal that carries a site's traffic."""
    gateway_usd: Quantity
    """Gateway of a part of the country that no fibre reaches."""
    gateway_om_share_per_year: Quantity
    """Yearly operation of a gateway, as a share of its price."""
    # Bandwidth
    transit_usd_per_mbps_per_year: Quantity
    """Internet transit and national trunk capacity per busy-hour Mbit/s; a cost of every terrestrial technology."""
    # Institutions: terminal by technology
    institution_fibre_usd: Quantity
    """Fibre equipment at an institution."""
    institution_fibre_om_share_per_year: Quantity
    """Yearly upkeep of it, as a share of its price."""
    institution_cellular_usd: Quantity
    """Cellular equipment at an institution."""
    institution_cellular_om_share_per_year: Quantity
    """Yearly upkeep of it, as a share of its price."""
    institution_p2p_usd: Quantity
    """Point-to-point radio equipment at an institution."""
    institution_p2p_om_share_per_year: Quantity
    """Yearly upkeep of it, as a share of its price."""
    institution_satellite_usd: Quantity
    """Satellite equipment at an institution."""
    institution_satellite_om_share_per_year: Quantity
    """Yearly upkeep of it, as a share of its price."""
    # Lives: an asset is bought again when its life ends
    fibre_life_years: Quantity
    """Fibre routes, distribution, drops."""
    exchange_life_years: Quantity
    """Exchange electronics and ports."""
    ont_life_years: Quantity
    """Optical terminals."""
    tower_life_years: Quantity
    """Towers, civil works, tracks."""
    radio_life_years: Quantity
    """Radios and antennas of sites."""
    hop_life_years: Quantity
    """Microwave hops."""
    cpe_life_years: Quantity
    """Fixed-wireless and satellite terminals."""
    p2p_life_years: Quantity
    """Point-to-point radio at an institution."""
    grid_life_years: Quantity
    """Power lines and transformers."""
    solar_life_years: Quantity
    """Solar panels."""
    battery_life_years: Quantity
    """Batteries."""
    genset_life_years: Quantity
    """Diesel generators."""
    gateway_life_years: Quantity
    """Gateways."""
    # For funding only: the same for every way to serve a place, so not in the plan's present value
    core_node_usd: Quantity
    """Core network node."""
    spectrum_coverage_usd_per_mhz_per_person: Quantity
    """Licence of coverage bands; a transfer to the state."""
    spectrum_capacity_usd_per_mhz_per_person: Quantity
    """Licence of capacity bands; a transfer to the state."""
    administration_share: Quantity
    """Administration over network cost."""
    profit_share: Quantity
    """Profit that an operator needs over its cost."""
    tax_share: Quantity
    """Tax on an operator's profit."""

    @field_validator("price_base_year")
    @classmethod
    def _in_the_deflator(cls, value: int) -> int:
        if not first_year() <= value <= last_year():
            raise ValueError(f"must be a year from {first_year()} to {last_year()}, which the deflator covers")
        return value

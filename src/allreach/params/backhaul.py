"""Parameters of the room backhaul; values and sources in ``backhaul.yaml``."""

from __future__ import annotations

from allreach.params.quantity import Frozen, Quantity


class Backhaul(Frozen):
    """Fibre routes, microwave hops and gateways."""

    trench_road_classes: tuple[str, ...]
    """Road classes that a trench may follow."""
    rolling_from_deg: Quantity
    """Ground slope from which a trench is in rolling ground."""
    mountain_from_deg: Quantity
    """Ground slope from which a trench is in mountain ground."""
    paved_from_people_per_km2: Quantity
    """Density from which the street is reinstated after the trench."""
    border_tolerance_km: Quantity
    """How far beyond the outline a road still counts as inside the country."""
    spur_factor: Quantity
    """Route length over straight length between a point and the road."""
    spur_max_km: Quantity
    """Longest straight spur from a road to a site, place or fibre node."""
    spur_min_km: Quantity
    """Shortest spur: the lead-in of a site that stands on the road."""
    spur_max_slope_deg: Quantity
    """Steepest ground along its course that a spur may cross."""
    land_gap_max_km: Quantity
    """Longest gap across dry land that may join two parts of the road network."""
    sea_cable_max_km: Quantity
    """Longest cable across water that may join two parts of the road network."""
    tap_spacing_km: Quantity
    """Distance between the points of an existing span where a new cable may be spliced in."""
    fibre_site_mbps: Quantity
    """Capacity of an existing site's fibre backhaul where the source has none."""
    microwave_site_mbps: Quantity
    """Capacity of an existing site's microwave or unknown backhaul where the source has none."""
    satellite_site_mbps: Quantity
    """Capacity of one site's satellite backhaul, and of an existing one where the source has none."""
    gateway_mbps: Quantity
    """Capacity of a satellite gateway that feeds a part of the country without a point of presence."""
    gateways_max: Quantity
    """Gateways that may stand side by side where one is too small."""
    mast_heights_m: tuple[float, ...]
    """Heights in which new masts are built. [m]"""
    k_factor_median: Quantity
    """Effective Earth radius over the true one, median."""
    k_factor_low: Quantity
    """Effective Earth radius over the true one that is exceeded in nearly all of the worst month."""
    fresnel_share_median: Quantity
    """Part of the first Fresnel radius that must be free at the median k-factor."""
    fresnel_share_low: Quantity
    """Part of the first Fresnel radius that must be free at the low k-factor."""
    rain_rate_001_mm_h: Quantity
    """Rain rate exceeded in 0.01 % of an average year; set to replace that of the maps of P.837-7."""
    hop_rain_outage_pct: Quantity
    """Part of an average year in which rain may cut a hop."""
    hop_multipath_outage_pct: Quantity
    """Part of an average year in which fading by layers of air may cut a hop longer than 5 km."""
    hop_short_ghz: Quantity
    """Carrier of short hops."""
    hop_short_max_km: Quantity
    """Longest short hop, whatever the rain."""
    hop_short_mbps: Quantity
    """Capacity of one channel of a short hop."""
    hop_medium_ghz: Quantity
    """Carrier of medium hops."""
    hop_medium_max_km: Quantity
    """Longest medium hop, whatever the rain."""
    hop_medium_mbps: Quantity
    """Capacity of one channel of a medium hop."""
    hop_long_ghz: Quantity
    """Carrier of long hops."""
    hop_long_max_km: Quantity
    """Longest long hop, whatever the rain."""
    hop_long_mbps: Quantity
    """Capacity of one channel of a long hop."""
    hop_channels_max: Quantity
    """Channels that may be stacked on one hop."""
    hop_system_gain_db: Quantity
    """Transmit power over the receiver's threshold at the modulation that gives the capacity."""
    hop_dish_short_m: Quantity
    """Diameter of the dishes of short hops."""
    hop_dish_medium_m: Quantity
    """Diameter of the dishes of medium hops."""
    hop_dish_long_m: Quantity
    """Diameter of the dishes of long hops."""
    hops_tried: Quantity
    """Nearest neighbours of each kind that are tested for line of sight."""
    hops_kept: Quantity
    """Hops of each kind that a tower keeps."""

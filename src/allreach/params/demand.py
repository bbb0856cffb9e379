"""Parameters of the room demand; values and sources in ``demand.yaml``."""

from __future__ import annotations

from typing import Literal

from allreach.params.quantity import Frozen, Quantity


class Demand(Frozen):
    """People's and institutions' traffic, and how people are put on the map."""

    uptake_share: Quantity
    """Share of the households under service that use it in the busy hour at the speed of the service standard."""
    uptake_by: Literal["everyone", "take_up"]
    """What gives ``uptake_share``: its own value, or the curve of take-up (``take_up_*``)."""
    take_up_price_elasticity: Quantity
    """Change of the number of users by the price as a share of income, both in per cent; never above 0."""
    take_up_income_elasticity: Quantity
    """Change of the number of users by the income a head, both in per cent; never below 0."""
    take_up_elasticity_at_share: Quantity
    """Share of the households passed that used the service where the elasticities were measured."""
    take_up_growth_per_year: Quantity
    """Growth of the odds of use (logarithm) by the year of service."""
    take_up_share: Quantity
    """Share of the households passed that use the service, where a country publishes no ratio of its own."""
    take_up_share_gni_usd: Quantity
    """Income a head where that share holds."""
    take_up_share_price_pct_gni: Quantity
    """Price as a share of income a head where that share holds."""
    take_up_anchor_years: Quantity
    """Years of service behind the ratio of used to passed that the curve goes through."""
    traffic_growth_per_year: Quantity
    """Growth of a household's and an institution's busy-hour traffic."""
    traffic_growth_years: Quantity
    """Years from the start of the plan for which traffic grows; never beyond the horizon."""
    household_growth_per_year: Quantity
    """Growth of the number of households of every place over the horizon."""
    signal_dl_mbps: Quantity
    """Least speed at the locations and hours of the standard that counts as being under a mobile signal: what a
    standard of coverage (``service: mobile``) sells."""
    signal_busy_hour_mbps: Quantity
    """Mean traffic of a household in the busy hour for which a network that is asked for a signal alone is sized."""
    road_busy_hour_mbps_per_km: Quantity
    """Mean traffic along a kilometre of road in the busy hour for which a signal along roads is sized."""
    road_spacing_m: Quantity
    """Distance between the points that stand for a road; no less than a pixel."""
    road_stretch_km: Quantity
    """Edge of the cells in which the roads of one class are one stretch."""
    settlement_people_per_km2: Quantity
    """Density at which a place's people are spread around its centre where the folder has no population raster."""
    cluster_min_people: Quantity
    """Least people of a cluster of populated pixels that becomes a place where the folder has no places."""
    school_mbps: Quantity
    """Busy-hour demand of a school."""
    clinic_mbps: Quantity
    """Busy-hour demand of a clinic."""
    hospital_mbps: Quantity
    """Busy-hour demand of a hospital."""
    town_hall_mbps: Quantity
    """Busy-hour demand of a town hall."""
    university_mbps: Quantity
    """Busy-hour demand of a university."""
    technology_park_mbps: Quantity
    """Busy-hour demand of a technology park."""
    venue_mbps: Quantity
    """Busy-hour demand of a venue."""
    police_mbps: Quantity
    """Busy-hour demand of a police station."""
    post_mbps: Quantity
    """Busy-hour demand of a post office."""
    other_mbps: Quantity
    """Busy-hour demand of an institution of another kind."""
    institution_interactive_latency_ms: Quantity
    """Longest round trip to an institution where people talk, examine or work over the line."""
    institution_relaxed_latency_ms: Quantity
    """Longest round trip to an institution of a relaxed kind."""
    institution_relaxed_kinds: tuple[str, ...]
    """Kinds of institutions that bear a long round trip, such as over a geostationary satellite."""

    def traffic_growth(self, horizon_years: float) -> float:
        """Traffic of a household in the last year of the plan over that of today."""
        years = min(self.traffic_growth_years.value, horizon_years)
        return float((1.0 + self.traffic_growth_per_year.value) ** years)

    def household_growth(self, horizon_years: float) -> float:
        """Households in the last year of the plan over those of today."""
        return float((1.0 + self.household_growth_per_year.value) ** horizon_years)

    def growth(self, horizon_years: float) -> float:
        """Demand in the last year of the plan over that of today."""
        return self.traffic_growth(horizon_years) * self.household_growth(horizon_years)

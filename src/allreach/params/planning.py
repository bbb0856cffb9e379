"""Parameters of the room planning; values and sources in ``planning.yaml``."""

from __future__ import annotations

from pydantic import Field

from allreach.params.quantity import Frozen, Quantity


class Planning(Frozen):
    """Horizon, candidates and solver limits. Add ``key: Quantity`` with a docstring here and its value in the YAML."""

    candidates_per_place: Quantity
    """New sites proposed for a place with unreached people."""
    candidate_min_people: Quantity
    """Fewest unreached people for whom a place gets new sites of its own."""
    candidate_signal_cell_km: Quantity
    """Edge of the cells of a place that get new sites each, under a standard of mobile service outdoors."""
    candidate_indoor_cell_km: Quantity
    """The same under a standard of mobile service indoors."""
    candidate_height_m: Quantity
    """Antenna height of a new site."""
    candidate_spacing_m: Quantity
    """Edge of the lattice cell in which only one new site is kept, and least distance to a site that stands."""
    candidate_slope_max_deg: Quantity
    """Steepest ground on which a site is built."""
    candidate_high_ground_km: Quantity
    """How far from a place high ground is looked for."""
    candidate_relief_m: Quantity
    """How far high ground must rise over the lowest ground within a kilometre."""
    candidate_road_km: Quantity
    """How far from a place a road is looked for."""
    candidate_edge_km: Quantity
    """How far from the centre the edge of a settlement is looked for."""
    candidate_access_max_km: Quantity
    """Longest track to be built to a site off the road."""
    candidate_track_factor: Quantity
    """Length of a track over its straight distance."""
    candidate_track_slope_max_deg: Quantity
    """Steepest ground that a track may cross in a straight line; it winds below that."""
    candidate_view_km: Quantity
    """Radius in which the people that a site sees are counted."""
    candidate_view_height_m: Quantity
    """Height above ground at which people are seen: clears trees and houses at the far end."""
    upgrade_range_km: Quantity
    """How near an existing site must be to unreached people to be offered for an upgrade."""
    power_tap_max_kv: Quantity
    """Highest voltage of a line that a site can be fed from without a substation."""
    power_place_min_people: Quantity
    """Places of at least so many people count as having the grid, since maps lack most low-voltage lines."""

    # Terms and options
    horizon_years: Quantity
    """Length of the plan over which present values are taken."""
    target_share: Quantity
    """Share of people whom the plan must reach; below it the plan fails and says why. 0: as many as can be reached."""
    budget_usd: float | None = Field(default=None, ge=0.0)
    """Present value that the plan may cost, whoever pays: then it reaches as many people as that can buy; none: as
    many as can be reached at all, at the least cost. [USD]"""
    verify_rounds: Quantity
    """How often a country is planned at most: again, with a greater margin, where measuring the plan falls short."""
    verify_tolerance_share: Quantity
    """Share of people by which the measured reach may fall short of the planned one before it is planned again."""
    verify_margin_step_db: Quantity
    """What each further round adds to the margin for planned neighbours."""
    leo_users_per_km2: Quantity
    """Households that a low-orbit constellation serves per area, in any one cell."""
    leo_cell_km2: Quantity
    """Area of a cell of a low-orbit constellation."""
    leo_lit_share: Quantity
    """Part of its cells that a constellation can serve to the full at once: the limit of a block of cells."""
    leo_block_cells: Quantity
    """Cells on the edge of such a block."""
    leo_dl_mbps: Quantity
    """Speed of a low-orbit terminal in the busy hour."""
    leo_latency_ms: Quantity
    """Round-trip time of a low-orbit link."""
    geo_dl_mbps: Quantity
    """Speed of a geostationary terminal."""
    geo_latency_ms: Quantity
    """Round-trip time of a geostationary link."""
    geo_beam_km: Quantity
    """Edge of a geostationary beam's footprint."""
    geo_beam_mbps: Quantity
    """Capacity of a geostationary beam that can be leased."""
    fibre_latency_ms: Quantity
    """Round-trip time over fibre to the home."""
    radio_latency_ms: Quantity
    """Round-trip time over a mobile or fixed-wireless site with terrestrial backhaul."""
    institutions: Quantity
    """Whether the folder's institutions are connected by the plan (1) or only shown on the map (0)."""
    institution_people: Quantity
    """What an institution weighs among the people reached where not all can be: a policy number, never counted."""
    institution_retail_max_mbps: Quantity
    """Today's busy-hour demand up to which an institution takes a retail satellite plan; beyond, committed capacity."""
    leo_contention: Quantity
    """Subscribers among whom a low-orbit constellation shares the speed sold in the busy hour."""
    # Size of the model
    existing_sites_per_part: Quantity
    """Existing sites offered to a part of a place."""
    new_sites_per_part: Quantity
    """New sites offered to a part of a place."""
    hops_per_site: Quantity
    """Hops offered into each site from what stands, and as many from other candidates, each at every capacity."""
    fibre_source_mbps: Quantity
    """Backhaul from which a site that stands may feed new fibre; new fibre never starts where a hop ends."""
    part_min_share: Quantity
    """Share of a place's households below which a group of like-covered homes joins another group."""
    parts_max: Quantity
    """Parts of a place, and of each further 2,000 households of it, at most."""
    # Answers on request: plans at other prices
    answer_draws: Quantity
    """Draws of the cost book."""
    answer_tries: Quantity
    """Facilities tried at each other price besides those of the plan."""
    answer_searches: Quantity
    """Full searches at corners of the cost book at most; large countries have fewer."""
    answer_rounds: Quantity
    """Passes of closing, opening and swapping at each other price."""

"""Parameters of the room planning; values and sources in ``planning.yaml``."""

from __future__ import annotations

from allreach.params.quantity import Frozen, Quantity


class Planning(Frozen):
    """Horizon, candidates and solver limits. Add ``key: Quantity`` with a docstring here and its value in the YAML."""

    candidates_per_place: Quantity
    """New sites proposed for a place with unreached people."""
    candidate_min_people: Quantity
    """Fewest unreached people for whom a place gets new sites of its own."""
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

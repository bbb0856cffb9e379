"""A seeded country as arrays for speed tests: towns with villages around, roads, masts, hops and satellite cells."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from allreach.planning.model.problem import Problem
from allreach.vocabulary import Technology

FIBRE_USD_PER_KM = 15e3
DEMAND_MBPS = 0.25
SECTOR_MBPS = 300.0  # three sectors; a village of 1,000 homes fills them
HOP_MBPS = 1500.0  # a hop carries a few villages and no more
SATELLITE_PER_CELL = 400.0
KM2_PER_PLACE = 17.0  # as in Azerbaijan
PLACES_PER_TOWN = 12
SITES_OFFERED = 3
HOPS_PER_SITE = 3


def country_like(n_places: int, n_sites: int, *, seed: int = 1) -> Problem:
    """Return a country of so many places and candidate sites; sectors, hops and cells are tight in part of it."""
    rng = np.random.default_rng(seed)
    size_km = (KM2_PER_PLACE * n_places) ** 0.5
    n_towns = max(n_places // PLACES_PER_TOWN, 2)
    towns = rng.uniform(0, size_km, (n_towns, 2))
    around = towns[rng.integers(0, n_towns, n_places - n_towns)]
    villages = (around + rng.normal(0, 5.0, around.shape)).clip(0, size_km)
    place = np.vstack([towns, villages])
    households = np.round(rng.lognormal(4.8, 1.1, n_places)).clip(3, 3000)
    households[:n_towns] = np.round(households[:n_towns] * 3)
    site = place[rng.integers(0, n_places, n_sites)] + rng.normal(0, 1.5, (n_sites, 2))
    place_node, site_node = 1 + np.arange(n_places), 1 + n_places + np.arange(n_sites)
    tower_usd = np.concatenate([np.zeros(1 + n_places), rng.uniform(50e3, 90e3, n_sites)])

    # arcs: every third town has a point of presence, roads to the four next places, three hops to each mast
    tree = cKDTree(place)
    km, near = tree.query(place, k=5)
    tail, head, length = np.repeat(place_node, 4), place_node[near[:, 1:]].ravel(), km[:, 1:].ravel()
    roads = np.unique(np.vstack([np.column_stack([tail, head]), np.column_stack([head, tail])]), axis=0)
    length = np.hypot(*(place[roads[:, 0] - 1] - place[roads[:, 1] - 1]).T) * 1.2
    present = place_node[:n_towns:3]
    to_road_km, road_place = tree.query(site)
    mast_km, mast = cKDTree(site).query(site, k=HOPS_PER_SITE + 1)
    n_present, n_hops = len(present), n_sites * HOPS_PER_SITE
    arcs = [
        (np.zeros(n_present), present, 0, np.ones(n_present), 0.0, np.inf),
        (roads[:, 0], roads[:, 1], 1, length * FIBRE_USD_PER_KM + 500.0, 0.0, np.inf),
        (place_node[road_place], site_node, 1, to_road_km * 1.2 * FIBRE_USD_PER_KM + 800.0, 0.0, np.inf),
        (site_node[mast[:, 1:]].ravel(), np.repeat(site_node, HOPS_PER_SITE), 2,
         35e3 + 500.0 * mast_km[:, 1:].ravel(), 0.0, HOP_MBPS),
        (np.zeros(n_sites), site_node, 3, np.full(n_sites, 20e3), 15e3, 100.0),
    ]  # fmt: skip
    kind, per_mbps, capacity = (
        np.concatenate([np.full(len(arc[1]), arc[k], dtype=float) for arc in arcs]) for k in (2, 4, 5)
    )
    assert n_hops == len(arcs[3][1])

    # options: three next masts (handset, fixed wireless), fibre from an exchange, low orbit, geostationary
    offered_km, offered = cKDTree(site).query(place, k=SITES_OFFERED)
    efficiency = np.clip(3.0 - offered_km / 5.0, 0.5, 3.0)
    n_radio = n_places * SITES_OFFERED
    part = np.repeat(np.arange(n_places), SITES_OFFERED)
    each = np.arange(n_places)
    option_part = np.concatenate([part, part, each, each, each])
    names = ("mobile_new", "fwa", "fibre", "satellite_leo", "satellite_geo")
    count = (n_radio, n_radio, n_places, n_places, n_places)
    technology = np.repeat([Technology(name).code for name in names], count)
    none = np.full(n_places, -1)
    facility = np.concatenate([offered.ravel(), offered.ravel(), n_sites + each, none, none])
    price = np.concatenate(
        [np.zeros(n_radio), np.full(n_radio, 350.0), rng.uniform(900, 2500, n_places), np.full(n_places, 4800.0),
         np.full(n_places, 9000.0)]
    )  # fmt: skip
    mbps = np.repeat([DEMAND_MBPS, DEMAND_MBPS, DEMAND_MBPS, 0.0, 0.0], count)
    edge = max(int(size_km / 13.0), 1)
    across = (place / size_km * edge).astype(np.int64).clip(0, edge - 1)
    pool = np.concatenate([offered.ravel(), offered.ravel(), n_sites + across[:, 0] * edge + across[:, 1]])
    amount = np.concatenate(
        [DEMAND_MBPS / efficiency.ravel(), DEMAND_MBPS / np.minimum(4.0, 1.6 * efficiency.ravel()), np.ones(n_places)]
    )
    leo = 2 * n_radio + n_places + each
    order = np.argsort(option_part, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return Problem(
        part_place=each,
        part_households=households,
        part_people=households * 4.0,
        part_x_m=place[:, 0] * 1000.0,
        part_y_m=place[:, 1] * 1000.0,
        option_part=option_part[order],
        option_technology=technology[order].astype(np.int64),
        option_facility=facility[order].astype(np.int64),
        option_pv_usd=price[order],
        option_mbps=mbps[order],
        use_option=rank[np.concatenate([np.arange(2 * n_radio), leo])],
        use_pool=pool.astype(np.int64),
        use_amount=amount,
        pool_capacity=np.concatenate([np.zeros(n_sites), np.full(edge * edge, SATELLITE_PER_CELL)]),
        facility_node=np.concatenate([site_node, place_node]),
        facility_pv_usd=np.concatenate([rng.uniform(60e3, 90e3, n_sites), np.full(n_places, 30e3)]),
        facility_group=np.full(n_sites + n_places, -1, dtype=np.int64),
        gain_facility=np.arange(n_sites),
        gain_pool=np.arange(n_sites),
        gain_amount=np.full(n_sites, SECTOR_MBPS),
        node_tower_pv_usd=tower_usd,
        arc_from=np.concatenate([np.asarray(arc[0], dtype=np.int64) for arc in arcs]),
        arc_to=np.concatenate([np.asarray(arc[1], dtype=np.int64) for arc in arcs]),
        arc_kind=kind.astype(np.int64),
        arc_pv_usd=np.concatenate([arc[3] for arc in arcs]),
        arc_pv_usd_per_mbps=per_mbps,
        arc_capacity_mbps=capacity,
    )

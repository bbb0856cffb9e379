"""Random small countries as arrays, seeded: the cases that the planning tests share."""

from __future__ import annotations

import numpy as np

from allreach.planning.problem import TECHNOLOGIES, Problem

LEO = TECHNOLOGIES.index("satellite_leo")
NEW = TECHNOLOGIES.index("mobile_new")
FWA = TECHNOLOGIES.index("fwa")
FIBRE = TECHNOLOGIES.index("fibre")


def small_case(
    seed: int,
    *,
    n_places: int = 10,
    n_candidates: int = 12,
    n_junctions: int = 15,
    sector_mbps: float = 200.0,
    hop_mbps: float = 400.0,
    satellite_per_cell: float = 60.0,
    n_cells: int = 3,
    size_km: float = 60.0,
    geostationary: bool = True,
    hop_km: float = 30.0,
    reach_km: float = 12.0,
    demand_mbps: float = 2.0,
) -> Problem:
    """Return a country of places, candidate masts, a road graph with one point of presence, and satellite cells.

    ``geostationary`` adds a dear option without limits, so that everybody can be served.
    """
    rng = np.random.default_rng(seed)
    place_xy = rng.uniform(0, size_km, (n_places, 2))
    households = np.round(rng.lognormal(4.0, 0.9, n_places)).clip(3, 3000)
    near = place_xy[rng.integers(0, n_places, n_candidates)] + rng.normal(0, 2.5, (n_candidates, 2))
    junction_xy = rng.uniform(0, size_km, (n_junctions, 2))
    node_xy = np.vstack([junction_xy[:1], junction_xy, place_xy, near])  # root, junctions, places, towers
    n_nodes = len(node_xy)
    place_node = 1 + n_junctions + np.arange(n_places)
    tower_node = 1 + n_junctions + n_places + np.arange(n_candidates)
    tower_pv = np.zeros(n_nodes)
    tower_pv[tower_node] = rng.uniform(50e3, 90e3, n_candidates)

    arcs: list[tuple[int, int, int, float, float, float]] = []
    road = np.concatenate([[0], 1 + np.arange(n_junctions), place_node])
    for i in road.tolist():
        distance = np.hypot(*(node_xy[road] - node_xy[i]).T)
        for k in np.argsort(distance, kind="stable")[1:5]:
            j, price = int(road[k]), float(distance[k]) * 1.2 * 15e3 + 500.0
            arcs += [(i, j, 1, price, 0.0, np.inf), (j, i, 1, price, 0.0, np.inf)]
    for v in tower_node.tolist():
        distance = np.hypot(*(node_xy[road] - node_xy[v]).T)
        k = int(np.argmin(distance))
        price = float(distance[k]) * 18e3 + 800.0
        arcs += [(int(road[k]), v, 1, price, 0.0, np.inf)]
        to_towers = np.hypot(*(node_xy[tower_node] - node_xy[v]).T)
        for u, km in zip(tower_node.tolist(), to_towers.tolist(), strict=True):
            if u != v and km < hop_km:
                arcs.append((u, v, 2, 35e3 + 500 * km, 0.0, hop_mbps))
        if np.hypot(*(node_xy[v] - node_xy[0])) < 40:
            arcs.append((0, v, 2, 40e3, 0.0, hop_mbps))
        arcs.append((0, v, 3, 20e3, 3000.0, 100.0))
    unique = sorted({(a, b, kind): (a, b, kind, p, q, c) for a, b, kind, p, q, c in arcs if b != 0}.values())
    table = np.array(unique, dtype=float)

    demand = demand_mbps
    options: list[tuple[int, int, int, float, float]] = []
    uses: list[tuple[int, int, float]] = []
    cell = (place_xy[:, 0] / size_km * n_cells).astype(int).clip(0, n_cells - 1)
    for i in range(n_places):
        for j in range(n_candidates):
            km = float(np.hypot(*(place_xy[i] - near[j])))
            if km < reach_km:
                efficiency = float(np.clip(3.0 - km / 6.0, 0.5, 3.0))
                uses.append((len(options), j, demand / efficiency))
                options.append((i, NEW, j, 0.0, demand))
                uses.append((len(options), j, demand / min(4.0, efficiency * 1.6)))
                options.append((i, FWA, j, 350.0, demand))
        options.append((i, FIBRE, n_candidates + i, float(rng.uniform(900, 2500)), demand))
        uses.append((len(options), n_candidates + int(cell[i]), 1.0))
        options.append((i, LEO, -1, 4800.0, 0.0))
        if geostationary:
            options.append((i, LEO + 1, -1, 9000.0, 0.0))
    option = np.array(options, dtype=float)
    use = np.array(uses, dtype=float)
    n_facilities = n_candidates + n_places
    return Problem(
        part_place=np.arange(n_places),
        part_households=households,
        part_people=households * 4.0,
        part_x_m=place_xy[:, 0] * 1000.0,
        part_y_m=place_xy[:, 1] * 1000.0,
        option_part=option[:, 0].astype(np.int64),
        option_technology=option[:, 1].astype(np.int64),
        option_facility=option[:, 2].astype(np.int64),
        option_pv_usd=option[:, 3],
        option_mbps=option[:, 4],
        use_option=use[:, 0].astype(np.int64),
        use_pool=use[:, 1].astype(np.int64),
        use_amount=use[:, 2],
        pool_capacity=np.concatenate([np.zeros(n_candidates), np.full(n_cells, satellite_per_cell)]),
        facility_node=np.concatenate([tower_node, place_node]),
        facility_pv_usd=np.concatenate([rng.uniform(60e3, 90e3, n_candidates), np.full(n_places, 30e3)]),
        facility_group=np.full(n_facilities, -1, dtype=np.int64),
        gain_facility=np.arange(n_candidates),
        gain_pool=np.arange(n_candidates),
        gain_amount=np.full(n_candidates, sector_mbps),
        node_tower_pv_usd=tower_pv,
        arc_from=table[:, 0].astype(np.int64),
        arc_to=table[:, 1].astype(np.int64),
        arc_kind=table[:, 2].astype(np.int64),
        arc_pv_usd=table[:, 3],
        arc_pv_usd_per_mbps=table[:, 4],
        arc_capacity_mbps=table[:, 5],
    )

"""Random small countries as arrays, seeded: the cases that the planning tests share."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from allreach.planning.model.problem import Problem
from allreach.vocabulary import Technology

LEO = Technology.SATELLITE_LEO.code
NEW = Technology.MOBILE_NEW.code
FWA = Technology.FWA.code
FIBRE = Technology.FIBRE.code


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
    hops_per_mast: int | None = None,
) -> Problem:
    """Return a country of places, candidate masts, a road graph with one point of presence, and satellite cells.

    ``geostationary`` adds a dear option without limits, so that everybody can be served; ``hops_per_mast`` keeps only
    the hops from so many nearest masts.
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
        farthest = np.inf if hops_per_mast is None else float(np.sort(to_towers)[min(hops_per_mast, n_candidates - 1)])
        for u, km in zip(tower_node.tolist(), to_towers.tolist(), strict=True):
            if u != v and km < hop_km and km <= farthest:
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


def with_standing_masts(problem: Problem, n_masts: int, *, spare_mbps: float = 120.0) -> Problem:
    """Return the case with the first masts standing: free, of a third of the capacity, or upgraded for a price.

    A mast that stands has a link of ``spare_mbps`` from the root; as it is and upgraded exclude each other.
    """
    p, n = problem, problem.n_facilities
    masts = np.arange(n_masts)
    again = np.flatnonzero(np.isin(p.option_facility, masts))
    renumber = np.full(p.n_options, -1, dtype=np.int64)
    renumber[again] = p.n_options + np.arange(len(again))
    uses = np.flatnonzero(renumber[p.use_option] >= 0)
    part = np.concatenate([p.option_part, p.option_part[again]])
    order = np.argsort(part, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    free = np.isin(np.arange(n), masts)
    tower = p.node_tower_pv_usd.copy()
    tower[p.facility_node[masts]] = 0.0
    gain = np.where(np.isin(p.gain_facility, masts), p.gain_amount / 3.0, p.gain_amount)

    def options(name: str, values: np.ndarray) -> np.ndarray:
        return np.concatenate([getattr(p, name), values])[order]

    return replace(
        p,
        option_part=part[order],
        option_technology=options("option_technology", p.option_technology[again]),
        option_facility=options("option_facility", n + p.option_facility[again]),
        option_pv_usd=options("option_pv_usd", p.option_pv_usd[again]),
        option_mbps=options("option_mbps", p.option_mbps[again]),
        use_option=rank[np.concatenate([p.use_option, renumber[p.use_option[uses]]])],
        use_pool=np.concatenate([p.use_pool, p.use_pool[uses]]),
        use_amount=np.concatenate([p.use_amount, p.use_amount[uses]]),
        facility_node=np.concatenate([p.facility_node, p.facility_node[masts]]),
        facility_pv_usd=np.concatenate([np.where(free, 0.0, p.facility_pv_usd), np.full(n_masts, 45e3)]),
        facility_group=np.concatenate([np.where(free, np.arange(n), -1), masts]),
        gain_facility=np.concatenate([p.gain_facility, n + masts]),
        gain_pool=np.concatenate([p.gain_pool, masts]),
        gain_amount=np.concatenate([gain, p.gain_amount[np.searchsorted(p.gain_facility, masts)]]),
        node_tower_pv_usd=tower,
        arc_from=np.concatenate([p.arc_from, np.zeros(n_masts, dtype=np.int64)]),
        arc_to=np.concatenate([p.arc_to, p.facility_node[masts]]),
        arc_kind=np.concatenate([p.arc_kind, np.zeros(n_masts, dtype=np.int64)]),
        arc_pv_usd=np.concatenate([p.arc_pv_usd, np.zeros(n_masts)]),
        arc_pv_usd_per_mbps=np.concatenate([p.arc_pv_usd_per_mbps, np.zeros(n_masts)]),
        arc_capacity_mbps=np.concatenate([p.arc_capacity_mbps, np.full(n_masts, spare_mbps)]),
    )


KINDS = ("usual", "tight sectors", "tight hops", "few satellites")


@dataclass(frozen=True)
class DrawnCase:
    """A drawn case: its number, kind, problem, and whether dear satellites without limits serve everybody."""

    number: int
    kind: str
    problem: Problem
    everybody: bool


def drawn_case(number: int, *, n_places_max: int = 15, n_candidates_max: int = 25) -> DrawnCase:
    """Return one of the cases that are compared with the exact optimum; the kinds take turns."""
    rng = np.random.default_rng([20_261, number])
    kind = KINDS[number % len(KINDS)]
    n_places = 3 + int((n_places_max - 2) * rng.random() ** 3)  # mostly few: the exact solver needs long for many
    n_candidates = int(np.clip(round(n_places * rng.uniform(0.8, 1.7)), 3, n_candidates_max))
    everybody = kind != "few satellites" or number % (2 * len(KINDS)) == 3
    limits = {
        "usual": {},
        "tight sectors": {"sector_mbps": float(rng.uniform(30, 110))},
        "tight hops": {"hop_mbps": float(rng.uniform(50, 160)), "sector_mbps": float(rng.uniform(100, 250))},
        "few satellites": {
            "satellite_per_cell": float(rng.integers(2, 16)),
            "sector_mbps": float(rng.uniform(50, 250)),
            "geostationary": everybody,
        },
    }[kind]
    problem = small_case(
        int(rng.integers(0, 2**31)), n_places=n_places, n_candidates=n_candidates,
        n_junctions=int(rng.integers(2, 8)), hops_per_mast=3, **limits,
    )  # fmt: skip
    standing = int(rng.integers(0, 4))
    if standing:
        problem = with_standing_masts(problem, min(standing, n_candidates))
    return DrawnCase(number, kind, problem, everybody)

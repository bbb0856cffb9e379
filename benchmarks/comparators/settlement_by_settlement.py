"""Settlement by settlement, in the manner of OnSSET (least cost alone, then greedy extension of the grid).

Each settlement first takes what is cheapest for it alone: a site that stands or is upgraded, a mast of its own fed by a
hop or a satellite, or satellite service. Then the fibre network grows: a settlement joins where fibre to the home with
the trench from the nearest point of the network costs less than what it has; who has joined is a source for the next
round, until nobody joins. Nothing is taken back.
"""

from __future__ import annotations

import numpy as np
from standalone import Alone, Network, as_plan, exchanges, without_fibre

from allreach.planning.model.problem import Problem, Solution


def plan_settlement_by_settlement(problem: Problem) -> Solution:
    """Return the plan that these rules make, whatever capacities it breaks."""
    network = Network(problem)
    other = without_fibre(network, masts=True, upgrades=True)
    fibre = exchanges(problem)
    cheapest: list[Alone | None] = [
        min(options, key=lambda alone: (alone.usd, alone.option), default=None) for options in other
    ]
    alone_usd = np.array(
        [sum(np.inf if cheapest[q] is None else cheapest[q].usd for q in parts.tolist()) for parts in fibre.place_parts]
    )
    joined = np.zeros(len(fibre.node), dtype=bool)
    network_nodes = np.union1d([0], np.flatnonzero(network.standing))
    arcs: set[int] = set()
    while True:
        distance, last = network.shortest(network_nodes, network.trench)
        away = np.where(fibre.node >= 0, distance[np.maximum(fibre.node, 0)], np.inf)
        pays = ~joined & np.isfinite(away) & (np.nan_to_num(fibre.usd, nan=np.inf) + away < alone_usd)
        if not pays.any():
            break
        for i in np.flatnonzero(pays).tolist():
            way = network.way(int(fibre.node[i]), last)
            arcs |= set(way)
            network_nodes = np.union1d(network_nodes, problem.arc_to[way])
            network_nodes = np.union1d(network_nodes, fibre.node[i : i + 1])
        joined |= pays
    option = np.full(problem.n_parts, -1, dtype=np.int64)
    for i, parts in enumerate(fibre.place_parts):
        for part in parts.tolist():
            alone = cheapest[part]
            if joined[i]:
                option[part] = fibre.option[part]
            elif alone is not None:
                option[part] = alone.option
                arcs |= set(alone.arcs)
    standing = network.standing_arc[network_nodes]
    arcs |= set(standing[standing >= 0].tolist())
    return as_plan(network, option, arcs)

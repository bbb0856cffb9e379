"""The backhaul network with prices on it, made as small as it can be without losing a plan.

Points of presence that nothing limits become the root. Dead ends that nobody needs go; road nodes between two spans are
joined through. Every arc remembers the links it is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allreach.backhaul import network as net
from allreach.backhaul.network import BackhaulNetwork
from allreach.finance import recipes
from allreach.finance.cost_items import Line, Lines, PriceList
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.model.problem import ARC_KINDS, Bools, Floats, Ints

EXISTING, FIBRE, HOP, SATELLITE = (ARC_KINDS.index(k) for k in ("existing", "fibre", "hop", "satellite"))


@dataclass(frozen=True)
class PricedGraph:
    """Arcs for `problem.Problem`, with what they stand for.

    Parameters
    ----------
    node
        Node of the network of each node here; node 0 is the core, shape (N,).
    local
        Node here of each node of the network: 0 for points of presence, -1 where it was left out.
    arc_from, arc_to, arc_kind, arc_pv_usd, arc_pv_usd_per_mbps, arc_capacity_mbps
        As in the problem.
    arc_modules
        Radio channels of a hop, gateways side by side; 1 for others.
    path_start, path_link, path_tail
        Links of each arc from its start to its end, and the node of the network at which each begins.
    """

    node: Ints
    local: Ints
    arc_from: Ints
    arc_to: Ints
    arc_kind: Ints
    arc_pv_usd: Floats
    arc_pv_usd_per_mbps: Floats
    arc_capacity_mbps: Floats
    arc_modules: Ints
    path_start: Ints
    path_link: Ints
    path_tail: Ints

    def path(self, arc: int) -> list[tuple[int, int]]:
        """Links of an arc with the node of the network at which each begins."""
        lo, hi = int(self.path_start[arc]), int(self.path_start[arc + 1])
        return list(zip(self.path_link[lo:hi].tolist(), self.path_tail[lo:hi].tolist(), strict=True))


def own_masts_m(inputs: PlanInputs) -> Floats:
    """Mast that each node of the network has or gets anyway. [m]."""
    masts = np.zeros(inputs.network.n_nodes)
    for kind, table in ((net.EXISTING_SITE, inputs.sites), (net.CANDIDATE_SITE, inputs.candidates)):
        nodes = inputs.network.node_of_row(kind, len(table))
        masts[nodes[nodes >= 0]] = table["height_agl_m"].to_numpy(float)[nodes >= 0]
    return masts


def hop_lines(prices: PriceList, network: BackhaulNetwork, link: int, modules: int, own_mast_m: Floats) -> Lines:
    """Hop with its channels and whatever its masts need above those that the sites have anyway."""
    extra = max(float(network.link_mast_tail_m[link]) - float(own_mast_m[network.link_tail[link]]), 0.0)
    extra += max(float(network.link_mast_head_m[link]) - float(own_mast_m[network.link_head[link]]), 0.0)
    lines = recipes.hop(
        prices.costs,
        float(network.link_length_km[link]),
        n_channels=float(modules),
        over_sea=bool(network.link_is_sea[link]),
    )
    return (*lines, Line("tower_usd_per_m", extra)) if extra > 0 else lines


def satellite_lines(prices: PriceList, network: BackhaulNetwork, link: int, modules: int, mbps: float) -> Lines:
    """Satellite terminal of a site, or gateways of a part of the country."""
    if network.node_kind[network.link_head[link]] == net.GATEWAY:
        return recipes.gateway(prices.costs, mbps, n_gateways=float(modules))
    return recipes.satellite_backhaul(prices.costs, mbps)


def priced_graph(
    network: BackhaulNetwork,
    prices: PriceList,
    own_mast_m: Floats,
    terminals: Bools,
    spare_mbps: Floats,
    *,
    satellite_allowed: bool,
    hops_per_site: int,
    fibre_source_mbps: float,
) -> PricedGraph:
    """Lay prices on the network and reduce it.

    Parameters
    ----------
    network
        Network that may be built.
    prices
        Price list.
    own_mast_m
        Mast that each node has or gets anyway, shape (nodes,). [m]
    terminals
        Nodes that a plan may use or relay through, shape (nodes,).
    spare_mbps
        Demand already promised on what stands at each node, taken off its capacity, shape (nodes,). [Mbit/s]
    satellite_allowed
        Whether satellite backhaul meets the standard's latency.
    hops_per_site
        Hops offered into each site: so many of the cheapest from what stands, and as many from other candidates.
    fibre_source_mbps
        Capacity from which a site's own backhaul may be the source of new fibre: none starts where a hop ends. [Mbit/s]
    """
    n = network.n_nodes
    core = network.link_kind == net.CORE_LINK
    is_root = np.zeros(n, dtype=bool)
    is_root[network.link_head[core & np.isinf(network.link_capacity_mbps)]] = True
    is_root[0] = True
    edges = _fibre_edges(network, prices, is_root)
    edges = _simplify(edges, terminals | is_root | (network.node_kind == net.GATEWAY), n)
    arcs: list[tuple[int, int, int, float, float, float, int, tuple[tuple[int, int], ...]]] = []
    starts_fibre = _starts_fibre(network, edges, is_root, fibre_source_mbps)
    for u, v, price, path in edges:
        forward, backward = _oriented(network, path, u), _oriented(network, path[::-1], v)
        if not is_root[v] and starts_fibre[u]:
            arcs.append((u, v, FIBRE, price, 0.0, np.inf, 1, forward))
        if not is_root[u] and starts_fibre[v]:
            arcs.append((v, u, FIBRE, price, 0.0, np.inf, 1, backward))
    alive = is_root.copy()
    for u, v, *_ in edges:
        alive[u] = alive[v] = True
    alive |= terminals
    hops: list[tuple[int, bool, float, int, int, int, int, float]] = []
    feeds = is_root.copy()
    feeds[network.link_head[core]] = True
    for link in np.flatnonzero(network.link_kind == net.HOP).tolist():
        u, v = int(network.link_tail[link]), int(network.link_head[link])
        if not (alive[u] and alive[v]) or (is_root[u] and is_root[v]):
            continue
        for modules in range(1, int(network.link_n_modules_max[link]) + 1):
            price = float(prices.cost(hop_lines(prices, network, link, modules, own_mast_m)).pv_usd)
            for a, b in ((u, v), (v, u)):
                if not is_root[b] and not (feeds[a] and feeds[b]):
                    hops.append((b, bool(feeds[a]), price / modules, link, modules, a, b, price))
    hops.sort()
    taken: dict[tuple[int, bool, int], int] = {}
    for head, fed, _, link, modules, a, b, price in hops:
        key = (head, fed, modules)
        taken[key] = taken.get(key, 0) + 1
        if taken[key] <= hops_per_site:
            capacity = modules * float(network.link_capacity_mbps[link])
            arcs.append((a, b, HOP, price, 0.0, max(capacity - float(spare_mbps[b]), 0.0), modules, ((link, a),)))
    committed = float(prices.units["satellite_committed_usd_per_mbps_per_year"].pv_usd)
    for link in np.flatnonzero(core | (network.link_kind == net.SATELLITE)).tolist():
        v = int(network.link_head[link])
        if is_root[v] or not alive[v]:
            continue
        capacity = float(network.link_capacity_mbps[link])
        if core[link]:
            arcs.append((0, v, EXISTING, 0.0, 0.0, max(capacity - float(spare_mbps[v]), 0.0), 1, ((link, 0),)))
        elif satellite_allowed:
            for modules in range(1, int(network.link_n_modules_max[link]) + 1):
                price = float(prices.cost(satellite_lines(prices, network, link, modules, 0.0)).pv_usd)
                arcs.append((0, v, SATELLITE, price, committed, modules * capacity, modules, ((link, 0),)))
    return _pack(arcs, is_root, n)


def _oriented(network: BackhaulNetwork, path: Sequence[int], start: int) -> tuple[tuple[int, int], ...]:
    out, at = [], start
    for link in path:
        out.append((int(link), at))
        at = int(network.link_head[link]) if at == network.link_tail[link] else int(network.link_tail[link])
    return tuple(out)


Edge = tuple[int, int, float, tuple[int, ...]]


def _starts_fibre(network: BackhaulNetwork, edges: list[Edge], is_root: Bools, source_mbps: float) -> Bools:
    """Nodes that fibre may leave: all but sites at the end of a spur whose own backhaul is small."""
    core = network.link_kind == net.CORE_LINK
    fed_mbps = np.zeros(network.n_nodes)
    fed_mbps[network.link_head[core]] = network.link_capacity_mbps[core]
    degree = np.zeros(network.n_nodes, dtype=np.int64)
    for u, v, *_ in edges:
        degree[u] += 1
        degree[v] += 1
    is_site = np.isin(network.node_kind, (net.EXISTING_SITE, net.CANDIDATE_SITE))
    return np.asarray(is_root | ~is_site | (degree > 1) | (fed_mbps >= source_mbps))


def _fibre_edges(network: BackhaulNetwork, prices: PriceList, is_root: Bools) -> list[Edge]:
    fibre = np.flatnonzero(network.link_kind == net.FIBRE)
    if not len(fibre):
        return []
    price = np.broadcast_to(
        prices.cost(recipes.fibre_route(prices.costs, network.link_trench_km[fibre])).pv_usd, fibre.shape
    )
    return [
        (int(network.link_tail[k]), int(network.link_head[k]), float(p), (int(k),))
        for k, p in zip(fibre.tolist(), price.tolist(), strict=True)
        if not (is_root[network.link_tail[k]] and is_root[network.link_head[k]])
    ]


def _simplify(edges: list[Edge], keep: NDArray[np.bool_], n: int) -> list[Edge]:
    """Drop dead ends and join through nodes with two neighbours, cheapest of parallel edges kept; exact."""
    at: list[dict[int, Edge]] = [{} for _ in range(n)]

    def add(edge: Edge) -> None:
        u, v, price, path = edge
        if u == v:
            return
        old = at[u].get(v)
        if old is None or (price, path) < (old[2], old[3]):
            at[u][v] = (u, v, price, path)
            at[v][u] = (v, u, price, path[::-1])

    for edge in edges:
        add(edge)
    todo = [v for v in range(n - 1, -1, -1) if not keep[v]]
    while todo:
        v = todo.pop()
        if keep[v] or len(at[v]) > 2 or not at[v]:
            continue
        around = sorted(at[v])
        if len(around) == 2:
            left, right = at[v][around[0]], at[v][around[1]]
            joined = (around[0], around[1], left[2] + right[2], left[3][::-1] + right[3])
        for u in around:
            del at[u][v]
            todo.append(u)
        at[v].clear()
        if len(around) == 2:
            add(joined)
    return [edge for u in range(n) for v, edge in sorted(at[u].items()) if u < v]


def _pack(
    arcs: list[tuple[int, int, int, float, float, float, int, tuple[tuple[int, int], ...]]], is_root: Bools, n: int
) -> PricedGraph:
    used = np.zeros(n, dtype=bool)
    used[0] = True
    for u, v, *_ in arcs:
        used[u] = used[v] = True
    used &= ~is_root
    used[0] = True
    node = np.flatnonzero(used)
    local = np.full(n, -1, dtype=np.int64)
    local[node] = np.arange(len(node))
    local[is_root] = 0
    best: dict[tuple[int, int, int, int, float], int] = {}
    for i, (u, v, kind, price, _, capacity, modules, path) in enumerate(arcs):
        key = (int(local[u]), int(local[v]), kind, modules, capacity)
        if key[0] == key[1]:
            continue
        if key not in best or (price, path) < (arcs[best[key]][3], arcs[best[key]][7]):
            best[key] = i
    rows = [(key, arcs[i]) for key, i in sorted(best.items())]
    lengths = [len(arc[7]) for _, arc in rows]
    steps = [step for _, arc in rows for step in arc[7]]
    return PricedGraph(
        node=node,
        local=local,
        arc_from=np.array([key[0] for key, _ in rows], dtype=np.int64),
        arc_to=np.array([key[1] for key, _ in rows], dtype=np.int64),
        arc_kind=np.array([arc[2] for _, arc in rows], dtype=np.int64),
        arc_pv_usd=np.array([arc[3] for _, arc in rows], dtype=np.float64),
        arc_pv_usd_per_mbps=np.array([arc[4] for _, arc in rows], dtype=np.float64),
        arc_capacity_mbps=np.array([arc[5] for _, arc in rows], dtype=np.float64),
        arc_modules=np.array([arc[6] for _, arc in rows], dtype=np.int64),
        path_start=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        path_link=np.array([s[0] for s in steps], dtype=np.int64),
        path_tail=np.array([s[1] for s in steps], dtype=np.int64),
    )

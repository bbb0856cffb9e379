"""The backhaul network as a graph for the plan, made as small as it can be without losing a plan.

Points of presence that nothing limits become the root. Dead ends that nobody needs go; road nodes between two spans are
joined through. Every arc remembers the links it is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allreach.backhaul import network as net
from allreach.backhaul.network import BackhaulNetwork
from allreach.finance.cost_items import PriceList
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.instance.unit_costs import fibre_pv_usd, hop_pv_usd, satellite_lines
from allreach.planning.model.problem import Bools, Floats, Ints
from allreach.vocabulary import ArcKind

EXISTING, FIBRE, HOP, SATELLITE = (kind.code for kind in ArcKind)


@dataclass(frozen=True)
class BackhaulGraph:
    """Arcs for `problem.Problem`, with what they stand for.

    Parameters
    ----------
    node
        Node of the network of each node here; node 0 is the core, shape (N,).
    local
        Node here of each node of the network: 0 for points of presence, -1 where it was left out.
    arc_from, arc_to, arc_kind, arc_capacity_mbps
        As in the problem.
    arc_modules
        Radio channels of a hop, gateways side by side; 1 for others.
    path_start, path_link, path_tail
        Links of each arc from its start to its end, and the node of the network at which each begins.
    extra_mast_m
        What the masts of each link need above those that its ends have or get anyway, shape (links,). [m]
    """

    node: Ints
    local: Ints
    arc_from: Ints
    arc_to: Ints
    arc_kind: Ints
    arc_capacity_mbps: Floats
    arc_modules: Ints
    path_start: Ints
    path_link: Ints
    path_tail: Ints
    extra_mast_m: Floats

    def path_sums(self, of_links: Floats) -> Floats:
        """Sum over the links of each arc, equal to the last bit in both directions, shape (A,)."""
        sums: Floats = np.add.reduceat(of_links[self._links_one_way], self.path_start[:-1])
        return sums

    @cached_property
    def _links_one_way(self) -> Ints:
        """Links of the paths, each in that of its two directions that begins at the lower link."""
        out = self.path_link.copy()
        for arc in np.flatnonzero(np.diff(self.path_start) > 1).tolist():
            mine = slice(int(self.path_start[arc]), int(self.path_start[arc + 1]))
            if out[mine][0] > out[mine][-1]:
                out[mine] = out[mine][::-1].copy()
        return out

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


def extra_masts_m(network: BackhaulNetwork, own_mast_m: Floats) -> Floats:
    """Metres of mast that each link needs at both ends together above those of ``own_mast_m``, shape (links,). [m]."""
    tail = np.maximum(network.link_mast_tail_m - own_mast_m[network.link_tail], 0.0)
    head = np.maximum(network.link_mast_head_m - own_mast_m[network.link_head], 0.0)
    return np.asarray(np.nan_to_num(tail + head))


def backhaul_graph(
    network: BackhaulNetwork,
    prices: PriceList,
    own_mast_m: Floats,
    terminals: Bools,
    spare_mbps: Floats,
    *,
    satellite_allowed: bool,
    hops_per_site: int,
    fibre_source_mbps: float,
) -> BackhaulGraph:
    """Reduce the network: what no plan at these prices would use goes.

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
    arcs: list[Arc] = []
    starts_fibre = _starts_fibre(network, edges, is_root, fibre_source_mbps)
    for u, v, price, path in edges:
        forward, backward = _oriented(network, path, u), _oriented(network, path[::-1], v)
        if not is_root[v] and starts_fibre[u]:
            arcs.append(Arc(u, v, FIBRE, price, np.inf, 1, forward))
        if not is_root[u] and starts_fibre[v]:
            arcs.append(Arc(v, u, FIBRE, price, np.inf, 1, backward))
    alive = is_root.copy()
    for u, v, *_ in edges:
        alive[u] = alive[v] = True
    alive |= terminals
    extra_mast_m = extra_masts_m(network, own_mast_m)
    arcs += _hops(network, prices, extra_mast_m, alive, is_root, spare_mbps, hops_per_site)
    for link in np.flatnonzero(core | (network.link_kind == net.SATELLITE)).tolist():
        v = int(network.link_head[link])
        if is_root[v] or not alive[v]:
            continue
        capacity = float(network.link_capacity_mbps[link])
        if core[link]:
            arcs.append(Arc(0, v, EXISTING, 0.0, max(capacity - float(spare_mbps[v]), 0.0), 1, ((link, 0),)))
        elif satellite_allowed:
            for modules in range(1, int(network.link_n_modules_max[link]) + 1):
                price = float(prices.cost(satellite_lines(prices.costs, network, link, float(modules), 0.0)).pv_usd)
                arcs.append(Arc(0, v, SATELLITE, price, modules * capacity, modules, ((link, 0),)))
    return _pack(arcs, is_root, extra_mast_m)


class Arc(NamedTuple):
    """Arc between nodes of the network; its price only chooses among arcs that are alike."""

    tail: int
    head: int
    kind: int
    pv_usd: float
    capacity_mbps: float
    modules: int
    path: tuple[tuple[int, int], ...]  # links, each with the node at which it begins


def _hops(
    network: BackhaulNetwork,
    prices: PriceList,
    extra_mast_m: Floats,
    alive: Bools,
    is_root: Bools,
    spare_mbps: Floats,
    hops_per_site: int,
) -> list[Arc]:
    """Hops offered: into each node so many of the cheapest from what stands, and as many from other candidates."""
    feeds = is_root.copy()
    feeds[network.link_head[network.link_kind == net.CORE_LINK]] = True
    links = np.flatnonzero(network.link_kind == net.HOP)
    u, v = network.link_tail[links], network.link_head[links]
    links = links[alive[u] & alive[v] & ~(is_root[u] & is_root[v])]
    count = network.link_n_modules_max[links].astype(np.int64)
    link = np.repeat(links, count)
    modules = np.arange(len(link)) - np.repeat(np.cumsum(count) - count, count) + 1
    price = hop_pv_usd(prices, network, link, modules, extra_mast_m[link])
    found: list[tuple[int, bool, float, int, int, int, float]] = []
    for one, n, usd in zip(link.tolist(), modules.tolist(), price.tolist(), strict=True):
        ends = int(network.link_tail[one]), int(network.link_head[one])
        for tail, head in (ends, ends[::-1]):
            if not is_root[head] and not (feeds[tail] and feeds[head]):
                found.append((head, bool(feeds[tail]), usd / n, one, n, tail, usd))
    taken: dict[tuple[int, bool, int], int] = {}
    out = []
    for head, fed, _, one, n, tail, usd in sorted(found):
        key = (head, fed, n)
        taken[key] = taken.get(key, 0) + 1
        if taken[key] <= hops_per_site:
            capacity = max(n * float(network.link_capacity_mbps[one]) - float(spare_mbps[head]), 0.0)
            out.append(Arc(tail, head, HOP, usd, capacity, n, ((one, tail),)))
    return out


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
    price = fibre_pv_usd(prices, network)[fibre]
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


def _pack(arcs: list[Arc], is_root: Bools, extra_mast_m: Floats) -> BackhaulGraph:
    used = np.zeros(len(is_root), dtype=bool)
    used[0] = True
    for arc in arcs:
        used[arc.tail] = used[arc.head] = True
    used &= ~is_root
    used[0] = True
    node = np.flatnonzero(used)
    local = np.full(len(is_root), -1, dtype=np.int64)
    local[node] = np.arange(len(node))
    local[is_root] = 0
    best: dict[tuple[int, int, int, int, float], Arc] = {}
    for arc in arcs:
        key = (int(local[arc.tail]), int(local[arc.head]), arc.kind, arc.modules, arc.capacity_mbps)
        if key[0] == key[1]:
            continue
        if key not in best or (arc.pv_usd, arc.path) < (best[key].pv_usd, best[key].path):
            best[key] = arc
    rows = sorted(best.items())
    lengths = [len(arc.path) for _, arc in rows]
    steps = [step for _, arc in rows for step in arc.path]
    return BackhaulGraph(
        node=node,
        local=local,
        arc_from=np.array([key[0] for key, _ in rows], dtype=np.int64),
        arc_to=np.array([key[1] for key, _ in rows], dtype=np.int64),
        arc_kind=np.array([arc.kind for _, arc in rows], dtype=np.int64),
        arc_capacity_mbps=np.array([arc.capacity_mbps for _, arc in rows], dtype=np.float64),
        arc_modules=np.array([arc.modules for _, arc in rows], dtype=np.int64),
        path_start=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        path_link=np.array([s[0] for s in steps], dtype=np.int64),
        path_tail=np.array([s[1] for s in steps], dtype=np.int64),
        extra_mast_m=extra_mast_m,
    )

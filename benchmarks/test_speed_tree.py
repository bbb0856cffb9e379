"""Steiner trees on a road-like graph of 30,000 nodes and 3,000 terminals: time, and gap to the own dual ascent."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay

from allreach.planning.steiner.tree import make_graph
from steiner_reference import lower_bound, steiner_tree

N_NODES, N_TERMINALS = 30_000, 3_000


def roads(n_nodes: int, n_terminals: int, *, seed: int = 1):
    """Return a planar graph with 1.7 edges a node, as road maps have, and terminals on it."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0.0, 1000.0, (n_nodes, 2))
    corners = Delaunay(xy).simplices
    edges = np.unique(np.sort(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=1), axis=0)
    km = np.hypot(*(xy[edges[:, 0]] - xy[edges[:, 1]]).T)
    spanning = minimum_spanning_tree(coo_array((km, (edges[:, 0], edges[:, 1])), shape=(n_nodes, n_nodes)).tocsr())
    spanning = spanning.tocoo()
    pairs = np.minimum(spanning.row, spanning.col).astype(np.int64) * n_nodes + np.maximum(spanning.row, spanning.col)
    keep = np.isin(edges[:, 0].astype(np.int64) * n_nodes + edges[:, 1], pairs) | (rng.uniform(size=len(edges)) < 0.35)
    terminals = np.sort(rng.choice(n_nodes, n_terminals, replace=False))
    return make_graph(n_nodes, edges[keep, 0], edges[keep, 1], km[keep] * rng.uniform(1.0, 1.4, keep.sum())), terminals


@pytest.mark.parametrize("n_passes", [0, 30])
def test_tree_time_and_gap(benchmark, n_passes):
    graph, terminals = roads(N_NODES, N_TERMINALS)
    tree = benchmark.pedantic(
        steiner_tree, args=(graph, terminals), kwargs={"n_passes": n_passes}, rounds=3, iterations=1, warmup_rounds=1
    )
    gap = 1.0 - lower_bound(graph, terminals) / tree.price
    benchmark.extra_info |= {"gap": gap, "edges": len(graph.price)}
    print(f"\n{n_passes} passes of exchanges: price {tree.price:.1f}, gap {gap:.4f}")
    assert gap < (0.02 if n_passes else 0.05)


def test_bound_time(benchmark):
    graph, terminals = roads(N_NODES, N_TERMINALS)
    low = benchmark.pedantic(lower_bound, args=(graph, terminals), rounds=3, iterations=1, warmup_rounds=1)
    assert low > 0

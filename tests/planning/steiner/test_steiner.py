"""Trees against the exact programme of Dreyfus and Wagner; the bound below, the tree above, and never far."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, shortest_path
from scipy.spatial import Delaunay

from allreach.planning.steiner.tree import make_graph

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
from steiner_reference import lower_bound, steiner_tree


def road_like(n_nodes: int, n_terminals: int, seed: int, share: float = 0.4):
    """Random points, the edges of their triangulation on a spanning tree and a share of the rest."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0.0, 100.0, (n_nodes, 2))
    corners = Delaunay(xy).simplices
    edges = np.unique(np.sort(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=1), axis=0)
    km = np.hypot(*(xy[edges[:, 0]] - xy[edges[:, 1]]).T)
    joined = np.arange(n_nodes)
    keep = rng.uniform(size=len(edges)) < share
    for k in np.argsort(km, kind="stable").tolist():
        a, b = joined[edges[k, 0]], joined[edges[k, 1]]
        if a != b:
            keep[k] = True
            joined[joined == b] = a
    terminals = np.sort(rng.choice(n_nodes, n_terminals, replace=False))
    return edges[keep, 0], edges[keep, 1], km[keep] * rng.uniform(1.0, 1.5, keep.sum()), terminals


def exact(n_nodes: int, a, b, price, terminals) -> float:
    """Dreyfus and Wagner (1971): cheapest trees for all sets of terminals, by size."""
    weights = coo_array((price, (a, b)), shape=(n_nodes, n_nodes)).tocsr()
    distance = shortest_path(weights, directed=False)
    others = terminals[1:]
    cost = np.full((1 << len(others), n_nodes), np.inf)
    for i, terminal in enumerate(others):
        cost[1 << i] = distance[terminal]
    for group in range(1, 1 << len(others)):
        half = (group - 1) & group
        while half:
            cost[group] = np.minimum(cost[group], cost[half] + cost[group ^ half])
            half = (half - 1) & group
        cost[group] = (cost[group][:, None] + distance).min(axis=0)
    return float(cost[-1][terminals[0]])


def assert_tree(n_nodes: int, a, b, price, terminals, tree) -> None:
    joined = coo_array((np.ones(len(tree.edges)), (a[tree.edges], b[tree.edges])), shape=(n_nodes, n_nodes))
    label = connected_components(joined, directed=False)[1]
    assert len(set(label[terminals].tolist())) == 1
    assert len(tree.edges) == np.count_nonzero(label == label[terminals[0]]) - 1
    assert tree.price == pytest.approx(price[tree.edges].sum())
    ends, count = np.unique(np.concatenate([a[tree.edges], b[tree.edges]]), return_counts=True)
    assert set(ends[count == 1].tolist()) <= set(terminals.tolist())


def test_trees_are_near_the_optimum_and_bounds_below_it():
    gaps, bounds, plain = [], [], []
    for seed in range(40):
        n_nodes, n_terminals = (60, 8) if seed % 2 else (140, 9)
        case = road_like(n_nodes, n_terminals, seed)
        graph = make_graph(n_nodes, *case[:3])
        tree, best = steiner_tree(graph, case[3]), exact(n_nodes, *case)
        assert_tree(n_nodes, *case, tree)
        low = lower_bound(graph, case[3])
        assert low <= best * (1 + 1e-9)
        assert best <= tree.price * (1 + 1e-9)
        gaps.append(tree.price / best - 1.0)
        bounds.append(1.0 - low / best)
        plain.append(steiner_tree(graph, case[3], n_passes=0).price / best - 1.0)
    assert np.mean(gaps) < 0.005
    assert np.mean(gaps) <= np.mean(plain)
    assert np.mean(bounds) < 0.02


@settings(derandomize=True, deadline=None, max_examples=25)
@given(seed=st.integers(0, 10**6), share=st.floats(0.0, 1.0), n_terminals=st.integers(2, 60))
def test_exchanges_keep_a_tree_and_never_cost(seed, share, n_terminals):
    case = road_like(200, n_terminals, seed, share)
    graph = make_graph(200, *case[:3])
    before, after = steiner_tree(graph, case[3], n_passes=0), steiner_tree(graph, case[3])
    assert_tree(200, *case, before)
    assert_tree(200, *case, after)
    assert lower_bound(graph, case[3]) <= after.price * (1 + 1e-9) <= before.price * (1 + 2e-9)


def test_all_nodes_joined_is_the_least_spanning_tree():
    a, b, price, _ = road_like(120, 2, 5, 1.0)
    graph = make_graph(120, a, b, price)
    joined, total = np.arange(120), 0.0
    for k in np.argsort(price, kind="stable").tolist():
        if joined[a[k]] != joined[b[k]]:
            total += price[k]
            joined[joined == joined[b[k]]] = joined[a[k]]
    assert steiner_tree(graph, np.arange(120)).price == pytest.approx(total)
    assert lower_bound(graph, np.arange(120)) == pytest.approx(total, rel=0.02)


def test_two_terminals_are_joined_by_the_shortest_path_and_the_bound_is_exact():
    a, b, price, terminals = road_like(150, 2, 9)
    graph = make_graph(150, a, b, price)
    distance = shortest_path(coo_array((price, (a, b)), shape=(150, 150)).tocsr(), directed=False)
    best = distance[terminals[0], terminals[1]]
    assert steiner_tree(graph, terminals).price == pytest.approx(best)
    assert lower_bound(graph, terminals) == pytest.approx(best)


def test_edges_that_cost_nothing_and_doubled_edges():
    a, b = np.array([0, 1, 2, 2, 0, 3]), np.array([1, 2, 3, 3, 3, 4])
    graph = make_graph(5, a, b, np.array([0.0, 0.0, 2.0, 1.0, 5.0, 0.0]))
    tree = steiner_tree(graph, np.array([0, 4]))
    assert tree.edges.tolist() == [0, 1, 3, 5]
    assert lower_bound(graph, np.array([0, 4])) == pytest.approx(1.0)


def test_faults_are_named():
    with pytest.raises(ValueError, match="less than nothing"):
        make_graph(2, np.array([0]), np.array([1]), np.array([-1.0]))
    apart = make_graph(4, np.array([0, 2]), np.array([1, 3]), np.ones(2))
    with pytest.raises(ValueError, match="node 3 cannot be joined"):
        steiner_tree(apart, np.array([0, 3]))
    with pytest.raises(ValueError, match="do not hang together"):
        lower_bound(apart, np.array([0, 3]))
    assert steiner_tree(apart, np.array([1])).price == 0.0
    assert lower_bound(apart, np.array([1])) == 0.0

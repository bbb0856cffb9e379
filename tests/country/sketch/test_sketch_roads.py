"""Who is joined by a road, and the trees on the network."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from allreach.country.sketch import neighbours as nb
from allreach.country.sketch.roads import RoadNet
from allreach.country.sketch.routes import to_tree, tree, ways

QUICK = settings(max_examples=40, deadline=None, derandomize=True)


def _random_points(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 1e5, n), rng.uniform(0, 1e5, n)


@given(st.integers(0, 10**6), st.integers(3, 40))
@QUICK
def test_gabriel_and_relative_neighbours_by_definition(seed: int, n: int) -> None:
    x_m, y_m = _random_points(seed, n)
    d = np.hypot(x_m[:, None] - x_m, y_m[:, None] - y_m)
    gabriel, near = [], []
    for i in range(n):
        for j in range(i + 1, n):
            others = [k for k in range(n) if k not in (i, j)]
            if all(d[i, k] ** 2 + d[j, k] ** 2 >= d[i, j] ** 2 for k in others):
                gabriel.append([i, j])
            if all(max(d[i, k], d[j, k]) >= d[i, j] for k in others):
                near.append([i, j])
    found = nb.gabriel_edges(x_m, y_m)
    assert found.tolist() == gabriel
    assert nb.relative_neighbours(x_m, y_m, found).tolist() == near


def test_few_points_and_points_on_a_line_make_a_chain() -> None:
    assert nb.gabriel_edges(np.array([1.0]), np.array([1.0])).shape == (0, 2)
    assert nb.gabriel_edges(np.array([1.0, 5.0]), np.array([1.0, 1.0])).tolist() == [[0, 1]]
    line = nb.gabriel_edges(np.array([3.0, 1.0, 2.0, 9.0]), np.zeros(4))
    assert line.tolist() == [[0, 2], [0, 3], [1, 2]]


def _grid_net(n: int, seed: int) -> RoadNet:
    """Square grid of n x n nodes with random lengths."""
    rng = np.random.default_rng(seed)
    index = np.arange(n * n).reshape(n, n)
    start = np.concatenate([index[:, :-1].ravel(), index[:-1].ravel()])
    end = np.concatenate([index[:, 1:].ravel(), index[1:].ravel()])
    order = np.lexsort((end, start))
    start, end = start[order], end[order]
    y_m, x_m = (1000.0 * a.ravel() for a in np.mgrid[0:n, 0:n])
    length_m = rng.uniform(800.0, 2000.0, len(start))
    return RoadNet(
        x_m,
        y_m,
        start,
        end,
        length_m,
        np.ones(len(start)),
        tuple(np.zeros((2, 2)) for _ in start),
        np.zeros(n * n, int),
        0,
    )


def _parts(net: RoadNet, used: np.ndarray) -> np.ndarray:
    weight = np.zeros(len(net.start))
    weight[used] = 1.0
    graph = net.matrix(weight)
    graph.eliminate_zeros()
    return connected_components(graph, directed=False)[1]


@given(st.integers(0, 10**6), st.integers(2, 12))
@QUICK
def test_a_tree_joins_its_terminals_without_circles_or_dead_ends(seed: int, n_terminals: int) -> None:
    net = _grid_net(7, seed)
    terminals = np.sort(np.random.default_rng(seed).choice(49, n_terminals, replace=False))
    used = tree(net, terminals, net.length_m)
    assert len(np.unique(_parts(net, used)[terminals])) == 1
    nodes, degree = np.unique(np.concatenate([net.start[used], net.end[used]]), return_counts=True)
    assert len(used) == len(nodes) - 1
    assert np.isin(nodes[degree == 1], terminals).all()


def test_the_way_between_two_nodes_is_the_shortest() -> None:
    net = _grid_net(5, 1)
    from scipy.sparse.csgraph import dijkstra

    best = dijkstra(net.matrix(net.length_m), directed=False)
    used = ways(net, np.array([[0, 24]]), net.length_m)
    assert abs(net.length_m[used].sum() - best[0, 24]) < 1e-6
    assert abs(net.length_m[tree(net, np.array([0, 24]), net.length_m)].sum() - best[0, 24]) < 1e-6
    spurs = to_tree(net, np.array([0]), np.array([3, 24]), net.length_m)
    assert len(np.unique(_parts(net, spurs)[[0, 3, 24]])) == 1


def test_places_on_one_spot_do_not_break_the_graph() -> None:
    from allreach.country.sketch.roads import wanted_roads
    from allreach.params.load import load_params

    places = pd.DataFrame(
        {"x_m": [0.0, 0.0, 5e3, 9e3], "y_m": [0.0, 0.0, 1e3, 4e3], "population": [9000, 10, 700, 6000]}
    )
    pairs, spare = wanted_roads(places, load_params().sketch)
    assert pairs.tolist() == [[0, 2], [2, 3]]
    assert spare.tolist() == [[2, 3], [0, 2]]

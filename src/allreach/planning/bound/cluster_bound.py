"""Bounds of clusters of places by branch and bound: what it costs that a mast is built whole or not at all.

The costs of the programme are split among clusters and a rest: a row whose columns lie in one neighbourhood belongs to
the cluster there, all other rows keep their prices. The cheapest point of each cluster under its share of the costs,
with whole facilities, towers and links, costs at least what the lowest leaf of its tree proves; the sum over clusters
and the rest is a bound, whatever the prices, the split and the moment a search was stopped. A cluster hands on what
its tree does not need of the costs of columns that neighbours share.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import highspy
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allreach.planning.bound.duality import proven_value, right_signed
from allreach.planning.bound.regional_duals import ITERATIONS_PER_COLUMN, majority, owner_of_columns
from allreach.planning.model.formulation import Columns
from allreach.planning.model.problem import Bools, Floats, Ints, Problem
from allreach.planning.model.solver import Programme, relaxation
from allreach.planning.time_limit import TimeLimit

COMMON_FAMILIES = ("reach", "tier", "budget")  # rows of the whole country
ROW_CLUSTERS_MAX = 4  # a row over more clusters belongs to none
FRACTION = 1e-5  # a column that is further from whole numbers can be split on
TINY_GAIN = 1e-6  # least gain of a split that counts when the next column is chosen


@dataclass(frozen=True)
class Tree:
    """What branch and bound proves about one cluster; node 0 is the root.

    Parameters
    ----------
    rows, columns
        Rows of the programme that belong to the cluster, and all columns on them.
    cost
        Share of the costs of these columns.
    parent, column, at_least, limit
        Node above each node (-1 for the root), column on which that was split, the side taken (``column >= limit``,
        else ``column <= limit``), shape (M,).
    leaf, price
        Nodes that were not split, shape (L,), and the row prices that prove their values, shape (L, rows).
    """

    rows: Ints
    columns: Ints
    cost: Floats
    parent: Ints
    column: Ints
    at_least: Bools
    limit: Floats
    leaf: Ints
    price: Floats

    def value(self, programme: Programme, matrix: csr_array) -> float:
        """Value of the lowest leaf."""
        p = programme
        inside = matrix[self.rows, :][:, self.columns]
        place = np.full(p.n_columns, -1, dtype=np.int64)
        place[self.columns] = np.arange(len(self.columns))
        out = np.inf
        for node, price in zip(self.leaf.tolist(), self.price, strict=True):
            lower, upper = p.lower[self.columns].copy(), p.upper[self.columns].copy()
            while self.parent[node] >= 0:
                j, limit = place[self.column[node]], self.limit[node]
                if self.at_least[node]:
                    lower[j] = max(lower[j], limit)
                else:
                    upper[j] = min(upper[j], limit)
                node = int(self.parent[node])
            rows = self.rows
            value = proven_value(self.cost, lower, upper, inside, p.row_lower[rows], p.row_upper[rows], price)
            out = min(out, value)
        return out


@dataclass
class _Node:
    """A node of a search: bounds that differ from the cluster's, its value, prices and point."""

    number: int
    fixed: dict[int, tuple[float, float]]
    value: float
    price: Floats
    x: Floats | None


@dataclass
class _Search:
    """Branch and bound over one cluster, lowest leaf first; columns are split by what splits on them gained before."""

    programme: Programme
    rows: Ints
    columns: Ints
    cost: Floats
    price: Floats
    matrix: csr_array
    parent: list[int] = field(default_factory=lambda: [-1])
    split: list[tuple[int, bool, float]] = field(default_factory=lambda: [(-1, False, 0.0)])

    def __post_init__(self) -> None:
        p = self.programme
        self.inside = self.matrix[self.rows, :][:, self.columns].tocsr()
        self.lower, self.upper = p.lower[self.columns], p.upper[self.columns]
        self.is_integer = p.is_integer[self.columns]
        self.row_lower, self.row_upper = p.row_lower[self.rows], p.row_upper[self.rows]
        self.gain: tuple[dict[int, float], dict[int, float]] = ({}, {})
        self.now: dict[int, tuple[float, float]] = {}

    def tree(self, n_nodes: int, ceiling: float, clock: TimeLimit) -> tuple[Tree, Floats]:
        """Search until so many nodes are there or no leaf is under a ceiling; the tree, and the costs it leaves.

        Parameters
        ----------
        n_nodes
            Nodes at most.
        ceiling
            Value from which nothing more is to be proved.
        clock
            Limit in seconds, where one is asked for.
        """
        entries = self.inside.tocoo()
        self.highs = relaxation(
            replace(
                self.programme,
                cost=self.cost,
                lower=self.lower,
                upper=self.upper,
                is_integer=self.is_integer,
                entry_row=entries.row.astype(np.int64),
                entry_col=entries.col.astype(np.int64),
                entry_value=entries.data,
                row_lower=self.row_lower,
                row_upper=self.row_upper,
                row_family=(),
                column_family=(),
            ),
            iteration_limit=ITERATIONS_PER_COLUMN * len(self.cost),
        )
        root = self._solved({}, _Node(-1, {}, self._value({}, self.price), self.price, None))
        root.number = 0
        heap = [(root.value, 0, root)]
        n = 1
        while n + 2 <= n_nodes and not clock.is_over():
            _, _, node = heap[0]
            if node.x is None or node.value >= ceiling:
                break
            chosen = self._chosen(node.x)
            if chosen < 0:
                break
            heapq.heappop(heap)
            for child in self._children(node, chosen, float(node.x[chosen])):
                child.number = n
                heapq.heappush(heap, (child.value, n, child))
                n += 1
        leaves = sorted((node for _, _, node in heap), key=lambda node: node.number)
        left = np.full(len(self.cost), np.inf)
        for node in leaves:
            left = np.minimum(left, self.cost - self.inside.T @ node.price)
        is_split = np.zeros(len(self.cost), dtype=bool)
        is_split[[j for j, _, _ in self.split[1:]]] = True
        left = np.where(is_split | (self.lower != 0.0), 0.0, np.maximum(left, 0.0))
        column = np.array([j for j, _, _ in self.split], dtype=np.int64)
        return Tree(
            self.rows,
            self.columns,
            self.cost - left,
            np.array(self.parent, dtype=np.int64),
            np.where(column >= 0, self.columns[column], -1),
            np.array([side for _, side, _ in self.split], dtype=bool),
            np.array([limit for _, _, limit in self.split]),
            np.array([node.number for node in leaves], dtype=np.int64),
            np.array([node.price for node in leaves]),
        ), left

    def _chosen(self, x: Floats) -> int:
        """Column to split on; -1 where all are whole."""
        up = x - np.floor(x)
        broken = np.flatnonzero(self.is_integer & (np.minimum(up, 1.0 - up) > FRACTION))
        if len(broken) == 0:
            return -1
        score = np.ones(len(broken))
        for known, way in zip(self.gain, (up[broken], 1.0 - up[broken]), strict=True):
            usual = float(np.mean(list(known.values()))) if known else 1.0
            each = np.array([known.get(j, usual) for j in broken.tolist()])
            score *= np.maximum(way * each, TINY_GAIN)
        return int(broken[int(np.argmax(score))])

    def _children(self, node: _Node, j: int, at: float) -> list[_Node]:
        low, high = node.fixed.get(j, (float(self.lower[j]), float(self.upper[j])))
        out = []
        below = float(np.floor(at))
        for side, bounds, way in ((0, (low, below), at - below), (1, (below + 1.0, high), below + 1.0 - at)):
            child = self._solved({**node.fixed, j: bounds}, node)
            gain = (child.value - node.value) / way
            known = self.gain[side]
            known[j] = 0.5 * (known.get(j, gain) + gain)
            self.parent.append(node.number)
            self.split.append((j, bool(side), bounds[1 - side]))
            out.append(child)
        return out

    def _solved(self, fixed: dict[int, tuple[float, float]], above: _Node) -> _Node:
        """Solve a node; where the solver's prices prove less than those above, these stay."""
        changed = np.array(sorted(fixed.keys() | self.now.keys()), dtype=np.int32)
        if len(changed):
            bounds = [fixed.get(j, (float(self.lower[j]), float(self.upper[j]))) for j in changed.tolist()]
            self.highs.changeColsBounds(
                len(changed), changed, np.array([b[0] for b in bounds]), np.array([b[1] for b in bounds])
            )
        self.now = fixed
        self.highs.run()
        found = self.highs.getSolution()
        # rounded, they take less room; any prices prove something
        price = np.asarray(found.row_dual, dtype=np.float32).astype(np.float64)
        if len(price) != len(self.rows) or not np.isfinite(price).all():
            return _Node(-1, fixed, above.value, above.price, None)
        price = right_signed(self.row_lower, self.row_upper, price)
        value = self._value(fixed, price)
        is_solved = self.highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        x = np.asarray(found.col_value, dtype=np.float64) if is_solved else None
        if value < above.value:
            value, price = self._value(fixed, above.price), above.price
        return _Node(-1, fixed, value, price, x)

    def _value(self, fixed: dict[int, tuple[float, float]], price: Floats) -> float:
        lower, upper = self.lower, self.upper
        if fixed:
            lower, upper = lower.copy(), upper.copy()
            for j, bounds in fixed.items():
                lower[j], upper[j] = bounds
        return proven_value(self.cost, lower, upper, self.inside, self.row_lower, self.row_upper, price)


def grow_trees(
    problem: Problem,
    columns: Columns,
    programme: Programme,
    row_price: Floats,
    *,
    n_places: int,
    n_nodes: int,
    n_nodes_each: int,
    ceiling: float,
    n_threads: int = 1,
    clock: TimeLimit | None = None,
) -> tuple[Tree, ...]:
    """Search the clusters of a country.

    Parameters
    ----------
    problem, columns
        What is planned, and where its columns lie.
    programme, row_price
        The relaxation with its cuts, and prices that prove a bound.
    n_places
        Places of a cluster, about.
    n_nodes, n_nodes_each
        Nodes of all trees and of each tree at most.
    ceiling
        Value of a plan: more need not be proved. Only used where one cluster holds the whole country.
    n_threads
        Clusters without a common column are searched side by side; the result does not depend on it.
    clock
        Limit in seconds, where one is asked for.
    """
    clock = clock or TimeLimit()
    p, matrix = programme, programme.matrix()
    in_all = max(len(np.unique(problem.part_place)), 1)
    owner = owner_of_columns(problem, columns, max(n_places * problem.n_parts // in_all, 1), shift=0)
    n_clusters = int(owner.max(initial=0)) + 1
    of_row = _cluster_of_row(p, matrix, owner)
    if n_clusters == 1:
        of_row[:] = 0
    price = right_signed(p.row_lower, p.row_upper, row_price)
    left = p.cost - matrix.T @ price
    each = max(min(n_nodes // n_clusters, n_nodes_each), 1)
    out: list[Tree] = []

    def search(number: int) -> tuple[Tree, Floats] | None:
        if clock.is_over():
            return None
        rows = np.flatnonzero(of_row == number)
        mine = np.union1d(np.unique(matrix[rows, :].indices), np.flatnonzero(owner == number)).astype(np.int64)
        cost = left[mine] + np.asarray(matrix[rows, :].T @ price[rows])[mine]
        found = _Search(p, rows, mine, cost, price[rows], matrix)
        return found.tree(each, ceiling if n_clusters == 1 else np.inf, clock)

    with ThreadPoolExecutor(max(n_threads, 1)) as pool:
        for numbers in _apart(matrix, of_row, owner, n_clusters):
            for found in pool.map(search, numbers):
                if found is not None:
                    left[found[0].columns] = found[1]
                    out.append(found[0])
    return tuple(out)


def value_with_trees(programme: Programme, row_price: Floats, trees: Sequence[Tree]) -> float:
    """Value that row prices and trees prove together, in the unit of the costs."""
    p, matrix = programme, programme.matrix()
    price, rest = right_signed(p.row_lower, p.row_upper, row_price), p.cost.copy()
    for tree in trees:
        price[tree.rows] = 0.0
        rest[tree.columns] -= tree.cost
    value = proven_value(rest, p.lower, p.upper, matrix, p.row_lower, p.row_upper, price)
    return value + sum(tree.value(p, matrix) for tree in trees)


def tree_tables(trees: Sequence[Tree]) -> dict[str, pd.DataFrame]:
    """Tables of a certificate: one row for each row, column and node of a cluster, and for each price of its own.

    ``cluster_rows`` (cluster, row, price: that of the first leaf), ``cluster_columns`` (cluster, column, cost_kusd),
    ``cluster_nodes`` (cluster, node, parent, column, at_least, limit, is_leaf) and ``cluster_prices`` (cluster, node,
    row, price: where a leaf's price is not that in ``cluster_rows``).
    """

    def numbered(count: list[int]) -> Ints:
        return np.repeat(np.arange(len(trees), dtype=np.int32), count)

    def joined(arrays: list[NDArray], kind: type) -> NDArray:
        return np.concatenate([*arrays, np.zeros(0)]).astype(kind)

    leaf, other = [], []
    for tree in trees:
        at = np.nonzero(tree.price != tree.price[:1])
        leaf.append(at[0])
        other.append(at[1])
    return {
        "cluster_rows": pd.DataFrame(
            {
                "cluster": numbered([len(t.rows) for t in trees]),
                "row": joined([t.rows for t in trees], np.int32),
                "price": joined([t.price[0] for t in trees], np.float64),
            }
        ),
        "cluster_columns": pd.DataFrame(
            {
                "cluster": numbered([len(t.columns) for t in trees]),
                "column": joined([t.columns for t in trees], np.int32),
                "cost_kusd": joined([t.cost for t in trees], np.float64),
            }
        ),
        "cluster_nodes": pd.DataFrame(
            {
                "cluster": numbered([len(t.parent) for t in trees]),
                "node": joined([np.arange(len(t.parent)) for t in trees], np.int32),
                "parent": joined([t.parent for t in trees], np.int32),
                "column": joined([t.column for t in trees], np.int32),
                "at_least": joined([t.at_least for t in trees], np.bool_),
                "limit": joined([t.limit for t in trees], np.float64),
                "is_leaf": joined([np.isin(np.arange(len(t.parent)), t.leaf) for t in trees], np.bool_),
            }
        ),
        "cluster_prices": pd.DataFrame(
            {
                "cluster": numbered([len(k) for k in leaf]),
                "node": joined([t.leaf[k] for t, k in zip(trees, leaf, strict=True)], np.int32),
                "row": joined([t.rows[k] for t, k in zip(trees, other, strict=True)], np.int32),
                "price": joined([t.price[i, j] for t, i, j in zip(trees, leaf, other, strict=True)], np.float64),
            }
        ),
    }


def _cluster_of_row(programme: Programme, matrix: csr_array, owner: Ints) -> Ints:
    """Cluster of each row, -1 for rows of the whole country."""
    out = majority(matrix, owner)
    families = programme.family_of_rows()
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    pairs = np.unique(row * (int(owner.max(initial=0)) + 1) + owner[matrix.indices])
    n_touched = np.bincount(pairs // (int(owner.max(initial=0)) + 1), minlength=matrix.shape[0])
    out[(n_touched > ROW_CLUSTERS_MAX) | np.isin(families, COMMON_FAMILIES)] = -1
    return out


def _apart(matrix: csr_array, of_row: Ints, owner: Ints, n_clusters: int) -> list[list[int]]:
    """Clusters in groups; no two of a group share a column."""
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    inside = of_row[row] >= 0
    column = np.concatenate([matrix.indices[inside], np.arange(len(owner))])
    cluster = np.concatenate([of_row[row[inside]], owner])
    touches = csr_array((np.ones(len(column)), (cluster, column)), shape=(n_clusters, len(owner)))
    shared = csr_array(touches @ touches.T)
    group = np.full(n_clusters, -1, dtype=np.int64)
    for k in range(n_clusters):
        taken = set(group[shared.indices[shared.indptr[k] : shared.indptr[k + 1]]].tolist())
        group[k] = next(g for g in range(n_clusters + 1) if g not in taken)
    return [np.flatnonzero(group == g).tolist() for g in range(int(group.max(initial=-1)) + 1)]

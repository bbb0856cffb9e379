"""Bounds of clusters of places by branch and bound: what it costs that a mast is built whole or not at all.

The costs of the programme are split among clusters and a rest: a row whose columns lie in one neighbourhood belongs to
the cluster there, all other rows keep their prices. The cheapest point of each cluster under its share of the costs,
with whole facilities, towers and links, costs at least what the lowest leaf of its tree proves; the sum over clusters
and the rest is a bound, whatever the prices, the split and the moment a search was stopped. A cluster hands on what
its tree does not need of the costs of columns that neighbours share.

Guignard and Kim (1987), "Lagrangean decomposition: a model yielding stronger Lagrangean bounds", Mathematical
Programming 39.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from allreach.params.search import DEFAULT, SearchParams
from allreach.planning.bound.branch_and_bound import BranchAndBound, PseudoCosts
from allreach.planning.bound.certificate import Tree
from allreach.planning.bound.duality import proven_value, right_signed
from allreach.planning.bound.regions import majority, owner_of_columns
from allreach.planning.model.formulation import Columns
from allreach.planning.model.problem import Floats, Ints, Problem
from allreach.planning.model.solver import Programme, relaxation
from allreach.planning.time_limit import TimeLimit
from allreach.planning.workers import Workers
from allreach.progress import Progress, no_progress

COMMON_FAMILIES = ("reach", "tier", "budget")  # rows of the whole country


def grow_trees(
    problem: Problem,
    columns: Columns,
    programme: Programme,
    row_price: Floats,
    *,
    search: SearchParams = DEFAULT,
    ceiling: float = np.inf,
    n_threads: int = 1,
    progress: Progress | None = None,
    clock: TimeLimit | None = None,
) -> tuple[Tree, ...]:
    """Search the clusters of a country.

    Parameters
    ----------
    problem, columns
        What is planned, and where its columns lie.
    programme, row_price
        The relaxation with its cuts, and prices that prove a bound.
    search
        Limits of work.
    ceiling
        Value of a plan: more need not be proved. Only used where one cluster holds the whole country.
    n_threads
        Clusters without a common column are searched side by side; the result does not depend on it.
    progress
        Called with (stage, done, total).
    clock
        Limit in seconds, where one is asked for.
    """
    clock, say = clock or TimeLimit(), progress or no_progress
    growth = _Growth(problem, columns, programme, row_price, search, ceiling, clock)
    each, n_clusters = growth.branches_each, growth.n_clusters
    out: list[Tree] = []
    done: set[int] = set()

    def tell() -> None:
        n_nodes = each * len(done) + sum(found.n_nodes for found in list(growth.searches.values()))
        say("trees of the bound", min(n_nodes, each * n_clusters - 1), each * n_clusters)

    tell()
    groups = _apart(growth.matrix, growth.of_row, growth.owner, n_clusters)
    with Workers(n_threads, clock) as workers:
        for numbers in groups:
            for number, found in zip(numbers, workers.map(growth.grown, numbers, tick=tell), strict=True):
                if found is not None:
                    tree, spare = found
                    growth.left[tree.columns] = spare
                    out.append(tree)
                done.add(number)
                growth.searches.pop(number, None)
                tell()
    say("trees of the bound", each * n_clusters, each * n_clusters)
    return tuple(out)


class _Growth:
    """Grows the tree of each cluster from what its neighbours have left of the costs.

    Parameters
    ----------
    problem, columns, programme, row_price, search, ceiling, clock
        As in `grow_trees`.
    """

    def __init__(
        self,
        problem: Problem,
        columns: Columns,
        programme: Programme,
        row_price: Floats,
        search: SearchParams,
        ceiling: float,
        clock: TimeLimit,
    ) -> None:
        self.programme, self.matrix, self.search, self.clock = programme, programme.matrix(), search, clock
        self.n_places = max(len(np.unique(problem.part_place)), 1)
        n_parts = max(search.bound_cluster_places * problem.n_parts // self.n_places, 1)
        self.owner = owner_of_columns(problem, columns, n_parts, shift=0)
        self.n_clusters = int(self.owner.max(initial=0)) + 1
        self.of_row = _cluster_of_row(programme, self.matrix, self.owner, search.bound_cluster_rows)
        if self.n_clusters == 1:
            self.of_row[:] = 0
        self.ceiling = ceiling if self.n_clusters == 1 else np.inf
        self.price = right_signed(programme.row_lower, programme.row_upper, row_price)
        self.left = programme.cost - self.matrix.T @ self.price
        self.branches_each = max(min(search.bound_branches // self.n_clusters, search.bound_cluster_branches), 1)
        self.searches: dict[int, BranchAndBound] = {}

    def grown(self, number: int) -> tuple[Tree, Floats] | None:
        """Return the tree of a cluster and the costs that it does not need; none where time is over."""
        if self.clock.is_over():
            return None
        search, matrix = self.search, self.matrix
        rows = np.flatnonzero(self.of_row == number)
        mine = np.union1d(np.unique(matrix[rows, :].indices), np.flatnonzero(self.owner == number)).astype(np.int64)
        cost = self.left[mine] + np.asarray(matrix[rows, :].T @ self.price[rows])[mine]
        part = _part_of(self.programme, matrix, rows, mine, cost)
        tree_search = BranchAndBound(
            part,
            PseudoCosts(),
            highs=relaxation(part, iteration_limit=search.iterations_per_column * len(cost)),
            price=self.price[rows],
            can_split=part.is_integer,
            is_rounded=True,
        )
        self.searches[number] = tree_search
        work = search.bound_work / self.n_clusters + search.bound_work_per_place * self.n_places / self.n_clusters
        tree = tree_search.grow(
            n_nodes=self.branches_each,
            ceiling=self.ceiling,
            max_iterations=max(int(work / max(len(rows), 1)), 1),
            clock=self.clock,
        )
        spare = _spare_costs(part, tree_search.matrix, tree)
        column = np.where(tree.column >= 0, mine[tree.column], -1)
        return replace(tree, rows=rows, columns=mine, cost=cost - spare, column=column), spare


def _part_of(programme: Programme, matrix: csr_array, rows: Ints, columns: Ints, cost: Floats) -> Programme:
    """Return the programme of some rows, with a share of the costs of their columns."""
    p, entries = programme, matrix[rows, :][:, columns].tocoo()
    return Programme(
        cost=cost,
        lower=p.lower[columns],
        upper=p.upper[columns],
        is_integer=p.is_integer[columns],
        entry_row=entries.row.astype(np.int64),
        entry_col=entries.col.astype(np.int64),
        entry_value=entries.data,
        row_lower=p.row_lower[rows],
        row_upper=p.row_upper[rows],
    )


def _spare_costs(programme: Programme, matrix: csr_array, tree: Tree) -> Floats:
    """Return what no leaf of a tree needs of the costs of columns that nothing was split on."""
    spare = np.full(programme.n_columns, np.inf)
    for price in tree.price:
        spare = np.minimum(spare, programme.cost - matrix.T @ price)
    is_split = np.zeros(programme.n_columns, dtype=bool)
    is_split[tree.column[tree.column >= 0]] = True
    return np.where(is_split | (programme.lower != 0.0), 0.0, np.maximum(spare, 0.0))


def value_with_trees(programme: Programme, row_price: Floats, trees: Sequence[Tree]) -> float:
    """Value that row prices and trees prove together, in the unit of the costs."""
    p, matrix = programme, programme.matrix()
    price, rest = right_signed(p.row_lower, p.row_upper, row_price), p.cost.copy()
    for tree in trees:
        price[tree.rows] = 0.0
        rest[tree.columns] -= tree.cost
    value = proven_value(rest, p.lower, p.upper, matrix, p.row_lower, p.row_upper, price)
    return value + sum(tree.value(p, matrix) for tree in trees)


def _cluster_of_row(programme: Programme, matrix: csr_array, owner: Ints, most: int) -> Ints:
    """Cluster of each row, -1 for rows of the whole country."""
    out = majority(matrix, owner)
    families = programme.family_of_rows()
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    pairs = np.unique(row * (int(owner.max(initial=0)) + 1) + owner[matrix.indices])
    n_touched = np.bincount(pairs // (int(owner.max(initial=0)) + 1), minlength=matrix.shape[0])
    out[(n_touched > most) | np.isin(families, COMMON_FAMILIES)] = -1
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

"""Branch and bound whose answer can be checked without trusting a solver: every leaf has row prices of its own.

A programme is split by columns that are whole in every plan, the leaf of the lowest bound first (Land and Doig 1960,
"An automatic method of solving discrete programming problems", Econometrica 28(3)). Row prices prove a bound for each
leaf by weak duality in plain float64 (Neumaier and Shcherbina 2004, "Safe bounds in linear and mixed-integer linear
programming", Mathematical Programming 99), and the leaves together hold every plan: so the least of their bounds holds
for the programme, at whatever moment the search was stopped. Work is counted in nodes and in simplex iterations.

Which column is split next is a rule of its own:

- `PseudoCosts`: what splits on a column gained before (Benichou et al. 1971, "Experiments in mixed-integer linear
  programming", Mathematical Programming 1);
- `Reliability`: the two sides of a column are looked at until its gains can be trusted (Achterberg, Koch and Martin
  2005, "Branching rules revisited", Operations Research Letters 33).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import highspy
import numpy as np
from scipy.sparse import csr_array, vstack

from allreach.planning.bound.certificate import Tree
from allreach.planning.bound.cuts import Cut, add_cuts, cut_matrix
from allreach.planning.bound.duality import proven_value, right_signed
from allreach.planning.model.problem import Bools, Floats, Ints
from allreach.planning.model.solver import Programme, run
from allreach.planning.time_limit import TimeLimit

Fixed = dict[int, tuple[float, float]]
SAME_SCORE = 1e-15  # of two columns whose scores are nearer the first is taken


@dataclass
class Node:
    """A node of a search.

    Parameters
    ----------
    number
        Its place in the tree; 0 is the root.
    fixed
        Bounds that differ from the programme's, by column.
    value
        Bound that the prices prove.
    price
        Price of each row that was there at the time.
    x
        Point of the relaxation; none where it was not solved.
    objective
        Its cost as the solver tells it: guides the search, proves nothing.
    """

    number: int
    fixed: Fixed
    value: float
    price: Floats
    x: Floats | None
    objective: float


class Rule(Protocol):
    """How the next column is chosen."""

    def choose(self, search: BranchAndBound, node: Node) -> int:
        """Column to split on; -1 where all are whole."""

    def learn(self, column: int, side: int, above: Node, below: Node, distance: float) -> None:
        """Take note of what a split gained, the column being moved so far."""


class BranchAndBound:
    """The tree of one programme, its lowest leaf split again and again.

    Parameters
    ----------
    programme
        Rows and columns; every column has finite bounds.
    rule
        Which column is split next.
    highs
        Solver that holds the relaxation. It may hold more columns behind those of the programme as long as these only
        relax it.
    price
        Row prices that prove a bound for the root in case the solver finds none.
    can_split
        Columns that are whole in every plan.
    find_cuts
        Rows that hold for every plan and that a point breaks; none where no cuts are wanted.
    is_rounded
        Keep prices in single precision: they take less room, and any prices prove something.
    """

    def __init__(
        self,
        programme: Programme,
        rule: Rule,
        *,
        highs: highspy.Highs,
        price: Floats,
        can_split: Bools,
        find_cuts: Callable[[Floats], list[Cut]] | None = None,
        is_rounded: bool = False,
    ) -> None:
        p = self.programme = programme
        self.rule, self.highs, self.find_cuts, self.is_rounded = rule, highs, find_cuts, is_rounded
        self.can_split = np.flatnonzero(can_split)
        self.matrix: csr_array = p.matrix()
        self.row_lower, self.row_upper = p.row_lower, p.row_upper
        self.cuts: list[Cut] = []
        self.iterations = 0
        self._first_price = price
        self._now: Fixed = {}
        self._parent, self._split = [-1], [(-1, False, 0.0)]

    def grow(
        self, *, n_nodes: int, ceiling: float = np.inf, max_iterations: int = 0, clock: TimeLimit | None = None
    ) -> Tree:
        """Search until the lowest leaf is high enough, cannot be split, or the work is done.

        Parameters
        ----------
        n_nodes, max_iterations
            Nodes, and simplex iterations, at most; 0 iterations leave them open.
        ceiling
            Value from which nothing more is to be proved.
        clock
            Limit in seconds, where one is asked for.
        """
        clock = clock or TimeLimit()
        first = Node(-1, {}, self._value({}, self._first_price), self._first_price, None, -np.inf)
        root = self._solved({}, first)
        root.number = 0
        heap = [(root.value, 0, root)]
        while len(self._parent) + 2 <= n_nodes and not clock.is_over():
            if max_iterations and self.iterations >= max_iterations:
                break
            node = heap[0][2]
            if node.x is None or node.value >= ceiling:
                break
            column = self.rule.choose(self, node)
            if column < 0:
                break
            heapq.heappop(heap)
            for child in self._children(node, node.x, column):
                heapq.heappush(heap, (child.value, child.number, child))
        return self._tree(sorted((node for _, _, node in heap), key=lambda node: node.number))

    @property
    def n_nodes(self) -> int:
        """Nodes that there are so far."""
        return len(self._parent)

    def look(self, fixed: Fixed) -> float:
        """Cost of the relaxation with some columns held, as the solver tells it."""
        changed = [j for j in sorted(fixed.keys() | self._now.keys()) if fixed.get(j) != self._now.get(j)]
        if changed:
            bounds = [fixed.get(j, self._bounds(j)) for j in changed]
            self.highs.changeColsBounds(
                len(changed),
                np.array(changed, dtype=np.int32),
                np.array([low for low, _ in bounds]),
                np.array([high for _, high in bounds]),
            )
        self._now = fixed
        return self._run()

    def sides(self, node: Node, column: int, at: float) -> tuple[tuple[Fixed, float], tuple[Fixed, float]]:
        """Bounds of the two children that a split at a fractional value makes, and how far each moves the column."""
        low, high = node.fixed.get(column, self._bounds(column))
        below = float(np.floor(at))
        return (
            ({**node.fixed, column: (low, below)}, at - below),
            ({**node.fixed, column: (below + 1.0, high)}, below + 1.0 - at),
        )

    def _bounds(self, column: int) -> tuple[float, float]:
        return float(self.programme.lower[column]), float(self.programme.upper[column])

    def _run(self) -> float:
        run(self.highs)
        self.iterations += max(int(self.highs.getInfo().simplex_iteration_count), 0)
        return float(self.highs.getInfo().objective_function_value)

    def _children(self, node: Node, x: Floats, column: int) -> list[Node]:
        out = []
        for side, (fixed, distance) in enumerate(self.sides(node, column, float(x[column]))):
            child = self._solved(fixed, node)
            child.number = len(self._parent)
            self.rule.learn(column, side, node, child, distance)
            self._parent.append(node.number)
            self._split.append((column, bool(side), fixed[column][1 - side]))
            out.append(child)
        return out

    def _solved(self, fixed: Fixed, above: Node) -> Node:
        """Solve a node, cut it once, prove its bound; where the parent's prices prove more they stay."""
        objective = self.look(fixed)
        x = self._point()
        found = self.find_cuts(x) if self.find_cuts is not None and x is not None else []
        if found:
            self._cut(found)
            objective = self._run()
            x = self._point()
        price = np.asarray(self.highs.getSolution().row_dual, dtype=np.float64)
        if self.is_rounded:
            price = price.astype(np.float32).astype(np.float64)
        if len(price) != len(self.row_lower) or not np.isfinite(price).all():
            return Node(-1, fixed, above.value, above.price, None, objective)
        price = right_signed(self.row_lower, self.row_upper, price)
        value = self._value(fixed, price)
        if value < above.value:
            value, price = self._value(fixed, above.price), above.price
        return Node(-1, fixed, value, price, x, objective)

    def _point(self) -> Floats | None:
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.asarray(self.highs.getSolution().col_value, dtype=np.float64)[: self.programme.n_columns]

    def _cut(self, found: list[Cut]) -> None:
        add_cuts(self.highs, found)
        self.cuts.extend(found)
        self.matrix = csr_array(vstack([self.matrix, cut_matrix(found, self.programme.n_columns)], format="csr"))
        self.row_lower = np.concatenate([self.row_lower, np.array([cut.least for cut in found])])
        self.row_upper = np.concatenate([self.row_upper, np.full(len(found), np.inf)])

    def _value(self, fixed: Fixed, price: Floats) -> float:
        lower, upper = self.programme.lower, self.programme.upper
        if fixed:
            lower, upper = lower.copy(), upper.copy()
            for j, bounds in fixed.items():
                lower[j], upper[j] = bounds
        price = _extended(price, len(self.row_lower))
        return proven_value(self.programme.cost, lower, upper, self.matrix, self.row_lower, self.row_upper, price)

    def _tree(self, leaves: list[Node]) -> Tree:
        n_rows = len(self.row_lower)
        return Tree(
            rows=np.arange(n_rows, dtype=np.int64),
            columns=np.arange(self.programme.n_columns, dtype=np.int64),
            cost=self.programme.cost,
            parent=np.array(self._parent, dtype=np.int64),
            column=np.array([j for j, _, _ in self._split], dtype=np.int64),
            at_least=np.array([side for _, side, _ in self._split], dtype=bool),
            limit=np.array([limit for _, _, limit in self._split]),
            leaf=np.array([node.number for node in leaves], dtype=np.int64),
            price=np.array([_extended(node.price, n_rows) for node in leaves]),
        )


def _extended(price: Floats, n_rows: int) -> Floats:
    """Prices with none for the rows that came later."""
    return price if len(price) == n_rows else np.concatenate([price, np.zeros(n_rows - len(price))])


def _fractional(x: Floats, columns: Ints, tolerance: float) -> Ints:
    """Those of some columns that are not whole at a point."""
    up = x[columns] - np.floor(x[columns])
    return columns[np.minimum(up, 1.0 - up) > tolerance]


@dataclass
class PseudoCosts:
    """The column whose two sides should both raise the bound most, by what splits on it gained before.

    Parameters
    ----------
    fraction
        A column that is further from whole numbers can be split on.
    tiny_gain
        Least gain of a split that counts.
    """

    fraction: float = 1e-5
    tiny_gain: float = 1e-6
    gain: tuple[dict[int, float], dict[int, float]] = field(default_factory=lambda: ({}, {}))

    def choose(self, search: BranchAndBound, node: Node) -> int:
        """Column to split on; -1 where all are whole."""
        assert node.x is not None
        broken = _fractional(node.x, search.can_split, self.fraction)
        if len(broken) == 0:
            return -1
        up = node.x[broken] - np.floor(node.x[broken])
        score = np.ones(len(broken))
        for known, way in zip(self.gain, (up, 1.0 - up), strict=True):
            usual = float(np.mean(list(known.values()))) if known else 1.0
            each = np.array([known.get(j, usual) for j in broken.tolist()])
            score *= np.maximum(way * each, self.tiny_gain)
        return int(broken[int(np.argmax(score))])

    def learn(self, column: int, side: int, above: Node, below: Node, distance: float) -> None:
        """Take note of what a split gained: the newest counts as much as all before it."""
        gain = (below.value - above.value) / distance
        known = self.gain[side]
        known[column] = 0.5 * (known.get(column, gain) + gain)


@dataclass
class Reliability:
    """As pseudo-costs, but the two sides of a column are solved until its gains can be trusted.

    Parameters
    ----------
    fraction
        A column this near to 0 or 1 is not split.
    n_tried
        Columns whose two sides are looked at before one is chosen.
    n_trusted
        A column that was looked at so often is not looked at again.
    tiny_gain
        Keeps the product of two gains from vanishing with one of them.
    """

    fraction: float = 1e-6
    n_tried: int = 8
    n_trusted: int = 2
    tiny_gain: float = 1e-9
    total: dict[tuple[int, int], float] = field(default_factory=dict)
    count: dict[tuple[int, int], int] = field(default_factory=dict)

    def choose(self, search: BranchAndBound, node: Node) -> int:
        """Column to split on; -1 where all are whole."""
        assert node.x is not None
        x = node.x
        open_ = _fractional(x, search.can_split, self.fraction)
        open_ = np.array([c for c in open_.tolist() if c not in node.fixed], dtype=np.int64)
        if not len(open_):
            return -1
        guess = np.array([self._score(c, float(x[c])) for c in open_.tolist()])
        middle = np.minimum(x[open_], 1.0 - x[open_])
        order = open_[np.lexsort((open_, -middle, -guess))]
        fresh = [c for c in open_[np.lexsort((open_, -middle))].tolist() if not self._is_trusted(c)]
        tried = list(dict.fromkeys([*order[: self.n_tried // 2].tolist(), *fresh[: self.n_tried // 2]]))
        best, chosen = -1.0, int(order[0])
        for column in tried:
            at = float(x[column])
            if not self._is_trusted(column):
                for side, (fixed, distance) in enumerate(search.sides(node, column, at)):
                    self._add(column, side, search.look(fixed) - node.objective, distance)
            score = self._score(column, at)
            if score > best + SAME_SCORE:
                best, chosen = score, column
        return chosen

    def learn(self, column: int, side: int, above: Node, below: Node, distance: float) -> None:
        """Take note of what a split gained."""
        self._add(column, side, below.objective - above.objective, distance)

    def _add(self, column: int, side: int, gain: float, distance: float) -> None:
        key = (column, side)
        self.total[key] = self.total.get(key, 0.0) + max(gain, 0.0) / max(distance, self.fraction)
        self.count[key] = self.count.get(key, 0) + 1

    def _expected(self, column: int, side: int, distance: float) -> float:
        key = (column, side)
        return self.total[key] / self.count[key] * distance if key in self.count else 0.0

    def _is_trusted(self, column: int) -> bool:
        return min(self.count.get((column, 0), 0), self.count.get((column, 1), 0)) >= self.n_trusted

    def _score(self, column: int, at: float) -> float:
        down, up = self._expected(column, 0, at), self._expected(column, 1, 1.0 - at)
        return max(down, self.tiny_gain) * max(up, self.tiny_gain)

"""A bound by branch and bound that can be checked without trusting a solver: every leaf has row prices of its own.

The programme is split by columns that are 0 or 1 in every plan. Row prices prove a bound for each leaf, and the leaves
together hold every plan: so the least of their bounds holds for the programme. Work is counted in leaves and in simplex
iterations.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import highspy
import numpy as np
import pandas as pd

from allreach.planning.bound.cuts import Cut
from allreach.planning.bound.relaxation import add_cuts, bound_from_prices, with_cuts
from allreach.planning.model.problem import Bools, Floats, Ints
from allreach.planning.model.solver import Programme

WHOLE = 1e-6  # a column this near to 0 or 1 is not split
TRIED = 8  # columns whose two sides are looked at before one is chosen
TRUSTED = 2  # a column that was looked at so often is not looked at again
SMALL_GAIN = 1e-9  # keeps the product of two gains from vanishing with one of them
CUTS_A_LEAF = 200


@dataclass(frozen=True)
class Leaf:
    """One piece of the programme.

    Parameters
    ----------
    node
        Its number in the tree of pieces.
    columns, values
        Columns decided on the way to the piece, in order, and what they were set to (0 or 1).
    row_price
        Price of each row that was there at the time.
    least
        Bound that the prices prove for the piece.
    """

    node: int
    columns: tuple[int, ...]
    values: tuple[int, ...]
    row_price: Floats
    least: float


@dataclass
class _Gains:
    """How much the bound rises by column and side, as far as seen."""

    total: dict[tuple[int, int], float] = field(default_factory=dict)
    count: dict[tuple[int, int], int] = field(default_factory=dict)

    def add(self, column: int, side: int, gain: float, distance: float) -> None:
        key = (column, side)
        self.total[key] = self.total.get(key, 0.0) + max(gain, 0.0) / max(distance, WHOLE)
        self.count[key] = self.count.get(key, 0) + 1

    def expected(self, column: int, side: int, distance: float) -> float:
        key = (column, side)
        return self.total[key] / self.count[key] * distance if key in self.count else 0.0

    def is_trusted(self, column: int) -> bool:
        return min(self.count.get((column, 0), 0), self.count.get((column, 1), 0)) >= TRUSTED


class Branching:
    """Leaves of a programme, the weakest split again and again.

    Parameters
    ----------
    programme
        Rows and columns without cuts.
    cuts
        Rows that hold for every plan; more are added.
    highs
        Solver that holds the relaxation with the cuts as its further rows, solved. It may hold more columns behind
        those of the programme as long as these only relax it.
    find_cuts
        Rows that a point breaks.
    can_split
        Columns that are 0 or 1 in every plan.
    """

    def __init__(
        self,
        programme: Programme,
        cuts: list[Cut],
        highs: highspy.Highs,
        find_cuts: Callable[[Floats], list[Cut]],
        can_split: Bools,
    ) -> None:
        self.programme, self.cuts, self.highs, self.find_cuts = programme, cuts, highs, find_cuts
        self.can_split = np.flatnonzero(can_split)
        self._rows, self._rows_cuts = programme, 0
        self.gains = _Gains()
        self.fixed: dict[int, int] = {}
        self.spent = 0
        self.leaves: list[Leaf] = []
        self.nodes: list[tuple[int, int, int]] = []  # piece that it is cut out of, column, value

    def split(self, enough: float, *, leaves_max: int, iterations_max: int) -> None:
        """Split the weakest leaf until all prove enough, or the work is done.

        Parameters
        ----------
        enough
            A leaf that proves so much is left alone.
        leaves_max, iterations_max
            Leaves, and simplex iterations, at most.
        """
        root, point, value = self._leaf(0, (), ())
        self.nodes = [(-1, -1, 0)]
        settled: list[Leaf] = []
        heap: list[tuple[float, int, Leaf, Floats, float]] = [(root.least, 0, root, point, value)]
        while heap and len(heap) + len(settled) < leaves_max and self.spent < iterations_max:
            if heap[0][0] >= enough:
                break
            _, _, leaf, point, value = heapq.heappop(heap)
            column = self._column_to_split(leaf, point, value)
            if column < 0:
                settled.append(leaf)
                continue
            for side in (0, 1):
                node = len(self.nodes)
                self.nodes.append((leaf.node, column, side))
                child, child_point, child_value = self._leaf(node, (*leaf.columns, column), (*leaf.values, side))
                distance = float(point[column]) if side == 0 else 1.0 - float(point[column])
                self.gains.add(column, side, child_value - value, distance)
                if child.least < leaf.least:  # what the parent proves holds for the child
                    child = replace(child, row_price=leaf.row_price, least=leaf.least)
                heapq.heappush(heap, (child.least, node, child, child_point, child_value))
        self.leaves = sorted([*settled, *(entry[2] for entry in heap)], key=lambda leaf: leaf.node)

    def least(self) -> float:
        """Bound that the leaves prove together."""
        return min(leaf.least for leaf in self.leaves)

    def _set(self, columns: tuple[int, ...], values: tuple[int, ...]) -> None:
        """Decide these columns and no others."""
        wanted = dict(zip(columns, values, strict=True))
        for column in sorted(self.fixed.keys() | wanted.keys()):
            if self.fixed.get(column) != wanted.get(column):
                low = float(wanted.get(column, self.programme.lower[column]))
                high = float(wanted.get(column, self.programme.upper[column]))
                self.highs.changeColBounds(column, low, high)
        self.fixed = wanted

    def _run(self) -> float:
        self.highs.run()
        self.spent += max(int(self.highs.getInfo().simplex_iteration_count), 0)
        return float(self.highs.getInfo().objective_function_value)

    def _leaf(self, node: int, columns: tuple[int, ...], values: tuple[int, ...]) -> tuple[Leaf, Floats, float]:
        """Solve a piece, cut once, and prove its bound."""
        self._set(columns, values)
        value = self._run()
        point = self._point()
        found = self.find_cuts(point)[:CUTS_A_LEAF]
        if found:
            add_cuts(self.highs, found)
            self.cuts.extend(found)
            value = self._run()
            point = self._point()
        price = np.asarray(self.highs.getSolution().row_dual, dtype=np.float64)
        n_rows = self.programme.n_rows + len(self.cuts)
        if len(price) != n_rows:
            price = np.zeros(n_rows)
        return Leaf(node, columns, values, price, self._proven(columns, values, price)), point, value

    def _point(self) -> Floats:
        x = np.asarray(self.highs.getSolution().col_value, dtype=np.float64)
        return x[: self.programme.n_columns]

    def _proven(self, columns: tuple[int, ...], values: tuple[int, ...], price: Floats) -> float:
        if self._rows_cuts != len(self.cuts):
            self._rows, self._rows_cuts = with_cuts(self.programme, self.cuts), len(self.cuts)
        return bound_from_prices(restricted(self._rows, columns, values), price)

    def _column_to_split(self, leaf: Leaf, point: Floats, value: float) -> int:
        """Column whose two sides both raise the bound most; -1 where all are 0 or 1."""
        x = point[self.can_split]
        open_ = self.can_split[(x > WHOLE) & (x < 1.0 - WHOLE)]
        open_ = np.array([c for c in open_.tolist() if c not in leaf.columns], dtype=np.int64)
        if not len(open_):
            return -1
        guess = np.array([self._score(c, float(point[c])) for c in open_.tolist()])
        middle = np.minimum(point[open_], 1.0 - point[open_])
        order = open_[np.lexsort((open_, -middle, -guess))]
        fresh = [c for c in open_[np.lexsort((open_, -middle))].tolist() if not self.gains.is_trusted(c)]
        tried = list(dict.fromkeys([*order[: TRIED // 2].tolist(), *fresh[: TRIED // 2]]))
        best, chosen = -1.0, int(order[0])
        for column in tried:
            if not self.gains.is_trusted(column):
                for side in (0, 1):
                    distance = float(point[column]) if side == 0 else 1.0 - float(point[column])
                    self._set((*leaf.columns, column), (*leaf.values, side))
                    self.gains.add(column, side, self._run() - value, distance)
            score = self._score(column, float(point[column]))
            if score > best + 1e-15:
                best, chosen = score, column
        return chosen

    def _score(self, column: int, at: float) -> float:
        down, up = self.gains.expected(column, 0, at), self.gains.expected(column, 1, 1.0 - at)
        return max(down, SMALL_GAIN) * max(up, SMALL_GAIN)


def restricted(programme: Programme, columns: tuple[int, ...] | Ints, values: tuple[int, ...] | Ints) -> Programme:
    """Return the piece of a programme where some columns are decided."""
    lower, upper = programme.lower.copy(), programme.upper.copy()
    at = np.asarray(columns, dtype=np.int64)
    lower[at] = upper[at] = np.asarray(values, dtype=np.float64)
    return replace(programme, lower=lower, upper=upper)


def piece_tables(nodes: list[tuple[int, int, int]], leaves: list[Leaf]) -> dict[str, pd.DataFrame]:
    """Pieces of a programme as tables.

    Returns
    -------
    tables
        ``nodes`` (node, parent, column, at_least, limit, is_leaf): the tree of the pieces, node 0 is the whole;
        ``prices`` (node, row, price): what proves the bound of each leaf.
    """
    is_leaf = np.zeros(len(nodes), dtype=bool)
    is_leaf[[leaf.node for leaf in leaves]] = True
    table = np.array(nodes, dtype=np.int32).reshape(-1, 3)
    priced = [np.flatnonzero(leaf.row_price) for leaf in leaves]
    none = np.zeros(0)
    return {
        "nodes": pd.DataFrame(
            {
                "node": np.arange(len(nodes), dtype=np.int32),
                "parent": table[:, 0],
                "column": table[:, 1],
                "at_least": table[:, 2] == 1,
                "limit": table[:, 2].astype(np.float64),
                "is_leaf": is_leaf,
            }
        ),
        "prices": pd.DataFrame(
            {
                "node": np.repeat([leaf.node for leaf in leaves], [len(rows) for rows in priced]).astype(np.int32),
                "row": np.concatenate([*priced, none]).astype(np.int32),
                "price": np.concatenate([*(x.row_price[r] for x, r in zip(leaves, priced, strict=True)), none]),
            }
        ),
    }

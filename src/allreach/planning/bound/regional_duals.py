"""Row prices of a large relaxation region by region: one pass costs in proportion to the size of the country.

The bound is a concave function of the row prices. With the prices of all other rows held, the best prices of one
region's rows are those of a linear programme of that region alone, its costs less what the others have priced in; so
each solve raises the bound or leaves it. Where two regions meet prices may get stuck: later borders lie elsewhere.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, replace

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allreach.planning.bound.cuts import Cut, Separator
from allreach.planning.model.formulation import Columns
from allreach.planning.model.problem import Floats, Ints, Problem
from allreach.planning.model.solver import Programme, relaxation
from allreach.planning.time_limit import TimeLimit

ROUND_GAIN = 2e-4  # a round that raises the bound by a smaller share is idle
IDLE_ROUNDS = 2  # so many idle rounds, one after the other, end the work with these borders
NOBODY = 1e-3  # people; fewer without service are none
PROHIBITIVE = 10.0  # then going without is priced so many times as high as the dearest part
ITERATIONS_PER_COLUMN = 4  # a solve that takes more goes in circles and is given up
IDLE_CUT_ROUNDS = 2  # a cut without a price in so many solves, one after the other, is dropped


@dataclass
class Block:
    """The rows of one region as a programme of their own."""

    number: int
    highs: highspy.Highs
    rows: Ints
    matrix: csr_array
    columns: Ints
    local: NDArray[np.int32]
    cuts: list[int] = field(default_factory=list)


class RegionalPrices:
    """Prices of all rows, raised region by region.

    Parameters
    ----------
    problem, columns, programme
        The relaxation without cuts.
    x, price
        Its point and row prices to begin from.
    region_parts
        Parts of a region, about.
    clock
        Limit in seconds, where one is asked for.
    """

    def __init__(
        self,
        problem: Problem,
        columns: Columns,
        programme: Programme,
        x: Floats,
        price: Floats,
        *,
        region_parts: int,
        clock: TimeLimit,
    ) -> None:
        self.problem, self.columns, self.programme, self.clock = problem, columns, programme, clock
        self.region_parts = region_parts
        self.x = x.copy()
        wrong = ((price > 0) & np.isneginf(programme.row_lower)) | ((price < 0) & np.isposinf(programme.row_upper))
        self.price = np.where(wrong, 0.0, price)
        self.matrix = programme.matrix()
        self.cost = programme.cost.copy()
        self.upper = programme.upper
        self.reduced = self.cost - self.matrix.T @ self.price
        self.separator = Separator(problem, columns)
        self.cuts: list[Cut] = []
        self.cut_price = np.zeros(0)
        self.idle = np.zeros(0, dtype=np.int64)
        self.iterations = 0
        self.n_rounds = 0
        families = programme.family_of_rows()
        self.is_common = families == "reach"

    def copy(self) -> RegionalPrices:
        """Return prices that can be raised apart from these."""
        out = copy(self)
        for name in ("x", "price", "cost", "reduced", "cut_price", "idle", "cuts"):
            setattr(out, name, getattr(self, name).copy())
        return out

    def raise_prices(
        self, n_rounds: int, n_borders: int, max_iterations: int, *, time_share: float = 1.0, shift: int = 0
    ) -> None:
        """Cut and solve region by region, ``n_borders`` times with other borders, until it brings next to nothing."""
        begun, first = self.iterations, self.n_rounds
        for number in range(n_borders):
            owner = owner_of_columns(self.problem, self.columns, self.region_parts, shift=shift + number)
            blocks = self._blocks(owner)
            idle, value = 0, self.value()
            while True:
                for block in blocks:
                    if self.clock.is_over(time_share):
                        return
                    self._solve(block)
                before, value = value, self.value()
                idle = idle + 1 if value - before < ROUND_GAIN * abs(value) else 0
                n_done, spent = self.n_rounds - first, self.iterations - begun
                share = (number + 1) / n_borders
                is_spent = bool(max_iterations) and spent >= share * max_iterations
                if idle >= IDLE_ROUNDS or is_spent or n_done >= share * n_rounds:
                    break
                found = self.separator.cuts(self.x)
                if not found:
                    break
                self.n_rounds += 1
                self._drop_idle(blocks)
                self._add(found, blocks, owner)

    def value(self) -> float:
        """Value that the prices prove now, but for rounding, in the unit of the costs."""
        p, cut_least = self.programme, np.array([cut.least for cut in self.cuts])
        side = np.where(self.price > 0, p.row_lower, p.row_upper)
        by_rows = np.where(self.price == 0.0, 0.0, self.price * np.where(self.price == 0.0, 0.0, side))
        by_columns = np.minimum(self.reduced * p.lower, self.reduced * self.upper)
        return float(by_rows.sum() + by_columns.sum() + (self.cut_price * cut_least).sum())

    def allow_unserved(self, people: float, exact: Programme, *, guess: float = 0.0) -> None:
        """Price people without service by the common allowance instead of by household.

        Parameters
        ----------
        people
            People that may go without.
        exact
            The relaxation with that allowance.
        guess
            Price of a person, in the unit of the costs; none takes the best for the prices of the other rows.
        """
        c = self.columns
        n = c.numbers("n")
        row = int(np.flatnonzero(self.is_common)[0])
        each = np.asarray(self.matrix[[row], :].todense()).ravel()[n]
        bare = self.reduced[n] - self.cost[n] + each * self.price[row]
        worth = np.where(each > 0, np.maximum(-bare / np.maximum(each, 1e-12), 0.0), 0.0)
        order = np.argsort(worth, kind="stable")
        at = np.concatenate([[0.0], worth[order]])
        # concave in the price: it pays as long as those who are worth more are more than the allowance
        room = np.concatenate([[0.0], (each * exact.upper[n])[order]])
        above = room.sum() - np.cumsum(room)
        best = guess if guess > 0 else float(at[int(np.argmax(above <= people + 1e-9 * room.sum()))])
        if people <= NOBODY:
            best = PROHIBITIVE * float(at[-1])
        self.programme, self.upper, self.cost = exact, exact.upper, exact.cost.copy()
        self.price[row] = -best
        self.reduced[n] = self.cost[n] + bare + each * best

    def _blocks(self, owner: Ints) -> list[Block]:
        """Draw borders: one programme a region, with the cuts that there are."""
        p, out = self.programme, []
        of_row = majority(self.matrix, owner)
        of_row[self.is_common] = -1
        n_blocks = int(owner.max(initial=0)) + 1
        for number in range(n_blocks):
            rows = np.flatnonzero(of_row == number)
            inside = self.matrix[rows, :]
            columns = np.union1d(np.unique(inside.indices), np.flatnonzero(owner == number)).astype(np.int64)
            local = np.full(self.columns.total, -1, dtype=np.int32)
            local[columns] = np.arange(len(columns))
            entries = inside.tocoo()
            programme = replace(
                p,
                cost=np.zeros(len(columns)),
                lower=p.lower[columns],
                upper=self.upper[columns],
                is_integer=p.is_integer[columns],
                entry_row=entries.row.astype(np.int64),
                entry_col=local[entries.col].astype(np.int64),
                entry_value=entries.data,
                row_lower=p.row_lower[rows],
                row_upper=p.row_upper[rows],
            )
            out.append(Block(number, relaxation(programme), rows, inside, columns, local))
        kept, price = self.cuts, self.cut_price
        self.cuts, self.cut_price, self.idle = [], np.zeros(0), np.zeros(0, dtype=np.int64)
        self._add(kept, out, owner)
        self.cut_price = price
        self.owner = owner
        return out

    def _add(self, found: list[Cut], blocks: list[Block], owner: Ints) -> None:
        """Give each cut to the region where most of its columns are."""
        if not found:
            return
        first = len(self.cuts)
        self.cuts.extend(found)
        self.cut_price = np.concatenate([self.cut_price, np.zeros(len(found))])
        self.idle = np.concatenate([self.idle, np.zeros(len(found), dtype=np.int64)])
        self._join_cuts()
        of_cut = majority(self.cut_matrix[first:, :], owner)
        for number, block in enumerate(blocks):
            mine = first + np.flatnonzero(of_cut == number)
            if len(mine):
                self._give(block, mine)

    def _give(self, block: Block, mine: Ints) -> None:
        rows = self.cut_matrix[mine, :]
        new = np.unique(rows.indices)
        new = new[block.local[new] < 0].astype(np.int64)
        if len(new):
            block.local[new] = len(block.columns) + np.arange(len(new))
            block.columns = np.concatenate([block.columns, new])
            none = np.zeros(0, dtype=np.int32)
            block.highs.addCols(
                len(new), self.reduced[new], self.programme.lower[new], self.upper[new], 0,
                np.zeros(len(new), dtype=np.int32), none, np.zeros(0),
            )  # fmt: skip
        block.highs.addRows(
            len(mine), np.array([self.cuts[k].least for k in mine.tolist()]), np.full(len(mine), highspy.kHighsInf),
            rows.nnz, rows.indptr[:-1].astype(np.int32), block.local[rows.indices].astype(np.int32), rows.data,
        )  # fmt: skip
        block.cuts.extend(mine.tolist())
        block.highs.setOptionValue("solver", "simplex")

    def _drop_idle(self, blocks: list[Block]) -> None:
        """Forget cuts without a price in the last rounds."""
        self.idle = np.where(self.cut_price == 0.0, self.idle + 1, 0)
        gone = self.idle >= IDLE_CUT_ROUNDS
        if not gone.any():
            return
        new_number = np.cumsum(~gone) - 1
        for block in blocks:
            mine = np.array(block.cuts, dtype=np.int64)
            drop = np.flatnonzero(gone[mine]) if len(mine) else mine
            if len(drop):
                block.highs.deleteRows(len(drop), (len(block.rows) + drop).astype(np.int32))
            block.cuts = new_number[mine[~gone[mine]]].tolist() if len(mine) else []
        kept = np.flatnonzero(~gone)
        self.cuts = [self.cuts[k] for k in kept.tolist()]
        self.cut_price, self.idle = self.cut_price[kept], self.idle[kept]
        self._join_cuts()

    def _join_cuts(self) -> None:
        count = np.array([0] + [len(cut.columns) for cut in self.cuts])
        self.cut_matrix = csr_array(
            (
                np.concatenate([cut.values for cut in self.cuts] or [np.zeros(0)]),
                np.concatenate([cut.columns for cut in self.cuts] or [np.zeros(0, dtype=np.int64)]),
                np.cumsum(count),
            ),
            shape=(len(self.cuts), self.columns.total),
        )

    def _priced_in(self, block: Block) -> Floats:
        """Sum up what the prices of a region's own rows take off the costs of its columns."""
        out = block.matrix.T @ self.price[block.rows]
        if block.cuts:
            out = out + self.cut_matrix[block.cuts, :].T @ self.cut_price[block.cuts]
        return np.asarray(out)[block.columns]

    def _solve(self, block: Block) -> None:
        """Best prices of one region while all others stand."""
        cost = self.reduced[block.columns] + self._priced_in(block)
        n = len(cost)
        block.highs.changeColsCost(n, np.arange(n, dtype=np.int32), cost)
        block.highs.setOptionValue("simplex_iteration_limit", ITERATIONS_PER_COLUMN * n)
        block.highs.run()
        self.iterations += max(int(block.highs.getInfo().simplex_iteration_count), 0)
        if block.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            block.highs.clearSolver()  # it went in circles: next time from another corner
            return  # the old prices hold
        found = block.highs.getSolution()
        price, value = np.asarray(found.row_dual), np.asarray(found.col_value)
        p, m = self.programme, len(block.rows)
        own = price[:m]
        wrong = (own > 0) & np.isneginf(p.row_lower[block.rows]) | (own < 0) & np.isposinf(p.row_upper[block.rows])
        self.price[block.rows] = np.where(wrong, 0.0, own)
        self.cut_price[block.cuts] = np.maximum(price[m:], 0.0)
        self.reduced[block.columns] = cost - self._priced_in(block)
        mine = self.owner[block.columns] == block.number
        self.x[block.columns[mine]] = value[mine]


def owner_of_columns(problem: Problem, columns: Columns, size: int, *, shift: int) -> Ints:
    """Region of each column: that of the part it is about; ``size`` parts a region, about."""
    return np.asarray(regions_of_parts(problem, size, shift=shift)[part_of_columns(problem, columns)])


def part_of_columns(problem: Problem, columns: Columns) -> Ints:
    """Part that each column is about: the first that a facility may serve, the nearest to a node along the backhaul."""
    p, c = problem, columns
    of_facility = np.full(p.n_facilities, -1, dtype=np.int64)
    wanting = np.flatnonzero(p.option_facility >= 0)[::-1]
    of_facility[p.option_facility[wanting]] = p.option_part[wanting]
    of_node = np.full(p.n_nodes, -1, dtype=np.int64)
    placed = np.flatnonzero((p.facility_node > 0) & (of_facility >= 0))[::-1]
    of_node[p.facility_node[placed]] = of_facility[placed]
    tail, head = p.arc_from[c.arcs], p.arc_to[c.arcs]
    inner = np.flatnonzero(tail != 0)
    one, other = np.concatenate([tail[inner], head[inner]]), np.concatenate([head[inner], tail[inner]])
    while True:
        reached = np.flatnonzero((of_node[one] >= 0) & (of_node[other] < 0))[::-1]
        if not len(reached):
            break
        of_node[other[reached]] = of_node[one[reached]]
    of_node, of_facility = np.maximum(of_node, 0), np.maximum(of_facility, 0)
    out = np.zeros(c.total, dtype=np.int64)
    out[c.slice("x")] = p.option_part
    out[c.slice("n")] = np.arange(p.n_parts)
    out[c.slice("y")] = of_facility
    out[c.slice("t")] = of_node[c.tower_nodes]
    out[c.slice("w")] = of_node[c.fed_nodes]
    out[c.slice("z")] = of_node[head]
    out[c.slice("g")] = of_node[p.arc_to[c.arcs[c.followed]]]
    return out


def regions_of_parts(problem: Problem, size: int, *, shift: int) -> Ints:
    """Region of each part: strips of the country, cut across; another shift moves the borders by half a region."""
    n = problem.n_parts
    n_strips = max(round((n / max(size, 1)) ** 0.5), 1)
    move = 0.5 if shift % 2 and n_strips > 1 else 0.0
    first, second = problem.part_x_m, problem.part_y_m
    if shift % 4 >= 2:
        first, second = second, first
    rank = np.empty(n, dtype=np.int64)
    rank[np.lexsort((np.arange(n), second, first))] = np.arange(n)
    strip = np.floor(rank / max(n, 1) * n_strips + move).astype(np.int64)
    out = np.zeros(n, dtype=np.int64)
    count = 0
    for number in range(int(strip.max(initial=0)) + 1):
        parts = np.flatnonzero(strip == number)
        across = max(round(len(parts) / max(size, 1)), 1)
        shifted = move if across > 1 else 0.0
        order = parts[np.lexsort((parts, first[parts], second[parts]))]
        cell = np.floor(np.arange(len(order)) / max(len(order), 1) * across + shifted).astype(np.int64)
        out[order] = count + cell
        count += int(cell.max(initial=-1)) + 1
    return out


def majority(matrix: csr_array, owner: Ints) -> Ints:
    """Region of each row: the one that owns most of its columns, the lowest of equals."""
    n_regions = int(owner.max(initial=0)) + 1
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    key, count = np.unique(row * n_regions + owner[matrix.indices], return_counts=True)
    order = np.lexsort((key, -count, key // n_regions))
    out = np.zeros(matrix.shape[0], dtype=np.int64)
    ranked = key[order][::-1]  # written last: the most frequent
    out[ranked // n_regions] = ranked % n_regions
    return out

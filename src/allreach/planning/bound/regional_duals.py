"""Row prices of a large relaxation region by region: one pass costs in proportion to the size of the country.

The bound is a concave function of the row prices. With the prices of all other rows held, the best prices of one
region's rows are those of a linear programme of that region alone, its costs less what the others have priced in; so
each solve raises the bound or leaves it. Where two regions meet prices may get stuck: later borders lie elsewhere.

Block coordinate ascent on the Lagrangean dual (Geoffrion 1974, "Lagrangean relaxation for integer programming",
Mathematical Programming Study 2).
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, replace
from math import ceil

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allreach.params.search import DEFAULT, SearchParams
from allreach.planning.bound.cuts import Cut, Separator, add_cuts, cut_matrix
from allreach.planning.bound.cutting_plane import CuttingPlane, Report, Stop
from allreach.planning.bound.duality import binding_side, right_signed
from allreach.planning.bound.regions import majority, owner_of_columns
from allreach.planning.model.formulation import Columns
from allreach.planning.model.problem import Floats, Ints, Problem
from allreach.planning.model.solver import Programme, relaxation, run
from allreach.planning.model.tolerances import FEASIBILITY, LEAST_SHARE
from allreach.planning.time_limit import TimeLimit

NOBODY = 1e-3  # people; fewer without service are none
PROHIBITIVE = 10.0  # then going without is priced so many times as high as the dearest part


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
    search
        Limits of work.
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
        search: SearchParams = DEFAULT,
        clock: TimeLimit | None = None,
    ) -> None:
        self.problem, self.columns, self.programme = problem, columns, programme
        self.search, self.clock = search, clock or TimeLimit()
        n_places = max(len(np.unique(problem.part_place)), 1)
        self.region_parts = max(search.regional_places * problem.n_parts // n_places, 1)
        self.x = x.copy()
        self.price = right_signed(programme.row_lower, programme.row_upper, price)
        self.matrix = programme.matrix()
        self.cost = programme.cost.copy()
        self.upper = programme.upper
        self.reduced = self.cost - self.matrix.T @ self.price
        self.separator = Separator(problem, columns)
        self.cuts: list[Cut] = []
        self.cut_price = np.zeros(0)
        self.idle = np.zeros(0, dtype=np.int64)
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
        self,
        n_rounds: int,
        n_borders: int,
        max_iterations: int,
        *,
        time_share: float = 1.0,
        shift: int = 0,
        report: Report | None = None,
    ) -> None:
        """Cut and solve region by region, ``n_borders`` times with other borders, until it brings next to nothing."""
        iterations, rounds = 0, 0
        for number in range(n_borders):
            if self.clock.is_over(time_share):
                return
            share = (number + 1) / n_borders
            stop = Stop(
                ceil(share * n_rounds) - rounds,
                self.search.regional_round_gain,
                self.search.regional_idle_rounds,
                share * max_iterations - iterations if max_iterations else np.inf,
                self.clock,
                time_share,
            )
            self._draw(owner_of_columns(self.problem, self.columns, self.region_parts, shift=shift + number))
            cutting = CuttingPlane(self, self.separator, stop, report=report)
            cutting.run(is_solved=False)
            iterations, rounds = iterations + cutting.iterations, rounds + cutting.n_rounds
        self.n_rounds += rounds

    def point(self) -> Floats:
        """Return the point of the relaxation, put together from those of the regions."""
        return self.x

    def take(self, found: list[Cut], stop: Stop) -> int:
        """Add cuts and solve region after region; returns the simplex iterations."""
        if found:
            self._drop_idle(self.blocks)
            self._add(found, self.blocks)
        spent = 0
        for block in self.blocks:
            if stop.clock.is_over(stop.time_share):
                break
            spent += self._solve(block)
        return spent

    def value(self) -> float:
        """Value that the prices prove now, but for rounding, in the unit of the costs."""
        p = self.programme
        by_rows = self.price * binding_side(p.row_lower, p.row_upper, self.price)
        by_columns = np.minimum(self.reduced * p.lower, self.reduced * self.upper)
        by_cuts = self.cut_price * np.array([cut.least for cut in self.cuts])
        return float(by_rows.sum() + by_columns.sum() + by_cuts.sum())

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
        worth = np.where(each > 0, np.maximum(-bare / np.maximum(each, LEAST_SHARE), 0.0), 0.0)
        order = np.argsort(worth, kind="stable")
        at = np.concatenate([[0.0], worth[order]])
        # concave in the price: it pays as long as those who are worth more are more than the allowance
        room = np.concatenate([[0.0], (each * exact.upper[n])[order]])
        above = room.sum() - np.cumsum(room)
        best = guess if guess > 0 else float(at[int(np.argmax(above <= people + FEASIBILITY * room.sum()))])
        if people <= NOBODY:
            best = PROHIBITIVE * float(at[-1])
        self.programme, self.upper, self.cost = exact, exact.upper, exact.cost.copy()
        self.price[row] = -best
        self.reduced[n] = self.cost[n] + bare + each * best

    def _draw(self, owner: Ints) -> None:
        """Draw borders: one programme a region, with the cuts that there are."""
        p, out = self.programme, list[Block]()
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
        self.owner = owner
        self._add(kept, out)
        self.cut_price = price
        self.blocks = out

    def _add(self, found: list[Cut], blocks: list[Block]) -> None:
        """Give each cut to the region where most of its columns are."""
        if not found:
            return
        first = len(self.cuts)
        self.cuts.extend(found)
        self.cut_price = np.concatenate([self.cut_price, np.zeros(len(found))])
        self.idle = np.concatenate([self.idle, np.zeros(len(found), dtype=np.int64)])
        self._join_cuts()
        of_cut = majority(self.cut_matrix[first:, :], self.owner)
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
                len(new),
                self.reduced[new],
                self.programme.lower[new],
                self.upper[new],
                0,
                np.zeros(len(new), dtype=np.int32),
                none,
                np.zeros(0),
            )
        local = csr_array((rows.data, block.local[rows.indices], rows.indptr), shape=(len(mine), len(block.columns)))
        add_cuts(block.highs, [self.cuts[k] for k in mine.tolist()], local)
        block.cuts.extend(mine.tolist())
        block.highs.setOptionValue("solver", "simplex")

    def _drop_idle(self, blocks: list[Block]) -> None:
        """Forget cuts without a price in the last rounds."""
        self.idle = np.where(self.cut_price == 0.0, self.idle + 1, 0)
        gone = self.idle >= self.search.bound_drop_rounds
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
        self.cut_matrix = cut_matrix(self.cuts, self.columns.total)

    def _priced_in(self, block: Block) -> Floats:
        """Sum up what the prices of a region's own rows take off the costs of its columns."""
        out = block.matrix.T @ self.price[block.rows]
        if block.cuts:
            out = out + self.cut_matrix[block.cuts, :].T @ self.cut_price[block.cuts]
        return np.asarray(out)[block.columns]

    def _solve(self, block: Block) -> int:
        """Best prices of one region while all others stand; returns the simplex iterations."""
        cost = self.reduced[block.columns] + self._priced_in(block)
        n = len(cost)
        block.highs.changeColsCost(n, np.arange(n, dtype=np.int32), cost)
        block.highs.setOptionValue("simplex_iteration_limit", self.search.iterations_per_column * n)
        run(block.highs)
        iterations = max(int(block.highs.getInfo().simplex_iteration_count), 0)
        if block.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            block.highs.clearSolver()  # it went in circles: next time from another corner
            return iterations  # the old prices hold
        found = block.highs.getSolution()
        price, value = np.asarray(found.row_dual), np.asarray(found.col_value)
        p, m = self.programme, len(block.rows)
        self.price[block.rows] = right_signed(p.row_lower[block.rows], p.row_upper[block.rows], price[:m])
        self.cut_price[block.cuts] = np.maximum(price[m:], 0.0)
        self.reduced[block.columns] = cost - self._priced_in(block)
        mine = self.owner[block.columns] == block.number
        self.x[block.columns[mine]] = value[mine]
        return iterations

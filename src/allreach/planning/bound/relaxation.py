"""A lower bound on the cost of every plan that reaches as many people, and what is needed to check it.

The strong relaxation is solved, violated cuts are added, and so on; then the bound is worked out anew from the row
prices alone, in plain float64: a price of the wrong sign counts as zero, and each column sits at the bound that its
reduced cost prefers. So the bound holds whatever the solver says about its own success.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import highspy
import numpy as np
import pandas as pd

from allreach.planning.bound.cluster_bound import Tree, grow_trees, tree_tables, value_with_trees
from allreach.planning.bound.cuts import Cut, Separator
from allreach.planning.bound.duality import proven_value
from allreach.planning.bound.regional_duals import NOBODY, RegionalPrices
from allreach.planning.model import formulation
from allreach.planning.model.problem import NOT_SERVED_USD, Floats, Problem
from allreach.planning.model.solver import Programme, limit_time, relaxation
from allreach.planning.time_limit import TimeLimit

ROUND_GAIN = 5e-5  # a round of cuts that raises the relaxation by a smaller share is idle
LAST_ROUNDS = 5  # further rounds once it is known how many people the plan leaves without service
GUIDE_TIME = 0.4  # share of the time, where time is limited, for the relaxation that guides the plan
IDLE_CUT_ROUNDS = 2  # a cut without a price in so many solves, one after the other, is dropped,
IDLE_CUTS_MIN = 500  # where there are so many of them
IDLE_ROUNDS = 3  # so many idle rounds, one after the other, are the last
REGIONAL_ARCS_MIN = 50_000  # from so many arcs prices are raised region by region
REGIONAL_CUTS_MIN = 1.5  # where the first separation finds so many cuts a part, as a solver slows down with them,
REGION_PLACES = 300  # each of about so many places,
PROVED = 1e-7  # a plan that costs so small a share more than its bound is the best
N_BORDERS = 3  # with borders drawn so many times


@dataclass(frozen=True)
class Bound:
    """A bound with its certificate.

    Parameters
    ----------
    lower_bound_usd
        No plan for the model that reaches as many people costs less. [USD]
    programme
        Rows and columns, cuts included.
    row_price
        Price of each row.
    x
        Point of the relaxation; guides the heuristic, proves nothing.
    columns
        Where the families of columns begin.
    n_cuts, n_rounds
        Cuts with a price, rounds of separation.
    trees
        What branch and bound adds, cluster by cluster.
    """

    lower_bound_usd: float
    programme: Programme
    row_price: Floats
    x: Floats
    columns: formulation.Columns
    n_cuts: int
    n_rounds: int
    trees: tuple[Tree, ...] = ()

    def certificate(self) -> dict[str, pd.DataFrame]:
        """Tables ``rows`` (with prices), ``columns``, ``entries``, ``cluster_*``: all that the bound follows from."""
        p = self.programme
        return {
            **(tree_tables(self.trees) if self.trees else {}),
            "rows": pd.DataFrame(
                {
                    "family": p.family_of_rows(),
                    "lower": p.row_lower,
                    "upper": p.row_upper,
                    "price": self.row_price,
                }
            ),
            "columns": pd.DataFrame(
                {
                    "family": p.family_of_columns(),
                    "cost_kusd": p.cost,
                    "lower": p.lower,
                    "upper": p.upper,
                }
            ),
            "entries": pd.DataFrame(
                {"row": p.entry_row.astype(np.int32), "column": p.entry_col.astype(np.int32), "value": p.entry_value}
            ),
        }


def bound_from_prices(programme: Programme, row_price: Floats) -> float:
    """Value that row prices prove, in the unit of the costs."""
    p = programme
    return proven_value(p.cost, p.lower, p.upper, p.matrix(), p.row_lower, p.row_upper, row_price)


class Relaxation:
    """The strong relaxation of a problem: a guide for the heuristic first, then a bound for the plan it led to.

    Parameters
    ----------
    problem
        Sets and coefficients.
    with_flow
        Whether demand on arcs is in the model.
    n_rounds, max_cuts
        Rounds of separation, cuts a round at most.
    iteration_limit
        Simplex iterations a solve at most; 0 leaves it open.
    cut_iterations
        No further round once the rounds together have taken so many simplex iterations; 0 leaves it open.
    regional_iterations
        The same where prices are raised region by region.
    method
        How the first relaxation is solved.
    clock
        Limit in seconds, where one is asked for: whatever prices are there when it is over prove a bound.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        with_flow: bool,
        n_rounds: int,
        max_cuts: int = 20_000,
        iteration_limit: int = 0,
        cut_iterations: int = 0,
        regional_iterations: int = 0,
        method: str = "choose",
        clock: TimeLimit | None = None,
    ) -> None:
        self.clock = clock or TimeLimit()
        self.problem = problem
        everybody = float(problem.part_people.sum())
        self.programme, self.columns = formulation.build(
            problem, unserved_people=everybody + 1.0, with_flow=with_flow, not_served_usd=NOT_SERVED_USD
        )
        self.n_column = self.columns.numbers("n").astype(np.int32)
        self.highs = relaxation(self.programme, iteration_limit=iteration_limit, method=method)
        limit_time(self.highs, self.clock.left_s(GUIDE_TIME))
        self.highs.run()
        self.cuts: list[Cut] = []
        self.idle_rounds = np.zeros(0, dtype=np.int64)
        self.n_rounds = 0
        self.separator = Separator(problem, self.columns)
        self.is_true_cost = np.ones(self.columns.total, dtype=bool)
        self.is_true_cost[self.columns.slice("n")] = False
        self.cut_iterations = cut_iterations
        self.regional_iterations = regional_iterations
        self.regional: RegionalPrices | None = None
        if problem.n_arcs >= REGIONAL_ARCS_MIN and n_rounds and not with_flow:
            n_found = len(self.separator.cuts(self.x()))
            if n_found >= REGIONAL_CUTS_MIN * problem.n_parts:
                self._go_regional(n_rounds)
                return
        self._cut(n_rounds, max_cuts=max_cuts, max_iterations=cut_iterations, time_share=GUIDE_TIME)

    def _go_regional(self, n_rounds: int) -> None:
        """Raise the prices of a large country region by region."""
        price = np.asarray(self.highs.getSolution().row_dual, dtype=np.float64)
        if len(price) != self.programme.n_rows:
            price = np.zeros(self.programme.n_rows)
        n_places = max(len(np.unique(self.problem.part_place)), 1)
        self.regional = RegionalPrices(
            self.problem,
            self.columns,
            self.programme,
            self.x(),
            price,
            region_parts=max(REGION_PLACES * self.problem.n_parts // n_places, 1),
            clock=self.clock,
        )
        self.regional.raise_prices(n_rounds, N_BORDERS, self.regional_iterations, time_share=GUIDE_TIME)

    def _cut(self, n_rounds: int, *, max_cuts: int, max_iterations: int, time_share: float) -> None:
        """Solve, cut, solve again, until the cuts bring next to nothing."""
        spent = idle = 0
        value = self._cost()
        for _ in range(n_rounds):
            if self.clock.is_over(time_share):
                break
            found = self.separator.cuts(self.x(), max_cuts=max_cuts)
            if not found:
                break
            self.n_rounds += 1
            self._drop_idle_cuts()
            add_cuts(self.highs, found)
            self.cuts.extend(found)
            self.idle_rounds = np.concatenate([self.idle_rounds, np.zeros(len(found), dtype=np.int64)])
            self.highs.setOptionValue("solver", "simplex")
            limit_time(self.highs, self.clock.left_s(time_share))
            self.highs.run()
            spent += int(self.highs.getInfo().simplex_iteration_count)
            before, value = value, self._cost()
            idle = idle + 1 if value - before < ROUND_GAIN * abs(value) else 0
            if (max_iterations and spent > max_iterations) or idle >= IDLE_ROUNDS:
                break

    def _drop_idle_cuts(self) -> None:
        """Forget cuts without a price in the last rounds: they prove nothing and slow the solver down."""
        price = np.asarray(self.highs.getSolution().row_dual, dtype=np.float64)[self.programme.n_rows :]
        if len(price) != len(self.cuts):
            return
        self.idle_rounds = np.where(price == 0.0, self.idle_rounds + 1, 0)
        drop = np.flatnonzero(self.idle_rounds >= IDLE_CUT_ROUNDS)
        if len(drop) > IDLE_CUTS_MIN:
            self.highs.deleteRows(len(drop), (self.programme.n_rows + drop).astype(np.int32))
            self.idle_rounds = np.delete(self.idle_rounds, drop)
            kept = np.ones(len(self.cuts), dtype=bool)
            kept[drop] = False
            self.cuts = [cut for cut, keep in zip(self.cuts, kept.tolist(), strict=True) if keep]

    def _cost(self) -> float:
        """Return the cost of the point without the price on households left without service."""
        return float((self.programme.cost * self.x())[self.is_true_cost].sum())

    def x(self) -> Floats:
        """Return the point of the relaxation."""
        if self.regional is not None:
            return self.regional.x
        found = np.asarray(self.highs.getSolution().col_value, dtype=np.float64)
        return found if len(found) == self.columns.total else np.zeros(self.columns.total)

    def shares(self) -> Floats:
        """Return the share of each part that the relaxation gives each option."""
        return np.clip(self.x()[self.columns.slice("x")], 0.0, 1.0)

    def wish(self) -> Floats:
        """Return how much the relaxation wants each facility, 0 to 1."""
        return np.clip(self.x()[self.columns.slice("y")], 0.0, 1.0)

    def bound(self, unserved_people: float, *, settle: bool = True) -> Bound:
        """Bound for all plans that leave at most so many people without service.

        Parameters
        ----------
        unserved_people
            People without service.
        settle
            Whether the prices are settled anew for so many people; else those that guided the search prove it.
        """
        exact, _ = formulation.build(self.problem, unserved_people=unserved_people, with_flow=self.columns.has_flow)
        if not settle:
            return self._certified(exact, *self.prices(), self.n_rounds)
        n = len(self.n_column)
        self.highs.changeColsCost(n, self.n_column, np.zeros(n))
        columns = self.columns.slice("n")
        self.highs.changeColsBounds(n, self.n_column, exact.lower[columns], exact.upper[columns])
        row = exact.rows("reach").start
        self.highs.changeRowBounds(row, -highspy.kHighsInf, unserved_people)
        limit_time(self.highs, self.clock.left_s())
        self.highs.run()
        if self.regional is not None:
            found = np.asarray(self.highs.getSolution().row_dual, dtype=np.float64)
            guess = -float(found[row]) if len(found) else 0.0
            return self._regional_bound(self.regional, exact, unserved_people, guess)
        self._cut(LAST_ROUNDS, max_cuts=20_000, max_iterations=self.cut_iterations, time_share=1.0)
        return self._certified(exact, *self.prices(), self.n_rounds)

    def _regional_bound(
        self, regional: RegionalPrices, exact: Programme, unserved_people: float, guess: float
    ) -> Bound:
        """Work out the bound region by region, now with the people that may go without."""
        tried = []
        # the best price of a person for the rows as they stand, and that of the relaxation without cuts
        for usd in (0.0, guess) if unserved_people > NOBODY else (0.0,):
            one = regional.copy()
            one.allow_unserved(unserved_people, exact, guess=usd)
            one.raise_prices(LAST_ROUNDS, 1, self.regional_iterations, shift=N_BORDERS)
            one.allow_unserved(unserved_people, exact)
            tried.append(one)
        self.regional = regional = max(tried, key=RegionalPrices.value)
        return self._certified(exact, *self.prices(), regional.n_rounds)

    def raised(
        self, bound: Bound, pv_usd: float, *, n_places: int, n_nodes: int, n_nodes_each: int, n_threads: int = 1
    ) -> Bound:
        """Return the bound raised by branch and bound over clusters of places.

        Parameters
        ----------
        bound
            What row prices prove.
        pv_usd
            Present value of the plan: more need not be proved. [USD]
        n_places
            Places of a cluster, about.
        n_nodes, n_nodes_each
            Nodes of all trees and of each tree at most.
        n_threads
            Clusters searched side by side; the result does not depend on it.
        """
        if n_nodes <= 0:
            return bound
        trees = grow_trees(
            self.problem,
            bound.columns,
            bound.programme,
            bound.row_price,
            n_places=n_places,
            n_nodes=n_nodes,
            n_nodes_each=n_nodes_each,
            ceiling=(1.0 - PROVED) * pv_usd / formulation.COST_UNIT_USD,
            n_threads=n_threads,
            clock=self.clock,
        )
        value_usd = value_with_trees(bound.programme, bound.row_price, trees) * formulation.COST_UNIT_USD
        return replace(bound, lower_bound_usd=value_usd, trees=trees) if value_usd > bound.lower_bound_usd else bound

    def prices(self) -> tuple[list[Cut], Floats]:
        """Return the cuts that there are, and the prices of all rows and cuts, nil where the solver left none."""
        if self.regional is not None:
            return self.regional.cuts, np.concatenate([self.regional.price, self.regional.cut_price])
        price = np.asarray(self.highs.getSolution().row_dual, dtype=np.float64)
        n_rows = self.programme.n_rows + len(self.cuts)
        return self.cuts, price if len(price) == n_rows else np.zeros(n_rows)

    def _certified(self, exact: Programme, cuts: list[Cut], price: Floats, n_rounds: int) -> Bound:
        # a cut without a price proves nothing: the certificate does without
        paid = np.flatnonzero(price[exact.n_rows :])
        cuts = [cuts[k] for k in paid.tolist()]
        price = np.concatenate([price[: exact.n_rows], price[exact.n_rows + paid]])
        programme = with_cuts(exact, cuts)
        value, nothing = bound_from_prices(programme, price), bound_from_prices(programme, np.zeros(programme.n_rows))
        if nothing > value:
            value, price = nothing, np.zeros(programme.n_rows)
        return Bound(value * formulation.COST_UNIT_USD, programme, price, self.x(), self.columns, len(cuts), n_rounds)


def lower_bound(problem: Problem, *, unserved_people: float, n_rounds: int, with_flow: bool = True) -> Bound:
    """Bound of a problem in one call."""
    return Relaxation(problem, with_flow=with_flow, n_rounds=n_rounds).bound(unserved_people)


def with_cuts(programme: Programme, cuts: list[Cut]) -> Programme:
    """Return a programme with cuts as further rows."""
    if not cuts:
        return programme
    count = np.array([len(c.columns) for c in cuts])
    row = programme.n_rows + np.repeat(np.arange(len(cuts)), count)
    col = np.concatenate([c.columns for c in cuts])
    value = np.concatenate([c.values for c in cuts])
    return replace(
        programme,
        entry_row=np.concatenate([programme.entry_row, row]),
        entry_col=np.concatenate([programme.entry_col, col]),
        entry_value=np.concatenate([programme.entry_value, value]),
        row_lower=np.concatenate([programme.row_lower, np.array([c.least for c in cuts])]),
        row_upper=np.concatenate([programme.row_upper, np.full(len(cuts), np.inf)]),
        row_family=(*programme.row_family, ("cut", len(cuts))),
    )


def add_cuts(highs: highspy.Highs, cuts: list[Cut]) -> None:
    """Give a solver the cuts as further rows."""
    count = np.array([len(c.columns) for c in cuts])
    start = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int32)
    index = np.concatenate([c.columns for c in cuts]).astype(np.int32)
    value = np.concatenate([c.values for c in cuts])
    least = np.array([c.least for c in cuts])
    highs.addRows(len(cuts), least, np.full(len(cuts), highspy.kHighsInf), int(count.sum()), start, index, value)

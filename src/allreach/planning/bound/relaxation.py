"""A lower bound on the cost of every plan that reaches as many people, and what is needed to check it.

The strong relaxation is solved, violated cuts are added, and so on; then the bound is worked out anew from the row
prices alone, in plain float64: a price of the wrong sign counts as zero, and each column sits at the bound that its
reduced cost prefers. So the bound holds whatever the solver says about its own success.
"""

from __future__ import annotations

from dataclasses import replace

import highspy
import numpy as np

from allreach.params.search import DEFAULT, SearchParams
from allreach.planning.bound.certificate import Bound
from allreach.planning.bound.cluster_bound import grow_trees, value_with_trees
from allreach.planning.bound.cuts import Cut, Separator, with_cuts
from allreach.planning.bound.cutting_plane import CuttingPlane, OneProgramme, Stop
from allreach.planning.bound.duality import bound_from_prices
from allreach.planning.bound.regional_duals import NOBODY, RegionalPrices
from allreach.planning.model import formulation
from allreach.planning.model.problem import NOT_SERVED_USD, Floats, Problem
from allreach.planning.model.solver import Programme, limit_time, relaxation, run
from allreach.planning.time_limit import TimeLimit
from allreach.progress import Progress, no_progress, told


class Relaxation:
    """The strong relaxation of a problem: a guide for the heuristic first, then a bound for the plan it led to.

    Parameters
    ----------
    problem
        Sets and coefficients.
    search
        Limits of work.
    with_flow
        Whether demand on arcs is in the model; by the size of the country if not given.
    progress
        Called with (stage, done, total).
    clock
        Limit in seconds, where one is asked for: whatever prices are there when it is over prove a bound.
    """

    def __init__(
        self,
        problem: Problem,
        search: SearchParams = DEFAULT,
        *,
        with_flow: bool | None = None,
        progress: Progress | None = None,
        clock: TimeLimit | None = None,
    ) -> None:
        self.clock = clock or TimeLimit()
        self.problem, self.search = problem, search
        self.say = progress or no_progress
        with_flow = problem.n_arcs <= search.flow_arcs_max if with_flow is None else with_flow
        everybody = float(problem.part_people.sum())
        self.programme, self.columns = formulation.build(
            problem, unserved_people=everybody + 1.0, with_flow=with_flow, not_served_usd=NOT_SERVED_USD
        )
        self.n_column = self.columns.numbers("n").astype(np.int32)
        self.highs = relaxation(self.programme, iteration_limit=search.bound_iterations)
        limit_time(self.highs, self.clock.left_s(search.time_guide))
        run(self.highs)
        self.n_rounds = 0
        self.stage = "bound the cost"
        self.separator = Separator(problem, self.columns)
        self.is_true_cost = np.ones(self.columns.total, dtype=bool)
        self.is_true_cost[self.columns.slice("n")] = False
        self.master = OneProgramme(
            self.highs,
            self.programme.n_rows,
            self.columns.total,
            lambda x, _: float((self.programme.cost * x)[self.is_true_cost].sum()),
            drop_after=search.bound_drop_rounds,
            drop_min=search.bound_drop_min,
        )
        self.cut_iterations = scaled_iterations(problem, search.bound_cut_iterations, search)
        self.regional_iterations = int(search.regional_iterations * search.bound_cut_iterations)
        self.regional: RegionalPrices | None = None
        if problem.n_arcs >= search.regional_arcs_min and search.bound_cut_rounds and not with_flow:
            n_found = len(self.separator.cuts(self.x()))
            if n_found >= search.regional_cuts_min * problem.n_parts:
                self._go_regional()
                return
        self._cut(search.bound_cut_rounds, time_share=search.time_guide)

    def _go_regional(self) -> None:
        """Raise the prices of a large country region by region."""
        search = self.search
        self.regional = RegionalPrices(
            self.problem, self.columns, self.programme, self.x(), self.master.price(), search=search, clock=self.clock
        )
        self.regional.raise_prices(
            search.bound_cut_rounds,
            search.regional_borders,
            self.regional_iterations,
            time_share=search.time_guide,
            report=self._report,
        )

    def _report(self, done: int, total: int) -> None:
        self.say(self.stage, done, total)

    def _cut(self, n_rounds: int, *, time_share: float) -> None:
        """Solve, cut, solve again, until the cuts bring next to nothing."""
        s = self.search
        most = self.cut_iterations or np.inf
        stop = Stop(n_rounds, s.bound_round_gain, s.bound_idle_rounds, most, self.clock, time_share)
        rounds = CuttingPlane(self.master, self.separator, stop, max_cuts=s.bound_cuts_max, report=self._report)
        rounds.run()
        self.n_rounds += rounds.n_rounds

    def x(self) -> Floats:
        """Return the point of the relaxation."""
        return self.master.point() if self.regional is None else self.regional.x

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
        self.stage = "settle the bound"
        exact, _ = formulation.build(self.problem, unserved_people=unserved_people, with_flow=self.columns.has_flow)
        if not settle:
            return self._certified(exact, *self.prices(), self.n_rounds)
        with told(self.say, self.stage):
            return self._settled(exact, unserved_people)

    def _settled(self, exact: Programme, unserved_people: float) -> Bound:
        """Settle the prices anew for so many people without service."""
        n = len(self.n_column)
        self.highs.changeColsCost(n, self.n_column, np.zeros(n))
        columns = self.columns.slice("n")
        self.highs.changeColsBounds(n, self.n_column, exact.lower[columns], exact.upper[columns])
        row = exact.rows("reach").start
        self.highs.changeRowBounds(row, -highspy.kHighsInf, unserved_people)
        limit_time(self.highs, self.clock.left_s())
        run(self.highs)
        if self.regional is not None:
            found = np.asarray(self.highs.getSolution().row_dual, dtype=np.float64)
            guess = -float(found[row]) if len(found) else 0.0
            return self._regional_bound(self.regional, exact, unserved_people, guess)
        self._cut(self.search.bound_last_rounds, time_share=1.0)
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
            one.raise_prices(
                self.search.bound_last_rounds,
                1,
                self.regional_iterations,
                shift=self.search.regional_borders,
                report=self._report,
            )
            one.allow_unserved(unserved_people, exact)
            tried.append(one)
        self.regional = regional = max(tried, key=RegionalPrices.value)
        return self._certified(exact, *self.prices(), regional.n_rounds)

    def raised(self, bound: Bound, pv_usd: float, *, n_threads: int = 1) -> Bound:
        """Return the bound raised by branch and bound over clusters of places.

        Parameters
        ----------
        bound
            What row prices prove.
        pv_usd
            Present value of the plan: more need not be proved. [USD]
        n_threads
            Clusters searched side by side; the result does not depend on it.
        """
        if self.search.bound_branches <= 0:
            return bound
        trees = grow_trees(
            self.problem,
            bound.columns,
            bound.programme,
            bound.row_price,
            search=self.search,
            ceiling=(1.0 - self.search.bound_proved) * pv_usd / formulation.COST_UNIT_USD,
            n_threads=n_threads,
            progress=self.say,
            clock=self.clock,
        )
        value_usd = value_with_trees(bound.programme, bound.row_price, trees) * formulation.COST_UNIT_USD
        return replace(bound, lower_bound_usd=value_usd, trees=trees) if value_usd > bound.lower_bound_usd else bound

    def prices(self) -> tuple[list[Cut], Floats]:
        """Return the cuts that there are, and the prices of all rows and cuts, nil where the solver left none."""
        if self.regional is not None:
            return self.regional.cuts, np.concatenate([self.regional.price, self.regional.cut_price])
        return self.master.cuts, self.master.price()

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


def scaled_iterations(problem: Problem, usual: int, search: SearchParams = DEFAULT) -> int:
    """Return simplex iterations that take as long on a large country as the usual ones on a small one."""
    return max(int(usual * min(1.0, search.usual_arcs / max(problem.n_arcs, 1))), 1) if usual else 0

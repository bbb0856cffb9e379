"""Most people within a budget: a bound on what any plan can reach.

It is the linear relaxation that minimises the people left out under a row that the cost keeps to the budget
(`formulation.define_budget`), with cuts, then split by branch and bound. The price of that row in the relaxation is the
shadow price of the budget.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import highspy
import numpy as np
import pandas as pd

from allreach.params.search import SearchParams
from allreach.planning.bound.branch_and_bound import BranchAndBound, Reliability
from allreach.planning.bound.certificate import Bound, Tree, node_tables
from allreach.planning.bound.cuts import Separator, with_cuts
from allreach.planning.bound.cutting_plane import CuttingPlane, OneProgramme, Stop
from allreach.planning.bound.duality import bound_from_prices
from allreach.planning.bound.relaxation import scaled_iterations
from allreach.planning.model import formulation
from allreach.planning.model.problem import (
    Floats,
    Problem,
    Solution,
    faults,
    solution_pv_usd,
    unserved_people,
)
from allreach.planning.model.solver import Programme, relaxation, run
from allreach.planning.model.tolerances import LEAST_SHARE, PEOPLE, REACHED
from allreach.planning.optimise import Optimum
from allreach.planning.variants.budget_plans import Family

DEAR_MONEY = 100.0  # times its price in the relaxation: for so much a piece may exceed the budget


@dataclass(frozen=True)
class BudgetPlan:
    """Best plan within a budget, and what proves how good it is.

    Parameters
    ----------
    best
        Plan, and the bound on the cost of all plans that reach as many.
    people_bound
        Most people, institutions at their weight among them, that any plan for the model reaches within the budget.
    usd_per_person
        Shadow price: what one further person costs at the margin of the relaxation; infinite where money buys nobody.
    certificate
        Tables ``budget_rows``, ``budget_columns``, ``budget_entries``: programme of the bound and row prices before it
        is split; ``budget_nodes``, ``budget_prices``: its tree, and the row prices of each leaf where they differ from
        those of ``budget_rows``.
    """

    best: Optimum
    people_bound: float
    usd_per_person: float
    certificate: dict[str, pd.DataFrame]


def prove(family: Family, budget_usd: float, solution: Solution) -> BudgetPlan:
    """Bound what any plan reaches within a budget, beside a plan within it.

    Parameters
    ----------
    family
        Plans that do not know the budget.
    budget_usd
        Present value that a plan may cost. [USD]
    solution
        Plan of the family within the budget.
    """
    problem = family.problem
    wrong = faults(problem, solution)
    if wrong:
        raise AssertionError(f"the plan breaks its own rules: {'; '.join(wrong)}")
    left = unserved_people(problem, solution.households)
    relaxed = _Relaxed(problem, family.search, budget_usd)
    relaxed.split(left)
    programme, columns, price = relaxed.whole(), relaxed.columns, relaxed.price()
    least = max(relaxed.least() * formulation.PEOPLE_UNIT, 0.0)
    per_usd = -float(price[programme.rows("budget").start]) * formulation.PEOPLE_UNIT / formulation.COST_UNIT_USD
    cost, cost_price = _cost_bound(problem, programme, price, columns, left + PEOPLE)
    if bound_from_prices(cost, cost_price) < 0.0:
        cost_price = np.zeros(cost.n_rows)  # that nothing costs less than nothing needs no prices
    low_usd = bound_from_prices(cost, cost_price) * formulation.COST_UNIT_USD
    bound = Bound(low_usd, cost, cost_price, relaxed.x, columns, len(relaxed.cuts), relaxed.n_rounds)
    reaches_all = left <= unserved_people(problem, family.whole.solution.households) + PEOPLE
    if reaches_all and family.whole.bound.lower_bound_usd >= low_usd:
        bound = family.whole.bound
    own = replace(bound, programme=programme, row_price=price).certificate()
    tables = {name: own[name] for name in ("rows", "columns", "entries")}
    tables["columns"] = tables["columns"].rename(columns={"cost_kusd": "thousand_people"})
    trees = [relaxed.tree] if relaxed.tree is not None else []
    tables |= node_tables(trees, [price for _ in trees])
    return BudgetPlan(
        Optimum(solution, bound, solution_pv_usd(problem, solution), family.stopped_early),
        float(problem.part_people.sum()) - least,
        1.0 / per_usd if per_usd > LEAST_SHARE else float("inf"),
        {f"budget_{name}": table for name, table in tables.items()},
    )


class _Relaxed:
    """Relaxation of the budget variant with separated cuts, and the leaves that it is split into.

    Parameters
    ----------
    problem
        Sets and coefficients.
    search
        Limits of work.
    budget_usd
        Present value that a plan may cost. [USD]
    """

    def __init__(self, problem: Problem, search: SearchParams, budget_usd: float) -> None:
        self.problem, self.search = problem, search
        with_flow = problem.n_arcs <= search.flow_arcs_max
        everybody = float(problem.part_people.sum())
        self.programme, self.columns = formulation.build(
            problem, unserved_people=everybody + 1.0, with_flow=with_flow, budget_usd=budget_usd
        )
        self.highs = relaxation(self.programme, iteration_limit=search.bound_iterations)
        run(self.highs)
        self.tree: Tree | None = None
        self.separator = Separator(problem, self.columns)
        master = OneProgramme(
            self.highs, self.programme.n_rows, self.programme.n_columns, lambda _, objective: objective
        )
        most = scaled_iterations(problem, search.bound_cut_iterations, search)
        stop = Stop(
            search.bound_cut_rounds,
            search.bound_round_gain,
            search.bound_idle_rounds if self.columns.has_flow else 1,
            most or np.inf,
        )
        rounds = CuttingPlane(master, self.separator, stop, max_cuts=search.bound_cuts_max)
        rounds.run()
        self.n_rounds, self.cuts, self.x = rounds.n_rounds, master.cuts, master.point()
        self.root_price = master.price()

    def split(self, people_left: float) -> None:
        """Split the programme by facilities, towers and arcs that are built or not, where the country is small enough.

        A leaf that proves what the plan leaves without service is left alone. No plan of a leaf may keep to the
        budget: so money may be added at a high price, which only relaxes.
        """
        row = self.programme.rows("budget").start
        money_price = -float(self.root_price[row])
        if self.problem.n_arcs > self.search.flow_arcs_max or money_price <= LEAST_SHARE:
            return
        self.highs.setOptionValue("solver", "simplex")
        one = np.array([row], dtype=np.int32)
        self.highs.addCol(DEAR_MONEY * money_price, 0.0, highspy.kHighsInf, 1, one, np.array([-1.0]))
        can_split = np.zeros(self.columns.total, dtype=bool)
        can_split[self.columns.slice("y", "t")] = True
        can_split[self.columns.slice("z")] = True
        limits = self.search
        search = BranchAndBound(
            self.whole(),
            Reliability(),
            highs=self.highs,
            price=self.root_price,
            can_split=can_split,
            find_cuts=lambda x: self.separator.cuts(x, max_cuts=limits.bound_cuts_max)[: limits.budget_leaf_cuts],
        )
        self.tree = search.grow(
            n_nodes=2 * limits.budget_leaves - 1,
            ceiling=people_left / formulation.PEOPLE_UNIT - REACHED,
            max_iterations=scaled_iterations(self.problem, limits.budget_leaf_iterations, limits),
        )
        self.cuts.extend(search.cuts)

    def whole(self) -> Programme:
        """Return the programme with all cuts."""
        return with_cuts(self.programme, self.cuts)

    def price(self) -> Floats:
        """Return the prices of all rows before the programme was split."""
        return np.concatenate(
            [self.root_price, np.zeros(self.programme.n_rows + len(self.cuts) - len(self.root_price))]
        )

    def least(self) -> float:
        """Return the people whom every plan leaves without service, in thousands."""
        programme = self.whole()
        root = bound_from_prices(programme, self.price())
        return root if self.tree is None else max(root, self.tree.value(programme, programme.matrix()))


def _cost_bound(
    problem: Problem, programme: Programme, price: Floats, columns: formulation.Columns, unserved: float
) -> tuple[Programme, Floats]:
    """Turn prices in people per dollar into dollars per person: they bound the cost of reaching as many, too.

    The budget row leaves, its price becomes the unit, and the row of the reach takes the price of a person.
    """
    exact, _ = formulation.build(problem, unserved_people=unserved, with_flow=columns.has_flow)
    row = programme.rows("budget").start
    per_unit = -float(price[row])
    keep = np.arange(programme.n_rows) != row
    is_cut = programme.entry_row > row  # the budget is the last row of the model, the cuts come after it
    n_cuts = programme.n_rows - 1 - row
    cost = replace(
        exact,
        entry_row=np.concatenate([exact.entry_row, programme.entry_row[is_cut] - 1]),
        entry_col=np.concatenate([exact.entry_col, programme.entry_col[is_cut]]),
        entry_value=np.concatenate([exact.entry_value, programme.entry_value[is_cut]]),
        row_lower=np.concatenate([exact.row_lower, programme.row_lower[row + 1 :]]),
        row_upper=np.concatenate([exact.row_upper, programme.row_upper[row + 1 :]]),
        row_family=(*exact.row_family, *([("cut", n_cuts)] if n_cuts else [])),
    )
    if per_unit <= LEAST_SHARE:
        return cost, np.zeros(cost.n_rows)
    scaled = price[keep] / per_unit
    scaled[exact.rows("reach").start] = -1.0 / (per_unit * formulation.PEOPLE_UNIT)
    return cost, scaled

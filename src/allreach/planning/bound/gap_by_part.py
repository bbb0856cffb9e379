"""Where a plan may still be too dear: the gap to the relaxation, place by place.

Row prices prove a bound, and cost less bound is exactly a sum over columns and rows: what each column costs above the
place that its reduced cost prefers, and what each row leaves unused of what it has a price for. No term is negative, so
each can be laid to the parts that its column or row is about; where all are nil nothing can be gained.
"""

from __future__ import annotations

import numpy as np

from allreach.planning.bound.cuts import with_cuts
from allreach.planning.bound.duality import binding_side, right_signed
from allreach.planning.bound.regions import part_of_columns
from allreach.planning.bound.relaxation import Relaxation
from allreach.planning.model import formulation
from allreach.planning.model.problem import Floats, Problem, Solution
from allreach.planning.model.solver import Programme


class LocalGap:
    """The gap between plans and a relaxation, laid to parts.

    Parameters
    ----------
    problem
        Sets and coefficients.
    columns, programme
        A relaxation, cuts included.
    row_price
        Price of each of its rows; one of the wrong sign counts as nil.
    """

    def __init__(self, problem: Problem, columns: formulation.Columns, programme: Programme, row_price: Floats) -> None:
        self.problem, self.columns, self.programme = problem, columns, programme
        self.price = right_signed(programme.row_lower, programme.row_upper, row_price)
        self.matrix = programme.matrix()
        self.reduced = programme.cost - self.matrix.T @ self.price
        self.side = binding_side(programme.row_lower, programme.row_upper, self.price)
        self.least = np.minimum(self.reduced * programme.lower, self.reduced * programme.upper)
        self.part_of_column = part_of_columns(problem, columns)
        self.column_of_arc = np.zeros(problem.n_arcs, dtype=np.int64)
        self.column_of_arc[columns.arcs] = columns.z + np.arange(len(columns.arcs))
        entries = np.diff(self.matrix.indptr)
        self.per_entry = np.where(self.price == 0.0, 0.0, 1.0 / np.maximum(entries, 1))
        self.part_of_entry = self.part_of_column[self.matrix.indices]
        self.entries = entries

    def of_parts(self, solution: Solution) -> Floats:
        """Gap of each part, shape (P,). [USD].

        Parameters
        ----------
        solution
            A plan that the relaxation allows.
        """
        x = formulation.point(self.problem, self.columns, solution)
        by_column = self.reduced * x - self.least
        by_row = self.price * (np.where(self.price == 0.0, 0.0, self.matrix @ x) - self.side)
        n = self.problem.n_parts
        out = np.bincount(self.part_of_column, weights=by_column, minlength=n)
        out += np.bincount(self.part_of_entry, weights=np.repeat(by_row * self.per_entry, self.entries), minlength=n)
        return np.asarray(out * formulation.COST_UNIT_USD, dtype=np.float64)


def gap_to(relaxed: Relaxation) -> LocalGap | None:
    """Return the gap to a relaxation as it was solved; none where its solver left no prices."""
    cuts, price = relaxed.prices()
    if relaxed.problem.n_parts == 0 or not price.any():
        return None
    return LocalGap(relaxed.problem, relaxed.columns, with_cuts(relaxed.programme, cuts), price)

"""Leave out of a window what the relaxation prices so high that no better plan is likely to hold it.

Reduced-cost fixing goes back to Dantzig, Fulkerson and Johnson (1954), "Solution of a large-scale traveling-salesman
problem", Operations Research 2; here it is a guess, as the gap of the best plan is not known.

By linear duality a plan with a column of some reduced cost lies at least so much above the bound. In a window whose gap
to the relaxation is small, columns of higher reduced cost hardly ever belong to a better plan; without them its
programme is solved many times faster.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from allreach.planning.bound.gap_by_part import LocalGap
from allreach.planning.model.formulation import COST_UNIT_USD, Columns
from allreach.planning.model.problem import Floats
from allreach.planning.model.solver import Programme
from allreach.planning.search.neighbourhood import Window


def without_unlikely(
    programme: Programme, columns: Columns, window: Window, gap: LocalGap, start: Floats, limit_usd: float
) -> Programme:
    """Return a window's programme with those columns fixed at nil whose reduced cost is over a limit.

    What the plan has now stays, and so does what the rest of the plan pays for.

    Parameters
    ----------
    programme, columns
        The window's programme.
    window
        Where its pieces come from.
    gap
        Reduced costs of the whole.
    start
        The plan as a point of the programme.
    limit_usd
        Highest reduced cost that stays. [USD]
    """
    w, c = window, gap.columns
    limit = limit_usd / COST_UNIT_USD
    keep = np.ones(columns.total, dtype=bool)
    keep[columns.slice("x")] = gap.reduced[c.x + w.options] <= limit
    keep[columns.slice("y")] = (gap.reduced[c.y + w.facilities] <= limit) | (w.problem.facility_pv_usd == 0.0)
    arcs = w.arcs[columns.arcs]
    is_paid = w.problem.arc_pv_usd[columns.arcs] == 0.0
    keep[columns.slice("z")] = (gap.reduced[gap.column_of_arc[arcs]] <= limit) | is_paid
    return replace(programme, upper=np.where(keep | (start > 0.0), programme.upper, np.minimum(programme.upper, 0.0)))

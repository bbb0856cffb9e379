"""Weak duality in plain float64: what row prices prove about a linear programme, whoever found them.

Neumaier and Shcherbina (2004), "Safe bounds in linear and mixed-integer linear programming", Mathematical
Programming 99.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from allreach.planning.model.problem import Floats
from allreach.planning.model.solver import Programme

SAFETY = 1e-9  # relative; covers the rounding of the sums below


def right_signed(row_lower: Floats, row_upper: Floats, price: Floats) -> Floats:
    """Return row prices with those that prove nothing, being unknown or of the wrong sign, set to zero."""
    price = np.nan_to_num(np.asarray(price, dtype=np.float64))
    price = np.where((price > 0) & np.isneginf(row_lower), 0.0, price)
    return np.where((price < 0) & np.isposinf(row_upper), 0.0, price)


def binding_side(row_lower: Floats, row_upper: Floats, price: Floats) -> Floats:
    """Return the side of each row that a price of the right sign pays for; nil where there is no price."""
    return np.where(price == 0.0, 0.0, np.where(price > 0, row_lower, row_upper))


def proven_value(
    cost: Floats,
    lower: Floats,
    upper: Floats,
    matrix: csr_array,
    row_lower: Floats,
    row_upper: Floats,
    price: Floats,
) -> float:
    """Value under which no point of a programme lies: a price of the wrong sign counts as zero.

    Parameters
    ----------
    cost, lower, upper
        Columns; finite bounds, so that any prices prove something.
    matrix, row_lower, row_upper
        Rows.
    price
        Price of each row.
    """
    price = right_signed(row_lower, row_upper, price)
    by_rows = price * binding_side(row_lower, row_upper, price)
    reduced = cost - matrix.T @ price
    by_columns = np.minimum(reduced * lower, reduced * upper)
    size = float(np.abs(by_rows).sum() + np.abs(by_columns).sum())
    return float(by_rows.sum() + by_columns.sum()) - SAFETY * size


def bound_from_prices(programme: Programme, row_price: Floats) -> float:
    """Value that row prices prove, in the unit of the costs."""
    p = programme
    return proven_value(p.cost, p.lower, p.upper, p.matrix(), p.row_lower, p.row_upper, row_price)

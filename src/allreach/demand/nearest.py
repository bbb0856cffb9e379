"""The nearest of some targets, with ties decided by order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

TIE_M = 1e-3  # distances closer than this are equal: coordinates came through a projection


def nearest(
    x_m: NDArray[np.float64], y_m: NDArray[np.float64], to_x_m: NDArray[np.float64], to_y_m: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Index of the nearest target of each point; of equally near ones, the first."""
    tree = cKDTree(np.column_stack([to_x_m, to_y_m]))
    n_near = min(8, len(to_x_m))
    _, found = tree.query(np.column_stack([x_m, y_m]), k=n_near)
    found = np.asarray(found, dtype=np.int64).reshape(len(x_m), n_near)
    squared = (to_x_m[found] - x_m[:, None]) ** 2 + (to_y_m[found] - y_m[:, None]) ** 2
    distance_m = np.sqrt(squared)
    tied = distance_m <= distance_m.min(axis=1, keepdims=True) + TIE_M
    return np.asarray(np.where(tied, found, len(to_x_m)).min(axis=1))

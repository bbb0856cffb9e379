"""Which places a road joins: the relative neighbourhood graph and the Gabriel graph of points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay, QhullError, cKDTree

Edges = NDArray[np.int64]


def gabriel_edges(x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> Edges:
    """Pairs of points with no third point in the circle over them, shape (n, 2), sorted, first < second.

    Points must differ. Fewer than three points, or points on a line, make a chain.
    """
    n = len(x_m)
    if n < 2:
        return np.zeros((0, 2), dtype=np.int64)
    points = np.column_stack([x_m, y_m])
    try:
        if n < 3:
            raise QhullError
        simplices = Delaunay(points).simplices
    except QhullError:
        return _chain(points)
    pairs = np.sort(np.concatenate([simplices[:, [0, 1]], simplices[:, [1, 2]], simplices[:, [0, 2]]]), axis=1)
    pairs = np.unique(pairs, axis=0).astype(np.int64)
    middle = 0.5 * (points[pairs[:, 0]] + points[pairs[:, 1]])
    radius_m = 0.5 * np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T)
    nearest_m = cKDTree(points).query(middle)[0]
    return np.asarray(pairs[nearest_m >= radius_m * (1.0 - 1e-9)])


def relative_neighbours(x_m: NDArray[np.float64], y_m: NDArray[np.float64], gabriel: Edges) -> Edges:
    """Edges of a Gabriel graph with no third point nearer to both ends than they are to each other."""
    points = np.column_stack([x_m, y_m])
    if len(gabriel) == 0:
        return gabriel
    a, b = points[gabriel[:, 0]], points[gabriel[:, 1]]
    length_m = np.hypot(*(a - b).T)
    near = cKDTree(points).query_ball_point(0.5 * (a + b), length_m * np.sqrt(0.75))
    keep = np.ones(len(gabriel), dtype=bool)
    for e, others in enumerate(near):
        p = points[others]
        limit_m = length_m[e] * (1.0 - 1e-9)
        closer = (np.hypot(*(p - a[e]).T) < limit_m) & (np.hypot(*(p - b[e]).T) < limit_m)
        closer &= (np.asarray(others) != gabriel[e, 0]) & (np.asarray(others) != gabriel[e, 1])
        keep[e] = not closer.any()
    return gabriel[keep]


def _chain(points: NDArray[np.float64]) -> Edges:
    order = np.lexsort((points[:, 1], points[:, 0]))
    return np.unique(np.sort(np.column_stack([order[:-1], order[1:]]), axis=1), axis=0).astype(np.int64)

"""Random fields over places: what neighbours share, drawn on a grid by the Fourier transform."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEPS_A_LENGTH = 6.0
NODES_MOST = 512  # along either side: bounds time and memory
MARGIN = 4.0  # lengths beyond the places, so that opposite edges, which the transform joins, know nothing of each other


class CorrelatedField:
    """Normal fields of standard deviation 1 whose correlation falls with distance as exp(-d / length).

    Parameters
    ----------
    x_m, y_m
        Places. [m]
    length_m
        Distance over which the correlation falls to 1/e. [m]

    Notes
    -----
    Circulant embedding (Dietrich and Newsam, SIAM J. Sci. Comput. 18, 1997); a place takes the nearest node, so that
    its variance is exact. Over more lengths than the grid has room for the nodes lie farther apart.
    """

    def __init__(self, x_m: Floats, y_m: Floats, length_m: float) -> None:
        if not len(x_m):
            self.shape, self.row, self.col = (1, 1), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
            self.root = np.ones((1, 1))
            return
        step_m = length_m / STEPS_A_LENGTH
        room_m = MARGIN * length_m
        step_m = max(step_m, float(max(np.ptp(x_m), np.ptp(y_m)) + room_m) / NODES_MOST)
        self.col, self.row = (np.round((v - v.min()) / step_m).astype(np.int64) for v in (x_m, y_m))
        n_rows, n_cols = (int(at.max()) + int(np.ceil(room_m / step_m)) + 1 for at in (self.row, self.col))
        self.shape = n_rows, n_cols
        away = [np.minimum(np.arange(n), n - np.arange(n)) * step_m for n in self.shape]
        covariance = np.exp(-np.hypot(away[0][:, None], away[1][None, :]) / length_m)
        spectrum = np.maximum(np.fft.rfft2(covariance).real, 0.0)
        self.root = np.sqrt(spectrum)

    def draw(self, rng: np.random.Generator) -> Floats:
        """Draw one field at the places."""
        white = rng.standard_normal(self.shape)
        field = np.fft.irfft2(self.root * np.fft.rfft2(white), s=self.shape)
        return np.asarray(field[self.row, self.col])

"""What is left of errors by place: a Gaussian process of the residuals (kriging), as a surface on a mesh.

Exponential covariance (Gudmundson, Electronics Letters 27, 1991, for shadowing), by scikit-learn; spots are averaged in
cells, so that ten thousand of them cost no more than a few hundred.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from allreach.radio.calibration import Surface

if TYPE_CHECKING:
    from sklearn.gaussian_process import GaussianProcessRegressor

Floats = NDArray[np.float64]

CELLS_MOST = 400
CELLS_LEAST = 8
CELLS_FOR_STRUCTURE = 160  # drawn among them: the cost of likelihood goes by the third power
SEED = 1
CELL_SHARE = 16.0  # cells along the edge of a block
MESH_MOST = 12_000
STEPS_A_LENGTH = 3.0
REACH = 3.0  # lengths beyond which nothing is known
LENGTHS_M = (50.0, 20_000.0)
LEAST_DB = 0.1


@dataclass(frozen=True)
class Cells:
    """Residuals averaged in cells of ground."""

    at_m: Floats
    mean_db: Floats
    n: NDArray[np.int64]
    within_db: float


@dataclass(frozen=True)
class Structure:
    """How residuals vary: what neighbours share and over which distance, and what each spot has for itself."""

    field_db: float
    length_m: float
    local_db: float


def cells_of(x_m: Floats, y_m: Floats, left_db: Floats, block_m: float) -> Cells:
    """Average residuals in cells, as small as their number allows."""
    side_m = block_m / CELL_SHARE
    while True:
        key = np.column_stack([np.floor(x_m / side_m), np.floor(y_m / side_m)])
        _, cell = np.unique(key, axis=0, return_inverse=True)
        cell = cell.reshape(-1)
        n = np.bincount(cell)
        if len(n) <= CELLS_MOST:
            break
        side_m *= 1.3
    mean_db = np.bincount(cell, left_db) / n
    at_m = np.column_stack([np.bincount(cell, x_m) / n, np.bincount(cell, y_m) / n])
    freedom = len(cell) - len(n)
    within = float(np.sqrt(((left_db - mean_db[cell]) ** 2).sum() / freedom)) if freedom > 0 else 0.0
    return Cells(at_m, mean_db, n, within)


def structure_of(cells: Cells) -> Structure | None:
    """Find how residuals vary by the marginal likelihood; none where there are too few cells."""
    if len(cells.n) < CELLS_LEAST:
        return None
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    if len(cells.n) > CELLS_FOR_STRUCTURE:
        drawn = np.sort(np.random.default_rng(SEED).permutation(len(cells.n))[:CELLS_FOR_STRUCTURE])
        cells = Cells(cells.at_m[drawn], cells.mean_db[drawn], cells.n[drawn], cells.within_db)
    total = max(float(np.var(cells.mean_db)), LEAST_DB**2)
    within = max(cells.within_db, LEAST_DB) ** 2
    kernel = ConstantKernel(0.5 * total, (LEAST_DB**2, 10.0 * total)) * Matern(1000.0, LENGTHS_M, nu=0.5)
    kernel += WhiteKernel(0.5 * total, (LEAST_DB**2, 10.0 * total))
    process = GaussianProcessRegressor(kernel, alpha=within / cells.n)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a variance or length at its limit
        process.fit(cells.at_m, cells.mean_db)
    found = process.kernel_
    field_db, own_db = np.sqrt(found.k1.k1.constant_value), np.sqrt(found.k2.noise_level)
    return Structure(float(field_db), float(found.k1.k2.length_scale), float(np.hypot(own_db, np.sqrt(within))))


def process_of(cells: Cells, structure: Structure) -> GaussianProcessRegressor:
    """Gaussian process of a known structure through the cells."""
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern

    kernel = ConstantKernel(structure.field_db**2) * Matern(structure.length_m, nu=0.5)
    own = max(structure.local_db**2 - cells.within_db**2, LEAST_DB**2)
    noise = own + cells.within_db**2 / cells.n
    return GaussianProcessRegressor(kernel, alpha=noise, optimizer=None).fit(cells.at_m, cells.mean_db)


def surface_of(process: GaussianProcessRegressor, structure: Structure) -> Surface:
    """Lay a process on a mesh around its cells."""
    from scipy.spatial import cKDTree

    extent_m = float(np.ptp(process.X_train_, axis=0).max())
    reach_m = min(REACH * structure.length_m, max(extent_m, structure.length_m))
    low, high = process.X_train_.min(axis=0) - reach_m, process.X_train_.max(axis=0) + reach_m
    tree = cKDTree(process.X_train_)
    apart_m = float(np.median(tree.query(process.X_train_, k=2)[0][:, 1]))
    step_m = max(min(structure.length_m / STEPS_A_LENGTH, apart_m), float(np.sqrt(np.prod(high - low) / MESH_MOST)))
    n_cols, n_rows = (int(np.ceil(edge / step_m)) + 1 for edge in high - low)
    x_m, y_m = low[0] + step_m * np.arange(n_cols), low[1] + step_m * np.arange(n_rows)
    mesh = np.stack(np.meshgrid(x_m, y_m), axis=-1).reshape(-1, 2)
    mean_db, sigma_db = np.zeros(len(mesh)), np.full(len(mesh), structure.field_db)
    near = np.flatnonzero(tree.query(mesh)[0] <= reach_m)
    mean_db[near], sigma_db[near] = process.predict(mesh[near], return_std=True)
    shape = (n_rows, n_cols)
    return Surface(
        float(low[0]), float(low[1]), step_m, mean_db.reshape(shape), sigma_db.reshape(shape), structure.field_db
    )

"""Linear fit to errors that are alike within blocks of ground, drawn towards what is known beforehand.

A mixed model: errors of a block share a part of their own (compound symmetry), the shares of both are found by
restricted maximum likelihood (Patterson and Thompson, Biometrika 58, 1971), and each coefficient has a normal prior
with mean 0. Where only power above a floor is received, what is missing is allowed for by the truncated normal
likelihood (Hausman and Wise, Econometrica 45, 1977).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

Floats = NDArray[np.float64]

RATIOS = np.concatenate([[0.0], np.geomspace(0.01, 100.0, 33)])  # variance between blocks over that within
LEAST_DB = 0.1  # standard deviation within blocks: no receiver is read more exactly
PRIOR_ROUNDS = 4
ROUNDS = 100
CLOSE_DB = 1e-3
LEAST_KEPT = 0.05  # of the information of a spot near its floor


@dataclass(frozen=True)
class BlockFit:
    """Coefficients, how sure they are, and what is left.

    Parameters
    ----------
    coefficients, covariance
        Shapes (p,), (p, p).
    between_db, within_db
        Standard deviation of what the spots of a block share, and of what each has for itself. [dB]
    """

    coefficients: Floats
    covariance: Floats
    between_db: float
    within_db: float

    @property
    def sigma_db(self) -> float:
        """Standard deviation of a spot about what is expected. [dB]."""
        return float(np.hypot(self.between_db, self.within_db))


def hazard(alpha: Floats) -> Floats:
    """Density over what is above, of the standard normal distribution."""
    return np.asarray(np.exp(-0.5 * alpha**2 - 0.5 * np.log(2.0 * np.pi) - log_ndtr(-alpha)))


def fit_blocks(x: Floats, y: Floats, block: NDArray[np.int64], prior: Floats, floor: Floats) -> BlockFit:
    """Fit y by the columns of x.

    Parameters
    ----------
    x, y
        Shapes (n, p), (n,).
    block
        Block of each row, from 0.
    prior
        Standard deviation of each coefficient beforehand, shape (p,).
    floor
        Value of y below which a row would not be there; minus infinity where none is known, shape (n,).
    """
    fit = _fit(x, y, block, prior)
    if not np.isfinite(floor).any():
        return fit
    for _ in range(ROUNDS):
        alpha = (floor - x @ fit.coefficients) / fit.sigma_db
        more = np.where(np.isfinite(floor), hazard(np.where(np.isfinite(floor), alpha, 0.0)), 0.0)
        kept = 1.0 + np.where(np.isfinite(floor), alpha, 0.0) * more - more**2  # variance left over variance
        share = max(float(np.mean(kept)), LEAST_KEPT)
        seen = _fit(x, y - fit.sigma_db * more, block, prior)
        wider = 1.0 / np.sqrt(share)
        new = BlockFit(seen.coefficients, seen.covariance / share**2, seen.between_db * wider, seen.within_db * wider)
        moved = np.abs(x @ (new.coefficients - fit.coefficients)).max() + abs(new.sigma_db - fit.sigma_db)
        fit = new
        if moved < CLOSE_DB:
            break
    return fit


def _fit(x: Floats, y: Floats, block: NDArray[np.int64], prior: Floats) -> BlockFit:
    """Take the ratio of variances that is most likely, of those in `RATIOS`, all of which are tried at once."""
    n, p = x.shape
    size = np.bincount(block).astype(np.float64)
    columns = np.column_stack([x, y])
    of_block = np.stack([np.bincount(block, column) for column in columns.T], axis=1)
    weight = RATIOS[:, None] / (1.0 + RATIOS[:, None] * size)
    moments = columns.T @ columns - np.einsum("rb,bi,bj->rij", weight, of_block, of_block)
    xx, xy, yy = moments[:, :p, :p], moments[:, :p, p], moments[:, p, p]
    variance = np.maximum(yy / n, LEAST_DB**2)
    for _ in range(PRIOR_ROUNDS):  # the prior counts against the variance, which is not known beforehand
        precision = xx / variance[:, None, None] + np.diag(1.0 / prior**2)
        covariance = np.linalg.inv(precision)
        coefficients = np.einsum("rij,rj->ri", covariance, xy) / variance[:, None]
        left = yy - 2.0 * np.einsum("ri,ri->r", coefficients, xy)
        left += np.einsum("ri,rij,rj->r", coefficients, xx, coefficients)
        freedom = n - np.einsum("rij,rji->r", covariance, xx) / variance
        variance = np.maximum(left / np.maximum(freedom, 1.0), LEAST_DB**2)
    likelihood = -0.5 * (
        n * np.log(variance)
        + np.log1p(RATIOS[:, None] * size).sum(axis=1)
        + np.linalg.slogdet(precision)[1]
        + left / variance
        + ((coefficients / prior) ** 2).sum(axis=1)
    )
    best = int(likelihood.argmax())
    within_db = float(np.sqrt(variance[best]))
    return BlockFit(coefficients[best], covariance[best], within_db * float(np.sqrt(RATIOS[best])), within_db)

"""Decibels inside compiled loops: ratios of powers there and back (outside them see `allreach.units`)."""

from __future__ import annotations

import math

from allreach.kernels._jit import kernel

LN_10 = math.log(10.0)


@kernel
def db_of_ratio(ratio: float) -> float:
    """Decibels of a ratio of powers; 0 gives minus infinity. [dB]."""
    return 10.0 * math.log10(ratio)


@kernel
def ratio_of_db(level_db: float) -> float:
    """Ratio of powers of decibels; milliwatts of dBm. (An exponential costs a third of a power of ten.)."""
    return math.exp(0.1 * LN_10 * level_db)

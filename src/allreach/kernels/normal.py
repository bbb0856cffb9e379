"""The standard normal distribution, to double precision."""

from __future__ import annotations

import math

from allreach.kernels._jit import jit


@jit
def normal_quantile(probability: float) -> float:
    """Value that a standard normal variable stays below with this probability; NaN outside (0, 1).

    Hastings' approximation (Abramowitz and Stegun 26.2.23) made exact by Halley steps on the error function.
    """
    if not 0.0 < probability < 1.0:
        return math.nan
    tail = min(probability, 1.0 - probability)
    t = math.sqrt(-2.0 * math.log(tail))
    z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    for _ in range(3):
        excess = 0.5 * math.erfc(z / math.sqrt(2.0)) - tail
        step = excess * math.sqrt(2.0 * math.pi) * math.exp(0.5 * z * z)
        z += step / (1.0 - 0.5 * z * step)
    return z if probability > 0.5 else -z

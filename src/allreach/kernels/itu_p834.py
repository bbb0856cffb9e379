"""ITU-R P.834-9 (12/2017): bending of the ray, apparent against free-space elevation (section 4)."""

from __future__ import annotations

from allreach.kernels._jit import jit


@jit
def apparent_elevation_deg(free_space_deg: float, altitude_km: float) -> float:
    """Elevation as the antenna sees it, for satellites at a free-space elevation (equation 12). [deg]."""
    t, h = free_space_deg, altitude_km
    bending = 1.728 + 0.5411 * t + 0.03723 * t * t
    bending += h * (0.1815 + 0.06272 * t + 0.01380 * t * t) + h * h * (0.01727 + 0.008288 * t)
    return t + 1.0 / bending


@jit
def free_space_elevation_deg(apparent_deg: float, altitude_km: float) -> float:
    """Elevation without refraction, from the apparent one (equation 9). [deg]."""
    t, h = apparent_deg, altitude_km
    bending = 1.314 + 0.6437 * t + 0.02869 * t * t
    bending += h * (0.2305 + 0.09428 * t + 0.01096 * t * t) + 0.008583 * h * h
    return t - 1.0 / bending

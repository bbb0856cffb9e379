"""ITU-R P.453-14 (08/2019): radio refractive index."""

from __future__ import annotations

from allreach.kernels._jit import jit


@jit
def wet_refractivity_nunits(temperature_k: float, vapour_pressure_hpa: float) -> float:
    """Wet term of the refractivity (equation 3). [N-units]."""
    return 72.0 * vapour_pressure_hpa / temperature_k + 3.75e5 * vapour_pressure_hpa / temperature_k**2


@jit
def refractivity_nunits(temperature_k: float, pressure_hpa: float, vapour_pressure_hpa: float) -> float:
    """Refractivity from temperature, total pressure and pressure of water vapour (equation 6). [N-units]."""
    dry_hpa = pressure_hpa - vapour_pressure_hpa
    return 77.6 * dry_hpa / temperature_k + wet_refractivity_nunits(temperature_k, vapour_pressure_hpa)

"""ITU-R P.840-9 (08/2023): attenuation by clouds and fog."""

from __future__ import annotations

import math

from allreach.kernels._jit import jit
from allreach.kernels.normal import normal_quantile

TEMPERATURE_K = 273.75  # of the coefficient of the mass (0.6 degrees Celsius)


@jit
def permittivity(freq_ghz: float, temperature_k: float) -> tuple[float, float]:
    """Real and imaginary part of the permittivity of water by the double-Debye model (equations 4 to 10)."""
    theta = 300.0 / temperature_k
    eps_0 = 77.66 + 103.3 * (theta - 1.0)
    eps_1 = 0.0671 * eps_0
    eps_2 = 3.52
    f_p = 20.20 - 146.0 * (theta - 1.0) + 316.0 * (theta - 1.0) ** 2
    f_s = 39.8 * f_p
    u, v = freq_ghz / f_p, freq_ghz / f_s
    imaginary = u * (eps_0 - eps_1) / (1.0 + u * u) + v * (eps_1 - eps_2) / (1.0 + v * v)
    real = (eps_0 - eps_1) / (1.0 + u * u) + (eps_1 - eps_2) / (1.0 + v * v) + eps_2
    return real, imaginary


@jit
def specific_attenuation_coefficient(freq_ghz: float, temperature_k: float) -> float:
    """Rayleigh coefficient K_l of liquid water, to 200 GHz. [(dB/km)/(g/m3)]."""
    if not 1.0 <= freq_ghz <= 200.0:
        return math.nan
    real, imaginary = permittivity(freq_ghz, temperature_k)
    eta = (2.0 + real) / imaginary
    return 0.819 * freq_ghz / (imaginary * (1.0 + eta * eta))


@jit
def mass_coefficient_db_per_kg_m2(freq_ghz: float) -> float:
    """Coefficient K_L: attenuation for each kg/m2 of integrated liquid water, 1 to 200 GHz. [dB/(kg/m2)]."""
    low = 0.1522 * math.exp(-((freq_ghz + 23.9589) ** 2) / 3.2991e3)
    high = 11.51 * math.exp(-((freq_ghz - 219.2096) ** 2) / 2.7595e6)
    return specific_attenuation_coefficient(freq_ghz, TEMPERATURE_K) * (low + high - 10.4912)


@jit
def cloud_attenuation_db(freq_ghz: float, elevation_deg: float, liquid_water_kg_m2: float) -> float:
    """Attenuation by the integrated cloud liquid water exceeded in the time asked about, 5 to 90 degrees. [dB]."""
    if not 5.0 <= elevation_deg <= 90.0:
        return math.nan
    return mass_coefficient_db_per_kg_m2(freq_ghz) * liquid_water_kg_m2 / math.sin(math.radians(elevation_deg))


@jit
def cloud_attenuation_lognormal_db(
    freq_ghz: float, elevation_deg: float, m_l: float, sigma_l: float, cloud_pct: float, time_pct: float
) -> float:
    """Attenuation by clouds exceeded in `time_pct` by the log-normal approximation. [dB].

    Parameters
    ----------
    freq_ghz, elevation_deg
        Frequency [GHz] and elevation. [deg]
    m_l, sigma_l, cloud_pct
        Mean and standard deviation of the logarithm of the liquid water, and the share of time with clouds. [%]
    time_pct
        Share of an average year. [%]
    """
    if time_pct >= cloud_pct:
        return 0.0
    liquid = math.exp(m_l + sigma_l * normal_quantile(1.0 - time_pct / cloud_pct))
    return cloud_attenuation_db(freq_ghz, elevation_deg, liquid)

"""ITU-R P.1812, Annex 1: what the losses need of a frequency, a percentage or a distance alone, worked out once.

Numbers in brackets are the equations of Annex 1 as printed in P.1812-6.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from allreach.kernels._jit import kernel
from allreach.kernels.decibel import db_of_ratio

# section 4.3.3: relative permittivity and conductivity [S/m] of land and sea
LAND_PERMITTIVITY, LAND_CONDUCTIVITY = 22.0, 0.003
SEA_PERMITTIVITY, SEA_CONDUCTIVITY = 80.0, 5.0

TWENTY_LOG = 20.0 / math.log(10.0)  # 20 log10 x = TWENTY_LOG ln x, which is quicker


class Band(NamedTuple):
    """Terms of a frequency and a polarisation.

    ``nu_scale`` is 1 over the root of the wavelength; ``free_db`` the frequency's part of (8); ``duct_db`` that of (47)
    with (47a); ``scatter_db`` that of (44) with (45); ``k_land`` and ``k_sea`` are (29a), (29b) without the Earth
    radius, which enters as its power of -1/3.
    """

    freq_ghz: float
    wavelength_m: float
    nu_scale: float
    free_db: float
    duct_db: float
    scatter_db: float
    cbrt_f: float
    k_land: float
    k_sea: float


N_BAND = 9


@kernel
def wavelength_m(freq_ghz: float) -> float:
    """Wavelength as the Recommendation's own speed of light gives it. [GHz] -> [m]."""
    return 0.2998 / freq_ghz


@kernel
def _surface_k(freq_ghz: float, is_vertical: bool, permittivity: float, conductivity: float) -> float:
    """Normalised surface admittance without the Earth radius, (29a), (29b)."""
    loss = (18.0 * conductivity / freq_ghz) ** 2
    k = 0.036 * freq_ghz ** (-1.0 / 3.0) * ((permittivity - 1.0) ** 2 + loss) ** -0.25
    if is_vertical:
        k *= math.sqrt(permittivity**2 + loss)
    return float(k)


@kernel
def band(freq_ghz: float, is_vertical: bool) -> Band:
    """Terms of a frequency. [GHz]."""
    log_f = math.log10(freq_ghz)
    alf = 45.375 - 137.0 * freq_ghz + 92.5 * freq_ghz * freq_ghz if freq_ghz < 0.5 else 0.0  # (47a)
    wavelength = wavelength_m(freq_ghz)
    return Band(
        freq_ghz=freq_ghz,
        wavelength_m=wavelength,
        nu_scale=1.0 / math.sqrt(wavelength),
        free_db=92.4 + 20.0 * log_f,
        duct_db=102.45 + 20.0 * log_f + alf,
        scatter_db=190.1 + 25.0 * log_f - 2.5 * math.log10(freq_ghz / 2.0) ** 2,
        cbrt_f=freq_ghz ** (1.0 / 3.0),
        k_land=_surface_k(freq_ghz, is_vertical, LAND_PERMITTIVITY, LAND_CONDUCTIVITY),
        k_sea=_surface_k(freq_ghz, is_vertical, SEA_PERMITTIVITY, SEA_CONDUCTIVITY),
    )


@kernel
def store_band(freq_ghz: float, is_vertical: bool, row: Any) -> None:
    """Write the terms of a frequency into a row of ``N_BAND`` numbers."""
    b = band(freq_ghz, is_vertical)
    row[0], row[1], row[2], row[3], row[4] = b.freq_ghz, b.wavelength_m, b.nu_scale, b.free_db, b.duct_db
    row[5], row[6], row[7], row[8] = b.scatter_db, b.cbrt_f, b.k_land, b.k_sea


@kernel
def stored_band(row: Any) -> Band:
    """Terms of a frequency from such a row."""
    return Band(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8])


@kernel
def ten_log_one_plus(x: float) -> float:
    """10 log10(1 + x), by its series where x is small. [dB]."""
    if x < 0.01:
        return 4.342944819032518 * x * (1.0 - x * (0.5 - x * (1.0 / 3.0 - x * (0.25 - x * (0.2 - x / 6.0)))))
    return db_of_ratio(1.0 + x)

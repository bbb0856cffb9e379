"""DVB-S2 and DVB-S2X: modulation and coding with spectral efficiency and threshold."""

from __future__ import annotations

import difflib
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allreach.errors import Fault, InputError


class Modcod(NamedTuple):
    """One line of the standards' tables.

    Parameters
    ----------
    name
        Modulation and code rate.
    efficiency_bit_per_symbol
        Information bits in each symbol, normal frames without pilots.
    es_n0_db
        Ideal energy of a symbol over noise density for a frame error rate of 1e-5. [dB]
    standard
        ``S2`` ETSI EN 302 307-1 table 13, ``S2X`` ETSI EN 302 307-2 table 20a.
    """

    name: str
    efficiency_bit_per_symbol: float
    es_n0_db: float
    standard: str


_S2: Final = (
    ("QPSK 1/4", 0.490243, -2.35),
    ("QPSK 1/3", 0.656448, -1.24),
    ("QPSK 2/5", 0.789412, -0.30),
    ("QPSK 1/2", 0.988858, 1.00),
    ("QPSK 3/5", 1.188304, 2.23),
    ("QPSK 2/3", 1.322253, 3.10),
    ("QPSK 3/4", 1.487473, 4.03),
    ("QPSK 4/5", 1.587196, 4.68),
    ("QPSK 5/6", 1.654663, 5.18),
    ("QPSK 8/9", 1.766451, 6.20),
    ("QPSK 9/10", 1.788612, 6.42),
    ("8PSK 3/5", 1.779991, 5.50),
    ("8PSK 2/3", 1.980636, 6.62),
    ("8PSK 3/4", 2.228124, 7.91),
    ("8PSK 5/6", 2.478562, 9.35),
    ("8PSK 8/9", 2.646012, 10.69),
    ("8PSK 9/10", 2.679207, 10.98),
    ("16APSK 2/3", 2.637201, 8.97),
    ("16APSK 3/4", 2.966728, 10.21),
    ("16APSK 4/5", 3.165623, 11.03),
    ("16APSK 5/6", 3.300184, 11.61),
    ("16APSK 8/9", 3.523143, 12.89),
    ("16APSK 9/10", 3.567342, 13.13),
    ("32APSK 3/4", 3.703295, 12.73),
    ("32APSK 4/5", 3.951571, 13.64),
    ("32APSK 5/6", 4.119540, 14.28),
    ("32APSK 8/9", 4.397854, 15.69),
    ("32APSK 9/10", 4.453027, 16.05),
)
_S2X: Final = (
    ("QPSK 2/9", 0.434841, -2.85),
    ("QPSK 13/45", 0.567805, -2.03),
    ("QPSK 9/20", 0.889135, 0.22),
    ("QPSK 11/20", 1.088581, 1.45),
    ("8APSK 5/9-L", 1.647211, 4.73),
    ("8APSK 26/45-L", 1.713601, 5.13),
    ("8PSK 23/36", 1.896173, 6.12),
    ("8PSK 25/36", 2.062148, 7.02),
    ("8PSK 13/18", 2.145136, 7.49),
    ("16APSK 1/2-L", 1.972253, 5.97),
    ("16APSK 8/15-L", 2.104850, 6.55),
    ("16APSK 5/9-L", 2.193247, 6.84),
    ("16APSK 26/45", 2.281645, 7.51),
    ("16APSK 3/5", 2.370043, 7.80),
    ("16APSK 3/5-L", 2.370043, 7.41),
    ("16APSK 28/45", 2.458441, 8.10),
    ("16APSK 23/36", 2.524739, 8.38),
    ("16APSK 2/3-L", 2.635236, 8.43),
    ("16APSK 25/36", 2.745734, 9.27),
    ("16APSK 13/18", 2.856231, 9.71),
    ("16APSK 7/9", 3.077225, 10.65),
    ("16APSK 77/90", 3.386618, 11.99),
    ("32APSK 2/3-L", 3.291954, 11.10),
    ("32APSK 32/45", 3.510192, 11.75),
    ("32APSK 11/15", 3.620536, 12.17),
    ("32APSK 7/9", 3.841226, 13.05),
    ("64APSK 32/45-L", 4.206428, 13.98),
    ("64APSK 11/15", 4.338659, 14.81),
    ("64APSK 7/9", 4.603122, 15.47),
    ("64APSK 4/5", 4.735354, 15.87),
    ("64APSK 5/6", 4.936639, 16.55),
    ("128APSK 3/4", 5.163248, 17.73),
    ("128APSK 7/9", 5.355556, 18.53),
    ("256APSK 29/45-L", 5.065690, 16.98),
    ("256APSK 2/3-L", 5.241514, 17.24),
    ("256APSK 31/45-L", 5.417338, 18.10),
    ("256APSK 32/45", 5.593162, 18.59),
    ("256APSK 11/15-L", 5.768987, 18.84),
    ("256APSK 3/4", 5.900855, 19.57),
)
MODCODS: Final[tuple[Modcod, ...]] = tuple(
    sorted([Modcod(*row, "S2") for row in _S2] + [Modcod(*row, "S2X") for row in _S2X], key=lambda m: (m[2], m[1]))
)
"""All lines, lowest threshold first."""


def best_ladder() -> tuple[Modcod, ...]:
    """Return the lines that no other beats: each carries more than every line with a lower threshold."""
    ladder: list[Modcod] = []
    for modcod in MODCODS:
        if not ladder or modcod.efficiency_bit_per_symbol > ladder[-1].efficiency_bit_per_symbol:
            ladder.append(modcod)
    return tuple(ladder)


LADDER: Final = best_ladder()


def modcod(name: str) -> Modcod:
    """Look a line up by its name.

    Raises
    ------
    InputError
        If there is no such line.
    """
    found = [m for m in MODCODS if m.name == name]
    if not found:
        near = difflib.get_close_matches(name, [m.name for m in MODCODS], n=3, cutoff=0.3)
        raise InputError(Fault("MODCOD", f"there is no {name!r}", "one of DVB-S2 and DVB-S2X, like " + ", ".join(near)))
    return found[0]


def efficiency(es_n0_db: ArrayLike) -> NDArray[np.float64]:
    """Bits in each symbol of the best line that a signal allows; 0 below the lowest threshold, NaN stays NaN."""
    es_n0 = np.asarray(es_n0_db, dtype=float)
    thresholds = np.array([m.es_n0_db for m in LADDER])
    steps = np.array([0.0] + [m.efficiency_bit_per_symbol for m in LADDER])
    return np.where(np.isnan(es_n0), np.nan, steps[np.searchsorted(thresholds, np.nan_to_num(es_n0), side="right")])

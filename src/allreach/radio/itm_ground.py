"""What Longley-Rice is told of climate and ground."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ItmGround:
    """What Longley-Rice is told of climate and ground; the defaults are average ground in a temperate continent.

    Parameters
    ----------
    climate
        1 equatorial, 2 continental subtropical, 3 maritime subtropical, 4 desert, 5 continental temperate, 6 maritime
        temperate over land, 7 maritime temperate over sea.
    epsilon, sigma_s_per_m
        Relative permittivity and conductivity. [-, S/m]
    mdvar
        Mode of variability: 0 single message, 1 accidental, 2 mobile, 3 broadcast; +10 without location variability,
        +20 without situation variability.
    """

    climate: int = 5
    epsilon: float = 15.0
    sigma_s_per_m: float = 0.005
    mdvar: int = 12

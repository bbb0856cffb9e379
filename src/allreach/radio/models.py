"""Path loss models by name: where they hold and what they are."""

from __future__ import annotations

from dataclasses import dataclass

from allreach.errors import Fault
from allreach.kernels import itu_p1812
from allreach.radio.sites import MODEL_MHZ


@dataclass(frozen=True)
class Model:
    """A path loss model.

    Parameters
    ----------
    reference
        The document that defines it.
    freq_mhz, height_m
        Lowest and highest frequency and antenna height above ground. [MHz, m]
    n0
        Sea-level refractivity taken where none is given. [N-units]
    """

    reference: str
    freq_mhz: tuple[float, float]
    height_m: tuple[float, float]
    n0: float


MODELS = {
    "itu-p1812": Model(
        "Recommendation ITU-R P.1812-7, Annex 1", MODEL_MHZ, (itu_p1812.ANTENNA_MIN_M, itu_p1812.ANTENNA_MAX_M), 325.0
    ),
    "itm": Model("NTIA Irregular Terrain Model 1.4, point to point", (20.0, 20_000.0), (0.5, 3000.0), 301.0),
    "itm-area": Model("NTIA Irregular Terrain Model 1.4, area", (20.0, 20_000.0), (0.5, 3000.0), 301.0),
}


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


def model_faults(model: str, among: tuple[str, ...], heights_m: dict[str, float], ground: ItmGround) -> list[Fault]:
    """Everything wrong with a model's name, the antenna heights given by name, and the ground of Longley-Rice."""
    if model not in among:
        return [Fault("model", repr(model), " or ".join(among))]
    low, high = MODELS[model].height_m
    faults = [
        Fault(name, f"{value:g} m", f"{low:g} to {high:g} m above ground ({MODELS[model].reference})")
        for name, value in heights_m.items()
        if not low <= value <= high
    ]
    if model != "itu-p1812":
        if ground.climate not in range(1, 8):
            faults.append(Fault("itm.climate", f"{ground.climate}", "1 to 7"))
        if not ground.epsilon >= 1.0:
            faults.append(Fault("itm.epsilon", f"{ground.epsilon:g}", "1 or more"))
        if not ground.sigma_s_per_m > 0.0:
            faults.append(Fault("itm.sigma_s_per_m", f"{ground.sigma_s_per_m:g}", "more than 0 S/m"))
        if ground.mdvar % 10 not in range(4) or not 0 <= ground.mdvar <= 33:
            faults.append(Fault("itm.mdvar", f"{ground.mdvar}", "0 to 3, with 10, 20 or 30 added"))
    return faults

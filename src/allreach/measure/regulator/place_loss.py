"""What a place of use takes from the level outdoors: the margin of its locations, the car, the building."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from allreach.params.regulator import Regulator
from allreach.radio.engine.link_budget import Terminal, entry_loss_db, fade_margin_db
from allreach.radio.engine.reception import Environment
from allreach.vocabulary import PlaceOfUse


def survey_terminal(environment: Environment, *, is_indoors: bool = False) -> Terminal:
    """Return what a regulator's levels are of: an isotropic antenna at the height of a handset, without a body."""
    radio = environment.radio
    return Terminal(radio.handset_height_m.value, 0.0, radio.handset_noise_figure_db.value, 0.0, is_indoors)


def place_loss_db(
    place: PlaceOfUse,
    freq_mhz: float,
    clutter_m: NDArray[np.float32],
    environment: Environment,
    params: Regulator,
) -> NDArray[np.float64]:
    """Loss between the median level outdoors and the level at the standard's locations and hours. [dB].

    Outdoors: the margin for locations and hours (`link_budget.fade_margin_db`), the model's spread in it. In a car: its
    mean loss beside that, its spread added to that of the locations in quadrature. Indoors: the entry loss of ITU-R
    P.2109 in the same way.

    Parameters
    ----------
    place
        Place of use.
    freq_mhz
        Carrier.
    clutter_m
        Representative clutter height at each receiver.
    environment
        Radio parameters, the standard's locations and hours, the pixel.
    params
        Loss into cars and its spread.
    """
    radio, standard, pixel_m = environment.radio, environment.standard, environment.terrain.grid.pixel_m
    indoors = survey_terminal(environment, is_indoors=place is PlaceOfUse.INDOOR)
    spread_db = environment.calibration.spread_db(radio)
    margin_db = fade_margin_db(indoors, radio, standard, freq_mhz, clutter_m, pixel_m, spread_db)
    if place is PlaceOfUse.INDOOR:
        return margin_db + entry_loss_db(indoors, radio, freq_mhz, 0.5)
    if place is PlaceOfUse.OUTDOOR:
        return margin_db
    outdoors = standard.model_copy(update={"hours_share": 0.5})
    locations_db = fade_margin_db(indoors, radio, outdoors, freq_mhz, clutter_m, pixel_m, spread_db)
    z = float(ndtri(standard.locations_share))
    in_car_db = np.sign(z) * np.hypot(locations_db, z * params.car_loss_sigma_db.value)
    return np.asarray(margin_db - locations_db + in_car_db + params.car_loss_db.value)

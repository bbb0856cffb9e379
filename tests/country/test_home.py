"""Pixels of the country itself."""

from dataclasses import replace

import numpy as np

from allreach.country.home import home_pixels
from small_country import make_small_country


def test_without_an_outline_there_is_no_mask():
    country = make_small_country()
    layers = {name: table for name, table in country.layers.items() if name != "boundaries"}
    assert home_pixels(replace(country, layers=layers)) is None


def test_sea_and_foreign_pixels_are_left_out():
    country = make_small_country()
    zones = np.full(country.grid.shape, 4, dtype=np.uint8)
    zones[:5] = 1
    half = country.layers["boundaries"].copy()
    x_min, y_min, x_max, y_max = half.total_bounds
    half.geometry = half.geometry.intersection(half.geometry.iloc[0].envelope).clip_by_rect(
        x_min, y_min, (x_min + x_max) / 2, y_max
    )
    mask = home_pixels(replace(country, zones=zones, layers={**country.layers, "boundaries": half}))
    assert mask is not None
    assert not mask[:5].any()
    assert mask[10:50, 2:25].all()
    assert not mask[:, 35:].any()

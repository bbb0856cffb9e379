"""What drive tests are compared with is what the map is made of: the strongest of each band, by antenna and carrier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np

from allreach.io.antenna_files import antenna_of_text
from allreach.radio.antennas import AntennaLibrary
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment, serve
from allreach.radio.engine.strongest_paths import strongest_paths
from allreach.radio.sites import site_arrays
from antenna_texts import msi_text


def test_the_first_of_each_band_is_what_receivers_hear(
    sites_at: Callable[..., gpd.GeoDataFrame], environment: Environment
) -> None:
    low = antenna_of_text(msi_text(), "LOW.msi")
    high = antenna_of_text(msi_text(4.0, "18 dBi", width_deg=60.0, height_deg=5.0, freq="1710-1880"), "HIGH.msi")
    around = replace(environment, antennas=AntennaLibrary.of([low, high]))
    frame = sites_at(
        [503_000.0, 509_000.0, 506_000.0], [4_497_000.0, 4_492_000.0, 4_494_000.0],
        antenna=["", "LOW", "LOW"], second_antenna=["", "HIGH", "HIGH"], second_band_mhz=[np.nan, 1800.0, 1800.0],
        second_bandwidth_mhz=[np.nan, 20.0, 20.0], band_mhz=800.0, bandwidth_mhz=10.0,
    )  # fmt: skip
    sites = site_arrays(frame, around.terrain.grid, around.radio, antennas=around.antennas)
    rng = np.random.default_rng(3)
    x_m, y_m = 500_000 + rng.uniform(500, 13_500, 60), 4_488_000 + rng.uniform(500, 11_500, 60)
    phone = handset(around.radio)
    near, heard = strongest_paths(x_m, y_m, sites, around, phone, 3), serve(x_m, y_m, sites, around, phone)
    assert len(sites.bands_mhz()) == 2
    np.testing.assert_allclose(near.power_dbm[:, 0], np.nan_to_num(heard.band_dbm, nan=-np.inf), atol=1e-3)
    assert (np.diff(near.power_dbm[0], axis=0) <= 0.0).all()
    assert len(np.unique(near.distance_m[0, :, 0])) == 3

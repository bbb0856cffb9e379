"""Both carriers of a site as the table has them: a second one that is stated, time shares, and what cannot be meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest

from allreach.errors import InputError
from allreach.measure.coverage_rasters import coverage_rasters
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment, serve, speed_mbps
from allreach.radio.engine.uplink import uplink_of
from allreach.radio.sites import SiteArrays, site_arrays

SitesAt = Callable[..., gpd.GeoDataFrame]
AT = ([503_000.0, 509_000.0], [4_497_000.0, 4_492_000.0])


def arrays_of(frame: gpd.GeoDataFrame, environment: Environment) -> SiteArrays:
    return site_arrays(frame, environment.terrain.grid, environment.radio)


def test_a_stated_second_carrier_is_on_air_as_stated(sites_at: SitesAt, environment: Environment) -> None:
    stated = {"second_band_mhz": [3500.0, np.nan], "second_bandwidth_mhz": [80.0, np.nan]}
    sites = arrays_of(sites_at(*AT, second_eirp_dbm=[70.0, np.nan], **stated), environment)
    radio = environment.radio
    assert sites.has_capacity.tolist() == [True, False]
    assert sites.second_mhz.tolist() == [3500.0, radio.capacity_band_mhz.value]
    assert sites.second_bandwidth_mhz.tolist() == [80.0, radio.capacity_bandwidth_mhz.value]
    assert sites.second_eirp_dbm[0] == 70.0
    assert 3500.0 in sites.bands_mhz()
    usual = radio.capacity_tx_power_dbm.value + radio.capacity_antenna_gain_dbi.value
    assert arrays_of(sites_at(*AT, second_band_mhz=2600.0), environment).second_eirp_dbm.tolist() == [usual, usual]
    low = radio.coverage_tx_power_dbm.value + radio.coverage_antenna_gain_dbi.value
    assert arrays_of(sites_at(*AT, second_band_mhz=700.0), environment).second_eirp_dbm.tolist() == [low, low]


def test_the_parameters_second_carrier_written_out_changes_nothing(sites_at: SitesAt, environment: Environment) -> None:
    radio = environment.radio
    implied = arrays_of(sites_at(*AT, technologies="LTE-A"), environment)
    told = arrays_of(
        sites_at(
            *AT,
            technologies="4G",
            second_band_mhz=radio.capacity_band_mhz.value,
            second_bandwidth_mhz=radio.capacity_bandwidth_mhz.value,
        ),
        environment,
    )
    maps = [coverage_rasters(sites, environment) for sites in (implied, told)]
    for name in ("rx_power_dbm", "sinr_db", "dl_mbps", "state"):
        np.testing.assert_array_equal(*(getattr(one, name) for one in maps))


def test_time_is_shared_between_the_directions(sites_at: SitesAt, environment: Environment) -> None:
    radio = environment.radio
    x_m, y_m = environment.terrain.grid.xy_m(*np.mgrid[1:60:6, 1:70:6].reshape(2, -1))
    paired, shared = (
        arrays_of(sites_at(*AT, band_mhz=2600.0, bandwidth_mhz=20.0, **columns), environment)
        for columns in ({}, {"tdd_dl_share": 0.75})
    )
    served = [serve(x_m, y_m, sites, environment, handset(radio)) for sites in (paired, shared)]
    np.testing.assert_array_equal(served[0].sinr_db, served[1].sinr_db)
    down = [speed_mbps(one, sites, radio) for one, sites in zip(served, (paired, shared), strict=True)]
    np.testing.assert_allclose(down[1], 0.75 * down[0])
    up = [
        uplink_of(one.power_dbm, one.site, sites, 23.0, radio).mbps(radio)
        for one, sites in zip(served, (paired, shared), strict=True)
    ]
    np.testing.assert_allclose(up[1], 0.25 * up[0])
    assert (up[0] > 0.0).any()


def test_a_second_carrier_never_slows_anybody(sites_at: SitesAt, environment: Environment) -> None:
    """Of one operator on a frequency of its own it disturbs no first carrier."""
    x_m, y_m = environment.terrain.grid.xy_m(*np.mgrid[1:60:6, 1:70:6].reshape(2, -1))
    speeds = []
    for columns in ({}, {"second_band_mhz": 2600.0}):
        sites = arrays_of(sites_at(*AT, technologies="4G", **columns), environment)
        speeds.append(
            speed_mbps(serve(x_m, y_m, sites, environment, handset(environment.radio)), sites, environment.radio)
        )
    assert (speeds[1] >= speeds[0]).all()
    assert (speeds[1] > speeds[0]).any()


def test_what_cannot_be_meant_is_refused_all_at_once(sites_at: SitesAt, environment: Environment) -> None:
    x_m, y_m = [503_000.0, 505_000.0, 507_000.0, 509_000.0], [4_497_000.0] * 4
    frame = sites_at(
        x_m,
        y_m,
        band_mhz=[800.0, 7000.0, 800.0, 800.0],
        second_band_mhz=[800.0, 1800.0, np.nan, 12_000.0],
        second_bandwidth_mhz=[20.0, 20.0, 20.0, 0.0],
        tdd_dl_share=[np.nan, np.nan, 1.0, np.nan],
    )
    with pytest.raises(InputError) as caught:
        arrays_of(frame, environment)
    texts = "\n".join(str(fault) for fault in caught.value.faults)
    for part in (
        "site S000, second_band_mhz: 800 MHz is the first carrier's frequency",
        "site S001, band_mhz: 7000 MHz is outside the model",
        "site S002, second_band_mhz: is empty, but the row states other things",
        "site S002, tdd_dl_share: 1 leaves nothing for one direction",
        "site S003, second_band_mhz: 12000 MHz is outside the model",
        "site S003, second_bandwidth_mhz: 0",
    ):
        assert part in texts, texts
    assert len(caught.value.faults) == 6


def test_an_upgrade_of_the_plan_keeps_the_stated_carrier(sites_at: SitesAt, environment: Environment) -> None:
    frame = sites_at(*AT, second_band_mhz=[2600.0, np.nan]).assign(has_capacity=[False, True])
    sites = arrays_of(frame, environment)
    assert sites.has_capacity.all()
    assert replace(sites, has_capacity=np.zeros(2, dtype=bool)).upgraded().has_capacity.all()

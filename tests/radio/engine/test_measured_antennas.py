"""Measured patterns in the engine: cuts come out as measured, mounts turn them, each carrier has its own."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import rioxarray  # noqa: F401  (the accessor)
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.errors import InputError
from allreach.io.antenna_files import antenna_of_text
from allreach.measure.coverage_rasters import coverage_rasters
from allreach.params.load import load_params
from allreach.radio import coverage
from allreach.radio.antennas import AntennaLibrary
from allreach.radio.engine.antenna import (
    in_tilted_frame,
    measured_attenuation_db,
    model_sectors,
    pattern,
    sectors_towards,
)
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment, Served, serve
from allreach.radio.engine.sweep import serve_by_sweep
from allreach.radio.sites import SiteArrays, site_arrays
from antenna_texts import beam_db, msi_text

SitesAt = Callable[..., gpd.GeoDataFrame]
FLAT = "\n".join(f"{a} 0" for a in range(360))
ISOTROPIC = antenna_of_text(
    f"NAME x\nFREQUENCY 800\nGAIN 0 dBi\nHORIZONTAL 360\n{FLAT}\nVERTICAL 360\n{FLAT}\n", "ISO.msi"
)
PANEL = antenna_of_text(msi_text(), "PANEL.msi")
HIGH = antenna_of_text(msi_text(4.0, "18 dBi", width_deg=60.0, height_deg=5.0, freq="1710-1880"), "HIGH.msi")
ANTENNAS = AntennaLibrary.of([PANEL, HIGH, ISOTROPIC])
RADIO = load_params().radio
ANGLES = st.floats(-720.0, 720.0)


def attenuation_db(off_deg: float, depression_deg: float) -> float:
    return float(
        measured_attenuation_db(PANEL.horizontal_db[None, :], PANEL.vertical_db[None, :], 0, off_deg, depression_deg)
    )


def test_both_cuts_come_out_as_measured() -> None:
    for theta in np.arange(-90.0, 91.0):
        assert attenuation_db(0.0, theta) == pytest.approx(beam_db(theta - 6.0, 7.0, 30.0), abs=1e-3)
    for phi in np.arange(-180.0, 180.0, 5.0):
        # an electrically tilted antenna: its horizontal cut runs through the tilted beam
        assert attenuation_db(phi, 6.0) == pytest.approx(beam_db(phi, 65.0, 30.0), abs=1e-3)


@settings(derandomize=True, max_examples=200)
@given(ANGLES, st.floats(-90.0, 90.0))
def test_no_direction_is_above_the_maximum_and_turns_do_not_count(off_deg: float, depression_deg: float) -> None:
    assert attenuation_db(off_deg, depression_deg) >= 0.0
    assert attenuation_db(off_deg + 360.0, depression_deg) == pytest.approx(
        attenuation_db(off_deg, depression_deg), abs=1e-6
    )


@settings(derandomize=True, max_examples=200)
@given(ANGLES, st.floats(-89.0, 89.0), st.floats(-30.0, 30.0))
def test_a_mount_turns_directions_and_keeps_their_angles(
    off_deg: float, depression_deg: float, tilt_deg: float
) -> None:
    """A rotation: the angle to the axis of the tilted beam is the angle from straight ahead in its own frame."""
    phi, theta = in_tilted_frame(off_deg, depression_deg, tilt_deg)

    def unit(off: float, down: float) -> np.ndarray:
        p, t = math.radians(off), math.radians(down)
        return np.array([math.cos(t) * math.cos(p), math.cos(t) * math.sin(p), -math.sin(t)])

    assert unit(phi, theta) @ unit(0, 0) == pytest.approx(unit(off_deg, depression_deg) @ unit(0.0, tilt_deg), abs=1e-9)
    assert unit(phi, theta)[1] == pytest.approx(unit(off_deg, depression_deg)[1], abs=1e-9)


@pytest.mark.parametrize(("off_deg", "depression_deg", "seen_deg"), [(0, 5, 0), (0, 9, 4), (180, 5, 10), (90, 0, 0)])
def test_a_mount_points_down_in_front_and_up_behind(off_deg: float, depression_deg: float, seen_deg: float) -> None:
    assert in_tilted_frame(off_deg, depression_deg, 5.0)[1] == pytest.approx(seen_deg, abs=1e-9)


def test_mechanical_tilt_acts_ahead_as_electrical_does_and_less_beside(environment: Environment) -> None:
    shape, none = pattern(environment.radio), np.zeros((0, 3601))

    def down_db(bearing: float, mechanical_deg: float) -> float:
        found = sectors_towards(bearing, 2.0, 0.0, 3, 8.0, mechanical_deg, -1, none, none, shape, -1)
        return float(found[1])

    assert down_db(0.0, 8.0) == pytest.approx(down_db(0.0, 0.0), abs=1e-9)
    assert down_db(50.0, 8.0) < down_db(50.0, 0.0) - 0.5  # beside the axis the mount tilts less
    assert model_sectors(50.0, 2.0, 0.0, 3, 8.0, shape)[1] == down_db(50.0, 0.0)


def served_by(
    frame: gpd.GeoDataFrame, environment: Environment, x_m: np.ndarray, y_m: np.ndarray
) -> tuple[Served, SiteArrays]:
    around = replace(environment, antennas=ANTENNAS)
    sites = site_arrays(frame, environment.terrain.grid, environment.radio, antennas=ANTENNAS)
    return serve(x_m, y_m, sites, around, handset(environment.radio)), sites


POINTS = np.array([506_500.0, 509_000.0, 503_000.0]), np.array([4_497_000.0, 4_493_100.0, 4_492_000.0])


def test_an_isotropic_pattern_is_the_eirp_less_the_loss(sites_at: SitesAt, environment: Environment) -> None:
    """Beside the model's pattern on the same mast, the power differs by the patterns alone."""
    at = ([506_000.0], [4_493_000.0])
    iso, sites = served_by(sites_at(*at, eirp_dbm=60.0, antenna="ISO"), environment, *POINTS)
    omni, _ = served_by(sites_at(*at, eirp_dbm=60.0, n_sectors=1, downtilt_deg=0.0), environment, *POINTS)
    one, _ = served_by(sites_at(*at, eirp_dbm=60.0, n_sectors=1, antenna="ISO", azimuth_deg=77.0), environment, *POINTS)
    np.testing.assert_array_equal(iso.power_dbm, one.power_dbm)
    assert (iso.power_dbm >= omni.power_dbm).all()  # the omnidirectional model loses off the horizon
    assert sites.gain_dbi[0] == -environment.radio.feeder_loss_db.value


def test_one_sector_is_as_directional_as_measured(sites_at: SitesAt, environment: Environment) -> None:
    """Turning the only sector by half a turn costs what the horizontal cut says, at equal depression."""
    x_m, y_m = np.array([506_000.0]), np.array([4_498_500.0])  # due north on the map
    columns = {"n_sectors": 1, "eirp_dbm": 60.0, "antenna": "PANEL", "mechanical_tilt_deg": 0.0}
    front, sites = served_by(sites_at([506_000.0], [4_493_000.0], **columns), environment, x_m, y_m)
    turn = -float(sites.azimuth_deg[0])  # from true north to the map's
    ahead, behind = (
        served_by(sites_at([506_000.0], [4_493_000.0], azimuth_deg=a, **columns), environment, x_m, y_m)[0].power_dbm[0]
        for a in (turn, turn + 180.0)
    )
    assert ahead == pytest.approx(front.power_dbm[0], abs=0.01)
    assert 15.0 < ahead - behind <= 30.0


def test_transmitter_antenna_and_feeder_make_the_eirp(sites_at: SitesAt, environment: Environment) -> None:
    columns = {"antenna": "PANEL", "tx_power_dbm": 43.0}
    _, given = served_by(sites_at([506_000.0], [4_493_000.0], feeder_loss_db=0.5, **columns), environment, *POINTS)
    _, usual = served_by(sites_at([506_000.0], [4_493_000.0], **columns), environment, *POINTS)
    assert given.eirp_dbm[0] == pytest.approx(43.0 + 17.0 - 0.5)
    assert usual.eirp_dbm[0] == pytest.approx(43.0 + 17.0 - environment.radio.feeder_loss_db.value)
    assert not given.assumed.power[0]
    _, bare = served_by(sites_at([506_000.0], [4_493_000.0], tx_power_dbm=40.0), environment, *POINTS)
    assert bare.eirp_dbm[0] == 40.0 + environment.radio.coverage_antenna_gain_dbi.value


def test_each_carrier_has_its_own_pattern(sites_at: SitesAt, environment: Environment) -> None:
    at = ([506_000.0], [4_493_000.0])
    columns = {"technologies": "LTE-A", "antenna": "PANEL"}
    plain, sites = served_by(sites_at(*at, **columns), environment, *POINTS)
    other, both = served_by(sites_at(*at, second_antenna="HIGH", **columns), environment, *POINTS)
    np.testing.assert_array_equal(plain.power_dbm, other.power_dbm)
    first = list(sites.bands_mhz()).index(800.0)
    np.testing.assert_array_equal(plain.band_dbm[first], other.band_dbm[first])
    assert (plain.band_dbm[1 - first] != other.band_dbm[1 - first]).all()
    assert both.second_eirp_dbm[0] == pytest.approx(46.0 + 18.0 - environment.radio.feeder_loss_db.value)


def test_empty_columns_change_nothing(sites_at: SitesAt, environment: Environment) -> None:
    x_m, y_m = [503_000.0, 508_000.0, 511_000.0], [4_497_000.0, 4_492_000.0, 4_496_000.0]
    columns = {"technologies": ["4G", "LTE-A", "2G"], "n_sectors": [3, 1, 3]}
    bare = sites_at(x_m, y_m, **columns)
    empty = sites_at(
        x_m,
        y_m,
        antenna="",
        second_antenna="",
        mechanical_tilt_deg=0.0,
        tx_power_dbm=np.nan,
        feeder_loss_db=np.nan,
        **columns,
    )
    assert "antenna" not in bare.columns
    grid, radio = environment.terrain.grid, environment.radio
    plain = coverage_rasters(site_arrays(bare, grid, radio), environment)
    told = coverage_rasters(site_arrays(empty, grid, radio, antennas=ANTENNAS), replace(environment, antennas=ANTENNAS))
    for name in ("rx_power_dbm", "sinr_db", "dl_mbps", "state"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(told, name))


def test_the_map_and_the_paths_agree_on_measured_antennas(sites_at: SitesAt, environment: Environment) -> None:
    """The sweep takes the terrain of the nearest ray; antennas are the same, so the median difference is nothing."""
    columns = {"technologies": "LTE-A", "antenna": "PANEL", "second_antenna": "HIGH", "mechanical_tilt_deg": 3.0}
    frame = sites_at([504_000.0, 509_000.0], [4_496_000.0, 4_492_000.0], **columns)
    grid = environment.terrain.grid
    x_m, y_m = grid.xy_m(*np.mgrid[2:58:4, 2:68:4].reshape(2, -1))
    by_path, sites = served_by(frame, environment, x_m, y_m)
    by_map = serve_by_sweep(x_m, y_m, sites, environment, [handset(environment.radio)])[0]
    difference = by_map.band_dbm - by_path.band_dbm
    assert np.abs(np.median(difference, axis=1)).max() < 0.1


def test_antennas_that_cannot_be_meant_are_refused_all_at_once(sites_at: SitesAt, environment: Environment) -> None:
    frame = sites_at(
        [503_000.0, 508_000.0, 511_000.0, 509_000.0],
        [4_497_000.0, 4_492_000.0, 4_496_000.0, 4_495_000.0],
        antenna=["PANELS", "HIGH", "", "PANEL"],
        feeder_loss_db=[np.nan, np.nan, 2.0, 1.0],
        tx_power_dbm=[np.nan, np.nan, np.nan, 46.0],
        eirp_dbm=[np.nan, np.nan, np.nan, 64.2],
    )
    with pytest.raises(InputError) as caught:
        site_arrays(frame, environment.terrain.grid, environment.radio, antennas=ANTENNAS)
    texts = [str(fault) for fault in caught.value.faults]
    assert len(texts) == 4
    assert "no antenna 'PANELS'" in texts[0]
    assert "Did you mean PANEL" in texts[0]
    assert "measured at 1710 to 1880 MHz, the carrier is at 800 MHz" in texts[1]
    assert "feeder_loss_db" in texts[2]
    assert "64.2 dBm is not the 62.0 dBm" in texts[3]  # the 2.15 dB between dBd and dBi
    with pytest.raises(InputError, match="there is no antenna"):
        site_arrays(frame[frame["antenna"] == "PANEL"], environment.terrain.grid, environment.radio)


def test_the_interface_in_python_takes_measured_antennas() -> None:
    """Flat ground: a beam turned away loses what its cuts say, and the EIRP is transmitter, antenna and feeder."""
    x, y = 500_000 + 100.0 * np.arange(60), 5_200_000 - 100.0 * np.arange(50)
    flat = xr.DataArray(np.full((50, 60), 400.0), {"y": y, "x": x}, ("y", "x")).rio.write_crs("EPSG:32632")
    site = {"lon_deg": 9.04, "lat_deg": 46.93, "n_sectors": 1, "antenna": "PANEL"}
    options = {"freq_mhz": 800, "range_km": 2, "antennas": ANTENNAS}
    plain, tilted = coverage(flat, site, **options), coverage(flat, site | {"mechanical_tilt_deg": 10.0}, **options)
    stated = coverage(flat, site | {"eirp_dbm": 46.0 + 17.0 - RADIO.feeder_loss_db.value}, **options)
    np.testing.assert_array_equal(plain.rx_power_dbm.values, stated.rx_power_dbm.values)
    np.testing.assert_array_equal(plain.path_loss_db.values, tilted.path_loss_db.values)
    far = np.isfinite(plain.rx_power_dbm.values) & (plain.path_loss_db.values > 85.0)
    assert np.nanmax(np.where(far, tilted.rx_power_dbm.values - plain.rx_power_dbm.values, np.nan)) > 1.0  # behind
    assert np.nanmin(np.where(far, tilted.rx_power_dbm.values - plain.rx_power_dbm.values, np.nan)) < -3.0  # ahead
    with pytest.raises(InputError, match="there is no antenna 'PANELS'"):
        coverage(flat, site | {"antenna": "PANELS"}, **options)

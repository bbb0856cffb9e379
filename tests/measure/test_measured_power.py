"""Levels of every kind become the power of the carrier by 3GPP's own definitions, or are counted with the reason."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from allreach import tables
from allreach.measure.drive_tests import calibrate, drive_tests
from allreach.measure.measured_power import (
    HIGH_ANTENNA,
    NO_BANDWIDTH,
    NO_LEVEL,
    NO_LOAD,
    NO_SITE,
    UPLINK,
    measured_power,
)
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment


def rows(**columns) -> gpd.GeoDataFrame:
    n = max((len(v) for v in columns.values() if isinstance(v, list)), default=1)
    frame = gpd.GeoDataFrame(
        {"measurement_id": [f"m{i}" for i in range(n)], "kind": "drive_test"} | columns,
        geometry=[shapely.Point(45.05, 40.55)] * n, crs=tables.CRS,
    )  # fmt: skip
    return tables.conform(frame, "measurements")


@pytest.fixture(scope="module")
def sites(sites_at) -> gpd.GeoDataFrame:
    return sites_at(
        [503_000.0, 509_500.0], [4_494_000.0, 4_491_500.0], operator=["A", "B"], band_mhz=[800.0, 1800.0],
        bandwidth_mhz=[10.0, 20.0], eirp_dbm=[60.0, 62.0], n_sectors=[1, 1], downtilt_deg=[0.0, 0.0],
    )  # fmt: skip


def power(drive: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, environment: Environment) -> tuple[list, list]:
    found = measured_power(drive, sites, environment)
    return found.rx_power_dbm.tolist(), found.why_not.tolist()


@pytest.mark.parametrize(
    ("columns", "blocks"),
    [
        ({"technology": "LTE", "bandwidth_mhz": 20.0}, 100),
        ({"technology": "LTE", "bandwidth_mhz": 1.4}, 6),
        ({"technology": "NB-IoT"}, 1),
        ({"technology": "NR", "bandwidth_mhz": 100.0, "freq_mhz": 3500.0}, 273),  # time division: 30 kHz
        ({"technology": "NR", "bandwidth_mhz": 20.0, "freq_mhz": 763.0}, 106),  # frequency division: 15 kHz
        ({"technology": "NR", "bandwidth_mhz": 20.0, "freq_mhz": 763.0, "scs_khz": 30.0}, 51),
        ({"technology": "LTE", "freq_mhz": 796.0, "operator": "A"}, 50),  # bandwidth of the operator's near carrier
        ({"technology": "LTE", "freq_mhz": 1815.0}, 100),  # of any operator's where none is named
    ],
)
def test_rsrp_times_the_elements_of_the_carrier(
    columns: dict, blocks: int, sites: gpd.GeoDataFrame, environment: Environment
) -> None:
    (dbm,), (why,) = power(rows(rsrp_dbm=[-100.0], quantity="rsrp", **columns), sites, environment)
    assert why == ""
    assert dbm == pytest.approx(-100.0 + 10 * np.log10(12 * blocks))


def test_what_cannot_be_turned_into_power_is_counted_with_the_reason(
    sites: gpd.GeoDataFrame, environment: Environment
) -> None:
    drive = rows(
        quantity=["rsrp", "rssi", "path_loss", "rx_power", "rsrp", "rx_power", "rx_power"],
        technology=["LTE", "LTE", "", "", "LTE", "", ""],
        rsrp_dbm=[-100.0, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan],
        rssi_dbm=[np.nan, -70.0, np.nan, np.nan, np.nan, np.nan, np.nan],
        path_loss_db=[np.nan, np.nan, 120.0, np.nan, np.nan, np.nan, np.nan],
        rx_power_dbm=[np.nan, np.nan, np.nan, -80.0, np.nan, -80.0, -80.0],
        freq_mhz=[2600.0, 800.0, 800.0, 800.0, 800.0, 800.0, 800.0],
        direction=["downlink"] * 3 + ["uplink"] + ["downlink"] * 3,
        device_height_agl_m=[np.nan] * 5 + [12.0, 2.0],
    )
    dbm, why = power(drive, sites, environment)
    assert why == [NO_BANDWIDTH, NO_LOAD, NO_SITE, UPLINK, NO_LEVEL, HIGH_ANTENNA, ""]
    assert np.isnan(dbm[:6]).all()
    assert dbm[6] == -80.0
    kept, left = drive_tests(drive, sites, environment)
    assert kept["measurement_id"].tolist() == ["m6"]
    assert sum(left.values()) == 6
    assert calibrate(drive.iloc[:3], sites, environment).not_compared == {NO_BANDWIDTH: 1, NO_LOAD: 1, NO_SITE: 1}


def test_rssi_of_a_full_cell_is_its_carrier_and_of_an_idle_one_less(
    sites: gpd.GeoDataFrame, environment: Environment
) -> None:
    drive = rows(rssi_dbm=[-70.0] * 3, technology="LTE", load_share=[1.0, 0.5, 0.0], quantity="rssi")
    dbm, why = power(drive, sites, environment)
    assert why == ["", "", ""]
    assert dbm[0] == pytest.approx(-70.0)
    assert dbm[2] == pytest.approx(-70.0 + 10 * np.log10(6.0))  # two of twelve elements are on
    assert dbm == sorted(dbm)


def test_rssi_as_it_is_of_gsm_and_without_the_noise_of_lora(sites: gpd.GeoDataFrame, environment: Environment) -> None:
    drive = rows(rssi_dbm=[-70.0, -110.0, -118.0], technology=["GSM", "LoRa", "LoRa"], sinr_db=[np.nan, 6.0, -10.0],
                 quantity="rssi")  # fmt: skip
    dbm, why = power(drive, sites, environment)
    assert why == ["", "", ""]
    assert dbm[:2] == [-70.0, -110.0]
    noise_mw, signal_mw = 10**-11.8 / 1.1, 10**-11.8 * 0.1 / 1.1  # signal ten times below the noise, sum as read
    assert signal_mw == pytest.approx(noise_mw / 10)
    assert dbm[2] == pytest.approx(10 * np.log10(signal_mw))


def test_path_loss_from_the_site_with_its_power_and_the_handsets_gain(
    sites: gpd.GeoDataFrame, environment: Environment
) -> None:
    far = rows(path_loss_db=[120.0, 121.0], site_id=sites["site_id"].iloc[0], direction=["uplink", "downlink"])
    lon_deg, lat_deg = environment.terrain.grid.to_lonlat([513_000.0] * 2, [4_494_000.0] * 2)
    far = far.set_geometry(gpd.points_from_xy(lon_deg, lat_deg, crs=tables.CRS))
    dbm, why = power(far, sites, environment)
    assert why == ["", ""]
    wanted = 60.0 - 120.0 + handset(environment.radio).gain_dbi
    assert dbm[0] == pytest.approx(wanted, abs=0.02)  # tilt none, ten kilometres: within the beam
    assert dbm[0] - dbm[1] == pytest.approx(1.0)


def test_what_a_device_does_not_report_is_told_over_the_carrier_too(
    sites: gpd.GeoDataFrame, environment: Environment
) -> None:
    drive = rows(
        technology="LTE", bandwidth_mhz=20.0, rsrp_dbm=[-100.0, -100.0, np.nan], rx_power_dbm=[np.nan, np.nan, -80.0],
        sensitivity_dbm=[-120.0, np.nan, -95.0],
    )  # fmt: skip
    found, _ = drive_tests(drive, sites, environment)
    above_db = (found["rx_power_dbm"] - found["floor_dbm"]).tolist()
    assert above_db == pytest.approx([20.0, np.inf, 15.0])


def test_a_table_of_before_stands_as_it_was(sites: gpd.GeoDataFrame, environment: Environment) -> None:
    old = gpd.GeoDataFrame(
        {"measurement_id": ["a", "b", "c"], "kind": ["drive_test", "speed_test", "drive_test"],
         "rx_power_dbm": [-80.0, np.nan, np.nan], "dl_mbps": [np.nan, 5.0, 3.0], "freq_mhz": [800.0, np.nan, np.nan]},
        geometry=[shapely.Point(45.05, 40.55)] * 3, crs=tables.CRS,
    )  # fmt: skip
    kept, left = drive_tests(tables.conform(old, "measurements"), sites, environment)
    assert kept["rx_power_dbm"].tolist() == [-80.0]
    assert left == {}


def test_a_row_says_a_quantity_that_it_does_not_have(sites: gpd.GeoDataFrame, environment: Environment) -> None:
    _, why = power(rows(quantity="rx_power", rsrp_dbm=[-90.0]), sites, environment)
    assert why == [NO_LEVEL]

"""Laws of the field at the border: nothing that turns or moves away from it sends more across."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from allreach import tables
from allreach.country.allowed_values import vocabulary_faults
from allreach.kernels.itu_p1812 import basic_transmission_loss_db
from allreach.measure.regulator.border_line import border_points
from allreach.measure.regulator.limits import limits_of
from allreach.params.load import load_params
from regulator_case import EAST_M, GRID, border_at, make_country, measured, sites_table, with_tables

LIMITS = {
    "limit_id": ["at-border", "beyond"],
    "neighbour": ["XEA", ""],
    "band_low_mhz": [790.0, 790.0],
    "band_high_mhz": [862.0, 862.0],
    "limit_dbuv_m": [59.0, 41.0],
    "bandwidth_mhz": [5.0, 5.0],
    "height_m": [3.0, 3.0],
    "distance_km": [0.0, 2.0],
    "source": ["agreement made for tests"] * 2,
}


def limits(**columns: object) -> pd.DataFrame:
    return tables.conform(pd.DataFrame(LIMITS | columns), "border_limits")


def field_of(x_m: float, y_m: float = 10_000.0, **columns: object) -> pd.Series:
    """Row of one site at a place, without a limit for its band."""
    sites = sites_table({"S": ("Acell", "4G", x_m, y_m, 800.0, 10.0)}, **columns)
    return measured(make_country(sites)).border.table.iloc[0]


def test_a_site_farther_from_the_border_sends_no_more_across() -> None:
    fields = [field_of(EAST_M - GRID.x_min_m - km * 1000.0)["field_dbuv_m"] for km in (0.1, 0.3, 1.0, 3.0, 8.0, 14.0)]
    assert (np.diff(fields) < 0.0).all()


def test_a_site_turned_away_from_the_border_sends_no_more_across() -> None:
    towards, between, tilted = (
        field_of(10_000.0, n_sectors=3, **columns)["field_dbuv_m"]
        for columns in ({"azimuth_deg": 90.0}, {"azimuth_deg": 30.0}, {"azimuth_deg": 90.0, "downtilt_deg": 12.0})
    )
    assert between < towards  # 60 degrees off a beam of 65
    assert tilted < towards


def test_less_power_and_a_wider_carrier_send_less_in_a_reference_bandwidth() -> None:
    own = field_of(10_000.0)["field_dbuv_m"]
    assert field_of(10_000.0, eirp_dbm=51.0)["field_dbuv_m"] == pytest.approx(own - 10.0)
    assert field_of(10_000.0, bandwidth_mhz=20.0)["field_dbuv_m"] == pytest.approx(own - 10.0 * np.log10(2.0))
    assert field_of(10_000.0, bandwidth_mhz=3.0)["field_dbuv_m"] == pytest.approx(own + 10.0 * np.log10(2.0))


def test_the_field_is_that_of_the_recommendation_over_a_flat_path() -> None:
    """One omnidirectional site, one point due east of it: P.1812 at 10 %, and the beam's tilt."""
    row = field_of(EAST_M - GRID.x_min_m - 5_125.0, 9_500.0, n_sectors=1, downtilt_deg=0.0)
    n = 42
    d_km = np.linspace(0.0, 5.125, n)
    flat, bare, inland = np.full(n, 100.0), np.zeros(n), np.full(n, 4, dtype=np.int64)
    lat = float(GRID.to_lonlat(GRID.x_min_m + 9_875.0, GRID.bounds_m[1] + 9_500.0)[1])
    loss = basic_transmission_loss_db(
        d_km, flat, bare, inland, n, 30.0, 10.0, 0.8, 10.0, 50.0, 45.0, 325.0, lat, 500.0, 500.0, True, 250.0
    )
    free_at_1_kw = 199.36 + 20.0 * np.log10(0.8) - loss
    expected = free_at_1_kw + 61.0 - 10.0 * np.log10(2.0) - 2.15 - 60.0
    assert row["field_dbuv_m"] == pytest.approx(expected, abs=0.15)
    assert row["distance_to_border_km"] == pytest.approx(5.125, abs=0.01)
    assert row["worst_lat_deg"] == pytest.approx(lat, abs=0.006)


def test_a_limit_decides_what_is_to_be_co_ordinated() -> None:
    country = with_tables(make_country(), border_limits=limits())
    found = measured(country)
    table = found.border.table
    mine = table[(table["band_mhz"] == 800.0) & (table["site_id"] == "A2")].set_index("limit_id")
    assert set(mine.index) == {"at-border", "beyond"}
    assert (mine["rx_height_m"] == 3.0).all()
    assert mine.loc["beyond", "field_dbuv_m"] < mine.loc["at-border", "field_dbuv_m"]
    known = table[table["limit_id"] != ""]
    assert np.allclose(known["margin_db"], known["limit_dbuv_m"] - known["field_dbuv_m"])
    assert (known["is_to_coordinate"] == (known["margin_db"] < 0.0)).all()
    others = table[table["limit_id"] == ""]
    assert set(others["band_mhz"]) == {900.0, 1800.0}
    assert others["margin_db"].isna().all()
    assert not others["is_to_coordinate"].any()
    assert found.summary.border.bands_without_limit_mhz == (900.0, 1800.0)
    assert set(found.coordinate["site_id"]) == {"A1", "A2"}
    assert found.summary.border.sites_to_coordinate == 2
    assert len(found.coordinate) == 2  # a row a site and neighbour: the one farthest over


def test_a_stricter_limit_never_lets_a_site_go() -> None:
    lists = []
    for dbuv_m in (120.0, 88.0, 60.0, 20.0):
        country = with_tables(make_country(), border_limits=limits(limit_dbuv_m=dbuv_m))
        lists.append(set(measured(country).coordinate["site_id"]))
    assert lists[0] == set()
    assert all(less <= more for less, more in pairwise(lists))
    assert lists[-1] == {"A1", "A2"}


def test_without_a_limit_nothing_is_said_to_be_or_not_to_be_co_ordinated() -> None:
    found = measured(make_country()).summary.border
    assert found.sites_to_coordinate is None
    assert found.neighbours[0].sites_to_coordinate is None
    assert found.bands_without_limit_mhz == (800.0, 900.0, 1800.0)
    assert "border_limits" in found.limits


def test_limits_of_a_band_that_nobody_sends_in_or_of_no_neighbour_are_told() -> None:
    strange = limits(
        band_low_mhz=[3000.0, 790.0], band_high_mhz=[3100.0, 862.0], neighbour=["", "XZZ"], distance_km=0.0
    )
    found = measured(with_tables(make_country(), border_limits=strange))
    told = " | ".join(found.summary.warnings)
    assert "at-border: no site sends between 3000 and 3100 MHz" in told
    assert "beyond: XZZ is no neighbour by land" in told
    assert found.summary.border.sites_to_coordinate is None


def test_a_limit_of_no_band_or_an_impossible_one_is_a_fault() -> None:
    said = "\n".join(str(f) for f in vocabulary_faults(limits(band_low_mhz=900.0), "border_limits", "border_limits"))
    assert "900 to 862 MHz is no band" in said
    said = "\n".join(
        str(f)
        for f in vocabulary_faults(
            limits(band_high_mhz=90_000.0, time_pct=80.0, limit_dbuv_m=999.0), "border_limits", "border_limits"
        )
    )
    assert "band_high_mhz" in said
    assert "time_pct" in said
    assert "limit_dbuv_m" in said


def test_the_limits_that_ship_have_sources_and_are_possible() -> None:
    shipped, words = limits_of(tables.empty("border_limits"))
    assert [one.limit_id for one in shipped] == ["RR-5.430A"]
    # -154.5 dB(W/m2) over 120 pi ohms, in dB over 1 uV/m
    assert shipped[0].limit_dbuv_m == pytest.approx(-154.5 + 10.0 * np.log10(120.0 * np.pi) + 120.0, abs=0.01)
    assert "5.430A" in words


def test_points_keep_to_the_shared_border_and_lie_beyond_it_on_demand() -> None:
    at = border_at(make_country(), step_m=500.0)
    here, there = at(0.0), at(2.0)
    assert here.names == ("XEA",)
    assert here.km_of(0) == pytest.approx(20.0, abs=10.0)  # and of the northern and southern edge what lies near it
    assert here.x_m.max() == pytest.approx(EAST_M, abs=30.0)
    assert there.x_m.max() == pytest.approx(EAST_M + 2_000.0, abs=30.0)
    nobody = border_points(make_country().table("boundaries"), {}, GRID, step_m=500.0)
    assert nobody.n == 0


def test_planned_sites_count_at_the_border_beside_those_that_stand() -> None:
    country = make_country()
    both = pd.concat(
        [
            country.table("sites").assign(status="existing"),
            sites_table({"N1": ("Acell", "4G", 14_000.0, 15_000.0, 800.0, 10.0)}).assign(status="new"),
        ],
        ignore_index=True,
    )
    table = measured(country, border_sites=both).border.table.set_index("site_id")
    assert table.loc["N1", "status"] == "new"
    assert table.loc["A1", "status"] == "existing"


def test_ground_that_is_not_known_leaves_the_field_unknown() -> None:
    country = make_country()
    hole = country.terrain_m.copy()
    hole[:, 52:56] = np.nan  # a strip between all sites and the border
    found = measured(replace(country, terrain_m=hole), sites=sites_table({"S": ("A", "4G", 4e3, 6e3, 800.0, 10.0)}))
    row = found.border.table.iloc[0]
    assert row["n_void"] == row["n_points"] > 0
    assert found.summary.border.sites_with_void == 1
    assert pd.isna(row["field_dbuv_m"])
    assert not row["is_to_coordinate"]


def test_parameters_say_how_the_field_is_received() -> None:
    params = load_params(sets=["regulator.border_time_pct=50", "regulator.border_height_m=3"])
    own, other = measured(make_country()), measured(make_country(), params)
    a, b = (one.border.table.set_index(["site_id", "band_mhz"])["field_dbuv_m"] for one in (own, other))
    assert (b < a).all()
    assert (other.border.table["time_pct"] == 50.0).all()

"""Institutions: one technology each, their own demand and latency, in the same sectors, trenches and satellites."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from test_plan_country import NAMES, run, write

from allreach import tables
from allreach.io.vector import write_table
from independent_checker import check_results
from small_country import make_small_country

ON = "planning.institutions=1"
NO_RETAIL = "planning.institution_retail_max_mbps=0"  # schools buy committed satellite capacity: dear
KINDS = {"fibre", "fwa", "satellite_leo", "satellite_geo", "existing", "none"}


def with_institutions(kinds, x_m, y_m, demand_mbps=None):
    country = make_small_country()
    lon_deg, lat_deg = country.grid.to_lonlat(x_m, y_m)
    frame = gpd.GeoDataFrame(
        {"institution_id": [f"I{i:02d}" for i in range(len(kinds))], "kind": kinds, "demand_mbps": demand_mbps},
        geometry=gpd.points_from_xy(lon_deg, lat_deg),
        crs=tables.CRS,
    )
    return replace(country, layers={**country.layers, "institutions": tables.conform(frame, "institutions")})


def several():
    """Schools where people live, a clinic behind the ridge, a university, a post office far from everybody."""
    return with_institutions(
        ["school", "school", "clinic", "university", "post", "hospital"],
        [702_100.0, 708_050.0, 706_050.0, 702_150.0, 701_000.0, 710_450.0],
        [4_490_050.0, 4_491_050.0, 4_498_450.0, 4_490_100.0, 4_489_000.0, 4_489_550.0],
    )


def audit(planned, country, folder):
    out = write(*planned, country, folder)
    write_table(out / "plan" / "institutions.parquet", planned[0].institutions, "plan_institutions")
    return out, folder / "TST"


@pytest.fixture(scope="module")
def planned():
    return run(several(), sets=(ON,))


@pytest.fixture(scope="module")
def without():
    return run(several())


def test_off_means_that_nothing_changes(without):
    bare = replace(several(), layers={**several().layers, "institutions": tables.empty("institutions")})
    other = run(bare, sets=(ON,))[0]
    plan = without[0]
    assert plan.institutions.empty
    assert plan.summary.institutions.as_dict() == {"n_institutions": 0}
    for name in (*NAMES, "bill_of_materials", "curve"):
        pd.testing.assert_frame_equal(pd.DataFrame(getattr(plan, name)), pd.DataFrame(getattr(other, name)))
    assert plan.summary == other.summary


def test_each_is_connected_once_and_nobody_is_counted_twice(planned):
    plan = planned[0]
    assert plan.institutions["institution_id"].tolist() == [f"I{i:02d}" for i in range(6)]
    assert set(plan.institutions["technology"]) <= KINDS
    assert plan.summary.institutions.n_connected == 6
    assert int(plan.assignments["population"].sum()) == 2500
    assert int(plan.assignments["households"].sum()) == 626
    assert plan.summary.reached_share == 1.0
    assert plan.curve["reached_share"].iloc[-1] == pytest.approx(1.0)


def test_rows_bear_exactly_what_the_bill_says(planned):
    plan = planned[0]
    for column in ("capex_usd", "opex_usd_per_year", "pv_usd"):
        borne = round(plan.assignments[column].sum() * 100) + round(plan.institutions[column].sum() * 100)
        assert borne == round(plan.bill_of_materials[column].sum() * 100)


def test_an_independent_checker_finds_nothing(planned, tmp_path):
    assert check_results(*audit(planned, several(), tmp_path)) == []


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("latency_ms", 900.0, "it bears"),
        ("demand_mbps", 1.0, "grows to"),
        ("institution_id", "I99", "not in the country"),
        ("technology", "none", "not connected, but costs"),
        ("pv_usd", 1e6, "shared_costs"),
        ("technology", "fwa", "without institution_cellular_usd"),
    ],
)
def test_forged_rows_are_found(planned, tmp_path, column, value, fault):
    plan, measured, params = planned
    rows = plan.institutions.copy()
    at = rows.index[rows["technology"].isin(["fibre", "satellite_leo"])][-1]
    rows.loc[at, column] = value
    found = check_results(*audit((replace(plan, institutions=rows), measured, params), several(), tmp_path))
    assert any(fault in text for text in found), found


def test_demand_is_that_of_the_kind_or_of_the_source_grown_to_the_last_year():
    country = with_institutions(["school", "school"], [702_100.0] * 2, [4_490_050.0] * 2, [np.nan, 7.0])
    plan, _, params = run(country, sets=(ON,))
    traffic = params.demand.traffic_growth(15)
    assert plan.institutions["demand_mbps"].tolist() == pytest.approx([20.0 * traffic, 7.0 * traffic])


def test_retail_up_to_the_limit_and_committed_beyond(planned):
    rows = planned[0].institutions.set_index("institution_id")
    satellite = rows[rows["technology"] == "satellite_leo"]
    assert len(satellite)
    assert (satellite["contract"] == np.where(satellite["kind"].isin(["school", "clinic", "post"]), "retail",
                                              "committed")).all()  # fmt: skip
    dear = run(several(), sets=(ON, NO_RETAIL))[0]
    assert not (dear.institutions["contract"] == "retail").any()
    assert dear.summary.pv_usd >= planned[0].summary.pv_usd * (1 - 1e-6)


def test_who_talks_over_the_line_never_hangs_on_a_geostationary_satellite():
    sets = (ON, "planning.leo_users_per_km2=0", "planning.geo_latency_ms=600")
    no_roads = several()
    no_roads = replace(no_roads, layers={**no_roads.layers, "roads": no_roads.layers["roads"].iloc[:0]})
    rows = run(no_roads, sets=sets, latency_ms=700.0)[0].institutions
    assert (rows["technology"] == "satellite_geo").any()
    assert set(rows.loc[rows["technology"] == "satellite_geo", "kind"]) <= {"school", "post"}
    assert (rows["latency_ms"].fillna(0.0) <= rows["latency_max_ms"]).all()


def test_cells_run_out_for_institutions_too():
    """Universities of 1,557 Mbit/s weigh 311 subscribers each: one cell of 423 holds one of them."""
    country = with_institutions(["university"] * 3, [706_000.0] * 3, [4_498_500.0] * 3)
    no_roads = replace(country, layers={**country.layers, "roads": country.layers["roads"].iloc[:0]})
    rows = run(no_roads, sets=(ON,))[0].institutions
    assert (rows["technology"] == "satellite_leo").sum() == 1
    assert (rows["technology"] == "none").sum() == 2


def test_a_sector_share_is_taken_off_the_sector(tmp_path):
    """Post offices among the homes near a mast ask for 5 Mbit/s each: they share its sectors up to the cap."""
    n = 12
    country = with_institutions(["post"] * n, [708_050.0] * n, [4_491_050.0] * n, [5.0] * n)
    sets = (ON, "planning.leo_users_per_km2=0", "costs.fibre_buried_usd_per_km=1000000",
            "costs.fibre_distribution_usd_per_km=1000000")  # fmt: skip
    planned = run(country, sets=sets)
    rows = planned[0].institutions
    by_radio = rows[rows["technology"] == "fwa"]
    assert len(by_radio)
    loads = planned[0].sites.set_index("site_id")["load_share"]
    assert (loads[by_radio["site_id"].unique()] <= planned[2].radio.load_cap.value + 1e-9).all()
    for site_id, mine in by_radio.groupby("site_id"):
        site = planned[0].sites.set_index("site_id").loc[site_id]
        per_household = planned[0].summary.demand.busy_hour_mbps_last_year
        assert site["demand_mbps"] == pytest.approx(mine["demand_mbps"].sum() + site["households"] * per_household)
    assert check_results(*audit(planned, country, tmp_path)) == []


def test_institutions_never_cheapen_the_plan(planned, without):
    assert planned[0].summary.pv_usd > without[0].summary.pv_usd


def test_input_rows_in_another_order_give_the_same_tables(planned):
    country = several()
    layers = {
        name: frame.sample(frac=1.0, random_state=5).reset_index(drop=True) for name, frame in country.layers.items()
    }
    shuffled = run(replace(country, layers=layers), sets=(ON,))[0]
    for name in (*NAMES, "institutions", "bill_of_materials"):
        pd.testing.assert_frame_equal(pd.DataFrame(getattr(planned[0], name)), pd.DataFrame(getattr(shuffled, name)))

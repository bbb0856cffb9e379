"""A small country from its tables to its plan: sums, laws, errors, and the independent checker."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from allreach import tables
from allreach.demand.points import demand_points
from allreach.errors import InfeasibleError, InputError
from allreach.io.country_folder import write_country
from allreach.io.vector import write_table
from allreach.measure.today import StandingNetworks, measure
from allreach.params.load import load_params
from allreach.params.price_level import price_factor
from allreach.planning.instance.country_inputs import MeasuredCountry
from allreach.planning.instance.unit_costs import UnitLines
from allreach.planning.plan import plan_country
from allreach.radio.engine.reception import Environment
from allreach.terrain.terrain import terrain
from independent_checker import check_results
from small_country import make_small_country

NAMES = ("assignments", "alternatives", "sites", "links")


def run(country=None, *, sets=(), **standard):
    country = with_standard(make_small_country() if country is None else country, standard)
    config = country.config
    params = load_params(sets=sets)
    ground = terrain(
        country.grid, country.terrain_m, country.clutter_class, country.zones, params.radio.clutter_heights_m()
    )
    environment = Environment(ground, params.radio, config.service_standard, config.delta_n, config.n0, 1)
    points = demand_points(
        country.table("places"), country.population, country.grid, params.demand, household_size=config.household_size
    )
    measured = measure(
        points, country.table("sites"), environment, params.demand,
        StandingNetworks(fibre=country.table("fibre"), commitments=country.table("commitments")),
        planning=params.planning, with_rasters=False,
    )  # fmt: skip
    plan = plan_country(
        MeasuredCountry(
            points, measured, environment, country.layers, config, params, clutter_class=country.clutter_class,
            population=country.population, evidence="synthetic",
        )
    )  # fmt: skip
    return plan, measured, params


def with_standard(country, standard):
    changed = country.config.service_standard.model_copy(update=standard)
    return replace(country, config=country.config.model_copy(update={"service_standard": changed}))


def with_layer(name, frame):
    country = make_small_country()
    return replace(country, layers={**country.layers, name: frame})


@pytest.fixture(scope="module")
def base():
    return run()


def write(plan, measured, params, country, folder):
    write_country(country, folder / "TST")
    out = folder / "results"
    for name in NAMES:
        (out / "plan" / "bound").mkdir(parents=True, exist_ok=True)
        write_table(out / "plan" / f"{name}.parquet", getattr(plan, name), f"plan_{name}")
    (out / "measure").mkdir()
    write_table(out / "measure" / "places.parquet", measured.places, "measure_places")
    plan.bill_of_materials.to_csv(out / "plan" / "bill_of_materials.csv", index=False)
    plan.curve.to_csv(out / "plan" / "curve.csv", index=False)
    for name, table in plan.bound.items():
        table.to_parquet(out / "plan" / "bound" / f"{name}.parquet")
    (out / "plan" / "summary.json").write_text(json.dumps(plan.summary.as_dict()))
    (out / "manifest.json").write_text(json.dumps({"parameters": params.resolved()}))
    return out


@pytest.mark.parametrize(
    "standard", [{}, {"dl_mbps": 10.0, "busy_hour_mbps": 0.3}, {"dl_mbps": 90.0}], ids=["usual", "modest", "fast"]
)
def test_an_independent_checker_finds_nothing(tmp_path, standard):
    country = with_standard(make_small_country(), standard)
    plan, measured, params = run(country)
    out = write(plan, measured, params, country, tmp_path)
    assert check_results(out, tmp_path / "TST") == []


def test_everybody_is_counted_once_and_reached(base):
    plan = base[0]
    assert int(plan.assignments["households"].sum()) == 626
    assert int(plan.assignments["population"].sum()) == 2500
    assert plan.summary.reached_share == 1.0
    assert set(plan.assignments["place_id"]) == {"P1", "P2", "P3", "P4", "P5"}


def test_rows_bear_exactly_what_the_bill_says(base):
    plan = base[0]
    for column in ("capex_usd", "opex_usd_per_year", "pv_usd"):
        assert round(plan.assignments[column].sum() * 100) == round(plan.bill_of_materials[column].sum() * 100)
        assert round(getattr(plan.summary, column) * 100) == round(plan.bill_of_materials[column].sum() * 100)


def test_bound_lies_below_the_plan(base):
    summary = base[0].summary
    assert 0 < summary.lower_bound_usd <= summary.pv_usd
    assert summary.gap == pytest.approx(1 - summary.lower_bound_usd / summary.pv_usd)
    assert summary.gap < 0.15


def test_commitment_is_served_at_no_public_cost(base):
    rows = base[0].assignments
    mine = rows[rows["site_id"] == "commitment:C1"]
    assert mine["households"].tolist() == [37]
    assert mine["pv_usd"].tolist() == [0.0]
    assert "committed" in mine["why"].iloc[0]


def test_what_the_exchange_serves_today_costs_nothing(base):
    rows = base[0].assignments
    mine = rows[rows["site_id"] == "N2"]
    assert mine["technology"].tolist() == ["existing"]
    assert mine["place_id"].tolist() == ["P2"]
    assert mine["pv_usd"].tolist() == [0.0]


def test_input_rows_in_another_order_give_the_same_tables(base):
    country = make_small_country()
    layers = {
        name: frame.sample(frac=1.0, random_state=3).reset_index(drop=True) for name, frame in country.layers.items()
    }
    shuffled, _, _ = run(replace(country, layers=layers))
    for name in (*NAMES, "bill_of_materials", "curve"):
        pd.testing.assert_frame_equal(pd.DataFrame(getattr(base[0], name)), pd.DataFrame(getattr(shuffled, name)))
    assert shuffled.summary == base[0].summary


def test_dearer_terminals_never_cheapen_the_plan(base):
    dearer, _, _ = run(sets=["costs.leo_kit_usd=2000", "costs.fwa_cpe_usd=900"])
    assert dearer.summary.pv_usd >= base[0].summary.pv_usd * (1 - 1e-6)


def test_nothing_on_offer_is_an_error_that_names_places_and_a_way_out():
    country = make_small_country()
    empty = {name: country.layers[name].iloc[:0] for name in ("roads", "sites", "fibre", "commitments")}
    country = replace(country, layers={**country.layers, **empty})
    with pytest.raises(InfeasibleError, match=r"P1 Alma.*satellite_leo gives 100 .*Lower the service standard"):
        run(country, dl_mbps=5000.0)


def test_target_out_of_reach_is_an_error():
    with pytest.raises(InfeasibleError, match=r"planning\.target_share asks for 1"):
        run(
            dl_mbps=80.0,
            sets=["planning.target_share=1", "planning.leo_users_per_km2=0", "radio.fixed_dl_mbps=75"],
        )


def test_satellites_without_capacity_are_not_used():
    plan, _, _ = run(sets=["planning.leo_users_per_km2=0"])
    assert plan.summary.satellite_households == 0


def test_commitment_for_an_unknown_place_is_an_error():
    country = make_small_country()
    wrong = country.layers["commitments"].assign(place_id="P9")
    country = replace(country, layers={**country.layers, "commitments": wrong})
    with pytest.raises(InputError, match="place P9 does not exist"):
        run(country)


def test_country_without_roads_is_still_planned():
    plan, _, _ = run(with_layer("roads", make_small_country().layers["roads"].iloc[:0]))
    assert plan.summary.reached_share > 0.9
    assert not (plan.links["kind"] == "fibre").any() or np.isfinite(plan.links["length_km"]).all()


def test_every_place_has_alternatives_with_reasons(base):
    table = base[0].alternatives
    assert table.groupby("place_id").size().tolist() == [7] * 5
    assert (table["reason"].str.len() > 0).all()
    assert table.loc[table["is_feasible"].astype(bool), "pv_usd"].notna().all()


def test_country_closed_to_all_building_falls_back_on_satellites_and_what_stands():
    country = make_small_country()
    frame = gpd.GeoDataFrame(
        {"exclusion_id": ["X1"], "kind": ["military"]}, geometry=country.layers["boundaries"].geometry, crs=tables.CRS
    )
    plan, _, _ = run(with_layer("exclusions", tables.conform(frame, "exclusions")))
    assert plan.summary.n_new_sites == 0
    assert plan.summary.fibre_km == 0.0
    assert set(plan.assignments["technology"]) <= {"existing", "fwa", "mobile_upgrade", "satellite_leo", "none"}


def test_people_beside_no_households_are_served_all_the_same():
    places = make_small_country().layers["places"].copy()
    places.loc[4, "households"] = 0  # not counted: ruled from the 50 people, 4 to a household
    plan, _, _ = run(with_layer("places", places))
    mine = plan.assignments[plan.assignments["place_id"] == "P5"]
    assert "none" not in set(mine["technology"])
    assert mine[["households", "population"]].sum().tolist() == [12, 50]
    assert int(plan.assignments["population"].sum()) == 2500


def test_lower_demand_never_costs_more():
    light, _, _ = run(busy_hour_mbps=0.3)
    heavy, _, _ = run(busy_hour_mbps=3.0)
    assert light.summary.pv_usd <= heavy.summary.pv_usd


def flat(prices):
    return np.concatenate([np.ravel(getattr(prices, field.name)) for field in fields(prices)])


def test_vat_multiplies_every_price_of_the_problem_and_no_tax_changes_no_bit(base):
    quantities, untaxed = base[0].assembly.quantities, flat(base[0].assembly.quantities.prices(load_params()))
    taxed = flat(quantities.prices(load_params(sets=["costs.vat_pct=18"])))
    np.testing.assert_allclose(taxed, 1.18 * untaxed, rtol=1e-12)
    assert np.array_equal(flat(quantities.prices(load_params(sets=["costs.vat_pct=0", "costs.duty_pct=0"]))), untaxed)


def test_another_base_year_changes_every_price_of_the_problem_by_one_factor(base):
    quantities = base[0].assembly.quantities
    now, then = (flat(quantities.prices(load_params(sets=[f"costs.price_base_year={y}"]))) for y in (2025, 2018))
    np.testing.assert_allclose(then, price_factor(2025, 2018) * now, rtol=1e-9)


def test_a_site_takes_the_grid_where_it_is_near_else_sun_and_diesel_where_there_is_no_sun(base):
    inputs = base[0].assembly.lines.inputs
    candidates = inputs.candidates.iloc[[0, 0, 0, 0]].reset_index(drop=True)
    latitudes = [40.0, 40.0, 75.0, 75.0]
    candidates = candidates.set_geometry(gpd.points_from_xy([48.0] * 4, latitudes), crs="EPSG:4326")
    candidates["power_km"] = [0.1, np.inf, np.inf, 0.1]
    lines = UnitLines(replace(inputs, candidates=candidates))
    assert [lines.power(row, 1.0)[0] for row in range(4)] == ["grid", "solar", "genset", "grid"]
    every = np.arange(4)
    bare = lines.prices.cost(lines._relay(every)).pv_usd
    powered = [lines.pv_usd(lines.power(row, lines.relay_load)[1]) for row in every]
    np.testing.assert_allclose(lines.relays_pv_usd(every), bare + powered, rtol=1e-12)

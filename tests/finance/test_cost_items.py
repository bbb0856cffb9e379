import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.backhaul.trench import EXISTING, N_CLASSES, SEA, TRENCH_CLASSES
from allreach.errors import ParameterError
from allreach.finance import recipes
from allreach.finance.cost_items import IMPORTED, ITEMS, Line, PriceList, Terms
from allreach.params.costs import Costs
from allreach.params.load import load_params
from allreach.params.price_level import last_year, price_factor

COSTS = load_params().costs
PRICES = PriceList(COSTS, Terms(20, 0.08))
laws = settings(derandomize=True, deadline=None, max_examples=60)

NOT_ITEMS = {  # multipliers, shares, physical figures, and what only funding needs
    "price_base_year",
    "vat_pct",
    "duty_pct",
    "discount_rate",
    "fibre_paved_multiplier",
    "fibre_rolling_multiplier",
    "fibre_mountain_multiplier",
    "olt_homes_per_port",
    "distribution_spread",
    "route_factor",
    "site_upgrade_power_share",
    "site_power_w",
    "relay_power_share",
    "solar_clearness",
    "solar_efficiency",
    "battery_autonomy_h",
    "sea_hop_multiplier",
    "core_node_usd",
    "spectrum_coverage_usd_per_mhz_per_person",
    "spectrum_capacity_usd_per_mhz_per_person",
    "administration_share",
    "profit_share",
    "tax_share",
}


def pv(lines, prices=PRICES):
    return float(prices.cost(lines).pv_usd)


def trench(**km):
    out = np.zeros(N_CLASSES)
    for name, length in km.items():
        out[TRENCH_CLASSES.index(name)] = length
    return out


def test_every_key_of_the_cost_book_is_used_or_declared():
    lives = {key for key in Costs.model_fields if key.endswith("_life_years")}
    assert set(Costs.model_fields) == set(ITEMS) | NOT_ITEMS | lives
    assert {life for _, life in ITEMS.values() if life} == lives


def test_units_of_items():
    units = {item: unit.unit for item, unit in PRICES.units.items()}
    assert units["fibre_buried_usd_per_km"] == "km"
    assert units["fibre_om_share_per_year"] == "USD"
    assert units["hop_om_share_per_year"] == "USD"
    assert units["transit_usd_per_mbps_per_year"] == "Mbit/s"
    assert units["tower_usd_per_m"] == "m"


def test_a_purchase_has_a_life_and_a_yearly_payment_has_none():
    for item, unit in PRICES.units.items():
        yearly = item.endswith("_per_year")
        assert np.isnan(unit.life_years) == yearly, item
        assert (unit.capex_usd == 0) == yearly, item
        assert (unit.opex_usd_per_year == 0) == (not yearly), item


def test_new_site_by_hand():
    cost = PRICES.cost(recipes.site(30))
    in_2021, in_2022 = price_factor(2021, last_year()), price_factor(2022, last_year())
    assert float(cost.capex_usd) == pytest.approx((40_000 + 30_000) * in_2021 + 30 * 1_000 * in_2022)
    assert float(cost.opex_usd_per_year) == pytest.approx((7_400 + 3_000) * in_2021)


def test_fibre_by_trench_class():
    flat = float(PRICES.cost(recipes.fibre_route(COSTS, trench(flat_soil=1))).capex_usd)
    assert flat == COSTS.fibre_buried_usd_per_km.value
    for name, factor in (
        ("rolling_soil", 1.2),
        ("mountain_soil", 1.6),
        ("flat_paved", 2.2),
        ("mountain_paved", 2.2 * 1.6),
    ):
        cost = PRICES.cost(recipes.fibre_route(COSTS, trench(**{name: 1})))
        assert float(cost.capex_usd) == pytest.approx(flat * factor), name
        share = COSTS.fibre_om_share_per_year.value
        assert float(cost.opex_usd_per_year) == pytest.approx(float(cost.capex_usd) * share), name
    assert float(PRICES.cost(recipes.fibre_route(COSTS, trench(sea=2))).capex_usd) == 80_000
    assert pv(recipes.fibre_route(COSTS, trench(existing=9))) == 0
    assert (SEA, EXISTING) == (6, 7)


def test_fibre_route_takes_many_routes_at_once():
    km = np.stack([trench(flat_soil=1, sea=1), trench(mountain_soil=2), trench(existing=3)])
    together = PRICES.cost(recipes.fibre_route(COSTS, km)).pv_usd
    apart = [pv(recipes.fibre_route(COSTS, row)) for row in km]
    np.testing.assert_allclose(together, apart, rtol=1e-12)


@laws
@given(st.floats(0.1, 44), st.floats(0.1, 44))
def test_a_longer_hop_never_costs_less(a, b):
    short, long = sorted((a, b))
    assert pv(recipes.hop(COSTS, short)) <= pv(recipes.hop(COSTS, long))
    assert pv(recipes.hop(COSTS, long)) < pv(recipes.hop(COSTS, long, over_sea=True))
    assert pv(recipes.hop(COSTS, long, n_channels=2)) == pytest.approx(2 * pv(recipes.hop(COSTS, long)))


@pytest.mark.parametrize(
    ("length_km", "item"), [(10, "hop_10km_usd"), (10.1, "hop_20km_usd"), (30, "hop_30km_usd"), (60, "hop_45km_usd")]
)
def test_hop_bands(length_km, item):
    assert recipes.hop_item(length_km) == item


@laws
@given(st.floats(0, 100), st.floats(0.01, 100))
def test_costs_rise_with_distance_and_height(base, more):
    assert pv(recipes.grid_power(COSTS, base + more)) > pv(recipes.grid_power(COSTS, base))
    assert pv(recipes.site(30, track_km=base + more)) > pv(recipes.site(30, track_km=base))
    assert pv(recipes.site(base + more)) > pv(recipes.site(base))
    flat, longer = trench(flat_soil=base), trench(flat_soil=base + more)
    assert pv(recipes.fibre_route(COSTS, longer)) > pv(recipes.fibre_route(COSTS, flat))


@laws
@given(st.floats(0.1, 5000), st.floats(0.1, 5000))
def test_sparser_homes_cost_more_to_pass(a, b):
    dense, sparse = max(a, b), min(a, b)
    assert pv(recipes.homes_passed(COSTS, 10, dense)) <= pv(recipes.homes_passed(COSTS, 10, sparse))


def test_a_dense_home_passed_costs_what_the_trade_says():
    capex = [float(PRICES.cost(recipes.homes_passed(COSTS, 1, d)).capex_usd) for d in (3000, 1000, 300)]
    assert 100 <= capex[0] <= 200  # Omdia, emerging markets
    assert 100 <= capex[1] <= 200
    assert capex[2] > 200


@laws
@given(st.integers(0, 5000), st.integers(1, 500))
def test_more_subscribers_never_cost_less(n, more):
    assert pv(recipes.exchange(COSTS, n + more)) >= pv(recipes.exchange(COSTS, n))
    for recipe in (recipes.homes_connected, recipes.leo_home, lambda k: recipes.fwa_home(COSTS, k)):
        assert pv(recipe(n + more)) > pv(recipe(n))


def test_solar_beats_the_grid_only_far_from_it():
    solar = pv(recipes.solar_power(COSTS, recipes.site_sun_hours(COSTS, 40.0)))
    assert pv(recipes.grid_power(COSTS, 0.0)) < solar < pv(recipes.grid_power(COSTS, 5.0))


def test_panels_grow_with_latitude_until_a_generator_is_cheaper():
    by_latitude = [pv(recipes.solar_power(COSTS, recipes.site_sun_hours(COSTS, lat))) for lat in (10, 25, 40, 55, 75)]
    assert by_latitude == sorted(by_latitude)
    genset = pv(recipes.genset_power(COSTS))
    assert by_latitude[0] < genset < by_latitude[-1]  # there is no sun at 75 degrees in winter


def test_panels_yield_what_the_load_takes_in_the_worst_month():
    sun_h = float(recipes.site_sun_hours(COSTS, 40.0))
    peak_w = float(recipes.solar_power(COSTS, sun_h)[0].quantity)
    assert peak_w * sun_h * COSTS.solar_efficiency.value == pytest.approx(24 * COSTS.site_power_w.value)


def test_committed_and_retail_satellite_are_never_mixed():
    assert not any("committed" in line.item for line in recipes.leo_home(1))
    assert any("committed" in line.item for line in recipes.geo_home(COSTS, 1, 3))
    assert pv(recipes.geo_home(COSTS, 1, 3)) > 5 * pv(recipes.leo_home(1))


@laws
@given(st.sampled_from(sorted(ITEMS)), st.floats(1.01, 3))
def test_plan_costs_rise_with_every_price(item, factor):
    value = getattr(COSTS, item).value
    quantity = getattr(COSTS, item).model_copy(update={"value": value * factor, "high": 1e9, "limits": (0, 1e9)})
    dearer = PriceList(COSTS.model_copy(update={item: quantity}), PRICES.terms)
    assert pv((Line(item, 2.0),), dearer) == pytest.approx(factor * pv((Line(item, 2.0),)))


def test_every_recipe_uses_known_items():
    lines = (
        *recipes.fibre_route(COSTS, np.ones(N_CLASSES)),
        *recipes.exchange(COSTS, 40),
        *recipes.homes_passed(COSTS, 1, 1),
        *recipes.homes_connected(1),
        *recipes.site(30, track_km=1),
        *recipes.site_upgrade(COSTS),
        *recipes.relay(30, track_km=1),
        *recipes.grid_power(COSTS, 1),
        *recipes.solar_power(COSTS, 3.0),
        *recipes.genset_power(COSTS),
        *recipes.fwa_home(COSTS, 1),
        *recipes.leo_home(1),
        *recipes.geo_home(COSTS, 1, 1),
        *recipes.satellite_backhaul(COSTS, 1),
        *recipes.gateway(COSTS, 1),
        *recipes.transit(1),
        *(recipes.hop(COSTS, 5) + recipes.hop(COSTS, 15) + recipes.hop(COSTS, 25) + recipes.hop(COSTS, 40)),
        *recipes.site(1, area="urban"),
        *recipes.site(1, area="suburban"),
        *(line for t in ("fibre", "cellular", "p2p", "satellite") for line in recipes.institution(COSTS, t)),
    )
    assert {line.item for line in lines} == set(ITEMS)
    assert pv(lines) > 0


def taxed(**pct):
    costs = load_params([{"costs": pct}]).costs
    return costs, PriceList(costs, PRICES.terms)


def test_vat_multiplies_all_that_is_bought_and_paid_and_nothing_else():
    costs, prices = taxed(vat_pct=18)
    for item, unit in prices.units.items():
        assert unit.price_usd == pytest.approx(1.18 * PRICES.units[item].price_usd, rel=1e-12), item
    for lines in (recipes.fibre_route(costs, np.ones(N_CLASSES)), recipes.site(30), recipes.leo_home(3)):
        assert pv(lines, prices) == pytest.approx(1.18 * pv(lines), rel=1e-12)


def test_duty_falls_on_the_purchase_of_equipment_and_is_taxed_in_turn():
    _, duty = taxed(duty_pct=15)
    _, both = taxed(duty_pct=15, vat_pct=18)
    for item in ITEMS:
        factor = 1.15 if item in IMPORTED else 1.0
        assert duty.units[item].price_usd == pytest.approx(factor * PRICES.units[item].price_usd, rel=1e-12), item
        assert both.units[item].price_usd == pytest.approx(1.18 * duty.units[item].price_usd, rel=1e-12), item
    assert set(ITEMS) >= IMPORTED
    assert not [item for item in IMPORTED if item.endswith("_per_year")]


def test_no_tax_leaves_every_price_as_it_is_to_the_last_bit():
    _, prices = taxed(vat_pct=0, duty_pct=0)
    assert {k: u.pv_usd for k, u in prices.units.items()} == {k: u.pv_usd for k, u in PRICES.units.items()}
    assert all(u.price_usd == getattr(COSTS, item).value for item, u in PRICES.units.items())


def test_a_tax_is_known_and_gets_no_range():
    costs, _ = taxed(vat_pct=18, duty_pct=5)
    assert (costs.vat_pct.low, costs.vat_pct.high) == (18, 18)
    assert (costs.duty_pct.low, costs.duty_pct.high) == (5, 5)


@pytest.mark.parametrize(("key", "pct"), [("vat_pct", -1), ("vat_pct", 101), ("duty_pct", -5), ("duty_pct", "none")])
def test_impossible_taxes_are_refused(key, pct):
    with pytest.raises(ParameterError, match=key):
        taxed(**{key: pct})

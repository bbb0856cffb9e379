"""Plans at other prices: laws of the tornado and of the draws of the cost book."""

from __future__ import annotations

import numpy as np
import pytest
from test_plan_country import run

from allreach.params.load import load_params
from allreach.params.money import Money
from allreach.planning.model.problem import faults, solution_pv_usd, unserved_people
from allreach.planning.optimise import optimise
from allreach.planning.results.alternatives import Alternative, _why_mixed
from allreach.planning.sensitivity.reoptimise import PlanPool, quantities, reoptimise, reoptimise_all
from allreach.planning.sensitivity.tornado import (
    POLICY,
    Work,
    draw_values,
    ranged_costs,
    robustness,
    tornado,
    with_costs,
)

FEW = Work(n_tries=20, n_rounds=1, n_searches=1)


@pytest.fixture(scope="module")
def base():
    return run()[0]


@pytest.fixture(scope="module")
def found(base):
    return tornado(base.assembly, base.solution, FEW)


def test_every_price_with_a_range_that_matters_has_a_row(base, found):
    named = set(found.table["parameter"])
    assert named <= {f"costs.{key}" for key in ranged_costs(base.assembly.lines.inputs.params)}
    assert {"costs.site_equipment_usd", "costs.leo_kit_usd", "costs.discount_rate"} <= named
    assert "costs.tax_share" not in named  # only funding reads it


def test_planning_anew_never_costs_more_than_the_plan_as_it_is(found):
    rows = found.table
    assert (rows["pv_low_usd"] <= rows["fixed_low_usd"] + 0.01).all()
    assert (rows["pv_high_usd"] <= rows["fixed_high_usd"] + 0.01).all()
    worst = np.maximum(rows["fixed_low_usd"] - rows["pv_low_usd"], rows["fixed_high_usd"] - rows["pv_high_usd"])
    assert (rows["regret_usd"] <= worst + 0.02).all()  # what is found at the base prices too is no regret
    assert (rows["regret_usd"] >= 0).all()
    assert rows["swing_usd"].is_monotonic_decreasing


def test_plan_as_it_is_costs_what_another_price_says(base, found):
    """The price of one thing changes the cost by exactly what the plan buys of it."""
    problem, params = base.assembly.problem, base.assembly.lines.inputs.params
    for row in found.table.head(5).itertuples():
        key = row.parameter.removeprefix("costs.")
        at_low = problem.with_prices(base.assembly.quantities.prices(with_costs(params, {key: row.low})))
        assert row.fixed_low_usd == pytest.approx(solution_pv_usd(at_low, base.solution), abs=0.01)


def test_cost_of_a_plan_is_quantities_times_prices(base):
    problem = base.assembly.problem
    pool = PlanPool(problem, base.solution)
    prices = base.assembly.quantities.prices(load_params(sets=["costs.tower_usd_per_m=1300", "costs.drop_usd=70"]))
    assert pool.costs_usd(prices)[0] == pytest.approx(
        solution_pv_usd(problem.with_prices(prices), base.solution), rel=1e-12
    )
    assert quantities(problem, base.solution).min() >= 0
    assert not pool.add(base.solution)


def test_reduced_model_stays_close_to_a_full_search(base):
    """At prices far from the base the re-optimised plan is feasible and within a few percent of planning afresh."""
    problem = base.assembly.problem
    for sets in (["costs.leo_kit_usd=150", "costs.leo_plan_usd_per_year=150"], ["costs.site_equipment_usd=60000"]):
        params = load_params(sets=sets)
        dear = problem.with_prices(base.assembly.quantities.prices(params))
        quick = reoptimise(dear, base.solution, n_tries=50, n_rounds=2)
        full = optimise(dear, params.search)
        assert faults(dear, quick.solution) == []
        assert (
            unserved_people(dear, quick.solution.households) <= unserved_people(dear, base.solution.households) + 1e-6
        )
        assert full.bound.lower_bound_usd - 1e-6 <= quick.pv_usd <= 1.05 * full.pv_usd


def test_draws_stay_in_range_and_do_not_hang_together(base):
    params = base.assembly.lines.inputs.params
    values = draw_values(params, 2000, seed=1)
    assert not set(values) & set(POLICY)
    for key, drawn in values.items():
        q = getattr(params.costs, key)
        assert q.low <= drawn.min() <= drawn.max() <= q.high
        assert drawn.mean() == pytest.approx((q.low + 4 * q.value + q.high) / 6, abs=0.03 * (q.high - q.low))
    together = np.corrcoef(np.array([values["drop_usd"], values["ont_usd"], values["leo_kit_usd"]]))
    assert np.abs(together - np.eye(3)).max() < 0.08
    np.testing.assert_array_equal(draw_values(params, 2000, seed=1)["drop_usd"], values["drop_usd"])
    assert not np.array_equal(draw_values(params, 2000, seed=2)["drop_usd"], values["drop_usd"])


def test_shares_of_draws_add_up(base, found):
    result = robustness(base.assembly, base.solution, found.pool, FEW, n_draws=12, seed=3)
    rows = result.table
    assert rows["share"].between(0, 1).all()
    assert (rows["share"] + rows["other_share"] <= 1 + 1e-9).all()
    assert set(rows.loc[rows["kind"] == "place", "item_id"]) <= set(base.assignments["place_id"])
    built = rows[(rows["kind"] == "site") & (rows["decision"] == "built")]
    assert set(built["item_id"]) == set(base.sites.loc[base.sites["status"] != "existing", "site_id"])
    links = rows[(rows["kind"] == "link") & (rows["decision"] == "built")]
    assert set(links["item_id"]) == set(base.links["link_id"])
    summary = result.summary
    assert summary.pv_p5_usd <= summary.pv_p50_usd <= summary.pv_p95_usd
    assert summary.regret_mean_usd >= 0
    again = robustness(base.assembly, base.solution, found.pool, FEW, n_draws=12, seed=3)
    assert again.summary == summary
    assert again.table.equals(rows)


def test_no_draw_moves_a_certain_price(base):
    """With ranges of no width every decision holds."""
    params = base.assembly.lines.inputs.params
    fixed = {key: q.model_copy(update={"low": q.value, "high": q.value}) for key, q in ranged_costs(params).items()}
    sure = params.model_copy(update={"costs": params.costs.model_copy(update=fixed)})
    assert ranged_costs(sure) == {}
    assert draw_values(sure, 5, seed=0) == {}


def test_workers_do_not_change_the_result(base):
    prices = base.assembly.quantities.prices(load_params(sets=["costs.site_equipment_usd=60000"]))
    tasks = [(prices, base.solution)] * 3
    alone, shared = (
        reoptimise_all(base.assembly.problem, iter(tasks), n_tries=10, n_rounds=1, workers=n) for n in (1, 2)
    )
    assert [f.pv_usd for f in alone] == [f.pv_usd for f in shared]
    assert all(np.array_equal(a.solution.households, b.solution.households) for a, b in zip(alone, shared, strict=True))


def test_sentence_of_a_mixture():
    """Every way with its households, and what one way alone would cost."""
    options = [Alternative("satellite_leo", 2_100_000.0, 100.0, ""), Alternative("fibre", np.nan, np.nan, "no road")]
    text = _why_mixed({"fibre": 156, "mobile_new": 104}, 300_000.0, "about 300,000 USD", options, Money())
    assert text.startswith("Fibre to the home (156 households) and a new site (104 households) together cost about")
    assert text.endswith("low-orbit satellite, would cost 2.1 million USD")
    manat = Money({"code": "AZN", "per_usd": 1.7, "date": "2025", "source": "World Bank"}, 2)
    text = _why_mixed({"fibre": 156, "mobile_new": 104}, 3e5, "about", options, manat)
    assert text.endswith("would cost 2.1 million USD = 3.6 million AZN")
    assert "no single way" in _why_mixed({"fwa": 1, "fibre": 2}, 1.0, "", options[1:], Money())

"""Prices raised region by region: a bound all the way, never falling, close to that of the whole country at once."""

from __future__ import annotations

import numpy as np
import pytest
from small_cases import small_case

from allreach.params.search import SearchParams
from allreach.planning.bound.cuts import with_cuts
from allreach.planning.bound.duality import bound_from_prices
from allreach.planning.bound.regional_duals import RegionalPrices
from allreach.planning.bound.regions import regions_of_parts
from allreach.planning.bound.relaxation import Relaxation
from allreach.planning.model import formulation
from allreach.planning.model.problem import solution_pv_usd, unserved_people
from allreach.planning.model.solver import relaxation
from allreach.planning.optimise import guided_plan

ONE_ROUND = SearchParams(improve_rounds=1)


def country(seed, **more):
    return small_case(seed, n_places=30, n_candidates=30, n_junctions=20, **more)


def by_regions(n_places):
    return SearchParams(bound_cut_rounds=8, regional_arcs_min=0, regional_cuts_min=0.0, regional_places=n_places)


def regional(problem, region_parts, unserved=0.0):
    programme, columns = formulation.build(problem, unserved_people=unserved, with_flow=False, not_served_usd=1e6)
    highs = relaxation(programme)
    highs.run()
    found = highs.getSolution()
    x, price = np.asarray(found.col_value), np.asarray(found.row_dual)
    return RegionalPrices(problem, columns, programme, x, price, search=SearchParams(regional_places=region_parts))


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("region_parts", [5, 12])
def test_value_never_falls_and_is_what_the_prices_prove(seed, region_parts):
    prices = regional(country(seed), region_parts, unserved=1e9)
    values = [prices.value()]
    for shift in range(3):
        prices.raise_prices(4, 1, 0, shift=shift)
        values.append(prices.value())
    assert np.diff(values).min() >= -1e-6 * abs(values[0])
    assert values[-1] > values[0] * 1.001
    proven = bound_from_prices(
        with_cuts(prices.programme, prices.cuts), np.concatenate([prices.price, prices.cut_price])
    )
    assert proven == pytest.approx(prices.value(), rel=1e-6)


@pytest.mark.parametrize("share_unserved", [0.0, 0.1])
# with one region only the price of people without service is not the best one; regions of ten are nearly all border
@pytest.mark.parametrize(("region_parts", "least"), [(30, 0.95), (10, 0.8)])
def test_bound_is_near_that_of_the_whole(region_parts, least, share_unserved):
    problem = country(0)
    people = share_unserved * float(problem.part_people.sum())
    whole = Relaxation(problem, SearchParams(bound_cut_rounds=8), with_flow=False).bound(people + 1e-6)
    by_region = Relaxation(problem, by_regions(region_parts), with_flow=False).bound(people + 1e-6)
    proven = bound_from_prices(by_region.programme, by_region.row_price) * formulation.COST_UNIT_USD
    assert by_region.lower_bound_usd == pytest.approx(proven, rel=1e-9)
    assert least * whole.lower_bound_usd <= by_region.lower_bound_usd


def test_bound_stays_below_the_plan():
    problem = country(4, satellite_per_cell=10.0)
    plan = guided_plan(problem, np.zeros(problem.n_facilities), np.zeros(problem.n_options), ONE_ROUND)
    plan_usd = solution_pv_usd(problem, plan)
    relaxed = Relaxation(problem, by_regions(8), with_flow=False)
    found = relaxed.bound(unserved_people(problem, plan.households) + 1e-6)
    assert 0.4 * plan_usd < found.lower_bound_usd <= plan_usd * (1 + 1e-9)


def test_every_part_has_a_region_of_about_the_size_asked_for():
    problem = country(0)
    for shift in range(4):
        region = regions_of_parts(problem, 10, shift=shift)
        count = np.bincount(region)
        assert count.sum() == problem.n_parts
        assert count.min() > 0
        assert count.max() <= 20

"""Branch and bound over clusters: a higher bound, never above a plan, that its tables prove by themselves."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_cases import small_case

from allreach.params.load import load_params
from allreach.params.search import SearchParams
from allreach.planning.bound.certificate import tree_tables
from allreach.planning.bound.cluster_bound import grow_trees, value_with_trees
from allreach.planning.bound.duality import bound_from_prices
from allreach.planning.bound.relaxation import Relaxation
from allreach.planning.model import formulation
from allreach.planning.optimise import optimise
from independent_bound import proven

SEARCH = load_params().search
SIZE = {"n_places": 8, "n_candidates": 8, "n_junctions": 6}


def relaxed(problem):
    return Relaxation(problem, SearchParams(bound_cut_rounds=6), with_flow=True).bound(0.0)


def grown(problem, bound, *, n_places=2, n_threads=1, each=60):
    return grow_trees(
        problem, bound.columns, bound.programme, bound.row_price, n_threads=n_threads,
        search=SearchParams(bound_cluster_places=n_places, bound_branches=100_000, bound_cluster_branches=each),
    )  # fmt: skip


_CASES = {}


def case(seed):
    """Problem, bound by prices, trees of several clusters, and a plan."""
    if seed not in _CASES:
        problem = small_case(seed, **SIZE)
        best = optimise(problem, SEARCH, prove=False)
        bound = relaxed(problem)
        _CASES[seed] = problem, bound, grown(problem, bound), best
    return _CASES[seed]


@pytest.mark.parametrize("seed", range(5))
def test_trees_raise_the_bound_and_stay_below_the_plan(seed):
    _, bound, trees, best = case(seed)
    assert len(trees) > 1
    plain = bound_from_prices(bound.programme, bound.row_price)
    raised = value_with_trees(bound.programme, bound.row_price, trees)
    assert raised >= plain - 1e-6 * abs(plain)
    assert raised * formulation.COST_UNIT_USD <= best.pv_usd * (1 + 1e-9)


def test_trees_prove_more_where_masts_are_built_whole():
    gains = []
    for seed in range(5):
        _, bound, trees, _ = case(seed)
        plain = bound_from_prices(bound.programme, bound.row_price)
        gains.append(value_with_trees(bound.programme, bound.row_price, trees) / plain - 1.0)
    assert max(gains) > 1e-3


def test_one_cluster_proves_a_small_plan_the_best():
    problem = small_case(4, n_places=6, n_candidates=6)
    best = optimise(problem, SEARCH)
    assert best.bound.lower_bound_usd > optimise(problem, SEARCH, prove=False).bound.lower_bound_usd
    assert best.pv_usd == pytest.approx(best.bound.lower_bound_usd, rel=1e-3)


@pytest.mark.parametrize("n_threads", [2, 4])
def test_threads_change_nothing(n_threads):
    problem, bound, trees, _ = case(1)
    for one, other in zip(trees, grown(problem, bound, n_threads=n_threads), strict=True):
        assert np.array_equal(one.leaf, other.leaf)
        assert np.array_equal(one.price, other.price)
        assert np.array_equal(one.cost, other.cost)


@settings(derandomize=True, deadline=None, max_examples=20)
@given(seed=st.integers(0, 10**6), scale=st.floats(-2.0, 2.0))
def test_whatever_the_prices_and_the_split_of_costs_the_bound_holds(seed, scale):
    _, bound, trees, best = case(0)
    rng = np.random.default_rng(seed)
    shaken = [
        replace(
            tree,
            cost=tree.cost + scale * rng.normal(size=tree.cost.shape),
            price=tree.price + scale * rng.normal(size=tree.price.shape),
        )
        for tree in trees
    ]
    value = value_with_trees(bound.programme, bound.row_price, shaken)
    assert value * formulation.COST_UNIT_USD <= best.pv_usd * (1 + 1e-9)


def certificate(seed):
    _, bound, trees, _ = case(seed)
    return {**bound.certificate(), **tree_tables(trees)}


def test_the_tables_alone_prove_the_bound():
    _, bound, trees, _ = case(2)
    assert proven(certificate(2), "", "cost_kusd") == pytest.approx(
        value_with_trees(bound.programme, bound.row_price, trees), rel=1e-6
    )


def forge(name, change):
    tables = certificate(2)
    tables[name] = change(tables[name].copy())
    return proven(tables, "", "cost_kusd")


def test_forged_trees_are_found():
    whole = proven(certificate(2), "", "cost_kusd")
    nodes = certificate(2)["cluster_nodes"]
    last = nodes.index[nodes["is_leaf"] & (nodes["node"] > 0)][-1]
    assert "no two children" in forge("cluster_nodes", lambda t: t.drop(index=last))
    assert "leaves something out" in forge("cluster_nodes", lambda t: t.assign(limit=t["limit"] + 2.0 * t["at_least"]))
    rows = certificate(2)["cluster_rows"]
    assert "two clusters" in forge("cluster_rows", lambda t: t.assign(row=rows["row"].iloc[0]))
    dear = forge("cluster_columns", lambda t: t.assign(cost_kusd=t["cost_kusd"] + 1.0))
    assert not isinstance(dear, str)
    assert dear <= whole + 1e-6

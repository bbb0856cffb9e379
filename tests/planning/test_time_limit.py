"""A limit in seconds gives a plan and a bound that hold, however short it is; no limit changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
from small_cases import small_case

from allreach.params.load import load_params
from allreach.planning.bound.cluster_bound import value_with_trees
from allreach.planning.model.formulation import COST_UNIT_USD
from allreach.planning.model.problem import faults, unserved_people
from allreach.planning.optimise import optimise
from allreach.planning.time_limit import TimeLimit

SEARCH = load_params().search


@pytest.mark.parametrize("seconds", [0.0, 0.05, 1.0])
def test_short_limits_give_a_sound_plan_and_bound(seconds):
    problem = small_case(7, n_places=30, n_candidates=40, n_junctions=30)
    best = optimise(problem, SEARCH, time_limit_s=seconds)
    assert faults(problem, best.solution) == []
    assert unserved_people(problem, best.solution.households) == 0.0
    assert 0.0 <= best.bound.lower_bound_usd <= best.pv_usd
    proven = value_with_trees(best.bound.programme, best.bound.row_price, best.bound.trees) * COST_UNIT_USD
    assert proven == pytest.approx(best.bound.lower_bound_usd)
    assert best.stopped_early or seconds > 0.0


def test_a_limit_that_is_never_reached_changes_nothing():
    problem = small_case(8, n_places=5, n_candidates=5, n_junctions=6)
    free, limited = optimise(problem, SEARCH), optimise(problem, SEARCH, time_limit_s=10_000.0)
    assert not free.stopped_early
    assert not limited.stopped_early
    assert np.array_equal(free.solution.households, limited.solution.households)
    assert free.bound.lower_bound_usd == limited.bound.lower_bound_usd


def test_no_limit_never_ends():
    clock = TimeLimit()
    assert not clock.is_over(0.0)
    assert clock.left_s() == np.inf
    assert TimeLimit(0.0).is_over()

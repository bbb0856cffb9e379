"""Whoever can be served is served: the search against an exact programme, where capacity is short and cables are long.

Drawn countries are searched as large ones are: windows of three parts, no programme over the whole.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from exact_model import fewest_people_left
from hypothesis import given, settings
from hypothesis import strategies as st
from small_cases import LEO, NEW, small_case, with_standing_masts

from allreach.params.load import load_params
from allreach.params.search import SearchParams
from allreach.planning.model.problem import (
    NOT_SERVED_USD,
    Problem,
    empty_solution,
    faults,
    solution_pv_usd,
    unserved_people,
)
from allreach.planning.optimise import optimise
from allreach.planning.search.serve_unserved import reach_more

SEARCH = load_params().search
WORK = {"max_nodes": 200, "node_limit": 60, "relative_gap": 0.003}


def tight_country(seed: int, *, hop_mbps: float, feed_mbps: float, per_cell: float) -> Problem:
    """Tight hops and feeds, few satellites, cables at eight times the price, two masts that stand."""
    p = small_case(
        seed, n_places=6, n_candidates=5, n_junctions=4, hop_mbps=hop_mbps, satellite_per_cell=per_cell,
        geostationary=False, sector_mbps=100.0,
    )  # fmt: skip
    fibre = p.arc_kind == 1
    p = replace(
        p,
        arc_pv_usd=np.where(fibre, 8.0 * p.arc_pv_usd, p.arc_pv_usd),
        arc_capacity_mbps=np.where(fibre & (p.arc_from == 0), feed_mbps, p.arc_capacity_mbps),
    )
    return with_standing_masts(p, 2, spare_mbps=60.0)


SHORT_OF_ROOM = st.tuples(
    st.integers(0, 10_000),
    st.sampled_from([90.0, 120.0]),
    st.sampled_from([150.0, 250.0]),
    st.sampled_from([5.0, 15.0]),
)


@settings(derandomize=True, deadline=None, max_examples=9)
@given(drawn=SHORT_OF_ROOM)
def test_as_many_are_served_as_can_be(drawn):
    seed, hop_mbps, feed_mbps, per_cell = drawn
    problem = tight_country(seed, hop_mbps=hop_mbps, feed_mbps=feed_mbps, per_cell=per_cell)
    as_if_large = SearchParams(
        whole_options_max=0, share_options_max=0, window_places=3, window_passes=1, bound_cut_rounds=4
    )
    best = optimise(problem, as_if_large)
    assert faults(problem, best.solution) == []
    left = unserved_people(problem, best.solution.households)
    assert left == pytest.approx(fewest_people_left(problem), abs=1e-6)


def two_islands(*, households: tuple[float, ...], options: list[tuple[int, int, int, float]], **changes) -> Problem:
    """Parts on one spot each; options are (part, technology, facility, price); facility k stands on node k + 1."""
    table = np.array(options, dtype=float)
    n_facilities = int(table[:, 2].max()) + 1
    zero, none = np.zeros(n_facilities), np.zeros(0, dtype=np.int64)
    first = Problem(
        part_place=np.arange(len(households)),
        part_households=np.array(households),
        part_people=4.0 * np.array(households),
        part_x_m=1e4 * np.arange(len(households)),
        part_y_m=np.zeros(len(households)),
        option_part=table[:, 0].astype(np.int64),
        option_technology=table[:, 1].astype(np.int64),
        option_facility=table[:, 2].astype(np.int64),
        option_pv_usd=table[:, 3],
        option_mbps=np.where(table[:, 2] >= 0, 1.0, 0.0),
        use_option=none,
        use_pool=none,
        use_amount=np.zeros(0),
        pool_capacity=np.zeros(0),
        facility_node=np.arange(1, n_facilities + 1),
        facility_pv_usd=zero,
        facility_group=np.full(n_facilities, -1, dtype=np.int64),
        gain_facility=none,
        gain_pool=none,
        gain_amount=np.zeros(0),
        node_tower_pv_usd=np.zeros(n_facilities + 1),
        arc_from=np.zeros(n_facilities, dtype=np.int64),
        arc_to=np.arange(1, n_facilities + 1),
        arc_kind=np.ones(n_facilities, dtype=np.int64),
        arc_pv_usd=zero,
        arc_pv_usd_per_mbps=zero,
        arc_capacity_mbps=np.full(n_facilities, np.inf),
    )
    return replace(first, **changes)


def test_a_cable_is_laid_however_dear_it_is_for_the_few_it_serves():
    cable_usd = 46e6
    problem = two_islands(households=(3.0,), options=[(0, NEW, 0, 0.0)], arc_pv_usd=np.array([cable_usd]))
    assert cable_usd > 3 * NOT_SERVED_USD
    found = optimise(problem, SEARCH).solution
    assert unserved_people(problem, found.households) == 0.0
    assert solution_pv_usd(problem, found) == pytest.approx(cable_usd)


def test_homes_that_a_mast_can_serve_leave_the_full_satellite_to_those_who_have_nothing_else():
    problem = two_islands(
        households=(10.0, 10.0),
        options=[(0, NEW, 0, 0.0), (0, LEO, -1, 100.0), (1, LEO, -1, 100.0)],
        use_option=np.array([1, 2]),
        use_pool=np.array([0, 0]),
        use_amount=np.ones(2),
        pool_capacity=np.array([10.0]),
        arc_pv_usd=np.array([5e6]),
    )
    full = empty_solution(problem).with_households(np.array([0.0, 10.0, 0.0]))
    found = reach_more(problem, full)
    assert faults(problem, found) == []
    assert found.households.tolist() == [10.0, 0.0, 10.0]


def test_a_branch_gives_way_on_a_full_feed():
    """A feed of 10 Mbit/s is taken by a part that has a dearer feed of its own; the other part has none."""
    problem = two_islands(
        households=(10.0, 10.0),
        options=[(0, NEW, 0, 0.0), (1, NEW, 1, 0.0)],
        facility_node=np.array([2, 3]),
        node_tower_pv_usd=np.zeros(4),
        arc_from=np.array([0, 1, 1, 0]),
        arc_to=np.array([1, 2, 3, 2]),
        arc_kind=np.array([3, 1, 1, 1]),
        arc_pv_usd=np.array([1e5, 0.0, 0.0, 9e6]),
        arc_pv_usd_per_mbps=np.zeros(4),
        arc_capacity_mbps=np.array([10.0, np.inf, np.inf, np.inf]),
    )
    nobody = empty_solution(problem)
    first = replace(
        nobody,
        households=np.array([10.0, 0.0]),
        is_open=np.array([True, False]),
        parent_arc=np.array([-1, 0, 1, -1]),
    )
    assert faults(problem, first) == []
    found = reach_more(problem, first)
    assert faults(problem, found) == []
    assert unserved_people(problem, found.households) == 0.0


def test_nothing_changes_where_nobody_more_can_be_served():
    problem = two_islands(
        households=(10.0,),
        options=[(0, LEO, -1, 100.0), (0, NEW, 0, 0.0)],
        use_option=np.array([0]),
        use_pool=np.array([0]),
        use_amount=np.ones(1),
        pool_capacity=np.array([4.0]),
        arc_capacity_mbps=np.array([0.0]),
    )
    some = empty_solution(problem).with_households(np.array([4.0, 0.0]))
    assert reach_more(problem, some) is some
    everybody = replace(problem, pool_capacity=np.array([10.0]))
    served = some.with_households(np.array([10.0, 0.0]))
    assert reach_more(everybody, served) is served

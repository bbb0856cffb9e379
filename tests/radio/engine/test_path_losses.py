"""Losses of paths are found once in an environment, and keeping them changes no result."""

from __future__ import annotations

import pickle
from dataclasses import fields, replace

import numpy as np
import pytest

from allreach.demand.points import DemandPoints
from allreach.measure.service_links import service_links
from allreach.radio.engine import path_losses
from allreach.radio.engine.link_budget import fwa_terminal, handset
from allreach.radio.engine.path_losses import KeptPaths
from allreach.radio.engine.reception import Environment, Served, serve
from allreach.radio.sites import SiteArrays, site_arrays


@pytest.fixture(scope="module")
def sites(sites_at, environment: Environment) -> SiteArrays:
    frame = sites_at([502_000.0, 507_000.0, 511_000.0], [4_497_000.0, 4_493_000.0, 4_490_000.0], n_sectors=[1, 3, 3])
    return site_arrays(frame, environment.terrain.grid, environment.radio)


@pytest.fixture
def fresh(environment: Environment) -> Environment:
    return replace(environment)


def assert_equal(got: Served, expected: Served, at: slice | np.ndarray = np.s_[:]) -> None:
    for field in fields(Served):
        np.testing.assert_array_equal(
            getattr(got, field.name)[..., at], getattr(expected, field.name)[..., at], err_msg=field.name
        )


def test_indoors_and_a_second_question_find_no_path_anew(sites, points: DemandPoints, fresh: Environment) -> None:
    phone, inside = handset(fresh.radio), handset(fresh.radio, indoors=True)
    first = serve(points.x_m, points.y_m, sites, fresh, phone, keep=True)
    n = fresh.kept.n_found
    assert 0 < n <= sites.n_sites * points.n_points
    assert_equal(serve(points.x_m, points.y_m, sites, fresh, phone, keep=True), first)
    within = serve(points.x_m, points.y_m, sites, fresh, inside, keep=True)
    assert fresh.kept.n_found == n
    assert_equal(within, serve(points.x_m, points.y_m, sites, replace(fresh), inside))


def test_links_take_the_paths_that_coverage_has_found(sites, points: DemandPoints, fresh: Environment) -> None:
    serve(points.x_m, points.y_m, sites, fresh, handset(fresh.radio), keep=True)
    of_phone = fresh.kept.n_found
    stands = np.array([True, False, True])
    links = service_links(sites, stands, points, fresh)
    once = fresh.kept.n_found
    assert once <= 2 * of_phone  # the outdoor antenna's own; the handset's all were there
    again = service_links(sites, stands, points, fresh, margin_db=6.0)  # another round of the plan
    assert fresh.kept.n_found == once
    alone = service_links(sites, stands, points, replace(fresh))
    for field in fields(type(links)):
        np.testing.assert_array_equal(getattr(links, field.name), getattr(alone, field.name), err_msg=field.name)
    assert again.n_links <= links.n_links


@pytest.mark.parametrize("bytes_most", [0, 2000])
def test_too_little_memory_changes_nothing(sites, points: DemandPoints, fresh: Environment, bytes_most: int) -> None:
    phone = handset(fresh.radio)
    expected = serve(points.x_m, points.y_m, sites, fresh, phone)
    tight = replace(fresh)
    tight.kept.bytes_most = bytes_most
    for _ in range(2):
        assert_equal(serve(points.x_m, points.y_m, sites, tight, phone, keep=True), expected)
    assert path_losses.BYTES_A_PATH * len(tight.kept) <= bytes_most


def test_points_that_are_not_wanted_cost_nothing_and_change_nothing(sites, points, fresh: Environment) -> None:
    home = fwa_terminal(fresh.radio)
    wanted = np.arange(points.n_points) % 3 == 0
    some = serve(points.x_m, points.y_m, sites, fresh, home, keep=True, wanted=wanted)
    assert 0 < fresh.kept.n_found <= sites.n_sites * wanted.sum()
    every = serve(points.x_m, points.y_m, sites, fresh, home, keep=True)
    assert_equal(some, every, np.flatnonzero(wanted))
    before = fresh.kept.n_found
    serve(points.x_m, points.y_m, sites, fresh, home, keep=True, wanted=~wanted)  # those of all points serve
    assert fresh.kept.n_found == before


def test_a_longer_range_is_found_anew_and_a_shorter_one_is_not(sites, points, fresh: Environment) -> None:
    stands = np.ones(3, dtype=bool)
    near = service_links(sites, stands, points, fresh, range_km=4.0, margin_db=0.0)
    far = service_links(sites, stands, points, fresh, range_km=12.0, margin_db=0.0)
    n = fresh.kept.n_found
    again = service_links(sites, stands, points, fresh, range_km=4.0, margin_db=0.0)
    assert fresh.kept.n_found == n
    np.testing.assert_array_equal(again.rate_mbps, near.rate_mbps)
    assert far.n_links >= near.n_links


def test_other_terrain_or_parameters_begin_anew(sites, points: DemandPoints, fresh: Environment) -> None:
    serve(points.x_m, points.y_m, sites, fresh, handset(fresh.radio), keep=True)
    other = replace(fresh, n0=360.0)
    assert other.kept.n_found == 0
    travelled = pickle.loads(pickle.dumps(fresh.kept))
    assert (travelled.n_found, travelled.bytes_most) == (0, KeptPaths().bytes_most)

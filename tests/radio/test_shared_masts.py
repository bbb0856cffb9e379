"""Operators that share a mast, and homes that have fibre already: who is reached today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest

from allreach.demand.points import DemandPoints
from allreach.measure.shared_masts import shared_masts
from allreach.measure.today import measure
from allreach.params.load import Params
from allreach.radio.engine.reception import Environment
from allreach.radio.sites import site_arrays

SitesAt = Callable[..., gpd.GeoDataFrame]
X_M, Y_M = [505_000.0, 509_000.0], [4_493_000.0, 4_495_000.0]


@pytest.fixture
def busy(environment: Environment) -> Environment:
    """So much traffic that the sectors of one operator are full."""
    return replace(environment, standard=environment.standard.model_copy(update={"busy_hour_mbps": 0.6}))


def rows(sites_at: SitesAt, operators: list[str], **columns: object) -> gpd.GeoDataFrame:
    n = len(operators)
    return sites_at(X_M * n, Y_M * n, operator=np.repeat(operators, 2), **columns)


def reached(points, sites, environment, params) -> float:
    return measure(points, sites, environment, params.demand, with_rasters=False).summary.predicted_share.value


def test_people_of_a_shared_mast_are_spread_over_its_operators(
    points: DemandPoints, sites_at: SitesAt, busy: Environment, params: Params
) -> None:
    alone = reached(points, rows(sites_at, ["A"]), busy, params)
    shared = measure(points, rows(sites_at, ["A", "B", "C"]), busy, params.demand, with_rasters=False)
    share = shared.summary.predicted_share
    assert alone < 0.9 * share.value  # with ties to the first operator it was the same as alone
    assert share.p5 <= share.value <= share.p95
    load = shared.points.loads.load
    np.testing.assert_array_equal(load[0], load[2])  # all operators of a mast fill alike
    np.testing.assert_array_equal(load[0], load[4])
    # capacity is that of one row with the spectrum of all
    whole = measure(points, rows(sites_at, ["A"], bandwidth_mhz=30.0), busy, params.demand, with_rasters=False)
    eligible = shared.points.peak_mbps >= busy.standard.dl_mbps
    served, most = shared.points.reached_share[eligible].sum(), whole.points.reached_share[eligible].sum()
    assert served == pytest.approx(most, rel=0.02)


def test_neither_the_operators_names_nor_their_order_matter(
    points: DemandPoints, sites_at: SitesAt, busy: Environment, params: Params
) -> None:
    one = reached(points, rows(sites_at, ["A", "B"]), busy, params)
    assert reached(points, rows(sites_at, ["Z", "A"]), busy, params) == pytest.approx(one, abs=1e-12)
    aside = rows(sites_at, ["A", "B"])
    moved = [x + (3.0 if i > 1 else 0.0) for i, x in enumerate(X_M * 2)]  # drawn three metres apart
    assert reached(points, aside.set_geometry(sites_at(moved, Y_M * 2).geometry), busy, params) == pytest.approx(
        one, rel=0.02
    )


def test_only_rows_that_are_heard_alike_share(sites_at: SitesAt, environment: Environment) -> None:
    def arrays(**columns: object):
        sites = sites_at([505_000.0] * 3, [4_493_000.0] * 3, operator=["A", "B", "B"], **columns)
        return site_arrays(sites, environment.terrain.grid, environment.radio)

    alike = shared_masts(arrays(backhaul_mbps=[100.0, 50.0, 50.0]))
    assert alike.first.tolist() == [0, 0, 0]
    assert alike.sites.bandwidth_mhz.tolist() == [20.0] * 3  # the second row of B is no third operator
    assert alike.sites.backhaul_mbps.tolist() == [150.0] * 3
    other = shared_masts(arrays(height_agl_m=[30.0, 40.0, 40.0]))
    assert other.first.tolist() == [0, 1, 2]
    assert other.sites.bandwidth_mhz.tolist() == [10.0] * 3


def test_homes_with_fibre_at_the_premises_are_reached_whatever_the_masts_do(
    points: DemandPoints, sites_at: SitesAt, environment: Environment, params: Params
) -> None:
    share = np.linspace(0.0, 1.0, points.n_places)
    with_fibre = replace(points, places=points.places.assign(fibre_share=share))
    got = measure(with_fibre, sites_at([], []), environment, params.demand, with_rasters=False)
    np.testing.assert_allclose(got.places["predicted_share"], share, atol=1e-12)
    unknown = replace(points, places=points.places.assign(fibre_share=np.nan))
    got = measure(unknown, sites_at([], []), environment, params.demand, with_rasters=False)
    assert got.places["predicted_share"].max() == 0.0

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach import tables
from allreach.demand.points import DemandPoints
from allreach.grid import Grid
from allreach.measure.places_table import weighted_median
from allreach.measure.today import StandingNetworks, measure
from allreach.params.country_config import ServiceStandard
from allreach.params.load import Params
from allreach.radio.engine.reception import Environment

SitesAt = Callable[..., gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def sites(sites_at: SitesAt) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(8)
    return sites_at(
        (500_000 + rng.uniform(1000, 13_000, 5)).tolist(), (4_488_000 + rng.uniform(1000, 11_000, 5)).tolist(),
        height_agl_m=rng.uniform(25, 50, 5), n_sectors=[3, 3, 1, 3, 3], technologies=["4G", "4G", "4G", "2G", "4G;5G"],
        evidence=["open", "official", "open", "measured", "synthetic"],
    )  # fmt: skip


def exchange(grid: Grid, x_m: float, y_m: float, status: str = "operational") -> gpd.GeoDataFrame:
    lon_deg, lat_deg = grid.to_lonlat([x_m], [y_m])
    frame = gpd.GeoDataFrame(
        {"fibre_id": ["X"], "feature": ["node"], "kind": ["exchange"], "status": [status], "evidence": ["official"]},
        geometry=gpd.points_from_xy(lon_deg, lat_deg), crs=tables.CRS,
    )  # fmt: skip
    return tables.conform(frame, "fibre")


def test_places_and_summary(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params
) -> None:
    got = measure(points, sites, environment, params.demand)
    table = got.places
    assert [c.name for c in tables.schema("measure_places")] == list(table.columns)
    assert table["place_id"].tolist() == sorted(table["place_id"])
    assert table["population"].sum() == points.places["population"].sum()
    assert table[["passed_share", "orderable_share", "used_share"]].isna().all(axis=None)
    for name in ("predicted_share", "outdoor_share", "full_share"):
        assert table[name].between(0, 1).all()
        figure = getattr(got.summary, name)
        assert figure.p5 <= figure.value <= figure.p95
        total = (table[name] * table["population"]).sum() / table["population"].sum()
        assert figure.value == pytest.approx(total)
    assert (table["predicted_share"] <= table["outdoor_share"] + 1e-12).all()
    assert 0.01 < got.summary.predicted_share.value < 1.0
    assert (table.loc[table["predicted_share"] > 0, "dl_mbps"] > 0).all()
    assert (table.loc[table["predicted_share"] == 0, "dl_mbps"] == 0).all()
    assert set(table["best_site_id"]) <= set(sites["site_id"])
    assert set(table["evidence"]) <= {"modelled", "synthetic"}
    assert (got.points.loads.load <= params.radio.load_cap.value + 1e-12).all()
    assert json.loads(json.dumps(got.summary.as_dict())) == got.summary.as_dict()
    assert set(got.rasters) == {"coverage_rx_power_dbm_800", "coverage_rx_power_dbm_1800", "coverage_sinr_db",
                                "coverage_dl_mbps", "coverage_state"}  # fmt: skip


def test_no_sites_reach_nobody(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params
) -> None:
    got = measure(points, sites.iloc[:0], environment, params.demand)
    assert (got.places["predicted_share"] == 0).all()
    assert got.summary.predicted_share.as_dict() == {"value": 0.0, "p5": 0.0, "p95": 0.0}
    assert (got.places["best_site_id"] == "").all()
    assert got.places["rx_power_dbm"].isna().all()


@settings(deadline=None, derandomize=True, max_examples=6)
@given(st.floats(0.05, 3.0), st.floats(1.0, 4.0))
def test_higher_demand_never_reaches_more(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params, busy: float, factor: float
) -> None:
    low, high = (
        measure(
            points, sites,
            replace(environment, standard=ServiceStandard(dl_mbps=5, busy_hour_mbps=value, locations_share=0.9)),
            params.demand, with_rasters=False,
        ).points
        for value in (busy, busy * factor)
    )  # fmt: skip
    assert (high.reached_share <= low.reached_share + 1e-12).all()
    assert (high.turned_away_share >= low.turned_away_share - 1e-12).all()


def test_full_sectors_turn_people_away(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params
) -> None:
    standard = ServiceStandard(dl_mbps=5, busy_hour_mbps=4.0, locations_share=0.9, hours_share=0.9)
    got = measure(points, sites, replace(environment, standard=standard), params.demand, with_rasters=False)
    easy = measure(points, sites, environment, params.demand, with_rasters=False)
    assert got.points.loads.load.max() == pytest.approx(params.radio.load_cap.value)
    assert got.places["full_share"].max() > 0.3
    under_signal = got.places["predicted_share"] + got.places["full_share"]
    np.testing.assert_allclose(under_signal, easy.places["predicted_share"] + easy.places["full_share"])


def test_rows_permuted_same_result(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params
) -> None:
    first = measure(points, sites, environment, params.demand, seed=4)
    second = measure(points, sites.sample(frac=1, random_state=2), environment, params.demand, seed=4)
    pd.testing.assert_frame_equal(first.places, second.places, check_exact=True)
    assert first.summary == second.summary
    for name, values in first.rasters.items():
        np.testing.assert_array_equal(values, second.rasters[name])
    other = measure(points, sites, environment, params.demand, seed=5, with_rasters=False)
    assert other.summary.predicted_share.value == first.summary.predicted_share.value
    assert other.summary.predicted_share != first.summary.predicted_share


def test_fixed_lines_reach_their_neighbourhood_and_relieve_the_sectors(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params
) -> None:
    grid = environment.terrain.grid
    busy = replace(environment, standard=ServiceStandard(dl_mbps=5, busy_hour_mbps=2.0, locations_share=0.9))
    x_m, y_m = points.x_m[0], points.y_m[0]
    without = measure(points, sites, busy, params.demand, with_rasters=False)
    got = measure(
        points, sites, busy, params.demand, StandingNetworks(fibre=exchange(grid, x_m, y_m)), with_rasters=False
    )
    inside = np.hypot(points.x_m - x_m, points.y_m - y_m) <= 1000.0 * params.radio.fixed_reach_km.value
    np.testing.assert_array_equal(got.points.fixed_share, inside.astype(float))
    assert (got.points.reached_share[inside] == 1).all()
    assert (got.points.reached_share >= without.points.reached_share - 1e-12).all()
    assert got.places.loc[0, "predicted_share"] > without.places.loc[0, "predicted_share"]
    standing = StandingNetworks(fibre=exchange(grid, x_m, y_m, "planned"))
    planned = measure(points, sites, busy, params.demand, standing, with_rasters=False)
    assert planned.points.fixed_share.sum() == 0


@pytest.mark.parametrize(
    ("dl_mbps", "share", "told_mbps"), [(5, 0.6, 10), (25, 0.4, 30), (40, 0.2, 1000), (1100, 0, 0)]
)
def test_lines_of_a_known_speed_reach_whom_they_are_fast_enough_for(
    points: DemandPoints, environment: Environment, params: Params, dl_mbps: float, share: float, told_mbps: float
) -> None:
    lines = {"passed_share": 0.7, "fibre_share": 0.2, "passed_over_10_mbps_share": 0.6, "used_over_30_mbps_share": 0.4}
    with_lines = replace(points, places=points.places.assign(**lines))
    asked = replace(environment, standard=ServiceStandard(dl_mbps=dl_mbps))
    got = measure(with_lines, tables.empty("sites"), asked, params.demand, with_rasters=False)
    assert got.summary.fixed_share == pytest.approx(share)
    assert got.summary.predicted_share.value == pytest.approx(share)
    assert got.summary.lines.passed_share == pytest.approx(0.7)
    assert got.summary.lines.unknown_speed_share == pytest.approx(0.1)
    assert [tier.by_line_share for tier in got.summary.speeds] == pytest.approx([0.6, 0.4, 0.2, 0.2])
    assert set(got.places["dl_mbps"]) == {told_mbps}
    assert (got.summary.lines.why_not_reached is None) == (share > 0)


def test_lines_sold_slower_are_not_of_unknown_speed(
    points: DemandPoints, environment: Environment, params: Params
) -> None:
    lines = {"passed_share": 0.7, "used_share": 0.5, "used_over_10_mbps_share": 0.3}
    with_lines = replace(points, places=points.places.assign(**lines))
    got = measure(with_lines, tables.empty("sites"), environment, params.demand, with_rasters=False)
    assert got.summary.lines.unknown_speed_share == pytest.approx(0.2)
    assert got.summary.fixed_share == pytest.approx(0.3)


def test_an_exchange_says_what_its_lines_are(points: DemandPoints, environment: Environment, params: Params) -> None:
    grid, x_m, y_m = environment.terrain.grid, points.x_m[0], points.y_m[0]
    distance_m = np.hypot(points.x_m - x_m, points.y_m - y_m)

    def fixed(asked_mbps: float, **own: object) -> tuple[np.ndarray, float]:
        asked = replace(environment, standard=ServiceStandard(dl_mbps=asked_mbps))
        fibre = tables.conform(exchange(grid, x_m, y_m).assign(**own), "fibre")
        got = measure(points, tables.empty("sites"), asked, params.demand, StandingNetworks(fibre), with_rasters=False)
        return got.points.fixed_share, got.summary.lines.unknown_speed_share

    copper = {"technology": "copper", "reach_km": 1.0}
    inside = (distance_m <= 1000.0).astype(float)
    np.testing.assert_array_equal(fixed(20, **copper, dl_mbps=20.0)[0], inside)
    assert fixed(21, **copper, dl_mbps=20.0)[0].sum() == 0
    assert fixed(21, **copper, dl_mbps=20.0)[1] == 0.0
    share, unknown = fixed(5, **copper)
    assert share.sum() == 0
    assert unknown == pytest.approx(float(points.population @ inside) / float(points.population.sum()))
    assert fixed(300, dl_mbps=200.0)[0].sum() == 0  # fibre that the exchange sells slower
    assert fixed(200, dl_mbps=200.0)[0].sum() > 0


def test_only_what_the_folder_states_is_passed_orderable_or_used(
    points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params
) -> None:
    commitments = tables.conform(
        pd.DataFrame(
            {
                "commitment_id": ["a", "b", "c", "d"],
                "operator": "A",
                "place_id": ["P01", "P02", "P03", "P04"],
                "technology": ["fibre", "mobile", "fibre", "fibre"],
                "year": [2024, 2025, 2030, 2024],
                "dl_mbps": [100.0, 50.0, 100.0, 1.0],
                "households_share": [0.6, 0.8, 1.0, 1.0],
            }
        ),
        "commitments",
    )
    stated = replace(points, places=points.places.assign(used_share=[0.25] + [np.nan] * 11))
    got = measure(
        stated,
        sites,
        environment,
        params.demand,
        StandingNetworks(commitments=commitments, base_year=2026),
        with_rasters=False,
    )
    table = got.places.set_index("place_id")
    assert table["passed_share"].dropna().to_dict() == {"P01": 0.6}
    assert table["orderable_share"].dropna().to_dict() == {"P01": 0.6, "P02": 0.8}
    assert table["used_share"].dropna().to_dict() == {"P00": 0.25}


def test_weighted_median() -> None:
    group = np.array([0, 0, 0, 1, 1, 2], dtype=np.int32)
    got = weighted_median(
        group, np.array([5.0, 1.0, 9.0, 2.0, 4.0, np.nan]), np.array([1.0, 1.0, 1.0, 3.0, 1.0, 2.0]), 4
    )
    np.testing.assert_array_equal(got, [5.0, 2.0, np.nan, np.nan])

"""Coverage polygons beside the prediction: shares add up, a larger claim claims more, an equal one agrees wholly."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.features import shapes

from allreach import tables
from allreach.demand.points import DemandPoints
from allreach.measure.coverage_claims import Agreement, claimed_pixels, coverage_claims
from allreach.measure.coverage_rasters import CoverageRasters, coverage_rasters
from allreach.measure.summary import ClaimMatrix
from allreach.radio.engine.reception import Environment
from allreach.radio.sites import site_arrays


@pytest.fixture(scope="module")
def sites(sites_at) -> gpd.GeoDataFrame:
    return sites_at(
        [503_000.0, 509_500.0], [4_494_000.0, 4_491_500.0], operator=["A", "B"], band_mhz=[800.0, 800.0],
        technologies=["4G", "2G;4G;5G"],
    )  # fmt: skip


@pytest.fixture(scope="module")
def covered(sites: gpd.GeoDataFrame, environment: Environment) -> CoverageRasters:
    """What operator A covers."""
    arrays = site_arrays(sites.iloc[:1], environment.terrain.grid, environment.radio)
    return coverage_rasters(arrays, environment)


def claims_of(*areas, environment: Environment, **columns) -> gpd.GeoDataFrame:
    """Claims of areas on the map."""
    frame = gpd.GeoDataFrame(
        {"claim_id": [f"c{i}" for i in range(len(areas))], "operator": "A", "technology": "4G"} | columns,
        geometry=gpd.GeoSeries(list(areas), crs=environment.terrain.grid.crs).to_crs(tables.CRS),
    )
    return tables.conform(frame, "coverage_claims")


def drawn(pixels: np.ndarray, environment: Environment) -> shapely.Geometry:
    """Area of some pixels."""
    parts = shapes(pixels.astype("uint8"), mask=pixels, transform=environment.terrain.grid.transform)
    return shapely.union_all([shapely.geometry.shape(part) for part, _ in parts])


def shares(matrix: ClaimMatrix | None) -> list[float]:
    assert matrix is not None
    return [matrix.both_share, matrix.claimed_only_share, matrix.predicted_only_share, matrix.neither_share]


def test_a_claim_equal_to_the_prediction_agrees_wholly(
    sites: gpd.GeoDataFrame, points: DemandPoints, environment: Environment, covered: CoverageRasters
) -> None:
    signal = (covered.rx_power_dbm >= environment.radio.sensitivity_dbm.value).any(axis=0)
    assert 0 < signal.mean() < 1
    found = coverage_claims(claims_of(drawn(signal, environment), environment=environment), points, sites, environment)
    (one,) = found.agreements
    for matrix in (one.people, one.area):
        both, claimed, predicted, neither = shares(matrix)
        assert (claimed, predicted) == (0.0, 0.0)
        assert both + neither == pytest.approx(1.0)
        assert both > 0.0
    assert one.places_contested == 0
    assert set(found.places["who_says_so"]) <= {"both", "nobody"}
    (raster,) = found.rasters.values()
    np.testing.assert_array_equal(raster == Agreement.BOTH, signal)


@settings(max_examples=15, deadline=None, derandomize=True, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.floats(0.05, 1.0), st.floats(0.05, 1.0), st.floats(0.0, 0.9))
def test_shares_add_up_and_a_larger_claim_never_claims_less(
    sites: gpd.GeoDataFrame, points: DemandPoints, environment: Environment, covered: CoverageRasters,
    width: float, height: float, more: float,
) -> None:  # fmt: skip
    west, south, east, north = environment.terrain.grid.bounds_m
    x_m, y_m = east - west, north - south
    small = shapely.box(west, south, west + width * x_m, south + height * y_m)
    large = shapely.box(west, south, west + (width + more * (1 - width)) * x_m, south + height * y_m)
    of_a = sites.iloc[:1]  # then the coverage of all sites is that of the operator
    before, after = (
        coverage_claims(claims_of(area, environment=environment), points, of_a, environment, known=covered).agreements[
            0
        ]
        for area in (small, large)
    )
    for one in (before, after):
        assert sum(shares(one.people)) == pytest.approx(1.0)
        assert sum(shares(one.area)) == pytest.approx(1.0)
        both, claimed, *_ = shares(one.people)
        assert both + claimed == pytest.approx(one.claimed_people_share)
        both, claimed, *_ = shares(one.area)
        assert (both + claimed) * one.area_km2 == pytest.approx(one.claimed_area_km2)
    assert after.claimed_people_share >= before.claimed_people_share
    assert after.claimed_area_km2 >= before.claimed_area_km2
    predicted = [shares(one.people)[0] + shares(one.people)[2] for one in (before, after)]
    assert predicted[0] == pytest.approx(predicted[1])  # a claim moves no prediction


def test_polygons_of_one_network_count_together_and_once(points: DemandPoints, environment: Environment) -> None:
    west, south, east, north = environment.terrain.grid.bounds_m
    middle = (west + east) / 2
    left, right = shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)
    grid = environment.terrain.grid
    apart = claimed_pixels(claims_of(left, right, left, environment=environment), grid)
    assert apart.all()
    assert not claimed_pixels(claims_of(left, environment=environment), grid)[:, -1].any()


def test_networks_and_levels_apart_and_none_predicted_without_a_site(
    sites: gpd.GeoDataFrame, points: DemandPoints, environment: Environment
) -> None:
    whole = shapely.box(*environment.terrain.grid.bounds_m)
    columns = {"operator": ["A", "A", "A", "B", "C"], "technology": ["4G", "4G", "5G", "5G", "4G"],
               "level": ["outdoor", "indoor", "outdoor", "outdoor", "outdoor"], "source": "regulator",
               "date": "2025-12-31"}  # fmt: skip
    found = coverage_claims(claims_of(*[whole] * 5, environment=environment, **columns), points, sites, environment)
    by = {(one.operator, one.technology, one.level): one for one in found.agreements}
    assert len(by) == 5
    assert all(one.claimed_people_share == pytest.approx(1.0) for one in found.agreements)
    outdoors, indoors = (shares(by["A", "4G", level].people)[0] for level in ("outdoor", "indoor"))
    assert indoors < outdoors  # the loss of walls
    for nobody in (("A", "5G", "outdoor"), ("C", "4G", "outdoor")):
        assert by[nobody].people is None
        assert "no site of this operator" in str(by[nobody].why_not)
    alone = found.places[found.places["operator"] == "C"]
    assert set(alone["who_says_so"]) == {"claim_alone"}
    assert alone["predicted_share"].isna().all()
    assert not alone["is_contested"].any()
    assert set(found.places["source"]) == {"regulator"}
    claimed = found.places[found.places["operator"] == "A"].query("technology == '4G' and level == 'indoor'")
    contested = claimed[claimed["predicted_share"] < 0.5]
    assert len(contested) == by["A", "4G", "indoor"].places_contested
    assert len(found.rasters) == 3


def test_a_higher_level_is_predicted_for_fewer(
    sites: gpd.GeoDataFrame, points: DemandPoints, environment: Environment
) -> None:
    whole = shapely.box(*environment.terrain.grid.bounds_m)
    claims = claims_of(whole, whole, environment=environment, level_dbm=[-90.0, -60.0])
    weak, strong = coverage_claims(claims, points, sites, environment).agreements
    assert (weak.level_dbm, strong.level_dbm) == (-90.0, -60.0)
    assert shares(strong.area)[0] < shares(weak.area)[0]
    assert len({weak.raster, strong.raster}) == 2


def test_second_carriers_send_broadband_alone(sites_at, points: DemandPoints, environment: Environment) -> None:
    weak = sites_at([503_000.0], [4_494_000.0], operator=["A"], technologies=["2G;4G"], band_mhz=[1800.0],
                    eirp_dbm=[40.0], second_band_mhz=[800.0], second_eirp_dbm=[65.0])  # fmt: skip
    west, south, east, north = environment.terrain.grid.bounds_m
    whole = [shapely.box(west, south, east, north)] * 2
    claims = claims_of(*whole, environment=environment, technology=["2G", "4G"])
    arrays = site_arrays(weak, environment.terrain.grid, environment.radio)
    known = coverage_rasters(arrays, environment)
    for given_map in (None, known):
        old, new = coverage_claims(claims, points, weak, environment, known=given_map).agreements
        assert (old.technology, new.technology) == ("2G", "4G")
        assert old.area is not None
        assert new.area is not None
        assert old.area.both_share < new.area.both_share
    bands = list(known.bands_mhz)
    first = known.rx_power_dbm[bands.index(1800.0)] >= environment.radio.sensitivity_dbm.value
    land = np.isfinite(environment.terrain.ground_m) & (environment.terrain.zones != 1)
    assert old.area.both_share == pytest.approx(first[land].mean())

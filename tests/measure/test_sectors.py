"""How full sectors are: the table of today and of a planned network, and the operators of a mast in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from allreach import tables
from allreach.demand.points import DemandPoints
from allreach.measure.planned_network import planned_sites, verify
from allreach.measure.today import MeasureResult, measure
from allreach.params.load import Params
from allreach.radio.engine.reception import Environment

SitesAt = Callable[..., gpd.GeoDataFrame]
X_M, Y_M = [505_000.0, 509_000.0], [4_493_000.0, 4_495_000.0]


def with_standard(environment: Environment, **changes: float) -> Environment:
    return replace(environment, standard=environment.standard.model_copy(update=changes))


@pytest.fixture
def busy(environment: Environment) -> Environment:
    """So much traffic that sectors are full."""
    return with_standard(environment, busy_hour_mbps=0.6)


def of(points: DemandPoints, sites: gpd.GeoDataFrame, environment: Environment, params: Params) -> MeasureResult:
    return measure(points, sites, environment, params.demand, with_rasters=False)


def test_sectors_hold_the_people_whom_signal_and_speed_reach(
    points: DemandPoints, sites_at: SitesAt, busy: Environment, params: Params
) -> None:
    sites = sites_at(
        [*X_M, 500_500.0], [*Y_M, 4_488_500.0], n_sectors=[3, 1, 3], azimuth_deg=[350.0, 0.0, 0.0],
        technologies=["4G", "4G", "2G"],
    )  # fmt: skip
    got = of(points, sites, busy, params)
    table = got.sectors
    assert list(table.columns) == [column.name for column in tables.schema("measure_sectors")]
    assert table["site_id"].tolist() == ["S000"] * 3 + ["S001"]  # no broadband, no sector
    assert table["azimuth_deg"].tolist()[:3] == [350.0, 110.0, 230.0]
    assert np.isnan(table["azimuth_deg"].iloc[3])
    assert table["load"].le(params.radio.load_cap.value + 1e-9).all()
    assert table["wanted_load"].ge(table["load"] - 1e-9).all()
    turned_away = (table["people"] * table["turned_away_share"]).sum()
    assert turned_away == pytest.approx(points.population @ got.points.turned_away_share, abs=2.0)
    served = points.population @ (got.points.reached_share - got.points.fixed_share)
    assert table["people"].sum() - turned_away == pytest.approx(served, abs=4.0)
    assert table["turned_away_share"].max() > 0.1
    full = table["turned_away_share"] > 0
    np.testing.assert_allclose(table.loc[full, "load"], params.radio.load_cap.value)


def test_operators_of_a_mast_share_its_people(
    points: DemandPoints, sites_at: SitesAt, busy: Environment, params: Params
) -> None:
    one = of(points, sites_at(X_M, Y_M, operator=["A", "A"], bandwidth_mhz=20.0), busy, params).sectors
    two = of(
        points, sites_at(X_M * 2, Y_M * 2, operator=["A", "A", "B", "B"], bandwidth_mhz=[5.0, 5.0, 15.0, 15.0]), busy,
        params,
    ).sectors  # fmt: skip
    a, b = two[:6].reset_index(drop=True), two[6:].reset_index(drop=True)
    np.testing.assert_allclose(b["people"], 3 * a["people"], atol=3.0)
    np.testing.assert_allclose(a["turned_away_share"], b["turned_away_share"], rtol=1e-12)
    assert two["people"].sum() <= one["people"].sum() + 6


@pytest.mark.parametrize("k", [2, 3, 5])
def test_one_row_or_its_spectrum_split_over_k_rows_reach_alike(
    points: DemandPoints, sites_at: SitesAt, environment: Environment, params: Params, k: int
) -> None:
    """Same power density, same masts; a speed that one operator's share gives wherever the whole spectrum does."""
    slow = with_standard(environment, dl_mbps=0.01, busy_hour_mbps=0.6)
    # the signal must count at the density of a k-th of the power
    loud = replace(slow, radio=slow.radio.model_copy(
        update={"sensitivity_dbm": slow.radio.sensitivity_dbm.model_copy(update={"value": -140.0})}
    ))  # fmt: skip
    whole = of(points, sites_at(X_M, Y_M, operator=["A", "A"], bandwidth_mhz=30.0, eirp_dbm=62.0), loud, params)
    names = np.repeat([f"O{i}" for i in range(k)], 2)
    split = of(
        points,
        sites_at(X_M * k, Y_M * k, operator=names, bandwidth_mhz=30.0 / k, eirp_dbm=62.0 - 10.0 * np.log10(k)),
        loud, params,
    )  # fmt: skip
    shares = [found.summary.predicted_share.value for found in (whole, split)]
    assert 0.05 < shares[0] < 0.95
    assert whole.sectors["turned_away_share"].max() > 0.05
    assert shares[1] == pytest.approx(shares[0], abs=1e-4)
    np.testing.assert_allclose(split.places["predicted_share"], whole.places["predicted_share"], atol=1e-3)
    assert split.sectors["people"].sum() == pytest.approx(whole.sectors["people"].sum(), abs=6 * k)


def test_sectors_of_a_planned_network_hold_whom_the_plan_gives_them(
    points: DemandPoints, sites_at: SitesAt, busy: Environment, params: Params
) -> None:
    sites = sites_at(X_M, Y_M)
    best = of(points, sites, busy, params).places["best_site_id"]
    households = points.places["households"].to_numpy()
    rows = pd.DataFrame({
        "place_id": points.places["place_id"], "households": households, "population": points.places["population"],
        "technology": "existing", "site_id": best.replace("", "S000").to_numpy(), "dl_mbps": busy.standard.dl_mbps,
    })  # fmt: skip
    seen = verify(points, planned_sites(sites, tables.empty("plan_sites")), rows, busy, params.demand)
    table = seen.sectors
    assert list(table.columns) == [column.name for column in tables.schema("measure_sectors")]
    assert seen.summary.households_lost_to_load > 10
    size = points.population.sum() / points.households.sum()
    lost = (table["people"] * table["turned_away_share"]).sum() / size
    assert lost == pytest.approx(seen.summary.households_lost_to_load, rel=0.1)
    assert table["load"].max() == pytest.approx(seen.summary.fullest_sector_load)
    assert (table["wanted_load"] >= table["load"] - 1e-9).all()


def test_what_the_sites_do_not_say_is_counted_and_lowers_the_evidence(
    points: DemandPoints, sites_at: SitesAt, environment: Environment, params: Params
) -> None:
    said = {"band_mhz": 800.0, "bandwidth_mhz": 10.0, "eirp_dbm": 62.0, "technologies": "4G"}
    radio = params.radio
    power = radio.coverage_tx_power_dbm.value + radio.coverage_antenna_gain_dbi.value
    as_params = {**said, "bandwidth_mhz": radio.coverage_bandwidth_mhz.value, "eirp_dbm": power}
    known = of(points, sites_at(X_M, Y_M, evidence="official", **as_params), environment, params)
    assert known.summary.assumed_sites.as_dict() == {"spectrum": 0, "technologies": 0, "power": 0}
    assert "synthetic" not in set(known.places["evidence"])
    bare = of(points, sites_at(X_M, Y_M, evidence="official"), environment, params)
    assert bare.summary.assumed_sites.as_dict() == {"spectrum": 2, "technologies": 2, "power": 2}
    served = bare.places["best_site_id"] != ""
    assert set(bare.places.loc[served, "evidence"]) == {"synthetic"}
    assert bare.summary.evidence == "synthetic"
    # the figures themselves are those of the parameters
    np.testing.assert_array_equal(bare.places["predicted_share"], known.places["predicted_share"])
    mixed = {**said, "bandwidth_mhz": [10.0, np.nan], "technologies": ["4G", "2G;4G"]}
    assert of(points, sites_at(X_M, Y_M, **mixed), environment, params).summary.assumed_sites.spectrum == 1

"""Why a point is or is not covered."""

from __future__ import annotations

import numpy as np
import pytest
import rioxarray  # noqa: F401  (the accessor .rio)
import xarray as xr
from pyproj import Transformer

from allreach.errors import InputError
from allreach.radio import coverage, explain, path_loss

TO_UTM = Transformer.from_crs(4326, 32632, always_xy=True)
TO_LONLAT = Transformer.from_crs(32632, 4326, always_xy=True)
X, Y = 500_000.0 + 50.0 * np.arange(300), 5_200_000.0 - 50.0 * np.arange(80)


def ground(heights: np.ndarray) -> xr.DataArray:
    return xr.DataArray(heights + 0.0 * Y[:, None], {"y": Y, "x": X}, ("y", "x")).rio.write_crs("EPSG:32632")


def at(x: float, y: float = 5_198_000.0) -> tuple[float, float]:
    lon, lat = TO_LONLAT.transform(x, y)
    return float(lon), float(lat)


MAST = {"site_id": "M", "lon_deg": at(500_500)[0], "lat_deg": at(500_500)[1], "n_sectors": 1, "downtilt_deg": 0.0}
TWO_RIDGES = ground(200 + 160 * np.exp(-(((X - 504_000) / 200) ** 2)) + 60 * np.exp(-(((X - 507_500) / 200) ** 2)))


def test_the_ridge_that_costs_most_is_named() -> None:
    lon, lat = at(509_000)
    why = explain(TWO_RIDGES, MAST, lon_deg=lon, lat_deg=lat, freq_mhz=800, range_km=10, threshold_dbm=-80)
    assert not why.is_covered
    first = why.obstacles.iloc[0]
    assert first.peak_km == pytest.approx(3.5, abs=0.1)
    assert first.height_masl == pytest.approx(360, abs=2)
    assert first.above_line_m == pytest.approx(360 - 230 + 28.5 * 3.5 / 8.5, abs=3)
    x, y = TO_UTM.transform(first.lon_deg, first.lat_deg)
    assert np.hypot(x - 504_000, y - 5_198_000) < 60
    assert (np.diff(why.obstacles.cost_db) <= 0).all()
    assert first.cost_db > 15
    for text in ("Not covered", "site M", "8.5 km to the west", "3.5 km from the site", "360 m above sea level"):
        assert text in why.sentence
    assert "above the line" in str(why)


def test_cost_of_an_obstacle_is_the_loss_less_the_loss_without_it() -> None:
    lon, lat = at(509_000)
    why = explain(TWO_RIDGES, {**MAST, "height_agl_m": 60.0}, lon_deg=lon, lat_deg=lat, freq_mhz=800, range_km=10)
    path = why.profile
    d_km = path.distance_km
    lowest = path.line_m - 0.6 * path.fresnel_m - path.bulge_m
    assert len(why.obstacles) >= 2

    def loss_without(gone: xr.DataArray) -> float:
        lowered = path.ground_m.where(~(gone & (d_km > 0) & (d_km < d_km[-1])), np.minimum(path.ground_m, lowest))
        return float(path_loss(path.assign(ground_m=lowered), freq_mhz=800, tx_height_m=60.0).path_loss_db)

    clear = loss_without(d_km >= 0)
    for row in why.obstacles.itertuples():
        here = (d_km >= row.from_km - 1e-9) & (d_km <= row.to_km + 1e-9)
        assert row.cost_db == pytest.approx(loss_without(~here) - clear, abs=1e-6)
        assert row.gain_if_gone_db == pytest.approx(loss_without(d_km < 0) - loss_without(here), abs=1e-6)
    assert why.obstacles.cost_db[0] > 10


def test_the_budget_adds_up_and_is_that_of_the_map() -> None:
    lon, lat = at(509_025, 5_197_975)
    options = {"freq_mhz": 800, "range_km": 10}
    why = explain(TWO_RIDGES, MAST, lon_deg=lon, lat_deg=lat, **options)
    steps = why.budget.set_index("step")["value"]
    total = steps.iloc[: list(steps.index).index("received power")].sum()
    assert total == pytest.approx(steps["received power"], abs=1e-6)
    assert steps["margin"] == pytest.approx(steps["received power"] - steps["threshold"])
    on_map = coverage(TWO_RIDGES, MAST, **options).rx_power_dbm.sel(x=509_025, y=5_197_975, method="nearest")
    assert float(on_map) == pytest.approx(steps["received power"], abs=1.5)


def test_remedies_cover_and_a_little_less_does_not() -> None:
    low = ground(200 + 60 * np.exp(-(((X - 504_000) / 200) ** 2)))
    lon, lat = at(509_000)
    options = {"freq_mhz": 800, "range_km": 10}
    today = explain(low, MAST, lon_deg=lon, lat_deg=lat, **options).budget.set_index("step")["value"]
    options["threshold_dbm"] = today["received power"] + 6.0
    why = explain(low, MAST, lon_deg=lon, lat_deg=lat, **options)
    by = why.remedies.set_index("remedy")["value"]
    assert 30 < by["mast_height"] <= 150
    for height_m, is_covered in ((by["mast_height"], True), (by["mast_height"] - 1.0, False)):
        other = explain(low, {**MAST, "height_agl_m": height_m}, lon_deg=lon, lat_deg=lat, **options)
        assert other.is_covered is is_covered
    near_x = 509_000 - 1000.0 * by["nearer_site"]
    nearer = {**MAST, "lon_deg": at(near_x)[0], "lat_deg": at(near_x)[1]}
    margin = explain(low, nearer, lon_deg=lon, lat_deg=lat, **options).budget.set_index("step").value["margin"]
    assert margin > -1.0  # the profile is sampled anew
    assert by["turned_sector"] == 0.0  # an omnidirectional mast
    assert by["more_power"] == pytest.approx(-why.budget.set_index("step").value["margin"])


def test_turning_a_sector_is_a_remedy() -> None:
    flat = ground(np.full(len(X), 200.0))
    lon, lat = at(506_000)
    away = {**MAST, "n_sectors": 3, "azimuth_deg": 30.0}
    options = {"freq_mhz": 800, "range_km": 10}
    power, turned = (
        explain(flat, {**away, "azimuth_deg": a}, lon_deg=lon, lat_deg=lat, **options)
        .budget.set_index("step")
        .value["received power"]
        for a in (30.0, 90.0)
    )
    why = explain(flat, away, lon_deg=lon, lat_deg=lat, threshold_dbm=power + 1.0, **options)
    gain = why.remedies.set_index("remedy")["value"]["turned_sector"]
    assert gain == pytest.approx(turned - power, abs=0.05)
    assert gain > 5.0
    assert "a sector turned towards it" in why.sentence


def test_a_covered_point_in_sight() -> None:
    flat = ground(np.full(len(X), 200.0))
    lon, lat = at(503_000)
    why = explain(flat, {**MAST, "height_agl_m": 60.0}, lon_deg=lon, lat_deg=lat, freq_mhz=3500, range_km=10)
    assert why.is_covered
    assert why.sentence.startswith("Covered: site M, 2.5 km to the west")
    assert why.remedies.remedy.tolist() == ["spare_margin"]
    near = explain(flat, MAST, lon_deg=at(500_600)[0], lat_deg=at(500_600)[1], freq_mhz=800, range_km=10)
    assert "short-range loss" in near.budget.step.tolist()


def test_the_best_of_several_sites_is_explained() -> None:
    sites = {"site_id": ["far", "near"], "lon_deg": [MAST["lon_deg"], at(508_000)[0]], "lat_deg": [MAST["lat_deg"]] * 2}
    lon, lat = at(509_000)
    why = explain(TWO_RIDGES, sites, lon_deg=lon, lat_deg=lat, freq_mhz=800, range_km=10)
    assert why.profile.attrs["site_id"] == "near"


def test_out_of_range_and_behind_voids() -> None:
    lon, lat = at(509_000)
    with pytest.raises(InputError, match=r"8\.5 km away"):
        explain(TWO_RIDGES, MAST, lon_deg=lon, lat_deg=lat, range_km=3)
    torn = TWO_RIDGES.copy()
    torn[:, 100] = np.nan
    with pytest.raises(InputError, match="unknown terrain"):
        explain(torn, MAST, lon_deg=lon, lat_deg=lat, range_km=10)
    with pytest.raises(InputError, match="itu-p1812"):
        explain(torn, MAST, lon_deg=lon, lat_deg=lat, model="itm")


@pytest.mark.parametrize("n_sectors", [1, 3])
def test_at_the_site_itself_there_is_an_answer_without_direction(n_sectors: int) -> None:
    lon, lat = at(500_500)
    mast = {**MAST, "n_sectors": n_sectors}
    here = explain(TWO_RIDGES, mast, lon_deg=lon, lat_deg=lat, freq_mhz=800, range_km=3)
    assert here.is_covered
    assert here.sentence.startswith("Covered: site M, which stands at the point itself, delivers")
    assert here.obstacles.empty
    assert np.isfinite(here.budget["value"]).all()
    assert all(np.isfinite(here.profile[name]).all() for name in here.profile)
    near = explain(TWO_RIDGES, mast, lon_deg=at(500_550)[0], lat_deg=lat, freq_mhz=800, range_km=3)
    assert "50 m to the west" in near.sentence

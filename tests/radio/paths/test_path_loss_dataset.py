"""Path loss as xarray."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from allreach.errors import InputError
from allreach.kernels import itu_p1812, longley_rice
from allreach.kernels.longley_rice_profile import DELTA_H_POINTS_MAX
from allreach.radio import ItmGround, path_loss
from allreach.radio.paths.profile import make_profile


@pytest.fixture(scope="module")
def profile() -> xr.Dataset:
    d_km = np.linspace(0.0, 30.0, 301)
    rng = np.random.default_rng(4)
    return xr.Dataset(
        {
            "ground_m": ("distance_km", 200 + 80 * np.sin(d_km) + rng.normal(0, 4, 301)),
            "clutter_m": ("distance_km", np.where((d_km > 20) & (d_km < 24), 15.0, 0.0)),
            "zone": ("distance_km", np.where(d_km < 3, 1, np.where(d_km < 8, 3, 4))),
        },
        coords={"distance_km": d_km},
        attrs={"lat_deg": 41.0},
    )


def test_every_combination_is_the_checked_single_path(profile: xr.Dataset) -> None:
    got = path_loss(
        profile, freq_mhz=[150, 700, 5900], tx_height_m=[20, 120], rx_height_m=10.0, time_pct=[1, 50],
        location_pct=[50, 95], delta_n=50.0, n0=310.0,
    )  # fmt: skip
    assert got.path_loss_db.dims == ("freq_mhz", "tx_height_m", "time_pct", "location_pct")
    path = make_profile(*(profile[n].values for n in ("distance_km", "ground_m", "clutter_m", "zone")))
    sea = np.flatnonzero(path.zone == 1)
    for f in got.freq_mhz.values:
        for h in got.tx_height_m.values:
            for p in got.time_pct.values:
                for q in got.location_pct.values:
                    expected = itu_p1812.basic_transmission_loss_db(
                        *path, len(path.d_km), h, 10.0, f / 1000.0, p, q, 50.0, 310.0, 41.0, 0.0,
                        30.0 - path.d_km[sea[-1]], True, 100.0,
                    )  # fmt: skip
                    here = got.path_loss_db.sel(freq_mhz=f, tx_height_m=h, time_pct=p, location_pct=q)
                    assert float(here) == pytest.approx(expected, abs=1e-9)
    assert got.path_loss_db.attrs["units"] == "dB"
    assert (got.path_loss_db.diff("location_pct") >= 0).all()
    assert (got.free_space_db < got.path_loss_db.sel(time_pct=50, location_pct=50)).all()


def test_forms_of_a_profile_are_equal(profile: xr.Dataset) -> None:
    bare = profile.drop_vars(["clutter_m", "zone"])
    asked = {"freq_mhz": 800, "tx_height_m": 30.0, "lat_deg": 41.0}
    first = path_loss(bare, **asked)
    assert first.path_loss_db.ndim == 0
    for other in (bare.ground_m, (bare.distance_km.values, bare.ground_m.values), [bare.distance_km, bare.ground_m]):
        assert float(path_loss(other, **asked).path_loss_db) == float(first.path_loss_db)


def test_longley_rice_is_the_kernel(profile: xr.Dataset) -> None:
    bare = profile.drop_vars(["clutter_m", "zone"])
    ground = ItmGround(climate=6, epsilon=25.0, sigma_s_per_m=0.02, mdvar=3)
    got = path_loss(
        bare, model="itm", freq_mhz=[100.0, 900.0], tx_height_m=40.0, rx_height_m=2.0, time_pct=[10.0, 90.0], itm=ground
    )
    z = bare.ground_m.values.copy()
    for f in (100.0, 900.0):
        for p in (10.0, 90.0):
            asked = longley_rice.ItmQuestion(40.0, 2.0, 6, 301.0, f, 1, 25.0, 0.02, 3, p, 50.0, 50.0)
            found = longley_rice.point_to_point(z, len(z), 100.0, asked, np.empty(DELTA_H_POINTS_MAX))
            here = got.sel(freq_mhz=f, time_pct=p)
            assert float(here.path_loss_db) == pytest.approx(found.loss_db, abs=1e-9)
            assert int(here.return_code) == found.return_code
            assert float(here.delta_h_m) == found.geometry.delta_h_m
    area = path_loss(model="itm-area", freq_mhz=300, tx_height_m=30, distance_km=20, delta_h_m=90, siting=(1, 0))
    asked = longley_rice.ItmQuestion(30.0, 1.5, 5, 301.0, 300.0, 1, 15.0, 0.005, 12, 50.0, 50.0, 50.0)
    expected = longley_rice.area(20.0, 90.0, 1, 0, asked)
    assert float(area.path_loss_db) == pytest.approx(expected.loss_db, abs=1e-9)


def test_faults_come_all_at_once(profile: xr.Dataset) -> None:
    with pytest.raises(InputError) as caught:
        path_loss(profile, freq_mhz=[10, 800, 9000], tx_height_m=0.5, time_pct=80, lat_deg=100.0)
    where = [fault.where for fault in caught.value.faults]
    assert where == ["freq_mhz", "freq_mhz", "tx_height_m", "time_pct", "lat_deg"]
    assert "0.25-3,000 km" in str(caught.value) or "0.25" in str(caught.value)
    with pytest.raises(InputError, match="lat_deg"):
        path_loss((profile.distance_km, profile.ground_m), freq_mhz=800, tx_height_m=30)
    with pytest.raises(InputError, match="ground_m"):
        path_loss(profile.drop_vars("ground_m"), freq_mhz=800, tx_height_m=30)
    with pytest.raises(InputError, match="even"):
        path_loss(([0, 1, 3, 4], [1, 2, 3, 4]), model="itm", freq_mhz=800, tx_height_m=30)
    with pytest.raises(InputError, match="clutter"):
        path_loss(profile, model="itm", freq_mhz=800, tx_height_m=30)
    with pytest.raises(InputError, match="delta_h_m"):
        path_loss(model="itm-area", freq_mhz=800, tx_height_m=30, distance_km=10)
    with pytest.raises(InputError, match="number"):
        path_loss(profile, freq_mhz="high", tx_height_m=30)

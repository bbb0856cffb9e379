"""Every model of the registry: its published cases, its limits, its terms, and its map of coverage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from allreach.errors import DeviceError, InputError
from allreach.io.path_cases import path_loss_of_file
from allreach.radio import path_loss
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment
from allreach.radio.engine.sweep import losses_of_site, serve_by_sweep
from allreach.radio.itm_ground import ItmGround
from allreach.radio.models import COVERAGE_MODELS, MODELS, model_faults
from allreach.radio.sites import site_arrays
from reference_table import reference_table

CASES = Path(__file__).parents[1] / "data" / "crosscheck"
TOLERANCE_DB = 1e-6
D_KM = [0.1 * i for i in range(41)]
H_M = [100.0 + 40.0 * (15 <= i <= 18) for i in range(41)]


@pytest.mark.parametrize("name", MODELS)
def test_published_cases(name: str) -> None:
    path = CASES / name / "cases.csv"
    expected, got = reference_table(path), path_loss_of_file(name, path)
    column = MODELS[name].loss_column
    assert len(expected) >= 100
    assert got["case_id"].tolist() == expected["case_id"].tolist()
    given = expected[f"out_{column}"].to_numpy(dtype=float)
    np.testing.assert_allclose(got[column].to_numpy(dtype=float), given, rtol=0.0, atol=TOLERANCE_DB)
    assert np.isfinite(given).sum() >= 0.5 * len(given)


def question(name: str) -> dict:
    asked = {"model": name, "freq_mhz": 900.0, "tx_height_m": 30.0, "rx_height_m": 2.0}
    if MODELS[name].takes_profile:
        return asked | {"profile": (D_KM, H_M), "lat_deg": 41.0}
    return asked | {"distance_km": 4.0, "delta_h_m": 40.0}


@pytest.mark.parametrize("name", MODELS)
def test_answers_with_its_terms_and_more_loss_farther_up_the_band(name: str) -> None:
    found = path_loss(**question(name) | {"freq_mhz": [300.0, 900.0, 2700.0]})
    assert set(found.data_vars) == {"path_loss_db", *MODELS[name].terms}
    assert found.attrs["model"] == MODELS[name].reference
    assert found.attrs["n0"] == MODELS[name].n0
    assert (found.path_loss_db.diff("freq_mhz") > 0).all()
    assert (found.path_loss_db > found.free_space_db - 6.0).all()


@pytest.mark.parametrize("name", MODELS)
def test_heights_outside_its_limits_are_refused(name: str) -> None:
    low, high = MODELS[name].height_m
    faults = model_faults(name, tuple(MODELS), {"rx_height_m": 0.5 * low, "tx_height_m": 2.0 * high}, ItmGround())
    assert [fault.where for fault in faults] == ["rx_height_m", "tx_height_m"]
    assert MODELS[name].reference in str(faults[0])


def test_unknown_models_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="hata"):
        path_loss(**question("itu-p1812") | {"model": "hata"})


@pytest.mark.parametrize("name", COVERAGE_MODELS)
def test_maps_coverage_by_the_losses_of_its_sites(name: str, environment: Environment, sites_at) -> None:
    model = MODELS[name].sweep(ItmGround())
    frame = sites_at([504_030.0, 511_000.0], [4_497_010.0, 4_490_000.0])
    sites = site_arrays(frame, environment.terrain.grid, environment.radio)
    x_m, y_m = np.linspace(500_500.0, 514_000.0, 60), np.linspace(4_488_000.0, 4_499_000.0, 60)
    (both,) = serve_by_sweep(x_m, y_m, sites, environment, [handset(environment.radio)], model=model)
    height_m = handset(environment.radio).height_m
    for s in range(2):
        one = losses_of_site(x_m, y_m, sites.take(np.array([s])), environment, height_m, model=model)
        served = both.site == s
        assert served.any()
        gain_db = both.power_dbm[served] + one.first_db[served]  # e.i.r.p. and gains less the pattern
        assert np.isfinite(gain_db).all()
        assert (gain_db <= sites.eirp_dbm[s] + 1e-3).all()


def test_a_model_without_a_driver_on_the_device_says_so(environment: Environment, sites_at, monkeypatch) -> None:
    from dataclasses import replace

    from allreach.radio.engine import sweep

    monkeypatch.setattr(sweep, "require_device", lambda device: None)
    sites = site_arrays(sites_at([504_030.0], [4_497_010.0]), environment.terrain.grid, environment.radio)
    asked = replace(environment, device="cuda")
    with pytest.raises(DeviceError, match="processor only"):
        serve_by_sweep(
            np.array([505_000.0]), np.array([4_496_000.0]), sites, asked, [handset(environment.radio)],
            model=MODELS["itm"].sweep(ItmGround()),
        )  # fmt: skip

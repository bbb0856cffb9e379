"""Codes for void, endless steps and numbers beyond all measure are refused before a model sees them."""

import numpy as np
import pandas as pd
import pytest

from allreach.errors import InputError
from allreach.io.path_cases import path_loss_of_file
from allreach.radio import ItmGround, path_loss
from allreach.radio.paths import itm_paths
from allreach.radio.paths.p1812_paths import path_loss_table
from allreach.radio.paths.profile import make_profile

D_KM = np.linspace(0.0, 12.0, 241)
H_M = 300.0 + 40.0 * np.sin(3.0 * D_KM)
VOIDS = [-32768.0, 32767.0, 65535.0, -9999.0, 3.4e38, np.nan]
P1812 = {
    "case_id": "a", "profile": "p.csv", "freq_ghz": 0.8, "p_percent": 50, "h_tx_m": 30, "h_rx_m": 1.5,
    "polarization": "V", "lat_tx_deg": 45.0, "lon_tx_deg": 7.0, "lat_rx_deg": 45.1, "lon_rx_deg": 7.06,
    "delta_N_nunits_per_km": 45, "N0_nunits": 325,
}  # fmt: skip
ITM = {
    "case_id": "a", "profile": "p.csv", "profile_step_m": 50.0, "variability": "TLS", "time_percent": 50,
    "location_percent": 50, "situation_percent": 50, "h_tx_m": 30, "h_rx_m": 1.5, "climate": 5, "N0_nunits": 301,
    "freq_mhz": 800, "polarization": "V", "epsilon": 15, "sigma_s_per_m": 0.005, "mdvar": 12,
}  # fmt: skip
AREA = {k: v for k, v in ITM.items() if k not in ("profile", "profile_step_m")} | {
    "d_km": 10.0, "delta_h_m": 90.0, "siting_tx": 0, "siting_rx": 0,
}  # fmt: skip


def with_void(value):
    return np.where((D_KM > 4.5) & (D_KM < 7.5), value, H_M)


@pytest.mark.parametrize("model", ["itu-p1812", "itm"])
@pytest.mark.parametrize("value", VOIDS)
def test_voids_are_refused_in_python(model, value):
    words = "not a number" if np.isnan(value) else r"point 92 and 58 more points: height .* expected -490 to 8,900 m"
    with pytest.raises(InputError, match=words):
        path_loss((D_KM, with_void(value)), freq_mhz=800, tx_height_m=30, lat_deg=45.0, model=model)


@pytest.mark.parametrize(("model", "row"), [("itu-p1812", P1812), ("itm", ITM)])
@pytest.mark.parametrize("value", VOIDS)
def test_voids_are_refused_in_files(tmp_path, model, row, value):
    (tmp_path / "profiles").mkdir()
    pd.DataFrame({"d_km": D_KM, "h_m": with_void(value)}).to_csv(tmp_path / "profiles" / "p.csv", index=False)
    pd.DataFrame([row]).to_csv(tmp_path / "cases.csv", index=False)
    with pytest.raises(InputError, match=r"profile p\.csv, point 92"):
        path_loss_of_file(model, tmp_path / "cases.csv")


def test_a_code_for_void_among_the_cover_is_refused():
    profile = make_profile(D_KM, H_M, np.where(D_KM > 11.0, 65535.0, 0.0))
    with pytest.raises(InputError, match="clutter height 65535 m"):
        path_loss_table(pd.DataFrame([P1812]), {"p.csv": profile})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"profile_step_m": 1e9}, "path of .* km; expected more than 0, at most 20040 km"),
        ({"profile_step_m": 0.0}, "path of 0 km"),
        ({"profile_step_m": -50.0}, "path of -12 km"),
        ({"mdvar": 1e308}, r"mdvar = 1e\+308"),
        ({"mdvar": 1.5}, "mdvar = 1.5; expected a whole number"),
        ({"climate": 1e30}, "climate"),
        ({"h_tx_m": 1e300}, "h_tx_m"),
        ({"epsilon": np.inf}, "epsilon is inf"),
        ({"freq_mhz": 1e30}, "freq_mhz"),
    ],
)
def test_numbers_beyond_all_measure_are_refused(change, words):
    with pytest.raises(InputError, match=words):
        itm_paths.itm_table("itm", pd.DataFrame([{**ITM, **change}]), {"p.csv": H_M})


@pytest.mark.parametrize(
    "change", [{"siting_tx": 1e30}, {"d_km": 1e5}, {"d_km": 1e308}, {"delta_h_m": 1e5}, {"mdvar": 1e308}]
)
def test_areas_beyond_all_measure_are_refused(change):
    with pytest.raises(InputError):
        itm_paths.itm_table("itm-area", pd.DataFrame([{**AREA, **change}]), {})


@pytest.mark.parametrize(
    "change",
    [{"h_tx_m": -0.0}, {"h_tx_m": 3001.0}, {"polarization": 10**30}, {"polarization": "x"}, {"epsilon": 1.0},
     {"N0_nunits": 1000.0}, {"d_km": 0.0}],
)  # fmt: skip
@pytest.mark.parametrize(("model", "row"), [("itm", ITM), ("itm-area", AREA)])
def test_a_loss_is_a_number_or_there_is_a_code(model, row, change):
    if not set(change) <= set(row):
        return
    found = itm_paths.itm_table(model, pd.DataFrame([{**row, **change}]), {"p.csv": H_M}).iloc[0]
    if found["return_code"] in (0, 1):
        assert np.isfinite(found["A_db"])
    else:
        assert np.isnan(found["A_db"])


def test_ground_and_area_in_python():
    for words, given in (("epsilon", {"epsilon": np.inf}), ("sigma", {"sigma_s_per_m": 1e9})):
        with pytest.raises(InputError, match=words):
            path_loss((D_KM, H_M), freq_mhz=800, tx_height_m=30, model="itm", itm=ItmGround(**given))
    for words, given in (("distance_km", {"distance_km": 1e9, "delta_h_m": 90.0}), ("delta_h_m", {"delta_h_m": 1e9})):
        with pytest.raises(InputError, match=words):
            path_loss(freq_mhz=800, tx_height_m=30, model="itm-area", **{"distance_km": 10.0, **given})


def test_a_transmitter_without_power_has_no_field():
    with pytest.raises(InputError, match="erp_tx_kw"):
        path_loss_table(pd.DataFrame([{**P1812, "erp_tx_kw": 0.0}]), {"p.csv": make_profile(D_KM, H_M)})

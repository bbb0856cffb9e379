"""Longley-Rice ITM 1.4 against NTIA's reference program, and laws."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.kernels import longley_rice
from allreach.kernels.longley_rice_profile import DELTA_H_POINTS_MAX, _select_largest, fitted_ends
from allreach.radio.paths.itm_paths import itm_table
from kernels.reference_sets import OWN, cases, largest, profiles, shared

TOLERANCE = 1e-6
MANY = settings(max_examples=200, deadline=None, derandomize=True, database=None)


def check_set(model: str, path: Path) -> int:
    table = cases(path)
    heights = {}
    if model == "itm":
        heights = {name: p.h_m for name, p in profiles(path.parent / "profiles", table["profile"]).items()}
    got = itm_table(model, table, heights, detail=True)
    assert list(got["case_id"]) == list(table["case_id"])
    assert list(got["return_code"]) == list(table["out_return_code"])
    assert list(got["warnings"]) == list(table["out_warnings"])
    is_error = table["out_return_code"] >= 1000
    assert list(got["A_db"].isna()) == list(is_error)
    is_printed = table["origin"] == "published" if "origin" in table else is_error & ~is_error
    error = (got["A_db"] - table["out_A_db"]).abs()
    assert largest(error[~is_error & ~is_printed]) <= TOLERANCE
    if is_printed.any():  # half of the last digit printed, 0.01 or 0.1 dB
        printed = table["out_A_db"][is_printed]
        half_digit = np.where(np.isclose(printed * 10, (printed * 10).round()), 0.05, 0.005)
        assert (error[is_printed] <= half_digit + 1e-9).all()
    for name in (name for name in table if name.startswith("mid_")):
        relative = (got[name].astype(float) - table[name]) / np.maximum(1.0, table[name].abs())
        assert largest(relative[~is_error]) <= TOLERANCE, name
        assert got[name][is_error].isna().all(), name
    return len(table)


@pytest.mark.parametrize(("model", "n_cases"), [("itm", 300), ("itm-area", 100)])
def test_crosscheck_sets(model: str, n_cases: int) -> None:
    assert check_set(model, OWN / model / "cases.csv") == n_cases


@pytest.mark.shared
@pytest.mark.parametrize(("model", "name", "n_cases"), [("itm", "p2p", 462), ("itm-area", "area", 455)])
def test_third_party_sets(model: str, name: str, n_cases: int) -> None:
    assert check_set(model, shared(f"itm/{name}_cases.csv")) == n_cases


@pytest.mark.shared
def test_every_row_of_the_radials_path_by_path() -> None:
    folder = shared("crosscheck/itm_radials")
    scratch = np.empty(DELTA_H_POINTS_MAX)
    quantiles = {"tls_50_50_50": (50.0, 50.0, 50.0), "tls_10_50_50": (10.0, 50.0, 50.0), "cr_90_95": (95.0, 50.0, 90.0)}
    worst, n_rows = 0.0, 0
    for radial in cases(folder / "radials.csv").to_dict("records"):
        h_m = profiles(folder / "profiles", pd.Series([radial["profile"]]))[radial["profile"]].h_m
        for row in cases(folder / f"{radial['radial']}.csv").to_dict("records"):
            for name, (time, location, situation) in quantiles.items():
                got = longley_rice.point_to_point(
                    h_m,
                    int(row["sample"]) + 1,
                    float(radial["step_m"]),
                    longley_rice.ItmQuestion(
                        float(radial["h_tx_m"]),
                        float(row["h_rx_m"]),
                        int(radial["climate"]),
                        float(radial["N0_nunits"]),
                        float(row["freq_mhz"]),
                        int(radial["polarization"] == "V"),
                        float(radial["epsilon"]),
                        float(radial["sigma_s_per_m"]),
                        int(radial["mdvar"]),
                        time,
                        location,
                        situation,
                    ),
                    scratch,
                )
                assert got.return_code == row[f"out_return_code_{name}"], row["case_id"]
                assert got.warnings == row[f"out_warnings_{name}"], row["case_id"]
                worst = max(worst, abs(got.loss_db - row[f"out_A_{name}_db"]))
            n_rows += 1
    assert n_rows == 2946
    assert worst <= TOLERANCE


def link_loss(h_m: np.ndarray, step_m: float, *, freq_mhz: float = 800.0, tx_m: float = 30.0, rx_m: float = 2.0,
              situation_pct: float = 50.0) -> longley_rice.ItmResult:  # fmt: skip
    return longley_rice.point_to_point(
        h_m,
        len(h_m),
        step_m,
        longley_rice.ItmQuestion(tx_m, rx_m, 5, 301.0, freq_mhz, 1, 15.0, 0.005, 3, 50.0, 50.0, situation_pct),
        np.empty(DELTA_H_POINTS_MAX),
    )


@MANY
@given(
    st.integers(0, 2**32 - 1),
    st.integers(3, 400),
    st.floats(5.0, 1000.0),
    st.sampled_from([0.0, 0.5, 10.0, 100.0]),
    st.floats(20.0, 20000.0),
    st.floats(0.5, 3000.0),
    st.floats(0.5, 3000.0),
)
def test_a_number_or_an_error_code(
    seed: int, n: int, step_m: float, roughness_m: float, freq_mhz: float, tx_m: float, rx_m: float
) -> None:
    h_m = 200.0 + np.cumsum(np.random.default_rng(seed).normal(0.0, roughness_m, n))
    got = link_loss(h_m, step_m, freq_mhz=freq_mhz, tx_m=tx_m, rx_m=rx_m)
    assert math.isfinite(got.loss_db) == (got.return_code < 1000)
    assert got.return_code < 1000 or got.return_code in (1013, 1016, 1021, 1022)
    assert (got.warnings != 0) == (got.return_code == 1) or got.return_code >= 1000


@MANY
@given(st.integers(0, 2**32 - 1), st.integers(3, 300))
def test_more_confidence_needs_more_loss(seed: int, n: int) -> None:
    h_m = 300.0 + np.cumsum(np.random.default_rng(seed).normal(0.0, 15.0, n))
    losses = [link_loss(h_m, 90.0, situation_pct=pct).loss_db for pct in (10.0, 50.0, 90.0)]
    assert losses == sorted(losses)


@MANY
@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=80), st.data())
def test_order_statistic(values: list[float], data: st.DataObject) -> None:
    k = data.draw(st.integers(0, len(values) - 1))
    assert _select_largest(np.array(values), len(values), k) == sorted(values, reverse=True)[k]


def test_fit_of_a_straight_line_is_the_line() -> None:
    y = 3.0 + 0.25 * np.arange(41)
    assert fitted_ends(y, 41, 1.0, 5.0, 36.0) == pytest.approx((3.0, 13.0), rel=0.02)


def area_of(given: dict) -> longley_rice.ItmResult:
    """Loss by the area mode of named inputs."""
    values = list(given.values())
    return longley_rice.area(*values[:4], longley_rice.ItmQuestion(*values[4:]))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"tx_height_m": 0.4}, 1000),
        ({"rx_height_m": 3001.0}, 1001),
        ({"climate": 8}, 1002),
        ({"time_pct": 0.0}, 1003),
        ({"location_pct": 100.0}, 1004),
        ({"situation_pct": 0.0}, 1005),
        ({"n0": 249.0}, 1008),
        ({"freq_mhz": 19.0}, 1009),
        ({"polarization": 2}, 1010),
        ({"epsilon": 0.9}, 1011),
        ({"sigma_s_per_m": 0.0}, 1012),
        ({"mdvar": 4}, 1014),
        ({"mdvar": 34}, 1014),
        ({"d_km": 0.0}, 1017),
        ({"delta_h_m": -1.0}, 1018),
        ({"siting_tx": 3}, 1019),
        ({"siting_rx": -1}, 1020),
        ({"freq_mhz": math.nan}, 1009),
    ],
)
def test_error_codes(change: dict, code: int) -> None:
    good = {
        "d_km": 20.0,
        "delta_h_m": 90.0,
        "siting_tx": 0,
        "siting_rx": 0,
        "tx_height_m": 30.0,
        "rx_height_m": 2.0,
        "climate": 5,
        "n0": 301.0,
        "freq_mhz": 800.0,
        "polarization": 1,
        "epsilon": 15.0,
        "sigma_s_per_m": 0.005,
        "mdvar": 12,
        "time_pct": 50.0,
        "location_pct": 50.0,
        "situation_pct": 50.0,
    }
    assert area_of(good).return_code == 0
    got = area_of(good | change)
    assert got.return_code == code
    assert math.isnan(got.loss_db)

"""Paths along a radial that share their analysis: the same numbers as each path on its own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.io.itm_sweep import QUANTILES
from allreach.kernels.longley_rice_profile import DELTA_H_POINTS_MAX, profile_geometry, tails
from allreach.kernels.longley_rice_sweep import radial_losses
from allreach.kernels.longley_rice_walk import BLOCK, BLOCKS, OWN, empty_radial, prepare, radial_geometry
from kernels.reference_sets import cases, largest, profiles, shared

MANY = settings(max_examples=60, deadline=None, derandomize=True, database=None)
LARGE = BLOCK * BLOCKS


@MANY
@given(
    st.integers(0, 2**32 - 1),
    st.integers(5, 3 * LARGE),
    st.sampled_from([30.0, 37.123, 90.0, 250.0]),
    st.sampled_from([0.0, 0.1, 1.0, 10.0, 100.0]),
    st.sampled_from([1.5, 10.0, 30.0, 200.0]),
    st.sampled_from([1.5, 2.0, 10.0]),
    st.sampled_from(["as it is", "whole metres", "sea"]),
)
def test_every_receiver_has_the_geometry_of_its_own_path(
    seed: int, n: int, step_m: float, roughness_m: float, tx_m: float, rx_m: float, kind: str
) -> None:
    h_m = 300.0 + np.cumsum(np.random.default_rng(seed).normal(0.0, roughness_m, n))
    if kind != "as it is":
        h_m = np.round(h_m) if kind == "whole metres" else np.maximum(h_m, 300.0)
    radial, scratch, guess = empty_radial(h_m), np.zeros(DELTA_H_POINTS_MAX), 0
    prepare(radial, n)
    for m in range(4, n):
        got, angle, guess = radial_geometry(radial, m, step_m, tx_m, rx_m, 301.0, guess, scratch)
        alone, angle_alone = profile_geometry(h_m, m + 1, step_m, tx_m, rx_m, 301.0, np.zeros(DELTA_H_POINTS_MAX))
        np.testing.assert_allclose(got, alone, rtol=1e-9, atol=1e-9, err_msg=f"sample {m}")
        assert angle == pytest.approx(angle_alone, abs=1e-12)


@MANY
@given(st.integers(0, 2**32 - 1), st.integers(5, 2 * LARGE), st.data())
def test_the_last_samples_may_be_replaced(seed: int, n: int, data: st.DataObject) -> None:
    rng = np.random.default_rng(seed)
    h_m = 300.0 + np.cumsum(rng.normal(0.0, 20.0, n))
    radial, scratch = empty_radial(h_m), np.zeros(DELTA_H_POINTS_MAX)
    prepare(radial, n)
    m = data.draw(st.integers(4, n - 1))
    h_m[m + 1 - OWN : m + 1] += rng.normal(0.0, 200.0, OWN)
    guess = data.draw(st.integers(0, m))
    got, _, _ = radial_geometry(radial, m, 90.0, 30.0, 1.5, 301.0, guess, scratch)
    alone, _ = profile_geometry(h_m, m + 1, 90.0, 30.0, 1.5, 301.0, scratch)
    np.testing.assert_allclose(got, alone, rtol=1e-9, atol=1e-9)


@MANY
@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=80), st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.data())
def test_tails_do_not_depend_on_the_guess(values: list[float], above: float, below: float, data: st.DataObject) -> None:
    n = len(values)
    k = data.draw(st.integers(0, n // 2 - 1))
    got = tails(np.array(values), n, k, above, below, np.empty(2 * n))
    assert got == (sorted(values, reverse=True)[k], sorted(values)[k])


@pytest.mark.shared
def test_every_row_of_the_radials() -> None:
    folder = shared("crosscheck/itm_radials")
    quantiles = np.array(list(QUANTILES.values()))
    worst, n_rows = 0.0, 0
    for radial in cases(folder / "radials.csv").to_dict("records"):
        h_m = profiles(folder / "profiles", pd.Series([radial["profile"]]))[radial["profile"]].h_m
        rows = cases(folder / f"{radial['radial']}.csv")
        shape = (len(rows), len(quantiles))
        loss_db, code, warnings = np.empty(shape), np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
        radial_losses(
            empty_radial(h_m), float(radial["step_m"]), float(radial["h_tx_m"]), int(radial["climate"]),
            float(radial["N0_nunits"]), int(radial["polarization"] == "V"), float(radial["epsilon"]),
            float(radial["sigma_s_per_m"]), int(radial["mdvar"]), rows["sample"].to_numpy(dtype=np.int64),
            rows["h_rx_m"].to_numpy(dtype=np.float64), rows["freq_mhz"].to_numpy(dtype=np.float64), quantiles,
            np.zeros(DELTA_H_POINTS_MAX), loss_db, code, warnings,
        )  # fmt: skip
        for q, name in enumerate(QUANTILES):
            assert list(code[:, q]) == list(rows[f"out_return_code_{name}"])
            assert list(warnings[:, q]) == list(rows[f"out_warnings_{name}"])
            worst = max(worst, largest(np.abs(loss_db[:, q] - rows[f"out_A_{name}_db"])))
        n_rows += len(rows)
    assert n_rows == 2946
    assert worst <= 1e-6

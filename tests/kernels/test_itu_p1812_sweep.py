"""The sweep gives at every receiver of a radial the number of the path on its own."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.kernels import geodesy, itu_p1812
from allreach.radio.paths.p1812_radials import sweep_losses_db
from allreach.radio.paths.profile import Profile
from kernels.reference_sets import OWN, cases, profiles, shared

TOLERANCE_DB = 1e-6
MANY = settings(max_examples=150, deadline=None, derandomize=True, database=None)


@st.composite
def radials(draw: st.DrawFn) -> tuple[Profile, dict]:
    """Any radial: level to alpine, with and without clutter and sea, any step, and a link budget's parameters."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(5, 90) | st.integers(500, 700))
    step_km = math.exp(draw(st.floats(math.log(0.01), math.log(2.0))))
    if draw(st.booleans()):
        d_km = np.arange(n) * step_km
    else:
        d_km = np.concatenate([[0.0], np.cumsum(rng.uniform(0.05, 1.0, n - 1))]) * step_km
    roughness_m = draw(st.sampled_from([0.0, 0.1, 2.0, 20.0, 150.0]))
    h_m = np.cumsum(rng.normal(0.0, roughness_m, n)) + draw(st.floats(-100.0, 2000.0))
    clutter_m = np.where(rng.random(n) < draw(st.sampled_from([0.0, 0.4, 1.0])), rng.choice([5.0, 10.0, 25.0], n), 0.0)
    zone = np.full(n, draw(st.sampled_from([1, 4])))
    if draw(st.booleans()):
        zone = np.repeat(rng.choice([1, 3, 4], n // 7 + 1), 7)[:n]
    link = {
        "tx_height_m": draw(st.floats(1.0, 80.0) | st.floats(1.0, 3000.0)),
        "lat_tx_deg": draw(st.floats(-80.0, 80.0)),
        "bearing_deg": draw(st.floats(0.0, 360.0)),
        "delta_n": draw(st.floats(20.0, 120.0)),
        "n0": draw(st.floats(250.0, 400.0)),
        "rx_height_m": [draw(st.floats(1.0, 12.0)), draw(st.floats(1.0, 300.0))],
        "freq_ghz": [draw(st.floats(0.03, 6.0))],
        "p_pct": [50.0, draw(st.floats(1.0, 50.0))],
        "pL_pct": [50.0, draw(st.floats(1.0, 99.0))],
        "dct_km": draw(st.sampled_from([0.0, 2.0, 500.0])),
        "dcr_km": draw(st.sampled_from([0.0, 2.0, 500.0])),
        "is_vertical": draw(st.booleans()),
        "wa_m": draw(st.floats(25.0, 1000.0)),
    }
    return Profile(d_km, h_m, clutter_m, zone.astype(np.int8)), link


def path_by_path(profile: Profile, link: dict, samples: np.ndarray) -> np.ndarray:
    out = []
    for k in samples:
        lat_deg, _ = geodesy.destination(link["lat_tx_deg"], 0.0, link["bearing_deg"], 0.5 * profile.d_km[k])
        for rx_m in link["rx_height_m"]:
            for freq_ghz in link["freq_ghz"]:
                for p_pct in link["p_pct"]:
                    for location_pct in link["pL_pct"]:
                        out.append(
                            itu_p1812.basic_transmission_loss_db(
                                *profile,
                                int(k) + 1,
                                link["tx_height_m"],
                                rx_m,
                                freq_ghz,
                                p_pct,
                                location_pct,
                                link["delta_n"],
                                link["n0"],
                                lat_deg,
                                link["dct_km"],
                                link["dcr_km"],
                                link["is_vertical"],
                                link["wa_m"],
                            )
                        )
    return np.array(out)


@MANY
@given(radials())
def test_equals_the_path_on_its_own(radial: tuple[Profile, dict]) -> None:
    profile, link = radial
    n = len(profile.d_km)
    samples = np.unique(np.concatenate([np.arange(min(n, 7)), np.geomspace(1, n - 1, 20).astype(int), [n - 2, n - 1]]))
    got = sweep_losses_db(profile, **link)[samples].reshape(-1)
    expected = path_by_path(profile, link, samples)
    assert (np.isnan(got) == np.isnan(expected)).all()
    assert np.nanmax(np.abs(got - expected), initial=0.0) <= TOLERANCE_DB


def test_evenly_spaced_profiles_of_the_crosscheck_set() -> None:
    table = cases(OWN / "itu-p1812" / "cases.csv").drop_duplicates("profile")
    n_profiles, worst = 0, 0.0
    for name, profile in profiles(OWN / "itu-p1812" / "profiles", table["profile"]).items():
        case = table[table["profile"] == name].iloc[0]
        if np.ptp(np.diff(profile.d_km)) > 2e-6:
            continue
        link = {
            "tx_height_m": float(case["h_tx_m"]),
            "lat_tx_deg": float(case["lat_tx_deg"]),
            "bearing_deg": 70.0,
            "delta_n": float(case["delta_N_nunits_per_km"]),
            "n0": float(case["N0_nunits"]),
            "rx_height_m": [float(case["h_rx_m"]), 1.5],
            "freq_ghz": [float(case["freq_ghz"])],
            "p_pct": [float(case["p_percent"]), 50.0],
            "pL_pct": [float(case["pL_percent"])],
            "dct_km": float(case["dct_km"]),
            "dcr_km": float(case["dcr_km"]),
            "is_vertical": case["polarization"] == "V",
            "wa_m": float(case["prediction_resolution_wa_m"]),
        }
        samples = np.unique(np.geomspace(4, len(profile.d_km) - 1, 60).astype(int))
        got = sweep_losses_db(profile, **link)[samples].reshape(-1)
        expected = path_by_path(profile, link, samples)
        assert (np.isnan(got) == np.isnan(expected)).all(), name
        worst = max(worst, float(np.nanmax(np.abs(got - expected), initial=0.0)))
        n_profiles += 1
    assert n_profiles >= 15
    assert worst <= TOLERANCE_DB


@pytest.mark.shared
def test_every_row_of_the_reference_radials() -> None:
    from allreach.io.path_sweep import sweep_of_folder

    folder = shared("crosscheck/p1812_radials")
    got = sweep_of_folder(folder).set_index("case_id")
    n_rows = 0
    for radial in cases(folder / "radials.csv")["radial"]:
        given = cases(folder / f"{radial}.csv").set_index("case_id")
        for name in ("loss_pL50_db", "loss_pL95_db"):
            assert (got.loc[given.index, name] - given[f"out_{name}"]).abs().max() <= TOLERANCE_DB, radial
        n_rows += len(given)
    assert n_rows == len(got) == 11568


def level(n: int) -> Profile:
    return Profile(np.arange(n) * 0.1, np.full(n, 50.0), np.zeros(n), np.full(n, 4, dtype=np.int8))


LINK = {"tx_height_m": 30.0, "lat_tx_deg": 40.0, "bearing_deg": 10.0, "delta_n": 45.0, "n0": 325.0,
        "rx_height_m": 1.5, "freq_ghz": 0.8, "p_pct": 50.0}  # fmt: skip


def test_no_loss_before_the_fifth_sample_and_a_quarter_kilometre() -> None:
    losses = sweep_losses_db(level(40), **LINK).reshape(-1)
    assert np.isnan(losses[:4]).all()
    assert np.isfinite(losses[4:]).all()
    near = level(40)._replace(d_km=np.arange(40) * 0.03)
    assert np.flatnonzero(np.isfinite(sweep_losses_db(near, **LINK).reshape(-1)))[0] == 9
    assert np.isnan(sweep_losses_db(level(3), **LINK)).all()


@pytest.mark.parametrize("column", [0, 1, 2])
def test_nothing_behind_a_void(column: int) -> None:
    profile = level(40)
    values = profile[column].copy()
    values[20] = math.nan
    losses = sweep_losses_db(profile._replace(**{Profile._fields[column]: values}), **LINK).reshape(-1)
    assert np.isfinite(losses[4:20]).all()
    assert np.isnan(losses[21:]).all()

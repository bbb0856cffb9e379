"""ITU-R P.1812 against published and computed reference results."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from allreach.kernels import geodesy, itu_p1812
from allreach.radio.paths.p1812_paths import path_loss_table
from kernels.reference_sets import OWN, cases, largest, profiles, shared

TOLERANCE_DB = 1e-6
RESULTS = ("basic_transmission_loss_db", "field_strength_dbuv_per_m")


def check_set(path: Path, profiles_folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    given = cases(path)
    got = path_loss_table(given, profiles(profiles_folder, given["profile"]), detail=True)
    assert list(got["case_id"]) == list(given["case_id"])
    for name in RESULTS:
        assert largest(got[name] - given[f"out_{name}"]) <= TOLERANCE_DB, name
    intermediates = [name for name in given if name.startswith("mid_")]
    assert len(intermediates) > 40
    for name in intermediates:
        error = (got[name] - given[name]) / np.maximum(1.0, given[name].abs())
        assert largest(error) <= TOLERANCE_DB, name
    return given, got


def test_crosscheck_set_with_intermediates() -> None:
    given, _ = check_set(OWN / "itu-p1812" / "cases.csv", OWN / "itu-p1812" / "profiles")
    assert len(given) == 300


@pytest.mark.shared
@pytest.mark.parametrize(("name", "n_cases"), [("cases.csv", 31), ("cases_computed.csv", 220)])
def test_third_party_sets_with_intermediates(name: str, n_cases: int) -> None:
    given, _ = check_set(shared(f"p1812/{name}"), shared("p1812/profiles"))
    assert len(given) == n_cases


@pytest.mark.shared
def test_copy_of_crosscheck_set_is_the_original() -> None:
    folder = shared("crosscheck/p1812")
    original = sorted(path.relative_to(folder) for path in folder.rglob("*.csv"))
    assert len(original) == 32
    assert [(OWN / "itu-p1812" / path).read_bytes() == (folder / path).read_bytes() for path in original] == [True] * 32


def test_receiver_at_sea_has_no_location_variability() -> None:
    given = cases(OWN / "itu-p1812" / "disagreements_receiver_at_sea.csv")
    got = path_loss_table(given, profiles(OWN / "itu-p1812" / "profiles", given["profile"]))
    assert largest(got["basic_transmission_loss_db"] - given["out_basic_transmission_loss_db"]) <= TOLERANCE_DB
    other = given["alt_crc_covlib_basic_transmission_loss_db"] - given["out_basic_transmission_loss_db"]
    assert (other.abs() > 0.05).all()


def test_location_variability_of_the_crosscheck_set() -> None:
    given = cases(OWN / "itu-p1812" / "cases.csv")
    ends = {name: p.clutter_m[-1] for name, p in profiles(OWN / "itu-p1812" / "profiles", given["profile"]).items()}
    got = [
        itu_p1812.location_variability_db(f, h, ends[name], float(wa))
        for f, h, name, wa in zip(
            given["freq_ghz"], given["h_rx_m"], given["profile"], given["prediction_resolution_wa_m"], strict=True
        )
    ]
    assert largest(pd.Series(got) - given["sigma_L_db"]) <= 1e-10


def test_driver_scalar_equals_the_full_calculation() -> None:
    given = cases(OWN / "itu-p1812" / "cases.csv")
    paths = profiles(OWN / "itu-p1812" / "profiles", given["profile"])
    worst = 0.0
    for case in given.to_dict("records"):
        profile = paths[case["profile"]]
        lat_deg = geodesy.path_centre_lat_deg(
            case["lat_tx_deg"], case["lon_tx_deg"], case["lat_rx_deg"], case["lon_rx_deg"], profile.d_km[-1]
        )
        got = itu_p1812.basic_transmission_loss_db(
            *profile,
            len(profile.d_km),
            case["h_tx_m"],
            case["h_rx_m"],
            case["freq_ghz"],
            float(case["p_percent"]),
            float(case["pL_percent"]),
            case["delta_N_nunits_per_km"],
            case["N0_nunits"],
            lat_deg,
            case["dct_km"],
            case["dcr_km"],
            case["polarization"] == "V",
            float(case["prediction_resolution_wa_m"]),
        )
        worst = max(worst, abs(got - case["out_basic_transmission_loss_db"]))
    assert worst <= TOLERANCE_DB


@pytest.mark.shared
def test_every_row_of_the_radials_path_by_path() -> None:
    folder = shared("crosscheck/p1812_radials")
    worst, n_rows = 0.0, 0
    for radial in cases(folder / "radials.csv").to_dict("records"):
        rows = cases(folder / f"{radial['radial']}.csv")
        profile = profiles(folder / "profiles", pd.Series([radial["profile"]]))[radial["profile"]]
        for row in rows.to_dict("records"):
            n = int(row["sample"]) + 1
            lat_deg, _ = geodesy.destination(
                radial["lat_tx_deg"], radial["lon_tx_deg"], radial["bearing_deg"], 0.5 * profile.d_km[n - 1]
            )
            for location_pct in (50.0, 95.0):
                got = itu_p1812.basic_transmission_loss_db(
                    *profile,
                    n,
                    radial["h_tx_m"],
                    float(row["h_rx_m"]),
                    float(row["freq_ghz"]),
                    float(row["p_percent"]),
                    location_pct,
                    radial["delta_N_nunits_per_km"],
                    radial["N0_nunits"],
                    lat_deg,
                    radial["dct_km"],
                    radial["dcr_km"],
                    radial["polarization"] == "V",
                    float(radial["prediction_resolution_wa_m"]),
                )
                worst = max(worst, abs(got - row[f"out_loss_pL{location_pct:.0f}_db"]))
            n_rows += 1
    assert n_rows == 11568
    assert worst <= TOLERANCE_DB

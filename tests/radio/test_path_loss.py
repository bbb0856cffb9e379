"""ITU-R P.1812 through the public function: equal to the table of cases, and refusing with the limits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from allreach.errors import InputError
from allreach.radio import path_loss
from allreach.radio.paths.p1812_paths import path_loss_table
from allreach.radio.paths.profile import make_profile

D_KM, H_M, CLUTTER_M = [0, 1, 2, 3.5, 4], [100, 120, 90, 110, 95], [0, 5, 0, 10, 0]
LINK = {"freq_mhz": 800.0, "tx_height_m": 30.0, "rx_height_m": 1.5, "lat_deg": 40.0}


def test_equals_the_table_of_one_case() -> None:
    profile = make_profile(D_KM, H_M, CLUTTER_M, [4, 4, 3, 3, 4])
    case = {
        "case_id": "a",
        "profile": "p",
        "freq_ghz": 0.8,
        "p_percent": 10,
        "pL_percent": 90,
        "prediction_resolution_wa_m": 200,
        "h_tx_m": 30,
        "h_rx_m": 1.5,
        "polarization": "h",
        "lat_tx_deg": 40.0,
        "lon_tx_deg": 45.0,
        "lat_rx_deg": 40.0,
        "lon_rx_deg": 45.1,
        "delta_N_nunits_per_km": 50,
        "N0_nunits": 310,
    }
    table = path_loss_table(pd.DataFrame([case]), {"p": profile}, detail=True)
    got = path_loss(
        profile, **LINK | {"lat_deg": float(table["mid_path_centre_lat_deg"].iloc[0])}, delta_n=50, n0=310, time_pct=10,
        location_pct=90, resolution_m=200, polarization="h",
    )  # fmt: skip
    loss_db = float(got.path_loss_db)
    assert loss_db == pytest.approx(float(table["basic_transmission_loss_db"].iloc[0]), abs=1e-9)
    assert 95.0 < loss_db < 150.0


def test_clutter_and_zone_are_optional() -> None:
    bare = make_profile(D_KM, H_M)
    assert (bare.clutter_m == 0).all()
    assert (bare.zone == 4).all()
    high = make_profile(D_KM, H_M, np.array(CLUTTER_M) * 4)
    assert float(path_loss(bare, **LINK).path_loss_db) < float(path_loss(high, **LINK).path_loss_db)


def test_refuses_and_states_the_limits() -> None:
    with pytest.raises(InputError) as refused:
        path_loss(make_profile(D_KM[:4], H_M[:4]), **LINK | {"freq_mhz": 26_000.0}, time_pct=0.1)
    text = str(refused.value)
    assert len(refused.value.faults) == 3
    parts = ("4 points", "freq_mhz: 26000", "time_pct: 0.1", "30 MHz to 6 GHz", "0.25 to 3000 km", "1 to 50 % of time")
    for part in (*parts, "1 to 99 % of locations", "antennas 1 to 3000 m"):
        assert part in text, part


def test_profile_columns_must_match() -> None:
    with pytest.raises(InputError, match="unequal length"):
        path_loss(make_profile(D_KM, H_M[:4]), **LINK)

"""Longley-Rice along radials: the numbers of the reference, and faults by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from allreach.errors import InputError
from allreach.io.itm_sweep import QUANTILES, itm_sweep_of_folder
from allreach.radio.paths.itm_paths import itm_table
from kernels.reference_sets import shared


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(6)
    (tmp_path / "profiles").mkdir()
    h_m = 300.0 + np.cumsum(rng.normal(0.0, 8.0, 200))
    pd.DataFrame({"d_km": np.arange(200) * 0.09, "h_m": h_m}).to_csv(tmp_path / "profiles" / "a.csv", index=False)
    pd.DataFrame(
        [{"radial": "a", "profile": "a.csv", "step_m": 90, "h_tx_m": 30, "polarization": "V", "climate": 5,
          "N0_nunits": 301, "epsilon": 15, "sigma_s_per_m": 0.005, "mdvar": 12}]
    ).to_csv(tmp_path / "radials.csv", index=False)  # fmt: skip
    rows = [(k, h, f) for k in (7, 60, 199) for h in (1.5, 10.0) for f in (700.0, 1800.0)]
    table = pd.DataFrame(rows, columns=["sample", "h_rx_m", "freq_mhz"])
    table.insert(0, "case_id", [f"c{i}" for i in range(len(table))])
    table.to_csv(tmp_path / "a.csv", index=False)
    return tmp_path


def test_equals_the_path_on_its_own(folder: Path) -> None:
    got = itm_sweep_of_folder(folder)
    h_m = pd.read_csv(folder / "profiles" / "a.csv")["h_m"].to_numpy()
    receivers = pd.read_csv(folder / "a.csv")
    heights = {str(k): h_m[: k + 1] for k in receivers["sample"].unique()}
    for name, (time, location, situation) in QUANTILES.items():
        cases = receivers.assign(
            variability="TLS", time_percent=time, location_percent=location, situation_percent=situation, h_tx_m=30.0,
            climate=5, N0_nunits=301.0, polarization="V", epsilon=15.0, sigma_s_per_m=0.005, mdvar=12,
            profile=receivers["sample"].astype(str), profile_step_m=90.0,
        )  # fmt: skip
        expected = itm_table("itm", cases, heights)
        np.testing.assert_allclose(got[f"A_{name}_db"], expected["A_db"], rtol=0.0, atol=1e-9)
        np.testing.assert_array_equal(got[f"warnings_{name}"], expected["warnings"])


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("radials.csv", "climate", "weather", "no column climate"),
        ("a.csv", "c0,7", "c0,700", "sample = 700"),
        ("a.csv", "700.0", "much", "column freq_mhz, row 1 and 5 more rows: 'much' is not usable"),
        ("profiles/a.csv", "h_m", "height", "h_m"),
    ],
)
def test_faults_are_named(folder: Path, file: str, old: str, new: str, message: str) -> None:
    path = folder / file
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(InputError, match=message):
        itm_sweep_of_folder(folder)


@pytest.mark.shared
def test_every_row_of_the_reference_radials() -> None:
    source = shared("crosscheck/itm_radials")
    got = itm_sweep_of_folder(source).set_index("case_id")
    n_rows = 0
    for radial in pd.read_csv(source / "radials.csv")["radial"]:
        given = pd.read_csv(source / f"{radial}.csv").set_index("case_id")
        mine = got.loc[given.index]
        for name in QUANTILES:
            assert (mine[f"A_{name}_db"] - given[f"out_A_{name}_db"]).abs().max() <= 1e-6
            assert (mine[f"A_{name}_db"].isna() == given[f"out_A_{name}_db"].isna()).all()
            for what in ("return_code", "warnings"):
                assert (mine[f"{what}_{name}"] == given[f"out_{what}_{name}"]).all()
        n_rows += len(given)
    assert n_rows == len(got) > 1000

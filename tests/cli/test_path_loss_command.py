"""The command ``allreach path-loss``: results, and every fault of a bad file at once."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from allreach.cli.main import main

OWN = Path(__file__).parents[1] / "data" / "crosscheck" / "itu-p1812"
PROFILE = "d_km,h_m,ground_cover_height_m,zone\n0,100,0,4\n1,120,5,4\n2,90,0,4\n3,110,10,4\n4,95,0,4\n"
CASE = {
    "case_id": "a",
    "profile": "p.csv",
    "freq_ghz": 0.8,
    "p_percent": 50,
    "h_tx_m": 30,
    "h_rx_m": 1.5,
    "polarization": "V",
    "lat_tx_deg": 40.0,
    "lon_tx_deg": 45.0,
    "lat_rx_deg": 40.03,
    "lon_rx_deg": 45.02,
    "delta_N_nunits_per_km": 45,
    "N0_nunits": 325,
}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run the command; gives exit code, stdout and stderr."""

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["allreach", "path-loss", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        return int(stop.value.code or 0), out, err

    return call


def write(folder: Path, *rows: dict, profile: str | None = PROFILE) -> Path:
    pd.DataFrame(list(rows)).to_csv(folder / "cases.csv", index=False)
    if profile is not None:
        (folder / "profiles").mkdir()
        (folder / "profiles" / "p.csv").write_text(profile)
    return folder / "cases.csv"


def test_prints_the_reference_results(run) -> None:
    code, out, err = run("itu-p1812", OWN / "cases.csv")
    given, got = pd.read_csv(OWN / "cases.csv"), pd.read_csv(io.StringIO(out))
    assert (code, err) == (0, "")
    assert list(got.columns) == ["case_id", "basic_transmission_loss_db", "field_strength_dbuv_per_m"]
    assert list(got["case_id"]) == list(given["case_id"])
    for name in got.columns[1:]:
        assert np.abs(got[name] - given[f"out_{name}"]).max() <= 1e-6


def test_detail_has_every_intermediate_column(run) -> None:
    code, out, _ = run("itu-p1812", OWN / "cases.csv", "--profiles", OWN / "profiles", "--detail")
    columns = set(pd.read_csv(io.StringIO(out)).columns)
    assert code == 0
    assert {name for name in pd.read_csv(OWN / "cases.csv") if name.startswith("mid_")} <= columns


def test_defaults_and_no_field_strength_without_power(run, tmp_path: Path) -> None:
    code, out, _ = run("itu-p1812", write(tmp_path, CASE))
    assert code == 0
    assert out.startswith("case_id,basic_transmission_loss_db\na,")
    again = tmp_path / "full.csv"
    spelt_out = {"pL_percent": 50, "dct_km": 500, "dcr_km": 500, "prediction_resolution_wa_m": 100, "aux_note": "x"}
    pd.DataFrame([CASE | spelt_out]).to_csv(again, index=False)
    loss, other = (float(text.splitlines()[1].split(",")[1]) for text in (out, run("itu-p1812", again)[1]))
    assert other == pytest.approx(loss, abs=1e-6)


def test_coordinates_of_another_path_are_told(run, tmp_path: Path) -> None:
    far = {"case_id": "far", "lat_rx_deg": 41.5}
    same = {"case_id": "same", "lat_rx_deg": CASE["lat_tx_deg"], "lon_rx_deg": CASE["lon_tx_deg"]}
    code, out, err = run("itu-p1812", write(tmp_path, CASE, CASE | far, CASE | same))
    assert code == 0
    assert len(out.splitlines()) == 4
    assert "coordinates of 2 case(s)" in err
    assert "far: 166.8 km, its profile 4.0 km; same: 0.0 km, its profile 4.0 km" in err


def test_no_rows_give_the_header_alone(run, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(",".join(CASE) + "\n")
    assert run("itu-p1812", path)[:2] == (0, "case_id,basic_transmission_loss_db\n")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"freq_ghz": 7.0}, "freq_ghz = 7; expected 0.03 to 6 GHz. ITU-R P.1812 holds for 30 MHz to 6 GHz"),
        ({"freq_ghz": np.nan}, "freq_ghz is empty; expected a number"),
        ({"freq_ghz": "fast"}, "column freq_ghz, row 1: 'fast' is not usable"),
        ({"p_percent": 0.5}, "p_percent = 0.5; expected 1 to 50 %"),
        ({"pL_percent": 99.9}, "pL_percent = 99.9; expected 1 to 99 %"),
        ({"pL_percent": 90}, "expected prediction_resolution_wa_m or sigma_L_db"),
        ({"h_tx_m": 0.5}, "h_tx_m = 0.5; expected 1 to 3000 m"),
        ({"h_rx_m": 3500}, "h_rx_m = 3500; expected 1 to 3000 m"),
        ({"polarization": "C"}, "polarization C; expected H or V"),
        ({"lat_rx_deg": 91}, "lat_rx_deg = 91; expected -90 to 90 deg"),
        ({"delta_N_nunits_per_km": 157}, "delta_N_nunits_per_km = 157"),
        ({"dct_km": -1}, "dct_km = -1; expected 0 to 20040 km"),
        ({"profile": "absent.csv"}, "absent.csv: no such profile"),
        ({"profile": np.nan}, "profile is empty"),
    ],
)
def test_a_bad_value_is_named(run, tmp_path: Path, change: dict, message: str) -> None:
    code, out, err = run("itu-p1812", write(tmp_path, CASE | change))
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    ("profile", "message"),
    [
        (PROFILE.replace("3,110,10,4", "2,110,10,4"), "point 4: distance 2 km after 2 km; expected rising distances"),
        (PROFILE.replace("0,100,0,4", "0.5,100,0,4"), "first distance 0.5 km; expected 0, the transmitter"),
        (PROFILE.replace("2,90", "2,"), "point 3: height is not a number"),
        (PROFILE.replace("2,90", "2,low"), "column h_m, row 3: 'low' is not usable"),
        (PROFILE.replace("120,5,4", "120,-5,4"), "point 2: clutter height -5 m; expected 0 to 900 m (0 m or more)"),
        (PROFILE.replace("120,5,4", "120,5,2"), "point 2: zone 2; expected 1 (sea), 3 (coastal land) or 4 (inland)"),
        ("\n".join(PROFILE.splitlines()[:4]), "3 points; expected at least 5"),
        ("d_km,h_m\n0,1\n.05,1\n.1,1\n.15,1\n.2,1\n", "a path of 0.2 km; expected 0.25 to 3000 km"),
        ("distance,h_m\n0,1\n", "no column d_km"),
        ("", "holds nothing but blanks"),
    ],
)
def test_a_bad_profile_is_named(run, tmp_path: Path, profile: str, message: str) -> None:
    code, out, err = run("itu-p1812", write(tmp_path, CASE, profile=profile))
    assert (code, out) == (2, "")
    assert message in err


def test_all_faults_at_once(run, tmp_path: Path) -> None:
    bad = CASE | {"freq_ghz": 9.0, "p_percent": 60, "profile": "absent.csv"}
    rows = [{name: value for name, value in row.items() if name != "N0_nunits"} for row in (CASE, CASE, bad)]
    profile = PROFILE.replace("3,110", "1.5,110").replace("120,5", "120,")
    code, _, err = run("itu-p1812", write(tmp_path, *rows, profile=profile))
    assert code == 2
    for part in ("no column N0_nunits", "case_id a twice", "freq_ghz = 9", "p_percent = 60", "absent.csv",
                 "distance 1.5 km after 2 km", "clutter height is not a number"):  # fmt: skip
        assert part in err, part
    assert err.startswith("allreach: 7 faults:")


def test_missing_files_and_folders(run, tmp_path: Path) -> None:
    code, _, err = run("itu-p1812", tmp_path / "none.csv")
    assert code == 2
    assert "none.csv" in err
    code, _, err = run("itu-p1812", write(tmp_path, CASE, profile=None))
    assert code == 2
    assert "profiles: no such folder" in err
    assert "--profiles" in err

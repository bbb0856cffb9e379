"""``allreach path-loss`` for Longley-Rice and for sweeps along radials."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from allreach.cli.main import main

OWN = Path(__file__).parents[1] / "data" / "crosscheck"


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


@pytest.fixture
def radials(tmp_path: Path) -> Path:
    """Folder with one radial of 60 samples and five receivers."""
    (tmp_path / "profiles").mkdir()
    n = 60
    pd.DataFrame({"d_km": np.arange(n) * 0.1, "h_m": 100 + 20 * np.sin(np.arange(n) / 5)}).to_csv(
        tmp_path / "profiles" / "wave.csv", index=False
    )
    pd.DataFrame([{"radial": "wave", "profile": "wave.csv", "h_tx_m": 30, "polarization": "V", "lat_tx_deg": 40.0,
                   "lon_tx_deg": 45.0, "bearing_deg": 90.0, "delta_N_nunits_per_km": 45, "N0_nunits": 325}]).to_csv(
        tmp_path / "radials.csv", index=False
    )  # fmt: skip
    rows = [(f"c{k}", "wave", k, 1.5, 0.8, p) for k, p in ((4, 50), (20, 50), (59, 10), (59, 50), (7, 1))]
    pd.DataFrame(rows, columns=["case_id", "radial", "sample", "h_rx_m", "freq_ghz", "p_percent"]).to_csv(
        tmp_path / "wave.csv", index=False
    )
    return tmp_path


@pytest.mark.parametrize("model", ["itm", "itm-area"])
def test_itm_prints_the_reference_results(run, model: str) -> None:
    code, out, err = run(model, OWN / model / "cases.csv", "--detail")
    given, got = pd.read_csv(OWN / model / "cases.csv"), pd.read_csv(io.StringIO(out))
    assert (code, err) == (0, "")
    assert np.abs(got["A_db"] - given["out_A_db"]).max() <= 1e-6
    assert list(got["return_code"]) == list(given["out_return_code"])
    assert list(got["warnings"]) == list(given["out_warnings"])
    assert {column for column in given if column.startswith("mid_")} <= set(got)


def test_itm_gives_a_code_for_what_the_model_refuses(run, tmp_path: Path) -> None:
    case = pd.read_csv(OWN / "itm-area" / "cases.csv").iloc[[0]].assign(climate=9)
    case.to_csv(tmp_path / "cases.csv", index=False)
    code, out, _ = run("itm-area", tmp_path / "cases.csv")
    assert code == 0
    assert out.splitlines()[1] == f"{case['case_id'].iloc[0]},,1002,0"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"variability": "XY"}, "variability XY; expected TLS or CR"),
        ({"freq_mhz": np.nan}, "freq_mhz is empty; expected a number"),
        ({"profile": "absent.csv"}, "absent.csv: no such profile"),
        ({"time_percent": np.nan}, "time_percent is empty"),
    ],
)
def test_itm_names_bad_rows(run, tmp_path: Path, change: dict, message: str) -> None:
    table = pd.read_csv(OWN / "itm" / "cases.csv")
    case = table[table["variability"] == "TLS"].iloc[[0]].assign(**change)
    case.to_csv(tmp_path / "cases.csv", index=False)
    code, out, err = run("itm", tmp_path / "cases.csv", "--profiles", OWN / "itm" / "profiles")
    assert (code, out) == (2, "")
    assert message in err


def test_sweep_prints_every_receiver(run, radials: Path) -> None:
    code, out, err = run("itu-p1812", "--sweep", radials)
    table = pd.read_csv(io.StringIO(out)).set_index("case_id")
    assert (code, err) == (0, "")
    assert list(table.columns) == ["loss_pL50_db", "loss_pL95_db"]
    assert list(table.index) == ["c4", "c20", "c59", "c59", "c7"]
    assert (table["loss_pL95_db"] > table["loss_pL50_db"]).all()
    assert table["loss_pL50_db"].between(80, 160).all()


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("wave.csv", "wave,20,1.5", "wave,60,1.5", "sample = 60 (1 rows in all); expected 4 to 59"),
        ("wave.csv", "wave,20,1.5", "wave,3,1.5", "sample = 3"),
        ("wave.csv", "0.8,10", "0.8,0.1", "p_percent = 0.1"),
        ("wave.csv", "freq_ghz", "frequency", "no column freq_ghz"),
        ("radials.csv", "wave.csv", "none.csv", "none.csv: no such profile"),
        ("radials.csv", ",30,V", ",30,X", "polarization X; expected H or V"),
        ("radials.csv", ",30,V", ",0.3,V", "h_tx_m = 0.3; expected 1 to 3000 m"),
        ("radials.csv", "bearing_deg", "bearing", "no column bearing_deg"),
        ("profiles/wave.csv", "0.2,", "0.1,", "expected rising distances"),
    ],
)
def test_sweep_names_faults(run, radials: Path, file: str, old: str, new: str, message: str) -> None:
    path = radials / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    code, out, err = run("itu-p1812", "--sweep", radials)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["itu-p1812"],
        ["itu-p1812", "a.csv", "--sweep", "d"],
        ["itm-area", "--sweep", "d"],
        ["itu-p1812", "--sweep", "d", "--detail"],
        ["hata", "a.csv"],
    ],
)
def test_wrong_usage(run, arguments: list[str]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "Usage" in err


def test_sweep_without_radials(run, tmp_path: Path) -> None:
    code, _, err = run("itu-p1812", "--sweep", tmp_path)
    assert code == 2
    assert "radials.csv: no such file" in err


@pytest.mark.parametrize(("column", "value"), [("d_km", 1e5), ("delta_h_m", 1e5)])
def test_a_path_longer_than_the_earth_allows_is_refused(run, column: str, value: float, tmp_path: Path) -> None:
    case = pd.read_csv(OWN / "itm-area" / "cases.csv").iloc[[0]].assign(**{column: value})
    case.to_csv(tmp_path / "cases.csv", index=False)
    code, out, err = run("itm-area", tmp_path / "cases.csv")
    assert (code, out) == (2, "")
    assert column in err

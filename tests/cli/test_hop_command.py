"""The hop command on a small country."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from pyproj import Geod

from allreach.cli.hop import command
from allreach.errors import InputError
from allreach.params.load import load_params
from allreach.workflows.hop import hop
from allreach.workflows.study_inputs import read_inputs

OWN_MONEY = {"code": "AZN", "per_usd": 2.0, "date": "2025-06-01", "source": "Treasury"}
SET_MONEY = "currency={code: AZN, per_usd: 2, date: 2025-06-01, source: Treasury}"


def test_a_hop_between_two_masts_is_reported_and_written(small_country: Path, tmp_path: Path) -> None:
    out = tmp_path / "hop"
    result = CliRunner().invoke(
        command,
        ["S1", "S2", "--country", str(small_country), "-o", str(out), "--set", SET_MONEY, "--json"],
        catch_exceptions=False,
    )
    summary = json.loads(result.stdout)
    assert summary["currency"] == OWN_MONEY
    assert summary["price_base_year"] == load_params().costs.price_base_year
    assert summary["length_km"] == pytest.approx(5.727, abs=0.01)
    assert len(summary["bands"]) == 12
    assert summary["evidence"] == "synthetic"
    bands = pd.read_csv(out / "hop.csv")
    assert (bands["mbps_at_99.95_pct"] >= bands["mbps_at_99.999_pct"]).all()
    profile = pd.read_csv(out / "profile.csv")
    assert (profile["ground_k_low_m"] >= profile["ground_k_median_m"]).all()
    assert (out / "hop.html").read_text(encoding="utf-8").count("<svg") == 1


def test_the_sheet_and_the_terminal_speak_in_words(small_country: Path, tmp_path: Path) -> None:
    out = tmp_path / "hop"
    arguments = ["S1", "S2", "--country", str(small_country), "-o", str(out)]
    spoken = CliRunner(env={"COLUMNS": "200"}).invoke(command, arguments, catch_exceptions=False).stdout
    page = (out / "hop.html").read_text(encoding="utf-8")
    bands = pd.read_csv(out / "hop.csv")
    able = bands[~bands["is_overloaded"]]
    best = able.loc[able["mbps_at_99.99_pct"].idxmax()]
    over = bands[bands["is_overloaded"]]
    assert (over["received_dbm"] > -20.0).all()
    assert (able["received_dbm"] <= -20.0).all()
    assert len(over)
    assert best["mbps_at_99.99_pct"] < bands["mbps_at_99.95_pct"].max()  # the rule decides
    for text in (spoken, page):
        assert f"{best['freq_ghz']:g} GHz" in text
        assert f"most Mbit/s in {99.99:g} % of the year" in text
        assert f"overloaded by {over['received_dbm'].iloc[0] + 20.0:.1f}\u00a0dB" in text
        assert "dish heading 79.5°" in text
        assert "dish heading 259.5°" in text
        assert not re.search(
            r"[a-z]_[a-z]+(?:_m|_km|_pct|_usd|_dbm|_share)\b", re.sub(r"<svg.*?</svg>", "", text, flags=re.S)
        )
    again = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert again.exit_code == 0
    assert (out / "hop.html").read_text(encoding="utf-8") == page


def test_a_blocked_hop_says_so_in_every_form(small_country: Path, tmp_path: Path) -> None:
    out = tmp_path / "hop"
    arguments = ["P2", "P4", "--country", str(small_country), "--mast", "20", "20", "-o", str(out)]
    spoken = CliRunner().invoke(command, arguments, catch_exceptions=False).stdout
    page = (out / "hop.html").read_text(encoding="utf-8")
    for text in (spoken, page):
        assert "blocked" in text
        assert "Mbit/s, " not in text
        assert not re.search(r"\d+ \((?:QPSK|\d+-QAM)\)", text)
        assert "overloaded by" not in text
        assert "Relays that clear both halves" in text
    bands = pd.read_csv(out / "hop.csv")
    assert bands[["received_dbm", "mean_mbps", "mbps_at_99.99_pct"]].isna().all(axis=None)
    assert (bands["modulation_at_99.99_pct"] == "blocked").all()


def test_headings_lead_to_the_other_end(small_country: Path) -> None:
    found = hop(read_inputs(small_country), "P2", "P4", mast_a_m=20.0, mast_b_m=20.0)
    a, b = found.result.a, found.result.b
    earth = Geod(ellps="WGS84")
    length_m = earth.inv(a.lon_deg, a.lat_deg, b.lon_deg, b.lat_deg)[2]
    assert earth.fwd(a.lon_deg, a.lat_deg, a.bearing_deg, length_m)[:2] == pytest.approx((b.lon_deg, b.lat_deg))
    relay = found.result.relays[0]
    for end, out_deg, back_deg, km in (
        (a, relay.bearing_from_a_deg, relay.bearing_to_a_deg, relay.to_a_km),
        (b, relay.bearing_from_b_deg, relay.bearing_to_b_deg, relay.to_b_km),
    ):
        there = earth.fwd(end.lon_deg, end.lat_deg, out_deg, 1000.0 * km)[:2]
        assert there == pytest.approx((relay.lon_deg, relay.lat_deg), abs=1e-4)
        back = earth.fwd(relay.lon_deg, relay.lat_deg, back_deg, 1000.0 * km)[:2]
        assert back == pytest.approx((end.lon_deg, end.lat_deg), abs=1e-4)


def test_where_every_receiver_is_overloaded_none_is_recommended(small_country: Path) -> None:
    arguments = ["S1", "S2", "--country", str(small_country), "--dish", "4"]
    summary = json.loads(CliRunner().invoke(command, [*arguments, "--json"], catch_exceptions=False).stdout)
    assert all(band["is_overloaded"] for band in summary["bands"])
    assert summary["recommended_freq_ghz"] is None
    assert "overloaded" in CliRunner().invoke(command, arguments, catch_exceptions=False).stdout


def test_a_hop_over_the_ridge_is_blocked_and_gets_relays(small_country: Path) -> None:
    result = CliRunner().invoke(
        command, ["P2", "P4", "--country", str(small_country), "--mast", "20", "20", "--json"], catch_exceptions=False
    )
    summary = json.loads(result.stdout)
    assert summary["is_clear"] is False
    assert summary["needed_mast_m"] > 100.0
    assert summary["relays"]
    assert summary["relays"][0]["ground_m"] > 800.0


@pytest.mark.parametrize(
    ("ends", "more", "word"),
    [
        (("S1", "nowhere"), [], "neither LON,LAT"),
        (("S1", "400,10"), [], "no longitude"),
        (("S1", "0,0"), [], "unknown ground"),
        (("S1", "S1"), [], "one pixel"),
        (("S1", "S2"), ["--band", "3"], "not among the radios"),
    ],
)
def test_bad_ends_and_bands_are_refused(small_country: Path, ends: tuple[str, str], more: list[str], word: str) -> None:
    with pytest.raises(InputError, match=word):
        CliRunner().invoke(command, [*ends, "--country", str(small_country), *more], catch_exceptions=False)

"""The hop command on a small country."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from allreach.cli.hop import command
from allreach.errors import InputError


def test_a_hop_between_two_masts_is_reported_and_written(small_country: Path, tmp_path: Path) -> None:
    out = tmp_path / "hop"
    result = CliRunner().invoke(
        command, ["S1", "S2", "--country", str(small_country), "-o", str(out), "--json"], catch_exceptions=False
    )
    summary = json.loads(result.stdout)
    assert summary["length_km"] == pytest.approx(5.727, abs=0.01)
    assert len(summary["bands"]) == 12
    assert summary["evidence"] == "synthetic"
    bands = pd.read_csv(out / "hop.csv")
    assert (bands["mbps_at_99.95_pct"] >= bands["mbps_at_99.999_pct"]).all()
    profile = pd.read_csv(out / "profile.csv")
    assert (profile["ground_k_low_m"] >= profile["ground_k_median_m"]).all()
    assert (out / "hop.html").read_text(encoding="utf-8").count("<svg") == 1


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

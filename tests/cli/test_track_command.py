import json

import pandas as pd
import pytest
from click.testing import CliRunner

from allreach.cli.main import cli
from allreach.errors import InputError


def run(*args):
    return CliRunner().invoke(cli, [str(a) for a in args], catch_exceptions=False)


def test_track_and_brief(tmp_path):
    folder = tmp_path / "AZE"
    folder.mkdir()
    out = run("track", folder, "--json", "--as-of", "2026-11-21")
    assert out.exit_code == 0
    found = json.loads(out.stdout)
    assert found["country"] == "AZE"
    assert {t["target_id"]: t["status"] for t in found["targets"]}["fixed_price"] == "achieved"
    out = run("track", folder)
    assert "track.html" in out.stdout.replace("\n", "")
    (row,) = [line for line in out.stdout.splitlines() if " claimed " in line]
    assert row.split("  ")[0].strip() == "Every household and business passed by broadband"
    assert "100.0 (2025-11)" in row
    out = run("brief", folder, "--with", "geo", "--json")
    files = json.loads(out.stdout)["files"]
    assert [f.rsplit("/", 1)[1] for f in files] == [f"brief_AZE_GEO_en{s}" for s in (".pdf", ".html", ".sources.json")]


def test_import_and_give(tmp_path):
    folder = tmp_path / "GEO"
    folder.mkdir()
    pd.DataFrame({"iso3": ["GEO"], "internet_users_pct": [84.7]}).to_csv(tmp_path / "v.csv", index=False)
    out = run(
        "track",
        folder,
        "--import",
        tmp_path / "v.csv",
        "--give",
        "date=2025",
        "--give",
        "source=ITU",
        "--give",
        "retrieved=2026-11-21",
        "--json",
    )
    assert "1 added" in out.stderr
    targets = {t["target_id"]: t for t in json.loads(out.stdout)["targets"]}
    assert targets["people_online"]["value"] == 84.7
    assert targets["people_online"]["status"] == "no_trend"
    with pytest.raises(InputError, match="NAME=VALUE"):
        run("track", folder, "--give", "date")


def test_check_names_the_faults(tmp_path):
    (tmp_path / "strategy.yaml").write_text("id: a\nname: b\ncuntry: AZE\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 3, cuntry"):
        run("track", tmp_path, "--check")
    assert "without error" in run("track", tmp_path, "--strategy", "connectivity_2030", "--check").stdout

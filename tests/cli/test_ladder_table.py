"""The ladder on the terminal."""

from __future__ import annotations

import pytest

from allreach.cli.ladder_table import print_ladder
from allreach.io.ladder_file import ladder_of, ladder_table
from sample_ladder import planned


def test_what_upgrades_alone_give_is_said_beside_a_plan_with_new_sites(capsys: pytest.CaptureFixture[str]) -> None:
    alone = {"pv_usd": 100e6, "reached_share": 0.99}
    step = planned("mobile_4g_outdoors", 0.8, 254e6, reached_share=0.992, upgrades_alone=alone)
    raw = {"rungs": [step], "headline": None, "first_unmet": "mobile_4g_outdoors"}
    print_ladder(raw, "TST", sketch=False, currency=None)
    said = capsys.readouterr().out
    assert "upgrades alone reach 99.0% for 100 million USD" in said
    assert "reaches 200 more at 770,000 USD each" in said  # 154 million for 0.2 % of 100,000 people
    row = ladder_table(ladder_of(raw, "ladder")).iloc[0]
    assert (row["upgrades_alone_pv_usd"], row["upgrades_alone_reached_share"]) == (100e6, 0.99)
    raw["rungs"] = [planned("mobile_4g_outdoors", 0.8, 254e6, reached_share=0.992)]
    print_ladder(raw, "TST", sketch=False, currency=None)
    assert "upgrades alone" not in capsys.readouterr().out


def test_a_plan_that_does_not_reach_all_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    steps = [
        planned("mobile_4g_outdoors", 0.8, 60e6, reached_share=0.85),
        planned("mobile_5g_outdoors", 0.8, 60e6, reached_share=1.0),
    ]
    print_ladder(
        {"rungs": steps, "headline": None, "first_unmet": "mobile_4g_outdoors"}, "TST", sketch=False, currency=None
    )
    said = capsys.readouterr().out
    assert "What is planned does not reach all: 4G outdoors 85.0%" in said
    assert "5G outdoors 100" not in said

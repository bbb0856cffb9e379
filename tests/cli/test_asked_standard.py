"""The first lines of a run say what is asked for: a speed, a speed by a line, a mobile signal."""

from __future__ import annotations

import pytest

from allreach.cli.summary import _asked
from allreach.params.country_config import ServiceStandard


@pytest.mark.parametrize(
    ("standard", "told"),
    [
        ({}, "can get 10 Mbit/s"),
        ({"generation": "5G"}, "can get 10 Mbit/s, by 5G where by mast"),
        ({"service": "line", "dl_mbps": 30}, "can get 30 Mbit/s by a fixed line"),
        ({"service": "mobile", "dl_mbps": 2}, "are under 4G outdoors at 2 Mbit/s or more"),
        (
            {"service": "mobile", "dl_mbps": 2, "indoors": True, "generation": "5G"},
            "are under 5G indoors at 2 Mbit/s or more",
        ),
    ],
)
def test_the_sentence_says_what_is_asked_for(standard: dict[str, object], told: str) -> None:
    assert _asked(ServiceStandard.model_validate(standard).model_dump(mode="json")) == told

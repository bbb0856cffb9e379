"""Each item of a bill, and what feeds a site, has words in every language of the page."""

from __future__ import annotations

import pytest

from allreach.finance.cost_items import ITEMS
from allreach.report.map_page.page import LANGUAGES, locale
from allreach.vocabulary import BackhaulKind


@pytest.mark.parametrize("language", LANGUAGES)
def test_items_are_words_and_no_two_share_them(language):
    messages = locale(language)
    names = [messages[f"item_{item}"] for item in ITEMS]
    assert len(set(names)) == len(names)
    assert not [name for name in names if "_" in name or "usd" in name.lower()]
    assert {key for key in messages if key.startswith("item_")} == {f"item_{item}" for item in ITEMS}
    for kind in (*BackhaulKind, "existing"):
        assert messages[f"backhaul_{kind}"]
    for kind in ("grid", "solar", "existing"):
        assert messages[f"power_{kind}"]

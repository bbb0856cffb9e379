"""Reasons: the English text in the results is that of the key, and every language has one of its own."""

from __future__ import annotations

import json
from string import Formatter

import pytest

from allreach.measure import planned_institutions as institutions
from allreach.reason import NO_REASON, Reason
from allreach.report.documents.localise import LANGUAGES, page_texts, speech
from allreach.workflows.ladder import GIVES_NOBODY, NOT_YET
from allreach.workflows.rung_plans import NO_PLAN_KEY

REASONS = [
    GIVES_NOBODY,
    NOT_YET,
    institutions.NOT_CONNECTED,
    institutions._too_slow("S7", 1234.5, 3.25),
    institutions._no_room("sector", "its sector", "S7"),
    institutions._no_room("backhaul", "the backhaul", "S7"),
]


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.key)
def test_the_english_text_is_that_of_the_key(reason: Reason) -> None:
    values = {name: value if isinstance(value, str) else f"{value:g}" for name, value in reason.values.items()}
    assert reason.text == page_texts("en")[reason.key].format(**values)
    assert json.loads(reason.values_json or "{}") == reason.values


@pytest.mark.parametrize("key", [*(reason.key for reason in REASONS), NO_PLAN_KEY])
def test_every_language_has_a_text_of_its_own_with_the_same_blanks(key: str) -> None:
    texts = [page_texts(language)[key] for language in LANGUAGES]
    assert len(set(texts)) == len(LANGUAGES)
    assert len({frozenset(name for _, name, _, _ in Formatter().parse(text) if name) for text in texts}) == 1


def test_documents_say_a_reason_in_their_language_and_one_without_a_key_as_it_is() -> None:
    assert speech("en").reason("in full", GIVES_NOBODY.key) == "in full"
    assert speech("az").reason("in full", GIVES_NOBODY.key) == page_texts("az")[GIVES_NOBODY.key]
    assert speech("az").reason("in full", "") == "in full"
    assert speech("az").reason("in full", "reason_of_another_release") == "in full"
    assert not NO_REASON.text

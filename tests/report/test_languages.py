import logging

import pytest

from allreach.errors import InputError
from allreach.report.languages import spoken


def test_chosen_languages_go_first_then_those_of_the_country(caplog):
    assert spoken(("az", "en", "az"), ("ru",)) == ("az", "en")
    assert spoken((), ("kk", "ru")) == ("ru",)
    assert caplog.text == ""


def test_a_country_of_another_language_gets_english_and_is_told(caplog):
    with caplog.at_level(logging.WARNING):
        assert spoken(None, ("es", "qu")) == ("en",)
    assert "no texts in es, qu" in caplog.text


def test_a_chosen_language_without_texts_is_refused():
    with pytest.raises(InputError, match="language es: has no texts"):
        spoken(("en", "es"), ("en",))

"""Amounts keep their first digits, in US dollars and in money of the country, at any rate."""

from __future__ import annotations

import re

import pytest

from allreach.params.money import Money, in_millions
from allreach.report.documents.localise import LANGUAGES, speech

RATES = [1.234567e-7, 0.00321, 0.307, 1.7, 365.25, 25164.7, 1.2e6]
AMOUNTS = [0.004, 3.456, 12.3, 4321.0, 2.5e6, 2318e6]


def currency(per_usd: float) -> dict[str, object]:
    return {"code": "XAA", "per_usd": per_usd, "date": "2025", "source": "central bank"}


def number(text: str, language: str = "en") -> float:
    """First number of a text, with its word for millions."""
    digits = re.match(r"[+−-]?[\d.,\u00a0\u202f]*\d", text)
    assert digits is not None, text
    thousands, decimal = {"en": ",.", "az": ".,", "ru": "\u00a0,", "fr": "\u202f,"}[language]
    plain = digits[0].replace(thousands, "").replace(decimal, ".")
    return float(plain) * (1e6 if re.search("mil|млн", text[digits.end() :]) else 1.0)


@pytest.mark.parametrize("per_usd", RATES)
@pytest.mark.parametrize("usd", AMOUNTS)
def test_no_amount_is_rounded_to_nothing(per_usd: float, usd: float) -> None:
    dollars, local = Money(currency(per_usd))(usd).split(" = ")
    assert number(dollars) == pytest.approx(usd, rel=0.05)
    assert number(local) == pytest.approx(usd * per_usd, rel=0.05)
    for text, value in zip(Money(currency(per_usd)).whole(usd), (usd, usd * per_usd), strict=True):
        assert number(text) == pytest.approx(value, rel=0.05)
    assert number(in_millions(usd * per_usd, 4)) == pytest.approx(usd * per_usd / 1e6, rel=1e-3)
    assert "e" not in dollars + local.replace("million", "")


def test_nothing_is_nothing() -> None:
    assert Money(currency(1e-7))(0.0) == "0 USD = 0 XAA"


@pytest.mark.parametrize("per_usd", RATES)
def test_the_rate_is_told_with_its_digits(per_usd: float) -> None:
    told = Money(currency(per_usd)).terms(2024).removeprefix("US dollars of 2024; ")
    assert number(told) == pytest.approx(per_usd, rel=1e-5)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("per_usd", RATES)
def test_documents_write_it_with_the_marks_of_their_language(language: str, per_usd: float) -> None:
    words = speech(language)
    for usd in AMOUNTS:
        dollars, local = words.money_beside(usd, currency(per_usd), with_rate=False).split(" = ")
        assert number(dollars, language) == pytest.approx(usd, rel=0.1)
        assert number(local, language) == pytest.approx(usd * per_usd, rel=0.1)
    rate = words.rate(currency(per_usd)).removeprefix("1 ABŞ dolları = ")
    assert number(rate, language) == pytest.approx(per_usd, rel=1e-5)


def test_marks_are_those_of_the_cldr() -> None:
    written = {code: speech(code).number(1234567.25, 2) for code in LANGUAGES}
    assert written == {
        "en": "1,234,567.25",
        "az": "1.234.567,25",
        "ru": "1\u00a0234\u00a0567,25",
        "fr": "1\u202f234\u202f567,25",
    }

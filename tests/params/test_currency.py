import datetime as dt

import pytest
from pydantic import ValidationError

from allreach.errors import AllreachError
from allreach.params.country_config import CountryConfig
from allreach.params.currency import Currency, currency_of, shipped_rate
from allreach.params.sets import apply_to_config, split_sets
from allreach.report.documents.localise import speech

COUNTRY = {"name": "Test", "crs": "EPSG:32638", "pixel_m": 100}
OWN = {"code": "AZN", "per_usd": 1.7, "date": "2025-12-31", "source": "Central Bank of Azerbaijan"}


def country(iso3="AZE", **more):
    return CountryConfig.model_validate({**COUNTRY, "iso3": iso3, **more})


def test_a_country_has_its_money_at_the_shipped_rate_with_date_and_source():
    money = country().currency
    assert (money.code, money.date[:2]) == ("AZN", "20")
    assert money.per_usd == pytest.approx(1.7, abs=0.01)  # held by the central bank since 2017
    assert "World Bank" in money.source
    assert country("LUX").currency.code == country("BGR").currency.code == "EUR"
    assert country("USA").currency == country("ECU").currency == Currency()
    assert country("PRK").currency == Currency()  # nobody publishes a rate


def test_the_countrys_own_rate_counts_and_survives_writing_and_reading():
    mine = country(currency=OWN)
    assert mine.currency.model_dump() == OWN
    again = CountryConfig.model_validate(mine.model_dump(mode="json"))
    assert again == mine
    assert country(currency={**OWN, "date": dt.date(2025, 12, 31)}).currency == mine.currency


def test_a_code_alone_takes_the_shipped_rate_of_that_currency():
    assert country(currency="EUR").currency == country("LUX").currency == country(currency={"code": "EUR"}).currency
    assert country(currency="USD").currency == Currency()
    parameters, config = split_sets(["currency=EUR"])
    assert not parameters
    assert apply_to_config(country(), config).currency.code == "EUR"
    own = "currency={code: AZN, per_usd: 2, date: 2025-06-01, source: Treasury}"
    assert apply_to_config(country(), [own]).currency.per_usd == 2


@pytest.mark.parametrize(
    ("currency", "message"),
    [
        ("Dollar", "ISO 4217"),
        ("XQZ", "ISO 4217"),
        ({**OWN, "code": "azn"}, "ISO 4217"),
        ({**OWN, "per_usd": 0}, "greater than 0"),
        ({**OWN, "per_usd": -1.7}, "greater than 0"),
        ({**OWN, "per_usd": float("nan")}, "finite"),
        ({**OWN, "per_usd": float("inf")}, "finite"),
        ({**OWN, "per_usd": True}, "expected a number"),
        ({**OWN, "date": "2199-01-01"}, "today"),
        ({**OWN, "date": "lately"}, "YYYY"),
        ({"code": "AZN", "per_usd": 1.7, "source": "Central Bank"}, "has no date"),
        ({"code": "AZN", "per_usd": 1.7, "date": "2025"}, "has no source"),
        ({**OWN, "code": "USD"}, "costs one US dollar"),
        ({"per_usd": 1.7, "date": "2025", "source": "Bank"}, "costs one US dollar"),
        ("KPW", "no exchange rate is shipped"),
        ({**OWN, "rate": 2}, "rate"),
        (1.7, "currency"),
    ],
)
def test_money_that_is_none_is_refused_one_fault_each(currency, message):
    with pytest.raises(ValidationError, match=message) as caught:
        country(currency=currency)
    assert caught.value.error_count() == 1


@pytest.mark.parametrize("text", ["currency=ABC", "currency={code: AZN, per_usd: 0, date: 2025-01-01, source: me}"])
def test_impossible_money_on_the_line_is_refused(text):
    with pytest.raises(AllreachError, match="--set currency"):
        apply_to_config(country(), [text])


def test_every_shipped_rate_is_a_currency_with_a_year():
    from babel.numbers import is_currency

    from allreach.params.currency import _rates

    assert len(_rates()) > 200
    for row in _rates():
        assert is_currency(row["code"]), row
        assert float(row["per_usd"]) > 0, row
        assert currency_of(row["iso3"]).code == row["code"], row
    assert shipped_rate(code="EUR")["per_usd"] == 0.884969


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "2,318 million USD = 3,941 million AZN (1.70 AZN per USD, 2025)"),
        ("az", "2.318 milyon ABŞ dolları = 3.941 milyon AZN (1 ABŞ dolları = 1,70 AZN, 2025)"),
        ("fr", "2 318 millions USD = 3 941 millions AZN (1,70 AZN par USD, 2025)"),
        ("ru", "2 318 млн долл. США = 3 941 млн AZN (1,70 AZN за долл. США, 2025)"),
    ],
)
def test_documents_tell_both_amounts_in_every_language(language, expected):
    voice = speech(language)
    money = {"code": "AZN", "per_usd": 1.7, "date": "2025", "source": "World Bank"}
    plain = voice.money_beside(2318e6, money).replace("\u00a0", " ").replace("\u202f", " ")
    assert plain == expected
    assert voice.money_beside(2318e6, None) == voice.money(2318e6)
    assert voice.money_beside(2318e6, {"code": "USD", "per_usd": 1.0, "date": ""}) == voice.money(2318e6)


def test_a_sketch_rounds_both_amounts():
    money = {"code": "AZN", "per_usd": 1.7, "date": "2025"}
    text = speech("en").money_beside(2318e6, money, significant=2).replace("\u00a0", " ")
    assert text.startswith("2,300 million USD = 3,900 million AZN")

"""Money of the country beside US dollars, in every command that tells an amount."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from allreach.cli.compare_table import _rows
from allreach.cli.main import cli
from allreach.params.currency import Currency
from allreach.params.money import Money

AZN = {"code": "AZN", "per_usd": 1.7, "date": "2025", "source": "World Bank"}
UNKNOWN = "PRK"  # nobody publishes a rate


def test_both_amounts_and_the_rate_once():
    money = Money(AZN)
    assert money(2318e6) == "2,318 million USD = 3,941 million AZN"
    assert money(100) == "100 USD = 170 AZN"
    assert money.terms(2025) == "US dollars of 2025; 1.7 AZN per USD (2025, World Bank)"
    assert Money(Currency(**AZN))(100) == "100 USD = 170 AZN"


def test_a_difference_has_its_sign_twice():
    assert Money(AZN).difference(-2e6) == "-2 million USD = -3.4 million AZN"
    assert Money(AZN).difference(100) == "+100 USD = +170 AZN"


def test_a_sketch_rounds_both():
    assert Money(AZN, 2)(2318e6) == "2,300 million USD = 3,900 million AZN"
    assert Money(AZN, 2).whole(23456) == ("23,000", "40,000")


def test_where_the_money_is_the_dollar_an_amount_stands_once():
    for currency in (None, {"code": "USD", "per_usd": 1.0, "date": "", "source": "itself"}, Currency()):
        money = Money(currency)
        assert money(2318e6) == "2,318 million USD"
        assert money.terms(2025) == "US dollars of 2025"
        assert money.codes == ("USD",)


def in_money_of(folder: Path, currency: str) -> Path:
    """Give the country another code; that of the currency follows from it, where a rate is shipped."""
    path = folder / "country.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config.pop("currency", None)
    config["iso3"] = currency
    path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    return folder


@pytest.mark.parametrize(("country", "has_rate"), [("AZE", True), (UNKNOWN, False)])
def test_hop_and_satellite_tell_money_of_the_country(small_country: Path, country: str, has_rate: bool) -> None:
    folder = in_money_of(small_country, country)
    runner = CliRunner(env={"COLUMNS": "200"})
    out = folder / "hop"
    hop = runner.invoke(cli, ["hop", "S1", "S2", "--country", str(folder), "-o", str(out)], catch_exceptions=False)
    satellite = runner.invoke(cli, ["satellite", str(folder)], catch_exceptions=False)
    for text in (hop.stdout, (out / "hop.html").read_text(encoding="utf-8"), satellite.stdout):
        assert "USD" in text
        assert ("AZN" in text) == has_rate


def test_compare_has_a_row_in_money_of_the_country():
    rows = _rows("pv_usd", "USD", (2e6, 1e6, -1e6), Money(AZN))
    assert rows == [
        ("pv_usd", ["2,000,000", "1,000,000", "-1,000,000"]),
        ("  in AZN", ["3,400,000", "1,700,000", "-1,700,000"]),
    ]
    assert _rows("pv_usd", "USD", (2e6, 1e6, -1e6), Money()) == rows[:1]
    assert _rows("n_hops", "1", (2.0, 1.0, -1.0), Money(AZN)) == [("n_hops", ["2", "1", "-1"])]

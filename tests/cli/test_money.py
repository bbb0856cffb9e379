from allreach.cli.summary import Money

AZN = {"code": "AZN", "per_usd": 1.7, "date": "2025", "source": "World Bank"}


def test_the_terminal_tells_both_amounts_and_the_rate_once():
    money = Money(False, AZN)
    assert money(2318e6) == "2,318 million USD = 3,941 million AZN"
    assert money(100) == "100 USD = 170 AZN"
    assert money.terms(2025) == "US dollars of 2025; 1.7 AZN per USD (2025, World Bank)"


def test_a_sketch_rounds_both():
    assert Money(True, AZN)(2318e6) == "2,300 million USD = 3,900 million AZN"


def test_where_the_money_is_the_dollar_an_amount_stands_once():
    for currency in (None, {"code": "USD", "per_usd": 1.0, "date": "", "source": "itself"}):
        money = Money(False, currency)
        assert money(2318e6) == "2,318 million USD"
        assert money.terms(2025) == "US dollars of 2025"

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allreach.errors import ParameterError
from allreach.params.load import load_params
from allreach.params.price_level import deflator, first_year, is_money, last_year, price_factor

YEARS = st.integers(first_year(), last_year())


@given(YEARS, YEARS, YEARS)
def test_a_way_over_a_third_year_changes_nothing(a, b, c):
    assert price_factor(a, a) == 1.0
    assert price_factor(a, b) * price_factor(b, c) == pytest.approx(price_factor(a, c), rel=1e-12)


def test_the_deflator_has_every_year_and_the_published_rise_of_2021_and_2022():
    table = deflator()
    assert sorted(table) == list(range(min(table), max(table) + 1))
    # Bureau of Economic Analysis: GDP deflator +4.6 % in 2021, +7.1 % in 2022
    assert price_factor(2020, 2021) == pytest.approx(1.046, abs=0.002)
    assert price_factor(2021, 2022) == pytest.approx(1.071, abs=0.002)


def test_years_after_the_table_count_as_its_last_and_years_before_it_are_refused():
    assert price_factor(last_year() + 1, last_year()) == 1.0
    with pytest.raises(ValueError, match="begins"):
        price_factor(first_year() - 1, last_year())


def test_every_price_of_the_book_is_brought_to_the_base_year_and_nothing_else_is():
    book = load_params()
    for key, q, _ in book.quantities():
        assert q.is_money == is_money(q.unit) == (q.currency == "USD"), key
        if not q.is_money:
            assert q.money_year is None, key
            continue
        assert q.money_year == book.costs.price_base_year == last_year(), key
        assert q.value == pytest.approx(q.source_value * price_factor(q.year, last_year())), key


def test_another_base_year_changes_all_prices_by_one_factor_and_no_share_or_life():
    new, old = load_params(), load_params(sets=["costs.price_base_year=2020"])
    factor = price_factor(last_year(), 2020)
    assert factor < 1
    for (key, a, _), (_, b, _) in zip(new.quantities(), old.quantities(), strict=True):
        for name in ("value", "low", "high"):
            expected = getattr(a, name) * (factor if a.is_money else 1.0)
            assert getattr(b, name) == pytest.approx(expected, rel=1e-12), key


def test_a_price_of_ones_own_is_money_of_the_base_year_unless_its_year_is_given():
    bare = load_params([{"costs": {"ont_usd": 40}}]).costs.ont_usd
    assert (bare.value, bare.year, bare.money_year) == (40, last_year(), last_year())
    of_2015 = load_params([{"costs": {"ont_usd": {"value": 40, "year": 2015, "source": "Tender 7"}}}]).costs.ont_usd
    assert of_2015.value == pytest.approx(40 * price_factor(2015, last_year()))
    assert (of_2015.source_value, of_2015.year) == (40, 2015)
    in_2020 = load_params([{"costs": {"ont_usd": 40}}], ["costs.price_base_year=2020"]).costs.ont_usd
    assert (in_2020.value, in_2020.money_year) == (40, 2020)


def test_resolved_parameters_mean_the_same_under_another_base_year():
    import json

    book = load_params([{"costs": {"drop_usd": {"value": 100, "year": 2010}}}])
    again = json.loads(json.dumps(book.resolved()))
    del again["costs"]["price_base_year"]
    older = load_params([again], ["costs.price_base_year=2012"]).costs
    assert older.drop_usd.value == pytest.approx(100 * price_factor(2010, 2012))
    assert older.fibre_buried_usd_per_km.source_value == book.costs.fibre_buried_usd_per_km.source_value


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"year": 2010}, "has a year but no value"),
        ({"value": 30, "year": first_year() - 1}, "cannot be brought"),
        ({"value": 30, "year": "last"}, "is no year"),
        ({"value": 30, "year": 20250}, "2100"),
        ({"value": 50, "currency": "AZN"}, "exchange rate"),
        ({"value": 50, "unit": "AZN/home"}, "exchange rate"),
    ],
)
def test_a_price_in_money_of_no_year_or_of_another_country_is_refused(entry, message):
    with pytest.raises(ParameterError, match=message):
        load_params([{"costs": {"ont_usd": entry}}])


@pytest.mark.parametrize("year", ["1999", "2031", "2020.5", "soon"])
def test_a_base_year_outside_the_deflator_is_refused(year):
    with pytest.raises(ParameterError, match="price_base_year"):
        load_params(sets=[f"costs.price_base_year={year}"])

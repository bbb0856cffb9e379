"""Numbers in texts: one reading or none, whatever the convention; what is unclear is said and never guessed."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allreach.number_text import UNCLEAR, code_texts, read_numbers, same_word, shown_mark


def read(*texts, **said):
    return read_numbers(pd.Series(list(texts), dtype="object"), **said)


@pytest.mark.parametrize(
    ("texts", "right"),
    [
        (["47,385107", "40,5"], [47.385107, 40.5]),
        (["1 234,5", "7"], [1234.5, 7.0]),
        (["1\u202f234,5", "1\u00a0000"], [1234.5, 1000.0]),
        (["1'234", "1’234.5"], [1234.0, 1234.5]),
        (["١٢٣٤", "٤٧٫٥"], [1234.0, 47.5]),
        (["1.234.567", "1.000"], [1234567.0, 1000.0]),
        (["1,234,567", "1,000"], [1234567.0, 1000.0]),
        (["12,34,567", "5"], [1234567.0, 5.0]),
        (["1.234,5", "2.000"], [1234.5, 2000.0]),
        (["1E5", "1,5e3"], [100000.0, 1500.0]),
        (["\u22125", "+5", ".5", "5.", "007"], [-5.0, 5.0, 0.5, 5.0, 7.0]),
        (["47.385", "40.512"], [47.385, 40.512]),
    ],
)
def test_one_reading(texts, right):
    found = read(*texts)
    assert found.values.tolist() == pytest.approx(right)
    assert not found.is_unreadable.any()


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("inf", "infinity"),
        ("-Infinity", "infinity"),
        ("1e999", "larger than"),
        ("#DIV/0!", "error of the spreadsheet"),
        ("81,5 %", "percent"),
        ("-", "a dash"),
        ("30 m", "a unit"),
        ("2024-01-01", "a date"),
        ("12:30", "a date or a time"),
        ("47 22 30 E", "degrees, minutes"),
        ("47°22'30\"N", "degrees, minutes"),
        ("1_000", "a unit"),
        ("many", "no number"),
    ],
)
def test_what_is_no_number_has_a_cause(text, cause):
    found = read(text, "5")
    assert found.is_unreadable.tolist() == [True, False]
    assert cause in found.causes.iloc[0]
    assert math.isnan(found.values.iloc[0])


def test_words_for_not_known_are_missing_and_no_fault():
    found = read("..", "NA", "n/a", "", None, "…", "nan", "5")
    assert found.is_missing.tolist() == [True] * 7 + [False]
    assert not found.is_unreadable.any()


def test_a_thousand_or_one():
    for texts in (["1.000", "2.000", "150"], ["1,000", "150"]):
        for whole in (True, False):
            assert read(*texts, whole=whole).causes.iloc[0] == UNCLEAR
    assert read("1.000", decimal=",").values.tolist() == [1000.0]
    assert read("1.000", decimal=".").values.tolist() == [1.0]
    # another column of the file shows the comma to be the mark, so that the dot groups; the other way round it may not
    assert read("1.000", whole=True, elsewhere=",").values.tolist() == [1000.0]
    assert read("1.000", whole=True, elsewhere=".").causes.iloc[0] == UNCLEAR
    # fixed decimals show themselves by a value over a thousand
    assert read("1200.000", "1.000", whole=True).values.tolist() == [1200.0, 1.0]
    # no degree is above 360, no mast above 3,000 m
    assert read("47.000", "5", largest=360.0).values.tolist() == [47.0, 5.0]
    assert read("30.000", largest=3000.0).values.tolist() == [30.0]


def test_two_conventions_in_a_column_are_refused():
    assert read("1.5", "2,5").is_unreadable.all()
    assert read("2,5", decimal=".").causes.iloc[0] == "a decimal comma"


def test_infinity_of_a_column_of_numbers():
    found = read_numbers(pd.Series([1.0, np.inf, np.nan]))
    assert found.is_unreadable.tolist() == [False, True, False]
    assert found.is_missing.tolist() == [False, False, True]


def test_mark_that_columns_show():
    assert shown_mark([pd.Series(["47.385107"]), pd.Series(["1.000"])]) == "."
    assert shown_mark([pd.Series(["47,385107"]), pd.Series([1.5])]) == ","
    assert shown_mark([pd.Series(["1.000", "5"])]) == ""
    assert shown_mark([pd.Series(["1.5", "2,5"])]) == ""


@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_what_python_writes_is_read_back(number):
    for text in (repr(number), repr(number).replace(".", ",")):
        found = read(text, "0.5" if "." in text else "0,5")
        assert found.values.iloc[0] == number


@given(st.text(max_size=12))
def test_no_text_breaks_the_reader(text):
    found = read(text, "5")
    states = found.is_missing.iloc[0] + found.is_unreadable.iloc[0] + (not math.isnan(found.values.iloc[0]))
    assert states == 1


def test_codes():
    assert code_texts(pd.Series([7.0, np.nan, 11.0])).dropna().tolist() == ["7", "11"]
    assert code_texts(pd.Series([1.5, np.nan, 2.0])).dropna().tolist() == ["1.5", "2.0"]
    assert same_word(1.0) == same_word("1") == same_word("1.0") == same_word(1)
    assert same_word("01") != same_word("1")
    assert same_word("") is None
    assert same_word(True) == same_word("true")


@pytest.mark.parametrize("value", [{"a": 1}, [1, 2], {1}, np.array([1, 2]), 10**400, b"1"])
def test_what_is_no_number_is_told_whatever_it_is(value):
    column = pd.Series(["1", value, "2.5"], dtype=object)
    read = read_numbers(column)
    assert read.values.tolist()[::2] == [1.0, 2.5]
    assert read.is_unreadable.tolist() == [False, True, False]
    assert shown_mark([column]) == "."

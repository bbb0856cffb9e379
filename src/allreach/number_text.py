"""Numbers as people and spreadsheets write them: decimal marks, thousands, words for "not known".

A text is read only where it has one reading. ``1.000`` may be one or a thousand; what decides is, in this order, what
the user says, the other values of the column, the other columns of the file. Where nothing decides, the value is
unclear, and unclear is an error, never a guess. Digits of all scripts count (Unicode, category Nd).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from numbers import Real
from typing import Any, Literal

import numpy as np
import pandas as pd

Mark = Literal[".", ","]
"""Decimal mark."""

NOT_KNOWN = frozenset({"", "..", "...", "…", "na", "n/a", "#n/a", "#na", "nan", "null", "<na>"})
"""Words for a value that is not known, in small letters; ``-`` is none of them, since it also stands for nought."""
LARGEST_WHOLE = 2**53
"""Above it a float no longer holds every whole number."""
UNCLEAR = "are the three digits decimals, or a thousand's?"

_BLANKS = " \u00a0\u2007\u2009\u202f"
_WHOLE = re.compile(r"[+-]?\d+")
_EXPONENT = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)[eE][+-]?\d+")
_GROUPED = re.compile(rf"[+-]?\d{{1,3}}([{_BLANKS}'’]\d{{3}})+([.,]\d+)?")
_DEGREES = re.compile(
    r"\s*[NSEWO]?\s*\d+\s*[°ºd:\s]\s*\d+\s*(['’′:m\s]\s*\d*([.,]\d+)?\s*(\"|''|″|s)?)?\s*[NSEWO]?\s*", re.I
)
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?|\d{1,2}:\d{2}(:\d{2})?")


@dataclass(frozen=True)
class Numbers:
    """What a column of texts says as numbers.

    Parameters
    ----------
    values
        float64, NaN where nothing is known or nothing could be read.
    is_missing
        Where the file says that the value is not known: blank, or a word for it.
    causes
        Why a value could not be read; empty where it could.
    """

    values: pd.Series
    is_missing: pd.Series
    causes: pd.Series

    @property
    def is_unreadable(self) -> pd.Series:
        """Where there is something that is no number."""
        return self.causes != ""


@dataclass(frozen=True)
class _Token:
    """A text with its reading under either decimal mark, none where it has none."""

    dot: float | None = None
    comma: float | None = None
    cause: str = ""

    @property
    def shows(self) -> str:
        """Decimal mark that the text shows."""
        if self.cause or (self.dot is None) == (self.comma is None):
            return ""
        return "." if self.comma is None else ","

    @property
    def is_unclear(self) -> bool:
        return self.dot is not None and self.comma is not None and self.dot != self.comma


def read_numbers(
    values: pd.Series,
    *,
    whole: bool = False,
    decimal: Mark | None = None,
    elsewhere: str = "",
    largest: float = math.inf,
) -> Numbers:
    """Read a column as numbers.

    Parameters
    ----------
    values
        Texts, numbers, or both.
    whole
        Whether only whole numbers make sense: then ``1.000`` is taken for one only where the column shows that the dot
        is its decimal mark.
    decimal
        Decimal mark, where the user says it.
    elsewhere
        Decimal mark that other columns of the file show (`shown_mark`), or an empty text.
    largest
        Largest size that makes sense, such as 360 for degrees: a reading above it is none.

    Returns
    -------
    numbers
        Same index as `values`.
    """
    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_complex_dtype(values.dtype):
        numbers = values.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
        infinite = np.isinf(numbers)
        causes = pd.Series(np.where(infinite, _INFINITE, ""), index=values.index, dtype=object)
        return Numbers(pd.Series(np.where(infinite, np.nan, numbers), index=values.index), values.isna(), causes)
    codes, uniques = pd.factorize(_without_objects(values), use_na_sentinel=True)
    tokens = [_token(value) for value in uniques]
    convention = _Convention(tokens, whole, decimal or "", elsewhere, largest)
    read = [convention.decide(token) for token in tokens]
    read.append((math.nan, "", True))  # the sentinel of factorize: nothing there
    number, cause, missing = (list(part) for part in zip(*read, strict=True))
    return Numbers(
        pd.Series(np.array(number, dtype=np.float64)[codes], index=values.index),
        pd.Series(np.array(missing, dtype=bool)[codes], index=values.index),
        pd.Series(np.array(cause, dtype=object)[codes], index=values.index),
    )


def shown_mark(columns: Iterable[pd.Series]) -> str:
    """Decimal mark that columns show beyond doubt (``47.3851``, ``1 234,5``); empty where none does or both do."""
    shown: set[str] = set()
    for values in columns:
        if not pd.api.types.is_numeric_dtype(values.dtype):
            shown |= {_token(value).shows for value in _without_objects(values).dropna().unique()} - {""}
    return shown.pop() if len(shown) == 1 else ""


def code_text(value: Any) -> str | None:
    """Text of a code; a whole number kept as a float (1.0, as files do where some are missing) is ``1``.

    A text stays as it is, so that ``01`` is not ``1``. None where nothing is there.
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float | np.floating):
        number = float(value)
        if math.isnan(number):
            return None
        return str(int(number)) if number.is_integer() and abs(number) <= LARGEST_WHOLE else str(number)
    return str(value)


def code_texts(values: pd.Series) -> pd.Series:
    """Texts of a column of codes (`code_text`); a column of floats that are not all whole keeps them as they are."""
    if pd.api.types.is_float_dtype(values.dtype) and not (values.dropna() % 1 == 0).all():
        return values.astype("object").map(str).astype("object").where(values.notna(), None)
    return values.astype("object").map(code_text)


def same_word(value: Any) -> str | None:
    """Form in which a value of a file and a word of the user are compared: 1, 1.0 and the text ``1.0`` are one."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    text = code_text(value)
    if text is None or text == "":
        return None
    if re.fullmatch(r"-?(0|[1-9]\d*)\.0+", text):
        return text.partition(".")[0]
    return text.lower() if text in ("True", "False") else text


_UNHASHABLE = (dict, list, set, bytearray, np.ndarray)
_INFINITE = "infinity; a division by nought?"
_TOO_LARGE = "larger than any number that can be held"


def _without_objects(values: pd.Series) -> pd.Series:
    """Put what a table may hold and no hash can tell apart (lists, mappings) as the token that it is no number."""
    return values.astype("object").map(
        lambda value: _Token(cause=f"a {type(value).__name__}") if isinstance(value, _UNHASHABLE) else value
    )


def _token(value: Any) -> _Token:
    if isinstance(value, _Token):
        return value
    if isinstance(value, bool | np.bool_):
        return _Token(float(value), float(value))
    if isinstance(value, Real | Decimal):
        try:
            number = float(value)
        except OverflowError:
            return _Token(cause=_TOO_LARGE)
        except ValueError:  # a signalling NaN of decimal
            return _Token()
        if math.isnan(number):
            return _Token()
        return _Token(cause=_INFINITE) if math.isinf(number) else _Token(number, number)
    if not isinstance(value, str):
        return _Token(cause=f"a {type(value).__name__}")
    text = _plain(value)
    if text.casefold() in NOT_KNOWN:
        return _Token()
    if _WHOLE.fullmatch(text):
        return _both(text)
    if _EXPONENT.fullmatch(text):
        shown = _float(text.replace(",", "."))
        if shown is None:
            return _Token(cause=_TOO_LARGE)
        return _Token(shown if "," not in text else None, shown if "." not in text else None)
    if _GROUPED.fullmatch(text):
        text = re.sub(rf"[{_BLANKS}'’]", "", text)
        if _WHOLE.fullmatch(text):
            return _both(text)
        return _Token(dot=_float(text)) if "." in text else _Token(comma=_float(text.replace(",", ".")))
    dot, comma = _under(text, ".", ","), _under(text, ",", ".")
    if dot is None and comma is None:
        return _Token(cause=_cause(value.strip(), text))
    return _Token(dot, comma)


def _plain(text: str) -> str:
    """Strip blanks and put digits, minus and the Arabic marks into ASCII."""
    text = text.strip().strip(_BLANKS)
    if text.isascii():
        return text
    text = text.replace("\u2212", "-").replace("\u066b", ".").replace("\u066c", "'")
    return "".join(str(unicodedata.decimal(c)) if unicodedata.category(c) == "Nd" else c for c in text)


def _under(text: str, decimal: str, group: str) -> float | None:
    d, g = re.escape(decimal), re.escape(group)
    if re.fullmatch(rf"[+-]?(\d*{d}\d+|\d+{d}?)", text):
        return _float(text.replace(decimal, "."))
    if re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}({g}\d{{3}})+({d}\d*)?", text):
        return _float(text.replace(group, "").replace(decimal, "."))
    if group == "," and re.fullmatch(r"[+-]?[1-9]\d?(,\d{2})+,\d{3}(\.\d*)?", text):  # lakh and crore: 12,34,567
        return _float(text.replace(",", ""))
    return None


def _float(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _both(text: str) -> _Token:
    number = _float(text)
    return _Token(number, number, "" if number is not None else _TOO_LARGE)


@dataclass(frozen=True)
class _Convention:
    """How the numbers of a column are written.

    Parameters
    ----------
    tokens
        Its values.
    whole, said, elsewhere, largest
        See `read_numbers`.
    """

    tokens: list[_Token]
    whole: bool
    said: str
    elsewhere: str
    largest: float

    @cached_property
    def mark(self) -> str:
        """Decimal mark that is said, or that the column shows itself."""
        shown = {token.shows for token in self.tokens} - {""}
        return self.said or (shown.pop() if len(shown) == 1 else "")

    @cached_property
    def looks_grouped(self) -> bool:
        """Whether values of three digits behind a sign stand beside smaller whole numbers, or all end in nought."""
        small = any(token.dot is not None and token.dot == token.comma for token in self.tokens)
        return small or all(_smaller(t) == int(_smaller(t)) for t in self.tokens if t.is_unclear)

    def decide(self, token: _Token) -> tuple[float, str, bool]:
        """Value, cause why there is none, and whether nothing is known."""
        if token.cause:
            return math.nan, token.cause, False
        if token.dot is None and token.comma is None:
            return math.nan, "", True
        if token.shows and not self.mark:
            return math.nan, "the column has decimal commas and decimal dots", False
        if token.shows and token.shows != self.mark:
            said = "a decimal comma" if token.shows == "," else "a decimal dot, where the comma is said to be the mark"
            return math.nan, said, False
        mark = self._mark_of(token) if token.is_unclear else token.shows or "."
        if not mark:
            return math.nan, UNCLEAR, False
        number = token.dot if mark == "." else token.comma
        assert number is not None
        return number, "", False

    def _mark_of(self, token: _Token) -> str:
        """Decimal mark for a value of three digits behind one sign; empty where nothing decides."""
        assert token.dot is not None
        assert token.comma is not None
        if self.mark:
            return self.mark
        own = "." if abs(token.dot) < abs(token.comma) else ","  # the mark under which the value is the smaller one
        other = "," if own == "." else "."
        if min(abs(token.dot), abs(token.comma)) <= self.largest < max(abs(token.dot), abs(token.comma)):
            return own
        if self.elsewhere == other:
            return other  # the sign is no decimal mark in this file, so it groups thousands
        if self.whole or (own == "," and self.elsewhere != ",") or self.looks_grouped:
            return ""
        return own


def _smaller(token: _Token) -> float:
    assert token.dot is not None
    assert token.comma is not None
    return min(token.dot, token.comma, key=abs)


def _cause(text: str, plain: str) -> str:
    low = plain.casefold()
    if low.lstrip("+-") in ("inf", "infinity", "∞"):
        return _INFINITE
    if _WHOLE.match(plain) and re.fullmatch(r"[+-]?[\d.,]*[eE]?[+-]?\d*", plain):
        return "a number that cannot be written so"
    if text.startswith("#"):
        return "an error of the spreadsheet"
    if plain.rstrip().endswith("%"):
        return "a percent sign"
    if set(plain) <= set("-–—"):
        return "a dash: nought, or not known?"
    if _DATE.fullmatch(plain):
        return "a date or a time"
    if _DEGREES.fullmatch(plain):
        return "degrees, minutes and seconds"
    if plain[:1].isdigit():
        return "a unit or a word behind the number"
    return "no number"

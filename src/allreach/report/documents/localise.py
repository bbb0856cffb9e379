"""Words, numbers, dates and country names in a language."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from importlib import resources
from typing import Any

import yaml

from allreach.errors import InputError
from allreach.indicators.definitions import LANGUAGES, Catalogue, catalogue
from allreach.params.money import RATE_DIGITS, rounded
from allreach.params.price_level import DOLLAR

NO_VALUE = "–"
DIGITS = {
    "usd_month": 2,
    "pct": 1,
    "per_100": 1,
    "pct_gni": 2,
    "score_100": 1,
    "score_20": 1,
    "score_1": 3,
    "mbps": 1,
    "gb_per_sub_year": 1,
}
"""Decimals by unit; whole numbers for the others."""


LEAST_DIGITS = 2
"""Significant digits of the smallest amounts."""
WHOLE_FROM_USD = 1e8
"""Amounts from here on are written in whole millions."""


@dataclass(frozen=True)
class Speech:
    """A language.

    Parameters
    ----------
    language
        One of `LANGUAGES`.
    book
        Indicators with their names.
    """

    language: str
    book: Catalogue

    def __call__(self, key: str, **values: Any) -> str:
        """Text of a key with its blanks filled."""
        return self._texts[key].format(**values) if values else self._texts[key]

    def page(self, key: str, **values: Any) -> str:
        """Text of the report's page, where a document says the same."""
        return page_texts(self.language)[key].format(**values)

    def knows_page(self, key: str) -> bool:
        """Whether the report's page has a text of this key."""
        return key in page_texts(self.language)

    def reason(self, text: str, key: str) -> str:
        """Say a reason (`allreach.reason.Reason`) in the language; in English as the results have it."""
        return self.page(key) if self.language != "en" and self.knows_page(key) else text

    @cached_property
    def _texts(self) -> dict[str, str]:
        return texts(self.language)

    def number(self, value: float | None, digits: int = 0, *, sign: bool = False) -> str:
        """Write a number with a fixed count of decimals; a dash where it is missing."""
        from babel.numbers import format_decimal

        if value is None or value != value:
            return NO_VALUE
        text = format_decimal(round(abs(value), digits), format=_pattern(digits), locale=self.language)
        negative = round(value, digits) < 0
        mark = "−" if negative else "+" if sign and round(value, digits) > 0 else ""
        return mark + str(text)

    def measure(self, value: float | None, unit: str, *, sign: bool = False) -> str:
        """Write a value with as many decimals as its unit asks for, without the unit."""
        return self.number(value, DIGITS.get(unit, 0), sign=sign)

    def with_unit(self, value: float | None, unit: str) -> str:
        """Write a value with its unit."""
        text = self.measure(value, unit)
        if text == NO_VALUE or unit in ("score_1", "score_100", "score_20", "count"):
            return text
        return f"{text}\u00a0{self.book.unit(unit, self.language)}"

    def percent(self, share: float | None, digits: int = 0) -> str:
        """Write a share as a percentage."""
        from babel.numbers import format_percent

        if share is None or share != share:
            return NO_VALUE
        return str(format_percent(round(share, digits + 2), format=_pattern(digits) + "\u00a0%", locale=self.language))

    def money(self, usd: float, significant: int | None = None) -> str:
        """Write an amount in million US dollars, rounded to so many digits."""
        usd = rounded(usd, significant)
        return f"{self.number(usd / 1e6, _million_digits(usd, significant))}\u00a0{self('million_usd')}"

    def money_beside(
        self,
        usd: float,
        currency: Mapping[str, Any] | None,
        *,
        significant: int | None = None,
        with_rate: bool = True,
    ) -> str:
        """Write an amount in million US dollars, and in money of the country beside it at its dated rate.

        Parameters
        ----------
        usd
            Amount. [USD]
        currency
            ``code``, ``per_usd`` and ``date``, as the summary of a plan has them; none, or the US dollar, writes US
            dollars alone.
        significant
            Digits that the amounts bear; none for all.
        with_rate
            Whether the rate follows; where many amounts stand together it is said once, see `rate`.
        """
        dollars = self.money(usd, significant)
        if not currency or currency["code"] == DOLLAR:
            return dollars
        local = rounded(usd * float(currency["per_usd"]), significant)
        amount = self.number(local / 1e6, _million_digits(local, significant))
        told = f"{dollars} {self('local_money', amount=amount, code=currency['code'])}"
        return f"{told} ({self.rate(currency)})" if with_rate else told

    def rate(self, currency: Mapping[str, Any] | None) -> str:
        """Write the dated rate of the country's money; empty where that is the US dollar."""
        if not currency or currency["code"] == DOLLAR:
            return ""
        per_usd = float(currency["per_usd"])
        rate = self.number(per_usd, _rate_decimals(per_usd))
        return self("local_rate", rate=rate, code=currency["code"], date=currency["date"])

    def date(self, day: str | dt.date | None) -> str:
        """Write a day; a dash where there is none."""
        from babel.dates import format_date

        if not day:
            return NO_VALUE
        return str(
            format_date(dt.date.fromisoformat(day) if isinstance(day, str) else day, "long", locale=self.language)
        )

    def month(self, day: str | None) -> str:
        """Write month and year."""
        from babel.dates import format_skeleton

        if not day:
            return NO_VALUE
        return str(format_skeleton("yMMM", dt.date.fromisoformat(day), locale=self.language))

    def when(self, day: str) -> str:
        """Write when a value held: a year that is over by its number, else month and year."""
        if len(day) < 7 or day[5:] == "12-31":
            return day[:4]
        text = self.month(day if len(day) > 7 else f"{day}-01")
        return text.removesuffix("г.").rstrip("\u00a0\u202f ")  # the year needs no word in a column of years

    def country(self, iso3: str) -> str:
        """Name of a country in the language (CLDR); the code where it is not known."""
        from babel import Locale
        from babel.core import get_global

        alias = get_global("territory_aliases").get(iso3)
        names = Locale(self.language).territories
        return str(names.get(alias[0], iso3)) if alias else iso3

    def town(self, name: str) -> str:
        """Name of a town where the CLDR knows it as the city of a time zone; else as it is."""
        from babel import Locale

        zone = _zone_of().get(name)
        known = Locale(self.language).time_zones.get(zone, {}) if zone else {}
        return str(known.get("city", name))

    def indicator(self, indicator: str) -> str:
        """Name of an indicator."""
        return self.book.get(indicator).name(self.language)

    def unit(self, indicator: str) -> str:
        """Text of an indicator's unit."""
        return self.book.unit(self.book.get(indicator).unit, self.language)

    def text(self, by_language: dict[str, str]) -> str:
        """Choose a text by language: this one, English, or the first there is."""
        return by_language.get(self.language) or by_language.get("en") or next(iter(by_language.values()), "")


def speech(language: str, book: Catalogue | None = None) -> Speech:
    """Return a language.

    Raises
    ------
    InputError
        If the texts are not there in it.
    """
    if language not in LANGUAGES:
        raise InputError(f"language {language}: there are {', '.join(LANGUAGES)}")
    return Speech(language, book or catalogue())


@cache
def texts(language: str) -> dict[str, str]:
    """All texts of a language."""
    path = resources.files("allreach.report") / "brief_texts" / f"{language}.yaml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def _million_digits(amount: float, significant: int | None = None) -> int:
    """Decimals of an amount in millions: none for large sums, a thousand where there is no whole million.

    Of an amount with so many digits no more decimals than those; of less than ten thousand two digits at least.
    """
    if abs(amount) >= WHOLE_FROM_USD:
        return 0
    if 0.0 < abs(amount) < 1e6:
        return max(3, LEAST_DIGITS + 5 - math.floor(math.log10(abs(amount))))
    decimals = 1
    if significant is None or amount == 0.0:
        return decimals
    return min(decimals, max(0, significant - len(str(int(abs(amount) / 1e6)))))


def _rate_decimals(per_usd: float) -> int:
    """Decimals of an exchange rate: as many as it has, two at least below a hundred."""
    exponent = Decimal(f"{per_usd:.{RATE_DIGITS}g}").normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return max(-exponent, 2 if per_usd < 100 else 0)


@cache
def page_texts(language: str) -> dict[str, str]:
    """All texts of the report's page in a language."""
    path = resources.files("allreach.report") / "locales" / f"{language}.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


@cache
def _zone_of() -> dict[str, str]:
    """Time zone by the English name of its city."""
    from zoneinfo import available_timezones

    return {zone.rpartition("/")[2].replace("_", " "): zone for zone in sorted(available_timezones()) if "/" in zone}


def _pattern(digits: int) -> str:
    return "#,##0" + ("." + "0" * digits if digits else "")

"""Amounts in words: US dollars, in which costs are counted, and beside them money of the country."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from allreach.params.country_config import CountryConfig
from allreach.params.currency import Currency
from allreach.params.price_level import DOLLAR

SKETCH_DIGITS = 2
"""Significant digits that sums of a sketch bear."""
RATE_DIGITS = 6
"""Significant digits of an exchange rate."""
MILLION = 1e6
SMALL = 10.0
"""Amounts below it are written with `SMALL_DIGITS` significant digits, so that none is rounded to nothing."""
SMALL_DIGITS = 3


def rounded(value: float, digits: int | None) -> float:
    """Round to so many significant digits; none leaves the value as it is."""
    return value if digits is None else float(f"{value:.{digits}g}")


def in_millions(value: float, digits: int) -> str:
    """Write an amount in millions with so many significant digits, however small it is."""
    return _plain(rounded(value / MILLION, digits), "")


class Money:
    """Writes amounts of US dollars, and beside them money of the country where that is another and its rate is known.

    Parameters
    ----------
    currency
        Money of the country, as ``country.yaml`` or the summary of a plan has it; none for US dollars alone.
    digits
        Significant digits that amounts bear; none for whole units below a million and four digits above.

    Examples
    --------
    >>> Money({"code": "AZN", "per_usd": 1.7, "date": "2025", "source": "World Bank"})(2318e6)
    '2,318 million USD = 3,941 million AZN'
    """

    def __init__(self, currency: Currency | Mapping[str, Any] | None = None, digits: int | None = None) -> None:
        raw = currency.model_dump() if isinstance(currency, Currency) else currency
        self.currency = raw if raw and raw["code"] != DOLLAR else None
        self.digits = digits

    @classmethod
    def of(cls, config: CountryConfig) -> Money:
        """Money of a country; sums of a sketch are rounded."""
        return cls(config.currency, SKETCH_DIGITS if config.sketch else None)

    def __call__(self, usd: float) -> str:
        """Write an amount."""
        return self._both(usd, "")

    def difference(self, usd: float) -> str:
        """Write a difference, both amounts with their sign."""
        return self._both(usd, "+")

    def whole(self, usd: float) -> tuple[str, ...]:
        """Write an amount in units without code: US dollars, and money of the country where there is any."""
        return tuple(_whole(rounded(value, self.digits), "") for value, _ in self._amounts(usd))

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the amounts that are written."""
        return tuple(code for _, code in self._amounts(0.0))

    def terms(self, base_year: int) -> str:
        """Say of which year the money is, and at which rate it was changed."""
        text = f"US dollars of {base_year}"
        local = self.currency
        if local is None:
            return text
        rate = _plain(rounded(float(local["per_usd"]), RATE_DIGITS), "")
        return f"{text}; {rate} {local['code']} per USD ({local['date']}, {local['source']})"

    def _both(self, usd: float, sign: str) -> str:
        return " = ".join(self._text(value, code, sign) for value, code in self._amounts(usd))

    def _amounts(self, usd: float) -> list[tuple[float, str]]:
        local = self.currency
        return [(usd, DOLLAR)] + ([] if local is None else [(usd * float(local["per_usd"]), str(local["code"]))])

    def _text(self, value: float, code: str, sign: str) -> str:
        value = rounded(value, self.digits)
        if abs(value) >= MILLION:
            return f"{_plain(rounded(value / MILLION, 4), sign)} million {code}"
        return f"{_whole(value, sign)} {code}"


def _whole(value: float, sign: str) -> str:
    """Write whole units; small amounts with their first digits."""
    if value == 0.0 or abs(value) >= SMALL:
        return f"{value:{sign},.0f}"
    return _plain(rounded(value, SMALL_DIGITS), sign)


def _plain(value: float, sign: str) -> str:
    """Write all digits of a number, never as a power of ten."""
    return format(Decimal(repr(value)).normalize(), f"{sign},f")

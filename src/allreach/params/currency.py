"""The country's money: a code of ISO 4217 and a dated exchange rate, the country's own or the shipped one.

Costs are counted in US dollars; the currency says what they are in money of the country, at one rate for all of them.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from babel.numbers import is_currency
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from allreach.json_object import JsonObject
from allreach.params.dates import past_date
from allreach.params.price_level import DOLLAR

SOURCE = "World Bank, World Development Indicators PA.NUS.FCRF (official rate, mean of the year, from IMF)"
OF_ITSELF = "the US dollar is what costs are counted in"
NO_CODE = "is no currency code of ISO 4217, such as USD or EUR (three capitals)"
MOST_PER_USD = 1e8  # rials and bolivars reached 1e6


class Currency(BaseModel):
    """A currency and what a US dollar costs in it."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, validate_default=True, allow_inf_nan=False
    )

    code: str = DOLLAR
    """Code of ISO 4217."""
    per_usd: float = Field(default=1.0, gt=0, le=MOST_PER_USD)
    """Units of it that a US dollar costs."""
    date: str = ""
    """When the rate held: YYYY, YYYY-MM or YYYY-MM-DD."""
    source: str = OF_ITSELF
    """Who says so."""

    def in_full(self) -> Currency:
        """Return the same with every field set, since a summary tells the fields that were set."""
        return Currency.model_validate(self.model_dump())

    @field_validator("code")
    @classmethod
    def _iso_4217(cls, value: str) -> str:
        if not is_currency(value):
            raise ValueError(NO_CODE)
        return value

    @field_validator("per_usd", mode="before")
    @classmethod
    def _truth_is_no_number(cls, value: object) -> object:
        if isinstance(value, bool):
            raise ValueError("is not usable; expected a number")
        return value

    @field_validator("date", mode="before")
    @classmethod
    def _has_been(cls, value: object, info: ValidationInfo) -> str:
        return "" if value == "" and info.data.get("code", DOLLAR) == DOLLAR else past_date(value)

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, raw: Any) -> Any:
        """Ask for code, date and source with a rate; without a rate take the shipped one of the code."""
        if isinstance(raw, str):
            if not is_currency(raw):
                raise ValueError(NO_CODE)
            raw = {"code": raw}
        if not isinstance(raw, Mapping) or raw.get("code", DOLLAR) == DOLLAR:
            return raw
        given = set(raw)
        if given == {"code"}:
            if not is_currency(str(raw["code"])):
                return raw  # told by the field
            rate = shipped_rate(code=str(raw["code"]))
            if rate is None:
                raise ValueError(f"{raw['code']}: no exchange rate is shipped; give per_usd, date and source")
            return rate
        missing = [name for name in ("per_usd", "date", "source") if raw.get(name) in (None, "")]
        if missing:
            raise ValueError(f"has no {', '.join(missing)}: an exchange rate has per_usd, date and source")
        return raw

    @model_validator(mode="after")
    def _dollar_is_one(self) -> Currency:
        if self.code == DOLLAR and self.per_usd != 1.0:
            raise ValueError(f"per_usd = {self.per_usd:g}: a US dollar costs one US dollar; name the currency in code")
        return self


def currency_of(iso3: str) -> Currency:
    """Currency of a country by the shipped table; the US dollar where the table has none.

    Parameters
    ----------
    iso3
        ISO 3166-1 alpha-3 code.
    """
    return Currency.model_validate(shipped_rate(iso3=iso3) or {})


def shipped_rate(*, iso3: str = "", code: str = "") -> JsonObject | None:
    """Newest shipped exchange rate of a country or of a currency, or none.

    Countries that share a currency may stand at different years or means; the newest counts, of equal years the one
    that most of them have.
    """
    rows = [row for row in _rates() if iso3 in ("", row["iso3"]) and code in ("", row["code"])]
    if not rows:
        return None
    newest = max(row["year"] for row in rows)
    rates = [row["per_usd"] for row in rows if row["year"] == newest]
    rate = max(sorted(set(rates)), key=rates.count)
    if rows[0]["code"] == DOLLAR:
        return {"code": DOLLAR}
    return {"code": rows[0]["code"], "per_usd": float(rate), "date": newest, "source": SOURCE}


@cache
def _rates() -> tuple[dict[str, str], ...]:
    text = resources.files("allreach.params").joinpath("exchange_rates.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))

"""Parameters as rows for people: listing, filter, marks."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from pydantic import BaseModel

from allreach.errors import Fault, ParameterError
from allreach.params.load import ROOMS, Params, all_keys, near_matches
from allreach.params.quantity import Quantity


class ParameterRow(TypedDict):
    """A parameter; what is no sourced number (a list, a choice) has only key, value and meaning.

    A price is in money of `money_year`; `source_value` is the same in money of `year`, as its source has it.
    """

    key: str
    value: Any
    low: NotRequired[float]
    high: NotRequired[float]
    unit: NotRequired[str]
    year: NotRequired[int | None]
    money_year: NotRequired[int | None]
    source_value: NotRequired[float]
    currency: NotRequired[str | None]
    source: NotRequired[str]
    is_assumption: NotRequired[bool]
    meaning: str


def rows(params: Params, key: str = "") -> list[ParameterRow]:
    """Parameters whose key is or starts with `key`, in the order of the files.

    Parameters
    ----------
    params
        Loaded parameters.
    key
        Room, key or its beginning; empty for all.

    Returns
    -------
    rows
        One a parameter.

    Raises
    ------
    ParameterError
        If nothing matches; names near matches.
    """
    known = all_keys()
    chosen = [name for name in known if name == key or name.startswith(key)] if key else known
    if not chosen:
        near = near_matches(key, [*ROOMS, *known])
        expected = "one of: " + ", ".join(near) if near else "one of the rooms " + ", ".join(ROOMS)
        raise ParameterError(Fault(key, "is no parameter", expected, "allreach params lists all keys"))
    return [_row(params, name) for name in chosen]


def _row(params: Params, name: str) -> ParameterRow:
    room, _, key = name.partition(".")
    table: BaseModel = getattr(params, room)
    value = getattr(table, key)
    meaning = " ".join((type(table).model_fields[key].description or "").split())
    if not isinstance(value, Quantity):
        return {"key": name, "value": value, "meaning": meaning}
    row: ParameterRow = {
        "key": name,
        "value": value.value,
        "low": value.low,
        "high": value.high,
        "unit": value.unit,
        "year": value.year,
        "currency": value.currency,
        "source": value.source,
        "is_assumption": value.is_assumption,
        "meaning": meaning,
    }
    if value.is_money:
        row["money_year"], row["source_value"] = value.money_year, value.source_value
    return row

"""Columns of a foreign file by name: as they are, a field of objects (``start.id``), or several joined (``a+b``)."""

from __future__ import annotations

import json
from collections.abc import Iterable

import numpy as np
import pandas as pd

from allreach.errors import Fault, InputError
from allreach.number_text import code_texts

JOINT = "-"  # between the parts of an identifier of several columns


def has_column(frame: pd.DataFrame, name: str) -> bool:
    """Whether `source_column` can give a column of that name."""
    return name in frame.columns or _field_of(frame, name) is not None or _parts_of(frame, name) is not None


def source_column(frame: pd.DataFrame, name: str, where: str) -> pd.Series:
    """Column of a file.

    Parameters
    ----------
    frame
        The file's rows.
    name
        A column; ``column.field`` for a field of a column of objects; ``a+b`` for several columns joined by a hyphen,
        empty where one of them is. A column that bears the name itself comes first.
    where
        How to call the file in error messages.

    Raises
    ------
    InputError
        If the column holds objects, of which only a field can be taken.
    """
    if name in frame.columns:
        return _flat(frame[name], name, where)
    field = _field_of(frame, name)
    if field is not None:
        head, key = field
        taken = _objects(frame[head]).map(lambda value: value.get(key) if isinstance(value, dict) else None)
        return _flat(pd.Series(taken, index=frame.index, dtype="object"), name, where)
    parts = _parts_of(frame, name)
    assert parts is not None
    columns = [code_texts(source_column(frame, part, where)) for part in parts]
    empty = np.logical_or.reduce([(c.isna() | (c.astype("str").str.strip() == "")).to_numpy() for c in columns])
    texts = [c.astype("object").where(c.notna(), "").astype("str").str.strip() for c in columns]
    return pd.Series([JOINT.join(row) for row in zip(*texts, strict=True)], index=frame.index, dtype="object").where(
        ~empty, None
    )


def _field_of(frame: pd.DataFrame, name: str) -> tuple[str, str] | None:
    head, dot, key = name.partition(".")
    if not dot or head not in frame.columns:
        return None
    return (head, key) if any(isinstance(v, dict) and key in v for v in _objects(frame[head])) else None


def _parts_of(frame: pd.DataFrame, name: str) -> list[str] | None:
    parts = [part.strip() for part in name.split("+")]
    return parts if len(parts) > 1 and all(part and has_column(frame, part) for part in parts) else None


def _objects(values: pd.Series) -> pd.Series:
    """Objects as objects where a reader leaves them as JSON text."""

    def one(value: object) -> object:
        if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
            try:
                return json.loads(value)
            except ValueError:
                return value
        return value

    is_text = isinstance(values.dtype, pd.StringDtype)
    if is_text and not values.str.match(r"\s*[\[{]").any():
        return values  # none of a million texts begins as JSON does: they are not looked at one by one
    return values.astype("object").map(one) if is_text or values.dtype == object else values


def _flat(values: pd.Series, name: str, where: str) -> pd.Series:
    """Values with lists of one unpacked and longer lists joined by semicolons; objects are refused."""
    opened = _objects(values)
    if opened.dtype != object:
        return values
    keys: dict[str, None] = {}
    for value in opened:
        for item in value if isinstance(value, list | np.ndarray) else [value]:
            if isinstance(item, dict):
                keys |= dict.fromkeys(map(str, item))
    if keys:
        fields = ", ".join(f"{name}.{key}" for key in keys)
        raise InputError(
            Fault(f"{where}, column {name}", "holds objects", f"one of their fields: {fields}", "Map a field of them")
        )
    is_list = opened.map(lambda value: isinstance(value, list | np.ndarray))
    return values.where(~is_list, opened.map(_joined)) if is_list.any() else values


def _joined(value: object) -> object:
    if not isinstance(value, Iterable) or isinstance(value, str):
        return value
    items = [str(item) for item in value]
    return ";".join(items) if items else None

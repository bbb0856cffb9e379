"""Load the parameters: shipped values, then overlays of the country and the scenario, then ``--set``.

An overlay is a mapping room -> key -> number or mapping of fields. A bare number replaces the value (and widens the
range where it lies outside); a mapping replaces the fields it names. Every fault of all overlays is reported at once.

Prices are in money of one year, ``costs.price_base_year``: shipped ones are brought there from the year of their
source, those of an overlay from the ``year`` given with them; without a year they are in money of the base year.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, cast

import yaml
from pydantic import BaseModel, ValidationError

from allreach.errors import Fault, InputError, ParameterError
from allreach.json_object import JsonObject
from allreach.params.backhaul import Backhaul
from allreach.params.costs import Costs
from allreach.params.demand import Demand
from allreach.params.planning import Planning
from allreach.params.price_level import first_year, is_money, last_year, price_factor
from allreach.params.quantity import Frozen, Quantity
from allreach.params.radio import Radio
from allreach.params.regulator import Regulator
from allreach.params.search import SearchParams, moved_to
from allreach.params.sketch import Sketch
from allreach.schema_faults import schema_faults
from allreach.yaml_syntax import parse_yaml

Overlay = Mapping[str, Any]
Tables: TypeAlias = dict[str, JsonObject]
"""Room: key: value, or fields of a number, before they are checked."""
_FIELDS = tuple(name for name in Quantity.model_fields if name != "limits")
_NUMBERS = ("value", "low", "high")
_BASE_YEAR = "price_base_year"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Params(Frozen):
    """All parameters of a run, one table per room."""

    costs: Costs
    """Prices, lives and discount rate."""
    demand: Demand
    """People's and institutions' traffic."""
    radio: Radio
    """Link budget, antennas, capacity."""
    backhaul: Backhaul
    """Fibre routes, microwave hops, gateways."""
    planning: Planning
    """Horizon, candidates, what satellites offer."""
    sketch: Sketch
    """Rules by which a country is drawn."""
    regulator: Regulator
    """What a regulator publishes: levels of coverage, cells, fields at the border."""
    search: SearchParams
    """Limits of work of the planner: no assumptions about the country."""

    def resolved(self) -> Tables:
        """Return plain values for the manifest: room -> key -> fields of the number."""
        return {room: {key: _plain(value) for key, value in _items(table)} for room, table in _items(self)}

    def quantities(self) -> Iterator[tuple[str, Quantity, str]]:
        """Yield (``room.key``, number, meaning) of every sourced number, in the order of the files."""
        for room, table in _items(self):
            for key, value in _items(table):
                if isinstance(value, Quantity):
                    yield f"{room}.{key}", value, type(table).model_fields[key].description or ""


ROOMS: tuple[str, ...] = tuple(Params.model_fields)


def load_params(overlays: Sequence[Overlay | tuple[str, Overlay]] = (), sets: Sequence[str] = ()) -> Params:
    """Load shipped parameters and lay overlays over them, later ones winning.

    Parameters
    ----------
    overlays
        Mappings room -> key -> number or mapping of fields; a pair (name, mapping) names the overlay, by default
        ``country.yaml``. The name becomes the source of what it replaces.
    sets
        ``room.key=value`` or ``room.key.field=value`` as ``--set`` takes them; they win over the overlays.

    Returns
    -------
    params
        Frozen parameters.

    Raises
    ------
    ParameterError
        With every unknown key (and its near matches) and every impossible value.
    """
    tables = deepcopy(_shipped())
    faults: list[Fault] = []
    laid = [overlay if isinstance(overlay, tuple) else ("country.yaml", overlay) for overlay in overlays]
    laid += [("--set", nested) for nested in _nested(sets, faults)]
    base_year = _base_year([mapping for _, mapping in laid])
    for key, fields in tables["costs"].items():
        if is_money(str(fields.get("unit"))):
            tables["costs"][key] = _in_money_of(base_year, fields)
    for name, mapping in laid:
        _lay(tables, mapping, name, base_year, faults)
    try:
        params = Params.model_validate(tables)
    except ValidationError as error:
        raise ParameterError(faults + schema_faults(error, "", model=Params, raw=tables)) from error
    if faults:
        raise ParameterError(faults)
    return params


def _nested(sets: Sequence[str], faults: list[Fault]) -> Iterator[Overlay]:
    """Each ``--set`` as an overlay."""
    for text in sets:
        path, value = parse_set(text)
        keys = path.split(".")
        if len(keys) not in (2, 3):
            faults.append(_unknown(path, "--set"))
            continue
        nested: Any = value
        for key in reversed(keys):
            nested = {key: nested}
        yield nested


def parse_set(text: str) -> tuple[str, Any]:
    """Split ``key=value``; the value is read as a number where it is one, else as YAML.

    Raises
    ------
    ParameterError
        If there is no ``=`` or the value is no YAML.
    """
    path, sign, raw = text.partition("=")
    if not sign or not path.strip() or not raw.strip():
        raise ParameterError(Fault(f"--set {text}", "is no key=value", "room.key=number, such as costs.x=1"))
    try:
        return path.strip(), float(raw)  # YAML takes 1e5 for a word
    except ValueError:
        pass
    try:
        return path.strip(), parse_yaml(raw, f"--set {path.strip()}").value
    except InputError as error:
        raise ParameterError(error.faults) from error


def all_keys() -> list[str]:
    """Every key ``room.key``, in the order of the classes."""
    return [f"{room}.{key}" for room, table in _rooms().items() for key in table.model_fields]


def near_matches(key: str, known: Sequence[str], n_most: int = 3) -> list[str]:
    """Known keys that look like a mistyped one, best first; also those of other rooms with the same last part."""
    last = {name.rpartition(".")[2]: name for name in reversed(known)}
    found = difflib.get_close_matches(key, known, n_most, 0.6)
    found += [last[m] for m in difflib.get_close_matches(key.rpartition(".")[2], list(last), n_most, 0.6)]
    return list(dict.fromkeys(found))[:n_most]


@cache
def _shipped() -> Tables:
    folder = Path(__file__).parent
    tables = {}
    for room in ROOMS:
        path = folder / f"{room}.yaml"
        tables[room] = (yaml.load(path.read_bytes(), Loader=_LOADER) if path.is_file() else None) or {}
    return tables


@cache
def _rooms() -> dict[str, type[BaseModel]]:
    return {room: cast(type[BaseModel], field.annotation) for room, field in Params.model_fields.items()}


def _items(table: BaseModel) -> Iterator[tuple[str, Any]]:
    return ((name, getattr(table, name)) for name in type(table).model_fields)


def _plain(value: Any) -> Any:
    if isinstance(value, Quantity):
        fields = value.model_dump(mode="python", exclude={"limits"})
        return {name: field for name, field in fields.items() if field not in (None, "")}
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return value


def _base_year(overlays: Sequence[Any]) -> int:
    """Return the base year that the last overlay asks for; what is impossible is told with the whole book."""
    year = last_year()
    for overlay in overlays:
        costs = overlay.get("costs") if isinstance(overlay, Mapping) else None
        asked = costs.get(_BASE_YEAR, year) if isinstance(costs, Mapping) else year
        if isinstance(asked, int | float) and first_year() <= asked <= last_year():
            year = int(asked)
    return year


def _in_money_of(base_year: int, fields: Mapping[str, Any]) -> JsonObject:
    """Fields of a price with its numbers in money of the base year.

    Raises
    ------
    ValueError
        If its year is no year, or one from which prices cannot be brought anywhere.
    """
    year = fields.get("money_year") or fields.get("year") or base_year
    if isinstance(year, bool) or not isinstance(year, int):
        raise ValueError(f"year {year!r} is no year")
    factor = price_factor(year, base_year)
    numbers = {name: fields[name] * factor for name in _NUMBERS if name in fields} if factor != 1.0 else {}
    return {**fields, **numbers, "money_year": base_year}


def _lay(tables: Tables, overlay: Any, name: str, base_year: int, faults: list[Fault]) -> None:
    if not isinstance(overlay, Mapping):
        faults.append(Fault(name, "is no mapping", "room: {key: value}"))
        return
    for room, entries in overlay.items():
        if room not in ROOMS:
            keys = [f"{room}.{key}" for key in entries] if isinstance(entries, Mapping) else [str(room)]
            faults.extend(_unknown(key, name) for key in keys)
        elif not isinstance(entries, Mapping):
            faults.append(Fault(f"{name}, {room}", f"{entries!r} is no mapping", "key: value"))
        else:
            for key, entry in entries.items():
                if key not in _rooms()[room].model_fields:
                    faults.append(_unknown(f"{room}.{key}", name))
                else:
                    _lay_one(tables[room], f"{room}.{key}", entry, name, base_year, faults)


def _lay_one(table: JsonObject, path: str, entry: Any, name: str, base_year: int, faults: list[Fault]) -> None:
    room, _, key = path.partition(".")
    if _rooms()[room].model_fields[key].annotation is not Quantity:
        table[key] = entry  # a choice, a list, a flag: pydantic checks it
        return
    where = f"{name}, {path}"
    old = table.get(key, {})
    fields = dict(entry) if isinstance(entry, Mapping) else {"value": entry}
    if fault := _fault_of(fields, where, old):
        faults.append(fault)
        return
    if is_money(old.get("unit", "")):
        try:
            fields = _in_money_of(base_year, fields)
        except ValueError as error:
            faults.append(Fault(where, str(error), f"a year from {first_year()} on, or none for money of {base_year}"))
            return
        if "value" in fields:
            fields = {"year": base_year, **fields}
    new = {**old, "source": f"overlay: {name}", **fields}
    value = new.get("value", math.nan)
    if "value" in fields:
        has_range = old.get("low") != old.get("high")  # what is known to the digit, such as a tax, stays without one
        if "low" not in fields:
            new["low"] = min(new.get("low", value), value) if has_range else value
        if "high" not in fields:
            new["high"] = max(new.get("high", value), value) if has_range else value
    table[key] = new


def _fault_of(fields: Mapping[str, Any], where: str, old: Mapping[str, Any]) -> Fault | None:
    """Say what is wrong with the fields that an overlay names, if anything."""
    unknown = [str(field) for field in fields if field not in _FIELDS]
    if unknown:
        return Fault(where, f"has no field {', '.join(unknown)}", ", ".join(_FIELDS))
    for field in _NUMBERS:
        if field in fields and (isinstance(fields[field], bool) or not isinstance(fields[field], int | float)):
            return Fault(where, f"{field} {fields[field]!r} is no number", f"a number in {old.get('unit', '?')}")
    for field in ("unit", "currency"):
        if is_money(old.get("unit", "")) and fields.get(field, old.get(field)) != old.get(field):
            mend = "Divide prices in other money by the exchange rate of their year, and give that year"
            return Fault(where, f"{field} {fields[field]!r} cannot be", f"{old.get(field)}", mend)
    if is_money(old.get("unit", "")) and "value" not in fields and ("year" in fields or "money_year" in fields):
        return Fault(where, "has a year but no value", "value and year", "Write the value in money of that year")
    return None


def _unknown(key: str, name: str) -> Fault:
    if new := moved_to(".".join(key.split(".")[:2])):
        what = "says how the planner searches and is no longer a parameter of the country"
        mend = f"Write {new}; its value is a plain number, without source or range"
        return Fault(f"{name}, {key}", what, new, mend)
    if key in all_keys():  # only a file gets here with a key that there is
        room, _, rest = key.partition(".")
        return Fault(
            f"{name}, {key}", "is written with a dot", f"{rest} under {room}:", f"Write {room}: {{{rest}: ...}}"
        )
    near = near_matches(key, [*ROOMS, *all_keys()])
    return Fault(
        f"{name}, {key}",
        "is no parameter",
        "one of: " + ", ".join(near) if near else "room.key",
        "allreach params lists all keys",
    )

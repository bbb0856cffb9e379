"""The one translator of what pydantic says of an input into faults in plain words."""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from allreach.errors import Fault
from allreach.schema_walk import alternatives, fitting, inside, known_keys

Path = tuple[str | int, ...]

_KINDS = {  # what pydantic's kinds of error expect
    "string_type": "text (in YAML put it in quotes)",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_parsing_size": "a smaller whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "dict_type": "key: value lines",
    "model_type": "key: value lines",
    "model_attributes_type": "key: value lines",
    "mapping_type": "key: value lines",
    "tuple_type": "a list",
    "list_type": "a list",
    "set_type": "a list",
    "is_instance_of": "key: value lines",
}
_LIMITS = {
    "greater_than": ("gt", "more than {}"),
    "greater_than_equal": ("ge", "{} or more"),
    "less_than": ("lt", "less than {}"),
    "less_than_equal": ("le", "{} or less"),
    "multiple_of": ("multiple_of", "a multiple of {}"),
    "string_too_short": ("min_length", "at least {} characters"),
    "string_too_long": ("max_length", "at most {} characters"),
    "too_short": ("min_length", "at least {} entries"),
    "too_long": ("max_length", "at most {} entries"),
    "string_pattern_mismatch": ("pattern", "text of the form {}"),
    "literal_error": ("expected", "{}"),
    "enum": ("expected", "{}"),
}
_OF_UNIONS = ("union_tag_invalid", "union_tag_not_found")


def schema_faults(
    error: ValidationError, where: str, *, model: type[BaseModel] | None = None, raw: Any = None
) -> list[Fault]:
    """Faults that pydantic found, one a key, in plain words.

    Parameters
    ----------
    error
        What pydantic raised.
    where
        The document; the key is added to it.
    model
        Schema of the document, which gives the keys that are known.
    raw
        The document, which tells keys from the names that pydantic gives to the parts of a union.
    """
    found: dict[str, Fault] = {}
    for detail in error.errors():
        path = document_path(detail["loc"], raw)
        fault = _fault(detail, path, where, [model] if model is not None else [], raw)
        found.setdefault(f"{fault.where}{fault.what}", fault)
    return list(found.values())


def key_name(path: Path) -> str:
    """Key as a user counts: ``steps.1.file`` is the file of the first step."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path)


def document_path(loc: Sequence[str | int], raw: Any) -> Path:
    """Keys and positions of the document among what pydantic calls the location of an error."""
    parts = tuple(part for part in loc if part != "[key]")
    for n in range(len(parts) if raw is not None else 0, 0, -1):  # the last names may be those of a union, too
        found = _walk(parts[:n], raw)
        if found is not None:
            return found
    return tuple(part for part in parts if isinstance(part, int) or "[" not in part) if raw is None else ()


def _walk(parts: Path, here: Any) -> Path | None:
    """Follow a location into a document; names of parts of a union stand in it too, and are left out."""
    if not parts:
        return ()
    first, rest = parts[0], parts[1:]
    is_key = isinstance(here, Mapping) and first in here
    is_place = isinstance(here, list | tuple) and isinstance(first, int) and first < len(here)
    if is_key or is_place:
        inner = _walk(rest, here[first])
        if inner is not None:
            return (first, *inner)
    elif not rest and isinstance(here, Mapping) and isinstance(first, str):
        return (first,)  # a key that is missing
    return _walk(rest, here) if rest else None


def _where(document: str, path: Path) -> str:
    if not path:
        return document
    return f"{document}, key {key_name(path)}" if document else key_name(path)


def _fault(detail: Any, path: Path, where: str, allowed: list[Any], raw: Any) -> Fault:
    name, kind = (str(path[-1]) if path else ""), detail["type"]
    here, room = (_where(where, p) for p in (path, path[:-1]))
    context = detail.get("ctx") or {}
    if kind == "extra_forbidden":
        known = known_keys(_at(allowed, path[:-1], raw))
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
        mend = f"Write {near[0]}" if near else "Take it out"
        return Fault(here, f"key {name!r} is not known", ", ".join(known), mend, kind="unknown_key")
    if kind == "missing":
        return Fault(room, f"key {name!r} is missing", "a value", f"Add {name}:", kind="missing_key")
    if kind in _OF_UNIONS:
        words = str(context.get("expected_tags", "")).replace("'layer', ", "").replace("'", "")
        wrong = str(context.get("tag", ""))
        near = difflib.get_close_matches(wrong, words.split(", "), n=1, cutoff=0.5)
        return Fault(here, f"{wrong!r} is not known", words, f"Write {near[0]}" if near else "", kind="bad_value")
    what, expected = plain_words(detail)
    if kind.startswith("date"):
        return Fault(here, what, expected, "Write the day, such as 2027-12-31", kind="bad_date")
    return Fault(here, what, expected, kind="bad_value")


def plain_words(detail: Any) -> tuple[str, str]:
    """Say what was found and what was expected, of one of pydantic's errors about a value."""
    kind, found, context = detail["type"], detail.get("input"), detail.get("ctx") or {}
    shown = "" if isinstance(found, Mapping | list | tuple) and kind not in _KINDS else f"{reprlib.repr(found)} "
    if kind == "value_error":
        said = str(context.get("error", detail["msg"])).removeprefix("Value error, ")
        return f"{shown}{said}", ""
    if kind in _KINDS:
        return f"{shown}is not usable", _KINDS[kind]
    if kind in _LIMITS:
        key, words = _LIMITS[kind]
        limit = context.get(key, "")
        limit = f"{limit:g}" if isinstance(limit, float) else str(limit).replace(" or ", ", ").replace("'", "")
        return f"{shown}is not usable", words.format(limit)
    if kind.startswith("date"):
        return f"{shown}is no date", "YYYY-MM-DD"
    message = str(detail["msg"])
    return f"{shown}is not usable: {message[:1].lower()}{message[1:]}", ""


def _at(allowed: list[Any], path: Path, raw: Any) -> list[Any]:
    here = raw
    allowed = [one for part in allowed for one in alternatives(part)]
    for part in path:
        allowed = inside(allowed, part, here)
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            here = None
    return fitting(allowed, here)

"""What a schema of pydantic models says of a place inside a document: known keys."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel


def alternatives(annotation: Any) -> list[Any]:
    """Take an annotation apart: the parts of unions one by one, without metadata."""
    if get_origin(annotation) is Annotated:
        return alternatives(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return [one for part in get_args(annotation) for one in alternatives(part)]
    return [annotation]


def inside(allowed: Sequence[Any], key: Any, value: Any) -> list[Any]:
    """Find what is allowed under a key, or at a position, of a value.

    Parameters
    ----------
    allowed
        What is allowed for the value itself, as `alternatives` gives it.
    key
        Key of a mapping or position in a list.
    value
        The value, to choose among models by their tags; none where it is not known.
    """
    found: list[Any] = []
    for one in fitting(allowed, value):
        if is_model(one):
            field = one.model_fields.get(str(key))
            if field is not None:
                found += alternatives(field.annotation)
            continue
        origin, parts = get_origin(one), get_args(one)
        if origin in (dict, Mapping) and len(parts) == 2:
            found += alternatives(parts[1])
        elif origin is tuple and parts and isinstance(key, int) and Ellipsis not in parts:
            found += alternatives(parts[min(key, len(parts) - 1)])
        elif origin in (list, tuple, Sequence, set, frozenset) and parts:
            found += alternatives(parts[0])
    return found


def fitting(allowed: Sequence[Any], value: Any) -> list[Any]:
    """Of several models those whose tags (fields of one word) the value carries."""
    if not isinstance(value, Mapping):
        return list(allowed)
    tagged = {one: _tags(one) for one in allowed if is_model(one)}
    others = [one for one in allowed if not is_model(one)]
    carried = [m for m, tags in tagged.items() if tags and all(value.get(n) == word for n, word in tags.items())]
    return others + (carried or [m for m, tags in tagged.items() if not tags] or list(tagged))


def known_keys(allowed: Sequence[Any]) -> list[str]:
    """Keys that models know."""
    return list(dict.fromkeys(name for one in allowed if is_model(one) for name in one.model_fields))


def is_model(annotation: Any) -> bool:
    """Whether it is a class of pydantic models."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _tags(model: type[BaseModel]) -> dict[str, str]:
    """Fields that must hold one certain word, with that word."""
    fields = {name: get_args(f.annotation) for name, f in model.model_fields.items() if f.is_required()}
    return {
        name: words[0]
        for name, words in fields.items()
        if len(words) == 1 and _is_word(model.model_fields[name].annotation)
    }


def _is_word(annotation: Any) -> bool:
    return get_origin(annotation) is Literal and all(isinstance(word, str) for word in get_args(annotation))

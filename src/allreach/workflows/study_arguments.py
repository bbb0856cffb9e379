"""What a notebook gives to a study: numbers of any library, paths, dates and points, checked before any work."""

from __future__ import annotations

import datetime as dt
import json
import numbers
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from allreach.errors import Fault, InputError
from allreach.params.country_config import seed_faults


def plain_number(name: str, value: Any, expected: str = "a number") -> float:
    """Return a number of any library as a Python float.

    Raises
    ------
    InputError
        If it is none: a text, a truth value, a sequence.
    """
    value = _scalar(value)
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise InputError(Fault(name, f"{value!r} is no number", expected))
    return float(value)


def positive_number(name: str, value: Any, unit: str) -> float:
    """Return a number above zero.

    Raises
    ------
    InputError
        If it is none.
    """
    found = plain_number(name, value)
    if not found > 0:
        raise InputError(Fault(name, f"{value!r} is not usable", f"more than 0 {unit}"))
    return found


def whole_seed(seed: Any) -> int:
    """Return a seed as an int.

    Raises
    ------
    InputError
        If it is no whole number from 0 to 2^63 - 1.
    """
    seed = _scalar(seed)
    if isinstance(seed, bool) or not isinstance(seed, numbers.Integral):
        raise InputError(Fault("seed", f"{seed!r} is no seed", "a whole number from 0 to 2^63 - 1"))
    if faults := seed_faults(int(seed)):
        raise InputError(faults)
    return int(seed)


def thread_count(workers: Any) -> int:
    """Return a number of threads.

    Raises
    ------
    InputError
        If it is no whole number from 1.
    """
    workers = _scalar(workers)
    if isinstance(workers, bool) or not isinstance(workers, numbers.Integral) or workers < 1:
        raise InputError(Fault("workers", f"{workers!r} is no number of threads", "a whole number from 1"))
    return int(workers)


def set_texts(sets: str | Sequence[str] | Mapping[str, Any] | None) -> list[str]:
    """Return ``key=value`` texts, whether they come as one text, as many or as a mapping.

    Raises
    ------
    InputError
        With everything that is neither, and every value that no text can say.
    """
    if sets is None:
        return []
    if isinstance(sets, str):
        return [sets]
    if isinstance(sets, Mapping):
        sets = [f"{key}={_value_text(str(key), value)}" for key, value in sets.items()]
    if not isinstance(sets, Iterable):
        raise InputError(Fault("sets", f"{sets!r} is not understood", '{"costs.leo_kit_usd": 300}'))
    texts = list(sets)
    faults = [Fault("sets", f"{t!r} is not understood", "key=value texts") for t in texts if not isinstance(t, str)]
    if faults:
        raise InputError(faults)
    return texts


def point_text(value: Any, lat_deg: Any = None) -> str:
    """Return a point as ``LON,LAT``, or the identifier or name that it is.

    Parameters
    ----------
    value
        Identifier or name, a longitude with `lat_deg` beside it, or longitude and latitude in one sequence.
    lat_deg
        Latitude. [degrees]

    Raises
    ------
    InputError
        If it is none of them.
    """
    if isinstance(value, str) and lat_deg is None:
        return value
    pair = [value, lat_deg]
    if lat_deg is None:
        pair = list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]
    if len(pair) != 2:
        expected = "longitude and latitude, or the identifier or name of a place or site"
        raise InputError(Fault("point", f"{value!r} is none", expected))
    lon, lat = (plain_number(name, part, "degrees") for name, part in zip(("longitude", "latitude"), pair, strict=True))
    return f"{lon!r},{lat!r}"


def day(name: str, value: dt.date | str | None) -> dt.date | None:
    """Return a day; a text is YYYY-MM-DD.

    Raises
    ------
    InputError
        If it is none.
    """
    if value is None:
        return None
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InputError(Fault(name, f"{value!r} is no day", "YYYY-MM-DD")) from None


def words(value: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return words that come as one text, joined by commas, or as many."""
    if value is None:
        return ()
    return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else tuple(value)


def each(value: str | Sequence[str]) -> tuple[str, ...]:
    """Return names of files, of which a text is one."""
    return (value,) if isinstance(value, str) else tuple(value)


def user_path(path: Path | str) -> Path:
    """Return a path with ``~`` for the home folder, which a shell would have laid out."""
    return Path(path).expanduser()


def _value_text(key: str, value: Any) -> str:
    value = _scalar(value)
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value)
    except (TypeError, ValueError):
        raise InputError(Fault(f"sets {key}", f"{value!r} is not usable", "a number, a text, a list or none")) from None


def _scalar(value: Any) -> Any:
    """Return the number in a NumPy scalar; anything else as it is."""
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", None) == 0 else value

"""What a user names as a country folder: checked in one way by every command, before any work."""

from __future__ import annotations

import os
from pathlib import Path

from allreach.errors import Fault, InputError
from allreach.io.atomic import WriteError, explain_write_error

CONFIG = "country.yaml"
STRATEGY = "strategy.yaml"


def country_folder(path: Path, *, with_faults: bool = False) -> Path:
    """Return a path that is a country folder.

    Parameters
    ----------
    path
        As the user names it.
    with_faults
        Whether any folder will do, since its faults are what is asked for.

    Raises
    ------
    InputError
        If it is a file, is not there or holds no ``country.yaml``; says which code a country's name or two-letter code
        stands for.
    """
    refuse_file(path)
    if (path / CONFIG).is_file() or (with_faults and path.is_dir() and any(path.iterdir())):
        return path
    if path.is_dir():
        inner = sorted(p.parent.name for p in path.glob(f"*/{CONFIG}"))[:3]
        mend = f"Below it are {', '.join(inner)}: name one of them" if inner else _make_one(path)
        raise InputError(Fault(str(path), f"holds no {CONFIG}", "a country folder", mend))
    raise InputError(Fault(str(path), "is not there", "a country folder", country_hint(str(path)) or _make_one(path)))


def series_folder(path: Path) -> Path:
    """Return a path that is a country folder, or one named after a country that holds its series alone.

    A folder with a strategy is taken too: its strategy can be checked before there is a country.

    Raises
    ------
    InputError
        If it is neither.
    """
    refuse_file(path)
    name = path.resolve().name
    if (path / CONFIG).is_file() or (path / STRATEGY).is_file() or (len(name) == 3 and not _unknown(name)):
        return path
    mend = country_hint(name) or "Name the folder after the country, e.g. AZE, or make one with allreach run AZE"
    what = f"holds no {CONFIG}" if path.is_dir() else "is not there"
    raise InputError(
        Fault(str(path), f"{what}, and its name is no country code of three letters", "a country folder", mend)
    )


def new_country(target: str) -> str:
    """Return the three-letter code that a target names which is no folder.

    Raises
    ------
    InputError
        If it is a file or no such code.
    """
    refuse_file(Path(target))
    if len(target) == 3 and not _unknown(target):
        return target.upper()
    mend = country_hint(target)
    raise InputError(
        Fault(
            target, "is no country folder and no three-letter country code", "DIR or ISO 3166-1 alpha-3, e.g. AZE", mend
        )
    )


def country_hint(text: str) -> str:
    """Say which code is meant by a name, a two-letter code or a mistyped code; empty where nothing is near."""
    if not text.replace(" ", "").replace("-", "").replace("'", "").isalpha() or len(text) < 2:
        return ""
    from allreach.country.sketch.gazetteer import find_country

    try:
        facts = find_country(text)
    except InputError as error:
        mend = error.faults[0].mend
        return mend if "Did you mean" in mend or "alpha-2" in mend else ""
    return f"Make one with allreach run {facts.iso3}, or allreach country sketch {facts.iso3}"


def require_writable(path: Path) -> Path:
    """Return a folder that can be made and written in, as far as can be told before writing.

    Raises
    ------
    WriteError
        If it is a file, or the nearest folder that is there may not be written in.
    """
    try:
        if path.exists() and not path.is_dir():
            raise NotADirectoryError(20, "is a file", str(path))
        there = next(p for p in (path, *path.absolute().parents) if p.exists())
        if not there.is_dir():
            raise NotADirectoryError(20, "is a file", str(there))
        if not os.access(there, os.W_OK | os.X_OK):
            raise PermissionError(13, "may not be written in", str(there))
    except OSError as error:
        raise WriteError(explain_write_error(path, error)) from error
    return path


def refuse_file(path: Path) -> None:
    """Refuse a path that is a file, or that no file system takes.

    Raises
    ------
    InputError
        If it is one.
    """
    try:
        is_file = path.exists() and not path.is_dir()
    except (OSError, ValueError) as error:  # a name that is too long, a NUL in it
        raise InputError(Fault(str(path)[:80], f"is no usable path ({error})", "a country folder")) from error
    if is_file:
        mend = f"Name its folder: {path.parent}" if path.name == CONFIG else ""
        raise InputError(Fault(str(path), "is a file", "a country folder", mend))


def _unknown(code: str) -> bool:
    from allreach.country.sketch.gazetteer import find_country

    try:
        find_country(code)
    except InputError:
        return True
    return False


def _make_one(path: Path) -> str:
    return "Make one with allreach run ISO3 or allreach country sketch ISO3, or bring own data in with allreach " + (
        f"country import LAYER FILE -o {path}"
    )

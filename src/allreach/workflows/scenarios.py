"""Scenarios of a country folder: their overlays, their names, and which results folder a run may write."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allreach.errors import Fault, InputError
from allreach.io import stages
from allreach.io.results_folder import read_json
from allreach.params.load import parse_set
from allreach.workflows import study_arguments

BASE = "base"  # other scenarios begin from its plan
NAME_CHARS = 60
BUDGET = "planning.budget_usd"


def require_name(name: str) -> str:
    """Return a scenario's name if it may name a folder.

    Raises
    ------
    InputError
        If it may not.
    """
    if (
        not isinstance(name, str)
        or not name
        or name.startswith(".")
        or any(c in name for c in "/\\\0")
        or len(name) > 100
    ):
        raise InputError(Fault(f"--scenario {name!r}", "is no usable folder name", "letters, digits, - and _"))
    return name


def set_texts(sets: str | Sequence[str] | Mapping[str, Any] | None, budget_usd: float | None = None) -> tuple[str, ...]:
    """Return ``key=value`` texts, whether they come from a command line or as a mapping; the budget is one of them."""
    texts = study_arguments.set_texts(sets)
    if budget_usd is not None:
        texts.append(f"{BUDGET}={study_arguments.plain_number('budget_usd', budget_usd, 'USD')!r}")
    return tuple(texts)


def own_name(sets: Sequence[str]) -> str:
    """Name of the results of a run whose options change what is planned, where the user names none."""
    laid = _laid(sets)
    budget = laid.pop(BUDGET, None)
    parts = [] if budget is None else [f"budget_{float(budget):.0f}"]
    if laid:
        text = "_".join(f"{key}={value}" for key, value in sorted(laid.items()))
        slug = re.sub(r"[^A-Za-z0-9._=-]+", "-", text)
        if len(slug) > NAME_CHARS or slug != text:
            slug = f"{slug[:NAME_CHARS]}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        parts.append(f"set_{slug}")
    return "_".join(parts) or BASE


def results_name(folder: Path, scenario: str | None, sets: Sequence[str], overlay: str = BASE) -> str:
    """Name under which results go, so that results of other options are never replaced.

    A name that the user gives is his word. Without one, the plan of a budget has a name of its own, and so has a run
    with ``--set`` where ``base`` already holds results of other options. Options over the overlay of another scenario
    have its name before their own.
    """
    if scenario is not None:
        return require_name(scenario)
    if overlay != BASE:
        return f"{overlay}_{own_name(sets)}" if sets else overlay
    if BUDGET in _laid(sets) or (sets and _options_of(folder / "results" / BASE) not in (None, _laid(sets))):
        return own_name(sets)
    return BASE


def require_known(folder: Path, name: str, sets: Sequence[str]) -> None:
    """Refuse the name of a scenario that nothing says anything about, where others are written down: it is a slip.

    Raises
    ------
    InputError
        If the folder holds overlays of scenarios but none of this name, and no options and no results are there that
        the name could be of; or if the overlay's file has another ending than ``.yaml``.
    """
    files = sorted(path for path in (folder / "scenarios").glob("*") if not path.name.startswith("."))
    if name == BASE or not files or any(path.name == f"{name}.yaml" for path in files):
        return
    near = [path.name for path in files if path.name.casefold() == name.casefold() or _is_ending_of(path, name)]
    if near:
        raise InputError(Fault(f"--scenario {name}", f"has the file scenarios/{near[0]}", f"scenarios/{name}.yaml"))
    if sets or (folder / "results" / name).is_dir():
        return
    there = ", ".join(sorted({path.stem for path in (*files, *(folder / "results").glob("[!.]*"))} - {BASE}))
    mend = f"Write scenarios/{name}.yaml, or give --set for a scenario without a file"
    raise InputError(Fault(f"--scenario {name}", "is not known", f"base or one of: {there}", mend))


def _is_ending_of(path: Path, name: str) -> bool:
    return path.stem.casefold() == name.casefold() and path.suffix.casefold() in (".yaml", ".yml", ".txt", ".json")


@dataclass(frozen=True)
class RunOptions:
    """Options with which a scenario was run, as its manifest files them."""

    overlay: str
    sets: tuple[str, ...]
    seed: int | None


def run_options(folder: Path, name: str) -> RunOptions | None:
    """Return the options of a finished run; none where nothing is finished or an earlier version did not file them."""
    manifest = read_json(folder / "results" / name / "manifest.json")
    options = manifest.get("options")
    if not isinstance(options, dict) or not isinstance(options.get("sets"), list):
        return None
    seed = manifest.get("seed")
    overlay = str(options.get("overlay", name))
    return RunOptions(overlay, tuple(map(str, options["sets"])), seed if isinstance(seed, int) else None)


def set_aside_others(folder: Path, name: str, sets: Sequence[str]) -> str:
    """Give results of other options that stand under `base` a name of their own; returns it, or an empty text."""
    found = _options_of(folder / "results" / name)
    if name != BASE or sets or not found:
        return ""
    other = own_name([f"{key}={value}" for key, value in found.items()])
    target = folder / "results" / other
    if target.exists():
        return ""
    with stages.exclusive(folder / "results" / name):
        (folder / "results" / name).rename(target)
    return other


def _laid(sets: Sequence[str]) -> dict[str, str]:
    """Options as plain texts by key, the last one winning."""
    return {key: str(value) for key, value in (parse_set(text) for text in sets)}


def _options_of(results: Path) -> dict[str, str] | None:
    """Options of a finished run by key; none where nothing is filed."""
    options = run_options(results.parent.parent, results.name)
    return None if options is None else _laid(options.sets)

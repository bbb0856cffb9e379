"""Scenarios of a country folder: their overlays, their names, and which results folder a run may write."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from allreach.errors import Fault, InputError
from allreach.io import stages
from allreach.io.results_folder import read_json
from allreach.io.scenario_file import read_scenario
from allreach.params.load import parse_set

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
    if not name or name.startswith(".") or any(c in name for c in "/\\\0") or len(name) > 100:
        raise InputError(Fault(f"--scenario {name!r}", "is no usable folder name", "letters, digits, - and _"))
    return name


def read_overlay(folder: Path, name: str) -> dict[str, Any]:
    """Read ``DIR/scenarios/NAME.yaml``: ``parameters`` and ``service_standard`` to lay over the country's.

    Raises
    ------
    InputError
        If the file is no YAML or holds something else.
    """
    return read_scenario(folder, name)


def set_texts(sets: Sequence[str] | Mapping[str, Any], budget_usd: float | None = None) -> tuple[str, ...]:
    """Return ``key=value`` texts, whether they come from a command line or as a mapping; the budget is one of them."""
    if isinstance(sets, Mapping):
        texts = [f"{key}={value if isinstance(value, str) else json.dumps(value)}" for key, value in sets.items()]
    else:
        texts = list(sets)
    if budget_usd is not None:
        texts.append(f"{BUDGET}={float(budget_usd)!r}")
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


def results_name(folder: Path, scenario: str | None, sets: Sequence[str]) -> str:
    """Name under which results go, so that results of other options are never replaced.

    A name that the user gives is his word. Without one, the plan of a budget has a name of its own, and so has a run
    with ``--set`` where ``base`` already holds results of other options.
    """
    if scenario is not None:
        return require_name(scenario)
    if BUDGET in _laid(sets) or (sets and _options_of(folder / "results" / BASE) not in (None, _laid(sets))):
        return own_name(sets)
    return BASE


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
    """Options of a finished run; none where nothing is finished or an earlier version did not file them."""
    options = read_json(results / "manifest.json").get("options")
    return _laid(options["sets"]) if isinstance(options, dict) and "sets" in options else None

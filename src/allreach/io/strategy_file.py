"""Read a strategy file: every fault with its line and how to mend it."""

from __future__ import annotations

import importlib.resources
from pathlib import Path

from allreach.errors import DataMissingError, Fault, InputError
from allreach.indicators.strategy import Strategy
from allreach.indicators.strategy_check import check, with_ids
from allreach.io.yaml_text import read_yaml_text
from allreach.yaml_syntax import name_path


def read_strategy(path: Path) -> Strategy:
    """Read and check a strategy.

    Raises
    ------
    DataMissingError
        If there is no such file.
    InputError
        With every fault: file, line, what, expected, how to mend.
    """
    faults = check_strategy(path)
    errors = [fault for fault in faults if fault.severity == "error"]
    if errors:
        raise InputError(errors)
    return Strategy.model_validate(with_ids(read_yaml_text(path).value))


def check_strategy(path: Path) -> list[Fault]:
    """Find every fault of a strategy file, sorted by line."""
    try:
        text = read_yaml_text(path, where=path.name)
    except InputError as error:
        return error.faults
    found = {
        Fault(
            f"{path.name}, line {text.line(problem.path)}, {name_path(problem.path)}",
            problem.what,
            problem.expected,
            problem.mend,
            problem.severity,
            problem.kind,
        )
        for problem in check(text.value)
    }
    return sorted(found, key=lambda fault: (int(fault.where.split(", line ")[1].split(",")[0]), fault.where))


def shipped_strategies(iso3: str = "") -> dict[str, Path]:
    """Strategies that ship with the program by name; with `iso3` those that concern the country."""
    folder = Path(str(importlib.resources.files("allreach"))) / "indicators" / "strategies"
    found = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    if not iso3:
        return found
    return {name: path for name, path in found.items() if read_strategy(path).country in (iso3, "*")}


def find_strategies(folder: Path, names: tuple[str, ...], iso3: str) -> list[Strategy]:
    """Strategies to track: those named (files or shipped names), else the folder's own, else the shipped ones."""
    if names:
        shipped = shipped_strategies()
        paths = []
        for name in names:
            if name not in shipped and not Path(name).is_file():
                raise DataMissingError(
                    f"strategy {name}: no such file, and none ships of that name ({', '.join(shipped)})"
                )
            paths.append(shipped.get(name, Path(name)))
    elif (folder / "strategy.yaml").is_file():
        paths = [folder / "strategy.yaml"]
    else:
        paths = list(shipped_strategies(iso3).values())
    return [read_strategy(path) for path in paths]

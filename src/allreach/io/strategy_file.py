"""Read a strategy file: every fault with its line and how to mend it."""

from __future__ import annotations

import importlib.resources
from pathlib import Path
from typing import Any

import yaml

from allreach.errors import DataMissingError, Fault, InputError
from allreach.indicators.strategy import Strategy
from allreach.indicators.strategy_check import check, with_ids

Lines = dict[tuple[str | int, ...], int]


class _Loader(yaml.SafeLoader):
    """Dates stay text: the check says what is wrong with one, where YAML itself would only fail."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


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
    raw, _, _ = _load(path)
    return Strategy.model_validate(with_ids(raw))


def check_strategy(path: Path) -> list[Fault]:
    """Find every fault of a strategy file, sorted by line."""
    raw, lines, faults = _load(path)
    if faults and raw is None:
        return faults
    found = [
        Fault(
            f"{path.name}, line {_line(lines, problem.path)}, {_key(problem.path)}",
            problem.what,
            problem.expected,
            problem.mend,
            problem.severity,
            problem.kind,
        )
        for problem in check(raw)
    ]
    return sorted(
        {*faults, *found}, key=lambda fault: (int(fault.where.split(", line ")[1].split(",")[0]), fault.where)
    )


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


def _load(path: Path) -> tuple[Any, Lines, list[Fault]]:
    if not path.is_file():
        raise DataMissingError(f"{path}: there is no such file")
    try:
        text = path.read_text(encoding="utf-8-sig")
        node = yaml.compose(text, Loader=_Loader)
        raw = yaml.load(text, Loader=_Loader)
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        fault = Fault(
            f"{path.name}, line {line}, file", "is not UTF-8", "text in UTF-8", "Save it as UTF-8", kind="encoding"
        )
        return None, {}, [fault]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        what = f"cannot be read as YAML: {getattr(error, 'problem', error)}"
        mend = "Check indentation (spaces, no tabs), colons and quotes there"
        return None, {}, [Fault(f"{path.name}, line {line}, file", what, "key: value lines", mend, kind="yaml")]
    lines: Lines = {}
    faults: list[Fault] = []
    if node is not None:
        _walk(node, (), lines, faults, path.name)
    return raw, lines, faults


def _walk(node: yaml.Node, at: tuple[str | int, ...], lines: Lines, faults: list[Fault], file: str) -> None:
    lines.setdefault(at, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            inner = (*at, key.value)
            if key.value in seen:
                where = f"{file}, line {key.start_mark.line + 1}, {_key(inner)}"
                mend = "Keep one; YAML would silently take the last"
                faults.append(
                    Fault(where, f"key {key.value!r} is there twice", "each key once", mend, kind="duplicate_key")
                )
            seen.add(key.value)
            lines[inner] = key.start_mark.line + 1
            _walk(value, inner, lines, faults, file)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            lines[(*at, number)] = value.start_mark.line + 1
            _walk(value, (*at, number), lines, faults, file)


def _line(lines: Lines, path: tuple[str | int, ...]) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _key(path: tuple[str | int, ...]) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path) or "file"

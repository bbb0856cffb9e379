"""YAML as people write it by hand: bounded, every key once, and words left as words.

Of YAML 1.2's core schema, so that what stands there is what is read: only ``true`` and ``false`` are truth values
(``NO`` is Norway), ``01`` and ``0755`` are codes, ``12:30`` is a time of day and ``2026-11-01`` a text that whoever
needs a day reads as one. Keys are always text. Anchors and merge keys work as far as they do not make a file grow
without bound. Nothing but mappings, lists, text, numbers, truth values and null comes out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, ClassVar

import yaml

from allreach.errors import Fault, InputError

CHARACTERS_MAX = 4_000_000
DEPTH_MAX = 40
NODES_MAX = 200_000
"""Values of a file, those behind an alias counted each time they are used."""

Path = tuple[str | int, ...]
Lines = dict[Path, int]

_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PREFIX = "tag:yaml.org,2002:"
_TEXT, _MERGE = f"{_PREFIX}str", f"{_PREFIX}merge"
_NUMBERS = (f"{_PREFIX}int", f"{_PREFIX}float")
_TAGS = {_TEXT, *_NUMBERS, *(_PREFIX + name for name in ("null", "bool", "map", "seq"))}
_WHOLE_MAX = 2**63
_CORE = {
    "null": (re.compile(r"~|null|Null|NULL|"), ["~", "n", "N", ""]),
    "bool": (re.compile(r"true|True|TRUE|false|False|FALSE"), list("tTfF")),
    "int": (re.compile(r"[-+]?(?:0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+"), list("-+0123456789")),
    "float": (
        re.compile(
            r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
        ),
        list("-+.0123456789"),
    ),
    "merge": (re.compile(r"<<"), ["<"]),
}


class _Loader(_BASE):  # type: ignore[misc]
    """Loader with the core schema's words."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


for _name, (_pattern, _first) in _CORE.items():
    _Loader.add_implicit_resolver(_PREFIX + _name, re.compile(f"^(?:{_pattern.pattern})$"), _first)


def _whole(text: str) -> int:
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def _is_usable(node: yaml.ScalarNode) -> bool:
    """Whether a number is finite, and a whole one fits 64 bits."""
    try:
        return abs(_whole(node.value)) < _WHOLE_MAX if node.tag == _NUMBERS[0] else math.isfinite(float(node.value))
    except ValueError:
        return False


_Loader.add_constructor(_NUMBERS[0], lambda loader, node: _whole(str(loader.construct_scalar(node))))
_Loader.add_constructor(_NUMBERS[1], lambda loader, node: float(loader.construct_scalar(node)))


@dataclass(frozen=True)
class YamlText:
    """What a YAML text says, and where.

    Parameters
    ----------
    value
        Mappings, lists, text, numbers, truth values, None.
    lines
        Line (from 1) by the path of keys and indices.
    """

    value: Any
    lines: Lines = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """Line of a path, or of the nearest thing above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse_yaml(text: str, where: str, *, as_written: Collection[str] = ()) -> YamlText:
    """Read a YAML text.

    Parameters
    ----------
    text
        The text.
    where
        How to call it in messages (usually the file).
    as_written
        Keys below which plain words stay text as they are written (``1.0``, ``true``), because they are aimed at text;
        null stays null.

    Raises
    ------
    InputError
        With the line of what is no YAML, of every key that is there twice, or of what is too large or too deep.
    """
    if len(text) > CHARACTERS_MAX:
        raise InputError(Fault(where, f"holds {len(text):,} characters", f"at most {CHARACTERS_MAX:,}", kind="yaml"))
    try:
        node = None if (too_much := _too_much(text, where)) else yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise InputError(_syntax_fault(where, error)) from error
    except ValueError as error:  # a code point that there is not
        raise InputError(Fault(where, f"cannot be read as YAML: {error}", "key: value lines", kind="yaml")) from error
    if too_much is not None:
        raise InputError(too_much)
    if node is None:
        return YamlText(None)
    walk = _Walk(where, frozenset(as_written))
    walk.take(node, (), is_text=False)
    if walk.faults:
        raise InputError(walk.faults)
    return YamlText(_value(node, where), walk.lines)


def _too_much(text: str, where: str) -> Fault | None:
    """Find what is too deep or too much before anything walks it by recursion."""
    depth = count = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        count += 1
        if depth > DEPTH_MAX or count > 2 * NODES_MAX:
            what = f"is nested over {DEPTH_MAX} deep" if depth > DEPTH_MAX else f"holds over {NODES_MAX:,} values"
            line = event.start_mark.line + 1 if event.start_mark else 1
            return Fault(f"{where}, line {line}, file", what, "a file as people write them", kind="yaml")
    return None


def _syntax_fault(where: str, error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    what = f"cannot be read as YAML: {getattr(error, 'problem', None) or error}"
    mend = "Check indentation (spaces, no tabs), colons and quotes there"
    return Fault(f"{where}, line {line}, file", what, "key: value lines", mend, kind="yaml")


class _Walk:
    """One pass over the nodes: lines, keys that are there twice, growth by aliases, words to be kept."""

    def __init__(self, where: str, as_written: frozenset[str]) -> None:
        self.where, self.as_written = where, as_written
        self.lines: Lines = {}
        self.faults: list[Fault] = []
        self.count = 0
        self.above: list[int] = []

    def fault(self, node: yaml.Node, at: Path, what: str, expected: str, mend: str = "", kind: str = "yaml") -> None:
        where = f"{self.where}, line {node.start_mark.line + 1}, {name_path(at)}"
        self.faults.append(Fault(where, what, expected, mend, kind=kind))

    def take(self, node: yaml.Node, at: Path, *, is_text: bool) -> None:
        self.lines.setdefault(at, node.start_mark.line + 1)
        self.count += 1
        if self.count > NODES_MAX or id(node) in self.above or len(at) > DEPTH_MAX:
            if not self.faults:
                self.fault(node, at, "grows without bound by its aliases", "no alias that holds itself")
            return
        if node.tag not in _TAGS:
            tag = node.tag.replace(_PREFIX, "!!")
            self.fault(node, at, f"has the tag {tag}", "text, numbers, lists and mappings", "Leave the tag out")
        self.above.append(id(node))
        if isinstance(node, yaml.MappingNode):
            self._mapping(node, at, is_text)
        elif isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                self.lines[(*at, number)] = item.start_mark.line + 1
                self.take(item, (*at, number), is_text=is_text)
        elif isinstance(node, yaml.ScalarNode):
            if is_text and not node.style and node.tag != f"{_PREFIX}null":
                node.tag = _TEXT
            if node.tag in _NUMBERS and not _is_usable(node):
                mend = "Write a number in digits, or put quotes round a name"
                self.fault(node, at, f"{node.value[:30]!r} is no usable number", "a finite number", mend)
            if any("\ud800" <= c <= "\udfff" for c in node.value):
                self.fault(node, at, "holds half a character (a surrogate)", "Unicode text")
        self.above.pop()

    def _mapping(self, node: yaml.MappingNode, at: Path, is_text: bool) -> None:
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.fault(key, at, "has a list or a mapping for a key", "a word for a key")
                continue
            if key.tag != _MERGE:
                key.tag = _TEXT
            inner = (*at, key.value)
            if key.value in seen:
                mend = "Keep one; YAML would silently take the last"
                self.fault(key, inner, f"key {key.value!r} is there twice", "each key once", mend, "duplicate_key")
            seen.add(key.value)
            self.lines[inner] = key.start_mark.line + 1
            self.take(value, inner, is_text=is_text or key.value in self.as_written)


class _NodeConstructor(yaml.constructor.SafeConstructor):
    yaml_constructors = _Loader.yaml_constructors


def _value(node: yaml.Node, where: str) -> Any:
    try:
        return _NodeConstructor().construct_document(node)
    except yaml.YAMLError as error:
        raise InputError(_syntax_fault(where, error)) from error
    except KeyError as error:  # a tag that does not fit its value: !!bool maybe
        raise InputError(
            Fault(where, f"the tag !!bool does not fit {error}", "true or false", "Leave the tag out", kind="yaml")
        ) from error


def name_path(path: Path) -> str:
    """Path of keys and indices as a reader counts: ``goals.1.targets``."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path) or "file"

"""Everything that can be wrong in a strategy file, found at once; works on the raw file, whatever its state."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from allreach.indicators.definitions import Catalogue, Indicator, catalogue
from allreach.indicators.strategy import PILLARS, Budget, Dated, Goal, Later, Source, Strategy, Target
from allreach.params.rungs import TargetRung
from allreach.schema_faults import plain_words

Path = tuple[str | int, ...]
_KEYS: dict[str, list[str]] = {
    "strategy": list(Strategy.model_fields),
    "goals": list(Goal.model_fields),
    "targets": list(Target.model_fields),
    "baseline": list(Dated.model_fields),
    "milestones": list(Dated.model_fields),
    "budget": list(Budget.model_fields),
    "rung": list(TargetRung.model_fields),
    "sources": list(Source.model_fields),
    "indicators": list(Indicator.model_fields),
    "later": list(Later.model_fields),
}


@dataclass(frozen=True)
class Problem:
    """One fault with its place in the file."""

    path: Path
    kind: str
    what: str
    expected: str
    mend: str
    severity: Literal["error", "warning"] = "error"


def check(raw: Any) -> list[Problem]:
    """Find every fault of a strategy as it was read from YAML, in order of the file."""
    if not isinstance(raw, Mapping):
        return [
            Problem(
                (), "shape", "holds no mapping", "id, name, country, sources, goals", "Start from a shipped example"
            )
        ]
    problems = [*_schema(raw), *_meaning(raw)]
    return problems


def _schema(raw: Mapping) -> Iterator[Problem]:
    try:
        Strategy.model_validate(with_ids(raw))
    except ValidationError as error:
        for detail in error.errors():
            if detail["type"] == "too_short" and detail["input"]:
                continue  # its entries are there but faulty, and named one by one
            path = tuple(part for part in detail["loc"] if part != "function-before[_by_language(), dict[str,str]]")
            yield _translate(path, detail)


def with_ids(raw: Mapping) -> dict:
    """Give own indicators their key as id."""
    out = dict(raw)
    if isinstance(raw.get("indicators"), Mapping):
        out["indicators"] = {
            key: {"id": key, **value} if isinstance(value, Mapping) else value
            for key, value in raw["indicators"].items()
        }
    return out


def _translate(path: Path, detail: Any) -> Problem:
    name, found = str(path[-1]) if path else "", detail.get("input")
    if detail["type"] == "extra_forbidden":
        room = next((str(p) for p in reversed(path[:-1]) if str(p) in _KEYS), "strategy")
        known = _KEYS[room]
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        mend = f"Write {near[0]}" if near else "Take it out, or put it into note"
        return Problem(path, "unknown_key", f"key {name!r} is not known", ", ".join(known), mend)
    if detail["type"] == "missing":
        return Problem(path, "missing_key", f"key {name!r} is missing", "a value", f"Add {name}:")
    if name == "pillar":
        near = difflib.get_close_matches(str(found), PILLARS, n=1, cutoff=0.4)
        return Problem(
            path,
            "unknown_pillar",
            f"{found!r} is no pillar",
            ", ".join(PILLARS),
            f"Write {near[0]}" if near else "Choose one",
        )
    if "date" in name or "adopted" in name or detail["type"].startswith("date"):
        return Problem(path, "bad_date", f"{found!r} is no date", "YYYY-MM-DD", "Write the day, e.g. 2027-12-31")
    if detail["type"].startswith("float") or detail["type"] in ("greater_than", "greater_than_equal"):
        what, expected = plain_words(detail)
        return Problem(path, "bad_number", what, f"{expected} without unit or thousands sign", "Write the bare number")
    what, expected = plain_words(detail)
    return Problem(path, "bad_value", what, expected or "see the schema", "Mend the value")


def _meaning(raw: Mapping) -> Iterator[Problem]:
    book = _book(raw)
    sources = set(raw["sources"]) if isinstance(raw.get("sources"), Mapping) else set()
    yield from _units(raw)
    for path, later in _rows(raw, ("later",)):
        yield from _sources(path, later, sources)
    seen_goals: dict[str, Path] = {}
    seen_targets: dict[str, Path] = {}
    depends: dict[str, tuple[Path, list[str]]] = {}
    for path, goal in _rows(raw, ("goals",)):
        yield from _unique(path, goal, seen_goals, "goal")
        for at, target in _rows(goal, ("targets",)):
            where = (*path, *at)
            yield from _unique(where, target, seen_targets, "target")
            yield from _sources(where, target, sources)
            yield from _measure(where, target, book)
            yield from _dates(where, target)
            yield from _money(where, target)
            if isinstance(target.get("depends_on"), list) and isinstance(target.get("id"), str):
                depends[target["id"]] = ((*where, "depends_on"), [str(x) for x in target["depends_on"]])
            elif isinstance(target.get("id"), str):
                depends[target["id"]] = ((*where, "depends_on"), [])
    yield from _dependencies(depends)


def _book(raw: Mapping) -> Catalogue:
    own = {}
    for key, value in raw.get("indicators", {}).items() if isinstance(raw.get("indicators"), Mapping) else ():
        try:
            own[str(key)] = Indicator.model_validate({"id": key, **value})
        except (ValidationError, TypeError):
            continue  # the schema names what is wrong with it
    return catalogue().with_own(own)


def _units(raw: Mapping) -> Iterator[Problem]:
    units = catalogue().units
    for key, value in raw.get("indicators", {}).items() if isinstance(raw.get("indicators"), Mapping) else ():
        unit = value.get("unit") if isinstance(value, Mapping) else None
        if isinstance(unit, str) and unit not in units:
            near = difflib.get_close_matches(unit, units, n=1, cutoff=0.5)
            mend = f"Write {near[0]}" if near else "Choose one of them; count is a bare number"
            path = ("indicators", str(key), "unit")
            yield Problem(path, "unknown_unit", f"{unit!r} is no unit", ", ".join(units), mend)


def _rows(parent: Any, key: tuple[str]) -> Iterator[tuple[Path, Mapping]]:
    found = parent.get(key[0]) if isinstance(parent, Mapping) else None
    for number, row in enumerate(found if isinstance(found, list) else ()):
        if isinstance(row, Mapping):
            yield (*key, number), row


def _unique(path: Path, row: Mapping, seen: dict[str, Path], what: str) -> Iterator[Problem]:
    key = row.get("id")
    if not isinstance(key, str):
        return
    if key in seen:
        yield Problem(
            (*path, "id"),
            "duplicate_id",
            f"{what} {key!r} is there twice",
            "an id used once",
            f"Rename one, e.g. {key}_2",
        )
    seen.setdefault(key, path)


def _sources(path: Path, target: Mapping, known: set) -> Iterator[Problem]:
    places: list[tuple[Path, Any]] = [((*path, key), target.get(key)) for key in ("source", "owner_source")]
    for key in ("baseline", "budget"):
        if isinstance(target.get(key), Mapping):
            places.append(((*path, key, "source"), target[key].get("source")))
    for at, row in _rows(target, ("milestones",)):
        places.append(((*path, *at, "source"), row.get("source")))
    for at, value in places:
        if isinstance(value, str) and value not in known:
            near = difflib.get_close_matches(value, sorted(known), n=1, cutoff=0.5)
            mend = f"Write {near[0]}" if near else f"Add {value}: to sources"
            yield Problem(at, "unknown_source", f"source {value!r} is not listed under sources", "a listed key", mend)


def _measure(path: Path, target: Mapping, book: Catalogue) -> Iterator[Problem]:
    name = target.get("indicator")
    if not isinstance(name, str):
        return  # the schema names what is wrong with it
    if name not in book.indicators:
        near = difflib.get_close_matches(name, book.indicators, n=1, cutoff=0.5)
        mend = f"Write {near[0]}" if near else "Define it under indicators:"
        yield Problem((*path, "indicator"), "unknown_indicator", f"{name!r} is no indicator", "an indicator's id", mend)
        return
    indicator = book.indicators[name]
    unit = target.get("unit")
    if unit is not None and unit != indicator.unit:
        yield Problem(
            (*path, "unit"),
            "unit_mismatch",
            f"unit {unit!r} is not that of {name}",
            indicator.unit,
            f"Convert the values to {indicator.unit} and write unit: {indicator.unit}",
        )
    values: list[tuple[Path, Any]] = [((*path, key), target.get(key)) for key in ("value", "met_from")]
    if isinstance(target.get("baseline"), Mapping):
        values.append(((*path, "baseline", "value"), target["baseline"].get("value")))
    for at, row in _rows(target, ("milestones",)):
        values.append(((*path, *at, "value"), row.get("value")))
    for at, value in values:
        if _is_number(value) and not indicator.low <= value <= indicator.highest:
            top = "no limit" if indicator.high is None else f"{indicator.high:g}"
            yield Problem(
                at,
                "impossible_value",
                f"{value!r} is not possible for {name}",
                f"{indicator.low:g} to {top}",
                "Check the number and its unit",
            )


def _dates(path: Path, target: Mapping) -> Iterator[Problem]:
    end = _date(target.get("date"))
    baseline = target["baseline"] if isinstance(target.get("baseline"), Mapping) else {}
    start = _date(baseline.get("date"))
    if target.get("value") is not None and target.get("date") is None:
        yield Problem(
            (*path, "value"), "no_date", "a value is promised but no date", "date: YYYY-MM-DD", "Add the date"
        )
    if start and end and start >= end:
        yield Problem(
            (*path, "date"),
            "dates_reversed",
            f"the target's date {end} is not after its baseline {start}",
            "a later date",
            "Swap the two dates, or correct one",
        )
    before = start
    for at, row in _rows(target, ("milestones",)):
        day = _date(row.get("date"))
        if day and ((before and day <= before) or (end and day > end)):
            yield Problem(
                (*path, *at, "date"),
                "milestone_order",
                f"milestone {day} is out of order",
                f"after {before or 'the baseline'} and not after {end or 'the target'}",
                "Sort the milestones by date",
            )
        before = day or before


def _money(path: Path, target: Mapping) -> Iterator[Problem]:
    budget = target.get("budget")
    if not isinstance(budget, Mapping):
        return
    amount, spent = budget.get("amount"), budget.get("spent")
    if isinstance(amount, int | float) and isinstance(spent, int | float) and spent > amount:
        yield Problem(
            (*path, "budget", "spent"),
            "overspent",
            f"{spent:g} spent of {amount:g}",
            "no more than the budget",
            "Check the unit of both (thousands, millions), or enter the raised budget",
            "warning",
        )


def _dependencies(depends: dict[str, tuple[Path, list[str]]]) -> Iterator[Problem]:
    for path, needed in depends.values():
        for number, name in enumerate(needed):
            if name not in depends:
                near = difflib.get_close_matches(name, sorted(depends), n=1, cutoff=0.7)
                mend = f"Write {near[0]}" if near else "Take it out"
                yield Problem(
                    (*path, number),
                    "unknown_dependency",
                    f"depends on {name!r}, which is no target",
                    "a target's id",
                    mend,
                )
    for cycle in cycles({name: needed for name, (_, needed) in depends.items()}):
        chain = " -> ".join([*cycle, cycle[0]])
        yield Problem(
            depends[cycle[0]][0],
            "cycle",
            f"targets depend on each other in a circle: {chain}",
            "no circle",
            "Cut one link",
        )


def cycles(depends: Mapping[str, list[str]]) -> list[list[str]]:
    """Circles of dependencies, each once, from its first member in the order given."""
    found: list[list[str]] = []
    state: dict[str, int] = {}
    for start in depends:
        if start in state:
            continue
        stack: list[tuple[str, Iterator[str]]] = [(start, iter(depends[start]))]
        state[start] = 1
        trail = [start]
        while stack:
            name, following = stack[-1]
            step = next(following, None)
            if step is None:
                stack.pop()
                trail.pop()
                state[name] = 2
            elif state.get(step) == 1:
                found.append(trail[trail.index(step) :])
            elif step in depends and step not in state:
                state[step] = 1
                trail.append(step)
                stack.append((step, iter(depends[step])))
    return found


def _date(value: Any) -> dt.date | None:
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

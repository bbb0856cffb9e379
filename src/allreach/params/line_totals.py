"""National totals of fixed lines as shares of the homes: passed, used, by technology and by speed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from allreach.params.official import SPEEDS_MBPS, OfficialTotals

PASSED_OVER = {mbps: f"passed_over_{mbps}_mbps_share" for mbps in SPEEDS_MBPS}
"""Columns of places: share of the homes at whose door a line is known to give at least a speed."""
USED_OVER = {mbps: f"used_over_{mbps}_mbps_share" for mbps in SPEEDS_MBPS}
"""Columns of places: share of the homes that use a line sold at no less than a speed."""
LINE_SHARES = (
    "passed_share",
    "orderable_share",
    "used_share",
    "fibre_share",
    "fibre_used_share",
    *PASSED_OVER.values(),
    *USED_OVER.values(),
)
"""Columns of places that say what fixed lines do."""
NESTED_SHARES = (
    ("passed_share", "orderable_share", "used_share"),
    ("passed_share", "fibre_share", "fibre_used_share"),
    ("used_share", "fibre_used_share"),
    ("passed_share", *PASSED_OVER.values()),
    ("used_share", *USED_OVER.values()),
    *((PASSED_OVER[mbps], USED_OVER[mbps]) for mbps in SPEEDS_MBPS),
)
"""Each is part of the one before it."""


class Most(StrEnum):
    """Why the share that uses a line is the most there can be, and not what is published: more lines than homes."""

    ONLINE = "online"
    """No more homes use a line than are online."""
    HOMES = "homes"
    """One line for each home."""


@dataclass(frozen=True)
class LineTotals:
    """National totals of fixed lines, shares of the homes; none where nothing that counts is published.

    Parameters
    ----------
    passed, fibre
        At whose door a line of any kind lies, and one of fibre.
    used, fibre_used
        Who use a line, and one of fibre.
    over
        Who use a line of at least so many Mbit/s, by the speeds of which a total counts.
    at_least
        What of ``passed`` and ``fibre`` is not published and is at least the share that uses it.
    most
        Why ``used`` is not what is published; none where it is.
    """

    passed: float | None
    fibre: float | None
    used: float | None
    fibre_used: float | None = None
    over: Mapping[int, float] = field(default_factory=dict)
    at_least: tuple[str, ...] = ()
    most: Most | None = None


class _Base(NamedTuple):
    """What lines are taken over, and the most of it that can use one, with the reason."""

    homes: float
    most: float
    why: Most | None


def line_totals(official: OfficialTotals, homes: float) -> LineTotals:
    """Shares of the homes from totals that count.

    Nobody uses a line that does not pass him: where no share passed counts, it is at least the share that uses one. A
    home has one line at most. Lines of businesses and second homes count among those of homes where premises are not
    published: then no more homes use a line than are online.

    Parameters
    ----------
    official
        The totals.
    homes
        Homes of the folder, over which lines are taken where nobody publishes premises or households.
    """
    base = _base(official, homes)
    lines = official.get("fixed_subscriptions")
    used = _of(base, official, "fixed_subscriptions")
    fibre_used = _within(_of(base, official, "fibre_subscriptions"), used)
    over: dict[int, float] = {}
    for mbps in SPEEDS_MBPS:
        share = _within(_of(base, official, f"fixed_subscriptions_over_{mbps}_mbps"), used)
        if share is not None:
            over[mbps] = min([share, *over.values()])
    passed, fibre = (_pct(official, name) for name in ("premises_passed_pct", "premises_passed_fibre_pct"))
    least = _more(used, _more(fibre_used, max(over.values(), default=None)))
    at_least = tuple(
        name
        for name, given, part in (("passed", passed, least), ("fibre", fibre, fibre_used))
        if given is None and part
    )
    fibre = _more(fibre, fibre_used)
    is_cut = lines is not None and bool(base.homes) and lines.value > base.most * base.homes
    return LineTotals(
        _more(_more(passed, least), fibre), fibre, used, fibre_used, over, at_least, base.why if is_cut else None
    )


def lines_base(official: OfficialTotals, homes: float) -> float:
    """Return over what lines are taken: published premises, else published households, else homes of the folder."""
    base = official.get("premises") or official.get("households")
    return homes if base is None else base.value


def _base(official: OfficialTotals, homes: float) -> _Base:
    count, online = lines_base(official, homes), official.get("households_online_pct")
    if official.get("premises") is None and online is not None:
        return _Base(count, online.value / 100.0, Most.ONLINE)
    return _Base(count, 1.0, Most.HOMES)


def _of(base: _Base, official: OfficialTotals, name: str) -> float | None:
    total = official.get(name)
    return None if total is None or not base.homes else min(total.value / base.homes, base.most)


def _pct(official: OfficialTotals, name: str) -> float | None:
    total = official.get(name)
    return None if total is None else min(total.value / 100.0, 1.0)


def _within(part: float | None, whole: float | None) -> float | None:
    return part if part is None or whole is None else min(part, whole)


def _more(one: float | None, other: float | None) -> float | None:
    both = [value for value in (one, other) if value is not None]
    return max(both) if both else None

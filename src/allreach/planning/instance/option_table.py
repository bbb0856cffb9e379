"""Collects what is on offer while a problem is built: options, what they use, facilities, shared capacities."""

from __future__ import annotations

from allreach.planning.model.problem import TECHNOLOGIES

TECH = {name: i for i, name in enumerate(TECHNOLOGIES)}


class Offers:
    """Options, uses, facilities and pools in the order in which they were added."""

    def __init__(self) -> None:
        self.options: list[tuple[int, int, int, float, float, float]] = []
        self.uses: list[tuple[int, int, float]] = []
        self.facilities: dict[tuple[str, int], int] = {}
        self.pools: dict[tuple[str, int, int], int] = {}
        self.contract: dict[int, str] = {}  # of options over a satellite for an institution

    def facility(self, kind: str, row: int) -> int:
        """Return the number of a facility, new or known."""
        return self.facilities.setdefault((kind, row), len(self.facilities))

    def pool(self, kind: str, one: int, two: int) -> int:
        """Return the number of a pool, new or known."""
        return self.pools.setdefault((kind, one, two), len(self.pools))

    def add(self, part: int, technology: str, facility: int, pv_usd: float, mbps: float, dl_mbps: float) -> int:
        """Add an option; returns its number."""
        self.options.append((part, TECH[technology], facility, pv_usd, mbps, dl_mbps))
        return len(self.options) - 1

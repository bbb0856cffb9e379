"""What is on offer, as a table: options, what they use, the facilities they need, capacities they share."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from allreach.planning.model.problem import Bools, Floats, Ints
from allreach.vocabulary import Technology

PlaceLimits = dict[
    Technology, NDArray[np.object_]
]  # per technology and place, why it is not on offer; empty where it is
SECTOR = "sector"  # kind of pool: the time of a sector of a site


@dataclass(frozen=True)
class OptionTable:
    """Options sorted by part, and what one household of each takes of shared capacities.

    Parameters
    ----------
    part, technology, facility
        Part served, code of its `Technology`, facility needed (-1 for none), shape (O,).
    mbps, dl_mbps
        Busy-hour demand of a household on the facility's backhaul, and speed promised, shape (O,). [Mbit/s]
    contract
        retail or committed where an institution's option buys satellite capacity, else empty, shape (O,).
    use_option, use_pool, use_amount
        One entry per option and pool.
    """

    part: Ints
    technology: Ints
    facility: Ints
    mbps: Floats
    dl_mbps: Floats
    contract: NDArray[np.str_]
    use_option: Ints
    use_pool: Ints
    use_amount: Floats

    def __len__(self) -> int:
        return len(self.part)

    def only(self, keep: Bools) -> OptionTable:
        """Return the options kept, numbered anew."""
        number = np.cumsum(keep) - 1
        uses = keep[self.use_option]
        own = {f.name: getattr(self, f.name)[keep] for f in fields(self) if not f.name.startswith("use_")}
        return replace(
            self,
            **own,
            use_option=number[self.use_option[uses]],
            use_pool=self.use_pool[uses],
            use_amount=self.use_amount[uses],
        )


class Offers:
    """Collects options, facilities and pools in the order in which they are found."""

    def __init__(self) -> None:
        self._options: list[tuple[int, int, int]] = []
        self._speeds: list[tuple[float, float]] = []
        self._uses: list[tuple[int, int]] = []
        self._amounts: list[float] = []
        self._contract: dict[int, str] = {}
        self.facilities: dict[tuple[str, int], int] = {}
        self.pools: dict[tuple[str, int, int], int] = {}

    def facility(self, kind: str, row: int) -> int:
        """Return the number of a facility, new or known."""
        return self.facilities.setdefault((kind, row), len(self.facilities))

    def pool(self, kind: str, one: int, two: int) -> int:
        """Return the number of a pool, new or known."""
        return self.pools.setdefault((kind, one, two), len(self.pools))

    def add(
        self, part: int, technology: Technology, facility: int, mbps: float, dl_mbps: float, *, contract: str = ""
    ) -> int:
        """Add an option; returns its number."""
        self._options.append((part, technology.code, facility))
        self._speeds.append((mbps, dl_mbps))
        if contract:
            self._contract[len(self._options) - 1] = contract
        return len(self._options) - 1

    def use(self, option: int, pool: int, amount: float) -> None:
        """Let a household of an option take so much of a pool."""
        self._uses.append((option, pool))
        self._amounts.append(amount)

    def facility_columns(self) -> tuple[NDArray[np.str_], Ints]:
        """Kind and row of each facility."""
        found = list(self.facilities)
        return np.array([kind for kind, _ in found], dtype=str), np.array([row for _, row in found], dtype=np.int64)

    def table(self) -> OptionTable:
        """Return the options sorted by part, those of a part in the order in which they were added."""
        option = np.array(self._options, dtype=np.int64).reshape(-1, 3)
        speed = np.array(self._speeds, dtype=np.float64).reshape(-1, 2)
        use = np.array(self._uses, dtype=np.int64).reshape(-1, 2)
        order = np.argsort(option[:, 0], kind="stable")
        number = np.empty(len(order), dtype=np.int64)
        number[order] = np.arange(len(order))
        contract = np.full(len(order), "", dtype="<U9")
        for added, kind in self._contract.items():
            contract[number[added]] = kind
        return OptionTable(
            part=option[order, 0],
            technology=option[order, 1],
            facility=option[order, 2],
            mbps=speed[order, 0],
            dl_mbps=speed[order, 1],
            contract=contract,
            use_option=number[use[:, 0]],
            use_pool=use[:, 1].copy(),
            use_amount=np.array(self._amounts, dtype=np.float64),
        )

"""Universal and meaningful connectivity targets for 2030, and their bands."""

from __future__ import annotations

from functools import cache

from allreach.indicators.definitions import read_package_yaml
from allreach.params.quantity import Frozen
from allreach.params.rungs import NamedTarget, Rung, TargetRung, target_rung


class UmcTarget(Frozen):
    """One target of the set."""

    indicator: str
    """Indicator."""
    target: float
    """Value asked for in 2030."""
    met_from: float
    """Value from which the dashboard counts it as met."""
    topic: str
    """Topic of the dashboard."""


@cache
def umc_targets() -> tuple[UmcTarget, ...]:
    """Targets whose wording was read in a source."""
    return tuple(UmcTarget.model_validate(raw) for raw in read_package_yaml("editions/umc_2030.yaml")["targets"])


@cache
def umc_rungs() -> tuple[Rung, ...]:
    """Rungs of the ladder that targets of the set ask for."""
    raw = read_package_yaml("editions/umc_2030.yaml")
    return tuple(
        target_rung(
            TargetRung.model_validate(row["rung"]),
            NamedTarget(name=row["name"], source=raw["source"], date=str(raw["date"])),
        )
        for row in raw["rungs"]
    )


def band(percentage: float) -> str:
    """Band of a universality share: limited, satisfactory, advanced, met; empty where missing."""
    if percentage != percentage:
        return ""
    found = ""
    for name, least in read_package_yaml("editions/umc_2030.yaml")["bands"].items():
        if percentage >= least:
            found = name
    return found

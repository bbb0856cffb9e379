"""Everything that a bilateral brief is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from allreach.indicators.border import Border
from allreach.indicators.strategy import Strategy, Target
from allreach.io.track_inputs import TrackInputs
from allreach.report.documents.country_map import Drawn


@dataclass(frozen=True)
class BesideBorder:
    """What a country folder has within `border.NEAR_KM` of the shared border.

    Parameters
    ----------
    n_sites, n_new_sites
        Sites of today, and those that the plan adds.
    gateway_km
        Way from the nearest gateway to the border, or none without gateways. [km]
    gateway
        Its name.
    date
        When the plan was made.
    is_synthetic
        Whether the sites are drawn by rule.
    n_over_limit
        Sites whose field at the shared border is over a permissible one (``allreach regulator``); none where that has
        not been computed or no limit is known.
    """

    n_sites: int
    n_new_sites: int
    gateway_km: float | None
    gateway: str
    date: str
    is_synthetic: bool
    n_over_limit: int | None = None


@dataclass(frozen=True)
class Pair:
    """Two countries.

    Parameters
    ----------
    inputs
        Inputs of the first; its series hold the totals of both.
    other
        The second.
    targets, strategies
        Table ``track_targets`` and strategies by country.
    border
        What they share on the ground, or none where an outline is not known.
    drawn, beside
        What the first country's folder holds, for the map and along the border.
    """

    inputs: TrackInputs
    other: str
    targets: Mapping[str, pd.DataFrame]
    strategies: Mapping[str, Sequence[Strategy]]
    border: Border | None
    drawn: Drawn = field(default_factory=Drawn)
    beside: BesideBorder | None = None

    @property
    def codes(self) -> tuple[str, str]:
        """Codes of both."""
        return self.inputs.iso3, self.other

    def latest(self, indicator: str) -> tuple[pd.Series | None, pd.Series | None]:
        """Newest row of each."""
        return self.inputs.latest(self.inputs.iso3, indicator), self.inputs.latest(self.other, indicator)

    def target(self, strategy: str, target_id: str) -> tuple[Strategy, Target]:
        """Find a target with its strategy."""
        for known in (found for both in self.strategies.values() for found in both):
            if known.id == strategy:
                return known, next(target for _, target in known.targets if target.id == target_id)
        raise KeyError(strategy)

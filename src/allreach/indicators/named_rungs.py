"""Rungs of the ladder that published targets ask for: the international ones, and those of strategies."""

from __future__ import annotations

from collections.abc import Iterable

from allreach.indicators.strategy import Strategy
from allreach.indicators.umc import umc_rungs
from allreach.params.rungs import NamedTarget, Rung, target_rung


def named_rungs(strategies: Iterable[Strategy]) -> tuple[Rung, ...]:
    """Rungs of the international targets, then those of the strategies, in their order."""
    out = list(umc_rungs())
    for strategy in strategies:
        for _, target in strategy.targets:
            name = _joined(strategy.name, target.name)
            day = "" if target.date is None else target.date.isoformat()
            named = NamedTarget(name=name, source=strategy.sources[target.source].title, date=day)
            out += [target_rung(asked, named) for asked in target.rung]
    return tuple(out)


def _joined(strategy: dict[str, str], target: dict[str, str]) -> dict[str, str]:
    """Name a target behind its strategy, in every language that tells the target."""
    first = strategy.get("en") or next(iter(strategy.values()))
    return {language: f"{strategy.get(language) or first}: {text}" for language, text in target.items()}

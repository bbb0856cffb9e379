"""Which strategies are no longer the newest word: their period has ended, or later documents bear on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TypedDict

from allreach.indicators.strategy import Source, Strategy
from allreach.report.documents.blocks import Block, Sources, bullets, cell, heading
from allreach.report.documents.localise import Speech


class LaterJson(TypedDict):
    """Document adopted after a strategy."""

    name: str
    adopted: str
    replaces: bool
    source: str


class StrategyJson(TypedDict):
    """Strategy whose targets are tracked, and whether it is the newest word."""

    id: str
    name: str
    adopted: str
    period: list[int] | None
    is_over: bool
    """Whether its period has ended."""
    later: list[LaterJson]
    """Documents adopted since that bear on it."""


def strategy_lines(strategies: Sequence[Strategy], as_of: dt.date, speech: Speech) -> list[tuple[str, Source | None]]:
    """Say what stands against taking strategies as the newest word, with the source where there is one.

    A later document is named once, with all the strategies that it came after.
    """
    out: list[tuple[str, Source | None]] = []
    since: dict[tuple[str, dt.date], tuple[list[str], Source]] = {}
    for strategy in strategies:
        name = speech.text(strategy.name)
        if strategy.is_over(as_of):
            assert strategy.period is not None
            out.append((speech("strategy_over", name=name, year=strategy.period[1]), None))
        for later in strategy.later_by(as_of):
            told, origin = speech.text(later.name), strategy.sources[later.source]
            if later.replaces:
                words = speech("strategy_replaced", name=name, later=told, date=speech.date(later.adopted))
                out.append((words, origin))
            else:
                since.setdefault((told, later.adopted), ([], origin))[0].append(name)
    for (told, day), (names, origin) in sorted(since.items(), key=lambda item: item[0][1]):
        out.append((speech("strategy_later", later=told, date=speech.date(day), names="; ".join(names)), origin))
    return out


def strategy_blocks(strategies: Sequence[Strategy], as_of: dt.date, sources: Sources) -> list[Block]:
    """Heading and one line for each; nothing where all are the newest word."""
    lines = strategy_lines(strategies, as_of, sources.speech)
    items = [
        [cell(words) if origin is None else cell(words, sources.number(origin.title, origin.url))]
        for words, origin in lines
    ]
    return [heading(sources.speech("strategies_since")), bullets(items)] if items else []


def strategies_json(strategies: Sequence[Strategy], as_of: dt.date, speech: Speech) -> list[StrategyJson]:
    """Strategies for ``--json``."""
    return [
        {
            "id": strategy.id,
            "name": speech.text(strategy.name),
            "adopted": strategy.adopted.isoformat() if strategy.adopted else "",
            "period": None if strategy.period is None else list(strategy.period),
            "is_over": strategy.is_over(as_of),
            "later": [
                {
                    "name": speech.text(one.name),
                    "adopted": one.adopted.isoformat(),
                    "replaces": one.replaces,
                    "source": strategy.sources[one.source].title,
                }
                for one in strategy.later_by(as_of)
            ],
        }
        for strategy in strategies
    ]

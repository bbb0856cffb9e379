"""What to do next, by who answers for it: one row a target that has a next step, most pressing first."""

from __future__ import annotations

from typing import TypedDict

import pandas as pd

from allreach.io.track_inputs import TrackInputs
from allreach.report.documents.blocks import Block, Cell, Sources, bullets, cell, heading, note, table
from allreach.report.documents.dated_values import dated_value
from allreach.report.documents.localise import NO_VALUE, Speech
from allreach.report.documents.target_words import by_urgency, status_word, step_words, target_of


class NextStep(TypedDict):
    """What is to be done about a target."""

    owner: str
    """Who answers for it; empty where no source says."""
    owner_source: str
    """Publication that names him."""
    target: str
    """Name of the target."""
    target_id: str
    strategy: str
    status: str
    """Key of the status."""
    promised: float | None
    """Value promised, in the indicator's unit."""
    due: str
    """Day promised."""
    value: float | None
    """Newest value known."""
    unit: str
    value_date: str
    """Day of that value."""
    value_source: str
    """Who published it."""
    step: str
    """Key of the rule."""
    what_to_do: str
    """The step in words."""
    target_source: str
    """Publication that sets the target."""


def next_steps(inputs: TrackInputs, targets: pd.DataFrame, speech: Speech) -> list[NextStep]:
    """List what to do next, most pressing first; a target without a next step is left out."""
    book = target_of(inputs)
    names = {t.id: speech.text(t.name) for _, t in book.values()}
    out: list[NextStep] = []
    for _, row in by_urgency(targets[targets["next_step"] != ""]).iterrows():
        strategy, target = book[row["strategy"], row["target_id"]]
        last = inputs.latest(inputs.iso3, row["indicator"]) if row["indicator"] else None
        origin = strategy.sources[target.owner_source or target.source]
        out.append(
            {
                "owner": target.owner,
                "owner_source": origin.title if target.owner else "",
                "target": names[target.id],
                "target_id": target.id,
                "strategy": strategy.id,
                "status": str(row["status"]),
                "promised": target.value,
                "due": target.date.isoformat() if target.date else "",
                "value": None if last is None else float(last["value"]),
                "unit": inputs.book.get(row["indicator"]).unit if row["indicator"] else "",
                "value_date": "" if last is None else str(last["date"]),
                "value_source": "" if last is None else str(last["source"]),
                "step": str(row["next_step"]),
                "what_to_do": step_words(speech, row, names),
                "target_source": strategy.sources[target.source].title,
            }
        )
    return out


def summary_blocks(inputs: TrackInputs, targets: pd.DataFrame, sources: Sources) -> list[Block]:
    """One page: the steps of all targets that have a value, and how many others wait for which step."""
    speech = sources.speech
    steps = next_steps(inputs, targets, speech)
    if not steps:
        return []
    valued = [step for step in steps if step["promised"] is not None]
    rows = [[cell(step["owner"] or speech("not_stated")), *_cells(inputs, step, sources)] for step in valued]
    keys = ("owner", "target", "status", "value", "promised", "next_step")
    out: list[Block] = [heading(speech("next"))]
    if rows:
        out.append(table([speech(key) for key in keys], rows, [2.2, 2.6, 1.4, 2, 1.8, 4], text_columns=6))
    waiting: dict[str, list[NextStep]] = {}
    for step in steps:
        if step["promised"] is None:
            waiting.setdefault(step["what_to_do"], []).append(step)
    items = [
        [cell(f"{words} ({len(found)}): "), cell(", ".join(step["target"] for step in found))]
        for words, found in waiting.items()
    ]
    return [*out, bullets(items)] if items else out


def owner_blocks(inputs: TrackInputs, targets: pd.DataFrame, sources: Sources) -> list[Block]:
    """Make a page for each who answers for targets, and one for those of whom no source says who does."""
    speech, book = sources.speech, target_of(inputs)
    words = {(step["strategy"], step["target_id"]): step for step in next_steps(inputs, targets, speech)}
    by_owner: dict[str, list[pd.Series]] = {}
    for _, row in by_urgency(targets).iterrows():
        by_owner.setdefault(str(row["owner"] or ""), []).append(row)
    out: list[Block] = []
    for owner in sorted(by_owner, key=lambda name: (name == "", name)):
        rows = []
        for row in by_owner[owner]:
            strategy, target = book[row["strategy"], row["target_id"]]
            step = words.get((strategy.id, target.id))
            rows.append(_owned(inputs, row, step, sources))
        keys = ("target", "status", "value", "promised", "next_step")
        out.append(heading(speech("owner_page", owner=owner or speech("not_stated")), new_page=True))
        out.append(table([speech(key) for key in keys], rows, [3, 1.5, 2.2, 2, 4], text_columns=5))
        out.append(_origin(inputs, by_owner[owner], owner, sources))
    return out


def _origin(inputs: TrackInputs, rows: list[pd.Series], owner: str, sources: Sources) -> Block:
    speech, book = sources.speech, target_of(inputs)
    if not owner:
        return note(speech("owner_not_stated", n=len(rows)))
    found: dict[str, int] = {}
    for row in rows:
        strategy, target = book[row["strategy"], row["target_id"]]
        origin = strategy.sources[target.owner_source or target.source]
        found[origin.title] = sources.number(origin.title, origin.url)
    return bullets([[cell(f"{speech('owner_source')}: {title}", number)] for title, number in found.items()])


def _cells(inputs: TrackInputs, step: NextStep, sources: Sources) -> list[Cell]:
    """Target, status, dated value, promise, step."""
    speech = sources.speech
    strategy, target = target_of(inputs)[step["strategy"], step["target_id"]]
    origin = strategy.sources[target.source]
    promised = NO_VALUE
    if step["promised"] is not None:
        promised = f"{speech.with_unit(step['promised'], step['unit'])} ({speech.month(step['due'])})"
    last = inputs.latest(inputs.iso3, target.indicator) if target.indicator else None
    return [
        cell(step["target"]),
        cell(status_word(speech, step["status"]), kind=f"status-{step['status']}"),
        dated_value(inputs, last, sources),
        cell(promised, sources.number(origin.title, origin.url) if step["promised"] is not None else 0),
        cell(step["what_to_do"]),
    ]


def _owned(inputs: TrackInputs, row: pd.Series, step: NextStep | None, sources: Sources) -> list[Cell]:
    speech = sources.speech
    strategy, target = target_of(inputs)[row["strategy"], row["target_id"]]
    if step is not None:
        return _cells(inputs, step, sources)
    unit = inputs.book.get(target.indicator).unit if target.indicator else ""
    origin = strategy.sources[target.source]
    promised = NO_VALUE
    if target.value is not None:
        promised = f"{speech.with_unit(target.value, unit)} ({speech.month(str(target.date or ''))})"
    last = inputs.latest(inputs.iso3, target.indicator) if target.indicator else None
    return [
        cell(speech.text(target.name)),
        cell(status_word(speech, row["status"]), kind=f"status-{row['status']}"),
        dated_value(inputs, last, sources),
        cell(promised, sources.number(origin.title, origin.url)),
        cell(NO_VALUE),
    ]

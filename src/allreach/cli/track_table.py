"""Targets as a table in the terminal, faults of strategies as lines."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from allreach.cli.text_table import print_facts
from allreach.errors import InputError

if TYPE_CHECKING:
    from allreach.report.documents.localise import Speech
    from allreach.workflows.track import Tracked


ROOMY_WIDTH = 100
"""Terminals narrower than this fold the words of a status."""


def print_tracked(tracked: Tracked) -> None:
    """Print targets by urgency, what to do next, the indices, take-up, sources, and where the page is."""
    from allreach.report.documents.dated_values import newer_lines
    from allreach.report.documents.localise import speech
    from allreach.report.documents.strategy_words import strategy_lines
    from allreach.report.documents.target_words import counts_line
    from allreach.report.documents.track_content import SCORECARD

    words = speech("en", tracked.inputs.book)
    titles: list[str] = []
    _print_targets(tracked, words, titles)
    _print_steps(tracked, words)
    say(counts_line(words, tracked.targets))
    click.echo()
    _print_scores(tracked, words, titles)
    for line, edition in newer_lines(tracked.inputs, SCORECARD, words):
        say(f"* {line} [{_number(titles, edition.source)}]")
    for line, origin in strategy_lines(tracked.inputs.strategies, tracked.inputs.as_of, words):
        say(f"* {line}" if origin is None else f"* {line} [{_number(titles, origin.title)}]")
    say(_take_up_line(tracked, words, titles))
    click.echo("\nSources")
    for number, title in enumerate(titles, start=1):
        say(f"[{number}] {title}")
    for path in tracked.files:
        if path.suffix in (".html", ".pdf"):
            click.echo(str(path.resolve()))


def say(line: str) -> None:
    """Print a line, folded at the width of a terminal; whole where there is none."""
    if not sys.stdout.isatty():
        return click.echo(line)
    room = max(shutil.get_terminal_size().columns, 40)
    click.echo(textwrap.fill(line, room, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False))


def _number(titles: list[str], title: str) -> int:
    """Return the number of a source; a new one is entered."""
    if title not in titles:
        titles.append(title)
    return titles.index(title) + 1


def _now(tracked: Tracked, words: Speech, indicator: str, titles: list[str]) -> str:
    """Newest value with its month, a star where a newer edition exists, and the number of its source."""
    from allreach.indicators.released import newer_edition
    from allreach.report.documents.localise import NO_VALUE

    last = tracked.inputs.latest(tracked.inputs.iso3, indicator) if indicator else None
    if last is None:
        return NO_VALUE
    newer = newer_edition(indicator, str(last["date"]), tracked.inputs.as_of)
    number = _number(titles, f"{last['source']}, read {last['retrieved']}")
    value = words.measure(float(last["value"]), words.book.get(indicator).unit)
    return f"{value} ({str(last['date'])[:7]}){'*' if newer else ''} [{number}]"


def _print_targets(tracked: Tracked, words: Speech, titles: list[str]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from allreach.cli.wide_console import table_console
    from allreach.report.documents.target_words import by_urgency, is_arrival_seen, status_word, target_of

    title = f"{tracked.inputs.iso3}, {tracked.inputs.as_of}; late: months after the day due, early below 0"
    table = Table(title=title, box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    console = table_console()
    least, most = {"target": 12, "late": 4}, {"status": 9} if console.width < ROOMY_WIDTH else {}
    for head in ("target", "status", "now", "promised", "due", "arrives", "late"):
        table.add_column(
            head, no_wrap=head not in ("target", "status"), min_width=least.get(head), max_width=most.get(head)
        )
    book = target_of(tracked.inputs)
    for _, row in by_urgency(tracked.targets[tracked.targets["target_value"].notna()]).iterrows():
        strategy, target = book[row["strategy"], row["target_id"]]
        unit = words.book.get(row["indicator"]).unit if row["indicator"] else ""
        seen = is_arrival_seen(tracked.inputs, row)
        arrives = row["arrival_date"][:7] or "–"
        table.add_row(
            row["name"],
            status_word(words, row["status"]),
            _now(tracked, words, row["indicator"], titles),
            f"{words.measure(row['target_value'], unit)} [{_number(titles, strategy.sources[target.source].title)}]",
            row["target_date"][:7] or "–",
            arrives if seen else f"≤{arrives}",
            words.number(row["slip_months"], 0, sign=True) if seen else "–",
        )
    console.print(table)


def _print_steps(tracked: Tracked, words: Speech) -> None:
    """Print what to do next, each step once with the targets that wait for it."""
    from allreach.report.documents.next_steps import next_steps

    waiting: dict[str, list[str]] = {}
    for step in next_steps(tracked.inputs, tracked.targets, words):
        waiting.setdefault(step["what_to_do"], []).append(step["target"])
    if waiting:
        click.echo("What to do next")
    for what, names in waiting.items():
        say(f"- {what} {'; '.join(names)}.")


def _print_scores(tracked: Tracked, words: Speech, titles: list[str]) -> None:
    """Print the published indices with their day, source and remark."""
    from allreach.report.documents.brief_content import tier_words
    from allreach.report.documents.track_content import INDICES

    rows = []
    for name in INDICES:
        last = tracked.inputs.latest(tracked.inputs.iso3, name)
        if last is None:
            continue
        marks = [tier_words(words, name, float(last["value"])), words("claim") if last["status"] == "claim" else ""]
        extra = "".join(f", {mark}" for mark in marks if mark)
        note = f"; {last['note']}" if str(last["note"]).strip() else ""
        rows.append((words.indicator(name), f"{_now(tracked, words, name, titles)}{extra}{note}"))
    print_facts(rows)


def _take_up_line(tracked: Tracked, words: Speech, titles: list[str]) -> str:
    """Take-up with its range, and the totals that it is made of."""
    from allreach.report.documents.track_effects import total_words

    found = tracked.effect.take_up
    anchor = found.curve.anchor
    ends = [words.percent(share) for share in (found.share.value, found.share.low, found.share.high)]
    basis = "published ratio of used to passed" if anchor.is_published else "assumed, no such ratio is published"
    parts = [f"{total_words(words, *item)} [{_number(titles, item[1].source)}]" for item in anchor.sources.items()]
    return f"Used of those passed: {ends[0]} ({ends[1]} to {ends[2]}), {basis}. {'; '.join(parts)}"


def print_faults(folder: Path, names: tuple[str, ...], *, as_json: bool) -> None:
    """Print every fault of the strategy files; raises where one is an error."""
    from dataclasses import asdict

    from allreach.io.strategy_file import check_strategy, shipped_strategies

    shipped = shipped_strategies()
    paths = [shipped.get(name, Path(name)) for name in names] or [folder / "strategy.yaml"]
    faults = [fault for path in paths for fault in check_strategy(path)]
    if as_json:
        click.echo(json.dumps([asdict(fault) for fault in faults], indent=1, ensure_ascii=False))
    errors = [fault for fault in faults if fault.severity == "error"]
    for fault in faults if not as_json else ():
        if fault.severity == "warning":
            click.echo(f"warning: {fault}")
    if errors:
        raise InputError(errors)
    if not as_json:
        click.echo(f"{len(paths)} strategy file(s) without error")

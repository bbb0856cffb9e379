"""Targets as a table in the terminal, faults of strategies as lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from allreach.errors import InputError

if TYPE_CHECKING:
    from allreach.workflows.track import Tracked


def print_tracked(tracked: Tracked) -> None:
    """Print targets by urgency, and where the page is."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from allreach.cli.wide_console import table_console
    from allreach.report.documents.localise import speech
    from allreach.report.documents.target_words import by_urgency, counts_line, status_word, step_words, target_of

    words = speech("en", tracked.inputs.book)
    names = {t.id: words.text(t.name) for _, t in target_of(tracked.inputs).values()}
    title = f"{tracked.inputs.iso3}, {tracked.inputs.as_of}; late: months after the day due, early below 0"
    table = Table(title=title, box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for head in ("target", "status", "now", "promised", "due", "arrives", "late"):
        table.add_column(head, no_wrap=head != "target", min_width=12 if head == "target" else None)
    for _, row in by_urgency(tracked.targets[tracked.targets["target_value"].notna()]).iterrows():
        unit = words.book.get(row["indicator"]).unit if row["indicator"] else ""
        now = words.measure(row["value"], unit)
        cells = [
            row["name"],
            status_word(words, row["status"]),
            f"{now} ({row['value_date'][:7]})" if row["value_date"] else now,
        ]
        cells += [
            words.measure(row["target_value"], unit),
            row["target_date"][:7] or "–",
            row["arrival_date"][:7] or "–",
        ]
        table.add_row(*cells, words.number(row["slip_months"], 0, sign=True))
    table_console().print(table)
    for _, row in by_urgency(tracked.targets[tracked.targets["target_value"].notna()]).iterrows():
        if step := step_words(words, row, names):
            click.echo(f"{row['name']}: {step}")
    click.echo(counts_line(words, tracked.targets))
    for path in tracked.files:
        if path.suffix == ".html":
            click.echo(str(path.resolve()))


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

"""What `allreach compare` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from allreach.workflows.compare import Compared

WORDS = {
    "reached_more": "more people reached",
    "faster": "higher speed",
    "cheaper": "same, for less",
    "other_way": "another technology",
    "same": "no change",
    "dearer": "same, for more",
    "slower": "lower speed",
    "reached_less": "fewer people reached",
}


def print_comparison(found: Compared, first: str, second: str) -> None:
    """Print the figures of both scenarios, people by change, and where the page is."""
    wide = max(len(first), len(second), 14)
    click.echo(f"{'':<24} {first:>{wide}} {second:>{wide}} {'difference':>{wide}}")
    for row in found.comparison.figures.itertuples():
        numbers = " ".join(f"{_number(value, row.unit):>{wide}}" for value in (row.a, row.b, row.difference))
        click.echo(f"{row.figure:<24} {numbers}")
    summary = found.comparison.summary
    low, high = summary["best_difference_low_usd"], summary["best_difference_high_usd"]
    sure = "proven" if low > 0 or high < 0 else "not proven which is cheaper"
    click.echo(f"{'best plans differ by':<24} {low:+,.0f} to {high:+,.0f} USD ({sure})")
    for name, words in WORDS.items():
        if name in summary["changes"]:
            change = summary["changes"][name]
            click.echo(f"{words:<24} {change['people']:,.0f} people in {change['places']} places")
    for row in found.inputs:
        click.echo(f"{'input':<24} {row['key']}: {row['a']} -> {row['b']}")
    click.echo(f"{'page':<24} {found.page.resolve()}")


def _number(value: float, unit: str) -> str:
    if unit.startswith("USD"):
        return f"{value:,.0f}"
    return f"{value:,.4f}" if abs(value) < 1 and value != int(value) else f"{value:,.0f}"

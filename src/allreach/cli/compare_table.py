"""What `allreach compare` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from allreach.params.money import Money

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


def print_comparison(found: Compared, first: str, second: str, money: Money) -> None:
    """Print the figures of both scenarios, people by change, and where the page is."""
    wide = max(len(first), len(second), 14)
    click.echo(f"{'':<24} {first:>{wide}} {second:>{wide}} {'difference':>{wide}}")
    for row in found.comparison.figures.itertuples():
        for name, cells in _rows(row.figure, row.unit, (row.a, row.b, row.difference), money):
            click.echo(f"{name:<24} {' '.join(f'{cell:>{wide}}' for cell in cells)}")
    summary = found.comparison.summary
    low, high = summary["best_difference_low_usd"], summary["best_difference_high_usd"]
    sure = "proven" if low > 0 or high < 0 else "not proven which is cheaper"
    click.echo(f"{'best plans differ by':<24} {money.difference(low)} to {money.difference(high)} ({sure})")
    if any(row["key"].startswith("service_standard") for row in found.inputs):
        words = "the two give different service: their costs do not answer the same question"
        click.echo(f"{'another standard':<24} {words}")
    for name, words in WORDS.items():
        if name in summary["changes"]:
            change = summary["changes"][name]
            click.echo(f"{words:<24} {change['people']:,.0f} people in {change['places']} places")
    for row in found.inputs:
        click.echo(f"{'input':<24} {row['key']}: {row['a']} -> {row['b']}")
    click.echo(f"{'page':<24} {found.page.resolve()}")


def _rows(figure: str, unit: str, values: tuple[float, ...], money: Money) -> list[tuple[str, list[str]]]:
    """Return a figure's rows, name and cells: of an amount one in US dollars, and one in money of the country."""
    if not unit.startswith("USD"):
        return [(figure, [_number(value) for value in values])]
    amounts = [money.whole(value) for value in values]
    names = [figure, *(f"  in {code}" for code in money.codes[1:])]
    return [(name, [amount[k] for amount in amounts]) for k, name in enumerate(names)]


def _number(value: float) -> str:
    return f"{value:,.4f}" if abs(value) < 1 and value != int(value) else f"{value:,.0f}"

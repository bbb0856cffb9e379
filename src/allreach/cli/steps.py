"""``allreach measure`` and ``allreach plan``: one step of the run alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import click

from allreach.cli import options
from allreach.cli.progress import Callback


def carry_out(
    find: Callable[[Callback], Path],
    until: Literal["measure", "plan"],
    *,
    as_json: bool,
    budget_usd: float | None = None,
    **chosen: Any,
) -> None:
    """Run the workflow on the folder that `find` gives, with progress bars, and print what was found."""
    from allreach.cli.progress import bars
    from allreach.cli.summary import print_summary
    from allreach.workflows import run as workflow

    if budget_usd is not None:
        chosen["sets"] = (*chosen["sets"], f"planning.budget_usd={budget_usd!r}")
    with bars() as progress:
        result = workflow.run(
            find(progress), until=until, progress=progress, say=lambda text: click.echo(text, err=True), **chosen
        )
    print_summary(result, as_json=as_json)


@click.command(
    name="measure",
    help="Measure who is reached today: coverage rasters and the four states per place.",
    epilog="Example:\n\n  allreach measure AZE --scenario base",
)
@options.step
def measure(folder: Path, **chosen: Any) -> None:
    """Measure alone."""
    carry_out(lambda progress: folder, "measure", **chosen)


@click.command(
    name="plan",
    help="Find the least-cost way to reach every place, with a bound; measures first where that is not done.",
    epilog="Examples:\n\n\b\n  allreach plan AZE --scenario base\n  allreach plan AZE --time-limit 60\n"
    "  allreach plan AZE --answers full\n  allreach plan AZE --scenario fifty --budget 5e7",
)
@options.step
@options.search
def plan(folder: Path, **chosen: Any) -> None:
    """Plan, after measuring where that is not done."""
    carry_out(lambda progress: folder, "plan", **chosen)

"""``allreach measure`` and ``allreach plan``: one step of the run alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import click

from allreach.cli import options
from allreach.cli.progress import Callback


def carry_out(
    find: Callable[[Callback], Path], until: Literal["measure", "plan"], *, as_json: bool, **chosen: Any
) -> None:
    """Run the pipeline on the folder that `find` gives, with progress bars, and print what was found."""
    from allreach import pipeline
    from allreach.cli.progress import bars
    from allreach.cli.summary import print_summary

    with bars() as progress:
        result = pipeline.run(
            find(progress), until=until, progress=progress, say=lambda text: click.echo(text, err=True), **chosen
        )
    print_summary(result, as_json=as_json)


def _step(name: Literal["measure", "plan"], text: str) -> click.Command:
    @click.command(name=name, help=text, epilog=f"Example:\n\n  allreach {name} AZE --scenario base")
    @options.step
    def command(
        folder: Path,
        scenario: str,
        sets: tuple[str, ...],
        seed: int | None,
        workers: int | None,
        device: str,
        fresh: bool,
        as_json: bool,
    ) -> None:
        carry_out(
            lambda progress: folder,
            name,
            as_json=as_json,
            scenario=scenario,
            sets=sets,
            seed=seed,
            workers=workers,
            device=device,
            fresh=fresh,
        )

    return command


measure = _step("measure", "Measure who is reached today: coverage rasters and the four states per place.")
plan = _step(
    "plan", "Find the least-cost way to reach every place, with a bound; measures first where that is not done."
)

"""``allreach measure`` and ``allreach plan``: one step of the run alone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from allreach.cli import options


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
        from allreach import pipeline
        from allreach.cli.progress import bars
        from allreach.cli.summary import print_summary

        with bars() as progress:
            result = pipeline.run(
                folder,
                until=name,
                scenario=scenario,
                sets=sets,
                seed=seed,
                workers=workers,
                device=device,
                fresh=fresh,
                progress=progress,
                say=lambda text: click.echo(text, err=True),
            )
        print_summary(result, as_json=as_json)

    return command


measure = _step("measure", "Measure who is reached today: coverage rasters and the four states per place.")
plan = _step(
    "plan", "Find the least-cost way to reach every place, with a bound; measures first where that is not done."
)

"""``allreach measure`` and ``allreach plan``: one step of the run alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import click

from allreach.cli import options
from allreach.progress import Progress


@dataclass(frozen=True)
class Asked:
    """What the user asked of a run: the options of `options.step` and `options.search`."""

    scenario: str | None
    sets: tuple[str, ...]
    seed: int | None
    workers: int | None
    device: str
    fresh: bool
    as_json: bool
    budget_usd: float | None = None
    time_limit_s: float | None = None
    start_from: str | None = None
    answers: Literal["quick", "full"] = "quick"
    ladder: Literal["quick", "full", "none"] = "none"


def carry_out(find: Callable[[Progress], Path], until: Literal["measure", "plan"], asked: Asked) -> None:
    """Run the workflow on the folder that `find` gives, with progress bars, and print what was found."""
    from allreach.cli.progress import bars
    from allreach.cli.summary import print_summary
    from allreach.workflows.run import run
    from allreach.workflows.study_inputs import read_inputs

    with bars() as progress:
        study = read_inputs(
            find(progress),
            scenario=asked.scenario,
            sets=asked.sets,
            budget_usd=asked.budget_usd,
            seed=asked.seed,
            workers=asked.workers,
            device=asked.device,
            progress=progress,
            say=options.say,
        )
        if asked.scenario is None and study.scenario != "base":
            study.say(f"scenario {study.scenario}: results of other options are not replaced")
        result = run(
            study,
            until=until,
            fresh=asked.fresh,
            time_limit_s=asked.time_limit_s,
            start_from=asked.start_from,
            answers=asked.answers,
            ladder="none" if asked.budget_usd is not None else asked.ladder,
        )
    print_summary(result, as_json=asked.as_json)


@click.command(
    name="measure",
    help="Measure who is reached today: coverage rasters and the four states per place.",
    epilog="Example:\n\n  allreach measure AZE --scenario base",
)
@options.step
def measure(folder: Path, **chosen: Any) -> None:
    """Measure alone."""
    carry_out(lambda progress: folder, "measure", Asked(**chosen))


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
    carry_out(lambda progress: folder, "plan", Asked(**chosen))

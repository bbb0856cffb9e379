"""``allreach ladder``: what each step costs for everybody."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from allreach.cli import options


@click.command(
    name="ladder",
    epilog="Examples:\n\n\b\n"
    "  allreach ladder AZE                       all rungs, each with full effort\n"
    "  allreach ladder AZE --effort quick        as allreach run does after its plan\n"
    "  allreach ladder AZE --rung home_100 --rung mobile_4g_indoors\n"
    "  allreach ladder AZE --speed 50            50 Mbit/s at home besides\n"
    "  allreach ladder AZE --time-limit 60       no search for a plan takes longer",
)
@options.folder
@click.option(
    "--speed",
    "speeds_mbps",
    type=float,
    multiple=True,
    help="Speed at home that is a rung too, planned alone. [Mbit/s]",
)
@click.option("--rung", "rungs", multiple=True, metavar="ID", help="Rung that is planned alone, such as home_100.")
@click.option(
    "--effort",
    type=click.Choice(["quick", "full"]),
    default="full",
    show_default=True,
    help="How hard each rung is searched for.",
)
@options.time_limit
@options.new_scenario
@options.sets
@options.seed
@options.workers
@options.device
@options.as_json
def command(
    folder: Path,
    speeds_mbps: tuple[float, ...],
    rungs: tuple[str, ...],
    effort: Literal["quick", "full"],
    time_limit_s: float | None,
    scenario: str | None,
    sets: tuple[str, ...],
    seed: int | None,
    workers: int | None,
    device: str,
    as_json: bool,
) -> None:
    """Say who has each rung of the ladder today, and plan those that are not met.

    The headline is planned first where that is not done. Writes ladder.csv, ladder.json, ladder.svg and the plan of
    each rung to DIR/results/SCENARIO/ladder. A ladder that was stopped goes on where it was.
    """
    import json

    from allreach.cli.ladder_table import print_ladder
    from allreach.cli.progress import bars
    from allreach.workflows.ladder import Choice
    from allreach.workflows.run import run
    from allreach.workflows.study_inputs import read_inputs

    choice = Choice(speeds_mbps, rungs)
    with bars() as progress:
        study = read_inputs(
            folder,
            scenario=scenario,
            sets=sets,
            seed=seed,
            workers=workers,
            device=device,
            progress=progress,
            say=options.say,
        )
        result = run(study, time_limit_s=time_limit_s, ladder=effort, choice=choice)
    if as_json:
        click.echo(json.dumps(result.ladder, indent=1, ensure_ascii=False))
        return
    if result.ladder is None or result.plan is None:
        return
    if result.sketch:
        click.echo("SKETCH: drawn, not surveyed: not for decisions; figures are rounded to two digits")
    print_ladder(result.ladder, str(folder), sketch=result.sketch, currency=result.plan.get("currency"))
    click.echo(f"tables and chart: {result.results / 'ladder'}")

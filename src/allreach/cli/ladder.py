"""``allreach ladder``: what each speed costs for everybody."""

from __future__ import annotations

from pathlib import Path

import click

from allreach.cli import options


@click.command(
    name="ladder",
    epilog="Examples:\n\n\b\n"
    "  allreach ladder AZE                       10, 30, 100 and 1,000 Mbit/s\n"
    "  allreach ladder AZE --speed 25 --speed 100\n"
    "  allreach ladder AZE --time-limit 60       no search for a plan takes longer",
)
@options.folder
@click.option(
    "--speed",
    "speeds_mbps",
    type=float,
    multiple=True,
    default=(10.0, 30.0, 100.0, 1000.0),
    show_default=True,
    help="Speed of a rung, for every household. [Mbit/s]",
)
@click.option("--time-limit", "time_limit_s", type=click.FloatRange(1), default=None, help="Of one search. [s]")
@options.sets
@options.workers
@options.as_json
def command(
    folder: Path,
    speeds_mbps: tuple[float, ...],
    time_limit_s: float | None,
    sets: tuple[str, ...],
    workers: int | None,
    as_json: bool,
) -> None:
    """Measure and plan every rung of the ladder: who has each speed today, and what it costs to give it to all.

    Each rung is a scenario (results/rung_30) that the other commands take too. Writes ladder.csv, ladder.json and
    ladder.svg to DIR/ladder.
    """
    import json

    from rich.table import Table

    from allreach.cli.progress import bars
    from allreach.cli.wide_console import table_console
    from allreach.workflows.ladder import ladder
    from allreach.workflows.study_inputs import read_inputs

    with bars() as progress:
        study = read_inputs(
            folder, sets=sets, workers=workers, progress=progress, say=lambda text: click.echo(text, err=True)
        )
        found = ladder(study, speeds_mbps, time_limit_s=time_limit_s)
    first = found.first_unmet
    if as_json:
        unmet = None if first is None else first["dl_mbps"]
        told = {"rungs": list(found.rungs), "first_unmet_mbps": unmet, "folder": str(found.folder)}
        click.echo(json.dumps(told, indent=1))
        return
    if study.config.sketch:
        click.echo("SKETCH: drawn, not surveyed: not for decisions; sums are rounded to two digits")
    table = Table("speed", "have it today", "", "with the plan", "present value", "no plan is cheaper than", "plan of")

    def usd(value: float | None) -> str:
        if value is None:
            return "-"
        return f"{float(f'{value:.2g}') if study.config.sketch else value:,.0f} USD"

    for rung in found.rungs:
        state = "met" if rung["is_met"] else "first not met" if rung is first else ""
        table.add_row(
            f"{rung['dl_mbps']:g} Mbit/s",
            f"{rung['reached_today_share']:.1%}",
            rung["why_none"] or state,
            "-" if rung["reached_share"] is None else f"{rung['reached_share']:.1%}",
            usd(rung["pv_usd"]),
            usd(rung["lower_bound_usd"]),
            rung["plan_of"],
        )
    table_console().print(table)
    click.echo(f"tables and chart: {found.folder}")

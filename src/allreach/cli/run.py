"""``allreach run``: the main job."""

from __future__ import annotations

from typing import Any

import click

from allreach.cli import options


@click.command(
    name="run",
    epilog="Examples:\n\n\b\n"
    "  allreach run AZE                      sketch Azerbaijan into ./AZE, then measure, plan, show\n"
    "  allreach run MYLAND                   your own country folder\n"
    "  allreach run GEO --kit GEO-kit.zip    sketch with your layers in the place of drawn ones\n"
    "  allreach run AZE --scenario leo500 --set costs.leo_kit_usd=500\n"
    "  allreach run AZE --scenario fifty --budget 5e7\n"
    "  allreach run AZE --answers full       also which price matters most, which decisions hold\n"
    "  allreach run AZE --ladder none        the headline alone\n",
)
@click.argument("target", metavar="DIR|ISO3")
@click.option("--pixel", "pixel_m", type=click.FloatRange(20, 5000), default=None, help="Pixel of a new sketch. [m]")
@options.trust
@options.kits
@options.new_scenario
@options.sets
@options.seed
@options.workers
@options.device
@options.fresh
@options.search
@options.ladder
@options.as_json
def command(target: str, pixel_m: float | None, trust: str | None, kits: tuple[str, ...], **chosen: Any) -> None:
    """Measure, plan and show a country; prints where the report is.

    An existing folder wins; otherwise a three-letter code is sketched offline into ./ISO3. Where neither the folder nor
    an option says which service is planned, it is the first rung of the ladder that is not met today (the headline);
    then it is said what every other rung costs. A run that was stopped goes on where it was.
    """
    from allreach.cli.steps import Asked, carry_out
    from allreach.workflows.study_inputs import find_or_sketch

    asked = Asked(**chosen)
    carry_out(
        lambda progress: find_or_sketch(
            target,
            pixel_m=pixel_m,
            seed=asked.seed,
            sets=asked.sets,
            trust=trust,
            kits=kits,
            progress=progress,
            say=lambda text: click.echo(text, err=True),
        ),
        "plan",
        asked,
    )

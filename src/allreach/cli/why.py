"""``allreach why``: why a point is or is not covered."""

from __future__ import annotations

from pathlib import Path

import click

from allreach.cli import options


@click.command(
    name="why",
    epilog="Examples:\n\n\b\n  allreach why AND --at 1.52,42.55\n"
    "  allreach why AZE --at gn00585152 --planned --html why.html",
)
@options.folder
@click.option("--at", required=True, metavar="LON,LAT", help="The point; or an identifier or name of a place or site.")
@options.scenario
@click.option("--planned", is_flag=True, help="With the sites of the scenario's plan, not only today's.")
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    metavar="FILE",
    help="Write a page with the profile.",
)
@options.sets
@options.as_json
def command(
    folder: Path, at: str, scenario: str, planned: bool, page: Path | None, sets: tuple[str, ...], as_json: bool
) -> None:
    """Say why a point is or is not covered: best site, obstacle that costs most, link budget, what would cover it."""
    import json

    from allreach.cli.text_table import print_table
    from allreach.report.documents import why_words
    from allreach.workflows.study_inputs import read_inputs
    from allreach.workflows.why import why

    study = read_inputs(folder, scenario=scenario, sets=sets, of_run=True, say=options.say)
    result = why(study, at, planned=planned, page=page)
    if as_json:
        click.echo(json.dumps(result.as_dict(), indent=2, sort_keys=True))
        return
    found = result.explanation
    click.echo(f"{found.sentence}\n\n{result.speed}\n")
    print_table(why_words.BUDGET_HEAD, why_words.budget_rows(found), text_columns=[0, 2, 3])
    if obstacles := why_words.obstacle_rows(found):
        click.echo()
        print_table(why_words.OBSTACLE_HEAD, obstacles, text_columns=[3])
    click.echo()
    print_table(why_words.REMEDY_HEAD, why_words.remedy_rows(found), text_columns=[0, 2, 3])

"""``allreach regulator``: coverage as regulators publish it, and the fields at the border."""

from __future__ import annotations

from pathlib import Path

import click

from allreach.cli import options


@click.command(
    name="regulator",
    epilog="Examples:\n\n\b\n"
    "  allreach regulator AZE                     coverage of today, and fields at the border\n"
    "  allreach regulator AZE --planned           coverage of the planned network\n"
    "  allreach regulator AZE --operator Acell    one operator alone\n"
    "  allreach regulator AZE --set regulator.level_4g_dbm=-110 --json\n"
    "  allreach country import border_limits limits.csv -o AZE    your agreements with the neighbours",
)
@options.folder
@click.option("--planned", is_flag=True, help="Coverage of the network that the scenario plans, instead of today's.")
@click.option(
    "--operator", "operators", multiple=True, metavar="NAME", help="Operator to keep; may be given many times."
)
@click.option("--no-border", is_flag=True, help="Leave the fields at the border out.")
@options.scenario
@options.sets
@options.workers
@options.device
@options.as_json
def command(
    folder: Path,
    planned: bool,
    operators: tuple[str, ...],
    no_border: bool,
    scenario: str,
    sets: tuple[str, ...],
    workers: int | None,
    device: str,
    as_json: bool,
) -> None:
    """Coverage as regulators publish it: who, where, by whom, how well.

    Shares of people, homes, land, roads, railways and institutions by district, operator, technology and place of use
    (outdoors, in a car, indoors) at four levels of quality; white and grey spots; and the field of every site at the
    land border with the list of sites to co-ordinate. Writes tables, maps and files like those of ARCEP,
    Bundesnetzagentur and Ofcom to DIR/results/SCENARIO/regulator.
    """
    import json

    from allreach.cli.progress import bars
    from allreach.cli.regulator_table import print_regulator
    from allreach.workflows.regulator import regulator
    from allreach.workflows.study_inputs import read_inputs

    with bars() as progress:
        study = read_inputs(
            folder,
            scenario=scenario,
            sets=sets,
            workers=workers,
            device=device,
            of_run=True,
            progress=progress,
            say=options.say,
        )
        found = regulator(study, planned=planned, operators=operators, border=not no_border)
    if as_json:
        click.echo(json.dumps(found.summary.as_dict(), indent=2, sort_keys=True))
        return
    print_regulator(found)

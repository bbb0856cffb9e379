"""``allreach show``: build the report anew from the results."""

from __future__ import annotations

from pathlib import Path

import click

from allreach.cli import options


@click.command(name="show", epilog="Example:\n\n\b\n  allreach show AZE --open")
@options.folder
@options.scenario
@click.option("--open", "open_it", is_flag=True, help="Open the report in the browser.")
@options.as_json
def command(folder: Path, scenario: str, open_it: bool, as_json: bool) -> None:
    """Build the report (index.html) from the results; prints where it is."""
    import json

    from allreach.workflows.show import show
    from allreach.workflows.study_inputs import read_inputs

    path = show(read_inputs(folder, scenario=scenario, of_run=True)).resolve()
    click.echo(json.dumps({"report": str(path)}) if as_json else str(path))
    if open_it:
        click.launch(str(path))

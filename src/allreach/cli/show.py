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

    from allreach.io.country_folder import read_country
    from allreach.report.map_page.build import build_report

    path = build_report(folder / "results" / scenario, read_country(folder)).resolve()
    click.echo(json.dumps({"report": str(path)}) if as_json else str(path))
    if open_it:
        click.launch(str(path))

"""``allreach brief``: two pages for a minister, as PDF and HTML."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from allreach.cli import options
from allreach.cli.track import as_of, strategy


@click.command(
    name="brief", epilog="Examples:\n\n\b\n  allreach brief AZE --lang en,az\n  allreach brief AZE --with GEO"
)
@options.series_folder
@options.scenario
@options.sets
@click.option("--with", "other", default="", metavar="ISO3", help="Bilateral brief with another country.")
@strategy
@as_of
@options.languages
@options.as_json
def command(
    folder: Path,
    scenario: str,
    sets: tuple[str, ...],
    other: str,
    strategies: tuple[str, ...],
    as_of: dt.datetime | None,
    languages: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write a country brief, or a bilateral one; every number leads to its source."""
    import json

    from allreach.workflows.brief import brief
    from allreach.workflows.study_inputs import read_subject

    files = brief(
        read_subject(folder, scenario, sets, options.say),
        other=other.upper(),
        strategies=strategies,
        as_of=as_of.date() if as_of else None,
        languages=languages,
    )
    click.echo(json.dumps({"files": [str(f) for f in files]}) if as_json else "\n".join(str(f) for f in files))

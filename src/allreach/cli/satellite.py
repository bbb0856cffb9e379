"""``allreach satellite``: a geostationary satellite over a country."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from allreach.cli import options


@click.command(
    name="satellite",
    epilog="Examples:\n\n\b\n  allreach satellite AZE --satellite mine.yaml --time 0.1\n"
    "  allreach satellite --example > mine.yaml",
)
@click.argument("folder", metavar="DIR", type=options.CountryFolder(), required=False)
@click.option("--satellite", "satellite_file", type=click.Path(path_type=Path), help="Your satellite (YAML).")
@click.option("--terminals", "terminals_file", type=click.Path(path_type=Path), help="Terminal and gateway (YAML).")
@options.scenario
@options.sets
@click.option(
    "--time",
    "time_pct",
    type=click.FloatRange(0.001, 5.0),
    default=0.1,
    show_default=True,
    help="Share of the year with less than the throughput reported, in percent.",
)
@click.option("--modcod", "modcod_name", default=None, help='MODCOD below which the link is down, e.g. "8PSK 3/4".')
@click.option(
    "--place", default=None, help="Place of the link-budget sheet (identifier or name; default: the largest)."
)
@click.option("--constellation", "constellation_file", type=click.Path(path_type=Path), help="Low-orbit shells (YAML).")
@click.option(
    "--elements", "elements_file", type=click.Path(path_type=Path), help="Orbital elements instead: OMM or TLE."
)
@click.option("--at", type=click.DateTime(), default=None, help="Moment of the elements' sky, UTC (default: now).")
@click.option("--example", is_flag=True, help="Print a satellite file to fill in.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON on stdout.")
def command(
    folder: Path | None,
    satellite_file: Path | None,
    terminals_file: Path | None,
    scenario: str,
    sets: tuple[str, ...],
    time_pct: float,
    place: str | None,
    modcod_name: str | None,
    constellation_file: Path | None,
    elements_file: Path | None,
    at: datetime | None,
    example: bool,
    as_json: bool,
) -> None:
    """Availability, throughput and link budget of a geostationary satellite over the country folder DIR.

    Without --satellite a textbook satellite is used and every result says so: EIRP and G/T of a real one are yours to
    give.
    """
    if example:
        from allreach.io.satellite_files import textbook_text

        click.echo(textbook_text(), nl=False)
        return
    if folder is None:
        raise click.UsageError("give a country folder, or --example")
    import json

    from allreach.cli.progress import bars
    from allreach.cli.text_table import print_facts
    from allreach.params.money import Money
    from allreach.report.documents import satellite_words
    from allreach.workflows.satellite import satellite
    from allreach.workflows.study_inputs import read_inputs

    with bars() as progress:
        study = read_inputs(folder, scenario=scenario, sets=sets, of_run=True, progress=progress, say=options.say)
        found = satellite(
            study,
            satellite_file=satellite_file,
            terminals_file=terminals_file,
            time_pct=time_pct,
            place=place,
            modcod_name=modcod_name,
            constellation_file=constellation_file,
            elements_file=elements_file,
            at=at.replace(tzinfo=UTC) if at else None,
        )
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=2, sort_keys=True))
        return
    summary = found.summary
    print_facts(satellite_words.facts(summary, Money.of(study.config)))
    click.echo()
    print_facts(satellite_words.low_orbit_facts(summary.low_orbit))
    click.echo()
    print_facts([("method", summary.method), ("folder", str(found.folder))])

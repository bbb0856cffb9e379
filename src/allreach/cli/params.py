"""``allreach params``: every parameter with range, unit, year and source."""

from __future__ import annotations

from pathlib import Path

import click

from allreach.cli import options


@click.command(epilog="Examples:\n\n\b\n  allreach params costs.fibre\n  allreach params demand --country AZE --json")
@click.argument("key", required=False, default="")
@click.option(
    "--country",
    metavar="DIR",
    type=options.CountryFolder(),
    help="Lay this folder's overlay over them.",
)
@options.sets
@options.as_json
def command(key: str, country: Path | None, sets: tuple[str, ...], as_json: bool) -> None:
    """List parameters with value, range, unit, year and source.

    KEY is a room (costs), a key (costs.leo_kit_usd) or its beginning. What nobody published is marked ASSUMPTION.
    """
    import json

    from allreach.params.listing import rows
    from allreach.params.load import load_params
    from allreach.params.sets import split_sets

    overlays = []
    if country is not None:
        from allreach.io.country_folder import read_config

        overlays.append((f"{country.name}/country.yaml", read_config(country).parameters))
    found = rows(load_params(overlays, split_sets(sets)[0]), key)
    if as_json:
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))
        return
    from allreach.cli.params_table import print_rows

    print_rows(found)

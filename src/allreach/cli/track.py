"""``allreach track``: where every promise stands and where it will land."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from allreach.cli import options

as_of = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="Day on which the status is taken (default: newest day of retrieval in the store).",
)
strategy = click.option(
    "--strategy",
    "strategies",
    multiple=True,
    metavar="FILE|NAME",
    help="Strategy file, or one that ships (default: DIR/strategy.yaml, else those that ship for the country).",
)


@click.command(
    name="track",
    epilog="Examples:\n\n\b\n  allreach track AZE --lang en,az\n"
    '  allreach track AZE --import idi.csv --give date=2022 --give source="ITU" --give retrieved=2026-11-01\n'
    "  allreach track AZE --fetch worldbank:IT.NET.USER.ZS\n"
    "  allreach track AZE --strategy my_strategy.yaml --check",
)
@options.series_folder
@options.scenario
@options.sets
@strategy
@as_of
@options.languages
@click.option(
    "--import", "imports", multiple=True, type=click.Path(path_type=Path), help="Add values from CSV, Excel or Parquet."
)
@click.option(
    "--map", "mapped", multiple=True, metavar="NAME=COLUMN", help="Column of the imported files that holds NAME."
)
@click.option(
    "--give",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="Source, retrieved, licence, date ... of all imported rows; sheet of a workbook.",
)
@click.option(
    "--fetch",
    "fetches",
    multiple=True,
    metavar="SOURCE:CODE",
    help="Add a series: worldbank:CODE, data360:DATABASE/CODE, itu:NUMBER or govtech:2025 (GTMI).",
)
@click.option(
    "--forget",
    "forgotten",
    multiple=True,
    metavar="ROW",
    help="Take values out: ISO3:INDICATOR[:DATE[:NUMBER]], source=TEXT or retrieved=TEXT; kept in series/removed.csv.",
)
@click.option("--offline", is_flag=True, help="Take fetched series from the cache only.")
@click.option("--pdf", "with_pdf", is_flag=True, help="Write each page as a PDF, too.")
@click.option("--check", "only_check", is_flag=True, help="Check the strategy files and stop.")
@options.as_json
def command(
    folder: Path,
    scenario: str,
    sets: tuple[str, ...],
    strategies: tuple[str, ...],
    as_of: dt.datetime | None,
    languages: tuple[str, ...],
    imports: tuple[Path, ...],
    mapped: tuple[str, ...],
    given: tuple[str, ...],
    fetches: tuple[str, ...],
    forgotten: tuple[str, ...],
    offline: bool,
    with_pdf: bool,
    only_check: bool,
    as_json: bool,
) -> None:
    """Status, forecast, slip and next step of every target of a strategy, and the scores beside the peers."""
    import json

    from allreach.cli.track_table import print_faults, print_tracked
    from allreach.io.series_store import forget_series, store_path
    from allreach.io.series_update import update_series
    from allreach.workflows import track as room
    from allreach.workflows.study_inputs import read_subject

    if only_check:
        return print_faults(folder, strategies, as_json=as_json)
    for choice in forgotten:
        click.echo(f"{choice}: {forget_series(store_path(folder), choice)} rows taken out", err=True)
    counts = update_series(
        folder,
        imports,
        dict(options.pairs("--map", mapped)),
        dict(options.pairs("--give", given)),
        fetches,
        strategies,
        offline=offline,
    )
    for name, count in counts.items():
        more = f", {count['not_known']} not known to the source" if "not_known" in count else ""
        click.echo(
            f"{name}: {count['added']} added, {count['revised']} revised, {count['known']} known{more}", err=True
        )
    day = as_of.date() if as_of else None
    tracked = room.track(
        read_subject(folder, scenario, sets, options.say),
        strategies=strategies,
        as_of=day,
        languages=languages,
        with_pdf=with_pdf,
    )
    if as_json:
        click.echo(json.dumps(room.as_json(tracked), indent=1, ensure_ascii=False))
    else:
        print_tracked(tracked)

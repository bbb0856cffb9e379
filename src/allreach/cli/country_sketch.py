"""``allreach country sketch``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from allreach.cli import options

if TYPE_CHECKING:
    from allreach.country.sketch.drawn_totals import DrawnTotal


@click.command(
    name="sketch",
    epilog="Examples:\n\n\b\n  allreach country sketch AZE                 Azerbaijan into ./AZE\n"
    "  allreach country sketch AND -o /tmp/AND --pixel 100 --seed 7\n"
    "  allreach country sketch GEO --kit GEO-kit.zip --kit MYMASTS\n"
    "  allreach country sketch AZE --kit none      without the kit that ships\n",
)
@click.argument("iso3", metavar="ISO3")
@click.option("-o", "--out", type=options.OutputFolder(), default=None, help="Folder (default ./ISO3).")
@click.option(
    "--pixel", "pixel_m", type=click.FloatRange(20, 5000), default=None, help="Pixel (default 250, or coarser). [m]"
)
@click.option("--seed", type=options.SEED, default=0, show_default=True, help="Seed of everything drawn.")
@click.option("--population", type=click.IntRange(1), default=None, help="National total instead of the published one.")
@options.trust
@options.kits
@click.option("--overwrite", is_flag=True, help="Replace the country in the folder if there is one.")
@options.sets
@options.as_json
def command(
    iso3: str,
    out: Path | None,
    pixel_m: float | None,
    seed: int,
    population: int | None,
    trust: str | None,
    kits: tuple[str, ...],
    overwrite: bool,
    sets: tuple[str, ...],
    as_json: bool,
) -> None:
    """Draw any country offline, for first looks and tests: not for decisions.

    Outline, towns and coarse heights are real (Natural Earth, GeoNames, ITU-R P.1511); villages, roads, networks and
    the detail of the terrain are drawn or follow from stated rules. What a kit gives is laid in their place; one ships
    for Azerbaijan. The same seed gives the same country.

    National totals are the published ones as far as they are known: people, homes that a fixed line passes, people
    under a mobile signal. Geography is drawn so that it adds up to them.
    """
    import json

    from allreach.cli.progress import bars
    from allreach.country.kits.open import kit_choice
    from allreach.country.sketch.draw import sketch_with_report
    from allreach.country.sketch.gazetteer import find_country
    from allreach.errors import Fault, InputError
    from allreach.io.country_folder import write_country
    from allreach.io.locks import is_unused
    from allreach.params.load import load_params
    from allreach.params.official import require_trust

    folder = out or Path(find_country(iso3).iso3)
    if not is_unused(folder) and not overwrite:
        mend = "Choose another with -o, or give --overwrite"
        raise InputError(Fault(str(folder), "is there already", "a new or empty folder", mend))
    params = load_params(sets=sets)
    paths, with_shipped_kit = kit_choice(kits)
    with bars() as progress:
        country, report = sketch_with_report(
            iso3,
            pixel_m=pixel_m,
            seed=seed,
            params=params,
            population=population,
            trust=require_trust(trust),
            kits=paths,
            with_shipped_kit=with_shipped_kit,
            progress=progress,
        )
        write_country(country, folder)
    for warning in report.warnings:
        click.echo(f"warning: {warning}", err=True)
    numbers = {
        "folder": str(folder),
        "iso3": country.config.iso3,
        "name": country.config.name,
        "sketch": "not for decisions",
        "pixel_m": country.grid.pixel_m,
        "n_rows": country.grid.n_rows,
        "n_cols": country.grid.n_cols,
        "population": country.config.population,
        "population_source": country.config.population_source,
        **{f"n_{name}": len(table) for name, table in sorted(country.layers.items())},
        "parts_without_gateway": [{"largest_place": n, "people": p} for n, p in report.parts_without_gateway],
        "trust": str(country.config.trust),
        "totals": [total.as_dict() for total in report.totals],
        "kits": list(report.kits),
        "notes": list(report.notes),
        "warnings": list(report.warnings),
    }
    if as_json:
        click.echo(json.dumps(numbers, indent=1, ensure_ascii=False))
        return
    click.echo(f"{folder}: sketch of {country.config.name}, not for decisions")
    for note in (*report.kits, *report.notes):
        click.echo(f"  {note}")
    _show_totals(report.totals, country.config.trust)


def _show_totals(totals: Sequence[DrawnTotal], trust: str) -> None:
    """Show published totals beside those of the drawing."""
    from rich.table import Table

    from allreach.cli.wide_console import table_console
    from allreach.params.official import QUANTITIES

    columns = ("total", "published", "date", "evidence", "drawn", "why they differ")
    table = Table(title=f"Totals (trust: {trust})")
    for column in columns:
        table.add_column(column, justify="right" if column in ("published", "drawn") else "left")
    for total in totals:
        unit = QUANTITIES[total.quantity].unit
        told = total.published

        def words(value: float | None, unit: str = unit) -> str:
            if value is None:
                return "-"
            return f"{value:.2f} %" if unit == "%" else f"{value:,.0f}"

        table.add_row(
            total.quantity,
            words(None if told is None else told.value),
            "" if told is None else told.date,
            "" if told is None else str(told.evidence),
            words(total.drawn),
            total.reason,
        )
    table_console().print(table)

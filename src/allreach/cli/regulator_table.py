"""The regulator's measures as text for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
import pandas as pd

from allreach.cli.options import say
from allreach.cli.text_table import print_facts, print_table
from allreach.measure.regulator.summary import BorderFigures, RegulatorSummary

if TYPE_CHECKING:
    from allreach.workflows.regulator import RegulatorMeasures

MOST_SITES = 10
PLACES = {"outdoor": "outdoors", "car": "in a car", "indoor": "indoors"}


def print_regulator(found: RegulatorMeasures) -> None:
    """Print coverage, spots, the border and where the files are."""
    summary = found.summary
    print_facts(
        [
            ("network", f"{summary.network}: {summary.n_sites:,} sites of {', '.join(summary.operators)}"),
            ("cells", f"{summary.n_cells:,}; {summary.cell_note}"),
            ("levels", _levels(summary)),
            ("evidence", summary.evidence),
        ]
    )
    click.echo()
    _print_reach(summary)
    click.echo()
    _print_spots(summary)
    click.echo()
    _print_border(summary.border, found.coordinate)
    for text in summary.warnings:
        say(f"note: {text}")
    click.echo()
    print_facts([("model", summary.model), ("folder", str(found.folder))])


def _levels(summary: RegulatorSummary) -> str:
    words = [
        f"{name} {one.limited_dbm:g} / {one.good_dbm:g} / {one.very_good_dbm:g} dBm"
        for name, one in summary.levels.items()
    ]
    shares = f"{100.0 * summary.locations_share:g} % of locations, {100.0 * summary.hours_share:g} % of hours"
    return f"limited / good / very good: {'; '.join(words)}; at {shares}"


def _print_reach(summary: RegulatorSummary) -> None:
    columns = ("people_share", "good_people_share", "land_share", "road_share", "rail_share")
    rows = [
        [one.technology, PLACES[one.place_of_use], one.operator, *(_pct(getattr(one, name)) for name in columns)]
        for one in summary.reach
        if len(summary.operators) > 1 or one.operator in summary.operators
    ]
    head = ["technology", "used", "operator", "people %", "good %", "land %", "roads %", "rail %"]
    print_table(head, rows, text_columns=(0, 1, 2))


def _print_spots(summary: RegulatorSummary) -> None:
    columns = ("white_people_share", "grey_people_share", "white_land_share", "grey_land_share")
    rows = [
        [one.technology, PLACES[one.place_of_use], *(_pct(getattr(one, name)) for name in columns)]
        for one in summary.spots
    ]
    head = ["spots of", "used", "white people %", "grey people %", "white land %", "grey land %"]
    print_table(head, rows, text_columns=(0, 1))


def _print_border(border: BorderFigures, coordinate: pd.DataFrame) -> None:
    if border.why_not is not None:
        print_facts([("border", f"no fields: {border.why_not}")])
        return
    rows = [
        [
            one.neighbour,
            f"{one.border_km:,.0f}",
            f"{one.sites_in_range:,}",
            "-" if one.greatest_dbuv_m is None else f"{one.greatest_dbuv_m:.1f}",
            "not known" if one.sites_to_coordinate is None else f"{one.sites_to_coordinate:,}",
        ]
        for one in border.neighbours
    ]
    print_table(["border with", "km", "sites", "greatest dB(uV/m)", "to co-ordinate"], rows, text_columns=(0,))
    print_facts([("received", border.receiver), ("limits", border.limits)])
    if border.bands_without_limit_mhz:
        bands = ", ".join(f"{mhz:g}" for mhz in border.bands_without_limit_mhz)
        print_facts([("no limit known", f"{bands} MHz: whether these carriers are to be co-ordinated is not known")])
    if border.sites_with_void:
        print_facts([("unknown ground", f"{border.sites_with_void:,} sites have points of the border behind it")])
    for row in _worst(coordinate):
        click.echo(row)


def _worst(coordinate: pd.DataFrame) -> Sequence[str]:
    first = coordinate.sort_values("margin_db", kind="stable").head(MOST_SITES)
    lines = [
        f"  {row.site_id} ({row.operator or 'no operator named'}, {row.band_mhz:g} MHz) towards {row.neighbour}: "
        f"{row.field_dbuv_m:.1f} dB(uV/m), {-row.margin_db:.1f} dB over {row.limit_id}"
        for row in first.itertuples()
    ]
    more = len(coordinate) - len(first)
    return [*lines, *([f"  and {more:,} more: sites_to_coordinate.csv"] if more else [])]


def _pct(share: float | None) -> str:
    return "-" if share is None else f"{100.0 * share:.1f}"

"""The table that ``allreach params`` prints."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from allreach.cli.wide_console import table_console
from allreach.params.listing import ParameterRow


def print_rows(rows: Sequence[ParameterRow]) -> None:
    """Print parameters with source; assumptions are marked and counted."""
    console = table_console()
    table = Table(pad_edge=False, header_style="bold")
    table.add_column("key", overflow="fold", ratio=4)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("low - high", justify="right", no_wrap=True)
    table.add_column("unit", overflow="fold", ratio=2)
    table.add_column("year", no_wrap=True)
    table.add_column("meaning and source", overflow="fold", ratio=9)
    for row in rows:
        if "source" not in row:
            table.add_row(row["key"], str(row["value"]), "", "", "", row["meaning"])
            continue
        text = Text(row["meaning"] + " ")
        if row["is_assumption"]:
            text.append("ASSUMPTION", style="bold yellow")
            text.append(row["source"].removeprefix("assumption"), style="dim")
        else:
            text.append(row["source"], style="dim")
        span = "" if row["low"] == row["high"] else f"{_number(row['low'])} - {_number(row['high'])}"
        year = "" if row["year"] is None else str(row["year"])
        if row.get("source_value", row["value"]) != row["value"]:
            year += f": {_number(row['source_value'])}"
        table.add_row(row["key"], _number(row["value"]), span, row["unit"], year, text)
    console.print(table)
    n = sum(row.get("is_assumption", False) for row in rows)
    console.print(
        f"{len(rows)} parameters, {n} of them assumptions. Change one with --set KEY=VALUE or in country.yaml."
    )
    of_year = next((row["money_year"] for row in rows if "money_year" in row), None)
    if of_year is not None:
        console.print(
            f"Prices are in US dollars of {of_year}, without VAT and duty; beside the source's year its own price."
        )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.6g}"

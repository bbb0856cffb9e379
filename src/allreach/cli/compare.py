"""``allreach compare``: two scenarios side by side."""

from __future__ import annotations

from pathlib import Path

import click

from allreach.cli import options


@click.command(
    name="compare",
    epilog="Examples:\n\n\b\n"
    "  allreach run AZE\n"
    "  allreach run AZE --scenario cheap_leo --set costs.leo_kit_usd=200\n"
    "  allreach compare AZE base cheap_leo --open",
)
@options.folder
@click.argument("first", metavar="SCENARIO")
@click.argument("second", metavar="SCENARIO")
@click.option(
    "-o",
    "--out",
    type=options.OutputFolder(),
    default=None,
    help="Where to write (default: DIR/compare/SCENARIO--SCENARIO).",
)
@options.languages
@click.option("--open", "open_it", is_flag=True, help="Open the page in the browser.")
@options.as_json
def command(
    folder: Path, first: str, second: str, out: Path | None, languages: tuple[str, ...], open_it: bool, as_json: bool
) -> None:
    """Set the second scenario beside the first: map, differences in cost and reach, who gains and who loses.

    Both must have a plan. Writes compare.html, which opens from disk, and the differences as CSV and GeoParquet.
    """
    import json

    from allreach.cli.compare_table import print_comparison
    from allreach.params.money import Money
    from allreach.workflows.compare import compare_scenarios
    from allreach.workflows.study_inputs import read_inputs

    one, other = (read_inputs(folder, scenario=name, of_run=True) for name in (first, second))
    found = compare_scenarios(one, other, out, languages=languages)
    if as_json:
        summary = {"a": first, "b": second, **found.comparison.summary, "inputs": found.inputs}
        summary["figures"] = found.comparison.figures.to_dict("records")
        click.echo(json.dumps({"page": str(found.page.resolve()), **summary}, indent=1, ensure_ascii=False))
    else:
        print_comparison(found, first, second, Money.of(one.config))
    if open_it:
        click.launch(str(found.page.resolve()))

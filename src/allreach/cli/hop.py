"""``allreach hop``: one microwave hop."""

from __future__ import annotations

from pathlib import Path

import click

from allreach.cli import options


@click.command(
    name="hop",
    epilog="Examples:\n\n\b\n  allreach hop 46.36,39.21 46.75,39.51 --country AZE -o hop1\n"
    "  allreach hop S1 S2 --country AZE --band 18 --mast 40 50",
)
@click.argument("a")
@click.argument("b")
@click.option(
    "--country", "folder", type=options.CountryFolder(), default=Path(), help="Country folder (default: here)."
)
@click.option(
    "--mast",
    nargs=2,
    type=click.FloatRange(0, 500),
    default=None,
    help="Antenna heights of A and B, m above ground (default: those of the sites there, else 30).",
)
@click.option("--band", "freq_ghz", type=float, default=None, help="One band in GHz (default: all).")
@click.option("--dish", "dish_m", type=click.FloatRange(0.1, 5), default=None, help="Both dishes in m.")
@click.option(
    "--diversity",
    "diversity_m",
    type=click.FloatRange(0, 30),
    default=0.0,
    help="Second receiving antenna, m above the first.",
)
@click.option(
    "-o", "--out", type=options.OutputFolder(), default=None, help="Folder for hop.html, hop.csv, profile.csv."
)
@options.scenario
@options.sets
@options.as_json
def command(
    a: str,
    b: str,
    folder: Path,
    mast: tuple[float, float] | None,
    freq_ghz: float | None,
    dish_m: float | None,
    diversity_m: float,
    out: Path | None,
    scenario: str,
    sets: tuple[str, ...],
    as_json: bool,
) -> None:
    """Clearance, masts, bands and availability of a hop between A and B, and relays where it is blocked.

    A and B are LON,LAT or identifiers (or names) of sites, places or planned sites of the folder. A longitude west of
    Greenwich starts with a minus: put -- before it.
    """
    import json

    from allreach.cli.text_table import print_facts, print_table
    from allreach.params.money import Money
    from allreach.report.documents import hop_words
    from allreach.workflows.hop import hop
    from allreach.workflows.study_inputs import read_inputs

    study = read_inputs(folder, scenario=scenario, sets=sets, of_run=True, say=options.say)
    found = hop(
        study,
        a,
        b,
        mast_a_m=None if mast is None else mast[0],
        mast_b_m=None if mast is None else mast[1],
        freq_ghz=freq_ghz,
        dish_m=dish_m,
        diversity_m=diversity_m,
        out=out,
    )
    if as_json:
        click.echo(json.dumps(found.summary.as_dict(), indent=2, sort_keys=True))
        return
    result = found.result
    print_facts(hop_words.facts(result, Money.of(study.config)))
    click.echo()
    last = len(hop_words.BAND_HEAD) - 1
    print_table(hop_words.BAND_HEAD, hop_words.band_rows(result), text_columns=[last])
    if words := hop_words.overload_note(result):
        click.echo(words)
    if result.relays:
        click.echo("\nRelays that clear both halves, headings from true north:")
        print_table(hop_words.RELAY_HEAD, hop_words.relay_rows(result), text_columns=[0])
    for path in found.files:
        click.echo(str(path))

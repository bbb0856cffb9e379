"""``allreach calibrate``: what drive tests say of the propagation model."""

from __future__ import annotations

from pathlib import Path

import click

from allreach.cli import options
from allreach.json_object import JsonObject


@click.command(
    name="calibrate",
    epilog="Examples:\n\n\b\n  allreach calibrate MYLAND\n  allreach calibrate MYLAND --json\n"
    "  allreach calibrate MYLAND --set radio.calibration_block_km=1",
)
@options.folder
@options.new_scenario
@options.sets
@options.workers
@options.as_json
def command(folder: Path, scenario: str | None, sets: tuple[str, ...], workers: int | None, as_json: bool) -> None:
    """Fit the propagation model to the drive tests of a country folder, and say how good it is before and after.

    What is found is what measure, plan, verify and why apply; this command says it alone and writes
    DIR/results/SCENARIO/calibration: figures, residuals by spot, pictures, and where to measure next.
    """
    import json

    from allreach.cli.text_table import print_table
    from allreach.workflows.calibrate import calibrate_study
    from allreach.workflows.study_inputs import read_inputs

    study = read_inputs(folder, scenario=scenario, sets=sets, workers=workers, of_run=True, say=options.say)
    if scenario is None and study.scenario != "base":
        study.say(f"scenario {study.scenario}: results of other options are not replaced")
    found = calibrate_study(study)
    if as_json:
        click.echo(json.dumps(found.figures, indent=2, sort_keys=True))
        return
    bands = found.figures["bands"]
    click.echo(
        f"{found.figures['n_tests']} drive tests, {found.figures['n_tests_compared']} of them beside a site of their "
        "band. Measured less predicted power, every block of ground predicted from the others:\n"
    )
    head = ["MHz", "spots", "blocks", "before: mean", "SD", "RMSE", "after: mean", "SD", "RMSE", "in 90 %", "fitted"]
    rows = []
    for one in bands:
        before, after = one["before"], one["after"]
        errors = [f"{part[name]:.1f}" for part in (before, after) for name in ("mean_db", "sd_db", "rmse_db")]
        held = f"{100.0 * one['held_of_90_share']:.0f} %"
        rows.append(
            [f"{one['band_mhz']:g}", str(before["n_spots"]), str(one["n_blocks"]), *errors, held, one["fitted"]]
        )
    print_table(head, rows, text_columns=[10])
    click.echo()
    for one in bands:
        click.echo(_sentence(one))
    click.echo(f"\nFigures, residuals, pictures and where to measure next: {found.folder}")


def _sentence(one: JsonObject) -> str:
    """Say what is applied to a band, and how well predicted coverage keeps its word."""
    band, kept = f"{one['band_mhz']:g} MHz", one["reliability"]
    if one["is_applied"]:
        text = f"{band}: applied, {one['offset_db']:+.1f} dB"
        if one["slope_db_per_decade"]:
            text += f" at {one['slope_centre_km']:.1f} km and {one['slope_db_per_decade']:+.1f} dB a decade of distance"
        if one["excess_loss_share"]:
            text += f", {one['excess_loss_share']:+.2f} dB for each dB of loss over free space"
        if one["clutter_db"]:
            text += ", " + "/".join(f"{db:+.1f}" for db in one["clutter_db"]) + " dB by clutter from low to high"
        text += ", and a surface of what is left" if one["has_surface"] else ""
    else:
        text = f"{band}: not applied: {one['why_not']}"
    if kept["said_covered"]:
        share = 100.0 * kept["of_these_covered_share"]
        text += f". Where the map says there is a signal, {share:.1f} % of {kept['said_covered']} spots have one"
    return f"{text}."

"""``allreach country check``: every fault of a folder at once."""

from __future__ import annotations

from pathlib import Path

import click

from allreach.cli import options


@click.command(name="check", epilog="Example:\n\n  allreach country check MYLAND")
@options.checked_folder
@options.as_json
@click.pass_context
def command(ctx: click.Context, folder: Path, as_json: bool) -> None:
    """Find every fault of a country folder at once: what, where, expected, how to mend.

    Exit code 0 without errors (warnings lower what a result is worth), 2 with errors.
    """
    import dataclasses
    import json

    from allreach.country.checking.folder import check

    faults = check(folder)
    n_errors = sum(fault.severity == "error" for fault in faults)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(fault) for fault in faults], ensure_ascii=False, indent=1))
    else:
        for fault in faults:
            click.echo(f"{fault.severity}: {fault}")
        click.echo(f"{folder}: {n_errors} errors, {len(faults) - n_errors} warnings")
    ctx.exit(2 if n_errors else 0)

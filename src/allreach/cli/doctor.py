"""``allreach doctor``: does this machine have what a run needs."""

from __future__ import annotations

import click

from allreach.cli import options


@click.command(name="doctor", epilog="Example:\n\n  allreach doctor")
@options.as_json
def command(as_json: bool) -> None:
    """Check this machine and this installation; exit code 1 if something that a run needs is missing."""
    from allreach.io.doctor import examine

    findings = examine()
    if as_json:
        import json

        click.echo(json.dumps([finding._asdict() for finding in findings], indent=1))
    else:
        for finding in findings:
            mark = {"ok": "ok     ", "note": "note   ", "fail": "MISSING"}[finding.state]
            click.echo(
                f"{mark} {finding.what}: {finding.found}" + (f"\n        {finding.mend}" if finding.mend else "")
            )
    if any(finding.state == "fail" for finding in findings):
        raise click.exceptions.Exit(1)

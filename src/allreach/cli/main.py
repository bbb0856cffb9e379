"""The ``allreach`` command: a lazy group, so that help is instant and each command loads only its own room."""

from __future__ import annotations

import errno
import importlib
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from allreach import __version__

# command -> (module or module:attribute, one line of help); the help stands here so that listing loads no command.
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("run", "From a country folder or ISO code to the report: measure, plan, show."),
    "country": ("country", "Make, check and import country folders."),
    "calibrate": ("calibrate", "What drive tests say of the propagation model: before, after, where to measure next."),
    "measure": ("steps:measure", "Who is reached today: coverage rasters and the four states per place."),
    "regulator": ("regulator", "Coverage by operator as regulators publish it; fields at the border."),
    "plan": ("steps:plan", "The least-cost way to reach everyone, with a bound."),
    "ladder": ("ladder", "What each step costs for everybody: speeds at home, mobile, roads."),
    "track": ("track", "Promises kept? Status, forecast and slip of every target, scores beside peers."),
    "brief": ("brief", "Two pages for a minister as PDF and HTML, alone or with another country."),
    "show": ("show", "Build the report (index.html) from the results."),
    "compare": ("compare", "Two scenarios side by side: map, differences, who gains and who loses."),
    "why": ("why", "Why a point is or is not covered: site, obstacle, link budget, what would cover it."),
    "satellite": ("satellite", "Geostationary satellite: availability, throughput, link-budget sheet."),
    "hop": ("hop", "Microwave hop: profile, masts, bands, availability, relays."),
    "params": ("params", "Parameters with range, unit, year and source."),
    "path-loss": ("path_loss", "Path loss of a CSV of cases (ITU-R P.1812)."),
    "doctor": ("doctor", "Check this machine and this installation."),
}
COUNTRY_COMMANDS: dict[str, tuple[str, str]] = {
    "sketch": ("country_sketch", "Draw any country offline; not for decisions."),
    "check": ("country_check", "Find every fault of a country folder."),
    "import": ("country_import", "Bring your own files into a country folder."),
    "kit": ("kit", "Pack layers that a sketch lays over its drawing."),
}
KIT_COMMANDS: dict[str, tuple[str, str]] = {
    "pack": ("country_kit", "Make a kit of a folder of layers."),
}


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is asked for."""

    def __init__(self, *args: Any, lazy: dict[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of a planner's work."""
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name not in self.lazy:
            return None
        module, _ = self.lazy[cmd_name]
        if module in GROUPS:
            return GROUPS[module]
        module, _, attribute = module.partition(":")
        command = getattr(importlib.import_module(f"allreach.cli.{module}"), attribute or "command")
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and refuse an option of one value that its words give twice: the last would win unseen."""
        name, command, words = super().resolve_command(ctx, args)
        if command is not None and not isinstance(command, click.Group):
            _refuse_repeats(command, click.Context(command, info_name=name, parent=ctx), words)
        return name, command, words

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self.lazy.items()])


def _refuse_repeats(command: click.Command, ctx: click.Context, words: list[str]) -> None:
    _, _, given = command.make_parser(ctx).parse_args(args=list(words))
    seen: dict[str | None, click.Option] = {}
    for option in given:
        if not isinstance(option, click.Option) or option.multiple or option.count or option.is_bool_flag:
            continue
        first = seen.setdefault(option.name, option)
        if first is not option:
            raise click.UsageError(f"{first.opts[-1]} and {option.opts[-1]} do not go together; give one of them", ctx)
        if given.count(option) > 1:
            raise click.UsageError(f"{option.opts[-1]} is given {given.count(option)} times; give it once", ctx)


@click.group(name="country", cls=LazyGroup, lazy=COUNTRY_COMMANDS, help="Make, check and import country folders.")
def country() -> None:
    """Group of the country folder's commands."""


@click.group(
    name="kit",
    cls=LazyGroup,
    lazy=KIT_COMMANDS,
    help="Pack layers that a sketch lays over its drawing.",
    epilog="Example:\n\n  allreach country kit pack MYKIT -o MYKIT.zip",
)
def kit() -> None:
    """Group of the commands for kits."""


GROUPS: dict[str, click.Group] = {"country": country, "kit": kit}


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Examples:\n\n\b\n  allreach run AZE                 sketch Azerbaijan offline, measure, plan, show\n"
    "  allreach run AND --pixel 100     another country, finer\n"
    "  allreach country check MYLAND    find every fault of your own folder\n"
    "  allreach params costs            prices with their sources",
)
@click.version_option(__version__, prog_name="allreach")
@click.option("--debug", is_flag=True, expose_value=False, help="Show where a fault of the program itself happened.")
def cli() -> None:
    """Plan how a whole country gets connected.

    allreach measures who is not reached by broadband, finds the least-cost way to reach every one of them (mobile,
    fixed wireless, fibre, satellite, with backhaul and power) and explains it on a map.
    """


def main() -> None:
    """Run the command line: 0 ok, 1 failed, 2 wrong input, 130 stopped by the user."""
    from allreach.cli import interrupt

    code = 1
    try:
        with interrupt.remembered(watched=True), _warnings_in_words():
            try:
                code = _run()
            except (KeyboardInterrupt, click.exceptions.Abort):
                interrupt.leave()
    except KeyboardInterrupt:  # asked for and swallowed, and the command ended first
        interrupt.leave()
    sys.exit(code)


def _run() -> int:
    """Run a command and tell what went wrong; the exit code."""
    from allreach.errors import AllreachError, InputError

    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        raise
    except click.ClickException as error:
        error.show(file=sys.stderr)
        return 2
    except InputError as error:
        return _fail(str(error), 2)
    except AllreachError as error:
        return _fail(str(error), 1)
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except MemoryError:
        return _fail("this machine has not enough memory for it; take a larger --pixel, or a smaller input", 1)
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:  # of whichever option or argument
            name = str(error.filename or "")
            return _fail(f"{name[:60]}...: is too long for the name of a file; give a shorter one", 2)
        from allreach.cli.fault_report import tell_fault

        return _fail(tell_fault(error, is_debug="--debug" in sys.argv[1:]), 1)
    return code if isinstance(code, int) else 0


@contextmanager
def _warnings_in_words() -> Iterator[None]:
    """Print the program's own log lines as the command's other messages."""
    log = logging.getLogger("allreach")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("allreach: %(message)s"))
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


def _fail(message: str, code: int) -> int:
    click.echo(f"allreach: {message}", err=True)
    return code


if __name__ == "__main__":
    main()

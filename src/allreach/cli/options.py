"""Options that several commands share, declared once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class CountryFolder(click.ParamType):
    """A country folder that is there; see `allreach.country.folder_argument`.

    Parameters
    ----------
    series_alone
        Whether a folder named after a country will do, which holds its series alone.
    with_faults
        Whether any folder will do, since its faults are what is asked for.
    """

    name = "folder"

    def __init__(self, *, series_alone: bool = False, with_faults: bool = False) -> None:
        self.series_alone, self.with_faults = series_alone, with_faults

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Check the folder before any work."""
        from allreach.country.folder_argument import country_folder, series_folder

        if self.series_alone:
            return series_folder(Path(value))
        return country_folder(Path(value), with_faults=self.with_faults)


class OutputFolder(click.ParamType):
    """A folder to write into, made where it is not there; noticed before any work where that cannot be."""

    name = "folder"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Check that it can be written in."""
        from allreach.country.folder_argument import require_writable

        return require_writable(Path(value))


def say(text: str) -> None:
    """Tell the user one line beside the answer."""
    click.echo(text, err=True)


def pairs(option: str, texts: Sequence[str], *, expected: str = "one value") -> list[tuple[str, str]]:
    """Split the NAME=VALUE texts of an option that may be given many times, each name once.

    Parameters
    ----------
    option
        For messages.
    texts
        What the user wrote.
    expected
        How to write a name that was given two values.

    Raises
    ------
    InputError
        With every text of another form, and every name that has two values.
    """
    from allreach.errors import Fault, InputError

    faults = [Fault(option, f"{text!r} is not understood", "NAME=VALUE") for text in texts if text.find("=") < 1]
    found: dict[str, str] = {}
    for name, value in ((text.partition("=")[0].strip(), text.partition("=")[2].strip()) for text in texts):
        if found.setdefault(name, value) != value:
            faults.append(Fault(f"{option} {name}", f"has two values, {found[name]!r} and {value!r}", expected))
    if faults:
        raise InputError(faults)
    return list(found.items())


trust = click.option(
    "--trust",
    type=click.Choice(["claim", "official", "measured"]),
    default=None,
    help="Which published totals count as standing in a sketch: claims too, none but official and open figures, or "
    "measured ones alone (default: official).",
)


class _Languages(click.ParamType):
    """Languages of pages, joined by commas; each must have its texts."""

    name = "languages"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Split and check them before any work."""
        from allreach.indicators.definitions import LANGUAGES

        languages = tuple(word.strip() for word in value.split(",") if word.strip())
        if unknown := [word for word in languages if word not in LANGUAGES]:
            self.fail(f"{', '.join(unknown)}: there are {', '.join(LANGUAGES)}.", param, ctx)
        return languages


def _each_once(ctx: click.Context, param: click.Parameter, value: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(language for languages in value for language in languages))


def _checked_sets(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    pairs("--set", [text for text in value if "=" in text])  # others are told with the keys that there are
    return value


folder = click.argument("folder", metavar="DIR", type=CountryFolder())
checked_folder = click.argument("folder", metavar="DIR", type=CountryFolder(with_faults=True))
series_folder = click.argument("folder", metavar="DIR", type=CountryFolder(series_alone=True))
scenario = click.option(
    "--scenario", default="base", show_default=True, help="Name of the scenario; overlay in DIR/scenarios/NAME.yaml."
)
kits = click.option(
    "--kit",
    "kits",
    multiple=True,
    metavar="KIT|none",
    help="Kit (folder or zip) whose layers take the place of drawn ones; may be given many times. A kit that ships for "
    "the country is laid too, beneath yours; none leaves it out.",
)
new_scenario = click.option(
    "--scenario",
    default=None,
    help="Name of the scenario; overlay in DIR/scenarios/NAME.yaml. Default: base; with --budget, or with --set where "
    "base holds results of other options, a name made of them.",
)
sets = click.option(
    "--set",
    "sets",
    multiple=True,
    callback=_checked_sets,
    metavar="KEY=VALUE",
    help="Change one parameter, e.g. --set costs.leo_kit_usd=500.",
)
languages = click.option(
    "--lang",
    "languages",
    multiple=True,
    type=_Languages(),
    callback=_each_once,
    metavar="en,az",
    help="Languages: en, az, ru, fr (default: those of country.yaml).",
)
SEED = click.IntRange(0, 2**63 - 1)
seed = click.option("--seed", type=SEED, default=None, help="Seed of everything random (default: the folder's).")
workers = click.option(
    "--workers", type=click.IntRange(1), default=None, help="Threads (default: all cores); results do not depend on it."
)
device = click.option(
    "--device",
    type=click.Choice(["cpu", "cuda"]),
    default="cpu",
    show_default=True,
    help="Where coverage maps are computed; cuda: on an NVIDIA device with float64 at half rate.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Report as JSON on stdout.")
fresh = click.option("--fresh", is_flag=True, help="Start anew instead of going on where an earlier run stopped.")

encoding = click.option(
    "--encoding", help="Encoding of text files and shapefiles that do not say it, such as cp1251 (default: UTF-8)."
)
decimal = click.option(
    "--decimal",
    type=click.Choice([".", ","]),
    help="Decimal mark of files that do not show it; the other sign then stands between thousands.",
)
time_limit = click.option(
    "--time-limit",
    "time_limit_s",
    type=click.FloatRange(min=0, min_open=True),
    default=None,
    metavar="SECONDS",
    help="Stop each search for a plan after so long and take the best so far; a rerun may then differ.",
)
start_from = click.option(
    "--start-from",
    default=None,
    metavar="NAME",
    help="Scenario whose plan the search begins from (default: base, where it is planned; none: a search of its own).",
)
answers = click.option(
    "--answers",
    type=click.Choice(["quick", "full"]),
    default="quick",
    show_default=True,
    help="full: also which price must be verified first, and which decisions hold under draws of the cost book.",
)
ladder = click.option(
    "--ladder",
    type=click.Choice(["quick", "full", "none"]),
    default="quick",
    show_default=True,
    help="How hard the other rungs of the ladder are planned after the headline; none with --budget.",
)
budget = click.option(
    "--budget",
    "budget_usd",
    type=click.FloatRange(min=0),
    default=None,
    metavar="USD",
    help="Reach the most people whom so much present value buys, instead of everybody at the least cost.",
)


def compose(*decorators: Decorator) -> Decorator:
    """Apply several options in the order written."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


step = compose(folder, new_scenario, sets, seed, workers, device, fresh, as_json)
search = compose(budget, time_limit, start_from, answers)

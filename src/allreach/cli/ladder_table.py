"""The ladder as a small table on the terminal: one line a rung."""

from __future__ import annotations

import click

from allreach.cli.text_table import print_table
from allreach.io.ladder_file import Ladder, Rung, ladder_of
from allreach.json_object import JsonObject
from allreach.params.money import SKETCH_DIGITS, in_millions, rounded
from allreach.params.official import MET_SHARE
from allreach.params.price_level import DOLLAR
from allreach.report.map_page.page import locale

DIGITS = 4


def print_ladder(raw: JsonObject, folder: str, *, sketch: bool, currency: JsonObject | None) -> None:
    """Print the rungs: who has each today, whom it adds, what it costs, and what it builds.

    Parameters
    ----------
    raw
        What ``ladder.json`` holds.
    folder
        Country folder, for the hint.
    sketch
        Whether figures are rounded to two digits.
    currency
        Money of the country, as in a plan's summary; none for US dollars alone.
    """
    ladder = ladder_of(raw, "ladder")
    digits = SKETCH_DIGITS if sketch else DIGITS
    local = currency if currency and currency["code"] != DOLLAR else None
    money = [DOLLAR] + ([local["code"]] if local else [])
    per_usd = [1.0] + ([float(local["per_usd"])] if local else [])
    head = ["step", "today", "adds", *(f"million {code}" for code in money), f"at least, {DOLLAR}", "to build"]
    rows = [_row(rung, ladder, per_usd, digits) for rung in ladder.rungs]
    click.echo()
    click.echo("THE LADDER: what each step costs (present value), each from what stands today")
    print_table(head, rows, text_columns=(0, len(head) - 1))
    for line in _notes(ladder, folder, digits):
        click.echo(line)


def title_of(rung: Rung) -> str:
    """Title of a rung in English, as the page has it."""
    return locale("en").get(rung.title_key, rung.rung).format(dl_mbps=f"{rung.dl_mbps or 0:,g}")


def _row(rung: Rung, ladder: Ladder, per_usd: list[float], digits: int) -> list[str]:
    mark = "* " if rung.rung == ladder.headline else "  "
    unit = " km" if rung.unit == "road_km" else ""
    today = f"{100.0 * rung.reached_today_share:.1f}%"
    name = mark + title_of(rung)
    if rung.pv_usd is None:
        state = "met" if rung.is_met else "not planned" if rung.is_left_out else "no plan"
        return [name, today, "", state, *[""] * (len(per_usd) - 1), "", ""]
    added = "" if rung.newly_reached is None else f"{rounded(rung.newly_reached, digits):,.0f}{unit}"
    costs = [in_millions(rung.pv_usd * rate, digits) for rate in per_usd]
    least = "not known" if rung.lower_bound_usd is None else in_millions(rung.lower_bound_usd, digits)
    return [name, today, added, *costs, least, _works(rung)]


def _works(rung: Rung) -> str:
    built = rung.works
    if built is None:
        return ""
    counts = (
        (built.new_sites, "sites"),
        (built.upgrades, "upgrades"),
        (built.fibre_km, "km fibre"),
        (built.hops, "hops"),
    )
    return ", ".join(f"{count:,.0f} {word}" for count, word in counts if count >= 0.5) or "terminals alone"


def _upgrades_alone(rung: Rung, digits: int) -> list[str]:
    """Say what the plan without new sites gives, and what each person more costs."""
    alone, pv_usd, reached = rung.upgrades_alone, rung.pv_usd, rung.reached_share
    if alone is None or pv_usd is None or reached is None or reached <= alone.reached_share:
        return []
    more = (reached - alone.reached_share) * rung.total
    words = (
        f"{title_of(rung)}: upgrades alone reach {100.0 * alone.reached_share:.1f}% for "
        f"{in_millions(alone.pv_usd, digits)} million {DOLLAR}; the plan with new sites reaches "
        f"{rounded(more, digits):,.0f} more"
    )
    extra_usd = pv_usd - alone.pv_usd
    return [f"{words} at {rounded(extra_usd / more, digits):,.0f} {DOLLAR} each" if extra_usd > 0 else words]


def _notes(ladder: Ladder, folder: str, digits: int) -> list[str]:
    """Say what stands behind the lines."""
    out = []
    if ladder.first_unmet is None:
        out.append("every step is met today")
    out.append("* planned above in full" + ("" if all(r.effort != "quick" for r in ladder.rungs) else _quick(folder)))
    if any(rung.kind != "home" for rung in ladder.rungs):
        out.append(locale("en")["ladder_signal_note"])
    left = [rung for rung in ladder.rungs if rung.is_left_out]
    if left:
        out.append(
            f"{', '.join(map(title_of, left))}: not planned; allreach ladder {folder} --rung {left[0].rung} plans one"
        )
    short = [r for r in ladder.rungs if r.newly_reached and r.reached_share is not None and r.reached_share < MET_SHARE]
    if short:
        told = ", ".join(f"{title_of(rung)} {100.0 * rung.reached_share:.1f}%" for rung in short if rung.reached_share)
        out.append(f"What is planned does not reach all: {told}")
    for rung in ladder.rungs:
        if rung.plan_of not in ("", rung.rung):
            other = next(title_of(one) for one in ladder.rungs if one.rung == rung.plan_of)
            out.append(f"{title_of(rung)}: the plan for {other} is the cheapest found")
        out += _upgrades_alone(rung, digits)
        if rung.why_none:
            out.append(f"{title_of(rung)}: {rung.why_none}")
        if rung.named:
            out.append(f"{title_of(rung)} is named by {'; '.join(target.with_source() for target in rung.named)}")
    return out


def _quick(folder: str) -> str:
    return f"; the others quickly: allreach ladder {folder} --rung ID plans one in full"

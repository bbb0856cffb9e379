"""The last words of a run: what was found, and where the report is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from allreach.json_object import JsonObject
from allreach.vocabulary import Generation, Service

if TYPE_CHECKING:
    from allreach.params.money import Money
    from allreach.workflows.run import RunJson, RunResult


TOLD_SHORTFALL = 0.02
"""Share of people by which a network may fall short of its plan without a word."""


def print_summary(result: RunResult, *, as_json: bool) -> None:
    """Print a run's result on stdout, for people or as JSON."""
    if as_json:
        click.echo(json.dumps(result.as_dict(), indent=1, ensure_ascii=False))
        return
    found = result.as_dict()
    lines = _lines(found)
    for label, text in lines[:-1]:
        click.echo(f"{label:<24} {text}")
    if found["ladder"] and found["plan"]:
        from allreach.cli.ladder_table import print_ladder

        currency = found["plan"].get("currency")
        print_ladder(found["ladder"], str(_folder(found)), sketch=found["sketch"], currency=currency)
        click.echo()
    label, text = lines[-1]  # where the report is stands last
    click.echo(f"{label:<24} {text}")


def _folder(found: RunJson) -> Path:
    """Country folder of a run."""
    return Path(found["report"]).parents[2]


def _lines(found: RunJson) -> list[tuple[str, str]]:
    lines = []
    sketch = found["sketch"]
    if sketch:
        lines.append(("SKETCH", "drawn, not surveyed: not for decisions; sums are rounded to two digits"))
    lines.append(("people", f"{found['population']:,}"))
    lines += _published(found["published"])
    asked = f"{_asked(found['measured']['standard'])}{' in this drawing' if sketch else ''}"
    evidence = f"predicted, evidence: {found['evidence']}"
    lines.append(("reached today", f"{found['reached_today_share']:.1%} {asked} ({evidence})"))
    lines += _predicted(found["measured"])
    lines += _drive_tests(found["measured"]["drive_tests"])
    lines += _claims(found["measured"].get("coverage_claims") or [])
    lines.append(("orderable", _orderable(found["measured"]["orderable"])))
    if not found["ladder"]:
        lines.append(("the next steps", f"what each costs for everybody: allreach ladder {_folder(found)}"))
    lines += _hangs_on(found["measured"])
    if found["plan"]:
        lines += _plan(found, found["plan"])
    lines.append(("report", found["report"]))
    return lines


def _plan(found: RunJson, plan: JsonObject) -> list[tuple[str, str]]:
    """Say whom the plan reaches, what it costs and builds."""
    from allreach.params.money import SKETCH_DIGITS, Money

    lines = []
    counted = f"; the plan counted on {plan['planned_share']:.1%}" if _falls_short(plan) else ""
    lines.append(("reached by the plan", f"{plan['reached_share']:.1%} (measured on the planned network{counted})"))
    for tier in plan.get("tiers", []):
        share = tier.get("verified_people_share", tier["people_share"])
        asked = f"{tier['people_share_target']:.1%} asked for, {tier['people_share']:.1%} planned"
        lines.append((f"at {tier['dl_mbps']:g} Mbit/s", f"{share:.1%} (measured; {asked})"))
    told = plan.get("institutions", {})
    if told.get("n_institutions"):
        seen = f", {told['n_verified']:,} confirmed by measuring" if "n_verified" in told else ""
        lines.append(("institutions", f"{told['n_connected']:,} of {told['n_institutions']:,} connected{seen}"))
    money = Money(plan.get("currency"), SKETCH_DIGITS if found["sketch"] else None)
    lines += _costs(plan, money)
    by_technology = ", ".join(f"{name} {value['households']:,}" for name, value in plan["by_technology"].items())
    lines.append(("households", by_technology))
    today = plan.get("today", {})
    if today.get("people_outgrown"):
        keep = f"to keep them costs {money(today['growth_pv_usd'])}"
        whom = "whom what stands does not carry in the last year"
        given_up = f"; the plan gives up {today['people_given_up']:,} of them" if today["people_given_up"] else ""
        if found["measured"]["standard"].get("service") == Service.MOBILE:
            given_up = ""  # handsets take what the planned network gives, which the share reached tells
        lines.append(("reached today, outgrown", f"{today['people_outgrown']:,} people, {whom}; {keep}{given_up}"))
    last = plan.get("last_percent")
    if last:
        each = money(last["usd_per_person"])
        lines.append(("the last percent", f"{money(last['usd'])}, {each} for each of its people"))
    if plan.get("started_from", "none") != "none":
        lines.append(("search began from", f"the plan of scenario {plan['started_from']}"))
    if not plan.get("deterministic", True):
        lines.append(("stopped", "by the time limit; another run may find another plan"))
    lines.append(
        (
            "to build",
            f"{plan['n_new_sites']} sites, {plan['n_upgraded_sites']} upgrades, "
            f"{plan['fibre_km']:.0f} km fibre, {plan['n_hops']} hops",
        )
    )
    lines.append(
        (
            "for a meeting",
            f"allreach brief {_folder(found)} writes two pages, with --with ISO3 those of two countries",
        )
    )
    return lines


def _costs(plan: JsonObject, money: Money) -> list[tuple[str, str]]:
    """Say what the plan costs, and what no plan can cost less than."""
    lines = [
        ("present value", f"{money(plan['pv_usd'])} over {plan['horizon_years']:g} years"),
        ("first cost", money(plan["capex_usd"])),
        ("yearly cost", money(plan["opex_usd_per_year"])),
        ("no plan is cheaper than", f"{money(plan['lower_bound_usd'])} (of what was on offer; gap {plan['gap']:.1%})"),
    ]
    if plan.get("price_base_year"):
        lines.append(("money", money.terms(plan["price_base_year"])))
    if "budget" in plan:
        told = plan["budget"]
        most = f"no plan reaches more than {told['people_upper_bound']:,} people with it"
        lines.append(("budget", f"{money(told['budget_usd'])}; {most}"))
        if told["usd_per_further_person"] is not None:
            lines.append(("one person more costs", f"about {money(told['usd_per_further_person'])}"))
    return lines


def _published(shares: Sequence[JsonObject]) -> list[tuple[str, str]]:
    """Say what is published, each with who says it and when, and where the prediction contradicts it: as the page."""
    from allreach.report.map_page.page import locale

    words = locale("en")
    lines = []
    for share in shares:
        value = f"{share['value_pct']:.1f}{'' if share['quantity'] == 'lines_per_100_households' else '%'}"
        by = words["published_by"].format(
            evidence=words[f"published_{share['evidence']}"], date=share["date"], source=share["source"]
        )
        what = words[f"published_{share['quantity']}"].format(value=value)
        lines.append(("published", f"{what} ({by})"))
        if share["contradiction"]:
            told = {"predicted": f"{share['predicted_pct']:.1f}%", "why": words[f"apart_{share['contradiction']}"]}
            lines.append(("contradiction", words["published_apart"].format(**told)))
    return lines


def _asked(standard: JsonObject) -> str:
    """Say what whoever is reached can do, by the kind of service that the standard asks for."""
    speed, service = f"{standard['dl_mbps']:g} Mbit/s", standard.get("service", Service.ANY)
    generation = standard.get("generation", Generation.G4)
    if service == Service.MOBILE:
        return f"are under {generation} {'indoors' if standard['indoors'] else 'outdoors'} at {speed} or more"
    if service == Service.LINE:
        return f"can get {speed} by a fixed line"
    return f"can get {speed}" + ("" if generation == Generation.G4 else f", by {generation} where by mast")


def _predicted(measured: JsonObject) -> list[tuple[str, str]]:
    """Say what is predicted of today, by technology and by speed; full sectors are in the share reached alone."""
    lines = measured["lines"]
    mobile = f"4G covers {measured['broadband_share']:.1%} of the people outdoors"
    if lines["passed_share"]:
        mobile += f", fixed lines pass {'at most ' if lines.get('cut') else ''}{lines['passed_share']:.1%}"
    if lines["unknown_speed_share"] >= 0.0005:
        unknown = f"{lines['unknown_speed_share']:.1%} of the people have a line whose speed is not known"
        mobile += f"; {unknown}: it does not count as reaching them"
    speeds = [
        f"{tier['dl_mbps']:,.0f} Mbit/s {tier['any_share']:.1%} (line {tier['by_line_share']:.1%}, mobile "
        f"{tier['by_mobile_share']:.1%})"
        for tier in measured["speeds"]
    ]
    by_speed = f"{'; '.join(speeds)}; full cells are not taken off"
    calls = measured["calls"]
    on_call = (
        f"{calls['outdoors_share']:.1%} of the people can make a call outdoors, {calls['indoors_share']:.1%} indoors "
        "(predicted)"
    )
    if calls["no_uplink_share"] >= 0.0005:
        on_call += f"; {calls['no_uplink_share']:.1%} hear a network that does not hear them"
    asked = measured["uplink"]["ul_mbps_asked"]
    if asked is not None:
        on_call += (
            f"; the {asked:g} Mbit/s of upload that the standard asks for leave out "
            f"{measured['uplink']['below_asked_share']:.1%} whom the downlink would reach"
        )
    told = [("predicted", mobile), ("calls", on_call), *_coupled(measured.get("coupling"))]
    return [*told, *_cut_lines(lines.get("cut")), ("predicted, by speed", by_speed)]


def _coupled(coupling: JsonObject | None) -> list[tuple[str, str]]:
    """Say what loads iterated to a fixed point come to, where they were asked for."""
    if not coupling:
        return []
    rest = f"after {coupling['iterations']} steps" if coupling["is_reached"] else "no fixed point was reached"
    text = (
        f"{coupling['predicted_share']:.1%} of the people reached with neighbours at their own loads ({rest}), "
        f"sectors loaded to {coupling['mean_load']:.0%} in the mean"
    )
    return [("loads coupled", text)]


def _falls_short(plan: JsonObject) -> bool:
    """Whether clearly fewer are reached than the plan counted on."""
    return bool(plan["planned_share"] - plan["reached_share"] > TOLD_SHORTFALL)


def _drive_tests(tests: JsonObject) -> list[tuple[str, str]]:
    """Say what drive tests did to the prediction, band by band."""
    out = []
    for band in tests["bands"]:
        words = f"{band['band_mhz']:g} MHz, {band['n_tests']:,} tests: "
        if band["is_applied"]:
            words += f"predictions moved by {band['offset_db']:+.1f} dB"
            words += f" on the mean ({band['fitted']})" if band["fitted"] != "offset" else ""
            words += "; error where it was not seen "
            words += f"{band['rmse_before_db']:.1f} dB before, {band['rmse_after_db']:.1f} after"
        else:
            words += f"not applied: {band['why_not']}"
        out.append(("drive tests", words))
    for reason, n in tests.get("not_compared", {}).items():
        out.append(("drive tests", f"{n:,} not compared: {reason}"))
    left = tests["n"] - sum(band["n_tests"] for band in tests["bands"])
    if left:
        out.append(("drive tests", f"{left:,} of {tests['n']:,} fit no carrier in range by band, operator and place"))
    return out


def _claims(agreements: Sequence[JsonObject]) -> list[tuple[str, str]]:
    """Say how operators' own coverage and the prediction agree, by people."""
    lines = []
    for one in agreements:
        whose = f"{one['operator']} {one['technology']} {one['level']}, {one['source'] or 'source not stated'}"
        whose += f" ({one['date']})" if one["date"] else ""
        words = f"{whose}: {one['claimed_people_share']:.1%} of the people claimed"
        matrix = one.get("people")
        if matrix is None:
            words += f"; {one['why_not']}"
        else:
            predicted = matrix["both_share"] + matrix["predicted_only_share"]
            words += f", {predicted:.1%} predicted; {matrix['both_share'] + matrix['neither_share']:.1%} agree, "
            words += f"{matrix['claimed_only_share']:.1%} claimed only, {matrix['predicted_only_share']:.1%} predicted "
            words += f"only; {one['places_contested']:,} places contested"
        lines.append(("coverage claims", words))
    return lines


def _cut_lines(cut: JsonObject | None) -> list[tuple[str, str]]:
    """Say that more lines are published than homes can have, as the page does."""
    from allreach.report.map_page.page import locale

    if cut is None:
        return []
    numbers = {"lines": f"{cut['subscriptions']:,}", "homes": f"{cut['homes']:,}", "share": f"{cut['most_share']:.1%}"}
    return [("fixed lines", locale("en")[f"lines_cut_{cut['most']}"].format(**numbers))]


def _orderable(known: JsonObject) -> str:
    """Say who can order the standard, or that nobody knows and what would tell it, as the page does."""
    from allreach.report.map_page.page import locale

    words = locale("en")
    if known["share"] is None:
        return words["orderable_unknown"]
    return words["orderable_known"].format(share=f"{known['share']:.1%}", known=f"{known['known_people_share']:.1%}")


def _hangs_on(measured: JsonObject) -> list[tuple[str, str]]:
    """Say what decides who is reached today and is not known, or does not count."""
    lines = []
    assumed, of_all = measured["assumed_sites"], f"of {measured['n_sites']:,}"
    told = [f"{name} of {assumed[name]:,}" for name in ("spectrum", "technologies", "power") if assumed[name]]
    if assumed["spectrum"] or assumed["technologies"]:
        lines.append(("assumed, not known", f"{', '.join(told)} ({of_all} sites): the share reached hangs on it"))
    why_not = measured["lines"].get("why_not_reached")
    if why_not:
        passed = measured["lines"]["passed_share"]
        lines.append(("fixed lines", f"pass {passed:.1%} and do not count as reached: a line {why_not}"))
    return lines

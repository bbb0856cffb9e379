"""The ladder: who has each speed today, and what it costs to give it to everybody.

Each rung is a scenario of its own (``results/rung_30``), planned and verified as any other. They are planned from the
highest down, each search beginning with the plan of the rung above: a network that gives 100 Mbit/s gives 30 too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import pandas as pd

from allreach.errors import Fault, InfeasibleError, InputError
from allreach.io.atomic import write_json, write_text
from allreach.io.scenario_file import overlay_file
from allreach.params.official import MET_SHARE, SPEEDS_MBPS
from allreach.report.documents.ladder_chart import ladder_svg
from allreach.workflows.run import run
from allreach.workflows.scenarios import BASE, own_name
from allreach.workflows.study_arguments import plain_number
from allreach.workflows.study_inputs import StudyInputs, read_inputs

MOST_RUNGS = 12


class Rung(TypedDict):
    """A rung of the ladder."""

    dl_mbps: float
    """Speed for every household. [Mbit/s]"""
    scenario: str
    """Where its plan is; empty where it is met or no plan meets it."""
    reached_today_share: float
    """Share of the people who get it today as measured, sectors filled."""
    is_met: bool
    """Whether nobody is left to be reached."""
    reached_share: float | None
    """Share who get it in the planned network as measured."""
    pv_usd: float | None
    """Present value of the cheapest plan found that gives it: its own, or that of a higher rung. [USD]"""
    lower_bound_usd: float | None
    """No plan is cheaper. [USD]"""
    capex_usd: float | None
    """First cost of that plan. [USD]"""
    plan_of: str
    """Scenario whose plan it is."""
    why_none: str
    """Why there is no plan."""


@dataclass(frozen=True)
class Ladder:
    """The rungs, lowest first, and where they are written.

    Parameters
    ----------
    rungs
        One a speed.
    first_unmet
        Lowest rung that is not met; none where all are.
    folder
        ``ladder.csv``, ``ladder.json`` and ``ladder.svg``.
    """

    rungs: tuple[Rung, ...]
    first_unmet: Rung | None
    folder: Path


def ladder(
    study: StudyInputs, speeds_mbps: Sequence[float] = SPEEDS_MBPS, *, time_limit_s: float | None = None
) -> Ladder:
    """Measure and plan every rung.

    Parameters
    ----------
    study
        Country folder; what is set in it holds for every rung but the speed.
    speeds_mbps
        Speeds for every household. [Mbit/s]
    time_limit_s
        Wall time of one search for a plan; none for fixed work, which is repeatable. [s]

    Raises
    ------
    InputError
        If a speed is impossible, or the study has speed tiers of its own.
    """
    speeds = _speeds(study, speeds_mbps)
    found: dict[float, Rung] = {}
    above = BASE
    for speed in reversed(speeds):
        found[speed] = rung = _rung(study, speed, above, time_limit_s)
        above = rung["scenario"] or above
    rungs = _cheapest([found[speed] for speed in speeds])
    first = next((rung for rung in rungs if not rung["is_met"]), None)
    folder = study.folder / "_".join(["ladder", *_other_options(study)])
    frame = pd.DataFrame(rungs)
    write_text(folder / "ladder.csv", frame.to_csv(index=False, lineterminator="\n"))
    write_json(folder / "ladder.json", {"rungs": list(rungs), "first_unmet": first and first["dl_mbps"]})
    write_text(folder / "ladder.svg", ladder_svg([dict(rung) for rung in rungs], study.country.config.name))
    return Ladder(rungs, first, folder)


def scenario_of(study: StudyInputs, speed_mbps: float) -> str:
    """Name of a rung's scenario; with other options than the base's it says so, and replaces no rung of theirs."""
    return "_".join([f"rung_{speed_mbps:g}", *_other_options(study)])


def _other_options(study: StudyInputs) -> list[str]:
    """Name the overlay and the options that a study lays over the base, as far as there are any."""
    overlay = [] if _overlay(study) == BASE else [_overlay(study)]
    return overlay + ([own_name(study.sets)] if study.sets else [])


def _overlay(study: StudyInputs) -> str:
    return study.overlay if overlay_file(study.folder, study.overlay).is_file() else BASE


def _speeds(study: StudyInputs, speeds_mbps: Sequence[float]) -> list[float]:
    speeds = sorted({plain_number("speeds_mbps", speed, "Mbit/s") for speed in speeds_mbps})
    faults = [
        Fault("ladder", f"{speed:g} Mbit/s is no speed of a rung", "more than 0, at most 10,000 Mbit/s")
        for speed in speeds
        if not 0.0 < speed <= 10_000.0
    ]
    if not 1 <= len(speeds) <= MOST_RUNGS:
        faults.append(Fault("ladder", f"{len(speeds)} rungs", f"1 to {MOST_RUNGS} different speeds"))
    if study.config.service_standard.tiers:
        mend = "Take the tiers out of the standard, or plan them with allreach run"
        faults.append(Fault("service_standard.tiers", "are speeds for part of the people", "none in a ladder", mend))
    if faults:
        raise InputError(faults)
    return speeds


def _rung(study: StudyInputs, speed_mbps: float, above: str, time_limit_s: float | None) -> Rung:
    name = scenario_of(study, speed_mbps)
    laid = read_inputs(
        study.folder,
        scenario=name,
        sets=(*study.sets, f"service_standard.dl_mbps={speed_mbps!r}"),
        seed=study.seed,
        workers=study.n_threads,
        device=study.device,
        progress=study.progress,
        say=study.say,
        overlay=_overlay(study),
    )
    today = run(laid, until="measure").measured
    share = float(today["predicted_share"]["value"])
    rung = Rung(
        dl_mbps=speed_mbps,
        scenario="",
        reached_today_share=share,
        is_met=share >= MET_SHARE,
        reached_share=None,
        pv_usd=None,
        lower_bound_usd=None,
        capex_usd=None,
        plan_of="",
        why_none="",
    )
    if rung["is_met"]:
        return rung
    is_there = (study.folder / "results" / above / "plan" / "summary.json").is_file()
    try:
        plan = run(laid, time_limit_s=time_limit_s, start_from=above if is_there else "none").plan
    except InfeasibleError as error:
        return Rung(**{**rung, "why_none": str(error)})
    assert plan is not None
    return Rung(
        **{
            **rung,
            "scenario": name,
            "reached_share": plan["reached_share"],
            "pv_usd": plan["pv_usd"],
            "lower_bound_usd": plan["lower_bound_usd"],
            "capex_usd": plan["capex_usd"],
            "plan_of": name,
        }
    )


def _cheapest(rungs: list[Rung]) -> tuple[Rung, ...]:
    """Let each rung take the plan of a higher one that is cheaper and reaches no fewer people.

    What is cheapest for a lower rung costs no more than what gives more, and a higher rung costs at least what no plan
    of a lower one can undercut.
    """
    out = [Rung(**rung) for rung in rungs]
    for i in range(len(out) - 2, -1, -1):
        mine, higher = out[i], out[i + 1]
        if mine["pv_usd"] is None or higher["pv_usd"] is None:
            continue
        reaches = (higher["reached_share"] or 0.0) >= (mine["reached_share"] or 0.0)
        if reaches and higher["pv_usd"] < mine["pv_usd"]:
            for name in ("pv_usd", "capex_usd", "plan_of", "reached_share"):
                mine[name] = higher[name]
    return tuple(out)

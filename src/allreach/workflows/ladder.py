"""The ladder: who has each rung today, and what it costs to give it to everybody.

The headline is planned by the run itself. All other rungs that are not met are planned after it, quickly or in full,
from the highest of a kind down: each search begins with the plan of the rung above, which gives the lower one too.
Each rung is recorded as it is done, so that a ladder that was stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import geopandas as gpd
import pandas as pd

from allreach.errors import Fault, InfeasibleError, InputError
from allreach.io import stages
from allreach.io.atomic import write_json, write_text
from allreach.io.ladder_file import LADDER_FILE, Ladder, ladder_of, ladder_table
from allreach.io.ladder_file import Rung as Told
from allreach.io.results_folder import read_json, read_start
from allreach.io.vector import write_frame
from allreach.json_object import JsonObject
from allreach.params.money import SKETCH_DIGITS
from allreach.params.rungs import SPEED_MAX_MBPS, Rung, RungKind, home_rung, in_order
from allreach.params.service_rules import why_no_mast
from allreach.planning.quick_plan import works
from allreach.reason import NO_REASON, Reason
from allreach.report.documents.ladder_chart import ladder_svg
from allreach.workflows.headline import Ground, asked_of, headline_of, rungs_of
from allreach.workflows.run_record import Job, rung_basis
from allreach.workflows.rung_plans import Effort, RungPlan, RungPlanner, highest, why_no_plan, why_none
from allreach.workflows.study_arguments import plain_number
from allreach.workflows.study_inputs import StudyInputs

LadderEffort = Literal["quick", "full", "none"]
STAGE = "ladder"
KINDS = (RungKind.HOME, RungKind.MOBILE, RungKind.ROAD)
"""Kinds of rungs, in the order in which they are planned."""
RUNGS_MOST = 40
ADOPTED = (
    "pv_usd",
    "capex_usd",
    "opex_usd_per_year",
    "works",
    "plan_of",
    "reached_share",
    "planned_share",
    "upgrades_alone",
)
"""What a rung takes from a cheaper plan that gives it."""
GIVES_NOBODY = Reason("reason_gives_nobody", "nothing on offer gives it to anyone who lacks it")
COSTS = ("pv_usd", "lower_bound_usd", "capex_usd", "opex_usd_per_year", "works")
SHARE_EPS = 1e-9
NOT_YET = Reason("reason_not_yet", "not planned yet: the run was stopped; run the same command again to go on")


@dataclass(frozen=True)
class Choice:
    """Which rungs a ladder plans.

    Parameters
    ----------
    speeds_mbps
        Speeds at home, each a rung, beside those that every country has. [Mbit/s]
    rungs
        Identifiers of rungs. Only these and those of `speeds_mbps` are planned; all where neither is given.
    """

    speeds_mbps: tuple[float, ...] = ()
    rungs: tuple[str, ...] = ()


EVERY_RUNG = Choice()


@dataclass(frozen=True)
class LadderResult:
    """The ladder of a scenario.

    Parameters
    ----------
    table
        One row a rung, in the order in which they are climbed (`ladder.csv`).
    found
        The same, as in ``ladder.json``.
    folder
        ``ladder.csv``, ``ladder.json``, ``ladder.svg``, and ``plans`` with the plan of each rung.
    """

    table: pd.DataFrame
    found: Ladder
    folder: Path

    @property
    def first_unmet(self) -> Told | None:
        """Lowest rung that is not met; none where all are."""
        return next((rung for rung in self.found.rungs if rung.rung == self.found.first_unmet), None)


def read_ladder_result(results: Path) -> LadderResult:
    """Read the ladder of a scenario."""
    path = results / LADDER_FILE
    found = ladder_of(read_json(path), str(path))
    return LadderResult(ladder_table(found), found, path.parent)


class Helper(Protocol):
    """Another process that plans rungs of the same study, one kind after the other (`workflows.ladder_beside`)."""

    def takes(self, kind: RungKind) -> bool:
        """Whether a kind is still nobody's; then it is the caller's."""

    def wait(self) -> None:
        """Wait until it has ended."""


def climb(
    job: Job, ground: Ground, effort: Effort, choice: Choice = EVERY_RUNG, *, helper: Helper | None = None
) -> bool:
    """Plan the rungs that are not met, and write the ladder; says whether there was anything to do.

    Parameters
    ----------
    job
        The run, whose headline is planned.
    ground
        What all rungs share.
    effort
        How hard rungs are searched for; a finished plan of full effort serves for ``quick``.
    choice
        Which rungs.
    helper
        Who plans rungs of the same study meanwhile: what it has taken is waited for.

    Raises
    ------
    InputError
        If a rung is not known, a speed is impossible, or the country's strategy file has faults.
    """
    study = job.study
    rungs, wanted = chosen_rungs(study, choice)
    keys = [ladder_key(job, one, rungs, wanted) for one in ("quick", "full")]
    if any(stages.is_finished(study.results, STAGE, key) for key in keys[0 if effort == "quick" else 1 :]):
        return False
    with job.timed("ladder"):
        climber = _Climber(job, ground, effort, rungs, wanted)
        if helper is not None:
            climber.climb(KINDS[::-1], helper.takes)
            helper.wait()
        climber.climb()
        stages.finish(study.results, STAGE, keys[effort == "full"], climber.write())
    return True


def plan_ahead(job: Job, ground: Ground, choice: Choice, takes: Callable[[RungKind], bool]) -> None:
    """Plan rungs quickly before the headline has a plan, each recorded as it is done; the ladder is not written.

    Parameters
    ----------
    job, ground, choice
        As in `climb`.
    takes
        Says whether a kind of rungs is the caller's.
    """
    rungs, wanted = chosen_rungs(job.study, choice)
    _Climber(job, ground, "quick", rungs, wanted, is_ahead=True).climb(takes=takes)


def has_ladder(study: StudyInputs) -> bool:
    """Whether a study can have a ladder: a budget buys what it buys, whatever a rung costs."""
    if study.params.planning.budget_usd is None:
        return True
    study.say("a plan within a budget has no ladder: what each rung costs is said without --budget")
    return False


def ladder_key(job: Job, effort: Effort, rungs: Sequence[Rung], wanted: frozenset[str]) -> str:
    """Key of everything that a ladder depends on."""
    return stages.fingerprint(
        {
            "plan": job.record.keys["plan"],
            "rungs": [rung.model_dump(mode="json") for rung in rungs],
            "wanted": sorted(wanted),
            "effort": effort,
            "time_limit_s": job.time_limit_s,
        }
    )


def chosen_rungs(study: StudyInputs, choice: Choice) -> tuple[tuple[Rung, ...], frozenset[str]]:
    """Return the rungs of a ladder in their order, and the identifiers of those that are to be planned."""
    faults = []
    speeds = sorted({plain_number("speeds_mbps", speed, "Mbit/s") for speed in choice.speeds_mbps})
    for speed in speeds:
        if not 0.0 < speed <= SPEED_MAX_MBPS:
            expected = f"more than 0, at most {SPEED_MAX_MBPS:,g} Mbit/s"
            faults.append(Fault("--speed", f"{speed:g} Mbit/s is no speed of a rung", expected))
    more = [] if faults else [home_rung(speed) for speed in speeds]
    rungs = in_order(rungs_of(study), more)
    known = [rung.id for rung in rungs]
    for name in choice.rungs:
        if name not in known:
            faults.append(Fault(f"--rung {name}", "is no rung of this country", f"one of: {', '.join(known)}"))
    if len(rungs) > RUNGS_MOST:
        faults.append(Fault("ladder", f"{len(rungs)} rungs", f"at most {RUNGS_MOST}", "Ask for fewer speeds"))
    if faults:
        raise InputError(faults)
    wanted = frozenset({*choice.rungs, *(rung.id for rung in more)})
    return rungs, wanted or frozenset(known)


class _Climber:
    """Plans the rungs one after the other and writes down what is done."""

    def __init__(
        self,
        job: Job,
        ground: Ground,
        effort: Effort,
        rungs: tuple[Rung, ...],
        wanted: frozenset[str],
        *,
        is_ahead: bool = False,
    ) -> None:
        self.is_ahead = is_ahead
        self.job, self.ground, self.effort, self.rungs, self.wanted = job, ground, effort, rungs, wanted
        self.study = study = job.study
        self.headline = headline_of(study)
        self.folder = study.results / LADDER_FILE.parent
        self.own = frozenset(rung.id for rung in rungs_of(study))
        self.demand = study.params.demand
        people_rungs = [rung for rung in rungs if rung.kind is not RungKind.ROAD]
        asked = asked_of(study)
        self.today = {
            rung.id: ground.standing.people_share(
                study.config.service_standard if rung.id == self.headline.id else rung.standard(asked, self.demand)
            )
            for rung in people_rungs
        }
        self.unmet = tuple(r for r in people_rungs if self.today[r.id] < r.met_from and r.id != self.headline.id)
        self.planner = RungPlanner(study, ground, self.unmet, job.time_limit_s)
        self.plans: dict[str, JsonObject] = {}
        self.measured = read_json(study.results / "measure" / "summary.json")

    def climb(self, kinds: Sequence[RungKind] = KINDS, takes: Callable[[RungKind], bool] | None = None) -> None:
        """Plan kind after kind, each from its highest rung down."""
        for kind in kinds:
            if takes is not None and not takes(kind):
                continue
            if kind is RungKind.ROAD:
                mine = [rung for rung in self.rungs if rung.kind is kind]
            else:
                mine = [rung for rung in self.unmet if rung.kind is kind]
            while mine:
                rung = highest(mine, kind)
                mine.remove(rung)
                self._plan(rung)

    def _plan(self, rung: Rung) -> None:
        """Take the plan of a rung that is there, or make it."""
        above = self._above(rung)
        start = stages.digests(
            self.study.results, str(self._folder_of(above).relative_to(self.study.results) / "start")
        )
        keys: dict[Effort, str] = {one: self._key(rung, one, start if above else {}) for one in ("full", "quick")}
        is_wanted = rung.id in self.wanted
        accepted: tuple[Effort, ...] = ("full",) if self.effort == "full" and is_wanted else ("full", "quick")
        for one in accepted:
            if stages.is_finished(self.study.results, f"{STAGE}_{rung.id}", keys[one]):
                self.plans[rung.id] = read_json(self._folder_of(rung.id) / "summary.json")
                return
        if not is_wanted:
            self.plans[rung.id] = {"effort": self.effort}  # known, and not planned
            return
        found = self._search(rung, read_start(self._folder_of(above)) if above else None)
        if found is None:  # no roads that count
            return
        if found.figures.get("pv_usd") == 0.0 and self._is_left_as_it_is(rung, found):
            found = RungPlan({**found.figures, **dict.fromkeys(COSTS), **why_none(GIVES_NOBODY)}, {}, {})
        if self.effort == "full" and stages.is_finished(self.study.results, f"{STAGE}_{rung.id}", keys["quick"]):
            quick = read_json(self._folder_of(rung.id) / "summary.json")
            if _is_cheaper(quick, found.figures):  # other spots were on offer: its plan stays
                self._keep(rung, {**quick, "effort": "full"}, keys["full"])
                return
        self._file(rung, found, keys[self.effort])
        self.write()

    def _is_left_as_it_is(self, rung: Rung, found: RungPlan) -> bool:
        """Whether a plan gives an unmet rung to nobody who lacks it."""
        today = found.figures["reached_today_share"] if rung.kind is RungKind.ROAD else self.today[rung.id]
        return bool(today < rung.met_from and _reach(found.figures) <= today + SHARE_EPS)

    def _keep(self, rung: Rung, summary: JsonObject, key: str) -> None:
        """Record a plan that is there as one of full effort."""
        folder = self._folder_of(rung.id)
        self.plans[rung.id] = summary
        write_json(folder / "summary.json", summary)
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        stages.finish(self.study.results, f"{STAGE}_{rung.id}", key, files)
        self.write()

    def _search(self, rung: Rung, start: dict[str, pd.DataFrame] | None) -> RungPlan | None:
        try:
            if rung.kind is RungKind.ROAD:
                return self.planner.roads(rung, self.effort)
            if self.effort == "quick":
                return self.planner.quick(rung, start)
            return self.planner.full(rung, start, self.job)
        except InfeasibleError as error:
            return why_no_plan(error)

    def _file(self, rung: Rung, found: RungPlan, key: str) -> None:
        """Write a rung's plan and record it as done."""
        folder = self._folder_of(rung.id)
        self.plans[rung.id] = summary = {**found.figures, "effort": self.effort}
        stages.discard_folder(folder)
        files = [folder / "summary.json"]
        for name, frame in found.tables.items():
            if name == "bill_of_materials" or not isinstance(frame, gpd.GeoDataFrame):
                files.append(folder / f"{name}.csv")
                write_text(files[-1], frame.to_csv(index=False, lineterminator="\n"))
            else:
                files.append(folder / f"{name}.parquet")
                write_frame(files[-1], frame)
        for name, frame in found.start.items():
            files.append(folder / "start" / f"{name}.parquet")
            write_frame(files[-1], frame)
        write_json(folder / "summary.json", summary)
        stages.finish(self.study.results, f"{STAGE}_{rung.id}", key, files)

    def _folder_of(self, rung_id: str) -> Path:
        return self.folder / "plans" / rung_id

    def _above(self, rung: Rung) -> str:
        """Rung planned before that gives this one too, the nearest; empty for none."""
        mine = [r for r in self.unmet if r.id in self.plans and r.gives(rung)]
        if rung.id in self.own:  # a speed that is asked for besides changes no plan of these
            mine = [r for r in mine if r.id in self.own]
        mine = [r for r in mine if self.plans[r.id].get("pv_usd") is not None]
        return min(mine, key=lambda r: (self.plans[r.id]["pv_usd"], r.id)).id if mine else ""

    def _key(self, rung: Rung, effort: Effort, start: JsonObject) -> str:
        laid = self.study.under(asked_of(self.study)) if rung.kind is RungKind.ROAD else self.planner.under(rung)
        basis = {**rung_basis(laid), "rung": rung.id, "effort": effort, "time_limit_s": self.job.time_limit_s}
        if effort == "quick" and rung.kind is not RungKind.ROAD:
            basis["shared"] = self.planner.under(highest(self.unmet, rung.kind)).config.model_dump(mode="json")
        return stages.fingerprint({**basis, "start": start})

    def _headline(self) -> JsonObject:
        """Figures of the run's own plan."""
        folder = self.study.results / "plan"
        told = read_json(folder / "summary.json")
        sites, links = (pd.read_parquet(folder / f"{name}.parquet") for name in ("sites", "links"))
        names = ("planned_share", "reached_share", "pv_usd", "lower_bound_usd", "capex_usd", "opex_usd_per_year")
        return {**{name: told[name] for name in names}, "works": works(sites, links), "effort": "headline"}

    def write(self) -> list[Path]:
        """Write what is known so far; returns the files: none where the headline has no plan yet."""
        if self.is_ahead:
            return []
        self.plans[self.headline.id] = self._headline()
        rungs = cheapest([row for row in map(self._row, self.rungs) if row is not None], self.rungs)
        unmet = next((row["rung"] for row in rungs if not row["is_met"]), None)
        told = {
            "rungs": rungs,
            "headline": self.headline.id,
            "first_unmet": unmet,
            "price_base_year": self.study.params.costs.price_base_year,
            "currency": self.study.config.currency.model_dump(mode="json"),
        }
        path = self.study.results / LADDER_FILE
        found = ladder_of(told, str(path))
        files = [path, path.with_suffix(".csv"), path.with_suffix(".svg")]
        write_json(path, told)
        write_text(files[1], ladder_table(found).to_csv(index=False, lineterminator="\n"))
        titles = {rung.id: rung.title for rung in self.rungs}
        digits = SKETCH_DIGITS if self.study.config.sketch else None
        write_text(files[2], ladder_svg(found, titles, self.study.config.name, digits=digits))
        return files

    def _roads_today(self) -> JsonObject:
        """Return what the measurement says of roads, for where they are not planned."""
        roads, study = self.measured.get("roads"), self.study
        if not roads:
            return {}
        late = why_no_mast(asked_of(study), study.params.planning)
        return {"total": roads["road_km"], "reached_today_share": 0.0 if late else roads["outdoor_4g_share"]}

    def _row(self, rung: Rung) -> JsonObject | None:
        """Everything that ``ladder.json`` says of a rung; none of roads where there are none that count."""
        plan = self.plans.get(rung.id, {})
        is_road = rung.kind is RungKind.ROAD
        roads = {**self._roads_today(), **plan} if is_road else {}
        if is_road and "total" not in roads:
            return None
        total = roads["total"] if is_road else self.measured["population"]
        today = roads["reached_today_share"] if is_road else self.today[rung.id]
        is_met = today >= rung.met_from
        why = {**why_none(NO_REASON), **(plan or why_none(NOT_YET))} if not is_met else why_none(NO_REASON)
        return {
            "rung": rung.id,
            "kind": str(rung.kind),
            "title_key": rung.title_key,
            "dl_mbps": rung.dl_mbps,
            "named": [named.model_dump(mode="json") for named in rung.named],
            "unit": "road_km" if is_road else "people",
            "total": total,
            "reached_today_share": _share(today),
            "is_met": is_met,
            "reached_share": _share(plan.get("reached_share")),
            "planned_share": _share(plan.get("planned_share")),
            "pv_usd": plan.get("pv_usd"),
            "lower_bound_usd": plan.get("lower_bound_usd"),
            "capex_usd": plan.get("capex_usd"),
            "opex_usd_per_year": plan.get("opex_usd_per_year"),
            "works": plan.get("works"),
            "upgrades_alone": plan.get("upgrades_alone"),
            "effort": plan.get("effort", self.effort),
            "plan_of": "" if plan.get("pv_usd") is None else rung.id,
            "why_none": why["why_none"],
            "why_none_key": why["why_none_key"],
        }


def _share(value: float | None) -> float | None:
    """Return a share that sums may have rounded to a little above 1."""
    return None if value is None else min(value, 1.0)


def cheapest(rows: Sequence[JsonObject], rungs: Sequence[Rung]) -> list[JsonObject]:
    """Let each rung take the plan of another that gives it too, costs less and reaches no fewer people.

    So a higher rung never costs less where it reaches as many. The bound of a rung holds for the plans of its own
    problem; where the plan taken undercuts it, nothing is proven of the rung.
    """
    by_id = {rung.id: rung for rung in rungs}
    out = []
    for row in rows:
        mine = dict(row)
        for other in rows:
            if other is row or other["pv_usd"] is None or mine["pv_usd"] is None or other["pv_usd"] >= mine["pv_usd"]:
                continue
            if by_id[other["rung"]].gives(by_id[row["rung"]]) and _reach(other) >= _reach(row):
                mine |= {name: other[name] for name in ADOPTED}
        pv, low, today = mine["pv_usd"], mine["lower_bound_usd"], mine["reached_today_share"]
        if pv is not None and low is not None and low > pv:
            mine["lower_bound_usd"] = low = None
        mine["gap"] = None if pv is None or low is None else (pv - low) / pv if pv > 0 else 0.0
        added = None if pv is None else max(_reach(mine) - today, 0.0) * mine["total"]
        mine["newly_reached"] = added if added is None or mine["unit"] == "road_km" else round(added)
        out.append(mine)
    return out


def _is_cheaper(plan: JsonObject, other: JsonObject) -> bool:
    """Whether a plan costs less than another and reaches no fewer."""
    mine, theirs = plan.get("pv_usd"), other.get("pv_usd")
    return mine is not None and theirs is not None and mine < theirs and _reach(plan) >= _reach(other)


def _reach(row: Any) -> float:
    """Share that a plan reaches: as measured, or as planned where it was not."""
    return float(row["planned_share"] if row["reached_share"] is None else row["reached_share"])


__all__ = ["Choice", "Helper", "LadderEffort", "LadderResult", "cheapest", "climb", "plan_ahead", "read_ladder_result"]

"""allreach beside two published ways to plan, on the same instances with the same accounting and measurement.

    python benchmarks/comparators/compare_planners.py DIR [DIR ...] [--json FILE] [--rounds N] ...

DIR are country folders (``allreach country sketch RWA --pixel 500``). Each is measured and made a planning problem
once, as a run does it; each planner answers it; cost is `problem.solution_pv_usd` for all, feasibility
`problem.faults`. The comparators know no capacities, so what they overload is repaired (`standalone.repaired`).
``reach`` is the share of people whom the plan serves, those included that are served without any decision.
``verified`` is the share whom the measured network of the plan reaches (`verified.measured_network`): every plan is
measured once, in the same way. Where a repaired plan of a comparator reaches more people than allreach's, allreach
plans again with a greater margin for neighbours, at most so many rounds as a run may take, until it reaches as many: so
costs can be compared at the same verified reach. A folder with a finished run gives its plan instead of a search.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from point_by_point import plan_point_by_point
from settlement_by_settlement import plan_settlement_by_settlement
from standalone import overloads, repaired
from verified import Case, case_of, finished_plan, measured_network

from allreach.planning.model.problem import Problem, Solution, faults, solution_pv_usd, unserved_people
from allreach.planning.optimise import optimise
from allreach.vocabulary import Technology

PEERS: dict[str, Callable[[Problem], Solution]] = {
    "point by point": plan_point_by_point,
    "settlement by settlement": plan_settlement_by_settlement,
}
SAME_SHARE = 5e-5  # of the people; shares are told to this


def row(
    name: str, case: Case, plan: Solution, seconds: float, scratch: Path, *, is_measured: bool = True
) -> dict[str, Any]:
    """Key figures of a plan, and of the network that it makes."""
    problem = case.assembly.problem
    left = unserved_people(problem, plan.households)
    technology = np.bincount(problem.option_technology, weights=plan.households, minlength=len(Technology))
    place = scratch / name.replace(" ", "_").replace(",", "")
    measured = measured_network(case, plan, place) if is_measured else {"reached_share": np.nan}
    pv_usd = solution_pv_usd(problem, plan)
    gained = (measured["reached_share"] - case.reached_today) * case.people
    return {
        "planner": name,
        "pv_usd": pv_usd,
        "reach": 1.0 - left / case.people,
        "left": left,
        "verified": measured["reached_share"],
        "verify": measured,
        "usd_per_verified_person": pv_usd / gained if gained > 0 else None,
        "faults": faults(problem, plan),
        "seconds": seconds,
        "households": {t: int(n) for t, n in zip(Technology, technology, strict=True) if n > 0},
    }


def compare(
    case: Case, folder: Path, scratch: Path, *, rounds: int | None, sets: Sequence[str], only_feasible: bool
) -> list[dict[str, Any]]:
    """Key figures of all planners on one instance."""
    problem = case.assembly.problem
    clock = time.process_time()
    made = finished_plan(case, folder)
    if made is None:
        best = optimise(problem, case.params.search)
        made = best.solution, best.bound.lower_bound_usd
    rows = [row("allreach", case, made[0], time.process_time() - clock, scratch)]
    rows[0]["bound_usd"] = made[1]
    for name, planner in PEERS.items():
        clock = time.process_time()
        raw = planner(problem)
        seconds = time.process_time() - clock
        clock = time.process_time()
        mended = repaired(problem, raw)
        more = time.process_time() - clock
        before = row(name, case, raw, seconds, scratch, is_measured=not only_feasible)
        before["overloads"] = overloads(problem, raw)
        rows += [before, row(f"{name}, repaired", case, mended, seconds + more, scratch)]
    rules = case.params.planning
    wanted = max(r["verified"] for r in rows if not r["faults"])
    for number in range(1, int(rules.verify_rounds.value) if rounds is None else rounds):
        if max(r["verified"] for r in rows if r["planner"].startswith("allreach")) >= wanted - SAME_SHARE:
            break
        more_db = number * rules.verify_margin_step_db.value
        careful = case_of(folder, more_db, sets)
        clock = time.process_time()
        found = optimise(careful.assembly.problem, case.params.search)
        seconds = time.process_time() - clock
        rows.append(row(f"allreach, margin {more_db:g} dB greater", careful, found.solution, seconds, scratch))
    return rows


def lines(name: str, case: Case, rows: list[dict[str, Any]]) -> list[str]:
    """Table of an instance in Markdown."""
    ours, problem = rows[0], case.assembly.problem
    out = [
        f"{name}: {len(np.unique(problem.part_place))} places, {problem.n_parts} parts, {problem.n_options} options, "
        f"{problem.n_arcs} arcs; bound {ours['bound_usd'] / 1e6:.2f} M; reached today {case.reached_today:.4f}",
        "| planner | cost (M USD) | against allreach | reach | verified | USD a person gained | "
        "overloaded sectors / cells / links | CPU (s) |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for r in rows:
        over, each = r.get("overloads"), r["usd_per_verified_person"]
        full = "none" if not r["faults"] else "feasible: no" if over is None else " / ".join(map(str, over.values()))
        more = r["pv_usd"] / ours["pv_usd"] - 1
        seen = "not measured" if np.isnan(r["verified"]) else f"{r['verified']:.4f}"
        out.append(
            f"| {r['planner']} | {r['pv_usd'] / 1e6:.2f} | {more:+.1%} | {r['reach']:.4f} | {seen} | "
            f"{'-' if each is None else f'{each:.2f}'} | {full} | {r['seconds']:.1f} |"
        )
    return out


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folders", type=Path, nargs="+")
    arguments.add_argument("--json", type=Path)
    arguments.add_argument("--scratch", type=Path, help="where the plan tables of all planners go")
    arguments.add_argument("--rounds", type=int, help="rounds of allreach with a greater margin, the first among them")
    arguments.add_argument("--set", action="append", default=[], help="parameter as on the command line of a run")
    arguments.add_argument("--only-feasible", action="store_true", help="measure no plan that overloads anything")
    asked = arguments.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as passing:
        for folder in asked.folders:
            case = case_of(folder, sets=asked.set)
            scratch = (asked.scratch or Path(passing)) / folder.name
            found[folder.name] = compare(
                case, folder, scratch, rounds=asked.rounds, sets=asked.set, only_feasible=asked.only_feasible
            )
            print("\n".join(lines(folder.name, case, found[folder.name])), flush=True)
            if asked.json:
                asked.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()

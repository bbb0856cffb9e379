"""allreach beside two published ways to plan, on the same instances with the same accounting.

    python benchmarks/comparators/compare_planners.py DIR [DIR ...] [--json FILE]

DIR are country folders (``allreach country sketch RWA --pixel 500``). Each is measured and made a planning problem
once; each planner answers it; cost is `problem.solution_pv_usd` for all, feasibility `problem.faults`. The comparators
know no capacities, so what they overload is repaired (`standalone.repaired`). ``reach`` is the share of people whom the
plan serves, those included that are served without any decision.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from point_by_point import plan_point_by_point
from settlement_by_settlement import plan_settlement_by_settlement
from standalone import overloads, repaired

from allreach.demand.points import demand_points
from allreach.params.planning import Planning
from allreach.pipeline import prepare
from allreach.planning.assemble import plan_inputs
from allreach.planning.build_problem import build_problem
from allreach.planning.optimise import optimise
from allreach.planning.problem import (
    TECHNOLOGIES,
    Problem,
    Solution,
    faults,
    solution_pv_usd,
    unserved_people,
)
from allreach.radio.measure import measure
from allreach.radio.reception import Environment
from allreach.terrain.terrain import terrain

PEERS: dict[str, Callable[[Problem], Solution]] = {
    "point by point": plan_point_by_point,
    "settlement by settlement": plan_settlement_by_settlement,
}


def instance(folder: Path) -> tuple[Problem, Planning, float]:
    """Problem of a country folder, the limits of work, and the people of the country."""
    country, params, _ = prepare(folder, "base", [])
    config = country.config
    ground = terrain(
        country.grid, country.terrain_m, country.clutter_class, country.zones, params.radio.clutter_heights_m()
    )
    environment = Environment(ground, params.radio, config.service_standard, config.delta_n, config.n0, 1)
    points = demand_points(
        country.table("places"), country.population, country.grid, params.demand, household_size=config.household_size
    )
    measured = measure(
        points, country.table("sites"), environment, params.demand, fibre=country.table("fibre"),
        commitments=country.table("commitments"), with_rasters=False,
    )  # fmt: skip
    inputs = plan_inputs(
        points, measured, environment, country.layers, config, params, clutter_class=country.clutter_class,
        population=country.population, margin_db=params.radio.planned_neighbour_margin_db.value,
    )  # fmt: skip
    return build_problem(inputs).problem, params.planning, float(inputs.people.sum())


def row(name: str, problem: Problem, plan: Solution, people: float, seconds: float) -> dict[str, Any]:
    """Key figures of a plan."""
    left = unserved_people(problem, plan.households)
    technology = np.bincount(problem.option_technology, weights=plan.households, minlength=len(TECHNOLOGIES))
    return {
        "planner": name,
        "pv_usd": solution_pv_usd(problem, plan),
        "reach": 1.0 - left / people,
        "left": left,
        "faults": faults(problem, plan),
        "seconds": seconds,
        "households": {t: int(n) for t, n in zip(TECHNOLOGIES, technology, strict=True) if n > 0},
    }


def compare(problem: Problem, planning: Planning, people: float) -> list[dict[str, Any]]:
    """Key figures of all planners on one instance."""
    clock = time.process_time()
    best = optimise(problem, planning)
    rows = [row("allreach", problem, best.solution, people, time.process_time() - clock)]
    rows[0]["bound_usd"] = best.bound.lower_bound_usd
    for name, planner in PEERS.items():
        clock = time.process_time()
        raw = planner(problem)
        seconds = time.process_time() - clock
        before = row(name, problem, raw, people, seconds)
        after = row(f"{name}, repaired", problem, repaired(problem, raw), people, time.process_time() - clock)
        before["overloads"] = overloads(problem, raw)
        rows += [before, after]
    return rows


def lines(name: str, problem: Problem, rows: list[dict[str, Any]]) -> list[str]:
    """Table of an instance in Markdown."""
    ours = rows[0]
    out = [
        f"{name}: {len(np.unique(problem.part_place))} places, {problem.n_parts} parts, {problem.n_options} options, "
        f"{problem.n_arcs} arcs; bound {ours['bound_usd'] / 1e6:.2f} M",
        "| planner | cost (M USD) | against allreach | reach | overloaded sectors / cells / links | CPU (s) |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for r in rows:
        over = r.get("overloads")
        full = "none" if not r["faults"] else "feasible: no" if over is None else " / ".join(map(str, over.values()))
        more = r["pv_usd"] / ours["pv_usd"] - 1
        out.append(
            f"| {r['planner']} | {r['pv_usd'] / 1e6:.2f} | {more:+.1%} | {r['reach']:.4f} | {full} | "
            f"{r['seconds']:.1f} |"
        )
    return out


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folders", type=Path, nargs="+")
    arguments.add_argument("--json", type=Path)
    asked = arguments.parse_args()
    found = {}
    for folder in asked.folders:
        problem, planning, people = instance(folder)
        found[folder.name] = compare(problem, planning, people)
        print("\n".join(lines(folder.name, problem, found[folder.name])), flush=True)
        if asked.json:
            asked.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()

"""Plans and bounds of drawn small countries against the exact optimum that SCIP proves.

    python benchmarks/exact_small_cases.py [--first 0] [--count 300] [--seconds 60] [-o FILE.jsonl]

Prints a table: cases proven, equal plans, the worst plan, the highest bound, and in how many optima sectors, hops and
satellites are full (no room for one household more) and cost money (with ten times the room on the same network the
optimum would be cheaper). Cases that SCIP does not prove within the time are counted apart and enter no share.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "planning"))
from exact_model import cost_if_feasible, solve_exactly
from small_cases import KINDS, DrawnCase, drawn_case

from allreach.params.load import load_params
from allreach.planning.model.problem import (
    Problem,
    Solution,
    arc_flow_mbps,
    faults,
    pool_limit,
    pool_use,
    solution_pv_usd,
    unserved_people,
)
from allreach.planning.optimise import optimise
from allreach.planning.search.integer_households import share_out

EQUAL = 1e-6
HOP = 2
FAMILIES = ("sectors", "hops", "satellites")


def full(problem: Problem, solution: Solution) -> dict[str, bool]:
    """Whether a sector, a hop or a satellite cell of a plan has no room for one household more."""
    room = pool_limit(problem, solution.is_open) - pool_use(problem, solution.households)
    least = np.full(problem.n_pools, np.inf)
    np.minimum.at(least, problem.use_pool, problem.use_amount)
    gains = np.isin(np.arange(problem.n_pools), problem.gain_pool)
    is_open = np.zeros(problem.n_pools, dtype=bool)
    is_open[problem.gain_pool[solution.is_open[problem.gain_facility]]] = True
    hops = solution.parent_arc[solution.parent_arc >= 0]
    hops = hops[np.isfinite(problem.arc_capacity_mbps[hops]) & (problem.arc_kind[hops] == HOP)]
    one_mbps = float(problem.option_mbps[problem.option_mbps > 0].min(initial=np.inf))
    spare = problem.arc_capacity_mbps[hops] - arc_flow_mbps(problem, solution)[hops]
    return {
        "sectors": bool((gains & is_open & (room < least - 1e-9)).any()),
        "hops": bool((spare < one_mbps - 1e-9).any()),
        "satellites": bool((~gains & (room < least - 1e-9)).any()),
    }


def roomier(problem: Problem, family: str, factor: float = 10.0) -> Problem:
    """Return the problem with ten times the room of one family."""
    gains = np.isin(np.arange(problem.n_pools), problem.gain_pool)
    if family == "sectors":
        return replace(problem, gain_amount=problem.gain_amount * factor)
    if family == "hops":
        wide = np.where(problem.arc_kind == HOP, factor, 1.0)
        return replace(problem, arc_capacity_mbps=problem.arc_capacity_mbps * wide)
    return replace(problem, pool_capacity=np.where(gains, 1.0, factor) * problem.pool_capacity)


def compare(case: DrawnCase, seconds: float) -> dict:
    """Plan, bound and exact optimum of a case."""
    problem = case.problem
    clock = time.process_time()
    best = optimise(problem, load_params().search)
    ours_s = time.process_time() - clock
    wrong = faults(problem, best.solution)
    theirs = cost_if_feasible(problem, best.solution)
    clock = time.process_time()
    exact = solve_exactly(problem, seconds=seconds, everybody=case.everybody, start=best.solution)
    exact_s = time.process_time() - clock
    optimum = exact.solution
    wrong += [f"optimum: {text}" for text in faults(problem, optimum)]
    account = solution_pv_usd(problem, optimum)
    if abs(account - exact.pv_usd) > 1e-5 * exact.pv_usd + 1.0:
        wrong.append(f"the optimum costs {exact.pv_usd} in SCIP's account, {account} in ours")
    tight = full(problem, optimum)
    costs = {}
    for family in FAMILIES:
        easier = roomier(problem, family)
        cheaper = share_out(easier, optimum)
        costs[family] = tight[family] and solution_pv_usd(easier, cheaper) < exact.pv_usd * (1 - EQUAL)
    return {
        "number": case.number,
        "kind": case.kind,
        "parts": problem.n_parts,
        "facilities": problem.n_facilities,
        "options": problem.n_options,
        "arcs": problem.n_arcs,
        "standing": int((problem.facility_group >= 0).sum() // 2),
        "ours_usd": best.pv_usd,
        "ours_left": unserved_people(problem, best.solution.households),
        "bound_usd": best.bound.lower_bound_usd,
        "exact_usd": exact.pv_usd,
        "exact_bound_usd": exact.bound_usd,
        "exact_left": exact.people_left,
        "proven": exact.is_proven,
        "accepted": theirs is not None and abs(theirs - best.pv_usd) < 1e-5 * best.pv_usd + 1.0,
        "faults": wrong,
        "full": tight,
        "costs": costs,
        "ours_s": ours_s,
        "exact_s": exact_s,
    }


def ratio(ours_usd: float, exact_usd: float) -> float:
    """Return one cost over another; where nothing needs to be bought, both plus a thousand dollars."""
    add = 1000.0 if exact_usd < 1.0 else 0.0
    return (ours_usd + add) / (exact_usd + add)


def table(rows: list[dict]) -> str:
    """Key figures, one line a kind and one for all."""
    lines = [
        f"{'kind':16}{'cases':>7}{'proven':>8}{'equal':>7}{'share':>8}{'worst':>9}{'>1 %':>6}{'bound/opt max':>15}"
        f"{'mean gap':>10}{'ours s':>8}{'SCIP s':>8}"
    ]
    for kind in (*KINDS, "all"):
        mine = [r for r in rows if kind in (r["kind"], "all")]
        proven = [r for r in mine if r["proven"]]
        if not proven:
            continue
        cost = np.array([ratio(r["ours_usd"], r["exact_usd"]) for r in proven])
        same_left = np.array([abs(r["ours_left"] - r["exact_left"]) < 1e-6 for r in proven])
        equal = (np.abs(cost - 1.0) < EQUAL) & same_left
        bound = np.array([ratio(r["bound_usd"], r["exact_usd"]) for r in proven])
        worst = float(cost[same_left].max()) - 1.0
        lines.append(
            f"{kind:16}{len(mine):7d}{len(proven):8d}{int(equal.sum()):7d}{equal.mean():8.1%}{worst:9.3%}"
            f"{int(((cost > 1.01) | ~same_left).sum()):6d}{bound.max():15.6f}{1 - bound.mean():10.1%}"
            f"{np.mean([r['ours_s'] for r in mine]):8.1f}{np.mean([r['exact_s'] for r in mine]):8.1f}"
        )
    proven = [r for r in rows if r["proven"]]
    for what in ("full", "costs"):
        name = "optimum full" if what == "full" else "room would save"
        lines.append(f"{name}: " + ", ".join(f"{f} {sum(r[what][f] for r in proven)}" for f in FAMILIES))
    lines.append(f"plans that SCIP takes for feasible at our cost: {sum(r['accepted'] for r in rows)} of {len(rows)}")
    lines.append(f"faults: {sum(bool(r['faults']) for r in rows)}")
    lines.append(f"bounds above the optimum: {sum(r['bound_usd'] > r['exact_usd'] * (1 + 1e-9) for r in proven)}")
    missed = [(r["number"], ratio(r["ours_usd"], r["exact_usd"]) - 1) for r in proven]
    missed = [m for m in missed if abs(m[1]) >= EQUAL]
    lines.append("missed: " + ", ".join(f"{n} ({share:.3%})" for n, share in missed))
    return "\n".join(lines)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--first", type=int, default=0)
    arguments.add_argument("--count", type=int, default=300)
    arguments.add_argument("--step", type=int, default=1)
    arguments.add_argument("--seconds", type=float, default=60.0)
    arguments.add_argument("-o", "--out", type=Path)
    arguments.add_argument("--table", type=Path, nargs="*", help="only print the table of these files")
    asked = arguments.parse_args()
    rows: list[dict] = []
    if asked.table:
        for path in asked.table:
            rows += [json.loads(line) for line in path.read_text().splitlines()]
        print(table(sorted(rows, key=lambda r: r["number"])))
        return
    for number in range(asked.first, asked.count, asked.step):
        rows.append(compare(drawn_case(number), asked.seconds))
        r = rows[-1]
        print(f"{number} {r['kind']} {ratio(r['ours_usd'], r['exact_usd']):.6f} proven {r['proven']}", file=sys.stderr)
        if asked.out:
            with asked.out.open("a") as file:
                file.write(json.dumps(r) + "\n")
    print(table(rows))


if __name__ == "__main__":
    main()

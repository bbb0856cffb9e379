"""Plans and bounds of drawn small countries within budgets, against the exact optimum that SCIP proves.

    python benchmarks/exact_small_budgets.py [--first 0] [--count 40] [--seconds 60] [-o FILE.jsonl]

Budgets are 10, 30, 60 and 90 % of the cost of the plan for everybody. Prints, for each share and for all: how many
people fewer than the optimum the plan reaches, how many more the bound allows, and the gap between the two.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "planning"))
from exact_budget import most_people
from small_cases import DrawnCase, drawn_case

from allreach.params.load import load_params
from allreach.planning.model.problem import faults, solution_pv_usd
from allreach.planning.variants.budget_bound import prove
from allreach.planning.variants.budget_mip import people_reached
from allreach.planning.variants.budget_plans import Family

SHARES = (0.1, 0.3, 0.6, 0.9)
SAME = 1e-3  # people; two figures this near are the same


def compare(case: DrawnCase, seconds: float) -> list[dict]:
    """Plans, bounds and optima of a case, one row a budget."""
    problem = case.problem
    clock = time.process_time()
    family = Family(problem, load_params().search)
    whole_s = time.process_time() - clock
    rows = []
    for share in SHARES:
        budget_usd = share * family.whole.pv_usd
        clock = time.process_time()
        solution = family.within(budget_usd)
        plan_s = time.process_time() - clock
        clock = time.process_time()
        found = prove(family, budget_usd, solution)
        bound_s = time.process_time() - clock
        clock = time.process_time()
        exact = most_people(problem, budget_usd, seconds=seconds)
        rows.append(
            {
                "number": case.number,
                "kind": case.kind,
                "share": share,
                "parts": problem.n_parts,
                "people": people_reached(problem, solution),
                "bound": found.people_bound,
                "exact": exact.people,
                "proven": exact.is_proven,
                "faults": faults(problem, solution)
                + ["over"] * (solution_pv_usd(problem, solution) > budget_usd + 1e-6),
                "whole_s": whole_s,
                "plan_s": plan_s,
                "bound_s": bound_s,
                "exact_s": time.process_time() - clock,
            }
        )
    return rows


def table(rows: list[dict]) -> str:
    """Mean, 90 % and worst of loss, excess and gap by share of the full cost."""
    proven = [r for r in rows if r["proven"] and r["exact"] > 0]
    lines = [
        f"{'budget':8}{'cases':>6}{'equal':>7}   loss: mean, 90 %, worst   bound above: the same   gap: mean, worst"
    ]
    for share in (*SHARES, "all"):
        mine = [r for r in proven if share in (r["share"], "all")]
        if not mine:
            continue
        people, bound, exact = (np.array([r[name] for r in mine]) for name in ("people", "bound", "exact"))
        loss, excess, gap = (exact - people) / exact, (bound - exact) / exact, (bound - people) / bound
        lines.append(
            f"{share!s:8}{len(mine):6d}{(exact - people < SAME).mean():7.0%}"
            + "   " + ", ".join(f"{v:.2%}" for v in (loss.mean(), np.quantile(loss, 0.9), loss.max()))
            + "   " + ", ".join(f"{v:.2%}" for v in (excess.mean(), np.quantile(excess, 0.9), excess.max()))
            + "   " + ", ".join(f"{v:.2%}" for v in (gap.mean(), gap.max()))
        )  # fmt: skip
    above = sum(r["people"] > r["exact"] + SAME for r in proven)
    below = sum(r["bound"] < r["exact"] - SAME for r in rows)
    lines.append(f"not proven: {len(rows) - len(proven)}, plans above the optimum: {above}, bounds below it: {below}")
    lines.append(f"faults: {sum(bool(r['faults']) for r in rows)}")
    spent = ", ".join(
        f"{n[:-2]} {np.mean([r[n] for r in rows]):.2f}" for n in ("whole_s", "plan_s", "bound_s", "exact_s")
    )
    lines.append(f"processor seconds, mean: {spent}")
    return "\n".join(lines)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--first", type=int, default=0)
    arguments.add_argument("--count", type=int, default=40)
    arguments.add_argument("--seconds", type=float, default=60.0)
    arguments.add_argument("-o", "--out", type=Path)
    arguments.add_argument("--table", type=Path, nargs="*", help="only print the table of these files")
    asked = arguments.parse_args()
    rows: list[dict] = []
    if asked.table:
        for path in asked.table:
            rows += [json.loads(line) for line in path.read_text().splitlines()]
        print(table(rows))
        return
    for number in range(asked.first, asked.first + asked.count):
        new = compare(drawn_case(number), asked.seconds)
        rows += new
        print(f"{number} {[round(r['people'] / max(r['exact'], 1e-9), 4) for r in new]}", file=sys.stderr)
        if asked.out:
            with asked.out.open("a") as file:
                file.writelines(json.dumps(r) + "\n" for r in new)
    print(table(rows))


if __name__ == "__main__":
    main()

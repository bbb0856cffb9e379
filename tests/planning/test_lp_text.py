"""Each ``define_*`` as LP text on a toy problem, beside a file: a changed formulation shows as a changed text.

``python tests/planning/test_lp_text.py`` writes the files anew; read what changed before you commit it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import highspy
import numpy as np
import pytest

from allreach.planning.model import formulation
from allreach.planning.model.formulation import FAMILIES, Columns, TierRow, lay_out
from allreach.planning.model.problem import Problem
from allreach.planning.model.solver import Programme, RowsBuilder, solve

FOLDER = Path(__file__).parents[1] / "data" / "lp"
EXISTING, UPGRADE, NEW, FIBRE, LEO = 0, 1, 2, 4, 5


def toy() -> Problem:
    """Two villages: one beside a site that stands or is upgraded, one under a new mast; fibre, a hop, satellites.

    Node 1 is the standing site, 2 the new mast (needs a tower), 3 the exchange of the first village.
    """
    option = np.array(
        [
            # part, technology, facility, price, demand
            (0, EXISTING, 0, 0.0, 0.5),
            (0, UPGRADE, 1, 100.0, 0.5),
            (0, FIBRE, 3, 900.0, 0.5),
            (0, LEO, -1, 4000.0, 0.0),
            (1, NEW, 2, 100.0, 0.5),
            (1, LEO, -1, 4000.0, 0.0),
        ]
    )
    arc = np.array(
        [
            # from, to, kind, price, price per Mbit/s, capacity
            (0, 1, 0, 0.0, 0.0, 50.0),
            (0, 3, 1, 20_000.0, 0.0, np.inf),
            (3, 1, 1, 8_000.0, 0.0, np.inf),
            (1, 3, 1, 8_000.0, 0.0, np.inf),
            (1, 2, 2, 35_000.0, 0.0, 40.0),
            (0, 2, 3, 20_000.0, 3_000.0, 100.0),
        ]
    )
    return Problem(
        part_place=np.array([0, 1]),
        part_households=np.array([100.0, 40.0]),
        part_people=np.array([400.0, 120.0]),
        part_x_m=np.array([0.0, 9_000.0]),
        part_y_m=np.zeros(2),
        option_part=option[:, 0].astype(np.int64),
        option_technology=option[:, 1].astype(np.int64),
        option_facility=option[:, 2].astype(np.int64),
        option_pv_usd=option[:, 3],
        option_mbps=option[:, 4],
        use_option=np.array([0, 1, 3, 4, 5]),
        use_pool=np.array([0, 0, 2, 1, 2]),
        use_amount=np.array([0.02, 0.01, 1.0, 0.01, 1.0]),
        pool_capacity=np.array([0.0, 0.0, 60.0]),
        facility_node=np.array([1, 1, 2, 3]),
        facility_pv_usd=np.array([0.0, 50_000.0, 90_000.0, 30_000.0]),
        facility_group=np.array([0, 0, -1, -1]),
        gain_facility=np.array([0, 1, 2]),
        gain_pool=np.array([0, 0, 1]),
        gain_amount=np.array([0.7, 0.7, 0.7]),
        node_tower_pv_usd=np.array([0.0, 0.0, 60_000.0, 0.0]),
        arc_from=arc[:, 0].astype(np.int64),
        arc_to=arc[:, 1].astype(np.int64),
        arc_kind=arc[:, 2].astype(np.int64),
        arc_pv_usd=arc[:, 3],
        arc_pv_usd_per_mbps=arc[:, 4],
        arc_capacity_mbps=arc[:, 5],
    )


def _tier(problem: Problem) -> TierRow:
    return TierRow(100.0, np.array([False, False, True, True, False, True]), problem.part_people, 50.0)


def _budget(rows: RowsBuilder, problem: Problem, columns: Columns) -> None:
    cost = formulation.build(problem)[0].cost
    formulation.define_budget(rows, cost, 150_000.0)


DEFINED: dict[str, Callable[[RowsBuilder, Problem, Columns], None]] = {
    "assignment": formulation.define_assignment,
    "reach": lambda rows, p, c: formulation.define_reach(rows, p, c, 12.0),
    "tiers": lambda rows, p, c: formulation.define_tiers(rows, p, c, [_tier(p)]),
    "budget": _budget,
    "pairwise_links": formulation.define_pairwise_links,
    "pool_capacity": formulation.define_pool_capacity,
    "site_levels": formulation.define_site_levels,
    "towers": formulation.define_towers,
    "node_is_fed": formulation.define_node_is_fed,
    "facility_is_fed": formulation.define_facility_is_fed,
    "fed_tower": formulation.define_fed_tower,
    "flow_balance": formulation.define_flow_balance,
    "flow_conservation": formulation.define_flow_conservation,
    "arc_capacity": formulation.define_arc_capacity,
    "demand_at_node": formulation.define_demand_at_node,
}


def names_of(problem: Problem, columns: Columns) -> list[str]:
    """Columns by what they stand for, such as ``x_p0_o1_f1``: part, option, facility."""
    p = problem
    words = {
        "x": [
            f"p{part}_o{option}" + (f"_f{facility}" if facility >= 0 else "")
            for option, (part, facility) in enumerate(zip(p.option_part, p.option_facility, strict=True))
        ],
        "n": [f"p{part}" for part in range(p.n_parts)],
        "y": [f"f{f}" for f in range(p.n_facilities)],
        "t": [f"v{node}" for node in columns.tower_nodes],
        "w": [f"v{node}" for node in columns.fed_nodes],
        "z": [f"{p.arc_from[a]}_{p.arc_to[a]}" for a in columns.arcs],
        "g": [f"{p.arc_from[a]}_{p.arc_to[a]}" for a in columns.arcs[columns.followed]],
    }
    return [f"{family}_{word}" for family in FAMILIES for word in words[family]]


def lp_text(programme: Programme, names: list[str], *, whole: bool) -> str:
    """Write rows, and for a whole programme costs, bounds and integers too, in the LP format of CPLEX."""

    def terms(columns: np.ndarray, values: np.ndarray) -> str:
        shown = [f"{'-' if v < 0 else '+'} {abs(v):.9g} {names[c]}" for c, v in zip(columns, values, strict=True)]
        return " ".join(shown) or f"0 {names[0]}"

    paid = np.flatnonzero(programme.cost)
    out = ["Minimize", f" cost: {terms(paid, programme.cost[paid])}", "Subject To"]
    matrix = programme.matrix()
    families = programme.family_of_rows()
    for row in range(programme.n_rows):
        at = slice(matrix.indptr[row], matrix.indptr[row + 1])
        left = terms(matrix.indices[at], matrix.data[at])
        low, high = programme.row_lower[row], programme.row_upper[row]
        assert low == high or not (np.isfinite(low) and np.isfinite(high))
        sign, right = ("=", low) if low == high else ("<=", high) if np.isfinite(high) else (">=", low)
        out.append(f" {families[row]}_{row}: {left} {sign} {right:.9g}")
    if whole:
        out.append("Bounds")
        out += [f" {a:.9g} <= {n} <= {b:.9g}" for n, a, b in zip(names, programme.lower, programme.upper, strict=True)]
        out += ["General", *(f" {names[c]}" for c in np.flatnonzero(programme.is_integer))]
    return "\n".join([*out, "End", ""])


def texts() -> dict[str, str]:
    """Text of each file, by its name."""
    problem = toy()
    out = {}
    for with_flow in (True, False):
        columns = lay_out(problem, with_flow=with_flow)
        n, names = columns.total, names_of(problem, columns)
        for name, define in DEFINED.items():
            if not with_flow and name not in ("arc_capacity", "demand_at_node"):
                continue
            rows = RowsBuilder()
            define(rows, problem, columns)
            free = rows.programme(np.zeros(n), np.zeros(n), np.ones(n), np.zeros(n, dtype=bool), columns.families())
            out[f"{name}{'' if with_flow else '_by_cuts'}"] = lp_text(free, names, whole=False)
    programme, columns = formulation.build(problem)
    out["whole"] = lp_text(programme, names_of(problem, columns), whole=True)
    return out


@pytest.mark.parametrize("name", list(texts()))
def test_each_constraint_reads_as_its_file(name):
    assert texts()[name] == (FOLDER / f"{name}.lp").read_text(encoding="utf-8"), (
        f"the formulation of {name} changed; if that is meant, write the files anew and read the difference"
    )


def test_every_file_is_of_a_constraint_and_every_constraint_has_one():
    defined = {name.removeprefix("define_") for name in dir(formulation) if name.startswith("define_")}
    assert defined == set(DEFINED)
    assert {path.stem for path in FOLDER.glob("*.lp")} == set(texts())


def test_the_text_is_the_programme(tmp_path):
    """HiGHS reads the file and finds the cost that it finds for the arrays."""
    path = tmp_path / "whole.lp"
    path.write_text(texts()["whole"], encoding="utf-8")
    highs = highspy.Highs()
    highs.silent()
    assert highs.readModel(str(path)) == highspy.HighsStatus.kOk
    highs.run()
    programme, _ = formulation.build(toy())
    found = solve(programme, relax=False)
    assert highs.getInfo().objective_function_value == pytest.approx(float(programme.cost @ found.x), rel=1e-7)


def _write() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in FOLDER.glob("*.lp"):
        path.unlink()
    for name, text in texts().items():
        (FOLDER / f"{name}.lp").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    _write()

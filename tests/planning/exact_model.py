"""A planning problem solved to the optimum by SCIP, in a formulation of its own.

Written from the meaning of `Problem`, not from ``planning/model.py``: households are whole numbers, an arc may leave a
node only if another than its reverse enters it, and what hangs together follows from the demand that flows. Options
that need a facility but no backhaul could fall apart: `solve_exactly` refuses them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pyscipopt import Model, quicksum

from allreach.planning.model.problem import Problem, Solution, tower_is_built

UNIT_USD = 1000.0
SAME = 1e-6  # relative; two costs this near are the same optimum
NODES_MAX = 200_000


@dataclass(frozen=True)
class Exact:
    """The optimum: whether proven, cost, people left without service, and the plan."""

    is_proven: bool
    pv_usd: float
    bound_usd: float
    people_left: float
    solution: Solution
    seconds: float


def solve_exactly(
    problem: Problem, *, seconds: float | None = None, everybody: bool = True, start: Solution | None = None
) -> Exact:
    """Return the plan of least cost among those that leave fewest people without service.

    ``everybody`` says that some option without limits serves each part, so that nobody needs to be left. ``start`` is a
    plan from which SCIP may begin; what it proves does not depend on it. ``seconds`` are of processor time.
    """
    if np.any((problem.option_facility >= 0) & (problem.option_mbps <= 0)):
        raise ValueError("an option needs a facility but no backhaul")
    fewest = 0.0
    if not everybody:
        model, columns = _model(problem, None)
        model.setObjective(_people_left(problem, columns), "minimize")
        _run(model, seconds)
        fewest = model.getObjVal()
    model, columns = _model(problem, fewest)
    model.setObjective(_cost(problem, columns), "minimize")
    if start is not None:
        model.addSol(_as_point(problem, model, columns, start))
    _run(model, seconds)
    solution = _read(problem, model, columns)
    return Exact(
        model.getStatus() == "optimal",
        model.getObjVal() * UNIT_USD,
        model.getDualbound() * UNIT_USD,
        fewest,
        solution,
        model.getSolvingTime(),
    )


def fewest_people_left(problem: Problem) -> float:
    """Return how few people a plan can leave without service; proven."""
    model, columns = _model(problem, None)
    model.setObjective(_people_left(problem, columns), "minimize")
    _run(model, None)
    if model.getStatus() != "optimal":
        raise ValueError(f"SCIP ended with {model.getStatus()}")
    return float(model.getObjVal())


def cost_if_feasible(problem: Problem, plan: Solution) -> float | None:
    """Return what a plan costs in SCIP's eyes; none if SCIP finds it impossible. [USD]."""
    model, columns = _model(problem, None)
    model.setObjective(_cost(problem, columns), "minimize")
    point = _as_point(problem, model, columns, plan)
    if not model.checkSol(point):
        return None
    return float(model.getSolObjVal(point)) * UNIT_USD


def _as_point(problem: Problem, model: Model, columns: _Columns, plan: Solution):
    point = model.createSol()
    for variable, value in _point(problem, columns, plan):
        model.setSolVal(point, variable, value)
    return point


def _run(model: Model, seconds: float | None) -> None:
    model.setParam("limits/gap", 0.0)
    model.setParam("limits/totalnodes", NODES_MAX)
    if seconds is not None:
        model.setParam("timing/clocktype", 1)
        model.setParam("limits/time", seconds)
    model.optimize()


@dataclass(frozen=True)
class _Columns:
    n: list
    left: list
    y: list
    t: dict
    z: list
    g: dict


def _model(p: Problem, people_left: float | None) -> tuple[Model, _Columns]:
    m = Model()
    m.hideOutput()
    size = p.part_households[p.option_part]
    n = [m.addVar(vtype="I", lb=0, ub=float(size[o]), name=f"n{o}") for o in range(p.n_options)]
    left = [m.addVar(vtype="I", lb=0, ub=float(h), name=f"left{i}") for i, h in enumerate(p.part_households)]
    y = [m.addVar(vtype="B", name=f"y{f}") for f in range(p.n_facilities)]
    t = {v: m.addVar(vtype="B", name=f"t{v}") for v in np.flatnonzero(p.node_tower_pv_usd > 0).tolist()}
    z = [m.addVar(vtype="B", name=f"z{a}") for a in range(p.n_arcs)]
    total = float(p.part_mbps().sum())
    limited = np.minimum(p.arc_capacity_mbps, total)
    g = {a: m.addVar(lb=0.0, ub=float(limited[a]), name=f"g{a}") for a in range(p.n_arcs)}
    into: dict[int, list[int]] = {v: [] for v in range(p.n_nodes)}
    out: dict[int, list[int]] = {v: [] for v in range(p.n_nodes)}
    for a, (u, v) in enumerate(zip(p.arc_from.tolist(), p.arc_to.tolist(), strict=True)):
        into[v].append(a)
        out[u].append(a)

    for i in range(p.n_parts):
        mine = np.flatnonzero(p.option_part == i).tolist()
        m.addCons(quicksum(n[o] for o in mine) + left[i] == float(p.part_households[i]))
    if people_left is not None:
        m.addCons(_people_left_of(p, left) <= people_left + 1e-6)
    for o, f in enumerate(p.option_facility.tolist()):
        if f >= 0:
            m.addCons(n[o] <= float(size[o]) * y[f])
    for r in range(p.n_pools):
        uses, gains = np.flatnonzero(p.use_pool == r).tolist(), np.flatnonzero(p.gain_pool == r).tolist()
        m.addCons(
            quicksum(float(p.use_amount[k]) * n[p.use_option[k]] for k in uses)
            <= float(p.pool_capacity[r]) + quicksum(float(p.gain_amount[k]) * y[p.gain_facility[k]] for k in gains)
        )
    for name in np.unique(p.facility_group[p.facility_group >= 0]).tolist():
        m.addCons(quicksum(y[f] for f in np.flatnonzero(p.facility_group == name).tolist()) <= 1)

    for v in range(1, p.n_nodes):
        m.addCons(quicksum(z[a] for a in into[v]) <= (t[v] if v in t else 1))
    for f, v in enumerate(p.facility_node.tolist()):
        if v <= 0:
            continue
        if v in t:
            m.addCons(y[f] <= t[v])
        m.addCons(y[f] <= quicksum(z[a] for a in into[v]))
    for a, (u, v) in enumerate(zip(p.arc_from.tolist(), p.arc_to.tolist(), strict=True)):
        if u != 0:
            m.addCons(z[a] <= quicksum(z[b] for b in into[u] if p.arc_from[b] != v))
    own: dict[int, list[int]] = {v: [] for v in range(p.n_nodes)}
    for o, f in enumerate(p.option_facility.tolist()):
        if f >= 0 and p.facility_node[f] > 0 and p.option_mbps[o] > 0:
            own[int(p.facility_node[f])].append(o)
    for v in range(1, p.n_nodes):
        m.addCons(
            quicksum(g[a] for a in into[v]) - quicksum(g[a] for a in out[v])
            == quicksum(float(p.option_mbps[o]) * n[o] for o in own[v])
        )
    for a in range(p.n_arcs):
        m.addCons(g[a] <= float(limited[a]) * z[a])
    return m, _Columns(n, left, y, t, z, g)


def _cost(p: Problem, c: _Columns):
    terms = [float(p.option_pv_usd[o]) / UNIT_USD * c.n[o] for o in range(p.n_options)]
    terms += [float(p.facility_pv_usd[f]) / UNIT_USD * c.y[f] for f in range(p.n_facilities)]
    terms += [float(p.node_tower_pv_usd[v]) / UNIT_USD * c.t[v] for v in c.t]
    terms += [float(p.arc_pv_usd[a]) / UNIT_USD * c.z[a] for a in range(p.n_arcs)]
    terms += [float(p.arc_pv_usd_per_mbps[a]) / UNIT_USD * c.g[a] for a in range(p.n_arcs)]
    return quicksum(terms)


def _people_left(p: Problem, c: _Columns):
    return _people_left_of(p, c.left)


def _people_left_of(p: Problem, left: list):
    people = p.part_people / np.maximum(p.part_households, 1e-12)
    return quicksum(float(people[i]) * left[i] for i in range(p.n_parts))


def _read(p: Problem, m: Model, c: _Columns) -> Solution:
    """Return the plan in SCIP's best point, without arcs that lead nowhere."""
    households = np.array([round(m.getVal(v)) for v in c.n], dtype=np.float64)
    is_open = np.array([m.getVal(v) > 0.5 for v in c.y], dtype=bool)
    parent = np.full(p.n_nodes, -1, dtype=np.int64)
    for a in range(p.n_arcs):
        if m.getVal(c.z[a]) > 0.5:
            parent[p.arc_to[a]] = a
    needed = np.zeros(p.n_nodes, dtype=bool)
    for v in p.facility_node[is_open & (p.facility_node > 0)].tolist():
        while v > 0 and not needed[v]:
            needed[v] = True
            v = int(p.arc_from[parent[v]])
    return Solution(households, is_open, np.where(needed, parent, -1))


def _point(p: Problem, c: _Columns, plan: Solution):
    """Columns and their values in a plan."""
    served = np.bincount(p.option_part, weights=plan.households, minlength=p.n_parts)
    yield from zip(c.n, plan.households.tolist(), strict=True)
    yield from zip(c.left, (p.part_households - served).tolist(), strict=True)
    yield from zip(c.y, plan.is_open.astype(float).tolist(), strict=True)
    towers = tower_is_built(p, plan)
    for v, variable in c.t.items():
        yield variable, float(towers[v])
    built = np.zeros(p.n_arcs)
    built[plan.parent_arc[plan.parent_arc >= 0]] = 1.0
    yield from zip(c.z, built.tolist(), strict=True)
    demand = np.zeros(p.n_arcs)
    for f in np.flatnonzero(plan.is_open & (p.facility_node > 0)).tolist():
        mine = p.option_facility == f
        mbps = float((plan.households * p.option_mbps)[mine].sum())
        v = int(p.facility_node[f])
        while v > 0:
            a = int(plan.parent_arc[v])
            demand[a] += mbps
            v = int(p.arc_from[a])
    yield from ((c.g[a], float(demand[a])) for a in range(p.n_arcs))

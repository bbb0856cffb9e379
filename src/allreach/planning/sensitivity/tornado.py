"""Which price must be verified first, and which decisions hold whatever the prices: tornado and draws of the cost book.

The tornado sets one price after another to the low and to the high end of its range; the draws set all of them at once.
At each the plan is made anew within the reduced model (`planning.reoptimise`). Every cost is that of a real plan for as
many people, so it is never too low; how much a full search would still find is measured in the guide.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from allreach import tables
from allreach.backhaul import network as net
from allreach.params.load import Params
from allreach.params.quantity import Quantity
from allreach.planning.instance.backhaul_graph import EXISTING
from allreach.planning.instance.build import Assembly, facility_site_id
from allreach.planning.instance.prices import Quantities
from allreach.planning.model.problem import (
    Floats,
    Ints,
    Prices,
    Problem,
    Solution,
    solution_pv_usd,
)
from allreach.planning.model.tolerances import FEASIBILITY
from allreach.planning.results.summary import AnswersSummary
from allreach.planning.sensitivity.reoptimise import Found, PlanPool, flat, reoptimise, reoptimise_all, search_all
from allreach.progress import Progress
from allreach.vocabulary import ArcKind, FacilityKind, Technology

POLICY = ("discount_rate",)  # chosen, not uncertain: shown in the tornado, held in the draws
PERT_WEIGHT = 4.0  # of the base value against the ends of the range, as in PERT
HELD_SHARE = 0.9
GROUPS = {  # prices that move one technology against the others, by the beginning of their keys
    "fibre": ("fibre_", "exchange_", "olt_", "home_passed", "distribution_", "route_factor", "drop_", "ont_"),
    "radio": ("site_", "tower_", "fwa_", "access_", "relay_", "grid_", "solar_", "battery_", "hop_", "radio_"),
    "exchange": ("exchange_",),
    "satellite": ("leo_", "geo_", "satellite_", "gateway_", "cpe_"),
}
CORNERS = (
    ("fibre", 0.4),
    ("fibre", 0.7),
    ("fibre", 1.0),
    ("fibre", -1.0),
    ("exchange", 1.0),
    ("radio", 1.0),
    ("radio", -1.0),
    ("satellite", -1.0),
)
"""Corners of the cost book that are searched in full: how far towards the dear (or cheap) end a group goes."""
SMALL_OPTIONS = 5_000  # in a country of so many options at most, single prices are searched in full too
SEARCHED_PRICES = 10  # those that move the plan's cost most


@dataclass(frozen=True)
class Work:
    """How much is done for each re-optimisation.

    Parameters
    ----------
    n_tries
        Facilities tried besides those of the plan.
    n_rounds
        Passes of closing, opening and swapping.
    workers
        Processes; the result does not depend on it.
    n_searches
        Full searches at corners of the cost book at most, for the pool of plans.
    """

    n_tries: int = 200
    n_rounds: int = 1
    workers: int = 1
    n_searches: int = 28


@dataclass(frozen=True)
class Tornado:
    """Table ``plan_tornado``, dearest swing first, and the plans met on the way."""

    table: pd.DataFrame
    pool: PlanPool


@dataclass(frozen=True)
class Robustness:
    """Table ``plan_robustness`` and key figures of the draws."""

    table: pd.DataFrame
    summary: AnswersSummary


def ranged_costs(params: Params) -> dict[str, Quantity]:
    """Prices of the cost book that have a range."""
    found = {key: getattr(params.costs, key) for key in type(params.costs).model_fields}
    return {key: q for key, q in found.items() if isinstance(q, Quantity) and q.low < q.high}


def with_costs(params: Params, values: Mapping[str, float]) -> Params:
    """Return the parameters with other values in the cost book; ranges stay."""
    changed = {key: getattr(params.costs, key).model_copy(update={"value": v}) for key, v in values.items()}
    return params.model_copy(update={"costs": params.costs.model_copy(update=changed)})


def tornado(
    assembly: Assembly, solution: Solution, work: Work | None = None, *, progress: Progress | None = None
) -> Tornado:
    """Set each price to its low and to its high end and plan anew.

    Parameters
    ----------
    assembly, solution
        The plan.
    work
        How much is done for each re-optimisation.
    progress
        Called with (stage, done, total).

    Returns
    -------
    tornado
        A row for every price that touches this country's plan or what it could be. ``fixed_*``: the plan as it is at
        that price; ``pv_*``: planned anew; ``regret_usd``: what is lost at most by building the plan as it is. What the
        same search still finds at the base prices is no regret and is taken off; changed places are counted from there.
    """
    work, say = work or Work(), progress or (lambda stage, done, total: None)
    p, params = assembly.problem, assembly.lines.inputs.params
    quantities, pool = assembly.quantities, PlanPool(assembly.problem, solution)
    base = quantities.prices(params)
    ends = [
        (key, end, float(getattr(q, end)))
        for key, q in ranged_costs(params).items()
        if any(_differ(base, quantities.prices(with_costs(params, {key: v}))) for v in (q.low, q.high))
        for end in ("low", "high")
    ]

    def at(key: str, value: float) -> Prices:
        return quantities.prices(with_costs(params, {key: value}))

    anew = reoptimise(p.with_prices(base), solution, n_tries=work.n_tries, n_rounds=work.n_rounds)
    pool.add(anew.solution)
    say("which price matters", 0, len(ends))
    first = reoptimise_all(
        p,
        ((at(key, value), solution) for key, _, value in ends),
        n_tries=work.n_tries,
        n_rounds=work.n_rounds,
        workers=work.workers,
        done=lambda n: say("which price matters", n, len(ends)),
    )
    for found in first:
        pool.add(found.solution)
    fixed = {(key, end): float(pool.costs_usd(at(key, value))[0]) for key, end, value in ends}
    wide = sorted({key for key, _, _ in ends}, key=lambda key: (-abs(fixed[key, "high"] - fixed[key, "low"]), key))
    single = set(wide[:SEARCHED_PRICES]) if p.n_options <= SMALL_OPTIONS else set()
    corners = [(quantities.prices(with_costs(params, v)), solution) for v in _corner_values(params, quantities)]
    corners += [(at(key, value), solution) for key, _, value in ends if key in single]
    corners = corners[: work.n_searches]
    say("search where prices lie far apart", 0, len(corners))
    searched = search_all(
        p,
        corners,
        params.search,
        workers=work.workers,
        done=lambda n: say("search where prices lie far apart", n, len(corners)),
    )
    for plan in searched:
        pool.add(plan)
    best = _from_pool(p, pool, lambda i: at(ends[i][0], ends[i][2]), first, work)
    anew = Found(pool.plans[pool.cheapest(base)], float(pool.costs_usd(base).min()))
    rows = _tornado_rows(assembly, solution, anew, ends, fixed, best)
    return Tornado(rows, pool)


def _corner_values(params: Params, quantities: Quantities) -> list[dict[str, float]]:
    """Return cost books with all prices of one technology dear or cheap, whichever end of its range that is."""
    dear: dict[str, tuple[float, float]] = {}
    for key, q in ranged_costs(params).items():
        low, high = (float(flat(quantities.prices(with_costs(params, {key: v}))).sum()) for v in (q.low, q.high))
        dear[key] = (q.high, q.low) if high >= low else (q.low, q.high)
    out = []
    for group, far in CORNERS:
        values = {}
        for key, q in ranged_costs(params).items():
            if key.startswith(GROUPS[group]):
                end = dear[key][0 if far > 0 else 1]
                values[key] = q.value + abs(far) * (end - q.value)
        out.append(values)
    return out


def _from_pool(
    problem: Problem, pool: PlanPool, prices: Callable[[int], Prices], first: list[Found], work: Work
) -> list[Found]:
    """Look once more where a plan found for other prices is cheaper than what was found for these."""
    again = [i for i, found in enumerate(first) if pool.costs_usd(prices(i)).min() < found.pv_usd * (1.0 - FEASIBILITY)]
    tasks = ((prices(i), pool.plans[pool.cheapest(prices(i))]) for i in again)
    better = reoptimise_all(problem, tasks, n_tries=work.n_tries, n_rounds=work.n_rounds, workers=work.workers)
    out = list(first)
    for i, found in zip(again, better, strict=True):
        out[i] = found
    for found in better:
        pool.add(found.solution)
    return out


def _tornado_rows(
    assembly: Assembly,
    solution: Solution,
    anew: Found,
    ends: list[tuple[str, str, float]],
    fixed: dict[tuple[str, str], float],
    best: list[Found],
) -> pd.DataFrame:
    p, params = assembly.problem, assembly.lines.inputs.params
    base_usd = solution_pv_usd(p, solution)
    base_way = main_technology(p, anew.solution, len(assembly.lines.inputs.owner_ids))
    searched = base_usd - anew.pv_usd
    found = {(key, end): plan for (key, end, _), plan in zip(ends, best, strict=True)}
    rows = []
    for key in dict.fromkeys(key for key, _, _ in ends):
        q: Quantity = getattr(params.costs, key)
        low, high = found[key, "low"], found[key, "high"]
        changed = [int((main_technology(p, plan.solution, len(base_way)) != base_way).sum()) for plan in (low, high)]
        regret = max(fixed[key, "low"] - low.pv_usd - searched, fixed[key, "high"] - high.pv_usd - searched, 0.0)
        rows.append(
            {
                "parameter": f"costs.{key}",
                "unit": q.unit,
                "low": q.low,
                "value": q.value,
                "high": q.high,
                "is_assumption": q.is_assumption,
                "pv_usd": round(base_usd, 2),
                "fixed_low_usd": round(fixed[key, "low"], 2),
                "fixed_high_usd": round(fixed[key, "high"], 2),
                "pv_low_usd": round(low.pv_usd, 2),
                "pv_high_usd": round(high.pv_usd, 2),
                "swing_usd": round(abs(high.pv_usd - low.pv_usd), 2),
                "regret_usd": round(regret, 2),
                "places_changed_low": changed[0],
                "places_changed_high": changed[1],
            }
        )
    names = [column.name for column in tables.schema("plan_tornado")]
    frame = pd.DataFrame(rows, columns=names).sort_values(
        ["swing_usd", "parameter"], ascending=[False, True], kind="stable", ignore_index=True
    )
    return tables.conform(frame, "plan_tornado")


def draw_values(params: Params, n_draws: int, seed: int) -> dict[str, Floats]:
    """Values of every uncertain price in every draw, beta-PERT between low, base and high, independent of each other.

    No source gives correlations between these prices, so none are assumed. Each price has a stream of its own, named by
    its key: another price more or less in the book changes no other draw.
    """
    out = {}
    for key, q in ranged_costs(params).items():
        if key in POLICY:
            continue
        random = np.random.default_rng([seed, zlib.crc32(key.encode())])
        span = q.high - q.low
        a = 1.0 + PERT_WEIGHT * (q.value - q.low) / span
        b = 1.0 + PERT_WEIGHT * (q.high - q.value) / span
        out[key] = q.low + span * random.beta(a, b, n_draws)
    return out


def robustness(
    assembly: Assembly,
    solution: Solution,
    pool: PlanPool,
    work: Work | None = None,
    *,
    n_draws: int = 200,
    seed: int = 0,
    progress: Progress | None = None,
) -> Robustness:
    """Plan anew at draws of the whole cost book: which decisions hold.

    Parameters
    ----------
    assembly, solution
        The plan.
    pool
        Plans known, such as those of the tornado.
    work
        How much is done for each re-optimisation.
    n_draws, seed
        How many draws, and their seed.
    progress
        Called with (stage, done, total).
    """
    work, say = work or Work(), progress or (lambda stage, done, total: None)
    p, params = assembly.problem, assembly.lines.inputs.params
    quantities, values = assembly.quantities, draw_values(params, n_draws, seed)
    fixed_usd: list[float] = []

    def tasks() -> Iterator[tuple[Prices, Solution]]:
        for draw in range(n_draws):
            prices = quantities.prices(with_costs(params, {key: float(v[draw]) for key, v in values.items()}))
            fixed_usd.append(float(pool.costs_usd(prices)[0]))
            yield prices, pool.plans[pool.cheapest(prices)]

    say("which decisions hold", 0, n_draws)
    found = reoptimise_all(
        p,
        tasks(),
        n_tries=work.n_tries,
        n_rounds=work.n_rounds,
        workers=work.workers,
        done=lambda n: say("which decisions hold", n, n_draws),
    )
    table = _robust_rows(assembly, solution, [f.solution for f in found])
    pv = np.array([f.pv_usd for f in found])
    base = pool.costs_usd(quantities.prices(params))
    regret = np.maximum(np.array(fixed_usd) - pv - (base[0] - base.min()), 0.0)
    gain = {"cheaper_plan_found_usd": round(float(base[0] - base.min()), 2)}  # at the base prices, by all searches
    summary = AnswersSummary(**_held(assembly, table), **_spread(pv, regret, n_draws, seed), **gain)
    return Robustness(table, summary)


def _spread(pv_usd: Floats, regret_usd: Floats, n_draws: int, seed: int) -> dict[str, Any]:
    low, middle, high = np.percentile(pv_usd, [5, 50, 95]) if len(pv_usd) else (np.nan,) * 3
    return {
        "n_draws": n_draws,
        "seed": seed,
        "distribution": "beta-PERT between low, base and high of each price of the cost book, independent; "
        "discount rate held",
        "pv_p5_usd": round(float(low), 2),
        "pv_p50_usd": round(float(middle), 2),
        "pv_p95_usd": round(float(high), 2),
        "regret_mean_usd": round(float(regret_usd.mean()), 2) if len(regret_usd) else 0.0,
        "regret_p95_usd": round(float(np.percentile(regret_usd, 95)), 2) if len(regret_usd) else 0.0,
    }


def _held(assembly: Assembly, table: pd.DataFrame) -> dict[str, Any]:
    places = assembly.lines.inputs.points.places
    people = pd.Series(places["population"].to_numpy(), index=places["place_id"].astype(str))
    out: dict[str, Any] = {"held_share": HELD_SHARE}
    for kind, name in (("place", "places"), ("site", "sites"), ("link", "links")):
        mine = table[(table["kind"] == kind) & (table["decision"] != "left out")]
        holds = mine["share"] >= HELD_SHARE
        out[f"{name}_decided"], out[f"{name}_held"] = len(mine), int(holds.sum())
        if kind == "place":
            weight = people.reindex(mine["item_id"]).to_numpy(dtype=np.float64)
            total = float(weight.sum())
            out["people_held_share"] = float(weight[holds.to_numpy()].sum()) / total if total else 1.0
    return out


def main_technology(problem: Problem, solution: Solution, n_owners: int) -> Ints:
    """Technology that serves most planned households of each place or institution; -1 where nothing is planned."""
    households = np.zeros((n_owners, len(Technology)))
    place = problem.part_place[problem.option_part]
    np.add.at(households, (place, problem.option_technology), solution.households)
    return np.where(households.sum(axis=1) > 0, households.argmax(axis=1), -1).astype(np.int64)


def _robust_rows(assembly: Assembly, solution: Solution, found: list[Solution]) -> pd.DataFrame:
    rows = [*_place_rows(assembly, solution, found), *_built_rows(assembly, solution, found)]
    frame = pd.DataFrame(rows, columns=[column.name for column in tables.schema("plan_robustness")])
    frame = frame.sort_values(["kind", "item_id"], kind="stable", ignore_index=True)
    return tables.conform(frame, "plan_robustness")


def _place_rows(assembly: Assembly, solution: Solution, found: list[Solution]) -> Iterator[tuple[Any, ...]]:
    p, inputs = assembly.problem, assembly.lines.inputs
    n = len(inputs.owner_ids)
    base = main_technology(p, solution, n)
    count = np.zeros((n, len(Technology)))
    for plan in found:
        way = main_technology(p, plan, n)
        known = np.flatnonzero(way >= 0)
        count[known, way[known]] += 1.0
    share = count / max(len(found), 1)
    ids = np.asarray(inputs.owner_ids, dtype=str)
    for place in np.flatnonzero(base >= 0).tolist():
        same = float(share[place, base[place]])
        rest = share[place].copy()
        rest[base[place]] = 0.0
        other = int(rest.argmax())
        name, part = (Technology.of_code(other), float(rest[other])) if rest[other] > 0 else ("", 0.0)
        kind = "place" if place < inputs.points.n_places else "institution"
        yield kind, ids[place], Technology.of_code(base[place]), same, name, part


def _built_rows(assembly: Assembly, solution: Solution, found: list[Solution]) -> Iterator[tuple[Any, ...]]:
    """Sites and links built in the plan or in any draw."""
    for kind, items in (("site", _sites), ("link", _links)):
        base = items(assembly, solution)
        count: dict[str, int] = dict.fromkeys(sorted(base), 0)
        for plan in found:
            for item in sorted(items(assembly, plan)):
                count[item] = count.get(item, 0) + 1
        for item, times in sorted(count.items()):
            built = times / max(len(found), 1)
            if item in base:
                yield kind, item, "built", built, "left out" if built < 1 else "", 1.0 - built
            else:
                yield kind, item, "left out", 1.0 - built, "built", built


def _sites(assembly: Assembly, solution: Solution) -> set[str]:
    p, inputs, graph = assembly.problem, assembly.lines.inputs, assembly.graph
    out = set()
    for facility in np.flatnonzero(solution.is_open).tolist():
        kind = str(assembly.facility_kind[facility])
        if kind in (FacilityKind.EXCHANGE, FacilityKind.NEW, FacilityKind.UPGRADE):
            out.add(facility_site_id(inputs, kind, int(assembly.facility_row[facility])))
    for node in np.flatnonzero((solution.parent_arc >= 0) & (p.node_tower_pv_usd > 0)).tolist():
        at = int(graph.node[node])
        if inputs.network.node_kind[at] == net.CANDIDATE_SITE:
            out.add(str(inputs.candidates["site_id"].iloc[int(inputs.network.node_row[at])]))
    return out


def _links(assembly: Assembly, solution: Solution) -> set[str]:
    p, graph, network = assembly.problem, assembly.graph, assembly.lines.inputs.network
    out = set()
    for arc in solution.parent_arc[solution.parent_arc >= 0].tolist():
        if p.arc_kind[arc] == EXISTING:
            continue
        for link, tail in graph.path(arc):
            head = int(network.link_head[link] + network.link_tail[link] - tail)
            out.add(f"{ArcKind.of_code(p.arc_kind[arc])}:{network.node_id[tail]}>{network.node_id[head]}")
    return out


def _differ(one: Prices, other: Prices) -> bool:
    return any(not np.array_equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(Prices))


__all__ = ["Robustness", "Tornado", "Work", "draw_values", "main_technology", "robustness", "tornado", "with_costs"]

"""From a country's inputs to the planning problem: who is served today, what could serve the others, at what price."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from allreach.backhaul import network as net
from allreach.measure.service_links import FULL
from allreach.planning.instance.backhaul_graph import PricedGraph, priced_graph
from allreach.planning.instance.demand_clusters import Parts, make_parts, site_levels
from allreach.planning.instance.household_options import fibre_options, place_limits, radio_options
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.instance.institution_options import AS_IT_IS, INSTITUTION, institution_options
from allreach.planning.instance.option_table import Offers
from allreach.planning.instance.satellite_options import POOLS, Sky, satellite_options
from allreach.planning.instance.served_today import Fixed, committed_households, households_outside, serve_by_existing
from allreach.planning.instance.unit_costs import EXCHANGE, NEW, UPGRADE, UnitLines
from allreach.planning.model.problem import Bools, Floats, Ints, Problem
from allreach.satellite.service import GEOSTATIONARY, LOW_ORBIT

__all__ = ["Assembly", "build_problem", "facility_site_id"]


@dataclass(frozen=True)
class Assembly:
    """A problem and what its numbers stand for.

    Parameters
    ----------
    problem
        The model's sets and coefficients.
    graph
        Backhaul with prices.
    lines
        What everything buys.
    fixed
        Households outside the decision.
    parts
        Parts, those outside the decision included.
    part
        Row in ``parts`` of each part of the problem; -1 for institutions.
    part_institution
        Row of the institution that a part is; -1 for homes.
    option_dl_mbps
        Speed promised by each option.
    option_contract
        retail or committed where an institution's option buys satellite capacity.
    facility_kind, facility_row
        existing, upgrade, new, exchange or institution; row of the existing site, candidate, place or institution.
    existing_load
        Load of the fullest sector of each existing site by the households outside the decision.
    pool_site, pool_sector
        Site (existing ones first, then candidates) and sector of each pool; -1 for satellites.
    place_limits
        Per place, why technologies are not on offer.
    """

    problem: Problem
    graph: PricedGraph
    lines: UnitLines
    fixed: Fixed
    parts: Parts
    part: Ints
    part_institution: Ints
    option_dl_mbps: Floats
    option_contract: NDArray[np.str_]
    facility_kind: NDArray[np.str_]
    facility_row: Ints
    existing_load: Floats
    pool_site: Ints
    pool_sector: Ints
    place_limits: dict[str, NDArray[np.str_]]


def build_problem(inputs: PlanInputs) -> Assembly:
    """Build the problem.

    Raises
    ------
    InputError
        If a commitment names a place that does not exist.
    """
    lines = UnitLines(inputs)
    households = inputs.households
    committed = committed_households(inputs)
    open_households = households - committed
    fixed_wish = inputs.points.per_place(inputs.points.households * inputs.fixed_share)
    by_line = np.minimum(np.floor(fixed_wish + 0.5).astype(np.int64), open_households)
    planned = open_households - by_line
    weight = inputs.points.households * (1.0 - inputs.fixed_share)
    weight = np.where(planned[inputs.points.place_index] > 0, weight, 0.0)
    empty = (inputs.points.per_place(weight) <= 0) & (planned > 0)
    weight = np.where(empty[inputs.points.place_index], inputs.points.households + 1e-9, weight)
    parts = make_parts(inputs, weight, planned)
    level, can_upgrade = site_levels(inputs)
    served_by, site_time, site_mbps = serve_by_existing(inputs, parts, level)
    fixed = households_outside(inputs, parts, served_by, level, by_line)

    active = np.flatnonzero(served_by < 0)
    local_part = np.full(len(parts.place) + 1, -1, dtype=np.int64)
    local_part[active] = np.arange(len(active))
    sky = Sky(inputs)
    limits = place_limits(inputs, sky)
    columns = Offers()
    radio_options(inputs, parts, local_part, level, can_upgrade, columns, lines, limits)
    network = inputs.network
    exchange_node = network.node_of_row(net.EXCHANGE, inputs.points.n_places)
    fibre_options(inputs, parts, active, exchange_node, columns, lines, limits)
    price = {t: lines.pv_usd(lines.household(t, 0)) for t in (LOW_ORBIT, GEOSTATIONARY)}
    satellite_options(sky, parts.place[active], parts.x_m[active], parts.y_m[active], columns, price, limits)
    rows = institution_options(inputs, len(active), level, can_upgrade, columns, lines, sky)
    return _pack(
        inputs, lines, parts, active, rows, columns, sky, fixed, site_time, site_mbps, level, exchange_node, limits
    )


def facility_site_id(inputs: PlanInputs, kind: str, row: int) -> str:
    """Return the identifier of the site of a facility."""
    if kind == EXCHANGE:
        return f"exchange:{inputs.points.places['place_id'].iloc[row]}"
    if kind == INSTITUTION:
        return inputs.institutions.node_name(row)
    if kind == NEW:
        return str(inputs.candidates["site_id"].iloc[row])
    return str(inputs.sites["site_id"].iloc[row])


def _pack(
    inputs: PlanInputs,
    lines: UnitLines,
    parts: Parts,
    active: Ints,
    wanted: Ints,
    columns: Offers,
    sky: Sky,
    fixed: Fixed,
    site_time: NDArray,
    site_mbps: Floats,
    level: Ints,
    exchange_node: Ints,
    limits: dict[str, NDArray],
) -> Assembly:
    network, n_existing = inputs.network, inputs.n_existing
    facilities = list(columns.facilities)
    kind = np.array([k for k, _ in facilities], dtype=str)
    row = np.array([r for _, r in facilities], dtype=np.int64)
    existing_node = network.node_of_row(net.EXISTING_SITE, n_existing)
    candidate_node = network.node_of_row(net.CANDIDATE_SITE, len(inputs.candidates))
    node = np.full(len(facilities), -1, dtype=np.int64)
    for name, nodes in (
        (AS_IT_IS, existing_node),
        (UPGRADE, existing_node),
        (NEW, candidate_node),
        (EXCHANGE, exchange_node),
        (INSTITUTION, network.node_of_row(net.INSTITUTION, len(inputs.institutions))),
    ):
        mine = kind == name
        node[mine] = nodes[row[mine]]
    terminals = np.zeros(network.n_nodes, dtype=bool)
    terminals[node[node >= 0]] = True
    terminals[existing_node[existing_node >= 0]] = True
    own_mast = np.zeros(network.n_nodes)
    own_mast[existing_node] = inputs.sites["height_agl_m"].to_numpy(float)
    own_mast[candidate_node] = inputs.candidates["height_agl_m"].to_numpy(float)
    spare = np.zeros(network.n_nodes)
    spare[existing_node] = site_mbps[:n_existing]
    graph = priced_graph(
        network, lines.prices, own_mast, terminals, spare,
        satellite_allowed=inputs.params.planning.leo_latency_ms.value + inputs.params.planning.radio_latency_ms.value
        <= inputs.standard.latency_ms,
        hops_per_site=int(inputs.params.planning.hops_per_site.value),
        fibre_source_mbps=inputs.params.planning.fibre_source_mbps.value,
    )  # fmt: skip
    tower = np.zeros(len(graph.node))
    relay_pv = np.zeros(len(inputs.candidates))
    at = graph.local[candidate_node] if len(candidate_node) else np.zeros(0, dtype=np.int64)
    for candidate in np.flatnonzero(at > 0).tolist():
        relay_pv[candidate] = lines.pv_usd(lines.relay(candidate))
        tower[at[candidate]] = relay_pv[candidate]
    pv = np.zeros(len(facilities))
    for i, (name, r) in enumerate(facilities):
        if name == NEW:
            pv[i] = max(lines.pv_usd(lines.site(NEW, r)) - relay_pv[r], 0.0)
        elif name not in (AS_IT_IS, INSTITUTION):
            pv[i] = lines.pv_usd(lines.site(name, r))
    group = np.where((kind == AS_IT_IS) | (kind == UPGRADE), row, -1)

    pools = list(columns.pools)
    capacity = np.array([sky.capacity(*pool) if pool[0] in POOLS else 0.0 for pool in pools], dtype=np.float64)
    cap = inputs.params.radio.load_cap.value
    gains: list[tuple[int, int, float]] = []
    for pool, (name, site, sector) in enumerate(pools):
        if name != "sector":
            continue
        if site >= n_existing:
            gains.append((columns.facilities[(NEW, site - n_existing)], pool, cap))
            continue
        used = site_time[:, site, sector] if sector < site_time.shape[2] else np.zeros(2)
        for facility_kind, lv in ((AS_IT_IS, int(level[site])), (UPGRADE, FULL)):
            facility = columns.facilities.get((facility_kind, site))
            if facility is not None:
                gains.append((facility, pool, max(cap - float(used[lv]), 0.0)))
    option = np.array(columns.options, dtype=np.float64).reshape(-1, 6)
    order = np.lexsort((np.arange(len(option)), option[:, 0]))
    renumber = np.empty(len(order), dtype=np.int64)
    renumber[order] = np.arange(len(order))
    option = option[order]
    use = np.array(columns.uses, dtype=np.float64).reshape(-1, 3)
    gain = np.array(gains, dtype=np.float64).reshape(-1, 3)
    local_node = np.where(node >= 0, graph.local[node], -2)
    keep_facility = (local_node >= 0) | (kind == AS_IT_IS)
    option_facility = option[:, 2].astype(np.int64)
    blocked = (option_facility >= 0) & ~keep_facility[option_facility]
    people = inputs.people[parts.place] * parts.households / np.maximum(inputs.households[parts.place], 1)
    found = inputs.institutions
    weight = np.full(len(wanted), inputs.params.planning.institution_people.value)
    contract = np.full(len(option), "", dtype="<U9")
    for number, kind_of_contract in columns.contract.items():
        contract[renumber[number]] = kind_of_contract
    problem = Problem(
        part_place=np.concatenate([parts.place[active], inputs.points.n_places + wanted]),
        part_households=np.concatenate([parts.households[active].astype(np.float64), np.ones(len(wanted))]),
        part_people=np.concatenate([people[active], weight]),
        part_x_m=np.concatenate([parts.x_m[active], found.x_m[wanted]]),
        part_y_m=np.concatenate([parts.y_m[active], found.y_m[wanted]]),
        option_part=option[:, 0].astype(np.int64),
        option_technology=option[:, 1].astype(np.int64),
        option_facility=option_facility,
        option_pv_usd=option[:, 3],
        option_mbps=option[:, 4],
        use_option=renumber[use[:, 0].astype(np.int64)],
        use_pool=use[:, 1].astype(np.int64),
        use_amount=use[:, 2],
        pool_capacity=capacity,
        facility_node=np.maximum(local_node, -1),
        facility_pv_usd=pv,
        facility_group=group,
        gain_facility=gain[:, 0].astype(np.int64),
        gain_pool=gain[:, 1].astype(np.int64),
        gain_amount=gain[:, 2],
        node_tower_pv_usd=tower,
        arc_from=graph.arc_from,
        arc_to=graph.arc_to,
        arc_kind=graph.arc_kind,
        arc_pv_usd=graph.arc_pv_usd,
        arc_pv_usd_per_mbps=graph.arc_pv_usd_per_mbps,
        arc_capacity_mbps=graph.arc_capacity_mbps,
    )
    if blocked.any():
        problem = _without(problem, ~blocked)
        option, contract = option[~blocked], contract[~blocked]
    sector_pool = np.array([k == "sector" for k, _, _ in pools], dtype=bool)
    return Assembly(
        problem=problem,
        graph=graph,
        lines=lines,
        fixed=fixed,
        parts=parts,
        part=np.concatenate([active, np.full(len(wanted), -1, dtype=np.int64)]),
        part_institution=np.concatenate([np.full(len(active), -1, dtype=np.int64), wanted]),
        option_dl_mbps=option[:, 5],
        option_contract=contract,
        facility_kind=kind,
        facility_row=row,
        existing_load=site_time[level[:n_existing], np.arange(n_existing)].max(axis=1, initial=0.0),
        pool_site=np.where(sector_pool, np.array([p[1] for p in pools], dtype=np.int64), -1),
        pool_sector=np.where(sector_pool, np.array([p[2] for p in pools], dtype=np.int64), -1),
        place_limits=limits,
    )


def _without(problem: Problem, keep: Bools) -> Problem:
    """Drop options."""
    number = np.cumsum(keep) - 1
    uses = keep[problem.use_option]
    return replace(
        problem,
        option_part=problem.option_part[keep],
        option_technology=problem.option_technology[keep],
        option_facility=problem.option_facility[keep],
        option_pv_usd=problem.option_pv_usd[keep],
        option_mbps=problem.option_mbps[keep],
        use_option=number[problem.use_option[uses]],
        use_pool=problem.use_pool[uses],
        use_amount=problem.use_amount[uses],
    )

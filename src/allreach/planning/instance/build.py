"""From a country's inputs to the planning problem: who is served today, what could serve the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allreach.backhaul import network as net
from allreach.measure.service_links import FULL
from allreach.planning.instance.backhaul_graph import BackhaulGraph, backhaul_graph, own_masts_m
from allreach.planning.instance.demand_clusters import Parts, make_parts, site_levels
from allreach.planning.instance.household_options import fibre_options, place_limits, radio_options
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.instance.institution_options import institution_options
from allreach.planning.instance.option_table import SECTOR, Offers, OptionTable, PlaceLimits
from allreach.planning.instance.prices import Quantities
from allreach.planning.instance.satellite_options import POOLS, Sky, satellite_options
from allreach.planning.instance.served_today import Fixed, committed_households, households_outside, serve_by_existing
from allreach.planning.instance.unit_costs import UnitLines
from allreach.planning.model.problem import Bools, Floats, Ints, Prices, Problem
from allreach.planning.model.tolerances import HOUSEHOLDS
from allreach.vocabulary import FacilityKind

__all__ = ["Assembly", "build_problem", "facility_site_id"]


@dataclass(frozen=True)
class Assembly:
    """A problem and what its numbers stand for.

    Parameters
    ----------
    problem
        The model's sets and coefficients.
    graph
        Backhaul that may be built.
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
    quantities
        What the sets stand for, to be priced with any cost book.
    facility_kind, facility_row
        existing, upgrade, new, exchange, standing_exchange or institution; row of the existing site, candidate, place
        (of both kinds of exchange) or institution.
    existing_load
        Load of the fullest sector of each existing site by the households outside the decision.
    pool_site, pool_sector
        Site (existing ones first, then candidates) and sector of each pool; -1 for satellites.
    place_limits
        Per place, why technologies are not on offer.
    """

    problem: Problem
    graph: BackhaulGraph
    lines: UnitLines
    fixed: Fixed
    parts: Parts
    part: Ints
    part_institution: Ints
    quantities: Quantities
    option_dl_mbps: Floats
    option_contract: NDArray[np.str_]
    facility_kind: NDArray[np.str_]
    facility_row: Ints
    existing_load: Floats
    pool_site: Ints
    pool_sector: Ints
    place_limits: PlaceLimits


def build_problem(inputs: PlanInputs) -> Assembly:
    """Build the problem.

    Raises
    ------
    InputError
        If a commitment names a place that does not exist.
    """
    lines = UnitLines(inputs)
    by_line, parts = _homes(inputs)
    level, can_upgrade = site_levels(inputs)
    served_by, site_time, site_mbps = serve_by_existing(inputs, parts, level)
    fixed = households_outside(inputs, parts, served_by, level, by_line)
    active = np.flatnonzero(served_by < 0)
    sky, offers = Sky(inputs), Offers()
    limits = place_limits(inputs, sky)
    wanted = _offer(inputs, offers, sky, limits, lines, parts, active, level, can_upgrade)

    kind, row = offers.facility_columns()
    node = _facility_nodes(inputs, kind, row)
    graph = _backhaul(inputs, lines, node, site_mbps)
    at = np.where(node >= 0, graph.local[node], -1)
    at[kind == FacilityKind.STANDING_EXCHANGE] = 0  # its way to the core stands
    options = _reachable(offers.table(), (at >= 0) | (kind == FacilityKind.EXISTING))
    part_institution = np.concatenate([np.full(len(active), -1, dtype=np.int64), wanted])
    columns = _part_columns(inputs, parts, active, wanted)
    part_place = columns["part_place"]
    quantities = Quantities(
        inputs, graph, options.technology, part_place[options.part], part_institution[options.part], kind, row
    )
    gains = _gains(inputs, offers, level, site_time)
    capacity = _capacity(offers, sky)
    problem = _problem(
        columns, options, capacity, gains, at, _group(kind, row), graph, quantities.prices(inputs.params)
    )
    pool_site, pool_sector = _sectors(offers)
    n_existing = inputs.n_existing
    return Assembly(
        problem=problem,
        graph=graph,
        lines=lines,
        fixed=fixed,
        parts=parts,
        part=np.concatenate([active, np.full(len(wanted), -1, dtype=np.int64)]),
        part_institution=part_institution,
        quantities=quantities,
        option_dl_mbps=options.dl_mbps,
        option_contract=options.contract,
        facility_kind=kind,
        facility_row=row,
        existing_load=site_time[level[:n_existing], np.arange(n_existing)].max(axis=1, initial=0.0),
        pool_site=pool_site,
        pool_sector=pool_sector,
        place_limits=limits,
    )


def _offer(
    inputs: PlanInputs,
    offers: Offers,
    sky: Sky,
    limits: PlaceLimits,
    lines: UnitLines,
    parts: Parts,
    active: Ints,
    level: Ints,
    can_upgrade: Bools,
) -> Ints:
    """Offer everything that could serve the parts that are decided on; return the institutions among them."""
    local_part = np.full(len(parts.place) + 1, -1, dtype=np.int64)
    local_part[active] = np.arange(len(active))
    exchange_node = inputs.network.node_of_row(net.EXCHANGE, inputs.points.n_places)
    radio_options(inputs, parts, local_part, level, can_upgrade, offers, limits)
    fibre_options(inputs, parts, active, exchange_node, offers, limits)
    satellite_options(sky, parts.place[active], parts.x_m[active], parts.y_m[active], offers, limits)
    return institution_options(inputs, len(active), level, can_upgrade, offers, lines, sky)


def _part_columns(inputs: PlanInputs, parts: Parts, active: Ints, wanted: Ints) -> dict[str, NDArray]:
    """Columns of the problem that tell its parts: homes, then institutions."""
    people = inputs.people[parts.place] * parts.households / np.maximum(inputs.households[parts.place], 1)
    weight = np.full(len(wanted), inputs.params.planning.institution_people.value)
    return {
        "part_place": np.concatenate([parts.place[active], inputs.points.n_places + wanted]),
        "part_households": np.concatenate([parts.households[active].astype(np.float64), np.ones(len(wanted))]),
        "part_people": np.concatenate([people[active], weight]),
        "part_x_m": np.concatenate([parts.x_m[active], inputs.institutions.x_m[wanted]]),
        "part_y_m": np.concatenate([parts.y_m[active], inputs.institutions.y_m[wanted]]),
    }


def _group(kind: NDArray[np.str_], row: Ints) -> Ints:
    """Group of facilities of which one at most is open: a site as it is, or upgraded; -1 for all others."""
    return np.where((kind == FacilityKind.EXISTING) | (kind == FacilityKind.UPGRADE), row, -1)


def _problem(
    part_columns: dict[str, NDArray],
    options: OptionTable,
    pool_capacity: Floats,
    gains: tuple[Ints, Ints, Floats],
    facility_node: Ints,
    facility_group: Ints,
    graph: BackhaulGraph,
    prices: Prices,
) -> Problem:
    gain_facility, gain_pool, gain_amount = gains
    return Problem(
        **part_columns,
        option_part=options.part,
        option_technology=options.technology,
        option_facility=options.facility,
        option_pv_usd=prices.option_pv_usd,
        option_mbps=options.mbps,
        use_option=options.use_option,
        use_pool=options.use_pool,
        use_amount=options.use_amount,
        pool_capacity=pool_capacity,
        facility_node=facility_node,
        facility_pv_usd=prices.facility_pv_usd,
        facility_group=facility_group,
        gain_facility=gain_facility,
        gain_pool=gain_pool,
        gain_amount=gain_amount,
        node_tower_pv_usd=prices.node_tower_pv_usd,
        arc_from=graph.arc_from,
        arc_to=graph.arc_to,
        arc_kind=graph.arc_kind,
        arc_pv_usd=prices.arc_pv_usd,
        arc_pv_usd_per_mbps=prices.arc_pv_usd_per_mbps,
        arc_capacity_mbps=graph.arc_capacity_mbps,
    )


def _homes(inputs: PlanInputs) -> tuple[Ints, Parts]:
    """Households of each place on today's fixed lines, and those that neither lines nor commitments serve, in parts."""
    points = inputs.points
    open_households = inputs.households - committed_households(inputs)
    fixed_wish = points.per_place(points.households * inputs.fixed_share)
    by_line = np.minimum(np.floor(fixed_wish + 0.5).astype(np.int64), open_households)
    planned = open_households - by_line
    weight = points.households * (1.0 - inputs.fixed_share)
    weight = np.where(planned[points.place_index] > 0, weight, 0.0)
    empty = (points.per_place(weight) <= 0) & (planned > 0)
    weight = np.where(empty[points.place_index], points.households + HOUSEHOLDS, weight)
    return by_line, make_parts(inputs, weight, planned)


def _facility_nodes(inputs: PlanInputs, kind: NDArray[np.str_], row: Ints) -> Ints:
    """Node of the network at which each facility stands; -1 where it has none."""
    node = np.full(len(kind), -1, dtype=np.int64)
    for names, node_kind, n_rows in (
        ((FacilityKind.EXISTING, FacilityKind.UPGRADE), net.EXISTING_SITE, inputs.n_existing),
        ((FacilityKind.NEW,), net.CANDIDATE_SITE, len(inputs.candidates)),
        ((FacilityKind.EXCHANGE,), net.EXCHANGE, inputs.points.n_places),
        ((FacilityKind.INSTITUTION,), net.INSTITUTION, len(inputs.institutions)),
    ):
        mine = np.isin(kind, names)
        node[mine] = inputs.network.node_of_row(node_kind, n_rows)[row[mine]]
    return node


def _backhaul(inputs: PlanInputs, lines: UnitLines, facility_node: Ints, site_mbps: Floats) -> BackhaulGraph:
    """Backhaul between whatever facilities and existing sites there are, less what existing sites already carry."""
    network, planning = inputs.network, inputs.params.planning
    existing = network.node_of_row(net.EXISTING_SITE, inputs.n_existing)
    has_node = existing >= 0
    terminals = np.zeros(network.n_nodes, dtype=bool)
    terminals[facility_node[facility_node >= 0]] = True
    terminals[existing[has_node]] = True
    spare = np.zeros(network.n_nodes)
    spare[existing[has_node]] = site_mbps[: inputs.n_existing][has_node]
    return backhaul_graph(
        network,
        lines.prices,
        own_masts_m(inputs),
        terminals,
        spare,
        satellite_allowed=planning.leo_latency_ms.value + planning.radio_latency_ms.value <= inputs.standard.latency_ms,
        hops_per_site=int(planning.hops_per_site.value),
        fibre_source_mbps=planning.fibre_source_mbps.value,
    )


def _reachable(options: OptionTable, facility_has_way: Bools) -> OptionTable:
    """Options whose facility backhaul can reach, or that need none."""
    has_way = np.append(facility_has_way, True)  # facility -1, none, needs no way; there may be no facility at all
    return options.only(has_way[options.facility])


def _capacity(offers: Offers, sky: Sky) -> Floats:
    """Capacity of each pool without any facility: that of satellites; sectors get theirs from sites."""
    return np.array([sky.capacity(*pool) if pool[0] in POOLS else 0.0 for pool in offers.pools], dtype=np.float64)


def _gains(inputs: PlanInputs, offers: Offers, level: Ints, site_time: Floats) -> tuple[Ints, Ints, Floats]:
    """Facility, pool and amount of what each facility adds to the sectors: their load cap less what is on them."""
    cap, n_existing = inputs.params.radio.load_cap.value, inputs.n_existing
    facilities, pools, amounts = [], [], []
    for pool, (name, site, sector) in enumerate(offers.pools):
        if name != SECTOR:
            continue
        used = site_time[:, site, sector] if sector < site_time.shape[2] else np.zeros(2)
        ways = [(FacilityKind.NEW, site - n_existing, 0.0)]
        if site < n_existing:
            ways = [
                (FacilityKind.EXISTING, site, float(used[level[site]])),
                (FacilityKind.UPGRADE, site, float(used[FULL])),
            ]
        for kind, row, taken in ways:
            facility = offers.facilities.get((kind, row))
            if facility is not None:
                facilities.append(facility)
                pools.append(pool)
                amounts.append(max(cap - taken, 0.0))
    return np.array(facilities, dtype=np.int64), np.array(pools, dtype=np.int64), np.array(amounts, dtype=np.float64)


def _sectors(offers: Offers) -> tuple[Ints, Ints]:
    """Site and sector of each pool; -1 for satellites."""
    found = [(site, sector) if name == SECTOR else (-1, -1) for name, site, sector in offers.pools]
    table = np.array(found, dtype=np.int64).reshape(-1, 2)
    return table[:, 0].copy(), table[:, 1].copy()


def facility_site_id(inputs: PlanInputs, kind: str, row: int) -> str:
    """Return the identifier of the site of a facility."""
    if kind == FacilityKind.EXCHANGE:
        return f"exchange:{inputs.owner_ids[row]}"
    if kind == FacilityKind.STANDING_EXCHANGE:
        return str(inputs.fixed_exchanges["fibre_id"].iloc[inputs.exchange_of_place[row]])
    if kind == FacilityKind.INSTITUTION:
        return inputs.institutions.node_name(row)
    standing, candidates = inputs.site_ids
    return candidates[row] if kind == FacilityKind.NEW else standing[row]

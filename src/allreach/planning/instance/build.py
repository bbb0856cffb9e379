"""From a country's inputs to the planning problem: who is served today, what could serve the others, at what price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allreach.apportionment import largest_remainder, largest_remainder_by_group
from allreach.backhaul import network as net
from allreach.errors import Fault, InputError
from allreach.measure.service_links import FULL, FWA, HANDSET
from allreach.planning.instance.backhaul_graph import PricedGraph, priced_graph
from allreach.planning.instance.demand_clusters import Parts, make_parts, site_levels
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.instance.institution_options import AS_IT_IS, INSTITUTION, institution_options, sector_wishes
from allreach.planning.instance.option_table import TECH, Offers
from allreach.planning.instance.satellite_options import POOLS, Sky, satellite_options
from allreach.planning.instance.unit_costs import EXCHANGE, NEW, UPGRADE, UnitLines
from allreach.planning.model.problem import TECHNOLOGIES, Bools, Floats, Ints, Problem
from allreach.satellite.service import GEOSTATIONARY, LOW_ORBIT

__all__ = ["AS_IT_IS", "TECH", "Assembly", "Fixed", "build_problem", "committed_households"]


@dataclass(frozen=True)
class Fixed:
    """Households that are served whatever the plan decides: one row per place and server.

    Parameters
    ----------
    place, households
        Place and whole households.
    site_id
        Site, exchange or commitment that serves.
    site
        Row of the site among existing sites; -1 for exchanges and commitments.
    technology, dl_mbps, why
        How.
    """

    place: Ints
    households: Ints
    site_id: NDArray[np.str_]
    site: Ints
    technology: NDArray[np.str_]
    dl_mbps: Floats
    why: NDArray[np.str_]


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
    served_by, site_time, site_mbps = _serve_by_existing(inputs, parts, level)
    fixed = _fixed(inputs, parts, served_by, level, by_line)

    active = np.flatnonzero(served_by < 0)
    local_part = np.full(len(parts.place) + 1, -1, dtype=np.int64)
    local_part[active] = np.arange(len(active))
    sky = Sky(inputs)
    limits = _limits(inputs, sky)
    columns = Offers()
    _radio_options(inputs, parts, local_part, level, can_upgrade, columns, lines, limits)
    network = inputs.network
    exchange_node = network.node_of_row(net.EXCHANGE, inputs.points.n_places)
    _fibre_options(inputs, parts, active, exchange_node, columns, lines, limits)
    price = {t: lines.pv_usd(lines.household(t, 0)) for t in (LOW_ORBIT, GEOSTATIONARY)}
    satellite_options(sky, parts.place[active], parts.x_m[active], parts.y_m[active], columns, price, limits)
    rows = institution_options(inputs, len(active), level, can_upgrade, columns, lines, sky)
    return _pack(
        inputs, lines, parts, active, rows, columns, sky, fixed, site_time, site_mbps, level, exchange_node, limits
    )


def committed_households(inputs: PlanInputs) -> Ints:
    """Households of each place that operators have promised to serve.

    Raises
    ------
    InputError
        If a commitment names a place that does not exist.
    """
    row_of = {place: i for i, place in enumerate(inputs.points.places["place_id"])}
    share = np.zeros(inputs.points.n_places)
    faults = []
    for commitment in inputs.commitments.itertuples():
        row = row_of.get(commitment.place_id)
        if row is None:
            faults.append(
                Fault(
                    f"commitments, {commitment.commitment_id}",
                    f"place {commitment.place_id} does not exist",
                    "a place_id of the table places",
                )
            )
        elif commitment.dl_mbps >= inputs.standard.dl_mbps - 1e-9:
            share[row] += float(commitment.households_share)
    if faults:
        raise InputError(faults)
    return np.asarray(np.floor(np.minimum(share, 1.0) * inputs.households + 1e-9).astype(np.int64))


def _serve_by_existing(inputs: PlanInputs, parts: Parts, level: Ints) -> tuple[Ints, NDArray, Floats]:
    """Parts that existing sites serve with room for everybody who could want them.

    A site is safe if all parts that it could serve fit into its sectors and backhaul together; what a safe site covers
    is served by it at no cost, and no other plan could be cheaper.
    """
    n_sites, n_existing = inputs.links.n_sites, inputs.n_existing
    cap = inputs.params.radio.load_cap.value
    demand = inputs.busy_hour_mbps
    pair_level = level[parts.pair_site]
    pairs = np.arange(len(parts.pair_part))
    phone = parts.covered[pair_level, HANDSET, pairs] & (parts.pair_site < n_existing)
    phone &= inputs.site_arrays.is_broadband[parts.pair_site]
    if inputs.standard.tiers:  # who has less than the highest tier may have to be given more
        phone &= parts.peak_mbps[pair_level, HANDSET, pairs] >= inputs.standard.top_mbps - 1e-9
    use_level = pair_level[parts.use_pair]
    uses = np.arange(len(parts.use_pair))
    time_any = np.maximum(parts.use_time[use_level, HANDSET, uses], parts.use_time[use_level, FWA, uses])
    time_phone = parts.use_time[use_level, HANDSET, uses]
    inst_site, inst_sector, inst_time, inst_mbps = sector_wishes(inputs, level)
    n_sectors = int(max(parts.use_sector.max(initial=0), inst_sector.max(initial=0))) + 1
    reserved = np.bincount(inst_site * n_sectors + inst_sector, weights=inst_time, minlength=n_sites * n_sectors)
    reserved = reserved.reshape(n_sites, n_sectors)
    reserved_mbps = np.bincount(inst_site, weights=inst_mbps, minlength=n_sites)
    backhaul = _backhaul_mbps(inputs)
    served = np.full(len(parts.place), -1, dtype=np.int64)
    for _ in range(20):
        todo = served[parts.pair_part] < 0
        # demand that could come to each sector: that of open parts, and what is already put there
        counts = todo[parts.use_pair] | (served[parts.pair_part[parts.use_pair]] == parts.pair_site[parts.use_pair])
        amount = parts.households[parts.pair_part[parts.use_pair]] * time_any * counts
        key = parts.pair_site[parts.use_pair] * n_sectors + parts.use_sector
        load = np.bincount(key, weights=amount, minlength=n_sites * n_sectors).reshape(n_sites, n_sectors)
        pair_counts = todo | (served[parts.pair_part] == parts.pair_site)
        mbps = np.bincount(
            parts.pair_site, weights=parts.households[parts.pair_part] * demand * pair_counts, minlength=n_sites
        )
        safe = ((load + reserved).max(axis=1) <= cap) & (mbps + reserved_mbps <= backhaul)
        good = np.flatnonzero(phone & todo & safe[parts.pair_site])
        if not len(good):
            break
        # of several safe sites, the one that spends least time on the part
        spent = np.bincount(parts.use_pair, weights=time_phone, minlength=len(pairs))[good]
        order = good[np.lexsort((parts.pair_site[good], spent, parts.pair_part[good]))]
        part, first = np.unique(parts.pair_part[order], return_index=True)
        served[part] = parts.pair_site[order[first]]
    mine = served[parts.pair_part[parts.use_pair]] == parts.pair_site[parts.use_pair]
    households = parts.households[parts.pair_part[parts.use_pair]] * mine
    key = parts.pair_site[parts.use_pair] * n_sectors + parts.use_sector
    time = np.stack(
        [
            np.bincount(key, weights=households * parts.use_time[lv, HANDSET], minlength=n_sites * n_sectors)
            for lv in (0, 1)
        ]
    ).reshape(2, n_sites, n_sectors)
    is_served = served >= 0
    mbps = np.bincount(served[is_served], weights=parts.households[is_served] * demand, minlength=n_sites)
    return served, time, mbps.astype(np.float64)


def _backhaul_mbps(inputs: PlanInputs) -> Floats:
    """Return what the present backhaul of each existing site carries; 0 for candidates."""
    out = np.zeros(inputs.links.n_sites)
    node = inputs.network.node_of_row(net.EXISTING_SITE, inputs.n_existing)
    core = inputs.network.link_kind == net.CORE_LINK
    of_node = np.zeros(inputs.network.n_nodes)
    of_node[inputs.network.link_head[core]] = inputs.network.link_capacity_mbps[core]
    out[: inputs.n_existing] = np.where(node >= 0, of_node[node], 0.0)
    return out


def _fixed(inputs: PlanInputs, parts: Parts, served_by: Ints, level: Ints, by_line: Ints) -> Fixed:
    rows: list[tuple[int, int, str, int, str, float, str]] = []
    pair_of = {(int(p), int(s)): i for i, (p, s) in enumerate(zip(parts.pair_part, parts.pair_site, strict=True))}
    together: dict[tuple[int, int], tuple[int, float]] = {}
    for part in np.flatnonzero(served_by >= 0).tolist():
        site, place = int(served_by[part]), int(parts.place[part])
        peak = float(parts.peak_mbps[level[site], HANDSET, pair_of[(part, site)]])
        n, dl = together.get((place, site), (0, np.inf))
        together[(place, site)] = (n + int(parts.households[part]), min(dl, peak))
    for (place, site), (n, dl) in sorted(together.items()):
        site_id = str(inputs.site_arrays.site_id[site])
        rows.append((place, n, site_id, site, "existing", dl, f"site {site_id} reaches them today and has room"))
    line_dl = inputs.params.radio.fixed_dl_mbps.value
    reached = np.flatnonzero(inputs.fixed_share > 0)
    share = inputs.points.households[reached] * inputs.fixed_share[reached]
    names, name = np.unique(inputs.fixed_site[reached].astype(str), return_inverse=True)
    key = inputs.points.place_index[reached].astype(np.int64) * max(len(names), 1) + name
    keys, group = np.unique(key, return_inverse=True)
    wish = np.bincount(group, weights=share, minlength=len(keys)).astype(np.float64)
    place_of = keys // max(len(names), 1)
    whole = largest_remainder_by_group(wish, place_of, np.where(np.isin(np.arange(len(by_line)), place_of), by_line, 0))
    for i in range(len(keys)):
        if whole[i] > 0:
            site_id = str(names[keys[i] % len(names)])
            rows.append(
                (
                    int(place_of[i]),
                    int(whole[i]),
                    site_id,
                    -1,
                    "existing",
                    line_dl,
                    f"exchange {site_id} reaches them today",
                )
            )
    committed = committed_households(inputs)
    row_of = {place: i for i, place in enumerate(inputs.points.places["place_id"])}
    for place in np.flatnonzero(committed > 0).tolist():
        mine = inputs.commitments[
            (inputs.commitments["place_id"].map(row_of) == place)
            & (inputs.commitments["dl_mbps"] >= inputs.standard.dl_mbps - 1e-9)
        ].sort_values("commitment_id", kind="stable")
        counts = largest_remainder(mine["households_share"].to_numpy(float), int(committed[place]))
        for count, c in zip(counts.tolist(), mine.itertuples(), strict=True):
            if count:
                why = (
                    f"{c.operator} has committed to serve them with {c.technology} from {c.year}; "
                    "public money overbuilds nobody"
                )
                rows.append((place, count, f"commitment:{c.commitment_id}", -1, "existing", float(c.dl_mbps), why))
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), (), (), (), ()]
    return Fixed(
        np.array(columns[0], dtype=np.int64),
        np.array(columns[1], dtype=np.int64),
        np.array(columns[2], dtype=str),
        np.array(columns[3], dtype=np.int64),
        np.array(columns[4], dtype=str),
        np.array(columns[5], dtype=np.float64),
        np.array(columns[6], dtype=str),
    )


def _limits(inputs: PlanInputs, sky: Sky) -> dict[str, NDArray[np.str_]]:
    """Per technology and place, why it is not on offer; empty where it may be."""
    planning, standard = inputs.params.planning, inputs.standard
    n = inputs.points.n_places
    out = {name: np.full(n, "", dtype=object) for name in TECHNOLOGIES}

    def check(technology: str, dl_mbps: float, latency_ms: float) -> None:
        if dl_mbps < standard.dl_mbps - 1e-9:
            out[technology][:] = f"gives {dl_mbps:g} Mbit/s, the standard asks for {standard.dl_mbps:g}"
        elif latency_ms > standard.latency_ms + 1e-9:
            out[technology][:] = f"takes {latency_ms:g} ms, the standard allows {standard.latency_ms:g}"

    sky.limits(out)
    check("fibre", inputs.params.radio.fixed_dl_mbps.value, planning.fibre_latency_ms.value)
    for technology in ("mobile_upgrade", "mobile_new", "fwa"):
        check(technology, np.inf, planning.radio_latency_ms.value)
    return out


def _radio_options(
    inputs: PlanInputs,
    parts: Parts,
    local_part: Ints,
    level: Ints,
    can_upgrade: Bools,
    columns: Offers,
    lines: UnitLines,
    limits: dict[str, NDArray],
) -> None:
    planning, n_existing = inputs.params.planning, inputs.n_existing
    open_pairs = np.flatnonzero(local_part[parts.pair_part] >= 0)
    spent = np.bincount(
        parts.use_pair, weights=np.maximum(parts.use_time[FULL, FWA], 1e-12), minlength=len(parts.pair_part)
    )
    is_new = parts.pair_site >= n_existing
    order = open_pairs[
        np.lexsort((parts.pair_site[open_pairs], spent[open_pairs], is_new[open_pairs], parts.pair_part[open_pairs]))
    ]
    use_start = np.searchsorted(parts.use_pair, np.arange(len(parts.pair_part) + 1))
    price = {t: lines.pv_usd(lines.household(t, 0)) for t in ("mobile_new", "mobile_upgrade", "fwa")}
    count: dict[tuple[int, bool], int] = {}
    for pair in order.tolist():
        part, site, new = int(parts.pair_part[pair]), int(parts.pair_site[pair]), bool(is_new[pair])
        seen = count.get((part, new), 0)
        if seen >= (planning.new_sites_per_part.value if new else planning.existing_sites_per_part.value):
            continue
        count[(part, new)] = seen + 1
        place = int(parts.place[part])
        if new:
            offers = [(NEW, FULL, HANDSET, "mobile_new"), (NEW, FULL, FWA, "fwa")]
        else:
            offers = [(AS_IT_IS, int(level[site]), HANDSET, "existing"), (AS_IT_IS, int(level[site]), FWA, "fwa")]
            if not inputs.site_arrays.is_broadband[site]:
                offers = []
            if can_upgrade[site]:
                offers += [(UPGRADE, FULL, HANDSET, "mobile_upgrade"), (UPGRADE, FULL, FWA, "fwa")]
        for kind, lv, terminal, technology in offers:
            if not parts.covered[lv, terminal, pair] or limits[technology][place]:
                continue
            facility = columns.facility(kind, site - n_existing if new else site)
            option = columns.add(
                int(local_part[part]), technology, facility, price.get(technology, 0.0), inputs.busy_hour_mbps,
                float(parts.peak_mbps[lv, terminal, pair]),
            )  # fmt: skip
            for use in range(use_start[pair], use_start[pair + 1]):
                time = float(parts.use_time[lv, terminal, use])
                if time > 0:
                    columns.uses.append((option, columns.pool("sector", site, int(parts.use_sector[use])), time))


def _fibre_options(
    inputs: PlanInputs,
    parts: Parts,
    active: Ints,
    exchange_node: Ints,
    columns: Offers,
    lines: UnitLines,
    limits: dict[str, NDArray],
) -> None:
    price: dict[int, float] = {}
    for i, part in enumerate(active.tolist()):
        place = int(parts.place[part])
        if exchange_node[place] < 0:
            if not limits["fibre"][place]:
                limits["fibre"][place] = "no exchange could stand there"
            continue
        if limits["fibre"][place]:
            continue
        if place not in price:
            price[place] = lines.pv_usd(lines.household("fibre", place))
        columns.add(
            i, "fibre", columns.facility(EXCHANGE, place), price[place], inputs.busy_hour_mbps,
            inputs.params.radio.fixed_dl_mbps.value,
        )  # fmt: skip


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
    from dataclasses import replace

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

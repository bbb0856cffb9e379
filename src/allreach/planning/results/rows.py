"""What a plan consists of, in the country's own terms: served households, sites, links, and who uses which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allreach.apportionment import largest_remainder_by_group
from allreach.backhaul import network as net
from allreach.finance import recipes
from allreach.finance.cost_items import Lines
from allreach.planning.instance.backhaul_graph import EXISTING, FIBRE, HOP
from allreach.planning.instance.build import Assembly, facility_site_id
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.instance.unit_costs import hop_lines, satellite_lines
from allreach.planning.model.problem import Floats, Ints, Solution, pool_use, tree_order
from allreach.planning.model.tree import summed_below
from allreach.vocabulary import FacilityKind, PlanLinkKind, SiteStatus, Technology

STATUS = {
    FacilityKind.EXISTING: SiteStatus.EXISTING,
    FacilityKind.UPGRADE: SiteStatus.UPGRADED,
    FacilityKind.NEW: SiteStatus.NEW,
    FacilityKind.EXCHANGE: SiteStatus.EXCHANGE,
}


@dataclass(frozen=True)
class Row:
    """Households of a place served in one way."""

    place: int
    technology: Technology
    site_id: str
    households: int
    people: int
    dl_mbps: float
    node: int  # of the problem's graph; -1 where no backhaul is planned for them
    is_decided: bool
    why: str


@dataclass(frozen=True)
class InstitutionRow:
    """How one institution is connected."""

    row: int
    technology: Technology
    site_id: str
    contract: str
    dl_mbps: float
    node: int  # of the problem's graph; -1 where no backhaul is planned for it
    is_decided: bool


@dataclass(frozen=True)
class SiteRow:
    """Site, relay or exchange of the planned network."""

    site_id: str
    status: str
    kind: str
    row: int
    node: int
    lines: Lines
    load_share: float
    power_kind: str


@dataclass(frozen=True)
class LinkRow:
    """Link of the planned network, away from the point of presence."""

    link_id: str
    kind: str
    link: int
    tail: int
    head: int
    modules: int
    flow_mbps: float
    capacity_mbps: float
    lines: Lines
    node: int  # node of the problem's graph that the arc feeds: everything that hangs on it uses the link


@dataclass(frozen=True)
class Chosen:
    """A plan in rows."""

    rows: list[Row]
    institutions: list[InstitutionRow]
    sites: list[SiteRow]
    links: list[LinkRow]
    before: Ints
    after: Ints

    def users(self, node: int, row_order: Ints) -> NDArray[np.bool_]:
        """Whether rows (by the preorder number of their node) hang on a node."""
        return np.asarray((row_order >= self.before[node]) & (row_order < self.after[node]))


def choose(inputs: PlanInputs, assembly: Assembly, solution: Solution) -> Chosen:
    """Read a solution."""
    node_of_site = _node_of_site(inputs, assembly)
    rows = _rows(inputs, assembly, solution)
    connected = _institutions(inputs, assembly, solution)
    before, after = _intervals(assembly, solution)
    extra, extra_of_new = np.zeros(assembly.problem.n_nodes), np.zeros(assembly.problem.n_nodes)
    for site, place_households in zip(assembly.fixed.site.tolist(), assembly.fixed.households.tolist(), strict=True):
        if site >= 0 and node_of_site[site] > 0:
            extra[node_of_site[site]] += place_households * inputs.busy_hour_mbps
    for one in connected:
        if one.node > 0:
            extra_of_new[one.node] += inputs.institutions.demand_mbps[one.row]
    links = _links(inputs, assembly, solution, rows, extra, extra_of_new)
    sites = _sites(inputs, assembly, solution, rows, connected, links)
    return Chosen(rows, connected, sites, links, before, after)


def _node_of_site(inputs: PlanInputs, assembly: Assembly) -> Ints:
    nodes = inputs.network.node_of_row(net.EXISTING_SITE, inputs.n_existing)
    return np.where(nodes >= 0, assembly.graph.local[nodes], -1)


def _rows(inputs: PlanInputs, assembly: Assembly, solution: Solution) -> list[Row]:
    p = assembly.problem
    found: dict[tuple[int, Technology, str], list[float]] = {}
    meta: dict[tuple[int, Technology, str], tuple[int, bool, str]] = {}

    def add(
        place: int, technology: Technology, site_id: str, n: float, dl: float, node: int, decided: bool, why: str
    ) -> None:
        key = (place, technology, site_id)
        old = found.get(key)
        found[key] = [n, dl] if old is None else [old[0] + n, min(old[1], dl)]
        if key not in meta or decided:
            meta[key] = (node, decided, why)

    f = assembly.fixed
    for i in range(len(f.place)):
        add(
            int(f.place[i]),
            Technology(str(f.technology[i])),
            str(f.site_id[i]),
            int(f.households[i]),
            float(f.dl_mbps[i]),
            -1,
            False,
            str(f.why[i]),
        )
    for option in np.flatnonzero((solution.households > 0.5) & (p.part_place[p.option_part] < inputs.points.n_places)):
        facility = int(p.option_facility[option])
        kind = str(assembly.facility_kind[facility]) if facility >= 0 else ""
        site_id = facility_site_id(inputs, kind, int(assembly.facility_row[facility])) if facility >= 0 else ""
        add(
            int(p.part_place[p.option_part[option]]),
            Technology.of_code(p.option_technology[option]),
            site_id,
            round(float(solution.households[option])),
            float(assembly.option_dl_mbps[option]),
            int(p.facility_node[facility]) if facility >= 0 else -1,
            True,
            "",
        )
    served = np.zeros(inputs.points.n_places, dtype=np.int64)
    for (place, _, _), (n, _) in found.items():
        served[place] += int(n)
    has_row = np.zeros(inputs.points.n_places, dtype=bool)
    has_row[[key[0] for key in found]] = True
    for place in np.flatnonzero((served < inputs.households) | ~has_row).tolist():
        add(place, Technology.NONE, "", int(inputs.households[place] - served[place]), 0.0, -1, False, "")
    keys = sorted(found)
    place_of = np.array([k[0] for k in keys], dtype=np.int64)
    counts = np.array([found[k][0] for k in keys], dtype=np.float64)
    people = largest_remainder_by_group(counts, place_of, inputs.people)
    return [
        Row(k[0], k[1], k[2], int(found[k][0]), int(people[i]), float(found[k][1]), meta[k][0], meta[k][1], meta[k][2])
        for i, k in enumerate(keys)
    ]


def _institutions(inputs: PlanInputs, assembly: Assembly, solution: Solution) -> list[InstitutionRow]:
    """Read how each institution is connected, in the order of the institutions."""
    p, found = assembly.problem, inputs.institutions
    line_mbps = inputs.params.radio.fixed_dl_mbps.value
    out = {}
    for row in np.flatnonzero(inputs.lines_institutions).tolist():
        out[row] = InstitutionRow(row, Technology.EXISTING, str(found.exchange[row]), "", line_mbps, -1, False)
    of_institution = assembly.part_institution[p.option_part] >= 0 if p.n_options else np.zeros(0, dtype=bool)
    for option in np.flatnonzero(of_institution & (solution.households > 0.5)).tolist():
        row, facility = int(assembly.part_institution[p.option_part[option]]), int(p.option_facility[option])
        kind = str(assembly.facility_kind[facility]) if facility >= 0 else ""
        has_site = facility >= 0 and kind != FacilityKind.INSTITUTION
        out[row] = InstitutionRow(
            row,
            Technology.of_code(p.option_technology[option]),
            facility_site_id(inputs, kind, int(assembly.facility_row[facility])) if has_site else "",
            str(assembly.option_contract[option]),
            float(assembly.option_dl_mbps[option]),
            int(p.facility_node[facility]) if facility >= 0 else -1,
            True,
        )
    return [out.get(row, InstitutionRow(row, Technology.NONE, "", "", 0.0, -1, False)) for row in range(len(found))]


def _intervals(assembly: Assembly, solution: Solution) -> tuple[Ints, Ints]:
    """Preorder numbers: the nodes that hang on v are those with ``before[v] <= number < after[v]``."""
    p = assembly.problem
    order = tree_order(p, solution.parent_arc)
    before = np.full(p.n_nodes, -1, dtype=np.int64)
    before[order] = np.arange(len(order))
    one = np.zeros(p.n_nodes)
    one[order] = 1.0
    return before, before + summed_below(order, solution.parent_arc, p.arc_from, one).astype(np.int64)


def _links(
    inputs: PlanInputs,
    assembly: Assembly,
    solution: Solution,
    rows: list[Row],
    extra_mbps: Floats,
    institution_mbps: Floats,
) -> list[LinkRow]:
    p, graph, network = assembly.problem, assembly.graph, inputs.network
    need = institution_mbps.copy()
    for row in rows:
        if row.node > 0:
            need[row.node] += row.households * inputs.busy_hour_mbps
    order = tree_order(p, solution.parent_arc)
    newly_fed = p.arc_kind[solution.parent_arc[order]] != EXISTING
    need[order[newly_fed]] += extra_mbps[order[newly_fed]]
    through = summed_below(order, solution.parent_arc, p.arc_from, need)
    out = []
    for node in order.tolist():
        arc = int(solution.parent_arc[node])
        if p.arc_kind[arc] == EXISTING:
            continue
        for link, tail in graph.path(arc):
            head = int(network.link_head[link] + network.link_tail[link] - tail)
            flow, modules = float(through[node]), int(graph.arc_modules[arc])
            if p.arc_kind[arc] == FIBRE:
                kind, lines, capacity = (
                    PlanLinkKind.FIBRE,
                    recipes.fibre_route(assembly.lines.costs, network.link_trench_km[link]),
                    np.nan,
                )
            elif p.arc_kind[arc] == HOP:
                kind = PlanLinkKind.HOP
                lines = hop_lines(assembly.lines.costs, network, link, float(modules), float(graph.extra_mast_m[link]))
                capacity = modules * float(network.link_capacity_mbps[link])
            else:
                kind, capacity = PlanLinkKind.SATELLITE, modules * float(network.link_capacity_mbps[link])
                lines = satellite_lines(assembly.lines.costs, network, link, float(modules), flow)
            link_id = f"{kind}:{network.node_id[tail]}>{network.node_id[head]}"
            out.append(LinkRow(link_id, kind, link, tail, head, modules, flow, capacity, lines, node))
    return sorted(out, key=lambda item: item.link_id)


def _sites(
    inputs: PlanInputs,
    assembly: Assembly,
    solution: Solution,
    rows: list[Row],
    connected: list[InstitutionRow],
    links: list[LinkRow],
) -> list[SiteRow]:
    """Sites of the plan: those it uses or builds, the ends of its links, and whoever else serves somebody."""
    out = {site.site_id: site for site in _open_sites(inputs, assembly, solution)}
    for node in sorted({node for link in links for node in (link.tail, link.head)}):
        site = _site_at(inputs, assembly, node)
        if site is not None:
            out.setdefault(site.site_id, site)
    for site in _serving_sites(inputs, assembly, rows, connected):
        out.setdefault(site.site_id, site)
    return [out[site_id] for site_id in sorted(out)]


def _open_sites(inputs: PlanInputs, assembly: Assembly, solution: Solution) -> Iterator[SiteRow]:
    """Sites and exchanges that the plan uses or builds; a standing exchange is told by whom it serves."""
    p, lines = assembly.problem, assembly.lines
    cap = inputs.params.radio.load_cap.value
    load_at = _load_of_sites(inputs, assembly, solution)
    for facility in np.flatnonzero(solution.is_open).tolist():
        kind, row = str(assembly.facility_kind[facility]), int(assembly.facility_row[facility])
        if kind in (FacilityKind.INSTITUTION, FacilityKind.STANDING_EXCHANGE):
            continue
        site_id = facility_site_id(inputs, kind, row)
        node = int(p.facility_node[facility])
        bought = () if kind == FacilityKind.EXISTING else lines.site(kind, row)
        if kind == FacilityKind.EXCHANGE:
            load, power = np.nan, "grid"
        else:
            key = (FacilityKind.NEW if kind == FacilityKind.NEW else FacilityKind.EXISTING, row)
            load = min(load_at.get(key, 0.0), cap)
            power = lines.power(row, lines.new_site_load)[0] if kind == FacilityKind.NEW else "existing"
        yield SiteRow(site_id, STATUS[FacilityKind(kind)], kind, row, node, bought, load, power)


def _load_of_sites(inputs: PlanInputs, assembly: Assembly, solution: Solution) -> dict[tuple[FacilityKind, int], float]:
    """Load of the fullest sector of each site, new or existing, with what was on it before the plan."""
    p, cap = assembly.problem, inputs.params.radio.load_cap.value
    use = pool_use(p, solution.households)
    gain = np.zeros(p.n_pools)
    np.maximum.at(gain, p.gain_pool, p.gain_amount * solution.is_open[p.gain_facility])
    out: dict[tuple[FacilityKind, int], float] = {}
    for pool in np.flatnonzero(assembly.pool_site >= 0).tolist():
        site, n_existing = int(assembly.pool_site[pool]), inputs.n_existing
        key = (FacilityKind.NEW, site - n_existing) if site >= n_existing else (FacilityKind.EXISTING, site)
        reserved = cap - float(gain[pool]) if gain[pool] > 0 else 0.0
        out[key] = max(out.get(key, 0.0), float(use[pool]) + reserved)
    return out


def _site_at(inputs: PlanInputs, assembly: Assembly, node: int) -> SiteRow | None:
    """Relay or existing site at a node of the network; none at places, junctions and points of presence."""
    kind, row, lines = inputs.network.node_kind[node], int(inputs.network.node_row[node]), assembly.lines
    at = int(assembly.graph.local[node])
    if kind == net.CANDIDATE_SITE:
        site_id = str(inputs.candidates["site_id"].iloc[row])
        power = lines.power(row, lines.relay_load)[0]
        return SiteRow(site_id, SiteStatus.RELAY, FacilityKind.NEW, row, at, lines.relay(row), np.nan, power)
    if kind == net.EXISTING_SITE:
        site_id = str(inputs.sites["site_id"].iloc[row])
        return SiteRow(site_id, SiteStatus.EXISTING, FacilityKind.EXISTING, row, at, (), np.nan, "existing")
    return None


def _serving_sites(
    inputs: PlanInputs, assembly: Assembly, rows: list[Row], connected: list[InstitutionRow]
) -> Iterator[SiteRow]:
    """Sites that serve households or institutions outside the decision; what is no site of the country is `outside`."""
    cap = inputs.params.radio.load_cap.value
    stands = {str(site_id): i for i, site_id in enumerate(inputs.sites["site_id"])}
    by_whom = [(row.site_id, row.place) for row in rows]
    by_whom += [(one.site_id, int(inputs.institutions.place[one.row])) for one in connected]
    for site_id, place in by_whom:
        if not site_id:
            continue
        kind, row, load = "outside", place, np.nan
        if site_id in stands:
            kind, row = FacilityKind.EXISTING, stands[site_id]
            load = min(float(assembly.existing_load[row]), cap)
        yield SiteRow(site_id, SiteStatus.EXISTING, kind, row, -1, (), load, "existing")

"""What the sets of a problem cost with a cost book: the one place where anything is priced.

Sets do not change with prices: hops and routes offered are those of the cost book with which the problem was built. A
plan stays a plan, and its cost at other prices is exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allreach.backhaul import network as net
from allreach.finance.cost_items import PriceList
from allreach.params.load import Params
from allreach.planning.instance.backhaul_graph import FIBRE, HOP, SATELLITE, BackhaulGraph
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.instance.unit_costs import UnitLines, fibre_pv_usd, hop_pv_usd, satellite_lines
from allreach.planning.model.problem import Floats, Ints, Prices
from allreach.vocabulary import FacilityKind, Technology


@dataclass(frozen=True)
class Quantities:
    """What the sets of a problem stand for: all that their prices follow from, whatever the cost book.

    Parameters
    ----------
    inputs
        What the plan is made from; its parameters do not count here.
    graph
        Backhaul that may be built.
    option_technology, option_place, option_institution
        Code of the `Technology`, place of each option, and the row of its institution (-1 for homes), shape (O,).
    facility_kind, facility_row
        existing, upgrade, new, exchange or institution; row of the site, candidate, place or institution, shape (F,).
    """

    inputs: PlanInputs
    graph: BackhaulGraph
    option_technology: Ints
    option_place: Ints
    option_institution: Ints
    facility_kind: NDArray[np.str_]
    facility_row: Ints

    def prices(self, params: Params) -> Prices:
        """Price everything with the cost book of some parameters."""
        lines = UnitLines(replace(self.inputs, params=params))
        relay_usd = np.zeros(len(self.inputs.candidates))
        relay_usd[self._relays] = lines.relays_pv_usd(self._relays)
        towers = np.zeros(len(self.graph.node))
        towers[self._relay_node] = relay_usd[self._relays]
        return Prices(self._options(lines), self._facilities(lines, relay_usd), towers, *self._arcs(lines.prices))

    @cached_property
    def _node_of_candidate(self) -> Ints:
        """Node of the graph at each candidate; -1 where it has none."""
        nodes = self.inputs.network.node_of_row(net.CANDIDATE_SITE, len(self.inputs.candidates))
        return np.where(nodes >= 0, self.graph.local[nodes], -1)

    @cached_property
    def _relays(self) -> Ints:
        """Candidates at which a tower can stand."""
        return np.flatnonzero(self._node_of_candidate > 0)

    @cached_property
    def _relay_node(self) -> Ints:
        return self._node_of_candidate[self._relays]

    def _options(self, lines: UnitLines) -> Floats:
        out = np.zeros(len(self.option_technology))
        for number, technology in enumerate(Technology):
            mine = (self.option_technology == number) & (self.option_institution < 0)
            if technology == Technology.FIBRE:
                out[mine] = lines.prices.cost(lines.household(technology, self.option_place[mine])).pv_usd
            elif mine.any():
                out[mine] = lines.pv_usd(lines.household(technology, 0))
        for option in np.flatnonzero(self.option_institution >= 0).tolist():
            technology = Technology.of_code(int(self.option_technology[option]))
            out[option] = lines.pv_usd(lines.institution(int(self.option_institution[option]), technology))
        return out

    def _facilities(self, lines: UnitLines, relay_usd: Floats) -> Floats:
        """Price facilities: nothing for what stands, and for a new site what it costs on top of its tower."""
        out = np.zeros(len(self.facility_kind))
        for name in (FacilityKind.EXCHANGE, FacilityKind.UPGRADE):
            out[self.facility_kind == name] = lines.pv_usd(lines.site(name))
        mine = self.facility_kind == FacilityKind.NEW
        row = self.facility_row[mine]
        out[mine] = np.maximum(lines.new_sites_pv_usd(row) - relay_usd[row], 0.0)
        return out

    def _arcs(self, prices: PriceList) -> tuple[Floats, Floats]:
        graph, network = self.graph, self.inputs.network
        once, per_mbps = np.zeros(len(graph.arc_kind)), np.zeros(len(graph.arc_kind))
        if not len(graph.arc_kind):
            return once, per_mbps
        fibre = graph.arc_kind == FIBRE
        once[fibre] = graph.path_sums(fibre_pv_usd(prices, network))[fibre]
        first_link = graph.path_link[graph.path_start[:-1]]
        hops = np.flatnonzero(graph.arc_kind == HOP)
        link = first_link[hops]
        once[hops] = hop_pv_usd(prices, network, link, graph.arc_modules[hops], graph.extra_mast_m[link])
        feeds = np.flatnonzero(graph.arc_kind == SATELLITE)
        at_gateway = network.node_kind[network.link_head[first_link[feeds]]] == net.GATEWAY
        for arcs in (feeds[at_gateway], feeds[~at_gateway]):
            if len(arcs):
                modules = graph.arc_modules[arcs].astype(np.float64)
                bought = satellite_lines(prices.costs, network, int(first_link[arcs[0]]), modules, 0.0)
                once[arcs] = prices.cost(bought).pv_usd
        per_mbps[feeds] = prices.units["satellite_committed_usd_per_mbps_per_year"].pv_usd
        return once, per_mbps


__all__ = ["Quantities"]

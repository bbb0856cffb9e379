"""The same sets at other prices: what options, facilities, towers and arcs of a problem cost with another cost book.

Sets do not change with prices here: hops and routes offered are those of the base cost book. A plan stays a plan, and
its cost at other prices is exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from allreach.backhaul import network as net
from allreach.finance import recipes
from allreach.finance.cost_items import Line, PriceList
from allreach.params.load import Params
from allreach.planning.instance.backhaul_graph import FIBRE, HOP, SATELLITE, own_masts_m
from allreach.planning.instance.build import Assembly
from allreach.planning.instance.institution_options import AS_IT_IS
from allreach.planning.instance.unit_costs import EXCHANGE, NEW, UPGRADE, UnitLines
from allreach.planning.model.problem import TECHNOLOGIES, Floats, Ints, Problem


@dataclass(frozen=True)
class Prices:
    """Coefficients of a `Problem` that depend on the cost book; names and shapes as there."""

    option_pv_usd: Floats
    facility_pv_usd: Floats
    node_tower_pv_usd: Floats
    arc_pv_usd: Floats
    arc_pv_usd_per_mbps: Floats

    def on(self, problem: Problem) -> Problem:
        """Return the problem at these prices."""
        return replace(
            problem,
            option_pv_usd=self.option_pv_usd,
            facility_pv_usd=self.facility_pv_usd,
            node_tower_pv_usd=self.node_tower_pv_usd,
            arc_pv_usd=self.arc_pv_usd,
            arc_pv_usd_per_mbps=self.arc_pv_usd_per_mbps,
        )


class Repricer:
    """Prices a problem with one cost book after another.

    Parameters
    ----------
    assembly
        Problem and what its numbers stand for.
    """

    def __init__(self, assembly: Assembly) -> None:
        self.assembly = assembly
        p, inputs = assembly.problem, assembly.lines.inputs
        self.inputs = inputs
        graph, network = assembly.graph, inputs.network
        self.option_place = p.part_place[p.option_part]
        self.option_institution = assembly.part_institution[p.option_part]
        nodes = network.node_of_row(net.CANDIDATE_SITE, len(inputs.candidates))
        at = np.where(nodes >= 0, graph.local[nodes], -1)
        self.relay_candidate = np.flatnonzero(at > 0)
        self.relay_node = at[self.relay_candidate]
        table = inputs.candidates
        self.height_m = table["height_agl_m"].to_numpy(dtype=np.float64)
        track_km = table["access_km"].to_numpy(dtype=np.float64)
        self.track_km = np.where(np.isfinite(track_km), track_km, 0.0)
        self.power_km = table["power_km"].to_numpy(dtype=np.float64)
        first = graph.path_start[:-1]
        self.first_link = graph.path_link[first] if len(first) else np.zeros(0, dtype=np.int64)
        masts_m = own_masts_m(inputs)
        link = self.first_link
        self.extra_mast_m = np.maximum(network.link_mast_tail_m[link] - masts_m[network.link_tail[link]], 0.0)
        self.extra_mast_m += np.maximum(network.link_mast_head_m[link] - masts_m[network.link_head[link]], 0.0)
        self.extra_mast_m = np.nan_to_num(self.extra_mast_m)

    def prices(self, params: Params) -> Prices:
        """Price everything with a cost book."""
        lines = UnitLines(replace(self.inputs, params=params))
        return Prices(
            self._options(lines),
            self._facilities(lines),
            self._towers(lines),
            *self._arcs(lines.prices),
        )

    def _options(self, lines: UnitLines) -> Floats:
        p = self.assembly.problem
        out = np.zeros(p.n_options)
        for number, technology in enumerate(TECHNOLOGIES):
            mine = (p.option_technology == number) & (self.option_institution < 0)
            if technology == "fibre":
                out[mine] = lines.prices.cost(lines.household(technology, self.option_place[mine])).pv_usd
            elif technology not in ("existing", "none"):
                out[mine] = lines.pv_usd(lines.household(technology, 0))
        for option in np.flatnonzero(self.option_institution >= 0).tolist():
            technology = TECHNOLOGIES[int(p.option_technology[option])]
            out[option] = lines.pv_usd(lines.institution(int(self.option_institution[option]), technology))
        return out

    def _facilities(self, lines: UnitLines) -> Floats:
        kind, row = self.assembly.facility_kind, self.assembly.facility_row
        out = np.zeros(len(kind))
        for name in (EXCHANGE, UPGRADE):
            out[kind == name] = lines.pv_usd(lines.site(name))
        mine = kind == NEW
        relay_usd = np.zeros(len(self.inputs.candidates))
        relay_usd[self.relay_candidate] = self._relays(lines, self.relay_candidate)
        out[mine] = np.maximum(self._new_sites(lines, row[mine]) - relay_usd[row[mine]], 0.0)
        out[kind == AS_IT_IS] = 0.0
        return out

    def _towers(self, lines: UnitLines) -> Floats:
        out = np.zeros(self.assembly.problem.n_nodes)
        out[self.relay_node] = self._relays(lines, self.relay_candidate)
        return out

    def _new_sites(self, lines: UnitLines, rows: Ints) -> Floats:
        bought = (
            *recipes.site(self.height_m[rows], track_km=self.track_km[rows]),
            *recipes.site_upgrade(lines.costs)[:2],
        )
        load_share = 1.0 + lines.costs.site_upgrade_power_share.value
        return _array(lines.prices.cost(bought).pv_usd, rows) + self._power(lines, rows, load_share)

    def _relays(self, lines: UnitLines, rows: Ints) -> Floats:
        bought = recipes.relay(self.height_m[rows], track_km=self.track_km[rows])
        load_share = lines.costs.relay_power_share.value
        return _array(lines.prices.cost(bought).pv_usd, rows) + self._power(lines, rows, load_share)

    def _power(self, lines: UnitLines, rows: Ints, load_share: float) -> Floats:
        """Cheaper of grid and solar."""
        solar = lines.pv_usd(recipes.solar_power(lines.costs, load_share=load_share))
        km = self.power_km[rows]
        has_grid = np.isfinite(km)
        grid = lines.prices.cost(recipes.grid_power(lines.costs, np.where(has_grid, km, 0.0), load_share=load_share))
        return np.where(has_grid, np.minimum(grid.pv_usd, solar), solar)

    def _arcs(self, prices: PriceList) -> tuple[Floats, Floats]:
        p, graph, network = self.assembly.problem, self.assembly.graph, self.inputs.network
        once, per_mbps = np.zeros(p.n_arcs), np.zeros(p.n_arcs)
        if not p.n_arcs:
            return once, per_mbps
        is_fibre = network.link_kind == net.FIBRE
        link_usd = np.zeros(len(network.link_kind))
        if is_fibre.any():
            link_usd[is_fibre] = prices.cost(recipes.fibre_route(prices.costs, network.link_trench_km[is_fibre])).pv_usd
        total = np.add.reduceat(link_usd[graph.path_link], graph.path_start[:-1])
        fibre = p.arc_kind == FIBRE
        once[fibre] = total[fibre]
        hops = np.flatnonzero(p.arc_kind == HOP)
        link = self.first_link[hops]
        band = np.searchsorted(recipes.HOP_BANDS_KM, network.link_length_km[link])
        over_sea = network.link_is_sea[link].astype(bool)
        for key in sorted(set(zip(band.tolist(), over_sea.tolist(), strict=True))):
            mine = hops[(band == key[0]) & (over_sea == key[1])]
            length_km = float(network.link_length_km[self.first_link[mine[0]]])
            channels = graph.arc_modules[mine].astype(np.float64)
            bought = recipes.hop(prices.costs, length_km, n_channels=channels, over_sea=key[1])
            once[mine] = prices.cost((*bought, Line("tower_usd_per_m", self.extra_mast_m[mine]))).pv_usd
        feeds = np.flatnonzero(p.arc_kind == SATELLITE)
        at_gateway = network.node_kind[network.link_head[self.first_link[feeds]]] == net.GATEWAY
        gateways = feeds[at_gateway]
        count = graph.arc_modules[gateways].astype(np.float64)
        once[gateways] = prices.cost(recipes.gateway(prices.costs, 0.0, n_gateways=count)).pv_usd
        once[feeds[~at_gateway]] = float(prices.cost(recipes.satellite_backhaul(prices.costs, 0.0)).pv_usd)
        per_mbps[feeds] = prices.units["satellite_committed_usd_per_mbps_per_year"].pv_usd
        return once, per_mbps


def _array(value: Floats, rows: Ints) -> Floats:
    return np.broadcast_to(value, rows.shape).astype(np.float64)


__all__ = ["Prices", "Repricer"]

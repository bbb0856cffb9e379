"""The backhaul network that a plan may build: nodes, links that could exist, and where each link runs.

Quantities only (kilometres by trench class, mast heights, bands, capacities): prices are laid on by planning, so that
one network serves every price list.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from allreach.backhaul.trench import N_CLASSES
from allreach.grid import Grid
from allreach.vocabulary import LinkKind, NodeKind

# The codes under the short names that readers of a network use: ``net.FIBRE``, ``net.GATEWAY``.
CORE_LINK, FIBRE, HOP, SATELLITE = LinkKind
CORE, POP, EXISTING_SITE, CANDIDATE_SITE, EXCHANGE, GATEWAY, JUNCTION, INSTITUTION = NodeKind


@dataclass(frozen=True)
class BackhaulNetwork:
    """Everything that could carry traffic from sites and exchanges to the core.

    Links are undirected and stored once with ``link_tail < link_head``; those at node 0 are used away from the core
    only. A fibre link is one trench whatever its direction.

    Parameters
    ----------
    grid
        Grid whose CRS the positions are in.
    node_id
        Identifier, unique: ``core``, ``pop:FIBRE_ID``, ``tap:FIBRE_ID:N``, ``site:SITE_ID``, ``exchange:PLACE_ID``,
        ``institution:INSTITUTION_ID``, ``gateway:PART``, ``road:LON:LAT`` (1e-6 degree).
    node_kind
        `vocabulary.NodeKind`.
    node_row
        Row in the table that the node is from (fibre for a pop or tap, sites, candidates, places for an exchange,
        institutions; for a gateway the place it stands at); -1 for the core and for junctions.
    node_x_m, node_y_m
        Position; NaN for the core. [m in the grid's CRS]
    node_part
        Number of the connected part of the fibre graph without the core (0 is the largest by nodes); -1 for the core
        and for nodes that no fibre reaches.
    link_tail, link_head
        Node numbers.
    link_kind
        `vocabulary.LinkKind`.
    link_length_km
        Route length; 0 for links of kind core and satellite. [km]
    link_capacity_mbps
        Capacity of one module; infinite where it never binds. [Mbit/s]
    link_n_modules_max
        How many modules (radio channels of a hop, gateways side by side) may be stacked; 1 for all others.
    link_trench_km
        Fibre length by `trench.TRENCH_CLASSES`, shape (links, classes). [km]
    link_freq_ghz
        Carrier of a hop; NaN for others. [GHz]
    link_mast_tail_m, link_mast_head_m
        Mast needed at the ends of a hop, never above an existing site's own; 0 for others. [m above ground]
    link_outage_pct
        Share of an average year in which rain or fading cuts a hop; NaN for others, and where the air is not known. [%]
    link_is_sea
        Fibre: whether any of it is a cable under water; hop: whether half of it or more runs over water.
    route_x_m, route_y_m, route_start
        Vertices of all fibre routes from tail to head; link i owns ``route_start[i]:route_start[i + 1]`` (empty for
        other kinds). [m]
    notes
        What the report should say (parts without a point of presence, points that no road reaches).
    """

    grid: Grid
    node_id: NDArray[np.str_]
    node_kind: NDArray[np.int8]
    node_row: NDArray[np.int64]
    node_x_m: NDArray[np.float64]
    node_y_m: NDArray[np.float64]
    node_part: NDArray[np.int64]
    link_tail: NDArray[np.int64]
    link_head: NDArray[np.int64]
    link_kind: NDArray[np.int8]
    link_length_km: NDArray[np.float64]
    link_capacity_mbps: NDArray[np.float64]
    link_n_modules_max: NDArray[np.int64]
    link_trench_km: NDArray[np.float64]
    link_freq_ghz: NDArray[np.float64]
    link_mast_tail_m: NDArray[np.float64]
    link_mast_head_m: NDArray[np.float64]
    link_outage_pct: NDArray[np.float64]
    link_is_sea: NDArray[np.bool_]
    route_x_m: NDArray[np.float64]
    route_y_m: NDArray[np.float64]
    route_start: NDArray[np.int64]
    notes: tuple[str, ...] = ()

    @property
    def n_nodes(self) -> int:
        """Nodes, the core among them."""
        return len(self.node_kind)

    @property
    def n_links(self) -> int:
        """Links that could exist."""
        return len(self.link_kind)

    def nodes(self, kind: int) -> NDArray[np.int64]:
        """Node numbers of one kind, ascending."""
        return np.flatnonzero(self.node_kind == kind)

    def node_of_row(self, kind: int, n_rows: int) -> NDArray[np.int64]:
        """Node of each row of the table that a kind of node is from; -1 where the row has none."""
        out = np.full(n_rows, -1, dtype=np.int64)
        numbers = self.nodes(kind)
        out[self.node_row[numbers]] = numbers
        return out

    def route(self, link: int) -> shapely.LineString:
        """Course of a link in WGS 84, tail to head; for satellite and core links a stub at the head."""
        lo, hi = int(self.route_start[link]), int(self.route_start[link + 1])
        tail, head = int(self.link_tail[link]), int(self.link_head[link])
        if hi > lo:
            x_m, y_m = self.route_x_m[lo:hi], self.route_y_m[lo:hi]
        elif self.link_kind[link] == HOP:
            x_m, y_m = self.node_x_m[[tail, head]], self.node_y_m[[tail, head]]
        else:
            x_m = self.node_x_m[head] + np.array([0.0, 0.0])
            y_m = self.node_y_m[head] + np.array([self.grid.pixel_m, 0.0])
        return shapely.LineString(np.column_stack(self.grid.to_lonlat(x_m, y_m)))

    def __post_init__(self) -> None:
        if self.link_trench_km.shape != (self.n_links, N_CLASSES):
            raise ValueError(
                f"link_trench_km has shape {self.link_trench_km.shape}, expected {(self.n_links, N_CLASSES)}"
            )
        if len(self.route_start) != self.n_links + 1:
            raise ValueError(f"route_start has length {len(self.route_start)}, expected {self.n_links + 1}")
        if self.n_nodes and self.node_kind[0] != NodeKind.CORE:
            raise ValueError("node 0 must be the core")

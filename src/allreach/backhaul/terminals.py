"""Points that the backhaul network may have to join: fibre that is there, sites, exchanges, institutions."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from allreach.backhaul.ground import Ground
from allreach.backhaul.hops import FED, NOT_FED, PARTLY_FED
from allreach.params.backhaul import Backhaul
from allreach.vocabulary import FibreFeature, FibreStatus, NodeKind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
KM_PER_DEG = 111.32  # of latitude


@dataclass(frozen=True)
class BackhaulTables:
    """Tables of a country from which its backhaul network is made.

    Parameters
    ----------
    roads, fibre, sites, places
        Tables of the country. Operational fibre only; every fibre node is a point of presence.
    candidates
        New sites, columns of table ``sites`` (rows of existing sites must not be among them).
    exchange_rows
        Rows of ``places`` where fibre to the home could start; by default all.
    institutions
        Table ``institutions``: further points that fibre could reach; by default none.
    existing_load_mbps
        Busy-hour traffic of today's users per row of ``sites``; taken off the capacity of its present backhaul.
        By default none. [Mbit/s]
    """

    roads: gpd.GeoDataFrame
    fibre: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    exchange_rows: Ints | None = None
    institutions: gpd.GeoDataFrame | None = None
    existing_load_mbps: Floats | None = None


@dataclass(frozen=True)
class Terminals:
    """Points that the network may have to join, in the order of their nodes (node 1 is the first).

    Parameters
    ----------
    node_id, kind, row, lon_deg, lat_deg
        As the nodes of `BackhaulNetwork`.
    feed
        How the point is fed today: `hops.FED`, `PARTLY_FED`, `NOT_FED`.
    feed_mbps
        What its present feed can still carry; 0 where there is none. [Mbit/s]
    masts_m
        Heights a hop could start from, padded with NaN; a row of NaN where no hop can. [m]
    may_satellite
        Whether the point can have a satellite link of its own.
    stands
        Whether it is there already.
    """

    node_id: NDArray[np.str_]
    kind: NDArray[np.int8]
    row: Ints
    lon_deg: Floats
    lat_deg: Floats
    feed: NDArray[np.int8]
    feed_mbps: Floats
    masts_m: Floats
    may_satellite: NDArray[np.bool_]
    stands: NDArray[np.bool_]


def terminals(layers: BackhaulTables, ground: Ground, params: Backhaul, notes: list[str]) -> Terminals:
    """Collect the points; what had to be assumed is added to the notes."""
    heights = np.asarray(params.mast_heights_m, dtype=float)
    batch = _Batch(len(heights) + 1)
    n_known = _add_nodes(batch, layers.fibre, heights) + _add_taps(batch, layers.fibre, ground, params)
    if not n_known and len(layers.places):
        name = _assume_node(batch, layers.places, heights)
        notes.append(f"no operational fibre is known: a point of presence is assumed in the largest place ({name})")
    _add_sites(batch, layers.sites, layers.existing_load_mbps, params)
    _add_candidates(batch, layers.candidates, heights)
    places = layers.places
    rows = np.arange(len(places)) if layers.exchange_rows is None else np.asarray(layers.exchange_rows, dtype=np.int64)
    exchanges = places.iloc[rows]
    batch.add(_prefixed("exchange:", exchanges["place_id"]), NodeKind.EXCHANGE, rows, exchanges.geometry)
    if layers.institutions is not None:
        found = layers.institutions
        names = _prefixed("institution:", found["institution_id"])
        batch.add(names, NodeKind.INSTITUTION, np.arange(len(found)), found.geometry)
    return batch.terminals()


class _Batch:
    """Collects terminals; each kind is put in the order of its identifiers, so that row order does not matter."""

    def __init__(self, n_masts: int) -> None:
        self.n_masts = n_masts
        self.columns: dict[str, list[NDArray]] = {name: [] for name in Terminals.__dataclass_fields__}

    def add(
        self,
        node_id: NDArray[np.str_],
        kind: int,
        row: Ints,
        geometry: gpd.GeoSeries,
        *,
        feed: NDArray | int = NOT_FED,
        feed_mbps: NDArray | float = 0.0,
        masts_m: NDArray | float = np.nan,
        may_satellite: bool = False,
        stands: bool = False,
    ) -> None:
        """Append points of one kind: by default new ones that nothing feeds and no hop could reach."""
        n = len(node_id)
        order = np.argsort(node_id, kind="stable")
        masts = np.full((n, self.n_masts), np.nan)
        masts_m = np.atleast_2d(masts_m)
        masts[:, : masts_m.shape[1]] = masts_m
        values = {
            "node_id": node_id,
            "kind": np.full(n, kind, dtype=np.int8),
            "row": np.asarray(row, dtype=np.int64),
            "lon_deg": geometry.x.to_numpy(dtype=float),
            "lat_deg": geometry.y.to_numpy(dtype=float),
            "feed": np.broadcast_to(np.asarray(feed, dtype=np.int8), n),
            "feed_mbps": np.broadcast_to(np.asarray(feed_mbps, dtype=float), n),
            "masts_m": masts,
            "may_satellite": np.full(n, may_satellite),
            "stands": np.full(n, stands),
        }
        for name, value in values.items():
            self.columns[name].append(value[order])

    def terminals(self) -> Terminals:
        """Everything collected."""
        return Terminals(**{name: np.concatenate(parts) for name, parts in self.columns.items()})


def _is_live(fibre: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    return np.asarray(fibre["status"].to_numpy(dtype=str) == FibreStatus.OPERATIONAL)


def _capacity_mbps(fibre: gpd.GeoDataFrame) -> Floats:
    """Capacity of each row of ``fibre``; without limit where none is stated. [Mbit/s]."""
    capacity = fibre["capacity_mbps"].to_numpy(dtype=float)
    return np.where(np.isnan(capacity), np.inf, capacity)


def _add_nodes(batch: _Batch, fibre: gpd.GeoDataFrame, heights_m: Floats) -> int:
    """Add points of presence at fibre nodes; return how many."""
    nodes = np.flatnonzero(_is_live(fibre) & (fibre["feature"].to_numpy(dtype=str) == FibreFeature.NODE))
    batch.add(
        _prefixed("pop:", fibre["fibre_id"].iloc[nodes]),
        NodeKind.POP,
        nodes,
        fibre.geometry.iloc[nodes],
        feed=FED,
        feed_mbps=_capacity_mbps(fibre)[nodes],
        masts_m=heights_m,
        stands=True,
    )
    return len(nodes)


def _add_taps(batch: _Batch, fibre: gpd.GeoDataFrame, ground: Ground, params: Backhaul) -> int:
    """Add splice points along spans, those in the country; return how many."""
    names: list[str] = []
    rows: list[int] = []
    taps: list[shapely.Point] = []
    spacing_deg = params.tap_spacing_km.value / KM_PER_DEG  # spacing need not be exact
    spans = _is_live(fibre) & (fibre["feature"].to_numpy(dtype=str) != FibreFeature.NODE)
    for row in np.flatnonzero(spans).tolist():
        n_of_span = 0
        for line in shapely.get_parts(fibre.geometry.iloc[row]):
            n_taps = max(1, int(np.ceil(line.length / spacing_deg)))
            for number in range(n_taps):
                names.append(f"tap:{fibre['fibre_id'].iloc[row]}:{n_of_span:05d}")
                n_of_span += 1
                rows.append(row)
                taps.append(line.interpolate((number + 0.5) / n_taps, normalized=True))
    home = np.flatnonzero(ground.is_home([tap.x for tap in taps], [tap.y for tap in taps]))
    rows_at_home = np.asarray(rows, dtype=np.int64)[home]
    batch.add(
        np.asarray(names, dtype=str)[home],
        NodeKind.POP,
        rows_at_home,
        gpd.GeoSeries(taps, crs=fibre.crs).iloc[home],
        feed=FED,
        feed_mbps=_capacity_mbps(fibre)[rows_at_home],
        stands=True,
    )
    return len(home)


def _assume_node(batch: _Batch, places: gpd.GeoDataFrame, heights_m: Floats) -> str:
    """Put a point of presence into the largest place; return its name."""
    largest = np.lexsort((places["place_id"].to_numpy(dtype=str), -places["population"].to_numpy(dtype=float)))[:1]
    batch.add(
        np.asarray(["pop:assumed"]),
        NodeKind.POP,
        np.asarray([-1]),
        places.geometry.iloc[largest],
        feed=FED,
        feed_mbps=np.inf,
        masts_m=heights_m,
        stands=True,
    )
    return str(places["name"].iloc[largest[0]])


def _add_sites(batch: _Batch, sites: gpd.GeoDataFrame, load_mbps: Floats | None, params: Backhaul) -> None:
    """Add sites that stand, with what their present backhaul has left."""
    load = np.zeros(len(sites)) if load_mbps is None else np.asarray(load_mbps, dtype=float)
    kind = sites["backhaul_kind"].to_numpy(dtype=str)
    usual = np.select(
        [kind == "fibre", kind == "satellite"],
        [params.fibre_site_mbps.value, params.satellite_site_mbps.value],
        params.microwave_site_mbps.value,
    )
    capacity = sites["backhaul_mbps"].to_numpy(dtype=float)
    capacity = np.where(np.isnan(capacity), usual, capacity)
    batch.add(
        _prefixed("site:", sites["site_id"]),
        NodeKind.EXISTING_SITE,
        np.arange(len(sites)),
        sites.geometry,
        feed=np.select([kind == "fibre", kind == "satellite"], [FED, NOT_FED], PARTLY_FED),
        feed_mbps=np.maximum(capacity - load, 0.0),
        masts_m=sites["height_agl_m"].to_numpy(dtype=float)[:, None],
        may_satellite=True,
        stands=True,
    )


def _add_candidates(batch: _Batch, candidates: gpd.GeoDataFrame, heights_m: Floats) -> None:
    """Add new sites: hops may start from their own mast and from any higher one."""
    own = candidates["height_agl_m"].to_numpy(dtype=float)[:, None]
    masts = np.concatenate([own, np.where(heights_m[None, :] > own, heights_m[None, :], np.nan)], axis=1)
    batch.add(
        _prefixed("site:", candidates["site_id"]),
        NodeKind.CANDIDATE_SITE,
        np.arange(len(candidates)),
        candidates.geometry,
        masts_m=np.sort(masts, axis=1),
        may_satellite=True,
    )


def _prefixed(prefix: str, names: gpd.GeoSeries) -> NDArray[np.str_]:
    return np.asarray([prefix + str(name) for name in names], dtype=str)

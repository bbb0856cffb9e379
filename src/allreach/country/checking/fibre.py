"""Fibre against itself and against the sites: parts that nothing joins, and sites on fibre where there is none."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from allreach.errors import Fault
from allreach.grid import Grid
from allreach.vocabulary import BackhaulKind, FibreFeature, FibreKind, FibreStatus

CORE = (FibreKind.POP, FibreKind.GATEWAY)
GATEWAYS = (*CORE, FibreKind.EXCHANGE)
JOINED_M = 100.0  # ends nearer than this are one: positions come from drawings
FAR_M = 1000.0  # a site "on fibre" farther than this from any is doubted


def fibre_faults(layers: dict[str, pd.DataFrame], grid: Grid | None) -> list[Fault]:
    """All faults of the fibre beside those of its references."""
    fibre, sites = layers.get("fibre"), layers.get("sites")
    on_air = _sound(fibre)
    faults = _no_gateway(fibre, sites)
    if on_air is None or grid is None or on_air.empty:
        return faults
    metric = np.asarray(on_air.geometry.to_crs(grid.crs).array)
    faults += _islands(on_air, metric)
    if sites is not None:
        faults += _far_sites(sites, metric, grid)
    return faults


def _no_gateway(fibre: pd.DataFrame | None, sites: pd.DataFrame | None) -> list[Fault]:
    has_pop = fibre is not None and ((fibre["feature"] == FibreFeature.NODE) & fibre["kind"].isin(GATEWAYS)).any()
    has_site = sites is not None and (sites["backhaul_kind"] == BackhaulKind.FIBRE).any()
    if has_pop or has_site:
        return []
    return [
        Fault(
            "fibre.parquet",
            "no point of presence is known",
            "a fibre node of kind pop, exchange or gateway, or a site with fibre",
            "Without one, plans can only use satellite backhaul or a ruled gateway",
            severity="warning",
            kind="backhaul",
        )
    ]


def _sound(fibre: pd.DataFrame | None) -> gpd.GeoDataFrame | None:
    """Rows in operation with a usable geometry."""
    if not isinstance(fibre, gpd.GeoDataFrame):
        return None
    bounds = shapely.bounds(np.asarray(fibre.geometry.array))
    finite = np.isfinite(bounds).all(axis=1) & (np.abs(bounds[:, [1, 3]]) <= 90).all(axis=1)
    return fibre[finite & (fibre["status"] == FibreStatus.OPERATIONAL)].reset_index(drop=True)


def _islands(fibre: gpd.GeoDataFrame, metric: NDArray[np.object_]) -> list[Fault]:
    """Parts of the network that no span joins: each with a point of presence counts as connected to the core."""
    if not (fibre["feature"] == FibreFeature.SPAN).any():
        return []  # points of presence alone say nothing of how they are joined
    part = _parts(fibre, metric)
    n_parts = int(part.max()) + 1
    is_core = ((fibre["feature"] == FibreFeature.NODE) & fibre["kind"].isin(CORE)).to_numpy()
    is_exchange = ((fibre["feature"] == FibreFeature.NODE) & (fibre["kind"] == FibreKind.EXCHANGE)).to_numpy()
    km = np.bincount(part, weights=np.asarray(shapely.length(metric)) / 1000.0, minlength=n_parts)
    with_core = np.bincount(part, weights=is_core, minlength=n_parts) > 0
    lost = ~with_core & ((km > 0) | (np.bincount(part, weights=is_exchange, minlength=n_parts) > 0))
    faults = []
    if lost.any() and with_core.any():
        ids = sorted({str(v) for v in fibre["fibre_id"].to_numpy()[lost[part]]})
        faults.append(
            Fault(
                "fibre.parquet",
                f"{int(lost.sum())} parts with {km[lost].sum():,.1f} km of spans hang on no point of presence "
                f"({', '.join(ids[:5])}{', ...' if len(ids) > 5 else ''})",
                f"spans that join them to one (ends within {JOINED_M:g} m are joined)",
                "Add the spans that lack, or the point of presence on each part",
                severity="warning",
                kind="fibre-islands",
            )
        )
    if int(with_core.sum()) > 1:
        faults.append(
            Fault(
                "fibre.parquet",
                f"its points of presence stand on {int(with_core.sum())} parts that no span joins, and each "
                "part counts as connected to the core",
                "one network, or points of presence that are reached over leased lines or abroad",
                "Where a part is cut off in truth, give its nodes another kind than pop or gateway",
                severity="warning",
                kind="fibre-islands",
            )
        )
    return faults


def _parts(fibre: gpd.GeoDataFrame, metric: NDArray[np.object_]) -> NDArray[np.int64]:
    """Tell connected parts apart: rows hang together where a span names a node or geometries nearly touch."""
    near = shapely.STRtree(metric).query(metric, predicate="dwithin", distance=JOINED_M)
    row_of = {node: i for i, node in enumerate(fibre["fibre_id"]) if fibre["feature"].iloc[i] == FibreFeature.NODE}
    named = [
        (i, row_of[end])
        for name in ("from_id", "to_id")
        for i, end in enumerate(fibre[name])
        if end in row_of and fibre["feature"].iloc[i] == FibreFeature.SPAN
    ]
    edges = np.concatenate([near.T, np.array(named, dtype=np.int64).reshape(-1, 2)])
    graph = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(len(fibre), len(fibre)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _far_sites(sites: pd.DataFrame, metric: NDArray[np.object_], grid: Grid) -> list[Fault]:
    if not isinstance(sites, gpd.GeoDataFrame):
        return []
    on_fibre = sites[(sites["backhaul_kind"] == BackhaulKind.FIBRE) & (sites.geometry.geom_type == "Point")]
    on_fibre = on_fibre[np.isfinite(on_fibre.geometry.x) & np.isfinite(on_fibre.geometry.y)]
    if on_fibre.empty:
        return []
    points = shapely.points(*grid.from_lonlat(on_fibre.geometry.x.to_numpy(), on_fibre.geometry.y.to_numpy()))
    near = np.unique(shapely.STRtree(metric).query(points, predicate="dwithin", distance=FAR_M)[0])
    far = np.ones(len(points), dtype=bool)
    far[near] = False
    if not far.any():
        return []
    ids = [str(v) for v in on_fibre["site_id"].to_numpy()[far]]
    return [
        Fault(
            "sites.parquet, column backhaul_kind",
            f"{len(ids)} of {len(on_fibre)} sites on fibre stand over {FAR_M / 1000:g} km from any fibre of "
            f"fibre.parquet ({', '.join(ids[:5])}{', ...' if len(ids) > 5 else ''})",
            "fibre at each of them",
            "Correct backhaul_kind, or bring the fibre in that leads there: a site on fibre counts as part of the core",
            severity="warning",
            kind="backhaul",
        )
    ]

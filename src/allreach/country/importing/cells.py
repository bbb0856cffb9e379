"""Masts from lists of radio cells, such as exports of OpenCelliD: a row is a cell there, not a mast."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from allreach.errors import Fault, InputError

EARTH_RADIUS_M = 6_371_008.8
TWIN_M = 50.0  # sites of one operator nearer than this are taken for cells of one mast
MOST_TOGETHER = 3000  # a larger crowd of cells is not split further than by touching
MOST_PAIRS = 20_000_000  # of cells near each other; thousands of positions within some metres are no list of cells


def mast_of_rows(table: gpd.GeoDataFrame, within_m: float) -> NDArray[np.int64]:
    """Mast of each row: rows of one operator whose positions lie within a distance of each other, pair by pair.

    Complete linkage, so that a street of small cells is no single mast. Numbered from 0 in the order of first rows.

    Parameters
    ----------
    table
        Table ``sites`` or rows for it, points in longitude and latitude, and the operator where it is known.
    within_m
        Largest distance between two cells of a mast. [m]
    """
    xyz = on_sphere_m(table)
    operator = table["operator"].astype(str).to_numpy() if "operator" in table.columns else np.full(len(table), "")
    label = np.full(len(table), -1, dtype=np.int64)
    n_masts = 0
    for name in dict.fromkeys(operator):
        rows = np.flatnonzero(operator == name)
        mast = _within(xyz[rows], within_m)
        label[rows] = n_masts + mast
        n_masts += int(mast.max(initial=-1)) + 1
    _, first, number = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.asarray(rank[number])


def near_twins(table: gpd.GeoDataFrame, within_m: float = TWIN_M) -> NDArray[np.bool_]:
    """Rows that share a mast with an earlier row of the same operator."""
    return np.asarray(pd.Series(mast_of_rows(table, within_m)).duplicated())


def masts_of_cells(table: gpd.GeoDataFrame, within_m: float) -> gpd.GeoDataFrame:
    """One row a mast: its sectors, its technologies, the middle of its cells.

    Sectors are the most cells of one technology and frequency; the other columns are those of the first cell.
    """
    order = np.argsort(table["site_id"].astype(str).to_numpy(), kind="stable") if "site_id" in table.columns else None
    table = table.iloc[order] if order is not None else table
    mast = mast_of_rows(table, within_m)
    first = ~pd.Series(mast).duplicated().to_numpy()
    out = table[first].copy()
    xy = shapely.get_coordinates(np.asarray(table.geometry.array))
    n = np.bincount(mast)
    out["geometry"] = gpd.points_from_xy(np.bincount(mast, xy[:, 0]) / n, np.bincount(mast, xy[:, 1]) / n)
    if "technologies" in table.columns:
        words = table["technologies"].astype(str).str.split(";")
        joined = [sorted({w.strip() for w in group if w.strip()}) for group in words.groupby(mast).sum()]
        out["technologies"] = [";".join(group) for group in joined]
    if "n_sectors" not in table.columns:
        kinds = [table[name].astype(str).to_numpy() for name in ("technologies", "band_mhz") if name in table.columns]
        alike = pd.Series(1, index=range(len(table))).groupby([mast, *kinds]).size()
        out["n_sectors"] = alike.groupby(level=0).max().to_numpy() if kinds else n
    return out


def on_sphere_m(table: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Positions in space: over a few hundred metres the chord is the distance."""
    lon, lat = np.radians(shapely.get_coordinates(np.asarray(table.geometry.array))).T
    return EARTH_RADIUS_M * np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _within(xyz: NDArray[np.float64], within_m: float) -> NDArray[np.int64]:
    """Group of each position; equal positions, of which a list may have thousands, are one."""
    xyz, of_row = np.unique(xyz, axis=0, return_inverse=True)
    of_row = of_row.reshape(-1)
    near = cKDTree(xyz)
    n_pairs = near.count_neighbors(near, within_m) // 2
    if n_pairs > MOST_PAIRS:
        what = f"crowd so that {n_pairs:,} pairs of positions lie within {within_m:g} m of each other"
        raise InputError(Fault("sites", what, "positions of masts or cells", "Are the positions rounded or made up?"))
    pairs = near.query_pairs(within_m, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(xyz), len(xyz)))
    n_groups, group = connected_components(graph, directed=False)
    out: NDArray[np.int64] = group.astype(np.int64)
    size = np.bincount(group, minlength=n_groups)
    for number in np.flatnonzero((size > 2) & (size <= MOST_TOGETHER)):
        rows = np.flatnonzero(group == number)
        split = fcluster(linkage(xyz[rows], "complete"), within_m, "distance")
        for extra in range(2, int(split.max()) + 1):
            out[rows[split == extra]] = n_groups
            n_groups += 1
    return np.asarray(out[of_row])

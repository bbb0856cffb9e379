"""Fibre as the Open Fibre Data Standard gives it: nodes and spans numbered apart, spans without a course."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from allreach import tables
from allreach.vocabulary import FibreFeature

SPAN_PREFIX = "span-"


def with_courses(table: pd.DataFrame, beside: pd.DataFrame | None) -> tuple[gpd.GeoDataFrame, int]:
    """Spans without geometry as straight lines between their nodes; and how many.

    Parameters
    ----------
    table
        Rows for the layer ``fibre``, with or without geometry.
    beside
        Rows that the layer has already, or none.
    """
    if not isinstance(table, gpd.GeoDataFrame):
        table = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([None] * len(table), index=table.index), crs=tables.CRS)
    needed = ("feature", "fibre_id", "from_id", "to_id")
    if any(name not in table.columns for name in needed[:1] + needed[2:]):
        return table, 0
    lost = ((table["feature"] == FibreFeature.SPAN) & (table.geometry.isna() | table.geometry.is_empty)).to_numpy()
    if not lost.any():
        return table, 0
    points: dict[str, object] = {}
    for part in (beside, table):
        if part is not None and "fibre_id" in part.columns:
            nodes = part[(part["feature"] == FibreFeature.NODE) & (part.geometry.geom_type == "Point")]
            points |= dict(zip(nodes["fibre_id"].astype(str), nodes.geometry, strict=True))
    geometry = np.asarray(table.geometry.array).copy()
    ends = [(points.get(str(a)), points.get(str(b))) for a, b in zip(table["from_id"], table["to_id"], strict=True)]
    drawn = lost & np.array([a is not None and b is not None for a, b in ends], dtype=bool)
    for i in np.flatnonzero(drawn):
        geometry[i] = shapely.LineString(ends[i])
    return table.set_geometry(gpd.GeoSeries(geometry, index=table.index, crs=table.crs)), int(drawn.sum())


def spans_apart(table: pd.DataFrame, beside: pd.DataFrame | None = None) -> tuple[pd.DataFrame, int]:
    """Spans that bear the number of a node get a prefix, since the standard numbers the two apart; and how many.

    Spans are named by nothing else, so no reference breaks.
    """
    nodes = [part.loc[part["feature"] == FibreFeature.NODE, "fibre_id"] for part in (table, beside) if part is not None]
    same = (table["feature"] == FibreFeature.SPAN) & table["fibre_id"].astype(str).isin(pd.concat(nodes).astype(str))
    if not same.any():
        return table, 0
    ids = table["fibre_id"].astype("object").where(~same, SPAN_PREFIX + table["fibre_id"].astype(str))
    return table.assign(fibre_id=ids), int(same.sum())

"""The country's outline: one rule for every room that asks what lies inside."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely


def country_outline(boundaries: gpd.GeoDataFrame | None) -> gpd.GeoSeries:
    """Polygons of the country: the boundaries of the highest unit there is, level 0 or else the next.

    Parameters
    ----------
    boundaries
        Table ``boundaries``, or none.

    Returns
    -------
    outline
        In the table's CRS; empty where there are no boundaries.
    """
    if boundaries is None or boundaries.empty:
        return gpd.GeoSeries([], crs=None if boundaries is None else boundaries.crs)
    return boundaries.loc[boundaries["level"] == boundaries["level"].min()].geometry


def country_area(boundaries: gpd.GeoDataFrame | None) -> shapely.Geometry | None:
    """Return `country_outline` as one geometry, or none where there are no boundaries."""
    outline = country_outline(boundaries)
    if not len(outline):
        return None
    areas = outline.to_numpy()
    # an area that crosses itself cannot be joined to others; `country check` names it
    return shapely.union_all(np.where(shapely.is_valid(areas), areas, shapely.make_valid(areas)))

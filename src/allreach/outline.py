"""The country's outline: one rule for every room that asks what lies inside."""

from __future__ import annotations

import geopandas as gpd
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
    return shapely.union_all(outline.to_numpy()) if len(outline) else None

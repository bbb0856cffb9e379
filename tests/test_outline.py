"""One rule for the country's outline: level 0, else the highest units there are."""

from __future__ import annotations

import geopandas as gpd
import shapely

from allreach.outline import country_area, country_outline

SQUARES = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]


def table(levels, polygons):
    return gpd.GeoDataFrame({"level": levels}, geometry=polygons, crs="EPSG:4326")


def test_level_0_goes_before_its_units():
    whole = shapely.box(0, 0, 2, 1)
    assert country_area(table([0, 1, 1], [whole, *SQUARES])).equals(whole)
    assert len(country_outline(table([1, 0, 1], [SQUARES[0], whole, SQUARES[1]]))) == 1


def test_without_level_0_the_units_together_are_the_country():
    assert country_area(table([1, 1, 2], [*SQUARES, shapely.box(0, 0, 0.1, 0.1)])).equals(shapely.box(0, 0, 2, 1))


def test_no_boundaries():
    assert country_area(None) is None
    assert country_area(table([], [])) is None
    assert len(country_outline(None)) == 0

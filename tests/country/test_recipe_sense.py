"""Recipes: one way to choose rows of every file, steps named in faults, polygons that are no buildings."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from allreach.country.importing.recipe import Frame, Recipe, cook, frame_grid
from allreach.country.importing.rules import ClutterFromPolygons, clutter_from_polygons
from allreach.errors import InputError
from allreach.grid import Grid
from allreach.params.country_config import CountryConfig

GRID = Grid(50, 50, 500_000.0, 4_505_000.0, 100.0, "EPSG:32638")
CONFIG = CountryConfig(iso3="TST", name="Land", crs="EPSG:32638", pixel_m=100)
LAND = gpd.GeoDataFrame({"landuse": ["x"], "natural": [None]}, geometry=[shapely.box(0, 0, 1, 1)], crs=GRID.crs)
INSIDE = np.ones(GRID.shape, dtype=bool)


def polygons(*boxes) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"building": ["yes"] + [None] * (len(boxes) - 1)}, geometry=[shapely.box(*b) for b in boxes], crs=GRID.crs
    )


def rule(**changes) -> ClutterFromPolygons:
    base = {"rule": "clutter_from_polygons", "file": "land", "classes": {4: ("wood",)}, "gap_class": 2}
    return ClutterFromPolygons.model_validate(base | {"buildings_file": "b", "built_up": {5: 0.35}} | changes)


def test_polygons_that_are_no_buildings_are_refused():
    forest = polygons((500_000, 4_500_000, 500_100, 4_500_100), (501_000, 4_501_000, 503_000, 4_503_000))
    with pytest.raises(InputError, match=r"1 of 2 polygons are larger than any building, up to 4\.0 km2.*keep_if"):
        clutter_from_polygons(rule(), LAND, forest, GRID, INSIDE)
    x, y = np.meshgrid(np.arange(500_000, 505_000, 500), np.arange(4_500_000, 4_505_000, 500))
    fields = polygons(*[(a, b, a + 450, b + 450) for a, b in zip(x.ravel(), y.ravel(), strict=True)])
    with pytest.raises(InputError, match=r"cover 8\d % of the country"):
        clutter_from_polygons(rule(), LAND, fields, GRID, INSIDE)
    town = polygons((500_000, 4_500_000, 500_100, 4_500_100), (500_200, 4_500_000, 500_300, 4_500_100))
    classes, _ = clutter_from_polygons(rule(), LAND, town, GRID, INSIDE)
    assert (classes == 5).sum() == 2


def write(folder, name: str, frame: gpd.GeoDataFrame) -> None:
    frame.to_crs(4326).to_parquet(folder / name)


def test_the_frame_chooses_rows(tmp_path):
    both = gpd.GeoDataFrame(
        {"kind": ["land", "other"]},
        geometry=[shapely.box(500_000, 4_500_000, 505_000, 4_505_000), shapely.box(0, 4_500_000, 505_000, 4_505_000)],
        crs=GRID.crs,
    )
    write(tmp_path, "o.parquet", both)
    for chosen in ({"keep_if": [{"kind": ["land"]}]}, {"drop_if": [{"kind": ["other"]}]}):
        grid = frame_grid(Frame(file="o.parquet", margin_m=0.0, **chosen), tmp_path, CONFIG)
        assert 50 <= grid.n_cols <= 52
    with pytest.raises(InputError, match="no row that the frame's conditions choose"):
        frame_grid(Frame(file="o.parquet", keep_if=({"kind": ("sea",)},)), tmp_path, CONFIG)


def test_a_fault_names_the_step_and_buildings_are_chosen_by_conditions(tmp_path):
    outline = gpd.GeoDataFrame(
        {"id": ["o"]}, geometry=[shapely.box(500_000, 4_500_000, 505_000, 4_505_000)], crs=GRID.crs
    )
    write(tmp_path, "o.parquet", outline)
    write(
        tmp_path,
        "b.parquet",
        polygons((500_000, 4_500_000, 500_100, 4_500_100), (501_000, 4_501_000, 503_000, 4_503_000)),
    )
    write(tmp_path, "land.parquet", LAND)
    clutter = {"rule": "clutter_from_polygons", "file": "land.parquet", "classes": {4: ["wood"]}, "gap_class": 2}
    clutter |= {"buildings_file": "b.parquet", "built_up": {5: 0.35}}
    steps = [{"layer": "boundaries", "file": "o.parquet", "map": {"boundary_id": "id"}, "set": {"level": 0}}, clutter]
    recipe = {"country": CONFIG.model_dump(), "frame": {"file": "o.parquet"}, "steps": steps}
    with pytest.raises(InputError, match=r"step 2 \(clutter_from_polygons\), b\.parquet, buildings"):
        cook(Recipe.model_validate(recipe), tmp_path)
    clutter["buildings_drop_if"] = [{"building": [None]}]
    with pytest.raises(InputError, match="makes no terrain"):  # the clutter is made; the recipe lacks the rest
        cook(Recipe.model_validate(recipe), tmp_path)

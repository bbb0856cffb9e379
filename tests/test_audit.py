"""The auditor goes through what the program plans for small countries of several kinds."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from allreach import tables
from allreach.io.country_folder import LayerProvenance, write_country
from independent_checker import check_results
from small_country import SMALL_GRID, make_small_country
from studies import run_folder

DRAWN = LayerProvenance(source="drawn for tests", licence="none needed", evidence="synthetic")


def without(*names):
    def change(country):
        layers = {k: v for k, v in country.layers.items() if k not in names}
        return replace(
            country, layers=layers, provenance={k: v for k, v in country.provenance.items() if k not in names}
        )

    return change


def with_minefield(country):
    """An exclusion across the road to the last village, and one on the ridge."""
    x_m, y_m = np.array([709_000.0, 709_400.0]), np.array([4_489_000.0, 4_492_000.0])
    lon, lat = SMALL_GRID.to_lonlat(x_m, y_m)
    frame = gpd.GeoDataFrame(
        {"exclusion_id": ["E1"], "kind": ["mined"]},
        geometry=[shapely.box(lon[0], lat[0], lon[1], lat[1])],
        crs=tables.CRS,
    )
    layers = {**country.layers, "exclusions": tables.conform(frame, "exclusions")}
    return replace(country, layers=layers, provenance={**country.provenance, "exclusions": DRAWN})


def crowded(country):
    """Thirty times the people: sectors, cells and hops fill up."""
    places = country.layers["places"].copy()
    places["population"] *= 30
    places["households"] *= 30
    config = country.config.model_copy(update={"population": int(places["population"].sum())})
    return replace(
        country, config=config, population=country.population * 30, layers={**country.layers, "places": places}
    )


def scattered(seed):
    """Villages anywhere, roads between some of them, no fibre or one point of presence."""

    def change(country):
        random = np.random.default_rng(seed)
        n = int(random.integers(4, 9))
        x_m = random.uniform(701_000, 711_000, n)
        y_m = random.uniform(4_489_000, 4_499_000, n)
        lon, lat = SMALL_GRID.to_lonlat(x_m, y_m)
        people = random.integers(5, 2000, n)
        places = gpd.GeoDataFrame(
            {"place_id": [f"Q{i}" for i in range(n)], "name": [f"V{i}" for i in range(n)], "population": people},
            geometry=gpd.points_from_xy(lon, lat),
            crs=tables.CRS,
        )
        pairs = [(i, int(random.integers(0, i))) for i in range(1, n) if random.random() < 0.8]
        roads = gpd.GeoDataFrame(
            {"road_id": [f"R{k}" for k in range(len(pairs))], "road_class": ["secondary"] * len(pairs)},
            geometry=[shapely.LineString([(lon[i], lat[i]), (lon[j], lat[j])]) for i, j in pairs],
            crs=tables.CRS,
        )
        layers = {k: v for k, v in country.layers.items() if k in ("boundaries", "sites")}
        layers |= {"places": tables.conform(places, "places"), "roads": tables.conform(roads, "roads")}
        if seed % 2:
            fibre = pd.DataFrame({"fibre_id": ["N1"], "feature": ["node"], "kind": ["pop"]})
            layers["fibre"] = tables.conform(
                gpd.GeoDataFrame(fibre, geometry=[shapely.Point(lon[0], lat[0])], crs=tables.CRS), "fibre"
            )
        config = country.config.model_copy(update={"population": int(people.sum())})
        provenance = {name: DRAWN for name in ("terrain", "clutter", "zones", *layers)}
        return replace(country, config=config, population=None, layers=layers, provenance=provenance)

    return change


KINDS = {
    "as it is": lambda country: country,
    "no fibre": without("fibre"),
    "no sites": without("sites", "spectrum"),
    "no roads": without("roads"),
    "minefield": with_minefield,
    "crowded": crowded,
    **{f"scattered {seed}": scattered(seed) for seed in range(4)},
}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_wrong_with_the_plan(kind, tmp_path):
    folder = tmp_path / "TST"
    write_country(KINDS[kind](make_small_country()), folder)
    result = run_folder(folder)
    assert check_results(folder / "results" / "base", folder) == []
    if kind == "as it is":  # fixed lines of today and other operators' promises count as reached, too
        assert result.plan["reached_share"] == 1.0

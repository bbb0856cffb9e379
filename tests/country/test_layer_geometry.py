"""Geometry that is degenerate, in a container or another thing than the layer holds: on import and in check."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import GeometryCollection, LineString, MultiLineString, MultiPoint, Point, Polygon, box

from allreach.country.checking.folder import check
from allreach.country.geometry import flaws, simple_areas, unpacked
from allreach.country.importing.spec import LayerSpec
from allreach.country.importing.table import import_table
from allreach.errors import InputError

OUTLINE = box(47.3, 40.4, 47.6, 40.7)
ROAD = LineString([(47.4, 40.5), (47.5, 40.5)])
BOW = Polygon([(47.3, 40.4), (47.5, 40.6), (47.5, 40.4), (47.3, 40.6)])
KINK = Polygon([(47.3, 40.4), (47.5, 40.4), (47.5, 40.6), (47.4, 40.6), (47.4001, 40.6001), (47.4, 40.6001), (47.4001, 40.6), (47.3, 40.6)])  # fmt: skip  # noqa: E501


def frame(geometry, **columns) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:4326")


def imported(layer: str, geometry, outline=OUTLINE, fix=(), **columns):
    return import_table(frame(geometry, **columns), LayerSpec(layer=layer, file="in.gpkg", fix=fix), outline)


def refused(layer: str, geometry, outline=OUTLINE, fix=(), **columns):
    with pytest.raises(InputError) as error:
        imported(layer, geometry, outline, fix, **columns)
    return error.value.faults


def roads(geometry, **more):
    names = [f"R{i}" for i in range(len(geometry))]
    return imported("roads", geometry, road_id=names, road_class="primary", **more)


def test_a_road_of_no_length_is_left_out_and_counted():
    table, report = roads([ROAD, LineString([(47.4, 40.5), (47.4, 40.5)])])
    assert table["road_id"].tolist() == ["R0"]
    assert "1 rows left out, each is a line without length (R1)" in str(report)


def test_nothing_but_roads_of_no_length_is_a_fault():
    (fault,) = refused("roads", [LineString([(47.4, 40.5)] * 2)], road_id=["R0"], road_class="primary")
    assert fault.kind == "no-extent"


def test_a_part_of_no_length_leaves_the_other_parts():
    several = MultiLineString(
        [ROAD, LineString([(47.4, 40.5), (47.4, 40.5)]), LineString([(47.4, 40.6), (47.5, 40.6)])]
    )
    table, _ = roads([several])
    assert shapely.get_num_geometries(table.geometry[0]) == 2
    assert table.geometry[0].length == pytest.approx(0.2)


def test_containers_of_one_are_unpacked():
    geometry = np.array(
        [MultiPoint([(1, 2)]), GeometryCollection([ROAD]), MultiPoint([(1, 2), (3, 4)]), None], dtype=object
    )
    out, n = unpacked(geometry)
    assert n == 2
    assert out[0] == Point(1, 2)
    assert out[1] == ROAD
    assert out[2].geom_type == "MultiPoint"
    table, report = imported("sites", [MultiPoint([(47.4, 40.5)])], site_id=["A"])
    assert table.geometry[0] == Point(47.4, 40.5)
    assert "1 containers of one geometry unpacked" in str(report)


@pytest.mark.parametrize("lonlat", [(np.nan, 40.5), (np.inf, 40.5), (47.4, -np.inf)])
def test_coordinates_that_are_no_numbers_are_no_position(lonlat):
    (fault,) = refused("sites", [Point(*lonlat), Point(47.4, 40.5)], site_id=["A", "B"])
    assert fault.kind == "no-position"
    table, _ = imported("sites", [Point(*lonlat), Point(47.4, 40.5)], fix=["no-position"], site_id=["A", "B"])
    assert table["site_id"].tolist() == ["B"]


@pytest.mark.parametrize("outline", [OUTLINE, None])
def test_metres_taken_for_degrees_are_named_and_no_row_is_offered_to_be_left_out(outline):
    faults = refused("sites", [Point(702_000, 4_490_000)], outline, fix=["outside", "no-position"], site_id=["A"])
    assert [fault.kind for fault in faults] == ["no-degrees"]
    assert "(702000, 4490000), which are no degrees" in faults[0].what
    assert "--file-crs" in faults[0].mend
    assert "--fix" not in faults[0].mend


def test_a_latitude_above_90_is_exchanged_where_that_puts_it_into_the_country():
    fiji = box(177.0, -19.0, 179.9, -16.0)
    (fault,) = refused("sites", [Point(-17.5, 178.0)], fiji, site_id=["A"])
    assert fault.kind == "swapped-axes"
    table, _ = imported("sites", [Point(-17.5, 178.0)], fiji, fix=["swapped-axes"], site_id=["A"])
    assert table.geometry[0] == Point(178.0, -17.5)


def test_an_outline_that_crosses_itself_is_named_when_it_comes_in():
    (fault,) = refused("boundaries", [BOW], None, boundary_id=["B"], level=0)
    assert fault.kind == "self-crossing"
    assert "another area" in fault.what
    assert refused("boundaries", [BOW], None, ["self-crossing"], boundary_id=["B"], level=0)  # no mend for this one


def test_a_small_crossing_is_mended_on_demand_and_the_area_stays():
    assert not KINK.is_valid
    (fault,) = refused("boundaries", [KINK], None, boundary_id=["B"], level=0)
    assert "--fix self-crossing" in fault.mend
    table, report = imported("boundaries", [KINK], None, ["self-crossing"], boundary_id=["B"], level=0)
    assert table.geometry[0].is_valid
    assert table.geometry[0].area == pytest.approx(0.04, rel=0.001)
    assert "1 areas that crossed themselves made simple" in str(report)


def test_areas_made_simple_keep_their_area_or_stay():
    out, made = simple_areas(np.array([BOW, KINK, OUTLINE], dtype=object))
    assert made.tolist() == [False, True, False]
    assert out[0] is BOW
    assert out[1].is_valid


def test_an_exclusion_that_crosses_itself_is_a_warning():
    table, report = imported("exclusions", [BOW], exclusion_id=["X"], kind="lake")
    assert len(table) == 1
    assert "warning: in.gpkg: 1 rows: each is an area that crosses itself" in str(report)


def test_the_type_that_a_row_of_fibre_must_have_is_told_by_its_feature():
    ids = {"fibre_id": ["N", "S"], "feature": ["node", "span"], "kind": ["pop", "buried"]}
    kinds = [fault.what for fault in refused("fibre", [ROAD, Point(47.4, 40.5)], **ids)]
    assert kinds == ["1 rows: each is a LineString (N)", "1 rows: each is a Point (S)"]
    table, report = imported("fibre", [box(47.4, 40.5, 47.41, 40.51), ROAD], **ids)
    assert table.geometry[0].geom_type == "Point"
    assert "1 areas stand as a point inside them" in str(report)


def test_every_row_has_one_flaw_at_most():
    geometry = [
        None,
        Point(),
        Point(np.nan, 1),
        Point(7e5, 4e6),
        ROAD,
        Polygon(),
        BOW,
        box(0, 0, 1, 1),
        box(0, 0, 1, 0),
    ]
    rows = np.sum([flaw.rows for flaw in flaws(frame(geometry), "boundaries")], axis=0)
    assert rows.tolist() == [1, 1, 1, 1, 1, 1, 1, 0, 1]


def put(folder, table: str, geometry, **columns) -> None:
    path = folder / f"{table}.parquet"
    old = gpd.read_parquet(path)
    new = gpd.GeoDataFrame(columns, geometry=geometry, crs=old.crs)
    gpd.GeoDataFrame(pd.concat([old, new], ignore_index=True), crs=old.crs).to_parquet(path)


def test_check_sees_what_the_import_sees(small_country):
    put(small_country, "roads", [LineString([(47.4, 40.5)] * 2)], road_id=["R9"], road_class=["primary"])
    put(
        small_country,
        "fibre",
        [Point(47.4, 40.5), ROAD],
        fibre_id=["F8", "N9"],
        feature=["span", "node"],
        kind=["", ""],
    )
    found = {(f.where, f.kind, f.severity) for f in check(small_country)}
    assert ("roads.parquet", "no-extent", "error") in found
    assert ("fibre.parquet", "geometry", "error") in found


def test_check_of_an_outline_that_crosses_itself_is_an_error(small_country):
    path = small_country / "boundaries.parquet"
    gpd.read_parquet(path).assign(geometry=[BOW]).to_parquet(path)
    assert [f.severity for f in check(small_country) if f.kind == "self-crossing"] == ["error"]


def test_check_of_positions_that_are_no_numbers_or_metres_goes_to_its_end(small_country):
    for i, lonlat in enumerate([(np.nan, np.nan), (702_000.0, 4_490_000.0)]):
        put(small_country, "sites", [Point(*lonlat)], site_id=[f"Z{i}"], operator=["A"], technologies=["4G"])
        put(small_country, "places", [Point(*lonlat)], place_id=[f"Z{i}"], name=["z"], population=[1])
    put(small_country, "boundaries", [box(47.0, 40.0, np.inf, 41.0)], boundary_id=["Z"], level=[1])
    kinds = {(f.where, f.kind) for f in check(small_country) if f.severity == "error"}
    for where in ("sites.parquet", "places.parquet"):
        assert {(where, "no-position"), (where, "no-degrees")} <= kinds
    assert ("boundaries.parquet", "no-position") in kinds

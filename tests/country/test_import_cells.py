"""Lists of radio cells made masts, identifiers of several columns, and columns of objects."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point

from allreach.country.checking.folder import check
from allreach.country.importing.cells import mast_of_rows, near_twins
from allreach.country.importing.columns import has_column, source_column
from allreach.country.importing.recipe import append_rows
from allreach.country.importing.spec import LayerSpec
from allreach.country.importing.table import import_table
from allreach.errors import InputError

METRE_DEG = 1.0 / 111_195.0


def cells() -> gpd.GeoDataFrame:
    """Three sectors of one mast, 9 m apart; a cell of the same number in another network 6 km away."""
    lon = [47.4, 47.4 + 9 * METRE_DEG, 47.4 + 18 * METRE_DEG, 47.47]
    return gpd.GeoDataFrame(
        {"radio": ["LTE"] * 3 + ["GSM"], "mcc": ["400"] * 4, "net": ["1", "1", "1", "2"], "cell": ["0", "1", "2", "1"]},
        geometry=gpd.points_from_xy(lon, [40.5] * 4),
        crs="EPSG:4326",
    )


def spec(**changes) -> LayerSpec:
    base = {
        "layer": "sites",
        "file": "cells.csv",
        "map": {"site_id": "mcc+net+cell", "operator": "mcc+net", "technologies": "radio"},
        "values": {"technologies": {"LTE": "4G", "GSM": "2G"}},
    }
    return LayerSpec.model_validate(base | changes)


def test_cells_of_one_mast_become_one_site_with_its_sectors():
    table, report = import_table(cells(), spec(group_cells_m=50.0), None)
    assert table["site_id"].tolist() == ["400-1-0", "400-2-1"]
    assert table["operator"].tolist() == ["400-1", "400-2"]
    assert table["n_sectors"].tolist() == [3, 1]
    assert table["technologies"].tolist() == ["4G", "2G"]
    assert table.geometry[0].x == pytest.approx(47.4 + 9 * METRE_DEG)
    assert "4 cells grouped into 2 masts" in str(report)


def test_technologies_of_a_mast_are_joined_and_its_sectors_are_those_of_one():
    both = pd.concat([cells().iloc[:3], cells().iloc[:3].assign(radio="GSM", cell=["7", "8", "9"])], ignore_index=True)
    table, _ = import_table(gpd.GeoDataFrame(both, crs=4326), spec(group_cells_m=50.0), None)
    assert table["technologies"].tolist() == ["2G;4G"]
    assert table["n_sectors"].tolist() == [3]


def test_ungrouped_cells_are_warned_of_on_import_and_in_check(small_country):
    table, report = import_table(cells(), spec(), None)
    assert len(table) == 4
    assert "2 rows (400-1-1, 400-1-2) stand within 50 m of another site of the same operator" in str(report)
    table.to_parquet(small_country / "sites.parquet")
    assert any("stand within 50 m" in f.what and f.severity == "warning" for f in check(small_country))


def test_a_number_that_two_networks_use_is_no_duplicate_to_be_left_out():
    for fix in ([], ["duplicate-ids"]):
        with pytest.raises(InputError) as error:
            import_table(cells(), spec(map={"site_id": "cell", "technologies": "radio"}, fix=fix), None)
        (fault,) = [f for f in error.value.faults if f.severity == "error"]
        assert "repeats an identifier at another position (1)" in fault.what
        assert "--map site_id=A+B" in fault.mend


def test_a_chain_of_cells_is_no_single_mast():
    lon = 47.4 + np.arange(10) * 40 * METRE_DEG * 1.3
    street = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, [40.5] * 10), crs=4326)
    mast = mast_of_rows(street, 50.0)
    for number in np.unique(mast):
        mine = street[mast == number].geometry.x
        assert (mine.max() - mine.min()) / METRE_DEG * np.cos(np.radians(40.5)) <= 50.0
    assert near_twins(street).sum() == 10 - len(np.unique(mast))


def test_operators_on_one_mast_are_no_twins():
    masts = gpd.GeoDataFrame({"operator": ["a", "b"]}, geometry=[Point(47.4, 40.5)] * 2, crs=4326)
    assert not near_twins(masts).any()


def test_columns_by_field_and_by_parts():
    frame = pd.DataFrame(
        {
            "start": [{"id": "1", "name": "N1"}, None],
            "text": ['{"id": "7"}', '{"id": "8"}'],
            "type": [["pop"], ["pop", "exchange"]],
            "a": ["x", None],
            "n": [1.0, 2.0],
            "x.y": [5, 6],
        }
    )
    field = source_column(frame, "start.id", "f")
    assert field[0] == "1"
    assert field.isna()[1]
    assert source_column(frame, "text.id", "f").tolist() == ["7", "8"]
    assert source_column(frame, "type", "f").tolist() == ["pop", "pop;exchange"]
    joined = source_column(frame, "a+n", "f")
    assert joined[0] == "x-1"
    assert joined.isna()[1]
    assert source_column(frame, "x.y", "f").tolist() == [5, 6]
    assert not has_column(frame, "start.nothing")
    assert not has_column(frame, "a+nothing")
    with pytest.raises(InputError, match=r"column start: holds objects; expected one of their fields: start\.id"):
        source_column(frame, "start", "f")


def ofds(kind: str) -> gpd.GeoDataFrame:
    at = [Point(47.4, 40.5), Point(47.45, 40.5), Point(47.5, 40.5)]
    if kind == "nodes":
        return gpd.GeoDataFrame({"id": ["1", "2", "3"], "type": [["pointOfPresence"]] * 3}, geometry=at, crs=4326)
    ends = {"start": [{"id": "1"}, {"id": "2"}], "end": [{"id": "2"}, {"id": "3"}]}
    return gpd.GeoDataFrame({"id": ["1", "2"], **ends}, geometry=[LineString(at[:2]), LineString(at[1:])], crs=4326)


def fibre_spec(kind: str, **changes) -> LayerSpec:
    nodes = {"map": {"fibre_id": "id", "kind": "type"}, "set": {"feature": "node"}, "values": {"kind": {"*": "pop"}}}
    ends = {"from_id": "start.id", "to_id": "end.id"}
    spans = {"map": {"fibre_id": "id"} | ends, "set": {"feature": "span", "kind": "buried"}}
    return LayerSpec.model_validate(
        {"layer": "fibre", "file": f"{kind}.geojson"} | (nodes if kind == "nodes" else spans)
    )


@pytest.mark.parametrize("has_course", [True, False])
def test_nodes_and_spans_numbered_apart_come_together(has_course):
    nodes, _ = import_table(ofds("nodes"), fibre_spec("nodes"), None)
    spans = ofds("spans")
    if not has_course:
        spans = pd.DataFrame(spans.drop(columns="geometry"))
    table, report = import_table(spans, fibre_spec("spans"), None, nodes)
    whole = append_rows(nodes, table, "fibre")
    assert whole["fibre_id"].tolist() == ["1", "2", "3", "span-1", "span-2"]
    mine = whole[whole["feature"] == "span"]
    assert mine["from_id"].tolist() == ["1", "2"]
    assert mine["to_id"].tolist() == ["2", "3"]
    assert [list(line.coords) for line in mine.geometry] == [
        [(47.4, 40.5), (47.45, 40.5)],
        [(47.45, 40.5), (47.5, 40.5)],
    ]
    assert ("2 spans without a course drawn straight between their nodes" in str(report)) is not has_course


def test_a_span_whose_nodes_are_not_known_has_no_position():
    spans = pd.DataFrame(ofds("spans").drop(columns="geometry"))
    with pytest.raises(InputError, match="has no position"):
        import_table(spans, fibre_spec("spans"), None)


def crowd(n: int, spread_m: float) -> gpd.GeoDataFrame:
    lon, lat = np.random.default_rng(1).uniform(-0.5, 0.5, (2, n)) * spread_m * METRE_DEG
    points = gpd.points_from_xy(47.4 + lon, 40.5 + lat)
    frame = {"radio": "LTE", "mcc": "400", "net": "1", "cell": [str(i) for i in range(n)]}
    return gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4326")


@pytest.mark.parametrize("spread_m", [40.0, 200.0])  # on one roof, in one pixel
def test_more_sites_than_a_pixel_can_hold_are_refused(spread_m):
    with pytest.raises(InputError, match=r"rows \(.*\) stand within 50 m at 40.*at most 200 masts.*--group-cells 50"):
        import_table(crowd(100_000, spread_m), spec(), None)


def test_a_crowded_roof_is_let_in_with_a_warning():
    table, report = import_table(crowd(150, 40.0), spec(), None)
    assert len(table) == 150
    assert "within 50 m of another site" in str(report)


def test_cells_at_one_point_are_grouped_however_many():
    assert mast_of_rows(crowd(200_000, 0.0), 50.0).max() == 0
    with pytest.raises(InputError, match="positions lie within 50 m"):
        mast_of_rows(crowd(20_000, 10.0), 50.0)


def test_institutions_crowded_in_one_spot_are_refused():
    table = crowd(300, 20.0).assign(kind="school")
    own = LayerSpec.model_validate({"layer": "institutions", "file": "s.csv", "map": {"institution_id": "cell"}})
    with pytest.raises(InputError, match=r"2\d\d rows .* stand within 50 m .*at most 200 institutions"):
        import_table(table, own, None)

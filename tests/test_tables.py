"""Tables are declared as data; frames are cast to them and every fault is named."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from allreach import tables
from allreach.errors import InputError


@pytest.mark.parametrize("name", tables.names())
def test_every_declaration_is_usable(name):
    columns = tables.schema(name)
    assert len({column.name for column in columns}) == len(columns)
    for column in columns:
        assert column.dtype in {"str", "int", "float", "bool", *tables.GEOMETRY_TYPES}
        assert column.meaning
    assert list(tables.empty(name).columns) == [column.name for column in columns]


def test_defaults_types_and_foreign_columns():
    frame = gpd.GeoDataFrame(
        {"place_id": [1, 2], "name": ["a", None], "population": ["5", 7.0], "wealth": ["x", "y"]},
        geometry=[Point(47, 40), Point(48, 41)],
        crs=4326,
    )
    out = tables.conform(frame, "places")
    assert out["place_id"].tolist() == ["1", "2"]
    assert out["population"].tolist() == [5, 7]
    assert out["evidence"].tolist() == ["open", "open"]
    assert out["wealth"].tolist() == ["x", "y"]
    assert out["households"].isna().all()


def test_another_crs_is_brought_to_wgs84():
    frame = gpd.GeoDataFrame({"place_id": ["a"], "name": ["a"], "population": [1]}, geometry=[Point(47, 40)], crs=4326)
    out = tables.conform(frame.to_crs(32638), "places")
    assert out.crs.to_epsg() == 4326
    assert out.geometry.x[0] == pytest.approx(47)


def test_every_fault_is_named_at_once():
    frame = pd.DataFrame(
        {
            "commitment_id": ["a", "b"],
            "operator": ["o", "o"],
            "place_id": ["p", "p"],
            "technology": "fibre",
            "year": ["soon", 2027],
            "households_share": ["half", 1],
        }
    )
    with pytest.raises(InputError) as caught:
        tables.conform(frame, "commitments", where="commitments.csv")
    text = str(caught.value)
    assert len(caught.value.faults) == 3
    assert "dl_mbps is missing" in text
    assert "'soon' is not usable" in text
    assert "'half' is not usable" in text
    assert "commitments.csv" in text


def test_a_fraction_is_no_whole_number():
    frame = gpd.GeoDataFrame(
        {"place_id": ["a"], "name": ["a"], "population": [1.5]}, geometry=[Point(47, 40)], crs=4326
    )
    with pytest.raises(InputError, match="whole number"):
        tables.conform(frame, "places")


@pytest.mark.parametrize(
    ("labels", "worst"),
    [
        (("measured", "open"), "open"),
        (("official", "synthetic"), "synthetic"),
        (("measured",), "measured"),
        (("open", "gossip"), "synthetic"),
    ],
)
def test_worst_evidence(labels, worst):
    assert tables.worst_evidence(*labels) == worst

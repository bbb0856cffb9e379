"""Numbers that make no sense across layers: people and households, census units, fibre and sites, masts, codes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import yaml
from shapely import LineString, Point
from tests.small_country import SMALL_GRID, make_small_country

from allreach import tables
from allreach.country.allowed_values import vocabulary_faults
from allreach.country.checking.fibre import fibre_faults
from allreach.country.checking.folder import check
from allreach.country.checking.people import line_share_faults, people_faults
from allreach.country.country_code import iso3_faults
from allreach.country.importing.spec import LayerSpec
from allreach.country.importing.table import import_table
from allreach.country.plausibility import plausibility_faults
from allreach.errors import InputError
from allreach.io.country_folder import read_config
from allreach.params.line_totals import LINE_SHARES


def at(x_m: float, y_m: float) -> Point:
    lon, lat = SMALL_GRID.to_lonlat([x_m], [y_m])
    return Point(lon[0], lat[0])


def places(**changes) -> gpd.GeoDataFrame:
    return make_small_country().layers["places"].assign(**changes)


def named(faults, kind: str):
    return [fault for fault in faults if fault.kind == kind]


@pytest.mark.parametrize(
    ("households", "n", "zero"),
    [([0, 200, 75, 38, 13], 1, 1), ([None, 200, 75, 38, 13], 1, 0), ([None, 0, 0, 38, 13], 3, 2), ([None] * 5, 5, 0)],
)
def test_people_without_known_households_are_warned_of(households, n, zero):
    table = places(households=pd.array(households, dtype="Int64"))
    (fault,) = named(people_faults(None, {"places": table}, None), "households")
    assert fault.severity == "warning"
    assert fault.what.startswith("no place says" if n == 5 else f"{n} places do not say")
    assert (f"{zero} with 0 households" in fault.what) == (zero > 0)


def test_a_place_of_nobody_may_have_no_households():
    table = places(population=[0, 800, 300, 150, 50], households=[0, 200, 75, 38, 13])
    assert named(people_faults(None, {"places": table}, None), "households") == []


def test_so_few_households_that_people_hide_in_them_are_warned_of():
    (fault,) = named(people_faults(None, {"places": places(households=[2, 200, 75, 38, 13])}, None), "households")
    assert "1 places have more than 20 people to a household (P1)" in fault.what


def units(population) -> gpd.GeoDataFrame:
    """West with P1 and P2, east with the other three."""
    x = [699_000.0, 706_000.0 - 500.0, 713_000.0]
    boxes = [shapely.box(*at(x[i], 4_487_000.0).coords[0], *at(x[i + 1], 4_501_000.0).coords[0]) for i in (0, 1)]
    frame = gpd.GeoDataFrame(
        {"boundary_id": ["W", "E"], "level": 1, "code": ["w", "e"], "name": ["West", "East"], "population": population},
        geometry=boxes,
        crs=tables.CRS,
    )
    return tables.conform(frame, "boundaries")


def test_census_totals_are_compared_unit_by_unit():
    layers = {"places": places(admin1_code=""), "boundaries": units([2000, 500])}
    assert named(people_faults(None, layers, None), "total") == []
    layers["boundaries"] = units([1200, 1300])  # the sum is right, the units are not
    (fault,) = named(people_faults(None, layers, None), "total")
    assert "2 of 2 units have other people" in fault.what
    assert "West 2,000 for 1,200" in fault.what
    assert "East 500 for 1,300" in fault.what


def test_the_code_that_a_place_states_counts_before_its_position():
    layers = {"places": places(admin1_code=["w", "e", "e", "e", "e"]), "boundaries": units([1200, 1300])}
    assert named(people_faults(None, layers, None), "total") == []


def fibre(rows) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        [{"fibre_id": i, "feature": f, "kind": k, "from_id": a, "to_id": b} for i, f, k, a, b, _ in rows],
        geometry=[g for *_, g in rows],
        crs=tables.CRS,
    )
    return tables.conform(frame, "fibre")


A, B, C, D = at(701_000, 4_490_000), at(704_000, 4_490_000), at(708_000, 4_496_000), at(710_000, 4_496_000)
JOINED = [
    ("a", "node", "pop", "", "", A),
    ("b", "node", "exchange", "", "", B),
    ("ab", "span", "buried", "a", "b", LineString([A, B])),
]


def test_parts_of_the_fibre_that_nothing_joins_are_told():
    assert fibre_faults({"fibre": fibre(JOINED)}, SMALL_GRID) == []
    island = [("c", "node", "exchange", "", "", C), ("cd", "span", "buried", "c", "", LineString([C, D]))]
    (fault,) = fibre_faults({"fibre": fibre([*JOINED, *island])}, SMALL_GRID)
    assert "1 parts with 2.0 km of spans hang on no point of presence (c, cd)" in fault.what
    second = [("c", "node", "pop", "", "", C), *island[1:]]
    (fault,) = fibre_faults({"fibre": fibre([*JOINED, *second])}, SMALL_GRID)
    assert "its points of presence stand on 2 parts" in fault.what
    joined = [*JOINED, *second, ("bc", "span", "aerial", "b", "c", LineString([B, C]))]
    assert fibre_faults({"fibre": fibre(joined)}, SMALL_GRID) == []


def test_sites_on_fibre_far_from_any_are_told():
    sites = tables.conform(
        gpd.GeoDataFrame(
            {"site_id": ["near", "far", "radio"], "backhaul_kind": ["fibre", "fibre", "microwave"]},
            geometry=[at(702_000, 4_490_900), at(702_000, 4_491_200), at(702_000, 4_498_000)],
            crs=tables.CRS,
        ),
        "sites",
    )
    (fault,) = fibre_faults({"fibre": fibre(JOINED), "sites": sites}, SMALL_GRID)
    assert "1 of 2 sites on fibre stand over 1 km from any fibre of fibre.parquet (far)" in fault.what


def masts(**columns) -> gpd.GeoDataFrame:
    n = len(next(iter(columns.values())))
    frame = gpd.GeoDataFrame(
        {"site_id": list("ABCDEF")[:n], **columns},
        geometry=[Point(47.4 + i / 10, 40.5) for i in range(n)],
        crs=tables.CRS,
    )
    return tables.conform(frame, "sites")


@pytest.mark.parametrize(
    ("columns", "severity", "words"),
    [
        ({"height_agl_m": [1250.0, 30.0]}, "error", "A 1250 m"),
        ({"height_agl_m": [30.0, 400.0]}, "warning", "B 400 m"),
        ({"band_mhz": [38.0, 800.0]}, "warning", "band numbers?"),
        ({"band_mhz": [150.5, 800.0]}, "warning", "no 2G to 5G is on air below 380 MHz"),
        ({"azimuth_deg": [-1.0, 0.0]}, "warning", "have -1"),
        ({"eirp_dbm": [30.0, 60.0]}, "warning", "A 30 dBm"),
        ({"eirp_dbm": [90.0, 60.0]}, "warning", "over 100 kW"),
        ({"downtilt_deg": [-3.0, 4.0]}, "warning", "A -3 deg"),
        ({"downtilt_deg": [3.0, 60.0]}, "warning", "B 60 deg"),
        ({"bandwidth_mhz": [0.2, 20.0], "technologies": ["2G;4G", "4G"]}, "warning", "A 0.2 MHz"),
        ({"backhaul_mbps": [1.0, 400.0], "technologies": ["4G", "4G"]}, "warning", "A 1 Mbit/s"),
        ({"backhaul_mbps": [400_000.0, 400.0]}, "warning", "kbit/s?"),
    ],
)
def test_masts_that_no_country_has(columns, severity, words):
    (fault,) = plausibility_faults(masts(**columns), "sites", "sites.parquet")
    assert fault.severity == severity
    assert words in fault.what
    assert fault.mend


def test_masts_as_they_are_raise_no_word():
    real = masts(
        height_agl_m=[3.0, 60.0, 340.0], band_mhz=[450.0, 700.0, 3500.0], eirp_dbm=[30.0, 63.0, np.nan],
        azimuth_deg=[0.0, 359.0, 120.0], bandwidth_mhz=[0.2, 20.0, 100.0], backhaul_mbps=[2.0, 0.0, 10_000.0],
        technologies=["2G", "2G;4G", "4G;5G"],
    )  # fmt: skip
    assert plausibility_faults(real, "sites", "s") == []


def test_spectrum_by_band_number_is_warned_of():
    frame = pd.DataFrame({"spectrum_id": ["W"], "operator": ["a"], "band_mhz": [78.0], "bandwidth_mhz": [100.0]})
    (fault,) = plausibility_faults(tables.conform(frame, "spectrum"), "spectrum", "s")
    assert "W 78 MHz" in fault.what


def test_the_import_says_the_same_as_check():
    frame = gpd.GeoDataFrame(
        {"site_id": ["A"], "height_agl_m": [400.0], "band_mhz": [38.0]}, geometry=[Point(47.4, 40.5)], crs=tables.CRS
    )
    _, report = import_table(frame, LayerSpec(layer="sites", file="s.csv"), None)
    assert "warning: s.csv, column height_agl_m" in str(report)
    assert "warning: s.csv, column band_mhz" in str(report)


def test_a_column_beside_one_of_the_same_name_but_for_capitals(small_country):
    path = small_country / "places.parquet"
    gpd.read_parquet(path).assign(Evidence="x").to_parquet(path)
    (fault,) = named(check(small_country), "columns")
    assert "Evidence beside evidence" in fault.what


@pytest.mark.parametrize(("key", "value"), [("currency", "Dollar"), ("currency", "usd"), ("languages", ["en", "xx"])])
def test_codes_of_country_yaml_that_do_not_exist(small_country, key, value):
    path = small_country / "country.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | {key: value}))
    with pytest.raises(InputError, match=f"key {key}"):
        read_config(small_country)


def test_a_country_code_of_another_country_is_warned_of():
    azerbaijan = shapely.box(46.0, 39.0, 48.0, 41.0)
    assert iso3_faults("AZE", azerbaijan) == []
    assert iso3_faults("ARM", azerbaijan) == []  # next to it: too near to tell
    (fault,) = iso3_faults("FJI", azerbaijan)
    assert "far from every place of that country" in fault.what
    assert iso3_faults("FJI", shapely.box(177.0, -19.0, 182.0, -16.0)) == []  # across 180 degrees
    assert iso3_faults("FJI", shapely.box(-183.0, -19.0, -178.0, -16.0)) == []
    assert iso3_faults("TST", azerbaijan) == []


def test_layers_that_nothing_reads_are_not_missed(small_country):
    (small_country / "spectrum.parquet").unlink()
    (fault,) = named(check(small_country), "missing-layer")
    assert "spectrum" not in fault.what
    assert "hazards" not in fault.what


def test_a_line_beyond_the_frame_is_to_be_clipped(small_country):
    path = small_country / "roads.parquet"
    old = gpd.read_parquet(path)
    far = gpd.GeoDataFrame(
        {"road_id": ["R9"], "road_class": ["track"]}, geometry=[LineString([(10, 10), (11, 11)])], crs=old.crs
    )
    gpd.GeoDataFrame(pd.concat([old, far], ignore_index=True), crs=old.crs).to_parquet(path)
    (fault,) = [f for f in check(small_country) if f.kind == "outside"]
    assert "--clip" in fault.mend


def test_the_row_of_totals_of_a_census_is_no_place():
    table = places()
    total = table.iloc[[0]].assign(place_id="TOTAL", population=int(table["population"].sum()), households=625)
    with_total = pd.concat([table, total], ignore_index=True)
    (fault,) = named(people_faults(None, {"places": with_total}, None), "total-row")
    assert (fault.severity, fault.where) == ("error", "places.parquet, row TOTAL")
    assert named(people_faults(None, {"places": table}, None), "total-row") == []
    two = pd.concat([table.iloc[[0]], table.iloc[[0]].assign(place_id="twin")])  # two alike are no total
    assert named(people_faults(None, {"places": two}, None), "total-row") == []


@pytest.mark.parametrize("name", LINE_SHARES)
@pytest.mark.parametrize("value", [80.0, -0.1, "0,8", "0.8", True])
def test_shares_of_fixed_lines_are_shares(name, value):
    table = places(**{name: value})
    faults = line_share_faults(table)
    if isinstance(value, float):
        faults += vocabulary_faults(pd.DataFrame(tables.conform(table, "places")), "places", "places.parquet")
    (fault,) = faults
    assert fault.severity == "error"
    assert name in fault.where


def test_nobody_uses_a_line_that_cannot_be_had():
    (one, two) = line_share_faults(places(passed_share=0.1, orderable_share=0.5, used_share=0.9))
    assert {one.severity, two.severity} == {"warning"}
    assert line_share_faults(places(passed_share=0.9, orderable_share=0.9, used_share=0.4)) == []
    assert line_share_faults(places(passed_share=np.nan, used_share=0.4)) == []

"""Whole sketches: totals, land, determinism, one country at every pixel size."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from scipy.spatial import cKDTree

from allreach.country.checking.folder import check
from allreach.country.official.shipped import shipped_totals
from allreach.country.sketch import gazetteer
from allreach.country.sketch.draw import sketch, sketch_with_report
from allreach.errors import InputError
from allreach.io.country_folder import Country, read_country, write_country
from allreach.params.load import load_params

PARAMS = load_params()


@pytest.fixture(scope="module")
def lux() -> Country:
    return sketch("LUX", pixel_m=500, params=PARAMS)


@pytest.fixture(scope="module")
def aze() -> Country:
    return sketch("aze", pixel_m=1000, params=PARAMS)


def _at(country: Country, table: str, raster: np.ndarray) -> np.ndarray:
    points = country.table(table).geometry
    return raster[country.grid.rowcol(*country.grid.from_lonlat(points.x, points.y))]


@pytest.mark.parametrize("iso3", ["AND", "LSO", "VAT", "TUV"])
def test_people_add_up_to_the_total_and_stand_on_land(iso3: str) -> None:
    country = sketch(iso3, pixel_m=500, params=PARAMS)
    assert country.population is not None
    assert country.zones is not None
    places = country.table("places")
    total = country.config.population
    published = shipped_totals(iso3).get("population")
    assert total == (published.value if published else gazetteer.find_country(iso3).population)
    assert int(places["population"].sum()) == total
    assert float(country.population.sum(dtype=np.float64)) == total
    for table in ("places", "sites", "institutions"):
        if len(country.table(table)):
            assert (_at(country, table, country.zones) != 1).all()
            assert (_at(country, table, country.clutter_class) != 1).all()
    assert country.config.sketch
    assert {entry.evidence for entry in country.provenance.values()} <= {"open", "modelled", "synthetic"}
    assert set(country.provenance) == {"terrain", "clutter", "zones", "population", *country.layers}


def test_pixels_of_a_place_hold_its_people(lux: Country) -> None:
    places = lux.table("places")
    xy = np.column_stack(lux.grid.from_lonlat(places.geometry.x, places.geometry.y))
    rows, cols = np.nonzero(lux.population)
    nearest = cKDTree(xy).query(np.column_stack(lux.grid.xy_m(rows, cols)))[1]
    held = np.bincount(nearest, weights=lux.population[rows, cols].astype(float), minlength=len(places))
    exact = held == places["population"].to_numpy()
    assert exact.mean() > 0.97  # the rest shares a pixel with a bigger neighbour
    assert held.sum() == places["population"].sum()


def test_baku_lies_below_the_ocean_and_the_caspian_is_a_sea(aze: Country) -> None:
    places = aze.table("places").set_index("place_id")
    row, col = aze.grid.rowcol(*aze.grid.from_lonlat(50.0, 40.1))  # off Baku
    assert aze.zones[row, col] == 1
    assert aze.terrain_m[row, col] == -29.0
    baku = places[places["name"] == "Baku"].geometry.iloc[0]
    r, c = aze.grid.rowcol(*aze.grid.from_lonlat(baku.x, baku.y))
    assert -28.0 <= aze.terrain_m[r, c] < 0.0
    assert aze.zones[r, c] == 3
    own_land = aze.terrain_m[aze.zones != 1]
    assert own_land.min() >= -28.0
    (r0, r1), (c0, c1) = (np.sort(a) for a in aze.grid.rowcol(*aze.grid.from_lonlat([48.6, 49.0], [40.0, 39.5])))
    lowland = aze.terrain_m[r0:r1, c0:c1]
    assert np.median(lowland) < 0.0  # the Kura lowland lies below the ocean, and is land
    assert (aze.zones[r0:r1, c0:c1] >= 3).all()
    iran_r, iran_c = aze.grid.rowcol(*aze.grid.from_lonlat(47.0, 39.0))
    assert aze.zones[iran_r, iran_c] == 4


def test_nakhchivan_has_a_gateway_of_its_own(aze: Country) -> None:
    fibre = aze.table("fibre")
    pops = fibre[fibre["kind"] == "pop"]
    assert {"Baku", "Naxçıvan"} <= set(pops["name"])
    nodes = set(fibre[fibre["feature"] == "node"]["fibre_id"])
    spans = fibre[fibre["feature"] == "span"]
    assert set(spans["from_id"]) | set(spans["to_id"]) <= nodes
    assert "Neft" in aze.provenance["fibre"].note  # an island without one is named


def test_spans_end_on_their_nodes_and_lie_on_roads(lux: Country) -> None:
    fibre = lux.table("fibre").set_index("fibre_id")
    roads = {line.wkb for line in lux.table("roads").geometry}
    spans = fibre[fibre["feature"] == "span"]
    assert len(spans) > 3
    for _, span in spans.iterrows():
        ends = [fibre.geometry[span["from_id"]], fibre.geometry[span["to_id"]]]
        coordinates = list(span.geometry.coords)
        assert [coordinates[0], coordinates[-1]] == [tuple(p.coords[0]) for p in ends]
        assert span.geometry.wkb in roads


def test_roads_touch_only_at_shared_vertices(lux: Country) -> None:
    roads = lux.table("roads").geometry
    ends = pd.Series([point for line in roads for point in (line.coords[0], line.coords[-1])])
    places = {(p.x, p.y) for p in lux.table("places").geometry}
    counts = ends.value_counts()
    loose = [point for point, n in counts.items() if n == 1 and point not in places]
    assert loose == []
    assert places <= set(counts.index)


def test_one_country_at_every_pixel_size() -> None:
    """Sites stand to the published coverage, which a finer map predicts otherwise; all else is the same."""
    fine, coarse = (sketch("AND", pixel_m=pixel_m, params=PARAMS) for pixel_m in (150, 450))
    for name in ("places", "roads", "fibre", "power", "institutions", "boundaries"):
        pd.testing.assert_frame_equal(fine.table(name), coarse.table(name))
    rows, cols = (a.ravel() for a in np.indices(coarse.grid.shape))
    r, c = fine.grid.rowcol(*coarse.grid.xy_m(rows, cols))
    inside = fine.grid.contains(r, c)
    assert inside.mean() > 0.9
    same = fine.terrain_m[r[inside], c[inside]] == coarse.terrain_m[rows[inside], cols[inside]]
    assert same.all()  # the middle of nine fine pixels is the middle of the coarse one


def test_same_seed_same_bytes_other_seed_other_villages(tmp_path: Path) -> None:
    for folder, seed in (("a", 5), ("b", 5), ("c", 6)):
        write_country(sketch("AND", pixel_m=500, seed=seed, params=PARAMS), tmp_path / folder)
    names = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert "terrain.tif" in names
    assert all((tmp_path / "a" / n).read_bytes() == (tmp_path / "b" / n).read_bytes() for n in names)
    assert (tmp_path / "a/terrain.tif").read_bytes() != (tmp_path / "c/terrain.tif").read_bytes()
    faults = [f for f in check(tmp_path / "a") if f.severity == "error"]
    assert faults == []


def test_order_of_the_gazetteer_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    before = sketch("AND", pixel_m=500, params=PARAMS)
    table = gazetteer.all_places()
    raw = {
        str(row.geonameid): {
            "geonameid": row.geonameid,
            "name": row.name_,
            "latitude": row.lat_deg,
            "longitude": row.lon_deg,
            "countrycode": row.country,
            "population": row.population,
            "admin1code": row.admin1_code,
            "alternatenames": row.other_names.split(";"),
        }
        for row in table[table["country"] == "AD"]
        .rename(columns={"name": "name_"})
        .sample(frac=1, random_state=1)
        .itertuples()
    }
    shuffled = gazetteer.parse_places(raw)
    monkeypatch.setattr(gazetteer, "all_places", lambda: shuffled)
    after = sketch("AND", pixel_m=500, params=PARAMS)
    for name in before.layers:
        pd.testing.assert_frame_equal(before.table(name), after.table(name))
    assert np.array_equal(before.population, after.population)


def test_places_on_one_spot_stand_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    table = gazetteer.all_places()
    own = table[table["country"] == "AD"].copy()
    own[["lat_deg", "lon_deg"]] = own[["lat_deg", "lon_deg"]].iloc[[0] * 3 + list(range(3, len(own)))].to_numpy()
    monkeypatch.setattr(gazetteer, "all_places", lambda: own)
    country = sketch("AND", pixel_m=500, params=PARAMS)
    points = country.table("places").geometry
    assert len({(p.x, p.y) for p in points}) == len(points)
    assert min(line.length for line in country.table("roads").geometry) > 0.0
    assert float(country.population.sum(dtype=np.float64)) == country.config.population


def test_the_total_can_be_given() -> None:
    country, report = sketch_with_report("AND", pixel_m=500, params=PARAMS, population=40_001)
    assert int(country.table("places")["population"].sum()) == 40_001
    assert country.config.population_source == "given by the user"
    assert any("every place was scaled by 0.4" in text for text in report.warnings)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"population": 0}, "0 is impossible"),
        ({"pixel_m": 5.0}, "5 m is outside"),
        ({"seed": -1}, "-1 is no seed"),
    ],
)
def test_impossible_numbers(arguments: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        sketch("AND", params=PARAMS, **arguments)


def test_command_writes_a_folder_and_never_over_one(tmp_path: Path) -> None:
    from allreach.cli.country_sketch import command

    folder = tmp_path / "VAT"
    result = CliRunner().invoke(command, ["vat", "-o", str(folder), "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert (told["iso3"], told["population"], told["sketch"]) == ("VAT", 921, "not for decisions")
    assert read_country(folder).config.iso3 == "VAT"
    again = CliRunner().invoke(command, ["VAT", "-o", str(folder)])
    assert isinstance(again.exception, InputError)
    assert "is there already" in str(again.exception)
    assert CliRunner().invoke(command, ["VAT", "-o", str(folder), "--overwrite"]).exit_code == 0

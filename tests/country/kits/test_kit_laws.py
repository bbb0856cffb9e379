"""Kits on a sketch: heights stay, a layer replaces and nothing else moves, packing changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from allreach.country.kits import open as open_module
from allreach.country.kits.open import file_faults, kit_choice, open_kit, open_kits
from allreach.country.kits.pack import pack
from allreach.country.sketch.draw import sketch, sketch_with_report
from allreach.io.country_folder import Country
from allreach.params.load import load_params
from allreach.workflows.study_inputs import find_or_sketch
from country.kits.kit_folders import NORTH, PLACES, STEP, WEST, heights, layer, places_layer, write_kit, write_raster

PARAMS = load_params()
PIXEL_M = 500.0
SITES = "site_id,operator,technologies,lon,lat\nx1,Own,4G,6.13,49.61\nx2,Own,4G,6.0,49.85\n"
SITES_LAYER = layer("sites", "sites.csv", map={"lon": "lon", "lat": "lat"})


def _sketch(*kits: Path, seed: int = 0) -> Country:
    return sketch("LUX", pixel_m=PIXEL_M, params=PARAMS, kits=kits, seed=seed)


@pytest.fixture(scope="module")
def plain() -> Country:
    return _sketch()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_kit(tmp_path_factory.mktemp("kits") / "ground", [layer("terrain", "dem.tif")], {"dem.tif": heights()})


@pytest.fixture(scope="module")
def hilly(folder: Path) -> Country:
    return _sketch(folder)


def _own(country: Country) -> np.ndarray:
    lon, lat = country.grid.to_lonlat(*country.grid.xy_m(*np.mgrid[0 : country.grid.n_rows, 0 : country.grid.n_cols]))
    return np.array([(NORTH - lat) / STEP - 0.5, (lon - WEST) / STEP - 0.5])


def test_terrain_of_a_kit_keeps_its_heights_within_the_detail(hilly: Country) -> None:
    given = heights().astype(np.float64)
    row_col = _own(hilly)
    there = ndimage.map_coordinates(given, row_col, order=3)
    spread = np.sqrt(np.maximum(ndimage.uniform_filter(given**2, 3) - ndimage.uniform_filter(given, 3) ** 2, 0.0))
    sd = ndimage.map_coordinates(spread, row_col, order=1)
    off = hilly.terrain_m - there
    factor = PARAMS.sketch.kit_detail_factor.value
    assert np.abs(np.mean(off)) < 2.0
    assert np.mean(np.abs(off) <= 3.0 * factor * sd + 3.0) > 0.99
    assert 0.3 < np.std(off) / (factor * np.sqrt(np.mean(sd**2))) < 1.3  # detail there is, and no more than said


def test_detail_is_shorter_than_the_step_of_the_kit(hilly: Country) -> None:
    off = hilly.terrain_m - ndimage.map_coordinates(heights().astype(np.float64), _own(hilly), order=3)
    smooth = ndimage.uniform_filter(off, round(4000.0 / PIXEL_M))
    assert np.std(smooth) < 0.3 * np.std(off)


def test_flat_ground_stays_flat(tmp_path: Path) -> None:
    kit = write_kit(tmp_path / "flat", [layer("terrain", "dem.tif")], {"dem.tif": np.full((180, 190), 300.0, "f4")})
    country = _sketch(kit)
    assert np.abs(country.terrain_m - 300.0).max() < 1e-3


def test_heights_at_corners_lie_half_a_pixel_to_the_north_west(tmp_path: Path) -> None:
    r, c = np.mgrid[0:180, 0:190]
    slope = (2.0 * r + 3.0 * c).astype(np.float32)
    kits = [
        write_kit(tmp_path / at, [layer("terrain", "dem.tif", heights_at=at)], {"dem.tif": slope})
        for at in ("centre", "corner")
    ]
    params = load_params(sets=["sketch.kit_detail_factor=0"])
    centre, corner = (sketch("LUX", pixel_m=PIXEL_M, params=params, kits=[kit]).terrain_m for kit in kits)
    assert np.allclose(corner - centre, 0.5 * (2.0 + 3.0), atol=0.05)


def test_voids_take_the_map_and_no_more_than_the_kit_says(tmp_path: Path, plain: Country) -> None:
    given = heights()
    given[60:100, 70:110] = np.nan
    bare = sketch("LUX", pixel_m=PIXEL_M, params=load_params(sets=["sketch.detail_factor=0"])).terrain_m
    for most, name in ((None, "free"), (150.0, "low")):
        more = {} if most is None else {"void_most_m": most}
        kit = write_kit(tmp_path / name, [layer("terrain", "dem.tif", **more)], {"dem.tif": given})
        params = load_params(sets=["sketch.kit_detail_factor=0"])
        country = sketch("LUX", pixel_m=PIXEL_M, params=params, kits=[kit])
        row, col = _own(country)
        inner = (row > 64) & (row < 95) & (col > 74) & (col < 105)
        assert inner.any()
        assert np.abs(country.terrain_m - np.minimum(bare, most or np.inf))[inner].mean() < 15.0
    assert country.provenance["terrain"].evidence == "modelled"
    assert "Voids" in country.provenance["terrain"].note


def test_a_finer_file_is_averaged_and_the_villages_do_not_depend_on_the_pixel(tmp_path: Path) -> None:
    fine = np.repeat(np.repeat(heights(), 18, axis=0), 18, axis=1)
    kit = tmp_path / "fine"
    write_kit(kit, [layer("terrain", "dem.tif")])
    write_raster(kit / "dem.tif", fine, STEP / 18)
    one, two = (sketch("LUX", pixel_m=pixel, params=PARAMS, kits=[kit]) for pixel in (PIXEL_M, 2.0 * PIXEL_M))
    assert one.table("places").equals(two.table("places"))
    assert "averaged" in two.provenance["terrain"].note


def test_a_layer_replaces_and_nothing_else_moves(tmp_path: Path, plain: Country) -> None:
    country = _sketch(write_kit(tmp_path / "masts", [SITES_LAYER], {"sites.csv": SITES}))
    assert sorted(country.table("sites")["site_id"]) == ["x1", "x2"]
    assert set(country.table("sites")["evidence"]) == {"open"}
    assert country.provenance["sites"].source == "a test"
    assert np.array_equal(country.terrain_m, plain.terrain_m)
    assert np.array_equal(country.population, plain.population)
    for name in plain.layers:
        if name != "sites":
            assert country.table(name).equals(plain.table(name)), name
            assert country.provenance[name] == plain.provenance[name]


def test_partial_sites_stand_for_drawn_ones_near_them(tmp_path: Path, plain: Country) -> None:
    kit = write_kit(tmp_path / "some", [SITES_LAYER | {"partial": True}], {"sites.csv": SITES})
    sites = _sketch(kit).table("sites")
    assert len(sites) == len(plain.table("sites"))
    assert {"x1", "x2"} < set(sites["site_id"])


def test_places_of_a_kit_are_the_places_and_hold_its_people(tmp_path: Path) -> None:
    country = _sketch(write_kit(tmp_path / "towns", [places_layer()], {"places.csv": PLACES}))
    places = country.table("places")
    assert list(places["name"]) == ["Alpha", "Beta", "Gamma"]
    assert list(places["population"]) == [400_000, 150_000, 50_000]
    assert country.config.population == 600_000
    assert country.config.population_source == "a test"
    assert float(country.population.sum(dtype=np.float64)) == 600_000.0
    assert country.provenance["places"].evidence == "open"
    assert len(country.table("roads"))


def test_people_of_pixels_go_to_the_nearest_place(tmp_path: Path) -> None:
    people = np.zeros((180, 190), dtype=np.float32)
    for lon, lat, n in ((6.13, 49.61, 700.0), (6.0, 49.85, 300.0)):
        people[int((NORTH - lat) / STEP), int((lon - WEST) / STEP)] = n
    empty = PLACES.replace("400000", "0").replace("150000", "0").replace("50000", "0")
    layers = [places_layer(), layer("population", "people.tif")]
    country = _sketch(write_kit(tmp_path / "spread", layers, {"places.csv": empty, "people.tif": people}))
    places, total = country.table("places"), country.config.population
    assert total == pytest.approx(
        country.config.official.totals["population"].value
    )  # the pixels say where, not how many
    assert list(places["name"]) == ["Alpha", "Beta"]
    assert list(places["population"] / total) == pytest.approx([0.7, 0.3], abs=1e-5)
    assert float(country.population.sum(dtype=np.float64)) == pytest.approx(total)


def test_one_place_and_fibre_without_spans_are_a_country_too(tmp_path: Path) -> None:
    fibre = layer("fibre", "fibre.csv", map={"lon": "lon", "lat": "lat"}, set={"feature": "node"})
    files = {
        "places.csv": PLACES.splitlines()[0] + "\n" + PLACES.splitlines()[1],
        "fibre.csv": "fibre_id,kind,lon,lat\nn1,pop,6.13,49.61\n",
    }
    country = _sketch(write_kit(tmp_path / "one", [places_layer(), fibre], files))
    assert list(country.table("places")["name"]) == ["Alpha"]
    assert set(country.table("sites")["backhaul_kind"]) == {"microwave"}
    assert country.table("fibre")["fibre_id"].tolist() == ["n1"]


def test_drawn_roads_follow_those_of_a_kit(tmp_path: Path, plain: Country) -> None:
    known = [[6.10, 49.61], [6.00, 49.70], [6.05, 49.80], [6.00, 49.85]]
    feature = {
        "type": "Feature",
        "properties": {"road_id": "r1", "road_class": "primary"},
        "geometry": {"type": "LineString", "coordinates": known},
    }
    files = {"roads.geojson": json.dumps({"type": "FeatureCollection", "features": [feature]})}
    country = _sketch(write_kit(tmp_path / "road", [layer("roads", "roads.geojson")], files))
    assert country.table("roads")["road_id"].tolist() == ["r1"]
    way = country.table("roads").to_crs(country.grid.crs).geometry.iloc[0].buffer(400.0)
    along = [c.table("power").to_crs(c.grid.crs).geometry.intersection(way).length.sum() for c in (plain, country)]
    assert along[1] > along[0]
    assert country.table("places").equals(plain.table("places"))


def test_areas_of_a_kit_give_the_codes_of_places(tmp_path: Path, plain: Country) -> None:
    west, south, east, north = plain.table("boundaries").total_bounds
    middle = (south + north) / 2
    features = [
        {
            "type": "Feature",
            "properties": {"id": code, "az": f"{code}-ad"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[west, lo], [east, lo], [east, hi], [west, hi], [west, lo]]],
            },
        }
        for code, lo, hi in (("S", south, middle), ("N", middle, north))
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    areas = layer(
        "boundaries", "a.geojson", map={"boundary_id": "id", "code": "id", "other_names": "az"}, set={"level": 1}
    )
    country = _sketch(write_kit(tmp_path / "areas", [areas], {"a.geojson": text}))
    table = country.table("boundaries")
    assert sorted(table["boundary_id"]) == ["LUX", "N", "S"]
    assert "N-ad" in set(table["other_names"])
    places = country.table("places")
    assert set(places["admin1_code"][places.geometry.y > middle + 0.01]) == {"N"}
    assert set(places["admin1_code"][places.geometry.y < middle - 0.01]) == {"S"}


def test_totals_of_a_kit_go_ahead_of_the_shipped_ones(tmp_path: Path, plain: Country) -> None:
    total = {"value": 99.5, "unit": "%", "date": "2024", "source": "a test", "evidence": "official"}
    country = _sketch(write_kit(tmp_path / "totals", [], official={"people_covered_4g_pct": total}))
    assert country.config.official.totals["people_covered_4g_pct"].value == 99.5
    rest = {name for name in plain.config.official.totals if name != "people_covered_4g_pct"}
    assert rest <= set(country.config.official.totals)


def test_same_seed_same_country_and_pack_changes_nothing(tmp_path: Path, folder: Path, hilly: Country) -> None:
    one = pack(folder, tmp_path / "one.zip", params=PARAMS)
    pack(folder, tmp_path / "two.zip", params=PARAMS)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert one.kit.layers[0].sha256
    packed = _sketch(tmp_path / "one.zip")
    assert np.array_equal(packed.terrain_m, hilly.terrain_m)
    for name in hilly.layers:
        assert packed.table(name).equals(hilly.table(name)), name
    assert packed.provenance == hilly.provenance


@pytest.mark.slow
def test_the_kit_that_ships_for_azerbaijan() -> None:
    country, report = sketch_with_report("AZE", pixel_m=PIXEL_M, params=PARAMS)
    without, other = sketch_with_report("AZE", pixel_m=PIXEL_M, params=PARAMS, with_shipped_kit=False)
    assert report.kits == ("kit Azerbaijan, open terrain and districts, 2026-11: terrain, boundaries",)
    assert other.kits == ()
    assert int((country.table("boundaries")["level"] == 1).sum()) == 74
    assert "Bakı" in set(country.table("boundaries")["other_names"])
    assert set(country.table("places")["admin1_code"]) <= set(country.table("boundaries")["code"])
    for lon, lat, low, high in (
        (48.126, 41.178, 2060.0, 2300.0),  # Khinalug, 2,180 m
        (48.415, 38.774, 1030.0, 1190.0),  # Lerik, 1,110 m
        (49.892, 40.378, -28.0, 10.0),  # Baku
    ):
        row, col = country.grid.rowcol(*country.grid.from_lonlat(lon, lat))
        assert low <= country.terrain_m[row, col] <= high
    assert _median_rise_m(country) < -10.0  # villages lie in valleys
    assert _median_rise_m(country) < _median_rise_m(without) - 10.0


def _median_rise_m(country: Country) -> float:
    """Height of drawn villages less the median of the 5 km around them, in the hills."""
    places = country.table("places")
    places = places[places["place_id"].str.startswith("village")]
    row, col = country.grid.rowcol(*country.grid.from_lonlat(places.geometry.x, places.geometry.y))
    n = round(5000.0 / country.grid.pixel_m)
    disc = np.hypot(*np.mgrid[-n : n + 1, -n : n + 1]) <= n
    rise = []
    for i, j in zip(row, col, strict=True):
        around = country.terrain_m[i - n : i + n + 1, j - n : j + n + 1]
        if around.shape == disc.shape and np.ptp(around[disc]) > 300.0:
            rise.append(float(country.terrain_m[i, j] - np.median(around[disc])))
    return float(np.median(rise))


def test_what_ships_is_small_and_whole() -> None:
    folders = sorted(path.parent for path in (Path(open_module.__file__).parent / "shipped").glob("*/kit.yaml"))
    assert [path.name for path in folders] == ["AZE"]
    for folder in folders:
        assert sum(path.stat().st_size for path in folder.iterdir()) < 3e6
        with open_kit(folder) as one:
            assert all(layer.sha256 for layer in one.kit.layers)
            assert not file_faults(one)


def test_the_word_none_leaves_out_what_ships_and_a_kit_of_mine_goes_ahead_of_it(tmp_path: Path) -> None:
    assert kit_choice(["none", "a.zip"]) == ([Path("a.zip")], False)
    mine = write_kit(tmp_path / "mine", [layer("terrain", "dem.tif")], {"dem.tif": heights()}, iso3="AZE")
    with open_kits("AZE", [mine], with_shipped=True) as opened:
        assert not opened.faults
        assert [(kit.is_shipped, one.layer) for kit, one in opened.layers()] == [
            (True, "boundaries"),
            (False, "terrain"),
        ]
    with open_kits("AZE", [mine], with_shipped=False) as opened:
        assert [(kit.is_shipped, one.layer) for kit, one in opened.layers()] == [(False, "terrain")]


def test_a_run_says_which_kit_it_sketched_with(tmp_path: Path, folder: Path) -> None:
    said: list[str] = []
    out = find_or_sketch("LUX", tmp_path / "LUX", pixel_m=2000.0, kits=[folder], say=said.append)
    assert said == [f"{out}: sketched with kit ground kit, 2026-01: terrain"]

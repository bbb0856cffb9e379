"""People that cannot be, sea that is no sea, lines of zeros, frames and maps that cannot be used: import and check."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import Transformer

from allreach.country.checking.folder import check
from allreach.country.importing.folder import import_layer
from allreach.country.importing.frame import grid_round
from allreach.country.importing.raster import import_raster
from allreach.country.importing.spec import LayerSpec
from allreach.country.plausible import absurd_people, zero_seams
from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.io.country_folder import read_country
from allreach.io.raster import read_raster, write_raster
from allreach.params.country_config import CountryConfig

GRID = Grid(40, 60, 700_000.0, 4_500_000.0, 200.0, "EPSG:32638")
PLACE = Affine(200.0, 0.0, 698_000.0, 0.0, -200.0, 4_502_000.0)  # ten pixels wider on each side
SHAPE = (60, 80)


def write(path: Path, values, transform: Affine = PLACE, crs: str = "EPSG:32638", **more) -> Path:
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1, dtype=values.dtype.name,
        crs=crs, transform=transform, **more,
    ) as target:  # fmt: skip
        target.write(values, 1)
    return path


def spec(layer: str, **more) -> LayerSpec:
    return LayerSpec.model_validate({"layer": layer, "file": "x.tif"} | more)


def found(faults: list[Fault], kind: str) -> Fault:
    (fault,) = [f for f in faults if f.kind == kind]
    return fault


def with_code(code: float, dtype: str) -> np.ndarray:
    values = np.full(SHAPE, 5, dtype=dtype)
    values[20:24, 20:25] = code
    return values


CODES = [
    (np.finfo(np.float32).max, "float32"),
    (9.969209968386869e36, "float32"),  # netCDF's
    (1e20, "float64"),
    (np.inf, "float32"),
    (65535, "uint16"),
    (65535, "float32"),
    (32767, "int16"),
    (2147483647, "int32"),
    (9999, "int32"),
    (255, "uint8"),
]


@pytest.mark.parametrize(("code", "dtype"), CODES)
def test_an_undeclared_code_for_none_is_no_people(tmp_path, code, dtype):
    path = write(tmp_path / "p.tif", with_code(code, dtype))
    with pytest.raises(InputError, match=r"20 pixels hold .*code for none.*--fix absurd-people") as caught:
        import_raster(path, spec("population"), GRID, None)
    assert found(caught.value.faults, "absurd-people")
    people, report = import_raster(path, spec("population", fix=["absurd-people"]), GRID, None)
    assert people.sum() == 5 * (GRID.n_rows * GRID.n_cols - 20)
    assert "20 pixels with impossible numbers" in str(report)


@pytest.mark.parametrize("code", [-9999, np.finfo(np.float32).min])
def test_negative_codes_stay_negative_population(tmp_path, code):
    path = write(tmp_path / "p.tif", with_code(code, "float32"))
    with pytest.raises(InputError, match="negative population"):
        import_raster(path, spec("population"), GRID, None)


def test_dense_quarters_are_believed():
    people = np.array([[50_000.0, 3_000.0]])
    assert not absurd_people(people, 0.04).any()  # Kowloon Walled City on a pixel of 200 m
    assert absurd_people(people, 0.01).tolist() == [[True, False]]
    assert not absurd_people(np.array([9999.0, 65535.0, 12.0]), 1.0).any()  # once each: numbers like others


def test_more_people_than_any_country_has(tmp_path):
    path = write(tmp_path / "p.tif", np.full(SHAPE, 70_000.0) + np.arange(80.0))
    people, _ = import_raster(path, spec("population"), GRID, None)
    assert people.sum() > 1e8
    kilometres = Grid(200, 200, 300_000.0, 4_600_000.0, 1000.0, "EPSG:32638")
    crowd = write(
        tmp_path / "q.tif", np.full((200, 200), 60_000.0), Affine(1000.0, 0, 300_000.0, 0, -1000.0, 4_600_000.0)
    )
    with pytest.raises(InputError, match=r"2,400,000,000 people in all"):
        import_raster(crowd, spec("population"), kilometres, None)


def test_check_finds_absurd_people(small_country):
    values, grid = read_raster(small_country / "population.tif")
    values[0, :2] = np.finfo(np.float32).max
    write_raster(small_country / "population.tif", values, grid)
    fault = found(check(small_country), "absurd-people")
    assert fault.severity == "error"
    assert fault.what.startswith("2 pixels hold 3.40282e+38")


def test_check_knows_the_largest_number_of_a_whole_type(small_country):
    values, grid = read_raster(small_country / "population.tif")
    counts = values.astype(np.uint16)
    counts[0, 0] = 65535
    write_raster(small_country / "population.tif", counts, grid)
    assert "1 pixels hold 65535" in found(check(small_country), "absurd-people").what


def test_people_of_the_country_outside_its_frame_are_not_lost_in_silence(tmp_path):
    path = write(tmp_path / "p.tif", np.ones(SHAPE, dtype=np.float32))
    x = [699_000.0, 712_000.0, 712_000.0, 699_000.0]
    y = [4_491_800.0, 4_491_800.0, 4_500_200.0, 4_500_200.0]
    to_lonlat = Transformer.from_crs("EPSG:32638", "EPSG:4326", always_xy=True)
    outline = shapely.Polygon(np.column_stack(to_lonlat.transform(x, y)))  # five columns farther west than the frame
    with pytest.raises(InputError, match=r"2,730\.0 people in the country, of whom .* lie outside the frame"):
        import_raster(path, spec("population"), GRID, outline)
    _, report = import_raster(path, spec("population", fix=["outside"]), GRID, outline)
    assert "people of the country outside its frame left out" in str(report)
    assert "2,400.0 people in the frame, of 4,800.0 in the file" in str(report)


def islands() -> tuple[np.ndarray, np.ndarray]:
    """Two islands in a sea without heights, and their zones on the grid."""
    rows, cols = np.mgrid[0:60, 0:80]
    land = np.minimum(np.hypot(rows - 30, cols - 25), np.hypot(rows - 30, cols - 60)) < 10
    return land, np.where(land[10:50, 10:70], 4, 1).astype(np.uint8)


@pytest.mark.parametrize(("shore_m", "level_m"), [(300.0, 0.0), (12.0, 0.0), (-28.0, -28.0)])
def test_voids_over_the_sea_get_its_level(tmp_path, shore_m, level_m):
    land, zones = islands()
    path = write(tmp_path / "d.tif", np.where(land, shore_m, -9999.0).astype(np.float32), nodata=-9999)
    heights_m, report = import_raster(path, spec("terrain"), GRID, None, zones)
    np.testing.assert_allclose(heights_m[zones == 1], level_m, atol=1e-3)
    np.testing.assert_allclose(heights_m[zones == 4], shore_m, atol=1e-3)
    assert f"{int((zones == 1).sum()):,} voids over the sea (zones) set to {level_m:.0f} m" in str(report)
    assert ("is it a lake?" in str(report)) == (shore_m > 100.0)


def test_voids_of_land_are_filled_from_their_edges_all_the_same(tmp_path):
    _, zones = islands()
    heights = np.full(SHAPE, 300.0, dtype=np.float32)
    heights[28:32, 22:26] = np.nan
    heights_m, report = import_raster(write(tmp_path / "d.tif", heights), spec("terrain"), GRID, None, zones)
    assert (heights_m == 300.0).all()
    assert "over the sea" not in str(report)


def test_without_zones_the_report_says_what_voids_outside_became(tmp_path):
    land, _ = islands()
    path = write(tmp_path / "d.tif", np.where(land, 300.0, -9999.0).astype(np.float32), nodata=-9999)
    to_lonlat = Transformer.from_crs("EPSG:32638", "EPSG:4326", always_xy=True)
    angle = np.linspace(0, 2 * np.pi, 30)
    ring = to_lonlat.transform(703_100.0 + 1_500 * np.cos(angle), 4_496_000.0 + 1_500 * np.sin(angle))
    _, report = import_raster(path, spec("terrain"), GRID, shapely.Polygon(np.column_stack(ring)))
    assert "if they are sea, bring in zones first" in str(report)


def test_check_warns_of_sea_above_the_sea(small_country):
    values, grid = read_raster(small_country / "terrain.tif")
    zones = np.full(grid.shape, 4, dtype=np.uint8)
    zones[:5] = 1
    write_raster(small_country / "zones.tif", zones, grid)
    values[:5] = 300.0
    write_raster(small_country / "terrain.tif", values, grid)
    fault = found(check(small_country), "sea-level")
    assert fault.severity == "warning"
    assert "lie at 300 to 300 m" in fault.what
    values[:5] = 0.0
    write_raster(small_country / "terrain.tif", values, grid)
    assert not [f for f in check(small_country) if f.kind in ("sea-level", "seam")]


def hills() -> np.ndarray:
    rows, cols = np.mgrid[0:60, 0:80]
    return (700.0 + 200.0 * np.sin(rows / 5.0) * np.cos(cols / 7.0)).astype(np.float32)


def test_lines_and_holes_of_zeros_amid_high_land(tmp_path):
    line, hole, diagonal = hills(), hills(), hills()
    line[:, 40] = 0.0
    hole[20:26, 30:40] = 0.0
    diagonal[np.arange(60), np.arange(60)] = 0.0
    for values, n in ((line, 60), (hole, 60), (diagonal, 60)):
        assert zero_seams(values).sum() == n
    heights_m, report = import_raster(write(tmp_path / "d.tif", line), spec("terrain"), GRID, None)
    assert "WARNING: 60 heights of exactly 0 m" in str(report)
    assert heights_m.min() == 0.0


def test_coasts_lakes_and_single_zeros_are_no_seams():
    coast = np.maximum(hills() - 700.0, 0.0)
    coast[:, :20] = 0.0
    assert not zero_seams(coast).any()
    polder = np.full(SHAPE, 2.0)
    polder[10:50, 30] = 0.0
    assert not zero_seams(polder).any()
    few = hills()
    few[5:8, 5:8] = 0.0
    assert not zero_seams(few).any()
    fjord = hills()
    fjord[:, 30:32] = 0.0
    assert zero_seams(fjord).any()
    assert not zero_seams(fjord, np.where(fjord == 0.0, 1, 4).astype(np.uint8)).any()


def country(**more) -> CountryConfig:
    return CountryConfig.model_validate({"iso3": "TST", "name": "T", "crs": "EPSG:32638", "pixel_m": 200.0} | more)


def test_a_raster_of_the_world_makes_no_frame(tmp_path):
    globe = write(tmp_path / "g.tif", np.ones((18, 36), np.float32), Affine(10, 0, -180, 0, -10, 90), "EPSG:4326")
    for layer in ("population", "terrain"):
        with pytest.raises(InputError, match=r"million pixels|farther than"):
            import_layer(spec(layer), globe, tmp_path / "L", new=country(crs="EPSG:6933", pixel_m=250.0))
        with pytest.raises(InputError, match=r"farther than EPSG:32638|million pixels|no upright frame|scale of"):
            import_layer(spec(layer), globe, tmp_path / "L", new=country())
    assert not (tmp_path / "L").exists()
    with pytest.raises(InputError, match="million pixels"):
        grid_round((0.0, 0.0, 1e7, 1e7), 0.0, country(pixel_m=50.0))


@pytest.mark.parametrize(("crs", "lat_deg"), [("EPSG:3857", 40.5), ("EPSG:3395", 60.0)])
def test_metres_that_are_none_are_refused_at_the_first_import(tmp_path, crs, lat_deg):
    ring = shapely.box(25.0, lat_deg, 25.2, lat_deg + 0.1)
    (tmp_path / "o.geojson").write_text(
        f'{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"boundary_id":"b"}},'
        f'"geometry":{shapely.to_geojson(ring)}}}]}}'
    )
    step = 0.005
    dem = write(
        tmp_path / "d.tif", np.full((80, 80), 100.0, np.float32), Affine(step, 0, 24.9, 0, -step, lat_deg + 0.25),
        "EPSG:4326",
    )  # fmt: skip
    outline = spec("boundaries", set={"level": 0})
    with pytest.raises(InputError, match="scale of"):
        import_layer(outline, tmp_path / "o.geojson", tmp_path / "L", new=country(crs=crs))
    with pytest.raises(InputError, match="scale of"):
        import_layer(spec("terrain"), dem, tmp_path / "L", new=country(crs=crs))
    assert not (tmp_path / "L" / "country.yaml").exists()


def test_a_folder_in_web_mercator_is_refused_by_check_and_by_every_reader(small_country):
    for name in ("terrain", "population", "clutter", "zones"):
        path = small_country / f"{name}.tif"
        if path.is_file():
            values, grid = read_raster(path)
            lon, lat = grid.to_lonlat(grid.x_min_m, grid.y_max_m)
            x, y = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True).transform(lon, lat)
            write_raster(path, values, Grid(*grid.shape, float(x), float(y), grid.pixel_m, "EPSG:3857"))
    text = (small_country / "country.yaml").read_text()
    (small_country / "country.yaml").write_text(text.replace(read_country_crs(text), "EPSG:3857"))
    assert any("scale of" in f.what and f.severity == "error" for f in check(small_country))
    with pytest.raises(InputError, match="scale of"):
        read_country(small_country)


def read_country_crs(text: str) -> str:
    return next(line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("crs:"))


def test_every_class_is_counted_in_the_note(tmp_path):
    values = np.full(SHAPE, 4, dtype=np.uint8)
    values[:, :25] = 1
    _, report = import_raster(write(tmp_path / "z.tif", values), spec("zones"), GRID, None)
    assert str(report) == "sea 25.0 %, inland 75.0 %"


def test_heights_in_another_unit_are_not_cut_down_to_what_is_possible(tmp_path):
    path = write(tmp_path / "d.tif", hills() * 10.0 + 3000.0)
    with pytest.raises(InputError, match="--height-unit") as caught:
        import_raster(path, spec("terrain"), GRID, None)
    assert "--fix" not in str(caught.value)
    heights_m, _ = import_raster(path, spec("terrain", height_unit="dm"), GRID, None)
    np.testing.assert_allclose(heights_m, hills()[10:50, 10:70] + 300.0, atol=0.01)


@pytest.mark.parametrize("nothing", [0.0, np.nan])
def test_a_raster_of_nobody_replaces_no_people(tmp_path, nothing):
    path = write(tmp_path / "p.tif", np.full((GRID.n_rows, GRID.n_cols), nothing, dtype=np.float32))
    with pytest.raises(InputError, match="holds nobody over the country"):
        import_raster(path, spec("population"), GRID, None)

"""Foreign rasters on the country's grid: heights, voids, people that still add up, classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from allreach.country.importing.raster import import_raster
from allreach.country.importing.spec import LayerSpec
from allreach.errors import InputError
from allreach.grid import Grid
from allreach.io.foreign_raster import fill_voids, sum_onto
from allreach.io.raster_frame import ForeignRaster

GRID_CRS = CRS.from_epsg(32638)
GRID = Grid(60, 60, 700_000.0, 4_500_000.0, 200.0, "EPSG:32638")


def from_origin(west, north, width, height):
    return Affine(width, 0.0, west, 0.0, -height, north)


def write(path: Path, values, transform, crs="EPSG:4326", nodata=None) -> Path:
    values = np.asarray(values)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=values.shape[0],
        width=values.shape[1],
        count=1,
        dtype=values.dtype.name,
        crs=crs,
        transform=transform,
        nodata=nodata,
    ) as target:
        target.write(values, 1)
    return path


def slope(lon_deg, lat_deg):
    return 1000.0 * (lon_deg - 47.0) + 2000.0 * (lat_deg - 40.0)


def dem(step_deg=1 / 1200, dtype="float32"):
    """Heights that are a plane in longitude and latitude, over the grid and around it."""
    lon = 47.3 + (np.arange(int(0.3 / step_deg)) + 0.5) * step_deg
    lat = 40.7 - (np.arange(int(0.3 / step_deg)) + 0.5) * step_deg
    return slope(*np.meshgrid(lon, lat)).astype(dtype), from_origin(47.3, 40.7, step_deg, step_deg)


def spec(layer="terrain", **changes):
    return LayerSpec.model_validate({"layer": layer, "file": "x.tif"} | changes)


def test_heights_of_a_plane_are_met_in_another_crs(tmp_path):
    path = write(tmp_path / "dem.tif", *dem())
    heights_m, report = import_raster(path, spec(), GRID, None)
    rows, cols = np.mgrid[0:60, 0:60]
    expected = slope(*GRID.to_lonlat(*GRID.xy_m(rows, cols)))
    assert heights_m.dtype == np.float32
    assert np.abs(heights_m - expected).max() < 0.5  # metres, on heights of 1,300 to 1,800
    assert str(report) == "no voids"


def test_finer_heights_are_averaged(tmp_path):
    values, transform = dem(1 / 6000)
    noisy = values + np.where(np.indices(values.shape).sum(axis=0) % 2, 50, -50).astype(np.float32)
    heights_m, _ = import_raster(write(tmp_path / "d.tif", noisy, transform), spec(), GRID, None)
    rows, cols = np.mgrid[0:60, 0:60]
    assert np.abs(heights_m - slope(*GRID.to_lonlat(*GRID.xy_m(rows, cols)))).max() < 6.0


@pytest.mark.parametrize("code", [-32768, -9999])
def test_declared_voids_are_filled_and_counted(tmp_path, code):
    values, transform = dem(dtype="int16")
    values[150:160, 150:170] = code
    path = write(tmp_path / "dem.tif", values, transform, nodata=code)
    heights_m, report = import_raster(path, spec(), GRID, None)
    rows, cols = np.mgrid[0:60, 0:60]
    assert np.abs(heights_m - slope(*GRID.to_lonlat(*GRID.xy_m(rows, cols)))).max() < 15.0
    assert str(report).startswith("200 of ")
    assert "filled from their edges by inverse distance" in str(report)


def test_voids_inside_the_country_are_counted_apart(tmp_path):
    values, transform = dem(dtype="int16")
    values[150:160, 150:170] = -32768  # 47.425 to 47.4417 E
    outline = shapely.box(47.43, 40.55, 47.46, 40.58)
    path = write(tmp_path / "dem.tif", values, transform, nodata=-32768)
    _, report = import_raster(path, spec(), GRID, outline)
    assert "200 of" in str(report)
    assert "inside the country 140 of 1,296" in str(report)


def test_undeclared_void_code_is_a_fault_until_it_is_mended(tmp_path):
    values, transform = dem(dtype="int16")
    values[150:152, 150:155] = -32768
    path = write(tmp_path / "dem.tif", values, transform)
    with pytest.raises(InputError, match=r"10 heights are impossible, from -32768 to -32768 m.*--fix absurd-height"):
        import_raster(path, spec(), GRID, None)
    heights_m, report = import_raster(path, spec(fix=["absurd-height"]), GRID, None)
    assert heights_m.min() > 1000
    assert "10 impossible heights taken as voids" in str(report)


def test_nan_voids_are_filled(tmp_path):
    values, transform = dem()
    values[150:152, 150:155] = np.nan
    heights_m, _ = import_raster(write(tmp_path / "dem.tif", values, transform), spec(), GRID, None)
    assert np.isfinite(heights_m).all()


def test_a_void_too_wide_to_fill_is_a_fault(tmp_path):
    values, transform = dem(dtype="int16")
    values[100:200, 100:200] = -32768
    path = write(tmp_path / "dem.tif", values, transform, nodata=-32768)
    with pytest.raises(InputError, match=r"has no height for .* pixels of the country"):
        import_raster(path, spec(fill_px=5), GRID, None)


def test_terrain_that_does_not_cover_the_country(tmp_path):
    values, transform = dem()
    path = write(tmp_path / "dem.tif", values[:, :150], transform)
    with pytest.raises(InputError, match=r"has no height for .* pixels of the country \(.* %\)"):
        import_raster(path, spec(), GRID, None)
    west = shapely.box(47.37, 40.53, 47.41, 40.6)
    heights_m, report = import_raster(path, spec(), GRID, west)  # covers the country, not the whole frame
    assert np.isnan(heights_m).any()
    assert "outside the country have no height" in str(report)


def test_terrain_somewhere_else(tmp_path):
    values, _ = dem()
    path = write(tmp_path / "dem.tif", values, from_origin(10, 50, 1 / 1200, 1 / 1200))
    with pytest.raises(InputError, match="wholly outside the country's frame"):
        import_raster(path, spec(), GRID, None)


@pytest.mark.parametrize("content", ["empty", "truncated", "text", "missing"])
def test_damaged_geotiff(tmp_path, content):
    path = write(tmp_path / "dem.tif", *dem())
    if content == "empty":
        path.write_bytes(b"")
    elif content == "truncated":
        path.write_bytes(path.read_bytes()[:5000])
    elif content == "text":
        path.write_text("heights")
    else:
        path.unlink()
    right = {"empty": "is empty", "missing": "is not there"}.get(content, "cannot be read as a GeoTIFF")
    with pytest.raises(InputError, match=right):
        import_raster(path, spec(), GRID, None)


def test_geotiff_without_crs_must_be_told_one(tmp_path):
    values, transform = dem()
    path = write(tmp_path / "dem.tif", values, transform, crs=None)
    with pytest.raises(InputError, match="has no CRS"):
        import_raster(path, spec(), GRID, None)
    assert np.isfinite(import_raster(path, spec(file_crs="EPSG:4326"), GRID, None)[0]).all()


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    step_m=st.sampled_from([30.0, 90.0, 250.0, 1000.0]),
    shift_m=st.tuples(st.floats(0, 500), st.floats(0, 500)),
    seed=st.integers(0, 2**32 - 1),
)
def test_people_inside_the_frame_keep_their_sum(step_m, shift_m, seed):
    n = int(6000 / step_m)
    people = np.random.default_rng(seed).gamma(0.3, 50.0, size=(n, n))
    raster = ForeignRaster(people, from_origin(702_000 + shift_m[0], 4_498_000 - shift_m[1], step_m, step_m), GRID_CRS)
    moved = sum_onto(raster, GRID)
    assert moved.sum() == pytest.approx(people.sum(), rel=1e-12)
    assert (moved >= 0).all()


def test_people_in_degrees_go_where_they_are(tmp_path):
    people = np.zeros((40, 40), dtype="float32")
    people[20, 20] = 900.0
    transform = from_origin(47.3, 40.7, 1 / 120, 1 / 120)  # 30 arc seconds: 0.47 to 0.48 E, 0.525 to 0.533 N
    values, report = import_raster(write(tmp_path / "pop.tif", people, transform), spec("population"), GRID, None)
    assert values.sum(dtype=float) == pytest.approx(900.0, rel=1e-6)
    rows, cols = np.nonzero(values)
    lon, lat = GRID.to_lonlat(*GRID.xy_m(rows, cols))
    assert lon.min() > 47.4667 - 0.002
    assert lon.max() < 47.475 + 0.002
    assert lat.min() > 40.525 - 0.002
    assert lat.max() < 40.5333 + 0.002
    assert "900.0 people in the frame" in str(report)


def test_negative_people_and_people_abroad(tmp_path):
    people = np.full((60, 60), 2.0, dtype="float32")
    people[3, 4] = -200.0
    path = write(tmp_path / "pop.tif", people, GRID.transform, crs=GRID.crs)
    with pytest.raises(InputError, match="1 pixels have a negative population, lowest -200"):
        import_raster(path, spec("population"), GRID, None)
    half = shapely.box(47.0, 40.0, 47.43, 41.0)
    values, report = import_raster(path, spec("population", fix=["negative-population", "outside"]), GRID, half)
    assert 0 < values.sum() < 2 * 3599
    assert "1 negative pixels set to 0" in str(report)
    assert "people outside the country left out" in str(report)
    _, report = import_raster(path, spec("population", fix=["negative-population"]), GRID, half)
    assert "leave them out with --fix outside" in str(report)


def test_declared_nodata_of_population_is_nobody(tmp_path):
    people = np.full((60, 60), 1.0, dtype="float32")
    people[:, 0] = -99999
    path = write(tmp_path / "pop.tif", people, GRID.transform, crs=GRID.crs, nodata=-99999)
    assert import_raster(path, spec("population"), GRID, None)[0].sum() == 60 * 59


def test_classes_by_the_most_frequent_with_a_mapping(tmp_path):
    fine = np.full((600, 600), 30, dtype="uint8")  # grassland of a land-cover map, 20 m pixels
    fine[:, 300:] = 10  # trees
    fine[0:4, 0:4] = 80  # a pond that is smaller than half a pixel
    path = write(tmp_path / "lc.tif", fine, from_origin(700_000, 4_500_000, 20, 20), crs=GRID.crs)
    with pytest.raises(InputError) as error:
        import_raster(path, spec("clutter"), GRID, None)
    assert [f.what for f in error.value.faults] == ["class 10 has no meaning here", "class 30 has no meaning here"]
    values, _ = import_raster(path, spec("clutter", values={"clutter": {"10": "4", "30": 2, "80": 1}}), GRID, None)
    assert values.dtype == np.uint8
    assert np.unique(values[:, :30]).tolist() == [2]
    assert np.unique(values[:, 30:]).tolist() == [4]


def test_zones_from_a_raster_and_what_it_does_not_cover(tmp_path):
    zones = np.full((60, 30), 1, dtype="uint8")
    path = write(tmp_path / "z.tif", zones, GRID.transform, crs=GRID.crs)
    values, report = import_raster(path, spec("zones"), GRID, None)
    assert (values[:, :30] == 1).all()
    assert (values[:, 30:] == 4).all()
    assert "1,800 pixels without a class set to inland" in str(report)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(hole=st.tuples(st.integers(1, 25), st.integers(1, 25), st.integers(1, 6)), base=st.floats(-430, 8000))
def test_filled_voids_stay_between_the_heights_around(hole, base):
    row, col, size = hole
    values = base + np.indices((32, 32)).sum(axis=0).astype(float)
    lowest, highest = values.min(), values.max()
    values[row : row + size, col : col + size] = np.nan
    filled, void = fill_voids(ForeignRaster(values, from_origin(0, 0, 1, 1), GRID_CRS), search_px=20)
    assert void.sum() == size**2
    assert np.isfinite(filled.values).all()
    assert filled.values.min() >= lowest - 0.01
    assert filled.values.max() <= highest + 0.01

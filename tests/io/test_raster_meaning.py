"""A raster's header changes what its numbers mean: the same by import, in a country folder and in Python."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rioxarray
import shapely
from affine import Affine
from pyproj import Transformer
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp

from allreach.country.importing.raster import import_raster
from allreach.country.importing.spec import LayerSpec
from allreach.errors import InputError
from allreach.grid import Grid
from allreach.io.raster import read_raster
from allreach.io.raster_frame import file_frame, inner_frame
from allreach.terrain.data_array import raster_of_array
from allreach.terrain.height_raster import HeightRaster
from allreach.terrain.raster_window import open_rasters

GRID = Grid(30, 30, 700_000.0, 4_500_000.0, 200.0, "EPSG:32638")
PLACE = Affine(200.0, 0.0, 698_000.0, 0.0, -200.0, 4_502_000.0)  # ten pixels wider on each side
HEIGHTS_M = (400.0 + 5.0 * np.arange(50)[:, None] + np.arange(50)[None, :]).astype(np.float32)
INNER = HEIGHTS_M[10:40, 10:40]


def write(path: Path, bands, *, crs: object = "EPSG:32638", transform: Affine | None = PLACE, **more) -> Path:
    bands = np.atleast_3d(np.asarray(bands).T).T
    units, scales, offsets, mask, colours, gcps = (
        more.pop(k, None) for k in ("units", "scales", "offsets", "mask", "colours", "gcps")
    )
    with warnings.catch_warnings(), rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        warnings.simplefilter("ignore")  # of the writer, about the missing position
        with rasterio.open(
            path, "w", driver="GTiff", height=bands.shape[1], width=bands.shape[2], count=len(bands),
            dtype=bands.dtype.name, crs=crs, transform=transform, **more,
        ) as target:  # fmt: skip
            target.write(bands)
            if colours:
                target.colorinterp = colours
            if scales:
                target.scales = scales
            if offsets:
                target.offsets = offsets
            if units:
                target.units = units
            if mask is not None:
                target.write_mask(mask)
            if gcps:
                target.gcps = gcps
    return path


def spec(layer: str = "terrain", **more) -> LayerSpec:
    return LayerSpec.model_validate({"layer": layer, "file": "x.tif"} | more)


def by_import(path: Path, height_unit: str | None = None) -> np.ndarray:
    return import_raster(path, spec(height_unit=height_unit), GRID, None)[0]


def by_window(path: Path, height_unit: str | None = None) -> np.ndarray:
    return whole(open_rasters(path, height_unit=height_unit)[0])


def by_array(path: Path, height_unit: str | None = None) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rioxarray's own
        with rioxarray.open_rasterio(path) as opened:
            return whole(raster_of_array(opened, height_unit=height_unit))


def by_folder(path: Path, height_unit: str | None = None) -> np.ndarray:
    return read_raster(path, "height")[0][10:40, 10:40]


def whole(raster: HeightRaster) -> np.ndarray:
    return raster.read(0, raster.n_rows, 0, raster.n_cols)[10:40, 10:40]


WAYS = [by_import, by_window, by_array, by_folder]
by_every_way = pytest.mark.parametrize("read", WAYS, ids=lambda way: way.__name__)


@by_every_way
def test_scale_and_offset(tmp_path, read):
    stored = np.round((HEIGHTS_M - 100.0) * 10.0).astype(np.int16)
    path = write(tmp_path / "t.tif", stored, scales=(0.1,), offsets=(100.0,))
    np.testing.assert_allclose(read(path), INNER, atol=0.01)


@by_every_way
def test_nodata_is_a_stored_number_not_a_value(tmp_path, read):
    stored = np.round(HEIGHTS_M * 10.0).astype(np.uint16)
    stored[0, 0] = 65535
    path = write(tmp_path / "t.tif", stored, scales=(0.1,), nodata=65535)
    np.testing.assert_allclose(read(path), INNER, atol=0.01)


def test_values_equal_to_nodata_after_scaling_stay(tmp_path):
    stored = np.full((50, 50), 4000, dtype=np.int16)
    path = write(tmp_path / "t.tif", stored, scales=(0.1,), nodata=400)
    assert (by_import(path) == 400.0).all()
    assert (by_folder(path) == 400.0).all()


@by_every_way
def test_feet_are_refused_with_the_way_to_have_them_converted(tmp_path, read):
    feet = (HEIGHTS_M / 0.3048).astype(np.float32)
    for name, more, unit in (
        ("a.tif", {"units": ("ft",)}, "ft"),
        ("b.tif", {"units": ("US survey foot",)}, "us-ft"),
        ("c.tif", {"units": ("cm",)}, "cm"),
    ):
        with pytest.raises(InputError, match=f"height.unit.*{unit}"):
            read(write(tmp_path / name, feet, **more))


@pytest.mark.parametrize("read", [by_import, by_window, by_array], ids=lambda way: way.__name__)
def test_feet_are_converted_where_told(tmp_path, read):
    path = write(tmp_path / "t.tif", (HEIGHTS_M / 0.3048).astype(np.float32), units=("ft",))
    np.testing.assert_allclose(read(path, "ft"), INNER, atol=0.01)
    silent = write(tmp_path / "u.tif", (HEIGHTS_M * 3937.0 / 1200.0).astype(np.float32))
    np.testing.assert_allclose(read(silent, "us-ft"), INNER, atol=0.01)
    with pytest.raises(InputError, match="height_unit='ft', not 'm'"):
        read(path, "m")


@pytest.mark.parametrize("read", [by_import, by_window, by_folder], ids=lambda way: way.__name__)
def test_vertical_crs(tmp_path, read):
    path = write(tmp_path / "t.tif", HEIGHTS_M, crs="EPSG:32638+8228")  # NAVD88 height in international feet
    with pytest.raises(InputError, match="feet"):
        read(path)
    depth = write(tmp_path / "d.tif", HEIGHTS_M, crs="EPSG:32638+5715")
    with pytest.raises(InputError, match="depths"):
        read(depth)
    metres = write(tmp_path / "m.tif", HEIGHTS_M, crs="EPSG:32638+5773")  # EGM96 height
    np.testing.assert_allclose(read(metres), INNER, atol=0.01)


@pytest.mark.parametrize("read", [by_import, by_window, by_folder], ids=lambda way: way.__name__)
def test_mask_and_alpha_are_voids(tmp_path, read):
    holes = np.full(HEIGHTS_M.shape, 255, dtype=np.uint8)
    holes[20:22, 20:24] = 0
    stored = np.where(holes == 0, 8000.0, HEIGHTS_M).astype(np.float32)
    mask = write(tmp_path / "mask.tif", stored, mask=holes)
    both = np.stack([stored, holes.astype(np.float32)])
    alpha = write(tmp_path / "alpha.tif", both, alpha="yes")
    coded = write(tmp_path / "coded.tif", both, alpha="yes", nodata=-1)
    for path in (mask, alpha, coded):
        got = read(path)
        assert np.nanmax(got) < 700.0
        if read is not by_import:  # which fills
            assert np.isnan(got).sum() == 8


@by_every_way
def test_pictures_and_several_bands_are_refused(tmp_path, read):
    grey = (HEIGHTS_M % 255).astype(np.uint8)
    rgb = write(tmp_path / "rgb.tif", np.stack([grey] * 3), photometric="RGB")
    two = write(tmp_path / "two.tif", np.stack([HEIGHTS_M, HEIGHTS_M]))
    for path, words in ((rgb, "picture|dimensions"), (two, "2 bands|dimensions")):
        with pytest.raises(InputError, match=words):
            read(path)


def test_women_and_men_are_not_counted_as_women_only(tmp_path):
    ones = np.ones((50, 50), dtype=np.float32)
    path = write(tmp_path / "t.tif", np.stack([ones, ones]))
    with pytest.raises(InputError, match=r"2 bands.*their sum"):
        import_raster(path, spec("population"), GRID, None)


def test_a_palette_is_right_for_classes_only(tmp_path):
    path = write(tmp_path / "t.tif", np.full((50, 50), 2, dtype=np.uint8), colours=[ColorInterp.palette])
    assert (import_raster(path, spec("clutter"), GRID, None)[0] == 2).all()
    with pytest.raises(InputError, match="palette"):
        by_import(path)


def test_a_file_without_position(tmp_path):
    bare = write(tmp_path / "bare.tif", HEIGHTS_M, crs=None, transform=None)
    corners = [(0, 0), (0, 50), (50, 0), (50, 50)]
    points = [GroundControlPoint(row=r, col=c, x=47.0 + c / 100, y=40.0 - r / 100) for r, c in corners]
    gcps = write(tmp_path / "g.tif", HEIGHTS_M, crs=None, transform=None, gcps=(points, "EPSG:4326"))
    for path, words in ((bare, "no position"), (gcps, "4 ground control points")):
        for read in (by_import, by_window, by_folder):
            with pytest.raises(InputError, match=words) as caught:
                read(path)
            assert "file-crs" not in str(caught.value)
        with pytest.raises(InputError, match=words):
            import_raster(path, spec(file_crs="EPSG:4326"), GRID, None)
        with pytest.raises(InputError, match=words):
            file_frame(path, "EPSG:32638", "height", file_crs="EPSG:4326")
    with pytest.raises(InputError, match="no position"):
        by_array(bare)


def test_a_local_crs(tmp_path):
    local = write(tmp_path / "t.tif", HEIGHTS_M, crs='LOCAL_CS["unknown",UNIT["metre",1]]')
    for read in (by_import, by_window, by_folder, by_array):
        with pytest.raises(InputError, match="local CRS"):
            read(local)
    heights_m, _ = import_raster(local, spec(file_crs="EPSG:32638"), GRID, None)
    np.testing.assert_allclose(heights_m, INNER, atol=0.01)


def test_file_crs_beside_a_stated_one(tmp_path):
    path = write(tmp_path / "t.tif", HEIGHTS_M)
    with pytest.raises(InputError, match="states its CRS itself"):
        import_raster(path, spec(file_crs="EPSG:32637"), GRID, None)
    assert np.isfinite(import_raster(path, spec(file_crs="EPSG:32638"), GRID, None)[0]).all()


@by_every_way
def test_metres_labelled_as_degrees(tmp_path, read):
    with pytest.raises(InputError, match="states degrees"):
        read(write(tmp_path / "t.tif", HEIGHTS_M, crs="EPSG:4326"))


def test_densities_are_no_counts(tmp_path):
    path = write(tmp_path / "t.tif", HEIGHTS_M, units=("people per km2",))
    with pytest.raises(InputError, match="densities"):
        import_raster(path, spec("population"), GRID, None)


@pytest.mark.parametrize("size", [500_000, 2_000_000])
def test_a_header_that_claims_more_pixels_than_there_is_memory(tmp_path, size):
    path = tmp_path / "t.vrt"
    path.write_text(
        f'<VRTDataset rasterXSize="{size}" rasterYSize="{size}"><SRS>EPSG:32638</SRS>'
        "<GeoTransform>700000, 0.01, 0, 4500000, 0, -0.01</GeoTransform>"
        '<VRTRasterBand dataType="Float32" band="1"></VRTRasterBand></VRTDataset>'
    )
    for read in (by_import, by_folder):
        with pytest.raises(InputError, match="million pixels"):
            read(path)
    with pytest.raises(InputError, match="million pixels"):
        open_rasters(path)[0].read(0, size, 0, size)


def test_one_block_as_large_as_the_claim(tmp_path):
    path = tmp_path / "t.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=500_000, width=500_000, count=1, dtype="float32", crs="EPSG:32638",
        transform=Affine(1.0, 0, 500_000.0, 0, -1.0, 4_600_000.0), tiled=True, blockxsize=131_072, blockysize=131_072,
        sparse_ok=True, bigtiff="yes", compress="deflate",
    ):  # fmt: skip
        pass
    with pytest.raises(InputError, match=r"million pixels|cannot be read"):
        by_import(path)


def test_nothing_is_said_in_the_library_s_own_words(tmp_path, recwarn, capfd):
    bare = write(tmp_path / "bare.tif", HEIGHTS_M, crs=None, transform=None)
    cut = write(tmp_path / "cut.tif", np.random.default_rng(0).random((50, 50)), compress="deflate")
    cut.write_bytes(cut.read_bytes()[:9000])
    recwarn.clear()
    for path in (bare, cut):
        for read in (by_import, by_window, by_folder):
            with pytest.raises(InputError):
                read(path)
    assert not recwarn.list
    assert capfd.readouterr() == ("", "")


def test_a_vrt_scales_an_integer_file(tmp_path):
    write(tmp_path / "a.tif", np.round(HEIGHTS_M * 4.0).astype(np.int16))
    (tmp_path / "t.vrt").write_text(
        '<VRTDataset rasterXSize="50" rasterYSize="50"><SRS>EPSG:32638</SRS>'
        "<GeoTransform>698000, 200, 0, 4502000, 0, -200</GeoTransform>"
        '<VRTRasterBand dataType="Int16" band="1"><Offset>0</Offset><Scale>0.25</Scale><SimpleSource>'
        '<SourceFilename relativeToVRT="1">a.tif</SourceFilename><SourceBand>1</SourceBand></SimpleSource>'
        "</VRTRasterBand></VRTDataset>"
    )
    for read in WAYS:
        np.testing.assert_allclose(read(tmp_path / "t.vrt"), INNER, atol=0.13)


# longitude is an angle

FIJI = Grid(100, 250, 2_108_000.0, 4_000_000.0, 200.0, "EPSG:3460")
LON, LAT = Transformer.from_crs("EPSG:3460", "EPSG:4326", always_xy=True).transform(
    *FIJI.xy_m(*(a.ravel() for a in np.mgrid[0:100, 0:250]))
)


def around(path: Path, west_deg: float, n_cols: int, fill, step_deg: float = 0.01) -> Path:
    """Rows round the grid's latitude, from a meridian on; `fill` gives values at longitudes from 0 to 360."""
    lon = (west_deg + (np.arange(n_cols) + 0.5) * step_deg) % 360.0
    north = float(LAT.max()) + 20 * step_deg
    n_rows = int((LAT.max() - LAT.min()) / step_deg) + 40
    values = np.tile(fill(lon), (n_rows, 1)).astype(np.float32)
    transform = Affine(step_deg, 0, west_deg, 0, -step_deg, north)
    return write(path, values, crs="EPSG:4326", transform=transform, compress="deflate")


FILES = [(-180.0, 36_000), (0.0, 36_000), (170.0, 2_000), (-190.0, 2_000), (-180.005, 36_001)]


@pytest.mark.parametrize(("west_deg", "n_cols"), FILES)
def test_heights_across_180_degrees(tmp_path, west_deg, n_cols):
    assert LON.max() > 179.8
    assert LON.min() < -179.8
    path = around(tmp_path / "t.tif", west_deg, n_cols, lambda lon: 100.0 * (lon - 178.0))
    heights_m, report = import_raster(path, spec(), FIJI, None)
    np.testing.assert_allclose(heights_m.ravel(), 100.0 * (LON % 360.0 - 178.0), atol=1.1)
    assert str(report) == "no voids"


@pytest.mark.parametrize(("west_deg", "n_cols"), FILES)
def test_people_across_180_degrees(tmp_path, west_deg, n_cols):
    outline = shapely.MultiPolygon(
        [
            shapely.box(179.9, LAT.min() + 0.02, 180.0, LAT.max() - 0.02),
            shapely.box(-180.0, LAT.min() + 0.02, -179.9, LAT.max() - 0.02),
        ]
    )
    path = around(tmp_path / "t.tif", west_deg, n_cols, lambda lon: np.where(np.abs(lon - 180.0) < 0.08, 1.0, 0.0))
    with rasterio.open(path) as source:
        north, n_rows = source.transform.f, source.height
    rows = north - (np.arange(n_rows) + 0.5) * 0.01
    people, report = import_raster(path, spec("population"), FIJI, outline)
    n_in_frame = ((rows > LAT.min()) & (rows < LAT.max())).sum() * 16
    assert people.sum() == pytest.approx(n_in_frame, rel=0.05)
    assert "in the file" in str(report)
    assert f"of {n_rows * 16:,.1f} in the file" in str(report) or n_cols == 36_001


def test_greenwich_in_a_raster_from_0_to_360(tmp_path):
    ghana = Grid(50, 100, 790_000.0, 700_000.0, 500.0, "EPSG:32630")
    lon, lat = ghana.to_lonlat(*ghana.xy_m(*(a.ravel() for a in np.mgrid[0:50, 0:100])))
    assert lon.min() < -0.1 < 0.05 < lon.max()
    step = 0.01
    at = (np.arange(36_000) + 0.5) * step
    east = np.where(at > 180.0, at - 360.0, at)
    n_rows = int((lat.max() - lat.min()) / step) + 40
    transform = Affine(step, 0, 0.0, 0, -step, float(lat.max()) + 20 * step)
    path = write(
        tmp_path / "t.tif", np.tile(500.0 + 100.0 * east, (n_rows, 1)).astype(np.float32), crs="EPSG:4326",
        transform=transform, compress="deflate",
    )  # fmt: skip
    heights_m, report = import_raster(path, spec(), ghana, None)
    np.testing.assert_allclose(heights_m.ravel(), 500.0 + 100.0 * lon, atol=1.1)
    assert str(report) == "no voids"


def test_pixels_that_do_not_meet_at_180_degrees_are_refused(tmp_path):
    path = around(tmp_path / "t.tif", -180.0, 32_727, lambda lon: lon, step_deg=0.011)
    with pytest.raises(InputError, match="do not meet"):
        import_raster(path, spec(), FIJI, None)


def test_frame_of_a_raster_beyond_180_degrees(tmp_path):
    path = around(tmp_path / "t.tif", 179.0, 200, lambda lon: lon)
    x_min, _, x_max, _ = file_frame(path, "EPSG:3460", "height")
    assert 150_000 < x_max - x_min < 250_000
    inner = inner_frame(path, "EPSG:3460", "height")
    assert x_min <= inner[0] < inner[2] <= x_max


def test_pixels_without_a_corner_are_no_position(tmp_path):
    path = write(tmp_path / "t.tif", HEIGHTS_M)
    data = path.read_bytes()
    tiepoint = (33922).to_bytes(2, "little")  # the tag that ties a pixel to the map
    assert data.count(tiepoint) == 1
    path.write_bytes(data.replace(tiepoint, (33923).to_bytes(2, "little")))
    for read in (by_import, by_window, by_folder):
        with pytest.raises(InputError, match="no position"):
            read(path)


def test_pixels_of_no_size(tmp_path):
    path = write(tmp_path / "t.tif", HEIGHTS_M, transform=Affine(1e-200, 0.0, 698_000.0, 0.0, -1e-100, 4_502_000.0))
    for read in (by_import, by_window, by_folder):
        with pytest.raises(InputError, match=r"has pixels of|no position"):
            read(path)

"""Terrain files, read by windows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from allreach.errors import DataMissingError, InputError
from allreach.terrain.height_raster import lattices
from allreach.terrain.raster_window import open_rasters


def write(
    path: Path, values: np.ndarray, x: float, y: float, *, crs: str | None = "EPSG:32632", **more: object
) -> Path:
    units = more.pop("units", None)
    transform = more.pop("transform", Affine(50.0, 0.0, x, 0.0, -50.0, y))
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1, dtype=values.dtype, crs=crs,
        transform=transform, **more,
    ) as target:  # fmt: skip
        target.write(values, 1)
        if units:
            target.units = (str(units),)
    return path


def test_window_of_a_mosaic_of_files_with_voids(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    values = rng.integers(0, 900, (40, 60)).astype(np.int16)
    values[5, 7], values[30, 50], values[31, 50] = -32768, -9999, 9500
    write(tmp_path / "a.tif", values[:, :30], 5e5, 5.2e6, nodata=-32768)
    write(tmp_path / "b.tif", values[:, 30:], 5e5 + 1500.0, 5.2e6)
    (mosaic,) = lattices(open_rasters(tmp_path))
    got, has_pixel = mosaic.window(-2, 45, 3, 70)
    assert has_pixel.sum() == 40 * 57
    expected = np.where((values < -450) | (values > 8900), np.nan, values.astype(np.float32))[:, 3:]
    np.testing.assert_array_equal(got[2:42, :57], expected)
    assert np.isnan(got[~has_pixel]).all()
    listed = open_rasters([tmp_path / "b.tif", tmp_path / "a.tif"])
    np.testing.assert_array_equal(lattices(listed)[0].window(0, 40, 0, 60)[0], mosaic.window(0, 40, 0, 60)[0])


def test_vrt_is_a_raster_like_any_other(tmp_path: Path) -> None:
    values = np.arange(200, dtype=np.float32).reshape(10, 20)
    write(tmp_path / "a.tif", values, 5e5, 5.2e6)
    (tmp_path / "all.vrt").write_text(
        '<VRTDataset rasterXSize="20" rasterYSize="10"><SRS>EPSG:32632</SRS>'
        "<GeoTransform>500000, 50, 0, 5200000, 0, -50</GeoTransform>"
        '<VRTRasterBand dataType="Float32" band="1"><SimpleSource><SourceFilename relativeToVRT="1">a.tif'
        "</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    (raster,) = open_rasters(tmp_path / "all.vrt")
    np.testing.assert_array_equal(raster.read(2, 5, 3, 9), values[2:5, 3:9])


def test_feet(tmp_path: Path) -> None:
    path = write(tmp_path / "feet.tif", np.full((5, 5), 1000.0, dtype=np.float32), 5e5, 5.2e6, units="ft")
    with pytest.raises(InputError, match="height_unit='ft'"):
        open_rasters(path)
    (raster,) = open_rasters(path, height_unit="ft")
    np.testing.assert_allclose(raster.read(0, 2, 0, 2), 304.8)
    vertical = write(tmp_path / "navd.tif", np.ones((5, 5), dtype=np.float32), 5e5, 5.2e6, crs="EPSG:26911+6360")
    with pytest.raises(InputError, match="us-ft"):
        open_rasters(vertical)


def test_every_fault_of_every_file_at_once(tmp_path: Path) -> None:
    ones = np.ones((5, 5), dtype=np.float32)
    write(tmp_path / "a.tif", ones, 5e5, 5.2e6, crs=None)
    write(tmp_path / "b.tif", ones, 5e5, 5.2e6, transform=Affine(50, 5, 5e5, 5, -50, 5.2e6))
    (tmp_path / "c.tif").write_bytes(b"no raster")
    with pytest.raises(InputError) as caught:
        open_rasters(tmp_path)
    assert [Path(fault.where).name for fault in caught.value.faults] == ["a.tif", "b.tif", "c.tif"]
    with pytest.raises(DataMissingError):
        open_rasters(tmp_path / "none.tif")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataMissingError):
        open_rasters(tmp_path / "empty")


def test_a_file_cut_short_is_named_when_it_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.random.default_rng(0).uniform(0, 9, (300, 300)).astype(np.float32), 5e5, 5.2e6)
    path.write_bytes(path.read_bytes()[:100_000])
    with pytest.raises(InputError, match="cannot be read"):
        open_rasters(path)[0].read(250, 300, 0, 300)


def test_more_bands_than_any_raster_of_heights_has_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    shape = {"height": 1, "width": 1, "count": 1001, "dtype": "uint8"}
    with rasterio.open(path, "w", driver="GTiff", crs="EPSG:32632", transform=Affine(50.0, 0, 0, 0, -50.0, 0), **shape):
        pass
    with pytest.raises(InputError, match="1,001 bands"):
        open_rasters(path)

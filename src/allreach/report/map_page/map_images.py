"""Pictures under the map: relief from the country's own terrain, and coverage rasters as classes of colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio import features
from rasterio.io import MemoryFile
from scipy import ndimage

from allreach.grid import Grid
from allreach.io.country_folder import Country
from allreach.outline import country_outline
from allreach.report.map_page.mercator import EARTH_RADIUS_M, MercatorFrame, frame_of, sample_nearest, sample_smooth
from allreach.vocabulary import Clutter, Zone

MAX_PX = 2560  # longest side of a picture; phones hold textures of 4096
JPEG_QUALITY = 86
LAND_RGB = (  # low to high; pale, so that the layers above it carry the colour
    (223, 232, 214),
    (234, 237, 217),
    (242, 238, 219),
    (238, 228, 206),
    (229, 216, 198),
    (232, 226, 219),
    (250, 250, 250),
)
WATER_RGB = (196, 217, 230)
BEYOND_RGB = (238, 239, 240)  # other countries; also the page's map background
BEYOND_WATER_RGB = (218, 227, 233)
SHADE_STRENGTH = 0.6
BEYOND_STRENGTH = 0.3  # relief beyond the border is fainter
LIGHTS_DEG = ((315.0, 0.5), (270.0, 0.2), (0.0, 0.2), (225.0, 0.1))  # azimuth, weight
LIGHT_ELEVATION_DEG = 45.0
TYPICAL_SLOPE = 0.35  # the steep tenth of the land is drawn this steep, so that coarse grids show relief too
RIM_SHARE = 0.05  # of the grid's shorter side
SMALL_ISLAND_PX = 100.0  # below this an island is drawn with every pixel it touches, or it might vanish


@dataclass(frozen=True)
class CoverageClass:
    """One colour of a coverage picture: values from `lower` up to the next class; none for a coded raster."""

    lower: float
    rgb: tuple[int, int, int]
    label: str = ""


@dataclass(frozen=True)
class Picture:
    """An encoded image and where its corners lie."""

    data: bytes
    media_type: str
    corners: list[list[float]]


class Painter:
    """Draws pictures of one country in one Mercator frame; keeps the mapping between the two grids."""

    def __init__(self, country: Country, *, max_px: int = MAX_PX) -> None:
        self.country = country
        self.frame: MercatorFrame = frame_of(country.grid, max_px)
        self._rowcol: dict[Grid, tuple[NDArray[np.float32], NDArray[np.float32]]] = {}
        self.is_inside = self._country_mask()

    def relief(self) -> Picture:
        """Shaded relief with water; other countries are faded."""
        row, col = self._map(self.country.grid)
        height_m, is_known = self._heights(row, col)
        water = self._water(row, col)
        known = height_m[self.is_inside & is_known]
        low, high = np.percentile(known, [2, 98]) if known.size else (0.0, 1.0)
        tint = np.clip((height_m - low) / max(float(high - low), 50.0), 0.0, 1.0) * (len(LAND_RGB) - 1)
        factor = SHADE_STRENGTH * (_shade(height_m, self._true_pixel_m()) - 0.5)
        factor[~self.is_inside] *= BEYOND_STRENGTH
        factor[water | ~is_known] = 0.0
        picture = np.empty((3, *height_m.shape), dtype=np.uint8)
        for channel in range(3):
            land = np.interp(tint, range(len(LAND_RGB)), [rgb[channel] for rgb in LAND_RGB])
            land[~self.is_inside] = BEYOND_RGB[channel]
            land[water & self.is_inside] = WATER_RGB[channel]
            land[water & ~self.is_inside] = BEYOND_WATER_RGB[channel]
            picture[channel] = np.clip(np.rint(land * (1.0 + factor)), 0, 255)
        rim = self._rim(row, col)[None]
        rim[:, self.is_inside] = 1.0
        background = np.asarray(BEYOND_RGB, dtype=np.float64)[:, None, None]
        picture = np.rint(background + rim * (picture - background)).astype(np.uint8)
        return Picture(_jpeg(picture), "image/jpeg", self.frame.corners)

    def coverage(
        self, values: NDArray[np.generic], grid: Grid, classes: Sequence[CoverageClass], *, coded: bool
    ) -> Picture:
        """Coverage in classes; transparent where there is none and outside the country.

        Parameters
        ----------
        classes
            In rising order of `lower`.
        coded
            Whether the raster holds codes, which must equal `lower`, rather than quantities.
        """
        row, col = self._map(grid)
        outside = 0 if np.issubdtype(values.dtype, np.integer) else np.nan
        seen = sample_nearest(values, row, col, outside).astype(np.float64)
        index = np.zeros(seen.shape, dtype=np.uint8)
        for number, item in enumerate(classes, start=1):
            index[(seen == item.lower) if coded else (seen >= item.lower)] = number
        index[~self.is_inside] = 0
        return Picture(palette_png(index, [item.rgb for item in classes]), "image/png", self.frame.corners)

    def _map(self, grid: Grid) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        if grid not in self._rowcol:
            self._rowcol[grid] = self.frame.fractional_rowcol(grid)
        return self._rowcol[grid]

    def _true_pixel_m(self) -> NDArray[np.float64]:
        """Ground size of a picture's pixel, per row, in metres."""
        top = np.log(np.tan(np.pi / 4 + np.radians(self.frame.north_deg) / 2))
        y = top - (np.arange(self.frame.n_rows) + 0.5) * self.frame.pixel_m / EARTH_RADIUS_M
        return np.asarray(self.frame.pixel_m / np.cosh(y))

    def _heights(
        self, row: NDArray[np.float32], col: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        terrain_m = self.country.terrain_m
        void = ~np.isfinite(terrain_m)
        filled = np.where(void, np.float32(np.nanmin(terrain_m) if not void.all() else 0.0), terrain_m)
        known = sample_nearest((~void).astype(np.uint8), row, col, 0).astype(bool)
        step = self.frame.pixel_m * float(np.cos(np.radians(0.5 * (self.frame.south_deg + self.frame.north_deg))))
        if step > 1.5 * self.country.grid.pixel_m:  # coarser picture: average first, or the relief sparkles
            filled = ndimage.gaussian_filter(filled, 0.4 * step / self.country.grid.pixel_m, mode="nearest")
        return sample_smooth(filled, row, col), known

    def _water(self, row: NDArray[np.float32], col: NDArray[np.float32]) -> NDArray[np.bool_]:
        water = np.zeros(row.shape, dtype=bool)
        if self.country.zones is not None:
            water |= sample_nearest(self.country.zones, row, col, 0) == Zone.SEA
        if self.country.clutter_class is not None:
            water |= sample_nearest(self.country.clutter_class, row, col, 0) == Clutter.WATER
        return water

    def _rim(self, row: NDArray[np.float32], col: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return 0 outside the grid rising to 1 a little inside it: beyond the border the picture fades away."""
        n_rows, n_cols = self.country.grid.shape
        inward = np.minimum(np.minimum(row, n_rows - 1 - row), np.minimum(col, n_cols - 1 - col))
        share = np.clip(inward / (RIM_SHARE * min(n_rows, n_cols)), 0.0, 1.0).astype(np.float64)
        return np.asarray(share * share * (3.0 - 2.0 * share))

    def _country_mask(self) -> NDArray[np.bool_]:
        shape = (self.frame.n_rows, self.frame.n_cols)
        outline = country_outline(self.country.table("boundaries"))
        if outline.empty:
            row, col = self._map(self.country.grid)
            known = sample_nearest(np.isfinite(self.country.terrain_m).astype(np.uint8), row, col, 0)
            return np.asarray(known == 1)
        frame = self.frame

        def to_pixels(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
            x = np.radians(frame.wrap_deg(lonlat[:, 0]) - frame.west_deg) * EARTH_RADIUS_M / frame.pixel_m
            y = np.log(np.tan(np.pi / 4 + np.radians(lonlat[:, 1]) / 2))
            top = np.log(np.tan(np.pi / 4 + np.radians(frame.north_deg) / 2))
            return np.column_stack([x, (top - y) * EARTH_RADIUS_M / frame.pixel_m])

        shapes = [shapely.transform(geometry, to_pixels) for geometry in outline]
        pieces = [piece for s in shapes for piece in shapely.get_parts(s)]
        small = [(piece, 1) for piece in pieces if piece.area < SMALL_ISLAND_PX]
        large = [(piece, 1) for piece in pieces if piece.area >= SMALL_ISLAND_PX]
        burnt = features.rasterize(large, out_shape=shape, dtype="uint8") if large else np.zeros(shape, dtype="uint8")
        if small:
            features.rasterize(small, out=burnt, all_touched=True)
        return np.asarray(burnt == 1)


def _shade(height_m: NDArray[np.float32], pixel_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Brightness 0 to 1 under several lights; flat land is 0.5."""
    down, right = (
        np.gradient(height_m.astype(np.float64)) if min(height_m.shape) > 1 else (height_m * 0.0, height_m * 0.0)
    )
    slope_x, slope_y = right / pixel_m[:, None], -down / pixel_m[:, None]
    steep = float(np.percentile(np.hypot(slope_x, slope_y), 90))
    exaggeration = float(np.clip(TYPICAL_SLOPE / max(steep, 1e-6), 1.0, 8.0))
    slope_x, slope_y = slope_x * exaggeration, slope_y * exaggeration
    length = np.sqrt(1.0 + slope_x**2 + slope_y**2)
    elevation = np.radians(LIGHT_ELEVATION_DEG)
    light = np.zeros(height_m.shape)
    for azimuth_deg, weight in LIGHTS_DEG:
        azimuth = np.radians(azimuth_deg)
        east, north = np.sin(azimuth) * np.cos(elevation), np.cos(azimuth) * np.cos(elevation)
        light += weight * np.clip((np.sin(elevation) - slope_x * east - slope_y * north) / length, 0.0, None)
    return np.asarray(np.clip(0.5 + 0.75 * (light / np.sin(elevation) - 1.0), 0.0, 1.0))


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    return _encoded(picture, {"driver": "JPEG", "quality": JPEG_QUALITY})


def palette_png(index: NDArray[np.uint8], colours: Sequence[tuple[int, int, int]]) -> bytes:
    """Image of palette indices: 0 is transparent, 1 the first colour."""
    palette = {0: (0, 0, 0, 0)} | {number: (*rgb, 255) for number, rgb in enumerate(colours, start=1)}
    return _encoded(index[None], {"driver": "PNG", "zlevel": 9}, palette)


def _encoded(
    bands: NDArray[np.uint8], options: dict[str, str | int], palette: dict[int, tuple[int, int, int, int]] | None = None
) -> bytes:
    """Image file by a GDAL driver: the same bytes for the same pixels."""
    count, rows, cols = bands.shape
    profile = options | {"width": cols, "height": rows, "count": count, "dtype": "uint8"}
    with MemoryFile() as memory:
        with memory.open(**profile, transform=Affine(1.0, 0.0, 0.0, 0.0, -1.0, float(rows))) as target:
            target.write(bands)
            if palette is not None:
                target.write_colormap(1, palette)
        return bytes(memory.read())

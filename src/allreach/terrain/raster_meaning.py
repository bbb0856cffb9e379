"""What the numbers of a raster mean: scale, offset, nodata, unit, bands, colours and place; one for every way in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from allreach.errors import Fault

Kind = Literal["height", "count", "class", "any"]

# height units: metres in one; a surveyor's foot is 1200/3937 m
UNIT_M = {"m": 1.0, "ft": 0.3048, "us-ft": 1200.0 / 3937.0, "km": 1000.0, "dm": 0.1, "cm": 0.01, "mm": 0.001}
UNIT_NAMES = {
    "m": "m",
    "metre": "m",
    "meter": "m",
    "metres": "m",
    "meters": "m",
    "m a.s.l": "m",
    "m asl": "m",
    "masl": "m",
    "metres above sea level": "m",
    "meters above sea level": "m",
    "ft": "ft",
    "foot": "ft",
    "feet": "ft",
    "international foot": "ft",
    "us-ft": "us-ft",
    "us survey foot": "us-ft",
    "us survey feet": "us-ft",
    "ussurvey foot": "us-ft",
    "ftus": "us-ft",
    "sft": "us-ft",
    "km": "km",
    "kilometre": "km",
    "kilometer": "km",
    "dm": "dm",
    "decimetre": "dm",
    "decimeter": "dm",
    "cm": "cm",
    "centimetre": "cm",
    "centimeter": "cm",
    "centimetres": "cm",
    "centimeters": "cm",
    "mm": "mm",
    "millimetre": "mm",
    "millimeter": "mm",
}
# the lowest land, the shore of the Dead Sea, lies at -439 m (2025; it falls by a metre a year; SRTM has -457 m there),
# and Everest at 8,849 m; other values are codes for "none"
LOWEST_M, HIGHEST_M = -490.0, 8900.0
IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
LEAST_PIXEL, LARGEST_PIXEL = 1e-16, 1e14  # area of a pixel: 1e-8 degrees, about a millimetre; 10,000 km
PICTURE = {"red", "green", "blue", "cyan", "magenta", "yellow", "black", "hue", "saturation", "lightness"}
FARTHEST = 1e12  # no coordinate of the Earth
FARTHEST_DEG = 540.0  # some rasters count longitude from 0 to 360, or on beyond 180
AREA_WORDS = ("km", "/ha", "hectare", "ha-1", "square", "/m2", "sq", "density")


@dataclass(frozen=True)
class RasterHeader:
    """What a raster says about itself, from a file or from a DataArray.

    Parameters
    ----------
    name
        For messages.
    n_rows, n_cols
        Shape.
    transform
        Affine coefficients (a, b, c, d, e, f) from pixel corners to map coordinates.
    crs
        CRS as stated, with its vertical part; none where there is none.
    dtype
        NumPy's name of the type of the stored numbers.
    scale, offset
        Value = stored number * scale + offset.
    nodata
        Stored number that means nothing is known.
    unit
        Unit of the values; empty where the raster is silent.
    n_bands, colours
        Bands with data (those of alpha aside), and what they say they are.
    n_gcps
        Ground control points in place of a transform.
    """

    name: str
    n_rows: int
    n_cols: int
    transform: tuple[float, float, float, float, float, float]
    crs: CRS | None
    dtype: str
    scale: float = 1.0
    offset: float = 0.0
    nodata: float | None = None
    unit: str = ""
    n_bands: int = 1
    colours: tuple[str, ...] = ()
    n_gcps: int = 0

    @property
    def is_scaled(self) -> bool:
        """Whether stored numbers are not the values themselves."""
        return self.scale != 1.0 or self.offset != 0.0

    @property
    def horizontal(self) -> CRS:
        """CRS without its vertical part.

        Raises
        ------
        ValueError
            Without a CRS; `header_faults` says so first.
        """
        if self.crs is None:
            raise ValueError(f"{self.name}: no CRS")
        return horizontal_crs(self.crs)

    @property
    def height_unit(self) -> str:
        """Unit of heights: the band's, else that of the vertical part of the CRS; empty where both are silent."""
        axis = None if self.crs is None else _vertical_axis(self.crs)
        return self.unit or ("" if axis is None else axis[0])

    @property
    def largest_stored(self) -> float | None:
        """Value of the largest number that an integer type holds, a common code for none; no value for other types."""
        dtype = np.dtype(self.dtype)
        return float(np.iinfo(dtype).max) * self.scale + self.offset if np.issubdtype(dtype, np.integer) else None


def header_faults(
    header: RasterHeader, kind: Kind, *, height_unit: str | None = None, own: bool = False
) -> list[Fault]:
    """Everything in a raster's header that keeps its numbers from being heights, counts or classes at a known place.

    Parameters
    ----------
    kind
        What is read: ``height``, ``count`` (people per pixel), ``class``, or ``any`` where the program wrote it.
    height_unit
        Unit of the heights that the caller names (a key of `UNIT_M`), or none.
    own
        Whether the raster lies in a country folder, so that the mend is to bring it in again.
    """
    return [
        *_band_faults(header, kind),
        *_place_faults(header),
        *(_height_faults(header, height_unit, own) if kind == "height" else []),
        *(_density_faults(header) if kind == "count" else []),
    ]


def values_of(
    raw: NDArray,
    header: RasterHeader,
    *,
    void: NDArray[np.bool_] | None = None,
    factor: float = 1.0,
    dtype: type[np.floating] = np.float32,
) -> NDArray[np.floating]:
    """Values of stored numbers: NaN for nodata and where `void`, scaled and shifted as the header says.

    Parameters
    ----------
    raw
        Stored numbers.
    void
        Where a mask or an alpha band says that nothing is known.
    factor
        Metres in one unit, for heights.
    """
    values = raw.astype(dtype)
    if header.is_scaled or factor != 1.0:
        values = (raw.astype(np.float64) * (header.scale * factor) + header.offset * factor).astype(dtype)
    if header.nodata is not None and not np.isnan(header.nodata):
        values[raw == header.nodata] = np.nan
    if void is not None:
        values[void] = np.nan
    return values


def known_heights(heights_m: NDArray[np.float32]) -> NDArray[np.float32]:
    """Heights with NaN for values that no land has: undeclared codes for unknown, the bottom of the sea."""
    with np.errstate(invalid="ignore"):
        return np.where((heights_m >= LOWEST_M) & (heights_m <= HIGHEST_M), heights_m, np.float32(np.nan))


def horizontal_crs(crs: CRS) -> CRS:
    """CRS without its vertical part or third axis."""
    if crs.is_compound:
        crs = next((part for part in crs.sub_crs_list if not part.is_vertical), crs)
    return crs.to_2d() if len(crs.axis_info) > 2 else crs


def parsed_crs(text: str) -> CRS | None:
    """CRS of a text, or none where PROJ does not understand it."""
    try:
        return CRS.from_user_input(text) if text.strip() else None
    except CRSError:
        return None


def is_local(crs: CRS) -> bool:
    """Whether a CRS cannot be placed on the Earth (an engineering or unknown one)."""
    flat = horizontal_crs(crs)
    flat = flat.source_crs if flat.is_bound and flat.source_crs is not None else flat
    return not (flat.is_geographic or flat.is_projected)


def unit_key(declared: str) -> str | None:
    """Key of `UNIT_M` of a unit as people write it, or none."""
    return UNIT_NAMES.get(
        " ".join(declared.strip().strip("[]().").lower().replace("_", " ").split())
    ) or UNIT_NAMES.get(declared.strip().lower())


def unit_fault(where: str, declared: str | None, asked: str | None) -> Fault | None:
    """Fault of the unit of heights, if any: other units than the metre are converted only where the caller says so.

    Parameters
    ----------
    declared
        Unit that the raster itself names; none where it is silent (then metres).
    asked
        Unit that the caller names, a key of `UNIT_M`.
    """
    if asked is not None and asked not in UNIT_M:
        return Fault("height_unit", repr(asked), "m, ft (0.3048 m), us-ft (1200/3937 m), km, dm, cm or mm")
    if declared is None or not declared.strip():
        return None
    known = unit_key(declared)
    if known is None:
        mend = "Name the unit with height_unit (country import: --height-unit)"
        return None if asked else Fault(where, f"heights in {declared!r}", "metres", mend, kind="height-unit")
    if asked is None and known != "m":
        what = f"heights in feet ({declared})" if known in ("ft", "us-ft") else f"heights in {known} ({declared})"
        mend = f"Say height_unit={known!r} (country import: --height-unit {known}) to have them converted"
        return Fault(where, what, "metres", mend, kind="height-unit")
    if asked is not None and known != asked:
        return Fault(where, f"heights in {declared!r} by the raster", f"height_unit={known!r}, not {asked!r}")
    return None


def _band_faults(header: RasterHeader, kind: Kind) -> list[Fault]:
    where = header.name
    what_is_read = {"height": "heights", "count": "numbers of people", "class": "classes"}.get(kind, "values")
    if header.n_bands == 0:
        return [Fault(where, "holds no band of numbers", "one band", "Extract the layer to a GeoTIFF of its own")]
    faults = []
    colours = PICTURE & set(header.colours)
    if kind != "any" and (colours or (kind != "class" and "palette" in header.colours)):
        of = ", ".join(header.colours)
        mend = f"Bring in the raster of the {what_is_read} themselves"
        faults.append(Fault(where, f"is a picture: its bands are colours ({of})", f"{what_is_read} in one band", mend))
    elif kind != "any" and header.n_bands > 1:
        mend = "Write the one that is meant to a file of its own (gdal_translate -b NUMBER FILE NEW.tif)"
        if kind == "count":
            mend += ", or their sum (gdal_calc)"
        what = f"has {header.n_bands} bands, and which one is meant is not said"
        faults.append(Fault(where, what, f"{what_is_read} in one band", mend, kind="bands"))
    if np.issubdtype(np.dtype(header.dtype), np.complexfloating):
        faults.append(Fault(where, "holds complex numbers", what_is_read))
    if not (np.isfinite(header.scale) and np.isfinite(header.offset)) or header.scale == 0.0:
        what = f"says that values are stored number * {header.scale:g} + {header.offset:g}"
        faults.append(Fault(where, what, "a scale other than 0", "Correct scale and offset of the band"))
    return faults


def _place_faults(header: RasterHeader) -> list[Fault]:
    where = header.name
    a, b, _, d, e, _ = header.transform
    if header.n_gcps:
        what = f"is placed by {header.n_gcps} ground control points only"
        return [Fault(where, what, "pixels on a map", "Warp it first: gdalwarp FILE NEW.tif", kind="no-place")]
    if header.transform == IDENTITY or not (np.abs(header.transform) < FARTHEST).all() or a * e == b * d:
        mend = "Put its world file (.tfw) beside it, or give it a position with your GIS (gdal_edit -a_ullr)"
        return [Fault(where, "has no position (no geotransform)", "pixels on a map", mend, kind="no-place")]
    if not LEAST_PIXEL <= abs(a * e - b * d) <= LARGEST_PIXEL:
        what = f"has pixels of {math.hypot(a, d):g} by {math.hypot(b, e):g} units of its CRS"
        return [Fault(where, what, "pixels of a millimetre to a continent", "Correct its position", kind="no-place")]
    if header.crs is None:
        return [
            Fault(
                where,
                "has no CRS",
                "a declared CRS",
                "Assign it with your GIS (country import: --file-crs)",
                kind="no-crs",
            )
        ]
    if is_local(header.crs):
        what = f"is in a local CRS ({header.crs.name}) that is not tied to the Earth"
        mend = "Say which CRS its coordinates are in (country import: --file-crs EPSG:...)"
        return [Fault(where, what, "a geographic or projected CRS", mend, kind="no-crs")]
    if horizontal_crs(header.crs).is_geographic:
        x, y = corners(header)
        if np.abs(y).max() > 90.0 + max(abs(d), abs(e)) or np.abs(x).max() > FARTHEST_DEG:
            what = f"states degrees ({header.crs.name}), but reaches from ({x.min():g}, {y.min():g}) "
            what += f"to ({x.max():g}, {y.max():g})"
            return [Fault(where, what, "longitudes and latitudes", "Correct its CRS with your GIS", kind="no-crs")]
    return []


def _height_faults(header: RasterHeader, asked: str | None, own: bool) -> list[Fault]:
    faults = []
    if fault := unit_fault(header.name, header.height_unit, asked):
        key = unit_key(header.height_unit)
        if own and fault.kind == "height-unit":
            mend = f"Bring it in again with allreach country import --height-unit {key or 'UNIT'}"
            fault = Fault(fault.where, fault.what, fault.expected, mend, kind=fault.kind)
        faults.append(fault)
    axis = None if header.crs is None else _vertical_axis(header.crs)
    if axis is not None and axis[1] == "down":
        faults.append(Fault(header.name, "holds depths, by its vertical CRS", "heights above sea level", kind="depth"))
    return faults


def _density_faults(header: RasterHeader) -> list[Fault]:
    unit = header.unit.lower()
    if not any(word in unit for word in AREA_WORDS):
        return []
    mend = "Multiply by the area of a pixel, or take the publisher's raster of counts"
    return [Fault(header.name, f"holds densities ({header.unit})", "people per pixel", mend, kind="density")]


def corners(header: RasterHeader) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates of the four corners."""
    a, b, c, d, e, f = header.transform
    col, row = np.array([0, header.n_cols, 0, header.n_cols]), np.array([0, 0, header.n_rows, header.n_rows])
    return a * col + b * row + c, d * col + e * row + f


def _vertical_axis(crs: CRS) -> tuple[str, str] | None:
    """Find unit and direction of the axis of heights, if there is one."""
    if crs.is_compound:
        axes = [axis for part in crs.sub_crs_list if part.is_vertical for axis in part.axis_info]
    else:
        axes = crs.axis_info[2:]
    return (str(axes[0].unit_name), str(axes[0].direction)) if axes else None

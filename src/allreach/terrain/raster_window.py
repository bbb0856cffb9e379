"""A user's rasters opened and read by windows: GeoTIFFs, VRTs and mosaics of them; one door for every way in.

The only module below `allreach.io` that opens files: terrain is handed over by its path in the Python interface too.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import rasterio
from numpy.typing import NDArray
from pyproj.exceptions import ProjError
from rasterio._err import CPLE_BaseError
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import CRSError, NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from allreach.errors import DataMissingError, Fault, InputError
from allreach.terrain.height_raster import HeightRaster, Reader
from allreach.terrain.raster_meaning import (
    IDENTITY,
    UNIT_M,
    RasterHeader,
    header_faults,
    known_heights,
    parsed_crs,
    unit_key,
    values_of,
)

SUFFIXES = {".tif", ".tiff", ".vrt"}
BANDS_MAX = 1000
CACHE_MB = 64  # GDAL's own cache of blocks; by itself it takes 5 % of the machine
BYTES_PER_PIXEL = 24  # stored number, value, masks and one copy, at the widest point of an import
# what rasterio, GDAL and PROJ raise for a file that they cannot make sense of
UNREADABLE = (RasterioError, CPLE_BaseError, CRSError, ProjError, OSError, ValueError, OverflowError, MemoryError)


@contextmanager
def opened(path: Path) -> Iterator[tuple[rasterio.DatasetReader, RasterHeader]]:
    """Open a raster and read its header; whatever goes wrong with it inside the block is a fault of the file.

    Raises
    ------
    InputError
        If the file is empty, damaged, or of an unknown kind.
    """
    try:
        with rasterio.Env(GDAL_CACHEMAX=CACHE_MB):
            # rasterio says in a warning, and nowhere else, that a position is missing or half there
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always", NotGeoreferencedWarning)
                source = rasterio.open(path)
            with source:
                _require_few_bands(source, path)
                placed = not any(issubclass(w.category, NotGeoreferencedWarning) for w in said)
                yield source, _header_of(source, path, placed)
    except InputError:
        raise
    except UNREADABLE as error:
        raise InputError(unreadable(path, error)) from error


def _require_few_bands(source: rasterio.DatasetReader, path: Path) -> None:
    """Refuse a file before all its bands are asked about, of which a damaged header may claim tens of thousands."""
    if source.count > BANDS_MAX:
        what = f"has {source.count:,} bands"
        raise InputError(Fault(str(path), what, "one band of data", "Export the band that is meant alone"))


def unreadable(path: Path, error: Exception, where: str = "") -> Fault:
    """Fault of a file that cannot be read."""
    if path.is_file() and path.stat().st_size == 0:
        what = "is empty (0 bytes)"
    else:
        reason = " ".join(str(error.__cause__ or error or type(error).__name__).split())
        what = f"cannot be read as a GeoTIFF{where}: {reason[:300]}"
    return Fault(str(path), what, "a whole GeoTIFF", "Fetch or export the file again")


def _header_of(source: rasterio.DatasetReader, path: Path, placed: bool) -> RasterHeader:
    """Read what an open raster says about itself."""
    bands = data_bands(source)
    first = bands[0] if bands else 1
    t = source.transform
    crs = None if source.crs is None else parsed_crs(source.crs.to_wkt())
    known = bool(bands)
    return RasterHeader(
        name=str(path),
        n_rows=source.height,
        n_cols=source.width,
        transform=(t.a, t.b, t.c, t.d, t.e, t.f) if placed else IDENTITY,
        crs=crs,
        dtype=source.dtypes[first - 1] if known else "float32",
        scale=float(source.scales[first - 1]) if known else 1.0,
        offset=float(source.offsets[first - 1]) if known else 0.0,
        nodata=source.nodatavals[first - 1] if known else None,
        unit=(source.units[first - 1] or "") if known else "",
        n_bands=len(bands),
        colours=tuple(source.colorinterp[band - 1].name for band in bands),
        n_gcps=len(source.gcps[0]),
    )


def data_bands(source: rasterio.DatasetReader) -> list[int]:
    """Numbers of the bands that hold data, those of alpha aside."""
    return [i + 1 for i, colour in enumerate(source.colorinterp) if colour != ColorInterp.alpha]


def read_band(
    source: rasterio.DatasetReader,
    header: RasterHeader,
    window: Window | None = None,
    *,
    factor: float = 1.0,
    dtype: type[np.floating] = np.float32,
) -> NDArray[np.floating]:
    """Values of the band of data: NaN for nodata, masks and alpha, scaled as the header says."""
    raw, void = read_stored(source, window)
    return values_of(raw, header, void=void, factor=factor, dtype=dtype)


def read_stored(
    source: rasterio.DatasetReader, window: Window | None = None
) -> tuple[NDArray, NDArray[np.bool_] | None]:
    """Read stored numbers of the band of data, and where a mask or alpha says that nothing is known, if any does."""
    band = data_bands(source)[0]
    raw: NDArray = source.read(band, window=window)
    masks = []
    if MaskFlags.per_dataset in source.mask_flag_enums[band - 1]:
        masks.append(source.read_masks(band, window=window))
    masks += [
        source.read(i + 1, window=window)
        for i, colour in enumerate(source.colorinterp)
        if colour == ColorInterp.alpha and MaskFlags.alpha not in source.mask_flag_enums[band - 1]
    ]
    if not masks:
        return raw, None
    return raw, np.logical_or.reduce([mask == 0 for mask in masks])


def require_room(path: Path, source: rasterio.DatasetReader, n_pixels: int) -> None:
    """Refuse to read more pixels than there is memory for: a header may claim any number.

    Raises
    ------
    InputError
        Before anything is allocated.
    """
    block = max((int(rows) * int(cols) for rows, cols in source.block_shapes), default=0)
    if fault := room_fault(str(path), max(n_pixels, block)):
        size = f" (its header says {source.height:,} x {source.width:,})"
        mend = "Cut it to the country first (gdalwarp -te), or make it coarser (gdalwarp -tr)"
        raise InputError(Fault(fault.where, fault.what + size, fault.expected, mend, kind=fault.kind))


def room_fault(where: str, n_pixels: int) -> Fault | None:
    """Fault of a raster that does not fit into memory, if it does not."""
    most = memory_free() // BYTES_PER_PIXEL
    if n_pixels <= most:
        return None
    what = f"has {n_pixels / 1e6:,.0f} million pixels in the part that is needed"
    return Fault(where, what, f"at most {most / 1e6:,.0f} million, for which there is memory", kind="size")


def memory_free() -> int:
    """Bytes that this process may still take: the machine's, or less where a limit is set (ulimit -v)."""
    free = int(psutil.virtual_memory().available)
    process = psutil.Process()
    if hasattr(process, "rlimit"):  # Linux
        limit = process.rlimit(psutil.RLIMIT_AS)[0]
        if limit != psutil.RLIM_INFINITY and limit >= 0:
            free = min(free, max(limit - process.memory_info().vms, 0))
    return free


def open_rasters(
    paths: str | Path | Sequence[str | Path], *, height_unit: str | None = None, is_height: bool = True
) -> list[HeightRaster]:
    """Rasters of a file, of several, or of a folder (its .tif, .tiff and .vrt files by name).

    Parameters
    ----------
    paths
        What to open; only the headers are read here.
    height_unit
        Unit of the heights; needed where a file says that it is not the metre. None takes metres.
    is_height
        Whether the values are heights: those that no land has are then unknown. Otherwise they are clutter heights or
        zones.

    Raises
    ------
    DataMissingError
        If a path is not there.
    InputError
        With every fault of all files at once.
    """
    faults: list[Fault] = []
    rasters = []
    for path in _files(paths):
        try:
            with opened(path) as (_, header):
                pass
        except InputError as error:
            faults += error.faults
            continue
        found = header_faults(header, "height" if is_height else "class", height_unit=height_unit)
        a, b, c, d, e, f = header.transform
        if not found and (b or d or e >= 0 or a <= 0):
            found = [Fault(str(path), "is rotated or not north-up", "north-up pixels", "Warp it with your GIS")]
        if found:
            faults += found
            continue
        factor = UNIT_M[height_unit or unit_key(header.height_unit) or "m"] if is_height else 1.0
        rasters.append(
            HeightRaster(
                str(path),
                header.horizontal.to_wkt(),
                c,
                f,
                a,
                -e,
                header.n_rows,
                header.n_cols,
                _reader(path, header, factor, is_height),
            )
        )
    if faults:
        raise InputError(faults)
    return rasters


def _files(paths: str | Path | Sequence[str | Path]) -> list[Path]:
    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(p) for p in paths]
    files: list[Path] = []
    for path in listed:
        if path.is_dir():
            files += sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES)
        elif path.exists() or "://" in str(path) or str(path).startswith("/vsi"):
            files.append(path)
        else:
            raise DataMissingError(f"{path}: not there")
    if not files:
        raise DataMissingError(f"{paths}: no .tif, .tiff or .vrt there")
    return files


def _reader(path: Path, header: RasterHeader, factor: float, is_height: bool) -> Reader:
    def read(r0: int, r1: int, c0: int, c1: int) -> NDArray[np.float32]:
        try:
            with rasterio.Env(GDAL_CACHEMAX=CACHE_MB), rasterio.open(path) as source:
                require_room(path, source, (r1 - r0) * (c1 - c0))
                window = Window(c0, r0, c1 - c0, r1 - r0)
                values: NDArray[np.float32] = read_band(source, header, window, factor=factor)
        except InputError:
            raise
        except UNREADABLE as error:
            raise InputError(unreadable(path, error, f" at rows {r0} to {r1}")) from error
        return known_heights(values) if is_height else values

    return read

"""Terrain for the interface in Python: DataArrays, paths, or what was opened already."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from allreach.errors import AllreachError, Fault, InputError
from allreach.terrain.data_array import raster_of_array
from allreach.terrain.height_raster import HeightRaster, Lattice, lattices
from allreach.terrain.raster_window import open_rasters
from allreach.terrain.site_ground import Ground

if TYPE_CHECKING:
    import xarray as xr

Rasters: TypeAlias = "xr.DataArray | str | Path | HeightRaster | Sequence[xr.DataArray | str | Path | HeightRaster]"


def ground_of(
    terrain: Rasters | Ground,
    clutter: Rasters | None = None,
    zones: Rasters | None = None,
    *,
    height_unit: str | None = None,
) -> Ground:
    """Describe the ground by rasters.

    Parameters
    ----------
    terrain
        Ground heights: DataArray, GeoTIFF or VRT, folder of them, a list of any of these, or a `Ground`.
    clutter
        Representative clutter heights above ground. [m]
    zones
        P.1812 zones: 1 sea, 3 coastal land, 4 inland.
    height_unit
        Unit of the ground heights where it is not the metre: ft, us-ft, km, dm, cm or mm.

    Raises
    ------
    InputError
        With every fault of all rasters at once.
    """
    if isinstance(terrain, Ground):
        return terrain
    faults: list[Fault] = []
    found = [
        _lattices(given, name, height_unit, faults)
        for name, given in (("terrain", terrain), ("clutter", clutter), ("zones", zones))
    ]
    if faults:
        raise InputError(faults)
    return Ground(*found)


def _lattices(given: Rasters | None, name: str, height_unit: str | None, faults: list[Fault]) -> tuple[Lattice, ...]:
    if given is None:
        return ()
    is_height = name == "terrain"
    items = list(given) if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    rasters: list[HeightRaster] = []
    for i, item in enumerate(items):
        where = name if len(items) == 1 else f"{name} {i + 1}"
        try:
            if isinstance(item, HeightRaster):
                rasters.append(item)
            elif isinstance(item, str | Path):
                rasters += open_rasters(item, height_unit=height_unit, is_height=is_height)
            elif hasattr(item, "dims"):
                rasters.append(raster_of_array(item, where, height_unit=height_unit if is_height else None))
            else:
                faults.append(Fault(where, f"is a {type(item).__name__}", "a DataArray or a path"))
        except AllreachError as error:
            faults += getattr(error, "faults", []) or [Fault(where, str(error))]
    return tuple(lattices(rasters)) if rasters else ()

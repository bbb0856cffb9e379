"""Rows of a user's file for a layer: as the file has them, or as a preset of measurements reads them."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from allreach.country.importing.presets.preset import Source
from allreach.country.importing.presets.recognise import converted, known_header, position_column, recognised
from allreach.country.importing.presets.speed_tests import WORLDWIDE, quadkeys, tile_centre
from allreach.country.importing.spec import LayerSpec
from allreach.country.importing.table import chosen_rows
from allreach.errors import Fault, InputError
from allreach.io.foreign import PARQUET, FileDress, read_foreign_table, with_points
from allreach.io.parquet_batches import parquet_columns, read_parquet_where
from allreach.progress import Progress, told


def layer_rows(
    path: Path, spec: LayerSpec, outline: BaseGeometry | None, progress: Progress | None = None
) -> tuple[pd.DataFrame, LayerSpec, list[str]]:
    """Read a file for a layer.

    A file of measurements whose columns are not mapped is recognised by its header, or read as `spec.preset` says.

    Parameters
    ----------
    path
        The file.
    spec
        Layer and what the user says of the file.
    outline
        The country, or none where it is not known yet.
    progress
        Called with (stage, done, total).

    Returns
    -------
    rows, spec, notes
        What `import_table` takes, and what was recognised.

    Raises
    ------
    InputError
        If the file cannot be read, or is not what the preset reads.
    """
    maps_level = any(name not in ("lon", "lat", "measurement_id") for name in spec.map)
    if spec.layer != "measurements" or (maps_level and not spec.preset):
        return read_foreign_table(path, **spec.as_file), spec, []
    if path.suffix.lower() in PARQUET and outline is not None and path.is_file():
        world = _tiles_of_the_country(path, spec, outline, progress)
        if world is not None:
            return world
    with told(progress, f"read {path.name}"):
        raw = read_foreign_table(path, **spec.as_file | {"with_geometry": False, "lon": "", "lat": ""})
    header = [str(name) for name in raw.columns]
    mapped = [name for name in ("lon", "lat") if name in spec.map]
    known = known_header(header) and not spec.preset
    preset = None if known else recognised(header, spec.file, spec.preset, mapped=mapped)
    if preset is None:
        return read_foreign_table(path, **spec.as_file), spec, []
    raw = chosen_rows(raw, spec.keep_if, spec.drop_if, spec.file)
    if not len(raw):
        raise InputError(Fault(spec.file, "no row is chosen", "rows of measurements", "Correct --where", kind="empty"))
    if preset.lon and not isinstance(raw, gpd.GeoDataFrame):
        lon, lat = (spec.map.get(way) or position_column(preset, header, way) for way in ("lon", "lat"))
        raw = with_points(raw, path, FileDress(file_crs=spec.file_crs, decimal=spec.decimal, lon=lon, lat=lat))
    source = Source(raw, spec.file, spec.decimal, spec.time_zone, dict(spec.set))
    rows, said = converted(preset, raw, source, outline, progress)
    if not len(rows):
        raise InputError(Fault(spec.file, "no row is left: " + "; ".join(said), "rows of measurements", kind="empty"))
    return rows, spec.model_copy(update={"keep_if": (), "drop_if": ()}), said


def _tiles_of_the_country(
    path: Path, spec: LayerSpec, outline: BaseGeometry, progress: Progress | None
) -> tuple[pd.DataFrame, LayerSpec, list[str]] | None:
    """Tiles of a file of the whole world that lie in the country, batch by batch; none of any other file."""
    header = parquet_columns(path)
    preset = None if known_header(header) and not spec.preset else recognised(header, spec.file, spec.preset)
    if preset is None or preset.name != WORLDWIDE or spec.keep_if or spec.drop_if:
        return None
    key = next(name for name in header if name.lower() == "quadkey")
    wanted = [name for name in header if name.lower() not in ("tile", "geometry") or name in spec.keep]
    west, south, east, north = outline.bounds

    def near(batch: pd.DataFrame) -> NDArray[np.bool_]:
        lon_deg, lat_deg = tile_centre(quadkeys(batch[key]))
        outside = (lon_deg < west) | (lon_deg > east) | (lat_deg < south) | (lat_deg > north)
        return np.asarray(~outside)  # what is no quadkey stays, to be named

    frame, n_rows = read_parquet_where(path, wanted, near, progress)
    if frame.empty:
        what = f"none of {n_rows:,} tiles lies in the country"
        raise InputError(Fault(spec.file, what, "tiles of the country", "Is it the right file?", kind="empty"))
    source = Source(frame, spec.file, spec.decimal, spec.time_zone, dict(spec.set))
    rows, said = converted(preset, frame, source, outline)
    return rows, spec, [*said[:1], f"{n_rows:,} tiles read", *said[1:]]

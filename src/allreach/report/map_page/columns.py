"""Tables and lines as compact JSON: one array a column, repeated words once, coordinates as differences."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from allreach import tables
from allreach.report.map_page.mercator import MercatorFrame
from allreach.report.map_page.page_data import Column, Lines, PackedTable

COORDINATE_SCALE = 100_000  # 1e-5 degrees: about a metre
DECIMALS = {"USD": 2, "USD/year": 2, "USD/km": 2, "Mbit/s": 3, "dBm": 1, "dB": 1, "km": 3, "m": 1}
OTHER_DECIMALS = 5


def pack_table(frame: pd.DataFrame, table: str | None = None) -> PackedTable:
    """Every column but the geometry; numbers rounded as their unit asks, missing ones null."""
    units = {column.name: column.unit for column in tables.schema(table)} if table else {}
    return {
        str(name): pack_column(frame[name], DECIMALS.get(units.get(str(name), ""), OTHER_DECIMALS))
        for name in frame.columns
        if name != "geometry"
    }


def pack_column(series: pd.Series, decimals: int = OTHER_DECIMALS) -> Column:
    """Values as a list; words that repeat as ``{"words": [...], "at": [...]}``."""
    if pd.api.types.is_bool_dtype(series):
        return [int(v) for v in series]
    if pd.api.types.is_numeric_dtype(series):
        return [_number(v, decimals) for v in series.to_numpy(dtype=np.float64, na_value=np.nan)]
    words = ["" if pd.isna(v) else str(v) for v in series]
    distinct = list(dict.fromkeys(words))
    if len(distinct) > 0.6 * len(words):
        return words
    position = {word: i for i, word in enumerate(distinct)}
    return {"words": distinct, "at": [position[word] for word in words]}


def pack_points(geometry: gpd.GeoSeries, frame: MercatorFrame) -> list[int]:
    """Longitude and latitude of each point in turn, in 1e-5 degrees."""
    lon_deg = frame.wrap_deg(geometry.x.to_numpy(dtype=np.float64))
    return [int(v) for v in np.rint(np.column_stack([lon_deg, geometry.y]) * COORDINATE_SCALE).ravel()]


def pack_lines(geometry: gpd.GeoSeries, frame: MercatorFrame, tolerance_deg: float = 0.0) -> Lines:
    """Parts of each line or polygon ring: first point, then differences, in 1e-5 degrees."""
    return [_pack_parts(shape, frame, tolerance_deg) for shape in geometry]


def pack_outline(geometry: gpd.GeoSeries, frame: MercatorFrame, tolerance_deg: float) -> list[list[int]]:
    """All rings of some polygons as one list of lines."""
    return [part for shape in geometry for part in _pack_parts(shape, frame, tolerance_deg)]


def _pack_parts(shape: Any, frame: MercatorFrame, tolerance_deg: float) -> list[list[int]]:
    if shape is None or shape.is_empty:
        return []
    if tolerance_deg > 0:
        shape = shapely.simplify(shape, tolerance_deg, preserve_topology=True)
    parts: list[list[int]] = []
    for piece in shapely.get_parts(shape):
        rings = [piece.exterior, *piece.interiors] if isinstance(piece, shapely.Polygon) else [piece]
        parts += [_differences(shapely.get_coordinates(ring), frame) for ring in rings]
    return parts


def _differences(lonlat: NDArray[np.float64], frame: MercatorFrame) -> list[int]:
    scaled = np.rint(np.column_stack([frame.wrap_deg(lonlat[:, 0]), lonlat[:, 1]]) * COORDINATE_SCALE).astype(np.int64)
    steps = np.vstack([scaled[:1], np.diff(scaled, axis=0)])
    keep = np.ones(len(steps), dtype=bool)
    keep[1:] = (steps[1:] != 0).any(axis=1)  # points that fell together
    return [int(v) for v in steps[keep].ravel()]


def _number(value: float, decimals: int) -> int | float | None:
    if not np.isfinite(value):
        return None
    rounded = round(float(value), decimals)
    return int(rounded) if rounded == int(rounded) else rounded

"""Tables of a country folder and of the results, as Parquet and GeoParquet."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from allreach import tables
from allreach.errors import Fault, InputError
from allreach.io.atomic import whole_file
from allreach.io.damaged import UNREADABLE


def read_table(path: Path, table: str) -> gpd.GeoDataFrame | pd.DataFrame:
    """Read a declared table and cast it to its schema.

    Raises
    ------
    InputError
        If the file is no Parquet, has no CRS, or a column is missing or of the wrong type.
    """
    try:
        frame = gpd.read_parquet(path) if tables.has_geometry(table) else pd.read_parquet(path)
    except UNREADABLE as error:
        what = (
            "is empty (0 bytes)"
            if path.exists() and path.stat().st_size == 0
            else f"cannot be read as (Geo)Parquet: {error}"
        )
        raise InputError(
            Fault(str(path), what, "a whole file", "Export it again or bring it in with country import")
        ) from error
    if isinstance(frame, gpd.GeoDataFrame) and frame.crs is None:
        raise InputError(
            Fault(str(path), "has no CRS", "WGS 84 or any declared CRS", "Declare it, or use country import --file-crs")
        )
    return tables.conform(frame, table, where=path.name)


def write_table(path: Path, frame: pd.DataFrame, table: str) -> None:
    """Write a declared table whole, sorted by its key, without time stamps; same rows give the same bytes."""
    frame = tables.conform(frame, table, where=path.name)
    by = [column.name for column in tables.schema(table) if not column.is_geometry][
        : 2 if table.startswith("plan_") else 1
    ]
    frame = frame.sort_values(by, kind="stable").reset_index(drop=True)
    write_frame(path, frame)


def write_frame(path: Path, frame: pd.DataFrame) -> None:
    """Write any table whole as Parquet, as it is."""
    with whole_file(path) as part:
        if isinstance(frame, gpd.GeoDataFrame):
            frame.to_parquet(part, compression="zstd", index=False)
        else:
            pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), part, compression="zstd")

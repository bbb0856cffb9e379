"""Parquet files larger than what is wanted of them, read batch by batch: memory holds what is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from allreach.errors import Fault, InputError
from allreach.progress import Progress, no_progress
from allreach.tables import FILE_ROW

BATCH_ROWS = 200_000


def parquet_columns(path: Path) -> list[str]:
    """Names of the columns of a Parquet file, from its footer.

    Raises
    ------
    InputError
        If the file is no Parquet file.
    """
    try:
        return [str(name) for name in pq.read_schema(path).names]
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            Fault(str(path), f"cannot be read: {error}", "a whole Parquet file", "Fetch it again")
        ) from error


def read_parquet_where(
    path: Path, columns: list[str], keep: Callable[[pd.DataFrame], NDArray[np.bool_]], progress: Progress | None = None
) -> tuple[pd.DataFrame, int]:
    """Rows of a Parquet file that are kept, and how many it has.

    Parameters
    ----------
    path
        The file.
    columns
        Columns to read.
    keep
        Says of a batch which of its rows stay.
    progress
        Called with (stage, rows read, rows).
    """
    say, stage = progress or no_progress, f"read {path.name}"
    with pq.ParquetFile(path) as file:
        n_rows, done = file.metadata.num_rows, 0
        parts = [pd.DataFrame({name: [] for name in columns})]
        say(stage, 0, n_rows)
        for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=columns):
            frame = batch.to_pandas()
            frame.index = pd.RangeIndex(done + 1, done + len(frame) + 1, name=FILE_ROW)
            done += len(frame)
            kept = frame[keep(frame)]
            if len(kept):
                parts.append(kept)
            say(stage, done, n_rows)
    return (pd.concat(parts[1:]) if len(parts) > 1 else parts[0]), n_rows

"""Which preset reads a file of measurements, by name or by its header; and the rows that it makes."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from allreach import tables
from allreach.country.importing.presets import drive_tests, lora, phone_logs, speed_tests
from allreach.country.importing.presets.phone_logs import LEFT_OUT
from allreach.country.importing.presets.preset import Preset, Source, plain
from allreach.errors import Fault, InputError
from allreach.progress import Progress, no_progress

PRESETS: tuple[Preset, ...] = (*phone_logs.PRESETS, *speed_tests.PRESETS, *lora.PRESETS, *drive_tests.PRESETS)
"""All presets, the particular ones before the general."""
CELLS = ("averagesignal", "changeable", "samples", "range", "radio")
"""Columns of a list of cells, as OpenCelliD and Mozilla exported them."""
CHUNK_ROWS = 200_000


def recognised(header: list[str], file: str, wanted: str = "", *, mapped: Sequence[str] = ()) -> Preset | None:
    """Preset of a file: the one that is wanted, else the first whose columns the file has, else none.

    `mapped` names the parts of the position (``lon``, ``lat``) whose columns the user says.

    Raises
    ------
    InputError
        If the file lacks columns of the preset that is wanted, or if it is a list of cells.
    """
    if {plain(name) for name in header} >= set(CELLS):
        what = "is a list of cells, not of measurements: a row is where a cell was reckoned to stand"
        mend = "Bring it in as sites: import sites FILE --map site_id=mcc+net+area+cell --group-cells 50"
        raise InputError(Fault(file, what, "measurements", mend))
    if not wanted:
        return next((preset for preset in PRESETS if preset.fits([*header, *mapped])), None)
    preset = next((one for one in PRESETS if one.name == wanted), None)
    if preset is None:
        raise InputError(Fault("--preset", f"{wanted!r} is not known", ", ".join(one.name for one in PRESETS)))
    lacking = preset.lacks([*header, *mapped])
    if lacking:
        what, there = (
            f"has no column {' and '.join(lacking)}",
            f"those of the {preset.title}; it has {', '.join(header)}",
        )
        raise InputError(Fault(file, what, there, "Choose another --preset, or map the columns with --map"))
    return preset


def position_column(preset: Preset, header: list[str], way: str) -> str:
    """Column of the file that holds the longitude (``lon``) or latitude (``lat``)."""
    by_name = {plain(name): name for name in reversed(header)}
    names = preset.lon if way == "lon" else preset.lat
    return next(by_name[plain(name)] for name in names if plain(name) in by_name)


def converted(
    preset: Preset,
    frame: pd.DataFrame,
    source: Source,
    outline: BaseGeometry | None,
    progress: Progress | None = None,
) -> tuple[pd.DataFrame, list[str]]:
    """Rows of the layer ``measurements`` that a preset makes of a file, in chunks; and what was done.

    Parameters
    ----------
    preset
        How the file is read.
    frame
        Its rows; with geometry where the file has a position.
    source
        What the user says of the file; its faults and notes are filled.
    outline
        The country, or none: of a file of the whole world the rows near it are taken.
    progress
        Called with (stage, rows done, rows).

    Raises
    ------
    InputError
        With every value that cannot be read.
    """
    say = progress or no_progress
    say(f"read the {preset.title}", 0, len(frame))
    parts, causes = [], []
    for start in range(0, max(len(frame), 1), CHUNK_ROWS):
        chunk = frame.iloc[start : start + CHUNK_ROWS]
        part = Source(chunk, source.file, source.decimal, source.zone, source.constants)
        made = pd.DataFrame(preset.convert(part), index=chunk.index)
        made = _with_geometry(made, chunk)
        why = made.pop(LEFT_OUT) if LEFT_OUT in made.columns else pd.Series("", index=made.index)
        causes.append(why[why != ""])
        parts.append(_beside(made[why == ""], chunk))
        source.faults += part.faults
        source.notes += part.notes
        say(f"read the {preset.title}", min(start + CHUNK_ROWS, len(frame)), len(frame))
    if source.faults:
        raise InputError(_once(source.faults))
    table = pd.concat(parts) if len(parts) > 1 else parts[0]
    notes = [f"recognised as {preset.title} (--preset {preset.name})"]
    notes += [f"{n} rows left out: {why}" for why, n in pd.concat(causes).value_counts().items()]
    notes += _summed(source.notes)
    if preset.name == speed_tests.WORLDWIDE and outline is not None and isinstance(table, gpd.GeoDataFrame):
        inside = shapely.intersects_xy(outline, table.geometry.x.to_numpy(), table.geometry.y.to_numpy())
        notes.append(f"{int(inside.sum())} of {len(table)} tiles lie in the country")
        table = table[inside]
    return table, notes


def _with_geometry(made: pd.DataFrame, chunk: pd.DataFrame) -> gpd.GeoDataFrame:
    if "lon" in made.columns:
        points = gpd.points_from_xy(made["lon"], made["lat"])
        return gpd.GeoDataFrame(made.drop(columns=["lon", "lat"]), geometry=points, crs=tables.CRS)
    return gpd.GeoDataFrame(made, geometry=chunk.geometry, crs=chunk.crs)


def _beside(made: gpd.GeoDataFrame, chunk: pd.DataFrame) -> gpd.GeoDataFrame:
    """Rows with the file's own columns beside, for ``--keep`` and ``--map``, but for those that the layer declares."""
    declared = {column.name for column in tables.schema("measurements")} | set(made.columns)
    own = [name for name in chunk.columns if str(name) not in declared and name != chunk.columns.name]
    return gpd.GeoDataFrame(pd.concat([made, chunk.loc[made.index, own]], axis=1), geometry="geometry", crs=made.crs)


def _once(faults: list[Fault]) -> list[Fault]:
    return list(dict.fromkeys(faults))


def _summed(notes: list[str]) -> list[str]:
    """Add up the rows of the notes of the chunks."""
    counts: dict[str, int] = {}
    for note in notes:
        number, _, text = note.partition(" rows: ")
        if text and number.isdigit():
            counts[text] = counts.get(text, 0) + int(number)
        else:
            counts.setdefault(note, 0)
    return [f"{n} rows: {text}" if n else text for text, n in counts.items()]


def known_header(columns: list[str]) -> bool:
    """Whether a file has the layer's own columns, so that no preset is needed."""
    return bool({"kind", "measurement_id"} & set(np.char.lower(np.array(columns, dtype=str))))

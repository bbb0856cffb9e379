"""``all.gpkg``: every vector layer of a country and of a scenario in one file for QGIS and other desktop GIS."""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from allreach.io.atomic import whole_file
from allreach.io.country_folder import Country
from allreach.io.gdal_path import plain_path
from allreach.io.ladder_file import ladder_table
from allreach.io.results_folder import Results, read_results

FULL_BYTES = 1_000_000
FIXED_DATE = "2000-01-01T00:00:00.000Z"  # GeoPackage stamps each layer; a fixed stamp keeps reruns identical
FAMILIES = {"Point": "points", "LineString": "lines", "Polygon": "areas"}
RESERVED = ("fid", "geom")  # names of GDAL's own columns in a GeoPackage
# table -> layer of the file
PLAN_LAYERS = {
    "assignments": "plan_assignments",
    "sites": "plan_sites",
    "links": "plan_links",
    "alternatives": "plan_alternatives",
    "institutions": "plan_institutions",
}
COUNTRY_LAYERS = {
    "institutions": "institutions",
    "sites": "existing_sites",
    "fibre": "existing_fibre",
    "power": "power",
    "roads": "roads",
    "railways": "railways",
    "exclusions": "exclusions",
    "hazards": "hazards",
    "measurements": "measurements",
    "coverage_claims": "coverage_claims",
    "boundaries": "boundaries",
    "commitments": "commitments",
    "spectrum": "spectrum",
    "border_limits": "border_limits",
}


def write_all(results_dir: Path, country: Country, path: Path | None = None) -> Path:
    """Write every layer of a scenario and of its country.

    Parameters
    ----------
    results_dir
        ``DIR/results/SCENARIO``.
    country
        The country folder that the results belong to.
    path
        Where to write; default ``results_dir/all.gpkg``.

    Returns
    -------
    path
        The file written.
    """
    path = path or results_dir / "all.gpkg"
    write_geopackage(path, result_layers(read_results(results_dir), country))
    return path


def result_layers(results: Results, country: Country) -> dict[str, pd.DataFrame]:
    """Layers by name, results first; empty tables are left out."""
    layers: dict[str, pd.DataFrame] = {}
    if results.places is not None:
        layers["places"] = results.places
    if results.claims is not None:
        layers["coverage_claims_places"] = results.claims
    if results.planned_places is not None:
        layers["places_planned_network"] = results.planned_places
    if results.planned_institutions is not None:
        layers["institutions_planned_network"] = results.planned_institutions
    if results.planned_tiers is not None:
        layers["tiers_planned_network"] = results.planned_tiers
    for name, layer in PLAN_LAYERS.items():
        if name in results.plan:
            layers[layer] = results.plan[name]
    if results.bill is not None:
        layers["plan_bill_of_materials"] = results.bill
    if results.ladder is not None:
        layers["ladder"] = ladder_table(results.ladder)
    for name, layer in COUNTRY_LAYERS.items():
        layers[layer] = country.table(name)
    return {name: frame for name, frame in layers.items() if not frame.empty}


def write_geopackage(path: Path, layers: Mapping[str, pd.DataFrame]) -> None:
    """Write layers whole, in the order given, rows in their own order; the same layers give the same bytes.

    A layer with several kinds of geometry is split (``power`` into ``power_points`` and ``power_lines``), since desktop
    GIS show one kind a layer. A table without geometry becomes an attribute table.
    """
    with whole_file(path) as part, plain_path(part) as plain, _fixed_date():
        try:
            for name, frame in layers.items():
                for layer, piece in _one_kind_each(name, frame):
                    _append(plain, layer, piece)
        except pyogrio.errors.DataSourceError as error:  # what SQLite says of a full disk does not name the disk
            full = shutil.disk_usage(part.parent).free < FULL_BYTES
            raise OSError(errno.ENOSPC if full else errno.EIO, str(error)) from error


def _one_kind_each(name: str, frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    if not isinstance(frame, gpd.GeoDataFrame):
        yield name, frame
        return
    family = frame.geometry.geom_type.str.removeprefix("Multi")
    present = [kind for kind in FAMILIES if (family == kind).any()]
    for kind in present:
        rows = frame.loc[family == kind]
        yield (name if len(present) == 1 else f"{name}_{FAMILIES[kind]}"), rows


def _append(path: Path, layer: str, frame: pd.DataFrame) -> None:
    spatial = isinstance(frame, gpd.GeoDataFrame)
    kinds = set(frame.geometry.geom_type) if spatial else set()
    pyogrio.write_dataframe(
        _named_apart(frame.reset_index(drop=True)),
        path,
        layer=layer,
        driver="GPKG",
        append=path.exists(),
        promote_to_multi=len(kinds) > 1,
        **({"SPATIAL_INDEX": "YES"} if spatial else {}),
    )


def _named_apart(frame: pd.DataFrame) -> pd.DataFrame:
    """Give columns that SQLite takes for one (capitals do not count) or keeps for itself names of their own.

    Users' own columns come after the declared ones; values that are no plain ones (lists, objects) are written as text.
    """
    geometry = frame.geometry.name if isinstance(frame, gpd.GeoDataFrame) else ""
    taken, names = {*RESERVED, str(geometry).lower()}, {}
    for column in frame.columns:
        if column == geometry:
            continue
        name, n = str(column).strip() or "column", 2
        while name.lower() in taken:
            name, n = f"{column}_{n}", n + 1
        taken.add(name.lower())
        names[column] = name
    frame = frame.rename(columns=names)
    mixed = [c for c in names.values() if frame[c].dtype == object and not _is_plain(frame[c])]
    return frame.assign(**{c: frame[c].astype("object").where(frame[c].isna(), frame[c].astype("str")) for c in mixed})


def _is_plain(values: pd.Series) -> bool:
    kinds = {type(value) for value in values if value is not None and value is not pd.NA}
    return len(kinds) <= 1 and kinds <= {str, bytes, int, float, bool}


@contextlib.contextmanager
def _fixed_date() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})

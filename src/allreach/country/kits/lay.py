"""Layers of kits, brought onto the frame of a sketch by the same code as any import."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import shapely
from numpy.typing import NDArray
from pydantic import ValidationError

from allreach import tables
from allreach.country.importing.raster import import_raster
from allreach.country.importing.recipe import append_rows
from allreach.country.importing.rows import layer_rows
from allreach.country.importing.spec import RASTER_LAYERS, LayerSpec
from allreach.country.importing.table import Report, import_table
from allreach.country.kits.kit_file import KitLayer
from allreach.country.kits.open import OpenKit, OpenKits
from allreach.country.kits.terrain import KitTerrain, read_kit_terrain
from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.outline import country_area
from allreach.params.country_config import LayerProvenance
from allreach.params.official import OfficialTotals, Total
from allreach.schema_faults import schema_faults

BOUNDARIES = "boundaries"
_OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")
WHOLE_SHARE = 0.9  # of the drawn outline's area that units of the first level cover where they are all there
INSIDE_SHARE = 0.5  # of the area of boundaries; less inside the country is another country


@dataclass(frozen=True)
class Laid:
    """What kits give for a sketch.

    Parameters
    ----------
    tables, rasters
        Layers by name, on the frame of the sketch.
    terrain
        Heights, or none.
    provenance
        Per layer.
    official
        Published totals that kits give.
    notes
        One line a kit, for the user.
    partial
        Tables that stand beside what is drawn.
    gives_outline
        Whether the country's outline is that of the boundaries.
    """

    tables: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    rasters: dict[str, NDArray] = field(default_factory=dict)
    terrain: KitTerrain | None = None
    provenance: dict[str, LayerProvenance] = field(default_factory=dict)
    official: OfficialTotals = field(default_factory=OfficialTotals)
    notes: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    gives_outline: bool = False

    def over_totals(self, shipped: OfficialTotals) -> OfficialTotals:
        """Official totals with those of kits in the place of shipped ones.

        Raises
        ------
        InputError
            If the two contradict each other.
        """
        return _totals(shipped.totals | self.official.totals) if self.official else shipped


@dataclass(frozen=True)
class Areas:
    """Administrative areas of kits: the table or none, what was done by file, and what is wrong."""

    table: gpd.GeoDataFrame | None
    notes: dict[str, str]
    faults: list[Fault]


def whole_country(boundaries: gpd.GeoDataFrame | None, drawn: list[shapely.Polygon]) -> list[shapely.Polygon]:
    """Polygons of the country: the kits' level 0, or the union of their level 1 where it is all there, else as drawn.

    Parameters
    ----------
    boundaries
        Administrative areas of kits, or none.
    drawn
        Outline that the sketch would take.
    """
    given = None if boundaries is None else country_area(boundaries[boundaries["level"] <= 1])
    if given is None or (not has_country(boundaries) and given.area < WHOLE_SHARE * sum(part.area for part in drawn)):
        return drawn
    return [part for part in shapely.get_parts(given) if part.geom_type == "Polygon"]


def has_country(boundaries: gpd.GeoDataFrame | None) -> bool:
    """Whether kits give the country itself."""
    return boundaries is not None and bool((boundaries["level"] == 0).any())


def read_boundaries(kits: OpenKits) -> Areas:
    """Administrative areas of kits, which must be known before the frame is."""
    areas = Areas(None, {}, [])
    for kit, layer in kits.layers():
        if layer.layer == BOUNDARIES and (kit.data / layer.file).is_file():
            try:
                table, report = _table(kit.data, layer, None, areas.table)
            except InputError as error:
                areas.faults.extend(_named(kit, layer, error))
            else:
                areas.notes[layer.file] = str(report)
                areas = replace(areas, table=table)
    return areas


def lay(kits: OpenKits, areas: Areas, grid: Grid, lattice: Grid, outline: shapely.Geometry) -> Laid:
    """Read every layer of some kits.

    Parameters
    ----------
    kits
        Kits, opened.
    areas
        Their boundaries.
    grid, lattice
        Grid of the rasters, and that on which the sketch is drawn.
    outline
        The country in longitude and latitude.

    Raises
    ------
    InputError
        With every fault of the kits and of all their layers.
    """
    faults = [*kits.faults, *areas.faults]
    laid = Laid()
    if areas.table is not None:
        faults += _elsewhere(areas.table, outline, kits)
        laid.tables[BOUNDARIES] = areas.table
    for kit, layer in kits.layers():
        if not (kit.data / layer.file).is_file():
            continue  # a fault already
        try:
            laid, note = _laid(laid, kit, layer, areas, grid, lattice, outline)
        except InputError as error:
            faults += _named(kit, layer, error)
        else:
            laid.provenance[layer.layer] = _entry(kit, layer, note, laid.provenance.get(layer.layer))
    if faults:
        raise InputError(faults)
    totals = _totals({name: total for one in kits.kits for name, total in one.kit.official.totals.items()})
    partial = tuple(dict.fromkeys(layer.layer for _, layer in kits.layers() if layer.partial))
    return replace(laid, official=totals, notes=_notes(kits), partial=partial)


def _laid(
    laid: Laid, kit: OpenKit, layer: KitLayer, areas: Areas, grid: Grid, lattice: Grid, outline: shapely.Geometry
) -> tuple[Laid, str]:
    """Read one layer; says what was done."""
    path = kit.data / layer.file
    if layer.layer == BOUNDARIES:
        return laid, areas.notes.get(layer.file, "")
    if layer.layer == "terrain":
        terrain = read_kit_terrain(path, layer, lattice, outline)
        return replace(laid, terrain=terrain), terrain.note
    if layer.layer in RASTER_LAYERS:
        laid.rasters[layer.layer], report = import_raster(path, _spec(layer), grid, outline)
        return laid, str(report)
    laid.tables[layer.layer], report = _table(kit.data, layer, outline, laid.tables.get(layer.layer))
    return laid, str(report)


def _totals(totals: dict[str, Total]) -> OfficialTotals:
    try:
        return OfficialTotals(totals)
    except ValidationError as error:
        raise InputError(schema_faults(error, "official totals of the kits, with those that ship")) from error


def _table(
    data: Path, layer: KitLayer, outline: shapely.Geometry | None, beside: gpd.GeoDataFrame | None
) -> tuple[gpd.GeoDataFrame, Report]:
    frame, spec, recognised = layer_rows(data / layer.file, _spec(layer), outline)
    table, report = import_table(frame, spec, outline, beside, said=recognised)
    if "evidence" in table.columns and "evidence" not in (*frame.columns, *layer.set, *layer.map):
        table = table.assign(evidence=layer.evidence.value)
    return (table if beside is None else append_rows(beside, table, layer.layer)), report


def _spec(layer: KitLayer) -> LayerSpec:
    own = set(KitLayer.model_fields) - set(LayerSpec.model_fields)
    return LayerSpec(**(layer.model_dump(exclude=own) | {"retrieved": layer.date}))


def _entry(kit: OpenKit, layer: KitLayer, note: str, before: LayerProvenance | None) -> LayerProvenance:
    said = [one.strip().rstrip(".") for one in (f"Kit {kit.kit.title}", note, layer.note) if one.strip()]
    entry = LayerProvenance(
        source=layer.source, licence=layer.licence, retrieved=layer.date, evidence=layer.evidence, note=". ".join(said)
    )
    if before is None:
        return entry
    return before.model_copy(
        update={
            "source": before.source if layer.source in before.source else f"{before.source}; {layer.source}",
            "licence": before.licence if layer.licence in before.licence else f"{before.licence}; {layer.licence}",
            "evidence": tables.worst_evidence(before.evidence, layer.evidence),
            "note": ". ".join([before.note, *(one for one in said if one not in before.note)]),
        }
    )


def _named(kit: OpenKit, layer: KitLayer, error: InputError) -> list[Fault]:
    """Faults of a layer under the name of its kit, not of where it was unpacked, and with keys for options."""
    place = f"kit {kit.where}, layer {layer.layer}"
    faults = error.faults or [Fault(layer.file, str(error))]
    return [
        replace(
            one,
            where=f"{place}, {_as_keys(one.where).replace(f'{kit.data}/', '')}",
            what=_as_keys(one.what).replace(f"{kit.data}/", ""),
            mend=_as_keys(one.mend),
        )
        for one in faults
    ]


def _as_keys(text: str) -> str:
    """Options of ``country import`` as the keys of a kit's layer."""
    return _OPTION.sub(lambda found: found[1].replace("-", "_"), text)


def _elsewhere(boundaries: gpd.GeoDataFrame, outline: shapely.Geometry, kits: OpenKits) -> list[Fault]:
    areas = shapely.make_valid(boundaries.geometry.to_numpy())
    whole = shapely.area(areas).sum()
    inside = shapely.area(shapely.intersection(areas, outline)).sum()
    if inside >= INSIDE_SHARE * whole:
        return []
    names = ", ".join(dict.fromkeys(kit.where for kit, layer in kits.layers() if layer.layer == BOUNDARIES))
    what = f"lie to {100.0 * (1.0 - inside / whole):.0f} % outside the country"
    return [Fault(f"kit {names}, layer {BOUNDARIES}", what, "areas of the country", "Check file and CRS")]


def _notes(kits: OpenKits) -> tuple[str, ...]:
    laid: dict[str, list[str]] = {}
    for kit, layer in kits.layers():
        laid.setdefault(kit.kit.title, []).append(layer.layer)
    for kit in kits.kits:
        laid.setdefault(kit.kit.title, []).extend(["official totals"] if kit.kit.official else [])
    return tuple(f"kit {title}: {', '.join(dict.fromkeys(names))}" for title, names in laid.items() if names)

"""The regulator's measures of a country: cells, networks, shares, spots and fields at the border in one result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach import tables
from allreach.demand.points import DemandPoints
from allreach.measure.regulator.border_field import BorderFields, border_fields, to_coordinate
from allreach.measure.regulator.border_line import BorderPoints
from allreach.measure.regulator.cells import Areas, Cells, Subject, areas_of, cells_of, subjects_of, wanted_cells
from allreach.measure.regulator.levels import NetworkLevels, network_levels
from allreach.measure.regulator.limits import Limit, limits_of, unused, without_limit
from allreach.measure.regulator.networks import Networks, limited_dbm, networks
from allreach.measure.regulator.shares import Coverage, coverage, measures_table, operator_counts, spots_table
from allreach.measure.regulator.summary import (
    BorderFigures,
    LevelFigures,
    NeighbourFigures,
    ReachOfUse,
    RegulatorSummary,
    Spots,
)
from allreach.params.regulator import Regulator
from allreach.progress import Progress
from allreach.radio.engine.reception import Environment
from allreach.vocabulary import Evidence

MODEL = "ITU-R P.1812 (p = 50 %; at the border the share of the time asked for), near a site 3GPP TR 38.901 RMa"


@dataclass(frozen=True)
class Layers:
    """Tables of the folder that the measures read.

    Parameters
    ----------
    sites
        Table ``sites``, or that of the planned network with a column ``status``.
    spectrum, roads, railways, institutions, boundaries, border_limits
        Tables of the folder; may be empty.
    evidence
        Evidence of the layers by name.
    border_sites
        Sites whose field at the border counts, standing and planned with a column ``status``; `sites` unless given.
    """

    sites: gpd.GeoDataFrame
    spectrum: pd.DataFrame
    roads: gpd.GeoDataFrame
    railways: gpd.GeoDataFrame
    institutions: gpd.GeoDataFrame
    boundaries: gpd.GeoDataFrame
    border_limits: pd.DataFrame
    evidence: Mapping[str, str]
    border_sites: gpd.GeoDataFrame | None = None

    def worst(self, *layers: str) -> str:
        """Worst evidence of some layers with a prediction over them; one that is not known counts as modelled."""
        return str(tables.worst_evidence(Evidence.MODELLED, *(self.evidence.get(n, Evidence.MODELLED) for n in layers)))


@dataclass(frozen=True)
class RegulatorResult:
    """What a regulator publishes.

    Parameters
    ----------
    measures, spots
        Tables ``regulator_measures`` and ``regulator_spots``.
    counts
        Per cent by number of operators, laid out as Ofcom's files.
    border
        Fields at the border.
    coordinate
        Sites to co-ordinate: the rows of ``regulator_border`` that are farthest over a limit.
    summary
        Key figures.
    cells, networks, levels, coverage
        What the tables are made of.
    """

    measures: pd.DataFrame
    spots: pd.DataFrame
    counts: pd.DataFrame
    border: BorderFields
    coordinate: gpd.GeoDataFrame
    summary: RegulatorSummary
    cells: Cells = field(repr=False)
    networks: Networks = field(repr=False)
    levels: NetworkLevels = field(repr=False)
    coverage: Coverage = field(repr=False)


def regulator_measures(
    points: DemandPoints,
    layers: Layers,
    environment: Environment,
    params: Regulator,
    *,
    country: tuple[str, str],
    border_at: Callable[[float], BorderPoints] | None = None,
    why_no_border: str = "",
    network: str = "today",
    operators: Sequence[str] = (),
    progress: Progress | None = None,
) -> RegulatorResult:
    """Measure coverage by operator, technology and place of use, and the fields at the border.

    Parameters
    ----------
    points
        Where people are.
    layers
        Tables of the folder.
    environment
        Terrain, radio parameters, standard (its shares of locations and hours), drive tests.
    params
        Levels, losses, cells.
    country
        Code and name.
    border_at
        Points of the land border, or at a distance beyond it [km]; none where it is not known: `why_no_border`.
    network
        ``today`` or ``planned``.
    operators
        Operators to keep; all unless given.
    progress
        Called with (stage, done, total).

    Raises
    ------
    InputError
        If there are no sites, an operator that was asked for has none, or a site lies outside the model.
    """
    terrain = environment.terrain
    found = _networks(layers.sites, layers, environment, operators)
    cells = cells_of(terrain, layers.boundaries, params.cell_m.value)
    subjects = subjects_of(
        cells, terrain, points, layers.roads, layers.railways, layers.institutions, layers.boundaries
    )
    wanted = wanted_cells(cells, terrain, subjects)
    levels = network_levels(found, cells, wanted, environment, params, progress)
    together = coverage(found, levels)
    areas = areas_of(cells, layers.boundaries, *country)
    evidence = {name: _evidence(layers, found, name) for name in {one.layer for one in subjects}}
    measures = measures_table(together, subjects, areas, evidence)
    spots = spots_table(together, subjects, areas, evidence)
    limits, limit_words = limits_of(layers.border_limits)
    every = layers.border_sites
    senders = found if every is None else _networks(every, layers, environment, operators)
    fields = _border(senders, layers, limits, environment, params, border_at, progress)
    facts = _facts(found, cells, wanted, levels, environment, params)
    summary = RegulatorSummary(
        network=network,
        **facts,
        reach=_reach(measures),
        spots=_spots(spots),
        border=_border_figures(fields, border_at, limit_words, params, why_no_border),
        warnings=(*found.warnings, *_warnings(layers, subjects, areas, limits, senders, border_at)),
        model=MODEL,
        evidence=str(tables.worst_evidence(*evidence.values())),
    )
    return RegulatorResult(
        measures=measures,
        spots=spots,
        counts=operator_counts(together, subjects, areas),
        border=fields,
        coordinate=to_coordinate(fields.table),
        summary=summary,
        cells=cells,
        networks=found,
        levels=levels,
        coverage=together,
    )


def _facts(
    found: Networks,
    cells: Cells,
    wanted: NDArray[np.bool_],
    levels: NetworkLevels,
    environment: Environment,
    params: Regulator,
) -> dict[str, Any]:
    """Figures of the summary that say what was predicted, and how."""
    return {
        "operators": found.operators,
        "technologies": tuple(str(one) for one in found.technologies),
        "n_sites": found.sites.n_sites,
        "cell_m": cells.grid.pixel_m,
        "cell_note": _cell_note(cells, environment.terrain.grid.pixel_m, params.cell_m.value),
        "n_cells": int(wanted.sum()),
        "void_cells": levels.n_void,
        "levels": {str(one): _level_figures(limited_dbm(one, params), params) for one in found.technologies},
        "locations_share": environment.standard.locations_share,
        "hours_share": environment.standard.hours_share,
    }


def _networks(sites: gpd.GeoDataFrame, layers: Layers, environment: Environment, operators: Sequence[str]) -> Networks:
    """Sort sites into networks, with the measured antennas of the folder."""
    grid, antennas = environment.terrain.grid, environment.antennas
    return networks(sites, grid, environment.radio, layers.spectrum, tuple(operators), antennas=antennas)


def _border(
    found: Networks,
    layers: Layers,
    limits: Sequence[Limit],
    environment: Environment,
    params: Regulator,
    border_at: Callable[[float], BorderPoints] | None,
    progress: Progress | None,
) -> BorderFields:
    if border_at is None:
        return BorderFields(tables.empty("regulator_border"), gpd.GeoDataFrame(geometry=[], crs=tables.CRS))
    bands_mhz, otherwise = _on_air_mhz(found), without_limit(params)
    mine = [one for one in limits if not unused([one], border_at(0.0).names, bands_mhz)]
    sites = layers.sites if layers.border_sites is None else layers.border_sites
    about = sites.set_index(sites["site_id"].astype(str)).loc[found.sites.site_id]
    status = about["status"] if "status" in about.columns else pd.Series("existing", index=about.index)
    return border_fields(
        found.sites,
        pd.DataFrame({"operator": about["operator"], "status": status, "evidence": about["evidence"]}),
        border_at,
        mine,
        otherwise,
        environment,
        params.border_range_km.value,
        layers.worst("terrain", "boundaries", "sites"),
        progress,
    )


def _on_air_mhz(found: Networks) -> NDArray[np.float64]:
    """Frequencies of all carriers on air."""
    return np.unique([mhz for group in found.groups for mhz, _, _ in group.carriers])


def _evidence(layers: Layers, found: Networks, layer: str) -> str:
    sites = [*found.sites.evidence, *found.sites.assumed.evidence()]
    return str(tables.worst_evidence(layers.worst("terrain", "sites", layer), *dict.fromkeys(sites)))


def _cell_note(cells: Cells, pixel_m: float, cell_m: float) -> str:
    if pixel_m > cell_m:
        return f"cells are the country's pixels of {pixel_m:g} m: coarser than the {cell_m:g} m that regulators publish"
    pixels = "one pixel" if cells.step == 1 else f"{cells.step} x {cells.step} pixels of {pixel_m:g} m"
    return f"cells of {cells.grid.pixel_m:g} m: {pixels}, the level predicted in the middle"


def _level_figures(limited: float, params: Regulator) -> LevelFigures:
    return LevelFigures(
        limited_dbm=limited,
        good_dbm=limited + params.good_above_db.value,
        very_good_dbm=limited + params.very_good_above_db.value,
    )


def _of_country(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Rows of the whole country, not by class, by subject and `keys`."""
    whole = table[(table["area_level"] == 0) & (table["subject_class"] == "")]
    return whole.set_index(["subject", *keys])


def _reach(measures: pd.DataFrame) -> tuple[ReachOfUse, ...]:
    keys = ["technology", "place_of_use", "operator"]
    whole = _of_country(measures, keys)

    def share(subject: str, key: tuple[str, ...], column: str = "limited_share") -> float | None:
        return float(whole.at[(subject, *key), column]) if (subject, *key) in whole.index else None

    return tuple(
        ReachOfUse(
            **dict(zip(keys, key, strict=True)),
            people_share=share("people", key),
            good_people_share=share("people", key, "good_share"),
            land_share=share("land", key),
            road_share=share("road", key),
            rail_share=share("rail", key),
        )
        for key in dict.fromkeys(one[1:] for one in whole.index)
    )


def _spots(spots: pd.DataFrame) -> tuple[Spots, ...]:
    keys = ["technology", "place_of_use"]
    whole = _of_country(spots, keys)

    def share(subject: str, key: tuple[str, ...], column: str) -> float | None:
        return float(whole.at[(subject, *key), column]) if (subject, *key) in whole.index else None

    return tuple(
        Spots(
            **dict(zip(keys, key, strict=True)),
            white_people_share=share("people", key, "white_share"),
            grey_people_share=share("people", key, "grey_share"),
            white_land_share=share("land", key, "white_share"),
            grey_land_share=share("land", key, "grey_share"),
        )
        for key in dict.fromkeys(one[1:] for one in whole.index)
    )


def _border_figures(
    fields: BorderFields,
    border_at: Callable[[float], BorderPoints] | None,
    limit_words: str,
    params: Regulator,
    why_not: str,
) -> BorderFigures:
    table, line = fields.table, None if border_at is None else border_at(0.0)
    neighbours = []
    for number, name in enumerate(() if line is None else line.names):
        mine = table[table["neighbour"] == name]
        greatest = mine["field_dbuv_m"].max() if len(mine) else np.nan
        neighbours.append(
            NeighbourFigures(
                neighbour=name,
                border_km=0.0 if line is None else line.km_of(number),
                sites_in_range=int(mine["site_id"].nunique()),
                greatest_dbuv_m=None if pd.isna(greatest) else float(greatest),
                sites_to_coordinate=_n_over(mine),
            )
        )
    unknown = table.loc[table["limit_id"] == "", "band_mhz"].unique()
    words = (
        f"{params.border_height_m.value:g} m above ground, {params.border_time_pct.value:g} % of the time, 50 % of "
        f"the locations, in {params.border_bandwidth_mhz.value:g} MHz"
    )
    return BorderFigures(
        neighbours=tuple(neighbours),
        sites_to_coordinate=_n_over(table),
        limits=limit_words,
        bands_without_limit_mhz=tuple(sorted(float(mhz) for mhz in unknown)),
        sites_with_void=int(table.loc[table["n_void"] > 0, "site_id"].nunique()),
        receiver=words,
        **({"why_not": why_not} if border_at is None else {}),
    )


def _n_over(table: pd.DataFrame) -> int | None:
    if not (table["limit_id"] != "").any():
        return None
    return int(table.loc[table["is_to_coordinate"].astype(bool), "site_id"].nunique())


def _warnings(
    layers: Layers,
    subjects: Sequence[Subject],
    areas: Sequence[Areas],
    limits: Sequence[Limit],
    found: Networks,
    border_at: Callable[[float], BorderPoints] | None,
) -> list[str]:
    said = []
    there = {one.name for one in subjects}
    for name, table in (("road", layers.roads), ("rail", layers.railways), ("institutions", layers.institutions)):
        if len(table) and name not in there:
            said.append(f"{name}: the folder's rows all lie outside the country or the terrain")
    if len(areas) == 1:
        said.append("boundaries: no districts of level 1 or 2, so there are figures of the whole country alone")
    if len(found.operators) == 1:
        said.append(f"one operator ({found.operators[0]}): there can be no grey spots")
    if border_at is not None and len(layers.border_limits):
        said += unused(list(limits), border_at(0.0).names, _on_air_mhz(found))
    return said

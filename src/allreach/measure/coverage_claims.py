"""Operators' coverage polygons beside the prediction: where they agree, where only one of them says so.

Both are looked at on the pixels of the map: a pixel is claimed where its middle lies in the polygons, and predicted
where the strongest of the operator's own sites of that technology gives at least the level of the claim at the median
location. Neither is taken for the truth, and nothing in the plan follows from a claim.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rasterio.features import rasterize

from allreach import tables
from allreach.demand.points import DemandPoints
from allreach.file_word import file_word
from allreach.grid import Grid
from allreach.measure.coverage_rasters import CoverageRasters, coverage_rasters
from allreach.measure.summary import ClaimAgreement, ClaimMatrix
from allreach.progress import Progress
from allreach.radio.engine.link_budget import entry_loss_db, handset
from allreach.radio.engine.reception import Environment
from allreach.radio.sites import SiteArrays, site_arrays
from allreach.radio.technologies import generations_on_air, words_on_air
from allreach.vocabulary import ClaimLevel, Code

HALF = 0.5
FIRST_CARRIER_ALONE = ("2G", "3G")
"""Technologies that second carriers do not send: these are of broadband (as in `regulator.networks`)."""
NO_SITES = "no site of this operator and technology is in the folder, so nothing is predicted"

Bools = NDArray[np.bool_]


class Agreement(Code):
    """Pixel of a raster ``claims_*.tif``."""

    NEITHER = 0
    BOTH = 1
    CLAIM = 2
    PREDICTION = 3


class SaysSo(StrEnum):
    """Who says that a place is covered: column ``who_says_so`` of ``measure_claims``."""

    BOTH = "both"
    CLAIM = "claim"
    PREDICTION = "prediction"
    NOBODY = "nobody"
    CLAIM_ALONE = "claim_alone"


@dataclass(frozen=True)
class ClaimsBeside:
    """What claims say beside the prediction.

    Parameters
    ----------
    agreements
        One for each operator, technology and level, in that order.
    places
        Table ``measure_claims``.
    rasters
        `Agreement` of each pixel by the name of its file without suffix; none where nothing is predicted.
    """

    agreements: tuple[ClaimAgreement, ...]
    places: gpd.GeoDataFrame
    rasters: dict[str, NDArray[np.uint8]]


def coverage_claims(
    claims: gpd.GeoDataFrame,
    points: DemandPoints,
    sites: gpd.GeoDataFrame,
    environment: Environment,
    land: Bools | None = None,
    known: CoverageRasters | None = None,
    progress: Progress | None = None,
) -> ClaimsBeside:
    """Set coverage polygons beside the prediction.

    Parameters
    ----------
    claims
        Table ``coverage_claims``; polygons of one operator, technology and level count together.
    points
        Points of demand.
    sites
        Table ``sites``.
    environment
        Ground, parameters, and what drive tests say of the model.
    land
        Pixels over which area is counted; default all with a height that are no sea.
    known
        Coverage of all sites, where it has been computed.
    progress
        Called with (stage, done, total).
    """
    terrain = environment.terrain
    land = ((terrain.zones != 1) if land is None else land) & np.isfinite(terrain.ground_m)
    agreements, parts = [], []
    rasters: dict[str, NDArray[np.uint8]] = {}
    swept: dict[bytes, CoverageRasters] = {}
    for group, polygons in _groups(claims, environment):
        claimed = claimed_pixels(polygons, terrain.grid)
        mine = _sites_of(group, sites)
        key = bytes([group.technology in FIRST_CARRIER_ALONE]) + mine.tobytes()
        if mine.any() and key not in swept:  # levels of one network share its sweep
            arrays, is_whole = _on_air(group, gpd.GeoDataFrame(sites[mine]), environment)
            whole = known if is_whole and mine.all() else None
            swept[key] = whole or coverage_rasters(arrays, environment, mask=land, progress=progress)
        predicted = _predicted(group, swept[key], environment) if mine.any() else None
        name = _file_name(group, rasters)
        if predicted is not None:
            rasters[name] = agreement_pixels(claimed, predicted)
        agreements.append(_agreement(group, polygons, claimed, predicted, points, land, terrain.grid, name))
        parts.append(_places(group, polygons, claimed, predicted, points))
    places = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True)) if parts else tables.empty("measure_claims")
    contested = {key: int(n) for key, n in places.groupby(_KEYS, sort=False)["is_contested"].sum().items()}
    counted = tuple(
        one.model_copy(update={"places_contested": contested[one.operator, one.technology, one.level, one.level_dbm]})
        for one in agreements
    )
    return ClaimsBeside(counted, gpd.GeoDataFrame(tables.conform(places, "measure_claims")), rasters)


def claimed_pixels(polygons: gpd.GeoDataFrame, grid: Grid) -> Bools:
    """Pixels whose middle lies in the polygons: more area never claims fewer."""
    shapes = [(geometry, 1) for geometry in polygons.to_crs(grid.crs).geometry if not geometry.is_empty]
    if not shapes:
        return np.zeros(grid.shape, dtype=bool)
    out = rasterize(shapes, out_shape=grid.shape, transform=grid.transform, dtype="uint8", all_touched=False)
    return np.asarray(out, dtype=bool)


def agreement_pixels(claimed: Bools, predicted: Bools) -> NDArray[np.uint8]:
    """`Agreement` of each pixel."""
    out = np.full(claimed.shape, Agreement.NEITHER, dtype=np.uint8)
    out[claimed & predicted] = Agreement.BOTH
    out[claimed & ~predicted] = Agreement.CLAIM
    out[~claimed & predicted] = Agreement.PREDICTION
    return out


@dataclass(frozen=True)
class _Group:
    """Polygons that count together."""

    operator: str
    technology: str
    level: str
    level_dbm: float


_KEYS = ["operator", "technology", "level", "level_dbm"]


def _groups(claims: gpd.GeoDataFrame, environment: Environment) -> Iterator[tuple[_Group, gpd.GeoDataFrame]]:
    level_dbm = claims["level_dbm"].astype("float64").fillna(environment.radio.sensitivity_dbm.value)
    for key, rows in claims.assign(level_dbm=level_dbm).groupby(_KEYS, sort=True):
        operator, technology, level, dbm = key
        yield _Group(str(operator), str(technology), str(level), float(dbm)), gpd.GeoDataFrame(rows)


def _sites_of(group: _Group, sites: gpd.GeoDataFrame) -> Bools:
    """Sites of the operator that run the technology."""
    on_air = generations_on_air(words_on_air(sites["technologies"]))
    mine = np.array([group.technology in of_site for of_site in on_air], dtype=bool)
    return np.asarray(mine & (sites["operator"].astype(str) == group.operator).to_numpy(dtype=bool))


def _on_air(group: _Group, sites: gpd.GeoDataFrame, environment: Environment) -> tuple[SiteArrays, bool]:
    """Sites of a network with the carriers that send its technology, and whether these are all their carriers."""
    arrays = site_arrays(sites, environment.terrain.grid, environment.radio, antennas=environment.antennas)
    if group.technology not in FIRST_CARRIER_ALONE or not arrays.has_capacity.any():
        return arrays, True
    return replace(arrays, has_capacity=np.zeros(arrays.n_sites, dtype=bool)), False


def _predicted(group: _Group, covered: CoverageRasters, environment: Environment) -> Bools:
    """Pixels at which the sites of a network give the level of the claim, behind walls where it is one indoors."""
    inside = handset(environment.radio, indoors=group.level != ClaimLevel.OUTDOOR)
    loss_db = [entry_loss_db(inside, environment.radio, float(mhz), 0.5) for mhz in covered.bands_mhz]
    power_dbm = np.nan_to_num(covered.rx_power_dbm, nan=-np.inf) - np.array(loss_db, dtype=np.float32)[:, None, None]
    return np.asarray((power_dbm >= group.level_dbm).any(axis=0))


def _matrix(claimed: Bools, predicted: Bools, weights: NDArray[np.float64]) -> ClaimMatrix:
    """Shares of a weight by who says that it is covered; they add up to one."""
    total = float(weights.sum())
    shares = [
        float(weights @ rows) / total if total else float(i == 3)
        for i, rows in enumerate(
            (claimed & predicted, claimed & ~predicted, ~claimed & predicted, ~claimed & ~predicted)
        )
    ]
    both, claim, prediction, neither = shares
    return ClaimMatrix(
        both_share=both, claimed_only_share=claim, predicted_only_share=prediction, neither_share=neither
    )


def _agreement(
    group: _Group,
    polygons: gpd.GeoDataFrame,
    claimed: Bools,
    predicted: Bools | None,
    points: DemandPoints,
    land: Bools,
    grid: Grid,
    raster: str,
) -> ClaimAgreement:
    at, people = (points.row, points.col), points.population
    of_land = np.ones(int(land.sum()))
    pixel_km2 = (grid.pixel_m / 1000.0) ** 2
    there = {
        "people": _matrix(claimed[at], predicted[at], people),
        "area": _matrix(claimed[land], predicted[land], of_land),
        "raster": f"{raster}.tif",
    } if predicted is not None else {"why_not": NO_SITES}  # fmt: skip
    return ClaimAgreement(
        operator=group.operator,
        technology=group.technology,
        level=group.level,
        level_dbm=group.level_dbm,
        claimed_people_share=float(people @ claimed[at]) / max(float(people.sum()), 1e-300),
        claimed_area_km2=float((claimed & land).sum()) * pixel_km2,
        area_km2=float(land.sum()) * pixel_km2,
        date=max(polygons["date"].astype(str), default=""),
        source=_sources(polygons),
        evidence=str(tables.worst_evidence(*polygons["evidence"].astype(str))),
        places_contested=0,
        **there,
    )


def _places(
    group: _Group, polygons: gpd.GeoDataFrame, claimed: Bools, predicted: Bools | None, points: DemandPoints
) -> gpd.GeoDataFrame:
    """Rows of the table ``measure_claims`` of one group."""
    places, at = points.places, (points.row, points.col)
    total = points.per_place(points.population)

    def share(rows: Bools) -> NDArray[np.float64]:
        summed = points.per_place(points.population * rows)
        return np.asarray(np.clip(summed / np.where(total > 0, total, 1.0), 0.0, 1.0))

    claims = share(claimed[at])
    nothing = np.full(points.n_places, np.nan)
    says = nothing if predicted is None else share(predicted[at])
    both = nothing if predicted is None else share(claimed[at] & predicted[at])
    is_claimed, is_predicted = claims >= HALF, says >= HALF
    who = np.select(
        [is_claimed & is_predicted, is_claimed, is_predicted],
        [str(SaysSo.BOTH), str(SaysSo.CLAIM), str(SaysSo.PREDICTION)],
        str(SaysSo.NOBODY),
    )
    if predicted is None:
        who = np.where(is_claimed, str(SaysSo.CLAIM_ALONE), str(SaysSo.NOBODY))
    frame = gpd.GeoDataFrame(
        {
            "place_id": places["place_id"],
            "name": places["name"],
            "population": places["population"],
            "operator": group.operator,
            "technology": group.technology,
            "level": group.level,
            "level_dbm": group.level_dbm,
            "claimed_share": claims,
            "predicted_share": says,
            "both_share": both,
            "who_says_so": who,
            "is_contested": np.isin(who, [SaysSo.CLAIM, SaysSo.PREDICTION]),
            "date": max(polygons["date"].astype(str), default=""),
            "source": _sources(polygons),
            "evidence": str(tables.worst_evidence(*polygons["evidence"].astype(str))),
        },
        geometry=places.geometry.to_numpy(),
        crs=tables.CRS,
    )
    return gpd.GeoDataFrame(tables.conform(frame, "measure_claims"))


def _sources(polygons: gpd.GeoDataFrame) -> str:
    return "; ".join(sorted({text for text in polygons["source"].astype(str) if text.strip()}))


def _file_name(group: _Group, taken: dict[str, NDArray[np.uint8]]) -> str:
    """Name of a group's raster: letters and digits of its words, and a number where that is not enough."""
    name = f"claims_{file_word(f'{group.operator}_{group.technology}_{group.level}')}"
    number = sum(other == name or other.rpartition("_no")[0] == name for other in taken)
    return f"{name}_no{number + 1}" if number else name

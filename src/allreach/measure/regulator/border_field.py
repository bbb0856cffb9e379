"""Field strength that every site, standing and planned, sends across the border, against what is permissible."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allreach import tables
from allreach.kernels.itu_p1812 import field_strength_dbuv_per_m
from allreach.measure.regulator._border_paths import border_losses, no_losses_at
from allreach.measure.regulator.border_line import BorderPoints
from allreach.measure.regulator.limits import Limit, applied
from allreach.progress import Progress, no_progress
from allreach.radio.engine.reception import Environment
from allreach.radio.engine.threads import in_threads
from allreach.radio.sites import SiteArrays
from allreach.units import linear_to_db

STAGE = "field at the border"
DBM_TO_ERP_DBKW = -62.15
"""From EIRP in dBm to ERP over 1 kW in dB: 60 dB, and 2.15 dB of the half-wave dipole (ITU-R P.1812, (70))."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Carrier:
    """A carrier of a site.

    Parameters
    ----------
    mhz, bandwidth_mhz, eirp_dbm
        Frequency, bandwidth, EIRP over it.
    """

    mhz: float
    bandwidth_mhz: float
    eirp_dbm: float

    def field_dbuv_m(self, loss_db: Floats, reference_mhz: float) -> Floats:
        """Field over a reference bandwidth; a narrower carrier counts whole. [dB(uV/m)]."""
        share_db = min(0.0, float(linear_to_db(reference_mhz / self.bandwidth_mhz)))
        at_1kw = field_strength_dbuv_per_m(0.0, self.mhz / 1000.0, 1.0)
        return np.asarray(at_1kw + self.eirp_dbm + share_db + DBM_TO_ERP_DBKW - loss_db)


@dataclass(frozen=True)
class BorderFields:
    """Fields at the border.

    Parameters
    ----------
    table
        Table ``regulator_border``.
    points
        Greatest field of all sites at each point on the border by band, with the neighbour: a layer for a map.
    """

    table: gpd.GeoDataFrame
    points: gpd.GeoDataFrame


@dataclass(frozen=True)
class _At:
    """Where and how fields are received: a line of points, height and share of the time."""

    distance_km: float
    height_m: float
    time_pct: float


def border_fields(
    sites: SiteArrays,
    about: pd.DataFrame,
    line_at: Callable[[float], BorderPoints],
    limits: Sequence[Limit],
    otherwise: Limit,
    environment: Environment,
    range_km: float,
    evidence: str,
    progress: Progress | None = None,
) -> BorderFields:
    """Compute the greatest field of every site at the border with every neighbour, at half of the locations.

    Parameters
    ----------
    sites
        Sites as arrays.
    about
        ``operator``, ``status`` and ``evidence`` of each, in the order of the arrays.
    line_at
        Points of the border, or at a distance beyond it [km] (`border_line.border_points`).
    limits, otherwise
        Permissible fields, and how to compute where none applies to a carrier.
    environment
        Terrain, refractivity.
    range_km
        Farther points are left out. [km]
    evidence
        Worst evidence of the terrain and the border.
    progress
        Called with (stage, done, total).
    """
    border = line_at(0.0)
    rows: list[dict[str, object]] = []
    layer: dict[float, Floats] = {}
    if border.n and sites.n_sites:
        away_km = cKDTree(np.column_stack([border.x_m, border.y_m])).query(
            np.column_stack([sites.x_m, sites.y_m]), distance_upper_bound=range_km * 1000.0
        )[0]
        near = np.flatnonzero(np.isfinite(away_km))
        asked = sorted(
            {(one.distance_km, one.height_m, one.time_pct) for one in (*limits, otherwise)},
            key=lambda at: at != (0.0, otherwise.height_m, otherwise.time_pct),
        )
        say, total = progress or no_progress, len(near) * len(asked)
        say(STAGE, 0, total)
        for k, at in enumerate(_At(*one) for one in asked):
            line = border if at.distance_km == 0.0 else line_at(at.distance_km)
            losses = _losses(sites, near, line, at, environment, range_km + at.distance_km)
            for s, (index, loss, is_void) in zip(near.tolist(), losses, strict=True):
                sent = _Sent(s, line, index, loss, is_void, at)
                rows += _rows(sites, sent, border, limits, otherwise)
                if k == 0:
                    _keep_greatest(layer, sites, s, index, loss, border.n, otherwise.bandwidth_mhz)
            say(STAGE, (k + 1) * len(near), total)
    table = _table(rows, sites, about, environment, evidence)
    return BorderFields(table, _layer(border, layer, environment))


def carriers_of(sites: SiteArrays, s: int) -> list[Carrier]:
    """Carriers of a site that are on air."""
    first = Carrier(float(sites.band_mhz[s]), float(sites.bandwidth_mhz[s]), float(sites.eirp_dbm[s]))
    if not sites.has_capacity[s]:
        return [first]
    second = float(sites.second_mhz[s]), float(sites.second_bandwidth_mhz[s]), float(sites.second_eirp_dbm[s])
    return [first, Carrier(*second)]


def _losses(
    sites: SiteArrays, near: NDArray[np.int64], line: BorderPoints, at: _At, environment: Environment, range_km: float
) -> list[tuple[NDArray[np.int64], Floats, NDArray[np.bool_]]]:
    """Points in range of each site, losses towards them and whether they lie behind unknown terrain."""
    air, raster = environment.air(range_km), environment.raster()
    tree = cKDTree(np.column_stack([line.x_m, line.y_m])) if line.n else None
    out: list[tuple[NDArray[np.int64], Floats, NDArray[np.bool_]]] = []
    for s in near.tolist():
        here = [] if tree is None else tree.query_ball_point((sites.x_m[s], sites.y_m[s]), air.range_m)
        index = np.array(sorted(here), dtype=np.int64)
        out.append((index, *no_losses_at(len(carriers_of(sites, s)), len(index))))

    def find(i: int) -> None:
        s, (index, loss, is_void) = int(near[i]), out[i]
        border_losses(
            float(sites.x_m[s]),
            float(sites.y_m[s]),
            float(sites.height_m[s]),
            float(sites.lat_deg[s]),
            int(sites.n_sectors[s]),
            float(sites.azimuth_deg[s]),
            float(sites.downtilt_deg[s]),
            float(sites.mechanical_deg[s]),
            np.array([sites.antenna[s], sites.second_antenna[s]], dtype=np.int64),
            sites.antennas.horizontal_db,
            sites.antennas.vertical_db,
            np.array([one.mhz / 1000.0 for one in carriers_of(sites, s)]),
            line.x_m[index],
            line.y_m[index],
            raster,
            air,
            at.height_m,
            at.time_pct,
            loss,
            is_void,
        )

    in_threads(find, range(len(near)), environment.n_threads)
    return out


@dataclass(frozen=True)
class _Sent:
    """What a site sends to a line of points: losses by carrier at the points in range."""

    s: int
    line: BorderPoints
    index: NDArray[np.int64]
    loss: Floats
    is_void: NDArray[np.bool_]
    at: _At


def _rows(
    sites: SiteArrays, sent: _Sent, border: BorderPoints, limits: Sequence[Limit], otherwise: Limit
) -> list[dict[str, object]]:
    """Rows of a site for every neighbour, carrier and limit that is received there and so."""
    found: list[dict[str, object]] = []
    line, s = sent.line, sent.s
    for number in np.unique(line.neighbour[sent.index]).tolist():
        mine, own = line.neighbour[sent.index] == number, border.neighbour == number
        if not own.any():
            continue
        away_m = np.hypot(border.x_m[own] - sites.x_m[s], border.y_m[own] - sites.y_m[s]).min()
        for carrier, loss in zip(carriers_of(sites, s), sent.loss, strict=True):
            shared = {
                "row": s,
                "neighbour": line.names[number],
                "band_mhz": carrier.mhz,
                "bandwidth_mhz": carrier.bandwidth_mhz,
                "eirp_dbm": carrier.eirp_dbm,
                "distance_to_border_km": away_m / 1000.0,
                "n_points": int(mine.sum()),
                "n_void": int(sent.is_void[mine].sum()),
            }
            for limit in applied(list(limits), otherwise, line.names[number], carrier.mhz):
                if _At(limit.distance_km, limit.height_m, limit.time_pct) == sent.at:
                    field = carrier.field_dbuv_m(loss[mine], limit.bandwidth_mhz)
                    found.append(shared | _against(limit, field, line, sent.index[mine]))
    return found


def _against(limit: Limit, field: Floats, line: BorderPoints, index: NDArray[np.int64]) -> dict[str, object]:
    """Greatest of the fields at some points of a line, held against a limit."""
    at = int(np.nanargmax(field)) if np.isfinite(field).any() else None
    worst = np.nan if at is None else float(field[at])
    permissible = np.nan if limit.limit_dbuv_m is None else limit.limit_dbuv_m
    return {
        "limit_id": limit.limit_id,
        "rx_height_m": limit.height_m,
        "beyond_km": limit.distance_km,
        "time_pct": limit.time_pct,
        "reference_bandwidth_mhz": limit.bandwidth_mhz,
        "field_dbuv_m": worst,
        "limit_dbuv_m": permissible,
        "margin_db": permissible - worst,
        "is_to_coordinate": bool(permissible - worst < 0.0),
        "worst_x_m": np.nan if at is None else line.x_m[index[at]],
        "worst_y_m": np.nan if at is None else line.y_m[index[at]],
    }


def _keep_greatest(
    layer: dict[float, Floats],
    sites: SiteArrays,
    s: int,
    index: NDArray[np.int64],
    loss: Floats,
    n_points: int,
    reference_mhz: float,
) -> None:
    for carrier, carrier_loss in zip(carriers_of(sites, s), loss, strict=True):
        greatest = layer.setdefault(carrier.mhz, np.full(n_points, np.nan))
        greatest[index] = np.fmax(greatest[index], carrier.field_dbuv_m(carrier_loss, reference_mhz))


def _table(
    rows: list[dict[str, object]], sites: SiteArrays, about: pd.DataFrame, environment: Environment, evidence: str
) -> gpd.GeoDataFrame:
    if not rows:
        return tables.empty("regulator_border")
    frame, grid = pd.DataFrame(rows), environment.terrain.grid
    row = frame.pop("row").to_numpy(dtype=np.int64)
    frame["worst_lon_deg"], frame["worst_lat_deg"] = grid.to_lonlat(frame.pop("worst_x_m"), frame.pop("worst_y_m"))
    unknown = frame["field_dbuv_m"].isna()
    frame.loc[unknown, ["worst_lon_deg", "worst_lat_deg"]] = np.nan
    frame["site_id"], frame["height_agl_m"] = sites.site_id[row], sites.height_m[row]
    for name in ("operator", "status"):
        frame[name] = about[name].to_numpy(dtype=str)[row]
    of_site = about["evidence"].to_numpy(dtype=str)
    assumed = sites.assumed.evidence()
    frame["evidence"] = [str(tables.worst_evidence(of_site[i], assumed[i], evidence)) for i in row.tolist()]
    lon_deg, lat_deg = grid.to_lonlat(sites.x_m[row], sites.y_m[row])
    made = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(lon_deg, lat_deg), crs=tables.CRS)
    order = ["site_id", "neighbour", "band_mhz", "limit_id"]
    return tables.conform(made.sort_values(order, kind="stable").reset_index(drop=True), "regulator_border")


def _layer(border: BorderPoints, layer: dict[float, Floats], environment: Environment) -> gpd.GeoDataFrame:
    lon_deg, lat_deg = environment.terrain.grid.to_lonlat(border.x_m, border.y_m)
    names = np.array([*border.names, ""], dtype=object)
    columns = {f"field_{mhz:g}_dbuv_m": layer[mhz] for mhz in sorted(layer)}
    return gpd.GeoDataFrame(
        {"neighbour": names[border.neighbour], **columns},
        geometry=gpd.points_from_xy(lon_deg, lat_deg),
        crs=tables.CRS,
    )


def to_coordinate(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the sites to co-ordinate: of each site and neighbour the row that is farthest over its limit."""
    over = table[table["is_to_coordinate"].astype(bool)].sort_values("margin_db", kind="stable")
    first = over.drop_duplicates(["site_id", "neighbour"])
    return first.sort_values(["neighbour", "margin_db", "site_id"], kind="stable").reset_index(drop=True)

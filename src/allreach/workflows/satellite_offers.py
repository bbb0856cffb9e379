"""What satellites offer to the places of a country, for its plan."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach.io import constellation_files, satellite_files
from allreach.io.country_folder import Country
from allreach.io.itu_climate import climate
from allreach.io.satellite_files import CONSTELLATION_FILE, SATELLITES_FILE, TERMINALS_FILE
from allreach.progress import Progress
from allreach.satellite import geometry, horizon, link_budget, orbits, service, visibility
from allreach.satellite.satellite_data import Satellite
from allreach.satellite.service import SatelliteOffer

PLAN_STEP_S: Final = 60.0  # for a plan all places are watched


def offers(country: Country, folder: Path, progress: Progress | None = None) -> tuple[SatelliteOffer, ...]:
    """Return what satellites offer to the places of a country, for its plan.

    ``DIR/satellites.yaml`` holds geostationary satellites (with ``DIR/terminals.yaml``, else the assumed terminals),
    ``DIR/constellation.yaml`` a low-orbit constellation with its capacity. Without the first the plan has the generic
    geostationary service of the parameters; without the second the shells of Starlink's first generation as filed say
    where and when a satellite is in sight, and the parameters how many users a cell takes.

    Returns
    -------
    offers
        The constellation, then the satellites; places in the order of ``place_id``.
    """
    places = country.table("places").sort_values("place_id", kind="stable")
    if not len(places):
        return ()
    found = [_low_orbit_offer(country, places, folder / CONSTELLATION_FILE, progress)]
    path = folder / SATELLITES_FILE
    if path.is_file():
        found += [_geostationary_offer(country, places, sat, folder) for sat in satellite_files.read_satellites(path)]
    return tuple(found)


def _low_orbit_offer(country: Country, places: pd.DataFrame, path: Path, progress: Progress | None) -> SatelliteOffer:
    own = path.is_file()
    low = constellation_files.read_constellation(path) if own else constellation_files.filed_constellation()
    lon, lat = places.geometry.x.to_numpy(float), places.geometry.y.to_numpy(float)
    x_m, y_m = country.grid.from_lonlat(lon, lat)
    seen = visibility.watch(
        orbits.walker_positions(low.shells),
        lon,
        lat,
        altitude_km=ground_km(country, x_m, y_m),
        mask_deg=horizon.horizon_masks_deg(country.grid, country.terrain_m, x_m, y_m),
        min_elevation_deg=low.min_elevation_deg,
        gateways=low.gateways,
        gateway_elevation_deg=low.gateway_elevation_deg,
        step_s=PLAN_STEP_S,
        progress=progress,
    )
    lit = 1 if low.capacity is None else lit_cells(country, places, low.capacity.cell_km2)
    return service.low_orbit_offer(low, seen, country.config.service_standard.busy_hour_mbps, lit, use_capacity=own)


def _geostationary_offer(country: Country, places: pd.DataFrame, sat: Satellite, folder: Path) -> SatelliteOffer:
    path = folder / TERMINALS_FILE
    terminal, gateway = satellite_files.read_terminals(path) if path.is_file() else satellite_files.textbook_terminals()
    standard = country.config.service_standard
    # At most half the hours may be left out: the Recommendation knows no attenuation of more than half the year.
    time_pct = float(np.clip(100.0 * (1.0 - standard.hours_share), 0.001, 50.0))
    largest = places.sort_values(["population", "place_id"], ascending=[False, True]).iloc[0]
    up_noise, _ = link_budget.uplink_noise_over_carrier(
        sat, sat.beams[0], gateway, climate(largest.geometry.x, largest.geometry.y), min(time_pct, 5.0)
    )
    lon, lat = places.geometry.x.to_numpy(float), places.geometry.y.to_numpy(float)
    x_m, y_m = country.grid.from_lonlat(lon, lat)
    air = climate(lon, lat, ground_km(country, x_m, y_m))
    angles = geometry.geostationary(lon, lat, sat.longitude_deg, air.altitude_km)
    edge = horizon.horizon_towards_deg(country.grid, country.terrain_m, x_m, y_m, angles.azimuth_deg)
    got = link_budget.coverage(sat, terminal, air, up_noise, time_pct, edge)
    clear_db = service.beams_clear_db(sat, terminal, lon, lat, angles.range_km)
    return service.geostationary_offer(sat, got, edge, 4.0 * geometry.delay_ms(angles.range_km), clear_db)


def lit_cells(country: Country, places: pd.DataFrame, cell_km2: float) -> int:
    """Low-orbit cells with places: all are lit, and the satellites in sight share their beams among them."""
    side_m = 1000.0 * float(np.sqrt(cell_km2))
    x_m, y_m = country.grid.from_lonlat(places.geometry.x.to_numpy(float), places.geometry.y.to_numpy(float))
    return len(np.unique(np.floor(np.column_stack([x_m, y_m]) / side_m), axis=0))


def ground_km(country: Country, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ground above sea level, never below: the maps know no depressions. [km]."""
    row, col = country.grid.rowcol(x_m, y_m)
    row, col = np.clip(row, 0, country.grid.n_rows - 1), np.clip(col, 0, country.grid.n_cols - 1)
    return np.asarray(np.maximum(np.nan_to_num(country.terrain_m[row, col]), 0.0) / 1000.0, dtype=float)


def own_file(folder: Path, name: str) -> Path | None:
    """File of a country folder, if it is there."""
    path = folder / name
    return path if path.is_file() else None

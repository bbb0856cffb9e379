"""Coverage as xarray: the interface in Python to the radial engine."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from pyproj import CRS

import allreach
from allreach.errors import AllreachError, Fault
from allreach.params.load import load_params
from allreach.params.radio import Radio
from allreach.radio.antennas import NO_ANTENNAS, AntennaLibrary
from allreach.radio.coverage_maps.ground import Rasters, ground_of
from allreach.radio.coverage_maps.job import (
    NO_SERVER,
    Frame,
    Job,
    Tile,
    middle_lon_deg,
    reach_on,
    tile_coverage,
    workers,
)
from allreach.radio.coverage_maps.transmitters import SiteList, require, site_list
from allreach.radio.engine.link_budget import handset
from allreach.radio.itm_ground import ItmGround
from allreach.radio.models import COVERAGE_MODELS, MODELS, model_faults
from allreach.terrain.height_raster import Lattice
from allreach.terrain.site_ground import FINER, Ground, is_metric, own_pixel_m
from allreach.vocabulary import Evidence

RANGE_KM = (0.5, 300.0)
PIXELS_MAX = 200_000_000  # of the result in memory: 2.4 GB
WINDOW_MAX = 100_000_000  # samples around one site: 900 MB
TILE_PIXELS = 2048
UPS_SOUTH_OF_DEG, UPS_NORTH_OF_DEG = -80.0, 84.0
VARIABLES: dict[str, dict[str, str]] = {
    "rx_power_dbm": {"units": "dBm", "long_name": "received power of the strongest sector, median location and time"},
    "path_loss_db": {"units": "dB", "long_name": "basic transmission loss from the best server"},
    "best_server": {"long_name": "index along site of the strongest site; -1: none"},
    "near": {"long_name": "whether the best server is too near for the model; a short-range model stands in"},
    "n_void": {"long_name": "sites in range whose path crosses unknown terrain; they are left out"},
}


@dataclass(frozen=True)
class CoverageOptions:
    """What `coverage` can be told; see there."""

    freq_mhz: float | None = None
    range_km: float | None = None
    model: str = "itu-p1812"
    rx_height_m: float | None = None
    rx_gain_dbi: float | None = None
    pixel_m: float | None = None
    crs: str | None = None
    clutter: Rasters | None = None
    zones: Rasters | None = None
    height_unit: str | None = None
    delta_n: float = 45.0
    n0: float | None = None
    itm: ItmGround | None = None
    native: bool = True
    n_threads: int = 0
    radio: Radio | None = None
    antennas: AntennaLibrary = NO_ANTENNAS


def coverage(
    terrain: Rasters | Ground,
    sites: pd.DataFrame | Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    freq_mhz: float | None = None,
    range_km: float | None = None,
    model: str = "itu-p1812",
    rx_height_m: float | None = None,
    rx_gain_dbi: float | None = None,
    pixel_m: float | None = None,
    crs: str | None = None,
    clutter: Rasters | None = None,
    zones: Rasters | None = None,
    height_unit: str | None = None,
    delta_n: float = 45.0,
    n0: float | None = None,
    itm: ItmGround | None = None,
    native: bool = True,
    tile_pixels: int = TILE_PIXELS,
    n_threads: int = 0,
    radio: Radio | None = None,
    antennas: AntennaLibrary = NO_ANTENNAS,
) -> xr.Dataset:
    """Received power, best server and path loss around sites, each path with the terrain on it.

    Parameters
    ----------
    terrain
        Ground heights in any CRS and resolution: a DataArray (rioxarray's, or with ``.rio.write_crs``), a GeoTIFF or
        VRT, a folder of them, or a list. Files are read by windows. Feet need ``height_unit``. [m above sea level]
    sites
        Table, dictionary or list of dictionaries: ``lon_deg``, ``lat_deg`` (or a GeoDataFrame), optional ``site_id``,
        ``height_agl_m``, ``n_sectors`` (1 is omnidirectional), ``azimuth_deg``, ``downtilt_deg``, ``band_mhz``,
        ``eirp_dbm``, ``antenna`` (one of ``antennas``), ``mechanical_tilt_deg``. What is not given is filled from the
        parameters, and the attribute ``filled`` says with what.
    freq_mhz
        Frequency of all sites; otherwise their ``band_mhz``. [MHz]
    range_km
        How far each site is computed, 0.5 to 300; default of the parameters. [km]
    model
        ``itu-p1812`` (median of time and locations) or ``itm`` (Longley-Rice, each pixel by its own path).
    rx_height_m, rx_gain_dbi
        Receiving antenna above ground, and its gain less losses; default a handset outdoors. [m, dBi]
    pixel_m
        Step of samples and side of the result's pixels; default the terrain's own. [m]
    crs
        CRS of the result, in metres with ``pixel_m``; default the terrain's lattice itself, or with ``pixel_m`` the
        terrain's CRS where it is in metres, else UTM (UPS beyond 84 degrees north and 80 south).
    clutter
        Representative clutter heights above ground, a raster like ``terrain``; with P.1812 only. [m]
    zones
        Raster of P.1812 zones: 1 sea, 3 coastal land, 4 inland. Without it all is inland.
    height_unit
        ``ft`` or ``us-ft`` where heights are in feet.
    delta_n, n0
        Refractivity: lapse rate and sea-level value; n0 by default 325 (P.1812) or 301 (ITM). [N-units/km, N-units]
    itm
        Climate and ground of Longley-Rice.
    native
        Allow a projected raster in metres to be used as it is where its distances are right to 0.1 %.
    tile_pixels
        Side of the tiles that are computed at a time; the result does not depend on it.
    n_threads
        Threads, 0 for all cores; the result does not depend on it.
    radio
        Parameters; default those of allreach.
    antennas
        Measured antennas that sites may name, as `allreach.io.antenna_files.read_antennas` gives them.

    Returns
    -------
    Dataset
        On (y, x): ``rx_power_dbm``, ``path_loss_db`` (NaN where no site reaches), ``best_server`` (index along
        ``site``), ``near``, ``n_void``; with ``spatial_ref`` as rioxarray reads it, units and provenance in the
        attributes. Across 180 degrees, longitudes run on.

    Raises
    ------
    InputError
        With every fault of terrain, sites and options at once.

    Examples
    --------
    >>> import numpy as np, xarray as xr, rioxarray
    >>> from allreach.radio import coverage
    >>> x, y = 500_000 + 100.0 * np.arange(60), 5_200_000 - 100.0 * np.arange(50)
    >>> hills = xr.DataArray(
    ...     400 + 60 * np.sin(x / 900) * np.cos(y / 700)[:, None], {"y": y, "x": x}, ("y", "x")
    ... ).rio.write_crs("EPSG:32632")
    >>> found = coverage(hills, {"lon_deg": 9.04, "lat_deg": 46.93, "n_sectors": 1}, freq_mhz=800, range_km=2)
    >>> dict(found.sizes), found.rio.crs.to_epsg(), found.rx_power_dbm.attrs["units"]
    ({'y': 41, 'x': 42, 'site': 1}, 32632, 'dBm')
    >>> bool(found.rx_power_dbm.max() > -60), int(found.near.sum()) > 10
    (True, True)
    """
    options = CoverageOptions(
        freq_mhz=freq_mhz,
        range_km=range_km,
        model=model,
        rx_height_m=rx_height_m,
        rx_gain_dbi=rx_gain_dbi,
        pixel_m=pixel_m,
        crs=crs,
        clutter=clutter,
        zones=zones,
        height_unit=height_unit,
        delta_n=delta_n,
        n0=n0,
        itm=itm,
        native=native,
        n_threads=n_threads,
        radio=radio,
        antennas=antennas,
    )
    job = coverage_job(terrain, sites, options)
    frame = job.frame
    if frame.n_rows * frame.n_cols > PIXELS_MAX:
        require([_too_large(frame)])
    shape = (frame.n_rows, frame.n_cols)
    whole = Tile(
        np.empty(shape, np.float32),
        np.empty(shape, np.float32),
        np.empty(shape, np.int32),
        np.empty(shape, np.bool_),
        np.empty(shape, np.int16),
    )
    with workers(job) as pool:
        for r0, r1, c0, c1 in frame.tiles(tile_pixels):
            tile = tile_coverage(job, pool, r0, r1, c0, c1)
            for name in VARIABLES:
                getattr(whole, name)[r0:r1, c0:c1] = getattr(tile, name)
    return dataset_of_tile(job, whole, 0, frame.n_rows, 0, frame.n_cols)


def coverage_tiles(
    terrain: Rasters | Ground,
    sites: pd.DataFrame | Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    tile_pixels: int = TILE_PIXELS,
    **options: Any,
) -> Iterator[xr.Dataset]:
    """Coverage tile by tile, for results that do not fit into memory; options as in `coverage`.

    Yields
    ------
    Dataset
        As `coverage` returns, for one tile; tiles without any site in reach are left out.
    """
    job = coverage_job(terrain, sites, CoverageOptions(**options))
    boxes = job.boxes
    with workers(job) as pool:
        for window in job.frame.tiles(tile_pixels):
            r0, r1, c0, c1 = window
            if ((boxes[:, 0] < r1) & (boxes[:, 1] > r0) & (boxes[:, 2] < c1) & (boxes[:, 3] > c0)).any():
                yield dataset_of_tile(job, tile_coverage(job, pool, *window), *window)


def coverage_job(
    terrain: Rasters | Ground,
    sites: pd.DataFrame | Mapping[str, Any] | Sequence[Mapping[str, Any]],
    asked: CoverageOptions,
) -> Job:
    """Check everything that `coverage` is given, and say what is to be computed."""
    radio, pixel_m = asked.radio or load_params().radio, asked.pixel_m
    faults: list[Fault] = []
    try:
        ground = ground_of(terrain, asked.clutter, asked.zones, height_unit=asked.height_unit)
    except AllreachError as error:
        faults += getattr(error, "faults", []) or [Fault("terrain", str(error))]
        ground = Ground(())
    terminal = handset(radio)
    height_m = terminal.height_m if asked.rx_height_m is None else float(asked.rx_height_m)
    range_m = 1000.0 * (radio.range_km.value if asked.range_km is None else float(asked.range_km))
    itm = asked.itm or ItmGround()
    faults += model_faults(asked.model, COVERAGE_MODELS, {"rx_height_m": height_m}, itm)
    known = MODELS.get(asked.model, MODELS["itu-p1812"])
    listed, more = site_list(sites, radio, freq_mhz=asked.freq_mhz, model_mhz=known.freq_mhz, antennas=asked.antennas)
    faults += [*more, *_option_faults(range_m, asked.delta_n, pixel_m)]
    if asked.clutter is not None and not known.knows_clutter:
        what = f"none: {known.reference} knows no clutter on the path"
        faults.append(Fault("clutter", f"with model {asked.model}", what))
    target = None if asked.crs is None else _metric_crs(asked.crs, pixel_m, faults)
    require(faults)
    middle = middle_lon_deg(listed.table["lon_deg"].to_numpy())
    centre_lat = float(np.sort(listed.table["lat_deg"].to_numpy()).mean())
    step = own_pixel_m(ground, middle, centre_lat) if pixel_m is None else float(pixel_m)
    require(_window_faults(range_m, step))
    frame = _frame(ground.heights[0], listed, range_m, None if pixel_m is None else step, target, middle, centre_lat)
    # one step for all sites; a projected raster in metres that is used as it is brings its own, the same one
    is_own = pixel_m is None and asked.native and is_metric(CRS.from_user_input(ground.heights[0].crs))
    return Job(
        ground=ground,
        sites=listed,
        radio=_with_range_and_height(radio, range_m / 1000.0, height_m),
        frame=frame,
        model=asked.model,
        range_m=range_m,
        pixel_m=None if is_own else step,
        rx_height_m=height_m,
        rx_gain_db=terminal.gain_dbi if asked.rx_gain_dbi is None else float(asked.rx_gain_dbi),
        delta_n=float(asked.delta_n),
        n0=known.n0 if asked.n0 is None else float(asked.n0),
        itm=itm,
        native=asked.native,
        n_threads=asked.n_threads,
    )


def _with_range_and_height(radio: Radio, range_km: float, height_m: float) -> Radio:
    """Parameters with the range and the handset's height that are asked for."""
    return radio.model_copy(
        update={
            "range_km": radio.range_km.model_copy(update={"value": range_km}),
            "handset_height_m": radio.handset_height_m.model_copy(update={"value": height_m}),
        }
    )


def _option_faults(range_m: float, delta_n: float, pixel_m: float | None) -> list[Fault]:
    """Numbers that are not possible."""
    faults = []
    if not RANGE_KM[0] <= range_m / 1000.0 <= RANGE_KM[1]:
        faults.append(Fault("range_km", f"{range_m / 1000.0:g}", f"{RANGE_KM[0]:g} to {RANGE_KM[1]:g} km"))
    if not 0.0 <= delta_n <= 156.0:
        faults.append(Fault("delta_n", f"{delta_n:g}", "0 to 156 N-units/km"))
    if pixel_m is not None and not 0.0 < pixel_m <= range_m:
        faults.append(Fault("pixel_m", f"{pixel_m:g}", "more than 0 m and no more than the range"))
    return faults


def _window_faults(range_m: float, step_m: float) -> list[Fault]:
    """Whether the samples around one site are more than memory takes."""
    if (2.0 * FINER * range_m / step_m) ** 2 <= WINDOW_MAX:
        return []
    most_m = 0.5 * math.sqrt(WINDOW_MAX) * step_m / FINER
    what, most = f"{range_m / 1000.0:g} km in steps of {step_m:.3g} m", f"{most_m / 1000.0:.3g} km at most"
    return [Fault("range_km", what, most, "Take a shorter range or a longer pixel_m")]


def dataset_of_tile(job: Job, tile: Tile, r0: int, r1: int, c0: int, c1: int) -> xr.Dataset:
    """Put coordinates, CRS, units and provenance to the arrays of a window."""
    import rioxarray  # noqa: F401  (gives datasets their accessor .rio)

    frame, table = job.frame, job.sites.table
    is_geographic = CRS.from_user_input(frame.crs).is_geographic
    unit, axis = ("degrees", ("longitude", "latitude")) if is_geographic else ("metre", ("easting", "northing"))
    found = xr.Dataset(
        {name: (("y", "x"), getattr(tile, name), attrs) for name, attrs in VARIABLES.items()},
        coords={
            "y": ("y", frame.y(r0, r1), {"units": unit, "long_name": axis[1]}),
            "x": ("x", frame.x(c0, c1), {"units": unit, "long_name": axis[0]}),
            "site": ("site", job.sites.site_id),
            **{f"site_{name}": ("site", table[name].to_numpy()) for name in table.columns},
        },
    )
    n_void = int((tile.n_void > 0).sum())
    lost = int(((tile.n_void > 0) & (tile.best_server == NO_SERVER)).sum())
    found.attrs = {
        "title": "Coverage of sites",
        "model": MODELS[job.model].reference,
        "model_name": job.model,
        "terrain": "; ".join(sorted({m.name for h in job.ground.heights for m, _, _ in h.members})),
        "clutter": "on the paths" if job.ground.clutter else "none",
        "zones": "given" if job.ground.zones else "all inland",
        "range_km": job.range_m / 1000.0,
        "sampling_m": job.ground.heights[0].dx if job.pixel_m is None else job.pixel_m,
        "rx_height_m": job.rx_height_m,
        "rx_gain_dbi": job.rx_gain_db,
        "delta_n": job.delta_n,
        "n0": job.n0,
        "n_void_pixels": n_void,
        "n_pixels_without_server_for_voids": lost,
        "filled": ", ".join(f"{name} = {value:g}" for name, value in job.sites.filled.items()) or "nothing",
        "evidence": Evidence.MODELLED.value,
        "source": f"allreach {allreach.__version__}",
    }
    for name in ("rx_power_dbm", "path_loss_db"):
        found[name].encoding["_FillValue"] = np.nan
    placed: xr.Dataset = found.rio.set_spatial_dims("x", "y").rio.write_crs(frame.crs)
    return placed


def _frame(
    lattice: Lattice,
    sites: SiteList,
    range_m: float,
    pixel_m: float | None,
    crs: CRS | None,
    middle_deg: float,
    centre_lat_deg: float,
) -> Frame:
    own = CRS.from_user_input(lattice.crs)
    if pixel_m is None:
        text, dx, dy, x_0, y_0 = lattice.crs, lattice.dx, lattice.dy, lattice.x_0, lattice.y_0
    else:
        target = crs or (own if is_metric(own) else CRS.from_user_input(utm_or_ups(middle_deg, centre_lat_deg)))
        text = target.to_wkt()
        on_lattice = target == own and abs(lattice.dx / pixel_m - 1.0) < 1e-9
        dx = dy = pixel_m
        x_0, y_0 = (lattice.x_0, lattice.y_0) if on_lattice else (0.0, 0.0)
    boxes = np.array(
        [reach_on(text, lon, lat, range_m, middle_deg) for lon, lat in sites.table[["lon_deg", "lat_deg"]].to_numpy()]
    )
    c0, c1 = math.floor((boxes[:, 0].min() - x_0) / dx), math.ceil((boxes[:, 2].max() - x_0) / dx)
    r0, r1 = math.floor((y_0 - boxes[:, 3].max()) / dy), math.ceil((y_0 - boxes[:, 1].min()) / dy)
    return Frame(text, x_0 + c0 * dx, y_0 - r0 * dy, dx, dy, r1 - r0, c1 - c0)


def utm_or_ups(lon_deg: float, lat_deg: float) -> str:
    """CRS of the UTM zone of a point, or of UPS beyond 84 degrees north and 80 degrees south.

    Zones are six degrees wide, as the EPSG register has them; on the line between two the eastern one, on the equator
    the northern one.
    """
    if not UPS_SOUTH_OF_DEG <= lat_deg <= UPS_NORTH_OF_DEG:
        return "EPSG:32661" if lat_deg > 0 else "EPSG:32761"
    zone = math.floor((lon_deg + 180.0) % 360.0 / 6.0) + 1
    return f"EPSG:{(32600 if lat_deg >= 0 else 32700) + zone}"


def _metric_crs(crs: str, pixel_m: float | None, faults: list[Fault]) -> CRS | None:
    try:
        target = CRS.from_user_input(crs)
    except Exception as error:  # pyproj raises several kinds
        faults.append(Fault("crs", f"{crs!r}: {error}", "an EPSG code, WKT or PROJ text"))
        return None
    if not is_metric(target):
        faults.append(Fault("crs", f"{crs!r} is not in metres", "a projected CRS in metres"))
    if pixel_m is None:
        faults.append(Fault("crs", "without pixel_m", "the side of the result's pixels", "Give pixel_m"))
    return target


def _too_large(frame: Frame) -> Fault:
    return Fault(
        "result",
        f"{frame.n_rows:,} x {frame.n_cols:,} pixels",
        f"{PIXELS_MAX:,} in memory at most",
        "Take coverage_tiles, or a longer pixel_m",
    )


__all__ = ["CoverageOptions", "coverage", "coverage_job", "coverage_tiles", "dataset_of_tile", "utm_or_ups"]

"""Measured path losses beside the prediction, blind and calibrated: python benchmarks/measured_sets.py [FOLDER].

Reads the published campaigns in FOLDER/radio (and the terrain in FOLDER/lebanon), by default those of ../shared/data,
and says so where there are none. For every campaign: mean, standard deviation and root mean square of measured less
predicted power, one median a spot; without clutter, with the class height of the parameters, and calibrated, each block
of ground predicted from the others; the share of spots inside intervals that should hold nine of ten; what was fitted.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from rasterio.warp import Resampling, reproject

from allreach import tables
from allreach.grid import Grid
from allreach.params.country_config import ServiceStandard
from allreach.params.load import load_params
from allreach.params.radio import Radio
from allreach.radio.calibration import BandCalibration, Spots
from allreach.radio.engine.link_budget import Terminal, handset
from allreach.radio.engine.reception import Environment
from allreach.radio.engine.strongest_paths import strongest_paths
from allreach.radio.fitting.choice import NINE_OF_TEN, calibration
from allreach.radio.sites import site_arrays
from allreach.terrain.terrain import Terrain
from allreach.vocabulary import Zone

SHARED = Path(__file__).parents[2] / "shared" / "data"
PIXEL_M = 50.0
EDGE_M = 2_000.0
BLOCKS = 12.0  # blocks along the longer side of a campaign: some of them are small beside a country's
BACK_DB = 30.0  # front-to-back ratio: what a pattern takes off at most


@dataclass(frozen=True)
class Campaign:
    """One campaign: one row a spot, ``mast_*`` and ``lon_deg``, ``lat_deg``, ``height_m``, ``loss_db``, ``n``.

    Parameters
    ----------
    clutter_class
        Class that the place's name says, as in the parameters.
    is_level
        Without terrain: level ground.
    """

    name: str
    freq_mhz: float
    spots: pd.DataFrame
    clutter_class: int
    own_clutter_m: float
    is_level: bool


def campaigns(folder: Path) -> Iterator[Campaign]:
    """Read the campaigns that are there."""
    lebanon = pd.read_csv(folder / "lebanon_lorawan_868.csv")
    lebanon = lebanon[lebanon["tx_height_m"] >= 1.0]
    for area, name, kind in (("bekaa_rural", "Bekaa 868", 2), ("beirut_urban", "Beirut 868", 4)):
        yield _campaign(name, lebanon[lebanon["area"] == f"lebanon_{area}"], kind, mast="rx", level=False)
    yield _campaign("Ota 1800", pd.read_csv(folder / "ota_nigeria_gsm1800.csv"), 3)
    yield _campaign("Kano 2140", pd.read_csv(folder / "kano_nigeria_umts2100.csv"), 4)
    recife = pd.read_csv(folder / "recife_gsm1800.csv")
    pattern_db = (recife["pattern_loss_vertical_db"] + recife["pattern_loss_horizontal_db"]).clip(upper=BACK_DB)
    recife = recife.assign(
        path_loss_db=recife["path_loss_db"] - pattern_db, rx_height_m=1.5, clutter_height_m=15.0, freq_mhz=1850.0
    )
    for mast, rows in recife.groupby("BTS_ID"):
        yield _campaign(f"Recife 1850 {mast}", rows, 4)


def _campaign(name: str, rows: pd.DataFrame, kind: int, *, mast: str = "tx", level: bool = True) -> Campaign:
    end = "rx" if mast == "tx" else "tx"
    names = {
        f"{mast}_lon": "mast_lon_deg",
        f"{mast}_lat": "mast_lat_deg",
        f"{mast}_height_m": "mast_height_m",
        f"{end}_lon": "lon_deg",
        f"{end}_lat": "lat_deg",
        f"{end}_height_m": "height_m",
    }
    rows = rows.rename(columns=names)
    spots = rows.groupby(list(names.values()))["path_loss_db"].agg(loss_db="median", n="size").reset_index()
    freq_mhz, own_m = float(rows["freq_mhz"].iloc[0]), float(rows["clutter_height_m"].iloc[0])
    return Campaign(name, freq_mhz, spots, kind, own_m, level)


def ground_of(one: Campaign, folder: Path, clutter_m: float) -> Terrain:
    """Terrain around a campaign, of one clutter height."""
    spots = one.spots
    zone = int((spots["lon_deg"].mean() + 180.0) // 6.0) + 1
    crs = f"EPSG:{32600 if spots['lat_deg'].mean() > 0 else 32700}"[:-2] + f"{zone:02d}"
    probe = Grid(1, 1, 0.0, 0.0, PIXEL_M, crs)
    ends = [probe.from_lonlat(spots[f"{end}lon_deg"], spots[f"{end}lat_deg"]) for end in ("", "mast_")]
    x_m, y_m = (np.concatenate(both) for both in zip(*ends, strict=True))
    n_cols, n_rows = (int((np.ptp(v) + 2.0 * EDGE_M) / PIXEL_M) + 1 for v in (x_m, y_m))
    grid = Grid(n_rows, n_cols, float(x_m.min() - EDGE_M), float(y_m.max() + EDGE_M), PIXEL_M, crs)
    ground_m = np.zeros(grid.shape, dtype=np.float32)
    if not one.is_level:
        with rasterio.open(folder / "lebanon" / "dem_srtm3_n33e035.tif") as source:
            reproject(
                rasterio.band(source, 1),
                ground_m,
                dst_transform=grid.transform,
                dst_crs=crs,
                resampling=Resampling.bilinear,
                dst_nodata=np.nan,
            )
    everywhere = np.full(grid.shape, clutter_m, dtype=np.float32)
    return Terrain(grid, ground_m, everywhere, np.full(grid.shape, Zone.INLAND, dtype=np.uint8))


def spots_of(one: Campaign, folder: Path, clutter_m: float, radio: Radio) -> Spots:
    """Compare a campaign with the prediction: both as power of a transmitter of 0 dBm without gains."""
    ground = ground_of(one, folder, clutter_m)
    grid, environment = ground.grid, Environment(ground, radio, ServiceStandard(), n_threads=2)
    parts = []
    for key, rows in one.spots.groupby(["mast_lon_deg", "mast_lat_deg", "mast_height_m", "height_m"]):
        mast = gpd.GeoDataFrame(
            {
                "site_id": ["M"],
                "height_agl_m": [key[2]],
                "n_sectors": [1],
                "band_mhz": [one.freq_mhz],
                "eirp_dbm": [0.0],
            },
            geometry=gpd.points_from_xy([key[0]], [key[1]]),
            crs=tables.CRS,
        )
        arrays = site_arrays(tables.conform(mast, "sites"), grid, radio)
        arrays = replace(arrays, downtilt_deg=np.zeros(1), band_mhz=np.array([one.freq_mhz]), eirp_dbm=np.zeros(1))
        x_m, y_m = grid.from_lonlat(rows["lon_deg"], rows["lat_deg"])
        terminal = replace(handset(radio), height_m=float(key[3]), gain_dbi=0.0)
        assert isinstance(terminal, Terminal)
        near = strongest_paths(x_m, y_m, arrays, environment, terminal, 1)
        band = int(np.searchsorted(arrays.bands_mhz(), one.freq_mhz))
        n = len(rows)
        parts.append(
            Spots(
                band_mhz=np.full(n, one.freq_mhz),
                x_m=x_m,
                y_m=y_m,
                clutter_m=np.full(n, clutter_m),
                measured_dbm=-rows["loss_db"].to_numpy(float),
                floor_dbm=np.full(n, -np.inf),
                n_tests=rows["n"].to_numpy(np.int64),
                power_dbm=-near.loss_db[band],
                distance_m=near.distance_m[band],
                loss_db=near.loss_db[band],
            )
        )
    return Spots(*(np.concatenate(column, axis=-1) for column in zip(*(vars(p).values() for p in parts), strict=True)))


def block_km(spots: Spots) -> float:
    """Edge of blocks that cut a campaign's longer side into `BLOCKS`."""
    return float(max(np.ptp(spots.x_m), np.ptp(spots.y_m)) / 1000.0 / BLOCKS)


def calibrated(spots: Spots, radio: Radio) -> BandCalibration:
    """Calibrate on a campaign, with blocks that fit its size."""
    side = replace_value(radio, "calibration_block_km", block_km(spots))
    (found,) = calibration(spots, int(spots.n_tests.sum()), replace_value(side, "drive_tests_min", 2.0)).bands
    return found


def replace_value(radio: Radio, name: str, value: float) -> Radio:
    """Same parameters with another value of one."""
    quantity = getattr(radio, name)
    return radio.model_copy(update={name: quantity.model_copy(update={"value": value})})


def blind_share(spots: Spots, radio: Radio) -> float:
    """Share of spots inside the interval that should hold nine of ten without any test of the place."""
    has_clutter = bool((spots.clutter_m > 0.0).any())
    bias = radio.model_bias_sigma_db if has_clutter else radio.model_bias_bare_sigma_db
    sigma_db = np.sqrt(bias.value**2 + radio.model_regional_sigma_db.value**2 + radio.model_sigma_db.value**2)
    return float(np.mean(np.abs(spots.error_db) <= NINE_OF_TEN * sigma_db))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=SHARED)
    folder = parser.parse_args().folder
    if not (folder / "radio").is_dir():
        print(f"{folder / 'radio'}: no measured sets there; nothing was compared")
        return
    radio = load_params().radio
    for one in campaigns(folder / "radio"):
        heights = {"none": 0.0, "class": radio.clutter_heights_m()[one.clutter_class], "own": one.own_clutter_m}
        for word, clutter_m in heights.items():
            spots = spots_of(one, folder, clutter_m, radio)
            found = calibrated(spots, radio)
            b, a = found.before, found.after
            print(
                f"{one.name:20s} {word:5s} {clutter_m:4.0f} m  {b.n_spots:4d} spots {found.n_blocks:3d} blocks of "
                f"{block_km(spots):.2f} km  before {b.mean_db:+6.1f}/{b.sigma_db:4.1f}/{b.rmse_db:4.1f}  after "
                f"{a.mean_db:+5.1f}/{a.sigma_db:4.1f}/{a.rmse_db:4.1f}  in 90 %: blind "
                f"{100 * blind_share(spots, radio):5.1f} %, after {100 * found.held_share:5.1f} %  local "
                f"{found.local_sigma_db:.1f} field {found.field_sigma_db:.1f} dB over {found.field_length_km:.2f} km  "
                f"{found.name} {found.why_not}"
            )
            for step in found.steps:
                print(f"    {step.name:45s} {step.rmse_db:5.2f} {'taken' if step.is_taken else ''}")
            c = found.correction
            print(f"    offset {c.offset_db:+.1f} slope {c.slope_db:+.1f} share {c.excess_share:+.2f}")


if __name__ == "__main__":
    main()

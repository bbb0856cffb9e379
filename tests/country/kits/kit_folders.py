"""Small kits of Luxembourg, made for the tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import yaml
from affine import Affine

WEST, NORTH, STEP = 5.4, 50.5, 1.0 / 120.0  # Luxembourg and 60 km around it
SHAPE = (180, 190)
SAID = {"source": "a test", "licence": "CC0", "date": "2020", "evidence": "open"}
PLACES = (
    "place_id,name,population,lon,lat\na,Alpha,400000,6.13,49.61\nb,Beta,150000,6.0,49.85\nc,Gamma,50000,6.25,49.7\n"
)


def heights(seed: int = 0) -> np.ndarray:
    """Hills of some kilometres, 200 to 600 m."""
    r, c = np.meshgrid(np.arange(SHAPE[0]), np.arange(SHAPE[1]), indexing="ij")
    return (400.0 + 120.0 * np.sin(r / 4.0 + seed) + 80.0 * np.cos(c / 5.0)).astype(np.float32)


def write_raster(path: Path, values: np.ndarray, step: float = STEP) -> None:
    """GeoTIFF in longitude and latitude, every 30 seconds unless said."""
    profile = {
        "driver": "GTiff",
        "height": values.shape[0],
        "width": values.shape[1],
        "count": 1,
        "dtype": values.dtype,
        "crs": "EPSG:4326",
        "transform": Affine(step, 0.0, WEST, 0.0, -step, NORTH),
    }
    with rasterio.open(path, "w", **profile) as out:
        out.write(values, 1)


def layer(name: str, file: str, **more: Any) -> dict[str, Any]:
    """Entry of a kit.yaml with its provenance."""
    return {"layer": name, "file": file, **SAID, **more}


def places_layer(**more: Any) -> dict[str, Any]:
    """Entry for `PLACES`."""
    return layer("places", "places.csv", map={"lon": "lon", "lat": "lat"}, **more)


def write_kit(
    folder: Path, layers: list[dict[str, Any]], files: Mapping[str, str | np.ndarray] | None = None, **head: Any
) -> Path:
    """Folder of a kit."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (files or {}).items():
        if isinstance(content, str):
            (folder / name).write_text(content, encoding="utf-8")
        else:
            write_raster(folder / name, content)
    text = {"iso3": "LUX", "name": folder.name + " kit", "date": "2026-01", "layers": layers} | head
    (folder / "kit.yaml").write_text(yaml.safe_dump(text, sort_keys=False), encoding="utf-8")
    return folder

"""The maps come from private files of another package: each is the one that was tested with, or none."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from allreach.errors import DataMissingError
from allreach.io import itu_maps


@pytest.fixture(autouse=True)
def fresh_maps():
    itu_maps._crops.cache_clear()
    yield
    itu_maps._crops.cache_clear()


def every_map():
    named = {value.name for value in vars(itu_maps).values() if isinstance(value, itu_maps.MapFile)}
    months = {f(m).name for f in (itu_maps.month_temperature, itu_maps.month_rainfall) for m in range(1, 13)}
    times = {itu_maps.liquid_water(t).name for t in itu_maps.TIMES_PCT}
    kinds = ("rho", "v", "vsch")
    return named | months | times | {itu_maps._p836(f"{k}_{itu_maps._number(t)}").name for k in kinds
                                     for t in itu_maps.TIMES_PCT}  # fmt: skip


def test_every_map_that_is_read_has_its_checksum():
    assert {f"{name}.npz" for name in every_map()} == set(itu_maps._checksums())
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in itu_maps._checksums().values())


def test_the_version_is_pinned():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"itur=={itu_maps.ITUR_VERSION}" in project["dependencies"]


def test_another_map_is_refused(tmp_path, monkeypatch):
    path = tmp_path / f"{itu_maps.ROUGHNESS.name}.npz"
    path.parent.mkdir(parents=True)
    np.savez(path, np.zeros((361, 721)))
    assert np.isfinite(itu_maps.map_values(itu_maps.ROUGHNESS, [49.0], [40.0])).all()
    itu_maps._crops.cache_clear()
    monkeypatch.setattr(itu_maps, "_folder", lambda: tmp_path)
    with pytest.raises(DataMissingError, match="not the map that this version was tested with"):
        itu_maps.map_values(itu_maps.ROUGHNESS, [49.0], [40.0])
    with pytest.raises(DataMissingError, match="is missing"):
        itu_maps.map_values(itu_maps.ZERO_HEIGHT, [49.0], [40.0])


@pytest.mark.parametrize(
    "file", [itu_maps.TOPOGRAPHY, itu_maps.RAIN_RATE_001, itu_maps.TEMPERATURE, itu_maps.ZERO_HEIGHT]
)
def test_a_value_does_not_depend_on_what_else_is_asked(file: itu_maps.MapFile) -> None:
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(-180.0, 180.0, 40), rng.uniform(-89.0, 89.0, 40)
    alone = np.array([itu_maps.map_values(file, [a], [b])[0] for a, b in zip(lon, lat, strict=True)])
    itu_maps._crops.cache_clear()
    np.testing.assert_allclose(itu_maps.map_values(file, lon, lat), alone, rtol=1e-12, atol=1e-9)


def test_places_near_each_other_read_a_map_once(monkeypatch) -> None:
    reads: list[itu_maps.Window] = []
    read = itu_maps._read_crop
    monkeypatch.setattr(itu_maps, "_read_crop", lambda file, window: (reads.append(window), read(file, window))[1])
    itu_maps.map_values(itu_maps.RAIN_RATE_001, [44.8, 50.4], [38.4, 41.9])
    itu_maps.map_values(itu_maps.RAIN_RATE_001, [49.9], [40.4])
    itu_maps.map_values(itu_maps.RAIN_RATE_001, [10.0], [50.0])
    assert len(reads) == 2

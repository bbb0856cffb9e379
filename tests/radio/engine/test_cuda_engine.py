"""The CUDA engine against the processor's, under numba's simulator; refusals where there is no device for it."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pytest
from numba import cuda

from allreach.errors import DeviceError
from allreach.io.antenna_files import antenna_of_text
from allreach.radio.antennas import AntennaLibrary
from allreach.radio.device import cuda_state, require_device
from allreach.radio.engine.link_budget import handset
from allreach.radio.engine.reception import Environment
from allreach.radio.engine.servers import strongest_servers
from allreach.radio.engine.sweep import serve_by_sweep
from allreach.radio.sites import site_arrays
from antenna_texts import msi_text

SCRIPT = Path(__file__).with_name("cuda_simulated.py")
NO_DEVICE = not cuda.is_available()


def test_the_simulated_device_gives_the_processors_map(
    sites_at: Callable[..., gpd.GeoDataFrame], environment: Environment, tmp_path: Path
) -> None:
    frame = sites_at(
        [504_030.0, 506_130.0, 511_000.0],
        [4_497_010.0, 4_493_870.0, 4_490_000.0],
        n_sectors=[3, 1, 3],
        antenna=["", "", "PANEL"],
        mechanical_tilt_deg=[0.0, 0.0, 2.0],
    )
    antennas = AntennaLibrary.of([antenna_of_text(msi_text(), "PANEL.msi")])
    sites = site_arrays(frame, environment.terrain.grid, environment.radio, antennas=antennas)
    sites = sites.upgraded(np.array([True, False, True]))
    grid = environment.terrain.grid
    ground = environment.terrain.ground_m.copy()
    ground[:, 44] = np.nan
    ground[20, 10:16] = np.nan
    torn = replace(environment, terrain=replace(environment.terrain, ground_m=ground))
    row, col = np.mgrid[0 : grid.n_rows : 3, 0 : grid.n_cols : 3].reshape(2, -1)
    x_m, y_m = grid.xy_m(row, col)
    terminals = [handset(torn.radio), handset(torn.radio, indoors=True)]
    expected = serve_by_sweep(x_m, y_m, sites, torn, terminals)
    assert expected[0].n_void.sum() > 100
    assert expected[0].is_near.any()
    servers = strongest_servers(x_m, y_m, sites, torn, terminals[0], n_servers=2)
    assert (servers.site[1] >= 0).any()

    scene, out = tmp_path / "scene.pickle", tmp_path / "found.npz"
    scene.write_bytes(pickle.dumps((x_m, y_m, sites, torn, terminals)))
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(scene), str(out)],
        env=os.environ | {"NUMBA_ENABLE_CUDASIM": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = np.load(out)
    assert found["one_done"].tolist() == [0, 3]
    assert found["many_done"].tolist() == [0, 1, 2, 3]
    for launches in ("one", "many"):
        for t, by_processor in (("0", expected[0]), ("1", expected[1]), ("servers", servers)):
            for field in fields(by_processor):
                own, other = getattr(by_processor, field.name), found[f"{launches}_{t}_{field.name}"]
                if own.dtype.kind == "f":
                    np.testing.assert_allclose(other, own, rtol=1e-7, atol=1e-6, err_msg=field.name)
                else:
                    np.testing.assert_array_equal(other, own, err_msg=field.name)


@pytest.mark.skipif(not NO_DEVICE, reason="there is a CUDA device")
def test_without_a_device_cuda_is_refused_with_what_to_do() -> None:
    with pytest.raises(DeviceError, match=r"--device cuda: no CUDA device: .*\. Install an NVIDIA driver"):
        require_device("cuda")


@pytest.mark.parametrize("device", ["gpu", pytest.param("cuda", marks=pytest.mark.skipif(not NO_DEVICE, reason="one"))])
def test_a_map_is_never_computed_elsewhere_than_asked(
    sites_at: Callable[..., gpd.GeoDataFrame], environment: Environment, device: str
) -> None:
    sites = site_arrays(sites_at([504_030.0], [4_497_010.0]), environment.terrain.grid, environment.radio)
    asked = replace(environment, device=device)
    with pytest.raises(DeviceError, match=f"--device {device}"):
        serve_by_sweep(np.array([505_000.0]), np.array([4_496_000.0]), sites, asked, [handset(environment.radio)])


def test_an_unknown_device_is_refused_and_the_processor_is_not() -> None:
    require_device("cpu")
    with pytest.raises(DeviceError, match="one of cpu, cuda"):
        require_device("gpu")


@pytest.mark.parametrize(("ratio", "is_usable"), [(2, True), (32, False), (64, False)])
def test_a_device_with_slow_float64_is_refused(monkeypatch: pytest.MonkeyPatch, ratio: int, is_usable: bool) -> None:
    device = SimpleNamespace(SINGLE_TO_DOUBLE_PRECISION_PERF_RATIO=ratio, name=b"Some Card")
    monkeypatch.setattr(cuda, "is_available", lambda: True)
    monkeypatch.setattr(cuda, "get_current_device", lambda: device, raising=False)
    state = cuda_state()
    assert state.is_usable is is_usable
    assert "Some Card" in state.found
    if not is_usable:
        with pytest.raises(DeviceError, match=rf"1/{ratio} .*float64 only.*A100"):
            require_device("cuda")


def test_a_driver_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("Error at driver init:\n\nCUDA_ERROR_SYSTEM_NOT_READY. Look it up\n:")

    monkeypatch.setattr(cuda, "is_available", lambda: True)
    monkeypatch.setattr(cuda, "get_current_device", fail, raising=False)
    assert cuda_state().found == "CUDA cannot be used: CUDA_ERROR_SYSTEM_NOT_READY"

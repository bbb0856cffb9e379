"""P.1511 map and seeded detail."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from allreach.country.sketch import noise as noise
from allreach.country.sketch import terrain as terrain


def test_the_map_is_read_without_importing_itur() -> None:
    code = (
        "import sys; from allreach.country.sketch.terrain import map_heights_m;"
        "assert map_heights_m().shape == (2164, 4324); assert not {'itur', 'astropy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("lat_deg", "lon_deg", "height_m"), [(41.625, 50.625, -29.0), (0.0, -30.0, 0.0), (-1.0417, 32.875, 1134.0)]
)
def test_nodes_are_where_they_should_be(lat_deg: float, lon_deg: float, height_m: float) -> None:
    heights = terrain.map_heights_m()
    assert heights[round((90.125 - lat_deg) * 12), round((lon_deg + 180.125) * 12)] == height_m


def test_the_caspian_is_the_only_sea_below_zero() -> None:
    nodes = terrain.caspian_nodes()

    def is_caspian(lat_deg: float, lon_deg: float) -> bool:
        return bool(nodes[round((90.125 - lat_deg) * 12), round((lon_deg + 180.125) * 12)])

    assert is_caspian(40.3, 50.0)  # Baku bay
    assert is_caspian(45.0, 50.0)
    assert not is_caspian(43.0, 34.0)  # Black Sea
    assert not is_caspian(31.5, 35.5)  # Dead Sea
    assert not is_caspian(45.2, 36.6)  # Kerch


def test_detail_has_mean_zero_and_spread_one() -> None:
    values = np.array(
        [noise.detail(1997.3 * i, 2103.7 * j, 12_000.0, 0.574, 0) for i in range(120) for j in range(120)]
    )
    assert abs(values.mean()) < 0.05
    assert 0.95 < values.std() < 1.05


def test_gradient_noise_is_zero_on_its_lattice_and_smooth() -> None:
    assert noise.gradient_noise(7.0, -3.0, 5) == 0.0
    a, b = noise.gradient_noise(0.4, 0.6, 5), noise.gradient_noise(0.4 + 1e-6, 0.6, 5)
    assert a != 0.0
    assert abs(a - b) < 1e-5


def test_hashes_are_uniform_and_depend_on_seed_salt_and_cell() -> None:
    rows, cols = (a.ravel().astype(np.int64) for a in np.mgrid[-50:50, -50:50])
    u = noise.hash_cells(rows, cols, 1, salt=2)
    assert ((u > 0) & (u < 1)).all()
    assert abs(u.mean() - 0.5) < 0.01
    assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 0.03
    assert len(np.unique(u)) == len(u)
    assert (u != noise.hash_cells(rows, cols, 2, salt=2)).all()
    assert (u != noise.hash_cells(rows, cols, 1, salt=3)).all()
    assert noise.hash_cells(rows[::-1], cols[::-1], 1, salt=2).tolist() == u[::-1].tolist()


def test_lakes_are_known_by_equal_nodes_among_hills_and_wide_ones_anywhere() -> None:
    from allreach.params.load import load_params

    rules = load_params().sketch
    nodes = np.arange(400.0).reshape(20, 20) * 7.0
    nodes[4:6, 4:6] = 1000.0  # four equal nodes among hills
    nodes[6, 5] = 1000.5  # an arm
    sea = np.zeros(nodes.shape, dtype=bool)
    lake = terrain._lake_nodes(nodes, sea, rules)
    assert np.argwhere(lake).tolist() == [[4, 4], [4, 5], [5, 4], [5, 5], [6, 5]]
    plain = np.arange(400.0).reshape(20, 20) * 0.01
    plain[4:6, 4:6] = 5.0  # chance in a plain
    assert not terrain._lake_nodes(plain, sea, rules)[4:6, 4:6].any()
    plain[10:13, 10:13] = 9.0
    assert terrain._lake_nodes(plain, sea, rules)[10:13, 10:13].all()
    assert not terrain._lake_nodes(plain, ~sea, rules).any()

"""Seeded noise of a sketch: hashes of whole coordinates, so that any piece equals the same piece of the whole."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import jit

N_OCTAVES = 6
RIDGE, DETAIL_SD = 0.14, 0.132  # mean of a ridged octave, spread of the sum: calibrated in the tests


@jit
def hash_u64(ix: Any, iy: Any, salt: Any) -> Any:
    """Mix two whole coordinates and a salt into 64 bits (splitmix64's finaliser after a round for each)."""
    z = np.uint64(ix) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt)
    z = (z ^ (z >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
    z = z + np.uint64(iy) * np.uint64(0xC2B2AE3D27D4EB4F)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@jit
def _hash_many(rows: NDArray, cols: NDArray, salt: Any, out: NDArray) -> None:
    for i in range(len(out)):
        out[i] = (float(hash_u64(rows[i], cols[i], salt) >> np.uint64(11)) + 0.5) / 9007199254740992.0


def hash_cells(rows: NDArray[np.int64], cols: NDArray[np.int64], seed: int, *, salt: int) -> NDArray[np.float64]:
    """Uniform numbers in (0, 1) that depend on the cells, the seed and the salt alone."""
    out = np.empty(len(rows), dtype=np.float64)
    mixed = (seed * 0xD6E8FEB86659FD93 + salt * 0x9E3779B97F4A7C15) % 2**64
    _hash_many(np.ascontiguousarray(rows, np.int64), np.ascontiguousarray(cols, np.int64), np.uint64(mixed), out)
    return out


@jit
def _corner(ix: int, iy: int, salt: Any, dx: float, dy: float) -> float:
    h = hash_u64(ix, iy, salt)
    gx = float(h & np.uint64(0xFFFF)) / 32767.5 - 1.0
    gy = float((h >> np.uint64(16)) & np.uint64(0xFFFF)) / 32767.5 - 1.0
    return gx * dx + gy * dy


@jit
def gradient_noise(x: float, y: float, salt: Any) -> float:
    """Perlin-type gradient noise, mean 0, about -1 to 1; the lattice has step 1."""
    fx, fy = math.floor(x), math.floor(y)
    ix, iy = int(fx), int(fy)
    dx, dy = x - fx, y - fy
    u = dx * dx * dx * (dx * (dx * 6.0 - 15.0) + 10.0)
    v = dy * dy * dy * (dy * (dy * 6.0 - 15.0) + 10.0)
    a = _corner(ix, iy, salt, dx, dy)
    b = _corner(ix + 1, iy, salt, dx - 1.0, dy)
    c = _corner(ix, iy + 1, salt, dx, dy - 1.0)
    d = _corner(ix + 1, iy + 1, salt, dx - 1.0, dy - 1.0)
    top = a + u * (b - a)
    return top + v * (c + u * (d - c) - top)


@jit
def detail(x_m: float, y_m: float, wavelength_m: float, gain: float, seed: Any) -> float:
    """Ridged noise in octaves with domain warp; mean about 0, standard deviation about 1."""
    salt = np.uint64(seed) * np.uint64(0xD6E8FEB86659FD93)
    x, y = x_m / wavelength_m, y_m / wavelength_m
    wx = gradient_noise(0.5 * x + 17.3, 0.5 * y, salt + np.uint64(101))
    wy = gradient_noise(0.5 * x, 0.5 * y - 9.7, salt + np.uint64(202))
    x += 0.8 * wx
    y += 0.8 * wy
    total = 0.0
    amplitude = 1.0
    for octave in range(N_OCTAVES):
        n = gradient_noise(x, y, salt + np.uint64(octave + 1))
        total += amplitude * ((RIDGE - abs(n)) if octave < 4 else n)
        amplitude *= gain
        x = 2.0 * x + 0.37
        y = 2.0 * y - 0.71
    return total / DETAIL_SD

"""Median losses of the paths from sites to points, each found once in a run and kept while memory allows.

Who is reached today, whom the neighbours disturb, what a site could do for a point and whether a plan holds all ask for
the same losses: they depend on the path, both carriers and the height of the receiver, not on the terminal's gains.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from allreach.radio.engine._paths import Air, Losses, Masts, Raster, find_losses, no_losses, points_in_range
from allreach.radio.engine.threads import in_threads

BYTES_KEPT = 2 * 2**30
BYTES_A_PATH = 3 * 8 + 1 + 4
SLACK = 1e-9  # of a radius, so that no rounding loses a point at its edge


class SitePaths(NamedTuple):
    """Paths of one site to the points within a radius, which ascend."""

    radius_m: float
    point: NDArray[np.int32]
    losses: Losses


class KeptPaths:
    """Paths that have been found, over one terrain and one set of parameters; the first come are kept.

    Parameters
    ----------
    bytes_most
        Memory that they may take.
    """

    def __init__(self, bytes_most: int = BYTES_KEPT) -> None:
        self.bytes_most = bytes_most
        self.n_found = 0
        self._paths: dict[tuple[Any, ...], SitePaths] = {}
        self._bytes = 0

    def __len__(self) -> int:
        """Count the paths that are kept."""
        return sum(len(paths.point) for paths in self._paths.values())

    def __reduce__(self) -> tuple[type[KeptPaths], tuple[int]]:
        """Travel empty to another process."""
        return KeptPaths, (self.bytes_most,)

    def get(self, key: tuple[Any, ...], radius_m: float) -> SitePaths | None:
        """Paths out to a radius, or none."""
        found = self._paths.get(key)
        return found if found is not None and found.radius_m >= radius_m else None

    def keep(self, key: tuple[Any, ...], paths: SitePaths) -> None:
        """Keep paths if there is room."""
        self.n_found += len(paths.point)
        before = self._paths.get(key)
        more = BYTES_A_PATH * (len(paths.point) - (0 if before is None else len(before.point)))
        if self._bytes + more <= self.bytes_most:
            self._paths[key] = paths
            self._bytes += more


class PathLosses:
    """Losses from sites to a set of points.

    Parameters
    ----------
    x_m, y_m
        Points. [m]
    raster, air
        Terrain and propagation.
    kept
        Where paths are kept; none keeps nothing.
    n_threads
        Threads; 0 takes all cores.
    wanted
        Points that are asked about, shape (n_points,); all unless given. Paths that are kept of all points serve too.
    """

    def __init__(
        self,
        x_m: NDArray[np.float64],
        y_m: NDArray[np.float64],
        raster: Raster,
        air: Air,
        kept: KeptPaths | None,
        n_threads: int,
        wanted: NDArray[np.bool_] | None = None,
    ) -> None:
        self.x_m = np.ascontiguousarray(x_m, dtype=np.float64)
        self.y_m = np.ascontiguousarray(y_m, dtype=np.float64)
        self.raster, self.air, self.kept, self.n_threads = raster, air, kept, n_threads
        self.wanted = np.ones(len(self.x_m), dtype=np.bool_) if wanted is None else wanted
        self.order = np.argsort(self.y_m, kind="stable")
        self.sorted_y_m = self.y_m[self.order]
        every = hashlib.blake2b(self.x_m.tobytes() + self.y_m.tobytes(), digest_size=16)
        self.of_all = every.digest()
        every.update(self.wanted.tobytes())
        self.of_wanted = self.of_all if wanted is None else every.digest()

    def counts(self, towers: Masts, radius_m: float) -> NDArray[np.int64]:
        """How many of the wanted points lie within a radius of each site, at most."""
        return np.array([len(self._in_range(towers, s, radius_m)) for s in range(len(towers.x_m))], dtype=np.int64)

    def of_sites(self, towers: Masts, first: int, last: int, height_m: float, radius_m: float) -> list[SitePaths]:
        """Find the paths of sites ``first`` to ``last`` to receivers of a height, out to a radius at least."""
        keys = [self._keys(towers, s, height_m) for s in range(first, last)]
        out = [self._kept(key, radius_m) for key in keys]
        missing = [i for i, found in enumerate(out) if found is None]

        def find(at: int) -> None:
            i = missing[at]
            out[i] = self._find(towers, first + i, height_m, radius_m)

        in_threads(find, range(len(missing)), self.n_threads)
        for i in missing:
            found = out[i]
            assert found is not None
            if self.kept is not None:
                self.kept.keep((self.of_wanted, *keys[i]), found)
        return [found for found in out if found is not None]

    def of_pairs(
        self,
        towers: Masts,
        first: int,
        last: int,
        start: NDArray[np.int64],
        point: NDArray[np.int64],
        height_m: float,
        radius_m: float,
    ) -> Losses:
        """Losses of listed pairs; those of site ``first + i`` are ``point[start[i]:start[i + 1]]``, ascending."""
        out = no_losses(len(point), np.float64)
        for i, paths in enumerate(self.of_sites(towers, first, last, height_m, radius_m)):
            here = slice(int(start[i]), int(start[i + 1]))
            at = np.searchsorted(paths.point, point[here])
            for mine, values in zip(out, paths.losses, strict=True):
                mine[here] = values[at]
        return out

    def _keys(self, towers: Masts, s: int, height_m: float) -> tuple[float, ...]:
        fields = (towers.x_m, towers.y_m, towers.lat_deg, towers.height_m, towers.freq_ghz, towers.second_ghz)
        return (*(float(field[s]) for field in fields), float(height_m))

    def _kept(self, key: tuple[float, ...], radius_m: float) -> SitePaths | None:
        if self.kept is None:
            return None
        found = self.kept.get((self.of_all, *key), radius_m)
        return self.kept.get((self.of_wanted, *key), radius_m) if found is None else found

    def _in_range(self, towers: Masts, s: int, radius_m: float) -> NDArray[np.int32]:
        reach_m = radius_m * (1.0 + SLACK)
        x0, y0 = float(towers.x_m[s]), float(towers.y_m[s])
        low = int(np.searchsorted(self.sorted_y_m, y0 - reach_m, side="left"))
        high = int(np.searchsorted(self.sorted_y_m, y0 + reach_m, side="right"))
        near = self.order[low:high]
        out = np.empty(len(near), dtype=np.int32)
        n = points_in_range(x0, y0, reach_m, near, self.x_m, self.y_m, self.wanted, out)
        return np.sort(out[:n])

    def _find(self, towers: Masts, s: int, height_m: float, radius_m: float) -> SitePaths:
        point = self._in_range(towers, s, radius_m)
        losses = no_losses(len(point), np.float64)
        air = self.air._replace(range_m=radius_m * (1.0 + SLACK))
        find_losses(s, point, self.x_m, self.y_m, self.raster, towers, air, height_m, losses)
        return SitePaths(radius_m, point, losses)

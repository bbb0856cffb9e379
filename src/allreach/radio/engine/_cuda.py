"""The coverage sweep on a CUDA device: launches of the functions of `_cuda_threads`, many sites at a time.

Imported only where a CUDA device was asked for. All arithmetic is float64, as on the processor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numba
import numba.cuda
import numpy as np
from numpy.typing import NDArray

from allreach.kernels.itu_p1812_sweep import N_DISTANCE, N_ROWS, N_STATE, Asked
from allreach.radio.engine._cuda_threads import (
    Batch,
    Bench,
    Neighbours,
    Questions,
    count_neighbours,
    list_neighbours,
    list_receiver,
    merge_receiver,
    sort_site,
    walk_own_path,
    walk_radial,
)
from allreach.radio.engine._paths import Air, Heard, Losses, Masts, Raster, Receiver
from allreach.radio.engine._radials import Rays
from allreach.radio.engine._servers import Strongest
from allreach.radio.engine._squares import Squares
from allreach.terrain._profile import n_samples

cuda: Any = numba.cuda
BLOCK = 128  # threads a block
THREADS = 65_536  # with work space of their own: some 500 for each of an H200's 132 multiprocessors
MEMORY_SHARE = 0.6  # of the device's free memory
SIMULATED_THREADS = 256
SIMULATED_BYTES = 256_000_000

T = TypeVar("T", bound=tuple[Any, ...])


@cuda.jit
def _sort_sites(n: int, squares: Any, masts: Any, air: Any, rays: Any, batch: Any) -> None:
    for t in range(cuda.grid(1), n, cuda.gridsize(1)):
        sort_site(t, squares, masts, air, rays, batch)


@cuda.jit
def _walk_radials(
    n: int, squares: Any, raster: Any, masts: Any, air: Any, rays: Any, questions: Any, batch: Any, bench: Any
) -> None:
    thread = cuda.grid(1)
    for t in range(thread, n, cuda.gridsize(1)):
        walk_radial(t, thread, squares, raster, masts, air, rays, questions, batch, bench)


@cuda.jit
def _walk_own_paths(
    n: int, squares: Any, raster: Any, masts: Any, air: Any, questions: Any, batch: Any, bench: Any
) -> None:
    thread = cuda.grid(1)
    for t in range(thread, n, cuda.gridsize(1)):
        walk_own_path(t, thread, squares, raster, masts, air, questions, batch, bench)


@cuda.jit
def _merge_receivers(
    n: int, squares: Any, masts: Any, air: Any, batch: Any, neighbours: Any, receiver: Any, heard: Any, void: Any
) -> None:
    for i in range(cuda.grid(1), n, cuda.gridsize(1)):
        merge_receiver(i, squares, masts, air, batch, neighbours, receiver, heard, void[0])


@cuda.jit
def _list_receivers(
    n: int, squares: Any, masts: Any, air: Any, batch: Any, neighbours: Any, receiver: Any, strongest: Any, void: Any
) -> None:
    for i in range(cuda.grid(1), n, cuda.gridsize(1)):
        list_receiver(i, squares, masts, air, batch, neighbours, receiver, strongest, void[0])


def hear_sites(
    squares: Squares,
    raster: Raster,
    towers: Masts,
    air: Air,
    rays: Rays,
    asked: Asked,
    counts: NDArray[np.int64],
    receivers: Sequence[Receiver],
    all_heard: Sequence[Heard | Strongest],
    n_void: NDArray[np.int32],
    report: Callable[[int], None],
) -> None:
    """Let all receivers hear all sites: as the processor's engine, on the device.

    Parameters
    ----------
    asked
        One row of bands for each band on air.
    counts
        Receivers in the squares within range of each site.
    receivers, all_heard
        Terminals and what they have heard, all sites or the strongest, which is changed.
    n_void
        Sites behind unknown terrain, for each receiver; changed.
    report
        Called with the number of sites done.
    """
    n_rays, n_receivers = len(rays.east), len(squares.x_m)
    n_cells = n_rays * rays.n_steps + 1
    n_most = max(rays.n_steps + 4, n_samples(air.range_m, raster.pixel_m) + 3)
    free = _free_bytes()
    bytes_a_thread = 8 * (N_ROWS * n_most + N_STATE + N_DISTANCE + 4 * n_most + 16)
    n_threads = min(SIMULATED_THREADS if _is_simulated() else THREADS, max(free // 3 // bytes_a_thread, BLOCK))
    n_blocks = max(n_threads // BLOCK, 1)
    n_threads = n_blocks * BLOCK
    ends = _batches(counts, 4 * n_cells, max(free - n_threads * bytes_a_thread, free // 3))
    sites_most = max(last - first for first, last in ends)
    losses_most = max(int(counts[first:last].sum()) for first, last in ends)

    d_squares, d_raster, d_towers, d_rays = _sent(squares), _sent(raster), _sent(towers), _sent(rays)
    d_questions = _sent(_questions(asked, towers))
    d_heard = [_sent(heard) for heard in all_heard]
    d_receivers = [_sent(receiver) for receiver in receivers]
    d_void = [_sent((n_void if k == 0 else np.zeros(0, dtype=np.int32),)) for k in range(len(receivers))]
    bench = Bench(
        a=_room((N_ROWS, n_most, n_threads)),
        state=_room((N_STATE, n_threads)),
        tail=_room((4, 2, n_threads)),
        terms=_room((N_DISTANCE, n_threads)),
        found=_room((2, 1, 1, n_threads)),
        profile=_room((3, n_most, n_threads)),
        zone=_room((n_most, n_threads), np.int64),
    )
    scratch = Batch(
        first=0,
        starts=np.zeros(0, dtype=np.int64),
        losses=Losses(
            first_db=_room((losses_most,), np.float32),
            second_db=_room((losses_most,), np.float32),
            depression_deg=_room((losses_most,), np.float32),
            is_void=_room((losses_most,), np.bool_),
        ),
        begins=_room((sites_most, n_cells), np.int32),
        point=_room((losses_most,), np.int64),
        place=_room((losses_most,), np.int32),
        cell=_room((losses_most,), np.int32),
    )
    n_squares = squares.start.shape[0] * (squares.start.shape[1] - 1)
    square = np.repeat(np.arange(n_squares, dtype=np.int32), np.diff(_edges(squares)))
    for first, last in ends:
        starts = np.concatenate([[0], np.cumsum(counts[first:last])]).astype(np.int64)
        batch = scratch._replace(first=first, starts=_sent((starts,))[0])
        near = np.zeros(n_squares + 1, dtype=np.int64)
        count_neighbours(squares, towers, air.range_m, first, last, near)
        listed = np.empty(int(near[-1]), dtype=np.int32)
        list_neighbours(squares, towers, air.range_m, first, last, near, listed)
        neighbours = _sent(Neighbours(square, near, listed))
        n = last - first
        _sort_sites[_blocks(n), BLOCK](n, d_squares, d_towers, air, d_rays, batch)
        _walk_radials[min(_blocks(n * n_rays), n_blocks), BLOCK](
            n * n_rays, d_squares, d_raster, d_towers, air, d_rays, d_questions, batch, bench
        )
        n_losses = int(starts[-1])
        _walk_own_paths[min(_blocks(n_losses), n_blocks), BLOCK](
            n_losses, d_squares, d_raster, d_towers, air, d_questions, batch, bench
        )
        for receiver, heard, void in zip(d_receivers, d_heard, d_void, strict=True):
            merge = _list_receivers if isinstance(heard, Strongest) else _merge_receivers
            merge[_blocks(n_receivers), BLOCK](
                n_receivers, d_squares, d_towers, air, batch, neighbours, receiver, heard, void
            )
        cuda.synchronize()
        report(last)
    for heard, on_device in zip(all_heard, d_heard, strict=True):
        for k, there in enumerate(on_device):
            _fetch(there, heard[k])
    _fetch(d_void[0][0], n_void)


def _questions(asked: Asked, towers: Masts) -> Questions:
    """Bands of each site: its first, and its second where it has one."""
    rows = np.stack([asked.bands[towers.band], asked.bands[towers.second_band]], axis=1)
    band_nu = -0.78 * np.sqrt(asked.bands[:, 1])
    least = np.where(
        towers.has_capacity, np.minimum(band_nu[towers.band], band_nu[towers.second_band]), band_nu[towers.band]
    )
    return Questions(asked.rx_height_m, rows, least, asked.times, asked.locations)


def _batches(counts: NDArray[np.int64], bytes_a_site: int, free: int) -> list[tuple[int, int]]:
    """Sites of each launch: as many as the memory holds, at least one."""
    sizes = counts * (13 + 8 + 4 + 4) + bytes_a_site
    ends, first, total = [], 0, 0
    for s, size in enumerate(sizes.tolist()):
        if s > first and total + size > free:
            ends.append((first, s))
            first, total = s, 0
        total += size
    return [*ends, (first, len(counts))]


def _edges(squares: Squares) -> NDArray[np.int64]:
    """Where the receivers of each square begin, and the end."""
    return np.append(squares.start[:, :-1].reshape(-1), squares.start[-1, -1])


def _blocks(n: int) -> int:
    return max((n + BLOCK - 1) // BLOCK, 1)


def _is_simulated() -> bool:
    return bool(numba.config.ENABLE_CUDASIM)  # type: ignore[attr-defined]


def _free_bytes() -> int:
    if _is_simulated():
        return SIMULATED_BYTES
    return int(MEMORY_SHARE * cuda.current_context().get_memory_info().free)


def _room(shape: tuple[int, ...], dtype: Any = np.float64) -> Any:
    """Give room on the device. numba's simulator, whose threads call compiled functions, takes NumPy's arrays."""
    return np.zeros(shape, dtype) if _is_simulated() else cuda.device_array(shape, dtype)


def _sent(values: T) -> T:
    """Copy the arrays of a tuple to the device."""
    sent = [
        (value.copy() if _is_simulated() else cuda.to_device(np.ascontiguousarray(value)))
        if isinstance(value, np.ndarray)
        else value
        for value in values
    ]
    return values._make(sent) if hasattr(values, "_make") else type(values)(sent)


def _fetch(there: Any, array: NDArray) -> None:
    array[...] = there if _is_simulated() else there.copy_to_host()

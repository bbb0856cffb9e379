"""Compiled list of the strongest servers of receivers: all other power is summed."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allreach.kernels._jit import kernel
from allreach.kernels.decibel import ratio_of_db
from allreach.radio.engine._paths import Air, Losses, Masts, Receiver, gain_at_db
from allreach.radio.engine._sectors import sector_powers
from allreach.radio.engine._squares import Squares, span


class Strongest(NamedTuple):
    """The strongest servers so far, strongest first, shape (servers, receivers), and the power of all others.

    ``power_dbm`` starts at minus infinity, ``site`` at -1, ``rest_mw``, shape (channels, receivers), at 0.
    """

    power_dbm: NDArray
    site: NDArray
    sector: NDArray
    rest_mw: NDArray


@kernel
def enter(i: int, s: int, sector: int, power_dbm: float, channels: NDArray, strongest: Strongest) -> None:
    """Let a server into the list of receiver i; who falls off it, this one or the last, is added to the rest.

    Of equals the one that came first stays ahead.
    """
    listed = strongest.power_dbm
    power_dbm = float(np.float32(power_dbm))  # as it is listed, so that equals are equal
    last = listed.shape[0] - 1
    if not power_dbm > listed[last, i]:
        strongest.rest_mw[channels[s], i] += ratio_of_db(power_dbm)
        return
    if strongest.site[last, i] >= 0:
        strongest.rest_mw[channels[strongest.site[last, i]], i] += ratio_of_db(listed[last, i])
    at = last
    while at > 0 and power_dbm > listed[at - 1, i]:
        listed[at, i] = listed[at - 1, i]
        strongest.site[at, i] = strongest.site[at - 1, i]
        strongest.sector[at, i] = strongest.sector[at - 1, i]
        at -= 1
    listed[at, i], strongest.site[at, i], strongest.sector[at, i] = power_dbm, s, sector


@kernel
def enter_losses(
    i: int,
    s: int,
    j: int,
    squares: Squares,
    masts: Masts,
    air: Air,
    losses: Losses,
    receiver: Receiver,
    strongest: Strongest,
    n_void: NDArray,
) -> None:
    """Let receiver i hear broadband site s by its losses, number j of the site's."""
    depression = losses.depression_deg[j]
    if losses.is_void[j]:
        n_void[i] += 1
    elif not math.isnan(depression):
        dx, dy = squares.x_m[i] - masts.x_m[s], squares.y_m[i] - masts.y_m[s]
        k, down_db, all_sectors = sector_powers(masts, s, dx, dy, depression, air.pattern)
        gain_db = gain_at_db(receiver, masts.band[s], i, dx, dy, losses.first_db[j])
        beam_dbm = masts.eirp_dbm[s] + gain_db - losses.first_db[j]
        enter(i, s, k, beam_dbm - down_db, masts.channel, strongest)
        others = all_sectors - ratio_of_db(-down_db)  # the site's other sectors are never listed
        if others > 0.0:
            strongest.rest_mw[masts.channel[s], i] += ratio_of_db(beam_dbm) * others


@kernel
def merge_servers(
    row: int,
    first: int,
    last: int,
    squares: Squares,
    masts: Masts,
    air: Air,
    losses: Losses,
    begins: NDArray,
    receiver: Receiver,
    strongest: Strongest,
    n_void: NDArray,
) -> None:
    """Let the receivers of a row of squares hear broadband sites ``first`` to ``last``, as `merge_row` does."""
    for s in range(first, last):
        top, bottom, left, right = span(squares, masts.x_m[s], masts.y_m[s], air.range_m)
        if not masts.is_broadband[s] or not top <= row < bottom or right <= left:
            continue
        j = begins[s - first]
        for before in range(top, row):
            j += squares.start[before, right] - squares.start[before, left]
        for i in range(squares.start[row, left], squares.start[row, right]):
            enter_losses(i, s, j, squares, masts, air, losses, receiver, strongest, n_void)
            j += 1

"""Nodes of a kit's terrain in the place of those of the P.1511 map.

Between a kit's nodes the height is bicubic as between those of the map; only the detail is finer and weaker, since a
kit's terrain has all shapes down to its own step. Where the kit has no height (voids, sea, beyond its edge) its nodes
take that of the map.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from allreach.country.kits.terrain import KitTerrain
from allreach.country.sketch.terrain import Nodes, heights_at, node_spread
from allreach.params.sketch import Sketch

LAKE_LEAST_KM2 = 10.0  # of equal neighbouring heights; smaller flats are chance
RIM_NODES = 6  # a lake lies among ground that rises within so many nodes of it


def kit_nodes(world: Nodes, kit: KitTerrain, params: Sketch) -> Nodes:
    """Nodes of a kit's terrain, whole.

    Parameters
    ----------
    world
        Nodes of the P.1511 map around the same lattice.
    kit
        Heights of the kit.
    params
        Parameters of sketches.
    """
    at = np.stack([kit.lattice_row, kit.lattice_col])
    map_row = ndimage.map_coordinates(world.row, at, order=1, mode="nearest")
    map_col = ndimage.map_coordinates(world.col, at, order=1, mode="nearest")
    void = np.isnan(kit.height_m)
    coarse_m = np.minimum(heights_at(world.height_m, map_row, map_col), kit.void_most_m)
    heights = np.where(void, coarse_m, kit.height_m)
    map_lake = ndimage.map_coordinates(world.lake, np.stack([map_row, map_col]), order=1, mode="nearest")
    lake = np.where(void, map_lake, _lakes(kit, params).astype(np.float64))
    sd, low, low_wide, high = node_spread(heights)
    return Nodes(
        height_m=heights,
        sd_m=sd,
        low_m=low,
        low_wide_m=low_wide,
        high_m=high,
        lake=lake,
        row=kit.row,
        col=kit.col,
        detail_factor=float(params.kit_detail_factor.value),
        wavelength_m=float(params.kit_detail_steps.value) * kit.step_m,
    )


def _lakes(kit: KitTerrain, params: Sketch) -> NDArray[np.bool_]:
    """Lakes: equal heights over at least `LAKE_LEAST_KM2` among ground that rises above them."""
    heights = np.where(np.isnan(kit.height_m), np.inf, kit.height_m)
    flat = (ndimage.maximum_filter(heights, 3) == ndimage.minimum_filter(heights, 3)) & np.isfinite(heights)
    labels, n = ndimage.label(ndimage.binary_dilation(flat, np.ones((3, 3))), np.ones((3, 3)))
    out = np.zeros(heights.shape, dtype=bool)
    least = max(LAKE_LEAST_KM2 * 1e6 / kit.step_m**2, 9.0)
    for number, (rows, cols) in enumerate(ndimage.find_objects(labels, n), start=1):
        own = labels[rows, cols] == number
        level = heights[rows, cols][own].min()
        own &= heights[rows, cols] <= level + 1.0
        if own.sum() < least:
            continue
        around = kit.height_m[
            max(rows.start - RIM_NODES, 0) : rows.stop + RIM_NODES,
            max(cols.start - RIM_NODES, 0) : cols.stop + RIM_NODES,
        ]
        if np.nanmax(around) - level >= params.lake_relief_m.value:
            out[rows, cols] |= own
    return out

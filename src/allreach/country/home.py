"""Which pixels of the frame belong to the country."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rasterio.features import rasterize

from allreach.io.country_folder import Country
from allreach.outline import country_outline
from allreach.vocabulary import Zone


def home_pixels(country: Country) -> NDArray[np.bool_] | None:
    """Land pixels that the country's outline touches, or none where the folder has no outline.

    Coverage abroad is nobody's question here; leaving it out saves its share of the frame.
    """
    outline = country_outline(country.table("boundaries"))
    if outline.empty:
        return None
    inside: NDArray[np.bool_] = rasterize(
        list(outline.to_crs(country.grid.crs)),
        out_shape=country.grid.shape,
        transform=country.grid.transform,
        all_touched=True,
        dtype="uint8",
    ).astype(bool)
    if country.zones is not None:
        inside &= country.zones != Zone.SEA
    return inside

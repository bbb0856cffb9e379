"""Numbers of people and heights that cannot be, and codes for "none" that a file did not declare."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from allreach.errors import Fault
from allreach.params.country_config import PEOPLE_PER_COUNTRY_MAX
from allreach.vocabulary import Zone

# Densest settlement on record: Kowloon Walled City, some 50,000 people on 2.6 ha in 1987 (Government of Hong Kong).
PEOPLE_PER_KM2_MAX = 2_000_000.0
LEAST_KM2 = 0.01  # one tower may hold that many people on less
# what programs write for "none" besides the largest number of a type; counts of people are not the same again and again
CODES = (9999.0, 32767.0, 65535.0, 99999.0, 999999.0, 2147483647.0, 4294967295.0)
CODE_REPEATS = 3
SEAM_PX = 3.0  # width up to which heights of 0 are a line
SEAM_LENGTH_PX = 10
SEAM_STEP_M, HOLE_STEP_M = 30.0, 100.0  # land right beside a line, or all round a hole, is at least that high


def most_people(pixel_km2: float) -> float:
    """Most people that a pixel can hold."""
    return PEOPLE_PER_KM2_MAX * max(pixel_km2, LEAST_KM2)


def absurd_people(
    people: NDArray[np.floating], pixel_km2: float, largest_stored: float | None = None
) -> NDArray[np.bool_]:
    """Pixels that hold more people than can be, or a code for "none".

    Parameters
    ----------
    people
        People per pixel; NaN is none.
    pixel_km2
        Area of a pixel. [km2]
    largest_stored
        Largest number of the file's type of whole numbers, which is a code, or a count that was cut off.
    """
    with np.errstate(invalid="ignore"):
        absurd = people > most_people(pixel_km2)
        for code in CODES:
            same = people == code
            if same.sum() >= CODE_REPEATS:
                absurd |= same
        if largest_stored is not None:
            absurd |= people == largest_stored
    out: NDArray[np.bool_] = absurd
    return out


def country_total_fault(where: str, people: float) -> Fault | None:
    """Fault of more people than any country has."""
    if not people > PEOPLE_PER_COUNTRY_MAX:
        return None
    what = f"{people:,.0f} people in all"
    mend = "Is it a raster of people per pixel, and its code for none declared?"
    return Fault(where, what, f"at most {PEOPLE_PER_COUNTRY_MAX:,}", mend, kind="absurd-people")


def zero_seams(heights_m: NDArray[np.floating], zones: NDArray[np.uint8] | None = None) -> NDArray[np.bool_]:
    """Heights of exactly 0 in lines amid high land, or in holes with high land all round: voids, most likely.

    Parameters
    ----------
    heights_m
        Heights, NaN where unknown. [m]
    zones
        P.1812 zones of the same shape; sea is left out.
    """
    zero = heights_m == 0.0
    if zones is not None:
        zero &= zones != Zone.SEA
    found = np.zeros(heights_m.shape, dtype=bool)
    if not zero.any():
        return found
    labels, _ = ndimage.label(zero, structure=np.ones((3, 3)))
    sizes = np.bincount(labels.ravel())
    for number, box in enumerate(ndimage.find_objects(labels), start=1):
        length = max(s.stop - s.start for s in box)
        is_line = length >= SEAM_LENGTH_PX and sizes[number] / length <= SEAM_PX
        at_edge = any(s.start == 0 or s.stop == n for s, n in zip(box, heights_m.shape, strict=True))
        if not is_line and (at_edge or sizes[number] < SEAM_LENGTH_PX):
            continue
        around = tuple(slice(max(s.start - 1, 0), s.stop + 1) for s in box)
        own = labels[around] == number
        beside = heights_m[around][ndimage.binary_dilation(own, structure=np.ones((3, 3))) & ~own]
        beside = beside[np.isfinite(beside)]
        if beside.size and np.quantile(beside, 0.05) >= (SEAM_STEP_M if is_line else HOLE_STEP_M):
            found[around] |= own
    return found


def seam_text(heights_m: NDArray[np.floating], seam: NDArray[np.bool_]) -> str:
    """Describe such heights."""
    land = heights_m[np.isfinite(heights_m) & ~seam]
    return (
        f"{int(seam.sum()):,} heights of exactly 0 m stand in lines or holes amid land of "
        f"{np.quantile(land, 0.05):,.0f} to {np.quantile(land, 0.95):,.0f} m"
    )

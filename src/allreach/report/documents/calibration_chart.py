"""Charts of a calibration: residuals on the map, before and after, and how well predicted coverage keeps its word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach.report.documents.drawing import GREY, INK, MAIN, Drawing, style

PANEL, GAP, EDGE, TOP, FOOT = 360.0, 60.0, 56.0, 54.0, 44.0  # points
MOST_DB = 20.0  # at which colours end
DOT = 9.0
TALLEST = 1.6  # of a panel's height over its width
COLOURS = "RdBu"

Floats = NDArray[np.float64]


def residuals_svg(residuals: pd.DataFrame, x_km: Floats, y_km: Floats, title: str) -> str:
    """Draw measured less predicted power by spot: the model alone, and what is expected from other blocks.

    Parameters
    ----------
    residuals
        Table ``calibration_residuals``.
    x_km, y_km
        Places of its rows on the map. [km]
    title
        Of the drawing.
    """
    with style():
        wide, high = (max(float(np.ptp(values)), 0.5) for values in (x_km, y_km))
        tall = PANEL * float(np.clip(high / wide, 0.4, TALLEST))
        width, height = 2 * EDGE + 2 * PANEL + GAP, TOP + tall + FOOT
        drawing = Drawing(width, height, (EDGE, EDGE + PANEL + GAP, TOP, FOOT))
        box = ((EDGE + PANEL + GAP) / width, FOOT / height, PANEL / width, tall / height)
        panels = (drawing.axes, drawing.figure.add_axes(box))
        words = ("the model alone", "calibrated, each block from the others")
        for axes, name, word in zip(panels, ("error_before_db", "error_after_db"), words, strict=True):
            error_db = residuals[name].to_numpy(dtype=np.float64)
            dots = axes.scatter(
                x_km - x_km.min(), y_km - y_km.min(), c=np.clip(error_db, -MOST_DB, MOST_DB), s=DOT, cmap=COLOURS,
                vmin=-MOST_DB, vmax=MOST_DB, linewidths=0.2, edgecolors=GREY, rasterized=len(residuals) > 4000,
            )  # fmt: skip
            axes.set_aspect("equal", adjustable="datalim")
            axes.set_xlabel("km")
            rms = float(np.sqrt(np.mean(error_db**2)))
            axes.set_title(f"{word}: {error_db.mean():+.1f} dB, RMSE {rms:.1f} dB", fontsize=11, fontweight="normal")
        bar = drawing.figure.colorbar(dots, cax=drawing.figure.add_axes((0.955, FOOT / height, 0.012, tall / height)))
        bar.set_label("measured less predicted [dB]")
        drawing.figure.suptitle(title, x=EDGE / width, y=0.985, ha="left", fontsize=13, fontweight="bold", color=INK)
        return drawing.svg(title)


def reliability_svg(predicted: Sequence[float], measured: Sequence[float], n: Sequence[int], title: str) -> str:
    """Draw the share of spots that were covered against the probability that was predicted.

    Parameters
    ----------
    predicted, measured, n
        Mean probability, share and spots of each range of probability; NaN where there are none.
    title
        Of the drawing.
    """
    with style():
        drawing = Drawing(PANEL + 2 * EDGE, PANEL + TOP + FOOT, (EDGE, EDGE, TOP, FOOT))
        axes = drawing.axes
        axes.plot([0, 100], [0, 100], color=GREY, linewidth=1.0, linestyle="--")
        for share, found, count in zip(predicted, measured, n, strict=True):
            if count:
                tip = f"{count} spots: predicted {100 * share:.0f} %, measured {100 * found:.0f} %"
                drawing.dot(100 * share, 100 * found, tip, color=MAIN, markersize=4 + 2 * np.log10(count))
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 100)
        axes.set_xlabel("predicted probability of a signal [%]")
        axes.set_ylabel("spots with a signal measured [%]")
        axes.set_title(title)
        return drawing.svg(title)

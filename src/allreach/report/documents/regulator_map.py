"""Maps of the regulator's measures: quality, or the number of operators, by cell."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch
from numpy.typing import NDArray

from allreach.report.documents.blocks import Chart, chart
from allreach.report.documents.drawing import GOAL, INK, Drawing, style

WIDTH, LEGEND_PT, MOST_PIXELS = 420.0, 64.0, 700


def cell_map(
    values: NDArray[np.uint8],
    classes: Mapping[int, tuple[str, str]],
    caption: str,
    *,
    extent_m: tuple[float, float, float, float],
    marks_m: NDArray[np.float64] | None = None,
    mark: str = "",
) -> Chart:
    """Draw classes of cells with a legend.

    Parameters
    ----------
    values
        Class of each cell, shape (rows, cols); what is none of `classes` stays empty.
    classes
        Word and colour of each class.
    caption
        What stands below it.
    extent_m
        West, south, east, north of the cells. [m]
    marks_m
        Easting and northing of points drawn above, shape (n, 2). [m]
    mark
        What they are.
    """
    row, col = np.nonzero(np.isin(values, list(classes)))
    if not len(row):
        return chart("", caption)
    west, _, _, north = extent_m
    size_m = (extent_m[2] - west) / values.shape[1]
    inside = slice(int(row.min()), int(row.max()) + 1), slice(int(col.min()), int(col.max()) + 1)
    frame = (
        west + inside[1].start * size_m,
        west + inside[1].stop * size_m,
        north - inside[0].stop * size_m,
        north - inside[0].start * size_m,
    )
    cut = values[inside]
    thin = max(1, -(-max(cut.shape) // MOST_PIXELS))
    number = {value: i for i, value in enumerate(classes)}
    shown = np.full(cut[::thin, ::thin].shape, np.nan)
    for value, i in number.items():
        shown[cut[::thin, ::thin] == value] = i
    ratio = (frame[1] - frame[0]) / (frame[3] - frame[2])
    height = min(WIDTH / ratio, 1.3 * WIDTH)
    with style():
        drawing = Drawing(WIDTH, height + LEGEND_PT, (1, 1, 1, LEGEND_PT))
        axes = drawing.axes
        axes.grid(visible=False)
        axes.spines["bottom"].set_visible(False)
        colours = ListedColormap([colour for _, colour in classes.values()])
        axes.imshow(shown, extent=frame, cmap=colours, vmin=-0.5, vmax=len(classes) - 0.5, interpolation="nearest")
        axes.set(xticks=[], yticks=[], xlim=frame[:2], ylim=frame[2:])
        handles: list = [
            Patch(facecolor=colour, edgecolor=INK, lw=0.4, label=word) for word, colour in classes.values()
        ]
        if marks_m is not None and len(marks_m):
            (dots,) = axes.plot(*marks_m.T, "o", color=GOAL, ms=3.5, mew=0, label=mark)
            handles.append(dots)
        axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.01), ncols=2, fontsize=9)
        return chart(drawing.svg(caption), caption, ratio=WIDTH / (height + LEGEND_PT))

"""Our style of charts, in one place: a figure of matplotlib whose SVG is the same bytes again in page and PDF."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.rcsetup import cycler
from matplotlib.ticker import Formatter

from allreach.report.documents.localise import Speech

INK, GREY, GRID = "#1c2b33", "#6b7a83", "#e3e8ea"
MAIN, OTHER, GOAL = "#00796b", "#8d6e63", "#b3261e"
CYCLE: Final = ("#005f73", "#bb3e03", "#6a994e", "#7b2cbf", "#8d99ae", "#ca6702")
MEASURED_FONT: Final = "DejaVu Sans"  # comes with matplotlib, so that every machine measures texts alike
SHOWN_FONTS: Final = "'Libertinus Serif', Georgia, serif"  # of the PDF; a page sets its own
STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",  # texts stay texts: to be found, read aloud and set in the document's font
    "svg.hashsalt": "allreach",
    "font.family": [MEASURED_FONT],
    "font.size": 11,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign is a dollar sign
    "figure.dpi": 72,  # one unit of the SVG is one point
    "savefig.dpi": 72,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.labelsize": 11,
    "axes.titlelocation": "left",
    "axes.titlesize": 13,
    "axes.titleweight": "bold",
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.prop_cycle": cycler(color=list(CYCLE)),
    "grid.color": GRID,
    "grid.linewidth": 1.0,
    "xtick.color": GREY,
    "xtick.major.size": 3,
    "ytick.color": GREY,
    "ytick.major.size": 0,
    "lines.linewidth": 1.6,
    "legend.frameon": False,
    "legend.fontsize": 11,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in our style within the block, whatever the user's own settings of matplotlib; they stand again after it."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


class Drawing:
    """One pair of axes within margins; to be made and used within `style`.

    Parameters
    ----------
    width, height
        Of the whole. [points]
    margins
        Left, right, top, bottom. [points]
    is_polar
        Whether the axes are polar.
    """

    def __init__(
        self, width: float, height: float, margins: tuple[float, float, float, float], *, is_polar: bool = False
    ) -> None:
        left, right, top, bottom = margins
        self.figure = Figure(figsize=(width / 72.0, height / 72.0))
        box = (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
        self.axes: Axes = self.figure.add_axes(box, projection="polar" if is_polar else None)
        self.height_pt = height - top - bottom
        self._tips: dict[str, str] = {}

    def tip(self, artist: Artist, text: str) -> None:
        """Let a text show where the reader points at an artist."""
        name = f"tip{len(self._tips)}"
        artist.set_gid(name)
        self._tips[name] = text

    def dot(self, x: float, y: float, tip: str, **kind: Any) -> None:
        """Draw a marker with a text of its own."""
        (marker,) = self.axes.plot([x], [y], linestyle="none", clip_on=False, **{"marker": "o", **kind})
        self.tip(marker, tip)

    def svg(self, label: str = "") -> str:
        """Write the drawing as an SVG element that may stand in a page beside others.

        Parameters
        ----------
        label
            What a screen reader says.
        """
        out = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        self.figure.savefig(out, format="svg", metadata=nothing)
        text = out.getvalue()
        text = text[text.index("<svg") :]
        text = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>\s*", "", text, flags=re.DOTALL)  # it would rule the page
        text = re.sub(
            r'<g id="([^"]*)"([^>]*)>', self._group, text
        )  # names that every drawing has would stand twice in it
        text = re.sub(r' xmlns:xlink="[^"]*"', "", text).replace("xlink:href", "href")
        text = text.replace(f"'{MEASURED_FONT}'", SHOWN_FONTS)
        named = f" aria-label={quoteattr(label)}" if label else ""
        return text.replace("<svg", f'<svg role="img" stroke-linejoin="round"{named}', 1).strip()

    def _group(self, found: re.Match[str]) -> str:
        tip = f"<title>{escape(self._tips[found[1]])}</title>" if found[1] in self._tips else ""
        return f"<g{found[2]}>{tip}"


class SpokenNumbers(Formatter):
    """Labels of ticks in a language, with as many decimals as the step between them asks for."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Label of one tick."""
        return self.format_ticks([x])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Labels of all ticks."""
        step = float(np.min(np.diff(values))) if len(values) > 1 else 1.0
        digits = max(0, -int(np.floor(np.log10(step) + 1e-9)))
        return [self._speech.number(float(value), digits) for value in values]

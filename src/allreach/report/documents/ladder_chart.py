"""Chart of the ladder: what each rung costs, and the people that it adds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from allreach.io.ladder_file import Ladder, Rung
from allreach.params.money import in_millions, rounded
from allreach.report.documents.drawing import GREY, INK, MAIN, OTHER, Drawing, style

WIDTH, ROW, HEAD, FOOT = 760.0, 24.0, 66.0, 40.0
NAMES, COST, GAP, END = 190.0, 270.0, 90.0, 70.0
"""Widths from the left: names of rungs, bars of cost, room for their figures, room behind the last. [points]"""


def ladder_svg(ladder: Ladder, titles: Mapping[str, str], country: str, *, digits: int | None = None) -> str:
    """Draw the ladder, the first rung on top.

    Parameters
    ----------
    ladder
        Rungs in their order.
    titles
        Title of each rung by its identifier.
    country
        For the title.
    digits
        Significant digits of all figures; as many as there are without.

    Returns
    -------
    svg
        The drawing.
    """
    rungs = ladder.rungs
    with style():
        height = HEAD + ROW * len(rungs) + FOOT
        drawing = Drawing(WIDTH, height, (NAMES, WIDTH - NAMES - COST, HEAD, FOOT))
        cost = drawing.axes
        left = (NAMES + COST + GAP) / WIDTH
        box = (left, FOOT / height, 1.0 - left - END / WIDTH, ROW * len(rungs) / height)
        added = drawing.figure.add_axes(box)
        at = np.arange(len(rungs), dtype=float)
        for axes in (cost, added):
            axes.set_ylim(len(rungs) - 0.5, -0.5)
            axes.grid(visible=False, axis="y")
            axes.set_yticks([])
            axes.xaxis.set_major_locator(MaxNLocator(4))
        cost.set_yticks(at, [titles[rung.rung] for rung in rungs])
        cost.tick_params(axis="y", length=0, labelcolor=INK)
        for label, rung in zip(cost.get_yticklabels(), rungs, strict=True):
            label.set_fontweight("bold" if rung.rung == ladder.headline else "normal")
        millions = [None if rung.pv_usd is None else rung.pv_usd / 1e6 for rung in rungs]
        people = [(rung.newly_reached or 0.0) / 1e3 if rung.unit == "people" else None for rung in rungs]
        _bars(drawing, cost, millions, [_cost_words(rung, digits) for rung in rungs], MAIN)
        _bars(drawing, added, people, [_people_words(rung, digits) for rung in rungs], OTHER)
        cost.set_xlabel("present value, million USD")
        added.set_xlabel("added, thousand people")
        title = f"{country}: what each step costs"
        drawing.figure.text(12.0 / WIDTH, 1.0 - 22.0 / height, title, fontsize=13, fontweight="bold", color=INK)
        note = "each from what stands today; bold: planned in full"
        drawing.figure.text(12.0 / WIDTH, 1.0 - 42.0 / height, note, fontsize=10, color=GREY)
        return drawing.svg(f"{title}: {'; '.join(f'{titles[r.rung]}: {_cost_words(r, digits)}' for r in rungs)}")


def _bars(drawing: Drawing, axes: Axes, values: list[float | None], words: list[str], colour: str) -> None:
    """Draw a bar for each rung with its figure behind it."""
    lengths = [value or 0.0 for value in values]
    bars = axes.barh(np.arange(len(values)), lengths, height=0.6, color=colour)
    axes.set_xlim(0.0, max(lengths) or 1.0)
    for bar, word, length in zip(bars, words, lengths, strict=True):
        drawing.tip(bar, word)
        axes.annotate(
            word,
            (length, bar.get_y() + bar.get_height() / 2),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=10,
            color=INK,
            annotation_clip=False,
        )


def _cost_words(rung: Rung, digits: int | None) -> str:
    if rung.is_met and not rung.pv_usd:
        return "already met"
    if rung.pv_usd is None:
        return "not planned" if rung.is_left_out else "no plan"
    return in_millions(rung.pv_usd, digits or 4)


def _people_words(rung: Rung, digits: int | None) -> str:
    if rung.newly_reached is None:
        return ""
    value = rung.newly_reached if digits is None else rounded(rung.newly_reached, digits)
    return f"{value:,.0f}{' km of road' if rung.unit == 'road_km' else ''}"

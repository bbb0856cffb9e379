"""Chart of the ladder: people without each speed today, and what it costs to reach them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from allreach.json_object import JsonObject
from allreach.report.documents.drawing import GREY, MAIN, OTHER, Drawing, style

WIDTH, HEIGHT = 620.0, 300.0


def ladder_svg(rungs: Sequence[JsonObject], country: str) -> str:
    """Draw the ladder.

    Parameters
    ----------
    rungs
        Rungs of `workflows.ladder`, lowest first.
    country
        For the title.

    Returns
    -------
    svg
        The drawing.
    """
    with style():
        drawing = Drawing(WIDTH, HEIGHT, (70.0, 70.0, 40.0, 50.0))
        axes = drawing.axes
        at = np.arange(len(rungs), dtype=float)
        cost = np.array([np.nan if rung["pv_usd"] is None else rung["pv_usd"] / 1e6 for rung in rungs])
        bars = axes.bar(at, np.nan_to_num(cost), width=0.5, color=MAIN)
        for bar, rung, million in zip(bars, rungs, cost, strict=True):
            told = "already met" if rung["is_met"] else "no plan" if np.isnan(million) else f"{million:,.4g}"
            drawing.tip(bar, f"{rung['dl_mbps']:g} Mbit/s: {told}")
            axes.annotate(told, (bar.get_x() + bar.get_width() / 2, np.nan_to_num(million)), ha="center", va="bottom")
        axes.set_xticks(at, [f"{rung['dl_mbps']:g}" for rung in rungs])
        axes.set_xlabel("speed for every household, Mbit/s")
        axes.set_ylabel("present value, million USD")
        axes.margins(y=0.15)
        axes.grid(visible=False, axis="x")
        share = axes.twinx()
        share.plot(at, [100.0 * rung["reached_today_share"] for rung in rungs], color=OTHER, marker="o")
        share.set_ylim(0.0, 105.0)
        share.set_ylabel("people who have it today, %", color=OTHER)
        share.tick_params(axis="y", colors=GREY)
        share.grid(visible=False)
        axes.set_title(f"{country}: what each step costs")
        return drawing.svg(f"{country}: cost of each speed and people who have it today")

"""Charts of briefs, track pages and sheets as SVG text: the same drawing goes into the page and into the PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, MultipleLocator, NullFormatter
from numpy.typing import ArrayLike

from allreach.report.documents.drawing import GOAL, GREY, GRID, INK, MAIN, OTHER, Drawing, SpokenNumbers, style
from allreach.report.documents.localise import Speech

ROUND_STEPS = [1, 2, 5, 10]
LABEL_STEP_PT = 12.0  # between the names at the ends of lines


@dataclass(frozen=True)
class Curve:
    """A line.

    Parameters
    ----------
    name, x, y
        Name in the legend, and values.
    below
        Other side of a band, which is then filled; none: a line.
    to_bottom
        Whether all below the line is filled.
    dashed
        Whether the line is dashed.
    """

    name: str
    x: ArrayLike
    y: ArrayLike
    below: ArrayLike | None = None
    to_bottom: bool = False
    dashed: bool = False


def fan_chart(
    speech: Speech,
    points: pd.DataFrame,
    path: pd.DataFrame | None,
    *,
    unit: str,
    target: tuple[float, float] | None = None,
    milestones: Sequence[tuple[float, float]] = (),
    bounds: tuple[float, float | None] = (0.0, None),
    plan: pd.DataFrame | None = None,
    width: float = 640,
    height: float = 240,
) -> str:
    """Past values, forecast with its 80 % and 95 % intervals, target and milestones.

    Parameters
    ----------
    points
        Columns year, value, row_id.
    path
        Columns year, mid, low80, high80, low95, high95, or none.
    target
        Year and value promised.
    plan
        Columns year, value: what a plan's build order would give.
    """
    x_span, y_span, path = _fan_spans(points, path, target, milestones, bounds, plan)
    with style():
        drawing = Drawing(width, height, (46, 12, 12, 24))
        axes = drawing.axes
        axes.set(xlim=x_span, ylim=y_span)
        _value_axis(axes, speech)
        _years(axes, x_span, at_most=12 if width > 500 else 6)
        if path is not None and len(path):
            for level, shade in (("95", 0.16), ("80", 0.28)):
                axes.fill_between(
                    path["year"], path[f"low{level}"], path[f"high{level}"], color=MAIN, alpha=shade, lw=0
                )
            axes.plot(path["year"], path["mid"], color=MAIN, dashes=(3, 2))
        if plan is not None:
            axes.plot(plan["year"], plan["value"], color=OTHER, lw=1.8)
        axes.plot(points["year"], points["value"], color=INK, lw=1.4)
        for year, value, row in zip(points["year"], points["value"], points["row_id"], strict=True):
            drawing.dot(year, value, f"{speech.with_unit(float(value), unit)} ({row})", color=INK, ms=5.6, mew=0)
        for year, value in milestones:
            axes.plot([year], [value], "D", color=GOAL, mfc="none", ms=5.6, clip_on=False)
        if target:
            axes.axhline(target[1], color=GOAL, lw=1, dashes=(2, 3), clip_on=False)
            axes.plot([target[0]], [target[1]], "o", color=GOAL, mfc="none", ms=8.4, mew=1.8, clip_on=False)
            is_high = target[1] > y_span[1] - 20.0 * (y_span[1] - y_span[0]) / drawing.height_pt
            axes.annotate(
                f"{speech('target')}: {speech.with_unit(target[1], unit)}",
                (0, target[1]),
                xycoords=("axes fraction", "data"),
                xytext=(4, -4 if is_high else 4),
                textcoords="offset points",
                va="top" if is_high else "bottom",
                color=GOAL,
            )
        return drawing.svg()


def _fan_spans(
    points: pd.DataFrame,
    path: pd.DataFrame | None,
    target: tuple[float, float] | None,
    milestones: Sequence[tuple[float, float]],
    bounds: tuple[float, float | None],
    plan: pd.DataFrame | None,
) -> tuple[tuple[float, float], tuple[float, float], pd.DataFrame | None]:
    """Years and values to be shown, and the forecast within these years."""
    first = float(points["year"].min()) if len(points) else float(path["year"].iloc[0]) if path is not None else 2020.0
    last = float(points["year"].max()) if len(points) else first
    end = max(last + 1, (target[0] if target else last) + 1.0)
    if path is not None:
        path = path[path["year"] <= end + 1e-9]
    columns = [points["value"], *([path[["low95", "high95"]].stack()] if path is not None and len(path) else [])]
    marks = [value for _, value in ([target] if target else []) + list(milestones)]
    values = np.concatenate([*(np.asarray(c, dtype=float).ravel() for c in columns), np.array(marks)])
    if plan is not None:
        values = np.append(values, plan["value"].to_numpy())
        end = max(end, float(plan["year"].max()))
    top, bottom = (float(values.max()), float(values.min())) if len(values) else (1.0, 0.0)
    bottom = bounds[0] if bottom < 0.5 * top else bottom - 0.1 * (top - bottom or 1)
    top = min(top + 0.06 * (top - bottom or 1), bounds[1] * 1.02 if bounds[1] is not None else np.inf)
    return (np.ceil(first) - 1.0, np.ceil(end)), (bottom, top), path


def pair_mark(a: float, b: float) -> str:
    """Small line with a dot for each of two countries, further right is better, as an SVG element.

    Parameters
    ----------
    a, b
        Share of the way to the best, 0 to 1.
    """
    width, height, room = 92.0, 9.0, 4.5
    at = [room + min(max(share, 0.0), 1.0) * (width - 2.0 * room) for share in (a, b)]
    middle = height / 2.0
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}">'
        f'<path d="M{room:g} {middle:g}H{width - room:g}" stroke="{GRID}" stroke-width="2.4"/>'
        f'<path d="M{min(at):.1f} {middle:g}H{max(at):.1f}" stroke="{GREY}" stroke-width="1.2"/>'
        f'<circle cx="{at[1]:.1f}" cy="{middle:g}" r="3.9" fill="{OTHER}"/>'
        f'<circle cx="{at[0]:.1f}" cy="{middle:g}" r="3.9" fill="{MAIN}"/></svg>'
    )


def trend_chart(speech: Speech, title: str, series: Sequence[tuple[str, pd.DataFrame]], *, unit: str) -> str:
    """Small chart of the years of one indicator in two countries, named above it with their last values.

    Parameters
    ----------
    title
        Indicator, for a screen reader.
    series
        Name and columns year, date, value, row_id of the first country and of the second; either may be empty.
    """
    rows = pd.concat([found for _, found in series if len(found)])
    spread = float(rows["value"].max() - rows["value"].min()) or max(abs(float(rows["value"].max())), 1.0) * 0.1
    x_span = np.ceil(rows["year"].min()) - 1.0, np.ceil(rows["year"].max())
    with style():
        drawing = Drawing(210, 104, (28, 8, 30, 16))
        axes = drawing.axes
        axes.set(xlim=x_span, ylim=(rows["value"].min() - 0.12 * spread, rows["value"].max() + 0.12 * spread))
        _value_axis(axes, speech)
        axes.yaxis.set_major_locator(MaxNLocator(3, steps=ROUND_STEPS))
        _years(axes, x_span, at_most=5)
        axes.tick_params(labelsize=8, which="both")
        for number, ((name, found), colour) in enumerate(zip(series, (MAIN, OTHER), strict=True)):
            axes.plot(found["year"], found["value"], color=colour, lw=1.6)
            for year, value, row in zip(found["year"], found["value"], found["row_id"], strict=True):
                text = f"{name}: {speech.with_unit(float(value), unit)} ({row})"
                drawing.dot(year, value, text, color=colour, ms=3.8, mew=0)
            if len(found):
                last = speech.measure(float(found["value"].iloc[-1]), unit)
                axes.annotate(
                    f"{shorten(name, 24)}: {last} ({speech.when(str(found['date'].iloc[-1]))})",
                    (0.0, 1.0),
                    xycoords="axes fraction",
                    xytext=(-24, 16 - 11 * number),
                    textcoords="offset points",
                    color=colour,
                    size=9,
                )
        return drawing.svg(title)


def lines_chart(
    speech: Speech, series: Sequence[tuple[str, pd.DataFrame]], *, unit: str, width: float = 640, height: float = 220
) -> str:
    """Trajectories of several countries; the first is the one that matters.

    Parameters
    ----------
    series
        Name and columns year, value, row_id.
    """
    years = np.concatenate([rows["year"].to_numpy(float) for _, rows in series])
    values = np.concatenate([rows["value"].to_numpy(float) for _, rows in series])
    spread = float(values.max() - values.min()) or max(abs(float(values.max())), 1.0) * 0.1
    x_span = np.ceil(years.min()) - 1.0, np.ceil(years.max())
    with style():
        drawing = Drawing(width, height, (46, 118, 10, 24))
        axes = drawing.axes
        axes.set(xlim=x_span, ylim=(float(values.min()) - 0.08 * spread, float(values.max()) + 0.08 * spread))
        _value_axis(axes, speech)
        _years(axes, x_span)
        for number, (name, rows) in reversed(list(enumerate(series))):
            colour, width = (MAIN, 2.2) if number == 0 else (GREY, 1.0)
            axes.plot(rows["year"], rows["value"], color=colour, lw=width)
            for year, value, row in zip(rows["year"], rows["value"], rows["row_id"], strict=True):
                text = f"{name}: {speech.with_unit(float(value), unit)} ({row})"
                drawing.dot(year, value, text, color=colour, ms=4.8, mew=0)
        low, high = axes.get_ylim()
        ends = [(float(rows["value"].iloc[-1]) - low) / (high - low) * drawing.height_pt for _, rows in series]
        for number, at in enumerate(_apart(ends, LABEL_STEP_PT, 0.0)):
            axes.annotate(
                shorten(series[number][0], 20),
                (1.0, at / drawing.height_pt),
                xycoords="axes fraction",
                xytext=(8, 0),
                textcoords="offset points",
                va="center",
                color=INK if number == 0 else GREY,
            )
        return drawing.svg()


def line_plot(title: str, x_label: str, y_label: str, curves: Sequence[Curve], *, log_x: bool = False) -> str:
    """Draw curves on common axes.

    Parameters
    ----------
    title, x_label, y_label
        Texts; labels carry the unit. The title is what a screen reader says.
    curves
        At least one with two finite points.
    log_x
        Logarithmic x axis; x must be positive.
    """
    with style():
        drawing = Drawing(720, 330, (64, 16, 28, 46))
        axes = drawing.axes
        if log_x:
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.set(xlabel=x_label, ylabel=y_label)
        for number, curve in enumerate(curves):
            colour, dashes = f"C{number}", (None, None) if not curve.dashed else (4, 3)
            if curve.below is not None:
                axes.fill_between(curve.x, curve.below, curve.y, color=colour, alpha=0.2, lw=0, label=curve.name)
            else:
                axes.plot(curve.x, curve.y, color=colour, dashes=dashes, label=curve.name)
        axes.margins(x=0.0, y=0.05)
        low, high = axes.get_ylim()
        for number, curve in enumerate(curves):
            if curve.to_bottom:
                axes.fill_between(
                    curve.x, np.full(len(np.asarray(curve.x)), low), curve.y, color=f"C{number}", alpha=0.25, lw=0
                )
        axes.set_ylim(low, high)
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=len(curves), borderaxespad=0.0, borderpad=0.3)
        return drawing.svg(title)


def sky_plot(title: str, horizon_deg: ArrayLike, marks: Sequence[tuple[str, float, float]]) -> str:
    """Draw the sky from above: zenith in the middle, the horizon outside, terrain dark.

    Parameters
    ----------
    title
        What a screen reader says.
    horizon_deg
        Elevation of the terrain at even steps of azimuth from north clockwise. [deg]
    marks
        Name, azimuth and elevation of what stands in the sky. [deg]
    """
    mask = np.maximum(np.asarray(horizon_deg, dtype=float), 0.0)
    azimuth = np.linspace(0.0, 2.0 * np.pi, len(mask) + 1)
    with style():
        drawing = Drawing(360, 340, (30, 30, 24, 24), is_polar=True)
        axes = drawing.axes
        axes.set_theta_zero_location("N")  # type: ignore[attr-defined]
        axes.set_theta_direction(-1)  # type: ignore[attr-defined]
        axes.set_ylim(0.0, 90.0)
        axes.set_facecolor("#e0f0fa")
        axes.set_xticks(np.radians([0.0, 90.0, 180.0, 270.0]), ["N", "E", "S", "W"], color=INK)
        axes.set_yticks([30.0, 60.0, 90.0], ["60°", "30°", ""], color=GREY)
        axes.fill_between(azimuth, 90.0 - np.append(mask, mask[0]), 90.0, color="#6b705c", lw=0)
        for name, azimuth_deg, elevation_deg in marks:
            at = np.radians(azimuth_deg), 90.0 - max(elevation_deg, 0.0)
            axes.plot([at[0]], [at[1]], "o", color=GOAL, ms=8, mew=0)
            axes.annotate(name, at, xytext=(6, 6), textcoords="offset points", color=INK)
        return drawing.svg(title)


def _value_axis(axes: Axes, speech: Speech) -> None:
    """Horizontal lines at round values, named in the language."""
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=ROUND_STEPS))
    axes.yaxis.set_major_formatter(SpokenNumbers(speech))
    axes.xaxis.grid(visible=False)


def _years(axes: Axes, span: tuple[float, float], at_most: int = 12) -> None:
    """Years in the middle of their span: a value of the end of 2024 stands at the right end of 2024."""
    named = MaxNLocator(at_most, integer=True).tick_values(span[0], span[1])
    axes.xaxis.set_major_locator(MultipleLocator(1.0))
    axes.xaxis.set_major_formatter(NullFormatter())
    axes.xaxis.set_minor_locator(FixedLocator([year + 0.5 for year in named if span[0] <= year < span[1]]))
    axes.xaxis.set_minor_formatter(FuncFormatter(lambda year, _: f"{year - 0.5:.0f}"))
    axes.tick_params(axis="x", which="minor", length=0)


def _apart(at: Sequence[float], step: float, low: float) -> list[float]:
    """Move heights apart to at least a step, in their order, none below a least one."""
    order = np.argsort(at, kind="stable")
    moved = np.array(at, dtype=float)[order]
    for n in range(1, len(moved)):
        moved[n] = max(moved[n], moved[n - 1] + step)
    moved[-1:] = np.minimum(moved[-1:], max(at))
    for n in range(len(moved) - 2, -1, -1):
        moved[n] = min(moved[n], moved[n + 1] - step)
    moved += max(0.0, low - float(moved.min()))
    found = np.empty(len(moved))
    found[order] = moved
    return [float(value) for value in found]


def shorten(text: str, n: int) -> str:
    """Cut a label to `n` characters."""
    return text if len(text) <= n else text[: n - 1].rstrip() + "…"

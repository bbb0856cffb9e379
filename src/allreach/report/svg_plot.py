"""Small line plots as SVG text, without any library: the same figures give the same bytes."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

WIDTH, HEIGHT = 720, 340
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 34, 46
COLOURS = ("#005f73", "#bb3e03", "#6a994e", "#7b2cbf", "#8d99ae", "#ca6702")


@dataclass(frozen=True)
class Curve:
    """A line, or with ``fill`` an area down to the bottom."""

    name: str
    x: ArrayLike
    y: ArrayLike
    fill: bool = False
    dashed: bool = False


def _ticks(low: float, high: float) -> list[float]:
    """Round values within a range, about five."""
    span = high - low
    step = 10.0 ** math.floor(math.log10(span / 5.0))
    step = next(step * f for f in (1.0, 2.0, 5.0, 10.0) if span / (step * f) <= 6.0)
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 10) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def line_plot(title: str, x_label: str, y_label: str, curves: Sequence[Curve], *, log_x: bool = False) -> str:
    """Draw curves on common axes.

    Parameters
    ----------
    title, x_label, y_label
        Texts; labels carry the unit.
    curves
        At least one with two finite points.
    log_x
        Logarithmic x axis; x must be positive.
    """
    series = []
    for curve in curves:
        x, y = np.asarray(curve.x, dtype=float), np.asarray(curve.y, dtype=float)
        good = np.isfinite(x) & np.isfinite(y)
        series.append((curve, np.log10(x[good]) if log_x else x[good], y[good]))
    all_x, all_y = (np.concatenate([s[i] for s in series]) for i in (1, 2))
    x0, x1 = float(all_x.min()), float(all_x.max())
    y0, y1 = float(all_y.min()), float(all_y.max())
    x1 = x1 if x1 > x0 else x0 + 1.0
    pad = 0.05 * (y1 - y0) or 1.0
    y0, y1 = y0 - pad, y1 + pad

    def px(x: float) -> float:
        return LEFT + (x - x0) / (x1 - x0) * (WIDTH - LEFT - RIGHT)

    def py(y: float) -> float:
        return HEIGHT - BOTTOM - (y - y0) / (y1 - y0) * (HEIGHT - TOP - BOTTOM)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{html.escape(title, quote=True)}" font-family="sans-serif" font-size="12">',
        f'<text x="{LEFT}" y="18" font-size="14" font-weight="600">{html.escape(title)}</text>',
    ]
    x_ticks = [float(i) for i in range(math.ceil(x0 - 1e-9), math.floor(x1 + 1e-9) + 1)] if log_x else _ticks(x0, x1)
    for tick in x_ticks:
        label = f"{10.0**tick:g}" if log_x else f"{tick:g}"
        out.append(
            f'<line x1="{px(tick):.1f}" x2="{px(tick):.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#e3e3e3"/>'
        )
        out.append(f'<text x="{px(tick):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{label}</text>')
    for tick in _ticks(y0, y1):
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{py(tick):.1f}" y2="{py(tick):.1f}" stroke="#e3e3e3"/>')
        out.append(f'<text x="{LEFT - 6}" y="{py(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for number, (curve, x, y) in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        points = " ".join(f"{px(a):.1f},{py(b):.1f}" for a, b in zip(x, y, strict=True))
        if curve.fill:
            base = f"{px(float(x[-1])):.1f},{HEIGHT - BOTTOM} {px(float(x[0])):.1f},{HEIGHT - BOTTOM}"
            out.append(f'<polygon points="{points} {base}" fill="{colour}" fill-opacity="0.25" stroke="{colour}"/>')
        else:
            dash = ' stroke-dasharray="5 4"' if curve.dashed else ""
            out.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8"{dash}/>')
        x_key = LEFT + 8 + 150 * (number % 4)
        y_key = TOP + 12 + 15 * (number // 4)
        out.append(f'<text x="{x_key}" y="{y_key}" fill="{colour}">{html.escape(curve.name)}</text>')
    out.append(f'<text x="{WIDTH / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{html.escape(x_label)}</text>')
    out.append(
        f'<text x="14" y="{HEIGHT / 2:.0f}" text-anchor="middle" transform="rotate(-90 14 {HEIGHT / 2:.0f})">'
        f"{html.escape(y_label)}</text></svg>"
    )
    return "\n".join(out)


def sky_plot(title: str, horizon_deg: ArrayLike, marks: Sequence[tuple[str, float, float]]) -> str:
    """Draw the sky from above: zenith in the middle, the horizon outside, terrain dark.

    Parameters
    ----------
    title
        Text.
    horizon_deg
        Elevation of the terrain at even steps of azimuth from north clockwise. [deg]
    marks
        Name, azimuth and elevation of what stands in the sky. [deg]
    """
    size, centre, radius = 360, 180, 140
    mask = np.maximum(np.asarray(horizon_deg, dtype=float), 0.0)

    def xy(azimuth: float, elevation: float) -> tuple[float, float]:
        r, a = radius * (90.0 - elevation) / 90.0, math.radians(azimuth)
        return centre + r * math.sin(a), centre + 8 - r * math.cos(a)

    azimuths = np.arange(len(mask)) * 360.0 / len(mask)
    inner = " ".join("{:.1f},{:.1f}".format(*xy(float(a), float(e))) for a, e in zip(azimuths, mask, strict=True))
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" '
        f'aria-label="{html.escape(title, quote=True)}" font-family="sans-serif" font-size="11">',
        f'<text x="8" y="16" font-size="14" font-weight="600">{html.escape(title)}</text>',
        f'<circle cx="{centre}" cy="{centre + 8}" r="{radius}" fill="#6b705c"/>',
        f'<polygon points="{inner}" fill="#e0f0fa" stroke="#344e41"/>',
    ]
    for ring in (0.0, 30.0, 60.0):
        r = radius * (90.0 - ring) / 90.0
        out.append(
            f'<circle cx="{centre}" cy="{centre + 8}" r="{r:.1f}" fill="none" stroke="#999" stroke-width="0.5"/>'
        )
    for name, azimuth in (("N", 0.0), ("E", 90.0), ("S", 180.0), ("W", 270.0)):
        x, y = xy(azimuth, -8.0)
        out.append(f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle">{name}</text>')
    for name, azimuth, elevation in marks:
        x, y = xy(azimuth, max(elevation, 0.0))
        out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#bb3e03"/>')
        out.append(f'<text x="{x + 6:.1f}" y="{y - 6:.1f}">{html.escape(name)}</text>')
    out.append("</svg>")
    return "\n".join(out)

"""Charts drawn from data as SVG text: the same drawing goes into the page and into the PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from allreach.report.documents.localise import Speech

INK, GREY, GRID = "#1c2b33", "#6b7a83", "#e3e8ea"
MAIN, OTHER, GOAL = "#00796b", "#8d6e63", "#b3261e"
FONT = "Libertinus Serif, Georgia, serif"


@dataclass(frozen=True)
class Axis:
    """A linear scale from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Pixel of a value, two decimals."""
        span = self.high - self.low or 1.0
        return round(self.start + (value - self.low) / span * (self.end - self.start), 2)


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
    width: int = 640,
    height: int = 240,
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
    first = float(points["year"].min()) if len(points) else float(path["year"].iloc[0]) if path is not None else 2020.0
    last = float(points["year"].max()) if len(points) else first
    end = max(last + 1, (target[0] if target else last) + 1.0)
    if path is not None:
        path = path[path["year"] <= end + 1e-9]
    columns = [points["value"], *([path[["low95", "high95"]].stack()] if path is not None and len(path) else [])]
    values = np.concatenate(
        [np.asarray(c, dtype=float).ravel() for c in columns]
        + [np.array([v for _, v in ([target] if target else [])] + [v for _, v in milestones])]
    )
    if plan is not None:
        values = np.append(values, plan["value"].to_numpy())
        end = max(end, float(plan["year"].max()))
    top, bottom = (float(values.max()), float(values.min())) if len(values) else (1.0, 0.0)
    bottom = bounds[0] if bottom < 0.5 * top else bottom - 0.1 * (top - bottom or 1)
    top = min(top + 0.06 * (top - bottom or 1), bounds[1] * 1.02 if bounds[1] is not None else np.inf)
    left, right = 46.0, width - 12.0
    x = Axis(np.ceil(first) - 1, np.ceil(end), left, right)
    y = Axis(bottom, top, height - 24.0, 12.0)
    out = [_open(width, height)]
    digits = 0 if top - bottom > 8 else 1 if top - bottom > 0.8 else 2
    for value in ticks(bottom, top, 5):
        out.append(_line(left, y.at(value), right, y.at(value), GRID))
        out.append(_text(left - 5, y.at(value) + 3.5, speech.number(value, digits), "end", GREY))
    out += _years(x, height)
    if path is not None and len(path):
        for low, high, shade in (("low95", "high95", "0.16"), ("low80", "high80", "0.28")):
            edge = [(x.at(t), y.at(min(max(v, bottom), top))) for t, v in zip(path["year"], path[high], strict=True)]
            edge += [
                (x.at(t), y.at(min(max(v, bottom), top)))
                for t, v in zip(path["year"][::-1], path[low][::-1], strict=True)
            ]
            out.append(f'<polygon points="{_points(edge)}" fill="{MAIN}" fill-opacity="{shade}"/>')
        middle = [(x.at(t), y.at(v)) for t, v in zip(path["year"], path["mid"], strict=True)]
        out.append(
            f'<polyline points="{_points(middle)}" fill="none" stroke="{MAIN}" stroke-width="1.6" '
            'stroke-dasharray="5 3"/>'
        )
    if plan is not None:
        steps = [(x.at(t), y.at(v)) for t, v in zip(plan["year"], plan["value"], strict=True)]
        out.append(f'<polyline points="{_points(steps)}" fill="none" stroke="{OTHER}" stroke-width="1.8"/>')
    seen = [(x.at(t), y.at(v)) for t, v in zip(points["year"], points["value"], strict=True)]
    if len(seen) > 1:
        out.append(f'<polyline points="{_points(seen)}" fill="none" stroke="{INK}" stroke-width="1.4"/>')
    for (cx, cy), row, value in zip(seen, points["row_id"], points["value"], strict=True):
        title = escape(f"{speech.with_unit(float(value), unit)} ({row})")
        out.append(f'<circle cx="{cx}" cy="{cy}" r="2.8" fill="{INK}"><title>{title}</title></circle>')
    for year, value in milestones:
        cx, cy = x.at(year), y.at(value)
        out.append(f'<path d="M{cx - 4} {cy}L{cx} {cy - 4}L{cx + 4} {cy}L{cx} {cy + 4}Z" fill="none" stroke="{GOAL}"/>')
    if target:
        cx, cy = x.at(target[0]), y.at(target[1])
        out.append(_line(left, cy, right, cy, GOAL, dash="2 3"))
        out.append(f'<circle cx="{cx}" cy="{cy}" r="4.2" fill="none" stroke="{GOAL}" stroke-width="1.8"/>')
        words = f"{speech('target')}: {speech.with_unit(target[1], unit)}"
        out.append(_text(left + 4, cy + (13 if cy < 26 else -6), words, "start", GOAL))
    return "".join(out) + "</svg>"


def pair_chart(
    speech: Speech, rows: Sequence[tuple[str, float, float, str, str]], names: tuple[str, str], *, width: int = 640
) -> str:
    """Two countries side by side: one line per indicator with a dot for each.

    Parameters
    ----------
    rows
        Name, share of the way to the best for the first and for the second (0 to 1), and both values as text.
    names
        The countries.
    """
    step, head = 17, 22
    height = head + step * len(rows) + 6
    left, right = width * 0.42, width - 16.0
    x = Axis(0.0, 1.0, left, right)
    out = [_open(width, height)]
    middle = (left + right) / 2
    for at, (name, colour) in zip((left, middle), zip(names, (MAIN, OTHER), strict=True), strict=True):
        out.append(f'<circle cx="{round(at + 4, 2)}" cy="10" r="4" fill="{colour}"/>')
        out.append(_text(at + 12, 13.5, name, "start", INK))
    for number, (label, a, b, a_text, b_text) in enumerate(rows):
        cy = head + step * number + step / 2
        out.append(_line(left, cy, right, cy, GRID))
        out.append(_text(left - 8, cy + 3.5, shorten(label, 46), "end", INK, title=label))
        out.append(_line(x.at(min(a, b)), cy, x.at(max(a, b)), cy, GREY))
        for value, text, colour in ((b, b_text, OTHER), (a, a_text, MAIN)):
            title = escape(text)
            out.append(f'<circle cx="{x.at(value)}" cy="{cy}" r="4" fill="{colour}"><title>{title}</title></circle>')
    return "".join(out) + "</svg>"


def lines_chart(
    speech: Speech, series: Sequence[tuple[str, pd.DataFrame]], *, unit: str, width: int = 640, height: int = 220
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
    x = Axis(np.ceil(years.min()) - 1, np.ceil(years.max()), 46.0, width - 118.0)
    y = Axis(float(values.min()) - 0.08 * spread, float(values.max()) + 0.08 * spread, height - 24.0, 10.0)
    digits = 0 if y.high - y.low > 8 else 1 if y.high - y.low > 0.8 else 2
    out = [_open(width, height)]
    for value in ticks(y.low, y.high, 5):
        out.append(_line(46.0, y.at(value), width - 118.0, y.at(value), GRID))
        out.append(_text(41, y.at(value) + 3.5, speech.number(value, digits), "end", GREY))
    out += _years(x, height)
    labels = sorted((y.at(float(rows["value"].iloc[-1])), number) for number, (_, rows) in enumerate(series))
    placed: dict[int, float] = {}
    before = -np.inf
    for at, number in labels:
        before = max(at, before + 12)
        placed[number] = before
    over = before - (height - 26)
    for number, (name, rows) in reversed(list(enumerate(series))):
        colour, line = (MAIN, "2.2") if number == 0 else (GREY, "1")
        dots = [(x.at(t), y.at(v)) for t, v in zip(rows["year"], rows["value"], strict=True)]
        out.append(f'<polyline points="{_points(dots)}" fill="none" stroke="{colour}" stroke-width="{line}"/>')
        for (cx, cy), row, value in zip(dots, rows["row_id"], rows["value"], strict=True):
            title = escape(f"{name}: {speech.with_unit(float(value), unit)} ({row})")
            out.append(f'<circle cx="{cx}" cy="{cy}" r="2.4" fill="{colour}"><title>{title}</title></circle>')
        out.append(
            _text(
                width - 110,
                placed[number] + 3.5 - max(over, 0),
                shorten(name, 20),
                "start",
                INK if number == 0 else GREY,
            )
        )
    return "".join(out) + "</svg>"


def _years(x: Axis, height: float) -> list[str]:
    """Years in the middle of their span: a value of the end of 2024 stands at the right end of 2024."""
    step = max(1, int(np.ceil((x.high - x.low) / 12)))
    out = []
    for year in range(int(x.low), int(x.high) + 1):
        out.append(_line(x.at(year), height - 24, x.at(year), height - 20, GREY))
        if year < x.high and (year - int(x.low)) % step == 0:
            out.append(_text(x.at(year + 0.5), height - 8, str(year), "middle", GREY))
    return out


def ticks(low: float, high: float, n: int) -> list[float]:
    """Round values between two ends, about `n` of them."""
    span = (high - low) / max(n, 1)
    if span <= 0:
        return [low]
    power = 10 ** np.floor(np.log10(span))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= span - 1e-12)
    first = np.ceil(low / step - 1e-9) * step
    return [float(round(first + k * step, 10)) for k in range(int((high - first) / step + 1e-9) + 1)]


def shorten(text: str, n: int) -> str:
    """Cut a label to `n` characters."""
    return text if len(text) <= n else text[: n - 1].rstrip() + "…"


def _open(width: int, height: float) -> str:
    size = f'width="{width}" height="{height:g}" viewBox="0 0 {width} {height:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONT}" font-size="11" role="img">'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, *, dash: str = "") -> str:
    extra = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{colour}"{extra}/>'


def _text(x: float, y: float, text: str, anchor: str, colour: str, *, title: str = "") -> str:
    inner = f"<title>{escape(title)}</title>" if title else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{colour}">{escape(text)}{inner}</text>'


def _points(pairs: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{px:g},{py:g}" for px, py in pairs)

"""Map of one country or two, for a brief: outlines, capitals, the shared border, and what a plan has there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon
from numpy.typing import NDArray

from allreach.indicators.border import Border, Line, Side, Town
from allreach.report.documents.blocks import Chart, chart
from allreach.report.documents.drawing import GOAL, GREY, INK, MAIN, OTHER, Drawing, style
from allreach.report.documents.localise import Speech

LAND, SEA, LINE = "#eef0ee", "#dcebf3", "#b9c2c5"
FIBRE, NEW, DOT_PT = "#1565c0", "#d35400", 1.6
FILLS = {MAIN: "#b5dbd5", OTHER: "#e2d2c9"}
PLATE = {"boxstyle": "round,pad=0.1", "fc": "white", "alpha": 0.6, "lw": 0.0}
WIDTH, MARGIN_SHARE = 300.0, 0.05
SHAPES = (0.55, 1.05)
"""Least and greatest height of the map for its width."""
NAME_SIZES, LETTER = (6.5, 11.0), 0.9
"""Least and greatest size of a country's name, and the width of a letter for its size. [points]"""
FAR_SHARE = 0.02
"""A part farther off than its country's size that has less than this share of its area is left out of the frame."""


@dataclass(frozen=True)
class Drawn:
    """What a country folder knows, to be drawn on the map.

    Parameters
    ----------
    sites, new_sites, gateways
        Longitude and latitude, shape (n, 2). [degree]
    fibre
        Lines. [degree]
    """

    sites: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    new_sites: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    gateways: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    fibre: tuple[NDArray[np.float64], ...] = ()


def map_chart(
    speech: Speech,
    sides: Sequence[Side],
    border: Border | None,
    drawn: Drawn,
    others: Sequence[Line],
    *,
    caption: str,
) -> Chart:
    """Draw the map with its caption; it may take the room that a page has left.

    Parameters
    ----------
    sides
        One country or two.
    border
        What the two share, or none.
    drawn
        Sites, fibre and gateways of the first.
    others
        Outlines of the countries around.
    caption
        What stands below it.
    """
    west, south, east, north = _frame(sides)
    stretch = float(np.cos(np.radians(0.5 * (south + north))))
    shape = float(np.clip((north - south) / ((east - west) * stretch), *SHAPES))
    more = (north - south) / shape / stretch - (east - west)  # wider, or else higher, to the shape of the drawing
    west, east = (west - max(more, 0.0) / 2.0, east + max(more, 0.0) / 2.0)
    more = (east - west) * stretch * shape - (north - south)
    south, north = south - max(more, 0.0) / 2.0, north + max(more, 0.0) / 2.0
    with style():
        drawing = Drawing(WIDTH, WIDTH * shape, (1, 1, 1, 1))
        axes = drawing.axes
        axes.set_facecolor(SEA)
        axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[])
        axes.grid(visible=False)
        for ring in others:
            axes.add_patch(Polygon(_thinned(ring, east - west), facecolor=LAND, edgecolor=LINE, lw=0.5))
        for side, colour in zip(sides, (MAIN, OTHER), strict=False):
            for ring in side.rings:
                points = _thinned(ring, east - west)
                axes.add_patch(Polygon(points, facecolor=FILLS[colour], edgecolor=colour, lw=0.9))
        _plan(axes, drawn)
        if border is not None:
            for line in border.lines:
                axes.plot(*line.T, color=GOAL, lw=1.8)
            if border.crossing is not None:
                axes.plot(*border.crossing.T, color=GOAL, lw=1.2, dashes=(3, 2))
            for one, two, _ in border.facing:
                axes.plot([one.lon_deg, two.lon_deg], [one.lat_deg, two.lat_deg], color=INK, lw=0.9, dashes=(2, 1.5))
                for town in (one, two):
                    axes.plot([town.lon_deg], [town.lat_deg], "o", color=INK, ms=3, mew=0)
        for side, colour in zip(sides, (MAIN, OTHER), strict=False):
            _named(axes, speech, side, colour)
        return chart(drawing.svg(speech("map")), caption, ratio=1.0 / shape)


def _plan(axes: Axes, drawn: Drawn) -> None:
    for line in drawn.fibre:
        axes.plot(*line.T, color=FIBRE, lw=0.7)
    for points, colour, size in ((drawn.sites, GREY, 1.3), (drawn.new_sites, NEW, 1.5)):
        if len(points):
            at = axes.transData.transform(points)
            _, first = np.unique(np.round(at / DOT_PT), axis=0, return_index=True)  # dots that would hide each other
            axes.plot(*points[np.sort(first)].T, "o", color=colour, ms=size, mew=0)
    if len(drawn.gateways):
        axes.plot(*drawn.gateways.T, "D", color=FIBRE, ms=4.5, mec="white", mew=0.6)


def _named(axes: Axes, speech: Speech, side: Side, colour: str) -> None:
    ring = max(side.rings, key=_area)
    if side.capital is not None:
        _capital(axes, speech, side.capital, is_east=side.capital.lon_deg > 0.5 * (ring[:, 0].min() + ring[:, 0].max()))
    lon, lat, chord = _centre(ring, side.capital)
    text = speech.country(side.iso3).upper()
    room = axes.transData.transform((lon + chord, lat))[0] - axes.transData.transform((lon, lat))[0]
    size = float(np.clip(room / (LETTER * len(text)), *NAME_SIZES))
    where = "center"
    if size == NAME_SIZES[0]:  # too long for the country: above it
        lat, where = float(ring[:, 1].max()), "bottom"
    axes.annotate(
        text, (lon, lat), color=colour, weight="bold", size=size, ha="center", va=where, clip_on=True, bbox=PLATE
    )


def _capital(axes: Axes, speech: Speech, town: Town, *, is_east: bool) -> None:
    at = (town.lon_deg, town.lat_deg)
    axes.plot([at[0]], [at[1]], "s", color=INK, ms=4.5, mew=0)
    side, room = ("right", -4) if is_east else ("left", 4)
    name = speech.town(town.name)
    axes.annotate(name, at, xytext=(room, -9), textcoords="offset points", size=9, ha=side, clip_on=True, bbox=PLATE)


def _frame(sides: Sequence[Side]) -> tuple[float, float, float, float]:
    """West, south, east and north of the countries without small parts far away, with a margin."""
    kept = [ring for side in sides for ring in _near(side)]
    points = np.concatenate(kept)
    low, high = points.min(axis=0), points.max(axis=0)
    room = MARGIN_SHARE * float((high - low).max()) + 0.05
    return float(low[0] - room), float(low[1] - room), float(high[0] + room), float(high[1] + room)


def _near(side: Side) -> list[NDArray[np.float64]]:
    largest = max(side.rings, key=_area)
    low, high = largest.min(axis=0), largest.max(axis=0)
    size = float((high - low).max())
    kept = []
    for ring in side.rings:
        away = np.maximum(np.maximum(low - ring.mean(axis=0), ring.mean(axis=0) - high), 0.0).max()
        if away <= size or _area(ring) >= FAR_SHARE * _area(largest):
            kept.append(ring)
    return kept


def _area(ring: NDArray[np.float64]) -> float:
    x, y = ring.T
    return abs(float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))) / 2.0


def _centre(ring: NDArray[np.float64], capital: Town | None) -> tuple[float, float, float]:
    """Middle and width of a wide chord of an area, apart from its capital: a name fits there."""
    south, north = float(ring[:, 1].min()), float(ring[:, 1].max())
    best = (float(ring[:, 0].mean()), 0.5 * (south + north), 0.0)
    most = -1.0
    for share in (0.25, 0.35, 0.42, 0.5, 0.58, 0.65, 0.75):
        lat = south + share * (north - south)
        start, end = ring[:-1], ring[1:]
        crossed = (start[:, 1] <= lat) != (end[:, 1] <= lat)
        a, b = start[crossed], end[crossed]
        at = np.sort(a[:, 0] + (lat - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0]))
        for left, right in zip(at[::2], at[1::2], strict=False):
            middle, chord = 0.5 * float(left + right), float(right - left)
            is_taken = (
                capital is not None
                and abs(capital.lon_deg - middle) < 0.4 * chord
                and abs(capital.lat_deg - 0.06 * (north - south) - lat) < 0.16 * (north - south)
            )
            worth = chord * (0.5 if is_taken else 1.0)
            if worth > most:
                best, most = (middle, lat, chord), worth
    return best


def _thinned(ring: NDArray[np.float64], span_deg: float) -> NDArray[np.float64]:
    """Ring without points that lie closer than a fifth of a point of the drawing."""
    step = span_deg / WIDTH * 0.4
    cells = np.round(ring / step)
    keep = np.ones(len(ring), dtype=bool)
    keep[1:] = (cells[1:] != cells[:-1]).any(axis=1)
    return ring[keep] if keep.sum() >= 3 else ring

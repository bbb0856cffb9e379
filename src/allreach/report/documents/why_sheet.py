"""The sheet that says why a point is or is not covered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import xarray as xr

from allreach.radio.coverage_maps.explanation import Explanation
from allreach.report.documents import charts, why_words
from allreach.report.documents.blocks import Block, Document, chart, document, heading, plain_table, text, warning


def why_document(found: Explanation, speed: str, point: str, warnings: Sequence[str], day: dt.date) -> Document:
    """Lay an explanation out: the answer, the path, the budget, obstacles, what would help.

    Parameters
    ----------
    found
        The explanation.
    speed
        What a user gets there, as a sentence.
    point
        What the user called the point.
    warnings
        What a reader must know first.
    day
        Date of the inputs.
    """
    path = found.profile
    caption = f"Site {path.attrs['site_id']} to the point, {path.attrs['freq_mhz']:g} MHz"
    blocks: list[Block] = [
        *(warning(words) for words in warnings),
        text(found.sentence),
        text(speed),
        heading("Path"),
        chart(_profile(path, caption), caption),
        heading("From the transmitter to the margin"),
        plain_table(why_words.BUDGET_HEAD, why_words.budget_rows(found), "lrll"),
    ]
    if obstacles := why_words.obstacle_rows(found):
        blocks += [heading("Obstacles, the dearest first"), plain_table(why_words.OBSTACLE_HEAD, obstacles, "rrrlrrrr")]
    blocks += [heading("What would help"), plain_table(why_words.REMEDY_HEAD, why_words.remedy_rows(found), "lrll")]
    return document(f"Why: the signal at {point}", "Path by ITU-R P.1812", blocks, day=day)


def _profile(path: xr.Dataset, title: str) -> str:
    d_km = path["distance_km"].values
    ground = path["ground_m"].values + path["bulge_m"].values
    line, radius = path["line_m"].values, path["fresnel_m"].values
    curves = [charts.Curve("ground, bulging Earth", d_km, ground, to_bottom=True)]
    if path["clutter_m"].values.any():
        curves.append(charts.Curve("with clutter", d_km, ground + path["clutter_m"].values))
    curves += [
        charts.Curve("line of sight", d_km, line),
        charts.Curve("first Fresnel zone", d_km, line + radius, below=line - radius),
    ]
    return charts.line_plot(title, "distance, km", "height above sea level, m", curves)

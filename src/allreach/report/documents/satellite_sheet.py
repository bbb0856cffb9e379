"""The sheet of a geostationary link at one place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from allreach.report.documents import charts
from allreach.report.documents.blocks import Block, Document, chart, document, heading, plain_table, text, warning
from allreach.report.documents.plain_words import number
from allreach.satellite.place_link import PlaceLink

FADES_WIDTH_PCT, SKY_WIDTH_PCT = 72.0, 38.0  # of the page, so that the PDF has two pages
HEAD = ("line", "value", "unit", "how")


def satellite_document(link: PlaceLink, warnings: Sequence[str], method: str, day: dt.date) -> Document:
    """Lay a link out: budget line by line, attenuation against time, the sky with the horizon, the method.

    Parameters
    ----------
    link
        The link.
    warnings
        What a reader must know first.
    method
        What was computed how.
    day
        Date of the inputs.
    """
    sat = link.satellite
    rows = [[line.name, number(line.value), line.unit, line.how] for line in link.lines]
    fades = [charts.Curve(f"{freq:g} GHz", link.times_pct, fade) for freq, fade in link.fades_db.items()]
    fade_plot = charts.line_plot(
        f"Total attenuation at {link.place}", "% of an average year exceeded", "dB", fades, log_x=True
    )
    sky = charts.sky_plot(
        f"Sky over {link.place}", link.horizon_deg, [(sat.name, link.azimuth_deg, link.elevation_deg)]
    )
    blocks: list[Block] = [
        *(warning(words) for words in warnings),
        heading("Link budget"),
        plain_table(HEAD, rows, "lrll", (3, 1.4, 1.1, 4.5)),
        heading("Attenuation against time"),
        chart(fade_plot, width_pct=FADES_WIDTH_PCT),
        heading("Sky and horizon"),
        chart(sky, "Zenith in the middle, terrain dark.", width_pct=SKY_WIDTH_PCT),
        heading("Method"),
        text(f"{method}. Figures of the satellite: {sat.source}."),
    ]
    return document(f"{sat.name} at {link.place}", f"Base year {day.year}", blocks, day=day)

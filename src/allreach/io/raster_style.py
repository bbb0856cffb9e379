"""Styles for QGIS beside rasters of classes: a file of the raster's name with the suffix ``.qml`` is read with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

from allreach.io.atomic import write_text


def write_class_style(path: Path, classes: Mapping[int, tuple[str, str]], band: int = 1) -> None:
    """Write a style that shows each value of a band in its colour with its word.

    Parameters
    ----------
    path
        The raster's path with the suffix ``.qml``.
    classes
        Word and colour (``#rrggbb``) of each value.
    band
        Band that is shown first.
    """
    entries = "\n".join(
        f'        <paletteEntry value="{value}" label={quoteattr(word)} color="{colour}" alpha="255"/>'
        for value, (word, colour) in sorted(classes.items())
    )
    write_text(
        path,
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        '<qgis version="3.22" styleCategories="Symbology">\n  <pipe>\n'
        f'    <rasterrenderer type="paletted" band="{band}" opacity="0.8" alphaBand="-1">\n'
        f"      <colorPalette>\n{entries}\n      </colorPalette>\n"
        "    </rasterrenderer>\n  </pipe>\n</qgis>\n",
    )

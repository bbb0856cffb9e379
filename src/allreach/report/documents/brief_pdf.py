"""A brief as PDF by Typst: dated from the inputs, fonts built in, so that the same data give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import resources
from typing import Any

from allreach.errors import AllreachError, DataMissingError
from allreach.report.documents.blocks import Document

FONT = "Libertinus Serif"
OTHER_FONTS = ("Noto Sans Arabic", "Noto Naskh Arabic", "Noto Sans Hebrew", "DejaVu Sans", "FreeSerif")
"""Of the machine; asked only where a text has letters that the built-in font lacks."""
SCALES = tuple(round(0.76 + 0.02 * n, 2) for n in range(25))
"""Sizes of texts and tables that are tried, as shares of the usual: 6.8 to 11 points for running text."""
MAPS_MM = tuple(range(50, 125, 5))
"""Heights of the map that are tried. [mm]"""
FIRST_MAP_MM = 60
LEAPS = 2


def brief_pdf(content: Document) -> bytes:
    """Lay out a brief.

    A brief of a given count of pages is set as large as they hold: first its texts, then its map.

    Raises
    ------
    DataMissingError
        If the package typst is not installed.
    """
    layout = Layout(content)
    n_pages = content.get("n_pages", 0)
    if not n_pages:
        return layout.pdf({})
    return layout.pdf(layout.filling(n_pages))


def _largest(values: tuple[float, ...], fits: Callable[[Any], bool]) -> float:
    """Largest value that fits, the least where none does.

    What may not break moves from page to page by leaps, so that a size may fit though a smaller one did not: after
    halving, the next `LEAPS` sizes are tried too.
    """
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if fits(values[middle]):
            low = middle
        else:
            high = middle - 1
    above = [value for value in values[low + 2 : low + 2 + LEAPS] if fits(value)]  # the next one is known not to fit
    return max(above, default=values[low])


def _inputs(scale: float, map_mm: float) -> dict[str, str]:
    return {"scale": f"{scale:g}", "map": f"{map_mm:g}"}


class Layout:
    """A document with the template, the fonts and the ways to set it."""

    def __init__(self, content: Document) -> None:
        try:
            import typst
        except ImportError as error:
            raise DataMissingError("PDF needs the package typst: pip install typst") from error
        self._typst = typst
        self._template = (resources.files("allreach.report") / "assets" / "brief.typ").read_bytes()
        text = json.dumps({key: value for key, value in content.items() if key != "numbers"}, ensure_ascii=False)
        self._foreign = any(0x0530 <= ord(letter) <= 0x1CFF or 0xFB1D <= ord(letter) <= 0xFEFC for letter in text)
        fonts = [FONT, *OTHER_FONTS] if self._foreign else [FONT]
        payload = {"n_pages": 0, **content, "numbers": [], "fonts": fonts}
        self._content = json.dumps(payload, ensure_ascii=False)

    def pdf(self, inputs: dict[str, str]) -> bytes:
        """Bytes of the PDF."""
        return bytes(self._run(self._typst.compile, inputs, format="pdf"))

    def filling(self, n_pages: int) -> dict[str, str]:
        """Size of the texts, then of the map, that fill so many pages."""
        scale = _largest(SCALES, lambda one: self.pages(one, FIRST_MAP_MM) <= n_pages)
        map_mm = _largest(MAPS_MM, lambda one: self.pages(scale, one) <= n_pages)
        return _inputs(scale, map_mm)

    def pages(self, scale: float, map_mm: float) -> int:
        """Count of pages."""
        return self.end(_inputs(scale, map_mm))[0]

    def end(self, inputs: dict[str, str]) -> tuple[int, float]:
        """Page on which the last line stands, and how far below its top. [mm]."""
        found = json.loads(self._run(self._typst.query, inputs, selector="<end>", field="value", one=True))
        return int(found["page"]), float(found["y"])

    def _run(self, work: Callable[..., Any], inputs: dict[str, str], **options: Any) -> Any:
        try:
            return work(
                self._template,
                sys_inputs={"content": self._content, **inputs},
                ignore_system_fonts=not self._foreign,
                **options,
            )
        except RuntimeError as error:
            raise AllreachError(f"the PDF could not be laid out: {error}") from error

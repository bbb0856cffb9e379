"""A brief as PDF by Typst: dated from the inputs, fonts built in, so that the same data give the same bytes."""

from __future__ import annotations

import json
from importlib import resources

from allreach.errors import AllreachError, DataMissingError
from allreach.report.documents.blocks import Document

FONT = "Libertinus Serif"
OTHER_FONTS = ("Noto Sans Arabic", "Noto Naskh Arabic", "Noto Sans Hebrew", "DejaVu Sans", "FreeSerif")
"""Of the machine; asked only where a text has letters that the built-in font lacks."""


def brief_pdf(content: Document) -> bytes:
    """Lay out a brief.

    Raises
    ------
    DataMissingError
        If the package typst is not installed.
    """
    try:
        import typst
    except ImportError as error:
        raise DataMissingError("PDF needs the package typst: pip install typst") from error
    template = (resources.files("allreach.report") / "assets" / "brief.typ").read_bytes()
    text = json.dumps({key: value for key, value in content.items() if key != "numbers"}, ensure_ascii=False)
    foreign = any(0x0530 <= ord(letter) <= 0x1CFF or 0xFB1D <= ord(letter) <= 0xFEFC for letter in text)
    fonts = [FONT, *OTHER_FONTS] if foreign else [FONT]
    payload = json.dumps({**content, "numbers": [], "fonts": fonts}, ensure_ascii=False)
    try:
        return bytes(
            typst.compile(template, format="pdf", sys_inputs={"content": payload}, ignore_system_fonts=not foreign)
        )
    except RuntimeError as error:
        raise AllreachError(f"the PDF could not be laid out: {error}") from error

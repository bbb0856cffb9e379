"""Documents as HTML: one self-contained page that opens from disk."""

from __future__ import annotations

from allreach.report.documents.blocks import Document
from allreach.report.templates import environment


def page(content: Document, others: dict[str, str] | None = None) -> str:
    """One page.

    Parameters
    ----------
    content
        A document, see `allreach.report.documents.blocks.document`.
    others
        The same page in other languages: name of the language and file.
    """
    template = environment("allreach.report.documents").get_template("document.html")
    return template.render(**content, others=others or {})

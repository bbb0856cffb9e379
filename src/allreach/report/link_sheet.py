"""Sheets an engineer checks line by line: link budgets and hops as one HTML page that opens from disk."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #ddd; }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.warn { background: #fff3cd; border-left: 4px solid #ca6702; padding: .6rem 1rem; }
figure { margin: 1.5rem 0; } svg { width: 100%; max-width: 46rem; height: auto; }
figure.small svg { max-width: 24rem; } .wide { overflow-x: auto; }
@media print { body { margin: 0; max-width: none; } figure { break-inside: avoid; } }
"""


def number(value: float) -> str:
    """Figure with four decimals at most, thousands apart."""
    return f"{value:,.4f}".rstrip("0").rstrip(".") if value == value else "none"


def table(head: Sequence[str], rows: Iterable[Sequence[str | float]]) -> str:
    """Draw an HTML table; numbers to the right."""
    out = ["<table><thead><tr>" + "".join(f"<th>{html.escape(h)}</th>" for h in head) + "</tr></thead><tbody>"]
    for row in rows:
        cells = [
            f"<td>{html.escape(cell)}</td>" if isinstance(cell, str) else f'<td class="n">{number(float(cell))}</td>'
            for cell in row
        ]
        out.append("<tr>" + "".join(cells) + "</tr>")
    return '<div class="wide">' + "\n".join(out) + "</tbody></table></div>"


def page(title: str, warnings: Sequence[str], parts: Sequence[tuple[str, str]]) -> str:
    """Put a page together.

    Parameters
    ----------
    title
        Title.
    warnings
        What a reader must know first.
    parts
        Heading and HTML of each part.
    """
    body = [f"<h1>{html.escape(title)}</h1>"]
    body += [f'<p class="warn">{html.escape(text)}</p>' for text in warnings]
    for heading, content in parts:
        body.append(f"<h2>{html.escape(heading)}</h2>\n{content}")
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>'
    )
    text = "\n".join(body)
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}<style>{STYLE}</style></head>\n<body>\n{text}\n</body></html>\n'
    )

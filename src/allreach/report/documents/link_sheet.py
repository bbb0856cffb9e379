"""Sheets an engineer checks line by line: link budgets and hops as one HTML page that opens from disk."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from allreach.report.documents.blocks import Block, cell, chart, heading, note
from allreach.report.documents.blocks import table as blocks_table
from allreach.report.documents.brief_pdf import brief_pdf

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
PLOT_WIDTH_PCT = 55  # of the page, so that the sheet fits two pages


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
    for above, content in parts:
        body.append(f"<h2>{html.escape(above)}</h2>\n{content}")
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>'
    )
    text = "\n".join(body)
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}<style>{STYLE}</style></head>\n<body>\n{text}\n</body></html>\n'
    )


def pdf(
    title: str,
    warnings: Sequence[str],
    rows: Sequence[tuple[str, float, str, str]],
    drawn: Sequence[tuple[str, str]],
    method: str,
    year: int,
) -> bytes:
    """Lay the sheet out on A4, dated with the first day of the country's base year: equal inputs give equal bytes.

    Parameters
    ----------
    title, warnings
        As of the page.
    rows
        Line, value, unit, how it comes about.
    drawn
        Heading and SVG of each plot.
    method
        What was computed how.
    year
        Base year of the country folder.
    """
    cells = [[cell(name), cell(number(value)), cell(unit), cell(how)] for name, value, unit, how in rows]
    blocks: list[Block] = [heading("Link budget"), *(note(text) for text in warnings)]
    blocks += [blocks_table(("line", "value", "unit", "how"), cells, (3, 1.4, 1.1, 4.5))]
    blocks[-1]["align"] = ["left", "right", "left", "left"]
    for name, svg in drawn:
        blocks += [heading(name), chart(svg, "") | {"width_pct": PLOT_WIDTH_PCT}]
    blocks += [heading("Method"), note(method)]
    return brief_pdf(
        {
            "title": title, "language": "en", "date": [year, 1, 1], "lead": f"Base year {year}", "blocks": blocks,
            "sources_title": "", "sources": [],
        }
    )  # fmt: skip

"""Building blocks of briefs and track pages: tables, charts and lists whose every number carries its source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NotRequired, TypeAlias, TypedDict

import pandas as pd

from allreach.report.documents.localise import NO_VALUE, Speech


class Cell(TypedDict):
    """A text with what it stands on."""

    t: str
    """Text."""
    s: int
    """Number of its source; 0: none."""
    row: str
    """Row of the series store."""
    c: str
    """Class."""
    svg: NotRequired[str]
    """Small drawing that stands instead of the text, which then says what it shows."""


class Words(TypedDict):
    """Words that run on: a heading, a remark, a paragraph, a warning."""

    kind: Literal["heading", "note", "text", "warning"]
    text: str
    new_page: NotRequired[bool]
    """There where it begins a page in print."""


class Chart(TypedDict):
    """Drawing with its caption, as wide as a share of the page."""

    kind: Literal["chart"]
    svg: str
    caption: str
    width_pct: float
    ratio: NotRequired[float]
    """Width for its height, where it may take what room is left on the page."""


class Columns(TypedDict):
    """Blocks side by side."""

    kind: Literal["columns"]
    widths: list[float]
    parts: list[list[Block]]


class Bullets(TypedDict):
    """List; each item is a run of cells."""

    kind: Literal["list"]
    items: list[list[Cell]]


class Table(TypedDict):
    """Table with its widths, and ``left`` or ``right`` by column."""

    kind: Literal["table"]
    head: list[str]
    rows: list[list[Cell]]
    widths: list[float]
    align: list[str]


Block: TypeAlias = "Words | Chart | Bullets | Table | Columns"


class SourceEntry(TypedDict):
    """Source in the list at the end, and the rows of the series store that are from it."""

    n: int
    title: str
    url: str
    when: str
    licence: str
    rows: list[str]


class SourcedNumber(TypedDict):
    """Number that stands in a document, and what it is from."""

    text: str
    source: int
    row: str
    date: str
    """When it held, as the document says it."""
    computed: NotRequired[bool]
    """There where it is computed from the rows."""


class Document(TypedDict):
    """What a page or a PDF says."""

    title: str
    language: str
    date: list[int]
    """Year, month, day of the inputs."""
    lead: str
    """The line below the title."""
    blocks: list[Block]
    sources_title: str
    sources: list[SourceEntry]
    numbers: list[SourcedNumber]
    n_pages: NotRequired[int]
    """Pages that it fills; as many as it takes where none are named."""


@dataclass
class Sources:
    """Sources used so far, numbered in order of first use; collects what each number stands on."""

    speech: Speech
    entries: list[SourceEntry] = field(default_factory=list)
    numbers: list[SourcedNumber] = field(default_factory=list)
    _known: dict[tuple[str, str], int] = field(default_factory=dict)

    def number(self, title: str, url: str = "", *, retrieved: str = "", licence: str = "", row: str = "") -> int:
        """Return the number of a source; a new one is entered."""
        key = (title, url)
        if key not in self._known:
            self._known[key] = len(self.entries) + 1
            when = self.speech("retrieved", date=self.speech.date(retrieved)) if retrieved else ""
            self.entries.append(
                {"n": len(self.entries) + 1, "title": title, "url": url, "when": when, "licence": licence, "rows": []}
            )
        entry = self.entries[self._known[key] - 1]
        if row and row not in entry["rows"]:
            entry["rows"].append(row)
        return self._known[key]

    def of_row(self, row: pd.Series) -> int:
        """Return the number of the source of a row of the series store."""
        # One publication under several addresses of its pages is one source with the first address.
        return self.number(
            str(row["source"]),
            str(row["url"]),
            retrieved=str(row["retrieved"]),
            licence=str(row["licence"]),
            row=str(row["row_id"]),
        )

    def value(self, row: pd.Series | None, unit: str, *, with_unit: bool = False) -> Cell:
        """Cell of a value of the store; a dash where there is none."""
        if row is None:
            return cell(NO_VALUE)
        text = (
            self.speech.with_unit(float(row["value"]), unit)
            if with_unit
            else self.speech.measure(float(row["value"]), unit)
        )
        if row["status"] in ("open", "estimate", "claim"):
            text += f" ({self.speech(str(row['status']))})"
        found = cell(text, self.of_row(row), str(row["row_id"]))
        date = self.speech.when(str(row["date"]))
        self.numbers.append({"text": text, "source": found["s"], "row": found["row"], "date": date})
        return found

    def computed(self, text: str, *rows: pd.Series | None) -> Cell:
        """Cell of a number computed from rows of the store; a dash needs no source."""
        if text in ("", NO_VALUE):
            return cell(text)
        ids = " ".join(dict.fromkeys(str(row["row_id"]) for row in rows if row is not None))
        found = cell(text, self.number(self.speech("computed_from")), ids)
        dates = dict.fromkeys(self.speech.when(str(row["date"])) for row in rows if row is not None)
        made: SourcedNumber = {
            "text": text,
            "source": found["s"],
            "row": ids,
            "date": " ".join(dates),
            "computed": True,
        }
        self.numbers.append(made)
        return found


def cell(text: str, source: int = 0, row: str = "", kind: str = "") -> Cell:
    """Make a cell."""
    return {"t": text, "s": source, "row": row, "c": kind}


def heading(text: str, *, new_page: bool = False) -> Words:
    """Section heading; one that begins a page does so in print."""
    return {"kind": "heading", "text": text, "new_page": True} if new_page else {"kind": "heading", "text": text}


def note(text: str) -> Words:
    """Small remark."""
    return {"kind": "note", "text": text}


def text(words: str) -> Words:
    """Paragraph."""
    return {"kind": "text", "text": words}


def warning(words: str) -> Words:
    """Paragraph that a reader must see first."""
    return {"kind": "warning", "text": words}


def chart(svg: str, caption: str = "", *, width_pct: float = 100.0, ratio: float = 0.0) -> Chart:
    """Drawing with its caption, as wide as a share of the page [%]; one of a given width for its height may grow."""
    return {"kind": "chart", "svg": svg, "caption": caption, "width_pct": width_pct, "ratio": ratio}


def columns(widths: Sequence[float], *parts: Sequence[Block]) -> Columns:
    """Blocks side by side, as wide as their shares."""
    return {"kind": "columns", "widths": list(widths), "parts": [list(part) for part in parts]}


def bullets(items: Sequence[Sequence[Cell]]) -> Bullets:
    """List; each item is a run of cells."""
    return {"kind": "list", "items": [list(item) for item in items]}


def table(
    head: Sequence[str], rows: Sequence[Sequence[Cell]], widths: Sequence[float], *, text_columns: int = 1
) -> Table:
    """Table; the first `text_columns` columns are text, the others numbers."""
    return {
        "kind": "table",
        "head": list(head),
        "rows": [list(row) for row in rows],
        "widths": list(widths),
        "align": ["left" if number < text_columns else "right" for number in range(len(widths))],
    }


def plain_table(head: Sequence[str], rows: Sequence[Sequence[str]], sides: str, widths: Sequence[float] = ()) -> Table:
    """Table of texts without sources; `sides` has ``l`` for a column of words and ``r`` for one of numbers."""
    cells = [
        [cell(words, kind="nowrap" if side == "r" else "") for words, side in zip(row, sides, strict=True)]
        for row in rows
    ]
    found = table(head, cells, widths or [1.0] * len(sides))
    found["align"] = [{"l": "left", "r": "right"}[side] for side in sides]
    return found


def facts(rows: Sequence[tuple[str, str]]) -> Table:
    """Table of names and values without a head."""
    return table((), [[cell(name), cell(value)] for name, value in rows], (2, 3), text_columns=2)


def document(
    title: str,
    lead: str,
    blocks: Sequence[Block],
    *,
    day: dt.date,
    language: str = "en",
    sources: Sources | None = None,
    n_pages: int = 0,
) -> Document:
    """Put a document together, for the page and the PDF alike.

    Parameters
    ----------
    title, lead
        Title and the line below it.
    blocks
        What it says.
    day
        Date of the inputs, which the PDF bears.
    language
        Language of the texts.
    sources
        Sources that its numbers lead to, or none.
    n_pages
        Pages that the PDF shall fill; 0: as many as it takes.
    """
    return {
        "title": title,
        "language": language,
        "date": [day.year, day.month, day.day],
        "lead": lead,
        "blocks": list(blocks),
        "sources_title": "" if sources is None else sources.speech("sources"),
        "sources": [] if sources is None else sources.entries,
        "numbers": [] if sources is None else sources.numbers,
        "n_pages": n_pages,
    }

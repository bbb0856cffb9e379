"""The one reader of delimited text: comma, semicolon, tab or bar, in any stated encoding; every field stays text.

RFC 4180 with what others add to it: a byte order mark, ``sep=;`` as first line, separators behind the last field,
remarks (``# ...``) above the header.
Nothing is guessed that the file does not show: a row that does not fit the header is a fault with its number.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import pandas as pd

from allreach.errors import Fault, InputError
from allreach.tables import FILE_ROW

SEPARATORS = (",", ";", "\t", "|")
NAMES_OF = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
UNPACKED_BYTES_MAX = 2**30
"""Largest text that is unpacked from a compressed file."""
FIELD_CHARS_MAX = 10_000_000
CHUNK_ROWS = 50_000
FAULTS_SHOWN = 5
PROBE_ROWS = 200  # rows that show which sign separates
ENCODINGS = "cp1252 (western Europe), cp1251 (Cyrillic), cp1254 (Turkish), cp1256 (Arabic)"

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_delimited(path: Path, *, encoding: str | None = None) -> pd.DataFrame:
    """Read a text file as a table of texts.

    Parameters
    ----------
    path
        The file; ``.gz`` is unpacked.
    encoding
        Encoding of a file that does not say it; UTF-8 unless given.

    Returns
    -------
    table
        Columns of texts, NaN where a field is blank. The index, `tables.FILE_ROW`, counts the rows under the header as
        a spreadsheet does, blank ones included. Two columns of one name are called ``NAME (column 2)`` and so on.

    Raises
    ------
    InputError
        If the bytes are no text in the encoding, a row does not fit the header, or there is none.
    """
    text = _without_remarks(decoded(_bytes(path), str(path), encoding))
    separator, skip = _separator(text, str(path))
    rows = _records(text, separator, str(path))
    return table_of_rows(islice(rows, skip, None), str(path), separator)


def _without_remarks(text: str) -> str:
    """Text without the lines above the header that begin with ``#`` and hold no separator, as loggers write them."""
    start = 0
    while text.startswith("# ", start):
        end = text.find("\n", start)
        if end < 0 or any(sign in text[start:end] for sign in SEPARATORS):
            break
        start = end + 1
    return text[start:]


def decoded(raw: bytes, where: str, encoding: str | None = None) -> str:
    """Text of bytes: by their byte order mark, else as said, else UTF-8.

    Raises
    ------
    InputError
        If there is no such encoding, or the bytes are no text in it.
    """
    name = next((found for mark, found in _MARKS if raw.startswith(mark)), None) or encoding
    if not name:
        name = "utf-8"
        _require_no_zeros(raw, where)
    try:
        text = raw.decode(name)
    except LookupError:
        raise InputError(Fault("--encoding", f"{name!r} is not known", "utf-8, utf-16, " + ENCODINGS)) from None
    except (UnicodeDecodeError, UnicodeError) as error:
        start = getattr(error, "start", 0)
        line = raw[:start].count(b"\n") + 1
        what = f"is not in {name.upper()} (byte 0x{raw[start]:02x} in line {line})" if raw else "is empty"
        mend = f"Save it as UTF-8, or say the encoding with --encoding, such as {ENCODINGS}"
        raise InputError(Fault(where, what, "text in the encoding said, or in UTF-8", mend, kind="encoding")) from None
    return text


def _require_no_zeros(raw: bytes, where: str) -> None:
    """Refuse what holds zero bytes: UTF-16 without a byte order mark, or no text at all."""
    head = raw[:100_000]
    zeros = [head[0::2].count(0), head[1::2].count(0)]
    if not sum(zeros):
        return
    most = max(zeros) > len(head) / 20
    name = "utf-16-le" if most and zeros[1] > 4 * zeros[0] else "utf-16-be" if most and zeros[0] > 4 * zeros[1] else ""
    what = f"looks like {name.upper()} without a byte order mark" if name else "holds zero bytes, so it is no text"
    mend = f"Say --encoding {name}, or save it as UTF-8" if name else "Export it again as CSV in UTF-8"
    raise InputError(Fault(where, what, "text in UTF-8", mend, kind="encoding"))


def table_of_rows(rows: Iterable[list], where: str, separator: str = "") -> pd.DataFrame:
    """Table of a header and rows of cells, as text files and spreadsheets give them.

    Parameters
    ----------
    rows
        Header first; a blank row may be an empty list. Cells are texts, or values of a spreadsheet.
    where
        The file, for messages.
    separator
        What separates the fields, for messages; empty for a spreadsheet.

    Raises
    ------
    InputError
        If there is no header, or rows are longer or shorter than it.
    """
    stream = iter(rows)
    header = next((row for row in stream if not _is_blank(row)), None)
    if header is None:
        raise InputError(Fault(where, "holds nothing but blanks", "a header row and rows", "Export the file again"))
    width = max(i + 1 for i, cell in enumerate(header) if not _blank(cell))
    names = _names(header[:width])
    faults: list[Fault] = []
    trailing: list[Fault] = []  # rows with blank fields behind the last: right only where every row has as many
    lengths: set[int] = set()
    pieces: list[pd.DataFrame] = []
    numbers: list[int] = []
    cells: list[list] = []
    for number, row in enumerate(stream, start=1):
        if _is_blank(row):
            continue
        numbers.append(number)
        cells.append([None if _blank(cell) else cell for cell in row[:width]])
        if any(not _blank(cell) for cell in row[width:]):
            faults.append(_too_long(where, number, row, width, separator))
        elif separator and len(row) < width:
            faults.append(_too_short(where, number, row, width))
        elif separator:
            lengths.add(len(row))
            if len(row) > width and len(row) != len(header) and len(trailing) < FAULTS_SHOWN:
                trailing.append(_too_long(where, number, row, width, separator))
        cells[-1] += [None] * (width - len(cells[-1]))
        if len(faults) > FAULTS_SHOWN:
            break
        if len(cells) == CHUNK_ROWS:
            pieces.append(_frame(cells, numbers, names, separator))
            cells, numbers = [], []
    if len(lengths) > 1 and trailing:
        faults += trailing
    if faults:
        raise InputError([*faults[:FAULTS_SHOWN], *_and_more(where, faults)])
    pieces.append(_frame(cells, numbers, names, separator))
    return pd.concat(pieces) if len(pieces) > 1 else pieces[0]


def _bytes(path: Path) -> bytes:
    if path.suffix.lower() != ".gz":
        return path.read_bytes()
    try:
        with gzip.open(path) as stream:
            raw = stream.read(UNPACKED_BYTES_MAX + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            Fault(str(path), f"is no whole gzip file ({error})", "a whole file", "Fetch the file again")
        ) from error
    if len(raw) > UNPACKED_BYTES_MAX:
        most = f"at most {UNPACKED_BYTES_MAX / 2**30:g} GiB unpacked"
        raise InputError(
            Fault(str(path), "is larger unpacked than is read", most, "Unpack it and cut it to the country")
        )
    return raw


def _separator(text: str, where: str) -> tuple[str, int]:
    """Find the separator and the number of rows above the header (1 for ``sep=;``)."""
    first = text[:16].splitlines()[0].strip().strip('"') if text[:16].splitlines() else ""
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], 1
    if text[:16].lower().startswith("sep=\t"):
        return "\t", 1
    fits: dict[str, tuple[float, int]] = {}
    for separator in SEPARATORS:
        rows: list[list[str]] = []
        with contextlib.suppress(InputError):  # a field that cannot be read is named when the file is read
            rows.extend(row for row in islice(_records(text, separator, where), PROBE_ROWS) if not _is_blank(row))
        n_fields = len(rows[0]) if rows else 0
        if n_fields > 1:
            share = sum(abs(len(row) - n_fields) <= 1 for row in rows) / len(rows)
            fits[separator] = (share, n_fields)
    if not fits:
        return ",", 0  # one column, or a fault that the reader names
    best = max(fits.values())
    alike = [separator for separator, fit in fits.items() if fit == best]
    if len(alike) > 1:
        signs = " and ".join(NAMES_OF[separator] for separator in alike)
        raise InputError(
            Fault(where, f"may be separated by {signs}", "one separator", "Write sep=; or sep=, as the first line")
        )
    return alike[0], 0


def _records(text: str, separator: str, where: str) -> Iterator[list[str]]:
    csv.field_size_limit(FIELD_CHARS_MAX)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        what = f"has a field that cannot be read ({error})"
        mend = "A field that holds quotation marks is put in quotation marks, and each inside is written twice"
        raise InputError(Fault(f"{where}, line {reader.line_num}", what, "fields as in RFC 4180", mend)) from error


def _frame(cells: list[list], numbers: list[int], names: list[str], separator: str) -> pd.DataFrame:
    index = pd.Index(numbers, dtype="int64", name=FILE_ROW)
    return pd.DataFrame(cells, columns=names, index=index, dtype="str" if separator else "object")


def _names(header: list) -> list[str]:
    plain = ["" if _blank(cell) else re.sub(r"\s*[\r\n]\s*", " ", str(cell).strip()) for cell in header]
    return [
        name if name and plain.count(name) == 1 else f"{name} (column {i})".strip()
        for i, name in enumerate(plain, start=1)
    ]


def _too_long(where: str, number: int, row: list, width: int, separator: str) -> Fault:
    mend = "Is there a title above the header? Take it out" if width <= 2 else ""
    if not separator:
        what = f"has something in column {len(row)}, which has no name in the header"
        mend = mend or "Name the column, or clear it"
        return Fault(f"{where}, row {number}", what, "a name for each column", mend, kind="fields")
    what = f"has {len(row)} fields, the header {width}"
    mend = mend or f"A field that holds a {NAMES_OF.get(separator, separator)} is put in quotation marks"
    return Fault(f"{where}, row {number}", what, "as many fields as the header", mend, kind="fields")


def _too_short(where: str, number: int, row: list, width: int) -> Fault:
    mend = "Add the fields that are missing, blank ones too; take out notes under the table"
    return Fault(
        f"{where}, row {number}",
        f"has {len(row)} fields, the header {width}",
        "as many fields as the header",
        mend,
        kind="fields",
    )


def _and_more(where: str, faults: list[Fault]) -> list[Fault]:
    more = Fault(where, "further rows do not fit the header either", "as many fields as the header", kind="fields")
    return [more] if len(faults) > FAULTS_SHOWN else []


def _blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _is_blank(row: list) -> bool:
    return all(_blank(cell) for cell in row)

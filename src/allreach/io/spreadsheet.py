"""Excel workbooks as tables: the cells as they are shown, within a bounded size."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import pandas as pd
from openpyxl import load_workbook

from allreach.errors import Fault, InputError
from allreach.io.archives import require_small
from allreach.io.damaged import BROKEN_ARCHIVE
from allreach.io.delimited_text import table_of_rows

EXCEL = (".xlsx", ".xlsm")
CELLS_MAX = 20_000_000
_NO_VALUE = re.compile(  # the text "" of a formula is a value, a missing one is not
    rb'<c\b(?![^>]*t="str")[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>'
)
_BROKEN: tuple[type[Exception], ...] = (*BROKEN_ARCHIVE, ParseError, LookupError, TypeError, AttributeError)


def read_spreadsheet(path: Path, *, sheet: str | None = None, first: bool = False) -> pd.DataFrame:
    """Read a sheet of a workbook.

    Parameters
    ----------
    path
        The workbook; formulas count by the value that was stored with them.
    sheet
        Name of the sheet, where several hold something.
    first
        Take the first sheet that holds something.

    Returns
    -------
    table
        As `delimited_text.table_of_rows` makes it; cells are texts, numbers, or truth values. A whole number that is
        shown with leading zeros (format ``000``) and a share shown in percent are texts, as they are shown.

    Raises
    ------
    InputError
        If the file is no workbook, is larger than is read, or has several sheets and none is named.
    """
    require_small(path)
    where = str(path)
    try:
        _require_values(path)
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            name = _sheet(book, sheet, first, where)
            return table_of_rows(_rows(book[name], where), f"{where}, sheet {name}")
        finally:
            book.close()
    except InputError:
        raise
    except _BROKEN as error:
        raise _no_workbook(where, error) from error


def sheet_names(path: Path) -> list[str]:
    """Names of the sheets of a workbook, in its order.

    Raises
    ------
    InputError
        If the file is no workbook, or is larger than is read.
    """
    require_small(path)
    try:
        book = load_workbook(path, read_only=True)
        try:
            return [str(page.title) for page in book.worksheets]
        finally:
            book.close()
    except _BROKEN as error:
        raise _no_workbook(str(path), error) from error


def _no_workbook(where: str, error: Exception) -> InputError:
    words = f"is no whole Excel workbook ({type(error).__name__}: {error})"
    return InputError(Fault(where, words, ".xlsx", "Save it again as .xlsx"))


def _require_values(path: Path) -> None:
    """Refuse formulas that no spreadsheet program has worked out yet: their cells would count as blank."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and (found := _NO_VALUE.search(archive.read(name))):
                cell = re.search(rb'\br="([A-Z]+[0-9]+)"', found[0])
                at = cell[1].decode() if cell else "a cell"
                what = f"holds a formula without its value in {at} ({name})"
                raise InputError(
                    Fault(
                        str(path), what, "worked-out values", "Open it in a spreadsheet program and save it, or as CSV"
                    )
                )


def _sheet(book: Any, sheet: str | None, first: bool, where: str) -> str:
    names = [page.title for page in book.worksheets]
    if sheet is not None:
        if sheet not in names:
            raise InputError(Fault(where, f"has no sheet {sheet}", " or ".join(names)))
        return sheet
    full = [page.title for page in book.worksheets if any(row for row in _rows(page, where))]
    if not full:
        raise InputError(Fault(where, "holds nothing but blanks", "a header row and rows"))
    if len(full) > 1 and not first:
        raise InputError(
            Fault(where, f"has {len(full)} sheets: {', '.join(full)}", "one", "Choose with --sublayer NAME")
        )
    return str(full[0])


def _rows(page: Any, where: str) -> Iterator[list]:
    """Rows as lists of values; what the file claims of its size is not believed."""
    page.reset_dimensions()
    n_cells = 0
    for row in page.iter_rows():
        n_cells += len(row)
        if n_cells > CELLS_MAX:
            most = f"at most {CELLS_MAX:,} cells"
            raise InputError(
                Fault(f"{where}, sheet {page.title}", "is larger than is read", most, "Save the table alone")
            )
        values = [_value(cell) for cell in row]
        while values and values[-1] is None:
            values.pop()
        yield values


def _value(cell: Any) -> object:
    value = cell.value
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    shown = str(cell.number_format)
    if isinstance(value, int) and re.fullmatch(r"0{2,}", shown):
        return str(value).zfill(len(shown))
    if "%" in shown:
        return f"{float(value) * 100:.12g} %"
    return value

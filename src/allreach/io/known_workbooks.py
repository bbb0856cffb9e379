"""Workbooks of publishers whose sheets and columns are known, so that they can be imported as they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from allreach.io.spreadsheet import sheet_names


@dataclass(frozen=True)
class KnownWorkbook:
    """A publisher's workbook.

    Parameters
    ----------
    sheet
        Sheet that holds the values; its columns go by the codes of `definitions.yaml`.
    source, url, licence
        What stands as the origin of its rows.
    """

    sheet: str
    source: str
    url: str
    licence: str


GOVTECH_URL = "https://datacatalogfiles.worldbank.org/ddh-published/0037889/DR0095721/WBG_GovTech_Dataset_Dec2025.xlsx"
_GOVTECH = "https://datacatalog.worldbank.org/search/dataset/0037889/govtech-dataset"
KNOWN = (
    KnownWorkbook("GTMI_Data", "World Bank, GovTech Dataset", _GOVTECH, "CC BY 4.0"),  # December 2025
    KnownWorkbook("CG_GTMI_Data", "World Bank, GovTech Dataset", _GOVTECH, "CC BY 4.0"),  # October 2022, March 2023
)
"""World Bank GovTech Dataset: one row an economy and edition, columns Code, Year, GTMI, CGSI, PSDI, DCEI, GTEI among
many others."""


def known_workbook(path: Path) -> KnownWorkbook | None:
    """Say which publisher's workbook a file is, by its sheets; none where it is another."""
    names = set(sheet_names(path))
    return next((known for known in KNOWN if known.sheet in names), None)

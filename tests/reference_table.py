"""Reference results as they were published, read without the program's own reader."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

WORDS = {"case_id": str, "profile": str, "polarization": str, "variability": str}


def reference_table(path: Path) -> pd.DataFrame:
    """CSV as a table; numbers are numbers, empty fields NaN."""
    return pd.read_csv(path, dtype=WORDS, encoding="utf-8-sig")

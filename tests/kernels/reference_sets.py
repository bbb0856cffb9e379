"""Where the reference sets lie and how they are read."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from allreach.io.path_cases import read_profile
from allreach.radio.paths.profile import Profile
from reference_table import reference_table

ROOT = Path(__file__).parents[2]
OWN = ROOT / "tests" / "data" / "crosscheck"
SHARED = ROOT.parent / "shared" / "validation"


def shared(path: str) -> Path:
    """Path of a reference file beside the checkout; skips the test where it is absent."""
    if not (SHARED / path).exists():
        pytest.skip(f"reference data {SHARED / path} are not on this machine")
    return SHARED / path


@cache
def cases(path: Path) -> pd.DataFrame:
    """Table of cases."""
    return reference_table(path)


def profiles(folder: Path, names: pd.Series) -> dict[str, Profile]:
    """Profiles by name."""
    return {name: read_profile(folder / name) for name in names.unique()}


def largest(difference: pd.Series) -> float:
    """Largest magnitude, where NaN counts as infinite."""
    return float(np.nan_to_num(np.abs(difference.to_numpy(float)), nan=np.inf).max())

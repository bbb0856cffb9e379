"""World Bank GovTech Maturity Index: mean of four published sub-indices."""

from __future__ import annotations

import pandas as pd

from allreach.indicators.definitions import read_package_yaml


def gtmi_parts() -> list[str]:
    """Return the indicators of the four sub-indices."""
    return list(read_package_yaml("editions/gtmi.yaml")["parts"])


def gtmi(parts: pd.DataFrame) -> pd.Series:
    """Index from its sub-indices; missing where any of them is.

    Parameters
    ----------
    parts
        One row per economy and edition, a column for each of `gtmi_parts`. (0 to 1)
    """
    return parts[gtmi_parts()].astype("float64").mean(axis=1, skipna=False)

"""Parameters of the room demand; values and sources in ``demand.yaml``."""

from __future__ import annotations

from allreach.params.quantity import Frozen, Quantity  # noqa: F401


class Demand(Frozen):
    """Parameters of the room demand. Add ``key: Quantity`` with a docstring here and its value in the YAML."""

"""Parameters of the room backhaul; values and sources in ``backhaul.yaml``."""

from __future__ import annotations

from allreach.params.quantity import Frozen, Quantity  # noqa: F401


class Backhaul(Frozen):
    """Parameters of the room backhaul. Add ``key: Quantity`` with a docstring here and its value in the YAML."""

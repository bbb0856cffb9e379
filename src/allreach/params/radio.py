"""Parameters of the room radio; values and sources in ``radio.yaml``."""

from __future__ import annotations

from allreach.params.quantity import Frozen, Quantity  # noqa: F401


class Radio(Frozen):
    """Parameters of the room radio. Add ``key: Quantity`` with a docstring here and its value in the YAML."""

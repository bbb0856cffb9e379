"""Parameters of the room planning; values and sources in ``planning.yaml``."""

from __future__ import annotations

from allreach.params.quantity import Frozen, Quantity  # noqa: F401


class Planning(Frozen):
    """Parameters of the room planning. Add ``key: Quantity`` with a docstring here and its value in the YAML."""

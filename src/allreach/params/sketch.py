"""Parameters of the room sketch; values and sources in ``sketch.yaml``."""

from __future__ import annotations

from allreach.params.quantity import Frozen, Quantity  # noqa: F401


class Sketch(Frozen):
    """Parameters of the room sketch. Add ``key: Quantity`` with a docstring here and its value in the YAML."""

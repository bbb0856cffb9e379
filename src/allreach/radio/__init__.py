"""Radio: path loss, coverage and why, for notebooks and scripts.

``coverage``, ``coverage_tiles``, ``path_loss`` and ``explain`` are the public functions; they are loaded when first
used, so that importing the room costs nothing.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allreach.radio.coverage_maps.dataset import coverage as coverage
    from allreach.radio.coverage_maps.dataset import coverage_tiles as coverage_tiles
    from allreach.radio.coverage_maps.explanation import Explanation as Explanation
    from allreach.radio.coverage_maps.explanation import explain as explain
    from allreach.radio.itm_ground import ItmGround as ItmGround
    from allreach.radio.paths.dataset import path_loss as path_loss

PUBLIC = {
    "coverage": "coverage_maps.dataset",
    "coverage_tiles": "coverage_maps.dataset",
    "explain": "coverage_maps.explanation",
    "Explanation": "coverage_maps.explanation",
    "ItmGround": "itm_ground",
    "path_loss": "paths.dataset",
}
__all__ = ["Explanation", "ItmGround", "coverage", "coverage_tiles", "explain", "path_loss"]


def __getattr__(name: str) -> Any:
    if name not in PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{PUBLIC[name]}"), name)
    setattr(sys.modules[__name__], name, value)
    return value

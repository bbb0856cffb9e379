"""allreach plans how a whole country gets connected.

    import allreach as ar
    study = ar.sketch("LUX", pixel_m=500)  # or ar.open("MYLAND", scenario="leo", sets={"costs.leo_kit_usd": 300})
    today = study.measure()
    plan = study.plan()
    study.report("index.html")

Everything is loaded when it is first used: importing the package costs nothing and changes nothing in the process.
"""

from __future__ import annotations

import importlib
import logging
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allreach.radio.coverage_maps.dataset import coverage as coverage
    from allreach.radio.coverage_maps.explanation import explain as explain
    from allreach.radio.paths.dataset import path_loss as path_loss
    from allreach.workflows.study import Plan as Plan
    from allreach.workflows.study import Study as Study
    from allreach.workflows.study import Today as Today
    from allreach.workflows.study import Verified as Verified
    from allreach.workflows.study import compare as compare
    from allreach.workflows.study import open_study as open
    from allreach.workflows.study import sketch as sketch

__version__ = "0.1.0"

logging.getLogger(__name__).addHandler(logging.NullHandler())

PUBLIC = {
    "Plan": "workflows.study:Plan",
    "Study": "workflows.study:Study",
    "Today": "workflows.study:Today",
    "Verified": "workflows.study:Verified",
    "compare": "workflows.study:compare",
    "coverage": "radio.coverage_maps.dataset:coverage",
    "explain": "radio.coverage_maps.explanation:explain",
    "open": "workflows.study:open_study",
    "path_loss": "radio.paths.dataset:path_loss",
    "sketch": "workflows.study:sketch",
}
__all__ = [
    "Plan",
    "Study",
    "Today",
    "Verified",
    "compare",
    "coverage",
    "explain",
    "open",
    "path_loss",
    "sketch",
]


def __getattr__(name: str) -> Any:
    if name not in PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = PUBLIC[name].partition(":")
    value = getattr(importlib.import_module(f"{__name__}.{module}"), attribute)
    setattr(sys.modules[__name__], name, value)
    return value

"""The one name of a JSON object whose keys only its writer knows."""

from __future__ import annotations

from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
"""What ``json`` and YAML read and write; where the keys are known there is a model, a `TypedDict` or a data class."""

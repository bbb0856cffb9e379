"""The one form of a summary: key figures with their meaning and unit, written as JSON in the order given."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from allreach.json_object import JsonObject


class Summary(BaseModel):
    """Key figures of a step; a figure that does not concern a country is not there at all."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    def as_dict(self) -> JsonObject:
        """Return what ``summary.json`` holds: the figures that were given, in their order."""
        return self.model_dump(mode="json", exclude_unset=True)

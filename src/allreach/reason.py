"""Why something is as it is: a key of the locale files with the values of its blanks, and the same in English.

Results hold all three: ``why`` in English, ``why_key``, and ``why_values`` where the text has blanks. The page and the
documents say the text of the key in the reader's language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reason:
    """A reason.

    Parameters
    ----------
    key
        Key of its text in the locale files, ``reason_...``.
    text
        The reason in English.
    values
        Values of the blanks of the text.
    """

    key: str
    text: str
    values: Mapping[str, float | str] = field(default_factory=dict)

    @property
    def values_json(self) -> str:
        """Values as a cell of a table holds them; empty where the text has no blanks."""
        return json.dumps(dict(self.values), ensure_ascii=False, sort_keys=True) if self.values else ""


NO_REASON = Reason("", "")
"""Of what needs none."""

"""Time zones as users name them."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo


def zone_of(text: str) -> ZoneInfo | str:
    """Zone by its name, or an offset as pandas takes it.

    Raises
    ------
    ValueError
        If there is no such zone.
    """
    if re.fullmatch(r"[+-]\d{2}:\d{2}", text):
        return f"UTC{text}"
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{text!r} is no zone; a name such as Asia/Baku, UTC, or an offset such as +04:00") from None

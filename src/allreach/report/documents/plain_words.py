"""Figures of sheets in words: rounded as an engineer reads them, with their unit."""

from __future__ import annotations

NOT_KNOWN = "not known"


def number(value: float | None, digits: int | None = None) -> str:
    """Figure with thousands apart; without a count of decimals about five figures, no zeros at the end."""
    if value is None or value != value:
        return NOT_KNOWN
    if digits is not None:
        return f"{round(value, digits) + 0.0:,.{digits}f}"  # no minus zero
    size = abs(value)
    text = f"{value:,.{3 if size < 100 else 2 if size < 10_000 else 1}f}"
    text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def quantity(value: float | None, unit: str, digits: int | None = None) -> str:
    """Figure with its unit."""
    text = number(value, digits)
    return text if text == NOT_KNOWN or not unit else f"{text}\u00a0{unit}"


def bearing(degrees: float) -> str:
    """Heading from true north clockwise, in tenths of a degree."""
    return f"{round(degrees, 1) % 360.0:.1f}°"


def position(lon_deg: float, lat_deg: float) -> str:
    """Longitude and latitude as the command line takes them."""
    return f"{lon_deg:.5f}, {lat_deg:.5f}"

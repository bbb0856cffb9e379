"""What all formats of antenna patterns share: numbers of a line, cuts on a full circle, gains with their unit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from allreach.errors import Fault
from allreach.radio.antennas import DBI_OF_DBD
from allreach.radio.engine.antenna import CUT_STEPS

ATTENUATION_MAX_DB = 200.0
EVEN_STEP_MAX_DEG = 5.0
GAP_MAX_DEG = 45.0  # between the break points of an envelope
ROUNDING_DB = 0.1  # a value this much above the maximum is a rounding of it
GAIN_DBI = (-20.0, 45.0)
FAULTS_SHOWN = 5
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


@dataclass
class Cut:
    """Points of one cut as they stand in a file: angles, values and the number of each line."""

    word: str
    line: int
    declared: int | None
    angle_deg: list[float] = field(default_factory=list)
    value_db: list[float] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def add(self, angle_deg: float, value_db: float, line: int) -> None:
        """Take one point."""
        self.angle_deg.append(angle_deg)
        self.value_db.append(value_db)
        self.lines.append(line)


def frequencies_mhz(text: str) -> tuple[float, float]:
    """Low and high of a frequency such as ``1710-1880``, ``1805 MHz`` or ``2.437 GHz``; NaN where there is none."""
    found = [float(number) for number in re.findall(r"\d+\.?\d*", text)]
    if not found:
        return np.nan, np.nan
    factor = 1000.0 if re.search(r"ghz", text, re.IGNORECASE) else 1.0
    return min(found) * factor, max(found) * factor


def gain_dbi(text: str, where: str, faults: list[Fault], unit: str = "") -> tuple[float, str]:
    """Gain in dBi and its unit as written, ``dBd``, ``dBi`` or empty; NaN with a fault where it cannot be read."""
    found = re.fullmatch(rf"({NUMBER.pattern})\s*(dbd|dbi)?", text.strip(), re.IGNORECASE)
    if found is None:
        faults.append(
            Fault(where, f"the gain {text.strip()!r} is not usable", "a number and its unit: 17.1 dBi or 15 dBd")
        )
        return np.nan, ""
    said = (found[2] or unit).lower()
    value = float(found[1]) + (0.0 if said == "dbi" else DBI_OF_DBD)
    low, high = GAIN_DBI
    if not low <= value <= high:
        faults.append(Fault(where, f"a gain of {value:.1f} dBi", f"{low:g} to {high:g} dBi"))
    return value, {"dbd": "dBd", "dbi": "dBi"}.get(said, "")


def counted(cut: Cut, name: str, faults: list[Fault]) -> bool:
    """Whether a cut has as many points as it says, and any."""
    if cut.declared is not None and len(cut.angle_deg) != cut.declared:
        missing = _first_missing(cut)
        more = f"; the first angle that is missing is {missing:g} degrees" if missing is not None else ""
        faults.append(
            Fault(
                f"{name}, line {cut.line}",
                f"{cut.word} announces {cut.declared} points and {len(cut.angle_deg)} follow{more}",
                "one line for each point: angle and attenuation",
                "Put the missing lines in, or take the file of the manufacturer anew",
            )
        )
        return False
    return bool(cut.angle_deg)


def attenuations(cut: Cut, name: str, faults: list[Fault]) -> tuple[NDArray[np.float64], bool]:
    """Attenuations of a cut, not negative, and whether all were written with a minus, as gains.

    Both signs in one cut are a fault: it cannot be known which is meant.
    """
    values = np.array(cut.value_db)
    if (values <= 0.0).all() and (values < -ROUNDING_DB).any():
        return -values, True
    bad = values < -ROUNDING_DB
    for i in np.flatnonzero(bad)[:FAULTS_SHOWN]:
        faults.append(
            Fault(
                f"{name}, line {cut.lines[i]}",
                f"{values[i]:g} dB in a cut with values of both signs",
                "attenuations below the maximum, all positive",
            )
        )
    for i in np.flatnonzero(values > ATTENUATION_MAX_DB)[:FAULTS_SHOWN]:
        faults.append(
            Fault(
                f"{name}, line {cut.lines[i]}", f"an attenuation of {values[i]:g} dB", f"0 to {ATTENUATION_MAX_DB:g} dB"
            )
        )
    return np.maximum(values, 0.0), False


def on_circle(
    cut: Cut,
    angle_deg: Sequence[float],
    attenuation_db: NDArray[np.float64],
    name: str,
    faults: list[Fault],
    *,
    even: bool,
) -> NDArray[np.float64]:
    """Put a cut on the full circle, every 0.1 degree, straight between its points.

    Parameters
    ----------
    angle_deg, attenuation_db
        Points, angles from -360 to 360 in the sense that is kept.
    even
        Whether the points must be evenly spaced; else they may be the break points of an envelope.
    """
    flat = np.full(CUT_STEPS + 1, np.nan)
    angles = np.array(angle_deg, dtype=np.float64)
    wrong = np.flatnonzero(~(np.abs(angles) <= 360.0))
    if len(wrong):
        faults.append(
            Fault(f"{name}, line {cut.lines[wrong[0]]}", f"an angle of {angles[wrong[0]]:g}", "-180 to 360 degrees")
        )
        return flat
    turned = np.round(angles % 360.0, 6) % 360.0
    order = np.argsort(turned, kind="stable")
    turned, values, lines = turned[order], attenuation_db[order], np.array(cut.lines)[order]
    twice = np.flatnonzero(np.diff(turned) == 0.0)
    for i in twice:
        if abs(values[i] - values[i + 1]) > ROUNDING_DB:
            faults.append(
                Fault(
                    f"{name}, line {lines[i + 1]}",
                    f"the angle {turned[i]:g} stands twice, with {values[i]:g} and {values[i + 1]:g} dB",
                    "each angle once",
                )
            )
            return flat
    turned, values = np.delete(turned, twice + 1), np.delete(values, twice + 1)
    gaps = np.diff(np.append(turned, turned[0] + 360.0))
    usual = float(np.median(gaps)) if even else GAP_MAX_DEG
    wide = np.flatnonzero(gaps > (1.5 * min(usual, EVEN_STEP_MAX_DEG / 1.5) if even else GAP_MAX_DEG))
    if len(wide):
        at = wide[0]
        faults.append(
            Fault(
                f"{name}, line {cut.line}",
                f"{cut.word} has no value between {turned[at]:g} and {(turned[at] + gaps[at]) % 360.0:g} degrees",
                "the full circle" + (", evenly spaced" if even else ""),
                "Put the missing lines in, or take the file of the manufacturer anew",
            )
        )
        return flat
    around = np.concatenate([turned - 360.0, turned, turned + 360.0])
    return np.interp(np.arange(CUT_STEPS + 1) / (CUT_STEPS / 360.0), around, np.tile(values, 3))


def main_beam_deg(vertical_db: NDArray[np.float64]) -> float:
    """Angle below the horizon of the strongest direction in front of the antenna; the middle where several are."""
    depression = np.arange(-900, 901)
    values = vertical_db[depression % CUT_STEPS]
    strongest = depression[values <= values.min() + 1e-9]
    return float(strongest[np.abs(strongest - np.median(strongest)).argmin()]) / 10.0


def _first_missing(cut: Cut) -> float | None:
    """Return the first angle that is not there, where the others are whole steps apart."""
    turned = np.sort(np.unique(np.round(np.array(cut.angle_deg) % 360.0, 6)))
    if len(turned) < 3:
        return None
    step = float(np.median(np.diff(turned)))
    wide = np.flatnonzero(np.diff(turned) > 1.5 * step)
    if len(wide):
        return float(turned[wide[0]] + step)
    if turned[0] > 0.5 * step:
        return 0.0
    return float(turned[-1] + step) if turned[-1] + 1.5 * step < 360.0 else None

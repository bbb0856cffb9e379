"""Files of orbital elements: OMM (CSV, XML, JSON) or two lines.

The Orbit Mean-Elements Message is CCSDS 502.0-B-3 with the keywords of CelesTrak and Space-Track; two-line elements are
as in Hoots and Roehrich, Spacetrack Report No. 3 (1980): 69 columns, the last a checksum modulo 10.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from allreach.errors import DataMissingError, Fault, InputError

if TYPE_CHECKING:
    from sgp4.api import Satrec

BYTES_MAX = 300_000_000
LISTED = 20
SATNUM_MAX = 339_999
"""Highest catalogue number that SGP4's record holds (Alpha-5 Z9999); the number does not enter the orbit."""
TLE_COLUMNS = 69
_LIMITS = {
    "MEAN_MOTION": (0.01, 20.0, "revolutions a day"),
    "ECCENTRICITY": (0.0, 1.0, ""),
    "INCLINATION": (0.0, 180.0, "degrees"),
    "RA_OF_ASC_NODE": (-360.0, 360.0, "degrees"),
    "ARG_OF_PERICENTER": (-360.0, 360.0, "degrees"),
    "MEAN_ANOMALY": (-360.0, 360.0, "degrees"),
    "BSTAR": (-1000.0, 1000.0, "1/Earth radius"),
}
_NAMES = {"CLASSIFICATION_TYPE": "U", "OBJECT_ID": ""}
"""Names, which do not matter to an orbit: the library takes a single letter and plain characters only."""
_OPTIONAL = {
    "MEAN_MOTION_DOT": "0",
    "MEAN_MOTION_DDOT": "0",
    "EPHEMERIS_TYPE": "0",
    "ELEMENT_SET_NO": "0",
    "REV_AT_EPOCH": "0",
    "NORAD_CAT_ID": "0",
}
_SAME = {"MEAN_ELEMENT_THEORY": ("SGP4", "SGP/SGP4"), "TIME_SYSTEM": ("UTC",), "CENTER_NAME": ("EARTH",)}
_XP = 4  # EPHEMERIS_TYPE of SGP4-XP, which SGP4 must not be given
_LOG = logging.getLogger("allreach")
Row = Mapping[str, str]


def read_elements(path: Path, at: datetime | None = None) -> list[Any]:
    """Read orbital elements by the ending: .csv, .xml, .json (OMM as CelesTrak gives them), or .tle, .txt.

    Satellites that SGP4 cannot run are left out, and named; of several sets of one satellite the nearest in time stays.

    Parameters
    ----------
    path
        The file.
    at
        Moment that is asked about (default: now).

    Returns
    -------
    records
        ``sgp4.api.Satrec`` objects.

    Raises
    ------
    InputError
        With every fault of the file: rows without a number where one belongs, wrong checksums, lines cut short, lines
        of two satellites; or if it holds no satellite that can be run.
    """
    if not path.is_file():
        raise DataMissingError(f"{path}: there is no such file; CelesTrak gives one as OMM (CSV, XML or JSON)")
    text = _text(path)
    is_tle = path.suffix.lower() in (".tle", ".txt")
    faults: list[Fault] = []
    found = list(_two_lines(text, path.name, faults) if is_tle else _omm(_rows(path, text), path.name, faults))
    if len(faults) > LISTED:
        more = Fault(path.name, f"{len(faults) - LISTED:,} more faults")
        faults = [*faults[:LISTED], more]
    if faults:
        raise InputError(faults)
    records = _that_run(found, path.name)
    if not records:
        what = "holds no satellite that SGP4 can run" if found else "holds no satellite"
        raise InputError(Fault(str(path), what, "at least one", "Fetch the file from CelesTrak anew"))
    return _one_set_each(records, at or datetime.now(UTC), path.name)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > BYTES_MAX:
            raise InputError(Fault(str(path), "is too large", f"at most {BYTES_MAX // 1_000_000} MB"))
        return path.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        raise _no_elements(path, error) from error


def _no_elements(path: Path, error: Exception) -> InputError:
    expected = "OMM as CSV, XML or JSON, or two-line elements"
    return InputError(Fault(str(path), f"is no file of orbital elements ({error})", expected))


def _rows(path: Path, text: str) -> list[Row]:
    """Fields of each satellite of an OMM file."""
    from sgp4 import omm

    try:
        if path.suffix.lower() == ".json":
            raw = json.loads(text)
            rows: list[Any] = [raw] if isinstance(raw, dict) else raw
        elif path.suffix.lower() == ".xml":
            rows = list(omm.parse_xml(io.StringIO(text)))
        else:
            rows = list(csv.DictReader(io.StringIO(text)))
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ValueError("no list of satellites")
    except (ValueError, TypeError, ParseError, AttributeError, csv.Error, RecursionError) as error:
        raise _no_elements(path, error) from error
    return [
        {str(key): str(value).strip() for key, value in row.items() if value is not None and str(value).strip()}
        for row in rows
    ]


def _omm(rows: list[Row], where: str, faults: list[Fault]) -> Iterator[tuple[str, Any]]:
    """Identity and record of each row; rows with a fault are named and passed over."""
    from sgp4 import omm
    from sgp4.api import Satrec

    for number, row in enumerate(rows, start=1):
        place = f"{where}, satellite {number} ({row.get('OBJECT_NAME', row.get('NORAD_CAT_ID', 'no name'))[:40]})"
        own = _omm_faults(row, place)
        if own:
            faults += own
            continue
        identity = row.get("NORAD_CAT_ID", "")
        fields = _OPTIONAL | dict(row) | _NAMES | {"EPOCH": _epoch(row["EPOCH"]).strftime("%Y-%m-%dT%H:%M:%S.%f")}
        if int(fields["NORAD_CAT_ID"]) > SATNUM_MAX:
            fields["NORAD_CAT_ID"] = "0"
        record = Satrec()
        omm.initialize(record, fields)
        yield identity, record


def _omm_faults(row: Row, place: str) -> list[Fault]:
    faults = []
    for name, (low, high, unit) in _LIMITS.items():
        if name not in row:
            faults.append(Fault(f"{place}, {name}", "is missing", f"a number{f' in {unit}' if unit else ''}"))
        elif not low <= _number(row[name]) <= high and not (name == "ECCENTRICITY" and _number(row[name]) >= high):
            faults.append(Fault(f"{place}, {name}", f"is {row[name][:40]!r}", f"{low:g} to {high:g} {unit}".rstrip()))
    for name in ("MEAN_MOTION_DOT", "MEAN_MOTION_DDOT"):
        if not math.isfinite(_number(row.get(name, "0"))):
            faults.append(Fault(f"{place}, {name}", f"is {row[name][:40]!r}", "a number"))
    for name in ("EPHEMERIS_TYPE", "ELEMENT_SET_NO", "REV_AT_EPOCH", "NORAD_CAT_ID"):
        if name in row and not (row[name].isascii() and row[name].isdigit() and len(row[name]) <= 9):
            faults.append(Fault(f"{place}, {name}", f"is {row[name][:40]!r}", "a whole number of at most nine digits"))
        elif name == "EPHEMERIS_TYPE" and int(row.get(name, "0")) == _XP:
            faults.append(Fault(f"{place}, {name}", "4: elements of SGP4-XP", "elements of SGP4"))
    for name, words in _SAME.items():
        if row.get(name, words[0]).upper() not in words:
            faults.append(Fault(f"{place}, {name}", f"is {row[name][:40]!r}", words[0]))
    try:
        _epoch(row.get("EPOCH", ""))
    except ValueError:
        faults.append(Fault(f"{place}, EPOCH", f"is {row.get('EPOCH', '')[:40]!r}", "YYYY-MM-DDThh:mm:ss, UTC"))
    return faults


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _epoch(text: str) -> datetime:
    """UTC without a zone, as the format writes it."""
    found = datetime.fromisoformat(text)
    if found.year < 1957 or len(text) < 19:
        raise ValueError(text)
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


def _two_lines(text: str, where: str, faults: list[Fault]) -> Iterator[tuple[str, Any]]:
    """Catalogue number and record of each pair of lines; what stands between the pairs are names."""
    from sgp4.api import Satrec

    lines = [(number, line.rstrip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    at = 0
    while at < len(lines):
        number, line = lines[at]
        following = lines[at + 1][1] if at + 1 < len(lines) else ""
        at += 1
        if line.startswith("2 ") and not following.startswith("1 "):
            faults.append(
                Fault(f"{where}, line {number}", "is a second line without its first", "two lines a satellite")
            )
        if not line.startswith("1 ") or following.startswith("1 "):
            continue  # a name, which may begin with a digit
        if not following.startswith("2 "):
            faults.append(
                Fault(f"{where}, line {number}", "is a first line without its second", "two lines a satellite")
            )
            continue
        at += 1
        own = [*_line_faults(line, f"{where}, line {number}"), *_line_faults(following, f"{where}, line {number + 1}")]
        if not own and line[2:7] != following[2:7]:
            what = f"the two lines are of two satellites, {line[2:7].strip()} and {following[2:7].strip()}"
            own.append(Fault(f"{where}, line {number}", what, "both lines of one"))
        if own:
            faults += own
            continue
        yield line[2:7].strip(), Satrec.twoline2rv(line, following)


def _line_faults(line: str, place: str) -> list[Fault]:
    mend = "Fetch the file anew"
    if len(line) != TLE_COLUMNS or not line.isascii():
        return [Fault(place, f"has {len(line)} columns", f"{TLE_COLUMNS} columns of plain characters", mend)]
    computed = sum(int(c) if c.isdigit() else c == "-" for c in line[:-1]) % 10
    if line[-1] != str(computed):
        what = f"has the checksum {line[-1]}, but its digits give {computed}"
        if line[2].isalpha():  # Alpha-5: the letter counts nothing, but not all programs write it so
            _LOG.warning("%s: %s; taken all the same: programs count the letter of its number differently", place, what)
            return []
        return [Fault(place, what, "the line as published", mend)]
    return []


def _that_run(found: list[tuple[str, Any]], where: str) -> list[tuple[str, Any]]:
    """Leave out satellites that SGP4 cannot run at their own epoch."""
    from sgp4.api import SGP4_ERRORS

    kept, said = [], 0
    for identity, record in found:
        code, position, _ = record.sgp4(record.jdsatepoch, record.jdsatepochF)
        if code == 0 and all(map(math.isfinite, position)):
            kept.append((identity, record))
        elif (said := said + 1) <= LISTED:
            reason = SGP4_ERRORS.get(code, "no finite position")
            _LOG.warning("%s: satellite %s left out: SGP4 cannot run it (%s)", where, identity, reason)
    if said > LISTED:
        _LOG.warning("%s: %d more satellites left out", where, said - LISTED)
    return kept


def _one_set_each(found: list[tuple[str, Satrec]], at: datetime, where: str) -> list[Satrec]:
    """Keep the set nearest to a moment of each satellite: a file of its history is no constellation."""
    julian_day = at.timestamp() / 86_400.0 + 2_440_587.5
    best: dict[str, Satrec] = {}
    out = []
    for identity, record in found:
        if identity in ("", "0", "00000"):
            out.append(record)  # nameless: each its own
        elif identity not in best or _age(record, julian_day) < _age(best[identity], julian_day):
            best[identity] = record
    left = len(found) - len(out) - len(best)
    if left:
        _LOG.warning("%s: %d older sets of the same satellites left out", where, left)
    return [*out, *best.values()]


def _age(record: Satrec, julian_day: float) -> float:
    return abs(float(record.jdsatepoch + record.jdsatepochF) - julian_day)

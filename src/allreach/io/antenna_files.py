"""Readers of measured antenna patterns: MSI Planet (.msi, .pln, .txt) and NSMA WG16.99.050 (.adf, .ant, .nsm).

MSI Planet: Radio Mobile's definition of the format (keywords; gain in dBd unless dBi is written; attenuations below the
maximum without a minus; 0 degrees is the horizon in the vertical cut), the CPAN module RF::Antenna::Planet::MSI::Format
and MATLAB's msiread; vertical angles count downward. NSMA: Recommendation WG16.99.050, "Standard format for digitized
antenna patterns", 1999: elevation counts upward, and its example of 4 degrees of electrical downtilt peaks at -4.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from allreach.errors import DataMissingError, Fault, InputError
from allreach.io.antenna_text import (
    NUMBER,
    Cut,
    attenuations,
    counted,
    frequencies_mhz,
    gain_dbi,
    main_beam_deg,
    on_circle,
)
from allreach.io.archives import unpacked_whole
from allreach.radio.antennas import DBI_OF_DBD, AntennaLibrary, MeasuredAntenna

ANTENNAS = "antennas"
"""Layer and folder of a country folder that hold measured antennas, one file each."""
ENDINGS = (".msi", ".pln", ".txt", ".adf", ".ant", ".nsm")
NSMA_TAG = re.compile(r"^([A-Z0-9]{6}):,(.*)$")
CUT_WORDS = ("HORIZONTAL", "VERTICAL")
HEADER_WORDS = (
    "NAME",
    "MAKE",
    "FREQUENCY",
    "H_WIDTH",
    "V_WIDTH",
    "FRONT_TO_BACK",
    "GAIN",
    "TILT",
    "POLARIZATION",
    "COMMENT",
)
BYTES_MAX = 10_000_000
TILT_EPS_DEG = 5.0
NOT_AT_MAXIMUM_DB = 0.5
GAIN_IMPOSSIBLE_DB = 3.0  # above the directivity of its own cuts; their interpolation is good to about 1 dB
GAIN_DOUBTFUL_DB = 1.0
FORMATS = "MSI Planet (NAME, FREQUENCY, GAIN, HORIZONTAL 360, VERTICAL 360) or NSMA WG16.99.050 (REVNUM:, PATCUT:,)"


def read_antenna(path: Path) -> MeasuredAntenna:
    """Read one pattern; its name is that of the file without the ending.

    Raises
    ------
    DataMissingError
        If there is no such file.
    InputError
        With every fault of the file and its line.
    """
    if not path.is_file():
        raise DataMissingError(f"{path}: there is no such file")
    if path.stat().st_size > BYTES_MAX:
        raise InputError(Fault(path.name, "is larger than any antenna pattern", FORMATS))
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")  # a degree sign or a maker's name; the figures are ASCII
    return antenna_of_text(text, path.name)


def antenna_of_text(text: str, file_name: str) -> MeasuredAntenna:
    """Read the text of one pattern file; arguments and errors as of `read_antenna`."""
    lines = [line.strip() for line in text.splitlines()]
    faults: list[Fault] = []
    if any(NSMA_TAG.match(line) for line in lines):
        found = _nsma(lines, file_name, faults)
    elif any(line.upper().startswith(CUT_WORDS) for line in lines):
        found = _msi(lines, file_name, faults)
    else:
        plain = [line for line in lines if line and NUMBER.fullmatch(line)]
        what = "is no antenna pattern with a gain"
        if len(plain) >= 720:
            what = "holds numbers without angles or gain, as Radio Mobile keeps them"
        raise InputError(Fault(f"{file_name}, line 1", what, FORMATS, "Take the manufacturer's .msi file"))
    if found is None or faults:
        raise InputError(faults)
    faults += _doubts(found, file_name, is_error=True)
    if faults:
        raise InputError(faults)
    return replace(found, name=Path(file_name).stem, file_name=file_name, text=text)


def antenna_warnings(antenna: MeasuredAntenna) -> list[Fault]:
    """Say what is doubtful of an antenna that can be used."""
    return _doubts(antenna, antenna.file_name, is_error=False)


def pattern_files(path: Path) -> list[Path]:
    """Files of a folder that may be patterns, by name."""
    return sorted(file for file in path.rglob("*") if file.suffix.lower() in ENDINGS and not file.name.startswith("."))


def read_antennas(path: Path) -> AntennaLibrary:
    """Read a file, all files of a folder, or all of a .zip.

    Raises
    ------
    InputError
        With every fault of every file, and every name that two files have.
    """
    if path.is_file() and path.suffix.lower() == ".zip":
        with unpacked_whole(path) as folder:
            return _library(pattern_files(folder), path.name)
    return _library(pattern_files(path) if path.is_dir() else [path], path.name)


def read_country_antennas(folder: Path) -> AntennaLibrary:
    """Measured antennas of a country folder; none where it has none."""
    path = folder / ANTENNAS
    return read_antennas(path) if path.is_dir() and pattern_files(path) else AntennaLibrary()


def antennas_sha256(antennas: AntennaLibrary) -> str:
    """Checksum of all antenna files of a folder together."""
    digest = hashlib.sha256()
    for one in antennas.antennas:
        digest.update(f"{one.file_name}\0{one.text}\0".encode())
    return digest.hexdigest()


def _library(files: list[Path], where: str) -> AntennaLibrary:
    found: dict[str, MeasuredAntenna] = {}
    faults: list[Fault] = []
    if not files:
        raise InputError(Fault(where, "holds no antenna pattern", "files that end in " + ", ".join(ENDINGS)))
    for path in files:
        try:
            one = read_antenna(path)
        except InputError as error:
            faults += error.faults
            continue
        if one.name in found:
            other = found[one.name].file_name
            faults.append(Fault(path.name, f"has the name of {other}", "a name for each antenna", "Rename one file"))
        found[one.name] = one
    if faults:
        raise InputError(faults)
    return AntennaLibrary.of(found.values())


def _msi(lines: list[str], name: str, faults: list[Fault]) -> MeasuredAntenna | None:
    fields: dict[str, tuple[str, int]] = {}
    cuts: dict[str, Cut] = {}
    now: Cut | None = None
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        word, _, rest = (part.strip() for part in re.sub(r"\s+", " ", line).partition(" "))
        word = word.upper()
        if word in CUT_WORDS:
            if word in cuts:
                faults.append(Fault(f"{name}, line {number}", f"{word} stands twice", "each cut once"))
            count = rest.strip()
            if not count.isdigit() or int(count) == 0:
                faults.append(
                    Fault(f"{name}, line {number}", f"{line!r}", f"{word} and its number of points: {word} 360")
                )
            now = cuts[word] = Cut(word, number, int(count) if count.isdigit() else None)
        elif now is None and not fields and word not in HEADER_WORDS:
            fields["NAME"] = line, number  # some makers leave the keyword out in the first line
        elif now is None:
            fields.setdefault(word, (rest, number))
        else:
            _msi_point(now, line, number, name, faults)
    gain, notes = np.nan, []
    if "GAIN" in fields:
        text, number = fields["GAIN"]
        gain, unit = gain_dbi(text, f"{name}, line {number}", faults)
        if not unit and np.isfinite(gain):
            notes.append(f"GAIN {text} has no unit, which in this format is dBd: {gain:.2f} dBi")
    else:
        faults.append(Fault(name, "states no gain", "a line GAIN 17.1 dBi or GAIN 15 dBd before the cuts"))
    circles: dict[str, NDArray[np.float64]] = {}
    for word in CUT_WORDS:
        if word not in cuts:
            faults.append(Fault(name, f"has no {word.lower()} cut", f"{word} 360 and its points"))
            continue
        cut = cuts[word]
        if counted(cut, name, faults):
            values, has_minus = attenuations(cut, name, faults)
            if has_minus:
                notes.append(f"{word} is written with a minus: gains below the maximum")
            circles[word] = on_circle(cut, cut.angle_deg, values, name, faults, even=True)
    if faults:
        return None
    stated = _msi_tilt(fields, name, faults)
    tilt_deg = _tilt(circles["VERTICAL"], stated, name, faults)
    return MeasuredAntenna(
        name,
        gain,
        frequencies_mhz(fields["FREQUENCY"][0] if "FREQUENCY" in fields else ""),
        tilt_deg,
        circles["HORIZONTAL"],
        circles["VERTICAL"],
        model=fields.get("NAME", ("", 0))[0],
        notes=tuple(notes),
    )


def _msi_point(cut: Cut, line: str, number: int, name: str, faults: list[Fault]) -> None:
    parts = [part for part in re.split(r"[\s;]+", line) if part]
    if len(parts) == 2 and all(NUMBER.fullmatch(part) for part in parts):
        cut.add(float(parts[0]), float(parts[1]), number)
        return
    mend = "Write decimal points, not commas" if "," in line else ""
    if len([fault for fault in faults if "is no point" in fault.what]) < 5:
        faults.append(Fault(f"{name}, line {number}", f"{line[:40]!r} is no point", "angle and attenuation", mend))


def _msi_tilt(fields: dict[str, tuple[str, int]], name: str, faults: list[Fault]) -> float | None:
    """Electrical tilt that an MSI file states, in ELECTRICAL_TILT or as a number in TILT; none where it does not."""
    for key in ("ELECTRICAL_TILT", "TILT"):
        text, number = fields.get(key, ("", 0))
        found = re.fullmatch(rf"({NUMBER.pattern})\s*(?:deg(?:rees?)?|°)?", text, re.IGNORECASE)
        if found is not None:
            return float(found[1])
        if key == "ELECTRICAL_TILT" and text:
            faults.append(Fault(f"{name}, line {number}", f"the tilt {text!r} is not usable", "degrees"))
    return None


def _nsma(lines: list[str], name: str, faults: list[Fault]) -> MeasuredAntenna | None:
    fields: dict[str, tuple[str, int]] = {}
    cuts: list[tuple[Cut, str]] = []
    for number, tag, text in _nsma_lines(lines):
        if tag == "PATCUT":
            cuts.append((Cut(text.upper(), number, None), ""))
        elif tag == "POLARI" and cuts:
            cuts[-1] = cuts[-1][0], text.upper()
        elif tag == "NUPOIN" and cuts:
            cuts[-1][0].declared = int(text) if text.isdigit() else None
        elif tag:
            fields.setdefault(tag, (text, number))
        elif cuts:
            parts = [part.strip() for part in text.split(",")]
            if len(parts) >= 2 and all(NUMBER.fullmatch(part) for part in parts[:2]):
                cuts[-1][0].add(float(parts[0]), float(parts[1]), number)
            else:
                faults.append(Fault(f"{name}, line {number}", f"{text[:40]!r} is no point", "angle, level"))
    gain, unit, level = _nsma_gain(fields, name, faults)
    chosen = _nsma_cuts(cuts, name, faults)
    circles: dict[str, NDArray[np.float64]] = {}
    for kind, (cut, _) in chosen.items():
        if not counted(cut, name, faults):
            continue
        own_gain = gain if unit == "DBI" else gain - DBI_OF_DBD
        values = np.array(cut.value_db)
        drop_db = -values if level == "DBR" else own_gain - values
        for i in np.flatnonzero(drop_db < -NOT_AT_MAXIMUM_DB)[:5]:
            what = f"a level of {values[i]:g} dB, above the maximum"
            faults.append(Fault(f"{name}, line {cut.lines[i]}", what, "levels relative to the maximum, not positive"))
        upward = -1.0 if kind == "VERTICAL" else 1.0
        angles = [upward * angle for angle in cut.angle_deg]
        circles[kind] = on_circle(cut, angles, np.maximum(drop_db, 0.0), name, faults, even=False)
    if faults or len(circles) < len(CUT_WORDS):
        return None
    said, number = fields.get("ELTILT", ("", 0))
    first = said.split(",")[0].strip()
    stated = float(first) if NUMBER.fullmatch(first) else None
    tilt_deg = _tilt(circles["VERTICAL"], stated, name, faults)
    low, high = (frequencies_mhz(fields[tag][0])[0] if tag in fields else np.nan for tag in ("LOWFRQ", "HGHFRQ"))
    if "PATFRE" in fields:
        low, high = frequencies_mhz(fields["PATFRE"][0])
    notes = (f"the cuts of polarisation {chosen['VERTICAL'][1]} are used",) if len(cuts) > len(CUT_WORDS) else ()
    return MeasuredAntenna(
        name,
        gain,
        (low, low if np.isnan(high) else high),
        tilt_deg,
        circles["HORIZONTAL"],
        circles["VERTICAL"],
        model=fields.get("MODNUM", ("", 0))[0],
        notes=notes,
    )


def _nsma_lines(lines: list[str]) -> Iterator[tuple[int, str, str]]:
    """Lines with something on them: number, tag or none, text; what stands behind an exclamation mark is a comment."""
    for number, line in enumerate(lines, 1):
        text = line.partition("!")[0].strip()
        found = NSMA_TAG.match(text)
        if found is not None:
            yield number, found[1], found[2].strip()
        elif text:
            yield number, "", text


def _nsma_gain(fields: dict[str, tuple[str, int]], name: str, faults: list[Fault]) -> tuple[float, str, str]:
    """Gain in dBi, its unit in the file, and the unit of the levels: relative to the maximum, or absolute."""
    units, number = fields.get("GUNITS", ("", 0))
    unit, _, level = (part.strip() for part in units.upper().partition("/"))
    if unit not in ("DBI", "DBD") or level not in ("DBR", "DBI", "DBD"):
        where = f"{name}, line {number}" if number else name
        what = f"GUNITS {units!r} is not usable" if units else "states no unit of its gain"
        faults.append(Fault(where, what, "GUNITS:,DBI/DBR or DBD/DBR (gain/levels)"))
        return np.nan, "", ""
    if level != "DBR" and level != unit:
        faults.append(
            Fault(f"{name}, line {number}", f"GUNITS {units!r} mixes two units", f"{unit}/DBR or {unit}/{unit}")
        )
    text, number = fields.get("MDGAIN", ("", 0))
    if not text:
        faults.append(Fault(name, "states no gain", "a line MDGAIN:,17.1"))
        return np.nan, unit, level
    value, _ = gain_dbi(text.split(",")[0], f"{name}, line {number}", faults, unit.lower())
    return value, unit, level


def _nsma_cuts(cuts: list[tuple[Cut, str]], name: str, faults: list[Fault]) -> dict[str, tuple[Cut, str]]:
    """Co-polar cuts by the plane they lie in."""
    planes = {"AZ": "HORIZONTAL", "H": "HORIZONTAL", "EL": "VERTICAL", "V": "VERTICAL"}
    chosen: dict[str, tuple[Cut, str]] = {}
    for cut, polarisation in cuts:
        first, _, second = polarisation.partition("/")
        plane = planes.get(cut.word)
        if plane is None or (second and first != second):  # a cross-polar cut
            continue
        if plane in chosen:
            faults.append(
                Fault(
                    f"{name}, line {cut.line}",
                    f"a second {plane.lower()} cut ({cut.word}, {polarisation or 'no polarisation'})",
                    "one pattern a file",
                    "Split the file by frequency and polarisation",
                )
            )
            continue
        chosen[plane] = cut, polarisation
    for word in CUT_WORDS:
        if word not in chosen:
            tags = "AZ or H" if word == "HORIZONTAL" else "EL or V"
            faults.append(Fault(name, f"has no {word.lower()} cut", f"PATCUT:,{tags} and its points"))
    return chosen


def _tilt(vertical_db: NDArray[np.float64], stated_deg: float | None, name: str, faults: list[Fault]) -> float:
    """Electrical tilt of the main beam: as stated where the cut bears it out, else where the cut is strongest."""
    beam_deg = main_beam_deg(vertical_db)
    if stated_deg is None or abs(beam_deg - stated_deg) <= min(TILT_EPS_DEG, max(abs(stated_deg), 1.0)):
        return beam_deg if stated_deg is None else stated_deg
    is_turned = abs(beam_deg + stated_deg) < abs(beam_deg - stated_deg)
    faults.append(
        Fault(
            name,
            f"states {stated_deg:g} degrees of electrical downtilt and its vertical cut is strongest at {beam_deg:g} "
            "degrees below the horizon",
            "the main beam of the vertical cut at the tilt",
            "The vertical angles count upward: change their signs" if is_turned else "Take the file of that tilt",
        )
    )
    return beam_deg


def _doubts(antenna: MeasuredAntenna, where: str, *, is_error: bool) -> list[Fault]:
    """Find what the pattern itself says against the file: no maximum, or a gain that its directivity does not allow."""
    least_db = float(min(antenna.horizontal_db.min(), antenna.vertical_db.min()))
    if least_db > NOT_AT_MAXIMUM_DB:
        what = f"its cuts never reach the maximum: the least attenuation is {least_db:.1f} dB"
        return [Fault(where, what, "0 dB in the strongest direction")] if is_error else []
    over_db = antenna.gain_dbi - antenna.directivity_dbi
    if over_db > GAIN_IMPOSSIBLE_DB if is_error else over_db > GAIN_DOUBTFUL_DB:
        return [
            Fault(
                where,
                f"a gain of {antenna.gain_dbi:.1f} dBi is above the directivity of its own cuts, "
                f"{antenna.directivity_dbi:.1f} dBi",
                "a gain of at most the directivity",
                "Is the unit right? A gain in dBi without its unit is read as dBd and comes out 2.15 dB too high",
                severity="error" if is_error else "warning",
            )
        ]
    return []

"""Files of constellations: shells in YAML, orbital elements as OMM (CSV, XML, JSON) or two lines."""

from __future__ import annotations

import csv
import importlib.resources
import io
import json
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from allreach.errors import DataMissingError, Fault, InputError
from allreach.io.satellite_files import read_yaml
from allreach.satellite.constellation import Constellation
from allreach.satellite.satellite_data import tuples
from allreach.schema_faults import schema_faults


def parse_constellation(raw: object, where: str) -> Constellation:
    """Make a constellation from a mapping, with every fault at once."""
    try:
        return Constellation.model_validate(tuples(raw))
    except ValidationError as error:
        raise InputError(schema_faults(error, where, model=Constellation, raw=raw)) from error


def read_constellation(path: Path) -> Constellation:
    """Read shells, gateways and capacity."""
    return parse_constellation(read_yaml(path), str(path))


def filed_constellation(name: str = "starlink_gen1") -> Constellation:
    """Return a constellation that comes with the package."""
    path = importlib.resources.files("allreach.satellite").joinpath(f"{name}.yaml")
    return parse_constellation(yaml.safe_load(path.read_text(encoding="utf-8")), path.name)


def read_elements(path: Path) -> list[Any]:
    """Read orbital elements by the ending: .csv, .xml, .json (OMM as CelesTrak gives them), or .tle, .txt.

    Raises
    ------
    InputError
        If the file holds no satellite or cannot be read.
    """
    from sgp4 import omm
    from sgp4.api import Satrec

    if not path.is_file():
        raise DataMissingError(f"{path}: there is no such file; CelesTrak gives one as OMM (CSV, XML or JSON)")
    text = path.read_text(encoding="utf-8-sig")
    records: list[Any] = []
    try:
        if path.suffix.lower() in (".tle", ".txt"):
            lines = [line.rstrip() for line in text.splitlines() if line[:2] in ("1 ", "2 ")]
            if len(lines) % 2:
                raise ValueError("a line of a pair is missing")
            records = [Satrec.twoline2rv(a, b) for a, b in zip(lines[::2], lines[1::2], strict=True)]
        else:
            if path.suffix.lower() == ".json":
                rows: Any = json.loads(text)
            elif path.suffix.lower() == ".xml":
                rows = omm.parse_xml(io.StringIO(text))
            else:
                rows = csv.DictReader(io.StringIO(text))
            for row in rows:
                record = Satrec()
                omm.initialize(record, {key: str(value) for key, value in row.items()})
                records.append(record)
    except (ValueError, KeyError, TypeError, SyntaxError, AttributeError) as error:
        raise InputError(
            Fault(
                str(path),
                f"is no file of orbital elements ({error!r})",
                "OMM as CSV, XML or JSON, or two-line elements",
            )
        ) from error
    if not records:
        raise InputError(Fault(str(path), "holds no satellite", "at least one", "Fetch the file from CelesTrak anew"))
    return records

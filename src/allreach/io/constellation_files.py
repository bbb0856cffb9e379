"""Files of constellations: shells, gateways and capacity in YAML."""

from __future__ import annotations

import importlib.resources
from pathlib import Path

import yaml
from pydantic import ValidationError

from allreach.errors import Fault, InputError
from allreach.io.satellite_files import read_yaml
from allreach.satellite.constellation import Constellation
from allreach.satellite.satellite_data import tuples


def parse_constellation(raw: object, where: str) -> Constellation:
    """Make a constellation from a mapping, with every fault at once."""
    try:
        return Constellation.model_validate(tuples(raw))
    except ValidationError as error:
        raise InputError(
            [
                Fault(f"{where}, {'.'.join(map(str, e['loc']))}", f"{e.get('input')!r}: {e['msg']}")
                for e in error.errors()
            ]
        ) from error


def read_constellation(path: Path) -> Constellation:
    """Read shells, gateways and capacity."""
    return parse_constellation(read_yaml(path), str(path))


def filed_constellation(name: str = "starlink_gen1") -> Constellation:
    """Return a constellation that comes with the package."""
    path = importlib.resources.files("allreach.satellite").joinpath(f"{name}.yaml")
    return parse_constellation(yaml.safe_load(path.read_text(encoding="utf-8")), path.name)

"""Files that describe satellites and terminals."""

from __future__ import annotations

import importlib.resources
from pathlib import Path
from typing import Any

import yaml

from allreach.errors import DataMissingError, Fault, InputError
from allreach.io.yaml_text import read_yaml_text
from allreach.satellite.satellite_data import Satellite, Terminal, parse

SATELLITES_FILE = "satellites.yaml"
TERMINALS_FILE = "terminals.yaml"
CONSTELLATION_FILE = "constellation.yaml"
SATELLITE_FILES = (SATELLITES_FILE, TERMINALS_FILE, CONSTELLATION_FILE)
"""Files of a country folder about satellites; none is compulsory."""


def read_yaml(path: Path) -> Any:
    """Read one YAML file."""
    if not path.is_file():
        raise DataMissingError(f"{path}: there is no such file; allreach satellite --example prints one to fill in")
    return read_yaml_text(path).value


def read_satellite(path: Path) -> Satellite:
    """Read a satellite; EIRP and G/T must be there."""
    satellite = parse(Satellite, read_yaml(path), str(path))
    assert isinstance(satellite, Satellite)
    return satellite


def read_satellites(path: Path) -> tuple[Satellite, ...]:
    """Read the satellites of a country: one mapping, or a list of them; faults of all at once."""
    raw = read_yaml(path)
    listed = raw if isinstance(raw, list) else [raw]
    found, faults = [], []
    for number, item in enumerate(listed, start=1):
        try:
            found.append(parse(Satellite, item, f"{path.name}, satellite {number}" if len(listed) > 1 else path.name))
        except InputError as error:
            faults += error.faults
    names = [satellite.name for satellite in found]
    faults += [
        Fault(f"{path.name}, {name}", "stands twice", "a name for each satellite")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if not listed:
        faults.append(Fault(path.name, "names no satellite", "a mapping or a list of mappings"))
    if faults:
        raise InputError(faults)
    return tuple(satellite for satellite in found if isinstance(satellite, Satellite))


def read_terminals(path: Path) -> tuple[Terminal, Terminal]:
    """Read the terminal and the gateway of a file with these two keys."""
    raw = read_yaml(path)
    if not isinstance(raw, dict) or set(raw) != {"terminal", "gateway"}:
        raise InputError(Fault(str(path), "lacks its two parts", "the keys terminal and gateway"))
    terminal, gateway = (parse(Terminal, raw[key], f"{path}, {key}") for key in ("terminal", "gateway"))
    assert isinstance(terminal, Terminal)
    assert isinstance(gateway, Terminal)
    return terminal, gateway


def textbook_text() -> str:
    """Text of the textbook satellite, as an example to fill in."""
    return importlib.resources.files("allreach.satellite").joinpath("textbook.yaml").read_text(encoding="utf-8")


def textbook_satellite() -> Satellite:
    """Satellite of the textbook: nobody's."""
    satellite = parse(Satellite, yaml.safe_load(textbook_text()), "textbook.yaml")
    assert isinstance(satellite, Satellite)
    return satellite


def textbook_terminals() -> tuple[Terminal, Terminal]:
    """Terminal and gateway as assumed."""
    path = importlib.resources.files("allreach.satellite").joinpath("textbook_terminals.yaml")
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    terminal, gateway = (parse(Terminal, raw[key], key) for key in ("terminal", "gateway"))
    assert isinstance(terminal, Terminal)
    assert isinstance(gateway, Terminal)
    return terminal, gateway

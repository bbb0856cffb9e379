"""Read the overlay of a scenario: ``DIR/scenarios/NAME.yaml``."""

from __future__ import annotations

from pathlib import Path

from allreach.errors import Fault, InputError
from allreach.io.yaml_text import read_yaml_mapping
from allreach.json_object import JsonObject
from allreach.params.country_config import ServiceStandard

KEYS = ("parameters", "service_standard")


def overlay_file(folder: Path, name: str) -> Path:
    """Return where the overlay of a scenario is, if it has one."""
    return folder / "scenarios" / f"{name}.yaml"


def read_scenario(folder: Path, name: str) -> dict[str, JsonObject]:
    """Read what a scenario lays over the country: ``parameters`` and ``service_standard``; without a file, nothing.

    Raises
    ------
    InputError
        With every key that is not known and every part that is no mapping.
    """
    path = overlay_file(folder, name)
    if not path.is_file():
        return {}
    overlay = read_yaml_mapping(path, "parameters: and service_standard:")
    faults, parts = [], {}
    for key, part in overlay.items():
        if key not in KEYS:
            faults.append(Fault(str(path), f"holds {key}", "parameters: and service_standard: only"))
        elif part is None:
            continue
        elif not isinstance(part, dict):
            faults.append(Fault(f"{path}, {key}", f"{part!r} is no mapping", "key: value lines"))
        else:
            parts[key] = part
    faults += [
        Fault(f"{path}, service_standard.{key}", "is no key of the standard", ", ".join(ServiceStandard.model_fields))
        for key in parts.get("service_standard", {})
        if key not in ServiceStandard.model_fields
    ]
    if faults:
        raise InputError(faults)
    return parts

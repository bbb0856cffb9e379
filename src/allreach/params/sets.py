"""``--set key=value``: which changes a parameter, which the country's configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from allreach.errors import Fault, ParameterError
from allreach.json_object import JsonObject
from allreach.params.country_config import CountryConfig, ServiceStandard
from allreach.params.load import ROOMS, all_keys, near_matches, parse_set
from allreach.params.search import moved_to

CONFIG_KEYS: tuple[str, ...] = (
    *(f"service_standard.{name}" for name in ServiceStandard.model_fields),
    "delta_n",
    "n0",
    "base_year",
    "currency",
    "languages",
)
"""Keys of country.yaml that ``--set`` may change; what the layers were made with (CRS, pixel, seed) is not here."""


def split_sets(sets: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split ``--set`` into those for the parameters and those for country.yaml.

    Parameters
    ----------
    sets
        ``room.key=value``, ``service_standard.key=value``, or a top-level key of country.yaml.

    Returns
    -------
    parameter_sets, config_sets
        As `load.load_params` and `apply_to_config` take them.

    Raises
    ------
    ParameterError
        With every key that is neither, and its near matches.
    """
    parameter_sets, config_sets, faults = [], [], []
    known = [*all_keys(), *CONFIG_KEYS]
    for text in sets:
        try:
            path, _ = parse_set(text)
        except ParameterError as error:
            faults.extend(error.faults)
            continue
        if path in CONFIG_KEYS:
            config_sets.append(text)
        elif ".".join(path.split(".")[:2]) in known and path.split(".")[0] in ROOMS:
            parameter_sets.append(text)
        elif path in CountryConfig.model_fields and path != "service_standard":
            mend = "Change it in country.yaml and make the folder anew: the layers were made with it"
            faults.append(Fault(f"--set {path}", "cannot be changed for a run", mend=mend))
        elif new := moved_to(".".join(path.split(".")[:2])):
            faults.append(Fault(f"--set {path}", "says how the planner searches", new, f"Write --set {new}=VALUE"))
        else:
            near = near_matches(path, known)
            expected = "one of: " + ", ".join(near) if near else "room.key"
            faults.append(Fault(f"--set {path}", "is no parameter", expected, "allreach params lists all keys"))
    if faults:
        raise ParameterError(faults)
    return parameter_sets, config_sets


def apply_to_config(config: CountryConfig, config_sets: Sequence[str]) -> CountryConfig:
    """Return the configuration with ``--set service_standard.dl_mbps=50`` and the like applied.

    Raises
    ------
    ParameterError
        With every impossible value.
    """
    return _changed(config, dict(parse_set(text) for text in config_sets), "--set ")


def apply_standard(config: CountryConfig, standard: Mapping[str, Any], where: str) -> CountryConfig:
    """Return the configuration with the service standard of a scenario laid over it, key by key.

    Raises
    ------
    ParameterError
        With every unknown key and impossible value.
    """
    return _changed(config, {f"service_standard.{key}": value for key, value in standard.items()}, f"{where}, ")


def _changed(config: CountryConfig, changes: Mapping[str, Any], where: str) -> CountryConfig:
    fields: JsonObject = config.model_dump(exclude_unset=True)  # what nobody gave stays so: see `rungs.RUNG_KEYS`
    for path, value in changes.items():
        room, _, key = path.rpartition(".")
        if room:
            fields[room] = {**fields.get(room, {}), key: value}
        else:
            fields[path] = value
    try:
        return CountryConfig.model_validate(fields)
    except ValidationError as error:
        raise ParameterError([_fault(where + ".".join(str(p) for p in e["loc"]), e) for e in error.errors()]) from error


def _fault(where: str, detail: Any) -> Fault:
    text = str(detail["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    value = repr(detail.get("input"))
    if text.startswith("is "):  # our own words about the value
        return Fault(where, f"{value} {text}")
    return Fault(where, f"{value} is not possible", text[:1].lower() + text[1:])

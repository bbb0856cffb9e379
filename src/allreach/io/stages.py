"""Stages of a run: what is finished is recorded with the checksums of its files, so that a killed run goes on."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import platform
import shutil
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from allreach.io.antenna_files import ANTENNAS, pattern_files
from allreach.io.atomic import write_json
from allreach.io.country_folder import sha256
from allreach.io.locks import writing
from allreach.io.satellite_files import SATELLITE_FILES

STAGES = ".stages"
LADDER_FILES = tuple(f"ladder/ladder.{ending}" for ending in ("json", "csv", "svg"))  # tell of the headline too


@cache
def code_fingerprint() -> str:
    """Hash of the program itself: results of another version are not taken for this one's."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.suffix in (".py", ".yaml", ".csv", ".json") and "vendor" not in path.parts:
            digest.update(path.relative_to(package).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def fingerprint(value: Any) -> str:
    """Hash of a JSON value; the order of a mapping's keys does not count."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on."""
    numbers = ("numpy", "numba", "scipy", "scikit-learn", "highspy")
    packages = (*numbers, "pandas", "geopandas", "shapely", "pyproj", "rasterio", "pyarrow")
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in packages}}


def input_checksums(folder: Path) -> dict[str, str]:
    """Checksums of the input files of a country folder (scenarios and results are not inputs of the country)."""
    names = ("*.tif", "*.parquet", "country.yaml", *SATELLITE_FILES)
    found = {p.name: sha256(p) for pattern in names for p in sorted(folder.glob(pattern)) if not p.name.startswith(".")}
    return found | {path.relative_to(folder).as_posix(): sha256(path) for path in pattern_files(folder / ANTENNAS)}


def is_finished(results: Path, stage: str, key: str) -> bool:
    """Whether a stage ran with the same inputs and its files are still what it wrote."""
    record = results / STAGES / f"{stage}.json"
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
        if found["key"] != key:
            return False
        return all(
            (results / name).is_file() and sha256(results / name) == digest for name, digest in found["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def was_finished(results: Path, stage: str) -> bool:
    """Whether a stage has been finished, with whatever inputs."""
    return (results / STAGES / f"{stage}.json").is_file()


def digests(results: Path, prefix: str) -> dict[str, str]:
    """Checksums of the files below a folder of a results folder."""
    files = sorted(path for path in (results / prefix).rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(results).as_posix(): sha256(path) for path in files}


def finish(results: Path, stage: str, key: str, files: Sequence[Path]) -> None:
    """Record a stage as finished."""
    digests = {path.relative_to(results).as_posix(): sha256(path) for path in sorted(files)}
    write_json(results / STAGES / f"{stage}.json", {"key": key, "files": digests})


def discard(results: Path, *steps: str) -> None:
    """Take away what earlier runs left of steps that will run anew, so that old and new results are never mixed."""
    for step in steps:
        for folder in (step, "verify") if step == "plan" else (step,):
            shutil.rmtree(results / folder, ignore_errors=True)
        for record in (step, "answers") if step == "plan" else (step,):
            (results / STAGES / f"{record}.json").unlink(missing_ok=True)
    for name in ("index.html", "all.gpkg", "manifest.json", *(LADDER_FILES if steps else ())):
        (results / name).unlink(missing_ok=True)


def discard_folder(folder: Path) -> None:
    """Take away what an earlier run left of a part that is about to be written anew."""
    shutil.rmtree(folder, ignore_errors=True)


def forget(results: Path) -> None:
    """Forget all finished stages."""
    for record in (results / STAGES).glob("*.json"):
        record.unlink()


def exclusive(results: Path) -> contextlib.AbstractContextManager[None]:
    """Hold a results folder for one run; leftovers of a killed run are removed.

    Raises
    ------
    BusyError
        If another process holds it.
    WriteError
        If it cannot be made or written in.
    """
    busy = f"another allreach run works in {results}; wait for it, or use another --scenario"
    return writing(results, wait_s=0.0, busy=busy, deep=True)


def write_manifest(results: Path, manifest: Mapping[str, Any]) -> None:
    """Write ``manifest.json``: what went in, with which program, when."""
    write_json(results / "manifest.json", dict(manifest))

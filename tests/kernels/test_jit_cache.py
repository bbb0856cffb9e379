"""The cache of compiled code: nothing at import, nothing of the user's process touched, never stale, never fatal."""

import ast
import importlib
import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

import allreach
from allreach.kernels import _jit

PACKAGE = Path(allreach.__file__).parent
SMALL = """
import numba, sys
before = (numba.config.CACHE_DIR, numba.config.CACHE_LOCATOR_CLASSES)
from allreach.kernels import _jit
from allreach.kernels.normal import normal_quantile as f
assert (numba.config.CACHE_DIR, numba.config.CACHE_LOCATOR_CLASSES) == before
assert _jit.cache_folder.cache_info().currsize == 0, "the sources were hashed at import"
print(f(0.9), sum(f.stats.cache_hits.values()), f.stats.cache_path)

@numba.njit(cache=True)
def own(x):
    return x + 1

assert "allreach" not in str(own._cache.cache_path)
"""


def call(home: Path, script: str = SMALL, **env: str) -> list[str]:
    (home / "own.py").write_text(script)
    ran = subprocess.run(
        [sys.executable, "own.py"], capture_output=True, text=True, timeout=300, cwd=home,
        env={**os.environ, "XDG_CACHE_HOME": str(home / "cache"), **env},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split()


def compiled_modules() -> list[str]:
    names = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if "_jit import" in path.read_text(encoding="utf-8") and "cuda" not in path.name and path.name != "_jit.py":
            names.append(".".join(("allreach", *path.relative_to(PACKAGE).with_suffix("").parts)))
    return names


def test_users_numba_is_left_alone_and_the_second_process_loads(tmp_path):
    value, hits, folder = call(tmp_path)
    assert int(hits) == 0
    assert Path(folder).is_relative_to(tmp_path / "cache")
    again, hits, _ = call(tmp_path)
    assert int(hits) == 1
    assert again == value


def test_damaged_cache_is_compiled_anew(tmp_path):
    value, _, folder = call(tmp_path)
    for path in Path(folder).glob("*.nb?"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert call(tmp_path)[0] == value
    for path in Path(folder).glob("*.nbc"):
        path.write_bytes(b"")
    assert call(tmp_path)[0] == value
    assert int(call(tmp_path)[1]) == 1  # and mended


@pytest.mark.parametrize("env", [{"ALLREACH_JIT_CACHE": "0"}, {"XDG_CACHE_HOME": "/dev/null/none"}])
def test_without_a_cache_it_computes_all_the_same(tmp_path, env):
    value, hits, folder = call(tmp_path, **env)
    assert (int(hits), folder) == (0, "None")
    assert float(value) == pytest.approx(1.28, abs=0.01)


def test_whatever_compiled_code_takes_from_the_program_is_hashed():
    """numba freezes a global into the code: a constant from a file outside the hash would make a stale cache."""
    hashed = set(compiled_modules()) | {f"allreach.kernels.{p.stem}" for p in (PACKAGE / "kernels").glob("*.py")}
    hashed |= {f"allreach.{file.removesuffix('.py').replace('/', '.')}" for file in _jit.CONSTANTS}
    outside = []
    for name in compiled_modules():
        module = importlib.import_module(name)
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        origin = {
            (alias.asname or alias.name): node.module
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("allreach")
            for alias in node.names
        }
        for function in vars(module).values():
            if isinstance(function, Dispatcher) and function.py_func.__module__ == name:
                used = set(function.py_func.__code__.co_names) & origin.keys()
                outside += [f"{name}.{function.__name__} takes {u} of {origin[u]}" for u in sorted(used)
                            if origin[u] not in hashed and f"{origin[u]}.{u}" not in hashed]  # fmt: skip
    assert not outside


def test_disabled_numba_gives_plain_functions(tmp_path):
    value, *_ = call(
        tmp_path, "from allreach.kernels.normal import normal_quantile as f\nprint(f(0.9))", NUMBA_DISABLE_JIT="1"
    )
    assert float(value) == pytest.approx(1.28, abs=0.01)


def test_functions_hold_a_cache_of_their_own():
    from allreach.kernels.normal import normal_quantile

    assert isinstance(normal_quantile._cache, _jit._LazyCache)
    assert numba.config.CACHE_DIR == os.environ.get("NUMBA_CACHE_DIR", "")


def test_code_is_kept_of_what_python_calls_alone(tmp_path):
    """And what is taken in gives the number that it gives by itself, the second process without compiling."""
    script = """
from allreach.kernels.itu_p1812_diffraction import bullington_loss_db as outer, knife_edge_loss_db as inner
from allreach.kernels import _jit
print(repr(outer(0.3, 10.0)), len(list(_jit.cache_folder().glob("*.nbc"))), repr(inner(0.3)))
print(sum(outer.called_from_python.stats.cache_hits.values()))
"""
    first, n_files, edge, hits = call(tmp_path, script)
    again, _, edge_again, hits_again = call(tmp_path, script)
    assert (n_files, hits, hits_again) == ("1", "0", "1")
    assert (first, edge) == (again, edge_again)
    assert float(first) == pytest.approx(float(edge) + (1.0 - np.exp(-float(edge) / 6.0)) * 10.2, rel=1e-12)


def test_a_numba_that_is_not_known_compiles_in_its_own_way(tmp_path):
    unknown = "from allreach.kernels import _code_library\n_code_library.NUMBA_MINORS = ()\n" + SMALL
    value, hits, folder = call(tmp_path, unknown)
    assert (int(hits), Path(folder).is_relative_to(tmp_path / "cache")) == (0, True)
    again, hits, _ = call(tmp_path, unknown)
    assert (again, int(hits)) == (value, 1)
    assert call(tmp_path)[0] == value

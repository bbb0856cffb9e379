"""The one decorator for compiled functions."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, overload

import numba
import platformdirs

F = TypeVar("F", bound=Callable[..., Any])


def _sources_hash() -> str:
    """Hash of everything compiled code depends on: numba does not notice an edit in another file."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256(f"{numba.__version__} {platform.machine()} {platform.processor()}".encode())
    digest.update(_cpu_flags().encode())
    for path in sorted(package.rglob("*.py")):
        text = path.read_bytes()
        if b"_jit import" in text or path.parent.name == "kernels":
            digest.update(path.relative_to(package).as_posix().encode())
            digest.update(text)
    return digest.hexdigest()[:16]


def _cpu_flags() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.is_file():
        return ""
    return next((line for line in cpuinfo.read_text().splitlines() if line.startswith(("flags", "Features"))), "")


def _cache_folder() -> Path | None:
    """Folder for compiled code, or none where caching is switched off or impossible."""
    if os.environ.get("ALLREACH_JIT_CACHE", "1") == "0":
        return None
    folder = Path(platformdirs.user_cache_dir("allreach")) / "jit" / _sources_hash()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


CACHE_FOLDER = _cache_folder()
if CACHE_FOLDER is not None:
    numba.config.CACHE_DIR = str(CACHE_FOLDER)  # type: ignore[attr-defined]


@overload
def jit(function: F) -> F: ...
@overload
def jit(*, parallel: bool = ..., allocates: bool = ...) -> Callable[[F], F]: ...
def jit(function: F | None = None, *, parallel: bool = False, allocates: bool = True) -> Any:
    """Compile a function: float64 as written (no fastmath), division by zero gives infinity, GIL released.

    ``allocates=False`` is for functions that make no array: they are compiled without counting references to the
    arrays they are given, which costs several times the arithmetic where arrays come in named tuples; and they are
    taken into their callers whole, since a call hands over every field of a tuple and of its arrays by itself.
    """
    options: dict[str, Any] = {} if allocates else {"_nrt": False, "forceinline": True}
    decorate = numba.njit(error_model="numpy", nogil=True, parallel=parallel, cache=CACHE_FOLDER is not None, **options)
    return decorate if function is None else decorate(function)


def kernel(function: F) -> F:
    """Compile a scalar function of a standard, or a walk over given arrays: `jit` without allocation."""
    return jit(allocates=False)(function)

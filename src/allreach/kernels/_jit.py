"""The one decorator for compiled functions, and where their machine code is kept between processes.

Importing this module reads no file and sets nothing outside it: a function asks for its place in the cache when it is
first called, and numba's own settings, which are the user's whole process's, are left as they are.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, overload

import numba
from numba.core import caching

from allreach.kernels._code_library import dispatcher

CONSTANTS = ("planning/model/tolerances.py", "units.py")
"""Files without compiled functions whose numbers are frozen into them (a test looks for others)."""
F = TypeVar("F", bound=Callable[..., Any])


def _sources_hash() -> str:
    """Hash of everything compiled code depends on: numba does not notice an edit in another file.

    The processor and the version of numba are in numba's own keys.
    """
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        text = path.read_bytes()
        name = path.relative_to(package).as_posix()
        if b"_jit import" in text or path.parent.name == "kernels" or name in CONSTANTS:
            digest.update(name.encode())
            digest.update(text)
    return digest.hexdigest()[:16]


@cache
def cache_folder() -> Path | None:
    """Folder for compiled code, or none where caching is switched off or impossible."""
    if os.environ.get("ALLREACH_JIT_CACHE", "1") == "0":
        return None
    import platformdirs

    folder = Path(platformdirs.user_cache_dir("allreach")) / "jit" / _sources_hash()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


class _Locator(caching._CacheLocator):
    """Place of one function's code: a folder named after the sources, so that it cannot be stale."""

    def __init__(self, py_func: Callable[..., Any], py_file: str, folder: Path) -> None:
        self._py_file = py_file
        self._lineno = py_func.__code__.co_firstlineno
        self._folder = folder

    def ensure_cache_path(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)

    def get_cache_path(self) -> str:
        return str(self._folder)

    def get_source_stamp(self) -> str:
        return ""

    def get_disambiguator(self) -> str:
        # Two files of one name in two rooms share the folder.
        room = hashlib.sha256(self._py_file.encode()).hexdigest()[:8]
        return f"{room}-{self._lineno}"

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> _Locator | None:
        folder = cache_folder()
        return None if folder is None else cls(py_func, os.path.relpath(py_file, Path(__file__).parents[1]), folder)


class _Impl(caching.CompileResultCacheImpl):
    _locator_classes = [_Locator]  # type: ignore[list-item]  # noqa: RUF012 (numba's name)


class _FunctionCache(caching.FunctionCache):
    _impl_class = _Impl


class _LazyCache(caching._Cache):
    """A function's cache that is looked up at its first call, and that never stops a computation.

    What cannot be read (cut short by a full disk or a crash) is compiled anew and written over; where writing fails the
    code is used all the same.
    """

    def __init__(self, py_func: Callable[..., Any]) -> None:
        self._py_func = py_func
        self._found: Any = None

    def _real(self) -> Any:
        if self._found is None:
            made: Any = _FunctionCache
            self._found = caching.NullCache() if cache_folder() is None else made(self._py_func)
        return self._found

    @property
    def cache_path(self) -> str | None:
        return None if isinstance(self._real(), caching.NullCache) else str(self._real().cache_path)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return self._real().load_overload(sig, target_context)
        except Exception:  # unpickling what is damaged raises anything
            self._forget()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            self._real().save_overload(sig, data)
        except Exception:  # unpickling what is damaged raises anything
            self._found = caching.NullCache()

    def _forget(self) -> None:
        try:
            self._real().flush()
        except OSError:
            self._found = caching.NullCache()

    def enable(self) -> None:
        self._real().enable()

    def disable(self) -> None:
        self._real().disable()

    def flush(self) -> None:
        self._real().flush()


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
    options: dict[str, Any] = {"nopython": True, "error_model": "numpy", "nogil": True, "no_cfunc_wrapper": True}
    options |= {"parallel": parallel} if allocates else {"_nrt": False, "forceinline": True}

    def compiled(body: F) -> Any:
        if getattr(numba.config, "DISABLE_JIT"):  # noqa: B009 (unknown to the type checker)
            return body
        return dispatcher(body, options, _LazyCache(body), is_taken_in=not allocates)

    return compiled if function is None else compiled(function)


def kernel(function: F) -> F:
    """Compile a scalar function of a standard, or a walk over given arrays: `jit` without allocation."""
    return jit(allocates=False)(function)

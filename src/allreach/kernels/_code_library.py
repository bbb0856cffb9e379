"""Compiled functions that are taken into their callers: machine code is made only of those that Python calls.

numba optimises and assembles every compiled function, with all it calls, each time one of them is met inside another:
a function ten deep ten times. Here a function that is met inside another is only translated; what is optimised,
assembled and kept on disk is the function that Python calls, once, with everything in it.
"""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from typing import Any

import numba
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.registry import CPUDispatcher

NUMBA_MINORS = ("0.68",)
"""Versions of numba whose inner working this file was tried with; with others numba compiles in its own way."""

_no_code = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(lambda *_: None)
_NO_CODE = ctypes.cast(_no_code, ctypes.c_void_p).value
"""Stands for machine code that is not made; Python is never given it to call."""


class _Environments:
    """numba's code generator as a translation shows it: without code there is no place for an environment."""

    def __init__(self, codegen: Any) -> None:
        self._codegen = codegen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._codegen, name)

    def set_env(self, *_names_and_environment: Any) -> None:
        """Do nothing."""


class Translation(JITCodeLibrary):
    """A function's code as its callers take it in: neither optimised nor assembled, what it calls not in it."""

    def __init__(self, codegen: Any, name: str) -> None:
        super().__init__(codegen, name)  # type: ignore[no-untyped-call]
        self._with_callees: Any = None

    @property
    def codegen(self) -> Any:
        """The code generator."""
        return _Environments(self._codegen)

    def finalize(self) -> None:
        """Be ready to be taken in."""
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> Any:
        """Address of a function, that of nothing."""
        return _NO_CODE

    def bare_module(self) -> Any:
        """Return the function alone."""
        return super()._get_module_for_linking()  # type: ignore[no-untyped-call]

    def _get_module_for_linking(self) -> Any:
        """With all that it calls: for numba's own libraries, as those of parallel loops."""
        if self._with_callees is None:
            self._with_callees = self.bare_module().clone()
            for library in _all_below(self._linking_libraries):
                is_bare = isinstance(library, Translation)
                module = library.bare_module() if is_bare else library._get_module_for_linking()
                self._with_callees.link_in(module, preserve=True)
        return self._with_callees

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout


def knows_numba() -> bool:
    """Whether this version of numba is one whose inner working is known here."""
    return ".".join(numba.__version__.split(".")[:2]) in NUMBA_MINORS


def _all_below(libraries: list[Any]) -> list[Any]:
    """Libraries and those that translations among them call, each once."""
    found = list(libraries)
    at = 0
    while at < len(found):
        if isinstance(found[at], Translation):
            found += [more for more in found[at]._linking_libraries if more not in found]
        at += 1
    return list(dict.fromkeys(found))


class WholeLibrary(JITCodeLibrary):
    """A function's code with everything that it calls, each taken in once."""

    def finalize(self) -> None:
        """Link, optimise, assemble."""
        everything = _all_below(self._linking_libraries)
        self._linking_libraries = [library for library in everything if not isinstance(library, Translation)]
        for library in everything:
            if isinstance(library, Translation):
                self._reload_init.update(library._reload_init)
                self._final_module.link_in(library.bare_module(), preserve=True)
        super().finalize()  # type: ignore[no-untyped-call]


class _Compiler(Compiler):
    """numba's compiler with a library of another kind; the garbage collector, which finds nothing, waits for it."""

    library_class: type[JITCodeLibrary] = WholeLibrary

    def compile_extra(self, func: Any) -> Any:
        """Compile a function."""
        make: Any = self.library_class
        self.state.library = make(self.state.targetctx.codegen(), func.__qualname__)
        self.state.library.enable_object_caching()
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            return super().compile_extra(func)  # type: ignore[no-untyped-call]
        finally:
            if was_enabled:
                gc.enable()


class _TranslatingCompiler(_Compiler):
    library_class = Translation


class WholeDispatcher(CPUDispatcher):
    """A compiled function that Python calls.

    Parameters
    ----------
    body
        The function.
    options
        As numba's dispatchers take them.
    cache
        Where its code is kept.
    """

    def __init__(self, body: Callable[..., Any], options: dict[str, Any], cache: Any) -> None:
        super().__init__(body, targetoptions=options, pipeline_class=_Compiler)
        self._cache = cache


class InnerDispatcher(CPUDispatcher):
    """A function that its compiled callers take in whole; Python calls one with code, compiled at its first call.

    Parameters
    ----------
    body
        The function.
    options
        As numba's dispatchers take them.
    cache
        Where the code for Python's calls is kept.
    """

    def __init__(self, body: Callable[..., Any], options: dict[str, Any], cache: Any) -> None:
        bare = options | {"no_cpython_wrapper": True}
        super().__init__(body, targetoptions=bare, pipeline_class=_TranslatingCompiler)
        self.called_from_python = WholeDispatcher(body, options, cache)

    def add_overload(self, cres: Any) -> None:
        """Take note of a translated signature, for compiled callers only."""
        self.overloads[tuple(cres.signature.args)] = cres

    def _compile_for_args(self, *args: Any, **keywords: Any) -> Any:
        """Compile for a call from Python; the function to call."""
        outer: Any = self.called_from_python
        insert: Any = getattr(self, "_insert")  # noqa: B009 (of numba's own in C)
        entry = outer._compile_for_args(*args, **keywords)
        for types, cres in list(outer.overloads.items()):
            if cres.entry_point is entry:
                insert([t._code for t in types], entry, cres.objectmode)
        return entry


def dispatcher(body: Callable[..., Any], options: dict[str, Any], cache: Any, *, is_taken_in: bool) -> CPUDispatcher:
    """Compiled form of a function.

    Parameters
    ----------
    body, options, cache
        Function, options as numba's dispatchers take them, and where its code is kept.
    is_taken_in
        Whether its compiled callers take it in whole.
    """
    if knows_numba():
        return (InnerDispatcher if is_taken_in else WholeDispatcher)(body, options, cache)
    plain = CPUDispatcher(body, targetoptions=options)
    plain._cache = cache  # type: ignore[attr-defined]
    return plain

"""Compiled functions that are taken into their callers: machine code is made only of those that Python calls.

numba optimises and assembles every compiled function, with all it calls, each time one of them is met inside another:
a function ten deep ten times. Here a function that is met inside another is only translated; what is optimised,
assembled and kept on disk is the function that Python calls, once, with everything in it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.registry import CPUDispatcher

_no_code = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(lambda *_: None)
_NO_CODE = ctypes.cast(_no_code, ctypes.c_void_p).value
"""Stands for machine code that is not made; Python is never given it to call."""


class _Environments:
    """numba's code generator as a translation shows it: without code there is no place for an environment."""

    def __init__(self, codegen: Any) -> None:
        self._codegen = codegen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._codegen, name)

    def set_env(self, env_name: str, env: Any) -> None:
        """Do nothing."""


class Translation(JITCodeLibrary):
    """A function's code as its callers take it in: neither optimised nor assembled."""

    @property
    def codegen(self) -> Any:
        """The code generator."""
        return _Environments(self._codegen)

    def get_pointer_to_function(self, name: str) -> Any:
        """Address of a function, that of nothing."""
        return _NO_CODE

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalized = True


class TranslatingCompiler(Compiler):
    """numba's compiler, ending with a translation."""

    def compile_extra(self, func: Any) -> Any:
        """Compile a function."""
        self.state.library = Translation(self.state.targetctx.codegen(), func.__qualname__)
        return super().compile_extra(func)


class InnerDispatcher(CPUDispatcher):
    """A function that its compiled callers take in whole; Python calls one with code, compiled at its first call.

    Parameters
    ----------
    body
        The function.
    options
        As numba's dispatchers take them.
    for_python
        Makes the dispatcher that Python's calls go to.
    """

    def __init__(self, body: Callable[..., Any], options: dict[str, Any], for_python: Callable[[], Any]) -> None:
        bare = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        super().__init__(body, targetoptions=options | bare, pipeline_class=TranslatingCompiler)
        self.called_from_python = for_python()

    def add_overload(self, cres: Any) -> None:
        """Take note of a translated signature, for compiled callers only."""
        self.overloads[tuple(cres.signature.args)] = cres

    def _compile_for_args(self, *args: Any, **keywords: Any) -> Any:
        """Compile for a call from Python; the function to call."""
        outer = self.called_from_python
        entry = outer._compile_for_args(*args, **keywords)
        for types, cres in list(outer.overloads.items()):
            if cres.entry_point is entry:
                self._insert([t._code for t in types], entry, cres.objectmode)
        return entry

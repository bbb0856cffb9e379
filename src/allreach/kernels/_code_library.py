"""Compiled functions that are taken into their callers: machine code is made only of those that Python calls.

numba optimises and assembles every compiled function, with all it calls, each time one of them is met inside another:
a function ten deep ten times. Here a function that is met inside another is only translated; what is optimised,
assembled and kept on disk is the function that Python calls, once, with everything in it.
"""

from __future__ import annotations

import ctypes
from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import CPUDispatcher

_Wrapper = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
_no_code = _Wrapper(lambda _closure, _args, _keywords: None)
_NO_CODE = ctypes.cast(_no_code, ctypes.c_void_p).value
"""Stands for machine code that is not made; a dispatcher never calls it."""


class _Environments:
    """numba's code generator as one library shows it: environments are set when there is code that has them."""

    def __init__(self, codegen: Any) -> None:
        self._codegen = codegen
        self.is_ready = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._codegen, name)

    def set_env(self, env_name: str, env: Any) -> None:
        if self.is_ready:
            self._codegen.set_env(env_name, env)


class InnerLibrary(JITCodeLibrary):
    """A function's code: translated, but neither optimised nor assembled before `make_ready`."""

    def __init__(self, codegen: Any, name: str) -> None:
        super().__init__(codegen, name)
        self._shown_codegen = _Environments(codegen)
        self.cache_key: Any = None
        self.entry_point: Any = None

    @property
    def codegen(self) -> Any:
        """The code generator."""
        return self._shown_codegen

    @property
    def is_ready(self) -> bool:
        """Whether there is machine code."""
        return self._shown_codegen.is_ready

    def make_ready(self) -> None:
        """Optimise and assemble; what callers take in stays as it is."""
        self._get_module_for_linking()
        self._shown_codegen.is_ready = True
        self._optimize_final_module()
        self._finalize_final_module()

    def get_pointer_to_function(self, name: str) -> int:
        """Address of a function."""
        return super().get_pointer_to_function(name) if self.is_ready else _NO_CODE

    def _optimize_final_module(self) -> None:
        if self.is_ready:
            super()._optimize_final_module()

    def _finalize_final_module(self) -> None:
        if self.is_ready:
            super()._finalize_final_module()
        self._finalized = True


class InnerCompiler(Compiler):
    """numba's compiler, with such a library."""

    def compile_extra(self, func: Any) -> Any:
        """Compile a function."""
        self.state.library = InnerLibrary(self.state.targetctx.codegen(), func.__qualname__)
        self.state.library.enable_object_caching()
        return super().compile_extra(func)


class InnerDispatcher(CPUDispatcher):
    """A compiled function: its callers take in the translation, Python's first call makes the code."""

    def add_overload(self, cres: Any) -> None:
        """Take note of a compiled signature; Python sees those that there is code for."""
        if isinstance(cres.library, InnerLibrary):
            self.overloads[tuple(cres.signature.args)] = cres
        else:  # from the disk
            super().add_overload(cres)

    def _compile_for_args(self, *args: Any, **keywords: Any) -> Any:
        """Compile for a call from Python; the function to call."""
        entry = super()._compile_for_args(*args, **keywords)
        with global_compiler_lock:
            for types, cres in self.overloads.items():
                if cres.entry_point is entry and isinstance(cres.library, InnerLibrary):
                    return self._entry(types, cres)
        return entry

    def _entry(self, types: Any, cres: Any) -> Any:
        library = cres.library
        if library.is_ready:  # by another thread
            return library.entry_point
        library.make_ready()
        library.entry_point = cres.target_context.get_executable(library, cres.fndesc, cres.environment)
        self._insert([t._code for t in types], library.entry_point, cres.objectmode)
        self._cache.save_overload(library.cache_key, cres._replace(entry_point=library.entry_point))
        return library.entry_point

"""The errors allreach raises on purpose; every one says what is wrong, where, what was expected and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an input.

    Parameters
    ----------
    where
        File, layer, column or key, with the row where there is one.
    what
        What was found.
    expected
        What would have been right.
    mend
        What the user can do about it.
    severity
        ``error`` stops a run; ``warning`` lowers what the result is worth.
    kind
        Short name of the kind of fault, where one is given; ``country import --fix`` takes some of them.
    """

    where: str
    what: str
    expected: str = ""
    mend: str = ""
    severity: Severity = "error"
    kind: str = ""

    def __str__(self) -> str:
        """Return the fault as one line."""
        text = f"{self.where}: {self.what}"
        if self.expected:
            text += f"; expected {self.expected}"
        if self.mend:
            text += f". {self.mend}"
        return text


class AllreachError(Exception):
    """Root of all errors that are meant for the user."""


class InputError(AllreachError, ValueError):
    """The user's input is wrong; carries every fault found.

    Parameters
    ----------
    faults
        Faults, or one message.
    """

    def __init__(self, faults: str | Fault | Sequence[Fault]) -> None:
        self.faults: list[Fault] = []
        if isinstance(faults, str):
            super().__init__(faults)
            return
        self.faults = [faults] if isinstance(faults, Fault) else list(faults)
        lines = [str(fault) for fault in self.faults]
        super().__init__(
            lines[0] if len(lines) == 1 else f"{len(lines)} faults:\n" + "\n".join(f"- {s}" for s in lines)
        )


class ParameterError(InputError):
    """A parameter has an unknown key, an impossible value or no source."""


class DataMissingError(AllreachError, LookupError):
    """A file, layer or package that a step needs is not there."""


class InfeasibleError(AllreachError):
    """No plan can meet what is asked; says which places and what would make it possible."""


class DeviceError(AllreachError):
    """The device asked for is not there; there is no silent fall-back."""

"""What is said when the program itself is at fault: one line, and the details in a file to report."""

from __future__ import annotations

import datetime as dt
import platform
import sys
import traceback
from pathlib import Path

from allreach import __version__


def tell_fault(error: Exception, *, is_debug: bool) -> str:
    """Describe an error that no check foresaw; wrong input never comes here.

    Parameters
    ----------
    error
        The error.
    is_debug
        Whether to print the traceback instead of writing it to a file.

    Returns
    -------
    message
        One line.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "allreach" in Path(frame.filename).parts] or frames
    where = f" at {Path(own[-1].filename).name}:{own[-1].lineno}" if own else ""
    text = "".join(traceback.format_exception(error))
    what = f"a fault of the program, not of your input: {type(error).__name__}{where}: {_short(str(error))}"
    if is_debug:
        print(text, file=sys.stderr)
        return what
    path = _written(text)
    if path is None:
        return f"{what}. Please report it with what allreach --debug prints for the same command"
    return f"{what}. Please report it with the file {path}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 200 else line[:197] + "..."


def _written(text: str) -> Path | None:
    """File with the traceback, or none where it cannot be written."""
    import platformdirs

    now = dt.datetime.now()
    path = Path(platformdirs.user_log_dir("allreach")) / f"fault-{now:%Y%m%d-%H%M%S}.txt"
    head = f"allreach {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{head}{' '.join(sys.argv)}\n\n{text}", encoding="utf-8", errors="backslashreplace")
    except OSError:
        return None
    return path

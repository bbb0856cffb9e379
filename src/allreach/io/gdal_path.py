"""Paths for GDAL: a file is a file, whatever its name holds."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_PLAIN = re.compile(r"[\w./\\: -]*")


@contextlib.contextmanager
def plain_path(path: Path) -> Iterator[Path]:
    """Give a path that pyogrio and GDAL take for a file.

    They read ``a!b.gpkg`` as a file inside an archive and ``a;b`` or ``a?b`` as parts of an address. Such a path is
    reached by a link from a folder for a while, its neighbours of the same stem (parts of a shapefile) beside it. A
    file that is to be written lies in the true folder all the same.
    """
    if _PLAIN.fullmatch(str(path)):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="allreach-") as scratch:
        folder = Path(scratch) / "folder"
        _link(path.parent.resolve(), folder)
        if folder.is_symlink() and _PLAIN.fullmatch(path.name):
            yield folder / path.name
            return
        for part in sorted(path.parent.iterdir()):
            if part.name.startswith(path.stem + ".") and part.is_file():
                _link(part.resolve(), Path(scratch) / ("file" + part.name.removeprefix(path.stem)))
        yield Path(scratch) / f"file{path.suffix}"


def _link(source: Path, target: Path) -> None:
    try:
        os.symlink(source, target, target_is_directory=source.is_dir())
    except OSError:  # Windows without the right to make links
        if source.is_file():
            shutil.copyfile(source, target)

"""Archives from outside (.zip, .kmz, and workbooks, which are archives too): bounded before anything is unpacked."""

from __future__ import annotations

import contextlib
import errno
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from allreach.errors import Fault, InputError
from allreach.io.atomic import WriteError, explain_write_error
from allreach.io.damaged import BROKEN_ARCHIVE

UNPACKED_BYTES_MAX = 4 * 2**30
FILES_MAX = 10_000
RATIO_MAX = 200  # text compresses by 5 to 20; a bomb by a thousand
SMALL_BYTES = 100 * 2**20  # below it the ratio does no harm


def require_small(path: Path) -> None:
    """Refuse an archive that is damaged or would unpack to more than is read.

    Raises
    ------
    InputError
        If it is no archive, or claims more files or bytes than are read.
    """
    with _opened(path) as archive:
        entries = archive.infolist()
        size, packed = sum(e.file_size for e in entries), sum(e.compress_size for e in entries)
        if len(entries) > FILES_MAX or size > UNPACKED_BYTES_MAX or (size > SMALL_BYTES and size > RATIO_MAX * packed):
            what = f"would unpack to {len(entries):,} files of {size / 2**20:,.0f} MiB"
            most = f"at most {FILES_MAX:,} files and {UNPACKED_BYTES_MAX / 2**30:g} GiB"
            raise InputError(Fault(str(path), what, most, "Pack the file that is needed alone"))


@contextlib.contextmanager
def unpacked(
    path: Path, kinds: Sequence[Sequence[str]], member: str | None = None
) -> Iterator[tuple[Path, str | None]]:
    """Unpack an archive for a while.

    Parameters
    ----------
    path
        The archive.
    kinds
        Endings to look for; those of the first group that the archive has count.
    member
        Which of several files, by its name with or without ending.

    Yields
    ------
    file, rest
        The file, its neighbours beside it; and `member` where it names no file of the archive, else none.

    Raises
    ------
    InputError
        If there is no such file, or several and none is named.
    """
    require_small(path)
    with tempfile.TemporaryDirectory(prefix="allreach-") as folder:
        with _opened(path) as archive:
            name, rest = _chosen(archive, path, kinds, member)
            _extract(archive, path, Path(folder))
        yield Path(folder) / name, rest


@contextlib.contextmanager
def unpacked_whole(path: Path) -> Iterator[Path]:
    """Unpack a whole archive for a while and give the folder.

    Raises
    ------
    InputError
        If it is damaged, would unpack to more than is read, or has a member that leads out of it.
    """
    require_small(path)
    with tempfile.TemporaryDirectory(prefix="allreach-") as folder:
        with _opened(path) as archive:
            stray = [e.filename for e in archive.infolist() if _leads_out(e.filename)]
            if stray:
                what = f"has members that lead out of it ({', '.join(stray[:3])})"
                raise InputError(Fault(str(path), what, "paths inside the archive", "Do not trust it; pack it anew"))
            _extract(archive, path, Path(folder))
        yield Path(folder)


def _chosen(
    archive: zipfile.ZipFile, path: Path, kinds: Sequence[Sequence[str]], member: str | None
) -> tuple[str, str | None]:
    names = [e.filename for e in archive.infolist() if _is_plain(e.filename) and not e.is_dir()]
    found: list[str] = []
    for endings in kinds:
        found = found or sorted(name for name in names if PurePosixPath(name).suffix.lower() in endings)
    chosen = [n for n in found if member in (PurePosixPath(n).name, PurePosixPath(n).stem, n)]
    rest = None if chosen else member
    found = chosen or found
    if not found:
        every = ", ".join(ending for endings in kinds for ending in endings)
        raise InputError(Fault(str(path), f"holds no file that is read ({', '.join(names[:5])})", f"one of {every}"))
    if len(found) > 1:
        listed = ", ".join(PurePosixPath(name).name for name in found[:10])
        raise InputError(Fault(str(path), f"holds {len(found)} files: {listed}", "one", "Choose with --sublayer NAME"))
    return found[0], rest


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except InputError:
        raise
    except BROKEN_ARCHIVE as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise WriteError(explain_write_error(Path(tempfile.gettempdir()), error)) from error
        raise InputError(
            Fault(
                str(path), f"is no whole archive ({error})", "a whole file without a password", "Fetch the file again"
            )
        ) from error


def _extract(archive: zipfile.ZipFile, path: Path, folder: Path) -> None:
    """Unpack, counting what really comes out: the sizes that an archive states may be false."""
    left = UNPACKED_BYTES_MAX
    for entry in archive.infolist():
        if not _is_plain(entry.filename) or entry.is_dir():
            continue
        target = folder / entry.filename
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, target.open("wb") as out:
            while chunk := source.read(1 << 20):
                left -= len(chunk)
                if left < 0:
                    raise InputError(Fault(str(path), "unpacks to more than it states", "a sound archive"))
                out.write(chunk)


def _leads_out(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return bool(parts) and (parts[0] == "/" or ".." in parts or ":" in parts[0])


def _is_plain(name: str) -> bool:
    """Whether a member is a file of the user's, at a path inside the archive."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return bool(parts) and not hidden and not name.startswith("/") and ":" not in parts[0]

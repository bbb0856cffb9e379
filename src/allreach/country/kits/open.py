"""Kits that lie on disk: the one that ships for a country and those of the user, opened and held against each other.

A kit is a folder or a zip with a ``kit.yaml``. Of a user's kits no two may give the same thing; what the shipped kit
gives too, the user's kit replaces.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from allreach.country.kits.kit_file import KIT_FILE, KitFile, KitLayer, read_kit_file
from allreach.errors import Fault, InputError
from allreach.io.archives import unpacked_whole
from allreach.io.country_folder import sha256

ARCHIVE = ".zip"
NONE = "none"


@dataclass(frozen=True)
class OpenKit:
    """A kit whose files can be read.

    Parameters
    ----------
    kit
        Its ``kit.yaml``.
    where
        What the user called it.
    data
        Folder with its files.
    is_shipped
        Whether it came with the program.
    """

    kit: KitFile
    where: str
    data: Path
    is_shipped: bool = False

    def gives(self) -> list[str]:
        """Layers and official totals that it has, each once."""
        return list(dict.fromkeys([*(one.layer for one in self.kit.layers), *self._totals()]))

    def _totals(self) -> list[str]:
        return [f"official {name}" for name in self.kit.official.totals]


@dataclass(frozen=True)
class OpenKits:
    """Kits for one sketch.

    Parameters
    ----------
    kits
        Those that can be read, the shipped one first.
    faults
        What is wrong with them, or between them.
    """

    kits: tuple[OpenKit, ...]
    faults: tuple[Fault, ...]

    def layers(self) -> list[tuple[OpenKit, KitLayer]]:
        """Layers that are laid, with the kit of each; of the shipped kit those that no other kit gives."""
        taken = {name for one in self.kits if not one.is_shipped for name in one.gives()}
        return [
            (one, layer)
            for one in self.kits
            for layer in one.kit.layers
            if not (one.is_shipped and layer.layer in taken)
        ]


def shipped_kit(iso3: str) -> Path | None:
    """Folder of the kit that ships for a country, or none."""
    folder = Path(__file__).parent / "shipped" / iso3
    return folder if (folder / KIT_FILE).is_file() else None


def kit_choice(texts: Sequence[str | Path]) -> tuple[list[Path], bool]:
    """Kits of the user, and whether the shipped one is taken: the word ``none`` leaves it out."""
    return [Path(text) for text in texts if str(text) != NONE], NONE not in map(str, texts)


@contextlib.contextmanager
def open_kits(iso3: str, paths: Sequence[Path], *, with_shipped: bool) -> Iterator[OpenKits]:
    """Open kits for a while and find what is wrong with them.

    Parameters
    ----------
    iso3
        Country that is sketched.
    paths
        Folders and zips of the user.
    with_shipped
        Whether the kit that ships for the country is taken.
    """
    kits: list[OpenKit] = []
    faults: list[Fault] = []
    own = shipped_kit(iso3) if with_shipped else None
    with contextlib.ExitStack() as stack:
        for path in ([own] if own else []) + list(paths):
            try:
                kits.append(stack.enter_context(open_kit(path, is_shipped=path is own)))
            except InputError as error:
                faults += error.faults or [Fault(str(path), str(error))]
        for one in kits:
            faults += file_faults(one)
            if one.kit.iso3 != iso3:
                mend = f"Sketch it with allreach country sketch {one.kit.iso3}, or leave this kit out"
                faults.append(Fault(f"kit {one.where}", f"is for {one.kit.iso3}", f"a kit for {iso3}", mend))
        faults += _contradictions([one for one in kits if not one.is_shipped])
        yield OpenKits(tuple(one for one in kits if one.kit.iso3 == iso3), tuple(faults))


@contextlib.contextmanager
def open_kit(path: Path, *, data: Path | None = None, is_shipped: bool = False) -> Iterator[OpenKit]:
    """Open one kit for a while.

    Parameters
    ----------
    path
        Folder or zip.
    data
        Folder with the files where that is another than the one of ``kit.yaml``.
    is_shipped
        Whether it came with the program.

    Raises
    ------
    InputError
        If it is neither, is damaged or unsafe, or its ``kit.yaml`` has faults.
    """
    where = f"shipped for {path.name}" if is_shipped else str(path)
    if path.is_dir():
        yield _opened(path, where, data, is_shipped)
    elif path.suffix.lower() == ARCHIVE and path.is_file():
        with unpacked_whole(path) as folder:
            inner = [folder, *sorted(one for one in folder.iterdir() if one.is_dir())]
            found = [one for one in inner if (one / KIT_FILE).is_file()]
            yield _opened(found[0] if found else folder, where, data, is_shipped)
    else:
        what = "is no kit" if path.exists() else "is not there"
        raise InputError(Fault(f"kit {path}", what, f"a folder or a zip with a {KIT_FILE}", "Check the path"))


def file_faults(one: OpenKit) -> list[Fault]:
    """Files of a kit that are not there, or are not those that were packed."""
    faults = []
    for layer in one.kit.layers:
        where = f"kit {one.where}, layer {layer.layer}, {layer.file}"
        if not (one.data / layer.file).is_file():
            faults.append(Fault(where, "is not there", "a file of the kit", "Add it, or take the layer out"))
        elif layer.sha256 and sha256(one.data / layer.file) != layer.sha256:
            what = "is not the file that was packed: its checksum differs"
            faults.append(Fault(where, what, "the file as it was packed", "Fetch the kit again, or pack it anew"))
    return faults


def _opened(folder: Path, where: str, data: Path | None, is_shipped: bool) -> OpenKit:
    path = folder / KIT_FILE
    if not path.is_file():
        mend = "Write one: see the page on kits in the guide"
        raise InputError(Fault(f"kit {where}", f"holds no {KIT_FILE}", f"a {KIT_FILE} at its top", mend))
    return OpenKit(read_kit_file(path, f"kit {where}, {KIT_FILE}"), where, data or folder, is_shipped)


def _contradictions(kits: list[OpenKit]) -> list[Fault]:
    """Find what two kits give alike: none of them is better than the other, so the user must say."""
    givers: dict[str, list[OpenKit]] = {}
    for one in kits:
        for name in one.gives():
            givers.setdefault(name, []).append(one)
    return [
        Fault(
            "kits " + " and ".join(f"{one.where} ({one.kit.title})" for one in several),
            f"contradict each other: each gives {name}",
            f"one kit that gives {name}",
            "Leave one out, or take the layer out of one",
        )
        for name, several in givers.items()
        if len(several) > 1
    ]

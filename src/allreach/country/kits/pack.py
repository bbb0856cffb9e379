"""Make a kit that can be handed on: one zip with checksums, the same bytes for the same files."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from allreach.country.kits.kit_file import KIT_FILE, KitFile, kit_yaml
from allreach.country.kits.lay import Laid
from allreach.country.kits.open import ARCHIVE, OpenKit, OpenKits, file_faults, open_kit
from allreach.country.sketch.draw import framed
from allreach.country.sketch.gazetteer import find_country
from allreach.country.sketch.kit_layers import given_total
from allreach.errors import Fault, InputError
from allreach.io.atomic import whole_file
from allreach.io.country_folder import sha256
from allreach.params.load import Params

BESIDE = ("README*", "LICEN[CS]E*", "NOTICE*")
SHAPEFILE = ".shp"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold
READABLE = 0o644 << 16


@dataclass(frozen=True)
class Packed:
    """A kit that was packed.

    Parameters
    ----------
    path
        The zip.
    kit
        Its ``kit.yaml``.
    notes
        Per layer what was read.
    size_bytes
        Size of the zip.
    """

    path: Path
    kit: KitFile
    notes: dict[str, str]
    size_bytes: int


def pack(folder: Path, target: Path, *, params: Params, data: Path | None = None) -> Packed:
    """Check a kit layer by layer as a sketch would, and pack it.

    Parameters
    ----------
    folder
        Folder with ``kit.yaml``, which is only read.
    target
        Zip to write.
    params
        Parameters; the rules of sketches are used to find the country's frame.
    data
        Folder with the layers' files; by default `folder`.

    Raises
    ------
    InputError
        With every fault of the kit and its layers.
    """
    _require_zip(target)
    with open_kit(folder, data=data) as one:
        laid = _checked(one, params)
        layers = tuple(layer.model_copy(update={"sha256": sha256(one.data / layer.file)}) for layer in one.kit.layers)
        kit = one.kit.model_copy(update={"layers": layers})
        files = {name: one.data / name for name in sorted({layer.file for layer in layers})}
        files |= {path.relative_to(one.data).as_posix(): path for path in _parts(files.values())}
        files |= {path.name: path for pattern in BESIDE for path in folder.glob(pattern) if path.is_file()}
        with whole_file(target) as part:
            _write(part, kit, files)
    notes = {name: entry.note for name, entry in sorted(laid.provenance.items())}
    return Packed(target, kit, notes, target.stat().st_size)


def _require_zip(target: Path) -> None:
    if target.suffix.lower() != ARCHIVE or target.is_dir():
        raise InputError(Fault(f"-o {target}", "is no zip", f"a file that ends in {ARCHIVE}", "Name it KIT.zip"))


def _checked(one: OpenKit, params: Params) -> Laid:
    facts = find_country(one.kit.iso3)
    laid = framed(OpenKits((one,), tuple(file_faults(one))), facts, None, params.sketch)[3]
    given_total(laid, (facts.population, ""), None, is_known=True)
    return laid


def _parts(files: Iterable[Path]) -> list[Path]:
    """Files that belong to shapefiles."""
    shapes = [path for path in files if path.suffix.lower() == SHAPEFILE]
    return [part for path in shapes for part in sorted(path.parent.glob(f"{path.stem}.*")) if part.is_file()]


def _write(path: Path, kit: KitFile, files: dict[str, Path]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(_entry(KIT_FILE), kit_yaml(kit))
        for name, source in sorted(files.items()):
            archive.writestr(_entry(name), source.read_bytes())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, FIRST_DAY)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = READABLE
    entry.create_system = 3  # the same bytes on every machine
    return entry

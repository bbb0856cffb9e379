"""Bring measured antennas into a country folder: one pattern, or a .zip of them."""

from __future__ import annotations

from pathlib import Path

from allreach.country.importing.spec import LayerSpec
from allreach.errors import Fault, InputError
from allreach.io.antenna_files import ANTENNAS, antenna_warnings, antennas_sha256, read_antennas, read_country_antennas
from allreach.io.country_folder import read_layer_provenance, write_antennas, write_provenance
from allreach.params.country_config import LayerProvenance
from allreach.radio.antennas import AntennaLibrary, MeasuredAntenna

NOTED = 20  # antennas that a note describes one by one


def import_antennas(spec: LayerSpec, path: Path, folder: Path, *, may_replace: bool) -> str:
    """Add the antennas of a file to those of a country folder; arguments as of `folder.import_layer`.

    Parameters
    ----------
    may_replace
        Whether an antenna that is there already is replaced by one of its name.

    Raises
    ------
    InputError
        With every fault of every file, and every name that is there already.
    """
    new, there = read_antennas(path), read_country_antennas(folder)
    twice = [one.name for one in new.antennas if one.name in there.rows]
    if twice and not may_replace:
        raise InputError(
            Fault(
                f"{folder}/{ANTENNAS}", f"has {', '.join(twice)} already", "names that are not there", "Give --replace"
            )
        )
    for name in twice:
        (folder / ANTENNAS / there.antennas[there.rows[name]].file_name).unlink()
    every = AntennaLibrary.of({one.name: one for one in (*there.antennas, *new.antennas)}.values())
    write_antennas(folder, every)
    provenance = read_layer_provenance(folder)
    note = describe(new)
    entry = LayerProvenance(
        source=spec.source or path.name, licence=spec.licence, retrieved=spec.retrieved, evidence=spec.evidence
    )
    before = provenance.get(ANTENNAS)
    if before is not None and len(there):
        sources, licences = (
            dict.fromkeys([getattr(before, key), getattr(entry, key)]) for key in ("source", "licence")
        )
        entry = entry.model_copy(update={"source": ". ".join(sources), "licence": ". ".join(licences)})
    notes = [text for text in ("" if before is None else before.note, note, spec.note) if text]
    provenance[ANTENNAS] = entry.model_copy(update={"note": ". ".join(notes)})
    write_provenance(folder, provenance, {ANTENNAS: antennas_sha256(every)})
    return note


def describe(antennas: AntennaLibrary) -> str:
    """Say what was read of some antennas."""
    told = "; ".join(_described(one) for one in antennas.antennas[:NOTED])
    more = f"; and {len(antennas) - NOTED} more" if len(antennas) > NOTED else ""
    return f"{len(antennas)} antennas: {told}{more}"


def _described(one: MeasuredAntenna) -> str:
    low, high = one.freq_mhz
    band = "no frequency" if low != low else f"{low:g} MHz" if low == high else f"{low:g}-{high:g} MHz"  # NaN differs
    said = f"{one.name} ({band}, {one.gain_dbi:.1f} dBi, directivity of its cuts {one.directivity_dbi:.1f} dBi, "
    said += f"electrical tilt {one.electrical_tilt_deg:g} degrees)"
    doubts = [f"warning: {fault.what}" for fault in antenna_warnings(one)]
    return ", ".join([said, *one.notes, *doubts])

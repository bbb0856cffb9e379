"""``allreach country kit``: make kits that ``country sketch`` lays over a drawing."""

from __future__ import annotations

from pathlib import Path

import click

from allreach.cli import options


@click.command(
    name="pack",
    epilog="Examples:\n\n\b\n"
    "  allreach country kit pack MYKIT -o MYKIT.zip\n"
    "  allreach country kit pack examples/georgia --from DATA_DIR -o GEO-kit.zip\n"
    "  allreach country sketch GEO --kit GEO-kit.zip\n",
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("-o", "--output", "target", required=True, type=click.Path(path_type=Path), help="Zip to write.")
@click.option(
    "--from",
    "data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder with the layers' files, where they do not lie beside kit.yaml.",
)
@click.option("--overwrite", is_flag=True, help="Replace the zip if there is one.")
@options.as_json
def command(folder: Path, target: Path, data: Path | None, overwrite: bool, as_json: bool) -> None:
    """Make a kit of a folder of layers: DIR holds kit.yaml, which says what each layer is and where it is from.

    Every layer is read as a sketch would read it, and all faults are listed. The zip holds kit.yaml with checksums; the
    same files give the same bytes. Your files are only read.
    """
    import json

    from allreach.country.kits.pack import pack
    from allreach.errors import Fault, InputError
    from allreach.params.load import load_params

    if target.exists() and not overwrite:
        mend = "Choose another with -o, or give --overwrite"
        raise InputError(Fault(str(target), "is there already", "a new file", mend))
    packed = pack(folder, target, params=load_params(), data=data)
    if as_json:
        said = {
            "kit": str(packed.path),
            "iso3": packed.kit.iso3,
            "name": packed.kit.name,
            "date": packed.kit.date,
            "size_bytes": packed.size_bytes,
            "layers": packed.notes,
            "official": sorted(packed.kit.official.totals),
        }
        click.echo(json.dumps(said, ensure_ascii=False, indent=1))
        return
    for name, note in packed.notes.items():
        click.echo(f"{name}: {note}")
    click.echo(f"{packed.path}: {packed.kit.title} ({packed.kit.iso3}), {packed.size_bytes / 1e6:.2f} MB")

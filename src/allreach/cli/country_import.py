"""``allreach country import``: bring own files into a country folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from allreach.cli import options
from allreach.country.importing.spec import FIXES
from allreach.vocabulary import Evidence

FIX_HELP = "Mend this kind of fault and count it: " + ", ".join(FIXES)


@click.command(
    name="import",
    epilog="""Examples:

\b
  allreach country import boundaries outline.gpkg -o LAND --iso3 AND --name Andorra --crs EPSG:32631 --pixel 100 \\
      --map boundary_id=id --set level=0
  allreach country import terrain dem.tif -o LAND --source "SRTM, NASA/USGS" --licence "public domain"
  allreach country import places census.csv -o LAND --map place_id=code --map population=total --map lon=x --map lat=y
  allreach country import measurements log.txt -o LAND --time-zone Asia/Baku
  allreach country import antennas 742215_800_06T.msi -o LAND --source Kathrein
  allreach country import --recipe examples/andorra/recipe.yaml --from DATA_DIR -o ANDORRA
""",
)
@click.argument("layer", required=False)
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("-o", "--output", "folder", required=True, type=options.OutputFolder(), help="Country folder.")
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="TARGET=COLUMN",
    help="Column of the file that fills a column of the layer; lon and lat name the position in a CSV, A.B is a field "
    "of a column of objects, A+B are columns joined by hyphens.",
)
@click.option("--set", "constants", multiple=True, metavar="TARGET=VALUE", help="The same value in every row.")
@click.option(
    "--value",
    "values",
    multiple=True,
    metavar="TARGET:WORD=VALUE",
    help="What a word or class code of the file means; the word * stands for all others.",
)
@click.option("--where", "where", multiple=True, metavar="COLUMN=WORD,WORD", help="Keep rows with one of these words.")
@click.option("--keep", multiple=True, metavar="COLUMN", help="Carry a further column along.")
@click.option("--fix", multiple=True, metavar="KIND", help=FIX_HELP)
@click.option(
    "--group-cells",
    "group_cells_m",
    type=float,
    metavar="METRES",
    help="For sites from a list of radio cells (OpenCelliD): cells of one operator this near are one mast.",
)
@click.option(
    "--preset",
    default="",
    metavar="NAME",
    help="For measurements: kind of file where its header is not to decide: g-nettrack, network-survey, "
    "tower-collector, opencellid, cellmapper, ookla, m-lab, ttn-mapper, lorawan, drive-test.",
)
@click.option(
    "--time-zone", default="", metavar="ZONE", help="For measurements: zone of times that state none (Asia/Baku, UTC)."
)
@click.option("--clip", is_flag=True, help="Cut lines and areas at the country's outline.")
@click.option("--sublayer", help="Layer of a GeoPackage, sheet of a workbook or file of an archive with several.")
@click.option(
    "--height-unit",
    type=click.Choice(["m", "ft", "us-ft", "km", "dm", "cm", "mm"]),
    help="Unit of a terrain file's heights where it is not the metre.",
)
@click.option("--file-crs", help="CRS of a file that states none, or whose positions are no degrees.")
@options.encoding
@options.decimal
@click.option("--source", default="", help="Publisher and data set.")
@click.option("--licence", default="not stated", show_default=True, help="Licence and attribution.")
@click.option("--retrieved", default="", metavar="YYYY-MM-DD", help="Date of the data.")
@click.option(
    "--evidence",
    default="open",
    show_default=True,
    type=click.Choice([one.value for one in Evidence]),
    help="How the data are known.",
)
@click.option("--note", default="", help="Anything a reader should know.")
@click.option("--iso3", help="Code of a new country folder.")
@click.option("--name", help="Name of a new country folder.")
@click.option("--crs", help="Projected CRS of a new country folder, such as EPSG:32638.")
@click.option("--pixel", "pixel_m", type=float, help="Pixel in metres of a new country folder, or of a recipe.")
@click.option(
    "--margin", "margin_m", type=float, default=5000.0, show_default=True, help="Strip round a new country, m."
)
@click.option("--replace", "existing", flag_value="replace", help="Replace the layer, or the folder of a recipe.")
@click.option("--append", "existing", flag_value="append", help="Add the rows to the layer.")
@click.option(
    "--recipe", type=click.Path(path_type=Path, dir_okay=False), help="YAML that lists many imports and rules."
)
@click.option("--from", "data", type=click.Path(path_type=Path, file_okay=False), help="Folder with a recipe's files.")
@options.as_json
def command(
    layer: str | None, file: Path | None, recipe: Path | None, data: Path | None, as_json: bool, **chosen: Any
) -> None:
    """Bring your own FILE in as a LAYER of a country folder, or a whole country by a recipe.

    CSV (also .gz), Excel, GeoPackage, GeoJSON, Shapefile (also zipped), KML, KMZ, FlatGeobuf, (Geo)Parquet and GeoTIFF,
    in any CRS. Your files are only read.
    The layer antennas takes measured patterns: MSI Planet (.msi, .pln, .txt), NSMA (.adf, .ant), or a .zip of them.
    Terrain voids are filled and counted; every other fault is listed, and mended only where --fix names its kind.
    """
    from allreach.cli.import_options import run_layer, run_recipe

    if recipe is not None:
        if layer is not None or data is None:
            raise click.UsageError("--recipe goes with --from DATA_DIR and without LAYER and FILE")
        run_recipe(recipe, data=data, as_json=as_json, **chosen)
    elif layer is None or file is None:
        raise click.UsageError("give LAYER and FILE, or --recipe and --from")
    else:
        run_layer(layer, file, as_json=as_json, **chosen)

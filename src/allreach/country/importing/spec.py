"""What one import says: the file, what its columns mean, what to keep and what to mend."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from allreach import tables
from allreach.country.importing.zones import zone_of
from allreach.io.antenna_files import ANTENNAS
from allreach.number_text import Mark
from allreach.params.quantity import Frozen
from allreach.vocabulary import Evidence

RASTER_LAYERS = ("terrain", "clutter", "zones", "population")
FixKind = Literal[
    "no-position",
    "swapped-axes",
    "outside",
    "duplicate-points",
    "duplicate-ids",
    "negative-population",
    "absurd-height",
    "absurd-people",
    "self-crossing",
    "duplicate-times",
]
FIXES: dict[str, str] = {
    "no-position": "rows without a position are left out",
    "swapped-axes": "longitude and latitude are exchanged where that puts the point into the country",
    "outside": "rows outside the country are left out",
    "duplicate-points": "of rows at the same point the first by identifier is kept",
    "duplicate-ids": "of rows with the same identifier the first is kept; rows without one stay a fault",
    "negative-population": "negative numbers of people become 0",
    "absurd-height": "heights that no land has are taken as voids and filled",
    "absurd-people": "numbers of people that no pixel can hold, and codes for none, count as nobody",
    "duplicate-times": "of rows of one device at one time in different places the first is kept",
    "self-crossing": "areas that cross themselves are made simple where that leaves their area as it is (within 1 %)",
}
Condition = dict[str, tuple[str | None, ...]]


class LayerSpec(Frozen):
    """One layer from one file."""

    layer: str
    """Layer of the country folder that is made."""
    file: str
    """File, relative to the data folder of a recipe."""
    sublayer: str | None = None
    """Layer inside a GeoPackage, sheet of a workbook, file of an archive."""
    preset: str = ""
    """For the layer ``measurements``: kind of file (g-nettrack, tower-collector, ookla, ...), where it is not to be
    recognised by its header."""
    time_zone: str = ""
    """For the layer ``measurements``: zone of times that state none, such as ``Asia/Baku``, ``UTC`` or ``+04:00``."""
    file_crs: str | None = None
    """CRS of a file that states none."""
    height_unit: Literal["m", "ft", "us-ft", "km", "dm", "cm", "mm"] | None = None
    """Unit of a terrain file's heights; needed where the file says that it is not the metre."""
    encoding: str | None = None
    """Encoding of a text file or shapefile that does not say it; UTF-8 unless given."""
    decimal: Mark | None = None
    """Decimal mark of numbers in texts, where the file does not show it: with ``,`` the text 1.000 is a thousand."""
    map: dict[str, str] = Field(default_factory=dict)
    """Column of the layer: column of the file. ``lon`` and ``lat`` name the position in a text file; ``start.id`` is a
    field of a column of objects, ``mcc+net+cell`` are several columns joined by hyphens."""
    set: dict[str, Any] = Field(default_factory=dict)
    """Column of the layer: the same value in every row, as it is written."""
    values: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Column of the layer: word in the file: word in the layer; ``*`` stands for all other words."""
    scale: dict[str, float] = Field(default_factory=dict)
    """Column of the layer: factor. Units behind the number are cut off; of a list (``150000;110000``) the largest
    counts."""
    prefix: dict[str, str] = Field(default_factory=dict)
    """Column of the layer: text put before each value."""
    keep_if: tuple[Condition, ...] = ()
    """Rows kept: those that meet one of these conditions, each a column of the file with its words (null: empty)."""
    drop_if: tuple[Condition, ...] = ()
    """Rows left out: those that meet one of these conditions."""
    keep: tuple[str, ...] = ()
    """Further columns of the file that are carried along."""
    clip: bool = False
    """Cut lines and areas at the country's outline."""
    group_cells_m: float | None = Field(default=None, gt=0, le=1000)
    """For the layer ``sites`` from a list of radio cells: cells of one operator within this distance are one mast with
    its sectors. [m]"""
    fix: tuple[FixKind, ...] = ()
    """Kinds of fault that are mended and counted; all others stop the import."""
    fill_px: int = Field(default=100, ge=0)
    """Terrain voids are filled from heights at most this many source pixels away."""
    source: str = ""
    """Publisher and data set."""
    licence: str = "not stated"
    """Licence, with the attribution that it asks for."""
    retrieved: str = ""
    """Day or date of the data, YYYY-MM-DD."""
    evidence: Evidence = Evidence.OPEN
    """How the layer is known."""
    note: str = ""
    """Rule behind the choices above, for whoever reads the folder."""

    @property
    def as_file(self) -> dict[str, Any]:
        """What `io.foreign.read_foreign_table` is to be told of the file."""
        return {
            "sublayer": self.sublayer,
            "file_crs": self.file_crs,
            "encoding": self.encoding,
            "decimal": self.decimal,
            "lon": self.map.get("lon", ""),
            "lat": self.map.get("lat", ""),
            "with_geometry": tables.has_geometry(self.layer),
        }

    @model_validator(mode="after")
    def _of_a_raster(self) -> LayerSpec:
        """Refuse what is said of rows and has no effect on a raster."""
        if self.layer == ANTENNAS and self.clip:
            raise ValueError("clip cannot be given for antennas")
        of_rows = ("map", "set", "scale", "prefix", "keep_if", "drop_if", "keep", "encoding", "decimal")
        said = [name for name in of_rows if getattr(self, name)]
        if self.layer in (*RASTER_LAYERS, ANTENNAS) and said:
            what = "are files of patterns" if self.layer == ANTENNAS else "is a raster"
            raise ValueError(f"{' and '.join(said)} cannot be given for {self.layer}, which {what} without rows")
        return self

    @field_validator("layer")
    @classmethod
    def _known(cls, value: str) -> str:
        layers = (*RASTER_LAYERS, *tables.COUNTRY_TABLES, ANTENNAS)
        if value not in layers:
            raise ValueError(f"is no layer; one of {', '.join(layers)}")
        return value

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value:
            zone_of(value)
        return value

    @model_validator(mode="after")
    def _of_measurements(self) -> LayerSpec:
        said = [name for name in ("preset", "time_zone") if getattr(self, name)]
        if said and self.layer != "measurements":
            raise ValueError(f"{' and '.join(said)} can be given for the layer measurements only")
        return self

    @model_validator(mode="after")
    def _cells_are_sites(self) -> LayerSpec:
        if self.group_cells_m is not None and self.layer != "sites":
            raise ValueError("cells are grouped into masts in the layer sites only")
        return self


def inner_path(value: str) -> str:
    """Refuse a path that leads out of the data folder."""
    path = PurePosixPath(value.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts and ":" in path.parts[0]):
        raise ValueError("must be a path inside the data folder, neither absolute nor with '..'")
    return value

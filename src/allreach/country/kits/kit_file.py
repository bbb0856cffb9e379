"""``kit.yaml``: what a kit holds, layer by layer, with source, licence, date and evidence."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from allreach.country.importing.recipe import AS_WRITTEN
from allreach.country.importing.spec import RASTER_LAYERS, LayerSpec, inner_path
from allreach.errors import InputError
from allreach.io.yaml_text import read_yaml_mapping
from allreach.params.official import OfficialTotals
from allreach.params.quantity import Frozen
from allreach.schema_faults import schema_faults
from allreach.vocabulary import Evidence

KIT_FILE = "kit.yaml"
PARTIAL = ("sites", "institutions", "fibre")
"""Layers of which a file may have only some."""
_DAY = re.compile(r"^\d{4}(-\d{2}(-\d{2})?)?$")


def day_text(value: object) -> str:
    """Date as YYYY, YYYY-MM or YYYY-MM-DD, not after today.

    Raises
    ------
    ValueError
        If it is none.
    """
    text = str(value)
    if not _DAY.match(text) or dt.date.fromisoformat(text + "-01-01"[len(text) - 4 :]) > dt.date.today():
        raise ValueError("must be YYYY, YYYY-MM or YYYY-MM-DD, and not after today")
    return text


class KitLayer(LayerSpec):
    """A layer of a kit: an import whose source, licence, date and evidence must be said."""

    source: str = Field(min_length=3)
    """Publisher and data set."""
    licence: str = Field(min_length=2)
    """Licence, with the attribution that it asks for."""
    date: str
    """When the data held, or when they were fetched: YYYY, YYYY-MM or YYYY-MM-DD."""
    evidence: Evidence
    """How the layer is known."""
    heights_at: Literal["centre", "corner"] = "centre"
    """For terrain: where in its pixel a height holds. ``corner``, the north-western one, is for grids of posts that the
    file calls pixels: GLOBE and GTOPO30 where they are made of DTED."""
    void_most_m: float | None = None
    """For terrain whose voids are ground too low for the file: the most that a void can have. [m]"""
    partial: bool = False
    """Whether the file has only some of what stands (sites, institutions, fibre): what is drawn stays beside it, but
    for the nearest drawn site or institution of the kind within 5 km of each that the file has."""
    sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    """Checksum of the file; ``country kit pack`` writes it."""

    @field_validator("date", mode="before")
    @classmethod
    def _day(cls, value: object) -> str:
        return day_text(value)

    @field_validator("file")
    @classmethod
    def _inside(cls, value: str) -> str:
        return inner_path(value)

    @model_validator(mode="after")
    def _of_a_kit(self) -> KitLayer:
        if self.retrieved:
            raise ValueError("retrieved is not known in a kit: write date")
        if (self.void_most_m is not None or self.heights_at != "centre") and self.layer != "terrain":
            raise ValueError("void_most_m and heights_at are for terrain only")
        if self.partial and self.layer not in PARTIAL:
            raise ValueError(f"partial is for {', '.join(PARTIAL)} only")
        return self


class KitFile(Frozen):
    """The contents of ``kit.yaml``."""

    iso3: str = Field(pattern=r"^[A-Z]{3}$")
    """ISO 3166-1 alpha-3 code of the country."""
    name: str = Field(min_length=3)
    """Name of the kit; reports name it by this and its date."""
    date: str
    """Edition: YYYY, YYYY-MM or YYYY-MM-DD."""
    layers: tuple[KitLayer, ...] = ()
    """Layers; of a layer of rows there may be several files."""
    official: OfficialTotals = OfficialTotals()
    """Published national totals (`params.official`)."""

    @field_validator("date", mode="before")
    @classmethod
    def _day(cls, value: object) -> str:
        return day_text(value)

    @model_validator(mode="after")
    def _sound(self) -> KitFile:
        if not self.layers and not self.official:
            raise ValueError("holds neither layers nor official totals")
        rasters = [one.layer for one in self.layers if one.layer in RASTER_LAYERS]
        twice = sorted({name for name in rasters if rasters.count(name) > 1})
        if twice:
            raise ValueError(f"gives {' and '.join(twice)} twice: a raster comes from one file")
        torn = [name for name in PARTIAL if len({one.partial for one in self.layers if one.layer == name}) > 1]
        if torn:
            raise ValueError(
                f"calls one file of {' and '.join(torn)} partial and another not: say it of all or of none"
            )
        return self

    @property
    def title(self) -> str:
        """Name and edition."""
        return f"{self.name}, {self.date}"


def read_kit_file(path: Path, where: str) -> KitFile:
    """Read and check a ``kit.yaml``.

    Parameters
    ----------
    path
        The file.
    where
        How to call it in messages.

    Raises
    ------
    InputError
        With every unknown layer and key, missing provenance and impossible value.
    """
    raw = read_yaml_mapping(path, "iso3, name, date and layers", as_written=AS_WRITTEN)
    try:
        return KitFile.model_validate(raw)
    except ValidationError as error:
        raise InputError(schema_faults(error, where, model=KitFile, raw=raw)) from error


def kit_yaml(kit: KitFile) -> str:
    """Text of a ``kit.yaml``: what was said, in the order of the schema."""
    return yaml.safe_dump(
        kit.model_dump(mode="json", exclude_defaults=True), sort_keys=False, allow_unicode=True, width=110
    )

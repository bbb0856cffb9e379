"""The form of what the page is told: the JSON value that the front end reads."""

from __future__ import annotations

from typing import Any, NotRequired, TypeAlias, TypedDict

from allreach.json_object import JsonObject


class RepeatedWords(TypedDict):
    """Column of words that repeat."""

    words: list[str]
    """Each word once."""
    at: list[int]
    """Word of each row, by its number."""


Numbers: TypeAlias = list[int | float | None]
Lines: TypeAlias = list[list[list[int]]]
"""Parts of each line or ring: first point, then differences. [1e-5 degrees]"""
Column: TypeAlias = Numbers | list[int] | list[str] | RepeatedWords
PackedTable: TypeAlias = dict[str, Column | Lines]
"""Columns by name; ``lonlat`` (longitude and latitude in turn) or ``lines`` stands for the geometry."""


class Meta(TypedDict):
    """What the results are of."""

    iso3: str
    name: str
    scenario: str
    sketch: bool
    base_year: int
    standard: JsonObject
    """The service standard, as in ``country.yaml``."""
    currency: JsonObject
    """Money of the country: code, units for a US dollar, date, source."""
    languages: list[str]
    version: str
    digits: int
    """Significant digits of sums."""
    evidence: str
    evidence_order: list[str]
    has_plan: bool
    has_verify: bool
    bounds: list[float]
    """West, south, east, north. [degrees]"""


class People(TypedDict):
    """People by state of coverage."""

    states: dict[str, list[float]]
    """People in the state and people of whom it is known, by name."""
    population: int
    households: int
    reached: float
    signal: float


class Figures(TypedDict):
    """Summaries of the steps, and sums of their tables."""

    measure: JsonObject
    plan: JsonObject
    verify: JsonObject
    today: NotRequired[People]
    after: NotRequired[People]
    by_technology: NotRequired[dict[str, dict[str, float]]]


class Image(TypedDict):
    """Encoded image and where its corners lie."""

    image: str
    """Base 64."""
    type: str
    corners: list[list[float]]


class Coverage(Image):
    """Coverage map with its legend."""

    when: str
    kind: str
    band_mhz: int
    unit: str
    classes: list[list[str]]
    """Label and colour."""


class Units(TypedDict):
    """Administrative units of the first level."""

    code: list[str]
    name: list[str]
    lines: list[list[int]]


class ParameterColumns(TypedDict):
    """Parameters of the run, a list a column."""

    key: list[str]
    meaning: list[str]
    value: list[float]
    low: list[float]
    high: list[float]
    unit: list[str]
    year: list[int | None]
    money_year: list[int | None]
    source_value: list[float]
    source: list[str]
    assumed: list[int]


class PageData(TypedDict):
    """Everything the page shows."""

    meta: Meta
    vocabulary: dict[str, list[str]]
    colours: dict[str, object]
    pages: list[dict[str, str]]
    figures: Figures
    published: list[JsonObject]
    ladder: JsonObject | None
    """What each step costs, as in ``ladder/ladder.json``."""
    relief: Image
    coverages: list[Coverage]
    outline: list[list[int]]
    admin1: Units
    places: PackedTable
    planned: PackedTable | None
    assignments: PackedTable | None
    alternatives: PackedTable | None
    sites: PackedTable
    links: PackedTable | None
    roads: PackedTable
    fibre: PackedTable | None
    exclusions: PackedTable | None
    institutions: PackedTable
    curve: PackedTable | None
    percents: PackedTable | None
    tornado: PackedTable | None
    robustness: PackedTable | None
    answers: JsonObject
    bill: PackedTable | None
    parameters: ParameterColumns
    sources: list[dict[str, str]]


class OtherScenario(TypedDict):
    """What differs in the second scenario."""

    scenario: str
    plan: JsonObject
    assignments: PackedTable | None
    sites: PackedTable
    links: PackedTable | None


class Differences(TypedDict):
    """Differences of two scenarios: by place, key figures, sums, inputs."""

    places: PackedTable
    figures: dict[str, list[Any]]
    summary: JsonObject
    inputs: dict[str, list[Any]]


class ComparisonData(TypedDict):
    """Everything the page of two scenarios shows: the first as in the report, of the second what differs."""

    meta: Meta
    vocabulary: dict[str, list[str]]
    colours: dict[str, object]
    figures: Figures
    relief: Image
    outline: list[list[int]]
    admin1: Units
    places: PackedTable
    planned: PackedTable | None
    assignments: PackedTable | None
    sites: PackedTable
    links: PackedTable | None
    alternatives: None
    b: OtherScenario
    comparison: Differences

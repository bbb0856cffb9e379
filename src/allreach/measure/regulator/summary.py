"""Key figures of the regulator's measures: what ``regulator/summary.json`` holds."""

from __future__ import annotations

from allreach.summary import Summary


class LevelFigures(Summary):
    """Levels from which coverage of a technology counts, outdoors, at the locations and hours of the standard."""

    limited_dbm: float
    """Limited coverage. [dBm]"""
    good_dbm: float
    """Good coverage. [dBm]"""
    very_good_dbm: float
    """Very good coverage. [dBm]"""


class ReachOfUse(Summary):
    """Shares with limited coverage or better, of the whole country."""

    technology: str
    """2G, 3G, 4G, 5G, or any."""
    place_of_use: str
    """outdoor, car or indoor."""
    operator: str
    """Operator; any: at least one; all: each of them."""
    people_share: float | None
    """Share of the people; null where nobody lives in the cells."""
    good_people_share: float | None
    """Share of the people with good coverage or better."""
    land_share: float | None
    """Share of the land."""
    road_share: float | None
    """Share of the roads from tertiary ones up by length; null where there are none."""
    rail_share: float | None
    """Share of the railways by length; null where there are none."""


class Spots(Summary):
    """White and grey spots of the whole country: where no operator, or not every one, has limited coverage."""

    technology: str
    """2G, 3G, 4G, 5G, or any."""
    place_of_use: str
    """outdoor, car or indoor."""
    white_people_share: float | None
    """Share of the people in white spots."""
    grey_people_share: float | None
    """Share of the people in grey spots."""
    white_land_share: float | None
    """Share of the land in white spots."""
    grey_land_share: float | None
    """Share of the land in grey spots."""


class NeighbourFigures(Summary):
    """Fields at the border with one neighbour."""

    neighbour: str
    """ISO 3166-1 alpha-3 code."""
    border_km: float
    """Length of the shared border as its points stand for it. [km]"""
    sites_in_range: int
    """Sites whose field was computed."""
    greatest_dbuv_m: float | None
    """Greatest field of all of them. [dB(uV/m)]"""
    sites_to_coordinate: int | None
    """Sites over a limit; null where no limit is known for any of their bands."""


class BorderFigures(Summary):
    """Fields that sites send across the land border."""

    neighbours: tuple[NeighbourFigures, ...]
    """By neighbour."""
    sites_to_coordinate: int | None
    """Sites over a limit of any neighbour; null where no limit is known for any band on air."""
    limits: str
    """Where the limits are from."""
    bands_without_limit_mhz: tuple[float, ...]
    """Carriers for which no limit is known: their fields are there, whether they are to be co-ordinated is not."""
    sites_with_void: int
    """Sites with points of the border behind unknown terrain: their greatest field may lie there."""
    receiver: str
    """Height, share of the time and bandwidth where no limit says another."""
    why_not: str | None = None
    """Why no field was computed, where none was."""


class RegulatorSummary(Summary):
    """What a regulator publishes of the mobile networks."""

    network: str
    """today, or planned."""
    operators: tuple[str, ...]
    """Operators that have sites."""
    technologies: tuple[str, ...]
    """Technologies on air."""
    n_sites: int
    """Sites."""
    cell_m: float
    """Edge of the cells. [m]"""
    cell_note: str
    """What the cells are made of."""
    n_cells: int
    """Cells that were predicted."""
    void_cells: int
    """Cells with a site in range whose path crosses unknown terrain."""
    levels: dict[str, LevelFigures]
    """Levels by technology."""
    locations_share: float
    """Share of the locations of a cell at which its level is reached."""
    hours_share: float
    """Share of the hours at which it is."""
    reach: tuple[ReachOfUse, ...]
    """Shares of the country by operator, technology and place of use."""
    spots: tuple[Spots, ...]
    """White and grey spots by technology and place of use."""
    border: BorderFigures
    """Fields at the border."""
    warnings: tuple[str, ...]
    """What is odd about the inputs."""
    model: str
    """Propagation models."""
    evidence: str
    """Worst evidence of the inputs."""
    folder: str | None = None
    """Folder of the tables and maps."""

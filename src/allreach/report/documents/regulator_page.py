"""The regulator's measures as a page: coverage, white and grey spots, fields at the border, sites to co-ordinate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach.measure.regulator.networks import ALL, ANY, UNNAMED
from allreach.measure.regulator.summary import BorderFigures, RegulatorSummary
from allreach.report.colours import QUALITY_COLOURS, SPOT_COLOURS
from allreach.report.documents.blocks import Block, Document, document, heading, note, plain_table, text, warning
from allreach.report.documents.localise import Speech
from allreach.report.documents.regulator_map import cell_map
from allreach.vocabulary import Quality

MOST_SITES = 40
ABROAD = 255


@dataclass(frozen=True)
class CellMaps:
    """Cells for the maps of a technology outdoors.

    Parameters
    ----------
    technology
        The technology.
    best
        Best quality of any operator, shape (rows, cols); 255 abroad.
    count
        Operators that are there; 255 abroad.
    n_operators
        Operators that are compared.
    extent_m
        West, south, east, north. [m]
    coordinate_m
        Easting and northing of the sites to co-ordinate, shape (n, 2). [m]
    """

    technology: str
    best: NDArray[np.uint8]
    count: NDArray[np.uint8]
    n_operators: int
    extent_m: tuple[float, float, float, float]
    coordinate_m: NDArray[np.float64]

    def quality(self, speech: Speech) -> Block:
        """Map of the best quality, with the sites to co-ordinate."""
        keys = {Quality.NONE: "reg_none", Quality.LIMITED: "reg_limited", Quality.GOOD: "reg_good"}
        keys[Quality.VERY_GOOD] = "reg_very_good"
        classes = {int(one): (speech(key), QUALITY_COLOURS[one]) for one, key in keys.items()}
        caption = speech("reg_map_quality", technology=_technology(self.technology, speech))
        return cell_map(
            self.best,
            classes,
            caption,
            extent_m=self.extent_m,
            marks_m=self.coordinate_m,
            mark=speech("reg_list"),
        )

    def spots(self, speech: Speech) -> Block:
        """Map of white and grey spots."""
        n = self.n_operators
        state = np.where(self.count == 0, 0, np.where(self.count >= n, 2, 1)).astype(np.uint8)
        state[self.count == ABROAD] = ABROAD
        keys = ("reg_white", "reg_grey", "reg_all") if n > 1 else ("reg_white", "", "reg_all")
        colours = (SPOT_COLOURS[0], SPOT_COLOURS[1], SPOT_COLOURS[3])
        classes = {i: (speech(key), colours[i]) for i, key in enumerate(keys) if key}
        caption = speech("reg_map_spots", technology=_technology(self.technology, speech))
        return cell_map(state, classes, caption, extent_m=self.extent_m)


def regulator_document(
    summary: RegulatorSummary,
    coordinate: pd.DataFrame,
    country: str,
    warnings: Sequence[str],
    day: dt.date,
    speech: Speech,
    maps: CellMaps,
) -> Document:
    """Lay the measures out in a language.

    Parameters
    ----------
    summary
        Key figures.
    coordinate
        Sites to co-ordinate, rows of the table ``regulator_border``.
    country
        Its name.
    warnings
        What a reader must know first.
    day
        Date of the inputs.
    speech
        The language.
    maps
        Cells for the maps.
    """
    blocks: list[Block] = [warning(words) for words in warnings]
    blocks += [text(_cells(summary, speech)), heading(speech("reg_levels")), _levels(summary, speech)]
    blocks += [note(speech("reg_levels_note"))]
    blocks += [heading(speech("reg_reach")), _reach(summary, speech)]
    blocks += [maps.quality(speech)]
    blocks += [heading(speech("reg_spots")), note(speech("reg_spots_note")), _spots(summary, speech)]
    blocks += [maps.spots(speech)]
    blocks += [heading(speech("reg_border")), *_border(summary.border, coordinate, speech)]
    lead = speech(
        "reg_lead",
        network=speech(f"reg_{summary.network}"),
        sites=speech.number(summary.n_sites),
        operators=", ".join(_operator(one, speech) for one in summary.operators),
    )
    return document(speech("reg_title", country=country), lead, blocks, day=day, language=speech.language)


def _cells(summary: RegulatorSummary, speech: Speech) -> str:
    return speech(
        "reg_cells",
        n=speech.number(summary.n_cells),
        m=speech.number(summary.cell_m),
        locations=speech.percent(summary.locations_share),
        hours=speech.percent(summary.hours_share),
        evidence=speech.page(f"evidence_{summary.evidence}"),
    )


def _levels(summary: RegulatorSummary, speech: Speech) -> Block:
    rows = [
        [name, *(speech.number(v) for v in (one.limited_dbm, one.good_dbm, one.very_good_dbm))]
        for name, one in summary.levels.items()
    ]
    head = [speech(key) for key in ("reg_technology", "reg_limited", "reg_good", "reg_very_good")]
    return plain_table(head, rows, "lrrr")


def _reach(summary: RegulatorSummary, speech: Speech) -> Block:
    alone = len(summary.operators) == 1
    rows = [
        [
            _technology(one.technology, speech),
            speech(f"reg_{one.place_of_use}"),
            _operator(one.operator, speech),
            *(
                speech.percent(share, 1)
                for share in (
                    one.people_share,
                    one.good_people_share,
                    one.land_share,
                    one.road_share,
                    one.rail_share,
                )
            ),
        ]
        for one in summary.reach
        if not alone or one.operator not in (ANY, ALL)
    ]
    keys = ("reg_technology", "reg_used", "reg_operator", "reg_people", "reg_good_people", "reg_land", "reg_roads")
    return plain_table([*(speech(key) for key in keys), speech("reg_rail")], rows, "lllrrrrr")


def _spots(summary: RegulatorSummary, speech: Speech) -> Block:
    rows = [
        [
            _technology(one.technology, speech),
            speech(f"reg_{one.place_of_use}"),
            *(
                speech.percent(share, 1)
                for share in (
                    one.white_people_share,
                    one.grey_people_share,
                    one.white_land_share,
                    one.grey_land_share,
                )
            ),
        ]
        for one in summary.spots
    ]
    keys = ("reg_technology", "reg_used", "reg_white_people", "reg_grey_people", "reg_white_land", "reg_grey_land")
    return plain_table([speech(key) for key in keys], rows, "llrrrr")


def _border(border: BorderFigures, coordinate: pd.DataFrame, speech: Speech) -> list[Block]:
    if border.why_not is not None or not border.neighbours:
        return [text(speech("reg_no_border"))]
    rows = [
        [
            speech.country(one.neighbour),
            speech.number(one.border_km),
            speech.number(one.sites_in_range),
            speech.number(one.greatest_dbuv_m, 1),
            speech("reg_not_known") if one.sites_to_coordinate is None else speech.number(one.sites_to_coordinate),
        ]
        for one in border.neighbours
    ]
    keys = ("reg_neighbour", "reg_border_km", "reg_sites", "reg_greatest", "reg_to_coordinate")
    found: list[Block] = [plain_table([speech(key) for key in keys], rows, "lrrrr")]
    if border.bands_without_limit_mhz:
        bands = ", ".join(speech.number(mhz) for mhz in border.bands_without_limit_mhz)
        found.append(note(speech("reg_no_limit", bands=bands)))
    if len(coordinate):
        found += [heading(speech("reg_list")), _coordinate(coordinate, speech)]
        if len(coordinate) > MOST_SITES:
            found.append(note(speech("reg_more", n=speech.number(len(coordinate) - MOST_SITES))))
    return found


def _coordinate(coordinate: pd.DataFrame, speech: Speech) -> Block:
    first = coordinate.sort_values("margin_db", kind="stable").head(MOST_SITES)
    rows = [
        [
            str(row["site_id"]),
            _operator(str(row["operator"] or UNNAMED), speech),
            speech.number(row["band_mhz"]),
            speech.country(str(row["neighbour"])),
            speech.number(row["distance_to_border_km"], 1),
            speech.number(row["field_dbuv_m"], 1),
            speech.number(-row["margin_db"], 1),
            str(row["limit_id"]),
        ]
        for row in first.to_dict("records")
    ]
    keys = ("reg_site", "reg_operator", "reg_mhz", "reg_neighbour", "reg_km", "reg_field", "reg_over", "reg_limit")
    return plain_table([speech(key) for key in keys], rows, "llrlrrrl")


def _technology(technology: str, speech: Speech) -> str:
    return speech("reg_any_technology") if technology == ANY else technology


def _operator(operator: str, speech: Speech) -> str:
    keys = {ANY: "reg_any", ALL: "reg_all", UNNAMED: "reg_unnamed"}
    return speech(keys[operator]) if operator in keys else operator

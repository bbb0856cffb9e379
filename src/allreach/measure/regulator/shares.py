"""Shares of people, land, roads, railways and institutions by quality, and white and grey spots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach import tables
from allreach.measure.regulator.cells import Areas, Subject
from allreach.measure.regulator.levels import NetworkLevels
from allreach.measure.regulator.networks import ALL, ANY, Networks
from allreach.vocabulary import PlaceOfUse, Quality

SPOT_QUALITY = Quality.LIMITED
"""From here on an operator counts as there, for white and grey spots."""


@dataclass(frozen=True)
class Coverage:
    """Quality by operator and technology with what they give together, flat over the cells.

    Parameters
    ----------
    operators, technologies
        Names, with `ANY` and `ALL` operators and `ANY` technology at the end.
    of
        Quality by (operator, technology), shape (places of use, cells).
    count
        Operators that are there by technology, shape (places of use, cells).
    """

    operators: tuple[str, ...]
    technologies: tuple[str, ...]
    of: dict[tuple[str, str], NDArray[np.uint8]]
    count: dict[str, NDArray[np.uint8]]


def coverage(networks: Networks, levels: NetworkLevels) -> Coverage:
    """Put the networks together: any technology is the best of an operator's, any operator the best, all the worst."""
    of: dict[tuple[str, str], NDArray[np.uint8]] = {}
    count: dict[str, NDArray[np.uint8]] = {}
    technologies = (*(str(t) for t in networks.technologies), ANY)
    for operator in networks.operators:
        mine = [levels.quality[operator, one].reshape(len(PlaceOfUse), -1) for one in networks.technologies]
        of |= {(operator, str(one)): quality for one, quality in zip(networks.technologies, mine, strict=True)}
        of[operator, ANY] = np.stack(mine).max(axis=0)
    for name in technologies:
        each = np.stack([of[operator, name] for operator in networks.operators])
        of[ANY, name], of[ALL, name] = each.max(axis=0), each.min(axis=0)
        count[name] = (each >= SPOT_QUALITY).sum(axis=0).astype(np.uint8)
    return Coverage((*networks.operators, ANY, ALL), technologies, of, count)


@dataclass(frozen=True)
class _Slice:
    """A subject within the units of one level."""

    subject: Subject
    areas: Areas
    unit: NDArray[np.int64]
    total: NDArray[np.float64]

    def rows(self) -> Iterator[tuple[int, dict[str, object]]]:
        """Units that hold anything, with the columns that all tables share."""
        for i in np.flatnonzero(self.total > 0.0).tolist():
            yield (
                i,
                {
                    "area_level": self.areas.level,
                    "area_code": self.areas.codes[i],
                    "area_name": self.areas.names[i],
                    "subject": self.subject.name,
                    "subject_class": self.subject.class_name,
                    "unit": self.subject.unit,
                },
            )

    def by_class(self, value: NDArray[np.uint8], n_classes: int) -> NDArray[np.float64]:
        """Amount of the subject in each unit by class of its cells, shape (units, classes)."""
        key = self.unit * n_classes + value[self.subject.cell]
        n = len(self.areas.codes) * n_classes
        return np.bincount(key, self.subject.amount, minlength=n).astype(np.float64).reshape(-1, n_classes)


def _slices(subjects: Sequence[Subject], areas: Sequence[Areas]) -> Iterator[_Slice]:
    for subject in subjects:
        for level in areas:
            unit = level.of_cell[subject.cell].astype(np.int64)
            total = np.bincount(unit, subject.amount, minlength=len(level.codes)).astype(np.float64)
            yield _Slice(subject, level, unit, total)


def measures_table(
    found: Coverage, subjects: Sequence[Subject], areas: Sequence[Areas], evidence: dict[str, str]
) -> pd.DataFrame:
    """Table ``regulator_measures``; a unit without any of a subject has no row of it.

    Parameters
    ----------
    found
        Coverage of the cells.
    subjects, areas
        What it is a share of, and where.
    evidence
        Worst evidence behind each subject, by its layer.
    """
    rows: list[dict[str, object]] = []
    for one in _slices(subjects, areas):
        shares = {
            (operator, technology, place): one.by_class(quality[place.code], len(Quality))
            for (operator, technology), quality in found.of.items()
            for place in PlaceOfUse
        }
        for i, columns in one.rows():
            for (operator, technology, place), amount in shares.items():
                least = np.cumsum(amount[i][::-1])[::-1] / amount[i].sum()
                rows.append(
                    columns
                    | {
                        "operator": operator,
                        "technology": technology,
                        "place_of_use": place.value,
                        "total": one.total[i],
                        "none_share": float(1.0 - least[Quality.LIMITED]),
                        "limited_share": float(least[Quality.LIMITED]),
                        "good_share": float(least[Quality.GOOD]),
                        "very_good_share": float(least[Quality.VERY_GOOD]),
                        "evidence": evidence[one.subject.layer],
                    }
                )
    return tables.conform(pd.DataFrame(rows), "regulator_measures")


def spots_table(
    found: Coverage, subjects: Sequence[Subject], areas: Sequence[Areas], evidence: dict[str, str]
) -> pd.DataFrame:
    """Table ``regulator_spots``: white, grey and full add up to all there is."""
    n = len(found.operators) - 2
    rows: list[dict[str, object]] = []
    for one in _slices(subjects, areas):
        for technology, count in found.count.items():
            for place in PlaceOfUse:
                amount = one.by_class(count[place.code], n + 1)
                for i, columns in one.rows():
                    share = amount[i] / amount[i].sum()
                    rows.append(
                        columns
                        | {
                            "technology": technology,
                            "place_of_use": place.value,
                            "operators": n,
                            "total": one.total[i],
                            "white_share": float(share[0]),
                            "grey_share": float(share[1:n].sum()),
                            "one_operator_share": float(share[1]),
                            "full_share": float(share[n]),
                            "evidence": evidence[one.subject.layer],
                        }
                    )
    return tables.conform(pd.DataFrame(rows), "regulator_spots")


def operator_counts(
    found: Coverage, subjects: Sequence[Subject], areas: Sequence[Areas], least: Quality = SPOT_QUALITY
) -> pd.DataFrame:
    """Per cent of premises, land and roads by how many operators are there, a row for each unit.

    Laid out as Ofcom's Connected Nations files (``202304_mobile_laua_r01.csv``): columns such as ``4G_prem_out_0`` to
    ``4G_prem_out_4`` hold the per cent of premises that exactly so many operators cover outdoors, ``_in_`` indoors;
    ``_geo_`` is of land, and of roads in cars in the columns ``_rds_car_``. Homes stand for premises.
    """
    n, words = len(found.operators) - 2, {PlaceOfUse.OUTDOOR: "out", PlaceOfUse.CAR: "car", PlaceOfUse.INDOOR: "in"}
    kinds = {("households", ""): "prem", ("land", ""): "geo", ("road", ""): "rds"}
    rows: dict[tuple[int, str], dict[str, object]] = {}
    for one in _slices([s for s in subjects if (s.name, s.class_name) in kinds], areas):
        kind = kinds[one.subject.name, one.subject.class_name]
        for technology in found.technologies:
            for place in PlaceOfUse:
                each = [found.of[operator, technology][place.code] >= least for operator in found.operators[:n]]
                amount = one.by_class(np.stack(each).sum(axis=0).astype(np.uint8), n + 1)
                for i, columns in one.rows():
                    row = rows.setdefault(
                        (one.areas.level, one.areas.codes[i]),
                        {
                            "level": columns["area_level"],
                            "code": columns["area_code"],
                            "name": columns["area_name"],
                            "prem_count": 0,
                        },
                    )
                    if kind == "prem":
                        row["prem_count"] = round(float(one.total[i]))
                    name = "Any" if technology == ANY else technology
                    for k in range(n + 1):
                        row[f"{name}_{kind}_{words[place]}_{k}"] = round(100.0 * amount[i, k] / amount[i].sum(), 2)
    return pd.DataFrame([rows[key] for key in sorted(rows)])

"""The registry of propagation models: where each holds, what it is, and what runs it.

A new model is a kernel in `allreach.kernels`, an entry here and a CSV of published cases among the tests; every door
(`path_loss`, `coverage`, ``allreach path-loss``) reads this registry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass

import pandas as pd

from allreach.errors import Fault
from allreach.kernels import itu_p1812
from allreach.radio.engine.itm_coverage import ItmSweep
from allreach.radio.engine.scene import SweepModel
from allreach.radio.engine.sweep import P1812
from allreach.radio.itm_ground import ItmGround
from allreach.radio.paths import itm_paths, p1812_paths
from allreach.radio.paths.profile import Profile
from allreach.radio.paths.question import Ask, Check
from allreach.radio.site_carriers import MODEL_MHZ

EPSILON_MAX, SIGMA_MAX_S_PER_M = 100.0, 100.0
"""What ground can be; fresh water has a permittivity of 81, sea water conducts 5 S/m (Recommendation ITU-R P.527)."""


@dataclass(frozen=True)
class Model:
    """A path loss model.

    Parameters
    ----------
    reference
        The document that defines it.
    freq_mhz, height_m
        Lowest and highest frequency and antenna height above ground. [MHz, m]
    n0
        Sea-level refractivity taken where none is given. [N-units]
    takes_profile
        Whether it reads the terrain along the path.
    knows_clutter
        Whether it takes clutter on the path.
    asks_ground
        Whether it asks for climate and ground (`ItmGround`).
    terms
        What it tells beside the loss: unit and meaning by name.
    faults, answers
        What keeps a question from being answered, and what answers it (`paths.question`).
    case_faults, case_table
        The same for a table of cases; ``case_table`` gives the loss in the column ``loss_column``.
    loss_column
        Column of a table of cases that holds the loss.
    sweep
        What the coverage sweep needs, given climate and ground; none where the model cannot map coverage.
    """

    reference: str
    freq_mhz: tuple[float, float]
    height_m: tuple[float, float]
    n0: float
    takes_profile: bool
    knows_clutter: bool
    asks_ground: bool
    terms: Mapping[str, tuple[str, str]]
    faults: Check
    answers: Ask
    case_faults: Callable[[pd.DataFrame, Mapping[str, Profile], Set[str]], list[Fault]]
    case_table: Callable[[pd.DataFrame, Mapping[str, Profile], bool], pd.DataFrame]
    loss_column: str
    sweep: Callable[[ItmGround], SweepModel] | None


def _itm(area: bool) -> Model:
    name = "itm-area" if area else "itm"

    def case_faults(cases: pd.DataFrame, profiles: Mapping[str, Profile], unread: Set[str]) -> list[Fault]:
        return itm_paths.case_faults(name, cases, {key: p.h_m for key, p in profiles.items()}, unread=unread)

    def case_table(cases: pd.DataFrame, profiles: Mapping[str, Profile], detail: bool) -> pd.DataFrame:
        return itm_paths.itm_table(name, cases, {key: p.h_m for key, p in profiles.items()}, detail=detail)

    return Model(
        reference=f"NTIA Irregular Terrain Model 1.4, {'area' if area else 'point to point'}",
        freq_mhz=(20.0, 20_000.0),
        height_m=(0.5, 3000.0),
        n0=301.0,
        takes_profile=not area,
        knows_clutter=False,
        asks_ground=True,
        terms=itm_paths.TERMS,
        faults=itm_paths.area_question_faults if area else itm_paths.itm_question_faults,
        answers=itm_paths.area_answers if area else itm_paths.itm_answers,
        case_faults=case_faults,
        case_table=case_table,
        loss_column="A_db",
        sweep=None if area else ItmSweep,
    )


MODELS = {
    "itu-p1812": Model(
        reference="Recommendation ITU-R P.1812-8, Annex 1",
        freq_mhz=MODEL_MHZ,
        height_m=(itu_p1812.ANTENNA_MIN_M, itu_p1812.ANTENNA_MAX_M),
        n0=325.0,
        takes_profile=True,
        knows_clutter=True,
        asks_ground=False,
        terms=p1812_paths.TERMS,
        faults=p1812_paths.question_faults,
        answers=p1812_paths.answers,
        case_faults=lambda cases, profiles, unread: p1812_paths.case_faults(cases, profiles, unread=unread),
        case_table=lambda cases, profiles, detail: p1812_paths.path_loss_table(cases, profiles, detail=detail),
        loss_column="basic_transmission_loss_db",
        sweep=lambda ground: P1812,
    ),
    "itm": _itm(area=False),
    "itm-area": _itm(area=True),
}
COVERAGE_MODELS = tuple(name for name, model in MODELS.items() if model.sweep is not None)


def model_faults(model: str, among: tuple[str, ...], heights_m: dict[str, float], ground: ItmGround) -> list[Fault]:
    """Everything wrong with a model's name, the antenna heights given by name, and the ground of Longley-Rice."""
    if model not in among:
        return [Fault("model", repr(model), " or ".join(among))]
    low, high = MODELS[model].height_m
    faults = [
        Fault(name, f"{value:g} m", f"{low:g} to {high:g} m above ground ({MODELS[model].reference})")
        for name, value in heights_m.items()
        if not low <= value <= high
    ]
    if MODELS[model].asks_ground:
        if ground.climate not in range(1, 8):
            faults.append(Fault("itm.climate", f"{ground.climate}", "1 to 7"))
        if not 1.0 <= ground.epsilon <= EPSILON_MAX:
            faults.append(Fault("itm.epsilon", f"{ground.epsilon:g}", f"1 to {EPSILON_MAX:g}"))
        if not 0.0 < ground.sigma_s_per_m <= SIGMA_MAX_S_PER_M:
            expected = f"more than 0, at most {SIGMA_MAX_S_PER_M:g} S/m"
            faults.append(Fault("itm.sigma_s_per_m", f"{ground.sigma_s_per_m:g}", expected))
        if ground.mdvar % 10 not in range(4) or not 0 <= ground.mdvar <= 33:
            faults.append(Fault("itm.mdvar", f"{ground.mdvar}", "0 to 3, with 10, 20 or 30 added"))
    return faults

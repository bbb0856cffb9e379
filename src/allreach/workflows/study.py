"""The Python door: one study of one country folder under one scenario, and everything that can be asked of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_args

from allreach.errors import Fault, InputError
from allreach.io.scenario_file import overlay_file
from allreach.planning.results.compare import Comparison
from allreach.progress import Progress, Say, no_progress, no_words
from allreach.workflows.brief import brief
from allreach.workflows.compare import compare_scenarios
from allreach.workflows.hop import Hop, hop
from allreach.workflows.ladder import Choice, LadderResult, read_ladder_result
from allreach.workflows.outcomes import Plan, Today, Verified, read_plan, read_today
from allreach.workflows.regulator import RegulatorMeasures, regulator
from allreach.workflows.run import Depth, run
from allreach.workflows.rung_plans import Effort
from allreach.workflows.satellite import SatelliteService, satellite
from allreach.workflows.scenarios import BASE, set_texts
from allreach.workflows.show import show
from allreach.workflows.study_arguments import (
    day,
    each,
    plain_number,
    point_text,
    positive_number,
    user_path,
    whole_seed,
    words,
)
from allreach.workflows.study_inputs import StudyInputs, find_or_sketch, read_inputs
from allreach.workflows.track import Tracked, track
from allreach.workflows.verify import verify_plan
from allreach.workflows.why import Why, why


@dataclass(frozen=True)
class Study(StudyInputs):
    """A country folder under one scenario; every method does what the command of its name does.

    Results are written to ``DIR/results/SCENARIO`` as the command line writes them, and what is finished there is not
    computed again.
    """

    def measure(self) -> Today:
        """Measure who is reached by what stands."""
        run(self, until="measure")
        return read_today(self.as_recorded())

    def plan(
        self,
        *,
        budget_usd: float | None = None,
        time_limit_s: float | None = None,
        start_from: str | None = None,
        answers: Depth = "quick",
    ) -> Plan:
        """Plan at the least cost, or within a budget, and measure the planned network.

        Parameters
        ----------
        budget_usd
            Reach the most people whom so much present value buys. The plan goes to a scenario of its own. [USD]
        time_limit_s, start_from, answers
            See `run.run`.
        """
        if time_limit_s is not None:
            time_limit_s = positive_number("time_limit_s", time_limit_s, "s")
        if answers not in get_args(Depth):
            raise InputError(Fault("answers", f"{answers!r} is not known", " or ".join(get_args(Depth))))
        study = self if budget_usd is None else self.with_options(budget_usd=budget_usd)
        run(study, time_limit_s=time_limit_s, start_from=start_from, answers=answers)
        return read_plan(study.as_recorded())

    def verify(self, plan: Plan) -> Verified:
        """Measure a plan's network under this study's standard, radio parameters and people."""
        self.require_unchanged()
        return verify_plan(self.as_recorded(), _plan(plan))

    def report(self, path: Path | str | None = None, *, languages: str | Sequence[str] | None = None) -> Path:
        """Write the page with map and figures; returns where it is."""
        return show(self.as_recorded(), None if path is None else user_path(path), languages=words(languages) or None)

    def why(
        self,
        lon_deg: float | str | tuple[float, float],
        lat_deg: float | None = None,
        *,
        planned: bool = False,
        page: Path | str | None = None,
    ) -> Why:
        """Say why a point is or is not covered.

        Parameters
        ----------
        lon_deg, lat_deg
            The point [degrees], or both in one pair, or one text: identifier or name of a place or site.
        planned
            With the sites of the scenario's plan.
        page
            HTML file to write.
        """
        out = None if page is None else user_path(page)
        return why(self.as_recorded(), point_text(lon_deg, lat_deg), planned=planned, page=out)

    def hop(self, a: str | tuple[float, float], b: str | tuple[float, float], **options: Any) -> Hop:
        """Work out a microwave hop; see `workflows.hop.hop` for the options."""
        self.require_unchanged()
        return hop(self.as_recorded(), point_text(a), point_text(b), **options)

    def satellite(self, **options: Any) -> SatelliteService:
        """Compute satellite service; see `workflows.satellite.satellite` for the options."""
        self.require_unchanged()
        return satellite(self.as_recorded(), **options)

    def regulator(
        self, *, planned: bool = False, operators: str | Sequence[str] = (), border: bool = True
    ) -> RegulatorMeasures:
        """Measure what a regulator publishes: coverage by operator, white and grey spots, fields at the border.

        Parameters
        ----------
        planned
            Coverage of the planned network; of today's otherwise.
        operators
            Operators to keep; all unless given.
        border
            Whether the fields at the border are computed.
        """
        self.require_unchanged()
        return regulator(self.as_recorded(), planned=planned, operators=each(operators), border=border)

    def ladder(
        self,
        *,
        speeds_mbps: Sequence[float] = (),
        rungs: Sequence[str] = (),
        effort: Effort = "full",
        time_limit_s: float | None = None,
    ) -> LadderResult:
        """Say who has each rung of the ladder today, and plan those that are not met; the headline where it is not.

        Parameters
        ----------
        speeds_mbps
            Speeds at home that are rungs too. [Mbit/s]
        rungs
            Identifiers of rungs, such as ``home_100``. Only these and those of `speeds_mbps` are planned; all where
            neither is given.
        effort
            ``full``, or ``quick`` as ``allreach run`` does after its plan.
        time_limit_s
            See `run.run`.
        """
        if time_limit_s is not None:
            time_limit_s = positive_number("time_limit_s", time_limit_s, "s")
        if effort not in get_args(Effort):
            raise InputError(Fault("effort", f"{effort!r} is not known", " or ".join(get_args(Effort))))
        if self.params.planning.budget_usd is not None:
            raise InputError(Fault("planning.budget_usd", "is set: a budget has no ladder", "no budget"))
        run(self, time_limit_s=time_limit_s, ladder=effort, choice=Choice(tuple(speeds_mbps), each(rungs)))
        return read_ladder_result(self.results)

    def track(
        self,
        *,
        strategies: str | Sequence[str] = (),
        as_of: dt.date | str | None = None,
        languages: str | Sequence[str] = (),
    ) -> Tracked:
        """Say where every target of the national strategies stands and where it will land."""
        return track(
            self.as_recorded(),
            strategies=each(strategies),
            as_of=day("as_of", as_of),
            languages=words(languages),
        )

    def brief(
        self,
        other: str = "",
        *,
        strategies: str | Sequence[str] = (),
        as_of: dt.date | str | None = None,
        languages: str | Sequence[str] = (),
    ) -> list[Path]:
        """Write a country brief, or one with another country, as PDF and HTML."""
        return brief(
            self.as_recorded(),
            other=other,
            strategies=each(strategies),
            as_of=day("as_of", as_of),
            languages=words(languages),
        )

    def with_options(
        self,
        *,
        scenario: str | None = None,
        sets: Sequence[str] | Mapping[str, Any] = (),
        budget_usd: float | None = None,
    ) -> Study:
        """Return the same country under another scenario or further options.

        Parameters
        ----------
        scenario
            Name; its overlay is laid. By default this study's: its overlay stays, and further options have results of
            their own.
        sets
            Changes after this study's own.
        budget_usd
            See `plan`.
        """
        texts = (*self.sets, *set_texts(sets))
        overlay, name = None, scenario
        if scenario is None:
            overlay = self.overlay if overlay_file(self.folder, self.overlay).is_file() else BASE
            name = None if budget_usd is not None or len(texts) > len(self.sets) else self.scenario
        laid = read_inputs(
            self.folder,
            scenario=name,
            sets=texts,
            budget_usd=budget_usd,
            seed=self.seed,
            workers=self.n_threads,
            device=self.device,
            progress=self.progress,
            say=self.say,
            overlay=overlay,
        )
        return _study(laid)


def open_study(
    folder: Path | str,
    *,
    scenario: str | None = None,
    sets: Sequence[str] | Mapping[str, Any] = (),
    budget_usd: float | None = None,
    seed: int | None = None,
    workers: int | None = None,
    device: str = "cpu",
    progress: Progress = no_progress,
    say: Say = no_words,
) -> Study:
    """Open a country folder, with a scenario and options laid over it.

    Parameters
    ----------
    folder
        Country folder.
    scenario
        ``DIR/scenarios/NAME.yaml`` is laid over parameters and service standard; results go to ``DIR/results/NAME``.
    sets
        Changes that win over everything: ``{"costs.leo_kit_usd": 300, "service_standard.dl_mbps": 30}``, or
        ``key=value`` texts.
    budget_usd, seed, workers, device, progress, say
        See `study_inputs.read_inputs`.

    Raises
    ------
    DataMissingError
        If there is no country folder.
    InputError
        With every unknown key, impossible value and fault of the folder.
    """
    study = _study(
        read_inputs(
            folder,
            scenario=scenario,
            sets=sets,
            budget_usd=budget_usd,
            seed=seed,
            workers=workers,
            device=device,
            progress=progress,
            say=say,
        )
    )
    _ = study.country  # read and checked once, here
    return study


def sketch(
    iso3: str,
    folder: Path | str | None = None,
    *,
    pixel_m: float | None = None,
    seed: int | None = None,
    trust: str | None = None,
    progress: Progress = no_progress,
    **options: Any,
) -> Study:
    """Draw a country offline and open it; a folder that is there already is opened as it is. Not for decisions.

    Parameters
    ----------
    iso3
        Code of the country, ISO 3166-1 alpha-3.
    folder
        Where to; default ``./ISO3``.
    pixel_m, seed
        Of the drawing.
    trust
        Which published totals count as standing: ``measured``, ``official`` (default) or ``claim``.
    progress, options
        See `open_study`.
    """
    pixel_m = None if pixel_m is None else plain_number("pixel_m", pixel_m, "metres")
    seed = None if seed is None else whole_seed(seed)
    target = find_or_sketch(iso3, folder, pixel_m=pixel_m, seed=seed, trust=trust, progress=progress)
    study = open_study(target, progress=progress, **options)
    if seed is not None and study.config.seed != seed:
        raise InputError(
            Fault(f"seed {seed}", f"but {target} is there already, of seed {study.config.seed}", "another folder")
        )
    return study


def compare(first: Plan, second: Plan, out: Path | str | None = None) -> Comparison:
    """Set the second plan beside the first: differences in cost and reach, who gains and who loses.

    Writes ``compare.html`` and the differences as tables to ``DIR/compare/FIRST--SECOND``, or to `out`.
    """
    one, other = _plan(first), _plan(second)
    return compare_scenarios(one.study, other.study, None if out is None else user_path(out)).comparison


def _plan(plan: Any) -> Plan:
    if not isinstance(plan, Plan):
        raise InputError(Fault("plan", f"a {type(plan).__name__} is none", "what Study.plan() gives back"))
    return plan


def _study(laid: StudyInputs) -> Study:
    return Study(**{field.name: getattr(laid, field.name) for field in fields(laid)})


__all__ = ["Plan", "Study", "Today", "Verified", "compare", "open_study", "sketch"]

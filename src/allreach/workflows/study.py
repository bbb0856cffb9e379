"""The Python door: one study of one country folder under one scenario, and everything that can be asked of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from allreach.errors import InputError
from allreach.planning.results.compare import Comparison
from allreach.progress import Progress, Say, no_progress, no_words
from allreach.workflows.brief import brief
from allreach.workflows.compare import compare_scenarios
from allreach.workflows.hop import Hop, hop
from allreach.workflows.outcomes import Plan, Today, Verified, read_plan, read_today
from allreach.workflows.run import Depth, run
from allreach.workflows.satellite import SatelliteService, satellite
from allreach.workflows.scenarios import set_texts
from allreach.workflows.show import show
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
        return read_today(self)

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
        study = self if budget_usd is None else self.with_options(budget_usd=budget_usd)
        run(study, time_limit_s=time_limit_s, start_from=start_from, answers=answers)
        return read_plan(study)

    def verify(self, plan: Plan) -> Verified:
        """Measure a plan's network under this study's standard, radio parameters and people."""
        return verify_plan(self, plan)

    def report(self, path: Path | str | None = None, *, languages: Sequence[str] | None = None) -> Path:
        """Write the page with map and figures; returns where it is."""
        return show(self, None if path is None else Path(path), languages=languages)

    def why(
        self, lon_deg: float | str, lat_deg: float | None = None, *, planned: bool = False, page: Path | None = None
    ) -> Why:
        """Say why a point is or is not covered.

        Parameters
        ----------
        lon_deg, lat_deg
            The point [degrees], or one text: identifier or name of a place or site.
        planned
            With the sites of the scenario's plan.
        page
            HTML file to write.
        """
        if lat_deg is None and not isinstance(lon_deg, str):
            raise InputError("why: give longitude and latitude, or the identifier of a place or site")
        at = str(lon_deg) if lat_deg is None else f"{lon_deg!r},{lat_deg!r}"
        return why(self, at, planned=planned, page=page)

    def hop(self, a: str | tuple[float, float], b: str | tuple[float, float], **options: Any) -> Hop:
        """Work out a microwave hop; see `workflows.hop.hop` for the options."""
        ends = [end if isinstance(end, str) else f"{end[0]!r},{end[1]!r}" for end in (a, b)]
        return hop(self, *ends, **options)

    def satellite(self, **options: Any) -> SatelliteService:
        """Compute satellite service; see `workflows.satellite.satellite` for the options."""
        return satellite(self, **options)

    def track(
        self, *, strategies: Sequence[str] = (), as_of: dt.date | None = None, languages: Sequence[str] = ()
    ) -> Tracked:
        """Say where every target of the national strategies stands and where it will land."""
        return track(self, strategies=tuple(strategies), as_of=as_of, languages=languages)

    def brief(
        self,
        other: str = "",
        *,
        strategies: Sequence[str] = (),
        as_of: dt.date | None = None,
        languages: Sequence[str] = (),
    ) -> list[Path]:
        """Write a country brief, or one with another country, as PDF and HTML."""
        return brief(self, other=other, strategies=tuple(strategies), as_of=as_of, languages=languages)

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
            Name; by default this study's, or a name of its own for a budget.
        sets
            Changes after this study's own.
        budget_usd
            See `plan`.
        """
        texts = (*self.sets, *set_texts(sets))
        name = scenario or (None if budget_usd is not None or sets else self.scenario)
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
    target = find_or_sketch(iso3, folder, pixel_m=pixel_m, seed=seed, trust=trust, progress=progress)
    return open_study(target, progress=progress, **options)


def compare(first: Plan, second: Plan, out: Path | str | None = None) -> Comparison:
    """Set the second plan beside the first: differences in cost and reach, who gains and who loses.

    Writes ``compare.html`` and the differences as tables to ``DIR/compare/FIRST--SECOND``, or to `out`.
    """
    return compare_scenarios(first.study, second.study, None if out is None else Path(out)).comparison


def _study(laid: StudyInputs) -> Study:
    return Study(**{field.name: getattr(laid, field.name) for field in fields(laid)})


__all__ = ["Plan", "Study", "Today", "Verified", "compare", "open_study", "sketch"]

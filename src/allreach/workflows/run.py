"""READ FIRST. Country in, plan out: one call per step, in order.

    folder -> prepare -> measure -> (first map) -> plan -> verify -> show

`run` is the main job; every step is recorded with the checksums of what went in and came out, so that a run which was
killed goes on where it was, and equal inputs give equal bytes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import yaml

import allreach
from allreach import tables
from allreach.country.checking.folder import require_sound
from allreach.country.home import home_pixels
from allreach.country.sketch.draw import sketch
from allreach.demand.points import DemandPoints, demand_points
from allreach.errors import DataMissingError, Fault, InfeasibleError, InputError
from allreach.io import stages
from allreach.io.atomic import PART, write_json, write_text
from allreach.io.country_folder import RASTERS, Country, read_config, read_country, write_country
from allreach.io.geopackage import write_all
from allreach.io.itu_climate import air_at
from allreach.io.raster import write_raster
from allreach.io.results_folder import read_json, read_start
from allreach.io.vector import write_frame, write_table
from allreach.measure.planned_network import VerifyResult, planned_sites, verify
from allreach.measure.today import MeasureResult, first_map, measure, raster_files
from allreach.params.country_config import CountryConfig
from allreach.params.load import Params, load_params
from allreach.params.sets import apply_to_config, split_sets
from allreach.planning.instance.build import Assembly, build_problem
from allreach.planning.instance.country_inputs import PlanResult, plan_country, plan_inputs
from allreach.planning.model.problem import Solution
from allreach.planning.results.cost_curve import percent_steps
from allreach.planning.sensitivity.tornado import Work, robustness, tornado
from allreach.planning.warm_start import start_solution, start_tables
from allreach.processors import usable_cores
from allreach.progress import Progress, Say
from allreach.radio.device import require_device
from allreach.radio.engine.reception import Environment
from allreach.report.map_page.build import build_report
from allreach.satellite.service import SatelliteOffer
from allreach.terrain.terrain import terrain
from allreach.workflows.satellite import offers as satellite_offers

Step = Literal["measure", "plan"]
Depth = Literal["quick", "full"]
BASE = "base"  # other scenarios begin from its plan
NOTHING = "none"
ANSWER_KEYS = (
    "answer_draws",
    "answer_tries",
    "answer_rounds",
    "answer_searches",
)  # other values make other answers, not another plan


@dataclass
class Run:
    """What one run knows: the folder, what it says, and where results go."""

    folder: Path
    scenario: str
    results: Path
    country: Country
    params: Params
    seed: int
    workers: int
    progress: Progress
    say: Say
    device: str
    time_limit_s: float | None = None
    start_from: str = ""
    inputs: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    times_s: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def config(self) -> CountryConfig:
        """``country.yaml`` with the scenario's and the command line's changes."""
        return self.country.config


@dataclass(frozen=True)
class RunResult:
    """What a run found and where it is."""

    report: Path
    results: Path
    measured: dict[str, Any]
    plan: dict[str, Any] | None
    sketch: bool

    def as_dict(self) -> dict[str, Any]:
        """Key figures for the terminal and ``--json``."""
        return {
            "report": str(self.report),
            "results": str(self.results),
            "sketch": self.sketch,
            "population": self.measured["population"],
            "reached_today_share": self.measured["predicted_share"]["value"],
            "evidence": self.measured["evidence"],
            "plan": self.plan,
        }


def find_or_sketch(
    target: str, *, pixel_m: float | None, seed: int | None, sets: Sequence[str], progress: Progress
) -> Path:
    """Return the folder that a target names; a three-letter code without a folder is sketched into ``./ISO3``.

    Raises
    ------
    InputError
        If the target is neither a folder nor a code, or a pixel is asked for a folder that is there.
    """
    folder = Path(target)
    if not (folder / "country.yaml").is_file() and len(target) == 3 and target.isalpha():
        folder = Path(target.upper())
    if (folder / "country.yaml").is_file():
        if pixel_m is not None and abs(read_config(folder).pixel_m - pixel_m) > 1e-9:
            raise InputError(
                Fault(
                    f"--pixel {pixel_m:g}",
                    f"but {folder} is there already with another pixel",
                    "no --pixel",
                    f"Leave --pixel out, or sketch anew: allreach country sketch {folder.name} --pixel {pixel_m:g} "
                    "-o ANOTHER_DIR",
                )
            )
        return folder
    if folder.exists() and any(folder.iterdir()) and not _only_leftovers(folder):
        raise DataMissingError(
            f"{folder}: is there but holds no country.yaml. Make a country folder with allreach country import, or "
            "sketch into another folder with allreach country sketch ISO3 -o DIR"
        )
    if not (len(target) == 3 and target.isalpha()):
        raise InputError(
            Fault(
                target, "is no country folder and no three-letter country code", "DIR or ISO 3166-1 alpha-3, e.g. AZE"
            )
        )
    params_sets, _ = split_sets(sets)  # what changes country.yaml changes the run, not the folder
    country = sketch(target, pixel_m=pixel_m, seed=seed or 0, params=load_params(sets=params_sets), progress=progress)
    write_country(country, folder)
    return folder


def run(
    folder: Path,
    *,
    until: Step = "plan",
    scenario: str = "base",
    sets: Sequence[str] = (),
    seed: int | None = None,
    workers: int | None = None,
    device: str = "cpu",
    fresh: bool = False,
    time_limit_s: float | None = None,
    start_from: str | None = None,
    answers: Depth = "quick",
    progress: Progress = lambda stage, done, total: None,
    say: Say = lambda text: None,
) -> RunResult:
    """Measure, plan, verify and show a country folder.

    Parameters
    ----------
    folder
        Country folder.
    until
        Last step wanted.
    scenario
        Name of the results folder; ``DIR/scenarios/NAME.yaml`` is laid over parameters and service standard.
    sets
        ``room.key=value`` changes that win over everything.
    seed
        Seed of everything random; default the folder's.
    workers
        Threads; results do not depend on it.
    device
        Where coverage maps are computed: ``cpu``, or ``cuda``, refused where there is no such device.
    fresh
        Forget what earlier runs finished.
    time_limit_s
        Wall time of one search for a plan, after which the best plan so far is taken; none for fixed work, which is
        repeatable. [s]
    start_from
        Scenario whose plan the search may begin from, so that a scenario that offers more never costs more: ``base``
        by default, where it is planned; ``none`` for a search of its own.
    answers
        ``full`` adds which price must be verified first and which decisions hold under draws of the cost book.
    progress
        Called with (stage, done, total).
    say
        Called with one line for the user.

    Raises
    ------
    DeviceError
        If the device is not there.
    InputError
        If the folder has faults: all of them.
    """
    require_device(device)
    results = folder / "results" / _scenario_name(scenario)
    started = time.time()
    country, params, warnings = prepare(folder, scenario, sets)
    with stages.exclusive(results):
        if fresh:
            stages.forget(results)
        job = Run(folder, scenario, results, country, params, country.config.seed if seed is None else seed,
                  _threads(workers), progress, say, device, time_limit_s,
                  _start_scenario(folder, scenario, start_from), warnings=warnings)  # fmt: skip
        _fingerprints(job)
        steps = ("measure", "plan")[: 1 + ("measure", "plan").index(until)]
        todo = [step for step in steps if not stages.is_finished(results, step, job.keys[step])]
        wanted = until == "plan" and answers == "full" and _can_answer(job)
        asked = wanted and ("plan" in todo or not stages.is_finished(results, "answers", job.keys["answers"]))
        if todo:
            stages.discard(results, *("measure", "plan")[("measure", "plan").index(todo[0]) :])
        if todo or asked:
            measured = _measure(job, write="measure" in todo)
            plan = _plan(job, measured) if "plan" in todo else None
            if asked:
                _answers(job, measured, plan)
        with _timed(job, "report"):
            report = build_report(results, country, params=params)
        if until == "plan" and (todo or asked or not (results / "all.gpkg").is_file()):
            with _timed(job, "geopackage"):
                write_all(results, country)
        if todo or asked:
            _write_manifest(job, started)
        summary = read_json(results / "measure" / "summary.json")
        planned = read_json(results / "plan" / "summary.json") if until == "plan" else None
    return RunResult(report, results, summary, planned, country.config.sketch)


def prepare(folder: Path, scenario: str, sets: Sequence[str]) -> tuple[Country, Params, list[str]]:
    """Read the folder, refuse it with all its faults, and lay the scenario and ``--set`` over it."""
    warnings = require_sound(folder)
    country = read_country(folder)
    overlay = _scenario(folder, scenario)
    params_sets, config_sets = split_sets(sets)
    params = load_params(
        [("country.yaml", country.config.parameters), (f"scenario {scenario}", overlay.get("parameters", {}))],
        params_sets,
    )
    config = country.config
    if "service_standard" in overlay:
        config = apply_to_config(config, [f"service_standard.{k}={v}" for k, v in overlay["service_standard"].items()])
    config = apply_to_config(config, config_sets)
    return Country(config, country.grid, country.terrain_m, country.clutter_class, country.zones, country.population,
                   country.layers, country.provenance), params, [str(fault) for fault in warnings]  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """What later steps need of the measurement."""

    environment: Environment
    points: DemandPoints
    result: MeasureResult


@contextmanager
def _timed(job: Run, step: str) -> Iterator[None]:
    clock = time.monotonic()
    yield
    job.times_s[step] = time.monotonic() - clock


def _measure(job: Run, *, write: bool) -> Measured:
    """Coverage of what stands, and the four states per place; the first map is out before anything is planned."""
    country, params, config = job.country, job.params, job.config
    environment = Environment(
        terrain(
            country.grid, country.terrain_m, country.clutter_class, country.zones, params.radio.clutter_heights_m()
        ),
        params.radio, config.service_standard, config.delta_n, config.n0, job.workers, job.device,
    )  # fmt: skip
    points = demand_points(
        country.table("places"), country.population, country.grid, params.demand,
        household_size=config.household_size, evidence=country.evidence("places", "population"),
    )  # fmt: skip
    sites = country.table("sites")
    rasters = None
    if write:
        with _timed(job, "first_map"):
            rasters = first_map(sites, environment, mask=home_pixels(country), progress=job.progress)
    with _timed(job, "measure"):
        result = measure(
            points, sites, environment, params.demand, fibre=country.table("fibre"),
            commitments=country.table("commitments"), measurements=country.table("measurements"),
            base_year=config.base_year, evidence={name: entry.evidence for name, entry in country.provenance.items()},
            rasters=rasters, with_rasters=False, seed=job.seed, progress=job.progress,
        )  # fmt: skip
    if write:
        out = job.results / "measure"
        files = [out / "places.parquet", out / "summary.json"]
        for name, values in raster_files(rasters).items():
            write_raster(out / f"{name}.tif", values, country.grid, tags={"evidence": str(result.summary["evidence"])})
            files.append(out / f"{name}.tif")
        write_table(out / "places.parquet", result.places, "measure_places")
        write_json(out / "summary.json", result.summary)
        stages.finish(job.results, "measure", job.keys["measure"], files)
        first = build_report(job.results, country, params=params)
        job.say(f"first map (coverage before the plan): {first}")
    return Measured(environment, points, result)


def _plan(job: Run, measured: Measured) -> PlanResult:
    """Find the least-cost plan with its bound, then measure the planned network: its reach is what counts."""
    out = job.results / "plan"
    evidence = job.country.evidence("terrain", "population", "places", "sites", "roads", "fibre", "power")
    with _timed(job, "satellites"):
        satellites = satellite_offers(job.country, job.folder, job.progress)
    plan, verified, margin_db, margins_db = _plan_and_verify(job, measured, satellites, evidence)
    summary = {
        **plan.summary,
        **_verified_figures(plan.summary, verified.summary),
        "margin_db": margin_db,
        "margins_tried_db": margins_db,
        "started_from": job.start_from or NOTHING,
        "runtime_s": round(plan.runtime_s, 1),
        "satellites": [dict(offer.as_dict()) for offer in satellites],
    }
    named = {
        "assignments": plan.assignments, "alternatives": plan.alternatives, "sites": plan.sites, "links": plan.links,
        "institutions": plan.institutions,
    }  # fmt: skip
    for name, table in named.items():
        write_table(out / f"{name}.parquet", table, f"plan_{name}")
    write_text(out / "bill_of_materials.csv", plan.bill_of_materials.to_csv(index=False, lineterminator="\n"))
    write_text(out / "curve.csv", plan.curve.to_csv(index=False, lineterminator="\n"))
    steps = percent_steps(plan.curve, float(measured.points.places["population"].sum()))
    write_text(out / "percents.csv", steps.to_csv(index=False, lineterminator="\n"))
    assert plan.assembly is not None
    assert plan.solution is not None
    for name, table in start_tables(plan.assembly, plan.solution).items():
        write_frame(out / "start" / f"{name}.parquet", table)
    for name, table in plan.bound.items():
        write_frame(out / "bound" / f"{name}.parquet", table)
    write_table(job.results / "verify" / "places.parquet", verified.places, "measure_places")
    write_table(job.results / "verify" / "institutions.parquet", verified.institutions, "verify_institutions")
    write_table(job.results / "verify" / "tiers.parquet", verified.tiers, "verify_tiers")
    write_json(job.results / "verify" / "summary.json", verified.summary)
    write_json(out / "summary.json", summary)
    files = [path for path in sorted(out.rglob("*")) if path.is_file() and not path.name.startswith(".")]
    files += [job.results / "verify" / f"{name}.parquet" for name in ("places", "institutions", "tiers")]
    files.append(job.results / "verify" / "summary.json")
    stages.finish(job.results, "plan", job.keys["plan"], files)
    return plan


def _answers(job: Run, measured: Measured, plan: PlanResult | None) -> None:
    """Plan again at other prices: which price must be verified first, which decisions hold."""
    out, rules = job.results / "plan", job.params.planning
    assembly, solution = (plan.assembly, plan.solution) if plan is not None else _plan_again(job, measured)
    assert assembly is not None
    assert solution is not None
    work = Work(
        int(rules.answer_tries.value), int(rules.answer_rounds.value), job.workers, int(rules.answer_searches.value)
    )
    with _timed(job, "tornado"):
        storm = tornado(assembly, solution, work, progress=job.progress)
    with _timed(job, "draws"):
        held = robustness(
            assembly, solution, storm.pool, work, n_draws=int(rules.answer_draws.value), seed=job.seed,
            progress=job.progress,
        )  # fmt: skip
    write_text(out / "tornado.csv", storm.table.to_csv(index=False, lineterminator="\n"))
    write_table(out / "robustness.parquet", held.table, "plan_robustness")
    write_json(out / "answers.json", held.summary)
    files = [out / "tornado.csv", out / "robustness.parquet", out / "answers.json"]
    stages.finish(job.results, "answers", job.keys["answers"], files)


def _plan_again(job: Run, measured: Measured) -> tuple[Assembly, Solution | None]:
    """Read the plan of an earlier run back into its problem."""
    country, summary = job.country, read_json(job.results / "plan" / "summary.json")
    inputs = plan_inputs(
        measured.points, measured.result, measured.environment, country.layers, job.config, job.params,
        clutter_class=country.clutter_class, population=country.population, margin_db=float(summary["margin_db"]),
        satellites=satellite_offers(country, job.folder, job.progress), air_at=air_at(job.params.backhaul),
        evidence=str(summary["evidence"]),
        progress=job.progress,
    )  # fmt: skip
    assembly = build_problem(inputs)
    return assembly, start_solution(assembly, read_start(job.results), exact=True)


def _can_answer(job: Run) -> bool:
    """Whether prices can be varied: the short search knows neither a budget nor tiers of speed."""
    what = "a budget is" if job.params.planning.budget_usd is not None else "tiers are"
    if job.params.planning.budget_usd is None and not job.config.service_standard.tiers:
        return True
    job.say(f"--answers full: prices are not varied where {what} set; all other answers are there")
    return False


def _start_scenario(folder: Path, scenario: str, wanted: str | None) -> str:
    """Name the scenario to begin from; empty for none."""
    name = BASE if wanted is None else wanted
    if name in (NOTHING, scenario):
        return ""
    if stages.was_finished(folder / "results" / _scenario_name(name), "plan"):
        return name
    if wanted is None:
        return ""
    raise DataMissingError(
        f"--start-from {name}: that scenario has no plan yet. Make it first: allreach run {folder} --scenario {name}"
    )


def _plan_and_verify(
    job: Run, measured: Measured, satellites: tuple[SatelliteOffer, ...], evidence: str
) -> tuple[PlanResult, VerifyResult, float, list[float]]:
    """Plan, measure the planned network, and plan again with a greater margin where its sites disturb each other more.

    Measured are the people at the standard, those at the speed of each tier, and the institutions; any of them may ask
    for a further round. The round that leaves fewest people (and institutions, in people) without what is asked for
    counts; of equal ones the first. A round that no plan meets at its margin ends the search.
    """
    country, params, rules = job.country, job.params, job.params.planning
    margin_db = params.radio.planned_neighbour_margin_db.value
    best: tuple[PlanResult, VerifyResult, float] | None = None
    start = read_start(job.folder / "results" / job.start_from) if job.start_from else None
    margins_db: list[float] = []
    for number in range(int(rules.verify_rounds.value)):
        try:
            with _timed(job, f"plan_{number + 1}"):
                plan = plan_country(
                    measured.points, measured.result, measured.environment, country.layers, job.config, params,
                    clutter_class=country.clutter_class, population=country.population, margin_db=margin_db,
                    satellites=satellites, air_at=air_at(params.backhaul), evidence=evidence, start_from=start,
                    time_limit_s=job.time_limit_s, progress=_named(job.progress, number),
                )  # fmt: skip
        except InfeasibleError as error:
            if best is None:
                raise
            job.say(f"no plan at a margin of {margin_db:g} dB, the one before it stands: {error}")
            break
        margins_db.append(margin_db)
        with _timed(job, f"verify_{number + 1}"):
            verified = verify(
                measured.points, planned_sites(country.table("sites"), plan.sites), plan.assignments,
                measured.environment, params.demand, institutions=plan.institutions,
                growth=params.demand.growth(rules.horizon_years.value), evidence=evidence,
                progress=_named(job.progress, number),
            )  # fmt: skip
        weight = rules.institution_people.value
        if best is None or verified.without(weight) < best[1].without(weight):
            best = plan, verified, margin_db
        if verified.shortfall() <= rules.verify_tolerance_share.value:
            break
        margin_db += rules.verify_margin_step_db.value
    assert best is not None
    return *best, margins_db


def _verified_figures(planned: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Figures of the plan's summary that measuring the planned network gives; planned ones stay beside them."""
    out: dict[str, Any] = {name: found[name] for name in ("reached_share", "planned_share")}
    if "tiers" in found:
        out["tiers"] = [
            {**tier, "verified_people_share": seen["reached_share"]}
            for tier, seen in zip(planned["tiers"], found["tiers"], strict=True)
        ]
    if "institutions" in found:
        kinds = found["institutions"]["by_kind"]
        told = planned["institutions"]
        out["institutions"] = {
            **told,
            "n_verified": found["institutions"]["verified"],
            "by_kind": {kind: {**n, "verified": kinds[kind]["verified"]} for kind, n in told["by_kind"].items()},
        }
    return out


def _named(progress: Progress, number: int) -> Progress:
    """Progress of a further round under a name of its own."""
    if number == 0:
        return progress
    return lambda stage, done, total: progress(f"{stage} (round {number + 1})", done, total)


def _fingerprints(job: Run) -> None:
    """Give each stage a key of everything that it depends on, so that it runs again when any of it changed."""
    job.inputs = stages.input_checksums(job.folder)
    basis = {
        "code": stages.code_fingerprint(),
        "inputs": job.inputs,
        "config": job.config.model_dump(mode="json"),
        "seed": job.seed,
    }
    resolved = job.params.resolved()
    rooms = {name: resolved[name] for name in ("radio", "demand")}
    job.keys["measure"] = stages.fingerprint({**basis, "parameters": rooms})
    start = stages.digests(job.folder / "results" / job.start_from, "plan/start") if job.start_from else {}
    searched = {"time_limit_s": job.time_limit_s, "start": start}
    answers = {name: resolved["planning"].pop(name) for name in ANSWER_KEYS}
    job.keys["plan"] = stages.fingerprint({**basis, "parameters": resolved, **searched})
    job.keys["answers"] = stages.fingerprint({"plan": job.keys["plan"], "answers": answers})


def _write_manifest(job: Run, started: float) -> None:
    stages.write_manifest(
        job.results,
        {
            "allreach": allreach.__version__,
            "code": stages.code_fingerprint(),
            "versions": stages.versions(),
            "folder": job.folder.name,
            "scenario": job.scenario,
            "seed": job.seed,
            "workers": job.workers,
            "device": job.device,
            "started": datetime.fromtimestamp(started, UTC).isoformat(timespec="seconds"),
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "times_s": {name: round(value, 1) for name, value in job.times_s.items()},
            "evidence": {name: entry.evidence for name, entry in sorted(job.country.provenance.items())},
            "inputs": job.inputs,
            "config": job.config.model_dump(mode="json"),
            "warnings": job.warnings,
            "parameters": job.params.resolved(),
        },
    )


def _scenario_name(name: str) -> str:
    if not name or name.startswith(".") or any(c in name for c in "/\\\0") or len(name) > 100:
        raise InputError(Fault(f"--scenario {name!r}", "is no usable folder name", "letters, digits, - and _"))
    return name


def _scenario(folder: Path, name: str) -> dict[str, Any]:
    """Read ``DIR/scenarios/NAME.yaml``: ``parameters`` and ``service_standard`` to lay over the country's."""
    path = folder / "scenarios" / f"{name}.yaml"
    if not path.is_file():
        return {}
    try:
        overlay = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(
            Fault(str(path), f"is not readable YAML ({error})", "parameters:, service_standard:")
        ) from error
    unknown = sorted(set(overlay) - {"parameters", "service_standard"}) if isinstance(overlay, dict) else ["no mapping"]
    if unknown:
        raise InputError(
            Fault(str(path), f"holds {', '.join(map(str, unknown))}", "parameters: and service_standard: only")
        )
    return dict(overlay)


def _threads(workers: int | None) -> int:
    return workers or usable_cores()


def _only_leftovers(folder: Path) -> bool:
    """Whether a folder holds nothing but what a sketch that was killed wrote (``country.yaml`` is written last)."""
    known = {"provenance.json", *(f"{n}.tif" for n in RASTERS), *(f"{n}.parquet" for n in tables.COUNTRY_TABLES)}
    return all(path.name in known or path.name.startswith(PART) for path in folder.iterdir())

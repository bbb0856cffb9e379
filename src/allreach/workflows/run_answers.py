"""Answers on request: plan again at other prices, to say which price must be verified first and what holds."""

from __future__ import annotations

from allreach.io import stages
from allreach.io.atomic import write_json, write_text
from allreach.io.results_folder import read_json, read_start
from allreach.io.vector import write_table
from allreach.planning.instance.build import Assembly, build_problem
from allreach.planning.instance.country_inputs import plan_inputs
from allreach.planning.model.problem import Solution
from allreach.planning.plan import PlanResult
from allreach.planning.sensitivity.tornado import Work, robustness, tornado
from allreach.planning.warm_start import start_solution
from allreach.workflows.run_measure import Measured
from allreach.workflows.run_plan import measured_country
from allreach.workflows.run_record import Job
from allreach.workflows.satellite_offers import offers
from allreach.workflows.study_inputs import StudyInputs


def can_answer(study: StudyInputs) -> bool:
    """Whether prices can be varied: the short search knows neither a budget nor tiers of speed."""
    has_budget = study.params.planning.budget_usd is not None
    if not has_budget and not study.config.service_standard.tiers:
        return True
    what = "a budget is" if has_budget else "tiers are"
    study.say(f"--answers full: prices are not varied where {what} set; all other answers are there")
    return False


def answer_prices(job: Job, measured: Measured, plan: PlanResult | None) -> None:
    """Vary the prices around a plan, or around the plan of an earlier run, and write what holds."""
    study, rules = job.study, job.study.params.planning
    out = study.results / "plan"
    assembly, solution = (plan.assembly, plan.solution) if plan is not None else _plan_again(study, measured)
    assert assembly is not None
    assert solution is not None
    work = Work(
        int(rules.answer_tries.value),
        int(rules.answer_rounds.value),
        study.n_threads,
        int(rules.answer_searches.value),
    )
    with job.timed("tornado"):
        storm = tornado(assembly, solution, work, progress=study.progress)
    with job.timed("draws"):
        n_draws = int(rules.answer_draws.value)
        held = robustness(
            assembly, solution, storm.pool, work, n_draws=n_draws, seed=study.seed, progress=study.progress
        )
    write_text(out / "tornado.csv", storm.table.to_csv(index=False, lineterminator="\n"))
    write_table(out / "robustness.parquet", held.table, "plan_robustness")
    write_json(out / "answers.json", held.summary.as_dict())
    files = [out / "tornado.csv", out / "robustness.parquet", out / "answers.json"]
    stages.finish(study.results, "answers", job.record.keys["answers"], files)


def _plan_again(study: StudyInputs, measured: Measured) -> tuple[Assembly, Solution | None]:
    """Read the plan of an earlier run back into its problem."""
    summary = read_json(study.results / "plan" / "summary.json")
    satellites = offers(study.country, study.folder, study.progress)
    whole = measured_country(study, measured, satellites, str(summary["evidence"]))
    inputs = plan_inputs(whole, margin_db=float(summary["margin_db"]), progress=study.progress)
    assembly = build_problem(inputs)
    return assembly, start_solution(assembly, read_start(study.results / "plan"), exact=True)

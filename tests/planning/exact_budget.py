"""Most people within a budget, solved to the optimum by SCIP in the formulation of ``exact_model.py``."""

from __future__ import annotations

from dataclasses import dataclass

from exact_model import UNIT_USD, _cost, _model, _people_left, _run

from allreach.planning.model.problem import Problem


@dataclass(frozen=True)
class MostPeople:
    """People reached in the optimum, what SCIP proves that none exceeds, and whether these are the same."""

    is_proven: bool
    people: float
    people_bound: float


def most_people(problem: Problem, budget_usd: float, *, seconds: float | None = None) -> MostPeople:
    """Return how many people any plan with whole households reaches within a budget. ``seconds`` of processor time."""
    model, columns = _model(problem, None)
    model.addCons(_cost(problem, columns) <= budget_usd / UNIT_USD)
    model.setObjective(_people_left(problem, columns), "minimize")
    _run(model, seconds)
    everybody = float(problem.part_people.sum())
    return MostPeople(model.getStatus() == "optimal", everybody - model.getObjVal(), everybody - model.getDualbound())

"""Results of another version of the program: said at reading, with what to do, before any figure is missed."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ValidationError

from allreach.errors import Fault, InputError
from allreach.io.results_folder import Results
from allreach.json_object import JsonObject
from allreach.measure.summary import MeasureSummary, VerifySummary
from allreach.planning.results.summary import PlanSummary

LISTED = 4  # keys named in a message
KINDS = {
    "missing": "lacks {}",
    "extra_forbidden": "holds {}, which this version does not know",
    "": "holds another value at {}",
}


def require_current(results: Results, folder: Path) -> Results:
    """Return results whose summaries are of this version.

    Parameters
    ----------
    results
        What the folder holds; a step that has not run is no fault.
    folder
        Country folder.

    Raises
    ------
    InputError
        With every summary that lacks figures or holds others, where it is, and how to make it anew.
    """
    parts: tuple[tuple[str, JsonObject, type[BaseModel]], ...] = (
        ("measure", results.measure_summary, MeasureSummary),
        ("plan", results.plan_summary, PlanSummary),
        ("verify", results.verify_summary, VerifySummary),
    )
    version = str(results.manifest.get("allreach", "")) or "an unknown version"
    command = "run" if results.plan_summary else "measure"
    anew = f"allreach {command} {folder} --scenario {results.scenario}"
    faults = []
    for step, summary, model in parts:
        what = _off(summary, model) if summary else ""
        if what:
            where = str(folder / "results" / results.scenario / step / "summary.json")
            mend = f"Make the results anew with {anew}; nothing of the country folder changes"
            told = f"{what}: it was written by {version} of allreach"
            faults.append(Fault(where, told, "the figures of this version", mend, kind="version"))
    if faults:
        raise InputError(faults)
    return results


def _off(summary: JsonObject, model: type[BaseModel]) -> str:
    """Say what a summary lacks, and what it holds that is no figure of this version; empty where it fits."""
    try:
        model.model_validate(summary)
    except ValidationError as error:
        told = []
        for kind, words in KINDS.items():
            same = [one for one in error.errors() if (one["type"] if one["type"] in KINDS else "") == kind]
            keys = [".".join(map(str, one["loc"])) for one in same]
            if keys:
                more = f" and {len(keys) - LISTED} more" if len(keys) > LISTED else ""
                told.append(words.format(", ".join(keys[:LISTED]) + more))
        return "; ".join(told)
    return ""

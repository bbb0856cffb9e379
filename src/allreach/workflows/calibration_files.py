"""Files of ``calibration/``: what drive tests say of the propagation model, as figures, tables and pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from allreach.demand.points import DemandPoints
from allreach.io import stages
from allreach.io.atomic import write_json, write_text
from allreach.io.geopackage import write_geopackage
from allreach.io.vector import write_frame
from allreach.json_object import JsonObject
from allreach.measure.calibration_tables import next_blocks, reliability, residual_table
from allreach.radio.calibration import BandCalibration, Errors
from allreach.radio.engine.reception import Environment
from allreach.workflows.study_inputs import StudyInputs

ARCEP_MEAN, ARCEP_FLOOR = 0.98, 0.95
"""Shares of tests that France's ARCEP wants to succeed where an operator's map says covered: on the mean, and least."""


def write_calibration(study: StudyInputs, around: Environment, points: DemandPoints) -> list[Path]:
    """Write what drive tests say, ``calibration.json`` first; nothing where there are none.

    Returns
    -------
    list of Path
        The files.
    """
    from allreach.report.documents.calibration_chart import reliability_svg, residuals_svg

    out, grid = study.results / "calibration", study.country.grid
    stages.discard_folder(out)
    measured = around.calibration
    if not measured.bands:
        return []
    residuals = residual_table(measured, grid)
    blocks = next_blocks(measured, points, grid, around.radio)
    files = [out / name for name in ("calibration.json", "residuals.parquet", "where_next.parquet", "calibration.gpkg")]
    write_json(files[0], _figures(around, study))
    write_frame(files[1], residuals)
    write_frame(files[2], blocks)
    layers: dict[str, pd.DataFrame] = {"residuals": residuals, "where_to_measure_next": blocks}
    write_geopackage(files[3], {name: frame for name, frame in layers.items() if not frame.empty})
    for one in measured.bands:
        mine = residuals[residuals["band_mhz"] == one.band_mhz]
        x_m, y_m = grid.from_lonlat(mine.geometry.x.to_numpy(), mine.geometry.y.to_numpy())
        found = reliability(mine, around.radio.sensitivity_dbm.value)
        name = f"{one.band_mhz:g}"
        drawings = {
            f"residuals_{name}.svg": residuals_svg(mine, x_m / 1000.0, y_m / 1000.0, f"{name} MHz"),
            f"reliability_{name}.svg": reliability_svg(
                list(found.predicted), list(found.measured), list(found.n_spots), f"{name} MHz"
            ),
        }
        for file, text in drawings.items():
            write_text(out / file, text)
            files.append(out / file)
    return files


def _figures(around: Environment, study: StudyInputs) -> JsonObject:
    """Figures of ``calibration.json``: by band what is fitted and applied, before and after, and how it was chosen."""
    measured = around.calibration
    residuals = residual_table(measured, study.country.grid)
    bands = [
        _band(one, residuals[residuals["band_mhz"] == one.band_mhz], around.radio.sensitivity_dbm.value)
        for one in measured.bands
    ]
    return {
        "n_tests": measured.n_tests,
        "n_tests_compared": int(residuals["n_tests"].sum()),
        "block_km": around.radio.calibration_block_km.value,
        "method": "each block of ground predicted from the tests of the others, in five folds",
        "arcep": {"mean_share": ARCEP_MEAN, "floor_share": ARCEP_FLOOR},
        "bands": bands,
    }


def _band(one: BandCalibration, residuals: pd.DataFrame, sensitivity_dbm: float) -> JsonObject:
    correction, found = one.correction, reliability(residuals, sensitivity_dbm)
    distances_km = 10.0 ** np.array([correction.centre_log_km, correction.near_log_km, correction.far_log_km])
    return {
        "band_mhz": one.band_mhz,
        "is_applied": one.is_applied,
        "why_not": one.why_not,
        "fitted": one.name,
        "offset_db": correction.offset_db,
        "offset_standard_error_db": _number(one.standard_error_db),
        "slope_db_per_decade": correction.slope_db,
        "slope_centre_km": float(distances_km[0]),
        "slope_from_km": float(distances_km[1]),
        "slope_to_km": float(distances_km[2]),
        "excess_loss_share": correction.excess_share,
        "clutter_edges_m": list(correction.clutter_edges_m),
        "clutter_db": list(correction.clutter_db),
        "has_surface": correction.surface is not None,
        "n_tests": one.n_tests,
        "n_blocks": one.n_blocks,
        "before": _errors(one.before),
        "after": _errors(one.after),
        "by_clutter": [
            {"from_m": low, "to_m": _number(high), "before": _errors(before), "after": _errors(after)}
            for low, high, before, after in one.by_clutter
        ],
        "local_sigma_db": one.local_sigma_db,
        "field_sigma_db": one.field_sigma_db,
        "field_length_km": one.field_length_km,
        "held_of_90_share": one.held_share,
        "steps": [{"fitted": s.name, "rmse_db": s.rmse_db, "is_taken": s.is_taken} for s in one.steps],
        "reliability": {
            "sensitivity_dbm": sensitivity_dbm,
            "predicted_share": [_number(share) for share in found.predicted],
            "measured_share": [_number(share) for share in found.measured],
            "n_spots": [int(n) for n in found.n_spots],
            "said_covered": found.said,
            "of_these_covered_share": _number(found.kept),
            "said_surely_covered": found.said_surely,
            "of_these_surely_covered_share": _number(found.kept_surely),
        },
    }


def _errors(errors: Errors) -> JsonObject:
    return {"n_spots": errors.n_spots, "mean_db": errors.mean_db, "sd_db": errors.sigma_db, "rmse_db": errors.rmse_db}


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None

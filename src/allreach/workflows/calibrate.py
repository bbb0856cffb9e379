"""Calibrate the propagation model on the drive tests of a country folder, and write what they say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from allreach.errors import DataMissingError
from allreach.io import stages
from allreach.io.results_folder import read_json
from allreach.json_object import JsonObject
from allreach.radio.calibration import Calibration
from allreach.workflows.calibration_files import write_calibration
from allreach.workflows.run_measure import environment_of, points_of
from allreach.workflows.study_inputs import StudyInputs


@dataclass(frozen=True)
class Calibrated:
    """What was found, and where it is.

    Parameters
    ----------
    folder
        Where the files are.
    figures
        What ``calibration.json`` holds.
    """

    folder: Path
    figures: JsonObject


def calibrate_study(study: StudyInputs) -> Calibrated:
    """Calibrate on the drive tests of a country folder, and write ``calibration/`` of the scenario's results.

    Raises
    ------
    DataMissingError
        If the folder has no drive tests that can be compared with a site.
    """
    around = environment_of(study)
    if not around.calibration.bands:
        raise DataMissingError(
            f"{study.folder}: {_why_nothing(around.calibration)}. "
            f"allreach country import measurements FILE -o {study.folder} brings drive tests in"
        )
    with stages.exclusive(study.results):
        files = write_calibration(study, around, points_of(study))
    return Calibrated(files[0].parent, read_json(files[0]))


def _why_nothing(measured: Calibration) -> str:
    if not measured.n_tests:
        return "no drive tests (rows of measurements.parquet of kind drive_test with a received power)"
    return f"none of {measured.n_tests} drive tests has a site of its band and operator in range"

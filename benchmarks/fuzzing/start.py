"""What every fuzzed case starts from: its folder, its random numbers, a sound small country."""

from __future__ import annotations

import shutil
import zlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from fuzzing.mutations import Rng, pick

TABLES = ("places", "sites", "roads", "fibre", "institutions", "boundaries", "spectrum", "commitments")
RASTERS = ("terrain", "clutter", "zones", "population")


@dataclass
class Case:
    """Commands to run one after the other, each only where the one before ended well."""

    folder: Path
    """Folder of its files; `TST` below it is the country, where there is one."""
    steps: list[tuple[str, ...]] = field(default_factory=list)


def rng_of(kind: str, seed: int) -> Rng:
    return np.random.default_rng([zlib.crc32(kind.encode()), seed])


def country(case: Case, base: Path, *, without: tuple[str, ...] = ()) -> Path:
    """Copy the sound small country, whole or with fewer layers."""
    target = case.folder / "TST"
    shutil.copytree(
        base, target, ignore=shutil.ignore_patterns(*(f"{name}.parquet" for name in without), ".lock", "results")
    )
    return target


def use(rng: Rng, case: Case, *, measure: float = 0.1, plan: float = 0.02) -> None:
    """Check the country, and measure or plan it in a share of the cases."""
    folder = str(case.folder / "TST")
    case.steps.append(("country", "check", folder, *(("--json",) if rng.random() < 0.1 else ())))
    turn = rng.random()
    if turn < plan:
        case.steps.append(("plan", folder, "--workers", "1"))
    elif turn < plan + measure:
        case.steps.append(("measure", folder, "--workers", "1"))


def fewer(rng: Rng, *kept: str) -> tuple[str, ...]:
    """Layers to leave out, so that most checks are quick."""
    if rng.random() < 0.25:
        return ()
    also = {"places", "boundaries", *kept, pick(rng, TABLES)}
    if "commitments" in also:
        also |= {"sites", "spectrum"}
    return tuple(name for name in TABLES if name not in also)


@cache
def base_table(base: Path, name: str) -> pd.DataFrame:
    path = base / f"{name}.parquet"
    return pd.read_parquet(path) if name in ("spectrum", "commitments") else gpd.read_parquet(path)

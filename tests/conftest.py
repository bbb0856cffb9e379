"""Fixtures that several rooms use."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from allreach.io.country_folder import Country, write_country
from small_country import make_small_country


@pytest.fixture(scope="session")
def _small_country_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "TST"
    write_country(make_small_country(), folder)
    return folder


@pytest.fixture
def small_country(_small_country_template: Path, tmp_path: Path) -> Path:
    """Folder of a tiny country without a fault, made anew for each test."""
    return Path(shutil.copytree(_small_country_template, tmp_path / "TST"))


@pytest.fixture
def small_country_data() -> Country:
    """The same country in memory."""
    return make_small_country()

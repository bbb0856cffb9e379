"""Fixtures that several rooms use."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from allreach.io.country_folder import Country, write_country
from long_files import LONG_FILES
from small_country import make_small_country

HERE = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    """Let the order of the files stand where tests run side by side: xdist would sort them by their number of tests."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest."""
    place = {HERE / name: n for n, name in enumerate(LONG_FILES)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


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

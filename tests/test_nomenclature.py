"""docs/nomenclature.md is what the schemas and the parameters say."""

import importlib.util
from pathlib import Path

import pytest

from allreach import tables
from allreach.params.load import load_params

SCRIPT = Path(__file__).parents[1] / "docs" / "generate.py"


@pytest.fixture(scope="module")
def generate():
    spec = importlib.util.spec_from_file_location("generate", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_page_is_up_to_date(generate):
    assert generate.main(["--check"]) == 0, "run python docs/generate.py"


def test_check_refuses_an_old_page(generate, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(generate, "PAGE", tmp_path / "nomenclature.md")
    assert generate.main(["--check"]) == 1
    assert "out of date" in capsys.readouterr().err
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    (tmp_path / "nomenclature.md").write_text("old", encoding="utf-8")
    assert generate.main(["--check"]) == 1


def test_page_has_every_column_and_parameter_and_marks_assumptions(generate):
    lines = generate.page().splitlines()
    for name in tables.names():
        assert f"### {name}" in lines
    for key, quantity, _ in load_params().quantities():
        line = next(text for text in lines if text.startswith(f"| `{key}` |"))
        assert ("**ASSUMPTION**" in line) == quantity.is_assumption

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.errors import DataMissingError, InputError
from allreach.indicators.strategy import Strategy, json_schema, questions
from allreach.indicators.strategy_check import check, cycles
from allreach.io.strategy_file import check_strategy, find_strategies, read_strategy, shipped_strategies

FAULTY = """\
id: test
name: Test
country: AZE
sources:
  law: {title: A law}
goals:
  - id: g1
    name: Goal
    pillar: infrastucture
    targets:
      - id: t1
        name: One
        indicator: internet_user_pct
        value: 95
        date: 2030-12-31
        source: law
      - id: t2
        name: Two
        indicator: fixed_dl_mbps
        unit: pct
        value: 120
        date: 2030-02-31
        source: law
      - id: t2
        name: Three
        indicator: internet_users_pct
        value: 120
        date: 2026-12-31
        baseline: {value: 80, date: 2027-01-01, source: lawn}
        source: law
  - id: g2
    name: Second
    pillar: ai
    targets:
      - id: t4
        name: Four
        indicator: gci
        value: ninety
        date: 2030-12-31
        depends_on: [t5, t9]
        source: law
      - id: t5
        name: Five
        depends_on: [t4]
        ownr: Ministry
        source: law
        budget: {amount: 10, currency: AZN, spent: 12, source: law}
      - id: t6
        name: Six
"""

EXPECTED = {  # kind: (line, word of the mend)
    "unknown_pillar": (9, "infrastructure"),
    "unknown_indicator": (13, "internet_users_pct"),
    "unit_mismatch": (20, "mbps"),
    "bad_date": (22, "2027-12-31"),
    "duplicate_id": (24, "Rename"),
    "impossible_value": (27, "Check"),
    "dates_reversed": (28, "Swap"),
    "unknown_source": (29, "law"),
    "bad_number": (38, "number"),
    "unknown_dependency": (40, "Take it out"),
    "cycle": (40, "Cut"),
    "unknown_key": (45, "owner"),
    "overspent": (47, "unit"),
    "missing_key": (48, "source"),
}


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "strategy.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_kind_of_fault_is_named_with_line_and_mend(tmp_path):
    faults = check_strategy(write(tmp_path, FAULTY))
    found = {fault.kind: fault for fault in faults}
    assert set(found) == set(EXPECTED)
    for kind, (line, word) in EXPECTED.items():
        assert f"line {line}," in found[kind].where, found[kind]
        assert word in found[kind].mend, found[kind]
        assert found[kind].expected
    lines = [int(fault.where.split("line ")[1].split(",")[0]) for fault in faults]
    assert lines == sorted(lines)
    with pytest.raises(InputError, match="faults") as error:
        read_strategy(tmp_path / "strategy.yaml")
    assert len(error.value.faults) == len([f for f in faults if f.severity == "error"])


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        ("id: a\nname: [x\n", "yaml", 3),
        ("id: a\nid: b\n", "duplicate_key", 2),
        ("- a\n- b\n", "shape", 1),
        ("", "shape", 1),
    ],
)
def test_files_that_are_no_strategy(tmp_path, text, kind, line):
    faults = check_strategy(write(tmp_path, text))
    assert any(fault.kind == kind and f"line {line}," in fault.where for fault in faults), faults


def test_a_file_in_another_encoding(tmp_path):
    path = tmp_path / "strategy.yaml"
    path.write_bytes("id: a\nname: Şəki\n".encode("utf-16-le"))
    (fault,) = [f for f in check_strategy(path) if f.kind in ("encoding", "yaml")]
    assert fault.mend


def test_missing_file_and_unknown_name(tmp_path):
    with pytest.raises(DataMissingError, match="no such file"):
        read_strategy(tmp_path / "none.yaml")
    with pytest.raises(DataMissingError, match="connectivity_2030"):
        find_strategies(tmp_path, ("connectivity_2031",), "AZE")


def test_texts_of_any_script_stay_intact(tmp_path):
    arabic, hebrew, azerbaijani = "النطاق العريض (5G) للجميع", "פס רחב", "Hər evə genişzolaqlı şəbəkə"
    text = yaml.safe_dump(
        {
            "id": "x",
            "name": {"ar": arabic, "he": hebrew},
            "country": "*",
            "sources": {"s": {"title": arabic}},
            "goals": [
                {
                    "id": "g",
                    "name": azerbaijani,
                    "pillar": "ai",
                    "targets": [{"id": "t", "name": {"az": azerbaijani}, "source": "s"}],
                }
            ],
        },
        allow_unicode=True,
    )
    found = read_strategy(write(tmp_path, text))
    assert found.name == {"ar": arabic, "he": hebrew}
    assert found.goals[0].name == {"en": azerbaijani}
    assert found.sources["s"].title == arabic


def test_shipped_strategies_are_without_fault_and_invent_nothing():
    paths = shipped_strategies()
    assert len(paths) == 4
    for path in paths.values():
        assert check_strategy(path) == []
    concept = read_strategy(paths["aze_digital_development_concept"])
    assert all(target.value is None for _, target in concept.targets)
    asked = questions(concept)
    assert ("government_cloud", "indicator") in asked
    assert ("mobile_5g", "value") in asked
    ai = read_strategy(paths["aze_ai_strategy_2025_2028"])
    assert all(target.value is None for _, target in ai.targets)
    assert set(shipped_strategies("AZE")) == set(paths)
    assert set(shipped_strategies("GEO")) == {"connectivity_2030"}


def test_cycles_are_found_once():
    assert cycles({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]}) == [["a", "b", "c"]]
    assert cycles({"a": ["a"]}) == [["a"]]
    assert cycles({"a": ["b"], "b": []}) == []
    long = {str(n): [str(n + 1)] for n in range(5000)}  # no recursion limit
    assert cycles({**long, "5000": ["0"]})[0][0] == "0"


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda x: (
            st.lists(x, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "goals",
                        "targets",
                        "id",
                        "value",
                        "date",
                        "sources",
                        "baseline",
                        "milestones",
                        "budget",
                        "depends_on",
                        "indicator",
                    ]
                ),
                x,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_check_survives_anything(raw):
    assert isinstance(check(raw), list)


def test_json_schema_fits_the_shipped_files():
    schema = json_schema()
    assert schema["properties"]["name"]["anyOf"][0] == {"type": "string"}
    assert set(Strategy.model_fields) == set(schema["properties"])


def test_schema_file_is_up_to_date():
    import importlib.util

    script = Path(__file__).parents[2] / "docs" / "strategy_schema.py"
    spec = importlib.util.spec_from_file_location("strategy_schema", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.main(["--check"]) == 0, "run python docs/strategy_schema.py"


OWN = """\
id: x
name: X
country: AZE
sources: {s: {title: S}}
indicators:
  startups:
    names: {en: Start-ups in technology parks}
    unit: UNIT
    source: Innovation agency
    formula: companies registered in a park
    low: 0
goals:
  - id: g
    name: Parks
    pillar: innovation
    targets:
      - {id: t, name: Start-ups, indicator: startups, unit: count, value: 500, date: 2028-12-31, source: s}
"""


def test_own_indicators(tmp_path):
    found = read_strategy(write(tmp_path, OWN.replace("UNIT", "count")))
    assert found.indicators["startups"].id == "startups"
    faults = {fault.kind: fault for fault in check_strategy(write(tmp_path, OWN.replace("UNIT", "counts")))}
    assert "line 8," in faults["unknown_unit"].where
    assert "count" in faults["unknown_unit"].mend

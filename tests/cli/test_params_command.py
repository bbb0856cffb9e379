import json

import pytest
from click.testing import CliRunner

from allreach.cli.params import command
from allreach.errors import InputError, ParameterError
from allreach.params.load import load_params
from allreach.params.price_level import last_year


def invoke(*arguments):
    result = CliRunner().invoke(command, list(arguments), catch_exceptions=True)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_table_shows_value_range_unit_year_source_and_marks_assumptions():
    text = " ".join(invoke("costs.leo_").split())
    assert "costs.leo_kit_usd" in text
    shipped = load_params().costs.leo_kit_usd
    assert f"{shipped.low:.6g} - {shipped.high:.6g}" in text
    plan = load_params().costs.leo_plan_usd_per_year
    assert plan.year < last_year()
    assert f"{plan.year}: {plan.source_value:.6g}" in text
    assert f"US dollars of {last_year()}" in text
    assert "USD/terminal" in text
    assert "CircleID" in text
    assert "ASSUMPTION: delivery" in text
    assert "3 parameters, 1 of them assumptions" in text


def test_json_has_every_field():
    found = json.loads(invoke("costs.ont_usd", "--json"))
    shipped = load_params().costs.ont_usd
    assert found == [
        {
            "key": "costs.ont_usd",
            "value": shipped.value,
            "low": shipped.low,
            "high": shipped.high,
            "unit": "USD/home",
            "year": 2023,
            "money_year": last_year(),
            "source_value": 30.0,
            "currency": "USD",
            "source": "Omdia: GPON terminal about 30; high: eyby.com 60-150",
            "is_assumption": False,
            "meaning": "Optical terminal at a subscriber.",
        }
    ]


def test_all_parameters_of_all_rooms():
    keys = [row["key"] for row in json.loads(invoke("--json"))]
    assert {key.partition(".")[0] for key in keys} >= {"costs", "demand", "radio", "backhaul", "sketch"}
    assert len(keys) == len(set(keys)) > 150


def test_set_is_shown():
    (row,) = json.loads(invoke("costs.ont_usd", "--json", "--set", "costs.ont_usd=45"))
    assert (row["value"], row["source"]) == (45.0, "overlay: --set")


def test_country_overlay_is_shown(tmp_path):
    folder = tmp_path / "TST"
    folder.mkdir()
    (folder / "country.yaml").write_text(
        "iso3: TST\nname: Test\ncrs: EPSG:32638\npixel_m: 100\n"
        "parameters:\n  costs:\n    ont_usd: {value: 41, source: 'Tender 2026'}\n"
    )
    (row,) = json.loads(invoke("costs.ont_usd", "--json", "--country", str(folder)))
    assert (row["value"], row["source"]) == (41.0, "Tender 2026")


@pytest.mark.parametrize(
    ("key", "near"), [("costs.leo_kitt", "costs.leo_kit_usd"), ("cosst", "costs"), ("ont_usd", "costs.ont_usd")]
)
def test_unknown_key_names_near_matches(key, near):
    with pytest.raises(ParameterError, match=near):
        invoke(key)


def test_unknown_set_and_missing_folder():
    with pytest.raises(ParameterError, match=r"costs\.ont_usd"):
        invoke("--set", "costs.ontt_usd=3")
    with pytest.raises(InputError, match="is not there"):
        invoke("--country", "/nonexistent/XYZ")

import time
from typing import get_type_hints

import pytest
from pydantic import ValidationError

from allreach.errors import ParameterError
from allreach.params import load
from allreach.params.country_config import CountryConfig
from allreach.params.load import ROOMS, load_params, near_matches, parse_set
from allreach.params.price_level import last_year
from allreach.params.quantity import Quantity
from allreach.params.sets import apply_to_config, split_sets

SHIPPED = list(load_params().quantities())


def test_every_number_has_source_year_unit_range_and_meaning():
    faults = []
    for key, q, meaning in SHIPPED:
        if len(q.source.strip()) < 8:
            faults.append(f"{key}: source {q.source!r}")
        if q.is_assumption and len(q.source) < 15:
            faults.append(f"{key}: an assumption says why")
        if q.year is None or not 1945 <= q.year <= 2026:
            faults.append(f"{key}: year {q.year}")
        if not q.unit.strip():
            faults.append(f"{key}: no unit")
        if q.is_money and q.currency != "USD":
            faults.append(f"{key}: currency {q.currency!r}")
        if not q.low <= q.value <= q.high:
            faults.append(f"{key}: range {q.low}..{q.value}..{q.high}")
        if not meaning.strip():
            faults.append(f"{key}: no docstring")
    assert not faults, "\n".join(faults)


def test_every_price_has_limits_that_refuse_negative_and_absurd_values():
    prices = [(key, q) for key, q, _ in SHIPPED if "USD" in q.unit]
    assert len(prices) > 40
    for key, q in prices:
        assert q.limits[0] >= 0, key
        assert q.limits[1] < 1e10, key


@pytest.mark.parametrize("missing", ["source", "unit", "low", "high", "value"])
def test_a_number_without_a_field_is_refused(missing):
    fields = {"value": 2, "low": 1, "high": 3, "unit": "USD", "source": "somebody 2020"}
    del fields[missing]
    with pytest.raises(ValidationError, match=missing):
        Quantity.model_validate(fields)
    with pytest.raises(ValidationError, match="no source"):
        Quantity(value=2, low=1, high=3, unit="USD", source=" ")


def test_bare_number_replaces_value_widens_range_and_takes_the_overlay_as_source():
    q = load_params([("folder", {"costs": {"leo_kit_usd": 900}})]).costs.leo_kit_usd
    shipped = load_params().costs.leo_kit_usd
    assert (q.value, q.low, q.high, q.source) == (900, shipped.low, 900, "overlay: folder")
    assert q.unit == shipped.unit


def test_mapping_replaces_only_named_fields():
    overlay = {"costs": {"leo_kit_usd": {"value": 450, "source": "Tender 2026, lot 3", "year": 2026}}}
    q = load_params([overlay]).costs.leo_kit_usd
    shipped = load_params().costs.leo_kit_usd
    assert (q.value, q.source, q.year) == (450, "Tender 2026, lot 3", 2026)
    assert (q.low, q.high) == (shipped.low, shipped.high)


def test_later_overlay_wins_and_set_wins_over_all():
    first, second = {"costs": {"ont_usd": 40}}, {"costs": {"ont_usd": 50}}
    assert load_params([first, second]).costs.ont_usd.value == 50
    assert load_params([first, second], ["costs.ont_usd=60"]).costs.ont_usd.value == 60
    assert load_params().costs.ont_usd.source_value == 30


def test_set_takes_scientific_notation_and_fields():
    assert load_params(sets=["costs.ont_usd=1e2"]).costs.ont_usd.value == 100
    q = load_params(sets=["costs.ont_usd.low=10"]).costs.ont_usd
    assert (q.low, q.source_value, q.year) == (10, 30, load_params().costs.ont_usd.year)


def test_a_number_without_unit_is_told_without_one():
    with pytest.raises(ParameterError, match=r"planning\.parts_max: value -1 is outside the possible 1 to"):
        load_params(sets=["planning.parts_max=-1"])


def test_all_faults_at_once_with_near_matches():
    overlay = {
        "cost": {"leo_kit_usd": 1},
        "costs": {"leo_kitt_usd": 1, "drop_usd": -5, "ont_usd": "dear", "olt_port_usd": None},
    }
    with pytest.raises(ParameterError) as caught:
        load_params([overlay], ["costs.exchange_usd=-1"])
    text = str(caught.value)
    assert len(caught.value.faults) == 6
    assert "cost.leo_kit_usd: is no parameter; expected one of: costs.leo_kit_usd" in text
    assert "costs.leo_kitt_usd: is no parameter; expected one of: costs.leo_kit_usd" in text
    assert "costs.drop_usd: value -5 USD/home is outside the possible 0 to 100000" in text
    assert "costs.exchange_usd: value -1" in text
    assert "'dear' is no number" in text


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        ({"costs": {"drop_usd": 1e12}}, "outside the possible"),
        ({"costs": {"drop_usd": {"low": 500}}}, "low <= value <= high"),
        ({"costs": {"drop_usd": {"value": float("nan"), "low": 1, "high": 2}}}, "no finite number"),
        ({"costs": {"drop_usd": {"price": 3}}}, "has no field price"),
        ({"costs": {"drop_usd": {"limits": [0, 1e9]}}}, "has no field limits"),
        ({"costs": {"drop_usd": True}}, "no number"),
        ({"costs": 5}, "no mapping"),
        (["costs"], "no mapping"),
    ],
)
def test_wrong_overlays_are_named(overlay, message):
    with pytest.raises(ParameterError, match=message):
        load_params([overlay])


@pytest.mark.parametrize("text", ["costs.drop_usd", "=3", "costs.drop_usd=", "costs.drop_usd=[1"])
def test_set_that_is_no_assignment(text):
    with pytest.raises(ParameterError, match="--set"):
        parse_set(text)


def test_resolved_is_plain_and_complete():
    resolved = load_params([("demo", {"costs": {"ont_usd": 44}})]).resolved()
    assert list(resolved) == list(ROOMS)
    shipped = load_params().costs.ont_usd
    assert resolved["costs"]["ont_usd"] == {
        "value": 44,
        "low": shipped.low,
        "high": shipped.high,
        "unit": "USD/home",
        "source": "overlay: demo",
        "year": last_year(),
        "money_year": last_year(),
        "currency": "USD",
    }


def test_resolved_parameters_can_be_loaded_again():
    import json

    params = load_params([("demo", {"costs": {"ont_usd": 44}})], ["radio.range_km=12"])
    manifest = json.loads(json.dumps(params.resolved()))
    assert load_params([("manifest.json", manifest)]).resolved() == params.resolved()


def test_parameters_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        load_params().costs.ont_usd.value = 3


def test_loading_is_quick_and_yaml_is_read_once():
    load_params()
    start = time.perf_counter()
    load_params()
    assert time.perf_counter() - start < 0.5  # usually 0.003 s; reading the files again takes 0.05 s
    assert load._shipped() is load._shipped()


def test_rooms_match_their_classes():
    hints = get_type_hints(load.Params)
    assert set(ROOMS) <= set(hints)


def test_near_matches_look_into_other_rooms():
    assert near_matches("radio.leo_kit_usd", load.all_keys())[0] == "costs.leo_kit_usd"


CONFIG = CountryConfig(iso3="TST", name="Test", crs="EPSG:32638", pixel_m=100)


def test_sets_are_split_between_parameters_and_country():
    parameter_sets, config_sets = split_sets(["costs.ont_usd=1", "service_standard.dl_mbps=50", "delta_n=40"])
    assert parameter_sets == ["costs.ont_usd=1"]
    config = apply_to_config(CONFIG, config_sets)
    assert (config.service_standard.dl_mbps, config.delta_n) == (50, 40)
    assert config.service_standard.busy_hour_mbps == CONFIG.service_standard.busy_hour_mbps


def test_sets_of_neither_are_refused_together():
    with pytest.raises(ParameterError) as caught:
        split_sets(["service_standard.dl_mps=50", "pixel_m=50", "cots.ont_usd=1", "x"])
    text = str(caught.value)
    assert "service_standard.dl_mbps" in text
    assert "pixel_m: cannot be changed for a run" in text
    assert "costs.ont_usd" in text
    assert len(caught.value.faults) == 4


def test_impossible_service_standard_is_refused():
    with pytest.raises(
        ParameterError, match=r"service_standard\.dl_mbps: -3\.0 is not possible; expected greater than 0"
    ):
        apply_to_config(CONFIG, ["service_standard.dl_mbps=-3"])


@pytest.mark.parametrize("key", ["window_places", "bound_branches", "improve_rounds", "budget_plans"])
def test_a_limit_of_work_has_left_the_book_of_the_country_and_its_new_name_is_told(key):
    for wrong in (lambda: load_params(sets=[f"planning.{key}=3"]), lambda: load_params([{"planning": {key: 3}}])):
        with pytest.raises(ParameterError, match=rf"search\.{key}"):
            wrong()
    params = load_params([{"search": {key: 4}}], [f"search.{key}=3"])
    assert getattr(params.search, key) == 3
    assert params.resolved()["search"][key] == 3
    assert not [name for name, _, _ in params.quantities() if name.startswith("search.")]


def test_an_impossible_limit_of_work_is_refused():
    with pytest.raises(ParameterError, match=r"search\.window_places"):
        load_params(sets=["search.window_places=0"])
    with pytest.raises(ParameterError, match=r"search\.window_branches"):
        load_params(sets=["search.window_branches=2.5"])


@pytest.mark.parametrize("key", ["planning.budget_usd", "costs.leo_kit_usd", "planning.margins_tried_db"])
@pytest.mark.parametrize("word", ["1e400", ".inf", "-.inf", ".nan"])
def test_no_number_of_a_parameter_is_infinite(key, word):
    value = f"[{word}]" if key.endswith("_tried_db") else word
    with pytest.raises(ParameterError):
        load_params(sets=[f"{key}={value}"])


@pytest.mark.parametrize("field", ["latency_ms", "price_usd_per_month"])
def test_no_number_of_the_standard_is_infinite(field):
    with pytest.raises(ValidationError):
        CountryConfig(iso3="TST", name="T", crs="EPSG:32638", pixel_m=100, service_standard={field: float("inf")})


@pytest.mark.parametrize(
    "change",
    [{"population": True}, {"household_size": True}, {"service_standard": {"dl_mbps": True}}, {"base_year": False}]
    + [{"service_standard": {"tiers": [{"dl_mbps": 100, "people_share": True}]}}],
)
def test_a_truth_value_is_no_number_of_the_country(change):
    fields = {"iso3": "TST", "name": "T", "crs": "EPSG:32638", "pixel_m": 100, **change}
    with pytest.raises(ValidationError, match="expected a number"):
        CountryConfig.model_validate(fields)


def test_truth_values_stay_truth_values():
    fields = {"iso3": "TST", "name": "T", "crs": "EPSG:32638", "pixel_m": 100, "sketch": True}
    config = CountryConfig.model_validate({**fields, "service_standard": {"indoors": True}})
    assert config.sketch
    assert config.service_standard.indoors


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("service_standard.busy_hour_mbps=400", "400.0 is not possible; expected less than or equal to 100"),  # kbit/s
        ("service_standard.dl_mbps=true", "dl_mbps: True is not usable; expected a number$"),
        ("currency=eur", "currency: 'eur' is no currency code"),
    ],
)
def test_set_says_what_is_wrong_with_a_value_of_the_country(change, message):
    config = CountryConfig(iso3="TST", name="T", crs="EPSG:32638", pixel_m=100)
    with pytest.raises(ParameterError, match=message):
        apply_to_config(config, [change])

"""Laws of the regulator's measures: shares add up, better is never more, outdoors is never less than indoors."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from allreach import tables
from allreach.country.allowed_values import vocabulary_faults
from allreach.country.checking.geometry import geometry_faults
from allreach.errors import InputError
from allreach.measure.regulator.cells import cells_of
from allreach.measure.regulator.levels import quality_of
from allreach.measure.regulator.networks import networks, reference_offset_db
from allreach.measure.regulator.place_loss import place_loss_db, survey_terminal
from allreach.measure.regulator.result import RegulatorResult
from allreach.params.load import load_params
from allreach.radio.engine.reception import serve
from allreach.radio.sites import site_arrays
from allreach.vocabulary import PlaceOfUse, Quality, RadioGeneration
from regulator_case import GRID, SITES, line, make_country, measured, sites_table, with_tables, world

SHARES = ["none_share", "limited_share", "good_share", "very_good_share"]
KEYS = ["area_level", "area_code", "subject", "subject_class", "operator", "technology", "place_of_use"]
EPS = 1e-9


@pytest.fixture(scope="module")
def found() -> RegulatorResult:
    return measured(make_country(), border_at=None, why_no_border="not asked for")


@pytest.fixture(scope="module")
def measures(found: RegulatorResult) -> pd.DataFrame:
    return found.measures.set_index(KEYS).sort_index()


def test_shares_lie_between_nothing_and_all_and_better_is_never_more(measures: pd.DataFrame) -> None:
    values = measures[SHARES].to_numpy(dtype=float)
    assert (values >= -EPS).all()
    assert (values <= 1.0 + EPS).all()
    assert (measures["limited_share"] >= measures["good_share"] - EPS).all()
    assert (measures["good_share"] >= measures["very_good_share"] - EPS).all()
    assert np.allclose(measures["none_share"] + measures["limited_share"], 1.0)
    assert 0.1 < measures["good_share"].mean() < 0.9  # the case has something to tell


def test_any_operator_is_no_less_than_each_and_all_no_more(measures: pd.DataFrame) -> None:
    by_operator = measures[SHARES[1:]].unstack("operator")
    for share in SHARES[1:]:
        each = by_operator[share][["Acell", "Bcell", "Ccell"]]
        assert (by_operator[share]["any"] >= each.max(axis=1) - EPS).all()
        assert (by_operator[share]["all"] <= each.min(axis=1) + EPS).all()


def test_any_technology_is_no_less_than_each(measures: pd.DataFrame) -> None:
    by_technology = measures["limited_share"].unstack("technology")
    assert (by_technology["any"] >= by_technology[["2G", "3G", "4G", "5G"]].max(axis=1) - EPS).all()


def test_outdoors_is_no_less_than_in_a_car_and_that_no_less_than_indoors(measures: pd.DataFrame) -> None:
    for share in SHARES[1:]:
        by_place = measures[share].unstack("place_of_use")
        assert (by_place["outdoor"] >= by_place["car"] - EPS).all()
        assert (by_place["car"] >= by_place["indoor"] - EPS).all()
        assert (by_place["outdoor"] > by_place["indoor"]).any()


def test_districts_add_up_to_the_country(found: RegulatorResult) -> None:
    table = found.measures.assign(covered=lambda t: t["total"] * t["limited_share"])
    by = ["subject", "subject_class", "operator", "technology", "place_of_use"]
    sums = table.groupby([*by, "area_level"])[["total", "covered"]].sum().unstack("area_level")
    assert np.allclose(sums["total"][0], sums["total"][1])
    assert np.allclose(sums["covered"][0], sums["covered"][1])
    whole = table[(table["area_level"] == 0) & (table["subject_class"] == "")].drop_duplicates("subject")
    total = whole.set_index("subject")["total"]
    assert total["people"] == pytest.approx(1800.0)
    assert total["households"] == pytest.approx(450.0)
    assert total["land"] == pytest.approx(300.0)  # 15 km x 20 km
    assert total["road"] == pytest.approx(20.0, rel=1e-3)  # 13 km and 7 km; tracks are no roads to travel on
    assert total["rail"] == pytest.approx(5.0 + np.hypot(14.0, 19.0), rel=1e-3)
    assert total["institutions"] == 3.0


def test_classes_add_up_to_all_of_a_subject(found: RegulatorResult) -> None:
    table = found.measures[found.measures["area_level"] == 1]
    by = ["area_code", "subject", "operator", "technology", "place_of_use"]
    sums = table.assign(is_all=table["subject_class"] == "").groupby([*by, "is_all"])["total"].sum().unstack("is_all")
    parted = sums.dropna()
    assert set(parted.index.get_level_values("subject")) == {"road", "rail", "institutions"}
    assert np.allclose(parted[True], parted[False])


def test_white_grey_and_full_are_all_there_is(found: RegulatorResult, measures: pd.DataFrame) -> None:
    spots = found.spots
    assert np.allclose(spots["white_share"] + spots["grey_share"] + spots["full_share"], 1.0)
    assert (spots["one_operator_share"] <= spots["grey_share"] + EPS).all()
    keyed = spots.set_index([k for k in KEYS if k != "operator"]).sort_index()
    by_operator = measures.unstack("operator")
    assert np.allclose(keyed["white_share"], by_operator["none_share"]["any"].reindex(keyed.index))
    assert np.allclose(keyed["full_share"], by_operator["limited_share"]["all"].reindex(keyed.index))
    assert (spots["operators"] == 3).all()


def test_counts_by_operators_agree_with_the_spots(found: RegulatorResult) -> None:
    row = found.counts[found.counts["level"] == 0].iloc[0]
    homes = found.spots[(found.spots["area_level"] == 0) & (found.spots["subject"] == "households")]
    indoors = homes[(homes["technology"] == "4G") & (homes["place_of_use"] == "indoor")].iloc[0]
    assert row["4G_prem_in_0"] == pytest.approx(100.0 * indoors["white_share"], abs=0.01)
    assert sum(row[f"4G_prem_in_{k}"] for k in range(4)) == pytest.approx(100.0, abs=0.03)
    assert row["prem_count"] == 450


def test_one_operator_knows_no_grey_spot() -> None:
    alone = measured(make_country(), border_at=None, operators=("Acell",))
    assert (alone.spots["grey_share"] == 0.0).all()
    assert any("no grey spots" in text for text in alone.summary.warnings)
    assert alone.summary.n_sites == 2


def test_a_further_operator_takes_nothing_from_the_others(measures: pd.DataFrame) -> None:
    without = sites_table({name: row for name, row in SITES.items() if row[0] != "Bcell"})
    fewer = measured(make_country(without), border_at=None).measures.set_index(KEYS)["limited_share"]
    mine = fewer[fewer.index.get_level_values("operator") == "Acell"]
    assert np.allclose(mine, measures["limited_share"].reindex(mine.index))
    anyone = fewer[fewer.index.get_level_values("operator") == "any"]
    assert (measures["limited_share"].reindex(anyone.index) >= anyone - EPS).all()


def test_the_level_is_that_of_the_path_to_the_cell(found: RegulatorResult) -> None:
    """Map against own paths: within what the sweep promises over flat ground, and the offset of 10 MHz of LTE."""
    country, around = make_country(), world(make_country())
    arrays = site_arrays(country.table("sites"), GRID, around.radio)
    b1 = arrays.take(np.flatnonzero(arrays.site_id == "B1"))
    row, col = np.array([10, 40, 60, 70]), np.array([30, 10, 20, 50])
    own = serve(*GRID.xy_m(row, col), b1, around, survey_terminal(around))
    expected = own.power_dbm - 10.0 * np.log10(600.0)
    assert found.levels.level_dbm["Bcell", RadioGeneration.G4][row, col] == pytest.approx(expected, abs=0.5)
    assert np.isnan(found.levels.level_dbm["Bcell", RadioGeneration.G5]).all()


def test_offsets_of_reference_levels() -> None:
    params = load_params()

    def offset(technology: RadioGeneration, freq_mhz: float, bandwidth_mhz: float) -> float:
        return reference_offset_db(technology, freq_mhz, bandwidth_mhz, params.radio, params.regulator)

    assert offset(RadioGeneration.G2, 900.0, 5.0) == pytest.approx(3.0)  # 46 dBm in the band, 43 dBm a carrier
    assert offset(RadioGeneration.G3, 2100.0, 5.0) == pytest.approx(13.0)
    assert offset(RadioGeneration.G4, 1800.0, 20.0) == pytest.approx(10 * np.log10(1200))
    assert offset(RadioGeneration.G4, 450.0, 1.4) == pytest.approx(10 * np.log10(72))
    assert offset(RadioGeneration.G4, 900.0, 7.0) == pytest.approx(10 * np.log10(12 * 35))  # LTE has no such channel
    assert offset(RadioGeneration.G5, 700.0, 10.0) == pytest.approx(10 * np.log10(12 * 52))
    assert offset(RadioGeneration.G5, 3500.0, 100.0) == pytest.approx(10 * np.log10(12 * 273))


def test_quality_begins_at_its_levels_and_nothing_received_is_none() -> None:
    params = load_params().regulator
    good, very = params.good_above_db.value, params.very_good_above_db.value
    at = -105.0 + np.array([-0.01, 0.0, good - 0.01, good, very - 0.01, very, np.nan])
    wanted = [Quality.NONE, *[Quality.LIMITED] * 2, *[Quality.GOOD] * 2, Quality.VERY_GOOD, Quality.NONE]
    assert quality_of(at, RadioGeneration.G4, params).tolist() == wanted


def test_places_of_use_lose_more_in_their_order_at_every_band_and_share_of_locations() -> None:
    around, params = world(make_country()), load_params().regulator
    clutter_m = np.array([0.0, 10.0, 20.0], dtype=np.float32)
    for share in (0.5, 0.9, 0.98):
        there = replace(around, standard=around.standard.model_copy(update={"locations_share": share}))
        for mhz in (700.0, 900.0, 1800.0, 2600.0, 3500.0):
            losses = [place_loss_db(place, mhz, clutter_m, there, params) for place in PlaceOfUse]
            for less, more in pairwise(losses):
                assert (more > less).all()
    none = replace(around, standard=around.standard.model_copy(update={"locations_share": 0.5, "hours_share": 0.5}))
    assert place_loss_db(PlaceOfUse.CAR, 900.0, clutter_m, none, params) == pytest.approx(9.0)


def test_cells_hold_as_many_whole_pixels_as_fit_and_all_the_land() -> None:
    country = make_country()
    terrain = world(country).terrain
    whole = cells_of(terrain, country.table("boundaries"), 100.0)
    assert (whole.step, whole.grid.pixel_m) == (1, 250.0)
    several = cells_of(terrain, country.table("boundaries"), 800.0)
    assert (several.step, several.grid.pixel_m, several.grid.shape) == (3, 750.0, (27, 27))
    assert several.land_km2.sum() == pytest.approx(whole.land_km2.sum()) == pytest.approx(300.0)
    assert several.row.max() <= GRID.n_rows - 1


def test_what_lies_in_no_district_is_told_and_not_lost() -> None:
    country = make_country()
    boundaries = country.table("boundaries")
    small = with_tables(
        country,
        boundaries=boundaries.assign(
            level=[0, 1, 1],
            geometry=[
                boundaries.geometry.iloc[0],
                boundaries.geometry.iloc[1].buffer(-0.01),
                boundaries.geometry.iloc[2],
            ],
        ),
    )
    table = measured(small, border_at=None).measures
    land = table[(table["subject"] == "land") & (table["operator"] == "any") & (table["technology"] == "any")]
    outdoors = land[land["place_of_use"] == "outdoor"].set_index(["area_level", "area_code"])["total"]
    assert outdoors[1].sum() == pytest.approx(outdoors[0, "TST"])
    assert outdoors[1, ""] > 0.0


def test_a_folder_of_places_alone_still_has_figures() -> None:
    country = make_country()
    empty = {name: tables.empty(name) for name in ("roads", "railways", "institutions", "boundaries")}
    found = measured(country, border_at=None, **empty)
    assert {"people", "households", "land"} == set(found.measures["subject"])
    assert found.summary.reach[0].road_share is None
    assert any("no districts" in text for text in found.summary.warnings)


def test_an_operator_without_sites_is_refused_with_those_that_have_some() -> None:
    country = make_country()
    with pytest.raises(InputError, match=r"operator 'Dcell': has no sites.*Acell, Bcell, Ccell"):
        measured(country, border_at=None, operators=("Acell", "Dcell"))
    with pytest.raises(InputError, match=r"operator 'all': is a word of the results"):
        measured(country, border_at=None, sites=sites_table(operator="all"))
    with pytest.raises(InputError, match=r"sites: there are none"):
        measured(country, border_at=None, sites=tables.empty("sites"))


def test_spectrum_and_sites_that_do_not_know_each_other_are_told() -> None:
    country, radio = make_country(), load_params().radio
    spectrum = tables.conform(
        pd.DataFrame(
            {
                "spectrum_id": ["1", "2", "3"],
                "operator": ["Acell", "Bcell", "Dcell"],
                "band_mhz": [800.0, 1800.0, 800.0],
                "bandwidth_mhz": [10.0, 20.0, 10.0],
            }
        ),
        "spectrum",
    )
    told = " | ".join(networks(country.table("sites"), GRID, radio, spectrum).warnings)
    assert "Ccell: has sites and no spectrum" in told
    assert "Bcell: sends at 900 MHz and has no spectrum there" in told
    assert "Dcell: spectrum and no sites" in told
    assert "Acell" not in told
    assert not networks(country.table("sites"), GRID, radio, tables.empty("spectrum")).warnings


def test_sites_that_name_no_operator_or_technology_count_and_are_told() -> None:
    table = sites_table().assign(operator="", technologies=["", "2G;4G", "LTE", "GSM"])
    found = networks(table, GRID, load_params().radio, tables.empty("spectrum"))
    assert found.operators == ("unnamed",)
    assert found.technologies == (RadioGeneration.G2, RadioGeneration.G4)
    assert any("1 of 4 sites do not say their technologies" in text for text in found.warnings)


def test_better_levels_must_ask_for_more() -> None:
    with pytest.raises(InputError, match="good_above_db"):
        load_params(sets=["regulator.good_above_db=30"])


def test_a_railway_of_no_length_is_a_fault_of_the_folder() -> None:
    point = line((4_000, 6_000), (4_000, 6_000))
    railways = make_country().table("railways").assign(geometry=[line((500, 500), (14_500, 19_500)), point])
    faults, usable = geometry_faults(railways, "railways", "railways.parquet")
    assert usable.tolist() == [True, False]
    assert "is a line without length" in str(faults[0])
    words = vocabulary_faults(railways.assign(rail_class=["main", "tram"]), "railways", "railways.parquet")
    assert "tram is not usable" in str(words[0])

import datetime as dt
import re
import shutil
import subprocess
from xml.etree import ElementTree

import pandas as pd
import pytest
import yaml

from allreach.errors import DataMissingError, InputError
from allreach.indicators.cooperation import merge_facts, opportunities, shipped_facts
from allreach.indicators.definitions import LANGUAGES, catalogue
from allreach.indicators.idi import idi_edition
from allreach.io.country_folder import write_country
from allreach.io.series_store import add_series, read_current, shipped_series, store_path
from allreach.report.documents.brief_content import country_brief, pair_brief
from allreach.report.documents.localise import speech, texts
from allreach.report.map_page.other_pages import other_pages
from allreach.workflows.brief import brief, find_pair
from allreach.workflows.study_inputs import read_subject
from allreach.workflows.track import track
from sample_results import drawn_country, write_sample_results
from studies import report_of, track_inputs_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Azerbaijan with the shipped figures and ten years of a made-up series."""
    path = tmp_path_factory.mktemp("brief") / "AZE"
    path.mkdir()
    add_series(store_path(path), shipped_series())
    years = range(2014, 2025)
    made = pd.DataFrame(
        {
            "iso3": "AZE",
            "indicator": "internet_users_pct",
            "date": [str(y) for y in years],
            "value": [50.0 + 3 * n for n in range(11)],
            "source": "made for this test",
            "retrieved": "2026-11-21",
        }
    )
    add_series(store_path(path), made)
    return path


def blocks_within(blocks):
    """All blocks, those that stand side by side too."""
    for block in blocks:
        yield block
        if block["kind"] == "columns":
            for part in block["parts"]:
                yield from blocks_within(part)


def lines_of(content):
    """Rows of tables and items of lists."""
    return [line for b in blocks_within(content["blocks"]) for line in b.get("rows") or b.get("items") or []]


def numbers_without_source(content):
    """Cells that show a decimal number of the data but carry no source."""
    return [c["t"] for line in lines_of(content) for c in line if c["row"] and not c["s"]]


def test_texts_are_there_in_every_language():
    keys = set(texts("en"))
    for language in LANGUAGES:
        found = texts(language)
        assert set(found) == keys, language
        for key in keys:
            assert set(re.findall(r"{(\w+)}", found[key])) == set(re.findall(r"{(\w+)}", texts("en")[key])), (
                language,
                key,
            )
    with pytest.raises(InputError, match="de"):
        speech("de")


@pytest.mark.parametrize(
    ("language", "number", "date", "country"),
    [
        ("en", "1,234.5", "November 21, 2025", "Georgia"),
        ("az", "1.234,5", "21 noyabr 2025", "Gürcüstan"),
        ("ru", "1\u00a0234,5", "21 ноября 2025\u202fг.", "Грузия"),
        ("fr", "1\u202f234,5", "21 novembre 2025", "Géorgie"),
    ],
)
def test_numbers_dates_and_names(language, number, date, country):
    words = speech(language)
    assert words.number(1234.54, 1) == number
    assert words.number(-1234.54, 1) == "−" + number
    assert words.number(0.04, 1, sign=True) == words.number(0.0, 1)
    assert words.date("2025-11-21").replace("\u00a0", "\u202f").replace(" г.", "\u202fг.") == date
    assert words.country("GEO") == country
    assert words.country("XYZ") == "XYZ"
    assert words.number(float("nan")) == "–"


def test_track_writes_tables_and_pages(folder):
    tracked = track(read_subject(folder), languages=["en", "az"])
    targets = pd.read_parquet(folder / "results/base/track/targets.parquet").set_index("target_id")
    assert targets.loc["lines_passed", "status"] == "claimed"
    assert targets.loc["lines_passed", "slip_months"] == pytest.approx(10.6)
    assert targets.loc["people_online", "status"] in ("on_track", "at_risk", "off_track")
    assert targets.loc["government_cloud", "status"] == "not_quantified"
    page = (folder / "results/base/track/track.html").read_text(encoding="utf-8")
    assert "http" not in re.sub(r'(href="https?://[^"]*"|>https?://[^<]*<|xmlns="[^"]*")', "", page)  # loads nothing
    assert page.count("<svg") >= 4
    assert set(re.findall(r'href="#s(\d+)"', page)) <= set(re.findall(r'id="s(\d+)"', page))
    assert "AZE:internet_users_pct:2024-12-31:0" in page
    before = {path.name: path.read_bytes() for path in tracked.files}
    again = track(read_subject(folder), languages=["en", "az"])
    assert before == {path.name: path.read_bytes() for path in again.files}


def test_a_plan_moves_reach_and_index(tmp_path):
    country = drawn_country(12, n_pixels=60)
    folder = tmp_path / "AZE"
    write_country(country, folder)
    write_sample_results(folder / "results" / "base", country)
    full = {name: 50.0 for name in idi_edition().indicators}
    rows = {"iso3": country.config.iso3, "indicator": list(full), "date": "2022", "value": list(full.values())}
    made = pd.DataFrame({**rows, "source": "made for this test", "retrieved": "2026-11-21"})
    add_series(store_path(folder), made)
    tracked = track(read_subject(folder), languages=["en"])
    assert tracked.inputs.iso3 == country.config.iso3
    reach = tracked.inputs.reach["reached_pct"]
    assert (reach.diff().dropna() >= 0).all()
    assert reach.iloc[-1] <= 100.0
    table = tracked.scores.set_index(["score", "stage"])["value"]
    assert table["idi", "planned"] > table["idi", "computed"]
    gained = tracked.effect.idi["idi_points"].sum()
    assert table["idi", "planned"] - table["idi", "computed"] == pytest.approx(gained)
    page = (folder / "results/base/track/track.html").read_text(encoding="utf-8")
    assert "Points per million USD" in page
    assert "Sketch: not for decisions" in page


def test_a_day_before_anything_was_known(folder):
    tracked = track(read_subject(folder), as_of=dt.date(2001, 1, 1), languages=["en"], write=False)
    assert set(tracked.targets["status"]) <= {"no_data", "not_quantified"}
    content = country_brief(tracked.inputs, tracked.targets, tracked.paths, speech("en", tracked.inputs.book))
    assert content["numbers"] == []


def test_every_number_of_a_brief_has_its_source(folder):
    tracked = track(read_subject(folder), write=False)
    pairs = [find_pair(read_subject(folder), tracked, other) for other in ("GEO", "TUR")]
    for language in LANGUAGES:
        words = speech(language, tracked.inputs.book)
        contents = [country_brief(tracked.inputs, tracked.targets, tracked.paths, words)]
        contents += [pair_brief(pair, words) for pair in pairs]
        for content in contents:
            assert numbers_without_source(content) == []
            assert content["numbers"]
            assert all(number["source"] and number["row"] for number in content["numbers"])
            rows = {row for entry in content["sources"] for row in entry["rows"]}
            assert {row for number in content["numbers"] for row in number["row"].split()} <= rows
            assert any(number.get("computed") for number in content["numbers"])
            for block in blocks_within(content["blocks"]):
                if block["kind"] == "chart":
                    ElementTree.fromstring(block["svg"])


def test_pdf_is_the_same_bytes_again_and_dated_from_the_inputs(folder):
    first = {path.name: path.read_bytes() for path in brief(read_subject(folder), other="GEO", languages=["en", "az"])}
    second = {path.name: path.read_bytes() for path in brief(read_subject(folder), other="GEO", languages=["en", "az"])}
    assert first == second
    pdf = first["brief_AZE_GEO_az.pdf"]
    assert pdf.startswith(b"%PDF-")
    newest = read_current(store_path(folder))["retrieved"].max()
    assert newest.replace("-", "").encode() in pdf  # the newest day of retrieval, not today
    assert b"LibertinusSerif" in pdf


def test_pdf_has_the_right_letters_and_two_pages(folder, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not on this machine")
    for path in brief(read_subject(folder), languages=["az", "ru"]) + brief(
        read_subject(folder), other="TUR", languages=["az"]
    ):
        if path.suffix != ".pdf":
            continue
        text = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True).stdout.decode()
        assert text.count("\f") == 2, path
        assert ("Azərbaycan" if path.stem.endswith("az") else "Азербайджан") in text
        assert "\ufffd" not in text


def test_right_to_left_names_reach_both_forms(folder, tmp_path):
    from allreach.report.documents.blocks_html import page
    from allreach.report.documents.brief_pdf import brief_pdf

    name = "النطاق العريض (5G)"
    plan = {"id": "x", "name": "X", "country": "AZE", "sources": {"s": {"title": name}}}
    target = {
        "id": "t",
        "name": {"ar": name},
        "indicator": "internet_users_pct",
        "value": 90,
        "date": "2030-12-31",
        "source": "s",
    }
    plan["goals"] = [{"id": "g", "name": name, "pillar": "ai", "targets": [target]}]
    path = tmp_path / "rtl.yaml"
    path.write_text(yaml.safe_dump(plan, allow_unicode=True), encoding="utf-8")
    tracked = track(read_subject(folder), strategies=(str(path),), write=False)
    content = country_brief(tracked.inputs, tracked.targets, tracked.paths, speech("en", tracked.inputs.book))
    assert f"<bdi>{name}</bdi>" in page(content)
    assert brief_pdf(content).startswith(b"%PDF-")


def test_unknown_partner_is_named(folder):
    with pytest.raises(DataMissingError, match="QQQ"):
        brief(read_subject(folder), other="QQQ")
    with pytest.raises(InputError, match="with itself"):
        brief(read_subject(folder), other="AZE")


def test_rules_of_cooperation():
    book = catalogue()
    values = {
        ("AZE", "egdi"): 0.76,
        ("TUR", "egdi"): 0.89,
        ("AZE", "fixed_basket_pct_gni"): 1.3,
        ("TUR", "fixed_basket_pct_gni"): 2.0,
    }
    found = opportunities("AZE", "TUR", values, book)
    assert [(o.rule.id, o.strong, o.weak) for o in found] == [("egov", "TUR", "AZE"), ("fixed_price", "AZE", "TUR")]
    values["TUR", "egdi"] = 0.78
    assert [o.rule.id for o in opportunities("AZE", "TUR", values, book)] == ["fixed_price"]  # the gap is too small
    both = {("AZE", "internet_users_pct"): 86.0, ("GEO", "internet_users_pct"): 84.0}
    (joint,) = opportunities("AZE", "GEO", both, book)
    assert joint.rule.kind == "joint"


def test_facts_are_dated_and_own_ones_added():
    facts = shipped_facts()
    assert [o.id for o in facts.shared("AZE", "TUR")] == ["bsec", "eco", "ots"]
    assert [o.id for o in facts.shared("AZE", "GEO")] == ["bsec", "guam", "eu4digital"]
    assert facts.of_both("AZE", "GEO", dt.date(2026, 1, 1))[0].countries == ("AZE", "GEO")
    assert [c.id for c in facts.cables_of("AZE", "GEO", dt.date(2026, 1, 1))] == ["caucasus_cable", "trans_caspian"]
    assert [c.id for c in facts.cables_of("AZE", "GEO", dt.date(2025, 1, 1))] == ["caucasus_cable"]
    assert facts.of(("AZE",), dt.date(2025, 2, 1))[0].date == dt.date(2025, 1, 16)
    own = {"events": [{"date": "2026-01-01", "countries": ["AZE"], "texts": {"en": "x"}, "source": "s"}]}
    assert len(merge_facts(own).events) == len(facts.events) + 1


def test_each_value_of_a_pair_keeps_its_own_date(tmp_path):
    folder = tmp_path / "AZE"
    folder.mkdir()
    given = [("AZE", "2022", 1.8), ("AZE", "2024", 1.34), ("GEO", "2022", 2.4), ("GEO", "2021", 2.6)]
    rows = pd.DataFrame(given, columns=["iso3", "date", "value"])
    fixed = {"indicator": "fixed_basket_pct_gni", "source": "made for this test", "retrieved": "2026-11-21"}
    add_series(store_path(folder), rows.assign(**fixed))
    tracked = track(read_subject(folder), write=False)
    content = pair_brief(find_pair(read_subject(folder), tracked, "GEO"), speech("en", tracked.inputs.book))
    (row,) = [line for line in lines_of(content) if line[0]["t"].startswith("Fixed-broadband basket,")]
    assert [c["t"] for c in row[1:6]] == ["1.34", "2024", "2.40", "2022", "−1.06"]
    later = re.search(r"M[^A]*A", row[6]["svg"])
    assert later is None  # a mark is drawn of lines and circles
    at = [float(x) for x in re.findall(r'cx="([\d.]+)"', row[6]["svg"])]
    assert at[1] > at[0]  # the first country, drawn last, pays less: it stands further right


def test_works_move_what_is_built_and_faults_are_all_named(tmp_path):
    country = drawn_country(12, n_pixels=60)
    folder = tmp_path / "AZE"
    write_country(country, folder)
    write_sample_results(folder / "results" / "base", country)
    places = pd.read_parquet(folder / "results" / "base" / "plan" / "assignments.parquet")
    new = places[~places["technology"].isin(["existing", "none"])].iloc[0]
    head = "work_id,place_id,technology,finished_date,source"
    wrong = ["w1,nowhere,fibre,2026-13-01,Ministry", f"w1,{new['place_id']},fibre,2026-05-01,Ministry"]
    (folder / "works.csv").write_text("\n".join([head, *wrong]), encoding="utf-8")
    with pytest.raises(InputError) as told:
        track_inputs_of(folder)
    assert [fault.where for fault in told.value.faults] == ["works.csv, line 2"] * 2 + ["works.csv, line 3"]
    done = [f"w1,{new['place_id']},{new['technology']},2026-05-01,Ministry"]
    (folder / "works.csv").write_text("\n".join([head, *done]), encoding="utf-8")
    inputs = track_inputs_of(folder, as_of=dt.date(2026, 11, 22))
    assert inputs.built["date"].tolist() == ["2026-05-01"]
    assert inputs.built["value"].iloc[0] >= inputs.reach["reached_pct"].iloc[0]
    assert track_inputs_of(folder, as_of=dt.date(2026, 4, 1)).built.empty
    track(read_subject(folder), as_of=dt.date(2026, 11, 22))
    page = (folder / "results" / "base" / "track" / "track.html").read_text(encoding="utf-8")
    assert "May 1, 2026" in page
    assert "works reported as finished" in page


def test_the_report_leads_to_pages_written_since(tmp_path):
    country = drawn_country(12, n_pixels=60)
    folder = tmp_path / "AZE"
    write_country(country, folder)
    scenario = folder / "results" / "base"
    write_sample_results(scenario, country)
    index = report_of(scenario, country)
    assert '"pages":[]' in index.read_text(encoding="utf-8").replace(" ", "")
    track(read_subject(folder), as_of=dt.date(2026, 11, 22))
    brief(read_subject(folder), as_of=dt.date(2026, 11, 22), languages=["en", "az"])
    found = other_pages(scenario)
    assert [page["key"] for page in found] == ["page_track", "page_brief"]
    assert all((scenario / page["href"]).is_file() for page in found)
    text = index.read_text(encoding="utf-8")
    assert all(page["href"] in text for page in found)
    assert report_of(scenario, country).read_text(encoding="utf-8") == text

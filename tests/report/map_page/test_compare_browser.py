"""The comparison of two scenarios in Chromium, opened from disk with no network."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from allreach.errors import DataMissingError
from allreach.io.atomic import write_json
from allreach.io.results_folder import read_json
from allreach.workflows.compare import compare_scenarios
from sample_results import drawn_country, write_sample_results
from studies import study_of

selenium = pytest.importorskip("selenium", reason="selenium is not installed")

from selenium import webdriver  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402
from test_browser import HOSTILE, browser, complaints, downloads, run  # noqa: E402, F401

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    country = drawn_country(200, n_pixels=80)
    names = country.layers["places"]["name"].tolist()
    names[7] = HOSTILE
    country = replace(country, layers=country.layers | {"places": country.layers["places"].assign(name=names)})
    folder = tmp_path_factory.mktemp("compare_browser")
    for number, name in enumerate(("base", "other")):
        results = write_sample_results(folder / "results" / name, country, seed=number)
        summary = read_json(results / "plan" / "summary.json")
        bound = {"lower_bound_usd": 0.97 * summary["pv_usd"], "gap": 0.03}
        write_json(results / "plan" / "summary.json", summary | bound)
    try:
        return compare_scenarios(
            study_of(folder, country, "base"),
            study_of(folder, country, "other"),
            languages=["en", "az", "ru", "fr"],
        ).page
    except DataMissingError as error:
        pytest.skip(f"the page needs the packed map library: {error}")


def show(browser: webdriver.Chrome, page: Path, width: int = 1200, height: int = 800) -> None:  # noqa: F811
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get_log("browser")
    browser.get(page.as_uri())
    WebDriverWait(browser, 90).until(lambda b: b.execute_script("return document.body.dataset.ready") == "map")


def test_both_maps_are_drawn_and_move_together(browser: webdriver.Chrome, page: Path) -> None:  # noqa: F811
    show(browser, page)
    assert run(browser, "return allreach.maps.map(m => m.queryRenderedFeatures({layers: ['places']}).length > 0)") == [
        True,
        True,
    ]
    run(
        browser, "allreach.maps[0].jumpTo({center: allreach.maps[0].getCenter(), zoom: allreach.maps[0].getZoom() + 2})"
    )
    zooms = run(browser, "return allreach.maps.map(m => m.getZoom())")
    assert zooms[0] == pytest.approx(zooms[1])
    run(browser, "allreach.maps[1].panBy([40, 10], {animate: false})")
    one, two = run(browser, "return allreach.maps.map(m => [m.getCenter().lng, m.getCenter().lat])")
    assert one == pytest.approx(two)
    assert complaints(browser) == []


def test_divider_follows_the_slider(browser: webdriver.Chrome, page: Path) -> None:  # noqa: F811
    if browser.current_url != page.as_uri():
        show(browser, page)
    script = "const s = document.getElementById('slider'); s.value = 20; s.dispatchEvent(new Event('input'));"
    run(browser, script)
    box, divider = (
        run(browser, "return document.getElementById(arguments[0]).getBoundingClientRect().toJSON()", name)
        for name in ("swipe", "divider")
    )
    assert divider["left"] + 2 == pytest.approx(box["left"] + 0.2 * box["width"], abs=1.5)
    at = "return document.elementFromPoint(arguments[0], arguments[1]).closest('.half').id"
    assert run(browser, at, box["left"] + 0.1 * box["width"], box["top"] + 200) == "map-a"
    assert run(browser, at, box["left"] + 0.6 * box["width"], box["top"] + 200) == "map-b"


def test_every_place_that_changes_is_in_the_table(browser: webdriver.Chrome, page: Path) -> None:  # noqa: F811
    if browser.current_url != page.as_uri():
        show(browser, page)
    packed = run(browser, "return allreach.data.comparison.places.change")
    changes = [packed["words"][i] for i in packed["at"]] if isinstance(packed, dict) else packed
    assert len(browser.find_elements(By.CSS_SELECTOR, "tr.row")) == sum(change != "same" for change in changes)
    counted = run(browser, "return allreach.data.comparison.summary.changes")
    assert {name: value["places"] for name, value in counted.items()} == {
        name: changes.count(name) for name in set(changes)
    }


def test_hostile_name_is_text_and_card_shows_both_ways(browser: webdriver.Chrome, page: Path) -> None:  # noqa: F811
    if browser.current_url != page.as_uri():
        show(browser, page)
    run(browser, "allreach.openPlace(7)")
    assert browser.find_element(By.CSS_SELECTOR, "#card h2").text == HOSTILE
    assert [e.text for e in browser.find_elements(By.CSS_SELECTOR, "#card h3")] == ["base", "other"]
    run(browser, "allreach.closePlace()")


def test_every_language_has_its_words(browser: webdriver.Chrome, page: Path) -> None:  # noqa: F811
    if browser.current_url != page.as_uri():
        show(browser, page)
    seen = set()
    for language in ("en", "az", "ru", "fr"):
        change = "s.value = arguments[0]; s.dispatchEvent(new Event('change'))"
        run(browser, f"const s = document.getElementById('language'); {change}", language)
        text = browser.find_element(By.TAG_NAME, "main").text
        assert "cmp_" not in text
        assert "{" not in browser.find_element(By.ID, "headline").text
        seen.add(browser.find_element(By.CSS_SELECTOR, "#who h2").text)
    assert len(seen) == 4
    assert complaints(browser) == []


def test_download_holds_every_place(browser: webdriver.Chrome, page: Path, downloads: Path) -> None:  # noqa: F811
    if browser.current_url != page.as_uri():
        show(browser, page)
    run(browser, "document.getElementById('download').click()")
    path = downloads / "compare_base_other.csv"
    for _ in range(100):
        if path.is_file():
            break
        time.sleep(0.1)
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 201
    assert lines[0].startswith("place_id,name")


def test_nothing_hangs_over_on_a_phone(browser: webdriver.Chrome, page: Path) -> None:  # noqa: F811
    show(browser, page, 390, 844)
    assert run(browser, "return document.documentElement.scrollWidth <= innerWidth")
    assert run(browser, "return document.querySelector('#swipe').getBoundingClientRect().height > 300")

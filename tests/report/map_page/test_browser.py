"""The report in Chromium, opened from disk with no network."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from allreach.errors import DataMissingError
from sample_results import drawn_country, write_sample_results
from studies import report_of

selenium = pytest.importorskip("selenium", reason="selenium is not installed")

from selenium import webdriver  # noqa: E402
from selenium.common.exceptions import WebDriverException  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
HOSTILE = '</script><b onclick="alert(1)">Évil & "Co"'


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module")
def browser(downloads: Path) -> Iterator[webdriver.Chrome]:
    if not CHROMIUM or not DRIVER:
        pytest.skip("Chromium and its driver are not on this machine: apt install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--use-gl=angle",
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
        "--host-resolver-rules=MAP * ~NOTFOUND",  # no network
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    try:
        driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    except WebDriverException as error:
        pytest.skip(f"Chromium does not start here: {error.msg}")
    driver.execute_cdp_cmd("Page.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(downloads)})
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    country = drawn_country(300, n_pixels=120)
    names = country.layers["places"]["name"].tolist()
    names[7] = HOSTILE
    layers = country.layers | {"places": country.layers["places"].assign(name=names)}
    country = replace(country, layers=layers)
    folder = tmp_path_factory.mktemp("browser")
    made = {}
    for state in ("plan", "coverage"):
        results = write_sample_results(folder / state / "base", country, plan=state == "plan")
        try:
            made[state] = report_of(results, country)
        except DataMissingError as error:
            pytest.skip(f"the report needs the packed map library: {error}")
    return made


def show(browser: webdriver.Chrome, path: Path, width: int = 1200, height: int = 800) -> None:
    """Open a report; one that is open at this size already is kept, since software rendering takes its time."""
    size = run(browser, "return [innerWidth, innerHeight]")
    if browser.current_url == path.as_uri() and size == [width, height]:
        run(browser, "allreach.closePlace()")
        return
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get_log("browser")
    browser.get(path.as_uri())
    WebDriverWait(browser, 60).until(lambda b: b.execute_script("return document.body.dataset.ready") == "map")


def complaints(browser: webdriver.Chrome) -> list[str]:
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]


def run(browser: webdriver.Chrome, script: str, *arguments: Any) -> Any:
    return browser.execute_script(script, *arguments)


COLOURS_ON_MAP = """
const gl = allreach.map.getCanvas().getContext('webgl2') || allreach.map.getCanvas().getContext('webgl');
const w = gl.drawingBufferWidth, h = gl.drawingBufferHeight, pixels = new Uint8Array(4 * w * h), seen = new Set();
allreach.map.redraw();
gl.readPixels(0, 0, w, h, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
for (let i = 0; i < pixels.length; i += 4 * 97) seen.add((pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2]);
return seen.size;
"""


@pytest.mark.parametrize("state", ["plan", "coverage"])
def test_page_loads_without_complaint_and_the_map_is_drawn(
    browser: webdriver.Chrome, reports: dict[str, Path], state: str
) -> None:
    show(browser, reports[state])
    assert complaints(browser) == []
    assert run(browser, COLOURS_ON_MAP) > 100
    assert "300" in browser.find_element(By.ID, "shown").text
    assert browser.find_element(By.ID, "sketch-banner").is_displayed()


def test_what_is_assumed_of_the_sites_stands_beside_the_headline(
    browser: webdriver.Chrome, reports: dict[str, Path]
) -> None:
    show(browser, reports["coverage"])
    words = browser.find_element(By.ID, "headline").text
    assert "The spectrum of 78 and the technologies of 12 of 78 sites are not known but assumed" in words


def test_click_on_a_place_opens_its_card(browser: webdriver.Chrome, reports: dict[str, Path]) -> None:
    show(browser, reports["plan"])
    ways = _words(run(browser, "return allreach.data.assignments.technology"))
    place = ways.index("mobile_new")
    run(browser, "allreach.map.jumpTo({center: arguments[0], zoom: 12})", _lonlat(browser, place))
    WebDriverWait(browser, 30).until(lambda b: b.execute_script("return allreach.map.loaded()"))
    canvas = browser.find_element(By.CSS_SELECTOR, "#map canvas")
    webdriver.ActionChains(browser).move_to_element(canvas).click().perform()
    card = browser.find_element(By.ID, "card")
    WebDriverWait(browser, 10).until(lambda b: card.is_displayed())
    text = card.text
    assert f"Place {place}" in text
    for heading in ("In the plan", "Other ways and what they cost", "What would change this", "Today"):
        assert heading in text
    assert "synthetic" in text
    assert "Cheapest of" in text
    assert text.count("not possible") + text.count("USD") > 6
    run(browser, "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))")
    assert not card.is_displayed()
    assert complaints(browser) == []


def test_table_sorts_filters_and_follows_the_keyboard(browser: webdriver.Chrome, reports: dict[str, Path]) -> None:
    show(browser, reports["plan"])
    people = run(browser, "return allreach.data.places.population")
    header = browser.find_element(By.CSS_SELECTOR, "th button[data-key=population]")
    run(browser, "arguments[0].click()", header)
    assert _column(browser, 2)[:20] == sorted(people, reverse=True)[:20]
    run(browser, "arguments[0].click()", header)
    assert _column(browser, 2)[:20] == sorted(people)[:20]
    assert (
        browser.find_element(By.CSS_SELECTOR, "#place-table th:nth-child(3)").get_attribute("aria-sort") == "ascending"
    )
    box = browser.find_element(By.ID, "filter")
    box.send_keys("place 29")
    assert browser.find_element(By.ID, "shown").text == "11 of 300 places"
    assert len(browser.find_elements(By.CSS_SELECTOR, "tr.row")) == 11
    first = browser.find_element(By.CSS_SELECTOR, "tr.row")
    run(browser, "arguments[0].focus()", first)
    browser.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    chosen = browser.switch_to.active_element
    assert chosen.get_attribute("data-at") == "1"
    name = chosen.find_element(By.CSS_SELECTOR, "td").text
    chosen.send_keys(Keys.ENTER)
    assert browser.find_element(By.CSS_SELECTOR, "#card h2").text == name
    run(browser, "const b = document.getElementById('filter'); b.value = ''; b.dispatchEvent(new Event('input'))")


def test_only_the_rows_in_sight_are_in_the_page(browser: webdriver.Chrome, reports: dict[str, Path]) -> None:
    show(browser, reports["plan"])
    rows = "return [...document.querySelectorAll('tr.row')].map(r => Number(r.dataset.at))"
    assert max(run(browser, rows)) < 60
    run(browser, "const b = document.getElementById('table-scroll'); b.scrollTop = b.scrollHeight")
    WebDriverWait(browser, 10).until(lambda b: max(run(b, rows)) == 299)
    assert len(run(browser, rows)) < 60


def test_download_holds_every_row_unrounded(
    browser: webdriver.Chrome, reports: dict[str, Path], downloads: Path
) -> None:
    import pandas as pd

    show(browser, reports["plan"])
    run(browser, "document.getElementById('download-places').click()")
    run(browser, "document.getElementById('download-plan').click()")
    wanted = [downloads / "TST-base-places.csv", downloads / "TST-base-plan.csv"]
    end = time.monotonic() + 20
    while not all(path.exists() for path in wanted) and time.monotonic() < end:
        time.sleep(0.1)
    places, plan = (pd.read_csv(path, encoding="utf-8-sig", dtype={"admin1_code": "str"}) for path in wanted)
    source = pd.read_parquet(reports["plan"].parent / "plan" / "assignments.parquet")
    assert len(places) == 300
    assert HOSTILE in set(places["name"])
    assert places.sort_values("place_id")["plan_pv_usd"].tolist() == source["pv_usd"].tolist()
    assert places["admin1_code"].str.len().unique().tolist() == [2]
    assert plan["pv_usd"].sum() == pytest.approx(source["pv_usd"].sum(), abs=0.01)
    assert plan["households"].sum() == source["households"].sum()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (3840, 1000)])
def test_no_sideways_scrolling_and_letters_grow(
    browser: webdriver.Chrome, reports: dict[str, Path], width: int, height: int
) -> None:
    show(browser, reports["plan"], width, height)
    assert run(browser, "return document.documentElement.scrollWidth") <= width
    run(browser, "allreach.openPlace(3)")
    assert run(browser, "return document.documentElement.scrollWidth") <= width
    letter_px = float(run(browser, "return parseFloat(getComputedStyle(document.documentElement).fontSize)"))
    assert {390: 15, 3840: 24}[width] <= letter_px <= 28
    map_px = run(browser, "const m = document.getElementById('map'); return [m.clientWidth, m.clientHeight]")
    assert map_px[0] > 0.6 * width
    assert map_px[1] > 0.35 * height


def test_languages_and_layers_switch(browser: webdriver.Chrome, reports: dict[str, Path]) -> None:
    show(browser, reports["plan"])
    change = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('change'))"
    for language, word in (("fr", "Localités"), ("ru", "Населённые пункты"), ("az", "Məntəqələr"), ("en", "Places")):
        select = browser.find_element(By.ID, "language")
        run(browser, change, select, language)
        assert browser.find_element(By.CSS_SELECTOR, "#places h2").text == word
        assert run(browser, "return document.documentElement.lang") == language
    for value in ("state", "speed", "power_800", "sinr_800"):
        run(browser, "document.querySelector(`input[name=coverage][value=${arguments[0]}]`).click()", value)
        assert run(browser, "return allreach.map.getLayoutProperty('coverage', 'visibility') || 'visible'") == "visible"
    run(browser, "document.querySelector('input[name=coverage][value=\"\"]').click()")
    assert run(browser, "return allreach.map.getLayoutProperty('coverage', 'visibility')") == "none"
    run(browser, "document.getElementById('switch-fibre').click()")
    assert run(browser, "return allreach.map.getLayoutProperty('fibre', 'visibility')") == "none"
    assert complaints(browser) == []


def test_hostile_name_is_shown_as_text(browser: webdriver.Chrome, reports: dict[str, Path]) -> None:
    show(browser, reports["plan"])
    run(browser, "allreach.openPlace(7)")
    assert browser.find_element(By.CSS_SELECTOR, "#card h2").text == HOSTILE
    assert browser.find_elements(By.CSS_SELECTOR, "#card h2 b") == []
    finder = browser.find_element(By.ID, "finder")
    finder.send_keys("evil")
    assert HOSTILE in browser.find_element(By.ID, "finder-list").text


def _lonlat(browser: webdriver.Chrome, place: int) -> list[float]:
    pair: list[int] = run(browser, f"return allreach.data.places.lonlat.slice({2 * place}, {2 * place + 2})")
    return [v / 100_000 for v in pair]


def _words(packed: Any) -> list[str]:
    return [packed["words"][i] for i in packed["at"]] if isinstance(packed, dict) else packed


def _column(browser: webdriver.Chrome, at: int) -> list[int]:
    script = "return [...document.querySelectorAll('tr.row')].map(r => r.children[arguments[0]].textContent)"
    return [int(text.replace(",", "")) for text in run(browser, script, at)]

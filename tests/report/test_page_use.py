"""What a reader does with the page: opens a city, closes it by keyboard, searches, sends a link, reads the chart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from allreach.errors import DataMissingError
from allreach.io.vector import read_table, write_table
from sample_results import drawn_country, write_sample_results
from studies import report_of

selenium = pytest.importorskip("selenium", reason="selenium is not installed")

from selenium import webdriver  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402
from test_browser import browser, complaints, downloads, run, show  # noqa: E402, F401

pytestmark = pytest.mark.browser
CITY, TOWN = 0, 1
N_ROWS = 900


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A capital with hundreds of plan rows of three technologies, and a town with letters of its own."""
    country = drawn_country(40, n_pixels=60)
    names = country.layers["places"]["name"].tolist()
    names[CITY], names[TOWN] = "Bakı", "Naxçıvan"
    others = ["Baku;Баку"] + [""] * 39
    places = country.layers["places"].assign(name=names, other_names=others)
    country = replace(country, layers=country.layers | {"places": places})
    results = write_sample_results(tmp_path_factory.mktemp("use") / "base", country)
    path = results / "plan" / "assignments.parquet"
    rows = read_table(path, "plan_assignments")
    city = rows.iloc[[CITY] * N_ROWS].assign(
        technology=np.resize(["fibre", "mobile_new", "fwa"], N_ROWS),
        households=np.resize([30, 2, 1], N_ROWS),
        population=np.resize([100, 7, 3], N_ROWS),
        dl_mbps=np.linspace(20.0, 75.0, N_ROWS),
        site_id=[f"S{i}" for i in range(N_ROWS)],
        why=[f"Cheapest of {2 + i % 40} ways." for i in range(N_ROWS)],
    )
    write_table(path, pd.concat([city, rows.iloc[1:]], ignore_index=True), "plan_assignments")
    try:
        return report_of(results, country, languages=["en", "az", "ru", "fr"])
    except DataMissingError as error:
        pytest.skip(f"the report needs the packed front end: {error}")


def escape(browser: webdriver.Chrome) -> None:  # noqa: F811
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)


def test_card_of_a_city_tells_each_technology_once(browser: webdriver.Chrome, report: Path) -> None:  # noqa: F811
    show(browser, report)
    run(browser, "allreach.openPlace(arguments[0])", CITY)
    card = browser.find_element(By.ID, "card")
    served = [item.text for item in card.find_elements(By.CSS_SELECTOR, ".served")]
    assert served == ["Fibre to the home", "Mobile, new site", "Fixed wireless"]
    first = card.find_element(By.CSS_SELECTOR, "dl").text.split("\n")
    told = {term.lower(): value for term, value in zip(first[::2], first[1::2], strict=True)}
    assert told["people"] == "30,000"
    assert told["households"] == "9,000"
    assert told["sites"] == "300"
    assert told["speed"].startswith("20 – 74.")
    run(browser, "document.querySelectorAll('#card details').forEach(d => { d.open = true; })")
    assert run(browser, "return document.getElementById('card').scrollHeight") < 4000


def test_escape_closes_the_card_wherever_the_keyboard_is(browser: webdriver.Chrome, report: Path) -> None:  # noqa: F811
    show(browser, report)
    card = browser.find_element(By.ID, "card")
    for selector in ("#finder", "#filter", "#map canvas", "#switch-relief", "#card button.icon"):
        run(browser, "allreach.openPlace(3)")
        assert card.is_displayed()
        run(browser, "document.querySelector(arguments[0]).focus()", selector)
        escape(browser)
        assert not card.is_displayed(), selector


def test_escape_closes_the_list_of_names_first(browser: webdriver.Chrome, report: Path) -> None:  # noqa: F811
    show(browser, report)
    run(browser, "allreach.openPlace(3)")
    finder = browser.find_element(By.ID, "finder")
    finder.clear()
    finder.send_keys("place")
    assert browser.find_element(By.ID, "finder-list").is_displayed()
    escape(browser)
    assert not browser.find_element(By.ID, "finder-list").is_displayed()
    assert browser.find_element(By.ID, "card").is_displayed()
    escape(browser)
    assert not browser.find_element(By.ID, "card").is_displayed()


@pytest.mark.parametrize(
    ("query", "name"), [("baki", "Bakı"), ("Баку", "Bakı"), ("nakhchivan", "Naxçıvan"), ("NAXCIVAN", "Naxçıvan")]
)
def test_name_is_found_by_other_spellings(
    browser: webdriver.Chrome,  # noqa: F811
    report: Path,
    query: str,
    name: str,
) -> None:
    show(browser, report)
    finder = browser.find_element(By.ID, "finder")
    finder.clear()
    finder.send_keys(query)
    found = browser.find_elements(By.CSS_SELECTOR, "#finder-list li")
    assert [item.text.split("\n")[0].startswith(name) for item in found] == [True]
    escape(browser)
    table = browser.find_element(By.ID, "filter")
    table.clear()
    table.send_keys(query)
    assert browser.find_element(By.CSS_SELECTOR, "tr.row td").text == name
    run(browser, "const b = document.getElementById('filter'); b.value = ''; b.dispatchEvent(new Event('input'))")


def test_keyboard_stays_on_the_legend(browser: webdriver.Chrome, report: Path) -> None:  # noqa: F811
    show(browser, report)
    button = browser.find_element(By.CSS_SELECTOR, ".legend button[data-key='technology-fibre']")
    run(browser, "arguments[0].focus()", button)
    for pressed in ("false", "true"):
        browser.switch_to.active_element.send_keys(Keys.SPACE)
        focused = browser.switch_to.active_element
        assert focused.get_attribute("data-key") == "technology-fibre"
        assert focused.get_attribute("aria-pressed") == pressed


def test_slider_of_a_layer_is_not_drawn_anew_in_use(browser: webdriver.Chrome, report: Path) -> None:  # noqa: F811
    show(browser, report)
    slider = browser.find_element(By.CSS_SELECTOR, "input[data-key='opacity-plan']")
    run(browser, "arguments[0].value = 0.4; arguments[0].dispatchEvent(new Event('input'))", slider)
    assert run(browser, "return arguments[0].isConnected", slider)
    assert run(browser, "return allreach.map.getPaintProperty('plan', 'circle-opacity')") == pytest.approx(0.4)


def test_link_shows_what_its_sender_saw(browser: webdriver.Chrome, report: Path) -> None:  # noqa: F811
    show(browser, report)
    run(browser, "allreach.map.jumpTo({center: [44.5, 41.2], zoom: 9.5}, {originalEvent: new Event('x')})")
    run(browser, "document.querySelector('input[name=coverage][value=speed]').click()")
    run(browser, "document.getElementById('switch-roads')?.click(); document.getElementById('switch-sites').click()")
    run(browser, "document.querySelector(\".legend button[data-key='technology-fwa']\").click()")
    change = "arguments[0].value = 'az'; arguments[0].dispatchEvent(new Event('change'))"
    run(browser, change, browser.find_element(By.ID, "language"))
    run(browser, "allreach.openPlace(3)")
    link = run(browser, "return location.href")
    browser.get("about:blank")
    browser.get(link)
    WebDriverWait(browser, 60).until(lambda b: b.execute_script("return document.body.dataset.ready") == "map")
    assert run(browser, "return document.documentElement.lang") == "az"
    assert browser.find_element(By.CSS_SELECTOR, "#card h2").text == "Place 3"
    assert run(browser, "return allreach.map.getZoom()") == pytest.approx(9.5, abs=0.01)
    assert run(browser, "return allreach.map.getLayoutProperty('sites', 'visibility')") == "none"
    assert run(browser, "return document.querySelector('input[name=coverage]:checked').value") == "speed"
    hidden = browser.find_element(By.CSS_SELECTOR, ".legend button[data-key='technology-fwa']")
    assert hidden.get_attribute("aria-pressed") == "false"
    assert run(browser, "return location.href") == link
    assert complaints(browser) == []


def test_link_to_a_section_or_to_nothing_is_harmless(browser: webdriver.Chrome, report: Path) -> None:  # noqa: F811
    for part in ("#costs", "#place=none&view=1,2&lang=xx&cover=what&hide=x", "#%E0%A4%A=%E0%A4%A"):
        browser.get("about:blank")
        browser.get(report.as_uri() + part)
        WebDriverWait(browser, 60).until(lambda b: b.execute_script("return document.body.dataset.ready") == "map")
        assert not browser.find_element(By.ID, "card").is_displayed()
        assert complaints(browser) == []


def test_chart_tells_the_point_below_the_pointer(browser: webdriver.Chrome, report: Path) -> None:  # noqa: F811
    show(browser, report)
    chart = browser.find_element(By.CSS_SELECTOR, "svg.curve")
    readout = "return arguments[0].parentElement.querySelector('[aria-live]').textContent"
    run(browser, "arguments[0].scrollIntoView({block: 'center'})", chart)
    webdriver.ActionChains(browser).move_to_element_with_offset(chart, 100, 0).perform()
    right = run(browser, readout, chart)
    webdriver.ActionChains(browser).move_to_element_with_offset(chart, -100, 0).perform()
    left = run(browser, readout, chart)
    assert "USD" in left
    assert float(left.split("%")[0]) < float(right.split("%")[0])
    run(browser, "arguments[0].focus()", chart)
    browser.switch_to.active_element.send_keys(Keys.HOME)
    assert run(browser, readout, chart).startswith("80%")
    assert run(browser, "return document.querySelector('.marker').getAttribute('visibility')") == "visible"


def test_table_tells_who_is_reached_after_the_plan(browser: webdriver.Chrome, report: Path) -> None:  # noqa: F811
    show(browser, report)
    heads = [item.text.split(" ↕")[0] for item in browser.find_elements(By.CSS_SELECTOR, "#place-table th")]
    assert "Reached after the plan" in " ".join(heads)

"""The ladder on the page, and money of the country wherever the page tells an amount."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from allreach.errors import DataMissingError
from allreach.io.country_folder import Country
from allreach.params.currency import Currency
from allreach.report.map_page.page import locale
from allreach.workflows.ladder import GIVES_NOBODY
from sample_ladder import write_sample_ladder
from sample_results import drawn_country, write_sample_results
from studies import report_of

selenium = pytest.importorskip("selenium", reason="selenium is not installed")

from selenium import webdriver  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402
from test_browser import browser, complaints, downloads, run, show  # noqa: E402, F401

pytestmark = pytest.mark.browser
MANAT = Currency(code="AZN", per_usd=1.7, date="2025", source="World Bank")


def in_money(country: Country, currency: Currency) -> Country:
    return replace(country, config=country.config.model_copy(update={"currency": currency}))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One in manat with a ladder, one in dollars with a ladder whose last step has another plan, one without."""
    country = drawn_country(40, n_pixels=60)
    made = {}
    for name, currency in (("manat", MANAT), ("dollar", Currency()), ("bare", MANAT)):
        own = in_money(country, currency)
        results = write_sample_results(tmp_path_factory.mktemp(name) / "base", own)
        if name != "bare":
            path = write_sample_ladder(results)
            told = json.loads(path.read_text())
            if name == "dollar":
                told["rungs"][-1]["upgrades_alone"] = {"pv_usd": 4e6, "reached_share": 0.98}
            path.write_text(json.dumps(told))
        try:
            made[name] = report_of(results, own, languages=["en", "az", "ru", "fr"])
        except DataMissingError as error:
            pytest.skip(f"the report needs the packed front end: {error}")
    return made


def cells(browser: webdriver.Chrome) -> list[list[str]]:  # noqa: F811
    script = (
        "return [...document.querySelectorAll('#ladder tbody tr')].map(row => [...row.children].map(c => c.innerText))"
    )
    rows: list[list[str]] = run(browser, script)
    return [[" ".join(text.split()) for text in row] for row in rows]


def test_the_ladder_tells_what_each_step_costs(browser: webdriver.Chrome, pages: dict[str, Path]) -> None:  # noqa: F811
    show(browser, pages["manat"])
    panel = browser.find_element(By.ID, "ladder")
    assert panel.find_element(By.TAG_NAME, "h3").text == "What does the next step cost?"
    sentence = (
        "10 Mbit/s at home. Reached today: 90%. To reach 10,000 people more costs USD 20 million = AZN 34 million"
    )
    assert sentence in panel.text.replace("\u00a0", " ")
    first, second, third, met, none, roads = cells(browser)
    assert first[:3] == ["10 Mbit/s at home ★ planned in full", "90%", "10,000 99.95% with the plan, measured"]
    assert first[3:5] == ["USD 20 million = AZN 34 million", "USD 19 million = AZN 33 million"]
    assert first[5:] == [
        "7 sites, 31 upgrades, 410 km of fibre, 5 hops",
        "Households online Universal and meaningful connectivity, 2030",
    ]
    assert second[3].endswith("the plan of “100 Mbit/s at home” is the cheapest found")
    assert second[4].endswith("planned quickly: within 4% of the best")
    assert third[6] == "Fibre to all Strategy, 2025-12"
    assert met == ["4G outdoors already met", "99.96%", "–", "already met", ""]
    assert none == ["5G indoors", "20%", "–", GIVES_NOBODY.text, ""]
    assert roads[:3] == ["4G along roads", "87% of the roads", "520 km"]
    assert roads[4] == "nothing proven planned quickly"
    marked = run(browser, "return document.querySelectorAll('#ladder tr.headline-rung').length")
    assert marked == 1
    assert complaints(browser) == []


def test_what_upgrades_alone_give_stands_beside_the_cost(browser: webdriver.Chrome, pages: dict[str, Path]) -> None:  # noqa: F811
    show(browser, pages["dollar"])
    assert cells(browser)[-1][3] == "USD 6 million upgrades of standing sites alone: 98% reached for USD 4 million"
    assert complaints(browser) == []


def test_it_speaks_the_readers_language(browser: webdriver.Chrome, pages: dict[str, Path]) -> None:  # noqa: F811
    show(browser, pages["manat"])
    for language, title, target in (
        ("az", "Evdə 100 Mbit/s", "Hamıya optik xətt"),
        ("ru", "100 Мбит/с дома", "Fibre to all"),
        ("fr", "100 Mbit/s à domicile", "Fibre to all"),
        ("en", "100 Mbit/s at home", "Fibre to all"),
    ):
        run(
            browser,
            "const s = document.getElementById('language'); s.value = arguments[0];"
            "s.dispatchEvent(new Event('change'));",
            language,
        )
        rows = cells(browser)
        third, none = rows[2], rows[4]
        assert none[3] == locale(language)["reason_gives_nobody"].replace("\u00a0", " ")
        assert third[0] == title
        assert third[6].startswith(target)
    assert complaints(browser) == []


def test_it_fits_a_phone(browser: webdriver.Chrome, pages: dict[str, Path]) -> None:  # noqa: F811
    show(browser, pages["manat"], 390, 800)
    width = run(browser, "return document.documentElement.scrollWidth")
    assert width <= 390
    chart = run(browser, "return document.querySelector('.ladder-chart').getBoundingClientRect().toJSON()")
    assert 0 <= chart["left"]
    assert chart["right"] <= 390
    # what does not fit is scrolled to, by the keyboard too
    assert run(browser, "return document.querySelector('#ladder .wide-table').tabIndex") == 0


def test_without_the_file_there_is_no_panel(browser: webdriver.Chrome, pages: dict[str, Path]) -> None:  # noqa: F811
    show(browser, pages["bare"])
    assert browser.find_elements(By.ID, "ladder") == []


CARD = """
const way = allreach.data.assignments.capex_usd.findIndex((usd) => usd > 0);
allreach.openPlace(way);
return document.getElementById('card').innerText;
"""


@pytest.mark.parametrize("name", ["manat", "dollar"])
def test_money_of_the_country_stands_wherever_an_amount_does(
    browser: webdriver.Chrome,  # noqa: F811
    pages: dict[str, Path],
    name: str,
) -> None:
    show(browser, pages[name])
    told = [run(browser, CARD)]
    for script in (
        "return document.querySelector('#place-table thead').innerText",
        "return document.getElementById('figures').innerText",
        "return document.getElementById('cost-panels').innerText",
    ):
        told.append(run(browser, script))
    assert ["USD" in text for text in told] == [True] * 4
    assert ["AZN" in text for text in told] == [name == "manat"] * 4


def test_the_table_of_places_sorts_by_money_of_the_country(
    browser: webdriver.Chrome,  # noqa: F811
    pages: dict[str, Path],
) -> None:
    show(browser, pages["manat"])
    run(browser, "document.querySelector('#place-table [data-key=pv_usd_local]').click()")
    heads: list[str] = run(browser, "return [...document.querySelectorAll('#place-table th')].map(th => th.innerText)")
    heads = [head.strip(" \n↑↓↕") for head in heads]
    assert [head for head in heads if "AZN" in head] == ["First cost, AZN", "Present value, AZN", "per household, AZN"]
    script = "return [...document.querySelectorAll('#rows tr.row')].map(row => [...row.children].map(c => c.innerText))"
    rows: list[list[str]] = run(browser, script)
    usd, manat = (
        [float(row[heads.index(f"Present value, {code}")].replace(",", "")) for row in rows] for code in ("USD", "AZN")
    )
    assert manat == sorted(manat, reverse=True)
    assert manat[0] == pytest.approx(1.7 * usd[0], rel=0.06)  # both are rounded to the two digits of a sketch


@pytest.mark.parametrize("name", ["manat", "dollar"])
def test_what_a_click_on_a_site_tells(
    browser: webdriver.Chrome,  # noqa: F811
    pages: dict[str, Path],
    name: str,
) -> None:
    show(browser, pages[name])
    at = run(
        browser,
        "const all = allreach.data.sites, i = all.capex_usd.findIndex((usd) => usd > 0);"
        "const at = [all.lonlat[2 * i] / 1e5, all.lonlat[2 * i + 1] / 1e5];"
        "allreach.map.jumpTo({center: at, zoom: 13}); return at;",
    )
    WebDriverWait(browser, 30).until(lambda b: b.execute_script("return allreach.map.loaded()"))
    script = (
        "const lngLat = new maplibregl.LngLat(...arguments[0]);"
        "allreach.map.fire('click', {lngLat, point: allreach.map.project(lngLat)});"
        "return document.querySelector('.popup').innerText;"
    )
    told = run(browser, script, at)
    assert "First cost\nUSD 95,000" in told.replace("\u00a0", " ")
    assert ("= AZN 160,000" in told.replace("\u00a0", " ")) == (name == "manat")

"""What was asked for beyond the standard, as a reader sees it: tiers, institutions and a budget."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_targets_payload import with_targets

from allreach.errors import DataMissingError
from allreach.report.map_page.page import locale
from studies import report_of

selenium = pytest.importorskip("selenium", reason="selenium is not installed")

from selenium import webdriver  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from test_browser import browser, complaints, downloads, run, show  # noqa: E402, F401

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out, country = with_targets(tmp_path_factory.mktemp("targets"))
    try:
        return report_of(out, country, languages=["en", "az", "ru", "fr"])
    except DataMissingError as error:
        pytest.skip(f"the report needs the packed map library: {error}")


def test_reader_sees_what_was_asked_planned_and_measured(browser: webdriver.Chrome, report: Path) -> None:  # noqa: F811
    show(browser, report)
    assert "91.2% get at least 100 Mbit/s (95% were asked for)." in browser.find_element(By.ID, "headline").text
    text = browser.find_element(By.ID, "cost-panels").text
    for part in (
        "In the measured network 91.2% of the people get at least 100 Mbit/s; 95% were asked for.",
        "not met", "USD 321", "4 institutions: the plan connects 3; measuring the planned network confirms 2.",
        "School 2 2 1 (50%)", "Not verified: 2, and why", "no plan by the ways considered reaches more than 60,000",
        "One person more would cost about USD 77.", "Prices are not varied where a budget or tiers",
    ):  # fmt: skip
        assert part in text, part
    run(browser, "document.querySelectorAll('#cost-panels details').forEach((d) => { d.open = true; })")
    assert "Inst 1 (School): site S1 gives it 3 Mbit/s" in browser.find_element(By.ID, "cost-panels").text
    for language in ("az", "ru", "fr"):
        change = "s.value = arguments[0]; s.dispatchEvent(new Event('change'))"
        run(browser, f"const s = document.getElementById('language'); {change}", language)
        run(browser, "document.querySelectorAll('#cost-panels details').forEach((d) => { d.open = true; })")
        told = browser.find_element(By.ID, "cost-panels").text
        slow = locale(language)["reason_site_slow"].format(site="S1", peak_mbps="3", least_mbps="30,5")
        for reason in (slow, locale(language)["reason_not_connected"]):
            assert reason.replace("\u00a0", " ") in told.replace("\u00a0", " ")
        assert "91,2" in told
        assert "91.2" not in told
        assert "{" not in told
        assert not any(key in told for key in ("tier_", "inst_", "budget_", "target_"))
    run(browser, "document.getElementById('switch-institutions').click()")
    signs = run(
        browser, "return allreach.map.getStyle().sources.institutions.data.features.map(f => f.properties.icon)"
    )
    assert signs == ["institution:fwa", "institution:missed", "institution:fibre", "institution:missed"]
    assert complaints(browser) == []

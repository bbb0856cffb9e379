"""Answers on the report: how sure the plan is, each further percent, prices, decisions that hold."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from allreach import tables
from allreach.errors import DataMissingError
from allreach.io.atomic import write_json, write_text
from allreach.io.results_folder import read_json, read_results
from allreach.io.vector import write_table
from sample_results import drawn_country, write_sample_results
from studies import report_of

selenium = pytest.importorskip("selenium", reason="selenium is not installed")

from selenium import webdriver  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from test_browser import browser, complaints, downloads, run, show  # noqa: E402, F401

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    country = drawn_country(80, n_pixels=60)
    results = write_sample_results(tmp_path_factory.mktemp("answers") / "base", country)
    plan = results / "plan"
    summary = read_json(plan / "summary.json")
    pv = float(summary["pv_usd"])
    write_json(plan / "summary.json", summary | {"lower_bound_usd": 0.95 * pv, "gap": 0.05, "deterministic": True})
    steps = pd.DataFrame(
        {
            "from_share": [0.95, 0.96, 0.97],
            "to_share": [0.96, 0.97, 0.98],
            "people": [1000.0, 1000.0, 1000.0],
            "usd": [1e6, 2e6, 9e6],
            "usd_per_person": [1000.0, 2000.0, 9000.0],
        }
    )
    write_text(plan / "percents.csv", steps.to_csv(index=False))
    rows = [
        (f"costs.{key}", "USD", 1.0, 2.0, 4.0, key == "drop_usd", pv, pv, pv, low * pv, high * pv, swing, regret, 0, 3)
        for key, low, high, swing, regret in (("leo_kit_usd", 0.8, 1.5, 0.7, 5e5), ("drop_usd", 0.9, 1.1, 0.2, 0.0))
    ]
    names = [column.name for column in tables.schema("plan_tornado")]
    write_text(plan / "tornado.csv", pd.DataFrame(rows, columns=names).to_csv(index=False))
    ids = read_results(results).plan["assignments"]["place_id"].drop_duplicates()
    robust = pd.DataFrame(
        {
            "kind": "place",
            "item_id": ids,
            "decision": "fibre",
            "share": [0.3 if i % 2 else 0.95 for i in range(len(ids))],
            "other": "fwa",
            "other_share": 0.05,
        }
    )
    write_table(plan / "robustness.parquet", robust, "plan_robustness")
    figures = {f"{kind}_{what}": 7 for kind in ("places", "sites", "links") for what in ("decided", "held")}
    money = {"pv_p5_usd": pv, "pv_p50_usd": pv, "pv_p95_usd": pv, "regret_mean_usd": 1e5, "regret_p95_usd": 3e5}
    write_json(plan / "answers.json", {"n_draws": 200, "people_held_share": 0.9, **figures, **money})
    try:
        return report_of(results, country, languages=["en", "az", "ru", "fr"])
    except DataMissingError as error:
        pytest.skip(f"the report needs the packed map library: {error}")


def test_answers_are_told_in_every_language(browser: webdriver.Chrome, report: Path) -> None:  # noqa: F811
    show(browser, report)
    text = browser.find_element(By.ID, "cost-panels").text
    assert "The last percent of the people costs USD 9 million: 1,000 people, USD 9,000 each." in text
    assert "4.5 times the middle percent" in text
    assert "“leo kit, 1 – 4 USD” moves the cost most" in text
    assert "with 3 places that would be reached another way" in text
    assert "In 200 draws of all prices, 7 of 7 places" in text
    seen = set()
    for language in ("az", "ru", "fr"):
        change = "s.value = arguments[0]; s.dispatchEvent(new Event('change'))"
        run(browser, f"const s = document.getElementById('language'); {change}", language)
        told = browser.find_element(By.ID, "cost-panels").text
        assert "{" not in told
        assert "tornado_" not in told
        assert "robust_" not in told
        seen.add(told)
    assert len(seen) == 3
    run(browser, "const s = document.getElementById('language'); s.value = 'en'; s.dispatchEvent(new Event('change'))")
    assert complaints(browser) == []


def test_bars_are_as_long_as_the_costs(browser: webdriver.Chrome, report: Path) -> None:  # noqa: F811
    show(browser, report)
    script = "return [...document.querySelectorAll('#cost-panels svg rect')].map(r => Number(r.getAttribute('width')))"
    low, high, low2, high2 = run(browser, script)
    assert low / high == pytest.approx(0.2 / 0.5, rel=1e-6)
    assert low2 / low == pytest.approx(0.5, rel=1e-6)
    assert high2 == pytest.approx(low2)


def test_map_shows_how_firm_each_choice_is(browser: webdriver.Chrome, report: Path) -> None:  # noqa: F811
    show(browser, report)
    assert run(browser, "return allreach.map.getLayoutProperty('held', 'visibility')") == "none"
    run(browser, "document.getElementById('switch-held').click()")
    assert run(browser, "return allreach.map.getLayoutProperty('held', 'visibility')") == "visible"
    run(browser, "allreach.openPlace(1)")
    assert "in 30% of the draws" in browser.find_element(By.ID, "card").text
    run(browser, "allreach.closePlace()")
    assert complaints(browser) == []

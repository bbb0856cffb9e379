"""The page without a browser: what stands in it, that hostile names stay text, size, same bytes."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from allreach.errors import DataMissingError
from allreach.finance.cost_items import ITEMS
from allreach.io.atomic import write_json
from allreach.io.country_folder import Country
from allreach.io.vector import read_table, write_table
from allreach.planning.results.compare import CHANGES
from allreach.report.map_page import page as page_module
from allreach.report.map_page.page import LANGUAGES, locale, render_message
from allreach.vocabulary import Technology
from sample_results import drawn_country, write_sample_results
from studies import report_of

HOSTILE = '</script><script>alert("x")</script><!-- & \u2028 <img src=x onerror=alert(1)>'
MAX_BYTES = 40_000_000


class Scripts(HTMLParser):
    """Collects the scripts of a page as a browser would delimit them."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._attributes: dict[str, str | None] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self._attributes = dict(attrs)
            self.scripts.append((self._attributes, ""))

    def handle_data(self, data: str) -> None:
        if self._attributes is not None:
            self.scripts[-1] = (self._attributes, self.scripts[-1][1] + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._attributes = None


def parse(path: Path) -> Scripts:
    parser = Scripts()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


def data_of(path: Path) -> dict[str, Any]:
    (found,) = [text for attributes, text in parse(path).scripts if attributes.get("id") == "data"]
    data: dict[str, Any] = json.loads(found)
    return data


@pytest.fixture(scope="module")
def country() -> Country:
    return drawn_country(60, n_pixels=80)


@pytest.fixture(scope="module")
def report(country: Country, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_sample_results(tmp_path_factory.mktemp("with_plan") / "base", country)
    return report_of(folder, country)


@pytest.fixture(autouse=True, scope="module")
def _map_library() -> None:
    try:
        page_module.packed_text("maplibre-gl/maplibre-gl.js")
    except DataMissingError as error:
        pytest.skip(f"the report needs the packed map library: {error}")


def test_same_results_give_the_same_bytes(country: Country, report: Path, tmp_path: Path) -> None:
    again = report_of(report.parent, country, tmp_path / "again.html")
    assert again.read_bytes() == report.read_bytes()


def test_time_that_the_plan_took_does_not_show(country: Country, report: Path, tmp_path: Path) -> None:
    folder = write_sample_results(tmp_path / "base", country)
    summary = json.loads((folder / "plan" / "summary.json").read_text(encoding="utf-8"))
    write_json(folder / "plan" / "summary.json", summary | {"runtime_s": 12.3})
    assert report_of(folder, country).read_bytes() == report.read_bytes()


def test_scenario_of_the_run_rules_the_standard_shown(country: Country, tmp_path: Path) -> None:
    folder = write_sample_results(tmp_path / "base", country)
    config = country.config.model_dump(mode="json")
    config["service_standard"]["dl_mbps"] = 77.0
    write_json(
        folder / "manifest.json", {"config": config, "parameters": {"costs": {"discount_rate": {"value": 0.11}}}}
    )
    data = data_of(report_of(folder, country))
    assert data["meta"]["standard"]["dl_mbps"] == 77.0
    values = dict(zip(data["parameters"]["key"], data["parameters"]["value"], strict=True))
    assert values["costs.discount_rate"] == 0.11


def test_row_order_of_the_country_does_not_matter(country: Country, report: Path, tmp_path: Path) -> None:
    layers = {name: frame.sample(frac=1.0, random_state=1) for name, frame in country.layers.items()}
    shuffled = report_of(report.parent, replace(country, layers=layers), tmp_path / "shuffled.html")
    assert shuffled.read_bytes() == report.read_bytes()


def test_names_with_markup_stay_text(country: Country, tmp_path: Path) -> None:
    layers = dict(country.layers)
    layers["places"] = country.layers["places"].assign(name=HOSTILE)
    config = country.config.model_copy(update={"name": HOSTILE})
    hostile = replace(country, config=config, layers=layers)
    path = report_of(write_sample_results(tmp_path / "base", hostile), hostile)
    parsed = parse(path)
    assert len(parsed.scripts) == 4
    assert not [tag for tag, _ in parsed.tags if tag == "img"]
    data = data_of(path)
    assert data["meta"]["name"] == HOSTILE
    assert data["places"]["name"] == {"words": [HOSTILE], "at": [0] * 60}
    title = path.read_text(encoding="utf-8").split("<title>")[1].split("</title>")[0]
    assert "<" not in title
    assert html.unescape(title).startswith(f"How everyone in {HOSTILE}")


def test_nothing_is_loaded_from_outside(report: Path) -> None:
    parsed = parse(report)
    assert not [a for tag, a in parsed.tags if "src" in a or (tag == "link")]
    policy = next(a["content"] for tag, a in parsed.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "http" not in policy
    assert not re.findall(r"url\((?!['\"]?data:)[^)]*\)", report.read_text(encoding="utf-8").split("<body>")[0])


def test_sums_and_rows_are_those_of_the_tables(report: Path) -> None:
    data = data_of(report)
    places, rows = data["places"], data["assignments"]
    assert data["figures"]["today"]["population"] == sum(places["population"])
    by_technology = data["figures"]["by_technology"]
    assert sum(v["households"] for v in by_technology.values()) == sum(places["households"])
    assert sum(v["pv_usd"] for v in by_technology.values()) == pytest.approx(sum(rows["pv_usd"]), abs=0.01)
    assert data["figures"]["plan"]["gap"] == 0.04
    assert data["meta"]["digits"] == 2


def test_pictures_are_those_of_both_networks(report: Path) -> None:
    shown = [(c["when"], c["kind"], c["band_mhz"]) for c in data_of(report)["coverages"]]
    kinds = [("speed", 0), ("power", 800), ("sinr", 800), ("state", 0)]
    assert sorted(shown) == sorted((when, *kind) for when in ("today", "planned") for kind in kinds)


def test_coverage_alone_makes_a_report(country: Country, tmp_path: Path) -> None:
    data = data_of(report_of(write_sample_results(tmp_path / "base", country, plan=False), country))
    assert data["meta"]["has_plan"] is False
    assert data["assignments"] is None
    assert data["curve"] is None
    assert {c["when"] for c in data["coverages"]} == {"today"}


def test_states_of_coverage_are_kept_apart(country: Country, tmp_path: Path) -> None:
    folder = write_sample_results(tmp_path / "base", country, plan=False)
    places = read_table(folder / "measure" / "places.parquet", "measure_places")
    places.loc[:9, "passed_share"] = 0.5
    write_table(folder / "measure" / "places.parquet", places, "measure_places")
    today = data_of(report_of(folder, country))["figures"]["today"]
    known = int(places["population"].iloc[:10].sum())
    assert today["states"] == {"passed_share": [pytest.approx(0.5 * known, abs=0.06), known]}


def test_nothing_measured_is_said(country: Country, tmp_path: Path) -> None:
    with pytest.raises(DataMissingError, match="nothing has been measured yet"):
        report_of(tmp_path, country)


def test_size_at_five_thousand_places(tmp_path: Path) -> None:
    large = drawn_country(5000)
    path = report_of(write_sample_results(tmp_path / "base", large), large)
    assert len(data_of(path)["places"]["place_id"]) == 5000
    assert path.stat().st_size < MAX_BYTES


def test_country_without_outline_and_tables(country: Country, tmp_path: Path) -> None:
    bare = replace(country, layers={"places": country.layers["places"]}, zones=None)
    data = data_of(report_of(write_sample_results(tmp_path / "base", bare, plan=False), bare))
    assert data["outline"] == []
    west, south, east, north = data["meta"]["bounds"]
    assert west < east
    assert south < north


def test_assumptions_are_the_parameters_without_source(report: Path) -> None:
    parameters = data_of(report)["parameters"]
    assumed = [s for s, a in zip(parameters["source"], parameters["assumed"], strict=True) if a]
    sourced = [s for s, a in zip(parameters["source"], parameters["assumed"], strict=True) if not a]
    assert all(s.lower().startswith("assumption") for s in assumed)
    assert not any(s.lower().startswith("assumption") for s in sourced)
    assert sourced


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_and_its_slots(language: str) -> None:
    own = locale(language)
    english = locale("en")
    assert list(own) == list(english)
    for key, text in own.items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", english[key])), key


def test_values_stand_wherever_the_language_has_them() -> None:
    assert render_message("{b} yanında {a}", {"a": "{b}", "b": "x"}) == "x yanında {b}"
    with pytest.raises(KeyError, match="missing"):
        render_message("{missing}", {})


def test_every_word_of_the_page_has_a_name_and_a_colour(report: Path) -> None:
    data = data_of(report)
    words, colours = data["vocabulary"], data["colours"]
    assert words["technologies"] == [str(one) for one in Technology]
    assert list(colours["technology"]) == words["technologies"]
    assert list(colours["site_status"]) == words["statuses"]
    assert set(colours["link"]) == set(words["link_kinds"])
    assert set(colours["bill_kind"]) == {kind for kind, _ in ITEMS.values()}
    assert set(colours["change"]) == set(CHANGES)
    english = locale("en")
    prefixes = {"tech": "technologies", "status": "statuses", "link": "link_kinds"}
    for prefix, names in ((prefix, words[name]) for prefix, name in prefixes.items()):
        assert all(f"{prefix}_{name}" in english for name in names)
    assert all(f"kind_{name}" in english for name in colours["bill_kind"])
    assert all(f"cmp_change_{name}" in english for name in colours["change"])


def test_no_two_technologies_share_a_colour(report: Path) -> None:
    data = data_of(report)
    shown = list(data["colours"]["technology"].values())
    assert len(set(shown)) == len(shown)
    states = next(c["classes"] for c in data["coverages"] if c["kind"] == "state")
    assert not set(shown) & {colour for _, colour in states}


def test_points_of_a_country_across_the_antimeridian_lie_together(tmp_path: Path) -> None:
    fiji = drawn_country(40, n_pixels=80)
    grid = replace(fiji.grid, crs="EPSG:32760", x_min_m=798_000.0, y_max_m=8_050_000.0)
    lon, lat = grid.to_lonlat(*grid.xy_m(np.linspace(5, 75, 40), np.linspace(5, 75, 40)))
    assert lon.min() < -179
    assert lon.max() > 179
    places = fiji.layers["places"].set_geometry(
        fiji.layers["places"].geometry.set_crs(None, allow_override=True).from_xy(lon, lat, crs="EPSG:4326")
    )
    moved = replace(fiji, grid=grid, layers={"places": places})
    data = data_of(report_of(write_sample_results(tmp_path / "base", moved, plan=False), moved))
    lon_deg = np.array(data["places"]["lonlat"][::2]) / 100_000
    assert lon_deg.max() - lon_deg.min() < 1.0
    (west, north), (east, _), (_, south), _ = data["relief"]["corners"]
    assert west < lon_deg.min() < lon_deg.max() < east
    assert south < lat.min() < lat.max() < north

"""Charts: equal bytes, texts that stay texts, the user's own settings left alone."""

from __future__ import annotations

import re
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pandas as pd
import pytest

from allreach.report.documents import charts
from allreach.report.documents.localise import speech

POINTS = pd.DataFrame({"year": [2018.0, 2020.0, 2024.0], "value": [61.5, 70.0, 82.5], "row_id": ["r1", "r2", "r3"]})
PATH = pd.DataFrame(
    {"year": [2024.0, 2030.0], "mid": [82.5, 96.0], "low80": [82.5, 90.0], "high80": [82.5, 99.0],
     "low95": [82.5, 80.0], "high95": [82.5, 120.0]}
)  # fmt: skip
X = np.linspace(0.0, 5.0, 40)


def drawn(language: str = "en") -> dict[str, str]:
    words = speech(language)
    ground = charts.Curve("ground", X, 600.0 + 20.0 * X, to_bottom=True)
    zone = charts.Curve("zone", X, 660.0 + 20.0 * X, below=640.0 + 20.0 * X)
    named = [("Ours & <theirs>", POINTS), ("B", POINTS.assign(value=POINTS["value"] + 0.1))]
    return {
        "fan": charts.fan_chart(words, POINTS, PATH, unit="pct", target=(2030.0, 100.0), bounds=(0.0, 100.0)),
        "lines": charts.lines_chart(words, named, unit="pct"),
        "pair": charts.pair_mark(0.2, 0.8),
        "profile": charts.line_plot("Profile", "distance, km", "height, m", [ground, zone]),
        "log": charts.line_plot(
            "Fade", "share, %", "dB", [charts.Curve("c", [0.001, 0.1, 5.0], [9, 3, 1])], log_x=True
        ),
        "sky": charts.sky_plot("Sky", 5.0 + np.zeros(72), [("Sat", 180.0, 40.0)]),
    }


def test_the_same_data_give_the_same_bytes_whatever_the_user_has_set():
    first = drawn()
    assert drawn() == first
    with matplotlib.rc_context({"font.size": 30, "axes.grid": False, "svg.hashsalt": None, "savefig.dpi": 300}):
        before = dict(matplotlib.rcParams)
        assert drawn() == first
        assert dict(matplotlib.rcParams) == before
    assert not any(re.search(r"\d{4}-\d\d-\d\d", svg) for svg in first.values())


def test_drawings_can_stand_in_one_page():
    for name, svg in drawn().items():
        root = ElementTree.fromstring(svg)
        assert root.tag.endswith("svg"), name
        assert not [e for e in root.iter() if e.tag.endswith("}style")], name
        assert not [e for e in root.iter() if e.tag.endswith("}g") and e.get("id")], name
        ids = {e.get("id") for e in root.iter() if e.get("id")}
        used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
        assert used <= ids, name
        assert "http" not in svg.replace('xmlns="http://www.w3.org/2000/svg"', ""), name


def test_texts_stay_texts_and_marks_say_their_row():
    found = drawn()
    assert ">distance, km</text>" in found["profile"]
    assert "<title>82.5\u00a0% (r3)</title>" in found["fan"]
    assert "Ours &amp; &lt;theirs&gt;" in found["lines"]
    assert 'aria-label="Sky"' in found["sky"]
    assert all("DejaVu" not in svg for svg in found.values())


def numbers(svg: str) -> list[str]:
    texts = [e.text or "" for e in ElementTree.fromstring(svg).iter() if e.tag.endswith("}text")]
    return [text for text in texts if re.fullmatch(r"[\d.,]+", text) and not re.fullmatch(r"20\d\d", text)]


@pytest.mark.parametrize(("language", "mark"), [("en", "."), ("az", ",")])
def test_labels_of_ticks_are_what_stands_there(language, mark):
    points = POINTS.assign(value=[1.0, 1.5, 2.0])
    labels = numbers(charts.lines_chart(speech(language), [("A", points)], unit="pct"))
    assert labels
    values = [float(label.replace(",", ".")) for label in labels]
    assert np.allclose(np.diff(values), values[1] - values[0])  # even steps: no label was rounded away
    assert all(mark in label for label in labels)


def test_years_stand_before_their_end():
    texts = re.findall(r">(20\d\d)</text>", drawn()["lines"])
    assert texts == [str(year) for year in range(2017, 2024)]


def test_no_window_system_is_loaded():
    script = "import sys; import allreach.report.documents.charts; print('matplotlib.pyplot' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


@pytest.mark.parametrize("module", ["hop", "why", "satellite"])
def test_a_command_without_a_sheet_waits_for_no_chart_library(module):
    script = (
        f"import sys; import allreach.workflows.{module}, allreach.report.documents.{module}_words; "
        "print('matplotlib' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"

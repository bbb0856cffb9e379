import contextlib
import datetime as dt
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest

from allreach.errors import InputError
from allreach.io import connectors_http
from allreach.io import connectors_indicators as connectors
from allreach.io.connectors_http import Cache, FetchError
from allreach.io.series_store import add_series, read_current

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "indicators" / "api_samples"
TODAY = dt.date(2026, 11, 21)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(connectors_http, "BACKOFF_S", 0.01)


@contextlib.contextmanager
def server(answer):
    """Local server; `answer(path, query, headers)` gives status, headers and body."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            url = urlparse(self.path)
            query = {key: values[0] for key, values in parse_qs(url.query).items()}
            asked.append((url.path, query, dict(self.headers)))
            status, headers, body = answer(url.path, query, self.headers)
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_port}", asked
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


def bank_row(iso3, year, value):
    return {
        "indicator": {"id": "IT.NET.BBND.P2"},
        "country": {"id": iso3[:2]},
        "countryiso3code": iso3,
        "date": year,
        "value": value,
        "obs_status": "",
    }


def test_world_bank_reads_every_page_and_asks_again_only_what_changed(tmp_path):
    pages = [[bank_row("AZE", "2023", 20.9), bank_row("AZE", "2024", None)], [bank_row("GEO", "2023", 29.0)]]

    def answer(path, query, headers):
        if headers.get("If-None-Match") == '"v1"':
            return 304, {}, b""
        number = int(query["page"])
        meta = {"page": number, "pages": 2, "per_page": 2, "total": 3, "lastupdated": "2026-04-08"}
        return 200, {"ETag": '"v1"'}, json.dumps([meta, pages[number - 1]]).encode()

    with server(answer) as (url, asked):
        found = connectors.world_bank(
            "IT.NET.BBND.P2", ["AZE", "GEO"], (2023, 2024), Cache(tmp_path, TODAY), base_url=url
        )
        assert found[["iso3", "date", "value"]].values.tolist() == [["AZE", "2023", 20.9], ["GEO", "2023", 29.0]]
        assert set(found["indicator"]) == {"fixed_subs_per100"}
        assert set(found["licence"]) == {"CC BY 4.0"}
        assert asked[0][0] == "/country/AZE;GEO/indicator/IT.NET.BBND.P2"
        assert asked[0][1]["date"] == "2023:2024"
        assert asked[0][2]["User-Agent"].startswith("allreach/")
        connectors.world_bank("IT.NET.BBND.P2", ["AZE", "GEO"], (2023, 2024), Cache(tmp_path, TODAY), base_url=url)
        assert len(asked) == 2  # the same day: nothing is asked again
        later = Cache(tmp_path, TODAY + dt.timedelta(days=1))
        again = connectors.world_bank("IT.NET.BBND.P2", ["AZE", "GEO"], (2023, 2024), later, base_url=url)
        assert len(asked) == 4
        assert set(again["retrieved"]) == {"2026-11-21"}  # not changed: still the answer of that day
    offline = Cache(tmp_path, TODAY + dt.timedelta(days=9), offline=True)
    assert len(connectors.world_bank("IT.NET.BBND.P2", ["AZE", "GEO"], (2023, 2024), offline, base_url=url)) == 2
    with pytest.raises(FetchError, match="cache"):
        connectors.world_bank("IT.NET.USER.ZS", ["AZE"], (2023, 2024), offline, base_url=url)
    with pytest.raises(FetchError, match="cannot be reached"):
        connectors.world_bank("IT.NET.USER.ZS", ["AZE"], (2023, 2024), Cache(tmp_path, TODAY), base_url=url)


@pytest.mark.shared
def test_world_bank_recorded_answer(tmp_path):
    sample = SAMPLES / "worldbank-v2-IT.NET.BBND.P2.json"
    if not sample.is_file():
        pytest.skip(f"reference data {sample} are not on this machine")
    with server(lambda path, query, headers: (200, {}, sample.read_bytes())) as (url, _):
        found = connectors.world_bank("IT.NET.BBND.P2", [], (2010, 2024), Cache(tmp_path, TODAY), base_url=url)
    raw = [row for row in json.loads(sample.read_text())[1] if row["value"] is not None]
    assert len(found) == len(raw)
    assert found["iso3"].nunique() == 12
    path = tmp_path / "series.parquet"
    assert add_series(path, found)["added"] == len(raw)
    current = read_current(path)
    are = current[(current["iso3"] == "ARE") & (current["date"] == "2024-12-31")]
    assert are["value"].item() == 40.840113505519


def test_world_bank_errors_are_told(tmp_path):
    message = json.dumps([{"message": [{"id": "120", "value": "The provided parameter value is not valid"}]}]).encode()
    with server(lambda *_: (200, {}, message)) as (url, _), pytest.raises(InputError, match="not valid"):
        connectors.world_bank("IT.NET.BBND.P2", ["XXX"], (2023, 2024), Cache(tmp_path / "a", TODAY), base_url=url)
    with server(lambda *_: (200, {}, b"<html>")) as (url, _), pytest.raises(InputError, match="no page"):
        connectors.world_bank("IT.NET.BBND.P2", ["AZE"], (2023, 2024), Cache(tmp_path / "b", TODAY), base_url=url)
    with server(lambda *_: (403, {}, b"")) as (url, _), pytest.raises(FetchError, match="403"):
        connectors.world_bank("IT.NET.BBND.P2", ["AZE"], (2023, 2024), Cache(tmp_path / "c", TODAY), base_url=url)
    with pytest.raises(InputError, match=r"IT\.NET\.USER\.ZS"):
        connectors.world_bank("NO.SUCH", ["AZE"], (2023, 2024), Cache(tmp_path, TODAY))
    with pytest.raises(InputError, match="worldbank:CODE"):
        connectors.fetch("ookla:x", [], (2023, 2024), Cache(tmp_path, TODAY))


def test_data360_pages_and_statuses(tmp_path, monkeypatch):
    monkeypatch.setattr(connectors, "DATA360_ROWS", 2)
    lines = ["AZE,2024,93.92,A", "GEO,2024,92.08,E", "TUR,2024,100,I", "ARM,2024,,M"]

    def answer(path, query, headers):
        start = int(query["skip"])
        body = "REF_AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS\n" + "\n".join(lines[start : start + 2])
        return 200, {}, body.encode()

    with server(answer) as (url, asked):
        found = connectors.data360("ITU_GCI", "ITU_GCI_GCI_OVRL_SCRE", [], Cache(tmp_path, TODAY), base_url=url)
        assert len(asked) == 2
        assert asked[0][1]["DATABASE_ID"] == "ITU_GCI"
    assert found["value"].tolist() == [93.92, 92.08, 100.0]
    assert found["status"].tolist() == ["official", "estimate", "imputed"]
    assert set(found["indicator"]) == {"gci"}
    with server(lambda *_: (200, {}, b"a,b\n1,2")) as (url, _), pytest.raises(InputError, match="REF_AREA"):
        connectors.data360("ITU_GCI", "ITU_GCI_GCI_OVRL_SCRE", [], Cache(tmp_path / "x", TODAY), base_url=url)


@pytest.mark.shared
def test_itu_datahub_recorded_answer():
    sample = SAMPLES / "itu-get-country-series.json"
    if not sample.is_file():
        pytest.skip(f"reference data {sample} are not on this machine")
    found = connectors.parse_itu_datahub(
        sample.read_bytes(), "https://api.datahub.itu.int/v2/data/bycode/11624", "2026-07-26"
    )
    assert found["value"].iloc[0] == pytest.approx(43.0791626375201)
    assert found["status"].iloc[0] == "estimate"
    assert set(found["indicator"]) == {"internet_users_pct"}


@pytest.mark.shared
def test_itu_datahub_is_fetched_from_the_recorded_answer(tmp_path):
    sample = SAMPLES / "itu-get-indicator-series.json"
    if not sample.is_file():
        pytest.skip(f"reference data {sample} are not on this machine")
    with server(lambda *_: (200, {}, sample.read_bytes())) as (url, asked):
        found = connectors.itu_datahub("11624", [], Cache(tmp_path, TODAY), base_url=url)
        assert [path for path, _, _ in asked] == ["/data/bycode/11624"]
    assert found.loc[0, ["iso3", "indicator", "date"]].tolist() == ["ABW", "internet_users_pct", "2000"]
    assert found["value"].iloc[0] == pytest.approx(15.4428229480349)
    assert found["status"].tolist()[:2] == ["official", "estimate"]
    assert add_series(tmp_path / "series.parquet", found)["added"] == len(found)


def itu_row(iso3, code, value):
    return {"code": code, "isoCode": iso3, "dataYear": 2024, "dataSource": "Ministry", "answer": [{"value": value}]}


def test_itu_datahub_asks_country_by_country_and_tells_what_is_wrong(tmp_path):
    def answer(path, query, headers):
        return 200, {}, json.dumps([itu_row(path.rsplit("/", 1)[1], "i992b", "20.5")]).encode()

    with server(answer) as (url, asked):
        found = connectors.itu_datahub("19303", ["AZE", "GEO"], Cache(tmp_path, TODAY), base_url=url)
        assert [path for path, _, _ in asked] == [f"/data/bycode/19303/byiso/{iso3}" for iso3 in ("AZE", "GEO")]
    assert found[["iso3", "indicator", "value"]].values.tolist() == [
        ["AZE", "fixed_subs_per100", 20.5],
        ["GEO", "fixed_subs_per100", 20.5],
    ]
    refused = Cache(tmp_path / "a", TODAY)
    with server(lambda *_: (403, {}, b"")) as (url, _), pytest.raises(FetchError, match=r"403.*data360:ITU_DH"):
        connectors.itu_datahub("19303", [], refused, base_url=url)
    with server(lambda *_: (200, {}, b"<html>")) as (url, _), pytest.raises(InputError, match="no series of ITU"):
        connectors.itu_datahub("19303", [], Cache(tmp_path / "b", TODAY), base_url=url)
    body = json.dumps([itu_row("AZE", "i4213tfbb", "7")]).encode()
    with server(lambda *_: (200, {}, body)) as (url, _), pytest.raises(InputError, match="i99H"):
        connectors.itu_datahub("1", [], Cache(tmp_path / "c", TODAY), base_url=url)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_refusal_that_passes_is_asked_again(tmp_path, status):
    answers = iter([(status, {"Retry-After": "0"}, b"later"), (status, {}, b"later"), (200, {}, b"here")])
    with server(lambda *_: next(answers)) as (url, asked):
        assert Cache(tmp_path, TODAY).get(f"{url}/a").body == b"here"
        assert len(asked) == 3


def test_a_refusal_that_stays_is_told(tmp_path):
    with server(lambda *_: (503, {}, b"no")) as (url, asked):
        with pytest.raises(FetchError, match="503"):
            Cache(tmp_path, TODAY).get(f"{url}/a")
        assert len(asked) == 1 + connectors_http.RETRIES
    with server(lambda *_: (404, {}, b"no")) as (url, asked):
        with pytest.raises(FetchError, match="404"):
            Cache(tmp_path, TODAY).get(f"{url}/a")
        assert len(asked) == 1
    assert not list(tmp_path.iterdir())


def test_a_server_cannot_ask_for_a_pause_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr(connectors_http, "RETRY_AFTER_MAX_S", 0.05)
    answers = iter([(503, {"Retry-After": "86400"}, b""), (200, {}, b"here")])
    with server(lambda *_: next(answers)) as (url, _):
        assert Cache(tmp_path, TODAY).get(f"{url}/a").body == b"here"


def test_an_answer_cut_short_or_too_large_is_none(tmp_path, monkeypatch):
    with server(lambda *_: (200, {"Content-Length": "100"}, b"short")) as (url, _):
        with pytest.raises(FetchError, match="cannot be reached"):
            Cache(tmp_path, TODAY).get(f"{url}/a")
    monkeypatch.setattr(connectors_http, "BYTES_MAX", 1000)
    with server(lambda *_: (200, {}, b"x" * 5000)) as (url, _), pytest.raises(FetchError, match="over"):
        Cache(tmp_path, TODAY).get(f"{url}/a")
    with server(lambda *_: (302, {"Location": "/a"}, b"")) as (url, _), pytest.raises(FetchError, match="redirects"):
        Cache(tmp_path, TODAY).get(f"{url}/a")


def test_a_damaged_cache_is_fetched_anew(tmp_path):
    with server(lambda *_: (200, {"ETag": "x"}, b"here")) as (url, asked):
        cache = Cache(tmp_path, TODAY)
        for damage in (b"{", b"{}", b'{"retrieved": "soon"}', b"[]"):
            cache.get(f"{url}/a")
            next(tmp_path.glob("*.json")).write_bytes(damage)
            assert cache.get(f"{url}/a").body == b"here"
        next(tmp_path.glob("*.body")).write_bytes(b"other")
        assert cache.get(f"{url}/a").body == b"here"
        assert len(asked) == 6
        assert "If-None-Match" not in asked[-1][2]

"""Fetch over HTTP with a cache: by address, with ETag and Last-Modified, and the day of retrieval kept beside it.

Refusals that pass (429 and 5xx) and broken connections are asked again with growing pauses, or when the server says
(Retry-After); certificates are verified; an answer has a largest size and a longest time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from allreach import __version__
from allreach.errors import AllreachError
from allreach.io.atomic import whole_file, write_json
from allreach.io.locks import writing

USER_AGENT = f"allreach/{__version__}"
CONNECT_S, READ_S, WHOLE_S = 15.0, 60.0, 600.0
"""Longest time to connect, between two pieces of an answer, and for all of it. [s]"""
BYTES_MAX = 200_000_000
RETRIES = 3
BACKOFF_S = 0.5
"""Pause before the second try; it doubles each time. [s]"""
RETRY_AFTER_MAX_S = 60.0
"""Longest pause that a server may ask for. [s]"""
PASSING = (429, 500, 502, 503, 504)
_PIECE = 1 << 16


class FetchError(AllreachError, OSError):
    """A source could not be read; says which address and why."""


class _Retry(Retry):
    def get_retry_after(self, response: Any) -> float | None:
        asked = super().get_retry_after(response)
        return None if asked is None else min(asked, RETRY_AFTER_MAX_S)


def _session() -> requests.Session:
    retry = _Retry(
        total=RETRIES,
        backoff_factor=BACKOFF_S,
        status_forcelist=PASSING,
        allowed_methods=("GET",),
        raise_on_status=False,
        respect_retry_after_header=True,
    )
    session = requests.Session()
    session.max_redirects = 5
    session.headers["User-Agent"] = USER_AGENT
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    return session


def _body(answer: requests.Response, url: str) -> bytes:
    """Take an answer piece by piece, within its largest size and longest time."""
    began, pieces, size = time.monotonic(), [], 0
    for piece in answer.iter_content(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > BYTES_MAX:
            raise FetchError(f"{url}: the answer is over {BYTES_MAX // 1_000_000} MB")
        if time.monotonic() - began > WHOLE_S:
            raise FetchError(f"{url}: the answer took over {WHOLE_S:g} s")
    return b"".join(pieces)


@dataclass(frozen=True)
class Fetched:
    """An answer and the day it was retrieved."""

    body: bytes
    retrieved: str


@dataclass(frozen=True)
class Cache:
    """Answers on disk.

    Parameters
    ----------
    folder
        Where they are kept.
    today
        Day to record for what is fetched now.
    offline
        Take what is there and never go out.
    """

    folder: Path
    today: dt.date
    offline: bool = False

    def get(self, url: str) -> Fetched:
        """Fetch an address, or take it from the cache where the server says it has not changed.

        Raises
        ------
        FetchError
            If the server refuses or cannot be reached and nothing is cached.
        """
        name = hashlib.sha256(url.encode()).hexdigest()[:24]
        body_path, meta_path = self.folder / f"{name}.body", self.folder / f"{name}.json"
        cached, meta = _cached(body_path, meta_path)
        if self.offline or (cached and cached.retrieved == self.today.isoformat()):
            if cached is None:
                raise FetchError(f"{url}: is not in the cache, and --offline forbids to fetch it")
            return cached
        headers = {}
        if cached and meta.get("etag"):
            headers["If-None-Match"] = meta["etag"]
        if cached and meta.get("last_modified"):
            headers["If-Modified-Since"] = meta["last_modified"]
        try:
            with (
                _session() as session,
                session.get(url, headers=headers, timeout=(CONNECT_S, READ_S), stream=True) as answer,
            ):
                if answer.status_code == 304 and cached:
                    return cached
                if answer.status_code != 200:
                    raise FetchError(f"{url}: the server answered {answer.status_code} {answer.reason}")
                if url.startswith("https:") and not answer.url.startswith("https:"):
                    raise FetchError(f"{url}: leads to {answer.url}, which is not encrypted")
                body = _body(answer, url)
        except requests.RequestException as error:
            raise FetchError(f"{url}: cannot be reached ({error})") from error
        record = {
            "url": url,
            "retrieved": self.today.isoformat(),
            "sha256": hashlib.sha256(body).hexdigest(),
            "etag": answer.headers.get("ETag", ""),
            "last_modified": answer.headers.get("Last-Modified", ""),
        }
        with writing(self.folder):  # the answer and what is known of it belong together
            with whole_file(body_path) as part:
                part.write_bytes(body)
            write_json(meta_path, record)
        return Fetched(body, record["retrieved"])


def _cached(body_path: Path, meta_path: Path) -> tuple[Fetched | None, dict[str, str]]:
    """Return what is kept of an address; nothing where a file is missing, damaged or of another answer."""
    try:
        meta = json.loads(meta_path.read_text(encoding="utf-8"))
        body = body_path.read_bytes()
        if meta.get("sha256", "") not in ("", hashlib.sha256(body).hexdigest()):
            return None, {}
        return Fetched(body, str(dt.date.fromisoformat(meta["retrieved"]))), meta
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None, {}

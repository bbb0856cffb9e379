"""Fetch over HTTP with a cache: by address, with ETag and Last-Modified, and the day of retrieval kept beside it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from allreach import __version__
from allreach.errors import AllreachError
from allreach.io.atomic import whole_file, write_json

USER_AGENT = f"allreach/{__version__}"
TIMEOUT_S = 60.0


class FetchError(AllreachError, OSError):
    """A source could not be read; says which address and why."""


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
        meta = json.loads(meta_path.read_text(encoding="utf-8")) if meta_path.is_file() else {}
        cached = Fetched(body_path.read_bytes(), meta["retrieved"]) if meta and body_path.is_file() else None
        if self.offline or (cached and meta["retrieved"] == self.today.isoformat()):
            if cached is None:
                raise FetchError(f"{url}: is not in the cache, and --offline forbids to fetch it")
            return cached
        headers = {"User-Agent": USER_AGENT}
        if cached and meta.get("etag"):
            headers["If-None-Match"] = meta["etag"]
        if cached and meta.get("last_modified"):
            headers["If-Modified-Since"] = meta["last_modified"]
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT_S) as answer:
                body = answer.read()
                etag, modified = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
        except urllib.error.HTTPError as error:
            if error.code == 304 and cached:
                return cached
            raise FetchError(f"{url}: the server answered {error.code} {error.reason}") from error
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            raise FetchError(f"{url}: cannot be reached ({error})") from error
        with whole_file(body_path) as part:
            part.write_bytes(body)
        record = {"url": url, "retrieved": self.today.isoformat(), "etag": etag, "last_modified": modified}
        write_json(meta_path, record)
        return Fetched(body, record["retrieved"])

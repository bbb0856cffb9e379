"""The page: one HTML file with style, scripts and data inside; it loads nothing from anywhere."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

from allreach.errors import DataMissingError

SCRIPTS = ("data", "text", "map_layers", "map", "card", "figures", "targets", "answers", "table", "main")
COMPARISON_SCRIPTS = ("data", "text", "compare")
LANGUAGES = ("en", "az", "ru", "fr")


def page(payload: dict[str, Any], languages: Sequence[str] = LANGUAGES) -> str:
    """HTML of the report.

    Parameters
    ----------
    payload
        What `allreach.report.map_page.payload.payload` gives.
    languages
        Languages that the reader can switch between, the first is shown first; unknown ones are left out.

    Raises
    ------
    DataMissingError
        If the map library was not packed when allreach was installed.
    """
    return _compose(payload, languages, "page.html", SCRIPTS, ("style.css",), "title")


def comparison_page(payload: dict[str, Any], languages: Sequence[str] = LANGUAGES) -> str:
    """HTML of the comparison of two scenarios; the payload is that of `allreach.workflows.compare`."""
    return _compose(payload, languages, "compare.html", COMPARISON_SCRIPTS, ("style.css", "compare.css"), "cmp_title")


def _compose(
    payload: dict[str, Any],
    languages: Sequence[str],
    template: str,
    scripts: Sequence[str],
    styles: Sequence[str],
    title_key: str,
) -> str:
    spoken = [language for language in dict.fromkeys(languages) if language in LANGUAGES] or ["en"]
    texts = {language: locale(language) for language in spoken}
    blanks = {"country": payload["meta"]["name"], "a": payload["meta"]["scenario"]}
    blanks["b"] = payload.get("b", {}).get("scenario", "")
    title = texts[spoken[0]][title_key]
    for name, value in blanks.items():
        title = title.replace("{" + name + "}", str(value))
    library = _inline(_vendor("maplibre-gl.js"))
    program = _inline("(() => {\n'use strict';\n" + "\n".join(_asset(f"{name}.js") for name in scripts) + "\n})();\n")
    parts = {
        "LANGUAGE": spoken[0],
        "TITLE": html.escape(title),
        "CSP": html.escape(_policy([library, program])),
        "LIBRARY_STYLE": _vendor("maplibre-gl.css"),
        "STYLE": "\n".join(_asset(name) for name in styles),
        "DATA": _json(payload),
        "TEXTS": _json(texts),
        "LIBRARY": library,
        "PROGRAM": program,
    }
    pieces = _asset(template).split("@@")  # every second piece is the name of a part
    return "".join(parts[piece] if number % 2 else piece for number, piece in enumerate(pieces))


@cache
def locale(language: str) -> dict[str, str]:
    """Interface texts of a language; what it lacks is in English."""
    folder = resources.files("allreach.report") / "locales"
    english: dict[str, str] = json.loads((folder / "en.json").read_text(encoding="utf-8"))
    if language == "en":
        return english
    own: dict[str, str] = json.loads((folder / f"{language}.json").read_text(encoding="utf-8"))
    return {key: own.get(key, text) for key, text in english.items()}


def _policy(scripts: Sequence[str]) -> str:
    """Content security policy: only our own scripts run, nothing is fetched from anywhere."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode('ascii')}'" for script in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "connect-src data: blob:; worker-src blob:; child-src blob:; base-uri 'none'; form-action 'none'"
    )


def _json(value: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return (
        text.replace("<", "\\u003c").replace(">", "\\u003e").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )


def _inline(script: str) -> str:
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--").replace("\r\n", "\n")


@cache
def _asset(name: str) -> str:
    return (resources.files("allreach.report") / "assets" / name).read_text(encoding="utf-8")


@cache
def _vendor(name: str) -> str:
    path = resources.files("allreach") / "vendor" / "maplibre-gl" / name
    if not path.is_file():
        raise DataMissingError(
            f"the map library {name} is not packed in this installation. Install allreach anew (pip install .): "
            "its build hook fetches it through npm"
        )
    return path.read_text(encoding="utf-8")

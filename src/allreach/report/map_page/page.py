"""The page: one HTML file with style, scripts and data inside; it loads nothing from anywhere."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from allreach.errors import DataMissingError
from allreach.indicators.definitions import LANGUAGES
from allreach.report.languages import spoken
from allreach.report.map_page.page_data import ComparisonData, PageData
from allreach.report.templates import environment

SLOT = re.compile(r"\{(\w+)\}")


def page(payload: PageData, languages: Sequence[str] = LANGUAGES) -> str:
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
        If the front end was not packed when allreach was installed.
    """
    return _compose("report", payload, languages, "title", {"country": payload["meta"]["name"]})


def comparison_page(payload: ComparisonData, languages: Sequence[str] = LANGUAGES) -> str:
    """HTML of the comparison of two scenarios; the payload is that of `allreach.workflows.compare`."""
    names = {"country": payload["meta"]["name"], "a": payload["meta"]["scenario"], "b": payload["b"]["scenario"]}
    return _compose("compare", payload, languages, "cmp_title", names)


def render_message(text: str, values: Mapping[str, object]) -> str:
    """Put named values into a message, wherever the language has them.

    Raises
    ------
    KeyError
        If the message has a slot without a value.
    """
    return SLOT.sub(lambda slot: str(values[slot[1]]), text)


@cache
def locale(language: str) -> dict[str, str]:
    """Messages of a language by their keys, which are the same in every language."""
    file = resources.files("allreach.report") / "locales" / f"{language}.json"
    messages: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return messages


def _compose(
    name: str,
    payload: PageData | ComparisonData,
    languages: Sequence[str],
    title_key: str,
    title_values: Mapping[str, object],
) -> str:
    """Fill the template of a page; its program and style bear its name, too."""
    chosen = spoken(languages, ("en",))
    texts = {language: locale(language) for language in chosen}
    library = _script("maplibre-gl/maplibre-gl.js")
    program = _script(f"page/{name}.js")
    return (
        environment("allreach.report.map_page")
        .get_template(f"{name}.html")
        .render(
            language=chosen[0],
            title=render_message(texts[chosen[0]][title_key], title_values),
            policy=_policy([library, program]),
            library_style=packed_text("maplibre-gl/maplibre-gl.css"),
            style=packed_text(f"page/{name}.css"),
            data=_json(payload),
            texts=_json(texts),
            library=library,
            program=program,
        )
    )


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
    for sign in ("<", ">", "\u2028", "\u2029"):
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _script(path: str) -> str:
    """Return a packed script that cannot end the element it stands in."""
    text = packed_text(path).replace("\r\n", "\n")
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")


@cache
def packed_text(path: str) -> str:
    """Text of a file that the build has packed into ``allreach/vendor``.

    Raises
    ------
    DataMissingError
        If it is not there.
    """
    file = resources.files("allreach") / "vendor" / path
    if not file.is_file():
        raise DataMissingError(
            f"{path} is not packed in this installation. Install allreach anew (pip install .): its build hook fetches "
            "the map library through npm and bundles the pages' program"
        )
    return file.read_text(encoding="utf-8")

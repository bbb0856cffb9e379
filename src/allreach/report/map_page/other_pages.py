"""Pages that other commands wrote beside a scenario's report, so that the report leads to them."""

from __future__ import annotations

from pathlib import Path

LANGUAGE_FIRST = "en"


def other_pages(results_dir: Path) -> list[dict[str, str]]:
    """Pages there are: address from the report, key of the text, name where there may be several.

    Parameters
    ----------
    results_dir
        ``DIR/results/SCENARIO``.
    """
    found = []
    if (results_dir / "track" / "track.html").is_file():
        found.append({"href": "track/track.html", "key": "page_track", "name": ""})
    briefs: dict[str, Path] = {}
    for path in sorted((results_dir / "brief").glob("brief_*.html")):
        stem, _, language = path.stem.removeprefix("brief_").rpartition("_")
        if stem not in briefs or language == LANGUAGE_FIRST:
            briefs[stem] = path
    for stem, path in briefs.items():
        name = stem.replace("_", "–")
        found.append({"href": f"brief/{path.name}", "key": "page_brief", "name": name})
    if (results_dir / "satellite" / "link_budget.html").is_file():
        found.append({"href": "satellite/link_budget.html", "key": "page_satellite", "name": ""})
    regulator = sorted((results_dir / "regulator").glob("regulator_*.html"))
    if regulator:
        mine = next((path for path in regulator if path.stem.endswith(f"_{LANGUAGE_FIRST}")), regulator[0])
        found.append({"href": f"regulator/{mine.name}", "key": "page_regulator", "name": ""})
    for path in sorted((results_dir.parent.parent / "compare").glob("*/compare.html")):
        pair = path.parent.name.split("--")
        if results_dir.name in pair:
            href = f"../../compare/{path.parent.name}/compare.html"
            found.append({"href": href, "key": "page_compare", "name": " – ".join(pair)})
    return found

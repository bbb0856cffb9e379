"""Blocks as HTML: one self-contained page that opens from disk."""

from __future__ import annotations

from html import escape
from typing import Any

from allreach.report.documents.blocks import Block, Cell

STYLE = """
:root{--ink:#1c2b33;--soft:#56656d;--line:#dfe5e7;--main:#00796b;--bad:#b3261e;--warn:#8a5200;--good:#2e7d32}
*{box-sizing:border-box}
body{margin:0;background:#f5f7f7;color:var(--ink);font:15px/1.5 system-ui,"Segoe UI",Roboto,sans-serif}
main{max-width:1000px;margin:0 auto;padding:20px 24px 48px;background:#fff;min-height:100vh}
h1{color:var(--main);font-size:1.7rem;margin:.2em 0}
h2{font-size:1.2rem;margin:1.6em 0 .5em;border-bottom:1px solid var(--line)}
.lead,.note,figcaption,.rule{color:var(--soft);font-size:.9rem}.rule{font-style:italic}
nav a{margin-right:1em}a{color:var(--main);text-decoration-thickness:1px;text-underline-offset:2px}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem;
font-variant-numeric:tabular-nums}
th,td{padding:5px 8px;border-bottom:1px solid var(--line);vertical-align:top;text-align:start}
th{border-bottom:2px solid var(--main)}
.right{text-align:end}figure{margin:1em 0}
figure svg{font-family:inherit;width:100%;height:auto;max-width:820px;display:block}
sup a{text-decoration:none}td a.v,li a.v{color:inherit;text-decoration:underline dotted}
.status-achieved,.status-on_track{color:var(--good);font-weight:600}.status-at_risk{color:var(--warn);font-weight:600}
.status-off_track,.status-missed,.status-blocked{color:var(--bad);font-weight:600}
.sources li{font-size:.85rem;overflow-wrap:anywhere}.sources li:target{background:#fff3cd}
@media print{body{background:#fff}main{padding:0;max-width:none}}
@media(max-width:600px){main{padding:12px}}
"""


def page(content: dict[str, Any], *, others: dict[str, str] | None = None) -> str:
    """One page.

    Parameters
    ----------
    content
        Title, lead, blocks, sources as `brief_content` gives them.
    others
        The same page in other languages: name of the language and file.
    """
    links = "".join(f'<a href="{escape(file)}">{escape(name)}</a>' for name, file in (others or {}).items())
    body = "".join(_block(block) for block in content["blocks"])
    sources = "".join(_source(entry) for entry in content["sources"])
    return (
        f'<!doctype html>\n<html lang="{content["language"]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(content['title'])}</title><style>{STYLE}</style></head><body><main>"
        f"{f'<nav>{links}</nav>' if links else ''}<h1>{escape(content['title'])}</h1>"
        f'<p class="lead">{escape(content["lead"])}</p>{body}'
        f'<h2>{escape(content["sources_title"])}</h2><ol class="sources">{sources}</ol></main></body></html>\n'
    )


def _block(block: Block) -> str:
    if block["kind"] == "heading":
        return f"<h2>{escape(block['text'])}</h2>"
    if block["kind"] == "note":
        return f'<p class="note">{escape(block["text"])}</p>'
    if block["kind"] == "chart":
        return f"<figure>{block['svg']}<figcaption>{escape(block['caption'])}</figcaption></figure>"
    if block["kind"] == "list":
        return "<ul>" + "".join(f"<li>{''.join(_cell(c) for c in item)}</li>" for item in block["items"]) + "</ul>"
    head = "".join(
        f'<th scope="col" class="{side}">{escape(t)}</th>'
        for t, side in zip(block["head"], block["align"], strict=True)
    )
    rows = "".join(
        "<tr>"
        + "".join(f'<td class="{side}">{_cell(c)}</td>' for c, side in zip(row, block["align"], strict=True))
        + "</tr>"
        for row in block["rows"]
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _cell(cell: Cell) -> str:
    # Names may run from right to left: each text is isolated and takes its own direction.
    text = f"<bdi>{escape(cell['t'])}</bdi>"
    if cell["s"]:
        title = f' title="{escape(cell["row"])}"' if cell["row"] else ""
        text = f'<a class="v" href="#s{cell["s"]}"{title}>{text}</a><sup><a href="#s{cell["s"]}">{cell["s"]}</a></sup>'
    return f'<span class="{cell["c"]}">{text}</span>' if cell["c"] else text


def _source(entry: dict[str, Any]) -> str:
    words = [f"<bdi>{escape(entry['title'])}</bdi>"]
    if entry["url"]:
        words.append(f'<a href="{escape(entry["url"])}">{escape(entry["url"])}</a>')
    words += [escape(text) for text in (entry["when"], entry["licence"]) if text]
    rows = f"<br><small>{escape(' '.join(entry['rows']))}</small>" if entry["rows"] else ""
    return f'<li id="s{entry["n"]}">{", ".join(words)}.{rows}</li>'

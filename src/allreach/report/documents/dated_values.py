"""Values with their day, the edition that replaces them, and what a reader must know beside them."""

from __future__ import annotations

import pandas as pd

from allreach.indicators.released import Edition, index_of, newer_edition
from allreach.io.track_inputs import TrackInputs
from allreach.report.documents.blocks import Block, Cell, Sources, bullets, cell
from allreach.report.documents.localise import NO_VALUE, Speech


def dated_value(inputs: TrackInputs, row: pd.Series | None, sources: Sources) -> Cell:
    """Cell of a value with its month; one that a newer edition replaces says so."""
    if row is None:
        return cell(NO_VALUE)
    speech, indicator = sources.speech, str(row["indicator"])
    found = sources.value(row, inputs.book.get(indicator).unit)
    found["t"] += f" ({speech.month(str(row['date']))})"
    if edition := newer_edition(indicator, str(row["date"]), inputs.as_of):
        found["t"] += f"; {edition_words(speech, edition)}"
    return found


def value_used(inputs: TrackInputs, indicator: str, value: float, day: str, sources: Sources) -> Cell:
    """Cell of a value that an index stands on: its month, and the newest one where there is a newer.

    Parameters
    ----------
    value
        The value.
    day
        Day up to which the index takes data.
    """
    speech, unit = sources.speech, inputs.book.get(indicator).unit
    rows = inputs.rows(inputs.iso3, indicator)
    same = rows[(rows["date"] <= day) & ((rows["value"] - value).abs() <= 1e-9 * max(1.0, abs(value)))]
    if not len(same):
        return cell(speech.measure(value, unit))
    row, last = same.iloc[-1], rows.iloc[-1]
    found = sources.value(row, unit)
    found["t"] += f" ({speech.month(str(row['date']))})"
    if last["date"] > row["date"]:
        newest = {"value": speech.measure(float(last["value"]), unit), "date": speech.month(str(last["date"]))}
        found["t"] += f"; {speech('newer_value', **newest)}"
    return found


def edition_words(speech: Speech, edition: Edition) -> str:
    """Say in a few words that a newer edition or a correction exists."""
    if edition.corrected:
        return speech("corrected_since", since=edition.corrected)
    return speech("newer_edition", edition=edition.edition)


def newer_lines(inputs: TrackInputs, indicators: tuple[str, ...], speech: Speech) -> list[tuple[str, Edition]]:
    """Say what is superseded among the values shown, by which edition, and why that edition is not here."""
    out, seen = [], set()
    for name in indicators:
        last, index = inputs.latest(inputs.iso3, name), index_of(name)
        edition = None if last is None else newer_edition(name, str(last["date"]), inputs.as_of)
        if last is None or index is None or edition is None or index.name in seen:
            continue
        seen.add(index.name)
        named, shown = f"{index.name} ({index.publisher})", str(last["date"])[:4]
        words = speech("newer_line", index=named, shown=shown, newer=edition_words(speech, edition))
        out.append(
            (f"{words} {speech('not_shipped_' + edition.not_shipped)}" if edition.not_shipped else words, edition)
        )
    return out


def newer_blocks(inputs: TrackInputs, indicators: tuple[str, ...], sources: Sources) -> list[Block]:
    """Say what is superseded among the values shown, with the source that names the newer edition."""
    found = newer_lines(inputs, indicators, sources.speech)
    items = [[cell(words, sources.number(edition.source, edition.url))] for words, edition in found]
    return [bullets(items)] if items else []


def note_blocks(inputs: TrackInputs, indicators: tuple[str, ...], sources: Sources) -> list[Block]:
    """Remarks that the newest values carry, each beside the name of its indicator; as written at the source."""
    items = []
    for name in indicators:
        last = inputs.latest(inputs.iso3, name)
        if last is not None and str(last["note"]).strip():
            words = f"{sources.speech.indicator(name)} ({str(last['date'])[:4]}): {last['note']}"
            items.append([cell(words, sources.of_row(last), str(last["row_id"]))])
    return [bullets(items)] if items else []

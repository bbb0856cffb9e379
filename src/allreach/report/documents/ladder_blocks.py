"""What the next steps cost, in a brief: the first rungs of the ladder that are not met, and which are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allreach.io.ladder_file import Ladder, Rung
from allreach.io.track_inputs import TrackInputs
from allreach.params.money import SKETCH_DIGITS, rounded
from allreach.report.documents.blocks import Block, Cell, Sources, cell, heading, note, table
from allreach.report.documents.localise import NO_VALUE, Speech

MAX_RUNGS = 5
QUICK_MARK = "\u00a0*"
WIDTHS = (3.6, 1.7, 2.0, 3.4, 3.4)


def ladder_blocks(inputs: TrackInputs, sources: Sources) -> list[Block]:
    """Say what the first steps cost; nothing where the ladder has not been planned.

    Parameters
    ----------
    inputs
        Results with the ladder, and the country's money.
    sources
        Sources of the brief.
    """
    ladder = None if inputs.results is None else inputs.results.ladder
    if ladder is None or inputs.config is None:
        return []
    speech, config = sources.speech, inputs.config
    unmet = _first_unmet(ladder)
    blocks: list[Block] = [heading(speech.page("ladder_title"))]
    told = [_met_line(ladder, speech), _money_line(inputs, speech)]
    if unmet:
        source = sources.number(speech("plan_source", scenario=inputs.scenario))
        rows = [_row(rung, inputs, speech, source) for rung in unmet]
        today = f"{speech.page('ladder_col_today')} ({speech.date(inputs.as_of)})"
        cost = f"{speech.page('pv')} ({config.base_year})"
        head = [speech.page("ladder_col_step"), today, speech.page("ladder_newly"), cost]
        blocks.append(table([*head, speech.page("ladder_col_bound")], rows, WIDTHS))
        told += [_upgrades_alone(rung, inputs, speech) for rung in unmet]
        if any(rung.effort == "quick" and rung.pv_usd is not None for rung in unmet):
            told.append(f"{QUICK_MARK.strip()} {speech.page('ladder_quick_note')}")
    return [*blocks, note(" ".join(filter(None, told)))]


def _first_unmet(ladder: Ladder) -> list[Rung]:
    """Rungs that are not met, the one that was planned in full among them."""
    unmet = [rung for rung in ladder.rungs if not rung.is_met]
    first = unmet[:MAX_RUNGS]
    head = [rung for rung in unmet[MAX_RUNGS:] if rung.rung == ladder.headline]
    return [*first[: MAX_RUNGS - len(head)], *head]


def rung_title(rung: Rung, speech: Speech) -> str:
    """Name of a rung; one that the messages do not know goes by its own name."""
    if not speech.knows_page(rung.title_key):
        return rung.rung.replace("_", " ")
    return speech.page(rung.title_key, dl_mbps=speech.number(rung.dl_mbps))


def _row(rung: Rung, inputs: TrackInputs, speech: Speech, source: int) -> list[Cell]:
    currency = _currency(inputs)
    digits = SKETCH_DIGITS if inputs.config is not None and inputs.config.sketch else None

    def money(usd: float | None) -> Cell:
        if usd is None:
            return cell(NO_VALUE)
        return cell(speech.money_beside(usd, currency, significant=digits, with_rate=False), source)

    named = [
        f"{target.text(speech.language)}{f', {speech.when(target.date)}' if target.date else ''}"
        for target in rung.named
    ]
    title = f"{rung_title(rung, speech)} ({'; '.join(named)})" if named else rung_title(rung, speech)
    cost = money(rung.pv_usd)
    if rung.pv_usd is None:
        told = speech.reason(rung.why_none, rung.why_none_key) or speech.page("ladder_not_planned")
        cost = cell(told, source, kind="quiet")
    elif rung.effort == "quick":
        cost["t"] += QUICK_MARK
    return [
        cell(title),
        cell(speech.percent(rung.reached_today_share, 1), source),
        _newly(rung, speech, digits, source),
        cost,
        _bound(rung, speech, money),
    ]


def _upgrades_alone(rung: Rung, inputs: TrackInputs, speech: Speech) -> str:
    """Say what the step gets without new sites; nothing where its plan has none."""
    alone = rung.upgrades_alone
    if alone is None:
        return ""
    digits = SKETCH_DIGITS if inputs.config is not None and inputs.config.sketch else None
    pv = speech.money_beside(alone.pv_usd, _currency(inputs), significant=digits, with_rate=False)
    words = speech.page("ladder_upgrades_alone", share=speech.percent(alone.reached_share, 1), pv=pv)
    return f"{rung_title(rung, speech)}: {words}."


def _bound(rung: Rung, speech: Speech, money: Callable[[float | None], Cell]) -> Cell:
    """Write the bound; one of nothing proves nothing of a plan that costs something."""
    if rung.pv_usd and not rung.lower_bound_usd:
        return cell(speech.page("ladder_no_bound"), kind="quiet")
    return money(rung.lower_bound_usd)


def _newly(rung: Rung, speech: Speech, digits: int | None, source: int) -> Cell:
    if rung.newly_reached is None:
        return cell(NO_VALUE)
    value = rung.newly_reached if digits is None else rounded(rung.newly_reached, digits + 1)
    unit = speech.page("km") if rung.unit == "road_km" else speech.page("people")
    return cell(f"{speech.number(value)}\u00a0{unit}", source)


def _met_line(ladder: Ladder, speech: Speech) -> str:
    met = [rung_title(rung, speech) for rung in ladder.rungs if rung.is_met]
    return f"{speech.page('ladder_met').capitalize()}: {', '.join(met)}." if met else ""


def _money_line(inputs: TrackInputs, speech: Speech) -> str:
    """Rate of the country's money, and the year whose prices the costs have."""
    year = None if inputs.results is None else inputs.results.plan_summary.get("price_base_year")
    parts = [speech.rate(_currency(inputs)), speech.page("prices_of", year=year) if year else ""]
    told = "; ".join(filter(None, parts))
    return f"{told[0].upper()}{told[1:]}." if told else ""


def _currency(inputs: TrackInputs) -> dict[str, Any] | None:
    """Money of the country as the plan told it, else as its folder does."""
    if inputs.results is not None and inputs.results.plan_summary.get("currency"):
        return dict(inputs.results.plan_summary["currency"])
    return None if inputs.config is None else inputs.config.currency.model_dump(mode="json")

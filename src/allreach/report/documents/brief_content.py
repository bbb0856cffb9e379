"""What a brief says: a country's here, one of two countries by its pages; nothing that the data do not hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from allreach.indicators.border import Line, Side
from allreach.indicators.forecast import MIN_POINTS
from allreach.indicators.outlook import decimal_year
from allreach.indicators.scores import tier
from allreach.io.track_inputs import TrackInputs
from allreach.measure.published import PublishedShare
from allreach.params.money import SKETCH_DIGITS
from allreach.report.documents import charts
from allreach.report.documents.blocks import (
    Block,
    Cell,
    Document,
    Sources,
    bullets,
    cell,
    chart,
    columns,
    document,
    heading,
    note,
    table,
)
from allreach.report.documents.country_map import Drawn, map_chart
from allreach.report.documents.ladder_blocks import ladder_blocks
from allreach.report.documents.localise import NO_VALUE, Speech
from allreach.report.documents.pair_inputs import Pair
from allreach.report.documents.pair_outlook import ground_blocks, outlook_blocks
from allreach.report.documents.pair_state import has_indices, state_blocks
from allreach.report.documents.strategy_words import strategy_blocks
from allreach.report.documents.target_words import (
    by_urgency,
    counts_line,
    question_words,
    status_word,
    step_words,
    target_of,
)

HEADLINE = (
    "population",
    "gni_per_head_usd",
    "idi",
    "egdi",
    "osi",
    "tii",
    "hci",
    "gci",
    "ai_readiness",
    "internet_users_pct",
    "households_internet_pct",
    "mobile_phone_owners_pct",
    "mbb_subs_per100",
    "fixed_subs_per100",
    "pop_cov_2g_pct",
    "pop_cov_3g_pct",
    "pop_cov_4g_pct",
    "pop_cov_5g_pct",
    "fixed_dl_mbps",
    "mobile_dl_mbps",
    "fixed_basket_pct_gni",
    "data_only_mobile_basket_pct_gni",
    "electricity_access_pct",
)
MAX_TARGETS, MAX_STEPS, MAX_QUESTIONS, MAX_EVENTS = 9, 6, 6, 6
N_PAGES = 2


@dataclass(frozen=True)
class FirstScreen:
    """What a country brief opens with.

    Parameters
    ----------
    published
        What is published, beside what is predicted where there are results.
    side, others
        The country's outline and those around it, or none.
    source, source_date
        Where the outlines are from, and of which year.
    drawn
        What the folder holds, for the map.
    """

    published: tuple[PublishedShare, ...] = ()
    side: Side | None = None
    others: Sequence[Line] = ()
    source: str = ""
    source_date: str = ""
    drawn: Drawn = field(default_factory=Drawn)


def country_brief(
    inputs: TrackInputs,
    targets: pd.DataFrame,
    paths: dict[str, pd.DataFrame],
    speech: Speech,
    first: FirstScreen | None = None,
) -> Document:
    """Content of a country's brief."""
    sources = Sources(speech)
    first = first or FirstScreen()
    plan = plan_blocks(inputs, sources)
    blocks: list[Block] = _first_screen(first, plan or _events(inputs, (inputs.iso3,), sources), inputs, sources)
    blocks += ladder_blocks(inputs, sources)
    blocks += [heading(speech("scores")), _headline(inputs, sources)]
    charts_found = [
        _peers_chart(inputs, speech, sources),
        _lead_chart(inputs, targets, paths, speech, sources),
    ]
    drawn = [[one] for one in charts_found if one]
    target_rows = _targets(inputs, targets, sources)
    blocks.append(columns([1.0], [heading(speech("targets")), note(counts_line(speech, targets)), *target_rows]))
    blocks += strategy_blocks(inputs.strategies, inputs.as_of, sources)
    if drawn:
        blocks.append(columns([1.0] * len(drawn), *drawn))
    blocks += _steps(inputs, targets, sources)
    if plan:
        blocks += _events(inputs, (inputs.iso3,), sources)
    return _whole(inputs, speech("brief_title", country=speech.country(inputs.iso3)), blocks, sources)


def _first_screen(first: FirstScreen, more: list[Block], inputs: TrackInputs, sources: Sources) -> list[Block]:
    """Set what is published beside what is predicted, what the plan does or what happened, and the map."""
    items = [_published(share, inputs, sources) for share in first.published]
    left: list[Block] = [heading(sources.speech("first_screen")), bullets(items)] if items else []
    left += more
    right: list[Block] = []
    if first.side is not None:
        words = [sources.speech("map_caption_one", date=first.source_date)]
        if len(first.drawn.sites) or len(first.drawn.gateways):
            words.append(sources.speech("map_drawn"))
        caption = f"{' '.join(words)} [{sources.number(first.source)}]"
        right.append(map_chart(sources.speech, (first.side,), None, first.drawn, first.others, caption=caption))
    return [columns([1.35, 1.0], left, right)] if left and right else left or right


def _published(share: PublishedShare, inputs: TrackInputs, sources: Sources) -> list[Cell]:
    """One published share as the report's first screen says it, with what is predicted where the two contradict."""
    speech = sources.speech
    is_count = share.quantity == "lines_per_100_households"
    value = speech.number(share.value_pct, 1) if is_count else speech.percent(share.value_pct / 100.0, 1)
    told = speech.page(f"published_{share.quantity}", value=value)
    when = f" ({speech.page(f'published_{share.evidence}')}, {speech.when(share.date)})"
    same = inputs.series[(inputs.series["iso3"] == inputs.iso3) & (inputs.series["source"] == share.source)]
    source = sources.of_row(same.iloc[-1]) if len(same) else sources.number(share.source)
    run = [cell(told + when, source)]
    sources.numbers.append(
        {"text": value, "source": run[0]["s"], "row": f"official:{share.quantity}", "date": speech.when(share.date)}
    )
    if share.contradiction:
        assert share.predicted_pct is not None
        predicted = speech.percent(share.predicted_pct / 100.0, 1)
        why = speech.page(f"apart_{share.contradiction}")
        run.append(cell(f". {speech.page('published_apart', predicted=predicted, why=why)}", kind="rule"))
    return run


def pair_brief(pair: Pair, speech: Speech) -> Document:
    """Content of a bilateral brief."""
    sources = Sources(speech)
    border = ground_blocks(pair, sources)
    with_map = [] if has_indices(pair) else border  # there is room beside the map
    blocks = [*state_blocks(pair, with_map, sources), *outlook_blocks(pair, [] if with_map else border, sources)]
    names = [speech.country(code) for code in pair.codes]
    return _whole(pair.inputs, speech("pair_title", a=names[0], b=names[1]), blocks, sources)


def plan_blocks(inputs: TrackInputs, sources: Sources) -> list[Block]:
    """Say what the plan does, where there is one."""
    speech, results = sources.speech, inputs.results
    if results is None or not results.plan_summary:
        return []
    source = sources.number(speech("plan_source", scenario=inputs.scenario))
    summary = results.plan_summary
    is_sketch = inputs.config is not None and inputs.config.sketch
    after = results.verify_summary.get("reached_share", summary.get("reached_share"))
    rows = []
    if inputs.reach is not None and len(inputs.reach):
        today = float(inputs.reach["reached_pct"].iloc[0]) / 100
        rows.append(
            [
                cell(speech("plan_reached")),
                cell(speech.percent(today, 1), source),
                cell(speech.percent(after, 1), source),
            ]
        )
    for key, label in (("pv_usd", "plan_cost"), ("capex_usd", "plan_capex")):
        if key in summary:
            digits = SKETCH_DIGITS if is_sketch else None
            cost = speech.money_beside(float(summary[key]), summary.get("currency"), significant=digits)
            year = "" if inputs.config is None else f" ({inputs.config.base_year})"
            rows.append([cell(speech(label) + year), cell(""), cell(cost, source)])
    if not rows:
        return []
    last = "" if inputs.reach is None or not len(inputs.reach) else f" ({int(inputs.reach['year'].iloc[-1])})"
    now = f"{speech('plan_today')} ({speech.date(inputs.as_of)})"
    head = [speech("indicator"), now, speech("plan_after") + last]
    warning = [note(speech("sketch"))] if is_sketch else []
    return [heading(speech("plan")), *warning, table(head, rows, [4, 2, 3])]


def _whole(inputs: TrackInputs, title: str, blocks: list[Block], sources: Sources) -> Document:
    speech = sources.speech
    lead = speech("as_of", date=speech.date(inputs.as_of))
    return document(title, lead, blocks, day=inputs.as_of, language=speech.language, sources=sources, n_pages=N_PAGES)


def _headline(inputs: TrackInputs, sources: Sources) -> Block:
    speech = sources.speech
    rows = []
    for name in HEADLINE:
        mine = inputs.rows(inputs.iso3, name)
        if not len(mine):
            continue
        unit, last = inputs.book.get(name).unit, mine.iloc[-1]
        before = mine.iloc[-2] if len(mine) > 1 else None
        value = sources.value(last, unit)
        if label := tier_words(speech, name, float(last["value"])):
            value["t"] += f" ({label})"
        earlier = cell(NO_VALUE)
        change = NO_VALUE
        if before is not None:
            earlier = sources.value(before, unit)
            earlier["t"] += f" ({speech.when(str(before['date']))})"
            change = speech.measure(float(last["value"] - before["value"]), unit, sign=True)
        words = [cell(speech.indicator(name)), cell(speech.unit(name)), value, cell(speech.when(str(last["date"])))]
        rows.append([*words, earlier, sources.computed(change, last, before), _peers_median(inputs, name, sources)])
    head = [speech(key) for key in ("indicator", "unit", "value", "when", "earlier", "change", "peers_median")]
    return table(head, rows, [4.4, 2.7, 2.5, 1.5, 2.4, 1.3, 2.6], text_columns=2)


def _peers_median(inputs: TrackInputs, name: str, sources: Sources) -> Cell:
    """Median of the peers with how many have a value, and of when."""
    speech = sources.speech
    rows = [row for row in (inputs.latest(peer, name) for peer in inputs.peers) if row is not None]
    if not rows:
        return cell(NO_VALUE)
    years = sorted({str(row["date"])[:4] for row in rows})
    when = years[0] if len(years) == 1 else f"{years[0]}–{years[-1]}"
    middle = float(np.median([float(row["value"]) for row in rows]))
    text = f"{speech.measure(middle, inputs.book.get(name).unit)} ({len(rows)}; {when})"
    return cell(text, sources.of_row(rows[0]))


def tier_words(speech: Speech, score: str, value: float) -> str:
    """Tier of a cybersecurity score in words."""
    return speech("tier", tier=tier(score, value)[1:]) if score == "gci" else ""


def _peers_chart(inputs: TrackInputs, speech: Speech, sources: Sources) -> Block | None:
    for name in ("idi", "egdi"):
        series = [(speech.country(c), inputs.rows(c, name)) for c in (inputs.iso3, *inputs.peers)]
        series = [(country, rows) for country, rows in series if len(rows) > 1][:8]
        if len(series) > 1 and series[0][0] == speech.country(inputs.iso3):
            used = sorted({sources.of_row(rows.iloc[-1]) for _, rows in series})
            caption = f"{speech.indicator(name)} [{', '.join(map(str, used))}]"
            return chart(
                charts.lines_chart(speech, series, unit=inputs.book.get(name).unit, width=400, height=150), caption
            )
    return None


def _targets(inputs: TrackInputs, targets: pd.DataFrame, sources: Sources) -> list[Block]:
    speech, book = sources.speech, target_of(inputs)
    counted = by_urgency(targets[targets["target_value"].notna()])
    rows = []
    for _, row in counted.head(MAX_TARGETS).iterrows():
        strategy, target = book[row["strategy"], row["target_id"]]
        unit = inputs.book.get(row["indicator"]).unit
        origin = strategy.sources[target.source]
        promised = cell(speech.with_unit(row["target_value"], unit), sources.number(origin.title, origin.url))
        last = inputs.latest(inputs.iso3, row["indicator"])
        text = speech.measure(row["forecast_at_date"], unit)
        if pd.notna(row["forecast_low80"]):
            ends = [speech.measure(row[name], unit) for name in ("forecast_low80", "forecast_high80")]
            text += f" ({ends[0]}–{ends[1]})"
        forecast = sources.computed(text, last)
        slip = sources.computed(speech.number(row["slip_months"], 0, sign=True), last)
        words = [
            cell(speech.text(target.name)),
            promised,
            cell(speech.month(row["target_date"])),
            _dated(last, unit, sources),
        ]
        state = cell(status_word(speech, row["status"]), kind=f"status-{row['status']}")
        rows.append([*words, forecast, slip, state])
    head = [speech(key) for key in ("target", "promised", "due", "value", "forecast", "slip_months", "status")]
    n_open = int(targets["target_value"].isna().sum())
    out: list[Block] = [table(head, rows, [4.0, 2.5, 1.5, 2.6, 2.5, 1.3, 2.3])] if rows else []
    return [*out, note(speech("targets_open", n=n_open, m=len(targets)))] if n_open else out


def _dated(row: pd.Series | None, unit: str, sources: Sources) -> Cell:
    """Value with its date."""
    found = sources.value(row, unit)
    if row is not None:
        found["t"] += f", {sources.speech.when(str(row['date']))}"
    return found


def _lead_chart(
    inputs: TrackInputs, targets: pd.DataFrame, paths: dict[str, pd.DataFrame], speech: Speech, sources: Sources
) -> Block | None:
    able = by_urgency(targets[targets["target_value"].notna() & (targets["n_points"] > 1)])
    if not len(able):
        return None
    row = able.iloc[0]
    return target_chart(inputs, row, paths.get(row["indicator"]), speech, sources, width=400, height=150)


def target_chart(
    inputs: TrackInputs,
    row: pd.Series,
    path: pd.DataFrame | None,
    speech: Speech,
    sources: Sources,
    *,
    width: int = 640,
    height: int = 230,
) -> Block:
    """Timeline of one target with its fan."""
    _, target = target_of(inputs)[row["strategy"], row["target_id"]]
    points = inputs.rows(inputs.iso3, row["indicator"])
    indicator = inputs.book.get(row["indicator"])
    goal = None
    if target.value is not None and target.date is not None:
        goal = (decimal_year(target.date), target.value)
    used = sorted({sources.of_row(point) for _, point in points.iterrows()})
    if row["status"] in ("achieved", "claimed") or (row["n_points"] < MIN_POINTS and row["model"] != "plan"):
        path = None  # nothing to forecast, or nothing to forecast it from
    svg = charts.fan_chart(
        speech,
        points,
        path,
        unit=indicator.unit,
        target=goal,
        milestones=[(decimal_year(m.date), m.value) for m in target.milestones],
        bounds=(indicator.low, indicator.high),
        width=width,
        height=height,
    )
    refs = f" [{', '.join(map(str, used))}]" if used else ""
    fan = f" — {speech('interval80')}, {speech('interval95')}" if path is not None and row["model"] != "plan" else ""
    return chart(svg, f"{speech.text(target.name)}: {speech.indicator(row['indicator'])}{refs}{fan}")


def _steps(inputs: TrackInputs, targets: pd.DataFrame, sources: Sources) -> list[Block]:
    speech = sources.speech
    out: list[Block] = []
    book = target_of(inputs)
    names = {t.id: speech.text(t.name) for _, t in book.values()}
    pressing = by_urgency(targets[targets["next_step"] != ""])
    pressing = pressing[pressing["target_value"].notna()]
    items = [
        [cell(f"{names[row['target_id']]}: {step_words(speech, row, names)}")]
        for _, row in pressing.head(MAX_STEPS).iterrows()
    ]
    if items:
        out += [heading(speech("next")), bullets(items)]
    asked = [line for strategy in inputs.strategies for line in question_words(speech, strategy)]
    open_only = [
        line for strategy in inputs.strategies if strategy.country != "*" for line in question_words(speech, strategy)
    ]
    if asked:
        out += [heading(speech("questions")), bullets([[cell(line)] for line in (open_only or asked)[:MAX_QUESTIONS]])]
    return out


def _events(inputs: TrackInputs, countries: tuple[str, ...], sources: Sources) -> list[Block]:
    speech = sources.speech
    items = []
    for event in inputs.facts.of(countries, inputs.as_of)[:MAX_EVENTS]:
        who = f"{', '.join(speech.country(c) for c in event.countries)}, " if len(countries) > 1 else ""
        items.append(
            [
                cell(
                    f"{speech.date(event.date)}: {who}{speech.text(event.texts)}",
                    sources.number(event.source, event.url),
                )
            ]
        )
    return [heading(speech("events")), bullets(items)] if items else []

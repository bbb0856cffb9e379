"""Scores, status and forecasts of 200 countries x 50 indicators x 20 years (must stay under a minute)."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from allreach.indicators.definitions import Catalogue, Indicator, catalogue
from allreach.indicators.outlook import look_ahead
from allreach.indicators.scores import scores
from allreach.indicators.status import evaluate
from allreach.indicators.strategy import Strategy
from allreach.io.series_store import calendar_year

N_COUNTRIES, N_INDICATORS, N_YEARS = 200, 50, 20
AS_OF = dt.date(2024, 12, 31)


def world() -> tuple[pd.DataFrame, Catalogue, list[str]]:
    """Made-up diffusion curves with noise for every country and indicator; the IDI's indicators are among them."""
    rng = np.random.default_rng(0)
    book = catalogue()
    names = sorted(book.indicators)[:N_INDICATORS]
    extra = [f"extra_{n}" for n in range(N_INDICATORS - len(names))]
    own = {n: Indicator(id=n, names={"en": n}, unit="pct", source="made up", formula="", high=100) for n in extra}
    book = book.with_own(own)
    names += extra
    countries = [f"{a}{b}{c}" for a in "ABCDE" for b in "ABCDEFGH" for c in "ABCDE"][:N_COUNTRIES]
    years = np.arange(2005, 2005 + N_YEARS)
    frames = []
    for name in names:
        middle, pace = rng.uniform(2008, 2020, N_COUNTRIES), rng.uniform(0.1, 0.6, N_COUNTRIES)
        share = 1 / (1 + np.exp(-pace[:, None] * (years - middle[:, None])))
        top = book.indicators[name].high or 150.0
        values = np.clip(top * (share + rng.normal(0, 0.01, share.shape)), 0, top)
        frames.append(
            pd.DataFrame(
                {
                    "iso3": np.repeat(countries, N_YEARS),
                    "indicator": name,
                    "date": np.tile([f"{y}-12-31" for y in years], N_COUNTRIES),
                    "value": values.ravel(),
                    "status": "official",
                    "row_id": "",
                }
            )
        )
    series = pd.concat(frames, ignore_index=True)
    series["year"] = calendar_year(series["date"])
    return series, book, countries


def everything(series: pd.DataFrame, book: Catalogue, countries: list[str]) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Scores of all; fifteen years of monthly forecasts of all series; status of 50 targets in every country."""
    table = scores(series, countries)
    names = sorted(series["indicator"].unique())
    targets = []
    for name in names:
        value = 0.9 * (book.indicators[name].high or 150.0)
        targets.append(
            {"id": name, "name": name, "indicator": name, "value": value, "date": "2030-12-31", "source": "s"}
        )
    goals = [{"id": "g", "name": "g", "pillar": "ai", "targets": targets}]
    plan = Strategy.model_validate(
        {"id": "x", "name": "x", "country": "*", "sources": {"s": {"title": "s"}}, "goals": goals}
    )
    outlook = look_ahead(series, names, book, as_of=AS_OF)
    status = [evaluate([plan], series, iso3, book, as_of=AS_OF, outlook=outlook)[0] for iso3 in countries]
    return table, status


def test_speed_scores_status_forecasts(benchmark):
    inputs = world()
    table, status = benchmark.pedantic(everything, args=inputs, rounds=1)
    assert (table.loc[table["score"] == "idi", "iso3"].nunique()) == N_COUNTRIES
    assert sum(map(len, status)) == N_COUNTRIES * N_INDICATORS
    assert benchmark.stats.stats.max < 60

"""Back-test the forecasts: python benchmarks/backtest_forecasts.py FOLDER [--fit].

Reads the series in FOLDER (itu_datahub.parquet, World Bank tables), hides the newest 1, 3 and 5 points of every second
economy and prints errors and interval coverage by method. With --fit prints the spread that the other economies of the
ITU series give.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from allreach.indicators.backtest import backtest, fit_spread, summary
from allreach.indicators.forecast import Batch, make_batch, shipped_spread

PERCENT = {"i271G", "i271G5_pop", "i271GA", "i271pop", "xHH6_IDI"}
MIN_VALUES = 7
DEPTHS = (1, 3, 5)


def read(folder: Path) -> pd.DataFrame:
    """All series: file, code, iso3, year, value."""
    itu = pd.read_parquet(folder / "itu_datahub.parquet")
    names = {"seriesCode": "code", "entityIso": "iso3", "dataYear": "year", "dataValue": "value"}
    frames = [itu.rename(columns=names).assign(file="ITU DataHub")]
    for name in ("population", "gdp_current_usd"):
        frames.append(pd.read_parquet(folder / f"worldbank_{name}.parquet").assign(file="World Bank", code=name))
    europe = pd.read_parquet(folder / "worldbank_europe_eap_2010_2024.parquet")
    frames.append(europe.rename(columns={"variable": "code"}).assign(file="World Bank, Europe"))
    every = pd.concat([frame[["file", "code", "iso3", "year", "value"]] for frame in frames], ignore_index=True)
    return every.dropna(subset=["value"]).drop_duplicates(["file", "code", "iso3", "year"], keep="last")


def batch(frame: pd.DataFrame) -> Batch:
    """Series of seven and more values."""
    series, low, high, group = [], [], [], []
    for (file, code, _), rows in frame.groupby(["file", "code", "iso3"], sort=True):
        values = rows["value"].to_numpy(float)
        if len(values) < MIN_VALUES:
            continue
        series.append((rows["year"].to_numpy(float), values))
        # Growth rates may be negative: a bound far below stands for none.
        low.append(0.0 if values.min() >= 0 else -1e3 * np.abs(values).max())
        high.append(100.0 if code in PERCENT and values.max() <= 100 else np.inf)
        group.append(f"{file} {code}")
    return make_batch(series, low, high, group)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--fit", action="store_true")
    chosen = parser.parse_args()
    frame = read(chosen.folder)
    itu = frame[frame["file"] == "ITU DataHub"]
    half = {iso3: number % 2 for number, iso3 in enumerate(sorted(itu["iso3"].unique()))}
    side = frame["iso3"].map(half)
    if chosen.fit:
        floor = shipped_spread().floor_share
        print(fit_spread(batch(itu[side == 0]), depths=(1, 2, 3, 4, 5), floor_share=floor, source=str(chosen.folder)))
    scores = []
    for file, rows in frame[side == 1].groupby("file", sort=True):
        for n_back in DEPTHS:
            found = backtest(batch(rows), n_back=n_back)
            scores.append(found)
            print(f"\n{file}: newest {n_back} hidden\n{summary(found).round(3).to_string(index=False)}")
    print(f"\nall\n{summary(pd.concat(scores, ignore_index=True)).round(3).to_string(index=False)}")


if __name__ == "__main__":
    main()

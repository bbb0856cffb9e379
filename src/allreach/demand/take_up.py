"""Take-up: which share of those whom a service passes uses it, by price, income and time; logistic.

Passed is not used. The share ``s`` of the households passed that use the service is a logistic curve through a known
point (the anchor):

    logit s = logit s0 + b ln(a / a0) + c ln(y / y0) + k (t - t0)

with the price ``a`` as a share of income, the income ``y`` a head and the years ``t`` since the service can be had. The
slopes b and c are elasticities of the number of users, divided by the share of non-users where they were measured
(``take_up_elasticity_at_share``), as a logistic curve wants it: markets near saturation answer less to the price, which
is what the panel behind the numbers found between 2010-19 and 2020-24.

The anchor is the published ratio used / passed of the country where both are published, and it is met exactly; else a
stated assumption, moved to the country's income and price.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from allreach.errors import Fault, InputError
from allreach.params.demand import Demand
from allreach.params.official import OfficialTotals, Total
from allreach.params.quantity import Quantity

LEAST_PRICE_PCT = 0.01
"""A price below this share of income counts as this: what is all but free. [% of income a head]"""
RATIO_MAX = 0.995
"""A published ratio above this is no point of the curve: more lines than premises passed. (assumption)"""
MONTHS = 12

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Anchor:
    """Point that the curve goes through.

    Parameters
    ----------
    share
        Share of those passed that use the service. (0 to 1)
    price_pct_gni
        Price of the service there, as a share of income a head; NaN where it is not known, so that a price moves
        nothing. [%]
    gni_per_head_usd
        Income a head there, a year; NaN where it is not known. [USD]
    years
        Years for which the service could be had. [year]
    is_published
        Whether the share is that of the country's own published totals; else it is a stated assumption.
    sources
        The totals that it is made of, by name.
    """

    share: float
    price_pct_gni: float
    gni_per_head_usd: float
    years: float
    is_published: bool
    sources: Mapping[str, Total]


@dataclass(frozen=True)
class Slopes:
    """Slopes of the logistic curve.

    Parameters
    ----------
    price
        Per unit of the logarithm of the price as a share of income; not above 0.
    income
        Per unit of the logarithm of income a head; not below 0.
    year
        Per year of service; not below 0.
    """

    price: float
    income: float
    year: float


@dataclass(frozen=True)
class ShareRange:
    """A share with its range over the ranges of the parameters.

    Parameters
    ----------
    value, low, high
        Shares of those passed. (0 to 1)
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class TakeUp:
    """Curve of take-up of a country.

    Parameters
    ----------
    anchor
        Point that it goes through.
    slopes
        Its slopes.
    """

    anchor: Anchor
    slopes: Slopes

    def share(
        self,
        *,
        price_pct_gni: ArrayLike | None = None,
        gni_per_head_usd: ArrayLike | None = None,
        years: ArrayLike | None = None,
    ) -> Array:
        """Share of those passed that use the service.

        Parameters
        ----------
        price_pct_gni
            Price as a share of income a head; by default the anchor's. [% of monthly income]
        gni_per_head_usd
            Income a head, a year; by default the anchor's. [USD]
        years
            Years since the service can be had; by default the anchor's. [year]

        Returns
        -------
        share
            Of the common shape of what is given (places by years, say); between 0 and 1, never rising with the price,
            never falling with income or time.

        Raises
        ------
        InputError
            If a price or a time is below 0, or an income is not above 0.
        """
        price = _checked("price", price_pct_gni, self.anchor.price_pct_gni, least=0.0)
        income = _checked("income a head", gni_per_head_usd, self.anchor.gni_per_head_usd, least=0.0, is_open=True)
        time = _checked("years since service", years, self.anchor.years, least=0.0)
        z = logit(self.anchor.share) + self.slopes.year * (time - self.anchor.years)
        z = z + self.slopes.price * _log_ratio(np.maximum(price, LEAST_PRICE_PCT), self.anchor.price_pct_gni)
        z = z + self.slopes.income * _log_ratio(income, self.anchor.gni_per_head_usd)
        return np.asarray(expit(z), dtype=np.float64)

    def share_at_price(
        self, price_usd_month: ArrayLike, gni_per_head_usd: ArrayLike, years: ArrayLike | None = None
    ) -> Array:
        """Share of those passed that use the service at a price in money, by place and year.

        Parameters
        ----------
        price_usd_month
            Price a month. [USD/month]
        gni_per_head_usd
            Income a head, a year, of the place. [USD/year]
        years
            Years since the service can be had there. [year]
        """
        income = np.asarray(gni_per_head_usd, dtype=np.float64)
        if (income <= 0).any() or not np.isfinite(income).all():
            raise InputError(Fault("take-up, income a head", "is not above 0", "an income above 0 USD a year"))
        pct = 100.0 * MONTHS * np.asarray(price_usd_month, dtype=np.float64) / income
        return self.share(price_pct_gni=pct, gni_per_head_usd=income, years=years)

    def used(self, passed: ArrayLike, share: ArrayLike) -> Array:
        """Households that use the service, of those passed: never below 0, never above them."""
        return np.asarray(passed, dtype=np.float64) * np.asarray(share, dtype=np.float64)


def take_up_of(official: OfficialTotals, demand: Demand, *, price_pct_gni: float | None = None) -> TakeUp:
    """Curve of a country from its published totals.

    Parameters
    ----------
    official
        Published totals: ``fixed_subscriptions`` over ``premises`` (or ``households``) and ``premises_passed_pct`` make
        the anchor; ``gni_per_head_usd`` is the income.
    demand
        Parameters ``take_up_*``.
    price_pct_gni
        Price of fixed broadband as a share of income a head today (ITU's basket), where it is known. [%]
    """
    return _curve(official, _point(demand), price_pct_gni)


def take_up_range(
    official: OfficialTotals,
    demand: Demand,
    *,
    price_pct_gni: float | None = None,
    then_price_pct_gni: float | None = None,
    years: float | None = None,
) -> ShareRange:
    """Take-up at a price and after some years of service, with its range over the ranges of the parameters.

    Each parameter goes to the ends of its range, the others staying; the moves add up as those of independent errors do
    (root of the sum of squares), on the scale of the odds.

    Parameters
    ----------
    official, demand, price_pct_gni
        As for `take_up_of`.
    then_price_pct_gni
        Price that is asked about; by default that of today. [%]
    years
        Years since the service can be had; by default those of the anchor (``take_up_anchor_years``). [year]
    """
    years = demand.take_up_anchor_years.value if years is None else years
    middle = _point(demand)

    def odds(point: _Point) -> float:
        share = _curve(official, point, price_pct_gni).share(price_pct_gni=then_price_pct_gni, years=years)
        return float(logit(share))

    value, below, above = odds(middle), 0.0, 0.0
    for name, quantity in _quantities(demand).items():
        moves = [odds(replace(middle, **{name: end})) - value for end in (quantity.low, quantity.high)]
        below += min(*moves, 0.0) ** 2
        above += max(*moves, 0.0) ** 2
    return ShareRange(float(expit(value)), float(expit(value - below**0.5)), float(expit(value + above**0.5)))


def sized_for(demand: Demand, official: OfficialTotals) -> Demand:
    """Demand with the share of users for which networks are sized: everyone, or those who take the service up.

    Parameters
    ----------
    demand
        Parameters; ``uptake_by: take_up`` puts the curve's share, with its range, in the place of ``uptake_share``.
    official
        Published totals of the country.
    """
    if demand.uptake_by == "everyone":
        return demand
    found = take_up_range(official, demand)
    curve = take_up_of(official, demand)
    basis = "published ratio of used to passed" if curve.anchor.is_published else "assumption: no ratio is published"
    share = demand.uptake_share.model_copy(
        update={
            "value": found.value,
            "low": found.low,
            "high": found.high,
            "source": f"{basis}, {curve.anchor.years:g} years after the service began (demand/take_up.py)",
        }
    )
    return demand.model_copy(update={"uptake_share": share})


@dataclass(frozen=True)
class _Point:
    """Numbers behind a curve that have a range."""

    price_elasticity: float
    income_elasticity: float
    elasticity_at_share: float
    growth_per_year: float
    share: float
    anchor_years: float
    share_gni_usd: float
    share_price_pct_gni: float


def _point(demand: Demand) -> _Point:
    return _Point(*(quantity.value for quantity in _quantities(demand).values()))


def _quantities(demand: Demand) -> dict[str, Quantity]:
    """Parameters behind the numbers of a `_Point`, in its order."""
    found = (
        demand.take_up_price_elasticity,
        demand.take_up_income_elasticity,
        demand.take_up_elasticity_at_share,
        demand.take_up_growth_per_year,
        demand.take_up_share,
        demand.take_up_anchor_years,
        demand.take_up_share_gni_usd,
        demand.take_up_share_price_pct_gni,
    )
    return dict(zip(_Point.__dataclass_fields__, found, strict=True))


def _curve(official: OfficialTotals, point: _Point, price_pct_gni: float | None) -> TakeUp:
    of_others = 1.0 - point.elasticity_at_share
    slopes = Slopes(point.price_elasticity / of_others, point.income_elasticity / of_others, point.growth_per_year)
    income = official.get("gni_per_head_usd")
    here = Anchor(
        share=point.share,
        price_pct_gni=np.nan if price_pct_gni is None else max(price_pct_gni, LEAST_PRICE_PCT),
        gni_per_head_usd=income.value if income and income.value > 0 else np.nan,
        years=point.anchor_years,
        is_published=False,
        sources={"gni_per_head_usd": income} if income else {},
    )
    found = _published(official)
    if found is not None:
        ratio, sources = found
        return TakeUp(replace(here, share=ratio, is_published=True, sources={**sources, **here.sources}), slopes)
    # The assumption holds at its own income and price; the curve carries it to this country's.
    there = replace(here, price_pct_gni=point.share_price_pct_gni, gni_per_head_usd=point.share_gni_usd)
    moved = TakeUp(there, slopes).share(
        price_pct_gni=None if np.isnan(here.price_pct_gni) else here.price_pct_gni,
        gni_per_head_usd=None if np.isnan(here.gni_per_head_usd) else here.gni_per_head_usd,
    )
    return TakeUp(replace(here, share=float(moved)), slopes)


def _published(official: OfficialTotals) -> tuple[float, dict[str, Total]] | None:
    """Return used over passed as published, and the totals that it is made of; none where it cannot be said."""
    names = ("fixed_subscriptions", "premises" if official.get("premises") else "households", "premises_passed_pct")
    found = {name: total for name in names if (total := official.get(name)) is not None}
    used_pct, passed = official.used_pct, found.get("premises_passed_pct")
    if used_pct is None or passed is None or not passed.value or not used_pct:
        return None
    ratio = used_pct / passed.value
    return (ratio, found) if ratio <= RATIO_MAX else None


def _checked(what: str, given: ArrayLike | None, anchor: float, *, least: float, is_open: bool = False) -> Array:
    value = np.asarray(anchor if given is None else given, dtype=np.float64)
    bad = (value < least) | (is_open & (value == least)) | (np.isnan(value) if given is not None else False)
    if np.any(bad):
        expected = f"above {least:g}" if is_open else f"{least:g} or more"
        raise InputError(Fault(f"take-up, {what}", "is no possible value", f"numbers of {expected}"))
    return value


def _log_ratio(value: Array, anchor: float) -> Array:
    """Logarithm of a value over the anchor's; 0 where the anchor does not know it, so that it moves nothing."""
    return np.zeros_like(value) if np.isnan(anchor) else np.log(value / anchor)

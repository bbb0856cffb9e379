"""Key figures of a plan and of its answers: what ``plan/summary.json`` and ``plan/answers.json`` hold."""

from __future__ import annotations

from typing import Any

from allreach.measure.summary import VerifySummary
from allreach.summary import Summary


class TechnologySum(Summary):
    """Who is served by one technology, and what that costs."""

    households: int
    """Households."""
    population: int
    """People."""
    capex_usd: float
    """First cost that falls on them. [USD]"""
    pv_usd: float
    """Present value that falls on them. [USD]"""


class InstitutionKind(Summary):
    """Institutions of one kind."""

    institutions: int
    """How many there are."""
    connected: int
    """How many the plan connects."""
    verified: int | None = None
    """How many the measured network confirms."""


class InstitutionCounts(Summary):
    """How institutions are connected; with none of them only their number stands."""

    n_institutions: int
    """Institutions that the plan is asked to connect."""
    n_connected: int | None = None
    """Those that it connects."""
    by_technology: dict[str, int] | None = None
    """Institutions by technology."""
    by_kind: dict[str, InstitutionKind] | None = None
    """Institutions by kind."""
    pv_usd: float | None = None
    """Present value that falls on them. [USD]"""
    exclusive_pv_usd: float | None = None
    """What the plan would save without them; in no point of the cost curve. [USD]"""
    n_verified: int | None = None
    """Those that the measured network confirms."""


class TodayFigures(Summary):
    """Who is reached today, as measured, and what it takes that they still are in the last year of the plan."""

    reached_share: float
    """Share of the people reached today: the figure of the measurement."""
    people: int
    """How many they are."""
    people_outgrown: int
    """Those among them whom what stands does not serve with the demand of the last year and all neighbours loaded."""
    people_given_up: int
    """Those among them whom the plan does not serve with the demand of the last year, such as within a budget."""
    growth_pv_usd: float
    """Cost of the part of the plan that serves nobody but them; the step at the start of the cost curve. [USD]"""


class TierShare(Summary):
    """A speed that part of the people must get."""

    dl_mbps: float
    """Speed sold. [Mbit/s]"""
    people_share_target: float
    """Share of the people who must get it."""
    people_share: float
    """Share of the people who get it by the plan."""
    usd_per_further_person: float
    """What one person more at this speed would cost in the relaxation. [USD]"""
    decided_below_max: float
    """People, among those decided on, who may have less."""
    verified_people_share: float | None = None
    """Share of the people who get it in the measured network."""


class BudgetFigures(Summary):
    """What a budget buys, and what it would take to reach one person more."""

    budget_usd: float
    """Present value that the plan may cost. [USD]"""
    left_usd: float
    """What is left of it. [USD]"""
    people_without_decision: float
    """People served today or by commitments, whatever is decided."""
    people_decided: float
    """People on whom the plan decides."""
    weight_reached: float
    """People reached among those, institutions weighing ``planning.institution_people``."""
    weight_upper_bound: float
    """No plan for the linear model reaches more of that weight within the budget."""
    people_upper_bound: int
    """No plan for the linear model reaches more people within the budget."""
    people_gap: float
    """How far the plan may be from that bound, as a share of it."""
    usd_per_further_person: float | None
    """What one person more would cost in the relaxation; none where money is no limit. [USD]"""
    covers: str
    """What the figures cover."""


class LastPercent(Summary):
    """The last percent of the people whom the plan reaches."""

    from_share: float
    """Share reached without them."""
    to_share: float
    """Share reached with them."""
    people: float
    """How many they are."""
    usd: float
    """What they cost. [USD]"""
    usd_per_person: float
    """What each of them costs. [USD]"""


class DemandFigures(Summary):
    """What the network is dimensioned for: the last year of the plan."""

    busy_hour_mbps_today: float
    """Busy-hour traffic of a household today. [Mbit/s]"""
    busy_hour_mbps_last_year: float
    """Busy-hour traffic of a household in the last year. [Mbit/s]"""
    traffic_growth: float
    """Traffic of a household in the last year over that of today."""
    household_growth: float
    """Households in the last year over those of today."""


class CurrencyFigures(Summary):
    """Money of the country: times `per_usd` every ``_usd`` of a run is an amount in it."""

    code: str
    """Code of ISO 4217."""
    per_usd: float
    """Units of it that a US dollar costs."""
    date: str
    """When the rate held; empty for the US dollar."""
    source: str
    """Who says so."""


class ModelSize(Summary):
    """Size of the model and of its bound."""

    parts: int
    """Parts of places, and institutions."""
    options: int
    """Ways to serve them."""
    facilities: int
    """Radios, upgrades, exchanges."""
    nodes: int
    """Nodes of the backhaul."""
    arcs: int
    """Arcs of the backhaul."""
    demand_followed_in_bound: bool
    """Whether the bound follows demand through the backhaul, or by cuts alone."""
    cuts: int
    """Cuts in the bound."""
    bound_branches: int
    """Nodes of the bound's trees."""


class PlanSummary(Summary):
    """Key figures of a plan; those from ``planned_share`` on come from measuring the planned network and the run."""

    objective: str
    """least cost, or most people within the budget."""
    pv_usd: float
    """Present value of all that the plan decides, whoever pays. [USD]"""
    lower_bound_usd: float
    """No plan of the linear model that reaches as many people costs less. [USD]"""
    gap: float
    """How far the plan may be from the cheapest one, as a share of its cost."""
    capex_usd: float
    """First cost. [USD]"""
    opex_usd_per_year: float
    """Yearly cost. [USD/year]"""
    residual_usd: float
    """What the assets are still worth at the horizon. [USD]"""
    reached_share: float
    """Share of the people reached: measured once the planned network is, before that as planned."""
    n_new_sites: int
    """New sites."""
    n_upgraded_sites: int
    """Sites with a band more."""
    n_relays: int
    """Towers without radio access."""
    n_exchanges: int
    """New exchanges."""
    fibre_km: float
    """Fibre routes. [km]"""
    n_hops: int
    """Microwave hops."""
    n_satellite_links: int
    """Sites and regions fed over satellite."""
    satellite_households: int
    """Households on satellite terminals."""
    by_technology: dict[str, TechnologySum]
    """Who is served how; technologies that serve nobody are left out."""
    today: TodayFigures
    """Who is reached today, and what growth costs there."""
    institutions: InstitutionCounts
    """How institutions are connected."""
    tiers: tuple[TierShare, ...] | None = None
    """Speeds above the standard's own, where it has any."""
    budget: BudgetFigures | None = None
    """What the budget buys, where there is one."""
    last_percent: LastPercent | None
    """The last percent of the people; none where the plan decides about nobody."""
    deterministic: bool
    """Whether the same inputs give the same plan: not where a time limit ended a search."""
    horizon_years: int
    """Length of the plan. [years]"""
    discount_rate: float
    """Real discount rate. [1/year]"""
    demand: DemandFigures
    """What the network is dimensioned for."""
    gap_covers: str
    """What the gap covers and what not."""
    model: ModelSize
    """Size of the model."""
    evidence: str
    """Worst evidence of the inputs."""
    notes: tuple[str, ...]
    """What the report should say."""
    price_base_year: int | None = None
    """Year in whose US dollars all costs are."""
    currency: CurrencyFigures | None = None
    """Money of the country, in which costs are told beside US dollars."""
    planned_share: float | None = None
    """Share of the people whom the plan assigns to a service."""
    margin_db: float | None = None
    """Margin on the SINR for planned neighbours that the plan was made with. [dB]"""
    margins_tried_db: tuple[float, ...] | None = None
    """Margins tried, in their order. [dB]"""
    started_from: str | None = None
    """Scenario whose plan the search began from, or none."""
    runtime_s: float | None = None
    """Time that planning took. [s]"""
    satellites: tuple[dict[str, Any], ...] | None = None
    """Satellites on offer."""

    def verified(self, found: VerifySummary) -> PlanSummary:
        """Return the summary with what measuring the planned network gave; planned figures stay beside it."""
        changed: dict[str, Any] = {"reached_share": found.reached_share, "planned_share": found.planned_share}
        if found.tiers is not None:
            changed["tiers"] = tuple(
                tier.model_copy(update={"verified_people_share": seen.reached_share})
                for tier, seen in zip(self.tiers or (), found.tiers, strict=True)
            )
        if found.institutions is not None:
            kinds = {
                kind: told.model_copy(update={"verified": found.institutions.by_kind[kind].verified})
                for kind, told in (self.institutions.by_kind or {}).items()
            }
            update = {"n_verified": found.institutions.verified, "by_kind": kinds}
            changed["institutions"] = self.institutions.model_copy(update=update)
        return self.model_copy(update=changed)


class AnswersSummary(Summary):
    """Which decisions hold over draws of the whole cost book."""

    held_share: float
    """Share of the draws from which on a decision counts as held."""
    places_decided: int
    """Places on which the plan decides."""
    places_held: int
    """Places that keep their main technology."""
    people_held_share: float
    """Share of the people of decided places who live where it is kept."""
    sites_decided: int
    """Sites built."""
    sites_held: int
    """Sites built in so many draws."""
    links_decided: int
    """Links built."""
    links_held: int
    """Links built in so many draws."""
    n_draws: int
    """Draws."""
    seed: int
    """Their seed."""
    distribution: str
    """How prices are drawn."""
    pv_p5_usd: float
    """Cost that 5 % of the draws stay below. [USD]"""
    pv_p50_usd: float
    """Cost that half of the draws stay below. [USD]"""
    pv_p95_usd: float
    """Cost that 95 % of the draws stay below. [USD]"""
    regret_mean_usd: float
    """What building the plan as it is costs more than planning anew, in the mean. [USD]"""
    regret_p95_usd: float
    """The same, which 95 % of the draws stay below. [USD]"""
    cheaper_plan_found_usd: float
    """How much cheaper a plan all searches together found at the base prices. [USD]"""

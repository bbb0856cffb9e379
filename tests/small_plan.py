"""The small country measured, planned and verified under any service standard."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from allreach.country.environment import environment_of, points_of
from allreach.io.country_folder import Country
from allreach.measure.planned_network import VerifyResult, planned_sites, verify
from allreach.measure.today import MeasureResult, StandingNetworks, measure
from allreach.params.country_config import ServiceStandard
from allreach.params.load import Params, load_params
from allreach.planning.instance.country_inputs import MeasuredCountry
from allreach.planning.plan import PlanResult, plan_country
from allreach.radio.engine.reception import Environment
from small_country import make_small_country

SIGNAL = {"service": "mobile", "dl_mbps": 2.0, "busy_hour_mbps": 0.04}


@dataclass(frozen=True)
class Small:
    """The small country under a standard, with what it is measured with."""

    country: Country
    params: Params
    environment: Environment

    @classmethod
    def under(cls, country: Country | None = None, sets: tuple[str, ...] = (), **standard: Any) -> Small:
        """Lay a standard over a country."""
        country = make_small_country() if country is None else country
        asked = ServiceStandard.model_validate(country.config.service_standard.model_dump() | standard)
        config = country.config.model_copy(update={"service_standard": asked})
        country, params = replace(country, config=config), load_params(sets=sets)
        return cls(country, params, environment_of(country, config, params, n_threads=1))

    def measure(self, **options: Any) -> MeasureResult:
        """Measure what stands."""
        table, options = self.country.table, {"with_rasters": False} | options
        standing = StandingNetworks(
            fibre=table("fibre"),
            commitments=table("commitments"),
            roads=table("roads"),
            boundaries=table("boundaries"),
            base_year=2030,
        )
        points = points_of(self.country, self.country.config, self.params)
        demand, planning = self.params.demand, self.params.planning
        return measure(points, table("sites"), self.environment, demand, standing, planning=planning, **options)

    def whole(self) -> MeasuredCountry:
        """Put together what planning begins with."""
        country = self.country
        points = points_of(country, country.config, self.params)
        return MeasuredCountry(
            points,
            self.measure(),
            self.environment,
            country.layers,
            country.config,
            self.params,
            clutter_class=country.clutter_class,
            population=country.population,
            evidence="synthetic",
        )

    def plan(self) -> PlanResult:
        """Plan it."""
        return plan_country(self.whole())

    def verify(self, plan: PlanResult) -> VerifyResult:
        """Measure the network of a plan under this standard, which may be another than the plan's."""
        return verify(
            points_of(self.country, self.country.config, self.params),
            planned_sites(self.country.table("sites"), plan.sites),
            plan.assignments,
            self.environment,
            self.params.demand,
            institutions=plan.institutions,
            commitments=self.country.table("commitments"),
            growth=self.params.demand.growth(self.params.planning.horizon_years.value),
        )


def with_sites(country: Country, **columns: Any) -> Country:
    """Change columns of the table ``sites``."""
    return replace(country, layers={**country.layers, "sites": country.table("sites").assign(**columns)})

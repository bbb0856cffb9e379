"""``country.yaml``: what a country folder says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, get_args

from babel import localedata
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pyproj import CRS
from pyproj.exceptions import CRSError

from allreach.errors import Fault
from allreach.json_object import JsonObject
from allreach.params.currency import Currency, currency_of
from allreach.params.official import OfficialTotals, Trust
from allreach.vocabulary import Evidence, Generation, Service

# India, the most populous country, has 1.46 billion people (2025) and is expected to reach 1.7 billion: United Nations,
# World Population Prospects 2024.
PEOPLE_PER_COUNTRY_MAX = 2_000_000_000
# Means of households on fibre lie at a few Mbit/s (assumption: never above 100); 400 is kbit/s in the place of Mbit/s.
BUSY_HOUR_MBPS_MAX = 100.0
SEEDS = 2**63


def seed_faults(seed: int) -> list[Fault]:
    """Say where a seed cannot be used."""
    return [] if 0 <= seed < SEEDS else [Fault("seed", f"{seed} is no seed", "a whole number from 0 to 2^63 - 1")]


class _Frozen(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, validate_default=True, allow_inf_nan=False
    )

    @field_validator("*", mode="before")
    @classmethod
    def _truth_is_no_number(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse true and false where a number is meant: Python counts them as 1 and 0."""
        wanted = cls.model_fields[str(info.field_name)].annotation
        if isinstance(value, bool) and {int, float} & {wanted, *get_args(wanted)}:
            raise ValueError("is not usable; expected a number")
        return value


class Tier(_Frozen):
    """A speed above the standard's that part of the people must get."""

    dl_mbps: float = Field(gt=0, le=10_000)
    """Download speed sold. [Mbit/s]"""
    people_share: float = Field(ge=0, le=1)
    """Share of the country's people who must get it."""


class ServiceStandard(_Frozen):
    """What counts as reached: one table, echoed in every report."""

    dl_mbps: float = Field(default=10.0, gt=0, le=10_000)
    """Download speed sold. [Mbit/s] Default: ITU and UN, universal and meaningful connectivity targets for 2030."""
    ul_mbps: float | None = Field(default=None, gt=0, le=10_000)
    """Upload speed that a mast must give as well, at the same locations and hours; none where the standard asks for
    none. Lines and satellites are not held to it: no layer says what they upload. [Mbit/s]"""
    busy_hour_mbps: float = Field(default=0.4, gt=0, le=BUSY_HOUR_MBPS_MAX)
    """Mean traffic of a household in the busy hour, which sizes the network. [Mbit/s]

    Default: 20 GB a month (world smartphone average of the mid-2020s, Ericsson Mobility Report 2025) for each of 2.8
    users (assumption), 10 % of a day's traffic in the busy hour (measured networks: under 12 %).
    """
    locations_share: float = Field(default=0.9, ge=0.01, lt=1)
    """Share of locations in a pixel where the speed must hold, from ITU-R P.1812's 1 % on. Default: cell-edge
    probability of the FCC Broadband Data Collection, 47 CFR 1.7004(c)(3)."""
    hours_share: float = Field(default=0.95, gt=0, le=1)
    """Share of hours in which the speed must hold."""
    service: Service = Service.ANY
    """What must give it: `any` (whatever reaches a home), `mobile` (a mast to a handset: no line, no fixed wireless
    access, no satellite dish counts) or `line` (a fixed line: no mast and no satellite counts)."""
    generation: Generation = Generation.G4
    """Least generation of a mast that counts for anything: `4G` (LTE or later) or `5G` (NR alone)."""
    indoors: bool = False
    """Whether mobile service must hold indoors (P.2109); fixed wireless has its antenna outdoors."""
    latency_ms: float = Field(default=100.0, gt=0)
    """Largest round-trip time. [ms] A geostationary satellite exceeds 500 ms."""
    price_usd_per_month: float | None = Field(default=None, gt=0)
    """Largest price to the household; none where the country has not set one. [USD/month]"""
    tiers: tuple[Tier, ...] = ()
    """Further targets: 95 % of the people at 100 Mbit/s is ``{dl_mbps: 100, people_share: 0.95}``; everybody gets the
    standard's own speed."""

    @model_validator(mode="after")
    def _tiers_rise(self) -> ServiceStandard:
        speeds = [self.dl_mbps, *(tier.dl_mbps for tier in self.tiers)]
        shares = [1.0, *(tier.people_share for tier in self.tiers)]
        if any(b <= a for a, b in pairwise(speeds)) or any(b > a for a, b in pairwise(shares)):
            raise ValueError("tiers must rise in dl_mbps above the standard's own and fall in people_share")
        return self

    @property
    def top_mbps(self) -> float:
        """Speed of the highest tier. [Mbit/s]."""
        return self.tiers[-1].dl_mbps if self.tiers else self.dl_mbps


class LayerProvenance(_Frozen):
    """Where a layer comes from."""

    source: str
    """Publisher and data set, with the version where there is one."""
    licence: str
    """Licence and the attribution that it asks for."""
    retrieved: str = ""
    """Day of retrieval, YYYY-MM-DD; empty for what was drawn or ruled."""
    evidence: Evidence = Evidence.OPEN
    """How the layer is known."""
    sha256: str = ""
    """Checksum of the file in the folder; written by the program."""
    note: str = ""
    """Rule by which the layer was made, counts of what was mended."""
    trust: Trust | None = None
    """Which published totals counted when the layer was drawn; none where no total bound it."""
    totals: dict[str, float] = Field(default_factory=dict)
    """These totals by name, as they were."""


class CountryConfig(_Frozen):
    """The contents of ``country.yaml``."""

    iso3: str = Field(pattern=r"^[A-Z]{3}$")
    """ISO 3166-1 alpha-3 code."""
    name: str = Field(min_length=1)
    """Name of the country in English."""
    crs: str
    """Projected CRS of all rasters, in metres (EPSG code, WKT or PROJ string)."""
    pixel_m: float = Field(gt=0, le=5000)
    """Edge of a raster pixel. [m]"""
    population: int | None = Field(default=None, ge=0, le=PEOPLE_PER_COUNTRY_MAX)
    """National total that the places add up to; none takes the sum of the places."""
    population_source: str = ""
    """Source and year of the total."""
    household_size: float = Field(default=4.0, gt=0.5, le=20)
    """People per household where places carry no households."""
    household_size_source: str = "assumption"
    """Source of the household size."""
    delta_n: float = Field(default=45.0, ge=0, le=156)
    """Average radio-refractive index lapse rate through the lowest 1 km of the atmosphere. [N-units/km] Evidence
    `modelled` at its default."""
    n0: float = Field(default=325.0, gt=200, le=500)
    """Sea-level surface refractivity. [N-units] Evidence `modelled` at its default."""
    languages: tuple[str, ...] = ("en",)
    """Languages of reports, first first."""
    currency: Currency = Currency()
    """Currency in which costs are told beside US dollars: code, per_usd, date, source; a code alone, or nothing, takes
    the shipped rate of the currency or the country (`params.currency`)."""
    base_year: int = Field(default=2026, ge=2000, le=2100)
    """Calendar year of the plan's year 0."""
    sketch: bool = False
    """True for a folder drawn by ``country sketch``: not for decisions."""
    seed: int = Field(default=0, ge=0, lt=SEEDS)
    """Seed of a sketch."""
    service_standard: ServiceStandard = ServiceStandard()
    """What counts as reached."""
    official: OfficialTotals = OfficialTotals()
    """Published national totals, each with unit, date, source and evidence (`params.official`)."""
    trust: Trust = Trust.OFFICIAL
    """Which of them count as standing in a drawn country: ``measured``, ``official`` or ``claim``."""
    parameters: JsonObject = Field(default_factory=dict)
    """Overlay on the parameters (``allreach params`` lists the keys)."""

    @model_validator(mode="before")
    @classmethod
    def _own_money(cls, raw: Any) -> Any:
        if isinstance(raw, Mapping) and raw.get("currency") is None and isinstance(raw.get("iso3"), str):
            return {**raw, "currency": currency_of(raw["iso3"])}
        return raw

    @field_validator("languages")
    @classmethod
    def _known_languages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [code for code in value if not localedata.exists(code.replace("-", "_"))]
        if unknown:
            raise ValueError(f"{', '.join(unknown)} is no language code of ISO 639, such as en or fr")
        return value

    @field_validator("crs")
    @classmethod
    def _projected_in_metres(cls, value: str) -> str:
        try:
            crs = CRS.from_user_input(value)
        except CRSError as error:
            raise ValueError(f"is no CRS that PROJ understands ({error})") from error
        if not crs.is_projected or any(axis.unit_name not in ("metre", "meter") for axis in crs.axis_info[:2]):
            raise ValueError("must be a projected CRS in metres, such as a UTM zone (EPSG:32638) or an equal-area one")
        return value

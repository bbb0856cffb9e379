"""Rungs of the ladder: what a country may give everybody next, each an overlay on the service standard.

Those of every country come in one order: speeds at home, then a mobile signal, then a signal along roads. Targets that
are published (`NamedTarget`) add their names to the rungs that they are, and rungs of their own where they are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from allreach.params.country_config import ServiceStandard
from allreach.params.demand import Demand
from allreach.params.official import MET_SHARE, SPEEDS_MBPS
from allreach.params.quantity import Frozen
from allreach.vocabulary import Generation, Service

SPEED_MAX_MBPS = 10_000.0
RUNG_KEYS = ("dl_mbps", "service", "generation", "indoors", "tiers")
"""Fields of the service standard that a rung sets: who gives one of them has chosen what is planned."""


class RungKind(StrEnum):
    """What a rung gives its speed or signal to."""

    HOME = "home"
    MOBILE = "mobile"
    ROAD = "road"


Words = Annotated[str, Field(min_length=1)]


class NamedTarget(Frozen):
    """A published target that a rung is."""

    name: Words | Annotated[dict[str, Words], Field(min_length=1)]
    """What is promised, in one language or by language."""
    source: Words
    """Who publishes it."""
    date: str = ""
    """When it is due: YYYY, YYYY-MM or YYYY-MM-DD; empty where none is published."""

    def text(self, language: str = "en") -> str:
        """Name in a language, else in English, else in the first there is."""
        if isinstance(self.name, str):
            return self.name
        return self.name.get(language) or self.name.get("en") or next(iter(self.name.values()))

    def with_source(self, language: str = "en") -> str:
        """Name in a language, with who set it and its date."""
        return f"{self.text(language)} ({', '.join(filter(None, (self.source, self.date)))})"


class TargetRung(Frozen):
    """The rung that a published target asks for."""

    service: Service = Service.ANY
    """What must give it: ``any``, ``mobile`` or ``line``."""
    dl_mbps: float = Field(gt=0, le=SPEED_MAX_MBPS)
    """Download speed. [Mbit/s]"""
    people_share: float = Field(default=1.0, gt=0, le=1)
    """Share of the people from which it is met."""


class Rung(Frozen):
    """One rung."""

    id: str
    """``home_10``, ``line_25``, ``mobile_5g_indoors``, ``roads_4g``."""
    kind: RungKind
    """home, mobile or road."""
    service: Service = Service.ANY
    """As in the service standard."""
    generation: Generation = Generation.G4
    """As in the service standard."""
    indoors: bool = False
    """As in the service standard."""
    dl_mbps: float | None = None
    """Speed; none where a signal is asked for. [Mbit/s]"""
    has_tiers: bool = False
    """Whether part of the people is to get more."""
    people_share: float = 1.0
    """Share of the people from which it is met; nearly all count as all."""
    named: tuple[NamedTarget, ...] = ()
    """Published targets that it is."""

    @property
    def met_from(self) -> float:
        """Share from which it counts as met."""
        return min(self.people_share, MET_SHARE)

    @property
    def title_key(self) -> str:
        """Key of its title in the locale files."""
        if self.kind is RungKind.HOME and (self.has_tiers or self.indoors or self.generation is not Generation.G4):
            return "rung_own"
        if self.kind is RungKind.HOME:
            return "rung_line" if self.service is Service.LINE else "rung_home"
        return f"rung_{self.id}" if self.dl_mbps is None else "rung_mobile"

    @property
    def title(self) -> str:
        """Title in English."""
        if self.kind is RungKind.ROAD:
            return f"{self.generation} along roads"
        where = "indoors" if self.indoors else "outdoors"
        if self.kind is RungKind.MOBILE:
            speed = "" if self.dl_mbps is None else f"{self.dl_mbps:,g} Mbit/s by "
            return f"{speed}{self.generation} {where}"
        more = ", indoors where by mast" if self.indoors else ""
        more += f", by {self.generation} where by mast" if self.generation is not Generation.G4 else ""
        more += " and tiers" if self.has_tiers else ""
        by_line = " by fixed line" if self.service is Service.LINE else ""
        return f"{self.dl_mbps:,g} Mbit/s at home{by_line}{more}"

    def standard(self, asked: ServiceStandard, demand: Demand) -> ServiceStandard:
        """Lay the rung over what else a study asks for: hours, locations, delay and price stay.

        A rung of a signal sells what a signal must carry, and is sized for that (`demand.signal_*`); one at home is
        sized for the traffic of a home. The upload that homes are to get is none that a signal must carry.
        """
        fields = asked.model_dump(exclude_unset=True)
        for key in RUNG_KEYS:
            fields.pop(key, None)
        if self.kind is not RungKind.HOME or asked.service is Service.MOBILE:
            fields.pop("busy_hour_mbps", None)
        if self.kind is not RungKind.HOME and asked.service is not Service.MOBILE:
            fields.pop("ul_mbps", None)
        fields |= {"service": self.service, "generation": self.generation, "indoors": self.indoors}
        if self.kind is RungKind.HOME:
            fields["dl_mbps"] = self.dl_mbps
        else:
            fields["dl_mbps"] = self.dl_mbps or demand.signal_dl_mbps.value
            fields["busy_hour_mbps"] = demand.signal_busy_hour_mbps.value
        return ServiceStandard.model_validate(fields)

    def gives(self, lower: Rung) -> bool:
        """Whether whoever gets this rung gets the lower one too."""
        if self.kind is not lower.kind or self.has_tiers or lower.has_tiers:
            return False
        newer = self.generation >= lower.generation and self.indoors >= lower.indoors
        if self.kind is RungKind.HOME and lower.service not in (Service.ANY, self.service):
            return False
        return newer and (self.dl_mbps or 0.0) >= (lower.dl_mbps or 0.0)


def home_rung(dl_mbps: float, service: Service = Service.ANY, **fields: object) -> Rung:
    """Rung of a speed at home."""
    word = "line" if service is Service.LINE else "home"
    return Rung(id=f"{word}_{dl_mbps:g}", kind=RungKind.HOME, service=service, dl_mbps=dl_mbps, **fields)


def mobile_rung(generation: Generation, *, indoors: bool, dl_mbps: float | None = None, **fields: object) -> Rung:
    """Rung of a mobile signal, or of a speed by mobile."""
    name = f"mobile_{generation.lower()}_{'indoors' if indoors else 'outdoors'}"
    name += "" if dl_mbps is None else f"_{dl_mbps:g}"
    parts = {"service": Service.MOBILE, "generation": generation, "indoors": indoors, "dl_mbps": dl_mbps}
    return Rung(id=name, kind=RungKind.MOBILE, **parts, **fields)


DEFAULT_RUNGS: tuple[Rung, ...] = (
    *(home_rung(float(mbps)) for mbps in SPEEDS_MBPS),
    *(mobile_rung(generation, indoors=indoors) for generation in Generation for indoors in (False, True)),
    Rung(id="roads_4g", kind=RungKind.ROAD),
)
"""Rungs of every country, in the order in which they are climbed."""


def rung_of(standard: ServiceStandard, demand: Demand) -> Rung:
    """Name the rung that a given standard is: one of the defaults where it asks for the same."""
    if standard.service is not Service.MOBILE:
        found = home_rung(standard.dl_mbps, standard.service)
        if standard.indoors or standard.generation is not Generation.G4:
            where = f"{standard.generation.lower()}_{'indoors' if standard.indoors else 'outdoors'}"
            fields = {"id": f"{found.id}_{where}", "indoors": standard.indoors, "generation": standard.generation}
            found = found.model_copy(update=fields)
    else:
        is_signal = standard.dl_mbps == demand.signal_dl_mbps.value
        speed = None if is_signal else standard.dl_mbps
        found = mobile_rung(standard.generation, indoors=standard.indoors, dl_mbps=speed)
    if standard.tiers:
        found = found.model_copy(update={"id": f"{found.id}_tiers", "has_tiers": True})
    return found


def target_rung(asked: TargetRung, named: NamedTarget) -> Rung:
    """Rung of a published target."""
    if asked.service is Service.MOBILE:
        found = mobile_rung(Generation.G4, indoors=False, dl_mbps=asked.dl_mbps)
    else:
        found = home_rung(asked.dl_mbps, asked.service)
    return found.model_copy(update={"people_share": asked.people_share, "named": (named,)})


def in_order(*parts: Iterable[Rung]) -> tuple[Rung, ...]:
    """Put rungs into their order, each once; one that is named, or asked for twice, keeps all its names."""
    found: dict[str, Rung] = {}
    for rung in (rung for part in parts for rung in part):
        before = found.get(rung.id)
        if before is None:
            found[rung.id] = rung
            continue
        names = (*before.named, *(one for one in rung.named if one not in before.named))
        share = max(before.people_share, rung.people_share)
        found[rung.id] = before.model_copy(update={"named": names, "people_share": share})
    return tuple(sorted(found.values(), key=_order))


def _order(rung: Rung) -> tuple[float | str | bool, ...]:
    kind = list(RungKind).index(rung.kind)
    return kind, rung.service is Service.LINE, rung.generation, rung.indoors, rung.dl_mbps or 0.0, rung.id


def first_unmet(rungs: Sequence[Rung], shares: dict[str, float]) -> Rung | None:
    """Lowest rung that is not met, of those whose share is known; none where all are."""
    return next((rung for rung in rungs if rung.id in shares and shares[rung.id] < rung.met_from), None)


def highest_home(rungs: Sequence[Rung]) -> Rung:
    """Highest rung of a speed at home, whatever gives it."""
    return max(
        (r for r in rungs if r.kind is RungKind.HOME), key=lambda r: (r.service is Service.ANY, r.dl_mbps or 0.0)
    )

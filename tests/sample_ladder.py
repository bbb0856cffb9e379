"""A ladder with every state that a rung may have: met, the headline, planned quickly, without a plan, along roads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from allreach.io.atomic import write_json
from allreach.io.ladder_file import LADDER_FILE
from allreach.workflows.ladder import GIVES_NOBODY

PEOPLE = 100_000.0


def rung(name: str, **fields: Any) -> dict[str, Any]:
    """One rung of the file; `fields` replace those of one that is met."""
    kind = name.split("_")[0].rstrip("s")
    met: dict[str, Any] = {
        "rung": name,
        "kind": kind,
        "title_key": f"rung_{'home' if kind == 'home' else name}",
        "dl_mbps": float(name.split("_")[1]) if kind == "home" else None,
        "named": [],
        "unit": "people",
        "total": PEOPLE,
        "reached_today_share": 1.0,
        "is_met": True,
        "newly_reached": None,
        "reached_share": None,
        "pv_usd": None,
        "lower_bound_usd": None,
        "gap": None,
        "capex_usd": None,
        "opex_usd_per_year": None,
        "works": None,
        "effort": "quick",
        "plan_of": "",
        "why_none": "",
        "why_none_key": "",
    }
    return met | fields


def planned(name: str, today: float, pv_usd: float, **fields: Any) -> dict[str, Any]:
    """A rung with a plan whose bound is 4 % below it."""
    plan = {
        "reached_today_share": today,
        "is_met": False,
        "newly_reached": (1.0 - today) * PEOPLE,
        "pv_usd": pv_usd,
        "lower_bound_usd": 0.96 * pv_usd,
        "gap": 0.04,
        "capex_usd": 0.5 * pv_usd,
        "opex_usd_per_year": 0.06 * pv_usd,
        "works": {"new_sites": 7, "upgrades": 31, "fibre_km": 412.3, "hops": 5},
        "plan_of": name,
    }
    return rung(name, **{**plan, **fields})


def sample_ladder() -> dict[str, Any]:
    """The object of ``ladder.json``."""
    umc = {"name": "Households online", "source": "Universal and meaningful connectivity", "date": "2030-12-31"}
    gpon = {"name": {"en": "Fibre to all", "az": "Hamıya optik xətt"}, "source": "Strategy", "date": "2025-12"}
    roads = {"kind": "road", "unit": "road_km", "total": 4000.0, "newly_reached": 520.0}
    return {
        "rungs": [
            planned("home_10", 0.9, 20e6, effort="headline", reached_share=0.9995, named=[umc]),
            planned("home_30", 0.8, 50e6, plan_of="home_100"),
            planned("home_100", 0.5, 50e6, named=[gpon]),
            rung("mobile_4g_outdoors", reached_today_share=0.9996),
            rung(
                "mobile_5g_indoors",
                reached_today_share=0.2,
                is_met=False,
                why_none=GIVES_NOBODY.text,
                why_none_key=GIVES_NOBODY.key,
            ),
            planned("roads_4g", 0.87, 6e6, lower_bound_usd=0.0, gap=1.0, **roads),
        ],
        "headline": "home_10",
        "first_unmet": "home_10",
    }


def write_sample_ladder(results_dir: Path) -> Path:
    """Write it where a run would."""
    path = results_dir / LADDER_FILE
    write_json(path, sample_ladder())
    return path

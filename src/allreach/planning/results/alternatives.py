"""Per place: what else could serve it and at what cost, at which prices the choice would turn, and why it is so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from allreach import tables
from allreach.params.money import Money
from allreach.planning.instance.backhaul_graph import FIBRE
from allreach.planning.instance.build import Assembly
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.model.problem import Problem, Solution
from allreach.planning.model.tolerances import LOAD
from allreach.planning.results.rows import Chosen, Row
from allreach.planning.results.why_unserved import full_arc, full_text, why_left_out
from allreach.planning.search.network_state import NetworkState, make_index
from allreach.planning.search.removal import exclusive_usd
from allreach.vocabulary import FacilityKind, Technology

OFFERED = tuple(t for t in Technology if t != Technology.NONE)
FACILITIES_TRIED = 2
REASON_DIGITS = 2
"""Significant digits of the amounts in a reason."""
WORDS: dict[Technology, str] = {
    Technology.EXISTING: "the site that stands",
    Technology.MOBILE_UPGRADE: "an upgraded site",
    Technology.MOBILE_NEW: "a new site",
    Technology.FWA: "fixed wireless",
    Technology.FIBRE: "fibre to the home",
    Technology.SATELLITE_LEO: "low-orbit satellite",
    Technology.SATELLITE_GEO: "geostationary satellite",
}


@dataclass(frozen=True)
class Alternative:
    """One way to serve a whole place on top of the rest of the plan."""

    technology: Technology
    pv_usd: float  # NaN where infeasible
    dl_mbps: float
    reason: str
    trench_usd: float = 0.0  # part of the cost that follows the trench price


@dataclass(frozen=True)
class Answers:
    """Alternatives, and switching prices and reasons in the order of the chosen rows."""

    alternatives: pd.DataFrame
    switching: pd.DataFrame
    why: list[str]


class _Place:
    """Looks at single places of a finished plan."""

    def __init__(self, inputs: PlanInputs, assembly: Assembly, solution: Solution) -> None:
        self.inputs, self.assembly = inputs, assembly
        self.p: Problem = assembly.problem
        self.state = NetworkState(self.p, make_index(self.p), solution)
        self.by_place: dict[int, list[int]] = {}
        for option, part in enumerate(self.p.option_part.tolist()):
            self.by_place.setdefault(int(self.p.part_place[part]), []).append(option)
        self.parts: dict[int, list[int]] = {}
        for part, place in enumerate(self.p.part_place.tolist()):
            self.parts.setdefault(int(place), []).append(part)
        self.paid = self.state.paid

    def now_usd(self, place: int) -> float:
        """Cost of serving the place as planned: what would be saved without it. [USD]."""
        return exclusive_usd(self.state, self.by_place.get(place, []))

    def alternatives(self, place: int) -> list[Alternative]:
        """Return every technology for a place with households that are planned for."""
        out = []
        for technology in OFFERED:
            mine = [o for o in self.by_place.get(place, []) if self.p.option_technology[o] == technology.code]
            limit = str(self.assembly.place_limits[technology][place])
            if not mine:
                out.append(Alternative(technology, np.nan, np.nan, limit or _silent(technology)))
            elif technology.startswith("satellite"):
                out.append(self._satellite(place, technology, mine))
            else:
                out.append(self._by_facility(place, technology, mine))
        return out

    def why_left_out(self, place: int) -> str:
        """Say why households of the place are left without service; empty where none is planned for."""
        if place not in self.parts:
            return ""
        limits: dict[Technology, str] = {
            name: str(self.assembly.place_limits[name][place]) or _silent(name) for name in OFFERED
        }
        return why_left_out(self.state, self.parts[place], limits, WORDS)

    def _households(self, place: int) -> float:
        return float(self.p.part_households[self.parts[place]].sum())

    def _satellite(self, place: int, technology: Technology, options: list[int]) -> Alternative:
        p, ix = self.p, self.state.index
        need: dict[int, float] = {}
        for option in options:
            n = p.part_households[p.option_part[option]] - self.state.households[option]
            for k in range(ix.use_start[option], ix.use_start[option + 1]):
                pool = int(ix.use_pool[k])
                need[pool] = need.get(pool, 0.0) + float(n * ix.use_amount[k])
        dl = float(self.assembly.option_dl_mbps[options].min())
        if any(amount > self.state.pool_left[pool] + LOAD for pool, amount in need.items()):
            return Alternative(
                technology, np.nan, dl, "the satellites' capacity there is too small for the whole place"
            )
        pv = float(sum(p.option_pv_usd[o] * p.part_households[p.option_part[o]] for o in options))
        return Alternative(technology, pv, dl, "terminals and service for every household")

    def _by_facility(self, place: int, technology: Technology, options: list[int]) -> Alternative:
        p = self.p
        of: dict[int, list[int]] = {}
        for option in options:
            of.setdefault(int(p.option_facility[option]), []).append(option)
        whole = sorted(
            (float(p.facility_pv_usd[f]), f) for f, mine in of.items() if len(mine) == len(self.parts[place])
        )
        if not whole:
            return Alternative(technology, np.nan, np.nan, f"no single one reaches all of it: {len(of)} reach parts")
        best: Alternative | None = None
        reason = ""
        for _, facility in whole[:FACILITIES_TRIED]:
            found, reason = self._with(place, technology, facility, of[facility])
            if found is not None and (best is None or found.pv_usd < best.pv_usd):
                best = found
        return best if best is not None else Alternative(technology, np.nan, np.nan, reason)

    def _with(
        self, place: int, technology: Technology, facility: int, options: list[int]
    ) -> tuple[Alternative | None, str]:
        p, state, ix = self.p, self.state, self.state.index
        group = p.facility_group[facility]
        if group >= 0 and not state.is_open[facility] and bool((state.is_open & (p.facility_group == group)).any()):
            other = int(np.flatnonzero(state.is_open & (p.facility_group == group))[0])
            gained = {
                int(ix.gain_pool[k]): float(ix.gain_amount[k])
                for k in range(ix.gain_start[other], ix.gain_start[other + 1])
            }
        else:
            gained = {}
        room: dict[int, float] = {}
        for k in range(ix.gain_start[facility], ix.gain_start[facility + 1]):
            pool = int(ix.gain_pool[k])
            more = 0.0 if state.is_open[facility] else float(ix.gain_amount[k]) - gained.get(pool, 0.0)
            room[pool] = float(state.pool_left[pool]) + more
        for option in options:
            n = float(p.part_households[p.option_part[option]] - state.households[option])
            for k in range(ix.use_start[option], ix.use_start[option + 1]):
                pool = int(ix.use_pool[k])
                room[pool] = room.get(pool, float(state.pool_left[pool])) - n * float(ix.use_amount[k])
        if room and min(room.values()) < -LOAD:
            return None, "its sectors cannot carry the whole place"
        pv = float(sum(p.option_pv_usd[o] * p.part_households[p.option_part[o]] for o in options))
        dl = float(self.assembly.option_dl_mbps[options].min())
        mbps = float(sum(p.option_mbps[o] * p.part_households[p.option_part[o]] for o in options))
        others = float(
            sum(
                state.households[o]
                for o in ix.of_facility[ix.of_facility_start[facility] : ix.of_facility_start[facility + 1]]
                if p.part_place[p.option_part[o]] != place
            )
        )
        node = int(p.facility_node[facility])
        before = state.snapshot()
        self._take_out(place)
        try:
            arc = full_arc(state, node, mbps) if node > 0 and state.parent[node] >= 0 else -1
            inner = state.snapshot()
            widening_usd = state.attach(node, mbps) if arc >= 0 else 0.0
            state.restore(inner)
            if not np.isfinite(widening_usd):
                return None, f"{full_text(p, arc)}, the whole place needs {mbps:,.0f}"
            begun = Alternative(technology, pv + widening_usd, dl, "")
            return self._on_its_way(technology, facility, node, mbps, others, begun)
        finally:
            state.restore(before)

    def _take_out(self, place: int) -> None:
        """Take the place and what only it needs out of the plan."""
        state = self.state
        left: set[int] = set()
        for option in self.by_place[place]:
            if state.households[option] > 0:
                state.put(option, -float(state.households[option]))
                left.add(int(self.p.option_facility[option]))
        start, of_facility = state.index.of_facility_start, state.index.of_facility
        for facility in sorted(left - {-1}):
            if not state.households[of_facility[start[facility] : start[facility + 1]]].any():
                state.close(facility)

    def _on_its_way(
        self, technology: Technology, facility: int, node: int, mbps: float, others: float, begun: Alternative
    ) -> tuple[Alternative | None, str]:
        """Add the facility and its backhaul to what terminals and service cost."""
        p, state = self.p, self.state
        pv, dl, arcs = begun.pv_usd, begun.dl_mbps, list[int]()
        if state.is_open[facility] and others > 0:
            return Alternative(technology, pv, dl, "shares what the plan builds anyway"), ""
        pv += float(p.facility_pv_usd[facility])
        if node > 0 and state.parent[node] < 0:
            way = self.state.cheapest_feed(node, mbps, is_paid=self.paid)
            if way is None:
                return None, "no backhaul with enough capacity reaches it"
            arcs = way
            pv += 0.0 if self.paid[node] else float(p.node_tower_pv_usd[node])
            pv += float(sum(p.node_tower_pv_usd[p.arc_to[a]] for a in arcs if p.arc_to[a] != node))
        pv += float(sum(p.arc_pv_usd[a] + p.arc_pv_usd_per_mbps[a] * mbps for a in arcs))
        # upkeep is a share of the price, so that all of a fibre route's cost follows the price of the trench
        trench = float(sum(p.arc_pv_usd[a] for a in arcs if p.arc_kind[a] == FIBRE))
        beside = "beside what the plan builds"
        if self.assembly.facility_kind[facility] == FacilityKind.STANDING_EXCHANGE:
            beside = "from the exchange that stands"
        reason = "on its own way to the network" if arcs else beside
        return Alternative(technology, pv, dl, reason, trench), ""


def _silent(technology: Technology) -> str:
    if technology == Technology.EXISTING:
        return "no site that stands covers it to the standard"
    if technology == Technology.MOBILE_UPGRADE:
        return "no site that stands would cover it even if upgraded"
    if technology in (Technology.MOBILE_NEW, Technology.FWA):
        return "no site or candidate covers it to the standard"
    return "not on offer there"


def answer(inputs: PlanInputs, assembly: Assembly, solution: Solution, chosen: Chosen) -> Answers:
    """Alternatives, switching prices and reasons of all places."""
    look = _Place(inputs, assembly, solution)
    ids = inputs.points.places["place_id"].to_numpy(dtype=str)
    rows: list[tuple[str, Technology, bool, float, float, str]] = []
    found: dict[int, tuple[list[Alternative], float, float]] = {}
    for place in range(inputs.points.n_places):
        if place in look.parts:
            options = look.alternatives(place)
            found[place] = (options, look.now_usd(place), look._households(place))
        else:
            options = _served(place, chosen)
        for a in options:
            feasible = bool(np.isfinite(a.pv_usd))
            rows.append((ids[place], a.technology, feasible, round(a.pv_usd, 2), round(a.dl_mbps, 3), a.reason))
    frame = pd.DataFrame(rows, columns=["place_id", "technology", "is_feasible", "pv_usd", "dl_mbps", "reason"])
    frame = frame.sort_values(["place_id", "technology"], kind="stable").reset_index(drop=True)
    turns = [_switching(assembly, row.place, row.technology, row.is_decided, found) for row in chosen.rows]
    switching = pd.DataFrame(turns, columns=["fibre", "terminal"])
    mixes = _mixes(chosen)
    money = Money(inputs.currency, REASON_DIGITS)
    why = [
        row.why
        or (look.why_left_out(row.place) if row.technology == Technology.NONE else "")
        or _why(row, found, mixes.get(row.place, {}), money)
        for row in chosen.rows
    ]
    return Answers(tables.conform(frame, "plan_alternatives"), switching, why)


def _served(place: int, chosen: Chosen) -> list[Alternative]:
    speeds = [row.dl_mbps for row in chosen.rows if row.place == place and row.technology == Technology.EXISTING]
    if not speeds:
        return [Alternative(t, np.nan, np.nan, "nobody there needs it") for t in OFFERED]
    out = [Alternative(Technology.EXISTING, 0.0, float(min(speeds)), "serves everybody there today or by commitment")]
    return out + [
        Alternative(t, np.nan, np.nan, "not needed: served today or by commitment")
        for t in OFFERED
        if t != Technology.EXISTING
    ]


def _switching(
    assembly: Assembly,
    place: int,
    technology: Technology,
    is_decided: bool,
    found: dict[int, tuple[list[Alternative], float, float]],
) -> tuple[float, float]:
    """Trench price and terminal price at which the place would be served otherwise; NaN where never."""
    if not is_decided or place not in found:
        return np.nan, np.nan
    options, now, households = found[place]
    by = {a.technology: a for a in options}
    fibre, leo = by[Technology.FIBRE], by[Technology.SATELLITE_LEO]
    units = assembly.lines.prices.units
    trench_price, kit = units["fibre_buried_usd_per_km"].price_usd, units["leo_kit_usd"]
    switch_fibre = switch_terminal = np.nan
    if technology != Technology.FIBRE and np.isfinite(fibre.pv_usd) and fibre.trench_usd > 0 and fibre.pv_usd > now:
        price = trench_price * (1.0 - (fibre.pv_usd - now) / fibre.trench_usd)
        switch_fibre = round(price, 2) if price > 0 else np.nan
    if not technology.startswith("satellite") and np.isfinite(leo.pv_usd) and leo.pv_usd > now and kit.price_usd > 0:
        price = kit.price_usd * (1.0 - (leo.pv_usd - now) / (households * kit.pv_usd))
        switch_terminal = round(price, 2) if price > 0 else np.nan
    return switch_fibre, switch_terminal


def _why(
    row: Row, found: dict[int, tuple[list[Alternative], float, float]], mix: dict[Technology, int], money: Money
) -> str:
    place, technology, site_id = row.place, row.technology, row.site_id
    if place not in found:
        return "no household is counted there"
    options, now, households = found[place]
    if technology == Technology.EXISTING:
        return f"site {site_id} reaches them today and has room"
    others = sorted((a.pv_usd, a.technology) for a in options if np.isfinite(a.pv_usd) and a.technology != technology)
    cost = f"about {money(now)} over the plan's years for {households:.0f} households"
    shared = " beside what neighbours share" if site_id else ""
    if len(mix) > 1:
        return _why_mixed(mix, now, f"{cost} beside what neighbours share", options, money)
    name = WORDS[technology].capitalize()
    if not others:
        return f"{name} is the only way to serve the whole place ({cost}{shared})"
    pv, other = others[0]
    if pv <= now:
        return (
            f"{name} ({cost}{shared}) fits the whole plan best, since what is shared also serves others; "
            f"alone, {WORDS[other]} would cost {money(pv)}"
        )
    return f"{name} costs {cost}{shared}; the next best, {WORDS[other]}, would cost {money(pv)}"


def _mixes(chosen: Chosen) -> dict[int, dict[Technology, int]]:
    """Decided households of each place by technology, most first."""
    out: dict[int, dict[Technology, int]] = {}
    for row in sorted(chosen.rows, key=lambda r: (r.place, -r.households, r.technology)):
        if row.is_decided and row.households:
            mine = out.setdefault(row.place, {})
            mine[row.technology] = mine.get(row.technology, 0) + row.households
    return out


def _why_mixed(mix: dict[Technology, int], now_usd: float, cost: str, options: list[Alternative], money: Money) -> str:
    """Say why a place is served in several ways: each does what it does best, or one alone cannot."""
    parts = [f"{WORDS[technology]} ({count} households)" for technology, count in mix.items()]
    together = f"{', '.join(parts[:-1])} and {parts[-1]}"
    whole = sorted((a.pv_usd, a.technology) for a in options if np.isfinite(a.pv_usd))
    begin = f"{together[0].upper()}{together[1:]} together cost {cost}"
    if not whole:
        return f"{begin}; no single way can serve the whole place"
    pv, other = whole[0]
    if pv <= now_usd:
        return (
            f"{begin}, which fits the whole plan best, since what is shared also serves others; "
            f"all of it by {WORDS[other]} would cost {money(pv)}"
        )
    return f"{begin}; the cheapest single way for all of it, {WORDS[other]}, would cost {money(pv)}"


__all__ = ["Alternative", "Answers", "answer"]

"""A plan as tables: bill of materials, then who bears what, exact to the cent."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from allreach import tables
from allreach.finance.bill import Entry, bill_of_materials, share_usd, totals_by
from allreach.planning.instance.build import Assembly
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.results.rows import Chosen, InstitutionRow, Row, SiteRow
from allreach.planning.results.summary import DemandFigures, InstitutionCounts, InstitutionKind, TechnologySum
from allreach.vocabulary import SiteStatus, Technology

MONEY = ("capex_usd", "opex_usd_per_year", "pv_usd")


def bill(inputs: PlanInputs, assembly: Assembly, chosen: Chosen) -> pd.DataFrame:
    """Everything the plan buys: households' equipment by place, sites and links by their identifier."""
    ids = inputs.points.places["place_id"].to_numpy(dtype=str)
    entries = []
    for row in chosen.rows:
        if row.is_decided and row.households:
            lines = assembly.lines.household(row.technology, row.place, float(row.households))
            entries.append(Entry(lines, place_id=str(ids[row.place])))
    for one in chosen.institutions:
        if one.is_decided:
            lines = assembly.lines.institution(one.row, one.technology)
            entries.append(Entry(lines, link_id=inputs.institutions.node_name(one.row)))
    entries += [Entry(site.lines, link_id=site.site_id) for site in chosen.sites if site.lines]
    entries += [Entry(link.lines, link_id=link.link_id) for link in chosen.links]
    return bill_of_materials(entries, assembly.lines.prices)


def shares_usd(inputs: PlanInputs, assembly: Assembly, chosen: Chosen, rows: pd.DataFrame) -> np.ndarray:
    """Return what each row of the assignments, then each institution, bears of each sum in `MONEY`, shape (rows, 3).

    A bill row of a place is split by what each row of the place buys of that item. A site is split by households over
    the rows that it serves, an institution counting as many as its demand is worth. A link or relay is split by
    busy-hour demand over all whose traffic runs through it. What an institution buys is its own.
    Cents left over go by largest remainder, so that the rows add up to the bill exactly.
    """
    n_rows = len(chosen.rows)
    out = np.zeros((n_rows + len(chosen.institutions), len(MONEY)))
    worth = inputs.institutions.demand_mbps / inputs.busy_hour_mbps
    households = np.concatenate(
        [
            np.array([row.households for row in chosen.rows], dtype=np.float64),
            worth[[o.row for o in chosen.institutions]],
        ]
    )
    everybody: list[Row | InstitutionRow] = [*chosen.rows, *chosen.institutions]
    node = np.array([one.node for one in everybody], dtype=np.int64)
    number = np.where(node > 0, chosen.before[node], -1)
    by_number = np.argsort(number, kind="stable")
    sorted_number = number[by_number]
    by_site: dict[str, list[int]] = {}
    for i, one in enumerate(everybody):
        if one.is_decided:
            by_site.setdefault(one.site_id, []).append(i)
    institution_of = {inputs.institutions.node_name(o.row): n_rows + i for i, o in enumerate(chosen.institutions)}
    site_of = {site.site_id: site for site in chosen.sites}
    node_of_link = {link.link_id: link.node for link in chosen.links}
    row_of_place = {place: i for i, place in enumerate(inputs.points.places["place_id"].astype(str))}
    wanted: dict[tuple[int, str], list[tuple[int, float]]] = {}
    for i, row in enumerate(chosen.rows):
        if row.is_decided and row.households:
            for line in assembly.lines.household(row.technology, row.place, float(row.households)):
                wanted.setdefault((row.place, line.item), []).append((i, float(np.asarray(line.quantity))))

    def through(at: int) -> np.ndarray:
        lo = np.searchsorted(sorted_number, chosen.before[at], side="left")
        hi = np.searchsorted(sorted_number, chosen.after[at], side="left")
        return np.sort(by_number[lo:hi])

    for row in rows[["place_id", "link_id", "item", *MONEY]].itertuples(index=False):
        if row.place_id:
            mine = wanted[(row_of_place[row.place_id], row.item)]
            users, weights = np.array([i for i, _ in mine]), np.array([q for _, q in mine])
        elif row.link_id in institution_of:
            users, weights = np.array([institution_of[row.link_id]]), np.ones(1)
        elif row.link_id in node_of_link:
            users = through(node_of_link[row.link_id])
            weights = households[users]
        else:
            site = site_of[row.link_id]
            users = through(site.node) if site.status == "relay" else np.array(by_site[site.site_id])
            weights = households[users]
        if len(users) == 1:
            out[users[0]] += [row.capex_usd, row.opex_usd_per_year, row.pv_usd]
        else:
            for k, total in enumerate((row.capex_usd, row.opex_usd_per_year, row.pv_usd)):
                out[users, k] += share_usd(total, weights)
    return np.asarray(np.rint(out * 100.0) / 100.0)


def assignments(
    inputs: PlanInputs, chosen: Chosen, money: np.ndarray, switching: pd.DataFrame, why: list[str]
) -> gpd.GeoDataFrame:
    """Table ``plan_assignments``, sorted by place, technology and site."""
    places = inputs.points.places
    index = np.array([row.place for row in chosen.rows], dtype=np.int64)
    evidence = places["evidence"].to_numpy(dtype=str)
    frame = gpd.GeoDataFrame(
        {
            "place_id": places["place_id"].to_numpy(dtype=str)[index],
            "technology": [row.technology for row in chosen.rows],
            "site_id": [row.site_id for row in chosen.rows],
            "households": [row.households for row in chosen.rows],
            "population": [row.people for row in chosen.rows],
            "dl_mbps": [round(row.dl_mbps, 3) if np.isfinite(row.dl_mbps) else 0.0 for row in chosen.rows],
            "capex_usd": money[:, 0],
            "opex_usd_per_year": money[:, 1],
            "pv_usd": money[:, 2],
            "switch_fibre_usd_per_km": switching["fibre"].to_numpy(),
            "switch_terminal_usd": switching["terminal"].to_numpy(),
            "why": why,
            "evidence": [tables.worst_evidence(inputs.evidence, str(evidence[i])) for i in index],
        },
        geometry=places.geometry.to_numpy()[index],
        crs=tables.CRS,
    )
    frame = frame.sort_values(["place_id", "technology", "site_id"], kind="stable").reset_index(drop=True)
    return tables.conform(frame, "plan_assignments")


def sites(inputs: PlanInputs, assembly: Assembly, chosen: Chosen, bill_rows: pd.DataFrame) -> gpd.GeoDataFrame:
    """Table ``plan_sites``, sorted by site."""
    paid = totals_by(bill_rows, "link_id").set_index("link_id")
    households: dict[str, int] = {}
    for row in chosen.rows:
        if row.site_id:
            households[row.site_id] = households.get(row.site_id, 0) + row.households
    institution_mbps: dict[str, float] = {}
    for one in chosen.institutions:
        if one.site_id and one.is_decided:
            more = float(inputs.institutions.demand_mbps[one.row])
            institution_mbps[one.site_id] = institution_mbps.get(one.site_id, 0.0) + more
    fed = {link.head: link.kind for link in chosen.links}
    rows = []
    for site in chosen.sites:
        node = int(assembly.graph.node[site.node]) if site.node > 0 else -1
        feed = {"fibre": "fibre", "hop": "microwave", "satellite": "satellite"}.get(fed.get(node, ""), "existing")
        money = paid.loc[site.site_id] if site.site_id in paid.index else {"capex_usd": 0.0, "opex_usd_per_year": 0.0}
        n = households.get(site.site_id, 0)
        rows.append(
            {
                "site_id": site.site_id,
                "status": site.status,
                **_described(inputs, site),
                "technologies": _on_air(inputs, site),
                "backhaul_kind": feed,
                "power_kind": site.power_kind,
                "demand_mbps": 0.0
                if site.kind == "outside"
                else n * inputs.busy_hour_mbps + institution_mbps.get(site.site_id, 0.0),
                "load_share": site.load_share,
                "households": n,
                "capex_usd": float(money["capex_usd"]),
                "opex_usd_per_year": float(money["opex_usd_per_year"]),
            }
        )
    if not rows:
        return tables.empty("plan_sites")
    return tables.conform(gpd.GeoDataFrame(rows, geometry="geometry", crs=tables.CRS), "plan_sites")


def _on_air(inputs: PlanInputs, site: SiteRow) -> str:
    """List what is on air at a site: an upgrade and a new site bring the generation that the standard asks for."""
    generation = inputs.standard.generation.value
    if site.status == SiteStatus.NEW:
        return generation
    if site.status not in (SiteStatus.EXISTING, SiteStatus.UPGRADED) or site.kind == "outside":
        return ""
    today = str(inputs.sites["technologies"].iloc[site.row])
    words = [word for word in today.split(";") if word]
    return today if site.status == SiteStatus.EXISTING or generation in words else ";".join([*words, generation])


def _described(inputs: PlanInputs, site: SiteRow) -> dict[str, object]:
    places = inputs.points.places
    if site.kind == "outside":
        known = inputs.fixed_exchanges
        match = known[known["fibre_id"] == site.site_id] if len(known) else known
        promised = inputs.commitments[("commitment:" + inputs.commitments["commitment_id"].astype(str)) == site.site_id]
        operator = match["operator"].iloc[0] if len(match) else (promised["operator"].iloc[0] if len(promised) else "")
        return {
            "operator": operator,
            "height_agl_m": np.nan,
            "candidate_kind": "exchange" if len(match) else "commitment",
            "evidence": tables.worst_evidence(
                inputs.evidence, str((match if len(match) else promised)["evidence"].iloc[0])
            ),
            "geometry": match.geometry.iloc[0] if len(match) else places.geometry.iloc[site.row],
        }
    if site.status == "exchange":
        return {
            "operator": "",
            "height_agl_m": np.nan,
            "candidate_kind": "exchange",
            "evidence": tables.worst_evidence(inputs.evidence, str(places["evidence"].iloc[site.row])),
            "geometry": places.geometry.iloc[site.row],
        }
    table = inputs.candidates if site.kind == "new" else inputs.sites
    row = table.iloc[site.row]
    kind = str(row["candidate_kind"]) if site.kind == "new" else "existing"
    return {
        "operator": str(row["operator"]),
        "height_agl_m": float(row["height_agl_m"]),
        "candidate_kind": "relay" if site.status == "relay" else kind,
        "evidence": tables.worst_evidence(inputs.evidence, str(row["evidence"])),
        "geometry": table.geometry.iloc[site.row],
    }


def links(inputs: PlanInputs, chosen: Chosen, bill_rows: pd.DataFrame) -> gpd.GeoDataFrame:
    """Table ``plan_links``, sorted by link; every link runs away from the point of presence."""
    paid = totals_by(bill_rows, "link_id").set_index("link_id")
    network = inputs.network
    rows = []
    for link in chosen.links:
        course = network.route(link.link)
        if link.tail != network.link_tail[link.link]:
            course = shapely.reverse(course)
        money = paid.loc[link.link_id] if link.link_id in paid.index else {"capex_usd": 0.0, "opex_usd_per_year": 0.0}
        rows.append(
            {
                "link_id": link.link_id,
                "kind": link.kind,
                "from_id": _node_name(inputs, link.tail),
                "to_id": _node_name(inputs, link.head),
                "length_km": float(network.link_length_km[link.link]),
                "capacity_mbps": link.capacity_mbps,
                "flow_mbps": round(link.flow_mbps, 6),
                "availability_pct": 100.0 - float(network.link_outage_pct[link.link]),
                "capex_usd": float(money["capex_usd"]),
                "opex_usd_per_year": float(money["opex_usd_per_year"]),
                "evidence": inputs.evidence,
                "geometry": course,
            }
        )
    if not rows:
        return tables.empty("plan_links")
    return tables.conform(gpd.GeoDataFrame(rows, geometry="geometry", crs=tables.CRS), "plan_links")


def _node_name(inputs: PlanInputs, node: int) -> str:
    """Return the identifier of a node; sites go by their own identifier, exchanges as in the table of sites."""
    name = str(inputs.network.node_id[node])
    return name.removeprefix("site:")


def institutions(inputs: PlanInputs, chosen: Chosen, money: np.ndarray) -> gpd.GeoDataFrame:
    """Table ``plan_institutions``, sorted by identifier; ``money`` as `shares_usd` gives it for them."""
    found = inputs.institutions
    if not len(found):
        return tables.empty("plan_institutions")
    index = [one.row for one in chosen.institutions]
    places = inputs.points.places["place_id"].to_numpy(dtype=str)
    own = found.table["evidence"].to_numpy(dtype=str)
    frame = gpd.GeoDataFrame(
        {
            "institution_id": found.table["institution_id"].to_numpy(dtype=str),
            "kind": found.table["kind"].to_numpy(dtype=str),
            "name": found.table["name"].to_numpy(),
            "place_id": places[found.place],
            "technology": [one.technology for one in chosen.institutions],
            "site_id": [one.site_id for one in chosen.institutions],
            "contract": [one.contract for one in chosen.institutions],
            "demand_mbps": found.demand_mbps,
            "dl_mbps": [round(one.dl_mbps, 3) for one in chosen.institutions],
            "latency_ms": [_latency_ms(inputs, one.technology) for one in chosen.institutions],
            "latency_max_ms": found.latency_ms,
            "capex_usd": money[:, 0],
            "opex_usd_per_year": money[:, 1],
            "pv_usd": money[:, 2],
            "why": [_institution_why(inputs, one) for one in chosen.institutions],
            "evidence": [tables.worst_evidence(inputs.evidence, str(own[i])) for i in index],
        },
        geometry=found.table.geometry.to_numpy(),
        crs=tables.CRS,
    )
    return tables.conform(frame, "plan_institutions")


def _latency_ms(inputs: PlanInputs, technology: Technology) -> float:
    planning = inputs.params.planning
    return {
        Technology.NONE: np.nan,
        Technology.EXISTING: planning.fibre_latency_ms.value,
        Technology.FIBRE: planning.fibre_latency_ms.value,
        Technology.SATELLITE_LEO: planning.leo_latency_ms.value,
        Technology.SATELLITE_GEO: planning.geo_latency_ms.value,
    }.get(technology, planning.radio_latency_ms.value)


def _institution_why(inputs: PlanInputs, one: InstitutionRow) -> str:
    mbps = f"{inputs.institutions.demand_mbps[one.row]:.3g} Mbit/s in the busy hour"
    retail = inputs.params.planning.institution_retail_max_mbps.value
    return {
        Technology.EXISTING: f"exchange {one.site_id} reaches it today",
        Technology.FIBRE: f"Its own fibre from the planned network fits the whole plan best ({mbps})",
        Technology.FWA: f"A share of a sector of site {one.site_id} fits the whole plan best ({mbps})",
        Technology.SATELLITE_LEO: f"Low-orbit satellite fits the whole plan best ({mbps}): "
        + (f"retail, since it needs no more than {retail:g} Mbit/s today" if one.contract == "retail" else "committed"),
        Technology.SATELLITE_GEO: f"Committed geostationary capacity fits the whole plan best ({mbps})",
        Technology.NONE: f"nothing on offer gives it {mbps}, or what could is full",
    }[one.technology]


def institution_counts(rows: pd.DataFrame, saved_usd: float) -> InstitutionCounts:
    """Return how the institutions are connected, by technology and by kind, and what the plan saves without them."""
    if not len(rows):
        return InstitutionCounts(n_institutions=0)
    return InstitutionCounts(
        n_institutions=len(rows),
        n_connected=int((rows["technology"] != Technology.NONE).sum()),
        by_technology={str(k): int(n) for k, n in rows.groupby("technology").size().items()},
        by_kind={
            str(kind): InstitutionKind(
                institutions=len(mine), connected=int((mine["technology"] != Technology.NONE).sum())
            )
            for kind, mine in rows.groupby("kind")
        },
        pv_usd=round(float(rows["pv_usd"].sum()), 2),
        exclusive_pv_usd=round(saved_usd, 2),
    )


def demand_summary(inputs: PlanInputs) -> DemandFigures:
    """Return what the network is dimensioned for: the last year of the plan."""
    demand = inputs.params.demand
    return DemandFigures(
        busy_hour_mbps_today=float(inputs.standard.busy_hour_mbps * demand.uptake_share.value),
        busy_hour_mbps_last_year=inputs.busy_hour_mbps / inputs.household_growth,
        traffic_growth=demand.traffic_growth(inputs.horizon_years),
        household_growth=inputs.household_growth,
    )


def summary_counts(assigned: pd.DataFrame, site_rows: pd.DataFrame, link_rows: pd.DataFrame) -> dict[str, Any]:
    """Return the counts that the summary carries."""
    by_technology = {}
    for technology in Technology:
        mine = assigned[assigned["technology"] == technology]
        if len(mine):
            by_technology[technology] = TechnologySum(
                households=int(mine["households"].sum()),
                population=int(mine["population"].sum()),
                capex_usd=round(float(mine["capex_usd"].sum()), 2),
                pv_usd=round(float(mine["pv_usd"].sum()), 2),
            )
    satellite = assigned["technology"].str.startswith("satellite")
    people = int(assigned["population"].sum())
    reached = int(assigned.loc[assigned["technology"] != Technology.NONE, "population"].sum())
    return {
        "reached_share": reached / people if people else 0.0,
        "n_new_sites": int((site_rows["status"] == "new").sum()),
        "n_upgraded_sites": int((site_rows["status"] == "upgraded").sum()),
        "n_relays": int((site_rows["status"] == "relay").sum()),
        "n_exchanges": int((site_rows["status"] == "exchange").sum()),
        "fibre_km": round(float(link_rows.loc[link_rows["kind"] == "fibre", "length_km"].sum()), 3),
        "n_hops": int((link_rows["kind"] == "hop").sum()),
        "n_satellite_links": int((link_rows["kind"] == "satellite").sum()),
        "satellite_households": int(assigned.loc[satellite, "households"].sum()),
        "by_technology": by_technology,
    }

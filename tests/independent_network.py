"""The auditor's checks of the network: flows, connections, satellites, lengths, exclusions."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely

from independent_files import Files, growth, institutions, parameter

FLOW_TOLERANCE_MBPS = 0.05
LENGTH_TOLERANCE = 0.02
TRENCH_IN_EXCLUSION_KM = 0.02
ROAD_WIDTH_KM = 0.03
EARTH_KM = 6371.0088


def check_flows(files: Files) -> list[str]:
    """No link is over its capacity; what flows into a node flows on or is used there."""
    faults = []
    over = files.links[files.links["flow_mbps"] > files.links["capacity_mbps"].fillna(np.inf) + FLOW_TOLERANCE_MBPS]
    faults += [f"{r.link_id}: flow {r.flow_mbps:.2f}, capacity {r.capacity_mbps:.2f}" for r in over.itertuples()]
    faults += [f"{r.link_id}: flow {r.flow_mbps}" for r in files.links[~(files.links["flow_mbps"] >= 0)].itertuples()]
    used = files.sites.set_index("site_id")["demand_mbps"]
    by_fibre = institutions(files)
    by_fibre = by_fibre[by_fibre["technology"] == "fibre"].set_index("owner")["demand_mbps"]
    used = pd.concat([used, by_fibre]) if len(by_fibre) else used
    start = [site_of(n, used.index) for n in files.links["from_id"]]
    end = [site_of(n, used.index) for n in files.links["to_id"]]
    inflow = files.links.groupby(end)["flow_mbps"].sum()
    outflow = files.links.groupby(start)["flow_mbps"].sum()
    feeders = files.links.groupby(end).size()
    faults += [f"node {n} is fed by {k} links" for n, k in feeders.items() if k > 1]
    for node in inflow.index:
        leaving = float(outflow.get(node, 0.0)) + float(used.get(node, 0.0))
        if abs(float(inflow[node]) - leaving) > FLOW_TOLERANCE_MBPS + 1e-6 * leaving:
            faults.append(f"node {node}: {inflow[node]:.3f} Mbit/s in, {leaving:.3f} used or sent on")
    return faults


def site_of(node: str, sites: pd.Index) -> str:
    if node in sites:
        return node
    bare = node.partition(":")[2]
    return bare if bare in sites else node


def _roots(files: Files) -> set[str]:
    """Nodes that need no link: points of presence, and sites that stand with a backhaul of their own."""
    roots = {"core"}
    if "fibre" in files.layers:
        fibre = files.layers["fibre"]
        nodes = fibre[(fibre["feature"] == "node") & (fibre["status"] == "operational")]["fibre_id"]
        spans = fibre[(fibre["feature"] == "span") & (fibre["status"] == "operational")]["fibre_id"]
        roots |= set(nodes) | {f"pop:{n}" for n in nodes}
        ends = set(files.links["from_id"]) | set(files.links["to_id"])
        roots |= {e for e in ends if e.startswith("tap:") and e[4:].rpartition(":")[0] in set(spans)}
        if nodes.empty:
            roots.add("pop:assumed")
    else:
        roots.add("pop:assumed")  # a folder that knows no fibre cannot say where it is
    if "sites" in files.layers:
        roots |= set(files.layers["sites"]["site_id"])
    if "commitments" in files.layers:  # somebody else's network
        roots |= {f"commitment:{c}" for c in files.layers["commitments"]["commitment_id"]}
    return roots


def check_connections(files: Files) -> list[str]:
    """Every site and exchange that is used has a way to a point of presence or a gateway."""
    roots = _roots(files)
    reached = set(roots)
    site_ids = pd.Index(files.sites["site_id"])
    after: dict[str, list[str]] = {}
    for r in files.links.itertuples():
        after.setdefault(site_of(r.from_id, site_ids), []).append(site_of(r.to_id, site_ids))
        if r.kind == "satellite":
            reached.add(site_of(r.to_id, site_ids))
    stack = sorted(reached)
    while stack:
        for node in after.get(stack.pop(), ()):
            if node not in reached:
                reached.add(node)
                stack.append(node)
    faults = [
        f"{r.site_id} ({r.status}) has no way to a point of presence"
        for r in files.sites.itertuples()
        if r.site_id not in reached
    ]
    faults += [
        f"link {r.link_id} starts at {r.from_id}, which nothing feeds"
        for r in files.links.itertuples()
        if site_of(r.from_id, site_ids) not in reached
    ]
    return faults


def check_existing_backhaul(files: Files) -> list[str]:
    """An existing site that feeds others, or is used more, stays within its backhaul where the folder says it."""
    if "sites" not in files.layers or "backhaul_mbps" not in files.layers["sites"]:
        return []
    capacity = files.layers["sites"].set_index("site_id")["backhaul_mbps"]
    sites = files.sites.set_index("site_id")
    fed = {site_of(n, sites.index) for n in files.links["to_id"]}
    outflow = files.links.assign(node=[site_of(n, sites.index) for n in files.links["from_id"]])
    outflow = outflow.groupby("node")["flow_mbps"].sum()
    faults = []
    for site_id in sites.index:
        limit = capacity.get(site_id, np.nan)
        if site_id in fed or pd.isna(limit):
            continue
        load = float(sites.loc[site_id, "demand_mbps"]) + float(outflow.get(site_id, 0.0))
        if load > float(limit) + FLOW_TOLERANCE_MBPS:
            faults.append(f"{site_id}: {load:.2f} Mbit/s over an existing backhaul of {limit:.2f}")
    return faults


def check_satellites(files: Files) -> list[str]:
    """Low-orbit households fit into the cells near them.

    The plan may spread a place over the cells that its homes lie in, which the tables do not say: the households of the
    places of one cell may use that cell and its eight neighbours, no more.
    """
    density, area_km2 = (
        parameter(files, "planning", "leo_users_per_km2"),
        parameter(files, "planning", "leo_cell_km2"),
    )
    rows = files.assignments[files.assignments["technology"] == "satellite_leo"]
    if density is None or area_km2 is None or rows.empty:
        return []
    transform = pyproj.Transformer.from_crs("EPSG:4326", files.config["crs"], always_xy=True)
    x_m, y_m = transform.transform([g.x for g in rows["geometry"]], [g.y for g in rows["geometry"]])
    edge_m = 1000.0 * math.sqrt(area_km2)
    cells = (
        pd.Series(
            rows["households"].to_numpy(),
            index=pd.MultiIndex.from_arrays([np.floor(np.asarray(x_m) / edge_m), np.floor(np.asarray(y_m) / edge_m)]),
        )
        .groupby(level=[0, 1])
        .sum()
    )
    most = 9 * math.floor(density * area_km2) / growth(files)[1]
    return [f"cell {cell}: {n} low-orbit households, {most:.0f} fit around it" for cell, n in cells.items() if n > most]


def _km(a: tuple[float, float], b: tuple[float, float]) -> float:
    lon1, lat1, lon2, lat2 = map(math.radians, (*a[:2], *b[:2]))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, h)))


def _vertices(line: Any) -> list[tuple[float, float]]:
    parts = line.geoms if hasattr(line, "geoms") else [line]
    return [c for part in parts for c in part.coords]


def check_lengths(files: Files) -> list[str]:
    """A link is no shorter than the straight line between its ends, and as long as its course."""
    faults = []
    for r in files.links[files.links["kind"].isin(["fibre", "hop"])].itertuples():
        course = _vertices(r.geometry)
        straight = _km(course[0], course[-1])
        if r.length_km < straight * (1 - LENGTH_TOLERANCE) - 0.01:
            faults.append(f"{r.link_id}: {r.length_km:.3f} km, its ends are {straight:.3f} km apart")
        if r.kind == "hop" and r.length_km > straight * (1 + LENGTH_TOLERANCE) + 0.01:
            faults.append(f"{r.link_id}: a hop of {r.length_km:.3f} km between ends {straight:.3f} km apart")
        if r.kind == "fibre":
            along = sum(_km(a, b) for a, b in itertools.pairwise(course))
            if r.length_km < along * (1 - LENGTH_TOLERANCE) - 0.01:
                faults.append(f"{r.link_id}: {r.length_km:.3f} km, its course is {along:.3f} km")
    return faults


def check_exclusions(files: Files) -> list[str]:
    """Nobody builds or digs where nobody may; over water a cable goes only where a road does (on its bridge)."""
    if "exclusions" not in files.layers or files.layers["exclusions"].empty:
        return []
    zones, kinds = list(files.layers["exclusions"]["geometry"]), list(files.layers["exclusions"]["kind"])
    tree = shapely.STRtree(zones)
    faults = []
    for r in files.sites[files.sites["status"].isin(["new", "relay"])].itertuples():
        if any(zones[i].contains(r.geometry) for i in tree.query(r.geometry)):
            faults.append(f"site {r.site_id} ({r.status}) stands in an exclusion")
    roads = shapely.STRtree(list(files.layers["roads"]["geometry"])) if "roads" in files.layers else None
    for r in files.links[files.links["kind"] == "fibre"].itertuples():
        if not r.capex_usd > 0:
            continue
        km = 0.0
        for i in sorted(tree.query(r.geometry)):
            inside = r.geometry.intersection(zones[i])
            for part in inside.geoms if hasattr(inside, "geoms") else [inside]:
                if part.is_empty or part.length == 0:
                    continue
                if kinds[i] == "lake" and roads is not None and _on_road(part, roads):
                    continue
                km += sum(_km(a, b) for a, b in itertools.pairwise(part.coords))
        if km > TRENCH_IN_EXCLUSION_KM:
            faults.append(f"fibre {r.link_id} is dug {km:.2f} km through an exclusion")
    return faults


def _on_road(part: Any, roads: shapely.STRtree) -> bool:
    """Whether a piece of cable runs along a road, within ``ROAD_WIDTH_KM``."""
    around = roads.query(part.buffer(ROAD_WIDTH_KM / 111.0))
    along = shapely.union_all(roads.geometries[around]).buffer(ROAD_WIDTH_KM / 111.0)
    return bool(along.contains(part))

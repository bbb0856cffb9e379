"""Who is served whatever the plan decides: by sites with room, by fixed lines, by operators' commitments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allreach.apportionment import largest_remainder, largest_remainder_by_group
from allreach.backhaul import network as net
from allreach.errors import Fault, InputError
from allreach.measure.service_links import FWA, HANDSET
from allreach.params.service_rules import commitments_that_count, why_no_mast
from allreach.planning.instance.demand_clusters import Parts
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.instance.institution_options import sector_wishes
from allreach.planning.model.problem import Floats, Ints
from allreach.planning.model.tolerances import REACHED
from allreach.vocabulary import Technology


@dataclass(frozen=True)
class Fixed:
    """Households that are served whatever the plan decides: one row per place and server.

    Parameters
    ----------
    place, households
        Place and whole households.
    site_id
        Site, exchange or commitment that serves.
    site
        Row of the site among existing sites; -1 for exchanges and commitments.
    technology, dl_mbps, why
        How.
    """

    place: Ints
    households: Ints
    site_id: NDArray[np.str_]
    site: Ints
    technology: NDArray[np.str_]
    dl_mbps: Floats
    why: NDArray[np.str_]


def committed_households(inputs: PlanInputs) -> Ints:
    """Households of each place that operators have promised to serve.

    Raises
    ------
    InputError
        If a commitment names a place that does not exist.
    """
    row_of = {place: i for i, place in enumerate(inputs.points.places["place_id"])}
    share = np.zeros(inputs.points.n_places)
    faults = []
    counts = commitments_that_count(inputs.standard, inputs.commitments)
    for commitment, does_count in zip(inputs.commitments.itertuples(), counts.tolist(), strict=True):
        row = row_of.get(commitment.place_id)
        if row is None:
            faults.append(
                Fault(
                    f"commitments, {commitment.commitment_id}",
                    f"place {commitment.place_id} does not exist",
                    "a place_id of the table places",
                )
            )
        elif does_count:
            share[row] += float(commitment.households_share)
    if faults:
        raise InputError(faults)
    return np.asarray(np.floor(np.minimum(share, 1.0) * inputs.households + REACHED).astype(np.int64))


def serve_by_existing(inputs: PlanInputs, parts: Parts, level: Ints) -> tuple[Ints, NDArray, Floats]:
    """Parts that existing sites serve with room for everybody who could want them.

    A site is safe if all parts that it could serve fit into its sectors and backhaul together; what a safe site covers
    is served by it at no cost, and no other plan could be cheaper.
    """
    n_sites, n_existing = inputs.links.n_sites, inputs.n_existing
    cap = inputs.params.radio.load_cap.value
    demand = inputs.busy_hour_mbps
    pair_level = level[parts.pair_site]
    pairs = np.arange(len(parts.pair_part))
    phone = parts.covered[pair_level, HANDSET, pairs] & (parts.pair_site < n_existing)
    phone &= inputs.site_arrays.serves[parts.pair_site]
    if why_no_mast(inputs.standard, inputs.params.planning):
        phone[:] = False
    if inputs.standard.tiers:  # who has less than the highest tier may have to be given more
        phone &= parts.peak_mbps[pair_level, HANDSET, pairs] >= inputs.standard.top_mbps - REACHED
    use_level = pair_level[parts.use_pair]
    uses = np.arange(len(parts.use_pair))
    time_any = np.maximum(parts.use_time[use_level, HANDSET, uses], parts.use_time[use_level, FWA, uses])
    time_phone = parts.use_time[use_level, HANDSET, uses]
    inst_site, inst_sector, inst_time, inst_mbps = sector_wishes(inputs, level)
    n_sectors = int(max(parts.use_sector.max(initial=0), inst_sector.max(initial=0))) + 1
    reserved = np.bincount(inst_site * n_sectors + inst_sector, weights=inst_time, minlength=n_sites * n_sectors)
    reserved = reserved.reshape(n_sites, n_sectors)
    reserved_mbps = np.bincount(inst_site, weights=inst_mbps, minlength=n_sites)
    backhaul = _backhaul_mbps(inputs)
    served = np.full(len(parts.place), -1, dtype=np.int64)
    for _ in range(20):
        todo = served[parts.pair_part] < 0
        # demand that could come to each sector: that of open parts, and what is already put there
        counts = todo[parts.use_pair] | (served[parts.pair_part[parts.use_pair]] == parts.pair_site[parts.use_pair])
        amount = parts.households[parts.pair_part[parts.use_pair]] * time_any * counts
        key = parts.pair_site[parts.use_pair] * n_sectors + parts.use_sector
        load = np.bincount(key, weights=amount, minlength=n_sites * n_sectors).reshape(n_sites, n_sectors)
        pair_counts = todo | (served[parts.pair_part] == parts.pair_site)
        mbps = np.bincount(
            parts.pair_site, weights=parts.households[parts.pair_part] * demand * pair_counts, minlength=n_sites
        )
        safe = ((load + reserved).max(axis=1) <= cap) & (mbps + reserved_mbps <= backhaul)
        good = np.flatnonzero(phone & todo & safe[parts.pair_site])
        if not len(good):
            break
        # of several safe sites, the one that spends least time on the part
        spent = np.bincount(parts.use_pair, weights=time_phone, minlength=len(pairs))[good]
        order = good[np.lexsort((parts.pair_site[good], spent, parts.pair_part[good]))]
        part, first = np.unique(parts.pair_part[order], return_index=True)
        served[part] = parts.pair_site[order[first]]
    mine = served[parts.pair_part[parts.use_pair]] == parts.pair_site[parts.use_pair]
    households = parts.households[parts.pair_part[parts.use_pair]] * mine
    key = parts.pair_site[parts.use_pair] * n_sectors + parts.use_sector
    time = np.stack(
        [
            np.bincount(key, weights=households * parts.use_time[lv, HANDSET], minlength=n_sites * n_sectors)
            for lv in (0, 1)
        ]
    ).reshape(2, n_sites, n_sectors)
    is_served = served >= 0
    mbps = np.bincount(served[is_served], weights=parts.households[is_served] * demand, minlength=n_sites)
    return served, time, mbps.astype(np.float64)


def _backhaul_mbps(inputs: PlanInputs) -> Floats:
    """Return what the present backhaul of each existing site carries; 0 for candidates."""
    out = np.zeros(inputs.links.n_sites)
    node = inputs.network.node_of_row(net.EXISTING_SITE, inputs.n_existing)
    core = inputs.network.link_kind == net.CORE_LINK
    of_node = np.zeros(inputs.network.n_nodes)
    of_node[inputs.network.link_head[core]] = inputs.network.link_capacity_mbps[core]
    out[: inputs.n_existing] = np.where(node >= 0, of_node[node], 0.0)
    return out


@dataclass(frozen=True)
class _Row:
    """One row of `Fixed`."""

    place: int
    households: int
    site_id: str
    site: int
    dl_mbps: float
    why: str


def households_outside(inputs: PlanInputs, parts: Parts, served_by: Ints, level: Ints, by_line: Ints) -> Fixed:
    """Households outside the decision, in rows: on sites with room, on fixed lines, under commitments."""
    rows = [
        *_on_sites(inputs, parts, served_by, level),
        *_on_lines(inputs, by_line),
        *_under_commitments(inputs),
    ]
    return Fixed(
        place=np.array([row.place for row in rows], dtype=np.int64),
        households=np.array([row.households for row in rows], dtype=np.int64),
        site_id=np.array([row.site_id for row in rows], dtype=str),
        site=np.array([row.site for row in rows], dtype=np.int64),
        technology=np.array([Technology.EXISTING] * len(rows), dtype=str),
        dl_mbps=np.array([row.dl_mbps for row in rows], dtype=np.float64),
        why=np.array([row.why for row in rows], dtype=str),
    )


def _on_sites(inputs: PlanInputs, parts: Parts, served_by: Ints, level: Ints) -> Iterator[_Row]:
    """Households on existing sites with room, by place and site."""
    pair_of = {(int(p), int(s)): i for i, (p, s) in enumerate(zip(parts.pair_part, parts.pair_site, strict=True))}
    together: dict[tuple[int, int], tuple[int, float]] = {}
    for part in np.flatnonzero(served_by >= 0).tolist():
        site, place = int(served_by[part]), int(parts.place[part])
        peak = float(parts.peak_mbps[level[site], HANDSET, pair_of[(part, site)]])
        n, dl = together.get((place, site), (0, np.inf))
        together[(place, site)] = (n + int(parts.households[part]), min(dl, peak))
    for (place, site), (n, dl) in sorted(together.items()):
        site_id = str(inputs.site_arrays.site_id[site])
        yield _Row(place, n, site_id, site, dl, f"site {site_id} reaches them today and has room")


def _on_lines(inputs: PlanInputs, by_line: Ints) -> Iterator[_Row]:
    """Households on fixed lines, by place and exchange."""
    fibre_mbps = inputs.params.radio.fixed_dl_mbps.value
    reached = np.flatnonzero(inputs.fixed_share > 0)
    share = inputs.points.households[reached] * inputs.fixed_share[reached]
    names, name = np.unique(inputs.fixed_site[reached].astype(str), return_inverse=True)
    key = inputs.points.place_index[reached].astype(np.int64) * max(len(names), 1) + name
    keys, group = np.unique(key, return_inverse=True)
    wish = np.bincount(group, weights=share, minlength=len(keys)).astype(np.float64)
    line_dl = np.full(len(keys), np.inf)
    np.minimum.at(line_dl, group, inputs.fixed_mbps[reached])
    place_of = keys // max(len(names), 1)
    whole = largest_remainder_by_group(wish, place_of, np.where(np.isin(np.arange(len(by_line)), place_of), by_line, 0))
    for i in np.flatnonzero(whole > 0).tolist():
        site_id = str(names[keys[i] % len(names)])
        what = f"exchange {site_id}" if site_id else "fibre" if line_dl[i] >= fibre_mbps else "a fixed line"
        yield _Row(
            int(place_of[i]),
            int(whole[i]),
            site_id,
            -1,
            float(line_dl[i]),
            f"{what} reaches them today",
        )


def _under_commitments(inputs: PlanInputs) -> Iterator[_Row]:
    """Households whom operators have promised to serve, by place and commitment."""
    committed = committed_households(inputs)
    counting = commitments_that_count(inputs.standard, inputs.commitments)
    row_of = {place: i for i, place in enumerate(inputs.points.places["place_id"])}
    for place in np.flatnonzero(committed > 0).tolist():
        mine = inputs.commitments[(inputs.commitments["place_id"].map(row_of) == place) & counting].sort_values(
            "commitment_id", kind="stable"
        )
        counts = largest_remainder(mine["households_share"].to_numpy(float), int(committed[place]))
        for count, c in zip(counts.tolist(), mine.itertuples(), strict=True):
            if count:
                why = (
                    f"{c.operator} has committed to serve them with {c.technology} from {c.year}; "
                    "public money overbuilds nobody"
                )
                yield _Row(place, count, f"commitment:{c.commitment_id}", -1, float(c.dl_mbps), why)

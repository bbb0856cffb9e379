"""What could serve the homes of each part: sites that stand, upgraded or new, fixed wireless, fibre."""

from __future__ import annotations

import numpy as np

from allreach.measure.service_links import FULL, FWA, HANDSET
from allreach.params.service_rules import why_no_line, why_no_mast
from allreach.planning.instance.demand_clusters import Parts
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.instance.option_table import SECTOR, Offers, PlaceLimits
from allreach.planning.instance.satellite_options import Sky
from allreach.planning.model.problem import Bools, Ints
from allreach.planning.model.tolerances import LEAST_SHARE
from allreach.vocabulary import MOBILE, CommitmentTechnology, FacilityKind, Service, Technology


def place_limits(inputs: PlanInputs, sky: Sky) -> PlaceLimits:
    """Per technology and place, why it is not on offer; empty where it may be."""
    standard = inputs.standard
    out: PlaceLimits = {name: np.full(inputs.points.n_places, "", dtype=object) for name in Technology}
    sky.limits(out)
    out[Technology.FIBRE][:] = why_no_line(standard, inputs.params.radio, inputs.params.planning)
    for technology in MOBILE:
        out[technology][:] = why_no_mast(standard, inputs.params.planning)
    out[Technology.FWA][:] = why_no_mast(standard, inputs.params.planning, CommitmentTechnology.FWA)
    return out


def radio_options(
    inputs: PlanInputs,
    parts: Parts,
    local_part: Ints,
    level: Ints,
    can_upgrade: Bools,
    offers: Offers,
    limits: PlaceLimits,
) -> None:
    """Add what the sites that cover a part could do for its homes, those that stand first."""
    planning, n_existing = inputs.params.planning, inputs.n_existing
    open_pairs = np.flatnonzero(local_part[parts.pair_part] >= 0)
    best = HANDSET if inputs.standard.service is Service.MOBILE else FWA
    spent = np.bincount(
        parts.use_pair, weights=np.maximum(parts.use_time[FULL, best], LEAST_SHARE), minlength=len(parts.pair_part)
    )
    is_new = parts.pair_site >= n_existing
    order = open_pairs[
        np.lexsort((parts.pair_site[open_pairs], spent[open_pairs], is_new[open_pairs], parts.pair_part[open_pairs]))
    ]
    use_start = np.searchsorted(parts.use_pair, np.arange(len(parts.pair_part) + 1))
    count: dict[tuple[int, bool], int] = {}
    for pair in order.tolist():
        part, site, new = int(parts.pair_part[pair]), int(parts.pair_site[pair]), bool(is_new[pair])
        seen = count.get((part, new), 0)
        if seen >= (planning.new_sites_per_part.value if new else planning.existing_sites_per_part.value):
            continue
        count[(part, new)] = seen + 1
        place = int(parts.place[part])
        if new:
            ways = [
                (FacilityKind.NEW, FULL, HANDSET, Technology.MOBILE_NEW),
                (FacilityKind.NEW, FULL, FWA, Technology.FWA),
            ]
        else:
            ways = [
                (FacilityKind.EXISTING, int(level[site]), HANDSET, Technology.EXISTING),
                (FacilityKind.EXISTING, int(level[site]), FWA, Technology.FWA),
            ]
            if not inputs.site_arrays.serves[site]:
                ways = []
            if can_upgrade[site]:
                ways += [
                    (FacilityKind.UPGRADE, FULL, HANDSET, Technology.MOBILE_UPGRADE),
                    (FacilityKind.UPGRADE, FULL, FWA, Technology.FWA),
                ]
        for kind, lv, terminal, technology in ways:
            if not parts.covered[lv, terminal, pair] or limits[technology][place]:
                continue
            facility = offers.facility(kind, site - n_existing if new else site)
            peak_mbps = float(parts.peak_mbps[lv, terminal, pair])
            option = offers.add(int(local_part[part]), technology, facility, inputs.busy_hour_mbps, peak_mbps)
            for use in range(use_start[pair], use_start[pair + 1]):
                time = float(parts.use_time[lv, terminal, use])
                if time > 0:
                    offers.use(option, offers.pool(SECTOR, site, int(parts.use_sector[use])), time)


def fibre_options(
    inputs: PlanInputs,
    parts: Parts,
    active: Ints,
    exchange_node: Ints,
    offers: Offers,
    limits: PlaceLimits,
) -> None:
    """Add fibre to the home: from the exchange that stands in a place, else from one that may be built there.

    A place whose homes a standing exchange reaches in part needs no second one for the rest: its reach is then that of
    a new one at the same spot, and the rest pays for its streets, ports and drops alike.
    """
    line_mbps = inputs.params.radio.fixed_dl_mbps.value
    for i, part in enumerate(active.tolist()):
        place = int(parts.place[part])
        stands = inputs.exchange_of_place[place] >= 0
        if not stands and exchange_node[place] < 0:
            if not limits[Technology.FIBRE][place]:
                limits[Technology.FIBRE][place] = "no exchange could stand there"
            continue
        if limits[Technology.FIBRE][place]:
            continue
        facility = offers.facility(FacilityKind.STANDING_EXCHANGE if stands else FacilityKind.EXCHANGE, place)
        offers.add(i, Technology.FIBRE, facility, inputs.busy_hour_mbps, line_mbps)

"""What could connect each institution: fibre of its own, a share of a sector, satellite retail or committed."""

from __future__ import annotations

import numpy as np

from allreach.backhaul import network as net
from allreach.params.service_rules import why_other_service
from allreach.planning.instance.inputs import PlanInputs
from allreach.planning.instance.institutions import COMMITTED, radio_links
from allreach.planning.instance.option_table import SECTOR, Offers
from allreach.planning.instance.satellite_options import Sky
from allreach.planning.instance.unit_costs import UnitLines
from allreach.planning.model.problem import Bools, Floats, Ints
from allreach.planning.model.tolerances import REACHED
from allreach.vocabulary import CommitmentTechnology, FacilityKind, Technology


def sector_wishes(inputs: PlanInputs, level: Ints) -> tuple[Ints, Ints, Floats, Floats]:
    """Return what institutions could ask of sites that stand: site, sector, time, demand; one row per pair.

    Sites whose sectors have room for all households and institutions that could come serve households at no cost.
    """
    found = inputs.institutions
    rows = []
    for radio in radio_links(found, inputs.links, ~inputs.lines_institutions):
        if radio.site < inputs.n_existing and radio.rate_mbps[level[radio.site]] > 0:
            mbps = float(found.demand_mbps[radio.row])
            rows.append((radio.site, radio.sector, mbps / float(radio.rate_mbps[level[radio.site]]), mbps))
    columns = np.array(rows, dtype=np.float64).reshape(-1, 4)
    return columns[:, 0].astype(np.int64), columns[:, 1].astype(np.int64), columns[:, 2], columns[:, 3]


def institution_options(
    inputs: PlanInputs, first_part: int, level: Ints, can_upgrade: Bools, offers: Offers, lines: UnitLines, sky: Sky
) -> Ints:
    """Add the options of all institutions that the plan decides on; returns their rows, one per part added."""
    found = inputs.institutions
    rows = np.flatnonzero(~inputs.lines_institutions)
    part_of = np.full(len(found) + 1, -1, dtype=np.int64)
    part_of[rows] = first_part + np.arange(len(rows))
    _fibre(inputs, rows, part_of, offers)
    if not why_other_service(inputs.standard, CommitmentTechnology.FWA):
        _radio(inputs, part_of, level, can_upgrade, offers)
    if not why_other_service(inputs.standard, CommitmentTechnology.SATELLITE):
        for row in rows.tolist():
            _satellite(inputs, row, int(part_of[row]), offers, lines, sky)
    return rows.astype(np.int64)


def _fibre(inputs: PlanInputs, rows: Ints, part_of: Ints, offers: Offers) -> None:
    found, latency = inputs.institutions, inputs.params.planning.fibre_latency_ms.value
    node = inputs.network.node_of_row(net.INSTITUTION, len(found))
    for row in rows[(node[rows] >= 0) & (found.latency_ms[rows] >= latency)].tolist():
        mbps = float(found.demand_mbps[row])
        offers.add(
            int(part_of[row]),
            Technology.FIBRE,
            offers.facility(FacilityKind.INSTITUTION, row),
            mbps,
            max(mbps, inputs.params.radio.fixed_dl_mbps.value),
        )


def _radio(inputs: PlanInputs, part_of: Ints, level: Ints, can_upgrade: Bools, offers: Offers) -> None:
    found, planning, n_existing = inputs.institutions, inputs.params.planning, inputs.n_existing
    count: dict[tuple[int, bool], int] = {}
    quick = found.latency_ms >= planning.radio_latency_ms.value
    for radio in radio_links(found, inputs.links, quick & ~inputs.lines_institutions):
        mbps = float(found.demand_mbps[radio.row])
        least = max(mbps, inputs.standard.dl_mbps)
        new = radio.site >= n_existing
        most = planning.new_sites_per_part.value if new else planning.existing_sites_per_part.value
        if count.get((radio.row, new), 0) >= most:
            continue
        kinds = [(FacilityKind.NEW, int(level[radio.site]))] if new else []
        if not new and inputs.site_arrays.serves[radio.site]:
            kinds.append((FacilityKind.EXISTING, int(level[radio.site])))
        if not new and can_upgrade[radio.site]:
            kinds.append((FacilityKind.UPGRADE, len(radio.peak_mbps) - 1))
        for kind, at in kinds:
            if radio.peak_mbps[at] < least:
                continue
            count[(radio.row, new)] = count.get((radio.row, new), 0) + 1
            facility = offers.facility(kind, radio.site - n_existing if new else radio.site)
            option = offers.add(int(part_of[radio.row]), Technology.FWA, facility, mbps, float(radio.peak_mbps[at]))
            pool = offers.pool(SECTOR, radio.site, radio.sector)
            offers.use(option, pool, mbps / float(radio.rate_mbps[at]))


def _satellite(inputs: PlanInputs, row: int, part: int, offers: Offers, lines: UnitLines, sky: Sky) -> None:
    """Low-orbit by retail plan up to a demand, beyond it committed; geostationary always committed."""
    found, planning = inputs.institutions, inputs.params.planning
    mbps, latency, place = float(found.demand_mbps[row]), float(found.latency_ms[row]), int(found.place[row])
    x_m, y_m = float(found.x_m[row]), float(found.y_m[row])
    speed, standard = planning.leo_dl_mbps.value, inputs.standard
    if planning.leo_latency_ms.value <= latency and speed >= standard.dl_mbps - REACHED and sky.sees_low_orbit(place):
        contract = lines.leo_contract(row)
        option = offers.add(part, Technology.SATELLITE_LEO, -1, 0.0, max(speed, mbps), contract=contract)
        sky.use_low_orbit(offers, option, place, x_m, y_m, max(1.0, mbps * planning.leo_contention.value / speed))
    if planning.geo_dl_mbps.value < standard.dl_mbps - REACHED:
        return
    for satellite in sky.serving(place, latency):
        speed = sky.geostationary_dl_mbps(satellite, place)
        option = offers.add(part, Technology.SATELLITE_GEO, -1, 0.0, max(speed, mbps), contract=COMMITTED)
        sky.use_geostationary(offers, option, satellite, place, x_m, y_m, mbps)

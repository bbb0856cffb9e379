"""A planned network under a standard of mobile service: a handset takes the best server, whatever the plan assigned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from allreach.demand.points import DemandPoints
from allreach.measure.assigned_rows import Assigned, tiers_met
from allreach.measure.planned_institutions import Connected
from allreach.measure.point_service import Heard
from allreach.measure.sector_capacity import fill_sectors
from allreach.measure.share_out import Entries
from allreach.measure.shared_masts import shared_masts
from allreach.params.country_config import ServiceStandard
from allreach.params.radio import Radio
from allreach.radio.engine.reception import speed_mbps
from allreach.radio.sites import SiteArrays


def share_by_handset(
    rows: Assigned,
    points: DemandPoints,
    sites: SiteArrays,
    heard: Heard,
    connected: Connected,
    elsewhere: NDArray[np.float64],
    mbps: float,
    standard: ServiceStandard,
    radio: Radio,
) -> tuple[Entries, NDArray[np.float64], NDArray[np.float64]]:
    """Serve every point by its best server, as `point_service` does today, whatever the plan has assigned.

    Parameters
    ----------
    rows
        What was assigned; every point whose place has a row is served.
    points, sites, heard
        Points, sites of the planned network, and what handsets hear of it.
    connected
        Institutions, which take their share of sectors and backhaul first.
    elsewhere
        Share of each point's households that commitments serve.
    mbps
        Busy-hour demand of a household. [Mbit/s]
    standard, radio
        Service standard and parameters.

    Returns
    -------
    entries
        One for each point that hears a mast to the standard, under the first row of its place.
    served
        Households at each entry.
    load
        Load of each sector with that of institutions, shape (n_sites, most sectors).
    """
    masts, served = shared_masts(sites), heard.served
    rate = speed_mbps(served, masts.sites, radio)
    shape = connected.load.shape
    first_row = np.full(points.n_places, -1, dtype=np.int64)
    first_row[rows.place[::-1]] = np.arange(len(rows.place))[::-1]
    open_households = points.households * (1.0 - elsewhere)
    # a standard that holds at few locations may be met where the median hears nothing: no load could be told there
    is_eligible = heard.is_eligible & (first_row[points.place_index] >= 0) & (rate > 0.0)
    loads = fill_sectors(
        masts.of(served.site),
        served.sector,
        rate,
        open_households * mbps,
        is_eligible,
        np.maximum(masts.sites.backhaul_mbps - connected.mbps, 0.0),
        shape[1],
        np.maximum(radio.load_cap.value - connected.load, 0.0),
    )
    point = np.flatnonzero(is_eligible)
    entries = Entries(
        row=first_row[points.place_index[point]],
        point=point,
        site=served.site[point],
        sector=served.sector[point],
        rate_mbps=rate[point],
        tiers=tiers_met(heard.peak_mbps[point], standard) if standard.tiers else None,
    )
    households = (open_households * loads.served_share)[point]
    return entries, households, connected.load + masts.loads(loads).load

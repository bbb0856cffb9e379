"""How full each sector is in the busy hour: the table ``measure_sectors``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach import tables
from allreach.radio.sites import SiteArrays
from allreach.vocabulary import Evidence


def sectors_table(
    sites: pd.DataFrame,
    arrays: SiteArrays,
    *,
    load: NDArray[np.float64],
    wanted_load: NDArray[np.float64],
    people: NDArray[np.float64],
    turned_away: NDArray[np.float64],
    evidence: str = Evidence.MODELLED,
) -> pd.DataFrame:
    """Table ``measure_sectors`` of the sites that serve, by site and sector.

    Parameters
    ----------
    sites, arrays
        Table ``sites`` and the same as arrays.
    load, wanted_load
        Load of each sector in the busy hour, and what it were if nobody were turned away, shape (n_sites, most).
    people, turned_away
        People whom each sector could serve, and those of them whom it turns away, same shape.
    evidence
        Worst evidence of the inputs that all sectors share.
    """
    site, sector = np.nonzero(np.arange(load.shape[1]) < arrays.n_sectors[:, None])
    use = arrays.serves[site]
    site, sector = site[use], sector[use]
    first_deg = pd.Series(sites["azimuth_deg"].to_numpy(dtype=np.float64), index=sites["site_id"].astype(str))
    azimuth_deg = first_deg.reindex(arrays.site_id).to_numpy()[site] + 360.0 * sector / arrays.n_sectors[site]
    known = np.column_stack([arrays.evidence, np.array(arrays.assumed.evidence(), dtype=str)])
    mine, lost = people[site, sector], turned_away[site, sector]
    frame = pd.DataFrame(
        {
            "site_id": arrays.site_id[site],
            "sector": sector,
            "azimuth_deg": np.where(arrays.n_sectors[site] > 1, azimuth_deg % 360.0, np.nan),
            "load": load[site, sector],
            "wanted_load": wanted_load[site, sector],
            "people": np.round(mine).astype(np.int64),
            "turned_away_share": np.clip(lost / np.where(mine > 0, mine, 1.0), 0.0, 1.0),
            "evidence": [tables.worst_evidence(evidence, *each, Evidence.MODELLED) for each in known[site]],
        }
    )
    return tables.conform(frame, "measure_sectors")


def per_sector(
    site: NDArray[np.integer], sector: NDArray[np.integer], values: NDArray[np.float64], shape: Sequence[int]
) -> NDArray[np.float64]:
    """Sum values by sector; those without a site (-1) are left out, shape (n_sites, most sectors)."""
    use = site >= 0
    cell = site[use].astype(np.int64) * shape[1] + sector[use]
    return (
        np.bincount(cell, weights=values[use], minlength=shape[0] * shape[1]).reshape(tuple(shape)).astype(np.float64)
    )

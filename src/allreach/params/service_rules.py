"""When a service meets the standard: one rule of kind, speed and delay for what stands and for what is planned."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach.params.country_config import ServiceStandard
from allreach.params.planning import Planning
from allreach.params.radio import Radio
from allreach.vocabulary import CommitmentTechnology, Generation, Service

KINDS = {
    Service.ANY: tuple(CommitmentTechnology),
    Service.MOBILE: (CommitmentTechnology.MOBILE,),
    Service.LINE: (CommitmentTechnology.FIBRE,),
}
"""Kinds of service that a standard counts, by what it asks for."""
WANTED = {Service.MOBILE: "the standard asks for mobile service", Service.LINE: "the standard asks for a fixed line"}
SPEED_EPS_MBPS = 1e-9  # a speed that misses the standard by less meets it


def why_other_service(standard: ServiceStandard, kind: CommitmentTechnology) -> str:
    """Say why a kind of service does not count, however good it is; empty where it does."""
    return "" if kind in KINDS[standard.service] else WANTED[standard.service]


def why_below_standard(standard: ServiceStandard, dl_mbps: float, latency_ms: float) -> str:
    """Say why a service does not meet the standard, whether it stands or is planned; empty where it does."""
    if dl_mbps < standard.dl_mbps - SPEED_EPS_MBPS:
        return f"gives {dl_mbps:g} Mbit/s, the standard asks for {standard.dl_mbps:g}"
    if latency_ms > standard.latency_ms + 1e-9:
        return f"takes {latency_ms:g} ms, the standard allows {standard.latency_ms:g}"
    return ""


def why_no_line(standard: ServiceStandard, radio: Radio, planning: Planning | None) -> str:
    """Say why a fixed line, one that stands as one that is planned, does not meet the standard; empty where it does.

    Its speed is that of the technology and split of ``radio.fixed_dl_mbps``. Without `planning` no delay is known.
    """
    latency_ms = 0.0 if planning is None else planning.fibre_latency_ms.value
    other = why_other_service(standard, CommitmentTechnology.FIBRE)
    return other or why_below_standard(standard, radio.fixed_dl_mbps.value, latency_ms)


def why_no_mast(
    standard: ServiceStandard,
    planning: Planning | None,
    kind: CommitmentTechnology = CommitmentTechnology.MOBILE,
) -> str:
    """Say why no mast meets the standard, whatever its speed: its kind or delay; empty where it may.

    A mast serves handsets (`kind` ``mobile``) and homes by an outdoor antenna (``fwa``).
    """
    latency_ms = 0.0 if planning is None else planning.radio_latency_ms.value
    return why_other_service(standard, kind) or why_below_standard(standard, math.inf, latency_ms)


def why_no_satellite(standard: ServiceStandard, dl_mbps: float, latency_ms: float) -> str:
    """Say why a satellite terminal at the home does not meet the standard; empty where it does."""
    other = why_other_service(standard, CommitmentTechnology.SATELLITE)
    return other or why_below_standard(standard, dl_mbps, latency_ms)


def commitments_that_count(standard: ServiceStandard, commitments: pd.DataFrame) -> NDArray[np.bool_]:
    """Rows of the table ``commitments`` that promise what the standard asks for: the kind of service and the speed.

    A promise of a mast does not say its generation; none counts where 5G is asked for.
    """
    kinds: tuple[CommitmentTechnology, ...] = KINDS[standard.service]
    if standard.generation is Generation.G5:
        kinds = tuple(one for one in kinds if one not in (CommitmentTechnology.MOBILE, CommitmentTechnology.FWA))
    fits = commitments["technology"].isin(kinds) & (commitments["dl_mbps"] >= standard.dl_mbps - SPEED_EPS_MBPS)
    return np.asarray(fits.to_numpy(dtype=bool))

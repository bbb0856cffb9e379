"""When a service meets the standard: one rule of speed and delay for what stands and for what is planned."""

from __future__ import annotations

import math

from allreach.params.country_config import ServiceStandard
from allreach.params.planning import Planning
from allreach.params.radio import Radio


def why_below_standard(standard: ServiceStandard, dl_mbps: float, latency_ms: float) -> str:
    """Say why a service does not meet the standard, whether it stands or is planned; empty where it does."""
    if dl_mbps < standard.dl_mbps - 1e-9:
        return f"gives {dl_mbps:g} Mbit/s, the standard asks for {standard.dl_mbps:g}"
    if latency_ms > standard.latency_ms + 1e-9:
        return f"takes {latency_ms:g} ms, the standard allows {standard.latency_ms:g}"
    return ""


def why_no_line(standard: ServiceStandard, radio: Radio, planning: Planning | None) -> str:
    """Say why a fixed line, one that stands as one that is planned, does not meet the standard; empty where it does.

    Its speed is that of the technology and split of ``radio.fixed_dl_mbps``. Without `planning` no delay is known.
    """
    latency_ms = 0.0 if planning is None else planning.fibre_latency_ms.value
    return why_below_standard(standard, radio.fixed_dl_mbps.value, latency_ms)


def why_no_mast(standard: ServiceStandard, planning: Planning | None) -> str:
    """Say why no mast meets the standard, whatever its speed: its delay; empty where it may."""
    return why_below_standard(standard, math.inf, 0.0 if planning is None else planning.radio_latency_ms.value)

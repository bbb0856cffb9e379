"""How many processor cores this process may use."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUPS = Path("/proc/self/cgroup")


def usable_cores() -> int:
    """Cores that this process may use: those of its affinity mask, no more than a container's quota grants.

    A container limited to part of a core, or to cores and a part, counts the part as a whole core.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    quota = cgroup_cores()
    return max(cores if quota is None else min(cores, math.ceil(quota)), 1)


def cgroup_cores(mount: Path = CGROUPS, own: Path = OWN_CGROUPS) -> float | None:
    """Cores that the control groups of Linux grant, the least over the group and those above it; none without quota.

    Parameters
    ----------
    mount
        Where the groups are mounted: version 2 (``cpu.max``) or 1 (``cpu/cpu.cfs_quota_us``).
    own
        File that names the group of this process.
    """
    try:
        lines = own.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    found: list[float] = []
    for line in lines:
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            found += _granted(mount, path, _of_version_2)
        elif "cpu" in controllers.split(","):
            found += _granted(mount / "cpu", path, _of_version_1)
    return min(found, default=None)


def _granted(root: Path, path: str, read: Callable[[Path], float | None]) -> list[float]:
    """Quotas of a group and of all above it, up to the mount; inside a container the group may itself be the mount."""
    parts = [part for part in path.split("/") if part and part != ".."]
    folders = [root.joinpath(*parts[:n]) for n in range(len(parts), -1, -1)]
    return [cores for folder in folders if (cores := read(folder)) is not None]


def _of_version_2(folder: Path) -> float | None:
    words = _words(folder / "cpu.max")
    return _ratio(words[0], words[1]) if len(words) == 2 else None


def _of_version_1(folder: Path) -> float | None:
    quota, period = _words(folder / "cpu.cfs_quota_us"), _words(folder / "cpu.cfs_period_us")
    return _ratio(quota[0], period[0]) if len(quota) == len(period) == 1 else None


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        return []


def _ratio(quota_us: str, period_us: str) -> float | None:
    """Cores of a quota; ``max`` and -1 mean none."""
    if not (quota_us.isdigit() and period_us.isdigit() and int(period_us)):
        return None
    return int(quota_us) / int(period_us)

"""Cores: the affinity mask, and the quota of a container under both versions of control groups."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from allreach import processors


def groups(root: Path, files: dict[str, str], own: str) -> tuple[Path, Path]:
    for name, text in files.items():
        path = root / "cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / "own").write_text(own)
    return root / "cgroup", root / "own"


@pytest.mark.parametrize(
    ("files", "own", "cores"),
    [
        ({"cpu.max": "150000 100000\n"}, "0::/\n", 1.5),
        ({"cpu.max": "max 100000\n"}, "0::/\n", None),
        ({"a/cpu.max": "400000 100000\n", "a/b/cpu.max": "max 100000\n"}, "0::/a/b\n", 4.0),
        ({"a/cpu.max": "400000 100000\n", "a/b/cpu.max": "200000 100000\n"}, "0::/a/b\n", 2.0),
        ({"cpu.max": "300000 100000\n"}, "0::/../../somewhere/else\n", 3.0),
        ({"cpu/d/cpu.cfs_quota_us": "50000\n", "cpu/d/cpu.cfs_period_us": "100000\n"}, "3:cpu,cpuacct:/d\n", 0.5),
        ({"cpu/d/cpu.cfs_quota_us": "-1\n", "cpu/d/cpu.cfs_period_us": "100000\n"}, "3:cpu,cpuacct:/d\n", None),
        ({"cpu.max": "nonsense\n"}, "0::/\n", None),
        ({}, "", None),
    ],
)
def test_quota_of_a_container(tmp_path, files, own, cores):
    assert processors.cgroup_cores(*groups(tmp_path, files, own)) == cores


def test_no_control_groups_at_all(tmp_path):
    assert processors.cgroup_cores(tmp_path, tmp_path / "absent") is None


@pytest.mark.parametrize(("quota", "cores"), [(None, 6), (0.3, 1), (1.5, 2), (99.0, 6)])
def test_the_less_of_mask_and_quota(monkeypatch, quota, cores):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(6)), raising=False)
    monkeypatch.setattr(processors, "cgroup_cores", lambda: quota)
    assert processors.usable_cores() == cores

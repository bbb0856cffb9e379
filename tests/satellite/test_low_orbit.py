"""Low orbits against other calculations: skyfield's sky, plain loops, and laws."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import yaml

from allreach.errors import DataMissingError, InputError
from allreach.io import constellation_files, orbit_files
from allreach.satellite.constellation import Capacity, carried
from allreach.satellite.geometry import ecef_km, look_angles
from allreach.satellite.orbits import Shell, element_positions, walker_positions
from allreach.satellite.visibility import watch

SHELL = Shell(name="s", altitude_km=550, inclination_deg=53, n_planes=72, n_per_plane=22, phasing=1)
PLACES = np.array([[49.87, 40.41], [45.0, 39.2], [47.5, 51.0], [48.0, 10.0], [-70.0, -33.0]])
EPOCH = datetime(2026, 3, 20, tzinfo=UTC)
ISS = """ISS (ZARYA)
1 25544U 98067A   19343.69339541  .00001764  00000-0  38792-4 0  9991
2 25544  51.6439 211.2001 0007417  17.6667  85.6398 15.50103472202482
"""


def test_a_walker_shell_agrees_with_sgp4_and_skyfield() -> None:
    """1,584 satellites made anew as mean elements, put in the sky by other people's code, an hour each minute."""
    from sgp4.api import WGS72, Satrec
    from skyfield.api import EarthSatellite, load, wgs84

    ts = load.timescale(builtin=True)
    start = ts.from_datetime(EPOCH)
    turn = start.gmst / 24.0 * 2.0 * math.pi  # our nodes count from Greenwich, SGP4's from the equinox
    minutes = np.arange(0, 60)
    times = ts.from_datetimes([EPOCH + timedelta(minutes=int(m)) for m in minutes])
    motion = math.sqrt(398600.8 / (6378.137 + 550.0) ** 3) * 60.0  # rad a minute
    days = (EPOCH - datetime(1949, 12, 31, tzinfo=UTC)).total_seconds() / 86400.0
    pick = range(0, 1584, 2)  # every second satellite: enough to tell, quick
    seen = np.zeros((len(PLACES), len(minutes)), dtype=int)
    stations = [wgs84.latlon(lat, lon) for lon, lat in PLACES]
    for number in pick:
        plane, slot = divmod(number, 22)
        record = Satrec()
        node = (2.0 * math.pi * plane / 72 + turn) % (2.0 * math.pi)
        along = (2.0 * math.pi * (slot / 22 + plane / 1584)) % (2.0 * math.pi)
        record.sgp4init(WGS72, "i", number + 1, days, 0.0, 0.0, 0.0, 1e-7, 0.0, math.radians(53.0), along, motion, node)
        satellite = EarthSatellite.from_satrec(record, ts)
        at = satellite.at(times)
        for i, station in enumerate(stations):
            elevation, _, _ = (at - station.at(times)).altaz()
            seen[i] += elevation.degrees >= 25.0
    ours = np.zeros_like(seen)
    position = walker_positions([SHELL])(minutes * 60.0)[:, list(pick)]
    for i, (lon, lat) in enumerate(PLACES):
        got = look_angles(ecef_km(lon, lat), position, lon, lat)
        ours[i] = (got.elevation_deg >= 25.0).sum(axis=1)
    assert seen.sum() > 1500
    assert ours.sum() == pytest.approx(seen.sum(), rel=0.02)
    for i in range(len(PLACES)):
        if seen[i].sum() > 200:
            assert ours[i].sum() == pytest.approx(seen[i].sum(), rel=0.05)
    assert np.abs(ours - seen).mean() < 0.4


def test_the_watch_equals_a_plain_count() -> None:
    lon, lat = PLACES[:, 0], PLACES[:, 1]
    rng = np.random.default_rng(2)
    mask = rng.uniform(0.0, 50.0, (len(PLACES), 36))
    positions = walker_positions([SHELL.model_copy(update={"n_planes": 12, "n_per_plane": 9})])
    step, n = 20.0, 400
    got = watch(positions, lon, lat, mask_deg=mask, min_elevation_deg=20.0, duration_s=n * step, step_s=step)
    where = positions(np.arange(n) * step)
    for i in range(len(PLACES)):
        sky = look_angles(ecef_km(lon[i], lat[i]), where, lon[i], lat[i])
        direction = np.round(sky.azimuth_deg / 10.0).astype(int) % 36
        up = (sky.elevation_deg >= 20.0) & (sky.elevation_deg > mask[i][direction])
        covered = up.any(axis=1)
        assert got.mean_visible[i] == pytest.approx(up.sum() / n)
        assert got.covered_share[i] == pytest.approx(covered.mean())
        runs = "".join("x" if c else "." for c in covered).split("x")
        gaps = [len(r) for r in runs if r]
        assert got.longest_outage_s[i] == max(gaps, default=0) * step
        assert got.n_outages[i] == len(gaps)


def test_the_mean_number_in_sight_is_the_share_of_the_sphere_at_the_equator_of_a_polar_swarm() -> None:
    """At a pole a polar shell is a ring of known density: N x (visible arc) / (full circle)."""
    shell = Shell(name="p", altitude_km=1200, inclination_deg=90, n_planes=20, n_per_plane=40)
    got = watch(walker_positions([shell]), [0.0], [90.0], min_elevation_deg=30.0, duration_s=12_000.0, step_s=20.0)
    r_place, r = 6356.752, 6378.137 + 1200.0
    half = math.acos(r_place * math.cos(math.radians(30.0)) / r) - math.radians(30.0)
    assert got.mean_visible[0] == pytest.approx(800 * 2.0 * half / (2.0 * math.pi), rel=0.01)


def test_gateways_and_masks_only_take_away() -> None:
    lon, lat = PLACES[:3, 0], PLACES[:3, 1]
    positions = walker_positions([SHELL])
    free = watch(positions, lon, lat, duration_s=1200.0, step_s=30.0)
    tied = watch(positions, lon, lat, duration_s=1200.0, step_s=30.0, gateways=[(28.9, 41.0)])
    walled = watch(positions, lon, lat, duration_s=1200.0, step_s=30.0, mask_deg=np.full((3, 8), 60.0))
    none = watch(positions, lon, lat, duration_s=1200.0, step_s=30.0, gateways=[(-100.0, -40.0)])
    assert (tied.mean_visible <= free.mean_visible).all()
    assert (walled.mean_visible < free.mean_visible).all()
    assert (none.covered_share == 0.0).all()
    assert (none.longest_outage_s == 1200.0).all()
    assert np.isnan(none.delay_ms).all()
    assert (tied.delay_ms > free.delay_ms).all()
    assert (free.delay_ms > 550.0 / 299.8).all()
    assert np.allclose(free.elevation_share.sum(axis=1), free.covered_share)


def test_capacity_is_limited_by_beams_satellites_or_density() -> None:
    spectrum = Capacity(
        source="test", beam_mhz=250, efficiency_bit_per_hz=2.0, beams_per_satellite=8, cell_km2=100, beams_per_cell=4,
        users_per_km2_max=50.0,
    )  # fmt: skip
    got = carried(spectrum, [10.0, 0.25, 0.0], 1.0)
    assert got.beam_mbps == 500.0
    assert got.users_per_cell.tolist() == [2000.0, 1000.0, 0.0]
    assert got.limit.tolist() == ["beams", "satellites", "satellites"]
    assert carried(spectrum, 10.0, 0.1).limit.tolist() == ["density"]
    assert carried(spectrum, 10.0, 0.1).users_per_km2.tolist() == [50.0]


def test_elements_are_read_and_their_age_is_told(tmp_path: Path) -> None:
    path = tmp_path / "iss.tle"
    path.write_text(ISS, encoding="utf-8")
    records = orbit_files.read_elements(path)
    positions, age = element_positions(records, datetime(2019, 12, 10, tzinfo=UTC))
    assert age["n_satellites"] == 1
    assert age["median_age_days"] == pytest.approx(0.3066, abs=1e-3)
    where = positions(np.array([0.0, 60.0]))
    assert np.linalg.norm(where, axis=-1).ravel() == pytest.approx([6790.0, 6790.0], abs=30.0)
    with pytest.raises(InputError, match=r"days from 2026-11-21 \(the newest is of 2019-12-09\)"):
        element_positions(records, datetime(2026, 11, 21, tzinfo=UTC))
    with pytest.raises(InputError, match="empty"):
        element_positions([], datetime(2026, 11, 21, tzinfo=UTC))


def test_elements_agree_with_skyfield() -> None:
    from skyfield.api import EarthSatellite, load, wgs84

    ts = load.timescale(builtin=True)
    lines = ISS.splitlines()
    satellite = EarthSatellite(lines[1], lines[2], ts=ts)
    at = datetime(2019, 12, 10, tzinfo=UTC)
    positions, _ = element_positions([satellite.model], at)
    time = ts.from_datetime(at)
    theirs = wgs84.geographic_position_of(satellite.at(time))
    x, y, z = positions(np.array([0.0]))[0, 0]
    assert math.degrees(math.atan2(y, x)) == pytest.approx(theirs.longitude.degrees, abs=0.01)
    assert math.sqrt(x * x + y * y + z * z) == pytest.approx(satellite.at(time).distance().km, abs=0.01)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "NAME,EPOCH\n"),
        ("b.json", "{"),
        ("c.tle", "1 25544U\n"),
        ("d.xml", "<a></a>"),
        ("e.json", '[{"A": 1}]'),
    ],
)
def test_empty_and_broken_element_files_are_refused(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        orbit_files.read_elements(path)
    with pytest.raises(DataMissingError):
        orbit_files.read_elements(tmp_path / "none.csv")


def test_the_filed_constellation_and_a_wrong_one(tmp_path: Path) -> None:
    filed = constellation_files.filed_constellation()
    assert sum(shell.n_satellites for shell in filed.shells) == 4408
    path = tmp_path / "c.yaml"
    path.write_text(yaml.safe_dump({"name": "x", "source": "y", "shells": []}), encoding="utf-8")
    with pytest.raises(InputError, match="shells"):
        constellation_files.read_constellation(path)

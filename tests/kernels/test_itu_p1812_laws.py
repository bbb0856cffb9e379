"""Laws that ITU-R P.1812 must obey for any path; random paths, fixed seeds."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from allreach.kernels import itu_p1812
from allreach.kernels.itu_p1812_profile import path_geometry, smooth_path_nu, zone_lengths

MANY = settings(max_examples=300, deadline=None, derandomize=True, database=None)


class Path(NamedTuple):
    """A random path and link."""

    d_km: NDArray[np.float64]
    h_m: NDArray[np.float64]
    clutter_m: NDArray[np.float64]
    zone: NDArray[np.int8]
    tx_height_m: float
    rx_height_m: float
    freq_ghz: float
    p_pct: float
    pL_pct: float
    delta_n: float
    n0: float
    lat_deg: float
    dct_km: float
    dcr_km: float
    is_vertical: bool
    wa_m: float

    def loss_db(self) -> float:
        """Loss by the driver-facing scalar."""
        return float(
            itu_p1812.basic_transmission_loss_db(
                self.d_km, self.h_m, self.clutter_m, self.zone, len(self.d_km), *self[4:]
            )
        )

    def geometry(self, with_abeta: bool = True):
        """Analysed profile."""
        return path_geometry(
            *self[:4],
            len(self.d_km),
            self.tx_height_m,
            self.rx_height_m,
            self.lat_deg,
            self.delta_n,
            self.dct_km,
            self.dcr_km,
            with_abeta,
        )

    def all_losses(self):
        """Every intermediate result."""
        geometry = self.geometry()
        sigma_l_db = itu_p1812.location_variability_db(
            self.freq_ghz, self.rx_height_m, geometry.rx_clutter_m, self.wa_m
        )
        return itu_p1812.all_losses(
            geometry, self.freq_ghz, self.p_pct, self.pL_pct, self.n0, self.is_vertical, sigma_l_db
        )


@st.composite
def paths(draw: st.DrawFn) -> Path:
    """Any path inside the Recommendation's limits: level to alpine, with clutter and sea, even or uneven spacing."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(5, 120))
    length_km = math.exp(draw(st.floats(math.log(0.25), math.log(3000.0))))
    if draw(st.booleans()):
        d_km = np.linspace(0.0, 1.0, n)
    else:
        d_km = np.concatenate([[0.0], np.cumsum(rng.uniform(0.05, 1.0, n - 1))])
    d_km = d_km / d_km[-1] * min(max(length_km, 0.25), 3000.0)
    d_km[-1] = min(max(length_km, 0.25), 3000.0)
    roughness_m = draw(st.sampled_from([0.0, 0.1, 5.0, 80.0, 600.0]))
    h_m = np.cumsum(rng.normal(0.0, roughness_m, n)) * math.sqrt(20.0 / n) + draw(st.floats(-400.0, 4000.0))
    clutter_m = np.where(rng.random(n) < draw(st.sampled_from([0.0, 0.4, 1.0])), rng.choice([5.0, 10.0, 25.0], n), 0.0)
    zone = (
        np.repeat(rng.choice([1, 3, 4], 12), 10)[:n]
        if draw(st.booleans())
        else np.full(n, draw(st.sampled_from([1, 4])))
    )
    return Path(
        d_km,
        h_m,
        clutter_m,
        zone.astype(np.int8),
        tx_height_m=draw(st.floats(1.0, 3000.0) | st.floats(1.0, 60.0)),
        rx_height_m=draw(st.floats(1.0, 3000.0) | st.floats(1.0, 12.0)),
        freq_ghz=math.exp(draw(st.floats(math.log(0.0301), math.log(5.999)))),
        p_pct=draw(st.just(50.0) | st.floats(1.0, 50.0)),
        pL_pct=draw(st.just(50.0) | st.floats(1.0, 99.0)),
        delta_n=draw(st.floats(20.0, 120.0)),
        n0=draw(st.floats(250.0, 400.0)),
        lat_deg=draw(st.floats(-90.0, 90.0)),
        dct_km=draw(st.sampled_from([0.0, 2.0, 500.0])),
        dcr_km=draw(st.sampled_from([0.0, 2.0, 500.0])),
        is_vertical=draw(st.booleans()),
        wa_m=draw(st.floats(25.0, 1000.0)),
    )


@MANY
@given(paths())
def test_finite_everywhere_inside_the_limits(path: Path) -> None:
    assert all(math.isfinite(value) for value in path.geometry())
    assert all(math.isfinite(value) for value in path.all_losses())
    assert math.isfinite(path.loss_db())


@MANY
@given(paths())
def test_short_cuts_change_nothing(path: Path) -> None:
    assert path.loss_db() == pytest.approx(path.all_losses().loss_db, abs=1e-9)


@MANY
@given(paths())
def test_never_below_line_of_sight_loss(path: Path) -> None:
    losses = path.all_losses()
    assert path.loss_db() >= losses.lb0p_db
    at_half = path._replace(p_pct=50.0)
    assert at_half.loss_db() >= losses.lbfs_db


@MANY
@given(paths())
def test_reciprocal_outdoors_at_the_median_location(path: Path) -> None:
    there = path._replace(pL_pct=50.0)
    back = there._replace(
        d_km=there.d_km[-1] - there.d_km[::-1],
        h_m=there.h_m[::-1].copy(),
        clutter_m=there.clutter_m[::-1].copy(),
        zone=there.zone[::-1].copy(),
        tx_height_m=there.rx_height_m,
        rx_height_m=there.tx_height_m,
        dct_km=there.dcr_km,
        dcr_km=there.dct_km,
    )
    geometry = there.geometry()
    twice = np.unique(there.h_m).size < len(there.h_m)  # equal heights: the horizon's first or last of equals counts
    if not twice and math.isclose(geometry.dlt_km, back.geometry().dlr_km, rel_tol=1e-9):
        assert there.loss_db() == pytest.approx(back.loss_db(), abs=1e-6)
    assert there.all_losses().ldp_db == pytest.approx(back.all_losses().ldp_db, abs=1e-6)


@MANY
@given(paths(), st.floats(1.0, 99.0), st.floats(1.0, 99.0))
def test_more_locations_never_need_less_loss(path: Path, first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert path._replace(pL_pct=low).loss_db() <= path._replace(pL_pct=high).loss_db()


@MANY
@given(paths())
def test_clutter_never_lowers_diffraction(path: Path) -> None:
    bare = path._replace(clutter_m=np.zeros_like(path.clutter_m)).all_losses()
    covered = path.all_losses()
    assert covered.ld50_db >= bare.ld50_db - 1e-9
    assert covered.ldbeta_db >= bare.ldbeta_db - 1e-9


@MANY
@given(paths())
def test_entries_behind_the_receiver_do_not_count(path: Path) -> None:
    junk = np.full(7, np.nan)
    n = len(path.d_km)
    longer = [
        np.concatenate([path.d_km, junk]),
        np.concatenate([path.h_m, junk]),
        np.concatenate([path.clutter_m, junk]),
    ]
    zone = np.concatenate([path.zone, np.full(7, 1, dtype=np.int8)])
    assert itu_p1812.basic_transmission_loss_db(*longer, zone, n, *path[4:]) == path.loss_db()


@MANY
@given(paths())
def test_smooth_path_search_finds_the_maximum_over_samples(path: Path) -> None:
    d, total = path.d_km[1:-1], path.d_km[-1]
    ht, hr = path.tx_height_m, path.rx_height_m
    curvature = 500.0 / 8500.0 * d * (total - d)
    stim = ((curvature - ht) / d).max()
    if stim < (hr - ht) / total:
        above = curvature - (ht * (total - d) + hr * d) / total
        expected = (above * np.sqrt(0.002 * total / (d * (total - d)))).max()
    else:
        srim = ((curvature - hr) / (total - d)).max()
        at = (hr - ht + srim * total) / (stim + srim)
        above = ht + stim * at - (ht * (total - at) + hr * at) / total
        expected = above * math.sqrt(0.002 * total / (at * (total - at))) if 0 < at < total else 0.0
    for guess in (0, len(path.d_km) // 3, 10**6):
        got, _ = smooth_path_nu(path.d_km, len(path.d_km), ht, hr, 8500.0, guess)
        assert got == pytest.approx(expected, rel=1e-7, abs=1e-4)


@MANY
@given(paths())
def test_zone_lengths_are_those_of_the_half_way_rule(path: Path) -> None:
    edges = np.concatenate([[0.0], (path.d_km[1:] + path.d_km[:-1]) / 2.0, [path.d_km[-1]]])
    widths = np.diff(edges)

    def longest(kinds: tuple[int, ...]) -> float:
        best = run = 0.0
        for width, kind in zip(widths, path.zone, strict=True):
            run = run + width if kind in kinds else 0.0
            best = max(best, run)
        return best

    omega, dtm_km, dlm_km = zone_lengths(path.d_km, path.zone, len(path.d_km))
    assert omega == pytest.approx(widths[path.zone == 1].sum() / path.d_km[-1], abs=1e-12)
    assert dtm_km == pytest.approx(longest((3, 4)), rel=1e-12)
    assert dlm_km == pytest.approx(longest((4,)), rel=1e-12)


def level_path(length_km: float, freq_ghz: float = 0.8, p_pct: float = 50.0) -> Path:
    n = 201
    return Path(
        np.linspace(0.0, length_km, n),
        np.full(n, 120.0),
        np.zeros(n),
        np.full(n, 4, dtype=np.int8),
        30.0,
        1.5,
        freq_ghz,
        p_pct,
        50.0,
        45.0,
        325.0,
        40.0,
        500.0,
        500.0,
        True,
        100.0,
    )


@pytest.mark.parametrize("freq_ghz", [0.1, 0.8, 3.5])
def test_loss_grows_with_distance_over_a_level_earth(freq_ghz: float) -> None:
    losses = [level_path(length, freq_ghz).loss_db() for length in np.geomspace(0.25, 300.0, 200)]
    assert (np.diff(losses) > 0).all()


def test_free_space_is_the_textbook_formula_and_rises_with_frequency() -> None:
    losses = [itu_p1812.free_space_loss_db(3.0, 150.0, 150.0, f) for f in (0.03, 0.4, 0.8, 3.5, 6.0)]
    assert losses == pytest.approx([92.4 + 20 * math.log10(f * 3.0) for f in (0.03, 0.4, 0.8, 3.5, 6.0)], abs=1e-12)
    assert sorted(losses) == losses


def test_high_antennas_in_sight_of_each_other_see_free_space() -> None:
    path = level_path(5.0)._replace(tx_height_m=500.0, rx_height_m=500.0)
    assert path.loss_db() == pytest.approx(path.all_losses().lbfs_db, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("freq_ghz", 0.0299),
        ("freq_ghz", 6.01),
        ("freq_ghz", math.nan),
        ("p_pct", 0.99),
        ("p_pct", 50.1),
        ("pL_pct", 0.5),
        ("pL_pct", 99.5),
        ("tx_height_m", 0.9),
        ("rx_height_m", 3001.0),
        ("delta_n", 157.0),
        ("delta_n", 200.0),
        ("lat_deg", math.nan),
        ("lat_deg", 90.5),
    ],
)
def test_nan_outside_the_limits(name: str, value: float) -> None:
    assert math.isfinite(level_path(5.0).loss_db())
    assert math.isnan(level_path(5.0)._replace(**{name: value}).loss_db())


def test_nan_for_a_profile_that_is_none() -> None:
    path = level_path(5.0)
    for name, at, value in (
        ("d_km", 3, path.d_km[2]),
        ("d_km", 0, -1.0),
        ("h_m", 50, math.nan),
        ("h_m", 200, math.nan),
        ("clutter_m", 50, math.nan),
    ):
        values = getattr(path, name).copy()
        values[at] = value
        assert math.isnan(path._replace(**{name: values}).loss_db()), name
    assert math.isnan(level_path(0.2499).loss_db())
    assert math.isnan(level_path(3001.0).loss_db())
    assert math.isnan(path._replace(**{name: getattr(path, name)[:4] for name in Path._fields[:4]}).loss_db())

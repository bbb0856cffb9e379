"""Slant paths over places, link budgets, MODCODs, and inputs that must be refused."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml

from allreach.errors import InputError
from allreach.io import itu_maps, satellite_files
from allreach.io.itu_climate import climate
from allreach.satellite import link_budget, slant_path
from allreach.satellite.geometry import geostationary
from allreach.satellite.modcods import LADDER, MODCODS, efficiency, modcod
from allreach.satellite.months import monthly_outage_pct, year_from_months_pct
from allreach.satellite.satellite_data import Satellite

BAKU = (49.87, 40.41)


def _textbook(**changes: object) -> dict[str, object]:
    return yaml.safe_load(satellite_files.textbook_text()) | changes


def _written(path: Path, raw: object) -> Path:
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    return path


def test_the_ladder_climbs_and_the_standards_examples_are_in_it() -> None:
    assert len(MODCODS) == 67
    thresholds = [m.es_n0_db for m in LADDER]
    bits = [m.efficiency_bit_per_symbol for m in LADDER]
    assert thresholds == sorted(thresholds)
    assert all(b > a for a, b in pairwise(bits))
    assert modcod("QPSK 1/2").es_n0_db == 1.00
    assert modcod("256APSK 3/4").es_n0_db == 19.57
    assert efficiency([-2.86, -2.85, 30.0]).tolist() == [0.0, 0.434841, 5.900855]
    assert np.isnan(efficiency([np.nan])).all()
    shannon = np.log2(1.0 + 10.0 ** (np.array([m.es_n0_db for m in MODCODS]) / 10.0))
    assert (np.array([m.efficiency_bit_per_symbol for m in MODCODS]) < shannon).all()


def test_attenuation_falls_with_time_and_rises_with_frequency() -> None:
    here = climate(*BAKU)
    losses = [
        float(slant_path.total_attenuation_db(here, 43.1, 12.5, p)[0]) for p in (0.001, 0.01, 0.1, 1.0, 5.0, 50.0)
    ]
    assert losses == sorted(losses, reverse=True)
    assert slant_path.total_attenuation_db(here, 43.1, 20.0, 0.1)[0] > losses[2]
    assert np.isnan(slant_path.total_attenuation_db(here, 4.9, 12.5, 0.1)[0])


def test_the_outage_is_where_the_attenuation_uses_up_the_margin() -> None:
    here = climate([49.87, 46.0, 48.5], [40.41, 41.0, 38.5])
    elevation = geostationary(here.lon_deg, here.lat_deg, 46.0).elevation_deg
    share = slant_path.outage_pct(here, elevation, 20.0, 14.0, 100.0, 5.0)
    assert ((share > 0.001) & (share < 5.0)).all()
    for i, p in enumerate(share):
        loss = slant_path.total_attenuation_db(here, elevation, 20.0, float(p))[i]
        left = 14.0 - loss - 10.0 * np.log10((100.0 + link_budget.sky_noise_k(loss)) / 100.0)
        assert left == pytest.approx(5.0, abs=1e-3)


def test_the_months_add_up_to_the_year() -> None:
    year = np.array([0.02, 0.5, 100.0])
    months = monthly_outage_pct(year, *itu_maps.rain_months([49.87, 46.0, 47.0], [40.41, 41.0, 40.0]))
    assert year_from_months_pct(months) == pytest.approx(year, rel=1e-6)
    assert months[0].max() > 2.0 * months[0].min()


def test_the_sheet_adds_up_line_by_line() -> None:
    satellite = satellite_files.textbook_satellite()
    terminal, gateway = satellite_files.textbook_terminals()
    here = climate(*BAKU)
    lines = {
        r.name: r.value for r in link_budget.sheet(satellite, satellite.beams[0], gateway, terminal, here, here, 0.1)
    }
    down = (
        lines["EIRP at saturation"] - lines["output back-off"] - lines["downlink free-space loss"]
        - lines["downlink atmosphere"] + lines["terminal G/T"] + 228.599167 - lines["symbol rate"]
    )  # fmt: skip
    assert lines["downlink C/N"] == pytest.approx(down, abs=1e-9)
    parts = [10.0 ** (-lines[k] / 10.0) for k in ("uplink C/N", "downlink C/N", "C/I")]
    assert lines["C/(N+I)"] == pytest.approx(-10.0 * np.log10(sum(parts)), abs=1e-9)
    assert lines["transponder throughput"] == pytest.approx(lines["efficiency"] * 30.0)
    assert lines["elevation, sphere"] == pytest.approx(43.09, abs=0.005)
    assert satellite.is_textbook


def test_a_larger_dish_is_down_less_and_a_ridge_ends_all() -> None:
    satellite = satellite_files.textbook_satellite()
    terminal, _ = satellite_files.textbook_terminals()
    here = climate([49.87, 49.87], [40.41, 40.41])
    small = terminal.model_copy(update={"diameter_m": 0.45})
    a, b = (link_budget.coverage(satellite, t, here, 0.01, 0.1) for t in (small, terminal))
    assert b.outage_pct[0] < a.outage_pct[0]
    assert b.transponder_mbps[0] > a.transponder_mbps[0]
    blocked = link_budget.coverage(satellite, terminal, here, 0.01, 0.1, [44.0, 42.0])
    assert blocked.outage_pct[0] == 100.0
    assert blocked.outage_pct[1] < 1.0
    assert blocked.transponder_mbps[0] == 0.0


def test_capacity_is_shared_by_time() -> None:
    satellite = satellite_files.textbook_satellite()  # four transponders
    assert link_budget.shared_capacity_mbps(satellite, [80.0, 80.0], [1.0, 3.0]) == pytest.approx(320.0)
    assert link_budget.shared_capacity_mbps(satellite, [80.0, 40.0], [1.0, 1.0]) == pytest.approx(
        4 * 2 / (1 / 80 + 1 / 40)
    )
    assert link_budget.shared_capacity_mbps(satellite, [0.0], [5.0]) == 0.0


def test_contours_give_the_highest_ring_and_nothing_outside() -> None:
    square = [[44.0, 38.0], [52.0, 38.0], [52.0, 42.0], [44.0, 42.0]]
    inner = [[48.0, 39.0], [51.0, 39.0], [51.0, 41.5], [48.0, 41.5]]
    beam = {
        "name": "map", "g_over_t_db_per_k": 2.0,
        "contours": [{"eirp_dbw": 48.0, "ring": square}, {"eirp_dbw": 51.0, "ring": inner}],
    }  # fmt: skip
    satellite = satellite_files.parse(Satellite, _textbook(beams=[beam]), "x")
    assert isinstance(satellite, Satellite)
    assert satellite.beams[0].eirp_at_dbw([49.9, 45.0, 30.0], [40.4, 41.0, 40.0], 46.0).tolist() == [
        51.0,
        48.0,
        -np.inf,
    ]


def test_a_spot_is_three_decibels_down_at_half_its_width() -> None:
    satellite = satellite_files.textbook_satellite()
    beam = satellite.beams[0].model_copy(update={"centre_lon_deg": 46.0, "centre_lat_deg": 0.0})
    from allreach.satellite.geometry import off_axis_deg

    lats = np.linspace(0.0, 20.0, 4001)
    angle = off_axis_deg(np.full(4001, 46.0), lats, 46.0, 0.0, 46.0)
    at = int(np.argmin(np.abs(angle - 1.5)))
    assert float(beam.eirp_at_dbw(46.0, lats[at], 46.0)) == pytest.approx(50.0 - 3.0, abs=0.02)


def test_missing_eirp_is_asked_for_and_says_where_it_is_published(tmp_path: Path) -> None:
    raw = _textbook()
    raw["beams"] = [{"name": "wide", "centre_lon_deg": 47.5, "centre_lat_deg": 40.3, "width_deg": 3.0}]
    with pytest.raises(InputError, match=r"eirp_dbw is missing.*operators publish EIRP and G/T") as caught:
        satellite_files.read_satellite(_written(tmp_path / "s.yaml", raw))
    assert len(caught.value.faults) == 2  # G/T too


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"downlink_ghz": 70}, "downlink_ghz"),
        ({"longitude_deg": 200}, "longitude_deg"),
        ({"colour": "red"}, "colour"),
        ({"beams": []}, "beams"),
        ({"beams": [{"name": "b", "contours": [{"eirp_dbw": 50, "ring": [[0, 0], [1, 1]]}]}]}, "ring"),
        (
            {"beams": [{"name": "b", "contours": [{"eirp_dbw": 50, "ring": [[0, 0], [9, 9], [9, 0], [0, 9]]}]}]},
            "crosses",
        ),
        ({"beams": [{"name": "b", "eirp_dbw": 50, "g_over_t_db_per_k": 1}]}, "contours, or"),
    ],
)
def test_malformed_satellites_are_refused(tmp_path: Path, change: dict[str, object], word: str) -> None:
    with pytest.raises(InputError, match=word):
        satellite_files.read_satellite(_written(tmp_path / "s.yaml", _textbook(**change)))


def test_files_that_are_no_satellite(tmp_path: Path) -> None:
    broken = tmp_path / "b.yaml"
    broken.write_text("beams: [", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read as YAML"):
        satellite_files.read_satellite(broken)
    with pytest.raises(InputError, match="no mapping"):
        satellite_files.read_satellite(_written(tmp_path / "l.yaml", [1, 2]))
    with pytest.raises(InputError, match="terminal and gateway"):
        satellite_files.read_terminals(_written(tmp_path / "t.yaml", {"terminal": {}}))


def test_a_satellite_under_the_horizon_and_a_modcod_out_of_reach_are_refused() -> None:
    satellite = satellite_files.textbook_satellite()
    terminal, gateway = satellite_files.textbook_terminals()
    here = climate(*BAKU)
    far = satellite.model_copy(update={"longitude_deg": -100.0})
    with pytest.raises(InputError, match="below the horizon"):
        link_budget.sheet(far, far.beams[0], gateway, terminal, here, here, 0.1)
    tiny = terminal.model_copy(update={"diameter_m": 0.05})
    with pytest.raises(InputError, match="below the lowest MODCOD"):
        link_budget.sheet(satellite, satellite.beams[0], gateway, tiny, here, here, 0.1)


@pytest.mark.parametrize("freq", [0.5, 56.0])
def test_a_frequency_outside_the_recommendation_is_refused(freq: float) -> None:
    with pytest.raises(InputError, match=r"ITU-R P\.618-14"):
        slant_path.total_attenuation_db(climate(*BAKU), 43.0, freq, 0.1)
    with pytest.raises(InputError, match=r"ITU-R P\.618-14"):
        slant_path.outage_pct(climate(*BAKU), 43.0, freq, 10.0, 100.0, 0.0)


def test_a_higher_modcod_is_down_longer_and_one_out_of_reach_is_refused() -> None:
    satellite = satellite_files.textbook_satellite()
    terminal, _ = satellite_files.textbook_terminals()
    here = climate(*BAKU)
    shares = [
        link_budget.coverage(satellite, terminal, here, 0.01, 0.1, None, modcod(name)).outage_pct[0]
        for name in ("QPSK 1/2", "8PSK 3/4", "16APSK 7/9")
    ]
    assert shares[0] < shares[1] < shares[2]
    with pytest.raises(InputError, match=r"256APSK 3/4: is reached nowhere"):
        link_budget.coverage(satellite, terminal, here, 0.01, 0.1, None, modcod("256APSK 3/4"))
    with pytest.raises(InputError, match=r"no '8PSK 9/8'.*8PSK 8/9"):
        modcod("8PSK 9/8")

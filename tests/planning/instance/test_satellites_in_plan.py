"""Satellites in the plan: with and without, no capacity, half price, mountains, a satellite of one's own."""

from __future__ import annotations

import numpy as np
import pytest

from allreach.demand.points import demand_points
from allreach.measure.today import StandingNetworks, measure
from allreach.params.load import load_params
from allreach.planning.instance.country_inputs import MeasuredCountry
from allreach.planning.plan import plan_country
from allreach.radio.engine.reception import Environment
from allreach.satellite.service import GEOSTATIONARY, LOW_ORBIT, SatelliteOffer
from allreach.terrain.terrain import terrain
from small_country import make_small_country

N_PLACES = 5


def low_orbit(up_share=1.0, users=None):
    return SatelliteOffer(
        name="Swarm", technology=LOW_ORBIT, source="made for this test", is_textbook=False,
        up_share=np.broadcast_to(np.asarray(up_share, dtype=float), N_PLACES).copy(),
        is_hidden=np.zeros(N_PLACES, dtype=bool), latency_ms=np.full(N_PLACES, 4.0),
        cell_km2=None if users is None else 163.0,
        users_per_cell=None if users is None else np.full(N_PLACES, float(users)),
        beam=np.zeros(0, dtype=np.int64), rate_mbps=np.zeros(N_PLACES), beam_transponders=np.zeros(0, dtype=np.int64),
        beam_names=(),
    )  # fmt: skip


def geostationary(n_transponders=20, rate_mbps=90.0, up_share=1.0):
    return SatelliteOffer(
        name="Slot", technology=GEOSTATIONARY, source="made for this test", is_textbook=True,
        up_share=np.full(N_PLACES, up_share), is_hidden=np.zeros(N_PLACES, dtype=bool),
        latency_ms=np.full(N_PLACES, 500.0), cell_km2=None, users_per_cell=None,
        beam=np.zeros(N_PLACES, dtype=np.int64), rate_mbps=np.full(N_PLACES, rate_mbps),
        beam_transponders=np.array([n_transponders], dtype=np.int64), beam_names=("spot",),
    )  # fmt: skip


def plan(satellites=(), *, sets=(), latency_ms=100.0):
    country = make_small_country()
    standard = country.config.service_standard.model_copy(update={"latency_ms": latency_ms})
    config = country.config.model_copy(update={"service_standard": standard})
    params = load_params(sets=sets)
    ground = terrain(
        country.grid, country.terrain_m, country.clutter_class, country.zones, params.radio.clutter_heights_m()
    )
    environment = Environment(ground, params.radio, standard, config.delta_n, config.n0, 1)
    points = demand_points(
        country.table("places"), country.population, country.grid, params.demand, household_size=config.household_size
    )
    measured = measure(
        points, country.table("sites"), environment, params.demand,
        StandingNetworks(fibre=country.table("fibre"), commitments=country.table("commitments")), with_rasters=False,
    )  # fmt: skip
    return plan_country(
        MeasuredCountry(
            points, measured, environment, country.layers, config, params, clutter_class=country.clutter_class,
            population=country.population, satellites=satellites, evidence="synthetic",
        )
    )  # fmt: skip


@pytest.fixture(scope="module")
def base():
    return plan()


def reasons(found, technology):
    rows = found.alternatives[found.alternatives["technology"] == technology]
    return " | ".join(sorted(set(rows["reason"])))


def test_a_full_sky_is_the_plan_of_the_parameters(base):
    found = plan((low_orbit(),))
    assert found.summary == base.summary
    assert found.assignments.drop(columns="geometry").equals(base.assignments.drop(columns="geometry"))


def test_without_satellites_the_plan_costs_more(base):
    assert base.summary.satellite_households > 0
    none = plan(sets=["planning.leo_users_per_km2=0"])
    hidden = plan((low_orbit(up_share=0.5),))
    for found in (none, hidden):
        assert found.summary.satellite_households == 0
        assert found.summary.pv_usd > base.summary.pv_usd
    assert none.summary.pv_usd == pytest.approx(hidden.summary.pv_usd, rel=0.02)
    assert "50.0 % of the time there, the standard asks for 95" in reasons(hidden, LOW_ORBIT)


def test_half_price_terminals_are_used_at_least_as_much(base):
    half = plan(sets=["costs.leo_kit_usd=200", "costs.leo_plan_usd_per_year=300"])
    assert half.summary.satellite_households >= base.summary.satellite_households
    assert half.summary.pv_usd < base.summary.pv_usd


def test_cells_run_out_and_the_answers_say_so(base):
    few = plan((low_orbit(users=6),))
    assert 0 < few.summary.satellite_households < base.summary.satellite_households
    assert few.summary.pv_usd > base.summary.pv_usd
    assert "satellites' capacity there is too small" in reasons(few, LOW_ORBIT)


def test_a_satellite_of_ones_own_serves_only_where_the_standard_lets_it(base):
    strict = plan((low_orbit(up_share=0.5), geostationary()))
    assert strict.summary.satellite_households == 0
    assert "takes 500 ms, the standard allows 100" in reasons(strict, GEOSTATIONARY)
    wet = plan((low_orbit(up_share=0.5), geostationary(up_share=0.9)), latency_ms=700.0)
    assert "Slot serves 90.0 % of the time" in reasons(wet, GEOSTATIONARY)
    # capacity is bought by the Mbit/s: where it is cheap, terminals pay for far homes
    cheap = ["costs.satellite_committed_usd_per_mbps_per_year=100"]
    free = plan((low_orbit(up_share=0.5), geostationary()), latency_ms=700.0, sets=cheap)
    served = free.assignments[free.assignments["technology"] == GEOSTATIONARY]
    assert served["households"].sum() > 0


def test_transponders_are_shared_by_time():
    cheap = ["costs.satellite_committed_usd_per_mbps_per_year=100"]
    wide = plan((low_orbit(up_share=0.5), geostationary(20)), latency_ms=700.0, sets=cheap)
    narrow = plan((low_orbit(up_share=0.5), geostationary(1, rate_mbps=12.0)), latency_ms=700.0, sets=cheap)
    n_wide, n_narrow = (
        int(found.assignments.loc[found.assignments["technology"] == GEOSTATIONARY, "households"].sum())
        for found in (wide, narrow)
    )
    demand_mbps = narrow.assembly.lines.inputs.busy_hour_mbps
    assert n_narrow * demand_mbps <= 12.0 + 1e-6
    assert n_narrow < n_wide
    assert narrow.summary.pv_usd >= wide.summary.pv_usd
    assert narrow.assignments.loc[narrow.assignments["technology"] == GEOSTATIONARY, "dl_mbps"].max() <= 12.0

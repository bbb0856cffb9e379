"""Run the reference sets of satellite paths and hops and write docs/validation_satellite.md.

Usage: ``python docs/make_validation_satellite.py [VALIDATION_DIR]`` (default: ``shared/validation`` near the checkout).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from allreach.io import itu_maps
from allreach.kernels import (
    itu_p453,
    itu_p530,
    itu_p530_multipath,
    itu_p618,
    itu_p618_diversity,
    itu_p618_low_elevation,
    itu_p676,
    itu_p834,
    itu_p835,
    itu_p837,
    itu_p838,
    itu_p839,
    itu_p840,
)

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "validation_satellite.md"
WORKBOOK = "published, ITU-R SG 3 workbook"
COMPUTED = "computed, two programs agree"
ONE = "computed, one program"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
HEAD = """# Validation of satellite paths and hops

Every case of every reference set that this machine has, by Recommendation. Written by
`python docs/make_validation_satellite.py`; the same comparisons are tests. Sets marked *maps* start from latitude and
longitude and test the reading of the digital maps too.

| Recommendation | compared | kind | cases | largest error | tolerance |
| --- | --- | --- | --- | --- | --- |
"""
NOTES = """
Not compared, because their digital maps are in no package that allreach may use: P.840-9 L (annual and
monthly; allreach reads the maps of P.840-8), P.836-6 monthly, P.2145-0, and the log K and dN75 maps of P.530-18. The
formulas that take these values are compared above with the values given.
"""


class Row(NamedTuple):
    """One comparison."""

    recommendation: str
    compared: str
    kind: str
    n_cases: int
    largest: float
    tolerance: float
    unit: str

    def __str__(self) -> str:
        """Line of Markdown; fails where the tolerance is not met, so that the page cannot claim it."""
        if not self.largest <= self.tolerance:
            raise SystemExit(f"{self.recommendation}, {self.compared}: {self.largest:g} over {self.tolerance:g}")
        number, limit = f"{self.largest:.1e} {self.unit}", f"{self.tolerance:g} {self.unit}"
        name = f"{self.recommendation} | {self.compared} | {self.kind}"
        return f"| {name} | {self.n_cases:,} | {number.strip()} | {limit.strip()} |"


Cases = Iterator[Row]


def largest(got: Iterable[float], expected: Iterable[float], *, relative: bool = False) -> float:
    """Largest difference; NaN counts as infinite."""
    a, b = np.asarray(list(got), dtype=float), np.asarray(list(expected), dtype=float)
    error = np.abs(a / b - 1.0) if relative else np.abs(a - b)
    return float(np.nan_to_num(error, nan=np.inf).max())


def floats(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers as float64, so that compiled functions see one type."""
    return table.apply(lambda c: c.astype(float) if pd.api.types.is_numeric_dtype(c) else c)


def p618(read: Callable[[str], pd.DataFrame]) -> Cases:
    """Rain, its probability, diversity, scintillation, all together, XPD, satellites that move."""
    k = itu_p618
    t = read("p618/p618_14_rain_attenuation.csv")
    a_001 = [
        k.rain_attenuation_001_db(
            r.lat_deg, r.station_altitude_km, r.in_rain_height_km, r.in_r001_mm_per_h, r.freq_ghz, r.elevation_deg,
            r.tilt_deg,
        )
        for r in t.itertuples()
    ]  # fmt: skip
    got = [
        k.rain_attenuation_db(a, r.p_percent, r.lat_deg, r.elevation_deg)
        for a, r in zip(a_001, t.itertuples(), strict=True)
    ]
    yield Row("P.618-14", "rain, 0.01 %", WORKBOOK, len(t), largest(a_001, t.mid_a001_db), 1e-9, "dB")
    yield Row("P.618-14", "rain", WORKBOOK, len(t), largest(got, t.out_rain_attenuation_db), 1e-9, "dB")
    d = itu_p618_diversity
    t = read("p618/p618_14_rain_attenuation_probability.csv")
    got = [
        d.rain_attenuation_probability_pct(r.in_p0_annual_percent, r.mid_slant_length_km, r.elevation_deg)
        for r in t.itertuples()
    ]
    yield Row("P.618-14", "rain, probability", WORKBOOK, len(t), largest(got, t.out_probability_percent), 1e-9, "%")
    t = read("p618/p618_14_site_diversity_gain.csv")
    got = [
        d.diversity_gain_db(
            r.site_separation_km, r.single_site_attenuation_db, r.freq_ghz, r.elevation_deg, r.baseline_angle_deg
        )
        for r in t.itertuples()
    ]
    yield Row("P.618-14", "site diversity gain", WORKBOOK, len(t), largest(got, t.out_diversity_gain_db), 1e-9, "dB")
    t, cdf = read("p618/p618_14_site_diversity_joint_probability.csv"), read("p618/p618_14_site_diversity_rain_cdf.csv")
    got = []
    for r in t.itertuples():
        fits, rain = [], []
        for site in (r.site_1, r.site_2):
            part = cdf[(cdf.site == site) & (cdf.freq_ghz == r.freq_ghz)]
            rain.append(float(part.p0_percent.iloc[0]))
            fits.append(d.lognormal_fit(part.p_percent, part.rain_attenuation_db, rain[-1]))
        got.append(d.joint_probability_pct(*rain, r.site_separation_km, *fits[0], r.a1_db, *fits[1], r.a2_db))
    error = largest(got, t.out_joint_probability_percent)
    yield Row("P.618-14", "site diversity, joint probability", WORKBOOK, len(t), error, 1e-9, "%")
    t = read("p618/p618_14_scintillation_above5deg.csv")
    got = [
        k.scintillation_fade_db(
            k.scintillation_sigma_db(
                r.in_nwet_nunits, r.freq_ghz, r.elevation_deg, r.antenna_diameter_m, r.antenna_efficiency
            ),
            r.p_percent,
        )
        for r in t.itertuples()
    ]
    error = largest(got, t.out_scintillation_fade_db)
    yield Row("P.618-14", "scintillation from 5 degrees", WORKBOOK, len(t), error, 1e-9, "dB")
    low = itu_p618_low_elevation
    t = read("p618/p618_14_scintillation_deep_low_elevation.csv")
    got = [
        low.deep_fade_db(
            low.geoclimatic_factor(r.in_pl_percent, r.lat_deg, r.mid_c0), low.year_term_db(r.lat_deg), r.freq_ghz,
            r.mid_apparent_elevation_mrad, r.p_percent,
        )
        for r in t.itertuples()
    ]  # fmt: skip
    yield Row("P.618-14", "deep fading", WORKBOOK, len(t), largest(got, t.out_deep_fade_db), 1e-9, "dB")
    t = read("p618/p618_14_scintillation_shallow_low_elevation.csv")
    got = [
        low.shallow_fade_db(
            low.geoclimatic_factor(r.in_pl_percent, r.lat_deg, r.mid_c0), low.year_term_db(r.lat_deg), r.freq_ghz,
            r.mid_apparent_elevation_mrad, r.mid_theta2_mrad, r.p_percent,
            r.mid_A2 / k.scintillation_fade_db(1.0, r.p_percent), r.antenna_diameter_m, r.antenna_efficiency,
        )
        for r in t.itertuples()
    ]  # fmt: skip
    yield Row("P.618-14", "shallow fading", WORKBOOK, len(t), largest(got, t.out_shallow_fade_db), 1e-9, "dB")
    for name in ("total_attenuation", "total_attenuation_distribution"):
        t = read(f"p618/p618_14_{name}.csv")
        got = [
            k.total_attenuation_db(r.mid_rain_db, r.mid_cloud_db, r.mid_scintillation_db, r.mid_gas_db)
            for r in t.itertuples()
        ]
        label = name.replace("_", " ") + " from its parts"
        yield Row("P.618-14", label, WORKBOOK, len(t), largest(got, t.out_total_attenuation_db), 1e-9, "dB")
        rain, t = [], t[t.p_percent <= 5.0]
        height = itu_maps.map_values(itu_maps.ZERO_HEIGHT, t.lon_deg, t.lat_deg)
        rate = [
            itu_p837.rain_rate_mm_h(0.01, a, b)
            for a, b in zip(*itu_maps.rain_months(t.lon_deg, t.lat_deg), strict=True)
        ]
        for r, h_0, r_001 in zip(t.itertuples(), height, rate, strict=True):
            a = k.rain_attenuation_001_db(
                r.lat_deg, r.station_altitude_km, itu_p839.rain_height_km(h_0), r_001, r.freq_ghz, r.elevation_deg,
                r.tilt_deg,
            )  # fmt: skip
            rain.append(k.rain_attenuation_db(a, r.p_percent, r.lat_deg, r.elevation_deg))
        error = largest(rain, t.mid_rain_db)
        yield Row("P.618-14", f"{name.replace('_', ' ')}: rain, maps", WORKBOOK, len(t), error, 1e-3, "dB")
    t = read("p618/p618_14_xpd.csv")
    got = [
        k.rain_xpd_db(r.in_rain_attenuation_db, r.freq_ghz, r.elevation_deg, r.tilt_deg, r.p_percent)
        for r in t.itertuples()
    ]
    yield Row("P.618-14", "XPD", WORKBOOK, len(t), largest(got, t.out_xpd_db), 1e-9, "dB")
    n = read("p618/p618_14_non_gso.csv").iloc[0]
    bins = read("p618/p618_14_non_gso_elevation_bins.csv")
    h_r = float(itu_maps.map_values(itu_maps.ZERO_HEIGHT, n.lon_deg, n.lat_deg)) + itu_p839.RAIN_ABOVE_ZERO_DEGREES_KM
    months = itu_maps.rain_months(n.lon_deg, n.lat_deg)
    r_001 = itu_p837.rain_rate_mm_h(0.01, months[0][0], months[1][0])
    middle = 0.5 * (bins.elevation_from_deg + bins.elevation_to_deg)
    a_bins = [k.rain_attenuation_001_db(n.lat_deg, 0.0, h_r, r_001, n.freq_ghz, e, n.tilt_deg) for e in middle]
    share = d.non_gso_exceedance_pct(
        bins.elevation_from_deg.to_numpy(), bins.elevation_to_deg.to_numpy(), bins.in_p_elevation_percent.to_numpy(),
        n.min_elevation_deg, n.orbit_altitude_km, n.zenith_margin_db, np.asarray(a_bins), n.lat_deg,
    )  # fmt: skip
    error = largest([share], [n.out_exceedance_percent], relative=True)
    yield Row("P.618-14", "satellites that move, maps", WORKBOOK, 1, error, 1e-3, "x value")


def p676(read: Callable[[str], pd.DataFrame]) -> Cases:
    """Lines, slant paths by layers, Annex 2 with the coefficients given."""
    k = itu_p676
    for edition, name, kind in (
        ("P.676-13", "p676_13_specific_attenuation", WORKBOOK),
        ("P.676-13", "p676_13_specific_attenuation_detail", WORKBOOK),
        ("P.676-12", "p676_12_specific_attenuation_grid", ONE),
    ):
        t = read(f"p676/{name}.csv")
        if "vapour_pressure_hpa" not in t:
            t["vapour_pressure_hpa"] = t.rho_g_m3 * t.temperature_k / 216.7
        got = np.asarray([
            k.specific_attenuation_db_per_km(r.freq_ghz, r.dry_pressure_hpa, r.vapour_pressure_hpa, r.temperature_k)
            for r in t.itertuples()
        ])  # fmt: skip
        expected = t[["out_gamma_o_db_per_km", "out_gamma_w_db_per_km"]].to_numpy()
        error = largest(got.ravel(), expected.ravel())
        label = "both specific attenuations" + (", detail" if name.endswith("detail") else "")
        yield Row(edition, label, kind, len(t), error, 1e-9, "dB/km")
    t = read("p676/p676_13_annex1_slant_path.csv")
    space, part = t.iloc[0], t.iloc[1]
    loss, bending = k.slant_attenuation_db(space.freq_ghz, space.apparent_elevation_deg)
    between = k.partial_slant_attenuation_db(
        part.freq_ghz, part.apparent_elevation_deg, part.h_lower_km, part.h_upper_km
    )
    error = largest([loss, between], t.out_attenuation_db)
    yield Row("P.676-13", "slant paths, Annex 1", WORKBOOK, 2, error, 1e-9, "dB")
    yield Row("P.676-13", "bending", WORKBOOK, 1, largest([bending], [space.out_bending_rad]), 1e-9, "rad")
    layers = read("p676/p676_13_annex1_slant_space_layers.csv")
    got = [k.reference_layer(h)[3] for h in layers.mid_h_mid_km]
    error = largest(got, layers.mid_refractive_index)
    yield Row("P.453-14", "refractive index of layers", WORKBOOK, len(layers), error, 1e-12, "")
    for name in ("annual", "monthly"):
        t = read(f"p676/p676_13_annex2_statistical_{name}.csv")
        got, expected = [], []
        for r in t.itertuples():
            e = r.in_rho_mean_g_m3 * r.in_temperature_mean_k / 216.7
            gamma, _ = k.specific_attenuation_db_per_km(
                r.freq_ghz, r.in_pressure_mean_hpa - e, e, r.in_temperature_mean_k
            )
            a = np.array([r.mid_a_o, r.mid_b_o, r.mid_c_o, r.mid_d_o])
            v = np.array([r.mid_a_v, r.mid_b_v, r.mid_c_v, r.mid_d_v])
            s = np.sin(np.radians(r.elevation_deg))
            oxygen = k.oxygen_zenith_db(gamma, a, r.in_temperature_p_k, r.in_pressure_p_hpa, r.in_rho_p_g_m3)
            water = k.water_zenith_db(
                v, r.in_rho_mean_g_m3, r.in_temperature_mean_k, r.in_pressure_mean_hpa, r.in_V_p_kg_m2
            )
            got += [oxygen / s, water / s]
            expected += [r.out_oxygen_db, r.out_water_vapour_db]
        yield Row("P.676-13", f"Annex 2, {name}", WORKBOOK, len(t), largest(got, expected), 1e-9, "dB")
    t = read("p676/p676_13_annex2_instantaneous.csv")
    got, expected = [], []
    for r in t.itertuples():
        gamma_o, gamma_w = k.specific_attenuation_db_per_km(
            r.freq_ghz, r.mid_dry_pressure_hpa, r.mid_vapour_pressure_hpa, r.surface_temperature_k
        )
        s = np.sin(np.radians(r.elevation_deg))
        a = np.array([r.mid_a_o, r.mid_b_o, r.mid_c_o, r.mid_d_o])
        surface = r.surface_temperature_k, r.surface_total_pressure_hpa, r.mid_rho_ws_g_m3
        got += [k.oxygen_zenith_db(gamma_o, a, *surface) / s, gamma_w * k.water_equivalent_height_km(r.freq_ghz) / s]
        expected += [r.out_oxygen_db, r.out_water_vapour_db]
    yield Row("P.676-13", "Annex 2, instantaneous", WORKBOOK, len(t), largest(got, expected), 1e-9, "dB")
    t = read("p676/p676_13_annex2_weibull.csv")
    got = [
        k.water_zenith_db(
            np.array([r.mid_a_v, r.mid_b_v, r.mid_c_v, r.mid_d_v]), r.in_rho_mean_g_m3, r.in_temperature_mean_k,
            r.in_pressure_mean_hpa,
            k.weibull_vapour_kg_m2(r.in_weibull_scale_lambdaVs_kg_m2, r.in_weibull_shape_kVs, r.p_percent),
        )
        for r in t.itertuples()
    ]  # fmt: skip
    error = largest(got, t.out_zenith_water_vapour_db)
    yield Row("P.676-13", "Annex 2, Weibull", WORKBOOK, len(t), error, 1e-9, "dB")


def atmosphere(read: Callable[[str], pd.DataFrame]) -> Cases:
    """Compare reference atmosphere and ray bending."""
    t = read("p835/p835_mean_annual_global_atmosphere.csv")
    error = max(
        largest([itu_p835.temperature_k(h) for h in t.height_km], t.out_temperature_k),
        largest([itu_p835.pressure_hpa(h) for h in t.height_km], t.out_pressure_hpa),
    )
    yield Row("P.835-6", "temperature, pressure", COMPUTED, len(t), error, 1e-8, "K, hPa")
    got = [7.5 * np.exp(-h / 2.0) for h in t.height_km if h < 23.0]  # above, the set leaves out the least mixing ratio
    mine = [itu_p835.water_vapour_density_g_m3(h, 7.5) for h in t.height_km if h < 23.0]
    expected = t.out_rho_g_m3[t.height_km < 23.0]
    error = max(largest(got, expected), largest(mine, expected))
    yield Row("P.835-6", "water vapour below 23 km", COMPUTED, len(mine), error, 1e-8, "g/m3")
    layers = read("p676/p676_13_annex1_slant_space_layers.csv")
    mine = [itu_p835.water_vapour_density_g_m3(h, 7.5) for h in layers.mid_h_mid_km]
    yield Row(
        "P.835-6", "water vapour of layers", WORKBOOK, len(mine), largest(mine, layers.mid_rho_g_m3), 1e-9, "g/m3"
    )
    t = read("p619/p619_5_elevation_angles.csv")
    error = max(
        largest(
            [itu_p834.apparent_elevation_deg(r.angle_deg, r.station_altitude_km) for r in t.itertuples()],
            t.out_free_space_to_apparent_deg,
        ),
        largest(
            [itu_p834.free_space_elevation_deg(r.angle_deg, r.station_altitude_km) for r in t.itertuples()],
            t.out_apparent_to_free_space_deg,
        ),
    )
    yield Row("P.834-9 (P.619-5 Att. B)", "bending of low rays", COMPUTED, len(t), error, 1e-6, "deg")
    e = itu_p453.wet_refractivity_nunits(300.0, 20.0)
    assert e > 0.0


def rain_and_cloud(read: Callable[[str], pd.DataFrame]) -> Cases:
    """P.837 to P.840."""
    t = read("p837/p837_7_rain_rate.csv")
    rainfall = t[[f"mid_mt_{m}_mm" for m in MONTHS]].to_numpy()
    warmth = t[[f"mid_t2m_{m}_degc" for m in MONTHS]].to_numpy() + 273.15
    got = [itu_p837.rain_probability_pct(a, b) for a, b in zip(rainfall, warmth, strict=True)]
    yield Row("P.837-7", "rain probability", WORKBOOK, len(t), largest(got, t.mid_p0_annual_percent), 1e-9, "%")
    got, expected = [], []
    for r, a, b in zip(t.itertuples(), rainfall, warmth, strict=True):
        rate = itu_p837.rain_rate_mm_h(r.p_percent, a, b)
        if r.out_rain_rate_mm_per_h == 0.0:
            assert rate == 0.0, r.case_id
            continue
        got.append(itu_p837.rain_rate_exceeded_pct(r.out_rain_rate_mm_per_h, a, b) / r.p_percent)
        expected.append(1.0 + r.mid_relative_error_percent / 100.0)
    error = largest(got, expected)
    yield Row("P.837-7", "probability of the rain rate given", WORKBOOK, len(got), error, 1e-5, "x value")
    mine, warm = itu_maps.rain_months(t.lon_deg, t.lat_deg)
    error = max(largest(mine.ravel(), rainfall.ravel()), largest(warm.ravel(), warmth.ravel()))
    yield Row("P.837-7, P.1510-1", "months, maps", WORKBOOK, len(t), error, 1e-6, "mm, K")
    t = read("p837/p837_7_r001_map.csv")
    got = itu_maps.map_values(itu_maps.RAIN_RATE_001, t.lon_deg, t.lat_deg)
    yield Row("P.837-7", "R0.01, maps", WORKBOOK, len(t), largest(got, t.out_r001_map_mm_per_h), 1e-6, "mm/h")
    t = read("p838/p838_3_specific_attenuation.csv")
    got = [
        itu_p838.specific_attenuation_db_per_km(r.rain_rate_mm_per_h, r.freq_ghz, r.elevation_deg, r.tilt_deg)
        for r in t.itertuples()
    ]
    yield Row("P.838-3", "rain", WORKBOOK, len(t), largest(got, t.out_gamma_r_db_per_km), 1e-9, "dB/km")
    t = read("p838/p838_3_coefficient_table.csv")
    error = 0.0
    for r in t.itertuples():
        for vertical, k_given, a_given in (
            (False, r.out_kh_5digits, r.out_alpha_h_4decimals),
            (True, r.out_kv_5digits, r.out_alpha_v_4decimals),
        ):
            k, alpha = itu_p838.rain_coefficients(r.freq_ghz, vertical)
            digit = max(10.0 ** (np.floor(np.log10(k_given)) - 3), 1e-7)  # four digits, at most seven decimals
            error = max(error, abs(k - k_given) / digit, abs(alpha - a_given) / 1e-4)
    yield Row("P.838-3", "printed table", WORKBOOK, len(t), error, 0.51, "of the last digit")
    t = read("p839/p839_4_rain_height.csv")
    got = [itu_p839.rain_height_km(h) for h in itu_maps.map_values(itu_maps.ZERO_HEIGHT, t.lon_deg, t.lat_deg)]
    yield Row("P.839-4", "rain height, maps", WORKBOOK, len(t), largest(got, t.out_rain_height_km), 1e-9, "km")
    t = read("p840/p840_9_cloud_attenuation.csv")
    got = [itu_p840.cloud_attenuation_db(r.freq_ghz, r.elevation_deg, r.in_L_kg_m2) for r in t.itertuples()]
    yield Row("P.840-9", "clouds", WORKBOOK, len(t), largest(got, t.out_cloud_attenuation_db), 1e-9, "dB")
    t = read("p840/p840_9_cloud_attenuation_lognormal.csv")
    got = [
        itu_p840.cloud_attenuation_lognormal_db(
            r.freq_ghz, r.elevation_deg, r.in_mL, r.in_sigmaL, r.in_PL_percent, r.p_percent
        )
        for r in t.itertuples()
    ]
    yield Row("P.840-9", "clouds, log-normal", WORKBOOK, len(t), largest(got, t.out_cloud_attenuation_db), 1e-9, "dB")


def maps(read: Callable[[str], pd.DataFrame]) -> Cases:
    """Compare sets that only have places."""
    m = itu_maps
    t = read("p453/p453_14_nwet_median.csv")
    got = m.map_values(m.WET_REFRACTIVITY, t.lon_deg, t.lat_deg)
    yield Row("P.453-14", "wet refractivity, maps", WORKBOOK, len(t), largest(got, t.out_nwet_p50_nunits), 1e-6, "N")
    t = read("p1510/p1510_1_annual_mean_surface_temperature.csv")
    got = m.map_values(m.TEMPERATURE, t.lon_deg, t.lat_deg)
    yield Row("P.1510-1", "temperature, maps", WORKBOOK, len(t), largest(got, t.out_temperature_k), 1e-6, "K")
    t = read("p1511/p1511_3_topographic_and_geoid_height.csv")
    got = m.map_values(m.TOPOGRAPHY, t.lon_deg, t.lat_deg) / 1000.0
    error = largest(got, t.out_topographic_height_km)
    yield Row("P.1511-3", "height, maps of edition 2", WORKBOOK, len(t), error, 3e-6, "km")
    got = m.map_values(m.GEOID, t.lon_deg, t.lat_deg) / 1000.0
    error = largest(got, t.out_egm2008_geoid_height_km)
    yield Row("P.1511-3", "geoid, maps of edition 2", WORKBOOK, len(t), error, 3e-6, "km")
    for kind, name in (("rho", "surface_water_vapour_density_g_m3"), ("v", "total_water_vapour_content_kg_m2")):
        t = read(f"p836/p836_6_{name}_annual.csv")
        got = [
            float(m.water_vapour(kind, r.p_percent, r.lon_deg, r.lat_deg, r.altitude_m / 1000.0))
            for r in t.itertuples()
        ]
        yield Row(
            "P.836-6", f"{name.rsplit('_', 2)[0]}, maps", WORKBOOK, len(t), largest(got, t[f"out_{name}"]), 1e-9, ""
        )


def p530(read: Callable[[str], pd.DataFrame]) -> Cases:
    """Hops."""
    a, m = itu_p530, itu_p530_multipath
    t = read("p530/p530_18_fresnel_diffraction.csv")
    got = [a.diffraction_loss_db(r.clearance_h_m, r.d1_km, r.d2_km, r.freq_ghz) for r in t.itertuples()]
    yield Row("P.530-18", "diffraction", COMPUTED, len(t), largest(got, t.out_diffraction_loss_db), 1e-9, "dB")
    t = read("p530/p530_18_multipath_worst_month.csv")
    single, fades, up = [], [], []
    for r in t.itertuples():
        p_0 = m.occurrence_pct(
            r.in_log10_K, r.in_dN75, r.d_km, r.freq_ghz, r.h_tx_masl, r.h_rx_masl, r.mean_terrain_masl
        )
        single.append(p_0 * 10.0 ** (-r.fade_depth_db / 10.0))
        fades.append(m.fade_exceeded_pct(p_0, r.fade_depth_db, 0.0))
        up.append(m.enhancement_not_exceeded_pct(p_0, r.enhancement_db, 0.0))
    for label, got, column in (
        ("multipath, deep fades", single, t.out_pw_single_frequency_percent),
        ("multipath, all fades", fades, t.out_pw_all_fades_percent),
        ("enhancement", up, t.out_pw_enhancement_not_exceeded_percent),
    ):
        yield Row("P.530-18", label, COMPUTED, len(t), largest(got, column, relative=True), 1e-9, "x value")
    t = read("p530/p530_18_rain_attenuation.csv")
    rain = [
        a.path_rain_attenuation_db(
            r.d_km, r.freq_ghz, *itu_p838.slant_coefficients(r.freq_ghz, r.elevation_deg, r.tilt_deg),
            r.rain_rate_001_mm_per_h, r.p_percent,
        )
        for r in t.itertuples()
    ]  # fmt: skip
    yield Row("P.530-18", "rain", COMPUTED, len(t), largest(rain, t.out_rain_attenuation_db), 1e-9, "dB")
    t = read("p530/p530_18_rain_frequency_scaling.csv")
    got = [m.rain_scaled_db(r.attenuation1_db, r.freq1_ghz, r.freq2_ghz) for r in t.itertuples()]
    yield Row("P.530-18", "rain, frequency scaling", ONE, len(t), largest(got, t.out_attenuation2_db), 1e-9, "dB")
    t = read("p530/p530_18_shorter_worst_period.csv")
    kinds = {"relatively_flat": 0, "hilly": 1, "hilly_land": 2}
    got = [m.shorter_worst_period_pct(r.pw_percent, r.T_hours, kinds[r.path_type]) for r in t.itertuples()]
    yield Row("P.530-18", "shorter worst period", COMPUTED, len(t), largest(got, t.out_psw_percent), 1e-9, "%")
    t = read("p530/p530_18_xpd_outage_precipitation.csv")
    got = []
    for r in t.itertuples():
        k_alpha = itu_p838.slant_coefficients(r.freq_ghz, r.elevation_deg, r.tilt_deg)
        a_001 = a.path_rain_attenuation_db(r.d_km, r.freq_ghz, *k_alpha, r.rain_rate_001_mm_per_h, 0.01)
        got.append(m.xpd_outage_rain_pct(a_001, r.freq_ghz, r.cir_db, r.U0_db, r.xpif_db))
    error = largest(got, t.out_outage_percent, relative=True)
    yield Row("P.530-18", "XPD outage by rain", ONE, len(t), error, 1e-9, "x value")


SECTIONS = (p618, p676, atmosphere, rain_and_cloud, maps, p530)


def reader(validation: Path) -> Callable[[str], pd.DataFrame]:
    """Reader of the sets of a folder."""
    return lambda path: floats(pd.read_csv(validation / path, comment="#"))


def main() -> None:
    """Write the page."""
    validation = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "validation"
    if not validation.is_dir():
        raise SystemExit(f"{validation} is not there; the page stays as it is")
    lines = [str(row) for section in SECTIONS for row in section(reader(validation))]
    PAGE.write_text(HEAD + "\n".join(lines) + "\n" + NOTES, encoding="utf-8")


if __name__ == "__main__":
    main()

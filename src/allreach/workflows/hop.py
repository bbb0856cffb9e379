"""One microwave hop of a country folder: profile, clearance, bands, availability, relay; as a summary and a sheet."""

from __future__ import annotations

import importlib.resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from allreach.backhaul import hop_link
from allreach.backhaul.hop_graph import relays
from allreach.errors import Fault, InputError
from allreach.finance.recipes import hop_item
from allreach.io import itu_maps
from allreach.io.atomic import write_text
from allreach.io.country_folder import Country, read_country
from allreach.io.itu_climate import air
from allreach.kernels.itu_p530 import earth_bulge_m, fresnel_radius_m
from allreach.params.load import Params, load_params
from allreach.report import svg_plot
from allreach.report.documents import link_sheet
from allreach.terrain.terrain import Terrain, terrain

TARGETS_PCT = (99.95, 99.99, 99.999)


def radios() -> hop_link.Radios:
    """Radios that come with the package."""
    path = importlib.resources.files("allreach.backhaul").joinpath("radios.yaml")
    return hop_link.Radios.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def end(text: str, country: Country) -> tuple[float, float, str]:
    """Longitude, latitude and name of an end: ``LON,LAT``, or an identifier or name of a site or place."""
    parts = text.split(",")
    if len(parts) == 2:
        try:
            lon, lat = float(parts[0]), float(parts[1])
        except ValueError:
            pass
        else:
            if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
                raise InputError(Fault(text, "is no longitude, latitude in degrees", "for example 49.87,40.41"))
            return lon, lat, text
    for name, key in (("sites", "site_id"), ("places", "place_id")):
        table = country.table(name)
        found = table[table[key] == text] if len(table) else table
        if len(found) == 0 and len(table) and "name" in table:
            found = table[table["name"] == text]
        if len(found):
            point = found.geometry.iloc[0]
            return float(point.x), float(point.y), text
    raise InputError(
        Fault(text, "is neither LON,LAT nor a site or place of the folder", "for example 49.87,40.41 or S1")
    )


def climate_of_path(lon_deg: float, lat_deg: float, ground_km: float) -> hop_link.Site:
    """Climate at the middle of a path from ITU-R's maps."""
    at = np.array([lon_deg]), np.array([lat_deg])
    here = air(*at)
    return hop_link.Site(
        lat_deg=lat_deg,
        rain_rate_001_mm_h=float(here.rain_rate_001_mm_h[0]),
        geoclimatic_k=float(here.geoclimatic_k[0]),
        temperature_k=float(itu_maps.map_values(itu_maps.TEMPERATURE, *at)[0]),
        vapour_g_m3=float(itu_maps.water_vapour("rho", 50.0, *at, np.array([ground_km]))[0]),
    )


def hop(
    folder: Path,
    a: str,
    b: str,
    *,
    mast_a_m: float = 30.0,
    mast_b_m: float = 30.0,
    freq_ghz: float | None = None,
    dish_m: float | None = None,
    diversity_m: float = 0.0,
    sets: tuple[str, ...] = (),
    out: Path | None = None,
) -> dict[str, Any]:
    """Work out a hop between two ends of a country folder.

    Parameters
    ----------
    folder
        Country folder with the terrain.
    a, b
        Ends, see `end`.
    mast_a_m, mast_b_m
        Antennas. [m above ground]
    freq_ghz
        Band to look at alone; by default all. [GHz]
    dish_m
        Both dishes; by default the band's. [m]
    diversity_m
        Height of a second receiving antenna above the first, or 0 for none. [m]
    sets
        Parameters changed.
    out
        Folder for ``hop.html``, ``hop.csv`` and ``profile.csv``, or none.

    Raises
    ------
    InputError
        If an end is unknown or off the terrain, or the band is not among the radios.
    """
    country, params, book = read_country(folder), load_params(sets=sets), radios()
    ground = terrain(
        country.grid, country.terrain_m, country.clutter_class, country.zones, params.radio.clutter_heights_m()
    )
    (lon_a, lat_a, name_a), (lon_b, lat_b, name_b) = end(a, country), end(b, country)
    (xa, xb), (ya, yb) = country.grid.from_lonlat([lon_a, lon_b], [lat_a, lat_b])
    if np.hypot(xb - xa, yb - ya) < country.grid.pixel_m:
        raise InputError(Fault(f"{a}, {b}", "lie within one pixel", "ends that are apart"))
    d_km, h_m, r_m, _ = ground.profile(float(xa), float(ya), float(xb), float(yb))
    if np.isnan(h_m).any():
        raise InputError(Fault(f"{a}, {b}", "run over unknown ground", "ends on the terrain of the folder"))
    r_m[0] = r_m[-1] = 0.0  # masts stand in a clearing of their own
    bands = [band for band in book.bands if freq_ghz is None or band.freq_ghz == freq_ghz]
    if not bands:
        known = ", ".join(f"{band.freq_ghz:g}" for band in book.bands)
        raise InputError(Fault("band", f"{freq_ghz:g} GHz is not among the radios", known))
    site = climate_of_path((lon_a + lon_b) / 2.0, (lat_a + lat_b) / 2.0, max(float(h_m.mean()), 0.0) / 1000.0)
    gradient = float(
        itu_maps.map_values(itu_maps.GRADIENT_1KM_50PCT, [(lon_a + lon_b) / 2.0], [(lat_a + lat_b) / 2.0])[0]
    )  # of the lowest kilometre, median; k = 157 / (157 + gradient) by P.453 and P.310
    length_km = float(d_km[-1])
    first = bands[0].freq_ghz
    free = hop_link.clearance(d_km, h_m, r_m, first, mast_a_m, mast_b_m, params.backhaul)
    results = [
        hop_link.band_result(
            book,
            band,
            length_km,
            float(h_m[0]) + mast_a_m,
            float(h_m[-1]) + mast_b_m,
            site,
            dish_m=dish_m,
            diversity_m=diversity_m,
        )
        for band in bands
    ]
    price = getattr(params.costs, hop_item(length_km)).value
    summary: dict[str, Any] = {
        "a": name_a,
        "b": name_b,
        "length_km": length_km,
        "is_clear": free.is_clear,
        "clearance_freq_ghz": first,
        "worst_clearance_m": free.worst_m,
        "worst_fresnel_share": free.worst_share,
        "worst_at_km": free.worst_at_km,
        "needed_mast_m": free.needed_m if np.isfinite(free.needed_m) else None,
        "rain_rate_001_mm_h": site.rain_rate_001_mm_h,
        "radios_usd": price,
        "towers_usd": params.costs.tower_usd_per_m.value * (mast_a_m + mast_b_m),
        "k_factor_median_map": 157.0 / (157.0 + gradient),
        "evidence": country.evidence("terrain"),
        "bands": [_band(r) for r in results],
        "relays": [],
    }
    if not free.is_clear:
        summary["relays"] = _relays(country, ground, params, (xa, ya), (xb, yb), mast_a_m, mast_b_m, first)
    if out is not None:
        _write(out, country, summary, d_km, h_m, r_m, mast_a_m, mast_b_m, results, params)
        summary["folder"] = str(out)
    return summary


def _band(r: hop_link.BandResult) -> dict[str, Any]:
    row: dict[str, Any] = {
        "freq_ghz": r.freq_ghz,
        "dish_m": r.dish_m,
        "received_dbm": r.received_dbm,
        "rain_001_db": r.rain_001_db,
        "multipath_p0_pct": r.p0_pct,
        "mean_mbps": r.mean_mbps(),
    }
    for target in TARGETS_PCT:
        step = r.at_availability(target)
        row[f"mbps_at_{target:g}_pct"] = 0.0 if step is None else step.throughput_mbps
        row[f"modulation_at_{target:g}_pct"] = "none" if step is None else step.name
    return row


def _relays(
    country: Country, ground: Terrain, params: Params, a: tuple[float, float], b: tuple[float, float],
    mast_a_m: float, mast_b_m: float, freq_ghz: float,
) -> list[dict[str, float]]:  # fmt: skip
    found = relays(a, b, mast_a_m, mast_b_m, ground, params.backhaul, freq_ghz=freq_ghz)
    rows = []
    for r in found:
        lon, lat = country.grid.to_lonlat(r.x_m, r.y_m)
        rows.append(
            {
                "lon_deg": float(lon),
                "lat_deg": float(lat),
                "ground_m": r.ground_m,
                "mast_m": r.mast_m,
                "to_a_km": r.to_a_km,
                "to_b_km": r.to_b_km,
            }
        )
    return rows


def _write(
    out: Path, country: Country, summary: dict[str, Any], d_km: Any, h_m: Any, r_m: Any, mast_a_m: float,
    mast_b_m: float, results: list[hop_link.BandResult], params: Params,
) -> None:  # fmt: skip
    """Write the tables and the sheet."""
    length, freq = float(d_km[-1]), summary["clearance_freq_ghz"]
    line = (h_m[0] + mast_a_m) * (1.0 - d_km / length) + (h_m[-1] + mast_b_m) * d_km / length
    frame = pd.DataFrame({"d_km": d_km, "ground_m": h_m, "clutter_m": r_m, "line_m": line})
    curves = []
    for k, name in ((params.backhaul.k_factor_median.value, "median"), (params.backhaul.k_factor_low.value, "low")):
        bulge = np.array([earth_bulge_m(float(d), length - float(d), k) for d in d_km])
        frame[f"ground_k_{name}_m"] = h_m + r_m + bulge
    zone = np.array([fresnel_radius_m(float(d), length - float(d), freq) for d in d_km[1:-1]])
    frame["fresnel_low_m"] = line - np.concatenate([[0.0], zone, [0.0]])
    frame["fresnel_high_m"] = line + np.concatenate([[0.0], zone, [0.0]])
    write_text(out / "profile.csv", frame.to_csv(index=False, lineterminator="\n", float_format="%.3f"))
    bands = pd.DataFrame(summary["bands"])
    write_text(out / "hop.csv", bands.to_csv(index=False, lineterminator="\n", float_format="%.6g"))
    curves = [
        svg_plot.Curve("ground, k low", d_km, frame["ground_k_low_m"], dashed=True),
        svg_plot.Curve("ground, k median", d_km, frame["ground_k_median_m"], fill=True),
        svg_plot.Curve("line of sight", d_km, line),
        svg_plot.Curve("first Fresnel zone", d_km, frame["fresnel_low_m"], dashed=True),
    ]
    steps = [
        (f"{r.freq_ghz:g}", s.name, s.throughput_mbps, s.fade_margin_db, s.rain_outage_pct, s.multipath_outage_pct,
         100.0 - s.outage_pct)
        for r in results for s in r.steps
    ]  # fmt: skip
    warnings = (
        [] if summary["is_clear"] else ["The path is blocked: bands and availability hold only once it is clear."]
    )
    if country.config.sketch:
        warnings.append("The country is a sketch: its terrain is drawn.")
    facts: list[tuple[str, str | float]] = []
    for key, value in summary.items():
        if isinstance(value, bool):
            facts.append((key, "yes" if value else "no"))
        elif isinstance(value, (str, float, int)):
            facts.append((key, value if isinstance(value, str) else float(value)))
    head: tuple[str, ...] = ("GHz", "dish m", "received dBm", "rain 0.01 % dB", "multipath p0 %", "mean Mbit/s")
    head += tuple(f"{what} {target:g} %" for target in TARGETS_PCT for what in ("Mbit/s at", "modulation at"))
    parts = [
        (
            "Profile",
            f"<figure>{svg_plot.line_plot('Profile with Fresnel zone', 'km', 'm above sea level', curves)}</figure>",
        ),
        ("Hop", link_sheet.table(("what", "value"), facts)),
        ("Bands", link_sheet.table(head, bands.itertuples(index=False))),
        (
            "Modulations",
            link_sheet.table(
                ("GHz", "modulation", "Mbit/s", "fade margin dB", "rain %", "multipath %", "availability %"), steps
            ),
        ),
    ]
    if summary["relays"]:
        relay_frame = pd.DataFrame(summary["relays"])
        parts.append(("Relays", link_sheet.table(tuple(relay_frame.columns), relay_frame.itertuples(index=False))))
    write_text(out / "hop.html", link_sheet.page(f"Hop {summary['a']} to {summary['b']}", warnings, parts))

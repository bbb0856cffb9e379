"""One microwave hop of a country folder: profile, clearance, bands, availability, relay; as a summary and a sheet."""

from __future__ import annotations

import importlib.resources
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray

from allreach import tables
from allreach.backhaul import hop_link
from allreach.backhaul.hop_graph import relays
from allreach.errors import Fault, InputError
from allreach.finance.recipes import hop_item
from allreach.io import itu_maps
from allreach.io.atomic import write_text
from allreach.io.country_folder import Country
from allreach.io.itu_climate import air
from allreach.kernels.itu_p530 import earth_bulge_m, fresnel_radius_m
from allreach.params.load import Params
from allreach.report import svg_plot
from allreach.report.documents import link_sheet
from allreach.terrain.terrain import Terrain, terrain
from allreach.vocabulary import Evidence
from allreach.workflows.points import NamedPoint, find_point
from allreach.workflows.study_inputs import StudyInputs

Floats = NDArray[np.float64]

TARGETS_PCT = (99.95, 99.99, 99.999)
DEFAULT_MAST_M = 30.0
RELAY_COLUMNS = ("lon_deg", "lat_deg", "ground_m", "mast_m", "to_a_km", "to_b_km")


def radios() -> hop_link.Radios:
    """Radios that come with the package."""
    path = importlib.resources.files("allreach.backhaul").joinpath("radios.yaml")
    return hop_link.Radios.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


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


@dataclass(frozen=True)
class Hop:
    """A microwave hop.

    Parameters
    ----------
    summary
        Ends, length, clearance, climate, prices, and ``bands`` and ``relays`` as lists of rows, for ``--json``.
    profile
        Ground, clutter and line of sight along the hop.
    files
        Files written.
    """

    summary: dict[str, Any]
    profile: pd.DataFrame
    files: tuple[Path, ...] = ()

    @property
    def is_clear(self) -> bool:
        """Whether the Fresnel zone is clear as far as the parameters ask."""
        return bool(self.summary["is_clear"])

    @property
    def bands(self) -> pd.DataFrame:
        """A row for every band."""
        return pd.DataFrame(self.summary["bands"])

    @property
    def relays(self) -> pd.DataFrame:
        """A row for every place of a relay that clears both halves; only where the hop is blocked."""
        return pd.DataFrame(self.summary["relays"], columns=list(RELAY_COLUMNS))


def hop(
    study: StudyInputs,
    a: str,
    b: str,
    *,
    mast_a_m: float | None = None,
    mast_b_m: float | None = None,
    freq_ghz: float | None = None,
    dish_m: float | None = None,
    diversity_m: float = 0.0,
    out: Path | None = None,
) -> Hop:
    """Work out a hop between two ends of a country folder.

    Parameters
    ----------
    study
        Country folder with its scenario.
    a, b
        Ends, see `points.find_point`.
    mast_a_m, mast_b_m
        Antennas; by default the height of the site that stands or is planned there, else 30 m. [m above ground]
    freq_ghz
        Band to look at alone; by default all. [GHz]
    dish_m
        Both dishes; by default the band's. [m]
    diversity_m
        Height of a second receiving antenna above the first, or 0 for none. [m]
    out
        Folder for ``hop.html``, ``hop.csv`` and ``profile.csv``, or none.

    Returns
    -------
    hop
        A blocked hop has no rates: there is no link before a mast, a relay or another path clears it.

    Raises
    ------
    InputError
        If an end is unknown or off the terrain, or the band is not among the radios.
    """
    country, params, book = study.country, study.params, radios()
    ground = terrain(
        country.grid, country.terrain_m, country.clutter_class, country.zones, params.radio.clutter_heights_m()
    )
    end_a, end_b = find_point(a, study), find_point(b, study)
    masts_m = _mast_m(end_a, mast_a_m), _mast_m(end_b, mast_b_m)
    (xa, xb), (ya, yb) = country.grid.from_lonlat([end_a.lon_deg, end_b.lon_deg], [end_a.lat_deg, end_b.lat_deg])
    if np.hypot(xb - xa, yb - ya) < country.grid.pixel_m:
        raise InputError(Fault(f"{a}, {b}", "lie within one pixel", "ends that are apart"))
    d_km, h_m, r_m, _ = ground.profile(float(xa), float(ya), float(xb), float(yb))
    if np.isnan(h_m).any():
        raise InputError(Fault(f"{a}, {b}", "run over unknown ground", "ends on the terrain of the folder"))
    r_m[0] = r_m[-1] = 0.0  # masts stand in a clearing of their own
    bands = _bands(book, freq_ghz)
    lon, lat = (end_a.lon_deg + end_b.lon_deg) / 2.0, (end_a.lat_deg + end_b.lat_deg) / 2.0
    site = climate_of_path(lon, lat, max(float(h_m.mean()), 0.0) / 1000.0)
    # Of the lowest kilometre, median; k = 157 / (157 + gradient) by P.453 and P.310.
    gradient = float(itu_maps.map_values(itu_maps.GRADIENT_1KM_50PCT, [lon], [lat])[0])
    length_km, first = float(d_km[-1]), bands[0].freq_ghz
    free = hop_link.clearance(d_km, h_m, r_m, first, *masts_m, params.backhaul)
    tops_m = float(h_m[0]) + masts_m[0], float(h_m[-1]) + masts_m[1]
    results = [
        hop_link.band_result(book, band, length_km, *tops_m, site, dish_m=dish_m, diversity_m=diversity_m)
        for band in bands
    ]
    summary: dict[str, Any] = {
        "a": end_a.name,
        "b": end_b.name,
        "mast_a_m": masts_m[0],
        "mast_b_m": masts_m[1],
        "length_km": length_km,
        "is_clear": free.is_clear,
        "clearance_freq_ghz": first,
        "worst_clearance_m": free.worst_m,
        "worst_fresnel_share": free.worst_share,
        "worst_at_km": free.worst_at_km,
        "needed_mast_m": free.needed_m if np.isfinite(free.needed_m) else None,
        "rain_rate_001_mm_h": site.rain_rate_001_mm_h,
        "radios_usd": getattr(params.costs, hop_item(length_km)).value,
        "towers_usd": params.costs.tower_usd_per_m.value * sum(masts_m),
        "k_factor_median_map": 157.0 / (157.0 + gradient),
        "evidence": tables.worst_evidence(country.evidence("terrain"), Evidence.MODELLED),
        "bands": [_band(r, free.is_clear) for r in results],
        "relays": [],
    }
    if not free.is_clear:
        summary["relays"] = _relays(country, ground, params, (xa, ya), (xb, yb), *masts_m, first)
    frame = _profile(d_km, h_m, r_m, masts_m, first, params)
    if out is None:
        return Hop(summary, frame)
    _write(out, country, summary, frame, results if free.is_clear else [])
    summary["folder"] = str(out)
    return Hop(summary, frame, tuple(out / name for name in ("hop.html", "hop.csv", "profile.csv")))


def _mast_m(end: NamedPoint, wanted_m: float | None) -> float:
    """Height of the antenna at an end. [m above ground]."""
    if wanted_m is not None:
        return wanted_m
    own = float("nan") if end.site is None else float(end.site["height_agl_m"])
    return DEFAULT_MAST_M if np.isnan(own) or own <= 0.0 else own


def _bands(book: hop_link.Radios, freq_ghz: float | None) -> list[hop_link.RadioBand]:
    bands = [band for band in book.bands if freq_ghz is None or band.freq_ghz == freq_ghz]
    if not bands:
        known = ", ".join(f"{band.freq_ghz:g}" for band in book.bands)
        raise InputError(Fault("band", f"{freq_ghz:g} GHz is not among the radios", known))
    return bands


def _band(r: hop_link.BandResult, is_clear: bool) -> dict[str, Any]:
    """Row of a band; what a blocked path would carry is not said."""
    row: dict[str, Any] = {
        "freq_ghz": r.freq_ghz,
        "dish_m": r.dish_m,
        "received_dbm": r.received_dbm,
        "rain_001_db": r.rain_001_db,
        "multipath_p0_pct": r.p0_pct,
        "mean_mbps": r.mean_mbps() if is_clear else None,
    }
    for target in TARGETS_PCT:
        step = r.at_availability(target) if is_clear else None
        row[f"mbps_at_{target:g}_pct"] = step.throughput_mbps if step else 0.0 if is_clear else None
        row[f"modulation_at_{target:g}_pct"] = step.name if step else "none" if is_clear else "blocked"
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
                **{name: getattr(r, name) for name in RELAY_COLUMNS[2:]},
            }
        )
    return rows


def _profile(
    d_km: Floats, h_m: Floats, r_m: Floats, masts_m: tuple[float, float], freq_ghz: float, params: Params
) -> pd.DataFrame:
    """Ground over the bulging Earth, line of sight and first Fresnel zone along the hop."""
    length = float(d_km[-1])
    line = (h_m[0] + masts_m[0]) * (1.0 - d_km / length) + (h_m[-1] + masts_m[1]) * d_km / length
    frame = pd.DataFrame({"d_km": d_km, "ground_m": h_m, "clutter_m": r_m, "line_m": line})
    for k, name in ((params.backhaul.k_factor_median.value, "median"), (params.backhaul.k_factor_low.value, "low")):
        bulge = np.array([earth_bulge_m(float(d), length - float(d), k) for d in d_km])
        frame[f"ground_k_{name}_m"] = h_m + r_m + bulge
    zone = np.array([fresnel_radius_m(float(d), length - float(d), freq_ghz) for d in d_km[1:-1]])
    frame["fresnel_low_m"] = line - np.concatenate([[0.0], zone, [0.0]])
    frame["fresnel_high_m"] = line + np.concatenate([[0.0], zone, [0.0]])
    return frame


def _write(
    out: Path, country: Country, summary: dict[str, Any], frame: pd.DataFrame, results: list[hop_link.BandResult]
) -> None:
    """Write the tables and the sheet."""
    write_text(out / "profile.csv", frame.to_csv(index=False, lineterminator="\n", float_format="%.3f"))
    d_km, line = frame["d_km"].to_numpy(), frame["line_m"].to_numpy()
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

"""One microwave hop of a country folder: profile, clearance, bands, availability, relay; as a summary and a sheet."""

from __future__ import annotations

import datetime as dt
import importlib.resources
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray

from allreach import tables
from allreach.backhaul import hop_link
from allreach.backhaul.hop_graph import relays
from allreach.backhaul.hop_result import AVAILABILITIES_PCT, RECOMMENDED_AT_PCT, HopEnd, HopResult, RelaySite
from allreach.errors import Fault, InputError
from allreach.finance.recipes import hop_item
from allreach.io import itu_maps
from allreach.io.atomic import write_text
from allreach.io.country_folder import Country
from allreach.io.itu_climate import air
from allreach.kernels.itu_p530 import earth_bulge_m, fresnel_radius_m
from allreach.params.country_config import CountryConfig
from allreach.params.currency import Currency
from allreach.params.load import Params
from allreach.params.money import Money
from allreach.planning.instance.unit_costs import price_list
from allreach.terrain.map_scale import GEODESIC
from allreach.terrain.terrain import Terrain, terrain
from allreach.vocabulary import Evidence
from allreach.workflows.hop_summary import BandRow, HopSummary
from allreach.workflows.points import NamedPoint, find_point
from allreach.workflows.study_inputs import StudyInputs

Floats = NDArray[np.float64]

DEFAULT_MAST_M = 30.0


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
    result
        Ends, length, clearance, climate, bands, relays, prices.
    profile
        Ground, clutter and line of sight along the hop.
    currency
        Money of the country and its dated rate.
    price_base_year
        Year in whose US dollars prices are.
    files
        Files written.
    """

    result: HopResult
    profile: pd.DataFrame
    currency: Currency
    price_base_year: int
    files: tuple[Path, ...] = ()

    @property
    def is_clear(self) -> bool:
        """Whether the Fresnel zone is clear as far as the parameters ask."""
        return self.result.clearance.is_clear

    @property
    def bands(self) -> pd.DataFrame:
        """A row for every band."""
        return pd.DataFrame([_band(band, self.is_clear) for band in self.result.bands])

    @property
    def relays(self) -> pd.DataFrame:
        """A row for every place of a relay that clears both halves; only where the hop is blocked."""
        columns = [field.name for field in fields(RelaySite)]
        return pd.DataFrame([asdict(relay) for relay in self.result.relays], columns=columns)

    @property
    def summary(self) -> HopSummary:
        """Everything but the profile."""
        found = self.result
        free = found.clearance
        summary = HopSummary(
            a=found.a.name,
            b=found.b.name,
            mast_a_m=found.a.mast_m,
            mast_b_m=found.b.mast_m,
            bearing_a_deg=found.a.bearing_deg,
            bearing_b_deg=found.b.bearing_deg,
            length_km=found.length_km,
            is_clear=free.is_clear,
            clearance_freq_ghz=found.clearance_freq_ghz,
            worst_clearance_m=free.worst_m,
            worst_fresnel_share=free.worst_share,
            worst_at_km=free.worst_at_km,
            needed_mast_m=free.needed_m if np.isfinite(free.needed_m) else None,
            recommended_freq_ghz=None if found.recommended is None else found.recommended.freq_ghz,
            max_receive_dbm=found.max_receive_dbm,
            rain_rate_001_mm_h=found.climate.rain_rate_001_mm_h,
            radios_usd=found.radios_usd,
            towers_usd=found.towers_usd,
            price_base_year=self.price_base_year,
            currency=self.currency.in_full(),
            k_factor_median_map=found.k_factor_median_map,
            evidence=found.evidence,
            bands=[_band(band, free.is_clear) for band in found.bands],
            relays=list(found.relays),
        )
        return summary.model_copy(update={"folder": str(self.files[0].parent)}) if self.files else summary


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
    points = find_point(a, study), find_point(b, study)
    (xa, xb), (ya, yb) = country.grid.from_lonlat([p.lon_deg for p in points], [p.lat_deg for p in points])
    if np.hypot(xb - xa, yb - ya) < country.grid.pixel_m:
        raise InputError(Fault(f"{a}, {b}", "lie within one pixel", "ends that are apart"))
    d_km, h_m, r_m, _ = ground.profile(float(xa), float(ya), float(xb), float(yb))
    if np.isnan(h_m).any():
        raise InputError(Fault(f"{a}, {b}", "run over unknown ground", "ends on the terrain of the folder"))
    r_m[0] = r_m[-1] = 0.0  # masts stand in a clearing of their own
    ends = _ends(*points, mast_a_m, mast_b_m)
    masts_m = ends[0].mast_m, ends[1].mast_m
    bands = _bands(book, freq_ghz)
    lon, lat = _middle(*ends)
    site = climate_of_path(lon, lat, max(float(h_m.mean()), 0.0) / 1000.0)
    # Of the lowest kilometre, median; k = 157 / (157 + gradient) by P.453 and P.310.
    gradient = float(itu_maps.map_values(itu_maps.GRADIENT_1KM_50PCT, [lon], [lat])[0])
    length_km, first = float(d_km[-1]), bands[0].freq_ghz
    free = hop_link.clearance(d_km, h_m, r_m, first, *masts_m, params.backhaul)
    tops_m = float(h_m[0]) + masts_m[0], float(h_m[-1]) + masts_m[1]
    results = tuple(
        hop_link.band_result(book, band, length_km, *tops_m, site, dish_m=dish_m, diversity_m=diversity_m)
        for band in bands
    )
    prices = price_list(params)
    result = HopResult(
        a=ends[0],
        b=ends[1],
        length_km=length_km,
        clearance=free,
        clearance_freq_ghz=first,
        climate=site,
        bands=results,
        recommended=hop_link.recommended(results, RECOMMENDED_AT_PCT) if free.is_clear else None,
        relays=() if free.is_clear else _relays(country, ground, params, ends, first),
        max_receive_dbm=book.max_receive_dbm,
        radios_usd=prices.units[hop_item(length_km)].price_usd,
        towers_usd=prices.units["tower_usd_per_m"].price_usd * sum(masts_m),
        k_factor_median_map=157.0 / (157.0 + gradient),
        evidence=tables.worst_evidence(country.evidence("terrain"), Evidence.MODELLED),
    )
    profile = _profile(d_km, h_m, r_m, masts_m, first, params)
    found = Hop(result, profile, study.config.currency, params.costs.price_base_year)
    return found if out is None else replace(found, files=_write(out, found, country.config))


def _ends(a: NamedPoint, b: NamedPoint, mast_a_m: float | None, mast_b_m: float | None) -> tuple[HopEnd, HopEnd]:
    to_b, to_a, _ = GEODESIC.inv(a.lon_deg, a.lat_deg, b.lon_deg, b.lat_deg)
    return (
        HopEnd(a.name, a.lon_deg, a.lat_deg, _mast_m(a, mast_a_m), float(to_b) % 360.0),
        HopEnd(b.name, b.lon_deg, b.lat_deg, _mast_m(b, mast_b_m), float(to_a) % 360.0),
    )


def _middle(a: HopEnd, b: HopEnd) -> tuple[float, float]:
    """Longitude and latitude half way, also where the path crosses the date line. [degrees]."""
    azimuth, _, length_m = GEODESIC.inv(a.lon_deg, a.lat_deg, b.lon_deg, b.lat_deg)
    lon, lat, _ = GEODESIC.fwd(a.lon_deg, a.lat_deg, azimuth, 0.5 * length_m)
    return float(lon), float(lat)


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


def _band(r: hop_link.BandResult, is_clear: bool) -> BandRow:
    """Row of a band; what a blocked path would carry is not said."""
    row: BandRow = {
        "freq_ghz": r.freq_ghz,
        "dish_m": r.dish_m,
        "received_dbm": r.received_dbm if is_clear else None,
        "is_overloaded": r.is_overloaded if is_clear else None,
        "rain_001_db": r.rain_001_db,
        "multipath_p0_pct": r.p0_pct,
        "mean_mbps": r.mean_mbps() if is_clear else None,
    }
    for target in AVAILABILITIES_PCT:
        step = r.at_availability(target) if is_clear else None
        row[f"mbps_at_{target:g}_pct"] = step.throughput_mbps if step else 0.0 if is_clear else None
        row[f"modulation_at_{target:g}_pct"] = step.name if step else "none" if is_clear else "blocked"
    return row


def _relays(
    country: Country, ground: Terrain, params: Params, ends: tuple[HopEnd, HopEnd], freq_ghz: float
) -> tuple[RelaySite, ...]:
    a, b = ends
    (xa, xb), (ya, yb) = country.grid.from_lonlat([a.lon_deg, b.lon_deg], [a.lat_deg, b.lat_deg])
    found = relays(
        (float(xa), float(ya)), (float(xb), float(yb)), a.mast_m, b.mast_m, ground, params.backhaul, freq_ghz=freq_ghz
    )
    rows = []
    for r in found:
        lon, lat = (float(v) for v in country.grid.to_lonlat(r.x_m, r.y_m))
        to_a, from_a, _ = GEODESIC.inv(lon, lat, a.lon_deg, a.lat_deg)
        to_b, from_b, _ = GEODESIC.inv(lon, lat, b.lon_deg, b.lat_deg)
        headings = (float(angle) % 360.0 for angle in (to_a, to_b, from_a, from_b))
        rows.append(RelaySite(lon, lat, r.ground_m, r.mast_m, r.to_a_km, r.to_b_km, *headings))
    return tuple(rows)


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


def _write(out: Path, found: Hop, config: CountryConfig) -> tuple[Path, ...]:
    """Write the tables and the sheet."""
    from allreach.report.documents import hop_sheet  # brings the chart library, which only a sheet needs
    from allreach.report.documents.blocks_html import page

    write_text(out / "profile.csv", found.profile.to_csv(index=False, lineterminator="\n", float_format="%.3f"))
    write_text(out / "hop.csv", found.bands.to_csv(index=False, lineterminator="\n", float_format="%.6g"))
    warnings = ["The country is a sketch: its terrain is drawn."] if config.sketch else []
    content = hop_sheet.hop_document(
        found.result, found.profile, warnings, dt.date(config.base_year, 1, 1), Money.of(config)
    )
    write_text(out / "hop.html", page(content))
    return tuple(out / name for name in ("hop.html", "hop.csv", "profile.csv"))

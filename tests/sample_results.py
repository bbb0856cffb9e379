"""Results of every declared table, drawn by seed: for tests of the report without running the rooms below."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import BaseModel

from allreach import tables
from allreach.grid import Grid
from allreach.io.atomic import write_json, write_text
from allreach.io.country_folder import Country
from allreach.io.raster import write_raster
from allreach.io.vector import write_table
from allreach.measure.summary import MeasureSummary
from allreach.params.country_config import CountryConfig, LayerProvenance
from allreach.planning.results.summary import PlanSummary

WAYS = ("existing", "mobile_upgrade", "mobile_new", "fwa", "fibre", "satellite_leo", "satellite_geo", "none")
WEIGHTS = (0.55, 0.1, 0.12, 0.05, 0.08, 0.07, 0.02, 0.01)
ITEMS = (
    ("site_equipment_usd", "access", "site", 95_000.0, 15.0),
    ("fibre_buried_usd_per_km", "backhaul", "km", 18_000.0, 25.0),
    ("hop_10km_usd", "backhaul", "hop", 26_000.0, 10.0),
    ("solar_usd_per_w", "power", "site", 32_000.0, 12.0),
    ("leo_kit_usd", "satellite", "terminal", 450.0, 5.0),
    ("site_om_usd_per_year", "operations", "site", 0.0, float("nan")),
)


def drawn_country(n_places: int, *, n_pixels: int = 400, sketch: bool = True, seed: int = 0) -> Country:
    """A hilly square of 500 m pixels with the number of places asked."""
    random = np.random.default_rng(seed)
    grid = Grid(n_pixels, n_pixels, 400_000.0, 4_600_000.0, 500.0, "EPSG:32638")
    rows, cols = np.mgrid[0:n_pixels, 0:n_pixels] / n_pixels
    terrain_m = (400 * np.sin(9 * rows) * np.cos(7 * cols) + 1200 * rows + 300 * np.sin(40 * rows * cols)).astype(
        np.float32
    )
    zones = np.where(terrain_m < -300, 1, 4).astype(np.uint8)
    row, col = random.uniform(20, n_pixels - 20, (2, n_places))
    lon, lat = grid.to_lonlat(*grid.xy_m(row, col))
    people = np.maximum(20, random.lognormal(6.0, 1.4, n_places)).astype(int)
    places = gpd.GeoDataFrame(
        {
            "place_id": [f"P{i:05d}" for i in range(n_places)],
            "name": [f"Place {i}" for i in range(n_places)],
            "population": people,
            "households": np.maximum(1, people // 4),
            "admin1_code": [f"{i % 7:02d}" for i in range(n_places)],
        },
        geometry=gpd.points_from_xy(lon, lat),
        crs=tables.CRS,
    )
    edge = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    reach = n_pixels * (0.42 + 0.04 * np.sin(5 * edge))
    ring = grid.to_lonlat(*grid.xy_m(n_pixels / 2 + reach * np.sin(edge), n_pixels / 2 + reach * np.cos(edge)))
    outline = gpd.GeoDataFrame(
        {"boundary_id": ["B0"], "level": [0], "code": ["TST"], "name": ["Testland"]},
        geometry=[shapely.Polygon(np.column_stack(ring))],
        crs=tables.CRS,
    )
    layers = {"places": tables.conform(places, "places"), "boundaries": tables.conform(outline, "boundaries")}
    made = LayerProvenance(source="drawn for tests", licence="none needed", evidence="synthetic")
    return Country(
        config=CountryConfig(iso3="TST", name="Testland", crs=grid.crs, pixel_m=grid.pixel_m, sketch=sketch),
        grid=grid,
        terrain_m=terrain_m,
        zones=zones,
        layers=layers,
        provenance={name: made for name in ("terrain", "zones", *layers)},
    )


def write_sample_results(folder: Path, country: Country, *, plan: bool = True, seed: int = 0) -> Path:
    """Write ``measure/`` and, if asked, ``plan/`` and ``verify/`` of a scenario; give the scenario's folder."""
    random = np.random.default_rng(seed)
    places = country.table("places").sort_values("place_id").reset_index(drop=True)
    measured = _measure(places, random)
    write_table(folder / "measure" / "places.parquet", measured, "measure_places")
    assumed = {"spectrum": 78, "technologies": 12, "power": 78}
    measured_figures = filled(MeasureSummary, {"n_sites": 78, "assumed_sites": assumed, "evidence": "modelled"})
    write_json(folder / "measure" / "summary.json", measured_figures)
    _write_coverage(folder / "measure", country, 0.0)
    if plan:
        _write_plan(folder / "plan", country, measured, random)
        after = measured.assign(predicted_share=np.maximum(measured["predicted_share"], 0.99))
        write_table(folder / "verify" / "places.parquet", after, "measure_places")
        write_json(folder / "verify" / "summary.json", {})
        _write_coverage(folder / "verify", country, 12.0)
    return folder


def filled(model: type[BaseModel], given: Mapping[str, Any]) -> dict[str, Any]:
    """Figures of a summary: those given, and of the others that it cannot do without nothing at all (0, empty)."""
    out = dict(given)
    for name, field in model.model_fields.items():
        if name not in out and field.is_required():
            out[name] = _nothing(field.annotation)
    return out


def _nothing(kind: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return filled(kind, {})
    if get_origin(kind) is Union or isinstance(kind, UnionType):
        return None if type(None) in get_args(kind) else _nothing(get_args(kind)[0])
    return {dict: {}, tuple: [], list: []}.get(get_origin(kind) or kind, kind() if callable(kind) else None)


def _measure(places: gpd.GeoDataFrame, random: np.random.Generator) -> gpd.GeoDataFrame:
    n = len(places)
    places = places.assign(households=places["households"].fillna(places["population"] // 4 + 1).astype("int64"))
    reached = np.where(random.random(n) < 0.55, 1.0, random.random(n) ** 2).round(4)
    frame = places[["place_id", "name", "population", "households", "admin1_code", "national_code", "geometry"]].assign(
        predicted_share=reached,
        passed_share=np.nan,
        orderable_share=np.nan,
        used_share=np.nan,
        outdoor_share=np.minimum(1.0, reached + 0.2),
        dl_mbps=np.where(reached > 0, random.uniform(3, 60, n).round(2), 0.0),
        rx_power_dbm=random.uniform(-118, -60, n).round(1),
        sinr_db=random.uniform(-5, 22, n).round(1),
        best_site_id="S1",
        full_share=np.where(random.random(n) < 0.1, 0.2, 0.0),
        evidence="synthetic",
    )
    return tables.conform(frame, "measure_places")


def _write_coverage(folder: Path, country: Country, more_db: float) -> None:
    rows, cols = np.mgrid[0 : country.grid.n_rows, 0 : country.grid.n_cols] / max(country.grid.shape)
    power = (-95 + more_db + 35 * np.sin(17 * rows) * np.cos(23 * cols)).astype(np.float32)
    power[power < -118] = np.nan
    write_raster(folder / "coverage_rx_power_dbm_800.tif", power, country.grid)
    write_raster(folder / "coverage_sinr_db_800.tif", (power + 105) / 2, country.grid)
    speed = np.where(np.isnan(power), 0, np.maximum(0, power + 110)).astype(np.float32)
    write_raster(folder / "coverage_dl_mbps.tif", speed, country.grid)
    state = np.select([speed > 15, speed > 0], [2, 1], 0).astype(np.uint8)
    write_raster(folder / "coverage_state.tif", state, country.grid)


def _write_plan(folder: Path, country: Country, measured: gpd.GeoDataFrame, random: np.random.Generator) -> None:
    n = len(measured)
    way = random.choice(WAYS, size=n, p=WEIGHTS)
    costs = ~np.isin(way, ["existing", "none"])
    capex = np.where(costs, measured["households"] * random.uniform(80, 900, n), 0.0).round(2)
    assignments = measured[["place_id", "households", "population", "geometry"]].assign(
        technology=way,
        site_id=np.where(np.char.startswith(way, "mobile"), "S1", ""),
        dl_mbps=np.where(way == "none", 0.0, 30.0),
        capex_usd=capex,
        opex_usd_per_year=(capex * 0.08).round(2),
        pv_usd=(capex * 1.9).round(2),
        switch_fibre_usd_per_km=np.where(way == "fwa", 9000.0, np.nan),
        switch_terminal_usd=np.where(np.char.startswith(way, "mobile"), 210.0, np.nan),
        why=[
            f"Cheapest of {2 + i % 5} ways that meet the standard; its trench is shared with {i % 9} places."
            for i in range(n)
        ],
        evidence="synthetic",
    )
    write_table(folder / "assignments.parquet", assignments, "plan_assignments")
    others = pd.DataFrame(
        {
            "place_id": np.repeat(measured["place_id"].to_numpy(), 6),
            "technology": np.tile(WAYS[1:7], n),
            "is_feasible": random.random(6 * n) < 0.7,
            "pv_usd": random.lognormal(11, 1, 6 * n).round(2),
            "dl_mbps": 30.0,
            "reason": [f"{3 + i % 40} km of trench along a tertiary road to the next node" for i in range(6 * n)],
        }
    )
    others.loc[~others["is_feasible"], "pv_usd"] = np.nan
    write_table(folder / "alternatives.parquet", others, "plan_alternatives")
    write_table(folder / "sites.parquet", _sites(measured, random), "plan_sites")
    write_table(folder / "links.parquet", _links(measured, random), "plan_links")
    bill = _bill(measured)
    write_text(folder / "bill_of_materials.csv", bill.to_csv(index=False))
    total = float(assignments["pv_usd"].sum())
    shares = np.linspace(0.8, 0.998, 12)
    curve = pd.DataFrame({"reached_share": shares, "pv_usd": total * ((shares - 0.8) / 0.198) ** 2.4})
    write_text(folder / "curve.csv", curve.round(4).to_csv(index=False))
    summary = {
        "pv_usd": round(total, 2),
        "lower_bound_usd": round(0.96 * total, 2),
        "gap": 0.04,
        "reached_share": 0.998,
        "capex_usd": round(float(capex.sum()), 2),
        "opex_usd_per_year": round(float(capex.sum()) * 0.08, 2),
        "n_new_sites": 12,
        "n_upgraded_sites": 31,
        "fibre_km": 412.3,
        "n_hops": 14,
        "satellite_households": int(measured["households"][np.char.startswith(way, "satellite")].sum()),
    }
    write_json(folder / "summary.json", filled(PlanSummary, summary))


def _sites(measured: gpd.GeoDataFrame, random: np.random.Generator) -> gpd.GeoDataFrame:
    chosen = measured.iloc[:: max(1, len(measured) // 60)].reset_index(drop=True)
    n = len(chosen)
    status = random.choice(["existing", "upgraded", "new", "relay", "exchange"], size=n)
    frame = gpd.GeoDataFrame(
        {
            "site_id": [f"S{i + 1}" for i in range(n)],
            "status": status,
            "operator": "Acell",
            "height_agl_m": 30.0,
            "candidate_kind": "settlement",
            "backhaul_kind": "microwave",
            "power_kind": "grid",
            "demand_mbps": 120.0,
            "load_share": 0.6,
            "households": 500,
            "capex_usd": np.where(status == "existing", 0.0, 95_000.0),
            "opex_usd_per_year": np.where(status == "existing", 0.0, 7000.0),
            "evidence": "synthetic",
        },
        geometry=chosen.geometry,
        crs=tables.CRS,
    )
    return tables.conform(frame, "plan_sites")


def _links(measured: gpd.GeoDataFrame, random: np.random.Generator) -> gpd.GeoDataFrame:
    ends = measured.geometry.iloc[:: max(1, len(measured) // 80)].get_coordinates().to_numpy()
    start, end = ends[:-1], ends[1:]
    near = np.hypot(*(start - end).T) < np.median(np.hypot(*(start - end).T))
    kinds = np.where(near, "hop", "fibre")
    lines = []
    for a, b, kind in zip(start, end, kinds, strict=True):
        steps = np.linspace(0, 1, 2 if kind == "hop" else 20)[:, None]
        wobble = 0 if kind == "hop" else 0.01 * random.standard_normal((len(steps), 2)) * (steps * (1 - steps))
        lines.append(shapely.LineString(a + (b - a) * steps + wobble))
    frame = gpd.GeoDataFrame(
        {
            "link_id": [f"L{i:03d}" for i in range(len(lines))],
            "kind": kinds,
            "from_id": "N1",
            "to_id": "S1",
            "length_km": [round(float(line.length) * 100, 3) for line in lines],
            "capacity_mbps": np.where(kinds == "hop", 400.0, np.nan),
            "flow_mbps": 90.0,
            "capex_usd": 50_000.0,
            "opex_usd_per_year": 2000.0,
            "evidence": "synthetic",
        },
        geometry=lines,
        crs=tables.CRS,
    )
    return tables.conform(frame, "plan_links")


def _bill(measured: gpd.GeoDataFrame) -> pd.DataFrame:
    rows = []
    for i, place_id in enumerate(measured["place_id"].iloc[: 40 * len(ITEMS)]):
        item, kind, unit, price, life = ITEMS[i % len(ITEMS)]
        quantity = 1.0 + i % 5
        capex = round(quantity * price, 2)
        opex = round(0.05 * capex + (900 if kind == "operations" else 0), 2)
        rows.append(
            {
                "item": item,
                "kind": kind,
                "place_id": place_id,
                "quantity": quantity,
                "unit": unit,
                "unit_price_usd": price,
                "year": 0,
                "life_years": life,
                "capex_usd": capex,
                "opex_usd_per_year": opex,
                "residual_usd": 0.0,
                "pv_usd": round(capex + 10 * opex, 2),
            }
        )
    return tables.conform(pd.DataFrame(rows), "plan_bill_of_materials")

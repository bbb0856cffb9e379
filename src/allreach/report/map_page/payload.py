"""What the page is told: the results as one JSON value. Sums of table rows are formed here, nothing is planned."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

import geopandas as gpd
import pandas as pd

from allreach import __version__, tables, vocabulary
from allreach.io.country_folder import Country
from allreach.io.results_folder import Results, read_coverage
from allreach.json_object import JsonObject
from allreach.measure.published import published_of
from allreach.outline import country_outline
from allreach.params.load import Params
from allreach.params.money import SKETCH_DIGITS
from allreach.params.official import OfficialTotals
from allreach.report import colours
from allreach.report.map_page.classes import coverage_kind
from allreach.report.map_page.columns import pack_column, pack_lines, pack_outline, pack_points, pack_table
from allreach.report.map_page.map_images import Painter, Picture
from allreach.report.map_page.mercator import MercatorFrame
from allreach.report.map_page.page_data import (
    Coverage,
    Figures,
    Image,
    Meta,
    PackedTable,
    PageData,
    ParameterColumns,
    People,
    Units,
)
from allreach.vocabulary import Evidence, FibreFeature

DIGITS = 3  # of sums where the country is no sketch: prices bear no more
SHOWN_ROADS = ("trunk", "primary", "secondary", "tertiary", "ferry")
MANY_ROADS = 20_000  # above this, only the classes that carry routes between towns


def payload(
    country: Country,
    results: Results,
    params: Params,
    pages: Sequence[Mapping[str, str]] = (),
    *,
    official: OfficialTotals | None = None,
) -> PageData:
    """Everything the page shows, ready for JSON, in a fixed order.

    Parameters
    ----------
    country
        The country folder.
    results
        What has been computed so far; the plan may be missing.
    params
        Parameters of the run, for the list of assumptions.
    pages
        Pages beside the report (`other_pages`).
    official
        Published totals to show; those of the folder's ``country.yaml`` without.
    """
    painter = Painter(country)
    frame = painter.frame
    relief = painter.relief()
    return {
        "meta": _meta(country, results, frame),
        "vocabulary": vocabulary.for_page(),
        "colours": colours.for_page(),
        "pages": [dict(page) for page in pages],
        "figures": _figures(results),
        "published": _published(country.config.official if official is None else official, results),
        "ladder": results.ladder.model_dump(mode="json") if results.ladder else None,
        "relief": _picture(relief),
        "coverages": _coverages(painter, results),
        "outline": pack_outline(country_outline(country.table("boundaries")), frame, 0.002),
        "admin1": _admin1(country, frame),
        "places": _places(country, results, frame),
        "planned": _planned(results),
        "assignments": pack_table(results.plan["assignments"], "plan_assignments")
        if "assignments" in results.plan
        else None,
        "alternatives": pack_table(results.plan["alternatives"], "plan_alternatives")
        if "alternatives" in results.plan
        else None,
        "sites": _sites(country, results, frame),
        "links": _lines(results.plan.get("links"), "plan_links", frame, 0.0003),
        "roads": _roads(country, frame),
        "fibre": _lines(_spans(country), "fibre", frame, 0.0005),
        "exclusions": _lines(country.table("exclusions"), "exclusions", frame, 0.0005),
        "institutions": _points(_institutions(country, results), "institutions", frame),
        "curve": pack_table(results.curve) if results.curve is not None else None,
        "percents": pack_table(results.percents) if results.percents is not None else None,
        "tornado": pack_table(results.tornado, "plan_tornado") if results.tornado is not None else None,
        "robustness": _robustness(results),
        "answers": results.answers,
        "bill": _bill(results),
        "parameters": _parameters(params),
        "sources": _sources(country),
    }


def _meta(country: Country, results: Results, frame: MercatorFrame) -> Meta:
    config = country.config
    used = [results.places["evidence"]] if results.places is not None else []
    used += [table["evidence"] for table in results.plan.values() if "evidence" in table.columns]
    labels = sorted({str(label) for column in used for label in column})
    return {
        "iso3": config.iso3,
        "name": config.name,
        "scenario": results.scenario,
        "sketch": config.sketch,
        "base_year": config.base_year,
        "standard": config.service_standard.model_dump(mode="json"),
        "currency": config.currency.model_dump(mode="json"),
        "languages": list(config.languages),
        "version": __version__,
        "digits": SKETCH_DIGITS if config.sketch else DIGITS,
        "evidence": tables.worst_evidence(*labels) if labels else Evidence.MODELLED,
        "evidence_order": [one.value for one in Evidence],
        "has_plan": "assignments" in results.plan,
        "has_verify": results.planned_places is not None,
        "bounds": [round(v, 5) for v in _bounds(country, frame)],
    }


def _bounds(country: Country, frame: MercatorFrame) -> tuple[float, float, float, float]:
    outline = country_outline(country.table("boundaries"))
    whole = (frame.west_deg, frame.south_deg, frame.east_deg, frame.north_deg)
    if outline.empty:
        return whole
    lonlat = outline.get_coordinates().to_numpy()
    lon_deg = frame.wrap_deg(lonlat[:, 0])
    return float(lon_deg.min()), float(lonlat[:, 1].min()), float(lon_deg.max()), float(lonlat[:, 1].max())


def _figures(results: Results) -> Figures:
    figures: Figures = {
        "measure": _repeatable(results.measure_summary),
        "plan": _repeatable(results.plan_summary),
        "verify": _repeatable(results.verify_summary),
    }
    if results.places is not None:
        figures["today"] = _people(results.places)
    if results.planned_places is not None:
        figures["after"] = _people(results.planned_places)
    if "assignments" in results.plan:
        rows = results.plan["assignments"]
        sums = rows.groupby("technology", sort=True)[
            ["households", "population", "capex_usd", "opex_usd_per_year", "pv_usd"]
        ].sum()
        figures["by_technology"] = {
            str(name): {key: round(float(value), 2) for key, value in row.items()} for name, row in sums.iterrows()
        }
    return figures


def _published(official: OfficialTotals, results: Results) -> list[JsonObject]:
    """Set published shares beside the predicted ones; none before the measurement."""
    if not results.measure_summary:
        return []
    shares = published_of(official, results.measure_summary)
    return [share.model_dump(mode="json") for share in shares]


def _repeatable(summary: JsonObject) -> JsonObject:
    """Leave out what another run of the same inputs says differently."""
    return {key: value for key, value in summary.items() if key != "runtime_s"}


def _people(places: gpd.GeoDataFrame) -> People:
    """Add up people by state of coverage; the states are never merged."""
    people = places["population"]
    states: dict[str, list[float]] = {}
    for name in ("passed_share", "orderable_share", "used_share"):
        is_known = places[name].notna()
        if is_known.any():
            known_people = people[is_known]
            states[name] = [round(float((places[name][is_known] * known_people).sum()), 1), int(known_people.sum())]
    return {
        "states": states,
        "population": int(people.sum()),
        "households": int(places["households"].sum()),
        "reached": round(float((places["predicted_share"] * people).sum()), 1),
        "signal": round(float((places["outdoor_share"] * people).sum()), 1),
    }


def _coverages(painter: Painter, results: Results) -> list[Coverage]:
    shown: list[Coverage] = []
    for step, name in sorted(results.rasters):
        kind = coverage_kind(name)
        if kind is None:
            continue
        values, grid = read_coverage(results, step, name)
        picture = painter.coverage(values, grid, kind.classes, coded=kind.coded)
        shown.append(
            {
                "when": "today" if step == "measure" else "planned",
                "kind": kind.kind,
                "band_mhz": kind.band_mhz,
                "unit": kind.unit,
                "classes": [[item.label, "#{:02x}{:02x}{:02x}".format(*item.rgb)] for item in kind.classes],
                **_picture(picture),
            }
        )
    return shown


def _picture(picture: Picture) -> Image:
    image = base64.b64encode(picture.data).decode("ascii")
    return {"image": image, "type": picture.media_type, "corners": picture.corners}


def _admin1(country: Country, frame: MercatorFrame) -> Units:
    units = country.table("boundaries")
    units = units.loc[units["level"] == 1].sort_values("boundary_id")
    return {
        "code": [str(v) for v in units["code"]],
        "name": [str(v) for v in units["name"]],
        "lines": pack_outline(units.geometry, frame, 0.002),
    }


def _places(country: Country, results: Results, frame: MercatorFrame) -> PackedTable:
    assert results.places is not None
    places = results.places.sort_values("place_id").reset_index(drop=True)
    packed = pack_table(places, "measure_places")
    named = country.table("places").set_index("place_id")["other_names"].reindex(places["place_id"])
    if (named.fillna("") != "").any():
        packed["other_names"] = pack_column(named)
    packed["lonlat"] = pack_points(places.geometry, frame)
    return packed


def _planned(results: Results) -> PackedTable | None:
    """Measure of the planned network, in the order of the places."""
    if results.planned_places is None or results.places is None:
        return None
    order = results.places["place_id"].sort_values().tolist()
    planned = results.planned_places.set_index("place_id").reindex(order)
    return {name: pack_column(planned[name]) for name in ("predicted_share", "dl_mbps", "full_share")}


def _sites(country: Country, results: Results, frame: MercatorFrame) -> PackedTable:
    """Sites of the plan, and existing ones that it does not touch."""
    columns = [column.name for column in tables.schema("plan_sites")]
    existing = country.table("sites")
    planned = results.plan.get("sites")
    if planned is not None:
        existing = existing.loc[~existing["site_id"].isin(planned["site_id"])]
    rest = existing.assign(status="existing", power_kind="existing", candidate_kind="existing")
    frames = [table.reindex(columns=columns) for table in (planned, rest) if table is not None and not table.empty]
    if not frames:
        return {"site_id": [], "lonlat": []}
    sites = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), geometry="geometry", crs=tables.CRS)
    sites = sites.sort_values("site_id", kind="stable").reset_index(drop=True)
    packed = pack_table(sites, "plan_sites")
    packed["lonlat"] = pack_points(sites.geometry, frame)
    return packed


def _lines(rows: pd.DataFrame | None, table: str, frame: MercatorFrame, tolerance_deg: float) -> PackedTable | None:
    if rows is None:
        return None
    rows = rows.sort_values(str(rows.columns[0]), kind="stable").reset_index(drop=True)
    packed = pack_table(rows, table)
    packed["lines"] = pack_lines(gpd.GeoSeries(rows["geometry"]), frame, tolerance_deg)
    return packed


def _institutions(country: Country, results: Results) -> gpd.GeoDataFrame:
    """Institutions of the country, with how the plan connects them and what measuring says, where there is a plan."""
    rows = country.table("institutions")
    planned, seen = results.plan.get("institutions"), results.planned_institutions
    if planned is None or planned.empty:
        return rows
    told = {"technology": "technology", "site_id": "site_id", "need_mbps": "demand_mbps", "pv_usd": "pv_usd"}
    by_id = planned.set_index("institution_id").reindex(rows["institution_id"])
    more = {name: by_id[column].to_numpy() for name, column in {**told, "plan_why": "why"}.items()}
    if seen is not None and not seen.empty:
        found = seen.set_index("institution_id").reindex(rows["institution_id"])
        more |= {"is_verified": found["is_verified"].astype("float64")}
        more |= {f"not_verified_{name}": found[name] for name in ("why", "why_key", "why_values")}
        more = {name: pd.Series(values).to_numpy() for name, values in more.items()}
    return rows.assign(**more)


def _points(rows: gpd.GeoDataFrame, table: str, frame: MercatorFrame) -> PackedTable:
    rows = rows.sort_values(str(rows.columns[0]), kind="stable").reset_index(drop=True)
    packed = pack_table(rows, table)
    packed["lonlat"] = pack_points(rows.geometry, frame)
    return packed


def _spans(country: Country) -> gpd.GeoDataFrame:
    fibre = country.table("fibre")
    return fibre.loc[fibre["feature"] == FibreFeature.SPAN]


def _roads(country: Country, frame: MercatorFrame) -> PackedTable:
    roads = country.table("roads")
    roads = roads.loc[roads["road_class"].isin(SHOWN_ROADS)]
    if len(roads) > MANY_ROADS:
        roads = roads.loc[roads["road_class"].isin(SHOWN_ROADS[:3])]
    roads = roads.sort_values("road_id", kind="stable")
    return {"road_class": pack_column(roads["road_class"]), "lines": pack_lines(roads.geometry, frame, 0.001)}


def _robustness(results: Results) -> PackedTable | None:
    """Which places keep their technology; sites and links are in the summary and in the file."""
    if results.robustness is None:
        return None
    rows = results.robustness
    return pack_table(rows[rows["kind"] == "place"].reset_index(drop=True), "plan_robustness")


def _bill(results: Results) -> PackedTable | None:
    """Add up the bill of materials by kind and item."""
    if results.bill is None:
        return None
    money = ["capex_usd", "opex_usd_per_year", "pv_usd"]
    sums = results.bill.groupby(["kind", "item", "unit"], sort=True)[["quantity", *money]].sum().reset_index()
    return pack_table(sums, "plan_bill_of_materials")


def _parameters(params: Params) -> ParameterColumns:
    rows = list(params.quantities())
    return {
        "key": [key for key, _, _ in rows],
        "meaning": [" ".join(meaning.split()) for _, _, meaning in rows],
        "value": [quantity.value for _, quantity, _ in rows],
        "low": [quantity.low for _, quantity, _ in rows],
        "high": [quantity.high for _, quantity, _ in rows],
        "unit": [quantity.unit for _, quantity, _ in rows],
        "year": [quantity.year for _, quantity, _ in rows],
        "money_year": [quantity.money_year for _, quantity, _ in rows],
        "source_value": [quantity.source_value for _, quantity, _ in rows],
        "source": [quantity.source for _, quantity, _ in rows],
        "assumed": [int(quantity.is_assumption) for _, quantity, _ in rows],
    }


def _sources(country: Country) -> list[dict[str, str]]:
    return [
        {
            "layer": name,
            "source": entry.source,
            "licence": entry.licence,
            "retrieved": entry.retrieved,
            "evidence": entry.evidence,
            "note": entry.note,
        }
        for name, entry in sorted(country.provenance.items())
    ]

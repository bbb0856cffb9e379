"""The auditor finds nothing in honest tables and something in every forged one."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import yaml

from independent_checker import check_results, present_value

HORIZON, RATE = 10, 0.08
LON, LAT = 47.0, 40.0
KM_LAT = 1 / 111.19493  # degrees of latitude in a kilometre on the auditor's sphere


def point(km_north):
    return shapely.Point(LON, LAT + km_north * KM_LAT)


def line(*km_north):
    return shapely.LineString([(LON, LAT + y * KM_LAT) for y in km_north])


def bill_row(item, kind, quantity, price, life, *, place_id="", link_id="", unit="unit"):
    amount = round(quantity * price, 2)
    capex, opex = (0.0, amount) if life is None else (amount, 0.0)
    pv, residual = present_value(capex, opex, life or float("inf"), 0, HORIZON, RATE)
    return {
        "item": item,
        "kind": kind,
        "place_id": place_id,
        "link_id": link_id,
        "quantity": quantity,
        "unit": unit,
        "unit_price_usd": price,
        "year": 0,
        "life_years": life,
        "capex_usd": capex,
        "opex_usd_per_year": opex,
        "residual_usd": round(residual, 2),
        "pv_usd": round(pv, 2),
        "funder": "",
    }


def honest():
    """A pop, a trench to a new site, a hop to a relayed new site, satellite for the last village."""
    places = pd.DataFrame(
        {
            "place_id": ["P1", "P2", "P3"],
            "name": ["One", "Two", "Three"],
            "population": [400, 200, 50],
            "households": [100, 50, 12],
            "geometry": [point(5), point(15), point(40)],
        }
    )
    bill = pd.DataFrame(
        [
            bill_row("site_equipment_usd", "access", 1, 40_000, 10, link_id="S1"),
            bill_row("site_om_usd_per_year", "operations", 1, 7_400, None, link_id="S1"),
            bill_row("site_equipment_usd", "access", 1, 40_000, 10, link_id="S2"),
            bill_row("fibre_buried_usd_per_km", "backhaul", 5.0, 13_000, 30, link_id="L1"),
            bill_row("fibre_om_share_per_year", "operations", 65_000, 0.02, None, link_id="L1"),
            bill_row("hop_10km_usd", "backhaul", 1, 17_100, 8, link_id="L2"),
            bill_row("site_energy_usd_per_year", "power", 1, 3_000, None, link_id="S1"),
            bill_row("solar_usd_per_w", "power", 7_000, 3, 20, link_id="S2"),
            bill_row("fwa_cpe_usd", "access", 50, 150, 5, place_id="P2"),
            bill_row("leo_kit_usd", "satellite", 12, 400, 5, place_id="P3"),
            bill_row("leo_plan_usd_per_year", "satellite", 12, 600, None, place_id="P3"),
        ]
    )

    def owned(*owners):
        rows = bill[bill["link_id"].isin(owners) | bill["place_id"].isin(owners)]
        return {c: round(float(rows[c].sum()), 2) for c in ("capex_usd", "opex_usd_per_year", "pv_usd")}

    def assignment(place_id, technology, site_id, households, population, km, cost):
        return {
            "place_id": place_id,
            "technology": technology,
            "site_id": site_id,
            "households": households,
            "population": population,
            "dl_mbps": 30.0,
            **cost,
            "why": "cheapest",
            "evidence": "modelled",
            "geometry": point(km),
        }

    assignments = pd.DataFrame(
        [
            assignment("P1", "mobile_new", "S1", 100, 400, 5, owned("S1", "L1")),
            assignment("P2", "fwa", "S2", 50, 200, 15, owned("S2", "L2", "P2")),
            assignment("P3", "satellite_leo", "", 12, 50, 40, owned("P3")),
        ]
    )

    def site(site_id, households, demand, km):
        cost = {k: v for k, v in owned(site_id).items() if k != "pv_usd"}
        return {
            "site_id": site_id,
            "status": "new",
            "operator": "",
            "backhaul_kind": "fibre",
            "power_kind": "grid",
            "demand_mbps": demand,
            "load_share": 0.6,
            "households": households,
            **cost,
            "evidence": "modelled",
            "geometry": point(km),
        }

    def link(link_id, kind, a, b, km_a, km_b, capacity, flow):
        cost = {k: v for k, v in owned(link_id).items() if k != "pv_usd"}
        return {
            "link_id": link_id,
            "kind": kind,
            "from_id": a,
            "to_id": b,
            "length_km": float(km_b - km_a),
            "capacity_mbps": capacity,
            "flow_mbps": flow,
            **cost,
            "evidence": "modelled",
            "geometry": line(km_a, km_b),
        }

    sites = pd.DataFrame([site("S1", 100, 300.0, 5), site("S2", 50, 150.0, 14)])
    links = pd.DataFrame(
        [
            link("L1", "fibre", "pop:F1", "site:S1", 0, 5, None, 450.0),
            link("L2", "hop", "S1", "S2", 5, 14, 400.0, 150.0),
        ]
    ).astype({"capacity_mbps": "float64"})
    alternatives = pd.DataFrame(
        [
            {
                "place_id": p,
                "technology": "satellite_leo",
                "is_feasible": True,
                "pv_usd": 1.0,
                "dl_mbps": 30.0,
                "reason": "terminals",
            }
            for p in ("P1", "P2", "P3")
        ]
    )
    pv = round(float(bill["pv_usd"].sum()), 2)
    summary = {
        "horizon_years": HORIZON,
        "discount_rate": RATE,
        "pv_usd": pv,
        "lower_bound_usd": 0.9 * pv,
        "gap": 0.1,
        "capex_usd": round(float(bill["capex_usd"].sum()), 2),
        "opex_usd_per_year": round(float(bill["opex_usd_per_year"].sum()), 2),
        "reached_share": 0.99,
        "n_new_sites": 2,
        "n_upgraded_sites": 0,
        "n_hops": 1,
        "fibre_km": 5.0,
        "satellite_households": 12,
        "by_technology": {"fwa": {"households": 50, "population": 200}},
    }
    certificate = {  # minimise x, x >= 0.9 pv: one row, one column
        "rows": pd.DataFrame({"family": ["row"], "lower": [0.9 * pv / 1000], "upper": [float("inf")], "price": [1.0]}),
        "columns": pd.DataFrame({"family": ["x"], "cost_kusd": [1.0], "lower": [0.0], "upper": [float("inf")]}),
        "entries": pd.DataFrame({"row": [0], "column": [0], "value": [1.0]}),
    }
    fibre = pd.DataFrame({"fibre_id": ["F1"], "feature": ["node"], "status": ["operational"], "geometry": [point(0)]})
    exclusions = pd.DataFrame(
        {"exclusion_id": ["E1"], "kind": ["mined"], "geometry": [shapely.box(LON + 0.1, LAT, LON + 0.2, LAT + 1)]}
    )
    commitments = pd.DataFrame({"commitment_id": ["C1"], "place_id": ["P1"], "households_share": [0.0]})
    country_sites = pd.DataFrame({"site_id": ["OLD"], "backhaul_mbps": [100.0], "geometry": [point(1)]})
    return {
        "summary": summary,
        **certificate,
        "places": places,
        "verified": places.assign(predicted_share=[1.0, 0.9675, 1.0]),
        "assignments": assignments,
        "alternatives": alternatives,
        "sites": sites,
        "links": links,
        "bill": bill,
        "fibre": fibre,
        "exclusions": exclusions,
        "commitments": commitments,
        "country_sites": country_sites,
        "config": {"iso3": "TST", "population": 650, "crs": "EPSG:32638"},
        "curve": pd.DataFrame({"reached_share": [0.0, 0.5, 1.0], "pv_usd": [0.0, 10.0, 90.0]}),
        "manifest": {
            "config": {"service_standard": {"busy_hour_mbps": 3.0}},
            "parameters": {
                "radio": {"load_cap": {"value": 0.7}},
                "demand": {"uptake_share": {"value": 1.0}},
                "planning": {"leo_users_per_km2": {"value": 2.6}, "leo_cell_km2": {"value": 160.0}},
            },
        },
    }


def write(data, folder):
    results = folder / "results" / "base"
    (results / "plan").mkdir(parents=True)
    (results / "measure").mkdir()

    def table(name, path):
        frame = data[name]
        if "geometry" in frame:
            gpd.GeoDataFrame(frame, geometry="geometry", crs="EPSG:4326").to_parquet(path)
        else:
            frame.to_parquet(path)

    for name in ("assignments", "alternatives", "sites", "links"):
        table(name, results / "plan" / f"{name}.parquet")
    table("places", results / "measure" / "places.parquet")
    (results / "verify").mkdir()
    table("verified", results / "verify" / "places.parquet")
    table("places", folder / "places.parquet")
    table("country_sites", folder / "sites.parquet")
    for name in ("fibre", "exclusions", "commitments"):
        table(name, folder / f"{name}.parquet")
    (results / "plan" / "bound").mkdir()
    for name in ("rows", "columns", "entries"):
        data[name].to_parquet(results / "plan" / "bound" / f"{name}.parquet")
    data["bill"].to_csv(results / "plan" / "bill_of_materials.csv", index=False)
    data["curve"].to_csv(results / "plan" / "curve.csv", index=False)
    (results / "plan" / "summary.json").write_text(json.dumps(data["summary"]))
    (results / "manifest.json").write_text(json.dumps(data["manifest"]))
    (folder / "country.yaml").write_text(yaml.safe_dump(data["config"]))
    return results


def audit(data, folder):
    return check_results(write(data, folder), folder)


def test_honest_tables_pass(tmp_path):
    assert audit(honest(), tmp_path) == []


def cell(table, row, column, value):
    def forge(data):
        data[table].loc[row, column] = value

    return forge


def summary(key, value):
    return lambda data: data["summary"].update({key: value})


def drop(table, row):
    def forge(data):
        data[table] = data[table].drop(index=row)

    return forge


FORGERIES = {
    "a household lost": (
        cell("assignments", 1, "households", 49),
        "people: place P2: households assigned 49, living 50",
    ),
    "people counted twice": (cell("assignments", 0, "population", 401), "people: place P1: population assigned 401"),
    "a place left out": (drop("assignments", 1), "people: place P2 has no assignment"),
    "the national total missed": (lambda d: d["config"].update(population=651), "country.yaml 651"),
    "unknown technology": (cell("assignments", 2, "technology", "pigeon"), "assignments: unknown technology pigeon"),
    "a site that is not there": (
        cell("assignments", 0, "site_id", "S9"),
        "assignments: place P1: mobile_new by site 'S9'",
    ),
    "satellite from a site": (
        cell("assignments", 2, "site_id", "S1"),
        "assignments: place P3: satellite_leo has a site",
    ),
    "unserved but paid": (cell("assignments", 2, "technology", "none"), "assignments: place P3: not served, but costs"),
    "no reason": (cell("assignments", 0, "why", " "), "assignments: place P1: no reason"),
    "a price changed": (cell("bill", 0, "unit_price_usd", 39_999.0), "row 1 (site_equipment_usd): capex + opex"),
    "a quantity changed": (
        cell("bill", 3, "quantity", 4.0),
        "bill_rows: row 4 (fibre_buried_usd_per_km): capex + opex",
    ),
    "a present value changed": (cell("bill", 5, "pv_usd", 20_000.0), "bill_rows: row 6 (hop_10km_usd): pv_usd"),
    "a life changed": (cell("bill", 9, "life_years", 6.0), "bill_rows: row 10 (leo_kit_usd): pv_usd"),
    "a year changed": (cell("bill", 0, "year", 1), "bill_rows: row 1 (site_equipment_usd): pv_usd"),
    "residual value changed": (
        cell("bill", 3, "residual_usd", 0.0),
        "bill_rows: row 4 (fibre_buried_usd_per_km): residual_usd",
    ),
    "half a cent": (cell("bill", 1, "opex_usd_per_year", 7400.004), "is not whole cents"),
    "another rate": (summary("discount_rate", 0.05), "bill_rows: row 2 (site_om_usd_per_year): pv_usd"),
    "another horizon": (summary("horizon_years", 9), "bill_rows: row 1 (site_equipment_usd): pv_usd"),
    "a cent in the total": (
        lambda d: d["summary"].update(pv_usd=d["summary"]["pv_usd"] + 0.01),
        "bill_sums: pv_usd: summary",
    ),
    "capex total": (summary("capex_usd", 1.0), "bill_sums: capex_usd: summary 1.0"),
    "a row of nobody": (cell("bill", 9, "place_id", ""), "bill_sums: row 10 (leo_kit_usd) belongs to no place"),
    "a row of an unknown link": (cell("bill", 5, "link_id", "L7"), "bill_sums: link_id 'L7' is no link or site"),
    "a place bears less": (cell("assignments", 2, "pv_usd", 1.0), "shared_costs: pv_usd: assignments"),
    "a site says less": (cell("sites", 0, "capex_usd", 1.0), "shared_costs: site_id S1: capex_usd 1.00"),
    "a link says less": (cell("links", 1, "capex_usd", 1.0), "shared_costs: link_id L2: capex_usd 1.00"),
    "a wrong gap": (summary("gap", 0.01), "bound: gap 0.01"),
    "a bound above the plan": (summary("lower_bound_usd", 1e9), "bound: lower_bound_usd"),
    "a bound that nothing proves": (cell("rows", 0, "price", 0.5), "certificate: lower_bound_usd"),
    "a price of the wrong sign": (cell("rows", 0, "price", -1.0), "certificate: lower_bound_usd"),
    "a price that lets a column fall for ever": (cell("rows", 0, "price", 1.5), "certificate: lower_bound_usd"),
    "a site uncounted": (summary("n_new_sites", 1), "counts: n_new_sites: summary 1, tables 2"),
    "fibre uncounted": (summary("fibre_km", 3.0), "counts: fibre_km: summary 3.0"),
    "technology sums": (
        lambda d: d["summary"]["by_technology"]["fwa"].update(population=3),
        "counts: fwa: population 3",
    ),
    "more reached than planned": (summary("reached_share", 1.01), "reach: reached_share 1.01"),
    "a reach that was not verified": (
        cell("verified", 0, "predicted_share", 0.5),
        "reach: reached_share 0.99, verified",
    ),
    "an overfull sector": (cell("sites", 0, "load_share", 0.75), "sites: S1: load 0.7500 over the cap"),
    "a site's households": (cell("sites", 1, "households", 49), "sites: S2: households 49, assigned 50"),
    "a free new site": (cell("sites", 0, "capex_usd", 0.0), "sites: S1: new, but costs nothing"),
    "a link over capacity": (cell("links", 1, "capacity_mbps", 100.0), "flows: L2: flow 150.00, capacity 100.00"),
    "a flow that vanishes": (cell("links", 0, "flow_mbps", 400.0), "flows: node S1: 400.000 Mbit/s in"),
    "demand not carried": (cell("sites", 1, "demand_mbps", 200.0), "flows: node S2: 150.000 Mbit/s in, 200.000"),
    "a site cut off": (cell("links", 1, "from_id", "S77"), "connections: S2 (new) has no way to a point of presence"),
    "a pop that is not there": (cell("links", 0, "from_id", "pop:F9"), "connections: S1 (new) has no way"),
    "an existing backhaul overfull": (cell("links", 0, "from_id", "OLD"), None),
    "a home without a terminal": (
        cell("bill", 8, "quantity", 49.0),
        "equipment: place P2: 50 by fwa, 49.0 fwa_cpe_usd",
    ),
    "a terminal too many": (
        cell("bill", 9, "quantity", 13.0),
        "equipment: place P3: 12 by satellite_leo, 13.0 leo_kit_usd",
    ),
    "a site without power": (cell("bill", 7, "item", "paint"), "equipment: S2: no power"),
    "a hop without radios": (cell("bill", 5, "item", "paint"), "equipment: L2: a hop without radios"),
    "more cable than route": (cell("bill", 3, "quantity", 6.0), "equipment: L1: 6.000 km of cable on 5.000 km"),
    "demand left out": (cell("sites", 0, "demand_mbps", 299.0), "demand: S1: 299.000 Mbit/s for 100 households"),
    "an assumed pop where fibre is known": (
        cell("links", 0, "from_id", "pop:assumed"),
        "connections: S1 (new) has no way",
    ),
    "a satellite cell overfull": (
        lambda d: d["manifest"]["parameters"]["planning"].update(leo_users_per_km2=0.007),
        "12 low-orbit households, 9 fit around it",
    ),
    "a trench too short": (cell("links", 0, "length_km", 4.0), "lengths: L1: 4.000 km, its ends are 5.000 km apart"),
    "a hop too long": (cell("links", 1, "length_km", 12.0), "lengths: L2: a hop of 12.000 km"),
    "a site in a minefield": (
        cell("exclusions", 0, "geometry", shapely.box(LON - 1, LAT + 13 * KM_LAT, LON + 1, LAT + 1)),
        "exclusions: site S2 (new) stands in an exclusion",
    ),
    "a trench through a minefield": (
        cell("exclusions", 0, "geometry", shapely.box(LON - 1, LAT + 2 * KM_LAT, LON + 1, LAT + 3 * KM_LAT)),
        "exclusions: fibre L1 is dug 1.00 km through an exclusion",
    ),
    "a cable through a lake": (
        lambda d: d["exclusions"].update(
            pd.DataFrame(
                {"kind": ["lake"], "geometry": [shapely.box(LON - 1, LAT + 2 * KM_LAT, LON + 1, LAT + 3 * KM_LAT)]}
            )
        ),
        "exclusions: fibre L1 is dug 1.00 km through an exclusion",
    ),
    "a promise overbuilt": (
        cell("commitments", 0, "households_share", 0.5),
        "commitments: place P1: 100 households paid for, 50",
    ),
    "left out for no reason": (
        lambda d: (
            d["assignments"].update(pd.DataFrame({"technology": ["none"]}, index=[2])),
            d["alternatives"].update(pd.DataFrame({"technology": ["fibre"]}, index=[2])),
        ),
        "unserved: place P3: 12 households without service, fibre would reach them for 1 USD",
    ),
    "no alternatives": (drop("alternatives", 0), "alternatives: place P1 has no alternatives"),
    "feasible without a price": (
        cell("alternatives", 1, "pv_usd", None),
        "alternatives: place P2: satellite_leo feasible True",
    ),
    "more money reaches fewer": (cell("curve", 2, "reached_share", 0.4), "curve: a dearer point reaches fewer"),
    "rows out of order": (lambda d: d.update(links=d["links"].iloc[::-1]), "order: links is not sorted by link_id"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_tables_are_found(name, tmp_path):
    forge, expected = FORGERIES[name]
    data = honest()
    forge(data)
    if name == "an existing backhaul overfull":  # an old site feeds the country instead of the pop
        data["sites"] = pd.concat(
            [data["sites"].iloc[[0]].assign(site_id="OLD", status="existing", households=0), data["sites"]]
        )
        data["sites"][["capex_usd", "opex_usd_per_year"]] = data["sites"][["capex_usd", "opex_usd_per_year"]].mask(
            data["sites"]["status"] == "existing", 0.0
        )
        data["sites"].loc[data["sites"]["status"] == "existing", "demand_mbps"] = 20.0
        expected = "existing_backhaul: OLD: 470.00 Mbit/s over an existing backhaul of 100.00"
    faults = audit(data, tmp_path)
    assert any(expected in fault for fault in faults), faults


def test_a_cable_may_cross_a_lake_on_a_road(tmp_path):
    data = honest()
    FORGERIES["a cable through a lake"][0](data)
    results = write(data, tmp_path)
    road = gpd.GeoDataFrame({"road_id": ["R"]}, geometry=[line(0, 9)], crs="EPSG:4326")
    road.to_parquet(tmp_path / "roads.parquet")
    assert check_results(results, tmp_path) == []


def test_present_value_by_hand():
    pv, residual = present_value(100.0, 10.0, 5, 0, 7, 0.1)
    assert residual == pytest.approx(60.0)
    assert pv == pytest.approx(100 + 100 / 1.1**5 - 60 / 1.1**7 + sum(10 / 1.1**t for t in range(1, 8)))


def test_the_auditor_imports_nothing_of_the_program():
    import ast

    modules = set()
    for path in sorted(Path(__file__).parent.glob("independent_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        modules |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {"independent_files", "independent_network"} <= modules
    assert not any(name.startswith("allreach") for name in modules)

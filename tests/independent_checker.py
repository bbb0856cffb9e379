"""An auditor of results: knows the tables and country.yaml, not the program that wrote them.

It re-adds every sum, recomputes every present value, re-checks capacities, flows, connections, exclusions and
commitments from the files alone. Nothing of allreach is imported. ``check_results`` returns what is wrong.
"""

from __future__ import annotations

import math
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from independent_bound import proven
from independent_files import Files, growth, institutions, parameter, read
from independent_network import (
    FLOW_TOLERANCE_MBPS,
    check_connections,
    check_exclusions,
    check_existing_backhaul,
    check_flows,
    check_lengths,
    check_satellites,
)

TECHNOLOGIES = {"existing", "mobile_upgrade", "mobile_new", "fwa", "fibre", "satellite_geo", "satellite_leo", "none"}
SITE_TECHNOLOGIES = {"existing", "mobile_upgrade", "mobile_new", "fwa", "fibre"}
KINDS = {"access", "backhaul", "power", "satellite", "operations"}
EVIDENCE = {"measured", "official", "open", "modelled", "synthetic"}
STATUS = {"existing", "upgraded", "new", "relay", "exchange"}
MONEY = ("capex_usd", "opex_usd_per_year", "residual_usd", "pv_usd")
CENT = 0.0051  # half a cent and the last bit of a float
MOST_PER_CHECK = 5


def check_results(results_dir: Path | str, country_dir: Path | str) -> list[str]:
    """Audit the plan in a results folder against its country folder.

    Parameters
    ----------
    results_dir
        ``DIR/results/SCENARIO``.
    country_dir
        The country folder.

    Returns
    -------
    faults
        One line each; empty if nothing is wrong.
    """
    files = read(Path(results_dir), Path(country_dir))
    faults: list[str] = []
    for check in (
        check_people,
        check_assignments,
        check_bill_rows,
        check_bill_sums,
        check_shared_costs,
        check_bound,
        check_certificate,
        check_budget,
        check_tiers,
        check_counts,
        check_reach,
        check_sites,
        check_equipment,
        check_demand,
        check_flows,
        check_connections,
        check_existing_backhaul,
        check_satellites,
        check_lengths,
        check_exclusions,
        check_commitments,
        check_institutions,
        check_alternatives,
        check_unserved,
        check_curve,
        check_order,
    ):
        found = check(files)
        name = check.__name__.removeprefix("check_")
        faults += [f"{name}: {text}" for text in found[:MOST_PER_CHECK]]
        if len(found) > MOST_PER_CHECK:
            faults.append(f"{name}: and {len(found) - MOST_PER_CHECK} more")
    return faults


def _terms(files: Files) -> tuple[float, float]:
    horizon = files.summary.get("horizon_years", parameter(files, "planning", "horizon_years"))
    rate = files.summary.get("discount_rate", parameter(files, "costs", "discount_rate"))
    if horizon is None or rate is None:
        raise ValueError("neither summary nor manifest says horizon_years and discount_rate")
    return float(horizon), float(rate)


def _cents(value: float) -> int:
    return int((Decimal(repr(float(value))) * 100).to_integral_value())


def _sum_cents(values: pd.Series) -> int:
    return sum(_cents(v) for v in values)


def present_value(
    capex: float, opex: float, life: float, year: float, horizon: float, rate: float
) -> tuple[float, float]:
    """Present value and residual value by adding single payments."""
    total, residual, time, last = 0.0, 0.0, year, None
    while capex and time < horizon - 1e-9:
        total += capex / (1.0 + rate) ** time
        last, time = time, time + life
    if last is not None:
        residual = capex * (last + life - horizon) / life
        total -= residual / (1.0 + rate) ** horizon
    payment = year + 1.0
    while payment <= horizon + 1e-9:
        total += opex / (1.0 + rate) ** payment
        payment += 1.0
    return total, residual


def check_people(files: Files) -> list[str]:
    """Nobody is lost or counted twice, in total and per place."""
    faults = []
    for column in ("households", "population"):
        served = files.assignments.groupby("place_id")[column].sum()
        living = files.places.set_index("place_id")[column]
        missing = sorted(set(living.index) - set(served.index))
        faults += [f"place {p} has no assignment" for p in missing]
        faults += [f"place {p} is not in the country" for p in sorted(set(served.index) - set(living.index))]
        both = served.index.intersection(living.index)
        wrong = both[served[both].to_numpy() != living[both].to_numpy()]
        faults += [f"place {p}: {column} assigned {served[p]}, living {living[p]}" for p in wrong]
        if int(served.sum()) != int(living.sum()):
            faults.append(f"{column} assigned {int(served.sum())}, in the country {int(living.sum())}")
    total = files.config.get("population")
    if total is not None and int(files.assignments["population"].sum()) != int(total):
        faults.append(f"population assigned {int(files.assignments['population'].sum())}, country.yaml {total}")
    return list(dict.fromkeys(faults))


def check_assignments(files: Files) -> list[str]:
    """Technologies, sites and costs of the rows make sense."""
    rows = files.assignments
    faults = [f"unknown technology {t}" for t in sorted(set(rows["technology"]) - TECHNOLOGIES)]
    faults += [f"unknown evidence {e}" for e in sorted(set(rows["evidence"]) - EVIDENCE)]
    doubled = rows[rows.duplicated(["place_id", "technology", "site_id"])]
    faults += [f"place {r.place_id}: {r.technology} at {r.site_id!r} twice" for r in doubled.itertuples()]
    sites = set(files.sites["site_id"])
    for r in rows.itertuples():
        if r.technology in SITE_TECHNOLOGIES and r.site_id not in sites:
            faults.append(f"place {r.place_id}: {r.technology} by site {r.site_id!r}, which is not in sites")
        if r.technology not in SITE_TECHNOLOGIES and r.site_id:
            faults.append(f"place {r.place_id}: {r.technology} has a site {r.site_id!r}")
        if r.technology == "none" and (r.capex_usd or r.opex_usd_per_year or r.pv_usd or r.dl_mbps):
            faults.append(f"place {r.place_id}: not served, but costs or speed")
        if not str(r.why).strip():
            faults.append(f"place {r.place_id}: no reason given")
    for column in ("households", "population", "dl_mbps", "capex_usd", "opex_usd_per_year"):
        bad = rows[~(rows[column] >= 0)]
        faults += [f"place {r.place_id}: {column} {getattr(r, column)}" for r in bad.itertuples()]
    several = rows.groupby("place_id")["technology"].size()
    empty = rows[(rows["households"] == 0) & (rows["population"] == 0) & rows["place_id"].map(several > 1)]
    faults += [f"place {r.place_id}: {r.technology} serves nobody" for r in empty.itertuples()]
    return faults


def check_bill_rows(files: Files) -> list[str]:
    """Each row's money follows from its quantity, price, year and life."""
    faults = [f"unknown kind {k}" for k in sorted(set(files.bill["kind"]) - KINDS)]
    horizon, rate = _terms(files)
    for r in files.bill.itertuples():
        where = f"row {r.Index + 1} ({r.item})"
        if not (r.quantity > 0 and r.unit_price_usd >= 0 and r.year >= 0):
            faults.append(f"{where}: quantity {r.quantity}, price {r.unit_price_usd}, year {r.year}")
        amount = r.quantity * r.unit_price_usd
        if abs(r.capex_usd + r.opex_usd_per_year - amount) > CENT + 1e-12 * amount:
            faults.append(
                f"{where}: capex + opex {r.capex_usd + r.opex_usd_per_year:.2f}, price x quantity {amount:.4f}"
            )
        if math.isnan(r.life_years) and r.capex_usd:
            faults.append(f"{where}: bought, but without a life")
        if not math.isnan(r.life_years) and r.opex_usd_per_year:
            faults.append(f"{where}: a yearly payment with a life")
        life = math.inf if math.isnan(r.life_years) else r.life_years
        pv, residual = present_value(r.capex_usd, r.opex_usd_per_year, life, r.year, horizon, rate)
        if abs(pv - r.pv_usd) > CENT:
            faults.append(f"{where}: pv_usd {r.pv_usd}, recomputed {pv:.4f}")
        if abs(residual - r.residual_usd) > CENT:
            faults.append(f"{where}: residual_usd {r.residual_usd}, recomputed {residual:.4f}")
        for column in MONEY:
            value = getattr(r, column)
            if abs(value * 100 - round(value * 100)) > 1e-6 * max(1.0, abs(value)):
                faults.append(f"{where}: {column} {value!r} is not whole cents")
    return faults


def check_bill_sums(files: Files) -> list[str]:
    """The summary's money is the exact sum of the rounded rows; rows belong to something."""
    faults = []
    for column in ("capex_usd", "opex_usd_per_year", "residual_usd", "pv_usd"):
        if column in files.summary and _sum_cents(files.bill[column]) != _cents(files.summary[column]):
            faults.append(f"{column}: summary {files.summary[column]}, rows {_sum_cents(files.bill[column]) / 100}")
    for column in ("capex_usd", "pv_usd", "opex_usd_per_year"):
        if column not in files.summary:
            faults.append(f"{column} is missing from the summary")
    owners = set(files.links["link_id"]) | set(files.sites["site_id"]) | set(institutions(files)["owner"])
    linked = files.bill["link_id"].fillna("")
    placed = files.bill["place_id"].fillna("")
    faults += [f"link_id {x!r} is no link or site" for x in sorted(set(linked) - owners - {""})]
    faults += [f"place_id {x!r} is no place" for x in sorted(set(placed) - set(files.places["place_id"]) - {""})]
    lost = files.bill[(linked == "") & (placed == "")]
    faults += [f"row {r.Index + 1} ({r.item}) belongs to no place, link or site" for r in lost.itertuples()]
    return faults


def check_shared_costs(files: Files) -> list[str]:
    """What the places bear together is what the bill says; sites and links carry their own rows."""
    faults = []
    for column in ("capex_usd", "opex_usd_per_year", "pv_usd"):
        shared, billed = files.assignments[column].sum(), files.bill[column].sum()
        shared += float(institutions(files)[column].sum())
        if abs(shared - billed) > 0.01 * (len(files.assignments) + 1):
            faults.append(f"{column}: assignments {shared:.2f}, bill {billed:.2f}")
    linked = files.bill["link_id"].fillna("")
    for table, key in ((files.sites, "site_id"), (files.links, "link_id")):
        for column in ("capex_usd", "opex_usd_per_year"):
            billed = files.bill.groupby(linked)[column].sum()
            for r in table[[key, column]].itertuples(index=False):
                expected = float(billed.get(r[0], 0.0))
                if abs(float(r[1]) - expected) > 0.011:
                    faults.append(f"{key} {r[0]}: {column} {r[1]:.2f}, its rows in the bill {expected:.2f}")
    return faults


def check_bound(files: Files) -> list[str]:
    """The bound lies below the plan and the gap is what the two say."""
    s = files.summary
    faults = [f"{key} is missing" for key in ("pv_usd", "lower_bound_usd", "gap") if key not in s]
    if faults:
        return faults
    pv, low, gap = float(s["pv_usd"]), float(s["lower_bound_usd"]), float(s["gap"])
    if low > pv + 0.005:
        faults.append(f"lower_bound_usd {low} above pv_usd {pv}")
    expected = (pv - low) / pv if pv > 0 else 0.0
    if abs(gap - expected) > 1e-6:
        faults.append(f"gap {gap}, (pv - bound) / pv = {expected}")
    return faults


def check_certificate(files: Files) -> list[str]:
    """Row prices and trees prove the bound, whatever the solver said: weak duality in plain float64."""
    found = proven(files.certificate, "", "cost_kusd")
    if isinstance(found, str):
        return [found]
    claimed = float(files.summary["lower_bound_usd"])
    if not 1000.0 * found >= claimed - 1e-6 * max(1.0, abs(claimed)):
        return [f"lower_bound_usd {claimed}, the certificate proves {1000.0 * found}"]
    return []


def check_budget(files: Files) -> list[str]:
    """The budget is kept; the bound on the people reached follows from its certificate, whose budget row is the budget.

    Its programme minimises people without service in thousands; only columns of family n may cost anything.
    """
    told, asked = files.summary.get("budget"), parameter(files, "planning", "budget_usd")
    if told is None or asked is None:
        return [] if told is None and asked is None else [f"budget asked for {asked}, summary {told}"]
    faults = []
    if float(told["budget_usd"]) != asked:
        faults.append(f"budget_usd {told['budget_usd']}, asked for {asked}")
    if _sum_cents(files.bill["pv_usd"]) > _cents(asked):
        faults.append(f"the plan costs {files.bill['pv_usd'].sum():.2f}, the budget is {asked}")
    found = proven(files.certificate, "budget_", "thousand_people")
    if isinstance(found, str):
        return [*faults, found]
    columns, rows = files.certificate["budget_columns"], files.certificate["budget_rows"]
    if (columns.loc[columns["family"] != "n", "thousand_people"] != 0).any():
        faults.append("the certificate counts people who are not left without service")
    limit = 1000.0 * float(rows.loc[rows["family"] == "budget", "upper"].iloc[0])
    if not abs(limit - asked) <= 1e-6 * max(1.0, asked):
        faults.append(f"the certificate is for a budget of {limit}, not {asked}")
    total = 1000.0 * float(columns.loc[columns["family"] == "n", "thousand_people"].sum())
    most = total - max(1000.0 * found, 0.0)
    if float(told["weight_upper_bound"]) < most - 1e-6 * max(1.0, total):
        faults.append(f"weight_upper_bound {told['weight_upper_bound']}, the certificate proves only {most}")
    served = files.assignments.loc[files.assignments["technology"] != "none", "population"].sum()
    if float(told["people_upper_bound"]) < served - 1.0:
        faults.append(f"people_upper_bound {told['people_upper_bound']}, the plan reaches {served}")
    elsewhere = float(told["people_without_decision"])
    people = min(float(told["weight_upper_bound"]), float(told["people_decided"]))
    if abs(elsewhere + people - float(told["people_upper_bound"])) > 1.0 + 1e-6:
        faults.append(f"people_upper_bound {told['people_upper_bound']}, {elsewhere} and {people} are served at most")
    if abs(elsewhere + float(told["people_decided"]) - files.assignments["population"].sum()) > 1.0:
        faults.append("people with and without decision do not add up to the country's")
    gap = (told["weight_upper_bound"] - told["weight_reached"]) / max(told["weight_upper_bound"], 1e-12)
    if abs(gap - told["people_gap"]) > 1e-6:
        faults.append(f"people_gap {told['people_gap']}, recomputed {gap}")
    return faults


def check_tiers(files: Files) -> list[str]:
    """As many people as asked for get each tier's speed, and the bound's rows allow as many below it, not fewer.

    People are whole in each row, so a share may miss by less than one person a row.
    """
    standard = {
        **files.config.get("service_standard", {}),
        **files.manifest.get("config", {}).get("service_standard", {}),
    }
    asked, told = standard.get("tiers") or [], files.summary.get("tiers") or []
    if len(asked) != len(told):
        return [f"{len(asked)} tiers asked for, {len(told)} in the summary"]
    rows, total, faults = files.assignments, files.assignments["population"].sum(), []
    limits = files.certificate["rows"]
    limits = limits.loc[limits["family"] == "tier", "upper"].to_list()
    for k, (tier, found) in enumerate(zip(asked, told, strict=True)):
        quick = rows["dl_mbps"] >= float(tier["dl_mbps"]) - 1e-3
        people = int(rows.loc[quick, "population"].sum())
        if people < float(tier["people_share"]) * total - len(rows):
            faults.append(f"{people} of {total} have {tier['dl_mbps']} Mbit/s, {tier['people_share']:.4f} should")
        if abs(float(found["people_share"]) * total - people) > len(rows):
            faults.append(f"summary: {found['people_share']} have {tier['dl_mbps']} Mbit/s, the rows say {people}")
        stays = int(rows.loc[~quick & (rows["technology"] == "existing") & (rows["pv_usd"] == 0), "population"].sum())
        allowed = (1.0 - float(tier["people_share"])) * total - stays - len(rows)  # at least so many of those decided
        if k >= len(limits) or float(limits[k]) < min(allowed, float(found["decided_below_max"])) - 1e-6:
            faults.append(f"the certificate allows {limits[k : k + 1]} people under {tier['dl_mbps']} Mbit/s: too few")
    return faults


def check_counts(files: Files) -> list[str]:
    """Counts in the summary are those of the tables."""
    satellite = files.assignments["technology"].str.startswith("satellite")
    counted = {
        "n_new_sites": int((files.sites["status"] == "new").sum()),
        "n_upgraded_sites": int((files.sites["status"] == "upgraded").sum()),
        "n_hops": int((files.links["kind"] == "hop").sum()),
        "fibre_km": float(files.links.loc[files.links["kind"] == "fibre", "length_km"].sum()),
        "satellite_households": int(files.assignments.loc[satellite, "households"].sum()),
    }
    faults = []
    for key, value in counted.items():
        if key not in files.summary:
            faults.append(f"{key} is missing")
        elif abs(float(files.summary[key]) - value) > (0.05 if key == "fibre_km" else 0):
            faults.append(f"{key}: summary {files.summary[key]}, tables {value}")
    by_technology = files.summary.get("by_technology")
    if not isinstance(by_technology, dict):
        return [*faults, "by_technology is missing"]
    for column in ("households", "population"):
        sums = files.assignments.groupby("technology")[column].sum()
        for technology, entry in by_technology.items():
            if isinstance(entry, dict) and column in entry and int(entry[column]) != int(sums.get(technology, 0)):
                faults.append(f"{technology}: {column} {entry[column]}, tables {int(sums.get(technology, 0))}")
    return faults


def check_reach(files: Files) -> list[str]:
    """The reach that was verified is a share and not above what was planned."""
    reached = files.summary.get("reached_share")
    if reached is None:
        return ["reached_share is missing"]
    people = files.assignments["population"]
    planned = people[files.assignments["technology"] != "none"].sum() / max(people.sum(), 1)
    whole = 0.5 * len(people) / max(people.sum(), 1)  # rows count whole people, measuring counts shares of households
    if not 0.0 <= float(reached) <= planned + 1e-6 + whole:
        return [f"reached_share {reached}, planned {planned:.6f}"]
    if files.verified is None:
        return []
    share = (files.verified["predicted_share"] * files.verified["population"]).sum() / max(people.sum(), 1)
    return [] if abs(share - float(reached)) < 1e-6 else [f"reached_share {reached}, verified per place {share:.6f}"]


def check_sites(files: Files) -> list[str]:
    """Sites carry the households assigned to them and no sector is over its cap."""
    faults = [f"unknown status {s}" for s in sorted(set(files.sites["status"]) - STATUS)]
    faults += [f"site_id {s} twice" for s in files.sites["site_id"][files.sites["site_id"].duplicated()]]
    cap = parameter(files, "radio", "load_cap")
    at_site = files.assignments[files.assignments["site_id"].fillna("") != ""]
    households = at_site.groupby("site_id")["households"].sum()
    for r in files.sites.itertuples():
        if int(r.households) != int(households.get(r.site_id, 0)):
            faults.append(f"{r.site_id}: households {r.households}, assigned {int(households.get(r.site_id, 0))}")
        load = float(r.load_share) if pd.notna(r.load_share) else 0.0
        if not 0.0 <= load <= (cap if cap is not None else 1.0) + 1e-6:
            faults.append(f"{r.site_id}: load {load:.4f} over the cap")
        if r.status in ("existing",) and (r.capex_usd or r.opex_usd_per_year):
            faults.append(f"{r.site_id}: stands already, but costs {r.capex_usd}")
        if r.status in ("new", "upgraded", "relay", "exchange") and not r.capex_usd > 0:
            faults.append(f"{r.site_id}: {r.status}, but costs nothing")
    return faults


def check_equipment(files: Files) -> list[str]:
    """Everybody who is served has a terminal, every site power, every link its material."""
    faults = []
    bill = files.bill.assign(place_id=files.bill["place_id"].fillna(""), link_id=files.bill["link_id"].fillna(""))
    more = growth(files)[1]  # terminals for the households of the last year
    for technology, item in (
        ("satellite_leo", "leo_kit_usd"),
        ("satellite_geo", "geo_terminal_usd"),
        ("fwa", "fwa_cpe_usd"),
        ("fibre", "ont_usd"),
    ):
        served = (
            files.assignments[files.assignments["technology"] == technology].groupby("place_id")["households"].sum()
        )
        bought = bill[bill["item"] == item].groupby("place_id")["quantity"].sum()
        for place in sorted(set(served.index) | set(bought.index)):
            if abs(more * float(served.get(place, 0.0)) - float(bought.get(place, 0.0))) > 1e-6 * more:
                faults.append(f"place {place}: {served.get(place, 0)} by {technology}, {bought.get(place, 0)} {item}")
    items = bill.groupby("link_id")["item"].agg(set)
    for r in files.sites[files.sites["status"].isin(["new", "relay"])].itertuples():
        if not items.get(r.site_id, set()) & {"site_energy_usd_per_year", "solar_usd_per_w"}:
            faults.append(f"{r.site_id}: no power")
    km = (
        bill[bill["item"].isin(["fibre_buried_usd_per_km", "fibre_sea_usd_per_km"])]
        .groupby("link_id")["quantity"]
        .sum()
    )
    for r in files.links.itertuples():
        if r.kind == "hop" and not any(item.startswith("hop_") for item in items.get(r.link_id, set())):
            faults.append(f"{r.link_id}: a hop without radios")
        if r.kind == "fibre" and float(km.get(r.link_id, 0.0)) > r.length_km + 1e-6:
            faults.append(f"{r.link_id}: {km[r.link_id]:.3f} km of cable on {r.length_km:.3f} km")
    return faults


def check_demand(files: Files) -> list[str]:
    """Sites carry the busy hour of the households that they serve, in the last year of the plan."""
    uptake = parameter(files, "demand", "uptake_share")
    resolved = files.manifest.get("config", {})  # what the scenario and the command line made of country.yaml
    standard = {**files.config.get("service_standard", {}), **resolved.get("service_standard", {})}
    busy_hour_mbps = standard.get("busy_hour_mbps")
    if uptake is None or busy_hour_mbps is None:
        return []
    planned = files.sites[files.sites["status"].isin(["new", "upgraded", "exchange"])]
    busy_hour_mbps = float(busy_hour_mbps) * math.prod(growth(files))
    return [
        f"{r.site_id}: {r.demand_mbps:.3f} Mbit/s for {r.households} households"
        for r in planned.itertuples()
        if r.demand_mbps < r.households * busy_hour_mbps * uptake - FLOW_TOLERANCE_MBPS
    ]


def check_commitments(files: Files) -> list[str]:
    """Public money overbuilds no promise."""
    if "commitments" not in files.layers:
        return []
    households = files.places.set_index("place_id")["households"]
    paid = files.assignments[files.assignments["pv_usd"] > 0].groupby("place_id")["households"].sum()
    promised = files.layers["commitments"].groupby("place_id")["households_share"].sum().clip(upper=1.0)
    faults = []
    for place, share in promised.items():
        if place not in households.index:
            continue
        free = int(households[place]) - math.floor(float(share) * int(households[place]) + 1e-9)
        if int(paid.get(place, 0)) > free + 1:
            faults.append(f"place {place}: {int(paid[place])} households paid for, {free} are not promised to anybody")
    return faults


def check_institutions(files: Files) -> list[str]:
    """Every institution of the folder is connected once or not at all, quick and fast enough, by what it pays for."""
    rows = institutions(files)
    if files.institutions is None or (rows.empty and not parameter(files, "planning", "institutions")):
        return []
    known = files.layers["institutions"].set_index("institution_id")
    faults = [f"{i} is not in the plan" for i in sorted(set(known.index) - set(rows["institution_id"]))]
    faults += [f"{i} is not in the country" for i in sorted(set(rows["institution_id"]) - set(known.index))]
    faults += [f"{i} twice" for i in rows["institution_id"][rows["institution_id"].duplicated()]]
    bought = files.bill.groupby(files.bill["link_id"].fillna(""))["item"].agg(set)
    sites = files.sites.set_index("site_id")
    ends = set(files.links["to_id"])
    traffic = growth(files)[0]
    retail = parameter(files, "planning", "institution_retail_max_mbps") or 0.0
    for r in rows.itertuples():
        own = known["demand_mbps"].get(r.institution_id, np.nan)
        today = parameter(files, "demand", f"{r.kind}_mbps") if pd.isna(own) else float(own)
        if today is not None and abs(r.demand_mbps - today * traffic) > 1e-6 * r.demand_mbps:
            faults.append(f"{r.institution_id}: demand {r.demand_mbps}, {today} today grows to {today * traffic}")
        items = bought.get(r.owner, set())
        if r.technology == "none":
            faults += [f"{r.institution_id}: not connected, but costs {r.pv_usd}"] if r.pv_usd or items else []
            continue
        if r.dl_mbps < min(r.demand_mbps, r.dl_mbps if r.technology == "existing" else r.demand_mbps) - 1e-3:
            faults.append(f"{r.institution_id}: {r.dl_mbps} Mbit/s for a demand of {r.demand_mbps}")
        if not r.latency_ms <= r.latency_max_ms + 1e-9:
            faults.append(f"{r.institution_id}: {r.latency_ms} ms, it bears {r.latency_max_ms}")
        equipment = {"fibre": "institution_fibre_usd", "fwa": "institution_cellular_usd"}.get(
            r.technology, "institution_satellite_usd"
        )
        if r.technology != "existing" and equipment not in items:
            faults.append(f"{r.institution_id}: {r.technology} without {equipment}")
        if r.technology == "fibre" and r.owner not in ends:
            faults.append(f"{r.institution_id}: fibre, but no link ends there")
        if r.technology == "fwa" and r.site_id not in sites.index:
            faults.append(f"{r.institution_id}: site {r.site_id!r} is not in sites")
        committed = "satellite_committed_usd_per_mbps_per_year" in items
        if r.technology.startswith("satellite") and committed == ("leo_plan_usd_per_year" in items):
            faults.append(f"{r.institution_id}: retail and committed capacity mixed, or neither")
        if r.technology == "satellite_leo" and not committed and today is not None and today > retail + 1e-9:
            faults.append(f"{r.institution_id}: {today} Mbit/s by retail plan, {retail} is the most")
    counted = files.summary.get("institutions", {}).get("n_institutions")
    if counted != len(rows):
        faults.append(f"summary counts {counted} institutions, the table {len(rows)}")
    return faults


def check_alternatives(files: Files) -> list[str]:
    """Every place has its alternatives, priced where they are feasible."""
    rows = files.alternatives
    faults = [f"place {p} has no alternatives" for p in sorted(set(files.places["place_id"]) - set(rows["place_id"]))]
    faults += [f"unknown technology {t}" for t in sorted(set(rows["technology"]) - TECHNOLOGIES)]
    bad = rows[rows["is_feasible"].astype(bool) != rows["pv_usd"].notna()]
    faults += [f"place {r.place_id}: {r.technology} feasible {r.is_feasible}, pv {r.pv_usd}" for r in bad.itertuples()]
    silent = rows[rows["reason"].fillna("").str.strip() == ""]
    faults += [f"place {r.place_id}: {r.technology} without a reason" for r in silent.itertuples()]
    return faults


def check_unserved(files: Files) -> list[str]:
    """Nobody is left out whom, says the plan itself, fibre could reach on top of it; a budget leaves people out."""
    if parameter(files, "planning", "budget_usd") is not None:
        return []
    without = files.assignments[files.assignments["technology"] == "none"].groupby("place_id")["households"].sum()
    rows = files.alternatives
    fibre = rows[(rows["technology"] == "fibre") & rows["is_feasible"].astype(bool)].set_index("place_id")["pv_usd"]
    return [
        f"place {place}: {n} households without service, fibre would reach them for {fibre[place]:.0f} USD"
        for place, n in without.items()
        if n > 0 and place in fibre.index
    ]


def check_curve(files: Files) -> list[str]:
    """More money never reaches fewer."""
    if files.curve is None:
        return ["curve.csv is missing"]
    curve = files.curve.sort_values("pv_usd", kind="stable")
    if not {"reached_share", "pv_usd"} <= set(curve.columns):
        return ["reached_share or pv_usd is missing"]
    faults = []
    if not curve["reached_share"].is_monotonic_increasing:
        faults.append("a dearer point reaches fewer")
    if not curve["reached_share"].between(0.0, 1.0 + 1e-9).all():
        faults.append("reached_share outside 0 to 1")
    return faults


def check_order(files: Files) -> list[str]:
    """Tables are sorted by key, so that two runs can be compared byte by byte."""
    faults = []
    for name, keys in (
        ("assignments", ["place_id", "technology", "site_id"]),
        ("alternatives", ["place_id", "technology"]),
        ("sites", ["site_id"]),
        ("links", ["link_id"]),
    ):
        frame = getattr(files, name)[keys].fillna("").astype(str)
        rows = [tuple(row) for row in frame.itertuples(index=False)]
        if rows != sorted(rows):
            faults.append(f"{name} is not sorted by {', '.join(keys)}")
    return faults


if __name__ == "__main__":
    found = check_results(*sys.argv[1:3])
    print("\n".join(found) if found else "nothing wrong")
    sys.exit(1 if found else 0)

"""``country sketch``: draw any country offline by stated rules. Not for decisions.

Read `sketch` first: it is the list of steps. What Natural Earth, GeoNames and ITU-R P.1511 do not know is drawn from a
seed (evidence ``synthetic``) or follows from a rule (``modelled``). The same seed gives the same country at every pixel
size, but for the sites: as many stand as the published coverage asks for by the map of that pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from allreach import tables
from allreach.country.kits.lay import Laid, lay, read_boundaries, whole_country
from allreach.country.kits.open import OpenKits, open_kits
from allreach.country.official.shipped import shipped_totals
from allreach.country.sketch import outline as outlines
from allreach.country.sketch.drawn_totals import DrawnTotal, standing_sites
from allreach.country.sketch.existing_lines import lines_by_place
from allreach.country.sketch.frame import (
    Frame,
    choose_lattice_m,
    choose_pixel_m,
    country_crs,
    country_outline,
    lonlat_outline,
    make_frame,
)
from allreach.country.sketch.gazetteer import CountryFacts, find_country, lonlat_by_iso3, numbers_by_iso3, places_of
from allreach.country.sketch.kit_ground import kit_nodes
from allreach.country.sketch.kit_layers import (
    district_codes,
    fibre_lines,
    given_people,
    given_population,
    given_sites,
    given_total,
    kit_provenance,
    laid_over,
    road_cells,
    with_given_columns,
    with_raster,
    without_islets,
)
from allreach.country.sketch.network import (
    Backbone,
    GapSites,
    SiteGround,
    backbone,
    fibre_table,
    institutions_table,
    lines_lonlat,
    points_lonlat,
    power_table,
    shared_spectrum,
    site_candidates,
)
from allreach.country.sketch.people import People, built_radius_m, household_size, people, village_weight
from allreach.country.sketch.provenance import population_source, provenance
from allreach.country.sketch.roads import RoadNet, roads
from allreach.country.sketch.routes import class_weight, road_classes
from allreach.country.sketch.settlements import population as population_raster
from allreach.country.sketch.terrain import Nodes, calm_share, read_nodes, terrain_m, water_level_m
from allreach.country.sketch.zones import clutter, land_under, on_grid, zones
from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.io.country_folder import Country
from allreach.params.country_config import CountryConfig, seed_faults
from allreach.params.line_totals import LINE_SHARES, line_totals
from allreach.params.load import Params
from allreach.params.official import OfficialTotals, Trust
from allreach.params.sketch import Sketch
from allreach.progress import Progress
from allreach.vocabulary import Evidence

N_STEPS = 9


@dataclass(frozen=True)
class SketchReport:
    """What a sketch did, for the user.

    Parameters
    ----------
    notes
        Counts and rules applied.
    warnings
        What limits the sketch.
    parts_without_gateway
        Separate parts of the road network without a point of presence: largest place and people.
    totals
        Published totals beside what was drawn.
    kits
        Kits that were laid, and what each gave.
    """

    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    parts_without_gateway: tuple[tuple[str, int], ...]
    totals: tuple[DrawnTotal, ...]
    kits: tuple[str, ...]


def sketch(
    iso3: str,
    *,
    pixel_m: float | None = None,
    seed: int = 0,
    params: Params,
    population: int | None = None,
    trust: Trust = Trust.OFFICIAL,
    kits: Sequence[Path] = (),
    with_shipped_kit: bool = True,
    progress: Progress | None = None,
) -> Country:
    """Draw a country offline.

    Parameters
    ----------
    iso3
        ISO 3166-1 alpha-3 code; lower case is taken.
    pixel_m
        Pixel of the rasters; by default 250 m, or coarser where the frame is large. [m]
    seed
        Seed of everything drawn.
    params
        Parameters; the rules are in ``params.sketch``.
    population
        National total; by default that of a kit's places, else the published one, else that of GeoNames.
    trust
        Which published totals count as standing.
    kits
        Kits (folders or zips) whose layers take the place of drawn ones.
    with_shipped_kit
        Whether the kit that ships for the country is laid too, where there is one.
    progress
        Called with (stage, done, total).

    Returns
    -------
    country
        Country with every layer that a sketch knows.

    Raises
    ------
    InputError
        If the code is unknown, GeoNames lists no place there, or the numbers are impossible; with every fault of the
        kits.
    """
    return sketch_with_report(
        iso3,
        pixel_m=pixel_m,
        seed=seed,
        params=params,
        population=population,
        trust=trust,
        kits=kits,
        with_shipped_kit=with_shipped_kit,
        progress=progress,
    )[0]


def sketch_with_report(
    iso3: str,
    *,
    pixel_m: float | None = None,
    seed: int = 0,
    params: Params,
    population: int | None = None,
    trust: Trust = Trust.OFFICIAL,
    kits: Sequence[Path] = (),
    with_shipped_kit: bool = True,
    progress: Progress | None = None,
) -> tuple[Country, SketchReport]:
    """Draw a country and say what was done; see `sketch`."""
    rules = params.sketch
    step = partial(_say, progress)
    facts = find_country(iso3)
    require_possible(pixel_m, seed)
    step(0)
    with open_kits(facts.iso3, kits, with_shipped=with_shipped_kit) as opened:
        listed, frame, n_off, laid = framed(opened, facts, pixel_m, rules)
    published = laid.over_totals(shipped_totals(facts.iso3))
    official = published.trusted(trust)
    is_known = population is not None or official.get("population") is not None
    total, total_source = given_total(laid, _total(facts, population, official), population, is_known=is_known)
    given = given_people(laid, frame, total, rules)
    step(1)
    land = _relief(frame, listed if given is None else given.table, laid, seed, rules)
    step(2)
    heights_m, is_lake = terrain_m(frame, frame.grid, land.nodes, land.level_m, land.calm, seed, rules)
    is_lake &= on_grid(land.is_lake, frame)
    step(3)
    found = given or with_raster(
        _drawn_people(frame, listed, facts, total, land, laid, seed, rules), laid, frame, total, rules
    )
    step(4)
    head_count = given_population(laid, total)
    if head_count is None:
        head_count = population_raster(frame, heights_m, is_lake, found.table, seed, rules)
    step(5)
    net = roads(frame, land.height_m, land.is_lake, found.table, seed, rules, road_cells(laid, frame))
    step(6)
    classes = road_classes(net, found.table, rules)
    weight_m = class_weight(net, classes)
    fibre = backbone(net, weight_m, found.table, facts, rules)
    power, has_grid = power_table(net, weight_m, found.table, frame, rules)
    step(7)
    config = _config(facts, frame.grid, (total, total_source), published, trust, seed, rules)
    drawn_lines = [net.lines[s] for s in fibre.segments]
    ground = SiteGround(found.table, has_grid, *fibre_lines(laid, frame, drawn_lines, fibre.pops))
    candidates = site_candidates(ground, frame, land.is_lake, seed, rules)
    places = district_codes(_places_table(found, config.household_size, official, frame, rules), laid)
    layers: dict[str, pd.DataFrame] = {
        "places": places,
        "roads": _roads_table(net, classes, frame, rules),
        "fibre": fibre_table(net, found.table, fibre, frame),
        "power": power,
        "institutions": institutions_table(found.table, has_grid, frame, land.is_lake, seed, rules),
        "boundaries": _boundaries_table(frame, facts, total, n_off),
    }
    layers = laid_over(layers, laid, frame)
    stand = [places, laid.tables.get("sites", candidates.table), candidates.table, layers["institutions"]]
    heights_m, is_land, is_lake = land_under(stand, frame, heights_m, is_lake, land.level_m, rules)
    step(8)
    country = Country(
        config=config,
        grid=frame.grid,
        terrain_m=heights_m,
        clutter_class=laid.rasters["clutter"]
        if "clutter" in laid.rasters
        else clutter(is_land, frame.grid.pixel_m, head_count, is_lake, rules),
        zones=laid.rasters["zones"]
        if "zones" in laid.rasters
        else zones(frame, heights_m, is_land, is_lake, land.level_m, land.distance_km, rules),
        population=head_count,
        layers=layers,
        provenance=kit_provenance(
            provenance(found.notes, net.n_cut, fibre.without, n_off, frame, total_source, config), laid, rules
        ),
    )
    gaps = GapSites(ground, frame, seed, rules)
    layers["sites"], totals = standing_sites(country, candidates, gaps, given_sites(laid, frame), params, progress)
    step(9)
    return country, _report(found, net, fibre, n_off, listed, frame, totals, laid)


def _drawn_people(
    frame: Frame,
    listed: pd.DataFrame,
    facts: CountryFacts,
    total: int,
    land: _Relief,
    laid: Laid,
    seed: int,
    rules: Sketch,
) -> People:
    x_m, y_m, raw = (listed[name].to_numpy() for name in ("x_m", "y_m", "population"))
    is_real = laid.terrain is not None
    weight = village_weight(frame, land.bicubic_m, land.is_lake, x_m, y_m, raw, rules, real_ground=is_real)
    weight = without_islets(weight, listed, laid, frame)
    return people(frame, listed, facts, total, weight, seed, rules)


def _config(
    facts: CountryFacts,
    grid: Grid,
    population: tuple[int, str],
    published: OfficialTotals,
    trust: Trust,
    seed: int,
    rules: Sketch,
) -> CountryConfig:
    total, total_source = population
    size, size_source = household_size(facts, rules)
    households = published.trusted(trust).get("households")
    if households is not None and households.value:
        size, size_source = (
            total / households.value,
            f"people over households of {households.date}: {households.source}",
        )
    return CountryConfig(
        iso3=facts.iso3,
        name=facts.name,
        crs=grid.crs,
        pixel_m=grid.pixel_m,
        population=total,
        population_source=total_source,
        household_size=size,
        household_size_source=size_source,
        sketch=True,
        seed=seed,
        official=published,
        trust=trust,
        parameters=shared_spectrum(rules),
    )


@dataclass(frozen=True)
class _Relief:
    """Heights of a country on the lattice on which roads and villages are drawn.

    Parameters
    ----------
    nodes, calm
        Nodes of the map of heights, and the share of the drawn detail that is missing.
    level_m, distance_km
        Level of the nearest sea, NaN where there is none, and how far it is.
    height_m, bicubic_m
        Heights with the drawn detail, and without. [m]
    is_lake
        Lakes, but for the cells around listed places.
    """

    nodes: Nodes
    calm: np.ndarray
    level_m: np.ndarray
    distance_km: np.ndarray
    height_m: np.ndarray
    bicubic_m: np.ndarray
    is_lake: np.ndarray


def _relief(frame: Frame, listed: pd.DataFrame, laid: Laid, seed: int, rules: Sketch) -> _Relief:
    nodes = read_nodes(frame, rules)
    level_m, distance_km = water_level_m(frame, nodes)
    nodes = nodes if laid.terrain is None else kit_nodes(nodes, laid.terrain, rules)
    x_m, y_m, raw = (listed[name].to_numpy() for name in ("x_m", "y_m", "population"))
    calm = calm_share(frame, x_m, y_m, built_radius_m(raw, rules), rules)
    height_m, is_lake = terrain_m(frame, frame.lattice, nodes, level_m, calm, seed, rules)
    bicubic_m, _ = terrain_m(frame, frame.lattice, nodes, level_m, calm, seed, rules, with_detail=False)
    is_lake = _dry_places(is_lake, frame.lattice, listed)
    return _Relief(nodes, calm, level_m, distance_km, height_m, bicubic_m, is_lake)


def _say(progress: Progress | None, done: int) -> None:
    if progress is not None:
        progress("sketch", done, N_STEPS)


def _total(facts: CountryFacts, given: int | None, official: OfficialTotals) -> tuple[int, str]:
    """People of the country, and who says so: the user, a statistical office, at last GeoNames."""
    published = official.get("population")
    if given is not None:
        if not 1 <= given <= 10_000_000_000:
            raise InputError(Fault("population", f"{given} is impossible", "1 to 10,000,000,000 people"))
        return given, "given by the user"
    if published is not None and published.value >= 1:
        return round(published.value), f"{published.source} ({published.date})"
    if facts.population < 1:
        raise InputError(
            Fault(
                f"country {facts.iso3}",
                f"nobody gives a population for {facts.name}",
                "people to plan for",
                "Give the national total with --population",
            )
        )
    return facts.population, population_source()


def require_possible(pixel_m: float | None, seed: int) -> None:
    """Refuse a pixel and a seed that no sketch can have."""
    faults = seed_faults(seed)
    if pixel_m is not None and not 20.0 <= pixel_m <= 5000.0:
        faults.append(Fault("pixel", f"{pixel_m:g} m is outside what a sketch can draw", "20 to 5,000 m"))
    if faults:
        raise InputError(faults)


def framed(
    kits: OpenKits, facts: CountryFacts, pixel_m: float | None, rules: Sketch
) -> tuple[pd.DataFrame, Frame, int, Laid]:
    """Frame a country: listed places, frame, places off the outline, and what kits give for it.

    Raises
    ------
    InputError
        With every fault of the kits.
    """
    areas = read_boundaries(kits)
    listed, frame, n_off, is_given = _frame(facts, pixel_m, rules, areas.table)
    laid = lay(kits, areas, frame.grid, frame.lattice, lonlat_outline(frame))
    return listed, frame, n_off, replace(laid, gives_outline=is_given)


def _frame(
    facts: CountryFacts, pixel_m: float | None, rules: Sketch, boundaries: pd.DataFrame | None
) -> tuple[pd.DataFrame, Frame, int, bool]:
    """Places, frame, places off the outline, and whether a kit gives the outline."""
    listed = places_of(facts)
    numbers = numbers_by_iso3()
    family = sorted({facts.iso3, *outlines.MERGED, *(i for i, c in numbers.items() if c in outlines.MERGED.values())})
    drawn = outlines.country_polygons(facts.iso3, facts.code, lonlat_by_iso3(family), numbers)
    polygons = whole_country(boundaries, drawn)
    crs = country_crs(listed["lon_deg"].to_numpy(), listed["lat_deg"].to_numpy())
    x_m, y_m = Grid(1, 1, 0.0, 0.0, 1.0, crs).from_lonlat(listed["lon_deg"], listed["lat_deg"])
    x_m = _apart(x_m, y_m)
    listed = listed.assign(x_m=x_m, y_m=y_m)
    raw = listed["population"].to_numpy()
    small_m = float(rules.lattice_small_m.value)
    outline, _ = country_outline(polygons, crs, x_m, y_m, raw, small_m, rules)
    area_km2 = outline.area / 1e6
    lattice_m = choose_lattice_m(area_km2, outline.bounds, rules)
    outline, n_off = country_outline(polygons, crs, x_m, y_m, raw, lattice_m, rules)
    pixel_m = choose_pixel_m(area_km2, outline.bounds, rules) if pixel_m is None else float(pixel_m)
    n_mpx = np.prod([(outline.bounds[i + 2] - outline.bounds[i]) / pixel_m for i in (0, 1)]) / 1e6
    if n_mpx > 50.0 * rules.max_mpx.value:
        raise InputError(
            Fault(
                f"pixel {pixel_m:g} m",
                f"makes {n_mpx:,.0f} million pixels of {facts.name}",
                f"at most {50 * rules.max_mpx.value:,.0f} million",
                "Take a larger --pixel",
            )
        )
    world = outlines.read_outlines()
    return listed, make_frame(outline, world, crs, pixel_m, lattice_m, rules), n_off, polygons is not drawn


def _apart(x_m: np.ndarray, y_m: np.ndarray) -> np.ndarray:
    """Move places on one spot some steps of 20 m east, in the order of the list: a road joins two points."""
    spots = pd.DataFrame({"x": np.round(x_m), "y": np.round(y_m)})
    return np.asarray(x_m + 20.0 * spots.groupby(["x", "y"], sort=False).cumcount().to_numpy())


def _dry_places(is_lake: np.ndarray, lattice: Grid, listed: pd.DataFrame) -> np.ndarray:
    """Lakes without the cells around listed places: the map's lakes are coarse, the places are real."""
    rows, cols = lattice.rowcol(listed["x_m"].to_numpy(), listed["y_m"].to_numpy())
    out = is_lake.copy()
    reach = max(1, round(2000.0 / lattice.pixel_m))
    for r, c in zip(rows, cols, strict=True):
        out[max(r - reach, 0) : r + reach + 1, max(c - reach, 0) : c + reach + 1] = False
    return out


def _places_table(
    found: People, size: float, official: OfficialTotals, frame: Frame, rules: Sketch
) -> gpd.GeoDataFrame:
    table = found.table
    counts = table["population"].to_numpy()
    households = np.maximum(np.round(counts / size), 1).astype(np.int64)
    rows = pd.DataFrame(
        {
            "place_id": table["place_id"],
            "name": table["name"],
            "other_names": table["other_names"],
            "population": counts,
            "households": households,
            "admin1_code": table["admin1_code"],
            "evidence": table["evidence"],
            "geometry": points_lonlat(table["x_m"].to_numpy(), table["y_m"].to_numpy(), frame),
        }
    )
    rows = with_given_columns(rows, table, ("households", "admin2_code", "national_code"))
    homes = rows["households"].to_numpy(dtype=np.int64)
    lines = lines_by_place(table, homes, line_totals(official, float(homes.sum())), rules)
    return tables.conform(pd.concat([rows, with_given_columns(lines, table, LINE_SHARES)], axis=1), "places")


def _roads_table(net: RoadNet, classes: np.ndarray, frame: Frame, rules: Sketch) -> pd.DataFrame:
    paved = (classes != "tertiary") | (net.rank >= rules.paved_people.value)
    return tables.conform(
        pd.DataFrame(
            {
                "road_id": [f"road{i:06d}" for i in range(len(classes))],
                "road_class": classes,
                "surface": np.where(paved, "paved", "unpaved"),
                "evidence": Evidence.SYNTHETIC,
                "geometry": lines_lonlat(list(net.lines), frame),
            }
        ),
        "roads",
    )


def _boundaries_table(frame: Frame, facts: CountryFacts, total: int, n_off: int) -> pd.DataFrame:
    lonlat = lonlat_outline(frame)
    return tables.conform(
        pd.DataFrame(
            {
                "boundary_id": [facts.iso3],
                "level": [0],
                "code": [facts.iso3],
                "name": [facts.name],
                "population": [total],
                "evidence": [Evidence.MODELLED if n_off else Evidence.OPEN],
                "geometry": [lonlat],
            }
        ),
        "boundaries",
    )


def _report(
    found: People,
    net: RoadNet,
    fibre: Backbone,
    n_off: int,
    listed: pd.DataFrame,
    frame: Frame,
    totals: tuple[DrawnTotal, ...],
    laid: Laid,
) -> SketchReport:
    n_parts = len(np.unique(net.part))
    notes = (
        *found.notes,
        f"{n_off} of {len(listed)} listed places lie off the outline; each got a disc of land",
        f"{net.length_m.sum() / 1000:,.0f} km of roads in {n_parts} separate parts; {net.n_cut} roads cut at water or "
        "borders",
    )
    warnings = list(found.warnings)
    if fibre.without and ("fibre" not in laid.tables or "fibre" in laid.partial):
        most = ", ".join(f"{name} ({count:,} people)" for name, count in fibre.without[:5])
        warnings.append(f"{len(fibre.without)} separate parts have no point of presence, sea hop or satellite: {most}")
    return SketchReport(notes, tuple(warnings), fibre.without, totals, laid.notes)

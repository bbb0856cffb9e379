"""Layers of kits in a sketch: each takes the place of the drawn one, and what is drawn after it stands on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from scipy import ndimage
from scipy.spatial import cKDTree

from allreach import tables
from allreach.apportionment import largest_remainder
from allreach.country.importing.recipe import append_rows
from allreach.country.importing.rules import PlacesFromPopulation, places_from_population
from allreach.country.kits.lay import Laid
from allreach.country.sketch.drawn_totals import GivenSites
from allreach.country.sketch.frame import Frame, project
from allreach.country.sketch.people import People, built_radius_m
from allreach.errors import Fault, InputError
from allreach.params.country_config import LayerProvenance
from allreach.params.line_totals import LINE_SHARES
from allreach.params.sketch import Sketch
from allreach.vocabulary import Evidence, FibreFeature, FibreStatus

PEOPLE_APART = 0.1  # share by which places and population of kits may differ; more is a contradiction
SAME_M = 5000.0  # a real site or institution stands for a drawn one as far away as this
ISLET_KM2 = 50.0  # islands of a kit's outline, smaller and without a listed place, have no village
SPREAD = PlacesFromPopulation(rule="places_from_population")


def given_total(laid: Laid, drawn: tuple[int, str], population: int | None, *, is_known: bool) -> tuple[int, str]:
    """National total and its source: the user's, else that of kits' places, else the published one.

    People of a kit's pixels are spread, not counted: they are scaled to a total that is known.

    Parameters
    ----------
    laid
        What kits give.
    drawn
        Total and source without kits.
    population
        The user's total, or none.
    is_known
        Whether `drawn` is the user's or published; else the pixels of kits count.

    Raises
    ------
    InputError
        If places and population of kits contradict each other, or hold nobody.
    """
    raster, places = laid.rasters.get("population"), laid.tables.get("places")
    counted = 0 if places is None else int(places["population"].sum())
    spread = 0.0 if raster is None else float(raster.sum(dtype=np.float64))
    where = "kits, layers places and population"
    if counted and raster is not None and abs(counted - spread) > PEOPLE_APART * max(counted, spread):
        what = f"contradict each other: {counted:,} people in the places, {spread:,.0f} in the pixels"
        right = f"the same within {100.0 * PEOPLE_APART:.0f} %"
        raise InputError(Fault(where, what, right, "Leave one out, or give places without people"))
    if (places is not None and not counted and raster is None) or (raster is not None and spread < 1.0):
        what = "have no people"
        mend = "Map a column to population, or add a layer population"
        raise InputError(Fault(where, what, "people of each place or pixel", mend))
    if population is not None:
        return drawn
    if counted:
        return counted, laid.provenance["places"].source
    return drawn if is_known or not spread else (round(spread), laid.provenance["population"].source)


def given_people(laid: Laid, frame: Frame, total: int, params: Sketch) -> People | None:
    """Places of kits with people that add up to a total, or none where kits give no places."""
    table = laid.tables.get("places")
    if table is None:
        return None
    said = "people as the kit gives them"
    if not table["population"].sum():
        table, said = _from_raster(table, laid, frame, total)
    else:
        whole = table["population"].to_numpy(dtype=np.float64)
        table = table.assign(population=largest_remainder(whole, total))
    table = table[table["population"] > 0].sort_values("place_id", kind="stable").reset_index(drop=True)
    x_m, y_m = frame.grid.from_lonlat(table.geometry.x, table.geometry.y)
    out = pd.DataFrame(table.drop(columns="geometry")).assign(
        x_m=x_m,
        y_m=y_m,
        lon_deg=table.geometry.x.to_numpy(),
        lat_deg=table.geometry.y.to_numpy(),
        is_listed=True,
        radius_m=built_radius_m(table["population"].to_numpy(), params),
    )
    return People(out, (f"{len(out)} places of a kit: {said}",), ())


def with_raster(found: People, laid: Laid, frame: Frame, total: int, params: Sketch) -> People:
    """Drawn places with the people of a kit's pixels, where kits give pixels."""
    if "population" not in laid.rasters:
        return found
    table = found.table
    points = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon_deg"], table["lat_deg"]), crs=tables.CRS)
    given, said = _from_raster(points, laid, frame, total)
    kept = table[table["place_id"].isin(given["place_id"])].reset_index(drop=True)
    counts = given.set_index("place_id")["population"].reindex(kept["place_id"]).to_numpy(dtype=np.int64)
    kept = kept.assign(population=counts, radius_m=built_radius_m(counts, params))
    return replace(found, table=kept, notes=(*found.notes, f"people of a kit: {said}"))


def given_population(laid: Laid, total: int) -> NDArray[np.float32] | None:
    """People per pixel of a kit, scaled to the total, or none."""
    raster = laid.rasters.get("population")
    if raster is None:
        return None
    return np.asarray(raster * (total / raster.sum(dtype=np.float64)), dtype=np.float32)


def district_codes(places: gpd.GeoDataFrame, laid: Laid) -> gpd.GeoDataFrame:
    """Places with the code of the kit's first-level area that holds them, or lies nearest; kits' own codes stay."""
    boundaries = laid.tables.get("boundaries")
    units = None if boundaries is None else boundaries[boundaries["level"] == 1]
    own = laid.tables.get("places")
    if units is None or units.empty or (own is not None and own["admin1_code"].astype(bool).any()):
        return places
    units = units.sort_values("boundary_id", kind="stable")
    point, unit = shapely.STRtree(units.geometry.to_numpy()).query_nearest(places.geometry.to_numpy())
    first = pd.Series(unit).groupby(point).min()  # on a common border: the first by its identifier
    return places.assign(admin1_code=units["code"].to_numpy()[first.reindex(range(len(places))).to_numpy()])


def without_islets(weight: NDArray[np.float64], listed: pd.DataFrame, laid: Laid, frame: Frame) -> NDArray[np.float64]:
    """Weight of villages without small islands that only a kit's outline shows and where no listed place lies."""
    if not laid.gives_outline:
        return weight
    labels, n = ndimage.label(frame.is_own_lattice, np.ones((3, 3)))
    is_small = np.bincount(labels.ravel(), minlength=n + 1) * (frame.lattice.pixel_m / 1000.0) ** 2 < ISLET_KM2
    row, col = frame.lattice.rowcol(listed["x_m"].to_numpy(), listed["y_m"].to_numpy())
    is_small[labels[row, col]] = False
    return np.where(is_small[labels], 0.0, weight)


def road_cells(laid: Laid, frame: Frame) -> NDArray[np.bool_] | None:
    """Cells of the lattice that a kit's roads touch, or none."""
    table = laid.tables.get("roads")
    if table is None:
        return None
    lines = project(table.geometry.to_numpy(), frame.lattice.crs)
    lattice = frame.lattice
    burnt = rasterize(lines, out_shape=lattice.shape, transform=lattice.transform, all_touched=True, dtype="uint8")
    return np.asarray(burnt == 1)


def with_given_columns(drawn: pd.DataFrame, table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Columns of places with what a kit knows in the place of what is drawn.

    A line that a kit knows passes the home: what is drawn of lines beside it is at least that.
    """
    out = drawn.copy()
    known = [name for name in names if name in table.columns and table[name].notna().any()]
    for name in known:
        out[name] = table[name].where(table[name].notna(), out[name]) if name in out.columns else table[name]
    if known and "passed_share" in out.columns:
        parts = [name for name in LINE_SHARES if name in out.columns and name != "orderable_share"]
        out["passed_share"] = out[parts].max(axis=1)
    return out


def fibre_lines(
    laid: Laid, frame: Frame, drawn: list[NDArray[np.float64]], pops: NDArray[np.int64]
) -> tuple[list[NDArray[np.float64]], NDArray[np.int64]]:
    """Lines of fibre, and places with a point of presence, that decide which drawn sites have fibre. [m]."""
    fibre = laid.tables.get("fibre")
    if fibre is None:
        return drawn, pops
    spans = fibre[(fibre["feature"] == FibreFeature.SPAN) & (fibre["status"] == FibreStatus.OPERATIONAL)]
    parts = shapely.get_parts(project(spans.geometry.to_numpy(), frame.grid.crs))
    lines = [shapely.get_coordinates(part) for part in parts]
    return ([*drawn, *lines], pops) if "fibre" in laid.partial else (lines, pops[:0])


def laid_over(layers: dict[str, pd.DataFrame], laid: Laid, frame: Frame) -> dict[str, pd.DataFrame]:
    """Tables of a sketch with those of kits in their place; sites come later (`given_sites`).

    Places stay: those of a kit are in them already. The country itself stays among the boundaries, since everything is
    drawn in it. What is partial stands beside what is drawn.
    """
    out = dict(layers)
    for name, table in laid.tables.items():
        if name in ("places", "boundaries", "sites"):
            continue
        out[name] = _beside(layers[name], table, name, frame) if name in laid.partial else table
    if "boundaries" in laid.tables:
        lower = laid.tables["boundaries"]
        lower = lower[lower["level"] > 0]
        both = pd.concat([layers["boundaries"], lower], ignore_index=True)
        out["boundaries"] = tables.conform(both, "boundaries")
    return out


def given_sites(laid: Laid, frame: Frame) -> GivenSites:
    """Sites of kits, and the totals that kits' layers fix."""
    table, places = laid.tables.get("sites"), laid.tables.get("places")
    counted = places is not None and bool(places["population"].sum())
    given = ("population",) * counted + ("households",) * (places is not None)
    if places is not None and any(places[name].notna().any() for name in LINE_SHARES):
        given += ("premises_passed_pct", "premises_passed_fibre_pct", "fixed_subscriptions")
    if table is None:
        return GivenSites(None, None, given)
    given += ("mobile_sites", *(f"people_covered_{name}_pct" for name in ("2g", "3g", "4g", "5g")))
    beside = partial(_beside, given=table, name="sites", frame=frame) if "sites" in laid.partial else None
    return GivenSites(table, beside, given)


def kit_provenance(drawn: dict[str, LayerProvenance], laid: Laid, params: Sketch) -> dict[str, LayerProvenance]:
    """Provenance of a sketch with kits: theirs for their layers, with what was drawn into them."""
    out = drawn | laid.provenance
    if laid.terrain is not None:
        own = laid.provenance["terrain"]
        share = 1.0 - laid.terrain.known_share
        longest_m = params.kit_detail_steps.value * laid.terrain.step_m
        rule = (
            f"Between the nodes bicubic, with seeded detail under {longest_m:,.0f} m: so modelled, while the "
            f"nodes themselves are {own.evidence.value}"
        )
        source, licence = own.source, own.licence
        if share > 0.0:
            rule += f". Voids ({100.0 * share:.1f} % of the country) have heights of the 9 km map"
            source = f"{source}; in its voids {drawn['terrain'].source}"
            licence = f"{licence}; {drawn['terrain'].licence}"
        out["terrain"] = _changed(own, rule, source, licence, Evidence.MODELLED)
    for name in laid.partial:
        own, rest = laid.provenance[name], drawn[name]
        rule = f"The file has some of them, the rest is drawn: {rest.note}"
        source, licence = f"{own.source}; the rest {rest.source}", f"{own.licence}; {rest.licence}"
        out[name] = _changed(own, rule, source, licence, rest.evidence)
    if "boundaries" in laid.provenance:
        own, whole = laid.provenance["boundaries"], drawn["boundaries"]
        if laid.gives_outline:
            rule = "The country itself is made of them; discs of land stand round places off it"
            out["boundaries"] = _changed(own, rule, own.source, own.licence, whole.evidence)
        else:
            source, licence = f"{own.source}; the country itself {whole.source}", f"{own.licence}; {whole.licence}"
            out["boundaries"] = _changed(own, whole.note, source, licence, whole.evidence)
    if "places" in laid.provenance and not laid.tables["places"]["population"].sum():
        own, people = laid.provenance["places"], laid.provenance["population"]
        rule = f"Each place has the people of the pixels nearest to it ({people.source})"
        out["places"] = _changed(own, rule, own.source, own.licence, Evidence.MODELLED)
    if "population" in laid.provenance and "places" not in laid.provenance:
        rule = f"Their people are those of the pixels nearest to them ({laid.provenance['population'].source})"
        out["places"] = drawn["places"].model_copy(update={"note": f"{drawn['places'].note}. {rule}"})
    return out


def _changed(own: LayerProvenance, rule: str, source: str, licence: str, worst: Evidence) -> LayerProvenance:
    evidence = tables.worst_evidence(own.evidence, worst)
    note = f"{own.note}. {rule}"
    return own.model_copy(update={"source": source, "licence": licence, "evidence": evidence, "note": note})


def _from_raster(places: gpd.GeoDataFrame, laid: Laid, frame: Frame, total: int) -> tuple[gpd.GeoDataFrame, str]:
    areas = laid.tables.get("boundaries", tables.empty("boundaries"))
    areas = areas[areas["level"] > 0]
    return places_from_population(SPREAD, places, laid.rasters["population"], areas, frame.grid, total)


def _beside(drawn: gpd.GeoDataFrame, given: gpd.GeoDataFrame, name: str, frame: Frame) -> gpd.GeoDataFrame:
    """Rows of a kit and the drawn ones; each of the kit takes the place of the nearest drawn one of its kind."""
    if name != "fibre":
        drawn = drawn[~_replaced(drawn, given, name, frame)]
    return append_rows(drawn, given, name)


def _replaced(drawn: gpd.GeoDataFrame, given: gpd.GeoDataFrame, name: str, frame: Frame) -> NDArray[np.bool_]:
    """Drawn points that points of a kit stand for, the nearest pairs first."""
    kind = "kind" if name == "institutions" else None
    own, other = (np.column_stack(frame.grid.from_lonlat(t.geometry.x, t.geometry.y)) for t in (drawn, given))
    near = cKDTree(own).sparse_distance_matrix(cKDTree(other), SAME_M, output_type="coo_matrix")
    out, done = np.zeros(len(drawn), dtype=bool), np.zeros(len(given), dtype=bool)
    for i in np.lexsort((near.col, near.row, near.data)):
        a, b = near.row[i], near.col[i]
        if not (out[a] or done[b]) and (kind is None or drawn[kind].iloc[a] == given[kind].iloc[b]):
            out[a] = done[b] = True
    return out

"""Networks of a country: each operator's sites by technology, in groups that are heard together."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach.errors import Fault, InputError
from allreach.grid import Grid
from allreach.params.radio import Radio
from allreach.params.regulator import Regulator
from allreach.radio.antennas import NO_ANTENNAS, AntennaLibrary
from allreach.radio.channels import SAME_BAND, SUBCARRIERS_PER_BLOCK, lte_blocks_near, nr_blocks_near, nr_scs_khz
from allreach.radio.sites import SiteArrays, site_arrays
from allreach.radio.technologies import generations_on_air, words_on_air
from allreach.units import linear_to_db
from allreach.vocabulary import RadioGeneration

TECHNOLOGIES = (RadioGeneration.G2, RadioGeneration.G3, RadioGeneration.G4, RadioGeneration.G5)
UNNAMED = "unnamed"
"""Operator of the sites that name none."""
ANY, ALL = "any", "all"
"""At least one operator (or technology), and each of the operators."""


@dataclass(frozen=True)
class SiteGroup:
    """Sites of one operator that send the same technologies on the same carriers.

    Parameters
    ----------
    operator
        Its name.
    rows
        Rows of the site arrays.
    carriers
        Frequency and bandwidth of each carrier on air with the technologies that it carries. [MHz]
    """

    operator: str
    rows: NDArray[np.int64]
    carriers: tuple[tuple[float, float, tuple[RadioGeneration, ...]], ...]


@dataclass(frozen=True)
class Networks:
    """All networks.

    Parameters
    ----------
    sites
        All sites as arrays, sorted by ``site_id``.
    groups
        Groups of them; every site is in one.
    operators
        Operators that have sites, sorted.
    technologies
        Technologies that any site has, in their order.
    warnings
        What is odd about them, to be told.
    """

    sites: SiteArrays
    groups: tuple[SiteGroup, ...]
    operators: tuple[str, ...]
    technologies: tuple[RadioGeneration, ...]
    warnings: tuple[str, ...]


def networks(
    sites: gpd.GeoDataFrame,
    grid: Grid,
    radio: Radio,
    spectrum: pd.DataFrame,
    operators: tuple[str, ...] = (),
    *,
    antennas: AntennaLibrary = NO_ANTENNAS,
) -> Networks:
    """Sort the sites of a country into networks.

    Parameters
    ----------
    sites
        Table ``sites``, or that of the planned network (`planned_network.planned_sites`).
    grid, radio
        As for `site_arrays`.
    spectrum
        Table ``spectrum``: sites and licences that do not know each other are told.
    operators
        Operators to keep; all unless given.
    antennas
        Measured antennas that sites may name.

    Raises
    ------
    InputError
        If there are no sites, or an operator that was asked for has none.
    """
    if sites.empty:
        raise InputError(
            Fault("sites", "there are none", "sites of at least one operator", "Import them: country import sites FILE")
        )
    table = sites.sort_values("site_id", kind="stable").reset_index(drop=True)
    name = table["operator"].fillna("").astype(str).str.strip().replace("", UNNAMED).to_numpy(dtype=object)
    _refuse_operators(operators, name)
    if operators:
        keep = np.isin(name, list(operators))
        table, name = table[keep].reset_index(drop=True), name[keep]
    arrays = site_arrays(table, grid, radio, antennas=antennas)
    generations = generations_on_air(words_on_air(table["technologies"]))
    on_air = [tuple(t for t in TECHNOLOGIES if t in of_site) for of_site in generations]
    members: dict[tuple[object, ...], list[int]] = {}
    for row in range(arrays.n_sites):
        members.setdefault((name[row], *_carriers(arrays, row, on_air[row])), []).append(row)
    groups = tuple(
        SiteGroup(str(key[0]), np.array(rows, dtype=np.int64), key[1:])  # type: ignore[arg-type]
        for key, rows in sorted(members.items(), key=lambda item: str(item[0]))
    )
    return Networks(
        sites=arrays,
        groups=groups,
        operators=tuple(sorted({str(one) for one in name})),
        technologies=tuple(t for t in TECHNOLOGIES if any(t in mine for mine in on_air)),
        warnings=(*_licence_warnings(name, arrays, spectrum), *_assumed_warnings(arrays)),
    )


def _refuse_operators(operators: tuple[str, ...], name: NDArray[np.object_]) -> None:
    there = sorted({str(one) for one in name})
    faults = [
        Fault(f"sites, operator {one!r}", "is a word of the results", "another name", "Rename the operator")
        for one in there
        if one in (ANY, ALL)
    ]
    faults += [
        Fault(f"operator {one!r}", "has no sites", ", ".join(there), "Name one of these, or import its sites")
        for one in dict.fromkeys(operators)
        if one not in there
    ]
    if faults:
        raise InputError(faults)


def _carriers(
    sites: SiteArrays, row: int, on_air: tuple[RadioGeneration, ...]
) -> tuple[tuple[float, float, tuple[RadioGeneration, ...]], ...]:
    """Carriers of a site: the first has all its technologies, the second those of broadband, where it has any."""
    first = (float(sites.band_mhz[row]), float(sites.bandwidth_mhz[row]), on_air)
    if not sites.has_capacity[row]:
        return (first,)
    later = tuple(t for t in on_air if t in (RadioGeneration.G4, RadioGeneration.G5)) or on_air
    return (first, (float(sites.second_mhz[row]), float(sites.second_bandwidth_mhz[row]), later))


def _licence_warnings(name: NDArray[np.object_], sites: SiteArrays, spectrum: pd.DataFrame) -> list[str]:
    """Say which operators have sites without spectrum, and licences without sites."""
    if spectrum.empty:
        return []
    found = []
    holders = spectrum["operator"].fillna("").astype(str).str.strip()
    for operator in sorted({str(one) for one in name}):
        mhz = spectrum.loc[holders == operator, "band_mhz"].to_numpy(dtype=np.float64)
        bands = np.unique(sites.band_mhz[(name == operator) & ~sites.assumed.spectrum])
        if not len(mhz):
            found.append(f"{operator}: has sites and no spectrum in the table spectrum; its sites count as they say")
            continue
        strange = [f"{band:g}" for band in bands if np.abs(band / mhz - 1.0).min() > SAME_BAND]
        if strange:
            found.append(f"{operator}: sends at {', '.join(strange)} MHz and has no spectrum there; its sites count")
    without = sorted({one for one in holders if one} - {str(one) for one in name})
    if without:
        found.append(f"{', '.join(without)}: spectrum and no sites; not compared with the operators that have any")
    return found


def _assumed_warnings(sites: SiteArrays) -> list[str]:
    n, bands, words = sites.n_sites, int(sites.assumed.spectrum.sum()), int(sites.assumed.technologies.sum())
    found = []
    if bands:
        found.append(f"{bands} of {n} sites do not say their band or bandwidth: those of the parameters stand in")
    if words:
        found.append(f"{words} of {n} sites do not say their technologies: 4G stands in")
    return found


def reference_offset_db(
    technology: RadioGeneration, freq_mhz: float, bandwidth_mhz: float, radio: Radio, params: Regulator
) -> float:
    """How far the level that a regulator looks at lies under the power over the whole band. [dB].

    2G: the broadcast carrier. 3G: the pilot channel. 4G and 5G: one resource element (reference signal received power,
    3GPP TS 36.214 section 5.1.1, TS 38.215 section 5.1.1). A site's EIRP is that of all its carriers in the band; one
    carrier of 2G or 3G has less by as much as its transmit power lies under that of the parameters.
    """
    one_carrier_db = max(radio.coverage_tx_power_dbm.value - params.carrier_tx_power_dbm.value, 0.0)
    if technology is RadioGeneration.G2:
        return one_carrier_db
    if technology is RadioGeneration.G3:
        return one_carrier_db - float(linear_to_db(params.pilot_share_3g.value))
    if technology is RadioGeneration.G5:
        blocks = nr_blocks_near(bandwidth_mhz, nr_scs_khz(freq_mhz))
    else:
        blocks = lte_blocks_near(bandwidth_mhz)
    return float(linear_to_db(SUBCARRIERS_PER_BLOCK * np.maximum(blocks, 1.0)))


def limited_dbm(technology: RadioGeneration, params: Regulator) -> float:
    """Level from which coverage counts as limited. [dBm]."""
    levels = {
        RadioGeneration.G2: params.level_2g_dbm,
        RadioGeneration.G3: params.level_3g_dbm,
        RadioGeneration.G4: params.level_4g_dbm,
        RadioGeneration.G5: params.level_5g_dbm,
    }
    return levels[technology].value

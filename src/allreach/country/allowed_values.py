"""What a column of a country folder may hold: words, and numbers that are possible at all."""

from __future__ import annotations

import pandas as pd

from allreach import tables
from allreach.errors import Fault
from allreach.params.line_totals import LINE_SHARES
from allreach.vocabulary import (
    BackhaulKind,
    ClaimLevel,
    CommitmentTechnology,
    Direction,
    Evidence,
    FibreFeature,
    FibreKind,
    FibreStatus,
    LineTechnology,
    Quantity,
    RadioAccess,
    RadioGeneration,
)

WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("sites", "backhaul_kind"): tuple(BackhaulKind),
    ("roads", "road_class"): ("trunk", "primary", "secondary", "tertiary", "residential", "track", "path", "ferry"),
    ("roads", "surface"): ("paved", "unpaved", ""),
    ("railways", "rail_class"): ("main", "branch", "metro", "narrow_gauge", "industrial"),
    ("exclusions", "kind"): ("mined", "protected", "military", "border", "lake", "other"),
    ("institutions", "kind"): (
        "school",
        "clinic",
        "hospital",
        "town_hall",
        "university",
        "technology_park",
        "venue",
        "police",
        "post",
        "other",
    ),
    ("fibre", "feature"): tuple(FibreFeature),
    ("fibre", "kind"): tuple(FibreKind),
    ("fibre", "status"): tuple(FibreStatus),
    ("fibre", "technology"): tuple(LineTechnology),
    ("power", "kind"): ("line", "substation", "transformer", "plant", "pole", "tower"),
    ("hazards", "kind"): ("flood", "landslide", "earthquake", "wildfire", "storm", "other"),
    ("measurements", "kind"): ("speed_test", "drive_test"),
    ("measurements", "quantity"): tuple(Quantity),
    ("measurements", "technology"): tuple(RadioAccess),
    ("measurements", "direction"): tuple(Direction),
    ("coverage_claims", "technology"): ("2G", "3G", "4G", "5G"),
    ("coverage_claims", "level"): tuple(ClaimLevel),
    ("commitments", "technology"): tuple(CommitmentTechnology),
}

# (low, high, what is right); frequency and antenna height are the validity of ITU-R P.1812-7, section 1
RANGES: dict[tuple[str, str], tuple[float, float, str]] = {
    ("sites", "band_mhz"): (30.0, 6000.0, "30 MHz to 6 GHz, the range of ITU-R P.1812"),
    ("spectrum", "band_mhz"): (30.0, 6000.0, "30 MHz to 6 GHz, the range of ITU-R P.1812"),
    ("sites", "height_agl_m"): (1.0, 3000.0, "1 to 3,000 m above ground, the range of ITU-R P.1812"),
    ("sites", "n_sectors"): (1.0, 36.0, "1 to 36 sectors"),
    ("sites", "azimuth_deg"): (-360.0, 360.0, "degrees from north"),
    ("sites", "downtilt_deg"): (-90.0, 90.0, "degrees"),
    ("sites", "tdd_dl_share"): (0.0, 1.0, "a share between 0 and 1"),
    ("sites", "second_tdd_dl_share"): (0.0, 1.0, "a share between 0 and 1"),
    ("sites", "second_band_mhz"): (30.0, 6000.0, "30 MHz to 6 GHz, the range of ITU-R P.1812"),
    ("sites", "second_bandwidth_mhz"): (0.1, 1000.0, "MHz of one carrier"),
    ("sites", "second_eirp_dbm"): (-30.0, 110.0, "dBm"),
    ("sites", "mechanical_tilt_deg"): (-45.0, 45.0, "degrees below the horizon, -45 to 45"),
    ("sites", "tx_power_dbm"): (-30.0, 80.0, "dBm"),
    ("sites", "feeder_loss_db"): (0.0, 30.0, "dB, not negative"),
    ("sites", "bandwidth_mhz"): (0.1, 1000.0, "MHz of one carrier"),
    ("spectrum", "bandwidth_mhz"): (0.1, 10_000.0, "MHz"),
    ("sites", "eirp_dbm"): (-30.0, 110.0, "dBm"),
    ("sites", "backhaul_mbps"): (0.0, 1e7, "Mbit/s, not negative"),
    ("fibre", "capacity_mbps"): (0.0, 1e9, "Mbit/s, not negative"),
    ("fibre", "dl_mbps"): (0.01, 1e6, "Mbit/s, more than 0"),
    ("fibre", "reach_km"): (0.0, 20.0, "kilometres, at most 20"),
    ("institutions", "demand_mbps"): (0.0, 1e6, "Mbit/s, not negative"),
    ("commitments", "households_share"): (0.0, 1.0, "a share from 0 to 1"),
    ("commitments", "dl_mbps"): (0.0, 1e6, "Mbit/s, not negative"),
    ("commitments", "year"): (1990.0, 2100.0, "a calendar year"),
    ("boundaries", "level"): (0.0, 2.0, "0 country, 1 or 2"),
    ("boundaries", "population"): (0.0, 2e9, "people, not negative"),
    **{("places", name): (0.0, 1.0, "a share from 0 to 1 (80 % is 0.8)") for name in LINE_SHARES},
    ("places", "population"): (0.0, 1e8, "people of one place, at most 100 million"),
    ("places", "households"): (0.0, 1e8, "households of one place, at most 100 million"),
    ("power", "voltage_kv"): (0.0, 2000.0, "kilovolts"),
    ("hazards", "return_period_years"): (0.0, 1e7, "years"),
    ("measurements", "dl_mbps"): (0.0, 1e6, "Mbit/s, not negative"),
    ("measurements", "ul_mbps"): (0.0, 1e6, "Mbit/s, not negative"),
    ("measurements", "latency_ms"): (0.0, 1e5, "milliseconds"),
    ("measurements", "rsrp_dbm"): (-160.0, -20.0, "dBm, -160 to -20"),
    ("measurements", "rssi_dbm"): (-150.0, 0.0, "dBm, -150 to 0"),
    ("measurements", "rx_power_dbm"): (-150.0, 0.0, "dBm, -150 to 0"),
    ("measurements", "path_loss_db"): (10.0, 300.0, "dB, 10 to 300"),
    ("measurements", "rsrq_db"): (-45.0, 25.0, "dB, -45 to 25"),
    ("measurements", "sinr_db"): (-50.0, 60.0, "dB, -50 to 60"),
    ("measurements", "freq_mhz"): (30.0, 6000.0, "MHz, 30 to 6000"),
    ("measurements", "bandwidth_mhz"): (0.001, 1000.0, "MHz of one carrier"),
    ("measurements", "load_share"): (0.0, 1.0, "a share from 0 to 1"),
    ("measurements", "sensitivity_dbm"): (-180.0, 0.0, "dBm, not positive"),
    ("measurements", "n_samples"): (1.0, 1e9, "a number of samples, 1 or more"),
    ("measurements", "device_height_agl_m"): (0.0, 3000.0, "metres above ground"),
    ("measurements", "site_height_agl_m"): (0.0, 3000.0, "metres above ground"),
    ("measurements", "accuracy_m"): (0.0, 1e6, "metres, not negative"),
    ("coverage_claims", "level_dbm"): (-150.0, 0.0, "dBm, -150 to 0"),
    ("border_limits", "band_low_mhz"): (30.0, 6000.0, "30 MHz to 6 GHz, the range of ITU-R P.1812"),
    ("border_limits", "band_high_mhz"): (30.0, 6000.0, "30 MHz to 6 GHz, the range of ITU-R P.1812"),
    ("border_limits", "limit_dbuv_m"): (-60.0, 150.0, "dB(uV/m), -60 to 150"),
    ("border_limits", "bandwidth_mhz"): (0.001, 1000.0, "MHz, 0.001 (1 kHz) to 1000"),
    ("border_limits", "height_m"): (1.0, 3000.0, "1 to 3,000 m above ground, the range of ITU-R P.1812"),
    ("border_limits", "distance_km"): (0.0, 100.0, "kilometres beyond the border, 0 to 100"),
    ("border_limits", "time_pct"): (1.0, 50.0, "1 to 50 % of the time, the range of ITU-R P.1812"),
}
_LEVEL = "A received level in dBm is negative: is the sign lost, or is it in ASU, dBuV or dBuV/m?"
_MEGAHERTZ = "Give megahertz: kilohertz divided by 1000, gigahertz times 1000; a channel number is no frequency"
MENDS: dict[tuple[str, str], str] = {
    **{("measurements", name): _LEVEL for name in ("rsrp_dbm", "rssi_dbm", "rx_power_dbm", "sensitivity_dbm")},
    ("measurements", "path_loss_db"): "A loss is positive: is the sign turned, or is it a received power?",
    ("measurements", "freq_mhz"): _MEGAHERTZ,
    ("measurements", "bandwidth_mhz"): _MEGAHERTZ,
    ("coverage_claims", "level_dbm"): _LEVEL,
}
"""What the likeliest slip is where a number is out of its range."""


def words(table: str, column: str) -> tuple[str, ...] | None:
    """Words allowed in a column, or none where any text is right."""
    if column == "evidence":
        return tuple(Evidence)
    return WORDS.get((table, column))


def vocabulary_faults(table: pd.DataFrame, layer: str, where: str) -> list[Fault]:
    """Unknown words and impossible numbers of a table that fits its schema."""
    faults = []
    for column in tables.schema(layer):
        if column.name not in table.columns:
            continue  # of the kind that is there if given
        values = table[column.name]
        allowed = words(layer, column.name)
        if allowed is not None:
            bad = ~values.isin(allowed)
            faults += _listed(values, bad, where, column.name, " ".join(word or "(empty)" for word in allowed), "word")
        if (layer, column.name) in RANGES:
            low, high, right = RANGES[layer, column.name]
            numbers = pd.to_numeric(values, errors="coerce").astype("float64")
            bad = numbers.notna() & ~((numbers >= low) & (numbers <= high))
            faults += _listed(values, bad, where, column.name, right, "range", MENDS.get((layer, column.name), ""))
    if layer == "sites" and len(table):
        said = table["technologies"] != ""  # where nothing is said, 4G is assumed
        parts = table["technologies"].str.split(";")
        bad = said & parts.map(lambda names: any(name.strip() not in tuple(RadioGeneration) for name in names))
        faults += _listed(table["technologies"], bad, where, "technologies", ";".join(RadioGeneration), "word")
    if layer == "border_limits" and len(table):
        low, high = (table[name].astype("float64") for name in ("band_low_mhz", "band_high_mhz"))
        turned = low > high
        if turned.any():
            rows = tables.rows_named(table.index, turned)
            shown = f"{low[turned].iloc[0]:g} to {high[turned].iloc[0]:g} MHz"
            faults.append(
                Fault(f"{where}, {rows}", f"{shown} is no band", "band_low_mhz up to band_high_mhz", kind="range")
            )
    return faults


def _listed(
    values: pd.Series, bad: pd.Series, where: str, column: str, right: str, kind: str, mend: str = ""
) -> list[Fault]:
    if not bad.any():
        return []
    shown = sorted({str(value) for value in values[bad]})
    found = ", ".join(shown[:5]) + (", ..." if len(shown) > 5 else "")
    rows = tables.rows_named(values.index, bad)
    return [Fault(f"{where}, column {column}, {rows}", f"{found} is not usable", right, mend, kind=kind)]

"""Run every reference case and write docs/validation.md: set, cases, distribution of the differences, tolerance.

Usage: ``python docs/make_validation.py [VALIDATION_DIR]`` (default: ``shared/validation`` beside the checkout). Without
that folder the rows of its sets are left as the page has them. `tests/test_validation_page.py` runs the same
comparisons and fails where the page is stale.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allreach.io.itm_sweep import QUANTILES, itm_sweep_of_folder
from allreach.io.path_cases import read_profile
from allreach.io.path_sweep import sweep_of_folder
from allreach.kernels import geodesy, itu_p1812, itu_p2108, longley_rice
from allreach.kernels.itu_p2109 import building_entry_loss_db
from allreach.kernels.longley_rice_profile import DELTA_H_POINTS_MAX
from allreach.radio.paths.itm_paths import itm_table
from allreach.radio.paths.p1812_paths import path_loss_table
from allreach.radio.paths.p1812_radials import sweep_losses_db
from allreach.radio.paths.profile import Profile

ROOT = Path(__file__).parents[1]
OWN = ROOT / "tests" / "data" / "crosscheck"
PAGE = ROOT / "docs" / "validation.md"
HEAD = """# Validation

Reference results that come from outside this project, and how far allreach is from them. Written by
`python docs/make_validation.py`; the same comparisons are tests. *Published*: test vectors printed by the source;
*computed*: output of a reference program on inputs made for the purpose. *RMS* and *99 %* tell how the differences are
spread: their root mean square, and what 99 of 100 stay under.

| set | compared | kind and source | values | RMS | 99 % | largest difference | tolerance |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""
PY1812 = "eeveetza/Py1812 a5205e6"
COVLIB = "ic-crc/crc-covlib bc72be0"
COMPUTED = f"computed, {PY1812}, agreed by {COVLIB}"
P2108_SOURCES = {"sg3_workbook": "eeveetza/p2108 c520110", "ntia": "NTIA/p2108-test-data 1d0f7c8"}
NTIA = "computed, NTIA/itm 183ad95"


class Row(NamedTuple):
    """One line of the table."""

    name: str
    compared: str
    source: str
    errors: NDArray[np.float64]
    tolerance: float
    unit: str = "dB"

    @property
    def largest(self) -> float:
        """Largest difference; NaN counts as infinite."""
        return float(np.nan_to_num(np.abs(self.errors), nan=np.inf).max())

    def cells(self) -> list[str]:
        """Cells of the line; fails where the tolerance is not met, so that the page cannot claim it."""
        if not self.largest <= self.tolerance + 1e-9:  # a printed value may lie on half of its last digit
            raise SystemExit(f"{self.name}, {self.compared}: {self.largest:g} is over the tolerance {self.tolerance:g}")
        rms, within = float(np.sqrt(np.mean(self.errors**2))), float(np.quantile(np.abs(self.errors), 0.99))
        numbers = [f"{number:.1e}" for number in (rms, within, self.largest)]
        limit = f"{self.tolerance:g} {self.unit}".strip()
        return [self.name, self.compared, self.source, f"{len(self.errors):,}", *numbers, limit]

    def __str__(self) -> str:
        """Line of Markdown."""
        return "| " + " | ".join(self.cells()) + " |"


def reference_table(path: Path) -> pd.DataFrame:
    """Read reference results as published: numbers are numbers, empty fields NaN."""
    words = {"case_id": str, "profile": str, "polarization": str, "variability": str}
    return pd.read_csv(path, dtype=words, encoding="utf-8-sig")


def line_of(name: str, compared: str, source: str, errors: Any, tolerance: float, unit: str = "dB") -> Row:
    """One line of the table from differences of any shape."""
    return Row(name, compared, source, np.asarray(errors, dtype=np.float64).reshape(-1), tolerance, unit)


def profiles_of(folder: Path, table: pd.DataFrame) -> dict[str, Profile]:
    """Profiles by name."""
    return {name: read_profile(folder / name) for name in table["profile"].unique()}


def p1812_set(name: str, source: str, path: Path, profiles: Path) -> Iterator[Row]:
    """Losses, field strengths and intermediate results of a set of paths."""
    table = reference_table(path)
    got = path_loss_table(table, profiles_of(profiles, table), detail=True)
    for column, label, unit in (
        ("basic_transmission_loss_db", "loss", "dB"),
        ("field_strength_dbuv_per_m", "field strength", "dB"),
    ):
        if f"out_{column}" in table:
            yield line_of(name, label, source, got[column] - table[f"out_{column}"], 1e-6, unit)
    mids = [column for column in table if column.startswith("mid_")]
    if mids:
        errors = (got[mids] - table[mids]) / table[mids].abs().clip(lower=1.0)
        yield line_of(name, f"{len(mids)} intermediate results", source, errors, 1e-6, "x max(1, value)")


def p1812_radials(folder: Path) -> Iterator[Row]:
    """Every receiver of the radials as a path of its own."""
    errors = []
    for radial in reference_table(folder / "radials.csv").to_dict("records"):
        profile = read_profile(folder / "profiles" / radial["profile"])
        for row in reference_table(folder / f"{radial['radial']}.csv").to_dict("records"):
            n = int(row["sample"]) + 1
            lat_deg, _ = geodesy.destination(
                radial["lat_tx_deg"], radial["lon_tx_deg"], radial["bearing_deg"], 0.5 * profile.d_km[n - 1]
            )
            for location_pct in (50.0, 95.0):
                got = itu_p1812.basic_transmission_loss_db(
                    *profile,
                    n,
                    float(radial["h_tx_m"]),
                    float(row["h_rx_m"]),
                    float(row["freq_ghz"]),
                    float(row["p_percent"]),
                    location_pct,
                    float(radial["delta_N_nunits_per_km"]),
                    float(radial["N0_nunits"]),
                    lat_deg,
                    float(radial["dct_km"]),
                    float(radial["dcr_km"]),
                    radial["polarization"] == "V",
                    float(radial["prediction_resolution_wa_m"]),
                )
                errors.append(got - row[f"out_loss_pL{location_pct:.0f}_db"])
    yield line_of("P.1812 radials", "loss, path by path", COMPUTED, errors, 1e-6)


def p1812_sweep(folder: Path) -> Iterator[Row]:
    """Every receiver of the radials by the sweep."""
    got = sweep_of_folder(folder).set_index("case_id")
    names = reference_table(folder / "radials.csv")["radial"]
    given = pd.concat([reference_table(folder / f"{name}.csv") for name in names]).set_index("case_id")
    error = pd.concat([got[f"loss_pL{pct}_db"] - given[f"out_loss_pL{pct}_db"] for pct in (50, 95)])
    yield line_of("P.1812 radials", "loss, by the sweep", COMPUTED, error, 1e-6)


def p1812_sweep_of_profiles(folder: Path) -> Iterator[Row]:
    """Every receiver along the evenly spaced profiles of the cross-check set: the sweep against each path alone."""
    table = reference_table(folder / "cases.csv").drop_duplicates("profile")
    errors = []
    for case in table.to_dict("records"):
        profile = read_profile(folder / "profiles" / case["profile"])
        if np.ptp(np.diff(profile.d_km)) > 2e-6:
            continue
        height_m, freq_ghz, p_pct, loc_pct = (
            float(case[name]) for name in ("h_rx_m", "freq_ghz", "p_percent", "pL_percent")
        )
        air = float(case["delta_N_nunits_per_km"]), float(case["N0_nunits"])
        coast = float(case["dct_km"]), float(case["dcr_km"])
        wave = case["polarization"] == "V", float(case["prediction_resolution_wa_m"])
        tx_m, lat_tx_deg = float(case["h_tx_m"]), float(case["lat_tx_deg"])
        losses = sweep_losses_db(
            profile, tx_height_m=tx_m, lat_tx_deg=lat_tx_deg, bearing_deg=70.0, delta_n=air[0], n0=air[1],
            rx_height_m=height_m, freq_ghz=freq_ghz, p_pct=p_pct, pL_pct=[loc_pct], dct_km=coast[0], dcr_km=coast[1],
            is_vertical=wave[0], wa_m=wave[1],
        ).reshape(-1)  # fmt: skip
        for k in range(4, len(losses)):
            if profile.d_km[k] < itu_p1812.DISTANCE_MIN_KM:
                continue
            lat_deg, _ = geodesy.destination(lat_tx_deg, 0.0, 70.0, 0.5 * profile.d_km[k])
            own = itu_p1812.basic_transmission_loss_db(
                *profile, k + 1, tx_m, height_m, freq_ghz, p_pct, loc_pct, *air, lat_deg, *coast, *wave
            )
            errors.append(losses[k] - own)
    yield line_of(
        "P.1812 sweep", "loss against each path on its own", "own, profiles of the cross-check set", errors, 1e-6
    )


def p2109(name: str, source: str, path: Path, tolerance_db: float) -> Iterator[Row]:
    """Loss of entering a building."""
    table = reference_table(path)
    classes = {"traditional": 0, "thermally_efficient": 1}
    got = [
        building_entry_loss_db(row.freq_ghz, row.p_percent, classes[row.building_class], row.elevation_deg)
        for row in table.itertuples()
    ]
    yield line_of(name, "loss", source, pd.Series(got) - table["out_building_entry_loss_db"], tolerance_db)


def itm_set(name: str, source: str, model: str, path: Path) -> Iterator[Row]:
    """Losses of a set for Longley-Rice; return codes and warnings must be exact."""
    table = reference_table(path)
    folder = path.parent / "profiles"
    heights = {n: p.h_m for n, p in profiles_of(folder, table).items()} if model == "itm" else {}
    got = itm_table(model, table, heights)
    for column in ("return_code", "warnings"):
        if list(got[column]) != list(table[f"out_{column}"]):
            raise SystemExit(f"{name}: {column} differs")
    has_loss = table["out_A_db"].notna()
    error = got["A_db"] - table["out_A_db"]
    printed = (table["origin"] == "published") & has_loss if "origin" in table else has_loss & ~has_loss
    exact = has_loss & ~printed
    yield line_of(name, "loss, codes, warnings", source, error[exact], 1e-6)
    if printed.any():
        yield line_of(f"{name}, printed", "loss, codes, warnings", "published, NTIA/itm 183ad95", error[printed], 0.05)
    refused = int((~has_loss).sum())
    if refused:
        yield line_of(f"{name}, refused", "codes, warnings", source, np.zeros(refused), 0.0, "")


def itm_radials(folder: Path) -> Iterator[Row]:
    """Every receiver of the radials as a path of its own."""
    scratch = np.empty(DELTA_H_POINTS_MAX)
    quantiles = {"tls_50_50_50": (50.0, 50.0, 50.0), "tls_10_50_50": (10.0, 50.0, 50.0), "cr_90_95": (95.0, 50.0, 90.0)}
    errors = []
    for radial in reference_table(folder / "radials.csv").to_dict("records"):
        h_m = read_profile(folder / "profiles" / radial["profile"]).h_m
        ground = float(radial["epsilon"]), float(radial["sigma_s_per_m"]), int(radial["mdvar"])
        for row in reference_table(folder / f"{radial['radial']}.csv").to_dict("records"):
            n, step_m = int(row["sample"]) + 1, float(radial["step_m"])
            ends = float(radial["h_tx_m"]), float(row["h_rx_m"]), int(radial["climate"]), float(radial["N0_nunits"])
            wave = float(row["freq_mhz"]), int(radial["polarization"] == "V")
            for name, shares in quantiles.items():
                got = longley_rice.point_to_point(
                    h_m, n, step_m, longley_rice.ItmQuestion(*ends, *wave, *ground, *shares), scratch
                )
                if (got.return_code, got.warnings) != (row[f"out_return_code_{name}"], row[f"out_warnings_{name}"]):
                    raise SystemExit(f"{row['case_id']}: return code or warnings differ")
                errors.append(got.loss_db - row[f"out_A_{name}_db"])
    yield line_of("ITM radials", "loss, codes, warnings, path by path", NTIA, errors, 1e-6)


def itm_sweep(folder: Path) -> Iterator[Row]:
    """Every receiver of the radials with the analysis shared along a radial."""
    got = itm_sweep_of_folder(folder).set_index("case_id")
    names = reference_table(folder / "radials.csv")["radial"]
    given = pd.concat([reference_table(folder / f"{name}.csv") for name in names]).set_index("case_id")
    got = got.loc[given.index]
    errors = []
    for name in QUANTILES:
        for column in ("return_code", "warnings"):
            if list(got[f"{column}_{name}"]) != list(given[f"out_{column}_{name}"]):
                raise SystemExit(f"ITM radials, by the sweep: {column}_{name} differs")
        errors.append((got[f"A_{name}_db"] - given[f"out_A_{name}_db"]).to_numpy())
    yield line_of("ITM radials", "loss, codes, warnings, by the sweep", NTIA, errors, 1e-6)


def p2108(folder: Path) -> Iterator[Row]:
    """Clutter loss by the three models; the set states a tolerance for each row."""
    types = {"water_sea": 1, "open_rural": 2, "suburban": 3, "urban_trees_forest": 4, "dense_urban": 5}
    for section, model in (
        ("3.1", "height_gain"),
        ("3.2", "terrestrial_statistical"),
        ("3.3", "earth_space_statistical"),
    ):
        table = reference_table(folder / f"p2108_1_{model}.csv")
        got = []
        for row in table.itertuples():
            if section == "3.1":
                sizes = float(row.antenna_height_m), float(row.clutter_height_m), float(row.street_width_m)
                got.append(itu_p2108.height_gain_loss_db(float(row.freq_ghz), *sizes, types[row.clutter_type]))
            elif section == "3.2":
                got.append(itu_p2108.terrestrial_loss_db(float(row.freq_ghz), float(row.d_km), float(row.p_percent)))
            else:
                where = float(row.freq_ghz), float(row.elevation_deg), float(row.p_percent)
                got.append(itu_p2108.earth_space_loss_db(*where))
        error = pd.Series(got) - table["out_clutter_loss_db"]
        for (tolerance_db, origin), part in table.assign(error=error).groupby(["tolerance_db", "source"]):
            part = part[part["out_clutter_loss_db"].notna()]
            source = f"published, {P2108_SOURCES[str(origin)]}"
            yield line_of(
                f"P.2108 section {section}", "loss, printed rounded", source, part["error"], float(tolerance_db)
            )


def own_rows() -> Iterator[Row]:
    """Comparisons with the sets of this repository."""
    own = OWN / "itu-p1812"
    yield from p1812_set("P.1812 cross-check, synthetic terrain", COMPUTED, own / "cases.csv", own / "profiles")
    sea = own / "disagreements_receiver_at_sea.csv"
    yield from p1812_set("P.1812, receiver at sea (see below)", f"computed, {PY1812}", sea, own / "profiles")
    yield from p1812_sweep_of_profiles(own)
    itm = OWN / "itm"
    yield from itm_set("ITM cross-check, point to point", NTIA, "itm", itm / "cases.csv")
    yield from itm_set("ITM cross-check, area", NTIA, "itm-area", OWN / "itm-area" / "cases.csv")


def other_rows(validation: Path) -> Iterator[Row]:
    """Comparisons with the sets of third parties, which are not distributed."""
    p1812 = validation / "p1812"
    yield from p1812_set("P.1812 published set", f"published, {PY1812}", p1812 / "cases.csv", p1812 / "profiles")
    yield from p1812_set("P.1812 computed set", COMPUTED, p1812 / "cases_computed.csv", p1812 / "profiles")
    yield from p1812_radials(validation / "crosscheck" / "p1812_radials")
    yield from p1812_sweep(validation / "crosscheck" / "p1812_radials")
    bel = validation / "p2109"
    yield from p2109("P.2109 workbook", "published, eeveetza/p2109 8694c2e", bel / "p2109_sg3_workbook.csv", 0.01)
    yield from p2109("P.2109 grid", f"computed, {COVLIB}", bel / "p2109_reference_grid.csv", 1e-4)
    yield from p2108(validation / "p2108")
    yield from itm_set("ITM point to point", NTIA, "itm", validation / "itm" / "p2p_cases.csv")
    yield from itm_set("ITM area", NTIA, "itm-area", validation / "itm" / "area_cases.csv")
    yield from itm_radials(validation / "crosscheck" / "itm_radials")
    yield from itm_sweep(validation / "crosscheck" / "itm_radials")


NOTES = """
## Notes

- Published values of the P.1812 set are printed to 10 digits, which is the difference seen there. In that set the
  intermediate results Lbulla, Lbulls and Ldsph are those of a_beta (its program overwrites those of a_e before it logs
  them), and they are compared as such.
- **Receiver at sea.** The two reference programs disagree on whether location variability applies to a receiver at sea
  (5 cases, pL = 10 %, 0.1 to 3.1 dB apart). In the Recommendation (section 4.7) location variability stands for the
  variation of local ground cover around the receiver. At sea there is none, so allreach applies none there, as Py1812
  does.
- **Coverage map on a CUDA device.** It runs the same compiled functions. No graphics processor was at hand when this
  page was written: under numba's CUDA simulator the map is that of the processor to the last bit, and all kernels
  compile for an H100 or H200 (`python benchmarks/gpu_sweep.py --compile 9.0`). Nothing here was measured on one.
- Of P.452 nothing is used beside what P.1812 has itself, so that no set of P.452 is run.
- The cross-check sets stand on synthetic terrain and lie in `tests/data/crosscheck`; third-party sets are not
  distributed and are read from beside the checkout.
"""


def main() -> None:
    """Write the page."""
    validation = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "validation"
    lines = [str(line) for line in own_rows()]
    if validation.is_dir():
        lines += [str(line) for line in other_rows(validation)]
    else:
        told = {line.split(" | ")[0] for line in lines}
        old = PAGE.read_text(encoding="utf-8").splitlines()
        lines += [s for s in old if s.startswith(("| P.", "| ITM")) and s.split(" | ")[0] not in told]
    PAGE.write_text(HEAD + "\n".join(lines) + "\n" + NOTES, encoding="utf-8")


if __name__ == "__main__":
    main()

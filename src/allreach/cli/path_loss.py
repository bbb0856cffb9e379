"""``allreach path-loss``: path loss of a CSV of cases."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from allreach.cli import options


class ModelName(click.ParamType):
    """Name of a propagation model; the registry is read only when a name is given."""

    name = "model"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what the registry does not hold."""
        from allreach.radio.models import MODELS

        if value not in MODELS:
            self.fail(f"{value!r} is not one of {', '.join(map(repr, MODELS))}.", param, ctx)
        return value


@click.command(
    name="path-loss",
    epilog="Examples:\n\n\b\n  allreach path-loss itu-p1812 cases.csv\n"
    "  allreach path-loss itu-p1812 cases.csv --profiles terrain/ --detail > results.csv\n"
    "  allreach path-loss itm p2p_cases.csv\n"
    "  allreach path-loss itu-p1812 --sweep radials/\n"
    "  allreach path-loss itm --sweep radials/",
)
@click.argument("model", type=ModelName())
@click.argument("cases", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option(
    "--profiles",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Folder of the terrain profiles (default: profiles/ beside the cases).",
)
@click.option(
    "--sweep",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Instead of CASES: a folder of radials (radials.csv, profiles/, one CSV of receivers a radial).",
)
@options.encoding
@options.decimal
@click.option("--detail", is_flag=True, help="Add every intermediate result as columns mid_...")
def command(
    model: str,
    cases: Path | None,
    profiles: Path | None,
    sweep: Path | None,
    encoding: str | None,
    decimal: Literal[".", ","] | None,
    detail: bool,
) -> None:
    """Print the path loss of every case of CASES as CSV, by the model MODEL.

    For itu-p1812 CASES has one row a case: case_id, profile (a file with d_km, h_m and, if there are any,
    ground_cover_height_m and zone), freq_ghz, p_percent, h_tx_m, h_rx_m, polarization (H or V), lat_tx_deg, lon_tx_deg,
    lat_rx_deg, lon_rx_deg, delta_N_nunits_per_km, N0_nunits; optional pL_percent, prediction_resolution_wa_m or
    sigma_L_db, dct_km, dcr_km, erp_tx_kw (then the field strength is printed too).

    For itm (Longley-Rice 1.4): case_id, profile, profile_step_m, variability (TLS with time_percent, location_percent,
    situation_percent; CR with confidence_percent, reliability_percent), h_tx_m, h_rx_m, climate, N0_nunits, freq_mhz,
    polarization, epsilon, sigma_s_per_m, mdvar. For itm-area, instead of the profile: d_km, delta_h_m, siting_tx,
    siting_rx. Return codes and warnings are NTIA's.
    """
    if (cases is None) == (sweep is None):
        raise click.UsageError("give either CASES or --sweep DIR")
    if sweep is not None:
        if model == "itm-area" or profiles is not None or detail:
            raise click.UsageError("--sweep goes with itu-p1812 or itm and without --profiles and --detail")
        if model == "itm":
            from allreach.io.itm_sweep import itm_sweep_of_folder as sweep_of_folder
        else:
            from allreach.io.path_sweep import sweep_of_folder

        table = sweep_of_folder(sweep, encoding=encoding, decimal=decimal)
    else:
        from allreach.io.path_cases import path_loss_of_file

        assert cases is not None
        table = path_loss_of_file(model, cases, profiles, detail=detail, encoding=encoding, decimal=decimal)
    click.echo(table.to_csv(index=False, lineterminator="\n"), nl=False)

"""Texts of antenna patterns, drawn: a beam of given widths in the formats that are read."""

from __future__ import annotations


def beam_db(off_deg: float, width_deg: float, most_db: float) -> float:
    """Attenuation of a parabolic beam, 3 dB at half its width."""
    return min(12.0 * (((off_deg + 180.0) % 360.0 - 180.0) / width_deg) ** 2, most_db)


def msi_text(
    tilt_deg: float = 6.0,
    gain: str = "17.0 dBi",
    *,
    width_deg: float = 65.0,
    height_deg: float = 7.0,
    step_deg: float = 1.0,
    freq: str = "806",
) -> str:
    """MSI Planet: vertical angles count downward."""
    angles = [i * step_deg for i in range(round(360 / step_deg))]
    head = [
        "NAME Panel 65",
        "MAKE Nobody",
        f"FREQUENCY {freq}",
        f"GAIN {gain}",
        "TILT ELECTRICAL",
        f"ELECTRICAL_TILT {tilt_deg:g}",
    ]
    horizontal = [f"{a:g} {beam_db(a, width_deg, 30.0):.4f}" for a in angles]
    vertical = [f"{a:g} {beam_db(a - tilt_deg, height_deg, 30.0):.4f}" for a in angles]
    return "\n".join([*head, f"HORIZONTAL {len(angles)}", *horizontal, f"VERTICAL {len(angles)}", *vertical]) + "\n"


def nsma_text(tilt_deg: float = 6.0, gain: str = "17.0", units: str = "DBI/DBR", *, width_deg: float = 65.0) -> str:
    """NSMA WG16.99.050: levels below the maximum are negative, elevation counts upward."""
    top = 0.0 if units.endswith("DBR") else float(gain)
    azimuth = [f"{a},{top - beam_db(a, width_deg, 30.0):.4f}," for a in range(-180, 181)]
    elevation = [f"{a},{top - beam_db(a + tilt_deg, 7.0, 30.0):.4f}," for a in range(-180, 181)]
    head = [
        "REVNUM:,NSMA WG16.99.050",
        "ANTMAN:,Nobody",
        "MODNUM:,Panel 65",
        "LOWFRQ:,790",
        "HGHFRQ:,862",
        f"GUNITS:,{units}",
        f"MDGAIN:,{gain},0.5",
        f"ELTILT:,{tilt_deg:g},0.5 ! nominal, tolerance",
        "NUMCUT:,2",
    ]
    cuts = ["PATCUT:,AZ", "POLARI:,V/V", "NUPOIN:,361", "FSTLST:,-180,180", *azimuth]
    cuts += ["PATCUT:,EL", "POLARI:,V/V", "NUPOIN:,361", "FSTLST:,-180,180", *elevation]
    return "\r\n".join([*head, *cuts, "ENDFIL:,EOF"]) + "\r\n"

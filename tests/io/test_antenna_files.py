from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from allreach.errors import Fault, InputError
from allreach.io.antenna_files import antenna_of_text, antenna_warnings, read_antennas, read_country_antennas
from antenna_texts import beam_db, msi_text, nsma_text


def faults_of(text: str, name: str = "K.msi") -> list[Fault]:
    with pytest.raises(InputError) as caught:
        antenna_of_text(text, name)
    return caught.value.faults


@pytest.mark.parametrize("step_deg", [0.5, 1.0, 2.0])
def test_msi_gives_the_cuts_of_the_file(step_deg: float) -> None:
    one = antenna_of_text(msi_text(step_deg=step_deg), "K65_06T.msi")
    assert (one.name, one.model, one.gain_dbi, one.freq_mhz) == ("K65_06T", "Panel 65", 17.0, (806.0, 806.0))
    assert one.electrical_tilt_deg == 6.0
    for at_deg in np.arange(0.0, 360.0, step_deg):
        i = round(at_deg * 10)
        assert one.horizontal_db[i] == pytest.approx(beam_db(at_deg, 65.0, 30.0), abs=1e-4)
        assert one.vertical_db[i] == pytest.approx(beam_db(at_deg - 6.0, 7.0, 30.0), abs=1e-4)  # 90 is straight down
    assert one.horizontal_db[3600] == one.horizontal_db[0]


def test_nsma_gives_the_same_antenna_the_same_way_up() -> None:
    msi, nsma = antenna_of_text(msi_text(), "K.msi"), antenna_of_text(nsma_text(), "K.adf")
    np.testing.assert_allclose(nsma.vertical_db, msi.vertical_db, atol=1e-3)
    np.testing.assert_allclose(nsma.horizontal_db, msi.horizontal_db, atol=1e-3)
    assert (nsma.gain_dbi, nsma.electrical_tilt_deg, nsma.freq_mhz) == (17.0, 6.0, (790.0, 862.0))


def test_absolute_levels_are_those_below_the_gain() -> None:
    relative, absolute = antenna_of_text(nsma_text(), "K.adf"), antenna_of_text(nsma_text(units="DBI/DBI"), "K.adf")
    np.testing.assert_allclose(absolute.vertical_db, relative.vertical_db, atol=1e-6)


@pytest.mark.parametrize(
    ("gain", "dbi", "is_noted"),
    [("17 dBi", 17.0, False), ("14.85 dBd", 17.0, False), ("14.85 DBD", 17.0, False), ("14.85", 17.0, True)],
)
def test_gain_is_in_dbd_unless_the_file_says_dbi(gain: str, dbi: float, is_noted: bool) -> None:
    one = antenna_of_text(msi_text(gain=gain), "K.msi")
    assert one.gain_dbi == pytest.approx(dbi)
    assert bool(one.notes) == is_noted
    assert antenna_of_text(nsma_text(gain="14.85", units="DBD/DBR"), "K.adf").gain_dbi == pytest.approx(17.0)


@pytest.mark.parametrize(
    ("freq", "mhz"),
    [("1710-1880", (1710.0, 1880.0)), ("1805 MHz", (1805.0, 1805.0)), ("2.437 GHz", (2437.0, 2437.0))],
)
def test_frequencies_as_makers_write_them(freq: str, mhz: tuple[float, float]) -> None:
    assert antenna_of_text(msi_text(freq=freq), "K.msi").freq_mhz == mhz


def test_the_keyword_of_the_first_line_may_be_missing_and_tabs_and_minus_signs_are_read() -> None:
    text = msi_text().replace("NAME Panel 65", "Panel 65 / 900")
    head, cuts = text.split("HORIZONTAL 360\n")
    minus = "\n".join(
        line if "VERT" in line else "\t".join(line.replace(" ", " -").split()) for line in cuts.split("\n")
    )
    one, usual = antenna_of_text(f"{head}HORIZONTAL 360\n{minus}", "K.msi"), antenna_of_text(text, "K.msi")
    assert one.model == usual.model == "Panel 65 / 900"
    np.testing.assert_array_equal(one.vertical_db, usual.vertical_db)
    assert sum("minus" in note for note in one.notes) == 2


def test_the_directivity_is_that_of_known_patterns() -> None:
    """Isotropic: 0 dBi. A cosine-squared beam over half the sphere: 10 log10(6) (Balanis, chapter 2)."""
    flat = "\n".join(f"{a} 0" for a in range(360))
    one = antenna_of_text(f"NAME x\nGAIN 0 dBi\nHORIZONTAL 360\n{flat}\nVERTICAL 360\n{flat}\n", "iso.msi")
    assert one.directivity_dbi == pytest.approx(0.0, abs=1e-6)
    cos2 = "\n".join(f"{a} {min(-20 * np.log10(max(np.cos(np.radians(a)), 1e-9)), 90.0):.3f}" for a in range(360))
    one = antenna_of_text(f"NAME x\nGAIN 7 dBi\nHORIZONTAL 360\n{cos2}\nVERTICAL 360\n{cos2}\n", "cos.msi")
    assert one.directivity_dbi == pytest.approx(10 * np.log10(6.0), abs=1.0)  # the interpolation is good to 1 dB


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (msi_text().replace("\n17 0.8208\n", "\n", 1), "K.msi, line 7", "359 follow; the first angle that is missing"),
        (msi_text().replace("\n30 2.5562\n", "\n30 2,5562\n", 1), "K.msi, line 38", "is no point"),
        (msi_text().replace("\n30 2.5562\n", "\n29 2.5562\n", 1), "K.msi, line 38", "the angle 29 stands twice"),
        (msi_text().replace("\n30 2.5562\n", "\n30 -2.5562\n", 1), "K.msi, line 38", "values of both signs"),
        (msi_text().replace("\n30 2.5562\n", "\n30 2556.2\n", 1), "K.msi, line 38", "an attenuation of 2556.2 dB"),
        (msi_text(gain="17,0 dBi"), "K.msi, line 4", "the gain '17,0 dBi'"),
        (msi_text(gain="17 dB"), "K.msi, line 4", "the gain '17 dB'"),
        (msi_text(gain="170 dBi"), "K.msi, line 4", "a gain of 170.0 dBi"),
        (msi_text().replace("GAIN 17.0 dBi\n", ""), "K.msi", "states no gain"),
        (msi_text(gain="22 dBi"), "K.msi", "above the directivity of its own cuts"),
        (msi_text().split("VERTICAL")[0], "K.msi", "has no vertical cut"),
        (msi_text(-6.0).replace("TILT -6", "TILT 6"), "K.msi", "strongest at -6 degrees"),
        (msi_text().replace("HORIZONTAL 360", "HORIZONTAL"), "K.msi, line 7", "'HORIZONTAL'"),
        ("\n".join(["0.5"] * 720), "K.msi, line 1", "without angles or gain"),
        ("", "K.msi, line 1", "is no antenna pattern"),
        (nsma_text().replace("GUNITS:,DBI/DBR\r\n", ""), "K.msi", "states no unit of its gain"),
        (nsma_text(units="DBI/LIN"), "K.msi, line 6", "GUNITS 'DBI/LIN'"),
        (nsma_text().replace("MDGAIN:,17.0,0.5\r\n", ""), "K.msi", "states no gain"),
        (nsma_text().replace("PATCUT:,EL", "PATCUT:,AZ"), "K.msi", "a second horizontal cut"),
        (nsma_text().replace("\r\n0,0.0000,", "", 1), "K.msi, line 10", "361 points and 360 follow"),
        (nsma_text(-6.0).replace("ELTILT:,-6", "ELTILT:,6"), "K.msi", "strongest at -6 degrees"),
    ],
)  # fmt: skip
def test_a_malformed_file_is_refused_with_its_line(text: str, where: str, what: str) -> None:
    found = faults_of(text)
    assert any(fault.where.startswith(where) and what in fault.what for fault in found), "\n".join(map(str, found))


def test_all_faults_of_a_file_come_at_once() -> None:
    found = faults_of(msi_text(gain="high").replace("\n17 0.8208\n", "\n", 1).split("VERTICAL")[0])
    assert len(found) == 3


def test_a_gain_taken_for_dbd_is_doubted() -> None:
    """17.5 dBi without its unit reads as 19.65 dBi, more than the cuts of the antenna concentrate."""
    one = antenna_of_text(msi_text(gain="17.5"), "K.msi")
    assert [fault.severity for fault in antenna_warnings(one)] == ["warning"]
    assert antenna_warnings(antenna_of_text(msi_text(gain="17.5 dBi"), "K.msi")) == []


def test_folders_and_archives(tmp_path: Path) -> None:
    folder = tmp_path / "LAND" / "antennas"
    folder.mkdir(parents=True)
    assert len(read_country_antennas(tmp_path / "LAND")) == 0
    (folder / "B.msi").write_text(msi_text(2.0))
    (folder / "A.adf").write_bytes(nsma_text(4.0).encode())
    found = read_country_antennas(tmp_path / "LAND")
    assert list(found.rows) == ["A", "B"]
    assert [one.electrical_tilt_deg for one in found.antennas] == [4.0, 2.0]
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(folder / "B.msi", "deep/B.msi")
        archive.write(folder / "A.adf", "A.adf")
    assert list(read_antennas(tmp_path / "all.zip").rows) == ["A", "B"]
    (folder / "B.pln").write_text(msi_text(2.0))
    (folder / "C.msi").write_text("NAME x")
    with pytest.raises(InputError) as caught:
        read_country_antennas(tmp_path / "LAND")
    assert {fault.where for fault in caught.value.faults} == {"B.pln", "C.msi, line 1"}

"""Orbital elements: what is damaged is named, what cannot fly is not counted, a number is only a name."""

import json
from datetime import UTC, datetime

import pytest

from allreach.errors import InputError
from allreach.io.orbit_files import read_elements
from allreach.satellite.orbits import element_positions

FIRST = "1 25544U 98067A   26060.00000000  .00001764  00000-0  38792-4 0  9995"
SECOND = "2 25544  51.6439 211.2001 0007417  17.6667  85.6398 15.50103472202482"
OMM = {
    "OBJECT_NAME": "TESTSAT", "OBJECT_ID": "2026-001A", "EPOCH": "2026-03-01T00:00:00.000000", "MEAN_MOTION": 15.06,
    "ECCENTRICITY": 0.0002, "INCLINATION": 53.05, "RA_OF_ASC_NODE": 100.0, "ARG_OF_PERICENTER": 90.0,
    "MEAN_ANOMALY": 10.0, "EPHEMERIS_TYPE": 0, "CLASSIFICATION_TYPE": "U", "NORAD_CAT_ID": 99999,
    "ELEMENT_SET_NO": 999, "REV_AT_EPOCH": 10, "BSTAR": 0.0001, "MEAN_MOTION_DOT": 0.00001, "MEAN_MOTION_DDOT": 0,
}  # fmt: skip
AT = datetime(2026, 3, 2, tzinfo=UTC)


def checksum(line: str) -> str:
    return line[:68] + str(sum(int(c) if c.isdigit() else c == "-" for c in line[:68]) % 10)


def written(tmp_path, name, content):
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("number", [99999, 270001, 799501234, 999999998])
def test_a_catalogue_number_is_a_name(tmp_path, number):
    path = written(tmp_path, "a.json", [OMM, {**OMM, "NORAD_CAT_ID": 1}, {**OMM, "NORAD_CAT_ID": number + 1}])
    records = read_elements(path, AT)
    assert len(records) == 3
    assert element_positions(records, AT)[1]["n_satellites"] == 3
    assert records[0].sgp4(2461101.5, 0.0)[1] == records[2].sgp4(2461101.5, 0.0)[1]


@pytest.mark.parametrize(
    ("key", "word"), [("CLASSIFICATION_TYPE", "unknown"), ("OBJECT_ID", "2026-001é"), ("OBJECT_ID", "A" * 99)]
)
def test_letters_beside_the_orbit_do_not_matter(tmp_path, key, word):
    records = read_elements(written(tmp_path, "a.json", [{**OMM, key: word}]), AT)
    plain = read_elements(written(tmp_path, "b.json", [OMM]), AT)
    assert records[0].sgp4(2461101.5, 0.0)[1] == plain[0].sgp4(2461101.5, 0.0)[1]


def test_two_lines_with_names_and_alpha_5(tmp_path):
    alpha = [checksum(line[:2] + "A5544" + line[7:]) for line in (FIRST, SECOND)]
    text = "\n".join(["ISS (ZARYA)", FIRST, SECOND, "", "1 KUNS-PF", *alpha, ""])
    assert len(read_elements(written(tmp_path, "a.tle", text), AT)) == 2


def test_the_checksum_of_an_alpha_5_line_is_told_not_refused(tmp_path, caplog):
    lines = [line[:2] + "A5544" + line[7:] for line in (FIRST, SECOND)]  # checksum as before the letter
    assert len(read_elements(written(tmp_path, "a.tle", "\n".join(lines)), AT)) == 1
    assert caplog.text.count("programs count the letter") == 2


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((FIRST, SECOND.replace("51.6439", "11.6439")), "line 2: has the checksum 2, but its digits give 8"),
        ((FIRST[:60], SECOND), "line 1: has 60 columns; expected 69"),
        ((FIRST, SECOND[:-1]), "line 2: has 68 columns"),
        ((FIRST, checksum(SECOND.replace("25544", "25545"))), "of two satellites, 25544 and 25545"),
        ((FIRST,), "a first line without its second"),
        ((SECOND,), "a second line without its first"),
        ((FIRST, SECOND, FIRST), "line 3: is a first line without its second"),
        ((FIRST.replace("98067A", "98067²"), SECOND), "plain characters"),
        (("no", "elements"), "holds no satellite"),
    ],
)
def test_damaged_lines_are_refused(tmp_path, lines, words):
    with pytest.raises(InputError, match=words):
        read_elements(written(tmp_path, "a.tle", "\n".join(lines)), AT)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"MEAN_MOTION": None}, "MEAN_MOTION: is missing"),
        ({"MEAN_MOTION": 15000}, "0.01 to 20"),
        ({"MEAN_MOTION": "nan"}, "0.01 to 20"),
        ({"INCLINATION": 530.5}, "0 to 180 degrees"),
        ({"ECCENTRICITY": "x"}, "ECCENTRICITY: is 'x'"),
        ({"BSTAR": 1e300}, "BSTAR"),
        ({"MEAN_MOTION_DOT": "inf"}, "MEAN_MOTION_DOT"),
        ({"EPOCH": "01.03.2026"}, "EPOCH: is '01.03.2026'"),
        ({"EPOCH": "2026-03-01"}, "EPOCH"),
        ({"NORAD_CAT_ID": "12x"}, "at most nine digits"),
        ({"EPHEMERIS_TYPE": 4}, "SGP4-XP"),
        ({"MEAN_ELEMENT_THEORY": "DSST"}, "MEAN_ELEMENT_THEORY"),
        ({"TIME_SYSTEM": "TAI"}, "TIME_SYSTEM"),
    ],
)
def test_faulty_fields_are_named(tmp_path, change, words):
    with pytest.raises(InputError, match=words):
        read_elements(written(tmp_path, "a.json", [OMM, {**OMM, **change}]), AT)


@pytest.mark.parametrize("epoch", ["2026-03-01T00:00:00", "2026-03-01T00:00:00Z", "2026-03-01T00:00:00.000"])
def test_an_epoch_may_be_written_shorter_and_what_is_optional_left_out(tmp_path, epoch):
    least = {k: v for k, v in OMM.items() if k in ("EPOCH", "MEAN_MOTION", "ECCENTRICITY", "INCLINATION", "BSTAR",
                                                   "RA_OF_ASC_NODE", "ARG_OF_PERICENTER", "MEAN_ANOMALY")}  # fmt: skip
    (record,) = read_elements(written(tmp_path, "a.json", {**least, "EPOCH": epoch}), AT)
    (full,) = read_elements(written(tmp_path, "b.json", [{**OMM, "MEAN_MOTION_DOT": 0}]), AT)
    assert record.sgp4(2461101.5, 0.0)[1] == pytest.approx(full.sgp4(2461101.5, 0.0)[1])


def test_what_sgp4_cannot_run_is_not_counted(tmp_path, caplog):
    wild = {**OMM, "NORAD_CAT_ID": 7, "ECCENTRICITY": 1.2}
    records = read_elements(written(tmp_path, "a.json", [OMM, wild]), AT)
    assert len(records) == 1
    assert "satellite 7 left out: SGP4 cannot run it" in caplog.text
    with pytest.raises(InputError, match="no satellite that SGP4 can run"):
        read_elements(written(tmp_path, "b.json", [wild]), AT)


def test_what_has_decayed_by_the_moment_is_not_counted(tmp_path):
    low = {**OMM, "NORAD_CAT_ID": 8, "MEAN_MOTION": 16.4, "BSTAR": 0.1}
    records = read_elements(written(tmp_path, "a.json", [OMM, low]), AT)
    assert len(records) == 2
    age = element_positions(records, datetime(2026, 3, 13, tzinfo=UTC))[1]
    assert (age["n_satellites"], age["n_decayed"]) == (1, 1)
    with pytest.raises(InputError, match="still in orbit"):
        element_positions(records[1:], datetime(2026, 3, 13, tzinfo=UTC))


def test_of_a_history_the_nearest_set_stays(tmp_path, caplog):
    history = [{**OMM, "EPOCH": f"2026-03-{day:02d}T00:00:00"} for day in range(1, 20)]
    (record,) = read_elements(written(tmp_path, "a.json", history), datetime(2026, 3, 5, 6, tzinfo=UTC))
    assert record.jdsatepoch + record.jdsatepochF == pytest.approx(2461104.5)  # 5 March 2026, 0h
    assert "18 older sets" in caplog.text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", "[" * 100_000),
        ("a.json", b"\xff\xfe\x00"),
        ("a.json", "{}"),
        ("a.json", "[1]"),
        ("a.json", '"text"'),
        ("a.json", "[]"),
        ("a.csv", "OBJECT_NAME,EPOCH\nA,\0"),
        ("a.csv", "OBJECT_NAME\n" + '"' + "x" * 200_000 + '"'),
        ("a.csv", "EPOCH,EPOCH\n1,2,3,4\n"),
        ("a.xml", "<a>" * 50_000),
        ("a.xml", "<ndm><segment/></ndm>"),
        ("a.tle", b"1 \xff\n2 \xff\n"),
        ("a.tle", "1 \n2 \n"),
        ("a.tle", ""),
    ],
)
def test_no_file_ends_in_a_traceback(tmp_path, name, content):
    with pytest.raises(InputError):
        read_elements(written(tmp_path, name, content), AT)

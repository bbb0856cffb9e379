"""Delimited text: what spreadsheets write is read; what does not fit the header is named by its row."""

from __future__ import annotations

import gzip

import pytest

from allreach.errors import InputError
from allreach.io import delimited_text
from allreach.io.delimited_text import read_delimited


@pytest.fixture
def read(tmp_path):
    def read(content: str | bytes, name: str = "t.csv", **said):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_delimited(path, **said)

    return read


ROWS = [["P1", "Alma"], ["P2", "Bela"]]


@pytest.mark.parametrize(
    "text",
    [
        "code,name\nP1,Alma\nP2,Bela\n",
        "code;name\r\nP1;Alma\r\nP2;Bela\r\n",
        "code\tname\rP1\tAlma\rP2\tBela",
        'sep=;\ncode;name\nP1;Alma\n"P2";"Bela"\n',
        "\ufeffcode|name\nP1|Alma\n\nP2|Bela\n|\n",
        " code , name \nP1,Alma\nP2,Bela\n,\n",
        "code,name,,\nP1,Alma\nP2,Bela\n",  # separators behind the header only
        "code,name\nP1,Alma,\nP2,Bela,\n",  # and behind every row only
    ],
)
def test_every_dress_gives_the_same_table(read, text):
    table = read(text)
    assert list(table.columns) == ["code", "name"]
    assert table.to_numpy().tolist() == ROWS


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_says_the_encoding(read, encoding):
    assert read("code;name\n1;Şəki\n".encode(encoding))["name"].tolist() == ["Şəki"]


def test_encodings_that_are_not_said(read):
    with pytest.raises(InputError, match=r"not in UTF-8 \(byte 0xf6 in line 2\).*--encoding"):
        read("code,name\n1,Malmö\n".encode("cp1252"))
    assert read("code,name\n1,Malmö\n".encode("cp1252"), encoding="cp1252")["name"].tolist() == ["Malmö"]
    with pytest.raises(InputError, match="Say --encoding utf-16-le"):
        read("code,name\n1,Malmö\n".encode("utf-16-le"))
    assert read("code,name\n1,Баку\n".encode("utf-16-le"), encoding="utf-16-le")["name"].tolist() == ["Баку"]
    for name in ("klingon", "hex"):
        with pytest.raises(InputError, match=f"--encoding: '{name}' is not known"):
            read("a,b\n1,2\n", encoding=name)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("a,b\nP1,Alma, Upper\nP2,Bela\n", "row 1: has 3 fields, the header 2"),
        ("a,b,c\n1,2,3\n4,5\n", "row 2: has 2 fields, the header 3"),
        ("a,b\n1,x, \n2,y\n", "row 1: has 3 fields, the header 2"),  # a blank too many in one row only
        ("Census 2020\na,b,c\n1,2,3\n", "a title above the header"),
        ('a,b\n1,"open\n2,x\n', "cannot be read"),
        ("\n , \n", "holds nothing but blanks"),
        ("a;b,c\n1;2,3\n", "separated by comma and semicolon"),
        (b"a,b\n1,\0\n" + b"2,x\n" * 20, "zero bytes"),
    ],
)
def test_what_does_not_fit_is_named(read, text, right):
    with pytest.raises(InputError, match=right):
        read(text)


def test_rows_are_counted_as_a_spreadsheet_counts_them(read):
    assert read('a,b\n1,"two\nlines"\n\n2,x\n').index.tolist() == [1, 3]


def test_codes_and_words_stay_text(read):
    table = read("code,country,n\n007,NA,1e5\n")
    assert table.to_numpy().tolist() == [["007", "NA", "1e5"]]


def test_two_columns_of_one_name_are_told_apart(read):
    assert list(read("n,n,m\n1,2,3\n").columns) == ["n (column 1)", "n (column 2)", "m"]


def test_gzip(read, monkeypatch):
    assert read(gzip.compress(b"a,b\n1,2\n"), "t.csv.gz").to_numpy().tolist() == [["1", "2"]]
    with pytest.raises(InputError, match="no whole gzip"):
        read(gzip.compress(b"a,b\n1,2\n" * 999)[:-20], "t.csv.gz")
    monkeypatch.setattr(delimited_text, "UNPACKED_BYTES_MAX", 1000)
    with pytest.raises(InputError, match="larger unpacked than is read"):
        read(gzip.compress(b"a,b\n" + b"1,2\n" * 999), "t.csv.gz")

"""YAML as people write it: what stands there is what is read, and nothing it can hold ends in a traceback."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allreach.errors import DataMissingError, InputError
from allreach.io.yaml_text import read_yaml_mapping, read_yaml_text
from allreach.yaml_syntax import parse_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 01", "01"), ("a: 0755", "0755"), ("a: 12:30", "12:30"), ("a: NO", "NO"), ("a: yes", "yes"),
        ("a: 1_000", "1_000"), ("a: 2026-11-01", "2026-11-01"), ("a: '1'", "1"), ("a: 1e3", 1000.0), ("a: -.5", -0.5),
        ("a: 12", 12), ("a: 0x1F", 31), ("a: 0o17", 15), ("a: true", True), ("a: ~", None), ("a:", None),
        ("a: !!str 12", "12"), ("a: !!int '12'", 12), ("a: [1, x]", [1, "x"]),
    ],
)  # fmt: skip
def test_words_stay_words(text, value):
    found = parse_yaml(text, "f").value["a"]
    assert found == value
    assert type(found) is type(value)


def test_keys_are_text_and_lines_are_known():
    found = parse_yaml("1: x\nNO: {b: 2}\nlist:\n- a\n- 2026: c\n", "f")
    assert found.value == {"1": "x", "NO": {"b": 2}, "list": ["a", {"2026": "c"}]}
    assert found.line(("list", 1, "2026", "beyond")) == 5


def test_values_aimed_at_text_are_kept_as_written():
    text = "set: {code: 1.0, open: true, gap: ~, list: [1e3]}\nscale: 1.0"
    assert parse_yaml(text, "f", as_written=["set"]).value == {
        "set": {"code": "1.0", "open": "true", "gap": None, "list": ["1e3"]},
        "scale": 1.0,
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\na: 2", r"f, line 2, a: key 'a' is there twice"),
        ("x: {b: 1, b: 2}", r"x\.b: key 'b' is there twice"),
        ("seed: !!bool maybe", "!!bool does not fit 'maybe'"),
        ("a: !!timestamp x", "tag !!timestamp"),
        ("a: !!binary x", "tag !!binary"),
        ("a: !!set {b}", "tag !!set"),
        ("a: !!python/object/apply:os.system [ls]", "tag !!python"),
        ("a: " + "{a: " * 1000 + "1" + "}" * 1000, "line 1, file: is nested over 40 deep"),
        ("- " * 3000 + "a", "nested over 40 deep"),
        ('a: "\\U00110000"', "invalid Unicode character escape"),
        ("a: \x07", "control characters"),
        ("a: &x [*x]", "without bound"),
        ("a: &x {b: *x}", "without bound"),
        ("[a, b]: 1", "list or a mapping for a key"),
        ("a: " + "9" * 30, "no usable number"),
        ("a: " + "9" * 5000, "no usable number"),
        ("a: 1e999", "no usable number"),
        ("a: .nan", "no usable number"),
        ("a: -.inf", "no usable number"),
        ("a: 1\n---\nb: 2", "another document"),
        ("a: b: c", "line 1, file: cannot be read as YAML"),
        ("a:\n\t- b", "line 2, file"),
        ("<<: 1", "merging"),
        ("x" * 4_000_001, "characters"),
    ],
)
def test_what_is_refused_is_named(text, words):
    with pytest.raises(InputError, match=words):
        parse_yaml(text, "f")


def test_aliases_cannot_make_a_file_grow():
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
    bomb += "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
    began = time.process_time()
    with pytest.raises(InputError, match="without bound"):
        parse_yaml(bomb, "f")
    assert time.process_time() - began < 10.0
    assert parse_yaml("a: &m {b: 1}\nc: {<<: *m, d: 2}\ne: *m", "f").value["c"] == {"b": 1, "d": 2}


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab01:-[]{}&*!<>|'\"\\#%@`,? \n\tUx.~\ud800\x85\u2028\ufeff"), max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        value = parse_yaml(text, "f").value
    except InputError:
        return
    assert value is None or isinstance(value, dict | list | str | int | float)


def test_files(tmp_path):
    path = tmp_path / "a.yaml"
    with pytest.raises(DataMissingError, match="no such file"):
        read_yaml_text(path)
    path.write_bytes(b"a: 1\nb: \xff")
    with pytest.raises(InputError, match=r"a\.yaml, line 2, file: is not UTF-8"):
        read_yaml_text(path)
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\n")
    assert read_yaml_mapping(path, "keys") == {"a": 1}
    path.write_text("- 1")
    with pytest.raises(InputError, match="holds no mapping"):
        read_yaml_mapping(path, "keys")
    path.write_text("")
    assert read_yaml_mapping(path, "keys") == {}

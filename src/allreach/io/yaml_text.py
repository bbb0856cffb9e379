"""Read the YAML files of a user: one way for country.yaml, scenarios, strategies, recipes, facts and satellites."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from allreach.errors import DataMissingError, Fault, InputError
from allreach.yaml_syntax import YamlText, parse_yaml

BYTES_MAX = 16_000_000


def read_yaml_text(path: Path, *, as_written: Collection[str] = (), where: str = "") -> YamlText:
    """Read a YAML file with the lines of its keys.

    Parameters
    ----------
    path
        The file, in UTF-8.
    as_written
        See `allreach.yaml_syntax.parse_yaml`.
    where
        How to call it in messages; default its path.

    Raises
    ------
    DataMissingError
        If there is no such file.
    InputError
        If it cannot be read, is no UTF-8 or no YAML, too large or too deep, or has a key twice.
    """
    where = where or str(path)
    if not path.is_file():
        raise DataMissingError(f"{path}: there is no such file")
    try:
        size = path.stat().st_size
        if size > BYTES_MAX:
            raise InputError(Fault(where, f"holds {size:,} bytes", f"YAML of at most {BYTES_MAX:,} bytes"))
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        fault = Fault(
            f"{where}, line {line}, file", "is not UTF-8", "text in UTF-8", "Save it as UTF-8", kind="encoding"
        )
        raise InputError(fault) from error
    except OSError as error:
        raise InputError(Fault(where, f"cannot be read ({error.strerror})", "a file that you may read")) from error
    return parse_yaml(text, where, as_written=as_written)


def read_yaml_mapping(path: Path, expected: str, *, as_written: Collection[str] = ()) -> dict[str, object]:
    """Read a YAML file that must hold a mapping; an empty file is an empty one."""
    value = read_yaml_text(path, as_written=as_written).value
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InputError(Fault(str(path), "holds no mapping", expected))
    return value

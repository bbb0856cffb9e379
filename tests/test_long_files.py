"""The list of long files names files that are there, each once."""

from pathlib import Path

from long_files import LONG_FILES


def test_they_are_there_each_once() -> None:
    here = Path(__file__).parent
    assert [name for name in LONG_FILES if not (here / name).is_file()] == []
    assert len(set(LONG_FILES)) == len(LONG_FILES)

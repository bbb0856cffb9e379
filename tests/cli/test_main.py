"""The door itself: quick, and with the exit codes it promises."""

import subprocess
import sys

import pytest

HEAVY = (
    "matplotlib",
    "numpy",
    "pandas",
    "geopandas",
    "numba",
    "scipy",
    "rasterio",
    "pyproj",
    "pydantic",
    "highspy",
    "shapely",
    "rich",
)


def allreach(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "allreach.cli.main", *args], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("args", [["--help"], ["country", "--help"], ["--version"]])
def test_help_loads_no_heavy_module(args):
    script = (
        f"import sys\nsys.argv = ['allreach', *{args!r}]\nfrom allreach.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert not stop.code\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.strip().endswith("[]")


def test_help_names_every_command_and_each_has_its_own_help():
    from allreach.cli.main import COMMANDS, COUNTRY_COMMANDS

    text = allreach("--help").stdout
    assert all(name in text for name in COMMANDS)
    for args in [
        *([name] for name in COMMANDS if name != "country"),
        *(["country", name] for name in COUNTRY_COMMANDS),
    ]:
        out = allreach(*args, "--help")
        assert out.returncode == 0, out.stderr
        assert "Usage:" in out.stdout
        assert "Example" in out.stdout, f"{args}: help without an example"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["fly"], "No such command"),
        (["run"], "Missing argument"),
        (["measure", "nowhere"], "a country folder"),
        (["path-loss", "itm", "a" * 5000], "too long"),
    ],
)
def test_wrong_input_is_told_on_stderr(args, words):
    out = allreach(*args)
    assert out.returncode in (1, 2)
    assert words in out.stderr
    assert out.stdout == ""
    assert "Traceback" not in out.stderr


def test_doctor_finds_the_parts_of_the_installation():
    out = allreach("doctor")
    assert "ITU-R height map" in out.stdout
    assert ("MISSING" in out.stdout) == (out.returncode == 1)

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


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["run", "AND", "--pixel", "200", "--pixel", "100"], "--pixel is given 2 times; give it once"),
        (["country", "import", "--replace", "x", "y", "--append", "-o", "z"], "--replace and --append do not go"),
        (["track", "AND", "--import", "f", "--give", "source=A", "--give", "source=B"], "has two values, 'A' and 'B'"),
        (["measure", "AND", "--set", "costs.leo_kit_usd=1", "--set", "costs.leo_kit_usd=2"], "has two values"),
        (["brief", "AND", "--lang", "en", "--lang", "en,es"], "es: there are en, az, ru, fr"),
    ],
)
def test_no_word_of_the_user_is_dropped_unseen(args, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "AND").mkdir()
    out = allreach(*args)
    assert out.returncode == 2
    assert words in " ".join(out.stderr.split())
    assert "Traceback" not in out.stderr


def test_languages_may_be_given_apart_or_together(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "AZE").mkdir()
    out = allreach("brief", "AZE", "--lang", "en", "--lang", "az,en")
    assert out.returncode == 0, out.stderr
    assert [line.rsplit("_", 1)[1] for line in out.stdout.split()] == [
        f"{language}.{kind}" for language in ("en", "az") for kind in ("pdf", "html", "sources.json")
    ]

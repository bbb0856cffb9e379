"""A country folder read and checked once, with country, scenario and ``--set`` laid over the parameters once.

Every workflow takes a `StudyInputs`; nothing else lays parameters. So a scenario means one thing everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError

from allreach import tables
from allreach.country.checking.folder import require_sound
from allreach.country.checking.official import drawn_trust
from allreach.country.folder_argument import new_country, refuse_file, require_writable
from allreach.country.kits.open import kit_choice
from allreach.country.sketch.draw import sketch_with_report
from allreach.demand.take_up import sized_for
from allreach.errors import DataMissingError, Fault, InputError
from allreach.io import stages
from allreach.io.atomic import PART
from allreach.io.country_folder import RASTERS, Country, read_config, read_country, read_layer_provenance, write_country
from allreach.io.locks import LOCK
from allreach.io.results_folder import STANDARD_FILE, read_json
from allreach.io.scenario_file import read_scenario
from allreach.params.country_config import CountryConfig, ServiceStandard
from allreach.params.load import Params, load_params
from allreach.params.official import require_trust
from allreach.params.rungs import RUNG_KEYS, Rung
from allreach.params.sets import apply_standard, apply_to_config, split_sets
from allreach.processors import usable_cores
from allreach.progress import Progress, Say, no_progress, no_words
from allreach.radio.device import require_device
from allreach.workflows.scenarios import BASE, require_known, require_name, results_name, run_options, set_texts
from allreach.workflows.study_arguments import thread_count, user_path, whole_seed


@dataclass(frozen=True)
class StudyInputs:
    """What one study knows: the folder, what it says, and where results go.

    Parameters
    ----------
    folder
        Country folder.
    scenario
        Name of the results folder; ``DIR/scenarios/NAME.yaml`` is laid over parameters and service standard.
    sets
        ``key=value`` texts that were laid over everything.
    config
        ``country.yaml`` with the scenario's and the options' changes.
    params
        Parameters, likewise.
    seed
        Seed of everything random.
    n_threads
        Threads; results do not depend on it.
    device
        Where coverage maps are computed: ``cpu`` or ``cuda``.
    progress
        Called with (stage, done, total).
    say
        Called with one line for the user.
    overlay
        Scenario whose overlay is laid, where it is not `scenario` itself.
    asked
        What folder, scenario and options ask of service where none of them says what is planned (`rungs.RUNG_KEYS`):
        then the standard of `config` is the rung that the results are of (`workflows.headline`), or the default before
        there are any. None where they do say.
    """

    folder: Path
    scenario: str
    sets: tuple[str, ...]
    config: CountryConfig
    params: Params
    seed: int
    n_threads: int
    device: str = "cpu"
    progress: Progress = field(default=no_progress, repr=False, compare=False)
    say: Say = field(default=no_words, repr=False, compare=False)
    overlay: str = ""
    asked: ServiceStandard | None = None

    def under(self, standard: ServiceStandard) -> Self:
        """Return the same study under another standard; what has been read of the folder is kept."""
        config = self.config.model_copy(update={"service_standard": standard})
        made = replace(self, config=config)
        for name in ("warnings", "checksums"):
            if name in self.__dict__:
                made.__dict__[name] = self.__dict__[name]
        if "country" in self.__dict__:
            made.__dict__["country"] = replace(self.country, config=config)
        return made

    def as_recorded(self) -> Self:
        """Return the study with the standard that its results are of by now, where nobody has chosen one."""
        if self.asked is None:
            return self
        return self.under(recorded_standard(self.results, self.asked, self.params))

    @property
    def results(self) -> Path:
        """Folder of the scenario's results."""
        return self.folder / "results" / self.scenario

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What is wrong with the folder but does not stop a run.

        Raises
        ------
        InputError
            With every error of the folder.
        """
        return tuple(str(fault) for fault in require_sound(self.folder))

    @cached_property
    def checksums(self) -> dict[str, str]:
        """Checksums of the folder's input files when they were read."""
        return stages.input_checksums(self.folder)

    def require_unchanged(self) -> None:
        """Refuse to go on with what was read of a folder that is another by now: its results would be of neither.

        Raises
        ------
        InputError
            With every file that changed since.
        """
        now = stages.input_checksums(self.folder)
        if changed := sorted(name for name, _ in self.checksums.items() ^ now.items()):
            raise InputError(
                Fault(
                    f"{self.folder}: {', '.join(dict.fromkeys(changed))}",
                    "changed since the folder was read",
                    "the folder as it was",
                    "Open it anew: allreach.open(FOLDER) in Python, or the command once more",
                )
            )

    @cached_property
    def country(self) -> Country:
        """The folder in memory, checked, with the configuration of this study.

        Raises
        ------
        InputError
            With every error of the folder.
        """
        _ = self.checksums  # before the files are read: what changes from here on is noticed
        _ = self.warnings  # a folder with errors is refused before anything is computed from it
        return replace(read_country(self.folder), config=self.config)


@dataclass(frozen=True)
class SeriesFolder:
    """A folder that holds series of indicators but no country: enough to track promises and to brief on them."""

    folder: Path
    scenario: str
    config: None = None

    @property
    def results(self) -> Path:
        """Folder of the scenario's results."""
        return self.folder / "results" / self.scenario


def read_subject(
    folder: Path,
    scenario: str | None = None,
    sets: Sequence[str] | Mapping[str, Any] = (),
    say: Say = no_words,
) -> StudyInputs | SeriesFolder:
    """Lay a scenario over a country folder; a folder without ``country.yaml`` is one of series alone."""
    if (folder / "country.yaml").is_file():
        return read_inputs(folder, scenario=scenario or BASE, sets=sets, of_run=True, say=say)
    return SeriesFolder(folder, require_name(scenario or BASE))


def recorded_standard(results: Path, asked: ServiceStandard, params: Params) -> ServiceStandard:
    """Lay the rung that results were made for over what is asked of service; without results the default stands.

    Raises
    ------
    InputError
        If the file that says so is damaged.
    """
    path = results / STANDARD_FILE
    try:
        found = read_json(path)
        if not found:
            return asked
        return Rung.model_validate(found["rung"]).standard(asked, params.demand)
    except (InputError, KeyError, ValidationError) as error:
        mend = "Take it away: the next allreach run writes it anew"
        raise InputError(Fault(str(path), "names no rung of the ladder", "what a run wrote", mend)) from error


def lay(folder: Path, scenario: str, sets: Sequence[str]) -> tuple[CountryConfig, Params]:
    """Lay the country's parameters, the scenario and ``--set`` over what ships; the only place that does.

    Returns
    -------
    config, params
        ``country.yaml`` and parameters as every command of this scenario takes them.

    Raises
    ------
    DataMissingError
        If there is no ``country.yaml``.
    InputError
        With every unknown key and impossible value.
    """
    config = read_config(folder)
    overlay = read_scenario(folder, require_name(scenario))
    params_sets, config_sets = split_sets(sets)
    params = load_params(
        [("country.yaml", config.parameters), (f"scenario {scenario}", overlay.get("parameters", {}))], params_sets
    )
    params = _sized(params, config)
    config = apply_standard(config, overlay.get("service_standard", {}), f"scenarios/{scenario}.yaml")
    return apply_to_config(config, config_sets), params


def _sized(params: Params, config: CountryConfig) -> Params:
    """Put the share of users in its place where the curve of take-up gives it; one of the user's own is not lost."""
    if params.demand.uptake_by == "everyone":
        return params
    if params.demand.uptake_share != load_params().demand.uptake_share:
        raise InputError(
            Fault(
                "demand.uptake_share",
                "is given, and uptake_by: take_up gives another",
                "one of the two",
                "Leave uptake_by at everyone to use the share given, or take the share out",
            )
        )
    return params.model_copy(update={"demand": sized_for(params.demand, config.official)})


def read_inputs(
    folder: Path | str,
    *,
    scenario: str | None = None,
    sets: Sequence[str] | Mapping[str, Any] = (),
    budget_usd: float | None = None,
    seed: int | None = None,
    workers: int | None = None,
    device: str = "cpu",
    progress: Progress = no_progress,
    say: Say = no_words,
    overlay: str | None = None,
    of_run: bool = False,
) -> StudyInputs:
    """Lay a scenario and options over a country folder; the layers are read when they are first asked for.

    Parameters
    ----------
    folder
        Country folder.
    scenario
        Name of the scenario; without one ``base``, or a name of its own for options whose results would otherwise
        replace those of others (`scenarios.results_name`).
    sets
        ``key=value`` texts or a mapping: changes that win over everything.
    budget_usd
        Reach the most people whom so much present value buys, instead of everybody at the least cost. [USD]
    seed, workers
        By default the folder's seed and all processors that this process may use.
    device
        ``cpu`` or ``cuda``; refused where there is no such device.
    progress, say
        See `StudyInputs`.
    overlay
        Scenario whose overlay is laid; default `scenario`.
    of_run
        Take the options with which the scenario was run, where none are given: for what reads its results.

    Raises
    ------
    DeviceError
        If the device is not there.
    DataMissingError
        If there is no country folder.
    InputError
        With every unknown key and impossible value.
    """
    require_device(device)
    folder, texts = user_path(folder), set_texts(sets, budget_usd)
    seed = None if seed is None else whole_seed(seed)
    n_threads = usable_cores() if workers is None else thread_count(workers)
    done = run_options(folder, require_name(scenario or BASE)) if of_run and not texts else None
    if done is not None:
        texts, overlay = done.sets, done.overlay
        seed = done.seed if seed is None else seed
        if texts:
            say(f"scenario {scenario or BASE} as it was run: {' '.join(f'--set {text}' for text in texts)}")
    name = results_name(folder, scenario, texts, overlay or BASE)
    laid = overlay or (name if scenario is not None else BASE)
    if done is None:
        require_known(folder, laid, texts)
    config, params = lay(folder, laid, texts)
    standard = config.service_standard
    asked = None if standard.model_fields_set & set(RUNG_KEYS) else standard
    if asked is not None:
        standard = recorded_standard(folder / "results" / name, asked, params)
        config = config.model_copy(update={"service_standard": standard})
    return StudyInputs(
        folder,
        name,
        texts,
        config,
        params,
        config.seed if seed is None else seed,
        n_threads,
        device,
        progress,
        say,
        laid,
        asked,
    )


def find_or_sketch(
    target: str | Path,
    where: str | Path | None = None,
    *,
    pixel_m: float | None = None,
    seed: int | None = None,
    sets: Sequence[str] | Mapping[str, Any] = (),
    trust: str | None = None,
    kits: Sequence[str | Path] = (),
    progress: Progress = no_progress,
    say: Say = no_words,
) -> Path:
    """Return the folder that a target names; a three-letter code without a folder is sketched.

    Parameters
    ----------
    target
        Country folder, or a three-letter code.
    where
        Folder of the sketch; default ``./ISO3``.
    pixel_m, seed, sets, trust, progress
        Of the sketch; trust is ``official`` unless given.
    kits
        Kits of the sketch (folders or zips); the word ``none`` leaves out the one that ships for the country.
    say
        Called with one line for each kit that is laid.

    Raises
    ------
    InputError
        If the target is neither a folder nor a code, or a folder that is there has another pixel or trust, or a kit is
        asked for one.
    DataMissingError
        If the folder is there but is no country folder.
    """
    folder = user_path(where or target)
    refuse_file(folder)
    is_code = len(str(target)) == 3 and str(target).isalpha()
    if where is None and not (folder / "country.yaml").is_file() and is_code:
        folder = Path(str(target).upper())
    if (folder / "country.yaml").is_file():
        _require_drawn_so(folder, pixel_m, trust)
        if where is not None:
            _require_country(folder, str(target))
        _refuse_kits(folder, kits)
        return folder
    if folder.is_dir() and not _only_leftovers(folder):
        raise DataMissingError(
            f"{folder}: is there but holds no country.yaml. Make a country folder with allreach country import, or "
            "sketch into another folder with allreach country sketch ISO3 -o DIR"
        )
    code = new_country(str(target))
    require_writable(folder)
    params_sets, _ = split_sets(set_texts(sets))  # what changes country.yaml changes the run, not the folder
    paths, with_shipped_kit = kit_choice(kits)
    drawn, report = sketch_with_report(
        code,
        pixel_m=pixel_m,
        seed=seed or 0,
        params=load_params(sets=params_sets),
        trust=require_trust(trust),
        kits=paths,
        with_shipped_kit=with_shipped_kit,
        progress=progress,
    )
    write_country(drawn, folder)
    for kit in report.kits:
        say(f"{folder}: sketched with {kit}")
    return folder


def _refuse_kits(folder: Path, kits: Sequence[str | Path]) -> None:
    if kits:
        mend = f"Leave --kit out, or sketch anew: allreach country sketch {folder.name} --kit {kits[0]} -o ANOTHER_DIR"
        raise InputError(Fault(f"--kit {kits[0]}", f"but {folder} is there already", "no --kit", mend))


def _require_drawn_so(folder: Path, pixel_m: float | None, trust: str | None) -> None:
    """Refuse options of a drawing for a folder that is there and was drawn by others."""
    config = read_config(folder)
    asked = []
    if pixel_m is not None and abs(config.pixel_m - pixel_m) > 1e-9:
        asked.append(("--pixel", f"{pixel_m:g}", "another pixel"))
    drawn = drawn_trust(read_layer_provenance(folder)) or config.trust
    if trust is not None and (trust != drawn or not config.sketch):
        asked.append(
            ("--trust", trust, "another trust" if config.sketch else "data of its own, to which no total is drawn")
        )
    faults = [
        Fault(
            f"{option} {value}",
            f"but {folder} is there already with {what}",
            f"no {option}",
            f"Leave {option} out, or sketch anew: "
            f"allreach country sketch {config.iso3} {option} {value} -o ANOTHER_DIR",
        )
        for option, value, what in asked
    ]
    if faults:
        raise InputError(faults)


def _require_country(folder: Path, code: str) -> None:
    there = read_config(folder).iso3
    if there != code.upper():
        raise InputError(
            Fault(f"{folder}", f"holds another country, {there}", code.upper(), "Name another folder, or open this one")
        )


def _only_leftovers(folder: Path) -> bool:
    """Whether a folder holds nothing but what a sketch that was killed wrote (``country.yaml`` is written last)."""
    known = {"provenance.json", *(f"{n}.tif" for n in RASTERS), *(f"{n}.parquet" for n in tables.COUNTRY_TABLES)}
    return all(path.name in known or path.name == LOCK or path.name.startswith(PART) for path in folder.iterdir())

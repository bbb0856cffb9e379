"""What a preset is: how a known kind of file of measurements is recognised by its header, and read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from allreach import tables
from allreach.country.importing.zones import zone_of
from allreach.errors import Fault
from allreach.number_text import Mark, code_text, read_numbers
from allreach.radio.channels import lte_mhz, nr_mhz
from allreach.vocabulary import RadioAccess

UNAVAILABLE = 2_147_483_647.0  # Android's CellInfo.UNAVAILABLE
NOTHING = ("", "-", "--", "nan", "null", "none", "n/a", "na")
HAS_ZONE = r"(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})$"
ISO_LOOK = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}"


@dataclass
class Source:
    """A foreign table of measurements while a preset reads it.

    Parameters
    ----------
    frame
        Rows as `io.foreign` reads them: texts, or numbers of a Parquet file.
    file
        How to call the file.
    decimal
        Decimal mark of numbers, where the user says it.
    zone
        Zone of times that state none: a name such as ``Asia/Baku``, ``UTC``, or an offset such as ``+04:00``.
    constants
        What the user says of every row (``--set``).
    faults, notes
        What is wrong, and what a reader should know.
    """

    frame: pd.DataFrame
    file: str
    decimal: Mark | None = None
    zone: str = ""
    constants: dict[str, object] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._column = {plain(name): name for name in reversed(list(self.frame.columns))}

    def name_of(self, *names: str) -> str | None:
        """Column of the file that bears the first of these names that it has."""
        return next((self._column[plain(name)] for name in names if plain(name) in self._column), None)

    def texts(self, *names: str) -> pd.Series:
        """Column as texts, empty where nothing is there or where the file has no such column."""
        name = self.name_of(*names)
        if name is None:
            return pd.Series("", index=self.frame.index, dtype="str")
        values = self.frame[name]
        if not isinstance(values.dtype, pd.StringDtype):
            values = values.astype("object").map(code_text).astype("str")
        stripped = values.fillna("").str.strip()
        return stripped.where(~stripped.str.lower().isin(NOTHING), "")

    def numbers(self, *names: str) -> pd.Series:
        """Column as numbers, NaN where nothing is there or the file has no such column; what is none is a fault."""
        name = self.name_of(*names)
        if name is None:
            return pd.Series(np.nan, index=self.frame.index)
        values = self.frame[name]
        if not pd.api.types.is_numeric_dtype(values.dtype):
            values = self.texts(name).replace("", None)
        read = read_numbers(values, decimal=self.decimal)
        self.faults += tables.unreadable_faults(read, values, f"{self.file}, column {name}", "a number")
        return read.values.where(read.values.abs() != UNAVAILABLE)

    def note(self, rows: pd.Series, text: str) -> None:
        """Say something of some rows, where there are any."""
        n = int(rows.sum())
        if n:
            self.notes.append(f"{n} rows: {text}")


@dataclass(frozen=True)
class Preset:
    """One known kind of file.

    Parameters
    ----------
    name
        Word for ``--preset``.
    title
        What it is, for people.
    columns
        Columns by which it is recognised: each entry a choice of names, of which the file must have one.
    convert
        Makes columns of the table ``measurements`` of the rows; may make ``lon`` and ``lat`` too.
    lon, lat
        Names that the position may have; none where `convert` makes it.
    not_with
        Columns that such a file does not have.
    """

    name: str
    title: str
    columns: tuple[tuple[str, ...], ...]
    convert: Callable[[Source], dict[str, pd.Series | str]]
    lon: tuple[str, ...] = ("lon", "longitude", "long", "lng")
    lat: tuple[str, ...] = ("lat", "latitude")
    not_with: tuple[str, ...] = ()

    def lacks(self, header: Iterable[str]) -> list[str]:
        """Columns that a file lacks to be of this kind."""
        there = {plain(name) for name in header}
        wanted = self.columns + ((self.lon, self.lat) if self.lon else ())
        return [names[0] for names in wanted if not there & {plain(name) for name in names}]

    def fits(self, header: Sequence[str]) -> bool:
        """Whether a file with this header is of this kind."""
        return not self.lacks(header) and not {plain(name) for name in header} & {plain(n) for n in self.not_with}


def plain(name: str) -> str:
    """Column name as names are compared: small letters, no unit in brackets, one blank for anything between words."""
    text = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", str(name).lower())
    return re.sub(r"[^a-z0-9]+", " ", text).strip()


def access_of(words: pd.Series) -> pd.Series:
    """Radio access of the words of logs (``4G``, ``LTE``, ``NR5G``, ``HSPA+``); empty where a word says none."""
    known: dict[str, RadioAccess] = {
        r"NB-?IOT": RadioAccess.NB_IOT,
        r"5G|NR": RadioAccess.NR,
        r"4G|LTE|E-?UTRA": RadioAccess.LTE,
        r"3G|UMTS|W-?CDMA|HS(?:D|U)?PA": RadioAccess.UMTS,
        r"CDMA|1XRTT|EVDO|EHRPD": RadioAccess.CDMA,
        r"2G|GSM|GPRS|EDGE": RadioAccess.GSM,
        r"LORA": RadioAccess.LORA,
    }

    def one(word: str) -> str:
        upper = str(word).upper()
        return next((str(access) for pattern, access in known.items() if re.search(pattern, upper)), "")

    return words.map({word: one(word) for word in words.unique()}).astype("str")


def mhz_of_channel(channel: pd.Series, access: pd.Series) -> pd.Series:
    """Frequency of channel numbers of LTE (EARFCN) and NR (NR-ARFCN); NaN for the others. [MHz]."""
    out = pd.Series(np.nan, index=channel.index)
    is_lte = access.isin([RadioAccess.LTE, RadioAccess.NB_IOT])
    is_nr = access == RadioAccess.NR
    out[is_lte] = lte_mhz(channel[is_lte].to_numpy(dtype=np.float64))
    out[is_nr] = nr_mhz(channel[is_nr].to_numpy(dtype=np.float64))
    return out


def iso_times(source: Source, name: str | None, *, pattern: str = "", file_zone: str = "") -> pd.Series:
    """Read times of a column as ISO 8601; in UTC where the file or the user says the zone, else without one.

    Parameters
    ----------
    source
        The file; times that cannot be read are left out and said.
    name
        Column, or none.
    pattern
        Pattern of `strptime` that this kind of file has; without it ISO 8601, or seconds or milliseconds since 1970.
    file_zone
        Zone that this kind of file always has.
    """
    texts = source.texts(name) if name else pd.Series("", index=source.frame.index, dtype="str")
    out = pd.Series("", index=texts.index, dtype="str")
    there = texts != ""
    if not there.any():
        return out
    epoch = texts.str.fullmatch(r"\d{10}(?:\.\d+)?|\d{13}").to_numpy(dtype=bool) & (not pattern)
    zoned = texts.str.contains(HAS_ZONE, regex=True).to_numpy(dtype=bool) & ~epoch & (not pattern)
    local = there.to_numpy() & ~epoch & ~zoned
    stamps = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[ns, UTC]")
    if epoch.any():
        numbers = pd.to_numeric(texts[epoch])
        stamps[epoch] = pd.to_datetime(numbers.where(numbers < 1e11, numbers / 1000.0), unit="s", utc=True)
    if zoned.any():
        bare = texts[zoned].str.replace(r"\s*(?:UTC|GMT)$", "Z", regex=True)
        stamps[zoned] = pd.to_datetime(bare, format="ISO8601", utc=True, errors="coerce")
    out[epoch | zoned] = _written(stamps[epoch | zoned].dt.tz_localize(None), "Z")
    if local.any():
        if not pattern:  # a time of the day alone, or a date whose order is not clear, is not guessed at
            looks = texts.str.contains(ISO_LOOK, regex=True).to_numpy(dtype=bool)
        naive = pd.to_datetime(texts[local], format=pattern or "ISO8601", errors="coerce")
        if not pattern:
            naive = naive.where(looks[local])
        zone = file_zone or source.zone
        if zone:
            naive = naive.dt.tz_localize(zone_of(zone), ambiguous="NaT", nonexistent="NaT").dt.tz_convert(None)
        out[local] = _written(naive, "Z" if zone else "")
        zoneless = pd.Series(local & (not zone), index=texts.index) & (out != "")
        source.note(zoneless, "time of an unknown zone; say it with --time-zone")
    lost = there & (out == "")
    if lost.any():
        source.note(lost, f"time of column {name} is not taken, such as {tables.first_of(texts, lost)!r}")
    return out


def _written(stamps: pd.Series, suffix: str) -> pd.Series:
    values = stamps.to_numpy(dtype="datetime64[ms]")
    seconds = values == values.astype("datetime64[s]")
    texts = np.datetime_as_string(values, unit="s" if seconds[~np.isnat(values)].all() else "ms")
    return pd.Series(np.where(np.isnat(values), "", np.char.add(texts, suffix)), index=stamps.index, dtype="str")

"""What the column ``technologies`` of the table ``sites`` says is on air."""

from __future__ import annotations

import pandas as pd

from allreach.vocabulary import RadioGeneration

GENERATION_OF: dict[str, RadioGeneration] = {
    "2G": RadioGeneration.G2,
    "GSM": RadioGeneration.G2,
    "3G": RadioGeneration.G3,
    "UMTS": RadioGeneration.G3,
    "4G": RadioGeneration.G4,
    "LTE": RadioGeneration.G4,
    "LTE-A": RadioGeneration.G4,
    "5G": RadioGeneration.G5,
    "NR": RadioGeneration.G5,
}
"""Generation of each word; the column of a folder has those of `RadioGeneration` alone."""
SECOND_CARRIER = {RadioGeneration.LTE_A.value, RadioGeneration.G5.value, "NR"}
"""Words that say that a second carrier is on air."""
BROADBAND = {RadioGeneration.G4, RadioGeneration.G5}


def words_on_air(technologies: pd.Series) -> list[set[str]]:
    """Read what each site has on air, as it says it; nothing where it says nothing."""
    texts = technologies.fillna("").astype(str).str.upper().str.replace(" ", "").str.replace(",", ";")
    return [set(text.split(";")) - {""} for text in texts]


def generations_on_air(words: list[set[str]]) -> list[set[RadioGeneration]]:
    """Read the generations that each site runs; 4G where it says nothing (`SiteArrays.assumed` says where)."""
    assumed = {RadioGeneration.G4}
    return [{GENERATION_OF[w] for w in said if w in GENERATION_OF} if said else set(assumed) for said in words]


def has_second_carrier(words: list[set[str]]) -> list[bool]:
    """Whether the words of each site say that it has a second carrier on air."""
    return [bool(of_site & SECOND_CARRIER) for of_site in words]

"""Words of the column ``technologies``: every reader takes them alike."""

from __future__ import annotations

import pandas as pd

from allreach.radio.technologies import GENERATION_OF, generations_on_air, has_second_carrier, words_on_air
from allreach.vocabulary import RadioGeneration


def test_words_are_read_whatever_joins_them_and_nothing_said_is_4g() -> None:
    said = words_on_air(pd.Series(["2G;3G", "lte-a, gsm", "NR", "", None, "3G;"]))
    assert said[3] == said[4] == set()
    assert generations_on_air(said) == [
        {RadioGeneration.G2, RadioGeneration.G3},
        {RadioGeneration.G4, RadioGeneration.G2},
        {RadioGeneration.G5},
        {RadioGeneration.G4},
        {RadioGeneration.G4},
        {RadioGeneration.G3},  # an empty part is no 4G
    ]
    assert has_second_carrier(said) == [False, True, True, False, False, False]


def test_every_word_of_a_folder_has_a_generation() -> None:
    assert set(RadioGeneration) <= set(GENERATION_OF)

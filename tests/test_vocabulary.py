"""Enums of the vocabulary say what the tables declare, and stand in columns and arrays like plain values."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from allreach import tables, vocabulary
from allreach.kernels import itu_p1812_profile, itu_p2108


@pytest.mark.parametrize(
    ("words", "table", "column"),
    [
        (vocabulary.Technology, "plan_assignments", "technology"),
        (vocabulary.SiteStatus, "plan_sites", "status"),
        (vocabulary.PlanLinkKind, "plan_links", "kind"),
        (vocabulary.BackhaulKind, "sites", "backhaul_kind"),
        (vocabulary.FibreFeature, "fibre", "feature"),
        (vocabulary.FibreStatus, "fibre", "status"),
        (vocabulary.CommitmentTechnology, "commitments", "technology"),
    ],
)
def test_words_are_those_that_the_table_declares(words, table, column):
    meaning = next(c.meaning for c in tables.schema(table) if c.name == column)
    told = set(meaning.replace(",", " ").replace("(", " ").replace(")", " ").split())
    assert {one.value for one in words} <= told


def test_a_word_stands_in_columns_files_and_messages_as_its_text():
    word = vocabulary.Technology.FWA
    assert f"{word}" == "fwa"
    assert word == "fwa"
    assert json.dumps(word) == '"fwa"'
    assert np.array([word, "none"]).tolist() == ["fwa", "none"]
    assert np.where([True, False], word, vocabulary.Technology.NONE).tolist() == ["fwa", "none"]
    assert (pd.Series(["fwa", "fibre"]) == word).tolist() == [True, False]
    assert pa.array([word]).to_pylist() == ["fwa"]


def test_numbers_of_words_go_back_and_forth():
    for one in vocabulary.Technology:
        assert vocabulary.Technology.of_code(one.code) is one
    assert [kind.code for kind in vocabulary.ArcKind] == [0, 1, 2, 3]


def test_codes_are_those_of_the_recommendations():
    assert (itu_p1812_profile.SEA, itu_p1812_profile.COASTAL_LAND, itu_p1812_profile.INLAND) == (1, 3, 4)
    assert (itu_p2108.WATER_SEA, itu_p2108.URBAN_TREES_FOREST, itu_p2108.DENSE_URBAN) == (1, 4, 5)
    assert vocabulary.CLUTTER_CLASSES[4] == "urban, trees or forest"
    assert vocabulary.NodeKind.EXISTING_SITE.word == "existing_site"


def test_the_page_gets_plain_lists():
    told = vocabulary.for_page()
    assert json.loads(json.dumps(told)) == told
    assert told["technologies"][0] == "existing"
    assert told["evidence"][-1] == "synthetic"

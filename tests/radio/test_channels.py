"""Channel numbers against examples that operators and 3GPP publish."""

from __future__ import annotations

import numpy as np
import pytest

from allreach.radio.channels import (
    LTE_BLOCKS,
    NR_BLOCKS,
    lte_bands,
    lte_blocks,
    lte_blocks_near,
    lte_mhz,
    nr_bands,
    nr_blocks,
    nr_blocks_near,
    nr_mhz,
    nr_scs_khz,
)


@pytest.mark.parametrize(
    ("earfcn", "mhz"),
    [(0, 2110.0), (300, 2140.0), (1575, 1842.5), (3350, 2680.0), (3700, 950.0), (6300, 806.0), (9435, 780.5),
     (38_950, 2330.0), (66_486, 2115.0), (24_300, 847.0), (18_300, 1950.0)],
)  # fmt: skip
def test_earfcn(earfcn: int, mhz: float) -> None:
    assert lte_mhz(earfcn) == pytest.approx(mhz)


@pytest.mark.parametrize(
    ("arfcn", "mhz"),
    [(620_000, 3300.0), (632_628, 3489.42), (653_333, 3799.995), (151_600, 758.0), (361_000, 1805.0),
     (2_079_167, 28_000.08), (384_000, 1920.0)],
)  # fmt: skip
def test_nr_arfcn(arfcn: int, mhz: float) -> None:
    assert nr_mhz(arfcn) == pytest.approx(mhz)


def test_a_number_that_no_band_has_is_no_frequency() -> None:
    assert np.isnan(lte_mhz([5000, 46_789.5, 262_143, -1, np.nan])).all()
    assert np.isnan(nr_mhz([600_000, 0, 4_000_000, 620_000.5])).all()


def test_numbers_of_bands_do_not_overlap_and_each_has_its_own_frequency() -> None:
    bands = lte_bands()
    first, last = bands["dl_first"].to_numpy(), bands["dl_last"].to_numpy()
    order = np.argsort(first)
    assert (first[order][1:] > last[order][:-1]).all()
    np.testing.assert_allclose(lte_mhz(first), bands["dl_low_mhz"])
    assert len(nr_bands()) == nr_bands()["band"].nunique()
    ends = nr_bands()[["dl_low_mhz", "dl_high_mhz"]].dropna()
    assert (ends["dl_low_mhz"] < ends["dl_high_mhz"]).all()


def test_blocks_fit_into_their_carriers() -> None:
    for mhz, blocks in LTE_BLOCKS.items():
        assert lte_blocks(mhz) == blocks
        assert 12 * 0.015 * blocks < mhz
    for (khz, mhz), blocks in NR_BLOCKS.items():
        assert nr_blocks(mhz, khz) == blocks
        assert 12 * khz / 1000 * blocks < mhz
    assert np.isnan(lte_blocks(7.0))
    assert np.isnan(nr_blocks(100.0, 15.0))


def test_spacings_of_bands_and_of_their_names() -> None:
    assert nr_scs_khz([700.0, 763.0, 900.0, 1800.0, 1850.0, 2100.0]).tolist() == [15.0] * 6
    assert nr_scs_khz([2320.0, 3500.0, 4700.0, 26_000.0]).tolist() == [30.0, 30.0, 30.0, 120.0]
    assert np.isnan(nr_scs_khz(np.nan))


def test_widths_that_no_table_has_are_filled_alike() -> None:
    assert lte_blocks_near([1.4, 10.0, 7.0, 4.2]).tolist() == [6.0, 50.0, 35.0, 21.0]
    assert nr_blocks_near([100.0, 12.0], [30.0, 15.0]).tolist() == [273.0, 60.0]

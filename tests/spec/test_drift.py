"""Drift: how far features move, and when that is unusual."""

import math

import numpy as np
import polars as pl
import pytest

from pipeline.judgement.drift import moved, psi, reference_of


def column(*values: float | str | None, times: int = 1) -> pl.DataFrame:
    return pl.DataFrame({"x": list(values) * times})


def test_psi_of_one_half_that_becomes_a_quarter() -> None:
    # shares .5 and .5 become .25 and .75: (.25 - .5) ln(.25 / .5) + (.75 - .5) ln(.75 / .5)
    expected = 0.25 * math.log(2) + 0.25 * math.log(1.5)
    assert psi(np.array([[5000, 5000], [2500, 7500]])) == pytest.approx(expected, abs=1e-4)


def test_an_unchanged_distribution_has_a_psi_of_zero() -> None:
    [same] = moved(reference_of(column(1, 2, 3, None, times=50)), column(1, 2, 3, None, times=50))
    assert (same.psi, same.p_value) == (0, 1)


@pytest.mark.parametrize(
    "now", [column(1, 2, 3, 4, None, times=40), column(2, 2, 3, 4, times=50), column(1, 2, 3, 9, 9, 9, times=35)]
)
def test_unknown_lost_and_higher_values_are_drift(now: pl.DataFrame) -> None:
    [entry] = moved(reference_of(column(1, 2, 3, 4, times=100)), now)
    assert entry.psi > 0.2
    assert entry.p_value < 0.001


def test_a_new_category_is_drift_and_features_of_one_side_only_are_ignored() -> None:
    reference = column("open", "fixed", times=100).with_columns(old=1)
    [entry] = moved(reference_of(reference), column("open", "on loan", times=100).with_columns(new=1))
    assert entry.name == "x"
    assert entry.psi > 1


def test_drift_in_few_rows_is_not_reported() -> None:
    assert not list(moved(reference_of(column(1, 2, times=50)), column(3, times=99)))


def test_a_feature_unknown_in_the_reference_has_no_drift_and_one_unknown_now_has() -> None:
    nobody = column(None, times=200).with_columns(pl.col("x").cast(pl.Float64))
    assert not list(moved(reference_of(nobody), nobody))
    assert not list(moved(reference_of(nobody), column(1.0, 2.0, times=100)))
    [entry] = moved(reference_of(column(1.0, 2.0, times=100)), nobody)
    assert entry.psi > 1
    assert entry.p_value < 0.001

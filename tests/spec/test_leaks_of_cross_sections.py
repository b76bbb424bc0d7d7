"""A column of a cross-section that was filled in on leaving."""

import polars as pl
import pytest

from features.validation.plausibility.leaks import count_leaks
from features.validation.plausibility.rules import FILLED_BY_LEAVING

LEFT = pl.Series([True] * 20 + [False] * 30)


def leaks(values: list[object]) -> list[tuple[str, str, int]]:
    return [
        (each.rule, each.column, each.rows) for each in count_leaks("cross_section", pl.DataFrame({"x": values}), LEFT)
    ]


@pytest.mark.parametrize(
    ("values", "rows"),
    [
        (["done"] * 12 + [None] * 38, 12),  # an interview with most of those who left
        ([None] * 20 + ["due"] * 30, 20),  # nobody who left has the next review
        (["inactive"] * 20 + ["active"] * 30, 20),
        ([None] * 20 + list(range(30)), 20),  # more values than categories: only whether there is one counts
    ],
)
def test_values_that_only_leavers_have_are_named(values: list[object], rows: int) -> None:
    assert leaks(values) == [(FILLED_BY_LEAVING.sentence, "x", rows)]


@pytest.mark.parametrize(
    "values",
    [
        ["done"] * 10 + [None] * 40,  # half of those who left are not most
        ["a", "b"] * 25,
        list(range(50)),  # every value once
    ],
)
def test_values_that_others_have_too_are_not(values: list[object]) -> None:
    assert leaks(values) == []


def test_of_few_who_left_nothing_is_said() -> None:
    few = pl.Series([True] * 19 + [False] * 31)
    assert count_leaks("cross_section", pl.DataFrame({"x": ["done"] * 19 + [None] * 31}), few) == ()

"""How hard it is to replace people, by the source's table: a weight that lists and plans use. No feature reads it."""

from collections.abc import Iterator
from datetime import date
from functools import singledispatch
from itertools import combinations
from typing import Final

import polars as pl

from features.contract.tables import CRITICALITY, column_order, column_type
from features.source import CrossSection, Source
from pipeline.listing.rules import USUAL

MOST: Final = 5.0
MONTHS_A_STEP: Final = 3
"""Months that make a person one step harder to replace, where the source gives no weight: three weigh 2, a year 5."""

_POST: Final = ("job", "department", "employee_id")
"""What a row may name, the most particular last."""


@singledispatch
def criticality_of(source: Source | CrossSection, people: pl.DataFrame, day: date) -> pl.DataFrame | None:
    """employee_id and criticality (1 to 5) of those of `people` (employee_id, department, job) whom a row fits on a
    day, as known on it; None for a source that does not say how hard anybody is to replace.
    """
    raise TypeError(type(source))


@criticality_of.register
def _(source: Source, people: pl.DataFrame, day: date) -> pl.DataFrame | None:
    rows = source.scan(CRITICALITY)
    return None if rows is None else weights_on(rows.collect(), people, day)


@criticality_of.register
def _(_source: CrossSection, _people: pl.DataFrame, _day: date) -> pl.DataFrame | None:
    return None


def with_criticality(source: Source, people: pl.DataFrame, day: date) -> pl.DataFrame:
    """`people` (employee_id, department, job and more) with a column criticality, null where nothing is known."""
    weights = criticality_of(source, people, day)
    if weights is None:
        return people.with_columns(criticality=pl.lit(None, pl.Float64))
    return people.join(weights, on="employee_id", how="left", maintain_order="left")


def weights_on(table: pl.DataFrame, people: pl.DataFrame, day: date) -> pl.DataFrame:
    """`criticality_of` by the rows of the table: the most particular that fits, and of those the one that began last.

    Of rows that began on the same day the one recorded last counts, then the one with the higher weight.
    """
    posts = people.select(pl.col(name).cast(pl.String) for name in _POST)
    fitting = pl.concat(_fitting(_rows_on(table, day), posts))
    order = ("particular", "effective_date", "recorded_at", "criticality")
    last = fitting.sort(order, nulls_last=False).unique("employee_id", keep="last", maintain_order=True)
    return last.select("employee_id", "criticality").sort("employee_id")


def _rows_on(table: pl.DataFrame, day: date) -> pl.DataFrame:
    """The rows that hold on a day and were recorded by then, each with its weight."""
    absent = [name for name in column_order(CRITICALITY) if name not in table.columns]
    whole = table.with_columns(pl.lit(None, column_type(CRITICALITY, name)).alias(name) for name in absent)
    dates = ("effective_date", "recorded_at")
    of_months = (USUAL + pl.col("months_to_replace") / MONTHS_A_STEP).clip(upper_bound=MOST)
    return whole.filter((pl.col(name) <= day).fill_null(value=True) for name in dates).select(
        *_POST, *dates, criticality=pl.coalesce("weight", of_months)
    )


def _fitting(rows: pl.DataFrame, posts: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows that fit each person, by what they name; `particular` orders them."""
    kinds = [named for number in range(1, len(_POST) + 1) for named in combinations(_POST, number)]
    for named in kinds:
        of_kind = rows.filter(pl.col(name).is_not_null() == (name in named) for name in _POST)
        particular = sum(2 ** _POST.index(name) for name in named)
        yield posts.join(of_kind.drop(name for name in _POST if name not in named), on=named).select(
            "employee_id", "effective_date", "recorded_at", "criticality", particular=pl.lit(particular)
        )

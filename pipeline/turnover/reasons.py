"""Why people say they left."""

from datetime import date
from typing import Final

import polars as pl

from pipeline.disclosure.leaving import LEAST_LEAVERS
from pipeline.turnover.report import ReasonRow

LONGEST: Final = 60
"""A longer text is a sentence about a person, not a reason that a list offers."""


def reason_rows(stays: pl.DataFrame, after: date, until: date) -> tuple[ReasonRow, ...]:
    """The stated reasons of voluntary exits in (after, until], most frequent first; those of fewer than three leavers
    and long texts are added up at the end, with exits without a reason.
    """
    left = stays.filter(pl.col("kind") == "voluntary", pl.col("end") > after, pl.col("end") <= until)
    if left.height < LEAST_LEAVERS or left["reason"].null_count() == left.height:
        return ()
    counts = left.group_by("reason").len().sort(pl.col("len"), "reason", descending=[True, False])
    named = counts.filter(
        pl.col("reason").is_not_null(), pl.col("len") >= LEAST_LEAVERS, pl.col("reason").str.len_chars() <= LONGEST
    )
    rows = [ReasonRow(reason, number, round(number / left.height, 4)) for reason, number in named.rows()]
    rest = left.height - int(named["len"].sum())
    return (*rows, *([ReasonRow(None, rest, round(rest / left.height, 4))] if rest else []))

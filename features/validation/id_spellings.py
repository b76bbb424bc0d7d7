"""Ids that are not in employees, and are only spelt in another way than one that is."""

import polars as pl

from features.validation.plausibility.rules import SPELT_ELSEWHERE
from features.validation.rules import Tally

MOST = 0.9
"""The share of the unknown ids that must fit by their last digits alone: a few would fit by chance."""


def count_spellings(table: str, column: str, frame: pl.DataFrame, everyone: pl.DataFrame, tally: Tally) -> None:
    """Counts the rows whose id is nobody's, and which has the letters and digits of somebody's without leading zeros.

    Where nearly all of them have the last digits of somebody's, the rest is taken for a prefix or a name.
    """
    unknown = frame.filter(~pl.col(column).is_in(everyone["employee_id"].implode()))[column]
    if unknown.is_empty():
        return
    ids = everyone["employee_id"]
    alike = int(_bare(unknown).is_in(_bare(ids).implode()).sum())
    by_digits = int(_digits(unknown).is_in(_digits(ids).drop_nulls().implode()).fill_null(value=False).sum())
    tally.add(SPELT_ELSEWHERE, table, column, by_digits if by_digits > MOST * len(unknown) else alike)


def _bare(ids: pl.Series) -> pl.Series:
    return ids.str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "").str.strip_chars_start("0")


def _digits(ids: pl.Series) -> pl.Series:
    """The last group of three or more digits, without leading zeros; null where there is none."""
    return ids.str.extract(r"(\d{3,})\D*$").str.strip_chars_start("0")

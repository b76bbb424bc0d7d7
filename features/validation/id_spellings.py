"""Ids that are not in employees, and are only spelt in another way than one that is."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from features.validation.plausibility.rules import SPELT_ELSEWHERE
from features.validation.rules import Tally

MOST = 0.9
"""The share of the unknown ids that must fit by their last digits alone: a few would fit by chance."""


UNKNOWN: Final = "unknown"
ALIKE: Final = "alike"
BY_DIGITS: Final = "by digits"


@dataclass
class Spellings:
    """Rows whose id is nobody's, by table and column: all (UNKNOWN); those which have the letters and digits of
    somebody's without leading zeros (ALIKE); those which have the last digits of somebody's (BY_DIGITS).

    They are counted over all rows of a table, in any parts, before it is decided which of them is meant.
    """

    rows: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def count(self, table: str, column: str, frame: pl.DataFrame, everyone: pl.DataFrame) -> None:
        """Counts these rows of a part of a table."""
        unknown = frame.filter(~pl.col(column).is_in(everyone["employee_id"].implode()))[column]
        if unknown.is_empty():
            return
        ids = everyone["employee_id"]
        alike = _bare(unknown).is_in(_bare(ids).implode()).sum()
        by_digits = _digits(unknown).is_in(_digits(ids).drop_nulls().implode()).fill_null(value=False).sum()
        for kind, number in ((UNKNOWN, len(unknown)), (ALIKE, alike), (BY_DIGITS, by_digits)):
            self.rows[table, column, kind] += int(number)

    def tell(self, tally: Tally) -> None:
        """Adds to the tally the rows that are spelt in another way.

        Where nearly all unknown ids have the last digits of somebody's, the rest is taken for a prefix or a name.
        """
        for table, column, kind in [*self.rows]:
            if kind == UNKNOWN:
                by_digits = self.rows[table, column, BY_DIGITS]
                is_prefix = by_digits > MOST * self.rows[table, column, UNKNOWN]
                rows = by_digits if is_prefix else self.rows[table, column, ALIKE]
                tally.add(SPELT_ELSEWHERE, table, column, rows)


def _bare(ids: pl.Series) -> pl.Series:
    return ids.str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "").str.strip_chars_start("0")


def _digits(ids: pl.Series) -> pl.Series:
    """The last group of three or more digits, without leading zeros; null where there is none."""
    return ids.str.extract(r"(\d{3,})\D*$").str.strip_chars_start("0")

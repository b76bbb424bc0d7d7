"""Columns of data without dates that were filled in when people left."""

from typing import Final

import polars as pl

from features.errors import Finding
from features.validation.plausibility.rules import FILLED_BY_LEAVING
from features.validation.rules import Tally

FEWEST_LEAVERS: Final = 20
MOST: Final = 0.5
CATEGORIES: Final = 20


def count_leaks(table: str, frame: pl.DataFrame, left: pl.Series) -> tuple[Finding, ...]:
    """A warning for each column with values, or a missing value, that most who left have and nobody who stayed."""
    tally, leavers = Tally(), int(left.sum())
    if min(leavers, len(left) - leavers) < FEWEST_LEAVERS:
        return ()
    for name in frame.columns:
        values = frame[name] if frame[name].n_unique() <= CATEGORIES else frame[name].is_null()
        stayed = values.filter(~left).unique()
        only = values.filter(left).is_in(stayed.implode(), nulls_equal=True).not_()
        if (rows := int(only.sum())) > MOST * leavers:
            tally.add(FILLED_BY_LEAVING, table, name, rows)
    return tally.warnings()

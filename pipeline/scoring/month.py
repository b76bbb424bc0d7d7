"""A month that is about to be published: what its data hold, to be compared with what the model learned from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import singledispatch

import polars as pl

from features.calendar import month_end
from features.known.source_columns import holds
from features.source import CrossSection, Source
from pipeline.data_counts import DataCounts
from pipeline.dataset.table_months import rows_by_month
from pipeline.model.learned_from import LearnedFrom
from pipeline.scoring.limits import MONTHS_OF_ROWS


@dataclass(frozen=True)
class Month:
    """What a source holds on a snapshot date.

    X: the features of everyone who is scored. gone: of what the model's features need, the tables and columns that the
    source no longer has. months: the rows of each table by month, oldest first, up to the month of `day`.
    rate: the expected exit rate; earlier: those of the months published before.
    """

    day: date
    X: pl.DataFrame
    counts: DataCounts
    gone: frozenset[str]
    months: Mapping[str, Mapping[date, int]]
    rate: float
    earlier: Sequence[float] = ()


@singledispatch
def gone_from(loaded: Source | CrossSection, learned: LearnedFrom) -> frozenset[str]:
    """Of what a model's features need, the tables and columns that the source does not have."""
    raise TypeError(type(loaded))


@gone_from.register
def _(loaded: Source, learned: LearnedFrom) -> frozenset[str]:
    needs = {need for feature in learned.features.values() for need in feature.needs}
    return frozenset(need for need in needs if not holds(loaded, need))


@gone_from.register
def _(loaded: CrossSection, _learned: LearnedFrom) -> frozenset[str]:
    return frozenset()


@singledispatch
def months_of(loaded: Source | CrossSection, learned: LearnedFrom, day: date) -> dict[str, dict[date, int]]:
    """The rows of each table that the model's training counted, by month, up to the month of `day`."""
    raise TypeError(type(loaded))


@months_of.register
def _(loaded: Source, learned: LearnedFrom, day: date) -> dict[str, dict[date, int]]:
    if learned.months_from is None:
        return {}
    longest = max((window for of in learned.months.values() for window in of.least), default=1)
    first = max(learned.months_from, month_end(day, 1 - MONTHS_OF_ROWS - longest))
    return rows_by_month(loaded, learned.months, first, day)


@months_of.register
def _(_loaded: CrossSection, _learned: LearnedFrom, _day: date) -> dict[str, dict[date, int]]:
    return {}

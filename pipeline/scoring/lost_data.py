"""The tables and features that a model learned from and that the data no longer hold, or hold for few."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from features.catalogue.feature import Feature
from pipeline.data_counts import DataCounts
from pipeline.model.learned_from import LearnedFrom, tables_of
from pipeline.scoring.limits import FEWEST_PEOPLE, KEPT, KNOWN_FOR_FEW, KNOWN_FOR_MOST


@dataclass(frozen=True)
class LostTable:
    """A table of which no row can be used, or far fewer than in training; shares of its rows, and the limit.

    features: the number of the model's features that are computed from it. `kept` is None if the source does not have
    the table, or it is empty; then `read` is 0.
    """

    table: str
    read: int
    kept: float | None
    kept_before: float
    limit: float
    features: int


@dataclass(frozen=True)
class LostFeature:
    """A feature that is known for far fewer people than in any month of training; shares of people, and the limit.

    needs: the tables and columns that it is computed from. is_gone: the data no longer give it.
    """

    feature: Feature
    known: float
    least_known: float
    limit: float
    needs: tuple[str, ...]
    is_gone: bool


def lost_tables(learned: LearnedFrom, counts: DataCounts) -> list[LostTable]:
    """The tables that the model's features need and that are gone, empty or mostly left out by validation."""
    if not counts.used and counts.tables:
        return []  # validation did not count the rows it kept
    lost = []
    for table, features in _features_by_table(learned).items():
        before = learned.counts.kept(table)
        if not before:
            continue  # the model learned from no row of it
        kept = counts.kept(table)
        limit = KEPT.figure * before
        if kept is None or kept < limit:
            lost.append(LostTable(table, counts.tables.get(table, 0), kept, before, limit, features))
    return lost


def lost_features(
    learned: LearnedFrom, features: Mapping[str, Feature], X: pl.DataFrame, day: date
) -> list[LostFeature]:
    """The features that are gone, or known for less than half of the lowest share of any month of training.

    On a day before the year that is kept, the records may not reach back far enough for all features to be known.
    """
    lost = []
    is_comparable = X.height >= FEWEST_PEOPLE.figure and (learned.first is None or day >= learned.first)
    for name, before in learned.features.items():
        is_gone = name not in X.columns
        known = 0.0 if is_gone or not X.height else X[name].count() / X.height
        limit = KNOWN_FOR_FEW.figure * before.least_known
        was_common = before.least_known >= KNOWN_FOR_MOST.figure
        is_few = is_comparable and was_common and known < limit
        if name in features and (is_few or (is_gone and before.cells)):
            lost.append(LostFeature(features[name], known, before.least_known, limit, before.needs, is_gone))
    return lost


def _features_by_table(learned: LearnedFrom) -> dict[str, int]:
    counted: dict[str, int] = {}
    for feature in learned.features.values():
        for table in tables_of(feature.needs):
            counted[table] = counted.get(table, 0) + 1
    return counted

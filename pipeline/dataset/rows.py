"""The rows that a model learns from: features of people at risk, and whether each left within the horizon."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from features.catalogue.catalogue import catalogue
from features.catalogue.feature import Feature
from features.source import CrossSection, Source
from pipeline.dataset.everyone import Everyone, everyone_at_risk, read_features
from pipeline.dataset.quarters import Quarters, quarters_of
from pipeline.dataset.splits import Rows


@dataclass(frozen=True)
class Dataset:
    """Matured rows: one per person and snapshot date (one per person in a cross-section).

    Attributes
    ----------
    keys
        employee_id and snapshot_date (null in a cross-section) of each row.
    X
        One column per feature: Float64 with null for unknown, or String for a category.
    left
        Boolean (n,): a voluntary exit within the horizon.
    features
        The catalogue of the columns of `X`, in their order.
    everyone
        All rows of the dates, where these are only those that a large company learns from and is tested on.
    """

    keys: pl.DataFrame
    X: pl.DataFrame
    left: np.ndarray
    features: Mapping[str, Feature]
    everyone: Everyone | None = None

    @property
    def outcomes(self) -> pl.DataFrame:
        """employee_id, snapshot_date and left of everyone on the dates, also of rows whose features are not here."""
        return self.everyone.outcomes if self.everyone else self.keys.with_columns(left=pl.Series(self.left))

    @cached_property
    def person(self) -> np.ndarray:
        """A number (n,) that identifies the person of each row, because rows of one person are not independent."""
        return self.keys["employee_id"].rank("dense").to_numpy() - 1

    @property
    def directions(self) -> dict[str, int]:
        """Monotone constraints by feature: 1 if more may only raise the risk, -1 if only lower it.

        Why: docs/decisions/monotone-constraints.md.
        """
        signs = {"higher": 1, "lower": -1}
        return {name: signs[f.worse] for name, f in self.features.items() if f.worse and f.monotone}

    @cached_property
    def quarters(self) -> Quarters:
        """Who was seen a quarter later, for forecasts of the next quarter's figures."""
        return quarters_of(self.keys, self.features)

    def rows_on(self, dates: Sequence[date]) -> np.ndarray:
        """Indices of the rows on these snapshot dates."""
        return np.flatnonzero(self.keys["snapshot_date"].is_in(list(dates)).to_numpy())

    def of(self, names: Iterable[str]) -> "Dataset":
        """The same rows with only these features; names that the rows lack are left out."""
        features = {name: self.features[name] for name in names if name in self.features}
        return replace(self, X=self.X.select(list(features)), features=features)


def build_dataset(source: Source, files: Mapping[date, Path], dates: Sequence[date], horizon_months: int) -> Dataset:
    """Features and outcome of everyone at risk on the matured `dates`, read from the feature files by date."""
    return dataset_of(source, files, everyone_at_risk(source, files, dates, horizon_months))


def dataset_of(source: Source, files: Mapping[date, Path], everyone: Everyone, rows: Rows | None = None) -> Dataset:
    """Features and outcome of some rows (ascending; by default all), read from the feature files by date."""
    if rows is None or len(rows) == len(everyone.left):
        table = read_features(everyone, files)
        return _dataset(everyone.keys, table, everyone.left, catalogue(source))
    dataset = _dataset(
        everyone.keys[rows], read_features(everyone, files, rows), everyone.left[rows], catalogue(source)
    )
    return replace(dataset, everyone=everyone)


def more_rows(dataset: Dataset, files: Mapping[date, Path], everyone: Everyone, rows: Rows) -> Dataset:
    """Rows of other matured dates, with the features of a dataset of the same source."""
    table = read_features(everyone, files, rows).select(list(dataset.features))
    return Dataset(everyone.keys[rows], table, everyone.left[rows], dataset.features)


def cross_section_dataset(source: CrossSection) -> Dataset:
    """The rows of data without dates; the features are the source's columns as they are."""
    keys = pl.DataFrame({"employee_id": source.employee_id}).with_columns(snapshot_date=pl.lit(None, dtype=pl.Date))
    left = source.left.to_numpy().astype(bool)
    return _dataset(keys, source.frame, left, cross_section_catalogue(source))


def cross_section_catalogue(source: CrossSection) -> dict[str, Feature]:
    """A catalogue entry for each column, of which only name, driver and type are known."""
    return {
        name: Feature(
            name=name,
            driver=source.drivers[name],
            label=name,
            unit="",
            window="when the data was taken",
            null_means="not in the data",
            worse=None,
            peers="same department and level where the data has them, else everyone",
            actionable=source.drivers[name] != "context",
            kind="category" if source.frame.schema[name] == pl.String else "number",
            is_dated=False,
        )
        for name in source.frame.columns
    }


def _dataset(keys: pl.DataFrame, X: pl.DataFrame, left: np.ndarray, features: Mapping[str, Feature]) -> Dataset:
    """Without the columns that have a single value in all rows; null counts as a value."""
    varied = [column.name for column in X if column.name in features and _varies(column)]
    return Dataset(keys, X.select(varied), left, {name: features[name] for name in varied})


def _varies(column: pl.Series) -> bool:
    return 0 < column.null_count() < len(column) or bool(column.min() != column.max())

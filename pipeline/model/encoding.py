"""Features as the model reads them: one column of numbers each, checked by name and type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.errors import BadInput, Finding

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

LEAST_ROWS: Final = 20
"""A category's level, or a pattern of nulls, with fewer training rows than this gets no weight of its own."""
MOST_LEVELS: Final = 50
OTHER: Final = 0.0
"""The code of a level without a weight of its own: rare in training, or never seen."""
RARE: Final = "(rare or new)"
"""How the table of an estimator names such a level; it has no weight of its own either."""


@dataclass(frozen=True)
class Encoding:
    """Names and kinds of the features, in order; `levels` holds the frequent levels of each category, by name."""

    names: tuple[str, ...]
    levels: Mapping[str, tuple[str, ...]]

    @property
    def categories(self) -> tuple[int, ...]:
        """Positions of the categories among the features."""
        return tuple(i for i, name in enumerate(self.names) if name in self.levels)

    def prepare(self, features: pl.DataFrame) -> pl.DataFrame:
        """The model's features in its order, numbers as Float64 and categories as String; other columns are dropped.

        Raises BadInput naming every feature that is missing, or that is not a number where one is needed.
        """
        findings = [_missing(name) for name in self.names if name not in features.columns]
        prepared = {}
        for name in set(self.names) & set(features.columns):
            try:
                prepared[name] = features[name].cast(pl.String if name in self.levels else pl.Float64)
            except pl.exceptions.PolarsError:
                findings.append(_not_a_number(name, len(features)))
        if findings:
            raise BadInput(sorted(findings))
        return pl.DataFrame([prepared[name] for name in self.names])

    def __call__(self, features: pl.DataFrame, rows: Rows | slice = slice(None)) -> Floats:
        """Matrix (n, features) of some rows, by default all, column by column without a copy of the table.

        NaN is unknown; a category is the number of its level, 0 for any other level.
        """
        prepared, count = self.prepare(features), len(np.arange(len(features))[rows])
        matrix = np.empty((count, len(self.names)), order="F")
        for i, name in enumerate(self.names):
            column = prepared[name][rows]
            matrix[:, i] = self._codes(column) if name in self.levels else _finite(column)
        return matrix

    def taken_as_other(self, features: pl.DataFrame) -> dict[str, int]:
        """How many rows of each category have a level that was rare in training or never seen; only those with any."""
        counts = {name: int((codes == OTHER).sum()) for name, codes in self._codes_by_name(features).items()}
        return {name: rows for name, rows in counts.items() if rows}

    def share_of_other(self, features: pl.DataFrame) -> Floats:
        """Of each row's known categories, the share that was rare in training or never seen; 0 without any: (n,)."""
        codes = list(self._codes_by_name(features).values())
        matrix = np.column_stack(codes) if codes else np.empty((len(features), 0))
        known = (~np.isnan(matrix)).sum(axis=1)
        return np.asarray((matrix == OTHER).sum(axis=1) / np.maximum(known, 1))

    def _codes_by_name(self, features: pl.DataFrame) -> dict[str, Floats]:
        """The level numbers of each category (n,); 0 for any other level, NaN where unknown."""
        prepared = self.prepare(features)
        return {name: self._codes(prepared[name]) for name in self.names if name in self.levels}

    def _codes(self, column: pl.Series) -> Floats:
        levels = self.levels[column.name]
        codes = column.replace_strict(
            list(levels), [float(i) for i in range(1, len(levels) + 1)], default=OTHER, return_dtype=pl.Float64
        )
        return codes.set(column.is_null(), None).to_numpy()

    def as_dict(self) -> dict[str, Any]:
        return {"names": list(self.names), "levels": {name: list(levels) for name, levels in self.levels.items()}}

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "Encoding":
        """The opposite of `as_dict`; raises ValueError where names repeat or levels belong to no feature."""
        names = tuple(map(str, values["names"]))
        levels = {str(name): tuple(map(str, found)) for name, found in values["levels"].items()}
        if len(set(names)) < len(names) or not set(levels) <= set(names):
            raise ValueError("feature names must be unique, and levels must belong to a feature")
        return Encoding(names, levels)


def fit_encoding(features: pl.DataFrame, rows: Rows | slice = slice(None)) -> Encoding:
    """Read names and kinds off a training table (String is a category, all else a number) and keep frequent levels.

    `rows` are those to learn from, by default all. A level needs 20 rows; the 50 most frequent are kept, ties by name.
    """
    categories = [column for column in features if column.dtype in (pl.String, pl.Categorical)]
    levels = {column.name: _frequent(column[rows]) for column in categories}
    return Encoding(tuple(features.columns), levels)


def _frequent(column: pl.Series) -> tuple[str, ...]:
    counts = column.cast(pl.String).drop_nulls().rename("value").value_counts(name="rows")
    common = counts.filter(pl.col("rows") >= LEAST_ROWS, pl.col("value") != RARE)
    kept = common.sort(["rows", "value"], descending=[True, False]).head(MOST_LEVELS)
    return tuple(kept["value"].to_list())


def _finite(column: pl.Series) -> Floats:
    """Infinity counts as unknown, as null does."""
    values = column.to_numpy().astype(np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _missing(name: str) -> Finding:
    remedy = "Give this column (null where unknown), or train a model without it."
    return Finding(rule="a feature of the model is missing", table="features", column=name, rows=0, remedy=remedy)


def _not_a_number(name: str, rows: int) -> Finding:
    remedy = "Give numbers, and null where unknown."
    return Finding(rule="a feature must be a number", table="features", column=name, rows=rows, remedy=remedy)

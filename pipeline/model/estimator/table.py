"""The table that an estimator is given, and what is put before one that takes numbers only."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils import get_tags

from pipeline.model.encoding import RARE, Encoding, Rows


def pandas_table(encoding: Encoding, features: pl.DataFrame, rows: Rows | slice = slice(None)) -> pd.DataFrame:
    """Rows of a feature table as pandas: numbers as float64 with NaN for unknown, categories as pandas categories.

    The levels of a category are those that are frequent in training; all others are `RARE`.
    """
    matrix = encoding(features, rows)
    return pd.DataFrame(
        {
            name: _category(matrix[:, i], encoding.levels[name]) if name in encoding.levels else matrix[:, i]
            for i, name in enumerate(encoding.names)
        }
    )


def takes_tables(estimator: Any) -> bool:
    """Whether it is given the table as it is: a pipeline, and a classifier with the tag `input_tags.categorical`."""
    return isinstance(estimator, Pipeline) or bool(get_tags(estimator).input_tags.categorical)


def prepared(estimator: Any, encoding: Encoding, seed: int) -> Any:
    """A copy of the estimator with its open random states set, after the steps that it needs to take the table.

    A classifier that does not take tables gets a column for each level of a category; one that takes no unknown
    numbers (tag `input_tags.allow_nan`) also gets medians in their place, a column that says so, and numbers scaled.
    """
    copy = clone(estimator)
    open_states = {name: seed for name, value in copy.get_params().items() if _is_open_state(name, value)}
    copy.set_params(**open_states)
    if takes_tables(copy):
        return copy
    categories = [name for name in encoding.names if name in encoding.levels]
    numbers = [name for name in encoding.names if name not in encoding.levels]
    of_numbers: Any = "passthrough"
    if not get_tags(copy).input_tags.allow_nan:
        known = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
        of_numbers = make_pipeline(known, StandardScaler())
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    columns = ColumnTransformer([("numbers", of_numbers, numbers), ("categories", one_hot, categories)])
    return make_pipeline(columns, copy)


def _is_open_state(name: str, value: object) -> bool:
    return value is None and name.rpartition("__")[2] == "random_state"


def _category(codes: np.ndarray, levels: tuple[str, ...]) -> pd.Categorical:
    numbers = np.where(np.isnan(codes), -1, np.nan_to_num(codes)).astype(np.int64)
    return pd.Categorical.from_codes(numbers, categories=[RARE, *levels])

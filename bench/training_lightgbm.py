"""Training as users of LightGBM write it, on the rows of `bench.training`."""

from pathlib import Path
from typing import Final

import lightgbm
import numpy as np
import pandas as pd
import polars as pl

from bench.measure import Figures
from bench.part import SEED
from bench.training import Rows, judged, test_rows, training_rows

MOST_ROUNDS: Final = 2_000
PATIENCE: Final = 50
_SETTINGS: Final = {"objective": "binary", "seed": SEED, "verbose": -1}


def by_lightgbm(data: Path, out: Path) -> Figures:
    """Default settings: early stopping on the last training date sets the rounds, then a fit on all rows."""
    rows, test = training_rows(data), test_rows(data)
    X, X_test = in_pandas(rows.X, test.X)
    rounds = _rounds(X, rows)
    booster = lightgbm.train(_SETTINGS, lightgbm.Dataset(X, rows.left.astype(int)), rounds)
    return judged(test, np.asarray(booster.predict(X_test)), out)


def in_pandas(*tables: pl.DataFrame) -> list[pd.DataFrame]:
    """The tables in pandas, with the categories of the first table in all of them."""
    frames = [table.to_pandas() for table in tables]
    for name in (name for name, dtype in tables[0].schema.items() if dtype == pl.String):
        levels = pd.CategoricalDtype(tables[0][name].drop_nulls().unique().sort().to_list())
        for frame in frames:
            frame[name] = frame[name].astype(levels)
    return frames


def _rounds(X: pd.DataFrame, rows: Rows) -> int:
    train, valid = rows.folds[-1]
    left = rows.left.astype(int)
    learned, held_out = (lightgbm.Dataset(X.iloc[some], left[some]) for some in (train, valid))
    stopping = lightgbm.early_stopping(PATIENCE, verbose=False)
    booster = lightgbm.train(_SETTINGS, learned, MOST_ROUNDS, [held_out], callbacks=[stopping])
    return booster.best_iteration

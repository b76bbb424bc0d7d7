"""Two methods of survival analysis, in the environment of the rivals; both need dates.

Both learn from all rows before a test date, also from those whose horizon had not ended by then: these are censored on
the test date. Someone who left otherwise stays at risk until the horizon ends, so that both give the probability that
the product gives, a cumulative incidence (Fine and Gray, 1999).
"""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from bench.measure import Figures
from bench.part import SEED
from bench.rivals.company import Company, Split, deadline, judged

TREES: Final = 200
TREES_AT_A_TIME: Final = 10
LEAST_IN_A_LEAF: Final = 15
SHARE_PER_TREE: Final = 0.25
"""Of the rows, drawn for each tree: rows of one person a month apart are nearly copies."""
MOST_ROUNDS: Final = 600
PATIENCE: Final = 50
_HAZARD: Final[dict[str, Any]] = {
    "objective": "binary", "learning_rate": 0.05, "num_leaves": 15, "min_data_in_leaf": 100, "feature_fraction": 0.5,
    "lambda_l2": 5.0, "num_threads": 1, "seed": SEED, "verbose": -1,
}  # fmt: skip
_MONTH: Final = "month after the snapshot date"


def by_forest(data: Path, out: Path) -> Figures:
    """A random survival forest (Ishwaran et al., 2008), grown until the time is up: the curve at the horizon."""
    return judged(data, out, _risk_by_forest, needs=("sksurv",), is_for_dates=True)


def by_hazard(data: Path, out: Path) -> Figures:
    """A discrete-time hazard (Singer and Willett, 1993) by LightGBM on person-months, stopped on the last fold."""
    return judged(data, out, _risk_by_hazard, needs=("lightgbm",), is_for_dates=True)


def followed(company: Company, rows: np.ndarray, months: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of rows that were observed for some months: whether the exit was seen (n,), and the months at risk (n,)."""
    month = company.month[rows]
    has_left = (month > 0) & (month <= months)
    return has_left, np.where(has_left, month, months)


def person_months(X: pd.DataFrame, has_left: np.ndarray, months: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """A row for each month at risk, with its number, and whether the exit came in it."""
    row = np.repeat(np.arange(len(X)), months)
    number = np.concatenate([np.arange(1, last + 1) for last in months])
    table = X.iloc[row].reset_index(drop=True)
    table[_MONTH] = number
    return table, has_left[row] & (number == months[row])


def _risk_by_forest(company: Company, split: Split) -> np.ndarray:
    from sksurv.ensemble import RandomSurvivalForest

    X = pd.get_dummies(company.X, dtype=float)
    has_left, months = followed(company, split.observed, split.months)
    outcome = np.array(list(zip(has_left, months, strict=True)), dtype=[("left", bool), ("months", float)])
    forest = RandomSurvivalForest(
        0,
        min_samples_leaf=LEAST_IN_A_LEAF,
        max_features="sqrt",
        max_samples=SHARE_PER_TREE,
        random_state=SEED,
        warm_start=True,
    )
    is_late, observed = deadline(company.seconds), X.iloc[split.observed].to_numpy()
    while forest.n_estimators == 0 or (forest.n_estimators < TREES and not is_late()):
        forest.n_estimators += TREES_AT_A_TIME
        forest.fit(observed, outcome)
    curves = forest.predict_survival_function(X.iloc[split.test].to_numpy(), return_array=True)
    return np.asarray(1 - curves[:, -1])


def _risk_by_hazard(company: Company, split: Split) -> np.ndarray:
    import lightgbm

    def months_of(rows: np.ndarray, months: np.ndarray) -> Any:
        table, left = person_months(company.X.iloc[rows], *followed(company, rows, months))
        return lightgbm.Dataset(table, left.astype(int), free_raw_data=False)

    seen, valid = (split.train[some] for some in split.folds[-1])
    whole = np.full(len(company.left), company.horizon)
    learned, held_out = months_of(seen, whole[seen]), months_of(valid, whole[valid])
    stopping = lightgbm.early_stopping(PATIENCE, verbose=False)
    tried = lightgbm.train(_HAZARD, learned, MOST_ROUNDS, [held_out], callbacks=[stopping])
    booster = lightgbm.train(_HAZARD, months_of(split.observed, split.months), tried.best_iteration)
    stays = np.ones(len(split.test))
    for month in range(1, company.horizon + 1):
        stays *= 1 - np.asarray(booster.predict(company.X.iloc[split.test].assign(**{_MONTH: month})))
    return 1 - stays

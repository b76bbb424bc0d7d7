"""CatBoost as its users tune it, in the environment of the rivals."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from bench.measure import Figures
from bench.part import SEED
from bench.rivals.company import Company, Split, judged

DEPTHS: Final = (4, 6)
MOST_ROUNDS: Final = 600
PATIENCE: Final = 50
_SETTINGS: Final[dict[str, Any]] = {
    "loss_function": "Logloss", "learning_rate": 0.05, "random_seed": SEED, "thread_count": 1,
    "allow_writing_files": False, "verbose": False,
}  # fmt: skip


def by_catboost(data: Path, out: Path) -> Figures:
    """Depth and rounds with the least log loss on the last fold, then a fit on all training rows."""
    return judged(data, out, _risk, needs=("catboost",))


def _risk(company: Company, split: Split) -> np.ndarray:
    from catboost import CatBoostClassifier

    X, left = _readable(company), company.left.astype(int)
    tried = []
    seen, valid = (split.train[some] for some in split.folds[-1])
    for depth in DEPTHS:
        model = CatBoostClassifier(**_SETTINGS, depth=depth, iterations=MOST_ROUNDS, cat_features=company.categories)
        held_out = (X.iloc[valid], left[valid])
        model.fit(X.iloc[seen], left[seen], eval_set=held_out, early_stopping_rounds=PATIENCE)
        tried.append((model.get_best_score()["validation"]["Logloss"], depth, model.get_best_iteration() + 1))
    _, depth, rounds = min(tried)
    final = CatBoostClassifier(**_SETTINGS, depth=depth, iterations=rounds, cat_features=company.categories)
    final.fit(X.iloc[split.train], left[split.train])
    return np.asarray(final.predict_proba(X.iloc[split.test])[:, 1])


def _readable(company: Company) -> pd.DataFrame:
    """The features with texts as CatBoost takes them; an unknown one is a level of its own."""
    texts = {name: company.X[name].astype(object).fillna("unknown").astype(str) for name in company.categories}
    return company.X.assign(**texts)

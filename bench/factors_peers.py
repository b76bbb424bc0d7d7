"""Exact factors by two younger algorithms, in the environment of the rivals; an absent package gives no figures."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from bench.explained import LEARNED, LEAVES, MODEL, ROWS, TREES, explained
from bench.measure import Figures
from bench.part import SEED

_FEW: Final = {"calls": 1, "single_calls": 1}
"""A call takes seconds even for one row, so one of each is enough."""


def by_woodelf(data: Path, out: Path) -> Figures:
    """By WOODELF (Nadel and Wettenstein, 2025): the same trees, the same factors."""
    if find_spec("woodelf") is None:
        return {}
    import lightgbm
    from woodelf import WoodelfExplainer

    booster = lightgbm.Booster(model_file=data / MODEL)
    explainer, names = WoodelfExplainer(booster), booster.feature_name()

    def factors(some: np.ndarray) -> np.ndarray:
        return np.asarray(explainer.shap_values(pd.DataFrame(some, columns=names), verbose=False))

    return explained(factors, np.load(data / ROWS), out, **_FEW)


def by_xgboost(data: Path, out: Path) -> Figures:
    """By XGBoost, of a model of its own with as many trees and leaves, learned from the same rows; on all cores."""
    if find_spec("xgboost") is None:
        return {}
    import xgboost

    learned = np.load(data / LEARNED)
    settings = {"objective": "binary:logistic", "max_leaves": LEAVES, "grow_policy": "lossguide", "max_depth": 0}
    trained = xgboost.DMatrix(learned["rows"], learned["left"].astype(int))
    booster = xgboost.train(settings | {"seed": SEED, "tree_method": "hist"}, trained, TREES)

    def factors(some: np.ndarray) -> np.ndarray:
        return np.asarray(booster.predict(xgboost.DMatrix(some), pred_contribs=True)[:, :-1])

    return explained(factors, np.load(data / ROWS), out)

"""AutoGluon-tabular on the rows of `bench.training`, in the environment of the rivals."""

import json
import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from bench.measure import Figures
from bench.rivals.automl import risk_of

LEFT = "left"
_KEYS = ["snapshot_date", "person"]


def by_autogluon(data: Path, out: Path) -> Figures:
    """All its models that need no GPU, on all cores until the budget is used; without the package no figures."""
    if find_spec("autogluon") is None:
        return {}
    known, rows = json.loads((data / "known.json").read_text()), pd.read_parquet(data / "rows.parquet")
    texts = [name for name in rows.columns.drop(_KEYS) if not pd.api.types.is_numeric_dtype(rows[name].dtype)]
    day, table = rows["snapshot_date"].astype(str), rows.drop(columns=_KEYS).astype(dict.fromkeys(texts, "category"))
    table[LEFT] = table[LEFT].astype(int)
    test = table[day >= known["first_test"]]
    seen, valid = table[day.isin(known["seen"])], table[day == known["valid"]]
    risk = risk_of(seen, test, LEFT, known["budget"], cores=os.cpu_count() or 1, tuning_data=valid)
    np.save(out / "risk.npy", risk)
    return _figures(test[LEFT].to_numpy(), risk)


def _figures(left: np.ndarray, risk: np.ndarray) -> Figures:
    """By scikit-learn, since the product is not in this environment."""
    from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

    return {
        "average_precision": float(average_precision_score(left, risk)),
        "auc": float(roc_auc_score(left, risk)),
        "log_loss": float(log_loss(left, risk)),
    }

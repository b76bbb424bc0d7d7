"""Training as users of FLAML write it, on the rows of `bench.training`. FLAML is of the extra `bench`."""

import logging
from pathlib import Path

from flaml.automl.automl import AutoML

from bench.measure import Figures
from bench.part import SEED
from bench.training import judged, known, test_rows, training_rows
from bench.training_lightgbm import in_pandas


def by_flaml(data: Path, out: Path) -> Figures:
    """FLAML's default estimators on all cores until the budget is used, then the best one on all rows."""
    logging.getLogger("flaml").setLevel(logging.WARNING)
    rows, test = training_rows(data), test_rows(data)
    X, X_test = in_pandas(rows.X, test.X)
    asked = {"task": "classification", "metric": "ap", "split_type": "time", "seed": SEED, "verbose": 0}
    automl = AutoML()
    automl.fit(X, rows.left.astype(int), time_budget=known(data)["budget"], **asked)
    return judged(test, automl.predict_proba(X_test)[:, 1], out)

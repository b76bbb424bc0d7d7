"""AutoGluon-tabular by log loss, in the environment of the rivals."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from bench.measure import Figures
from bench.rivals.company import Company, Split, judged

_LEFT: Final = "left within the horizon"
_BAGS: Final = 5
_SEQUENTIAL: Final = {"fold_fitting_strategy": "sequential_local"}


def by_autogluon(data: Path, out: Path) -> Figures:
    """All its models that need no GPU and their ensemble, within the time, then a fit of them on all training rows.

    With dates the last fold validates, as time requires; without dates its own five-fold bagging does.
    """
    return judged(data, out, _risk, needs=("autogluon.tabular",))


def risk_of(
    train: pd.DataFrame, test: pd.DataFrame, label: str, seconds: float, cores: int = 1, **validation: Any
) -> np.ndarray:
    """The risks of the test rows, by an ensemble that AutoGluon fits to the column `label` within a time."""
    from autogluon.tabular import TabularPredictor

    with tempfile.TemporaryDirectory() as folder:
        predictor = TabularPredictor(label, "binary", eval_metric="log_loss", path=folder, verbosity=0)
        predictor.fit(train, time_limit=seconds, num_cpus=cores, num_gpus=0, ag_args_ensemble=_SEQUENTIAL, **validation)
        predictor.refit_full("best", set_best_to_refit_full=True)
        return np.asarray(predictor.predict_proba(test)[1])


def _risk(company: Company, split: Split) -> np.ndarray:
    table = company.X.assign(**{_LEFT: company.left.astype(int)})
    train, test = table.iloc[split.train], table.iloc[split.test]
    if not company.horizon:
        with cpu_clock():
            return risk_of(train, test, _LEFT, company.seconds, num_bag_folds=_BAGS)
    seen, valid = (train.iloc[some] for some in split.folds[-1])
    with cpu_clock():
        return risk_of(seen, test, _LEFT, company.seconds, tuning_data=valid)


@contextmanager
def cpu_clock() -> Iterator[None]:
    """The wall clock of this process advances with its CPU time: AutoGluon knows no other limit than wall time.

    All methods are limited in the same way, and what else the machine does changes nothing.
    """
    clock, start = time.time, time.time() - time.process_time()
    time.time = lambda: start + time.process_time()
    try:
        yield
    finally:
        time.time = clock

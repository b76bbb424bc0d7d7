"""A company of three dates to train on, and its backtest."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from features.catalogue.feature import Feature
from pipeline.dataset.evaluation_splits import Split
from pipeline.dataset.rows import Dataset
from pipeline.judgement.backtest import Backtest, backtest
from pipeline.model.calibration import risk_of

ROWS = 900
DAYS = [date(2024, 3, 31), date(2024, 6, 30), date(2024, 9, 30)]


@pytest.fixture(scope="module")
def company() -> Dataset:
    """Three dates of 300 people: informative pay, tenure, a department; four people form a tiny department."""
    random = np.random.default_rng(1)
    pay = random.normal(size=ROWS)
    department = np.where(np.arange(ROWS) % 300 < 4, "tiny", random.choice(["sales", "finance"], ROWS))
    X = pl.DataFrame({"pay_level": pay, "tenure_months": random.exponential(40, ROWS), "department": department})
    features = {name: Feature(name, "pay", name, "", "now", "unknown") for name in X.columns}
    features["pay_level"] = Feature("pay_level", "pay", "pay", "", "now", "unknown", worse="lower", monotone=True)
    keys = pl.DataFrame(
        {
            "employee_id": [str(row % 300) for row in range(ROWS)],
            "snapshot_date": [DAYS[row // 300] for row in range(ROWS)],
        }
    )
    return Dataset(keys, X, random.random(ROWS) < risk_of(-1 - pay), features)


@pytest.fixture(scope="module")
def judged(company: Dataset) -> Backtest:
    train, test = np.arange(600), np.arange(600, ROWS)
    folds = [(np.arange(300), np.arange(300, 600))]
    return backtest(company, [Split("2024-09-30", DAYS[2], train, test, folds)], seed=1, quick=True)

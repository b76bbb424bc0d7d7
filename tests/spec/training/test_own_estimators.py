"""A classifier of the user is judged on the blend's rows; what is wrong with it is named."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from features.errors import BadInput
from pipeline.dataset.rows import Dataset
from pipeline.judgement.backtest import Backtest
from pipeline.judgement.other_scores import judge_estimator
from pipeline.judgement.statistics.metrics import one_metric
from pipeline.model.calibration import risk_of
from pipeline.model.encoding import fit_encoding
from pipeline.model.estimator.fitted import fit_estimator
from pipeline.model.estimator.named import checked_estimator, estimator_named
from pipeline.model.estimator.retention_classifier import RetentionClassifier
from pipeline.model.estimator.table import pandas_table


class ByPay(ClassifierMixin, BaseEstimator):
    """The log-odds are `times` · (−1 − pay): the truth of the company where `times` is 1."""

    def __init__(self, times: float = 1.0, missing_share: float = 0.0) -> None:
        self.times = times
        self.missing_share = missing_share

    def fit(self, X: Any, y: Any) -> "ByPay":
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        risk = risk_of(self.times * (-1 - X["pay_level"].to_numpy()))
        return np.column_stack([1 - risk, risk])

    def contributions(self, X: Any) -> tuple[float, np.ndarray]:
        shares = np.zeros(X.shape)
        shares[:, list(X.columns).index("pay_level")] = -self.times * X["pay_level"] * (1 - self.missing_share)
        return -self.times, shares

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.categorical = True
        return tags


class Failing(ClassifierMixin, BaseEstimator):
    """Ends with an error that quotes the data."""

    def fit(self, X: Any, y: Any) -> "Failing":
        raise ValueError(f"cannot convert {X['department'].unique().tolist()}")

    def predict_proba(self, X: Any) -> np.ndarray:
        return np.zeros((len(X), 2))


def test_an_estimator_is_paired_with_the_blend_on_its_rows(company: Dataset, judged: Backtest) -> None:
    other = judge_estimator(LogisticRegression(), "mine", company, judged, seed=1)
    assert other.backtest.rows is judged.rows
    assert other.backtest.baselines is judged.baselines
    less = other.described.against_blend.auc
    aucs = [one_metric(judged.left, risk, "auc") for risk in (other.backtest.risk, judged.risk)]
    assert less is not None
    assert less.value == pytest.approx(aucs[0] - aucs[1])
    assert less.low <= less.value <= less.high
    assert other.described.blend.auc == pytest.approx(aucs[1])
    assert np.isnan(other.backtest.low).all()  # a classifier of others does not say how uncertain it is
    assert other.permuted.low <= 0.5 <= other.permuted.high


def test_overconfident_probabilities_are_calibrated_as_those_of_the_blend(company: Dataset, judged: Backtest) -> None:
    """Three times the true log-odds: a third would be right, and the prior of the slope, 1, still weighs."""
    X, left, split = company.X, company.left, judged.splits[0]
    fitted = fit_estimator(ByPay(3.0), X, left, split.folds, seed=1, rows=split.train)
    assert 1 / 3 < fitted.line.slope < 2 / 3
    raw = np.log(np.clip(risk_of(3 * (-1 - X["pay_level"].to_numpy())), 1 / 1200, 1 - 1 / 1200))
    raw -= np.log1p(-np.exp(raw))
    np.testing.assert_allclose(fitted.log_odds(X), fitted.line.slope * raw + fitted.line.shift)
    without = fit_estimator(ByPay(3.0), X, left, [], seed=1, rows=split.train)
    assert (without.line.slope, without.line.shift) == (1.0, 0.0)


@pytest.mark.parametrize(("missing", "expected"), [(0.0, "add up"), (0.01, "do not add up")])
def test_factors_are_checked_against_the_risk(
    company: Dataset, judged: Backtest, missing: float, expected: str
) -> None:
    other = judge_estimator(ByPay(missing_share=missing), "mine", company, judged, seed=1)
    assert other.described.factors == expected
    assert not other.described.is_servable  # it has no stored form


def test_an_estimator_without_factors_is_judged_and_not_servable(company: Dataset, judged: Backtest) -> None:
    described = judge_estimator(HistGradientBoostingClassifier(max_iter=5), "mine", company, judged, 1).described
    assert (described.factors, described.is_servable, described.takes_tables) == ("none", False, False)


def test_the_stored_form_of_the_blend_as_an_estimator_gives_its_calibrated_risks(
    company: Dataset, judged: Backtest
) -> None:
    described = judge_estimator(RetentionClassifier(), "mine", company, judged, seed=1).described
    assert (described.factors, described.is_servable, described.takes_tables) == ("add up", True, True)
    split = judged.splits[0]
    fitted = fit_estimator(RetentionClassifier(), company.X, company.left, split.folds, seed=1, rows=split.train)
    served = fitted.served()
    assert served is not None
    new = company.X[split.test].with_columns(department=pl.lit("never seen"))
    np.testing.assert_allclose(served.log_odds(new), fitted.log_odds(new), atol=1e-9)
    base, shares = served.contributions(new)
    np.testing.assert_allclose(base + shares.sum(axis=1), fitted.log_odds(new), atol=1e-9)
    assert served.posterior is None  # until the model is fitted on all rows


def test_the_same_seed_gives_the_same_risks(company: Dataset, judged: Backtest) -> None:
    split = judged.splits[0]
    forest = HistGradientBoostingClassifier(max_iter=5, max_features=0.5)
    first, again = (
        fit_estimator(forest, company.X, company.left, [], seed=7, rows=split.train).risk(company.X) for _ in range(2)
    )
    np.testing.assert_array_equal(first, again)
    assert forest.random_state is None


def test_the_error_of_an_estimator_is_named_without_the_data_it_quotes(company: Dataset) -> None:
    with pytest.raises(BadInput, match="fit ended with ValueError") as error:
        fit_estimator(make_pipeline(Failing()), company.X, company.left, [], seed=1)
    assert "sales" not in str(error.value)
    assert "sales" in str(error.value.__cause__)


class Percents(Failing):
    """Gives risks in per cent."""

    def fit(self, X: Any, y: Any) -> "Percents":
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        return np.full((len(X), 2), 50.0)


def test_risks_that_are_no_probabilities_are_refused(company: Dataset) -> None:
    fitted = fit_estimator(make_pipeline(Percents()), company.X, company.left, [], seed=1)
    with pytest.raises(BadInput, match="predict_proba gives other numbers"):
        fitted.risk(company.X)


def test_the_table_of_an_estimator_holds_nan_and_the_frequent_levels() -> None:
    features = pl.DataFrame({"pay": [1.5, None] * 15, "job": ["clerk"] * 20 + ["chief"] * 9 + [None]})
    encoding = fit_encoding(features)
    table = pandas_table(encoding, features)
    assert table["pay"].isna().sum() == 15
    assert list(table["job"].cat.categories) == ["(rare or new)", "clerk"]
    assert table["job"][20] == "(rare or new)"
    assert table["job"].isna().tolist() == [False] * 29 + [True]
    new = pandas_table(encoding, pl.DataFrame({"pay": [1.0], "job": ["pilot"]}))
    assert new["job"].tolist() == ["(rare or new)"]
    assert fit_encoding(pl.from_pandas(table)).levels["job"] == ("clerk",)


def test_a_factory_is_found_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from sklearn.linear_model import LogisticRegression\ndef make():\n    return LogisticRegression(C=3)\n"
    )
    assert estimator_named(f"{file}:make").C == 3
    assert estimator_named(f"{file}:LogisticRegression").C == 1


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("make", "not the name of a factory"),
        ("no_such_module_anywhere:make", "cannot be imported: ModuleNotFoundError"),
        ("no_such_file.py:make", "cannot be imported: FileNotFoundError"),
        ("math:make", "has no function or class make"),
        ("math:sqrt", "the factory ended with TypeError"),
        ("sklearn.linear_model:LinearRegression", "not a scikit-learn classifier"),
        ("collections:OrderedDict", "not a scikit-learn classifier"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, rule: str) -> None:
    with pytest.raises(BadInput, match=rule) as error:
        estimator_named(name)
    assert error.value.findings[0].place == "command line.--estimator"


def test_a_class_is_no_estimator() -> None:
    with pytest.raises(BadInput, match="not a scikit-learn classifier"):
        checked_estimator(LogisticRegression)

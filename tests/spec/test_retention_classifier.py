"""The blend as a scikit-learn classifier: scikit-learn's own checks, and the tables that it takes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from pipeline.model.blend import fit_blend
from pipeline.model.calibration import risk_of
from pipeline.model.estimator.retention_classifier import RetentionClassifier


@parametrize_with_checks([RetentionClassifier()])
@pytest.mark.filterwarnings("default")  # of the checks themselves
def test_scikit_learn_finds_an_estimator(estimator: RetentionClassifier, check: Callable[[Any], None]) -> None:
    check(estimator)


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    """400 people whose log-odds of leaving are −1 − pay; a tenth of the pay is unknown."""
    random = np.random.default_rng(4)
    pay = random.normal(size=400)
    left = random.random(400) < risk_of(-1 - pay)
    known = pl.Series(np.where(random.random(400) < 0.1, np.nan, pay)).fill_nan(None)
    return pl.DataFrame({"pay": known, "job": random.choice(["clerk", "chief"], 400), "left": left})


def test_polars_pandas_and_its_categories_give_the_same_risks(people: pl.DataFrame) -> None:
    X = people.drop("left")
    model = RetentionClassifier().fit(X, people["left"])
    risk = model.predict_proba(X)[:, 1]
    frame = pd.DataFrame({"pay": X["pay"].to_numpy(), "job": X["job"].to_list()})
    np.testing.assert_array_equal(model.predict_proba(frame)[:, 1], risk)
    categories = frame.assign(job=frame["job"].astype("category"))
    np.testing.assert_array_equal(model.predict_proba(categories)[:, 1], risk)
    np.testing.assert_array_equal(RetentionClassifier().fit(categories, people["left"]).predict_proba(X)[:, 1], risk)


def test_it_is_the_blend_that_is_trained(people: pl.DataFrame) -> None:
    X = people.drop("left")
    model = RetentionClassifier(folds=0, random_state=3).fit(X, people["left"])
    blend = fit_blend(X, people["left"], [], seed=3)
    np.testing.assert_array_equal(model.decision_function(X), blend.log_odds(X))
    base, shares = model.contributions(X)
    np.testing.assert_allclose(base + shares.sum(axis=1), model.decision_function(X), atol=1e-9)


def test_labels_may_be_words_and_the_second_is_the_one_at_risk(people: pl.DataFrame) -> None:
    X, words = people.drop("left"), np.where(people["left"], "left", "remained")  # l comes before r
    model = RetentionClassifier(folds=0).fit(X, words)
    assert model.classes_.tolist() == ["left", "remained"]
    turned = RetentionClassifier(folds=0).fit(X, people["left"])
    risks = model.predict_proba(X)[:, 0], turned.predict_proba(X)[:, 1]
    assert np.corrcoef(*risks)[0, 1] > 0.95
    assert model.score(X, words) > 0.6


def test_a_direction_holds_everywhere(people: pl.DataFrame) -> None:
    X = people.select("pay")
    model = RetentionClassifier(directions={"pay": -1}).fit(X, people["left"])
    risk = model.predict_proba(pl.DataFrame({"pay": np.linspace(-3, 3, 50)}))[:, 1]
    assert (np.diff(risk) <= 1e-12).all()


def test_columns_other_than_those_it_was_fitted_to_are_refused(people: pl.DataFrame) -> None:
    X = people.drop("left")
    model = RetentionClassifier(folds=0).fit(X, people["left"])
    assert model.feature_names_in_.tolist() == ["pay", "job"]
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(X.select("job", "pay"))


def test_it_runs_inside_a_pipeline_and_cross_validation(people: pl.DataFrame) -> None:
    X, left = people.drop("left").to_pandas(), people["left"].to_numpy()
    scores = cross_val_score(make_pipeline(RetentionClassifier(folds=0)), X, left, scoring="roc_auc", cv=3)
    assert scores.min() > 0.6  # the true hazard has .75

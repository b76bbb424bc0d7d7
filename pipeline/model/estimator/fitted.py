"""An estimator fitted on training rows and calibrated as the blend is, on the same folds. Its risks have no range."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from features.errors import BadInput, Finding
from pipeline.dataset.sample_of_stayers import shift_of
from pipeline.dataset.splits import Fold
from pipeline.model.blend import Blend
from pipeline.model.calibration import Line, fit_shared_slope, risk_of, turned
from pipeline.model.encoding import Encoding, Rows, fit_encoding
from pipeline.model.estimator.table import pandas_table, prepared
from pipeline.model.selection import LEAST_HELD_OUT_EXITS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Factors = Literal["add up", "do not add up", "none"]

_FURTHEST: Final = 1e-6
"""Factors that add up to the log-odds of a risk give that risk to this precision, as those of the blend do."""
_FACTORS: Final = "contributions"
"""The method by which an estimator gives its factors."""
_NOT_CLIPPED: Final = 10**12


@dataclass(frozen=True)
class FittedEstimator:
    """A fitted estimator with its calibration; it takes a table with the columns it was trained on, by name."""

    encoding: Encoding
    estimator: Any
    rows: int
    line: Line

    def log_odds(self, features: pl.DataFrame) -> Floats:
        """Calibrated log-odds (n,)."""
        return self.line(_scores(self.estimator, self.encoding, features, slice(None), self.rows))

    def risk(self, features: pl.DataFrame) -> Floats:
        """Calibrated probability (n,)."""
        return risk_of(self.log_odds(features))

    def factors(self, features: pl.DataFrame) -> Factors:
        """Whether `contributions` of the estimator gives a base and shares (n, features) that add up to its log-odds.

        Calibration is affine in log-odds: what adds up before it adds up after it.
        """
        give = getattr(self.estimator, _FACTORS, None)
        if give is None:
            return "none"
        risk = risk_of(_scores(self.estimator, self.encoding, features, slice(None), _NOT_CLIPPED))
        try:
            base, shares = give(pandas_table(self.encoding, features))
            sums = float(base) + np.asarray(shares, dtype=np.float64).reshape(len(risk), -1).sum(axis=1)
        except Exception as error:
            raise _fault(_FACTORS, error) from error
        fits = np.shape(shares) == (len(risk), len(self.encoding.names))
        return "add up" if fits and np.allclose(risk_of(sums), risk, rtol=0, atol=_FURTHEST) else "do not add up"

    def served(self) -> Blend | None:
        """The form that can be stored and served, which runs no code of others; None if the estimator has none.

        It is what `served_blend` of the estimator gives, with the calibration of this fit.
        """
        give = getattr(self.estimator, "served_blend", None)
        if give is None:
            return None
        blend: Blend = give()
        inner = blend.choice.line
        line = Line(self.line.slope * inner.slope, self.line.slope * inner.shift + self.line.shift)
        return replace(blend, choice=replace(blend.choice, line=line), posterior=None)

    def is_served_alike(self, features: pl.DataFrame) -> bool:
        """Whether the stored form gives the same risks."""
        blend = self.served()
        return blend is not None and np.allclose(blend.risk(features), self.risk(features), rtol=0, atol=_FURTHEST)


def fit_estimator(
    estimator: Any,
    features: pl.DataFrame,
    left: ArrayLike,
    folds: Sequence[Fold],
    seed: int,
    rows: Rows | slice = slice(None),
    calibration_of: FittedEstimator | None = None,
    stayers_kept: float = 1.0,
) -> FittedEstimator:
    """Fits a copy of a classifier on a training table (n rows; String is a category) and outcomes (n,).

    `rows` are the training rows; the folds are indices into them. On each fold a copy is fitted that scores later rows,
    and these calibrate it; with too few exits there, nothing is scaled. `calibration_of` takes the calibration of
    another fit instead. `stayers_kept` is below 1 where the rows are a sample. Raises BadInput if the estimator ends
    with an error; the message names its type only, since its text could quote the data.
    """
    encoding, outcome = fit_encoding(features, rows), np.asarray(left, dtype=bool)[rows]
    training = np.arange(len(features))[rows]
    if calibration_of:
        line = calibration_of.line
    else:
        line = _calibration(estimator, encoding, features, training, outcome, folds, seed)
        line = replace(line, shift=line.shift + shift_of(stayers_kept))
    fitted = _fit(estimator, encoding, features, training, outcome, seed)
    return FittedEstimator(encoding, fitted, len(training), line)


def _calibration(
    estimator: Any,
    encoding: Encoding,
    features: pl.DataFrame,
    training: Rows,
    outcome: Bools,
    folds: Sequence[Fold],
    seed: int,
) -> Line:
    usable = [fold for fold in folds if 0 < outcome[fold[0]].sum() < len(fold[0])]
    left = np.concatenate([outcome[valid] for _, valid in usable]) if usable else outcome[:0]
    if min(left.sum(), (~left).sum()) < LEAST_HELD_OUT_EXITS:
        return Line()
    scores = []
    for train, valid in usable:
        fitted = _fit(estimator, encoding, features, training[train], outcome[train], seed)
        scores.append(_scores(fitted, encoding, features, training[valid], len(train)))
    fold = np.repeat(np.arange(len(usable)), [len(valid) for _, valid in usable])
    slope = fit_shared_slope(np.concatenate(scores), left, fold).slope
    return turned(slope, float(outcome.mean()))


def _fit(estimator: Any, encoding: Encoding, features: pl.DataFrame, rows: Rows, outcome: Bools, seed: int) -> Any:
    table = pandas_table(encoding, features, rows)
    try:
        return prepared(estimator, encoding, seed).fit(table, outcome.astype(np.int64))
    except Exception as error:
        raise _fault("fit", error) from error


def _scores(fitted: Any, encoding: Encoding, features: pl.DataFrame, rows: Rows | slice, learned: int) -> Floats:
    """Uncalibrated log-odds (n,): those of the probability; the decision function where there is no probability, and
    where the estimator gives its factors.

    A probability of 0 or 1 counts as half a row of the `learned` ones, so that it does not dominate the calibration.
    """
    table = pandas_table(encoding, features, rows)
    try:
        if hasattr(fitted, "decision_function") and (hasattr(fitted, _FACTORS) or not hasattr(fitted, "predict_proba")):
            return np.asarray(fitted.decision_function(table), dtype=np.float64).reshape(len(table))
        at = list(fitted.classes_).index(1)
        risk = np.asarray(fitted.predict_proba(table), dtype=np.float64)[:, at]
    except Exception as error:
        raise _fault("predict_proba or decision_function", error) from error
    if len(risk) != len(table) or not ((risk >= 0) & (risk <= 1)).all():
        raise _unusable("the estimator's predict_proba gives other numbers than one from 0 to 1 for each row")
    least = 0.5 / max(learned, 1)
    clipped = np.clip(risk, least, 1 - least)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))


def _fault(method: str, error: Exception) -> BadInput:
    return _unusable(f"the estimator's {method} ended with {type(error).__name__}")


def _unusable(rule: str) -> BadInput:
    remedy = (
        "`pipeline.judge` in Python shows the whole error. Numbers hold NaN where unknown, categories are pandas "
        "categories; a pipeline gets the table as it is."
    )
    return BadInput(Finding(rule, "command line", "--estimator", remedy=remedy))

"""The blend as a scikit-learn classifier, for pipelines, searches and comparisons of one's own."""

from collections.abc import Mapping
from typing import Any, Self

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_array, check_is_fitted, column_or_1d, validate_data

from features.errors import BadInput
from pipeline.dataset.splits import Fold, repeated_folds
from pipeline.model.blend import Blend, fit_blend
from pipeline.model.calibration import risk_of

Floats = NDArray[np.float64]


class RetentionClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Logistic regression and boosted trees, blended in log-odds and calibrated.

    It takes a pandas or polars table (text, categories and booleans are categories, all else numbers) or an array of
    numbers; null, None and NaN are unknown. Two classes; log-odds are those of the second in sorted order.

    Parameters
    ----------
    folds
        Folds of the training rows on which penalty, rounds, weight and calibration are chosen. There are no dates here,
        so folds are stratified at random; rows of one `groups` label share a fold. 0: the defaults, nothing is chosen.
    quick
        The shape of the trees by the number of leavers; otherwise the folds choose among four.
    directions
        Monotone constraints by name of column: 1 if more may only raise the risk, -1 if only lower it.
    random_state
        Seed of every random step.

    Attributes
    ----------
    classes_
        The two labels.
    n_features_in_, feature_names_in_
        As in scikit-learn; names only for tables.
    blend_
        The fitted `pipeline.model.blend.Blend`.
    """

    def __init__(
        self,
        *,
        folds: int = 3,
        quick: bool = True,
        directions: Mapping[str, int] | None = None,
        random_state: int | None = None,
    ) -> None:
        self.folds = folds
        self.quick = quick
        self.directions = directions
        self.random_state = random_state

    def fit(self, X: Any, y: ArrayLike, groups: ArrayLike | None = None) -> Self:
        """Fits to a table (n rows) and labels (n,). Raises ValueError unless there are two classes.

        Parameters
        ----------
        X
            The table.
        y
            The labels.
        groups
            (n,) the person of each row, where a person has several rows.
        """
        table = self._table(X, is_new=True)
        labels = _labels(y, table.height)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("RetentionClassifier needs two classes; the data contains only one class")
        left, seed = codes.astype(bool), 0 if self.random_state is None else int(self.random_state)
        folds = self._folds(left, np.arange(len(left)) if groups is None else np.asarray(groups), seed)
        self.blend_ = fit_blend(table, left, folds, seed, self.quick, directions=self.directions)
        return self

    def decision_function(self, X: Any) -> Floats:
        """Calibrated log-odds (n,) of the second class."""
        check_is_fitted(self)
        return self.blend_.log_odds(self._table(X))

    def predict_proba(self, X: Any) -> Floats:
        """Calibrated probabilities (n, 2) of the two classes."""
        risk = risk_of(self.decision_function(X))
        return np.column_stack([1 - risk, risk])

    def predict(self, X: Any) -> NDArray[Any]:
        """The likelier class (n,)."""
        is_second = self.decision_function(X) > 0
        return np.asarray(self.classes_[is_second.astype(int)])

    def contributions(self, X: Any) -> tuple[float, Floats]:
        """Base and each feature's share (n, features) of the log-odds: base + Σ shares = `decision_function`."""
        check_is_fitted(self)
        return self.blend_.contributions(self._table(X))

    def served_blend(self) -> Blend:
        """The form in which `retention train --estimator` stores and serves it: data only."""
        check_is_fitted(self)
        return self.blend_

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        tags.classifier_tags.multi_class = False
        return tags

    def _folds(self, left: NDArray[np.bool_], groups: NDArray[Any], seed: int) -> list[Fold]:
        """No folds where too few left, or stayed, for them: then the blend uses its defaults."""
        if self.folds < 2:
            return []
        try:
            return list(repeated_folds(left, groups, seed, repeats=1, folds=self.folds))
        except BadInput:
            return []

    def _table(self, X: Any, is_new: bool = False) -> pl.DataFrame:
        """The table in the types of the blend. Raises ValueError for other columns than those it was fitted to."""
        is_frame = hasattr(X, "columns")
        if not is_frame:
            X = check_array(X, dtype=np.float64, ensure_all_finite="allow-nan", estimator=self, input_name="X")
        validate_data(self, X, reset=is_new, skip_check_array=True)
        if not is_frame:
            return pl.DataFrame(np.asarray(X), schema=[f"x{i}" for i in range(X.shape[1])]).fill_nan(None)
        table = nw.from_native(X, eager_only=True)
        if not len(table):
            raise ValueError("Found array with 0 sample(s) while a minimum of 1 is required.")
        return pl.DataFrame([_column(values) for values in table.iter_columns()])


def _column(values: "nw.Series[Any]") -> pl.Series:
    is_category = isinstance(values.dtype, nw.Categorical | nw.Enum | nw.String | nw.Object | nw.Boolean)
    series = pl.Series(
        str(values.name), values.cast(nw.String).to_list() if is_category else values.to_list(), strict=False
    )
    return series if is_category else series.cast(pl.Float64).fill_nan(None)


def _labels(y: ArrayLike, rows: int) -> NDArray[Any]:
    if y is None:
        raise ValueError("RetentionClassifier requires y to be passed, but the target y is None")
    labels = column_or_1d(y, warn=True)
    check_classification_targets(labels)
    if len(labels) != rows:
        raise ValueError(f"Found input variables with inconsistent numbers of samples: [{rows}, {len(labels)}]")
    if type_of_target(labels) != "binary" and len(np.unique(labels)) > 2:
        raise ValueError(
            f"Only binary classification is supported. The type of the target is {type_of_target(labels)}."
        )
    return np.asarray(labels)

"""The blend: weight · logistic regression + (1 − weight) · boosted trees, in log-odds, then Platt scaling.

Everything is affine in log-odds, so the factors of the features are exact and add up. Stored as LightGBM's text and
one JSON file; loading runs no code from the artefact.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from features.errors import BadInput, Finding
from pipeline.dataset.quarters import Quarters
from pipeline.dataset.sample_of_stayers import shift_of
from pipeline.dataset.splits import Fold
from pipeline.files import write_text
from pipeline.model.calibration import risk_of
from pipeline.model.encoding import Encoding, Rows
from pipeline.model.fallback import choose_features
from pipeline.model.forecast import next_quarter
from pipeline.model.linear import Linear, fit_with_priors
from pipeline.model.memory import release_free_memory
from pipeline.model.posterior import Errors, Posterior, fit_posterior
from pipeline.model.prior import Prior
from pipeline.model.selection import Choice, mixed
from pipeline.model.separation import rank_auc
from pipeline.model.training_rows import TrainingRows
from pipeline.model.trees.boosting import Shape, Trees, fit_trees, quick_shape_for

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

TREES_FILE: Final = "tree.txt"
BLEND_FILE: Final = "blend.json"
_FORMAT: Final = 2
_FORMAT_WITHOUT_POSTERIOR: Final = 1
"""Its ranges described the calibration only. They are not read: a risk of such a model has no range."""


@dataclass(frozen=True)
class LogOdds:
    """Log-odds (n,) of a blend, and of its logistic regression and its boosted trees with calibrations of their own."""

    blend: Floats
    linear: Floats
    trees: Floats


@dataclass(frozen=True)
class Blend:
    """A fitted model. It takes a table with the columns it was trained on, by name; null is unknown.

    `priors` are those of the regression's weights, for `with_posterior`; they are not stored.
    """

    encoding: Encoding
    linear: Linear
    trees: Trees
    choice: Choice
    posterior: Posterior | None = None
    priors: tuple[Prior, ...] = field(default=(), repr=False, compare=False)

    @property
    def features(self) -> tuple[str, ...]:
        return self.encoding.names

    def prepare(self, features: pl.DataFrame) -> pl.DataFrame:
        """The model's columns in its order and types. Raises BadInput for a missing or non-numeric feature."""
        return self.encoding.prepare(features)

    def log_odds(self, features: pl.DataFrame) -> Floats:
        """Served log-odds (n,) of a voluntary exit within the horizon; higher is worse."""
        return self.all_log_odds(features).blend

    def all_log_odds(self, features: pl.DataFrame) -> LogOdds:
        """The served log-odds, and those of the parts alone: baselines."""
        matrix, choice = self.encoding(features), self.choice
        linear, trees = self.linear.log_odds(matrix), self.trees.log_odds(matrix)
        blend = choice.line(mixed(choice.weight, linear, trees))
        return LogOdds(blend, choice.linear_line(linear), choice.trees_line(trees))

    def risk(self, features: pl.DataFrame) -> Floats:
        """Served probability (n,)."""
        return risk_of(self.log_odds(features))

    def contributions(self, features: pl.DataFrame) -> tuple[float, Floats]:
        """Base and each feature's share of the served log-odds, (n, features): base + Σ shares = log-odds.

        The base is the log-odds of the average training row. The regression contributes by its curves, the trees by
        path-dependent TreeSHAP.
        """
        matrix = self.encoding(features)
        trees_base, trees_shares = self.trees.contributions(matrix)
        weight, line = self.choice.weight, self.choice.line
        base = line.slope * mixed(weight, self.linear.base, trees_base) + line.shift
        return float(base), line.slope * mixed(weight, self.linear.contributions(matrix), trees_shares)

    def errors(self, features: pl.DataFrame) -> Errors | None:
        """What the served log-odds may be wrong by; None where that is not known (`with_posterior`)."""
        if self.posterior is None:
            return None
        return self.posterior.errors(self.encoding(features), self.choice.level_sd)

    def save(self, folder: Path) -> None:
        """Write `tree.txt` and `blend.json` into a folder, creating it where needed."""
        values = {
            "format": _FORMAT,
            "encoding": self.encoding.as_dict(),
            "linear": self.linear.as_dict(),
            "choice": self.choice.as_dict(),
            "posterior": self.posterior and self.posterior.as_dict(),
            "trees_sha256": _digest(self.trees.text),
        }
        write_text(self.trees.text, folder / TREES_FILE)
        write_text(json.dumps(values, allow_nan=False), folder / BLEND_FILE)

    @staticmethod
    def load(folder: Path) -> "Blend":
        """Read what `save` wrote. Raises BadInput where a file is missing or does not hold a blend."""
        try:
            return _from_values(
                json.loads((folder / BLEND_FILE).read_text("utf-8")), (folder / TREES_FILE).read_text("utf-8")
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
            raise BadInput(
                Finding(
                    rule=f"the stored model cannot be read: {type(fault).__name__}",
                    table=BLEND_FILE,
                    column="",
                    rows=0,
                    remedy="Train the model again, or take its files from the registry unchanged.",
                )
            ) from fault


def fit_blend(
    features: pl.DataFrame,
    left: ArrayLike,
    folds: Sequence[Fold],
    seed: int,
    quick: bool = True,
    hyperparameters_of: Blend | None = None,
    shape: Shape | None = None,
    directions: Mapping[str, int] | None = None,
    quarters: Quarters | None = None,
    rows: Rows | slice = slice(None),
    shared: TrainingRows | None = None,
    stayers_kept: float = 1.0,
    fallback: Sequence[str] = (),
) -> Blend:
    """Fit the blend on a training table (n rows; String is a category, all else a number) and outcomes (n,).

    `rows` are the training rows (default: all); the folds are indices into them. `shared` are these rows as other fits
    use them too. `stayers_kept` is below 1 where they are a sample (`pipeline.dataset.sample_of_stayers`); the risks
    are those of everyone all the same.

    Penalty, rounds, weight and calibration are chosen on `folds` (training rows, validation rows: out of time where
    there are dates); with too few exits there, defaults are used. `quick` fixes the shape of the trees by the number of
    exits, `shape` to the one given (`pipeline.model.tuning`); otherwise the folds choose among all shapes.
    `hyperparameters_of` takes those of a fitted blend, so that a refit costs one fit of each part. `directions` names
    the features whose log-odds must rise (1) or fall (-1) with the figure, in both parts and so in the blend.
    `quarters` lets the regression lean on forecasts of the next quarter's figures, where exits are few.
    `fallback` names features that are used alone where they do better on the folds than all together.
    """
    encoded, outcome = shared or TrainingRows.of(features, rows), np.asarray(left, dtype=bool)[rows]
    encoding, matrix, categories = encoded.encoding, encoded.matrix, encoded.encoding.categories
    shift = shift_of(stayers_kept)
    with threadpool_limits(1):  # the matrices are too small for threads: waiting costs ten times the work
        constraints = monotone_constraints(encoding, directions or {}, matrix, outcome)
        quarter = next_quarter(encoding, matrix, outcome, quarters, rows)
        fixed = shape or (quick_shape_for(int(outcome.sum())) if quick else None)
        choice = (
            hyperparameters_of.choice
            if hyperparameters_of
            else choose_features(encoded, outcome, folds, seed, fixed, constraints, fallback, shift, quarter)
        )
        learned = encoded.using(choice.only)
        design = learned.design if shared else None
        bins = learned.bins(choice.shape, seed) if shared or shift else None
        penalty, forecast = choice.penalty, None if choice.only else quarter
        linear, priors = fit_with_priors(learned.matrix, outcome, categories, penalty, constraints, design, forecast)
        trees = fit_trees(
            learned.matrix, outcome, categories, choice.shape, choice.rounds, seed, constraints, bins, shift
        )
    release_free_memory()
    choice = replace(choice, forecasts=len(forecast.to_forecast()) if forecast else 0)
    return Blend(encoding, linear.shifted(shift), trees, choice, priors=priors)


def with_posterior(
    blend: Blend,
    features: pl.DataFrame,
    left: ArrayLike,
    people: ArrayLike,
    rows: Rows | slice = slice(None),
    shared: TrainingRows | None = None,
    stayers_kept: float = 1.0,
) -> Blend:
    """A blend, as `fit_blend` gave it for a training table and outcomes (n,), with what its log-odds may be wrong by.

    `people` (n,) are numbers of the persons: one exit can be the outcome of several rows, which count as one.
    `rows` are the training rows (default: all), and `shared` those that the blend was fitted on;
    `stayers_kept` as in `fit_blend`.
    """
    outcome = np.asarray(left, dtype=bool)[rows]
    encoded = shared or TrainingRows(blend.encoding, blend.encoding(features, rows))
    learned = encoded.using(blend.choice.only)
    matrix = learned.matrix
    leavers = len(np.unique(np.asarray(people)[rows][outcome]))
    with threadpool_limits(1):
        posterior = fit_posterior(
            matrix,
            outcome,
            blend.encoding.categories,
            blend.linear.log_odds(matrix) - shift_of(stayers_kept),  # those of the sample
            rows_per_leaver=outcome.sum() / max(leavers, 1),
            design=learned.design if shared else None,
            priors=blend.priors,
        )
    release_free_memory()
    return replace(blend, posterior=posterior)


def monotone_constraints(
    encoding: Encoding, directions: Mapping[str, int], matrix: Floats, left: Bools
) -> tuple[int, ...]:
    """1, -1 or 0 for each feature: the expected direction, unless the training rows contradict it.

    They do where the feature alone separates leavers the other way round. A category is never constrained.
    """
    expected = [0 if name in encoding.levels else directions.get(name, 0) for name in encoding.names]
    return tuple(way if way and way * _lean(matrix[:, i], left) >= 0 else 0 for i, way in enumerate(expected))


def _lean(values: Floats, left: Bools) -> float:
    """AUC − .5 of one feature where it is known; 0 where all or none of those people left."""
    known = ~np.isnan(values)
    outcome = left[known]
    if not outcome.any() or outcome.all():
        return 0.0
    return float(rank_auc(values[known], outcome) - 0.5)


def _from_values(values: dict[str, Any], text: str) -> Blend:
    if values["format"] not in (_FORMAT, _FORMAT_WITHOUT_POSTERIOR):
        raise ValueError(f"format {values['format']} is not known")
    if values["trees_sha256"] != _digest(text):  # LightGBM ends the process on a truncated text
        raise ValueError("the trees are not those that were stored")
    blend = Blend(
        Encoding.from_dict(values["encoding"]),
        Linear.from_dict(values["linear"]),
        Trees(text),
        Choice.from_dict(values["choice"]),
        Posterior.from_dict(values["posterior"]) if values.get("posterior") else None,
    )
    if not len(blend.encoding.names) == len(blend.linear.curves) == blend.trees.features:
        raise ValueError("the parts disagree about the number of features")
    return blend


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()

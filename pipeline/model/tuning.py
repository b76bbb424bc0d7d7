"""Tuning: the size of the trees and their regularisation, found by search on out-of-time folds.

The search sees the training period of the earliest test date only, so that no test date influences it. A trial is
judged by the held-out log loss of the whole blend at its best weight, since the trees are never served alone. The
logistic regression's penalty, the rounds and the weight are then chosen on the folds of each fit
(`pipeline.model.selection`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
import optuna
import polars as pl
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from pipeline.dataset.splits import Fold
from pipeline.model.blend import monotone_constraints
from pipeline.model.encoding import fit_encoding
from pipeline.model.linear import Penalty
from pipeline.model.selection import HeldOut, best_weight, choose_penalty, clearly_better, mixed, row_losses
from pipeline.model.trees.boosting import Shape, Trial, shape_for, try_trees

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

TRIALS: Final = 24
STAYERS_KEPT: Final = 0.15
"""Share of training rows without an exit that a trial learns from; their weight makes up for the others."""
LEAST_EXITS: Final = 300
"""With fewer rows with an exit in the training period, a search would pick noise: the fixed shape is used."""
_ERRORS: Final = 3.0
"""Standard errors by which the best trial must lead: one of two dozen leads by two from chance alone."""
_BEFORE_MODEL: Final = 6
"""Trials drawn at random before the sampler has a model of what is good."""


@dataclass(frozen=True)
class Tuning:
    """What a search chose, and how it went. Losses are those of the blend on all held-out rows, in nats a row.

    `held_out` are its fits of the chosen shape on all rows; None if the search left out a fold.
    """

    shape: Shape
    trials: int
    pruned: int
    loss: float
    fixed_loss: float
    held_out: HeldOut | None = field(default=None, repr=False, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """As the report and the model's manifest show it."""
        return {
            "shape": asdict(self.shape),
            "trials": self.trials,
            "pruned": self.pruned,
            "loss": self.loss,
            "fixed_loss": self.fixed_loss,
        }


@dataclass(frozen=True)
class _Compared:
    """A shape learned from all rows: the losses of the blend on all held-out rows, (n,) in nats, and its fits."""

    shape: Shape
    losses: Floats
    held_out: HeldOut


@dataclass(frozen=True)
class _Folds:
    """Rows to search on, and the linear part's log-odds of the held-out ones, fold by fold."""

    matrix: Floats
    left: Bools
    categories: Sequence[int]
    constraints: Sequence[int]
    folds: Sequence[Fold]
    penalty: Penalty
    linear: Sequence[Floats]
    seed: int

    def compared(self, shape: Shape) -> _Compared:
        """A shape, learned from all rows."""
        outcome = self.left[np.concatenate([valid for _, valid in self.folds])]
        trials = [self._trial(fold, shape, None) for fold in self.folds]
        trees = np.concatenate([self._log_odds(*of) for of in zip(trials, self.folds, strict=True)])
        linear = np.concatenate(self.linear)
        weight, _ = best_weight(linear, trees, outcome, int(self.left.sum()))
        losses = row_losses(mixed(weight, linear, trees), outcome)
        return _Compared(shape, losses, HeldOut(self.penalty, linear, trials))

    def costs(self, shape: Shape, weight: Floats) -> Iterator[float]:
        """Cost of the blend on the folds up to each, in nats a row: the last is that of all."""
        trees: list[Floats] = []
        for step, fold in enumerate(self.folds):
            trees.append(self._log_odds(self._trial(fold, shape, weight), fold))
            outcome = self.left[np.concatenate([valid for _, valid in self.folds[: step + 1]])]
            linear = np.concatenate(self.linear[: step + 1])
            _, cost = best_weight(linear, np.concatenate(trees), outcome, int(self.left.sum()))
            yield cost / len(outcome)

    def _trial(self, fold: Fold, shape: Shape, weight: Floats | None) -> Trial:
        train, valid = fold
        seen = train if weight is None else train[weight[train] > 0]
        return try_trees(
            self.matrix, self.left, (seen, valid), self.categories, shape, self.seed, self.constraints, weight
        )

    def _log_odds(self, trial: Trial, fold: Fold) -> Floats:
        """Those of the fold's held-out rows, after the rounds that were best for them."""
        return trial.log_odds(self.matrix[fold[1]], int(trial.losses.argmin()) + 1)


def tune(
    features: pl.DataFrame,
    left: Bools,
    folds: Sequence[Fold],
    directions: Mapping[str, int],
    seed: int,
    progress: Callable[[str], None] = lambda _: None,
) -> Tuning | None:
    """Search the trees' shape on a training table (n rows), outcomes (n,) and its out-of-time folds.

    Tree-structured Parzen estimator (Bergstra et al., NIPS 2011), seeded, beginning with the fixed settings; a trial
    that is behind the median after a fold is pruned. Trials learn from all leavers and 15 % of stayers, weighted. The
    best one is then compared with the fixed settings on all rows and must clearly beat them: a shape chosen by noise
    costs more on later months than it seems to gain. None where there are too few exits or no usable fold.
    """
    usable = [fold for fold in folds if 0 < left[fold[0]].sum() < len(fold[0]) and left[fold[1]].any()]
    if left.sum() < LEAST_EXITS or not usable:
        progress(f"tuning: fixed settings, since {int(left.sum())} rows with an exit cannot tell shapes apart")
        return None
    with threadpool_limits(1):
        search = _prepared(features, left, usable, directions, seed)
        fixed = shape_for(int(left.sum()))
        study = _study(search, fixed, _weights(left, seed), progress)
        best = _shape(study.best_params)
        as_fixed = search.compared(fixed)
        as_found = as_fixed if best == fixed else search.compared(best)
    pruned = sum(trial.state == optuna.trial.TrialState.PRUNED for trial in study.trials)
    chosen = as_found if clearly_better(as_found.losses, as_fixed.losses, _ERRORS) else as_fixed
    held_out = chosen.held_out if len(usable) == len(folds) else None
    losses, fixed_losses = float(chosen.losses.mean()), float(as_fixed.losses.mean())
    return Tuning(chosen.shape, len(study.trials), pruned, losses, fixed_losses, held_out)


def _prepared(
    features: pl.DataFrame, left: Bools, folds: Sequence[Fold], directions: Mapping[str, int], seed: int
) -> _Folds:
    encoding = fit_encoding(features)
    matrix = encoding(features)
    constraints = monotone_constraints(encoding, directions, matrix, left)
    penalty, linear = choose_penalty(matrix, left, encoding.categories, folds, constraints)
    by_fold = np.split(linear, np.cumsum([len(valid) for _, valid in folds])[:-1])
    return _Folds(matrix, left, encoding.categories, constraints, folds, penalty, by_fold, seed)


def _study(search: _Folds, fixed: Shape, weight: Floats, progress: Callable[[str], None]) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=search.seed, n_startup_trials=_BEFORE_MODEL)
    study = optuna.create_study(sampler=sampler, pruner=optuna.pruners.MedianPruner(n_startup_trials=_BEFORE_MODEL))
    study.enqueue_trial({"leaves": fixed.leaves, "least_rows": fixed.least_rows, "ridge": fixed.ridge})

    def judge(trial: optuna.Trial) -> float:
        shape = Shape(
            trial.suggest_int("leaves", 4, 48, log=True),
            trial.suggest_int("least_rows", 20, 400, log=True),
            trial.suggest_float("ridge", 1.0, 200.0, log=True),
        )

        for step, cost in enumerate(search.costs(shape, weight)):
            trial.report(cost, step)
            if trial.should_prune():
                raise optuna.TrialPruned
        return cost

    def report(study: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
        progress(f"tuning: trial {trial.number + 1} of {TRIALS}, best log loss {study.best_value:.4f}")

    study.optimize(judge, n_trials=TRIALS, callbacks=[report])
    return study


def _shape(chosen: Mapping[str, Any]) -> Shape:
    return Shape(int(chosen["leaves"]), int(chosen["least_rows"]), float(chosen["ridge"]))


def _weights(left: Bools, seed: int) -> Floats:
    """All leavers with weight 1, a share of stayers with its inverse, the others 0: (n,)."""
    kept = left | (np.random.default_rng(seed).random(len(left)) < STAYERS_KEPT)
    return np.where(left, 1.0, kept / STAYERS_KEPT)

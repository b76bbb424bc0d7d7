"""Model selection on held-out rows: the penalty, the shape and rounds of the trees, the weight and the calibrations."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.dataset.splits import Fold
from pipeline.model.boosting import DEFAULT_ROUNDS, SHAPES, Shape, Trial, shape_for, try_trees
from pipeline.model.calibration import (
    USUAL_LEVEL_SD,
    Codes,
    Line,
    RiskRange,
    SharedSlope,
    fit_range,
    fit_shared_slope,
    level_sd_of,
    log_odds_of,
    risk_of,
    turned,
)
from pipeline.model.linear import DEFAULT_PENALTY, PENALTIES, Penalty, fit_path

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_WEIGHTS: Final = np.arange(11) / 10  # not linspace, whose .7 prints as 0.7000000000000001
LEAST_HELD_OUT_EXITS: Final = 20
"""With fewer held-out rows with an exit, nothing is selected: the defaults are used."""
_MANY_EXITS: Final = 2000
"""From here on regularisation hardly matters, and every third penalty is tried."""
_WEIGHT_PULL: Final = 80.0
"""Penalty (nats of log loss) on a weight's squared distance from `usual_weight`: a few held-out exits cannot tell the
parts apart, and the usual blend is rarely far from the best."""
_USUAL_WEIGHT: Final = 0.65
"""Weight of the logistic regression in a company with many exits."""
_EXITS_OF_A_SMALL_COMPANY: Final = 450
"""Training rows with an exit at which its usual weight is halfway between that and 1."""


@dataclass(frozen=True)
class Choice:
    """The hyperparameters and calibrations selected on held-out rows.

    `weight` is that of the logistic regression; `line` calibrates the blend, the other two its parts alone.
    `level_sd` is the standard deviation, in log-odds, of the level of a period around the served one, beyond sampling;
    0 for models that were stored before it was estimated. `fit_blend(hyperparameters_of=...)` uses them unchanged.
    """

    C: float
    shape: Shape
    rounds: int
    weight: float = 0.5
    line: Line = field(default_factory=Line)
    linear_line: Line = field(default_factory=Line)
    trees_line: Line = field(default_factory=Line)
    risk_range: RiskRange = field(default_factory=RiskRange)
    adaptive: bool = False
    level_sd: float = USUAL_LEVEL_SD

    @property
    def penalty(self) -> Penalty:
        return Penalty(self.C, self.adaptive)

    def as_dict(self) -> dict[str, Any]:
        """As it is stored, where C is called `strength`."""
        values = asdict(self)
        return {"strength": values.pop("C"), **values}

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "Choice":
        """The opposite of `as_dict`. Older models lack `adaptive` (none was), or `level_sd` (not estimated: 0)."""
        return Choice(
            C=float(values["strength"]),
            adaptive=bool(values.get("adaptive", False)),
            shape=Shape(**values["shape"]),
            rounds=int(values["rounds"]),
            weight=float(values["weight"]),
            line=Line(**values["line"]),
            linear_line=Line(**values["linear_line"]),
            trees_line=Line(**values["trees_line"]),
            risk_range=RiskRange.from_dict(values["risk_range"]),
            level_sd=float(values.get("level_sd", 0.0)),
        )

    def settings(self) -> dict[str, Any]:
        """What was selected, as the report and the model's manifest show it."""
        return {
            "weight": self.weight,
            "strength": self.C,
            "adaptive": self.adaptive,
            **asdict(self.shape),
            "rounds": self.rounds,
            "calibration_slope": self.line.slope,
            "calibration_shift": self.line.shift,
            "level_sd": self.level_sd,
        }


@dataclass(frozen=True)
class HeldOut:
    """The validation rows of all folds, one fold after the other: who left (n,), and the number of the fold (n,)."""

    left: Bools
    fold: Codes

    @staticmethod
    def of(left: Bools, folds: Sequence[Fold]) -> "HeldOut":
        """The validation rows of `folds`, given the outcomes of all rows."""
        rows = [valid for _, valid in folds]
        return HeldOut(
            left[np.concatenate(rows)] if rows else left[:0],
            np.repeat(np.arange(len(rows)), [len(valid) for valid in rows]),
        )


def usual_weight(exits: int) -> float:
    """Prior weight of the logistic regression, given the number of training rows with an exit.

    Small companies rely on it: above .9 with two hundred exits, two thirds with two thousand. What this was chosen on:
    docs/decisions/blend-and-platt.md.
    """
    return _USUAL_WEIGHT + (1 - _USUAL_WEIGHT) / (1 + (exits / _EXITS_OF_A_SMALL_COMPANY) ** 3)


def choose(
    matrix: Floats,
    left: Bools,
    categories: Sequence[int],
    folds: Sequence[Fold],
    seed: int,
    fixed: Shape | None,
    constraints: Sequence[int],
) -> Choice:
    """The choice for a training matrix (n, p) and its outcomes (n,); the defaults where the folds hold too few exits.

    `fixed` is a shape of the trees that is not selected; `constraints` are the monotone constraints (1, -1 or 0).
    """
    exits = int(left.sum())
    shape = fixed or shape_for(exits)
    default = Choice(DEFAULT_PENALTY.C, shape, DEFAULT_ROUNDS, round(usual_weight(exits), 1))
    usable = [fold for fold in folds if 0 < left[fold[0]].sum() < len(fold[0])]
    held_out = HeldOut.of(left, usable)
    if min(held_out.left.sum(), (~held_out.left).sum()) < LEAST_HELD_OUT_EXITS:
        return default
    penalty, linear = choose_penalty(matrix, left, categories, usable, constraints)
    shape, rounds, trees = _choose_trees(
        matrix, left, categories, usable, seed, (fixed,) if fixed else SHAPES, constraints
    )
    chosen = replace(default, C=penalty.C, adaptive=penalty.adaptive, shape=shape, rounds=rounds)
    weight, _ = best_weight(linear, trees, held_out, exits)
    return _calibrated(replace(chosen, weight=weight), linear, trees, left, usable, held_out)


def choose_penalty(
    matrix: Floats, left: Bools, categories: Sequence[int], folds: Sequence[Fold], constraints: Sequence[int]
) -> tuple[Penalty, Floats]:
    """The strongest penalty that held-out rows cannot tell from the best one, and its held-out log-odds.

    The one-standard-error rule (Breiman et al., Classification and regression trees, 1984): a smaller lead is chance,
    and later months favour the stronger penalty.
    """
    penalties = PENALTIES if left.sum() < _MANY_EXITS else PENALTIES[::3]
    scored = [
        [fit.log_odds(matrix[valid]) for fit in fit_path(matrix, left, categories, penalties, constraints, train)]
        for train, valid in folds
    ]
    log_odds, held_out = [np.concatenate(parts) for parts in zip(*scored, strict=True)], HeldOut.of(left, folds)
    losses = [row_losses(of_penalty, held_out) for of_penalty in log_odds]
    best = min(losses, key=np.sum)
    chosen = next(i for i, of_rows in enumerate(losses) if not clearly_better(best, of_rows))
    return penalties[chosen], log_odds[chosen]


def clearly_better(losses: Floats, others: Floats, errors: float = 1.0) -> bool:
    """True where losses (n,) sum to less than another model's on the same rows, by over `errors` standard errors."""
    gain = others - losses
    return bool(gain.sum() > errors * gain.std() * len(gain) ** 0.5)


def _choose_trees(
    matrix: Floats,
    left: Bools,
    categories: Sequence[int],
    folds: Sequence[Fold],
    seed: int,
    shapes: Sequence[Shape],
    constraints: Sequence[int],
) -> tuple[Shape, int, Floats]:
    """The shape and number of rounds with the least held-out loss, and their held-out log-odds."""
    sizes = [len(valid) for _, valid in folds]
    found: list[tuple[float, Shape, int, list[Trial]]] = []
    for shape in shapes:
        trials = [try_trees(matrix, left, fold, categories, shape, seed, constraints) for fold in folds]
        shortest = min(len(trial.losses) for trial in trials)
        losses = np.average([trial.losses[:shortest] for trial in trials], axis=0, weights=sizes)
        found.append((float(losses.min()), shape, int(losses.argmin()) + 1, trials))
    _, shape, rounds, trials = min(found, key=lambda one: one[0])
    scored = [trial.log_odds(matrix[valid], rounds) for trial, (_, valid) in zip(trials, folds, strict=True)]
    return shape, rounds, np.concatenate(scored)


def best_weight(linear: Floats, trees: Floats, held_out: HeldOut, exits: int) -> tuple[float, float]:
    """The weight with the least held-out cost of the blend, and that cost in nats; `exits` are the training rows'."""
    usual = usual_weight(exits)
    costs = [
        float(row_losses(mixed(w, linear, trees), held_out).sum()) + _WEIGHT_PULL * (w - usual) ** 2 for w in _WEIGHTS
    ]
    return float(_WEIGHTS[int(np.argmin(costs))]), min(costs)


def _calibrated(
    choice: Choice, linear: Floats, trees: Floats, left: Bools, folds: Sequence[Fold], held_out: HeldOut
) -> Choice:
    """Add the calibrations, the level's uncertainty and the range, given held-out log-odds (n,) of both parts."""
    log_odds = mixed(choice.weight, linear, trees)
    slopes = [fit_shared_slope(part, held_out.left, held_out.fold) for part in (log_odds, linear, trees)]
    line, linear_line, trees_line = (turned(fitted.slope, float(left.mean())) for fitted in slopes)
    return replace(
        choice,
        line=line,
        linear_line=linear_line,
        trees_line=trees_line,
        level_sd=level_sd_of(*_level_errors(slopes[0], log_odds, left, folds, held_out)),
        risk_range=fit_range(line(log_odds), held_out.left),
    )


def _level_errors(
    fitted: SharedSlope, log_odds: Floats, left: Bools, folds: Sequence[Fold], held_out: HeldOut
) -> tuple[Floats, Floats]:
    """Level of each fold's validation rows minus that served to them, and its sampling variance; both (folds,).

    What is served to them is turned about the base rate of the fold's training rows, whose sampling counts too.
    """
    rate = np.array([left[train].mean() for train, _ in folds])
    served = (1 - fitted.slope) * log_odds_of(rate)
    risk = risk_of(fitted(log_odds, held_out.fold))
    with np.errstate(divide="ignore"):  # a fold in which nobody left, or everyone, has no finite level
        variance = 1 / np.bincount(held_out.fold, risk * (1 - risk))
    rows = np.array([len(train) for train, _ in folds])
    return fitted.intercepts - served, variance + 1 / (rows * rate * (1 - rate))


def row_losses(log_odds: Floats, held_out: HeldOut) -> Floats:
    """Log loss of each row, in nats, after calibration with an intercept for each fold.

    A model is not judged by how it meets the level of a period, which no calibration could have known.
    """
    scaled = fit_shared_slope(log_odds, held_out.left, held_out.fold)(log_odds, held_out.fold)
    return np.asarray(np.logaddexp(0, np.where(held_out.left, -scaled, scaled)))


def mixed(weight: float, linear: Any, trees: Any) -> Any:
    """The weighted mean of both parts; `weight` is that of the logistic regression."""
    return weight * linear + (1 - weight) * trees

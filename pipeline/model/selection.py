"""What held-out rows choose: the regression's penalty, the trees' shape and rounds, their weights and calibrations."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.dataset.splits import Fold
from pipeline.model.boosting import DEFAULT_ROUNDS, SHAPES, Shape, Trial, shape_for, try_trees
from pipeline.model.calibration import Line, RiskRange, fit_platt, fit_range
from pipeline.model.linear import DEFAULT_PENALTY, PENALTIES, Penalty, fit_path

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_WEIGHTS: Final = np.arange(11) / 10  # not linspace, whose .7 is told as 0.7000000000000001
_LEAST_HELD_OUT_EXITS: Final = 20
"""With fewer held-out rows with an exit than this nothing is chosen by them: the defaults are kept."""
_MANY_EXITS: Final = 2000
"""From here on the strength of regularisation hardly matters, and every third penalty is tried."""
_WEIGHT_PULL: Final = 80.0
"""Log loss (nats) charged for a weight, times its squared distance from `usual_weight`: a few held-out exits cannot
tell the parts apart, and the usual blend is rarely far from the best."""
_USUAL_WEIGHT: Final = 0.65
"""The logistic regression's in a company with many exits."""
_EXITS_OF_A_SMALL_COMPANY: Final = 450
"""At so many training rows with an exit, its usual weight is halfway from there to 1."""


@dataclass(frozen=True)
class Choice:
    """What was chosen on held-out rows: the logistic's penalty, the trees' shape and rounds, their weights and
    calibrations. `fit_blend(like=...)` takes it over unchanged.
    """

    strength: float
    shape: Shape
    rounds: int
    weight: float = 0.5
    line: Line = field(default_factory=Line)
    linear_line: Line = field(default_factory=Line)
    trees_line: Line = field(default_factory=Line)
    risk_range: RiskRange = field(default_factory=RiskRange)
    adaptive: bool = False

    @property
    def penalty(self) -> Penalty:
        return Penalty(self.strength, self.adaptive)

    def settings(self) -> dict[str, Any]:
        """What was chosen, as the report and the model's manifest tell it; `weight` is the logistic regression's."""
        return {
            "weight": self.weight,
            "strength": self.strength,
            "adaptive": self.adaptive,
            **asdict(self.shape),
            "rounds": self.rounds,
            "calibration_slope": self.line.slope,
            "calibration_shift": self.line.shift,
        }


def usual_weight(exits: int) -> float:
    """The logistic regression's weight before anything is seen, given the training rows with an exit.

    Small companies lean on it: with two hundred exits it has nine tenths of the say or more, with two thousand two
    thirds. docs/decisions/blend-and-platt.md has what this was chosen on.
    """
    return _USUAL_WEIGHT + (1 - _USUAL_WEIGHT) / (1 + (exits / _EXITS_OF_A_SMALL_COMPANY) ** 3)


def choose(
    matrix: Floats,
    left: Bools,
    categories: Sequence[int],
    folds: Sequence[Fold],
    seed: int,
    fixed: Shape | None,
    held: Sequence[int],
) -> Choice:
    """The choice for a training matrix (n, p) and its outcomes (n,); the defaults where the folds hold too few exits.

    `fixed` is a shape of the trees to keep to; `held` says which way each feature is held (1, -1 or 0).
    """
    exits = int(left.sum())
    shape = fixed or shape_for(exits)
    default = Choice(DEFAULT_PENALTY.strength, shape, DEFAULT_ROUNDS, round(usual_weight(exits), 1))
    usable = [fold for fold in folds if 0 < left[fold[0]].sum() < len(fold[0])]
    held_out = np.concatenate([valid for _, valid in usable]) if usable else np.empty(0, dtype=np.int64)
    outcome = left[held_out]
    if min(outcome.sum(), (~outcome).sum()) < _LEAST_HELD_OUT_EXITS:
        return default
    penalty, linear = choose_penalty(matrix, left, categories, usable, held)
    shape, rounds, trees = _choose_trees(matrix, left, categories, usable, seed, (fixed,) if fixed else SHAPES, held)
    chosen = replace(default, strength=penalty.strength, adaptive=penalty.adaptive, shape=shape, rounds=rounds)
    return _calibrated(chosen, linear, trees, outcome, exits)


def choose_penalty(
    matrix: Floats, left: Bools, categories: Sequence[int], folds: Sequence[Fold], held: Sequence[int]
) -> tuple[Penalty, Floats]:
    """The strongest penalty that held-out rows cannot tell from the best one, and its held-out log-odds.

    Its calibrated loss is within one standard error of the least: what is best by less is best by chance, and later
    months are kinder to the stronger. The rule is that of Breiman et al., Classification and regression trees, 1984.
    """
    penalties = PENALTIES if left.sum() < _MANY_EXITS else PENALTIES[::3]
    scored = [
        [fit.log_odds(matrix[valid]) for fit in fit_path(matrix, left, categories, penalties, held, train)]
        for train, valid in folds
    ]
    held_out = [np.concatenate(parts) for parts in zip(*scored, strict=True)]
    outcome = left[np.concatenate([valid for _, valid in folds])]
    losses = [row_losses(log_odds, outcome) for log_odds in held_out]
    best = min(losses, key=np.sum)
    chosen = next(i for i, of_rows in enumerate(losses) if not clearly_better(best, of_rows))
    return penalties[chosen], held_out[chosen]


def clearly_better(losses: Floats, others: Floats, errors: float = 1.0) -> bool:
    """True where losses (n,) are less in sum than another model's on the same rows, by over so many standard errors."""
    gain = others - losses
    return bool(gain.sum() > errors * gain.std() * len(gain) ** 0.5)


def _choose_trees(
    matrix: Floats,
    left: Bools,
    categories: Sequence[int],
    folds: Sequence[Fold],
    seed: int,
    shapes: Sequence[Shape],
    held: Sequence[int],
) -> tuple[Shape, int, Floats]:
    """The shape and number of rounds with the least held-out loss, and their held-out log-odds."""
    sizes = [len(valid) for _, valid in folds]
    found: list[tuple[float, Shape, int, list[Trial]]] = []
    for shape in shapes:
        trials = [try_trees(matrix, left, fold, categories, shape, seed, held) for fold in folds]
        shortest = min(len(trial.losses) for trial in trials)
        losses = np.average([trial.losses[:shortest] for trial in trials], axis=0, weights=sizes)
        found.append((float(losses.min()), shape, int(losses.argmin()) + 1, trials))
    _, shape, rounds, trials = min(found, key=lambda one: one[0])
    scored = [trial.log_odds(matrix[valid], rounds) for trial, (_, valid) in zip(trials, folds, strict=True)]
    return shape, rounds, np.concatenate(scored)


def best_weight(linear: Floats, trees: Floats, outcome: Bools, exits: int) -> tuple[float, float]:
    """The weight with the least held-out cost of the blend, and that cost in nats; `exits` are the training rows'."""
    usual = usual_weight(exits)
    costs = [_loss(mixed(w, linear, trees), outcome) + _WEIGHT_PULL * (w - usual) ** 2 for w in _WEIGHTS]
    return float(_WEIGHTS[int(np.argmin(costs))]), float(min(costs))


def _calibrated(choice: Choice, linear: Floats, trees: Floats, outcome: Bools, exits: int) -> Choice:
    """Add weight, calibrations and range, given held-out log-odds of both parts and what happened."""
    weight, _ = best_weight(linear, trees, outcome, exits)
    log_odds = mixed(weight, linear, trees)
    line = fit_platt(log_odds, outcome)
    return replace(
        choice,
        weight=weight,
        line=line,
        linear_line=fit_platt(linear, outcome),
        trees_line=fit_platt(trees, outcome),
        risk_range=fit_range(line(log_odds), outcome),
    )


def _loss(log_odds: Floats, outcome: Bools) -> float:
    """Total log loss after calibration, in nats."""
    return float(row_losses(log_odds, outcome).sum())


def row_losses(log_odds: Floats, outcome: Bools) -> Floats:
    """Log loss of each row after calibration, in nats."""
    scaled = fit_platt(log_odds, outcome)(log_odds)
    return np.asarray(np.logaddexp(0, scaled) - np.where(outcome, scaled, 0.0))


def mixed(weight: float, linear: Any, trees: Any) -> Any:
    """What the parts say, weighed: `weight` is that of the logistic regression."""
    return weight * linear + (1 - weight) * trees

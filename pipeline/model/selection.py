"""Model selection on held-out rows: the penalty, the shape and rounds of the trees, the weight and the calibrations."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.dataset.splits import Fold
from pipeline.model.calibration import (
    USUAL_LEVEL_SD,
    Line,
    SharedSlope,
    fit_shared_slope,
    level_sd_of,
    log_odds_of,
    risk_of,
    turned,
)
from pipeline.model.forecast import NextQuarter
from pipeline.model.linear import DEFAULT_PENALTY, PENALTIES, Penalty, fit_path
from pipeline.model.trees.boosting import DEFAULT_ROUNDS, SHAPES, Shape, Trial, shape_for, try_trees
from pipeline.model.trees.parallel import in_parallel

if TYPE_CHECKING:
    import lightgbm

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Fitted = TypeVar("Fitted")

_WEIGHTS: Final = np.arange(11) / 10  # not linspace, whose .7 prints as 0.7000000000000001
LEAST_HELD_OUT_EXITS: Final = 20
"""With fewer held-out rows with an exit, nothing is selected: the defaults are used."""
_MANY_EXITS: Final = 2000
"""From here on regularisation hardly matters, and every third penalty is tried."""
_WEIGHT_PULL: Final = 20.0
"""Penalty (nats of log loss) on a weight's squared distance from `usual_weight` in a company with many exits: the usual
blend is rarely far from the best."""
_PULL_OF_FEW: Final = 80.0
"""The same with few exits, of which the held-out ones cannot tell the parts apart."""
BEYOND_CHANCE: Final = 2.0
"""Standard errors of held-out loss by which an unusual weight, or tenure alone, must lead to be used
(docs/decisions/skill-from-few-exits.md)."""
_USUAL_WEIGHT: Final = 0.65
"""Weight of the logistic regression in a company with many exits."""
_EXITS_OF_A_SMALL_COMPANY: Final = 450
"""Training rows with an exit at which its usual weight is halfway between that and 1, and the pull between both."""


@dataclass(frozen=True)
class Choice:
    """The hyperparameters and calibrations selected on held-out rows.

    `weight` is that of the logistic regression; `line` calibrates the blend, the other two its parts alone.
    `level_sd` is the standard deviation, in log-odds, of the level of a period around the served one, beyond sampling;
    0 for models that were stored before it was estimated. `only` names the features that are used; empty: all
    (`pipeline.model.fallback`). `fit_blend(hyperparameters_of=...)` uses them unchanged. `forecasts` is the number of
    figures of the next quarter that the regression leans on.
    """

    C: float
    shape: Shape
    rounds: int
    weight: float = 0.5
    line: Line = field(default_factory=Line)
    linear_line: Line = field(default_factory=Line)
    trees_line: Line = field(default_factory=Line)
    adaptive: bool = False
    level_sd: float = USUAL_LEVEL_SD
    only: tuple[str, ...] = ()
    forecasts: int = 0

    @property
    def penalty(self) -> Penalty:
        return Penalty(self.C, self.adaptive)

    def as_dict(self) -> dict[str, Any]:
        """As it is stored, where C is called `strength`."""
        values = asdict(self)
        return {"strength": values.pop("C"), **values}

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "Choice":
        """The opposite of `as_dict`.

        Older models lack `adaptive` (none was), `level_sd` (not estimated: 0), `only` (all features are used), or
        `forecasts` (none was made).
        """
        return Choice(
            C=float(values["strength"]),
            adaptive=bool(values.get("adaptive", False)),
            shape=Shape(**values["shape"]),
            rounds=int(values["rounds"]),
            weight=float(values["weight"]),
            line=Line(**values["line"]),
            linear_line=Line(**values["linear_line"]),
            trees_line=Line(**values["trees_line"]),
            level_sd=float(values.get("level_sd", 0.0)),
            only=tuple(map(str, values.get("only", ()))),
            forecasts=int(values.get("forecasts", 0)),
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
            "features_used": ", ".join(self.only) or "all",
            "forecasts": self.forecasts,
        }


@dataclass(frozen=True)
class HeldOut:
    """What a search has fitted on the folds of some rows already: the same fits need not be made again.

    `linear` are the held-out log-odds (n,) of the logistic regression, `trials` the trees of each fold.
    """

    penalty: Penalty
    linear: Floats
    trials: Sequence[Trial]


def usual_weight(exits: int) -> float:
    """Prior weight of the logistic regression, given the number of training rows with an exit.

    Small companies rely on it: above .9 with two hundred exits, two thirds with two thousand. What this was chosen on:
    docs/decisions/blend-and-platt.md.
    """
    return _USUAL_WEIGHT + (1 - _USUAL_WEIGHT) * _smallness(exits)


def _smallness(exits: int) -> float:
    """1 without exits, a half at `_EXITS_OF_A_SMALL_COMPANY`, towards 0 with many."""
    return 1 / (1 + (exits / _EXITS_OF_A_SMALL_COMPANY) ** 3)


def choose(
    matrix: Floats,
    left: Bools,
    categories: Sequence[int],
    folds: Sequence[Fold],
    seed: int,
    fixed: Shape | None,
    constraints: Sequence[int],
    known: HeldOut | None = None,
    shift: float = 0.0,
    quarter: NextQuarter | None = None,
    bins: "Callable[[Shape, int], lightgbm.Dataset] | None" = None,
) -> tuple[Choice, Floats | None]:
    """The choice for a training matrix (n, p) and its outcomes (n,), and the blend's losses of the held-out rows.

    The defaults, and no losses, where the folds hold too few exits. `fixed` is a shape of the trees that is not
    selected; `constraints` are the monotone constraints (1, -1 or 0). `bins` gives the rows in the bins that all folds
    share, for a shape and a seed; without it each fold has its own. `known` are the fits of a search on the same rows
    and folds, with the fixed shape. `shift` is that of everyone's log-odds from those of the rows, where these are a
    sample. Folds that share their bins are fitted in parallel.
    """
    exits = int(left.sum())
    shape = fixed or shape_for(exits)
    default = Choice(DEFAULT_PENALTY.C, shape, DEFAULT_ROUNDS, round(usual_weight(exits), 1))
    usable = [fold for fold in folds if 0 < left[fold[0]].sum() < len(fold[0])]
    outcome = left[np.concatenate([valid for _, valid in usable])] if usable else left[:0]
    if min(outcome.sum(), (~outcome).sum()) < LEAST_HELD_OUT_EXITS:
        return default, None
    if known and fixed:
        penalty, linear, trials = known.penalty, known.linear, {fixed: known.trials}
    else:
        at_once = bins is not None

        def tried(shape: Shape) -> list[Trial]:
            binned = bins(shape, seed) if bins else None
            return _of_folds(
                lambda fold: try_trees(matrix, left, fold, categories, shape, seed, constraints, binned=binned),
                usable,
                at_once,
            )

        penalty, linear = choose_penalty(matrix, left, categories, usable, constraints, quarter, at_once)
        trials = {shape: tried(shape) for shape in ((fixed,) if fixed else SHAPES)}
    shape, rounds, trees = _best_trees(trials, matrix, usable)
    chosen = replace(default, C=penalty.C, adaptive=penalty.adaptive, shape=shape, rounds=rounds)
    weight, _ = best_weight(linear, trees, outcome, exits)
    losses = row_losses(mixed(weight, linear, trees), outcome)
    return _calibrated(replace(chosen, weight=weight), linear, trees, left, usable, shift), losses


def _of_folds(work: Callable[[Fold], Fitted], folds: Sequence[Fold], at_once: bool) -> list[Fitted]:
    return in_parallel(work, folds) if at_once else [work(fold) for fold in folds]


def choose_penalty(
    matrix: Floats,
    left: Bools,
    categories: Sequence[int],
    folds: Sequence[Fold],
    constraints: Sequence[int],
    quarter: NextQuarter | None = None,
    at_once: bool = False,
) -> tuple[Penalty, Floats]:
    """The strongest penalty that held-out rows cannot tell from the best one, and its held-out log-odds.

    The one-standard-error rule (Breiman et al., Classification and regression trees, 1984): a smaller lead is chance,
    and later months favour the stronger penalty. `at_once` fits the folds in parallel.
    """
    penalties = PENALTIES if left.sum() < _MANY_EXITS else PENALTIES[::3]

    def path_of(fold: Fold) -> list[Floats]:
        train, valid = fold
        fits = fit_path(matrix, left, categories, penalties, constraints, train, quarter)
        return [fit.log_odds(matrix[valid]) for fit in fits]

    scored = _of_folds(path_of, folds, at_once)
    held_out = [np.concatenate(parts) for parts in zip(*scored, strict=True)]
    outcome = left[np.concatenate([valid for _, valid in folds])]
    losses = [row_losses(log_odds, outcome) for log_odds in held_out]
    best = min(losses, key=np.sum)
    chosen = next(i for i, of_rows in enumerate(losses) if not clearly_better(best, of_rows))
    return penalties[chosen], held_out[chosen]


def clearly_better(losses: Floats, others: Floats, errors: float = 1.0) -> bool:
    """True where losses (n,) sum to less than another model's on the same rows, by over `errors` standard errors."""
    gain = others - losses
    return bool(gain.sum() > errors * gain.std() * len(gain) ** 0.5)


def _best_trees(
    tried: Mapping[Shape, Sequence[Trial]], matrix: Floats, folds: Sequence[Fold]
) -> tuple[Shape, int, Floats]:
    """The shape and number of rounds with the least held-out loss, and their held-out log-odds."""
    sizes = [len(valid) for _, valid in folds]
    found: list[tuple[float, Shape, int, Sequence[Trial]]] = []
    for shape, trials in tried.items():
        shortest = min(len(trial.losses) for trial in trials)
        losses = np.average([trial.losses[:shortest] for trial in trials], axis=0, weights=sizes)
        found.append((float(losses.min()), shape, int(losses.argmin()) + 1, trials))
    _, shape, rounds, trials = min(found, key=lambda one: one[0])
    scored = [trial.log_odds(matrix[valid], rounds) for trial, (_, valid) in zip(trials, folds, strict=True)]
    return shape, rounds, np.concatenate(scored)


def best_weight(linear: Floats, trees: Floats, outcome: Bools, exits: int) -> tuple[float, float]:
    """The weight with the least held-out cost of the blend, and that cost in nats; `exits` are the training rows'.

    Where another weight is better by more than chance, the pull towards the usual weight ends: the least loss decides.
    """
    usual, pull = usual_weight(exits), _WEIGHT_PULL + (_PULL_OF_FEW - _WEIGHT_PULL) * _smallness(exits)
    losses = [row_losses(mixed(w, linear, trees), outcome) for w in _WEIGHTS]
    totals = np.sum(losses, axis=1)
    costs = totals + pull * (_WEIGHTS - usual) ** 2
    pulled, free = int(np.argmin(costs)), int(np.argmin(totals))
    if clearly_better(losses[free], losses[pulled], BEYOND_CHANCE):
        return float(_WEIGHTS[free]), float(totals[free])
    return float(_WEIGHTS[pulled]), float(costs[pulled])


def _calibrated(
    choice: Choice, linear: Floats, trees: Floats, left: Bools, folds: Sequence[Fold], shift: float
) -> Choice:
    """Add the calibrations and the level's uncertainty, given held-out log-odds (n,) of both parts.

    `left` are the outcomes of the training rows; the held-out rows are those of the folds, one fold after the other.
    """
    valid = [rows for _, rows in folds]
    outcome, fold = left[np.concatenate(valid)], np.repeat(np.arange(len(valid)), [len(rows) for rows in valid])
    log_odds = mixed(choice.weight, linear, trees)
    fitted, *of_parts = (fit_shared_slope(one, outcome, fold) for one in (log_odds, linear, trees))
    line, linear_line, trees_line = (turned(one.slope, float(left.mean()), shift) for one in (fitted, *of_parts))
    risk = risk_of(fitted(log_odds, fold))
    information = np.asarray(np.bincount(fold, risk * (1 - risk)), dtype=np.float64)
    return replace(
        choice,
        line=line,
        linear_line=linear_line,
        trees_line=trees_line,
        level_sd=level_sd_of(*_level_errors(fitted, information, [left[train] for train, _ in folds])),
    )


def _level_errors(fitted: SharedSlope, information: Floats, trained_on: Sequence[Bools]) -> tuple[Floats, Floats]:
    """Level of each fold's held-out rows minus the one served to them, and its sampling variance; both (folds,).

    `information` (folds,) is that of the held-out rows on their level. What is served to them is turned about the base
    rate of the outcomes that the fold was trained on, whose sampling counts too.
    """
    rate = np.array([outcome.mean() for outcome in trained_on])
    rows = np.array([len(outcome) for outcome in trained_on])
    with np.errstate(divide="ignore"):  # a fold in which nobody left, or everyone, has no finite level
        variance = 1 / information + 1 / (rows * rate * (1 - rate))
    return fitted.intercepts - (1 - fitted.slope) * log_odds_of(rate), variance


def row_losses(log_odds: Floats, outcome: Bools) -> Floats:
    """Log loss of each row after calibration, in nats."""
    one_fold = np.zeros(len(outcome), dtype=np.int64)
    scaled = fit_shared_slope(log_odds, outcome, one_fold)(log_odds, one_fold)
    return np.asarray(np.logaddexp(0, np.where(outcome, -scaled, scaled)))


def mixed(weight: float, linear: Any, trees: Any) -> Any:
    """The weighted mean of both parts; `weight` is that of the logistic regression."""
    return weight * linear + (1 - weight) * trees

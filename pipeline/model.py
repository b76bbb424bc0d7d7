"""The blend: weight · logistic regression + (1 − weight) · boosted trees, in log-odds, then Platt scaling.

All of it is affine in log-odds, so each feature's share of the served log-odds is exact and adds up. Stored as
LightGBM's text and one JSON file; loading runs no code of the artefact.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from features.errors import BadInput, Finding
from pipeline.boosting import DEFAULT_ROUNDS, SHAPES, Shape, Trees, Trial, fit_trees, shape_for, try_trees
from pipeline.calibration import Line, RiskRange, fit_platt, fit_range, risk_of
from pipeline.encoding import Encoding, fit_encoding
from pipeline.evaluation import rank_auc
from pipeline.files import write_text
from pipeline.linear import DEFAULT_PENALTY, PENALTIES, Linear, Penalty, fit_linear, fit_path
from pipeline.splits import Fold

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

TREES_FILE: Final = "tree.txt"
BLEND_FILE: Final = "blend.json"
_FORMAT: Final = 1
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


@dataclass(frozen=True)
class Blend:
    """A fitted model. Features come as a table with the columns it was trained on, by name; null is unknown."""

    encoding: Encoding
    linear: Linear
    trees: Trees
    choice: Choice

    @property
    def features(self) -> tuple[str, ...]:
        return self.encoding.names

    def prepare(self, features: pl.DataFrame) -> pl.DataFrame:
        """The model's columns in its order and types. Raises BadInput for a missing or non-numeric feature."""
        return self.encoding.prepare(features)

    def log_odds(self, features: pl.DataFrame) -> Floats:
        """Served log-odds (n,) of a voluntary exit within the horizon; higher is worse."""
        matrix = self.encoding(features)
        return self.choice.line(mixed(self.choice.weight, self.linear.log_odds(matrix), self.trees.log_odds(matrix)))

    def risk(self, features: pl.DataFrame) -> Floats:
        """Served probability (n,)."""
        return risk_of(self.log_odds(features))

    def contributions(self, features: pl.DataFrame) -> tuple[float, Floats]:
        """Base and each feature's share of the served log-odds, (n, features): base + Σ shares = log-odds.

        The base is the average training row's log-odds. Additive part by its curves, trees by path-dependent TreeSHAP.
        """
        matrix = self.encoding(features)
        trees_base, trees_shares = self.trees.contributions(matrix)
        weight, line = self.choice.weight, self.choice.line
        base = line.slope * mixed(weight, self.linear.base, trees_base) + line.shift
        return float(base), line.slope * mixed(weight, self.linear.contributions(matrix), trees_shares)

    def risk_range(self, log_odds: Floats) -> tuple[Floats, Floats]:
        """Lower and upper probability (n,) at served log-odds (n,), always around the served risk."""
        return self.choice.risk_range(log_odds)

    def linear_log_odds(self, features: pl.DataFrame) -> Floats:
        """Log-odds (n,) of the logistic regression alone, by its own calibration: a baseline."""
        return self.choice.linear_line(self.linear.log_odds(self.encoding(features)))

    def trees_log_odds(self, features: pl.DataFrame) -> Floats:
        """Log-odds (n,) of the boosted trees alone, by their own calibration: a baseline."""
        return self.choice.trees_line(self.trees.log_odds(self.encoding(features)))

    def save(self, folder: Path) -> None:
        """Write `tree.txt` and `blend.json` into a folder, which is made if need be."""
        values = {
            "format": _FORMAT,
            "encoding": self.encoding.as_dict(),
            "linear": self.linear.as_dict(),
            "choice": asdict(self.choice),
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
    like: Blend | None = None,
    shape: Shape | None = None,
    directions: Mapping[str, int] | None = None,
) -> Blend:
    """Fit the blend on a training table (n rows; String is a category, all else a number) and outcomes (n,).

    Penalty, rounds, weight and calibration are chosen on `folds` (rows to learn from, rows to judge on: out of time
    where there are dates); with too few exits there, defaults are kept. `quick` fixes the trees' shape by the number
    of exits, `shape` to the one given (`pipeline.tuning`); otherwise the folds choose among all shapes. `like` takes a
    fitted blend's choices over, which makes a refit cost one fit of each part. `directions` names the features whose
    log-odds are held rising (1) or falling (-1) with the figure, in both parts, and so in the blend.
    """
    encoding, outcome = fit_encoding(features), np.asarray(left, dtype=bool)
    matrix, categories = encoding(features), encoding.categories
    with threadpool_limits(1):  # the products are too small to share out: threads that wait cost ten times the work
        held = held_directions(encoding, directions or {}, matrix, outcome)
        fixed = shape or (shape_for(int(outcome.sum())) if quick else None)
        choice = like.choice if like else _choose(matrix, outcome, categories, folds, seed, fixed, held)
        linear = fit_linear(matrix, outcome, categories, choice.penalty, held)
        trees = fit_trees(matrix, outcome, categories, choice.shape, choice.rounds, seed, held)
    return Blend(encoding, linear, trees, choice)


def held_directions(encoding: Encoding, directions: Mapping[str, int], matrix: Floats, left: Bools) -> tuple[int, ...]:
    """1, -1 or 0 for each feature: an expected direction is held unless the training rows themselves go against it.

    They do where the feature alone separates leavers the other way round. A category is never held.
    """
    expected = [0 if name in encoding.levels else directions.get(name, 0) for name in encoding.names]
    return tuple(way if way and way * _lean(matrix[:, i], left) >= 0 else 0 for i, way in enumerate(expected))


def _lean(values: Floats, left: Bools) -> float:
    """AUC − .5 of one feature where it is known; 0 where that says nothing."""
    known = ~np.isnan(values)
    outcome = left[known]
    if not outcome.any() or outcome.all():
        return 0.0
    return float(rank_auc(values[known], outcome) - 0.5)


def usual_weight(exits: int) -> float:
    """The logistic regression's weight before anything is seen, given the training rows with an exit.

    Small companies lean on it: with two hundred exits it has nine tenths of the say or more, with two thousand two
    thirds. docs/decisions/blend-and-platt.md has what this was chosen on.
    """
    return _USUAL_WEIGHT + (1 - _USUAL_WEIGHT) / (1 + (exits / _EXITS_OF_A_SMALL_COMPANY) ** 3)


def _choose(
    matrix: Floats,
    left: Bools,
    categories: Sequence[int],
    folds: Sequence[Fold],
    seed: int,
    fixed: Shape | None,
    held: Sequence[int],
) -> Choice:
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
        [fit.log_odds(matrix[valid]) for fit in fit_path(matrix[train], left[train], categories, penalties, held)]
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


def _from_values(values: dict[str, Any], text: str) -> Blend:
    if values["format"] != _FORMAT:
        raise ValueError(f"format {values['format']} is not known")
    if values["trees_sha256"] != _digest(text):  # LightGBM ends the process on a text that is cut short
        raise ValueError("the trees are not those that were stored")
    choice = values["choice"]
    blend = Blend(
        Encoding.from_dict(values["encoding"]),
        Linear.from_dict(values["linear"]),
        Trees(text),
        Choice(
            strength=float(choice["strength"]),
            adaptive=bool(choice.get("adaptive", False)),  # models from before it was a choice
            shape=Shape(**choice["shape"]),
            rounds=int(choice["rounds"]),
            weight=float(choice["weight"]),
            line=Line(**choice["line"]),
            linear_line=Line(**choice["linear_line"]),
            trees_line=Line(**choice["trees_line"]),
            risk_range=RiskRange.from_dict(choice["risk_range"]),
        ),
    )
    if not len(blend.encoding.names) == len(blend.linear.curves) == blend.trees.features:
        raise ValueError("the parts disagree about the number of features")
    return blend


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()

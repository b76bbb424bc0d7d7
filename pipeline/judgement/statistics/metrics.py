"""How good the scores are, each figure with an interval from resampling people.

Every metric is computed from a `Tally`: the weight of leavers and stayers at each distinct risk. Rows of equal risk
are therefore one step, and the figures do not depend on the order of rows. A resample only changes the weights, so
the rows are sorted once and a block of resamples is counted at a time. Where rows are many, resamples count risks in
steps (`MOST_RISKS`); the figures themselves never do.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from pipeline.judgement.statistics.figures import Bounded, Metrics, MetricValues
from pipeline.judgement.statistics.resampling import RESAMPLES, drawn_people, percentile_interval
from pipeline.model.calibration import EPSILON, fit_lines, log_odds_of

Floats = NDArray[np.float64]

TOP_SHARE: Final = 0.1
"""The share of rows, highest risk first, that `lift_10` and `recall_10` cover."""
ECE_BINS: Final = 10
MOST_RISKS: Final = 100_000
"""With more rows a resample counts risks in `STEPS`, and is moved by what that changes of the figure itself: bounds
differ by less than a fiftieth of the interval."""
STEPS: Final = 20_000


@dataclass(frozen=True)
class Tally:
    """The weight of leavers and of stayers at each distinct risk.

    `risk` (risks,) is strictly decreasing; `left` and `stayed` (resamples, risks) are weights, so a person drawn twice
    counts twice and one not drawn does not count.
    """

    risk: Floats
    left: Floats
    stayed: Floats

    @cached_property
    def total(self) -> Floats:
        return self.left + self.stayed

    @cached_property
    def all_left(self) -> Floats:
        return np.asarray(self.left.sum(axis=1))

    @cached_property
    def all_stayed(self) -> Floats:
        return np.asarray(self.stayed.sum(axis=1))

    @cached_property
    def line(self) -> tuple[Floats, Floats]:
        """Calibration slope and intercept of each resample."""
        return fit_lines(log_odds_of(self.risk), self.left, self.stayed)


def auc(tally: Tally) -> Floats:
    """Area under the ROC curve: P(risk of a leaver > risk of a stayer), ties counting one half. Higher is better.

    AUC = Σ_g L_g (S_below_g + S_g / 2) / (L S), over distinct risks g (Hanley and McNeil, Radiology 143, 1982).
    NaN without both leavers and stayers.
    """
    below = tally.all_stayed[:, None] - np.cumsum(tally.stayed, axis=1) + tally.stayed / 2
    return _ratio(np.einsum("bg,bg->b", tally.left, below), tally.all_left * tally.all_stayed)


def average_precision(tally: Tally) -> Floats:
    """Average precision: Σ_g (recall_g − recall_{g−1}) · precision_g, over distinct risks g. Higher is better.

    No interpolation, as in scikit-learn's `average_precision_score` (Davis and Goadrich, ICML 2006, on why not).
    A constant risk scores the base rate. NaN without leavers.
    """
    precision = _ratio(np.cumsum(tally.left, axis=1), np.cumsum(tally.total, axis=1), empty=0.0)
    return _ratio(np.einsum("bg,bg->b", tally.left, precision), tally.all_left)


def log_loss(tally: Tally) -> Floats:
    """Mean of −ln(probability given to what happened), natural logarithm. Lower is better.

    Risks are clipped to [1e-12, 1 − 1e-12], so that one impossible outcome costs 27.6 and not infinity.
    NaN without rows.
    """
    risk = np.clip(tally.risk, EPSILON, 1 - EPSILON)
    return -_ratio(tally.left @ np.log(risk) + tally.stayed @ np.log1p(-risk), tally.all_left + tally.all_stayed)


def brier(tally: Tally) -> Floats:
    """Brier score: mean of (risk − outcome)². Lower is better (Brier, Monthly Weather Review 78, 1950).

    NaN without rows.
    """
    squares = tally.left @ (1 - tally.risk) ** 2 + tally.stayed @ tally.risk**2
    return _ratio(squares, tally.all_left + tally.all_stayed)


def ece(tally: Tally) -> Floats:
    """Expected calibration error: Σ_bins share · |mean risk − share who left|, 10 bins of equal mass. Lower is better.

    A distinct risk belongs to the bin that holds the middle of its mass, so ties are never split
    (Naeini et al., AAAI 2015; equal mass as in Nixon et al., CVPR workshops 2019). NaN without rows.
    """
    mass = tally.all_left + tally.all_stayed
    middle = np.cumsum(tally.total, axis=1) - tally.total / 2
    share = _ratio(middle, mass[:, None], empty=0.0)
    bins = np.minimum((share * ECE_BINS).astype(np.int64), ECE_BINS - 1)
    cells = (bins + ECE_BINS * np.arange(len(bins))[:, None]).ravel()
    gap = (tally.total * tally.risk - tally.left).ravel()
    gaps = np.bincount(cells, weights=gap, minlength=len(bins) * ECE_BINS).reshape(-1, ECE_BINS)
    return _ratio(np.abs(gaps).sum(axis=1), mass)


def calibration_slope(tally: Tally) -> Floats:
    """Slope of the logistic regression of the outcome on the log-odds of the risk; 1 is right, below 1 over-confident.

    Cox, Biometrika 45, 1958; Van Calster et al., BMC Medicine 17, 2019. NaN if all risks are equal, if there is
    only one outcome, or if the outcomes are perfectly separated.
    """
    return tally.line[0]


def calibration_intercept(tally: Tally) -> Floats:
    """Intercept of the regression that gives the slope, in log-odds; 0 is right, above 0 risks are too low."""
    return tally.line[1]


def recall_10(tally: Tally) -> Floats:
    """Share of all leavers who are in the tenth of rows with the highest risk. Higher is better.

    The tenth is exact: a row, or a group of ties, that crosses its edge counts in proportion to the part inside, the
    expected value under a random order of ties. NaN without leavers.
    """
    edge = TOP_SHARE * (tally.all_left + tally.all_stayed)[:, None]
    mass = np.cumsum(tally.total, axis=1)
    inside = np.clip(_ratio(edge - mass + tally.total, tally.total, empty=0.0), 0, 1)
    return _ratio(np.einsum("bg,bg->b", tally.left, inside), tally.all_left)


def lift_10(tally: Tally) -> Floats:
    """How many times more leavers are in the riskiest tenth than in a random tenth: recall_10 / 0.1."""
    return recall_10(tally) / TOP_SHARE


_FORMULAS: Final[Mapping[str, Callable[[Tally], Floats]]] = {
    "auc": auc,
    "average_precision": average_precision,
    "log_loss": log_loss,
    "brier": brier,
    "ece": ece,
    "calibration_slope": calibration_slope,
    "calibration_intercept": calibration_intercept,
    "lift_10": lift_10,
    "recall_10": recall_10,
}
METRICS: Final = tuple(_FORMULAS)


def metrics(left: ArrayLike, risk: ArrayLike) -> MetricValues:
    """Every metric, without intervals.

    `left` (n,) is true for a voluntary exit within the horizon, `risk` (n,) a probability. A metric is NaN if it
    is not defined. Raises ValueError for arrays of unequal length or risks that are not probabilities.
    """
    tally = _Ranking(left, risk).tally(np.ones((1, np.size(risk))))
    return MetricValues(**_values(tally))


def one_metric(left: ArrayLike, risk: ArrayLike, metric: str) -> float:
    """One of `METRICS`, without an interval; NaN and errors as in `metrics`."""
    return float(_FORMULAS[metric](_Ranking(left, risk).tally(np.ones((1, np.size(risk)))))[0])


def metrics_with_intervals(
    left: ArrayLike, risk: ArrayLike, person: ArrayLike, seed: int, resamples: int = RESAMPLES
) -> Metrics:
    """Every metric with a 95 % interval from resampling people (`pipeline.judgement.statistics.resampling`).

    Percentile intervals. Each resample adds noise to every bin of `ece`, so its resamples are first re-centred on the
    value and clipped at 0. `low` and `high` are NaN if the metric is defined in fewer than half of the resamples.
    """
    ranking = _Ranking(left, risk)
    drawn = _resampled(ranking, tuple(_FORMULAS), person, seed, resamples)
    values = _values(ranking.tally(np.ones((1, np.size(risk)))))
    return Metrics(
        **{name: percentile_interval(value, drawn[name], is_recentred=name == "ece") for name, value in values.items()}
    )


def paired_difference(
    left: ArrayLike,
    risk_a: ArrayLike,
    risk_b: ArrayLike,
    person: ArrayLike,
    seed: int,
    metric: str,
    resamples: int = RESAMPLES,
) -> Bounded:
    """metric(a) − metric(b) on the same rows, with a 95 % interval from the same resamples of people for both.

    Positive means that `a` has the higher figure, which is worse for log_loss, brier and ece. NaN if the metric is.
    """
    a, b = (resampled_metrics(left, risk, person, seed, (metric,), resamples) for risk in (risk_a, risk_b))
    return a.less(b)[metric]


@dataclass(frozen=True)
class Resampled:
    """Metrics by name: their values, and those in each resample (resamples,)."""

    values: Mapping[str, float]
    drawn: Mapping[str, Floats]

    def less(self, other: "Resampled") -> dict[str, Bounded]:
        """Each metric less that of other risks of the same rows and resamples, as `paired_difference` has it."""
        return {
            name: percentile_interval(value - other.values[name], self.drawn[name] - other.drawn[name])
            for name, value in self.values.items()
        }


def resampled_metrics(
    left: ArrayLike, risk: ArrayLike, person: ArrayLike, seed: int, names: Sequence[str], resamples: int = RESAMPLES
) -> Resampled:
    """Some of `METRICS`, resampled once, so that risks can be compared with several others."""
    ranking = _Ranking(left, risk)
    tally = ranking.tally(np.ones((1, np.size(risk))))
    values = {name: float(_FORMULAS[name](tally)[0]) for name in names}
    return Resampled(values, _resampled(ranking, names, person, seed, resamples))


class _Ranking:
    """Rows sorted once by decreasing risk; equal risks are one step."""

    def __init__(self, left: ArrayLike, risk: ArrayLike) -> None:
        outcome, probability = np.asarray(left, dtype=bool), np.asarray(risk, dtype=np.float64)
        if outcome.shape != probability.shape or outcome.ndim != 1:
            raise ValueError("left and risk must be two arrays of one length")
        if not np.all((probability >= 0) & (probability <= 1)):
            raise ValueError("a risk must lie between 0 and 1")
        self.order = np.argsort(-probability, kind="stable")
        self.left = outcome[self.order].astype(np.float64)
        decreasing = probability[self.order]
        self.starts = np.flatnonzero(np.diff(decreasing, prepend=np.inf))
        self.risk = decreasing[self.starts]

    def in_steps(self) -> "_Ranking":
        """The same rows, where they are many with their risks in steps of as many rows, each at its mean risk.

        Rows of equal risk are in one step.
        """
        rows = len(self.order)
        if rows <= MOST_RISKS:
            return self
        first = np.flatnonzero(np.diff(self.starts * STEPS // rows, prepend=-1))
        mass = self.risk * np.diff(self.starts, append=rows)
        coarse = copy(self)
        coarse.starts = self.starts[first]
        coarse.risk = np.add.reduceat(mass, first) / np.diff(coarse.starts, append=rows)
        return coarse

    def tally(self, weights: Floats) -> Tally:
        """The tally for weights (resamples, n) of rows in their original order."""
        return self.tally_sorted(weights[:, self.order])

    def tally_sorted(self, weights: Floats) -> Tally:
        """The tally for weights (resamples, n) of rows in the order of the ranking."""
        left = weights * self.left
        if len(self.starts) < weights.shape[1]:
            left, weights = (np.add.reduceat(part, self.starts, axis=1) for part in (left, weights))
        return Tally(self.risk, left, weights - left)


def _resampled(
    ranking: _Ranking, names: Sequence[str], person: ArrayLike, seed: int, resamples: int
) -> dict[str, Floats]:
    """The named metrics of each resample; the same seed draws the same people, whatever the risks."""
    _, codes = np.unique(np.asarray(person), return_inverse=True)
    if len(codes) != len(ranking.order):
        raise ValueError("person must have as many rows as left")
    sorted_codes, steps = codes[ranking.order], ranking.in_steps()
    blocks = []
    with threadpool_limits(1):  # the products are too small to divide among threads
        for counts in drawn_people(int(codes.max(initial=-1)) + 1, len(codes), seed, resamples):
            tally = steps.tally_sorted(counts[:, sorted_codes])
            blocks.append([_FORMULAS[name](tally) for name in names])
    drawn = {name: np.concatenate([block[i] for block in blocks]) for i, name in enumerate(names)}
    if steps is ranking:
        return drawn
    once = np.ones((1, len(codes)))
    exact, coarse = ranking.tally(once), steps.tally(once)
    return {name: of + (_FORMULAS[name](exact) - _FORMULAS[name](coarse)) for name, of in drawn.items()}


def _values(tally: Tally) -> dict[str, float]:
    return {name: float(formula(tally)[0]) for name, formula in _FORMULAS.items()}


def _ratio(over: Any, under: Any, empty: float = np.nan) -> Floats:
    """over / under; `empty` where `under` is not positive."""
    under = np.broadcast_to(under, np.shape(over))
    return np.asarray(np.divide(over, under, out=np.full(np.shape(over), empty), where=under > 0))
